//! The guided way, page by page: one question, one button, and nothing written before the last.

use egui::Role;
use egui_kittest::kittest::NodeT;
use patchwright::model::{Check, Level, Probe, TreePath};
use patchwright::present::message::{Effect, Event, ExportWish};
use patchwright::words::{self, several, window};

use super::desk::Desk;
use super::person::{Opening, Person, everything};
use super::sandbox::Sandbox;

/// The button that starts the change.
pub fn last_button(person: &Person) -> String {
    person.model(|model| model.guided.as_ref().expect("somebody is guided").button())
}

/// How often a worker was started.
pub fn starts(person: &Person) -> usize {
    person.desk().done.iter().filter(|effect| matches!(effect, Effect::Start(..))).count()
}

#[track_caller]
fn is_at(person: &Person, step: usize, name: &str) {
    person.must_see(&format!("Step {step} of 6: {name}"));
}

/// From the check page to the result.
#[track_caller]
pub fn goes_through(person: &mut Person) {
    is_at(person, 2, words::STEP_CHECK);
    person.must_see(words::NOTHING_WRITTEN_YET);
    person.press(words::NEXT);
    is_at(person, 3, words::STEP_REVIEW);
    person.must_see(words::NOTHING_WRITTEN_YET);
    person.press(words::NEXT);
    is_at(person, 4, words::STEP_CONFIRM);
    for consent in [words::CONSENT_UNSIGNED, several::TRUST_FILES] {
        if person.try_control(consent).is_some() {
            person.press(consent);
        }
    }
    let button = last_button(person);
    person.press(&button);
    is_at(person, 6, words::STEP_RESULT);
    super::truth::is_told(person);
}

#[test]
fn a_patch_goes_in_page_by_page_and_is_undone_from_its_result() {
    let mut person = Person::with_sample();
    let folder = person.sample().folder;
    let before = everything(&folder);
    person.press(words::APPLY);
    is_at(&person, 2, words::STEP_CHECK);
    insta::assert_snapshot!("check", person.told());
    person.press(words::NEXT);
    is_at(&person, 3, words::STEP_REVIEW);
    insta::assert_snapshot!("review", person.told());
    person.press(words::NEXT);
    is_at(&person, 4, words::STEP_CONFIRM);
    insta::assert_snapshot!("confirm", person.told());
    let button = last_button(&person);
    let reason = person.control(&button).accesskit_node().description();
    assert_eq!(reason.as_deref(), Some(words::CONSENT_FIRST));
    person.press(words::CONSENT_UNSIGNED);
    assert_eq!(everything(&folder), before, "nothing is written before the last button");
    person.press(&button);
    person.must_see(words::DONE_APPLY);
    insta::assert_snapshot!("result", person.told());
    let after = everything(&folder);
    assert_ne!(after, before);

    person.press(words::UNDO_THIS);
    goes_through(&mut person);
    person.must_see(words::DONE_TAKE_BACK);
    assert_eq!(everything(&folder), before);

    person.press(words::UNDO_GOING_BACK);
    goes_through(&mut person);
    person.must_see(words::DONE_BRING_BACK);
    assert_eq!(everything(&folder), after);

    person.press(words::CLOSE);
    person.must_see(words::IN_THE_FOLDER);
    person.must_see(words::AS_EXPECTED);
    insta::assert_snapshot!("history_afterwards", person.told());
    assert_eq!(starts(&person), 3);
}

#[test]
fn a_patch_that_comes_back_shows_its_health_checks_and_needs_a_word_again() {
    let sandbox = Sandbox::new();
    sandbox.write("app/a.txt", "1\n");
    let probe = Probe::Text { path: TreePath::parse("a.txt").expect("a path"), contains: "2".to_owned() };
    let health = vec![Check { probe, level: Level::Required, timeout_secs: 5, retries: 0 }];
    let bundle = sandbox.bundle("BACK").replace("a.txt", "1\n", "2\n");
    let bundle = sandbox.save("back.patchbundle", &bundle.but(|patch| patch.about.health = health));
    let mut opening = Opening::with_paths([bundle, sandbox.path("app")]);
    opening.desk = Desk::remembering_in(&sandbox.path(""));
    let mut person = opening.open();
    person.press(words::APPLY);
    goes_through(&mut person);
    person.press(words::UNDO_THIS);
    goes_through(&mut person);
    person.press(words::UNDO_GOING_BACK);
    person.press(words::NEXT);
    is_at(&person, 3, words::STEP_REVIEW);
    person.must_see(window::CHECKED_AFTERWARDS);
    person.must_see("a.txt contains \"2\"");
    person.press(words::NEXT);
    is_at(&person, 4, words::STEP_CONFIRM);
    let button = last_button(&person);
    let reason = person.control(&button).accesskit_node().description();
    assert_eq!(reason.as_deref(), Some(words::CONSENT_FIRST));
    person.press(words::CONSENT_UNSIGNED);
    person.press(&button);
    person.must_see(words::DONE_BRING_BACK);
}

