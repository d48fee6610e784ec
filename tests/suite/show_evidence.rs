//! An auditor gets one file: a page to print, the records to the byte, statements, checksums and a signature. Whatever is
//! changed in it afterwards is named, and what it says is true of the folder.

mod controls;
mod validators;

use base64ct::Encoding as _;
use std::collections::BTreeMap;
use std::io::Read;

use patchwright::model::{Check, Digest, Level, Probe};
use serde_json::Value;

use crate::support::build::tree_path;
use crate::support::console::{Console, Run};
use crate::support::sandbox::Sandbox;
use crate::support::trust::{write_key, write_trusted_key};

const ID: &str = "ACME-1";
const SAVE: &str = "evidence $/app --output $/e.zip --key $/anna.key";

fn console(sandbox: &Sandbox) -> Console<'_> {
    Console::new(sandbox).with_keys()
}

/// A folder in which a patch was applied, checked, rolled back for a fault and reapplied; Anna is trusted as its author.
fn audited(title: &str) -> Sandbox {
    let sandbox = Sandbox::with(&[("app/a", "1"), ("order.toml", "id = 1\n")]);
    write_trusted_key(&sandbox, "anna", 1, "author");
    write_key(&sandbox, "bert", 2);
    let bundle = sandbox.bundle(ID).replace("a", "1", "2").but(|patch| {
        patch.about.title = title.into();
        patch.about.vulnerabilities = vec!["CVE-2026-1".to_owned()];
        let probe = Probe::File { path: tree_path("a"), present: true, digest: None };
        patch.about.health = vec![Check { probe, level: Level::Required, timeout_secs: 1, retries: 0 }];
    });
    sandbox.save("fix.patchbundle", &bundle);
    for command in [
        "sign $/fix.patchbundle --key $/anna.key",
        "apply $/fix.patchbundle $/app --yes --ticket CHG-1",
        "rollback $/app --yes --because fault --reason=crashed",
        "reapply $/app --allow-unsigned --yes",
    ] {
        console(&sandbox).done(command);
    }
    sandbox
}

fn honest() -> Sandbox {
    audited("What was wrong, in one line")
}

/// The files in a pack, as any ZIP program finds them.
fn files(sandbox: &Sandbox, pack: &str) -> BTreeMap<String, Vec<u8>> {
    let mut archive =
        zip::ZipArchive::new(std::fs::File::open(sandbox.path(pack)).expect("a pack")).expect("a ZIP file");
    let mut files = BTreeMap::new();
    for number in 0..archive.len() {
        let mut file = archive.by_index(number).expect("a file");
        let mut content = Vec::new();
        file.read_to_end(&mut content).expect("its content");
        files.insert(file.name().expect("a name").into_owned(), content);
    }
    files
}

fn text(files: &BTreeMap<String, Vec<u8>>, name: &str) -> String {
    String::from_utf8(files[name].clone()).expect("text")
}

fn verify(sandbox: &Sandbox, pack: &str) -> Run {
    console(sandbox).run(&format!("evidence verify $/{pack} --json"))
}

