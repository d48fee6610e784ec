//! Doing again and undoing, from History: a button does what it says, with everything that is asked elsewhere.

use std::fs;

use egui::{Key, Modifiers};
use patchwright::model::{Check, Level, Probe, Restart, TreePath};
use patchwright::present::history::EventSign;
use patchwright::present::message::{Effect, Event};
use patchwright::words::{self, fill, window};
use patchwright::workbench::Action;

use super::guided::goes_through;
use super::person::{Opening, Person};
use super::sandbox::Sandbox;

const ADVICE: &str = "Stop the mail server first.";

/// A folder with a patch that its vendor gives advice about, and that was just applied.
fn applied(health: &str) -> (Sandbox, Person) {
    let sandbox = Sandbox::new();
    sandbox.write("app/a.txt", "1\n");
    let probe = Probe::Text { path: TreePath::parse("a.txt").expect("a path"), contains: health.to_owned() };
    let bundle = sandbox.bundle("TURN").replace("a.txt", "1\n", "2\n").but(|patch| {
        patch.about.rollback.steps.push(ADVICE.into());
        patch.about.restart = Restart::Service;
        patch.about.health.push(Check { probe, level: Level::Required, timeout_secs: 5, retries: 0 });
    });
    let bundle = sandbox.save("turn.patchbundle", &bundle);
    let mut person = Opening::with_paths([bundle, sandbox.path("app")]).open();
    person.press(words::APPLY);
    for _ in 0..2 {
        person.press(words::NEXT);
    }
    person.press(words::CONSENT_UNSIGNED);
    person.press("Apply 1 change");
    (sandbox, person)
}

fn a(sandbox: &Sandbox) -> String {
    fs::read_to_string(sandbox.path("app/a.txt")).expect("a file")
}

fn named(template: &str) -> String {
    fill(template, &[("id", "TURN")])
}

#[test]
fn what_came_back_is_rolled_back_again_as_every_patch_is() {
    let (sandbox, mut person) = applied("2");
    person.press(words::UNDO_THIS);
    person.must_see(ADVICE);
    goes_through(&mut person);
    let restart = words::restart(Restart::Service).expect("a sentence");
    person.must_see(restart);
    person.press(words::CLOSE);
    // To bring it back is no rollback, and asks for none of its reasons.
    person.press(&named(window::REAPPLY_ID));
    person.must_see(words::BRING_BACK_TITLE);
    assert!(!person.sees(ADVICE));
    for _ in 0..2 {
        person.press(words::NEXT);
    }
    person.must_see("Reapply TURN?");
    assert!(!person.sees(window::WHY_BACK));
    person.press(words::CONSENT_UNSIGNED);
    person.press("Reapply 1 change");
    person.must_see(words::DONE_BRING_BACK);
    person.must_see(restart);
    person.press(words::CLOSE);
    assert_eq!(a(&sandbox), "2\n");

    person.press(&named(window::ROLL_BACK_AGAIN));
    person.must_see(words::TAKE_OUT_TITLE);
    person.must_see(ADVICE);
    for _ in 0..2 {
        person.press(words::NEXT);
    }
    person.must_see("Roll back TURN?");
    person.press(window::BECAUSE_FAULT);
    person.writes(window::TICKET_OPTIONAL, "OPS-7");
    person.press("Roll back 1 change");
    person.must_see(words::DONE_TAKE_BACK);
    super::truth::is_told(&person);
    assert_eq!(a(&sandbox), "1\n");
    let (status, history) = person.folder_as_it_is(&sandbox.path("app"));
    assert!(status.installed.is_empty(), "{status:?}");
    let last = history.last().expect("a rollback");
    assert_eq!(last.ticket.as_deref(), Some("OPS-7"));
    assert!(last.reason.is_some(), "{last:?}");
}

#[test]
fn reapplying_what_failed_its_check_is_not_called_safe_and_names_the_patch() {
    let (sandbox, mut person) = applied("never");
    person.must_see(words::PUT_BACK);
    assert_eq!(a(&sandbox), "1\n");
    person.press(words::CLOSE);
    let signs = person.model(|model| {
        let view = model.workspace.view.ready().expect("a folder");
        view.events.iter().map(|event| event.sign).collect::<Vec<_>>()
    });
    assert!(!signs.contains(&EventSign::Applied) && signs.contains(&EventSign::Failed), "{signs:?}");
    person.must_see(window::PART_CHECK_FAILED);
    person.press(&named(window::REAPPLY_ID));
    assert!(!person.sees(words::CHECK_READY_BRING), "{}", person.told());
    person.must_see(words::CHECK_WARN);
    person.must_see("TURN was rolled back because this failed: a.txt contains \"never\"");
}

#[test]
fn what_was_rolled_back_by_hand_is_no_failure() {
    let (_sandbox, mut person) = applied("2");
    person.press(words::UNDO_THIS);
    goes_through(&mut person);
    person.press(words::CLOSE);
    let signs = person.model(|model| {
        let view = model.workspace.view.ready().expect("a folder");
        view.events.iter().map(|event| event.sign).collect::<Vec<_>>()
    });
    assert!(signs.contains(&EventSign::Applied) && !signs.contains(&EventSign::Failed), "{signs:?}");
    assert!(!person.sees(window::PART_CHECK_FAILED));
}

