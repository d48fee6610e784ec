//! A file that a command writes for a person never takes the place of one that nobody can make again.

use std::fs;

use crate::support::console::Console;
use crate::support::sandbox::Sandbox;
use crate::support::trust::write_trusted_key;

fn scene() -> Sandbox {
    let sandbox = Sandbox::with(&[("app/readme.txt", "Read me.\n")]);
    let bundle = sandbox.bundle("ACME-HF-1").replace("readme.txt", "Read me.\n", "Read me well.\n");
    sandbox.save("fix.patchbundle", &bundle);
    sandbox
}

#[test]
fn an_existing_file_is_never_overwritten() {
    let sandbox = scene();
    let console = Console::new(&sandbox);
    for (command, output) in [
        ("support $/app --output", "mine.zip"),
        ("review $/fix.patchbundle --verdict commented --output", "mine.md"),
        ("fixed $/app --format openvex --output", "mine.json"),
        ("fixed $/app --format trivyignore --output", "mine.yaml"),
        ("new --output", "mine.toml"),
    ] {
        sandbox.write(output, "mine\n");
        let refused = console.run(&format!("{command} $/{output}"));
        assert_eq!(refused.code, 3, "{command}: {refused}");
        assert!(refused.err.contains("already exists") || refused.err.contains("E-OCCUPIED"), "{refused}");
        assert_eq!(sandbox.read(output).as_deref(), Some("mine\n"), "{command}");
        fs::remove_file(sandbox.path(output)).expect("our own file");
        console.done(&format!("{command} $/{output}"));
    }
}

#[test]
fn a_document_about_fixes_replaces_its_older_edition_in_any_format() {
    let sandbox = scene();
    let console = Console::new(&sandbox);
    for format in ["openvex", "csaf", "cyclonedx", "cyclonedx-vex", "trivyignore", "osv-scanner", "openvex"] {
        let publisher = "--author ACME --namespace https://acme.example";
        console.done(&format!("fixed $/app --format {format} {publisher} --output $/told"));
    }
    assert!(sandbox.read("told").expect("it was written").contains("openvex"));
}

#[test]
fn a_signature_beside_a_review_is_never_overwritten_and_nothing_is_signed_then() {
    let sandbox = scene();
    write_trusted_key(&sandbox, "rose", 1, "reviewer");
    let before = fs::read(sandbox.path("fix.patchbundle")).expect("a patch file");
    sandbox.write("review.json.minisig", "mine\n");
    let console = Console::new(&sandbox).with_keys();
    let review = "review $/fix.patchbundle --verdict approved --key $/rose.key --output $/review.json";
    assert_eq!(console.run(review).code, 3);
    assert_eq!(sandbox.read("review.json.minisig").as_deref(), Some("mine\n"));
    assert!(!sandbox.path("review.json").exists());
    assert_eq!(fs::read(sandbox.path("fix.patchbundle")).expect("a patch file"), before);
    fs::remove_file(sandbox.path("review.json.minisig")).expect("our own file");
    console.done(review);
}
