//! A history is believed only as far as this machine has seen it written, and by the keys of today.

use std::path::Path;

use crate::support::console::Console;
use crate::support::sandbox::Sandbox;
use crate::support::trust::write_trusted_key;

/// A product, a patch that Anna signed, and one that nobody signed.
fn scene() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("app/readme.txt", "Read me.\n");
    sandbox.write("app/notes.txt", "None.\n");
    write_trusted_key(&sandbox, "anna", 1, "author");
    let save = |id: &str, file: &str, before: &str, after: &str| {
        let bundle = sandbox.bundle(id).replace(file, before, after);
        let bundle = bundle.but(|patch| patch.about.fixes = vec![id.to_owned()]);
        sandbox.save(&format!("{id}.patchbundle"), &bundle);
    };
    save("signed", "readme.txt", "Read me.\n", "Read me well.\n");
    save("plain", "notes.txt", "None.\n", "One.\n");
    sign(&sandbox, "signed");
    sandbox
}

fn person(sandbox: &Sandbox) -> Console<'_> {
    Console::new(sandbox).with_keys().answering("y")
}

fn sign(sandbox: &Sandbox, name: &str) {
    person(sandbox).done(&format!("sign $/{name}.patchbundle --key $/anna.key --as author"));
}

#[test]
fn signatures_are_kept_beside_the_manifest_that_they_cover() {
    let sandbox = scene();
    person(&sandbox).done("apply $/signed.patchbundle $/app --yes");
    person(&sandbox).done("apply $/plain.patchbundle $/app --allow-unsigned --yes");
    let kept = |entry: u32| sandbox.path(&format!("app/.patchwright/history/{entry:08}/signatures.json"));
    let signatures = std::fs::read_to_string(kept(1)).expect("signatures");
    assert!(signatures.contains("trusted comment"), "{signatures}");
    assert!(!Path::new(&kept(2)).exists(), "nothing is kept of what nobody signed");
}

#[test]
fn who_vouches_for_a_patch_in_a_folder_is_asked_of_the_keys_of_today() {
    let sandbox = scene();
    let console = person(&sandbox);
    console.done("apply $/signed.patchbundle $/app --yes");
    console.done("apply $/plain.patchbundle $/app --allow-unsigned --yes");
    let authors = || {
        let status = console.done("status $/app --json").json();
        let of = |patch: &serde_json::Value| patch["authors"].clone();
        status["patches"].as_array().expect("patches").iter().map(of).collect::<Vec<_>>()
    };
    assert_eq!(authors(), [serde_json::json!(["anna"]), serde_json::Value::Null]);
    assert!(console.done("status $/app").out.contains("signed by anna"));

    // What the history says of its first entry stays as it was; the key does not count any more.
    console.done("key revoke anna --reason stolen");
    assert_eq!(authors(), [serde_json::Value::Null, serde_json::Value::Null]);
}

#[test]
fn a_signature_moved_to_another_entry_vouches_for_nothing() {
    let sandbox = scene();
    let console = person(&sandbox);
    console.done("apply $/signed.patchbundle $/app --yes");
    console.done("apply $/plain.patchbundle $/app --allow-unsigned --yes");
    let place = |entry: u32| sandbox.path(&format!("app/.patchwright/history/{entry:08}/signatures.json"));
    std::fs::rename(place(1), place(2)).expect("moved");
    let status = console.done("status $/app --json").json();
    for patch in status["patches"].as_array().expect("patches") {
        assert_eq!(patch["authors"], serde_json::Value::Null, "{patch}");
    }
}