#[test]
fn a_repair_says_what_it_replaces_and_is_undone_from_its_result_and_from_history() {
    let (sandbox, mut person) = applied("2");
    person.press(words::CLOSE);
    for undone_from in ["result", "history"] {
        sandbox.write("app/a.txt", "mine\n");
        person.types(Modifiers::NONE, Key::F5);
        person.press(window::REPAIR);
        person.must_see(window::REPAIR_REPLACES);
        if person.try_control(window::CHOOSE_SOURCE).is_some() {
            // At first only the patch file has what belongs there; later so do the backups.
            person.press(window::CHOOSE_SOURCE);
            person.hears(Event::SourcesPicked(vec![sandbox.path("turn.patchbundle")]));
            person.must_see(window::REPAIR_REPLACES);
        }
        goes_through(&mut person);
        person.must_see(window::DONE_REPAIR);
        assert_eq!(a(&sandbox), "2\n");
        if undone_from == "history" {
            person.press(words::CLOSE);
            person.press(window::UNDO_REPAIR);
        } else {
            person.press(words::UNDO_THIS);
        }
        person.must_see(window::UNDO_REPAIR_TITLE);
        person.must_see(window::READY_TO_UNDO_REPAIR);
        for _ in 0..2 {
            person.press(words::NEXT);
        }
        person.must_see(window::CONFIRM_UNDO_REPAIR);
        person.press("Undo 1 change");
        person.must_see(window::DONE_UNDO_REPAIR);
        assert_eq!(a(&sandbox), "mine\n");
        let (status, history) = person.folder_as_it_is(&sandbox.path("app"));
        assert!(status.undid_repair, "{status:?}");
        assert_eq!(history.last().map(|entry| entry.action), Some(Action::Rollback));
        // It differs again, and that is told.
        person.must_see(&fill(words::DONE_DIFFERS, &[("n", "1 file")]));
        person.press(words::CLOSE);
        assert!(person.try_control(window::UNDO_REPAIR).is_none());
    }
}

#[test]
fn every_run_of_a_worker_has_a_number_of_its_own() {
    let (_sandbox, mut person) = applied("2");
    let run = |person: &Person| person.model(|model| model.guided.as_ref().map(|guided| guided.run));
    let first = run(&person);
    person.press(words::UNDO_THIS);
    goes_through(&mut person);
    assert!(first.is_some() && run(&person) > first, "a bar that was full begins again");
}

#[test]
fn a_patch_that_went_before_the_last_change_is_applied_again_from_its_file() {
    let (sandbox, mut person) = applied("2");
    person.press(words::UNDO_THIS);
    goes_through(&mut person);
    person.press(words::CLOSE);
    let again = fill(window::APPLY_AGAIN, &[("id", "TURN")]);
    assert!(person.try_control(&again).is_none(), "the last rollback is undone from its backups");
    // Another patch comes: the rollback is not the last change any more.
    let other = sandbox.bundle("OTHER").create("b.txt", "new\n");
    let other = sandbox.save("other.patchbundle", &other);
    let words = ["apply".as_ref(), other.as_os_str(), sandbox.path("app").as_os_str()].map(ToOwned::to_owned);
    let agreed = ["--allow-unsigned", "--yes"].map(std::ffi::OsString::from);
    let words: Vec<&std::ffi::OsStr> = words.iter().chain(&agreed).map(AsRef::as_ref).collect();
    person.desk().runs(&words);
    person.types(Modifiers::NONE, Key::F5);
    person.must_see(window::GONE);
    person.press(&again);
    person.must_see(words::APPLY_TITLE);
    person.must_see("TURN \u{2192}");
    person.press(words::LEAVE);
    // It is here again, and nobody is offered it any more.
    let file = sandbox.path("turn.patchbundle");
    let words = ["apply".as_ref(), file.as_os_str(), sandbox.path("app").as_os_str()].map(ToOwned::to_owned);
    let agreed = ["--allow-unsigned", "--allow-related=tried", "--yes"].map(std::ffi::OsString::from);
    let words: Vec<&std::ffi::OsStr> = words.iter().chain(&agreed).map(AsRef::as_ref).collect();
    person.desk().runs(&words);
    person.types(Modifiers::NONE, Key::F5);
    assert_eq!(a(&sandbox), "2\n");
    assert!(person.try_control(&again).is_none() && !person.sees(window::GONE), "{}", person.told());
}

#[test]
fn a_patch_is_applied_again_from_a_file_that_was_open_lately_or_that_is_asked_for() {
    let (sandbox, mut person) = applied("2");
    person.press(words::UNDO_THIS);
    goes_through(&mut person);
    let other = sandbox.bundle("OTHER").create("b.txt", "new\n");
    let other = sandbox.save("other.patchbundle", &other);
    person.press(words::CLOSE);
    person.hears(Event::Sorted { bundles: vec![other], folder: None });
    person.press(words::APPLY);
    goes_through(&mut person);
    person.press(words::CLOSE);
    let again = fill(window::APPLY_AGAIN, &[("id", "TURN")]);
    person.press(&again);
    assert_eq!(person.desk().done.last(), Some(&Effect::PickBundle), "nobody knows where it is");
    // The home page looks at the files that were open lately.
    person.types(Modifiers::COMMAND, Key::Home);
    person.types(Modifiers::COMMAND, Key::Num4);
    person.press(&again);
    let open = person.model(|model| model.workspace.bundle.clone());
    assert_eq!(open, Some(sandbox.path("turn.patchbundle")));
}

#[test]
fn what_a_patch_fixed_is_listed_no_more_once_it_is_rolled_back() {
    let mut person = Person::with_sample();
    person.press(words::APPLY);
    goes_through(&mut person);
    person.press(words::CLOSE);
    person.must_see(window::FIXED_HERE);
    person.press(words::GO_BACK);
    goes_through(&mut person);
    person.press(words::CLOSE);
    assert!(!person.sees(window::FIXED_HERE), "{}", person.told());
}
