//! A folder with an interrupted change is copied, or comes back from a backup: for the system it is another folder. It can
//! be recovered once somebody says that it was copied as a whole, and what each file holds decides.

use std::path::Path;

use super::interrupted::interrupted;
use super::{copy, person};
use crate::support::sandbox::Sandbox;
use crate::support::trees::Tree;

/// A folder whose change is interrupted, and `copy` of it.
fn copied() -> Sandbox {
    let sandbox = interrupted();
    copy(&sandbox, "app", "copy");
    sandbox
}

fn is_refused(sandbox: &Sandbox, folder: &str) {
    let before = Tree::read(&sandbox.path(folder));
    for choice in ["--undo", "--undo --on-conflict aside", "--finish"] {
        let refused = person(sandbox).run(&format!("recover $/{folder} {choice}"));
        assert_eq!(refused.code, 3, "{choice}: {refused}");
        assert!(refused.err.contains("E-STATE"), "{refused}");
        assert!(refused.err.contains("was started in another folder"), "{refused}");
        assert!(refused.err.contains("it changes readme.txt"), "{refused}");
        assert!(
            refused.err.contains(&format!("patchwright history $/{folder} --confirm=REASON")),
            "{refused}"
        );
        assert!(Tree::read(&sandbox.path(folder)) == before, "{choice}");
    }
}

#[test]
fn a_copy_is_shown_as_what_it_is_and_recovered_once_somebody_says_that_it_is_one() {
    let sandbox = copied();
    let status = person(&sandbox).done("status $/copy");
    let said = "by ada, in another folder, of which this one is a copy or a backup)";
    assert!(status.out.contains(said), "{status}");
    let unfinished = &person(&sandbox).done("status $/copy --json").json()["unfinished"];
    assert_eq!((&unfinished["copied"], &unfinished["foreign"]), (&true.into(), &false.into()));
    is_refused(&sandbox, "copy");
    let other = person(&sandbox).run("apply $/plain.patchbundle $/copy --allow-unsigned --yes");
    assert!(other.err.contains("E-UNFINISHED"), "{other}");

    let noted = person(&sandbox).done("history $/copy --confirm=restored-from-backup");
    assert!(noted.out.contains("Confirmed what was done here up to now: restored-from-backup"), "{noted}");
    assert!(noted.out.contains("Next: Restore the old files: patchwright recover $/copy --undo"), "{noted}");
    let unfinished = &person(&sandbox).done("status $/copy --json").json()["unfinished"];
    assert_eq!(unfinished["copied"], false);
    person(&sandbox).done("recover $/copy --undo");
    assert_eq!(sandbox.read("copy/readme.txt").as_deref(), Some("Read me.\n"));
    person(&sandbox).done("apply $/signed.patchbundle $/copy --yes");
    assert_eq!(sandbox.read("copy/readme.txt").as_deref(), Some("Read me well.\n"));
    // The folder that it was copied from needs nobody's word, and got none.
    assert_eq!(person(&sandbox).done("status $/app --json").json()["unfinished"]["copied"], false);
    person(&sandbox).done("recover $/app --undo");
}

#[test]
fn a_folder_that_comes_back_from_a_backup_in_its_old_place_is_asked_about_too() {
    let sandbox = copied();
    // Kept, so that the system gives its number to nothing else.
    std::fs::rename(sandbox.path("app"), sandbox.path("lost")).expect("moved");
    copy(&sandbox, "copy", "app");
    is_refused(&sandbox, "app");
    person(&sandbox).done("history $/app --confirm=restored");
    person(&sandbox).done("recover $/app --undo");
    assert_eq!(sandbox.read("app/readme.txt").as_deref(), Some("Read me.\n"));
}

#[test]
fn a_word_for_one_copy_is_none_for_another() {
    let sandbox = copied();
    person(&sandbox).done("history $/copy --confirm=mine");
    copy(&sandbox, "app", "another");
    is_refused(&sandbox, "another");
    // Another folder in the place of the one that was spoken of is another one, too.
    std::fs::rename(sandbox.path("copy"), sandbox.path("moved")).expect("moved");
    std::fs::rename(sandbox.path("another"), sandbox.path("copy")).expect("moved");
    is_refused(&sandbox, "copy");
    person(&sandbox).done("recover $/moved --undo");
}

/// Whether a file below `folder` has this content.
fn holds(folder: &Path, content: &[u8]) -> bool {
    std::fs::read_dir(folder).expect("a folder").any(|entry| {
        let path = entry.expect("an entry").path();
        if path.is_dir() { holds(&path, content) } else { std::fs::read(path).is_ok_and(|it| it == content) }
    })
}

/// The records of one folder in another one whose files they don't fit, and a person who says that they do.
#[test]
fn what_the_records_do_not_know_is_never_overwritten() {
    let sandbox = copied();
    sandbox.write("copy/readme.txt", "Mine alone.\n");
    person(&sandbox).done("history $/copy --confirm=wrong");
    for choice in ["--undo", "--finish"] {
        let refused = person(&sandbox).run(&format!("recover $/copy {choice}"));
        assert_eq!(refused.code, 6, "{refused}");
        assert_eq!(sandbox.read("copy/readme.txt").as_deref(), Some("Mine alone.\n"), "{refused}");
    }
    drop(person(&sandbox).run("recover $/copy --undo --on-conflict aside"));
    assert!(holds(&sandbox.path("copy"), b"Mine alone.\n"), "it is somewhere in the folder");
}

#[cfg(unix)]
#[test]
fn where_nothing_can_be_remembered_nobody_can_say_so() {
    let sandbox = copied();
    let nobody = || person(&sandbox).without_memory();
    for command in ["recover $/copy --undo", "recover $/copy --finish"] {
        let refused = nobody().run(command);
        assert!(refused.code == 3 && refused.err.contains("was started in another folder"), "{refused}");
    }
    let vouch = nobody().run("history $/copy --confirm=mine");
    assert!(vouch.err.contains("This account has no home folder"), "{vouch}");
}
