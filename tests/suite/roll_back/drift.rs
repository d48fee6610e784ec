//! What is recorded and what is observed are compared, and the difference has a name.

use patchwright::workbench::Action;

use crate::support::console::Console;
use crate::support::sandbox::{Sandbox, order};
#[cfg(unix)]
use crate::support::trees::set_mode;
use crate::support::trees::{Tree, links_work};

fn old() -> Tree {
    let tree = Tree::new().file("edited", "1").file("gone", "1").file("mode", "1").file("missing", "1");
    let tree = tree.file("turned", "1").file("fine", "1").file("not-ours", "1");
    if links_work() { tree.link("link", "fine") } else { tree }
}

fn new() -> Tree {
    let tree = Tree::new().file("edited", "2").file("mode", "2").file("missing", "2");
    let tree = tree.file("turned", "2").file("fine", "2").file("not-ours", "1").dir("folder");
    if links_work() { tree.link("link", "mode") } else { tree }
}

#[cfg(unix)]
#[test]
fn every_kind_of_drift_is_named_with_the_patch_it_concerns() {
    let sandbox = Sandbox::new();
    let target = sandbox.install(&old());
    target.must_apply(&sandbox.make_named("ONE-1", &old(), &new()));
    target.must_apply(&sandbox.make_named("TWO-2", &new(), &new().file("edited", "3")));
    assert_eq!(target.status().compared, 8, "every place that a patch has touched");
    assert!(target.drift().is_empty());

    target.edit("edited", "by somebody");
    target.edit("gone", "made again");
    target.remove("missing");
    target.remove("turned");
    std::fs::create_dir(target.path.join("turned")).expect("a new folder");
    target.remove("link");
    std::os::unix::fs::symlink("elsewhere", target.path.join("link")).expect("a new link");
    std::fs::remove_dir(target.path.join("folder")).expect("an empty folder");
    set_mode(&target.path.join("mode"), 0o600);
    target.edit("not-ours", "nobody's business");
    assert_eq!(
        target.drift(),
        [
            "edited: edited (TWO-2)",
            "folder: missing (ONE-1)",
            "gone: unexpected (ONE-1)",
            "link: edited (ONE-1)",
            "missing: missing (ONE-1)",
            "mode: permissions (ONE-1)",
            "turned: edited (ONE-1)",
        ]
    );
}

#[test]
fn a_folder_without_a_history_has_no_drift() {
    let sandbox = Sandbox::new();
    let status = sandbox.install(&old()).status();
    assert!(status.drift.is_empty() && status.installed.is_empty() && status.unfinished.is_none());
    assert_eq!((status.compared, status.product, status.version), (0, None, None));
}

#[test]
fn after_a_rollback_the_old_files_are_what_is_expected() {
    let sandbox = Sandbox::new();
    let target = sandbox.install(&old());
    target.must_apply(&sandbox.make(&old(), &new()));
    target.must_roll_back();
    assert!(target.drift().is_empty());
    target.edit("edited", "by somebody");
    assert_eq!(target.drift(), ["edited: edited (TEST-1)"]);
}

#[test]
fn the_history_tells_who_did_what_and_when() {
    let sandbox = Sandbox::new();
    let order = order("TEST-1", "result_version = \"2\"", "[[health]]\ncheck = \"file\"\npath = \"fine\"\n");
    let bundle = sandbox.try_to_make(&order, &old(), &new()).expect("a bundle");
    let target = sandbox.install(&old());
    target.must_apply(&bundle);
    target.must_roll_back();
    use Action::{Apply, Checked, Rollback};
    assert_eq!(target.story(), [Apply, Checked, Rollback]);
    let history = target.history();
    for (n, entry) in history.iter().enumerate() {
        assert_eq!(entry.seq, n as u64 + 1);
        assert_eq!([&entry.user, &entry.host], ["tester", "testbed"]);
        assert_eq!(entry.time, "2026-03-04T05:06:07Z");
        assert_eq!(entry.patch.as_ref().expect("a patch").id, "TEST-1");
    }
    assert_eq!(history[0].bundle, Some(bundle.made.file_digest));
    assert_eq!(history[0].version_after.as_deref(), Some("2"));
    assert_eq!(history[2].version_before.as_deref(), Some("2"));
    assert_eq!(history[2].reverses, Some(1));
    assert_eq!(history[0].vouched[0].verdict, "untrusted");
    assert!(history[1].checks[0].passed);
}

#[test]
fn a_failed_health_check_takes_the_patch_back() {
    let sandbox = Sandbox::new();
    let order = order("TEST-1", "", "[[health]]\ncheck = \"file\"\npath = \"not/there\"\n");
    let bundle = sandbox.try_to_make(&order, &old(), &new()).expect("a bundle");
    let target = sandbox.install(&old());
    let error = target.apply(&bundle).expect_err("it is not healthy");
    assert!(matches!(error, patchwright::workbench::Error::Unhealthy { undo: None, .. }), "{error:?}");
    target.expect(&old());
    assert!(target.installed().is_empty());
    assert_eq!(target.story(), [Action::Apply, Action::Rollback]);
}

#[test]
fn what_was_not_as_expected_is_not_right_because_a_rollback_put_it_there_again() {
    let sandbox = Sandbox::with(&[("old/f", "one\n"), ("new/f", "two\n"), ("app/f", "one\n")]);
    let console = Console::new(&sandbox);
    console.done("make --from $/old --to $/new --id ACME-1 --output $/fix.patchbundle");
    const APPLY: &str = "apply $/fix.patchbundle $/app --yes --allow-unsigned";
    console.done(APPLY);
    // Somebody restores the old file past the program, and the patch is applied again.
    sandbox.write("app/f", "one\n");
    let before = console.done("status $/app");
    assert!(before.out.contains("differs  f  as it was before ACME-1"), "{before}");
    console.done(APPLY);
    console.done("rollback $/app --yes");
    assert_eq!(sandbox.read("app/f").as_deref(), Some("one\n"));
    let after = console.done("status $/app");
    assert!(after.out.contains("differs  f  as it was before ACME-1"), "{after}");
    let again = console.done(APPLY);
    assert!(again.out.contains("Applied ACME-1"), "nothing is called in place that isn't: {again}");
    assert_eq!(sandbox.read("app/f").as_deref(), Some("two\n"));
    assert!(console.done("status $/app").out.contains("everything is as expected"));
}