#[test]
fn a_pack_has_the_originals_to_the_byte_and_verifies() {
    let sandbox = honest();
    let saved = console(&sandbox).done(SAVE);
    assert!(saved.out.contains("Signed      yes"), "{saved}");
    let files = files(&sandbox, "e.zip");
    for name in
        ["00000001/entry.json", "00000001/manifest.json", "00000001/signatures.json", "00000003/entry.json"]
    {
        let original =
            std::fs::read(sandbox.path(&format!("app/.patchwright/history/{name}"))).expect("a record");
        assert_eq!(files[&format!("originals/history/{name}")], original, "{name}");
    }
    for name in [
        "attestations/00000001-link.intoto.json",
        "attestations/00000001-svr.intoto.json",
        "attestations/00000002-test-result.intoto.json",
        "vex/fixed.openvex.json",
        "bom/patched.cdx.json",
    ] {
        assert!(files.contains_key(name), "{name} is not among {:?}", files.keys());
    }
    for (entry, deed) in [(1, "apply ACME-1"), (3, "rollback ACME-1"), (4, "reapply ACME-1")] {
        let envelope = text(&files, &format!("attestations/{entry:08}-link.intoto.json"));
        let envelope: Value = serde_json::from_str(&envelope).expect("JSON");
        let payload = envelope["payload"].as_str().expect("a payload");
        let payload = base64ct::Base64::decode_vec(payload).expect("Base64");
        let statement: Value = serde_json::from_slice(&payload).expect("JSON");
        assert_eq!(statement["predicate"]["name"], deed);
    }
    let document: Value = serde_json::from_str(&text(&files, "evidence.json")).expect("JSON");
    assert_eq!(
        (&document["format"], &document["entries"][2]["reason"]["text"]),
        (&"patchwright-evidence/1".into(), &"crashed".into())
    );
    let page = text(&files, "index.html");
    for said in [
        "The history is intact",
        "applied ACME-1",
        "rolled back ACME-1",
        "reapplied ACME-1",
        "because: fault (crashed)",
        "ticket: CHG-1",
        "CVE-2026-1 by ACME-1: fixed, as its files and signatures show now",
        "originals/history/00000001/manifest.json",
    ] {
        assert!(page.contains(said), "{said} is not in {page}");
    }
    let verified = console(&sandbox).done("evidence verify $/e.zip");
    assert!(verified.out.contains("is unchanged") && verified.out.contains("anna"), "{verified}");
}

#[test]
fn the_same_folder_gives_the_same_bytes() {
    let sandbox = honest();
    console(&sandbox).done(SAVE);
    console(&sandbox).done(&SAVE.replace("e.zip", "again.zip"));
    assert!(std::fs::read(sandbox.path("e.zip")).ok() == std::fs::read(sandbox.path("again.zip")).ok());
    // Only a pack is replaced by one.
    console(&sandbox).done(SAVE);
    let run = console(&sandbox).run(&SAVE.replace("e.zip", "order.toml"));
    assert_eq!(run.code, 3, "{run}");
}

#[test]
fn any_byte_that_was_changed_is_named() {
    let sandbox = honest();
    console(&sandbox).done(SAVE);
    let bytes = std::fs::read(sandbox.path("e.zip")).expect("a pack");
    let name = "originals/history/00000002/entry.json";
    // Its name stands in other files, too; here it stands after the record of the file itself.
    let is_record =
        |at: &usize| bytes[*at..].starts_with(name.as_bytes()) && bytes[at - 30..].starts_with(b"PK\x03\x04");
    let one = (30..bytes.len()).find(is_record).expect("a file of that name");
    for at in (0..bytes.len()).step_by(211).chain(one - 30..one + 8).chain(bytes.len() - 22..bytes.len()) {
        let mut other = bytes.clone();
        other[at] ^= 1;
        std::fs::write(sandbox.path("other.zip"), other).expect("written");
        let run = verify(&sandbox, "other.zip");
        assert!(run.code != 0, "byte {at}: {run}");
        let said = run.json();
        let is_named = said["changed"].as_array().is_some_and(|changed| !changed.is_empty());
        assert!(is_named || said["code"] == "E-CONTAINER", "byte {at}: {run}");
    }
    let mut other = bytes.clone();
    other[one + name.len() + 9] ^= 1;
    std::fs::write(sandbox.path("other.zip"), other).expect("written");
    let said = verify(&sandbox, "other.zip").json();
    assert_eq!(said["changed"][0]["file"], name, "{said}");
}

#[test]
fn who_makes_the_pack_anew_cannot_sign_it_as_somebody_else() {
    let sandbox = honest();
    console(&sandbox).done(&SAVE.replace("anna.key", "bert.key"));
    let run = verify(&sandbox, "e.zip");
    assert_eq!((run.code, &run.json()["signer"]["standing"]), (4, &"unknown".into()), "{run}");
    console(&sandbox).done("evidence $/app --output $/e.zip");
    let run = verify(&sandbox, "e.zip");
    assert_eq!((run.code, &run.json()["signer"]["standing"]), (4, &"nobody".into()), "{run}");
    assert!(!files(&sandbox, "e.zip").keys().any(|name| name.starts_with("attestations/")));
}