#[test]
fn every_guided_page_leads_back_to_the_one_before() {
    let mut person = Person::with_sample();
    person.press(words::APPLY);
    person.press(words::NEXT);
    person.press(words::NEXT);
    is_at(&person, 4, words::STEP_CONFIRM);
    person.press(words::BACK);
    is_at(&person, 3, words::STEP_REVIEW);
    person.press(words::BACK);
    is_at(&person, 2, words::STEP_CHECK);
    person.press(words::BACK);
    is_at(&person, 1, words::STEP_CHOOSE);
    person.press(words::LEAVE);
    person.control(words::APPLY);
    assert_eq!(starts(&person), 0);
}

#[test]
fn every_page_of_the_way_has_one_filled_button_and_one_title() {
    let mut person = Person::with_sample();
    person.press(words::APPLY);
    for label in [words::NEXT, words::NEXT] {
        let titles = person.harness.root().children_recursive();
        let titles = titles.filter(|node| {
            node.accesskit_node().role() == Role::Heading && node.accesskit_node().level() == Some(1)
        });
        assert_eq!(titles.count(), 1, "{}", person.told());
        let same = person
            .controls()
            .iter()
            .filter(|node| node.accesskit_node().label().as_deref() == Some(label))
            .count();
        assert_eq!(same, 1, "{}", person.told());
        person.press(label);
    }
}

#[test]
fn somebody_who_never_saw_a_patch_puts_a_folder_back_from_the_start_page() {
    let mut person = Person::with_sample();
    let folder = person.sample().folder;
    let before = everything(&folder);
    person.press(words::APPLY);
    goes_through(&mut person);

    // Another day, another window.
    let mut person_again = Opening::new().open();
    person_again.press(words::START_GO_BACK_BUTTON);
    is_at(&person_again, 1, words::STEP_CHOOSE);
    let reason = person_again.control(words::NEXT).accesskit_node().description();
    assert_eq!(reason.as_deref(), Some(words::NEEDS_FOLDER));
    insta::assert_snapshot!("choose_the_folder", person_again.told());
    person_again.press(words::START_CHOOSE_FOLDER);
    assert_eq!(person_again.desk().done, [Effect::PickFolder]);
    person_again.hears(Event::FolderPicked(folder.clone()));
    person_again.press(words::NEXT);
    goes_through(&mut person_again);
    person_again.must_see(words::DONE_TAKE_BACK);
    assert_eq!(everything(&folder), before);
}

#[test]
fn what_blocks_is_said_and_cannot_be_gone_past() {
    let sample = Person::with_sample();
    let bundles = sample.sample().bundles;
    for (which, word) in [
        (2, words::heading(patchwright::model::Code::Requires)),
        (3, words::heading(patchwright::model::Code::Drift)),
    ] {
        let mut person = Opening::with_paths([bundles[which].clone(), sample.sample().folder]).open();
        person.must_see(words::CANNOT_CONTINUE);
        person.opens_tab(words::TAB_CHECKS);
        person.must_see(word);
        person.press(words::APPLY);
        person.must_see(words::CHECK_BLOCKED);
        person.must_see(words::NOTHING_CHANGED);
        let next = person.control(words::NEXT);
        assert_eq!(next.accesskit_node().description().as_deref(), Some(words::CHECK_BLOCKED));
        next.click();
        person.settle();
        is_at(&person, 2, words::STEP_CHECK);
        assert_eq!(starts(&person), 0);
    }
}

#[test]
fn the_result_can_be_kept() {
    let mut person = Person::with_sample();
    person.press(words::APPLY);
    goes_through(&mut person);
    person.press(words::SAVE_REPORT);
    person.hears(Event::PlacePicked(ExportWish::Report, "/somewhere/report.html".into()));
    person.hears(Event::Saved(Ok("/somewhere/report.html".into())));
    person.must_see("Saved: /somewhere/report.html");
    person.press(words::COPY_DETAILS);
    person.must_see(words::COPIED);
    let saved = person
        .desk()
        .done
        .iter()
        .any(|effect| matches!(effect, Effect::SaveReport(_, page) if page.contains(words::DONE_APPLY)));
    assert!(saved);
}

#[test]
fn a_rollback_says_why_and_for_which_ticket_and_the_history_has_it() {
    let mut person = Person::with_sample();
    let folder = person.sample().folder;
    person.press(words::APPLY);
    goes_through(&mut person);
    person.press(words::UNDO_THIS);
    person.press(words::NEXT);
    person.press(words::NEXT);
    person.press(window::BECAUSE_FAULT);
    person.writes(window::WHY_WORDS, "prints are cut off");
    person.writes(window::TICKET_OPTIONAL, "OPS-77");
    let button = last_button(&person);
    person.press(&button);
    person.must_see(words::DONE_TAKE_BACK);
    let (_, entries) = person.folder_as_it_is(&folder);
    let last = entries.last().expect("an entry");
    let reason = last.reason.as_ref().expect("a reason");
    assert_eq!(reason.kind, patchwright::model::ReasonKind::Fault);
    assert_eq!(reason.text.as_deref(), Some("prints are cut off"));
    assert_eq!(last.ticket.as_deref(), Some("OPS-77"));
}
