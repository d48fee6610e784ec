//! Which product is in a folder and which patches are in it is told from what the files hold.

use std::path::Path;

use patchwright::workbench::{Identified, Presence};

use crate::support::console::Console;
use crate::support::sandbox::{Sandbox, order, unwatched};
use crate::support::trees::Tree;

fn old() -> Tree {
    Tree::new().file("version", "Widget 1.0\n").file("app", "1").file("conf/app.conf", "a\n")
}

fn new() -> Tree {
    Tree::new()
        .file("version", "Widget 1.0\n")
        .file("app", "2")
        .file("conf/app.conf", "b\n")
        .file("more", "x")
}

fn known() -> String {
    let tables = "[[make.policy]]\npaths = [\"/conf/*\"]\nlocal_edits = \"merge\"\n\
                  [[product.detect]]\nkind = \"version\"\npath = \"version\"\nafter = \"Widget \"\n";
    order("TEST-1", "", tables).replace("versions = [\"1\"]", "versions = [\"1.0\"]")
}

fn identify(sandbox: &Sandbox, target: &Path, bundles: &[std::path::PathBuf]) -> Identified {
    unwatched(|watch| sandbox.bench().identify(target, bundles, watch)).expect("an answer")
}

#[test]
fn without_a_history_the_files_tell_whether_a_patch_is_in() {
    let sandbox = Sandbox::new();
    let bundle = sandbox.make(&old(), &new());
    for (tree, presence) in [
        (new(), Presence::In),
        (old(), Presence::NotIn),
        (old().file("app", "2"), Presence::Partly),
        (Tree::new().file("app", "9").file("conf/app.conf", "c").file("more", "y"), Presence::Neither),
    ] {
        let target = sandbox.install(&tree);
        let found = identify(&sandbox, &target.path, std::slice::from_ref(&bundle.path));
        assert_eq!(found.patches[0].presence, presence, "{found:?}");
        assert!(!found.patches[0].in_history && !target.has_state());
    }
}

#[test]
fn a_file_of_which_only_permissions_change_says_nothing_about_what_is_in() {
    let sandbox = Sandbox::new();
    let (before, after) = (old().file("run", "x"), new().program("run", "x"));
    let bundle = sandbox.make(&before, &after);
    let only = sandbox.make(&old().file("run", "x"), &old().program("run", "x"));
    for (tree, bundle, presence) in [
        (&before, &bundle, Presence::NotIn),
        (&after, &bundle, Presence::In),
        // Where nothing else changes, permissions are no evidence against it.
        (&before, &only, Presence::In),
    ] {
        let target = sandbox.install(tree);
        let found = identify(&sandbox, &target.path, std::slice::from_ref(&bundle.path));
        assert_eq!(found.patches[0].presence, presence, "{found:?}");
    }
}

#[test]
fn what_people_may_edit_does_not_decide() {
    let sandbox = Sandbox::new();
    let order = order("TEST-1", "", "[[make.policy]]\npaths = [\"/conf/*\"]\nlocal_edits = \"merge\"\n");
    let bundle = sandbox.try_to_make(&order, &old(), &new()).expect("a bundle");
    let target = sandbox.install(&new().file("conf/app.conf", "mine\n"));
    let found = identify(&sandbox, &target.path, &[bundle.path]);
    assert_eq!(found.patches[0].presence, Presence::In);
    assert_eq!(found.patches[0].edited[0].as_str(), "conf/app.conf");
}

#[test]
fn what_the_history_names_is_compared_too() {
    let sandbox = Sandbox::new();
    let first = sandbox.make(&old(), &new());
    let second = sandbox.make_named("TEST-2", &new(), &new().file("app", "3"));
    let target = sandbox.install(&old());
    target.must_apply(&first);
    let found = identify(&sandbox, &target.path, &[first.path, second.path]);
    let told: Vec<_> =
        found.patches.iter().map(|p| (p.identity.to_string(), p.in_history, p.presence)).collect();
    assert_eq!(
        told,
        [("TEST-1".to_owned(), true, Presence::In), ("TEST-2".to_owned(), false, Presence::NotIn)]
    );
}

#[test]
fn the_command_line_names_product_and_patches() {
    let sandbox = Sandbox::new();
    old().write_to(&sandbox.path("app"));
    let console = Console::new(&sandbox);
    let empty = console.done("identify $/app").out;
    assert!(
        empty.contains("An unknown product in $/app") && empty.contains("Nothing to compare with"),
        "{empty}"
    );
    let bundle = match sandbox.try_to_make(&known(), &old(), &new()) {
        Ok(bundle) => bundle,
        Err(error) => panic!("{error:?}"),
    };
    std::fs::copy(&bundle.path, sandbox.path("fix.patchbundle")).expect("a copy");
    let found = console.done("identify $/app $/fix.patchbundle").out;
    assert!(found.contains("TEST-1  not applied: 0 of 3 files match"), "{found}");
    let json = console.done("identify $/app $/fix.patchbundle --json").json();
    assert_eq!((&json["version"], &json["patches"][0]["is_for_version"]), (&"1.0".into(), &true.into()));
    assert_eq!(json["patches"][0]["presence"], "not-in");
}