#[test]
fn a_key_that_is_trusted_for_something_else_proves_nothing() {
    let sandbox = honest();
    let trust = |name: &str, seed: u8, how: &str| {
        let print = write_key(&sandbox, name, seed).public().fingerprint();
        let command = format!("key trust $/{name}.pub --name {name} --fingerprint {print} --yes {how}");
        console(&sandbox).done(&command);
    };
    trust("other", 3, "--role author --product Other");
    trust("old", 4, "--role author --product Widget --not-after 2020-01-01T00:00:00Z");
    trust("soon", 5, "--role author --product Widget --not-before 2090-01-01T00:00:00Z");
    trust("scripter", 6, "--role script --product Widget");
    for (name, why) in [
        ("other", "is trusted for other products"),
        ("old", "has expired"),
        ("soon", "isn't valid yet"),
        ("scripter", "isn't trusted as an author or reviewer"),
    ] {
        console(&sandbox).done(&SAVE.replace("anna.key", &format!("{name}.key")));
        let run = console(&sandbox).run("evidence verify $/e.zip");
        let told = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(run.code == 4 && told.contains(&format!("whose key {why}")), "{run}");
        let signer = verify(&sandbox, "e.zip").json()["signer"].clone();
        assert_eq!((&signer["standing"], &signer["why"]), (&"out-of-scope".into(), &why.into()), "{signer}");
    }
    // Whoever signs or reviews patches of this product vouches for what became of them.
    for (name, seed, role) in [("maker", 7, "author"), ("reader", 8, "reviewer")] {
        trust(name, seed, &format!("--role {role} --product Widget"));
        console(&sandbox).done(&SAVE.replace("anna.key", &format!("{name}.key")));
        assert_eq!(verify(&sandbox, "e.zip").code, 0, "{name}");
    }
}

#[test]
fn a_key_that_was_revoked_is_named_as_that() {
    let sandbox = honest();
    console(&sandbox).done(SAVE);
    assert_eq!(verify(&sandbox, "e.zip").json()["signer"]["standing"], "known");
    console(&sandbox).done("key revoke anna --reason stolen --yes");
    let run = console(&sandbox).run("evidence verify $/e.zip");
    let told = run.in_one_line();
    assert!(run.code == 4 && told.contains("a key that was revoked: ") && told.contains("(stolen)"), "{run}");
    let signer = verify(&sandbox, "e.zip").json()["signer"].clone();
    assert_eq!((&signer["standing"], &signer["why"]), (&"revoked".into(), &"stolen".into()), "{signer}");
}

#[test]
fn a_broken_chain_is_said_on_the_first_page() {
    let sandbox = honest();
    let place = "app/.patchwright/history/00000002/entry.json";
    let entry = sandbox.read(place).expect("an entry");
    sandbox.write(place, &entry.replace("\"user\":\"ada\"", "\"user\":\"eve\""));
    let run = console(&sandbox).done(SAVE);
    assert!(run.out.contains("The history was changed, from entry 2 on"), "{run}");
    let files = files(&sandbox, "e.zip");
    let page = text(&files, "index.html");
    assert!(page.contains("<p class=\"mark danger\">The history was changed</p>"), "{page}");
    assert!(
        page.contains("from entry 2 on: it isn&#39;t the one")
            || page.contains("from entry 2 on: it isn't the one"),
        "{page}"
    );
    assert!(!page.contains("What is fixed now"), "nothing is said about what rests on it");
    assert!(files.contains_key("originals/history/00000002/entry.json"), "what doesn't fit is kept as it is");
    // The file is what was shown: a folder whose history is broken.
    let run = verify(&sandbox, "e.zip");
    assert_eq!((run.code, &run.json()["broken_from"]), (0, &2.into()), "{run}");
    assert_eq!(run.json()["history"][1], "entry 3 doesn't follow the entry before it");
    let verified = console(&sandbox).done("evidence verify $/e.zip");
    assert!(verified.out.contains("history was broken from entry 2 on when this was made"), "{verified}");
    let intact = honest();
    console(&intact).done(SAVE);
    let run = verify(&intact, "e.zip");
    assert!(
        run.json().get("broken_from").is_none() && run.json()["history"] == serde_json::json!([]),
        "{run}"
    );
}

