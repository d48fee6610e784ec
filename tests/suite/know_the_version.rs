//! The version that is told after a change is the one that the folder has then.

use crate::believe_a_history::{person, scene};
use crate::support::console::{Console, Run};
use crate::support::sandbox::{Sandbox, order};

/// A product whose version stands in a file, and a patch that raises it.
fn product() -> Sandbox {
    let sandbox = Sandbox::new();
    for (folder, version, web) in [("app", "1", "old"), ("old", "1", "old"), ("new", "2", "new")] {
        sandbox.write(&format!("{folder}/VERSION"), &format!("version {version}\n"));
        sandbox.write(&format!("{folder}/web"), &format!("{web}\n"));
    }
    let detect = "[[product.detect]]\nkind = \"version\"\npath = \"VERSION\"\nafter = \"version \"\n";
    sandbox.write("order.toml", &order("ACME-1", "result_version = \"2\"", detect));
    console(&sandbox).done("make --from $/old --to $/new --order $/order.toml --output $/fix.patchbundle");
    console(&sandbox).done("apply $/fix.patchbundle $/app --yes --allow-unsigned");
    sandbox
}

fn console(sandbox: &Sandbox) -> Console<'_> {
    Console::new(sandbox).with_keys()
}

fn versions(sandbox: &Sandbox) -> (String, String) {
    let history = console(sandbox).done("history $/app --json").json();
    let last = history["entries"].as_array().expect("a list").last().expect("an entry").clone();
    let of = |name: &str| last[name].as_str().unwrap_or_default().to_owned();
    (of("version_before"), of("version_after"))
}

fn says(run: &Run, version: &str) {
    assert!(run.out.contains(&format!("The version is now {version}\n")), "{run}");
}

#[test]
fn after_a_repair_that_was_undone_it_is_the_edited_one_again() {
    let sandbox = product();
    sandbox.write("app/VERSION", "version 2-ours\n");
    console(&sandbox).done("repair $/app --yes --from $/fix.patchbundle");
    assert_eq!(versions(&sandbox), ("2-ours".to_owned(), "2".to_owned()));
    let undone = console(&sandbox).done("rollback $/app --undo --yes");
    assert_eq!(sandbox.read("app/VERSION").as_deref(), Some("version 2-ours\n"));
    says(&undone, "2-ours");
    assert_eq!(versions(&sandbox), ("2".to_owned(), "2-ours".to_owned()));
    let again = console(&sandbox).done("rollback $/app --undo --yes");
    says(&again, "2");
    assert!(console(&sandbox).done("status $/app").out.starts_with("product 2 in"));
}

#[test]
fn a_repair_of_another_file_changes_none() {
    let sandbox = product();
    sandbox.write("app/web", "edited\n");
    console(&sandbox).done("repair $/app --yes --from $/fix.patchbundle");
    assert_eq!(versions(&sandbox), ("2".to_owned(), "2".to_owned()));
    console(&sandbox).done("rollback $/app --undo --yes");
    assert_eq!(versions(&sandbox), ("2".to_owned(), "2".to_owned()));
    says(&console(&sandbox).done("rollback $/app ACME-1 --yes --keep-edits"), "1");
}

#[test]
fn why_a_file_differs_is_not_told_from_a_history_that_was_cut_short() {
    let sandbox = scene();
    person(&sandbox).done("apply $/signed.patchbundle $/app --yes");
    let removed = "app/.patchwright/history/00000002";
    person(&sandbox).done("rollback $/app --yes");
    std::fs::remove_dir_all(sandbox.path(removed)).expect("removed");
    let status = person(&sandbox).done("status $/app");
    assert!(
        status.out.contains("ends at entry 1, and you changed the folder here up to entry 2"),
        "{status}"
    );
    assert!(status.out.contains("readme.txt  of unknown cause"), "{status}");
    assert!(!status.out.contains("as it was before"), "{status}");
    // Where nothing is missing, it is known.
    let sandbox = scene();
    person(&sandbox).done("apply $/signed.patchbundle $/app --yes");
    sandbox.write("app/readme.txt", "Read me.\n");
    let status = person(&sandbox).done("status $/app");
    assert!(status.out.contains("as it was before signed"), "{status}");
}
