//! Applied (can go back) and accepted (space freed, way back given up) are two states.

use std::path::Path;

use patchwright::plan::OnDrift;
use patchwright::workbench::{Action, Which};

use crate::support::sandbox::{Sandbox, Target, obstacles};
use crate::support::trees::{Tree, noise};

fn state(n: u64) -> Tree {
    Tree::new().file("big", noise(n, 1 << 20)).file("n", n.to_string())
}

/// Bytes in our own folder.
fn kept_bytes(target: &Target<'_>) -> u64 {
    fn below(folder: &Path) -> u64 {
        let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
        let size = |entry: std::fs::DirEntry| match entry.metadata().expect("it is there") {
            found if found.is_dir() => below(&entry.path()),
            found => found.len(),
        };
        entries.map(size).sum()
    }
    below(&target.path.join(".patchwright"))
}

fn with_two_patches(sandbox: &Sandbox) -> Target<'_> {
    let target = sandbox.install(&state(1));
    for (n, id) in [(1, "ONE-1"), (2, "TWO-2")] {
        target.must_apply(&sandbox.make_named(id, &state(n), &state(n + 1)));
    }
    target
}

fn accept(target: &Target<'_>, sandbox: &Sandbox, id: Option<&str>) -> Vec<String> {
    let accepted = sandbox.bench().accept(&target.path, id).expect("it is accepted");
    accepted.patches.into_iter().map(|patch| patch.id).collect()
}

#[test]
fn accepting_frees_the_space_and_gives_up_the_way_back() {
    let sandbox = Sandbox::new();
    let target = with_two_patches(&sandbox);
    assert!(kept_bytes(&target) > 2 << 20, "two safe copies are kept");
    assert_eq!(accept(&target, &sandbox, None), ["ONE-1", "TWO-2"]);
    assert!(kept_bytes(&target) < 64 << 10, "{} bytes are left", kept_bytes(&target));
    assert_eq!(
        obstacles(target.roll_back(Which::Last, OnDrift::Stop)),
        ["E-NO-WAY-BACK: the way back of TWO-2 was given up with \"accept\""]
    );
    target.expect(&state(3));
    assert!(target.drift().is_empty());
    assert_eq!(target.installed(), ["ONE-1", "TWO-2"], "they are still in");
    assert_eq!(target.story(), [Action::Apply, Action::Apply, Action::Accept]);
    assert!(accept(&target, &sandbox, None).is_empty(), "there is nothing left to accept");
}

#[test]
fn the_older_patch_is_accepted_and_the_newer_one_can_still_go() {
    let sandbox = Sandbox::new();
    let target = with_two_patches(&sandbox);
    assert_eq!(accept(&target, &sandbox, Some("ONE-1")), ["ONE-1"]);
    target.must_roll_back();
    target.expect(&state(2));
    assert_eq!(
        obstacles(target.roll_back(Which::Last, OnDrift::Stop)),
        ["E-NO-WAY-BACK: the way back of ONE-1 was given up with \"accept\""]
    );
    target.must_undo_the_rollback();
    target.expect(&state(3));
}

#[test]
fn accepting_what_is_not_there_changes_nothing() {
    let sandbox = Sandbox::new();
    let target = with_two_patches(&sandbox);
    let refused = sandbox.bench().accept(&target.path, Some("THREE-3"));
    assert_eq!(
        obstacles(refused),
        ["E-UNKNOWN-PATCH: THREE-3 is not in this folder; in it are ONE-1, TWO-2"]
    );
    assert_eq!(target.story().len(), 2);
}

#[test]
fn a_patch_that_was_taken_back_and_brought_in_again_is_accepted_whole() {
    let sandbox = Sandbox::new();
    let target = with_two_patches(&sandbox);
    target.must_roll_back();
    target.must_undo_the_rollback();
    assert_eq!(accept(&target, &sandbox, None), ["ONE-1", "TWO-2"]);
    assert!(kept_bytes(&target) < 64 << 10, "{} bytes are left", kept_bytes(&target));
}

#[test]
fn what_follows_an_accepted_patch_can_be_taken_back() {
    let sandbox = Sandbox::new();
    let target = with_two_patches(&sandbox);
    assert_eq!(accept(&target, &sandbox, None).len(), 2);
    target.must_apply(&sandbox.make_named("THREE-3", &state(3), &state(4)));
    target.must_roll_back();
    target.expect(&state(3));
}

#[test]
fn accepting_gives_up_the_way_forth_of_a_rollback_too() {
    let sandbox = Sandbox::new();
    let target = with_two_patches(&sandbox);
    target.must_roll_back();
    assert_eq!(accept(&target, &sandbox, None), ["ONE-1"]);
    assert!(kept_bytes(&target) < 64 << 10, "{} bytes that nobody can use", kept_bytes(&target));
    assert_eq!(
        obstacles(target.roll_back(Which::LastRollback, OnDrift::Stop)),
        ["E-UNKNOWN-PATCH: the last change of this folder was not a rollback"]
    );
    target.expect(&state(2));
}