#[test]
fn a_history_that_was_cut_short_is_shown_as_that() {
    let sandbox = honest();
    std::fs::remove_dir_all(sandbox.path("app/.patchwright/history/00000004")).expect("the newest entry");
    console(&sandbox).done(SAVE);
    let run = verify(&sandbox, "e.zip");
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(run.json()["history"].as_array().map(Vec::len), Some(1), "{run}");
    assert!(run.json()["broken_from"].is_u64(), "{run}");
}

/// The unsigned pack as somebody makes it anew in whose records another user stands, with checksums that fit.
fn with_another_user(sandbox: &Sandbox, record: &str) {
    let files = files(sandbox, "e.zip");
    let mut pack = std::fs::read(sandbox.path("e.zip")).expect("a pack");
    let mut exchange = |old: &[u8], new: &[u8]| {
        for at in 0..=pack.len() - old.len() {
            if pack[at..].starts_with(old) {
                pack[at..at + old.len()].copy_from_slice(new);
            }
        }
    };
    let mut replace = |old: &str, new: &str| {
        exchange(old.as_bytes(), new.as_bytes());
        let sum = |text: &str| crc32fast::hash(text.as_bytes()).to_le_bytes();
        exchange(&sum(old), &sum(new));
    };
    let (entry, sums) = (text(&files, record), text(&files, "SHA256SUMS"));
    let changed = entry.replace("\"user\":\"ada\"", "\"user\":\"eve\"");
    let digest = |text: &str| Digest::compute(text.as_bytes()).to_string();
    replace(&sums, &sums.replace(&digest(&entry), &digest(&changed)));
    replace(&entry, &changed);
    std::fs::write(sandbox.path("e.zip"), pack).expect("written");
}

#[test]
fn a_pack_that_keeps_a_broken_history_to_itself_is_not_whole() {
    let sandbox = honest();
    for (number, is_whole) in [(5, true), (2, false)] {
        console(&sandbox).done("evidence $/app --output $/e.zip");
        // After the newest entry comes none that it could break.
        with_another_user(&sandbox, &format!("originals/history/{number:08}/entry.json"));
        let run = console(&sandbox).run("evidence verify $/e.zip");
        assert_eq!((run.code, run.printed().contains("is intact")), (4, is_whole), "{run}");
        let changed = verify(&sandbox, "e.zip").json()["changed"].clone();
        let expected = if is_whole { Value::Null } else { "evidence.json".into() };
        assert_eq!(changed[0]["file"], expected, "{changed}");
    }
}

#[test]
fn a_file_that_was_cut_off_or_is_no_pack_is_damaged() {
    let sandbox = honest();
    console(&sandbox).done(SAVE);
    let bytes = std::fs::read(sandbox.path("e.zip")).expect("a pack");
    for length in [0, 1, 21, 22, bytes.len() / 2, bytes.len() - 1] {
        std::fs::write(sandbox.path("other.zip"), &bytes[..length]).expect("written");
        let run = verify(&sandbox, "other.zip");
        assert_eq!((run.code, &run.json()["code"]), (4, &"E-CONTAINER".into()), "{length} {run}");
    }
    assert_eq!(console(&sandbox).run("evidence verify $/order.toml").code, 4);
    // What isn't there at all is no damage.
    assert_eq!(console(&sandbox).run("evidence verify $/none.zip").code, 1);
}

#[test]
fn markup_and_turned_text_in_a_patch_stay_text() {
    let sandbox =
        audited("<script src=//evil.example/x.js></script><img src=x onerror=alert(1)> \u{202e}gpj.exe");
    console(&sandbox).done(SAVE);
    let files = files(&sandbox, "e.zip");
    let page = text(&files, "index.html");
    assert!(page.contains("&lt;script src=//evil.example/x.js&gt;"), "{page}");
    for absent in ["<script", "<img", "\u{202e}", "href=", " src=\"", "<link"] {
        assert!(!page.contains(absent), "{absent:?} is in {page}");
    }
    assert!(page.contains("default-src 'none'; style-src 'unsafe-inline'"), "{page}");
    assert!(
        !text(&files, "evidence.json").contains('\u{202e}'),
        "programs read what hides something as an escape"
    );
}

