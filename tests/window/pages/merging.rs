//! Where somebody edited what a patch changes: a version is chosen or both are merged, on Checks and on the guided way.

use std::fs;

use egui::{Key, Modifiers};
use egui_kittest::kittest::NodeT;
use patchwright::model::LocalEdits;
use patchwright::words::{self, fill, window};

use super::guided::goes_through;
use super::person::{Opening, Person, everything};
use super::sandbox::Sandbox;

const OLD: &str = "name = here\n\nlimit = 1\n\nlast = x\n";
const NEW: &str = "name = here\n\nlimit = 2\n\nlast = y\n";
const MINE: &str = "name = mine\n\nlimit = 9\n\nlast = x\n";

/// A folder whose settings were edited where the patch changes them.
fn scene() -> (Sandbox, Person) {
    let sandbox = Sandbox::new();
    sandbox.write("app/limits.txt", MINE);
    let bundle = sandbox.bundle("LIMIT").replace("limits.txt", OLD, NEW).but(|patch| {
        patch.changes[0].local_edits = LocalEdits::Merge;
    });
    let bundle = sandbox.save("limit.patchbundle", &bundle);
    let person = Opening::with_paths([bundle, sandbox.path("app")]).open();
    (sandbox, person)
}

fn limits(sandbox: &Sandbox) -> String {
    fs::read_to_string(sandbox.path("app/limits.txt")).expect("a file")
}

/// Applies, and rolls back again.
#[track_caller]
fn goes_in_and_out(sandbox: &Sandbox, person: &mut Person, expected: &str) {
    let before = everything(&sandbox.path("app"));
    goes_through(person);
    person.must_see(words::DONE_APPLY);
    assert_eq!(limits(sandbox), expected);
    // What was decided is about that change, and about no other.
    assert!(person.model(|model| model.workspace.edits.is_empty()));
    person.press(words::UNDO_THIS);
    assert!(!person.sees(window::YOU_DECIDED), "{}", person.told());
    goes_through(person);
    assert_eq!(everything(&sandbox.path("app")), before);
}

#[test]
fn both_versions_are_merged_on_the_checks_page_and_by_the_side_that_is_chosen() {
    let (sandbox, mut person) = scene();
    person.opens_tab(words::TAB_CHECKS);
    person.must_see(window::READY_AFTER_DECISION);
    person.press(window::MERGE);
    person.must_see(&fill(window::MERGE_TITLE, &[("path", "limits.txt")]));
    person.must_see("limit = 9");
    person.must_see("limit = 1");
    person.must_see("limit = 2");
    let reason = person.control(window::MERGE_TAKE).accesskit_node().description();
    assert_eq!(reason.as_deref(), Some(window::MERGE_FIRST));
    insta::assert_snapshot!("merge", person.told());
    person.press(window::MERGE_MINE);
    person.press(window::MERGE_TAKE);
    person.must_see(&fill(window::DECIDED_MERGED, &[("path", "limits.txt")]));
    person.press(words::APPLY);
    goes_in_and_out(&sandbox, &mut person, "name = mine\n\nlimit = 9\n\nlast = y\n");
}

#[test]
fn a_merge_is_typed_on_the_guided_way_and_can_be_changed_afterwards() {
    let (sandbox, mut person) = scene();
    person.press(words::APPLY);
    person.press(window::MERGE);
    person.press(window::MERGE_THEIRS);
    person.writes(window::MERGE_RESULT, "limit = 5");
    person.press(window::MERGE_TAKE);
    person.must_see("Step 2 of 6");
    person.must_see(&fill(window::DECIDED_MERGED, &[("path", "limits.txt")]));
    // Somebody thinks again.
    person.press(words::CHANGE);
    person.press(words::KEEP_MINE);
    person.must_see(&fill(window::DECIDED_MINE, &[("path", "limits.txt")]));
    person.press(words::CHANGE);
    person.press(window::MERGE);
    person.press(window::MERGE_BOTH);
    person.press(window::MERGE_TAKE);
    goes_in_and_out(&sandbox, &mut person, "name = mine\n\nlimit = 9\nlimit = 2\n\nlast = y\n");
}

#[test]
fn a_decision_is_not_told_in_another_change_before_it_was_used() {
    let (sandbox, mut person) = scene();
    let other = sandbox.bundle("OTHER").create("other.txt", "x\n");
    let other = sandbox.save("other.patchbundle", &other);
    let mut first = Opening::with_paths([other, sandbox.path("app")]).open();
    first.press(words::APPLY);
    goes_through(&mut first);
    person.types(Modifiers::NONE, Key::F5);
    person.opens_tab(words::TAB_CHECKS);
    person.press(words::KEEP_MINE);
    person.must_see(window::YOU_DECIDED);
    person.opens_tab(words::TAB_HISTORY);
    person.press(words::GO_BACK);
    assert!(!person.sees(window::YOU_DECIDED), "{}", person.told());
    // It still counts where it was made.
    person.press(words::LEAVE);
    person.opens_tab(words::TAB_CHECKS);
    person.must_see(window::YOU_DECIDED);
}

#[test]
fn a_merge_that_is_left_decides_nothing() {
    let (_sandbox, mut person) = scene();
    person.opens_tab(words::TAB_CHECKS);
    person.press(window::MERGE);
    person.press(window::MERGE_THEIRS);
    person.types(Modifiers::NONE, Key::Escape);
    person.must_see(window::READY_AFTER_DECISION);
    assert!(person.model(|model| model.workspace.edits.is_empty()));
}

#[test]
fn keep_and_take_are_decided_on_the_checks_page_too() {
    for (button, expected) in [(words::KEEP_MINE, MINE), (words::TAKE_THEIRS, NEW)] {
        let (sandbox, mut person) = scene();
        person.opens_tab(words::TAB_CHECKS);
        person.press(button);
        if button == words::TAKE_THEIRS {
            person.press(words::APPLY);
            goes_in_and_out(&sandbox, &mut person, expected);
        } else {
            // A file that stays is no change of its own, and nothing else changes here.
            person.must_see(words::NOTHING_TO_DO);
            assert_eq!(limits(&sandbox), expected);
        }
    }
}
