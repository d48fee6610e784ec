//! Letters that are put together in another way than usual, as file systems and keyboards of some machines write them, lock
//! nobody out of anything.

use super::{person, scene};
use crate::support::trust::write_trusted_key;

/// An "é" of two characters.
const APART: &str = "e\u{301}";

#[cfg(unix)]
#[test]
fn a_folder_whose_name_is_spelled_in_an_odd_way_is_remembered_like_any_other() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let sandbox = scene();
    let odd: [&OsStr; 2] = [OsStr::new(APART), OsStr::from_bytes(b"caf\xe9")];
    for name in odd {
        let folder = sandbox.path("odd").join(name);
        std::fs::create_dir_all(&folder).expect("a folder");
        for file in ["readme.txt", "notes.txt"] {
            std::fs::copy(sandbox.path(&format!("app/{file}")), folder.join(file)).expect("a copy");
        }
        let typed = |verb: &str| {
            let words = verb.split(' ').map(|word| match word {
                "FOLDER" => folder.clone().into_os_string(),
                word => word.replace("$/", &format!("{}/", sandbox.path("").display())).into(),
            });
            person(&sandbox).run_words(words)
        };
        let applied = typed("apply $/signed.patchbundle FOLDER --yes");
        assert!(applied.code == 0 && !applied.printed().contains("won't remember"), "{applied}");
        let status = typed("status FOLDER");
        assert!(
            !status.printed().contains("Foreign") && !status.printed().contains("Can't tell"),
            "{status}"
        );
        assert_eq!(typed("rollback FOLDER --yes").code, 0);
    }
    person(&sandbox).done("apply $/signed.patchbundle $/app --yes");
}

#[test]
fn a_reason_is_kept_however_its_letters_are_put_together() {
    let sandbox = scene();
    let console = person(&sandbox);
    console.done("apply $/signed.patchbundle $/app --yes");
    console.done(&format!("history $/app --confirm={APART}"));
    console.done(&format!("rollback $/app --yes --ticket {APART}-1"));
    console.done(&format!("apply $/plain.patchbundle $/app --yes --allow-unsigned={APART}"));
    console.done("status $/app");
}

#[test]
fn a_review_can_be_read_however_its_letters_are_put_together() {
    let sandbox = scene();
    write_trusted_key(&sandbox, "rose", 2, "reviewer");
    let console = person(&sandbox);
    sandbox.write("notes.txt", &format!("readme.txt: caf{APART}\n"));
    console.done(
        "review $/signed.patchbundle --verdict approved --notes $/notes.txt --looked-at readme.txt --key $/rose.key",
    );
    let verified = console.done("verify $/signed.patchbundle").printed();
    assert!(verified.contains("caf\u{e9}"), "{verified}");
}
