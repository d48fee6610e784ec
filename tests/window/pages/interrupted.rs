//! Work that was interrupted is the first thing that somebody sees, with two plain choices.

use egui::{Key, Modifiers};
use patchwright::present::message::Effect;
use patchwright::present::worker::WorkerChange;
use patchwright::settings::{Pair, Recent};
use patchwright::words;
use patchwright::workbench::UnfinishedWork;

use super::person::{Opening, Person};

/// A window that finds interrupted work in the sample's folder.
fn at_interrupted_work(sample: &Person) -> Person {
    let folder = sample.sample().folder;
    let mut opening = Opening::new();
    opening.recent =
        Recent { pairs: vec![Pair { bundle: None, folder: Some(folder.clone()) }], ..Recent::default() };
    let work = UnfinishedWork {
        patches: Vec::new(),
        is_rollback: false,
        switch: None,
        begun: "2026-03-04T05:06:07Z".to_owned(),
        user: "ada\u{202e}".to_owned(),
        is_foreign: false,
        is_copied: false,
        can_finish: None,
    };
    opening.desk.interrupted = vec![(folder, work)];
    opening.desk.is_scripted = true;
    opening.open()
}

#[test]
fn interrupted_work_comes_before_anything_else() {
    let sample = Person::with_sample();
    let person = at_interrupted_work(&sample);
    person.must_see(words::INTERRUPTED_TITLE);
    person.control(words::INTERRUPTED_UNDO);
    person.control(words::INTERRUPTED_FINISH);
    let folder = sample.sample().place.display().to_string();
    insta::assert_snapshot!("interrupted", person.told().replace(&folder, "/tmp/sample"));
}

#[test]
fn each_choice_asks_once_and_starts_what_it_says() {
    for (choice, question, change) in [
        (
            words::INTERRUPTED_UNDO,
            words::CONFIRM_UNDO,
            WorkerChange::UndoInterrupted { aside: false, from: Vec::new() },
        ),
        (words::INTERRUPTED_FINISH, words::CONFIRM_FINISH, WorkerChange::FinishInterrupted),
    ] {
        let sample = Person::with_sample();
        let mut person = at_interrupted_work(&sample);
        person.press(choice);
        person.must_see(question);
        assert!(person.try_control(words::BACK).is_none(), "there is no page before this one");
        person.press(choice);
        let folder = sample.sample().folder;
        assert!(person.desk().done.contains(&Effect::Start(change, folder, None)));
        person.hears_end(r#"{"command":"recover","outcome":"done","target":"/opt/app"}"#);
        person.must_see(&format!("Step 6 of 6: {}", words::STEP_RESULT));
    }
}

#[test]
fn interrupted_work_can_wait_and_be_left_again() {
    let sample = Person::with_sample();
    let mut person = at_interrupted_work(&sample);
    person.press(words::INTERRUPTED_UNDO);
    person.types(Modifiers::NONE, Key::Escape);
    person.must_see(words::INTERRUPTED_TITLE);
    person.press(words::INTERRUPTED_UNDO);
    person.press(words::LEAVE);
    person.must_see(words::INTERRUPTED_TITLE);
    person.press(words::INTERRUPTED_LATER);
    assert!(!person.sees(words::INTERRUPTED_TITLE));
    assert!(!person.desk().done.iter().any(|effect| matches!(effect, Effect::Start(..))));
}

#[test]
fn files_that_were_changed_since_are_kept_aside_when_somebody_says_so() {
    let sample = Person::with_sample();
    let mut person = at_interrupted_work(&sample);
    person.press(words::INTERRUPTED_UNDO);
    person.press(words::INTERRUPTED_ASIDE);
    person.press(words::INTERRUPTED_UNDO);
    let change = WorkerChange::UndoInterrupted { aside: true, from: Vec::new() };
    assert!(person.desk().done.contains(&Effect::Start(change, sample.sample().folder, None)));
}

#[test]
fn who_deals_with_it_later_sees_the_folder_and_not_that_none_is_chosen() {
    let sample = Person::with_sample();
    let mut person = at_interrupted_work(&sample);
    person.press(words::INTERRUPTED_UNDO);
    person.press(words::LEAVE);
    person.must_see(words::INTERRUPTED_TITLE);
    person.press(words::INTERRUPTED_LATER);
    person.must_see(words::IN_THE_FOLDER);
    assert!(!person.sees(words::NO_FOLDER), "{}", person.told());
}