#[test]
fn what_is_left_out_is_nowhere_in_the_pack() {
    let sandbox = honest();
    console(&sandbox).done(&format!("{SAVE} --redact users,paths"));
    let bytes = std::fs::read(sandbox.path("e.zip")).expect("a pack");
    let root = sandbox.path("").display().to_string();
    for hidden in
        ["\"ada\"", "ada on", "by ada", "\"server\"", "on server", "crashed", root.trim_end_matches('/')]
    {
        assert!(
            !bytes.windows(hidden.len()).any(|window| window == hidden.as_bytes()),
            "{hidden} is in the pack"
        );
    }
    let files = files(&sandbox, "e.zip");
    assert!(
        files.keys().all(|name| !name.starts_with("originals/") && !name.starts_with("vex/")),
        "{:?}",
        files.keys()
    );
    let document: Value = serde_json::from_str(&text(&files, "evidence.json")).expect("JSON");
    assert_eq!(document["withheld"].as_array().expect("a list").len(), 7, "{document}");
    assert_eq!(
        document["entries"][0]["user"], document["entries"][2]["user"],
        "the same stands for the same"
    );
    assert_eq!(console(&sandbox).run("evidence verify $/e.zip").code, 0);
}

#[test]
fn a_drifted_file_is_told_without_its_name_where_paths_are_left_out() {
    let sandbox = Sandbox::with(&[("app/secret/name.txt", "1\n")]);
    write_trusted_key(&sandbox, "anna", 1, "author");
    let bundle = sandbox.bundle(ID).replace("secret/name.txt", "1\n", "2\n");
    let bundle = bundle.but(|patch| patch.about.vulnerabilities = vec!["CVE-2026-1".to_owned()]);
    sandbox.save("fix.patchbundle", &bundle);
    console(&sandbox).done("sign $/fix.patchbundle --key $/anna.key");
    console(&sandbox).done("apply $/fix.patchbundle $/app --yes");
    sandbox.write("app/secret/name.txt", "3\n");
    for (flags, is_named) in
        [("", true), ("--redact users", true), ("--redact paths", false), ("--redact users,paths", false)]
    {
        console(&sandbox).done(&format!("{SAVE} {flags}"));
        let files = files(&sandbox, "e.zip");
        for name in ["evidence.json", "index.html"] {
            let text = text(&files, name);
            assert!(text.contains("as the patch left it"), "{name}: {text}");
            assert_eq!(
                text.contains("secret") || text.contains("name.txt"),
                is_named,
                "{flags} {name}: {text}"
            );
        }
    }
}

#[test]
fn one_patch_or_one_time_is_told_alone() {
    let sandbox = honest();
    sandbox.write("more/a", "2");
    sandbox.write("more/b", "4");
    console(&sandbox).done("make --from $/app --to $/more --id OTHER-2 --output $/2.patchbundle --no-proof");
    console(&sandbox).done("apply $/2.patchbundle $/app --yes --allow-unsigned");
    let entries = |wish: &str| {
        console(&sandbox).done(&format!("evidence $/app {wish} --output $/e.zip"));
        let document = text(&files(&sandbox, "e.zip"), "evidence.json");
        let document: Value = serde_json::from_str(&document).expect("JSON");
        let entries = document["entries"].as_array().expect("entries");
        entries.iter().map(|entry| entry["seq"].as_u64().expect("a number")).collect::<Vec<_>>()
    };
    assert_eq!(entries(ID), [1, 2, 3, 4, 5]);
    assert_eq!(entries("OTHER-2"), [6]);
    assert_eq!(entries("--since 2026-11-23"), [1, 2, 3, 4, 5, 6]);
    let to_come = console(&sandbox).run("evidence $/app --since 2026-11-24 --output $/to-come.zip");
    assert_eq!(to_come.code, 2, "{to_come}");
    assert!(to_come.err.contains("2026-11-24 is still to come"), "{to_come}");
    assert!(!sandbox.path("to-come.zip").exists());
    assert_eq!(console(&sandbox).run("evidence $/app NONE-1 --output $/e.zip").code, 3);
    assert_eq!(console(&sandbox).run("evidence $/app --since soon --output $/e.zip").code, 2);
    assert_eq!(console(&sandbox).run("evidence $/app").code, 2);
}
