//! Who clicks faster than pages come, or on a slow machine, changes nothing unseen.

use egui::{Event, Key, Modifiers, PointerButton, Pos2};
use egui_kittest::kittest::NodeT;
use patchwright::present::message::{Event as Answer, Input};
use patchwright::words::{self, fill, many, window};

use super::guided::{goes_through, last_button, starts};
use super::person::{Opening, Person, everything};
use super::site::Site;

/// A patch is in, and the way back stands at the page before its last.
fn about_to_confirm() -> Person {
    let mut person = Person::with_sample();
    person.press(words::APPLY);
    goes_through(&mut person);
    person.press(words::UNDO_THIS);
    person.press(words::NEXT);
    person.must_see(words::REVIEW_TITLE);
    person
}

/// A press and a release, both before the next picture.
fn clicks(person: &mut Person, pos: Pos2) {
    // Not by the harness, which draws a picture for each event.
    let events = &mut person.harness.input_mut().events;
    events.push(Event::PointerMoved(pos));
    for pressed in [true, false] {
        let (button, modifiers) = (PointerButton::Primary, Modifiers::NONE);
        events.push(Event::PointerButton { pos, button, pressed, modifiers });
    }
}

#[test]
fn clicks_that_go_on_at_one_place_do_not_confirm_what_nobody_saw() {
    let mut person = about_to_confirm();
    let folder = person.sample().folder;
    let (before, place) = (everything(&folder), person.control(words::NEXT).rect().center());
    // A picture each quarter of a second: the page comes with the first, and can be seen from the next one on.
    for _ in 0..4 {
        clicks(&mut person, place);
        person.harness.step();
    }
    assert!(person.has_just_come());
    let button = last_button(&person);
    assert!(person.control(&button).rect().contains(place), "it stands where Next stood");
    assert!(person.sees(words::JUST_SHOWN));
    // The press that comes with the picture in which it can be pressed was meant for the one before.
    clicks(&mut person, place);
    person.harness.step();
    person.settle();
    assert_eq!((starts(&person), everything(&folder)), (1, before.clone()));
    clicks(&mut person, place);
    person.settle();
    person.must_see(words::DONE_TAKE_BACK);
    assert_ne!(everything(&folder), before);
}

#[test]
fn clicks_that_piled_up_while_a_picture_took_long_do_not_confirm() {
    let mut person = about_to_confirm();
    let place = person.control(words::NEXT).rect().center();
    clicks(&mut person, place);
    person.harness.step();
    person.harness.step();
    // The next picture comes long after the first of this page, and brings everything that was clicked meanwhile.
    person.harness.input_mut().time = Some(1000.0);
    clicks(&mut person, place);
    clicks(&mut person, place);
    person.harness.step();
    person.harness.input_mut().time = None;
    person.settle();
    assert_eq!(starts(&person), 1);
    person.must_see(words::STEP_CONFIRM);
}

#[test]
fn keys_that_go_on_do_not_confirm_either() {
    let mut person = about_to_confirm();
    let place = person.control(words::NEXT).rect().center();
    clicks(&mut person, place);
    person.harness.step();
    person.harness.step();
    let button = last_button(&person);
    person.control(&button).focus();
    for key in [Key::Enter, Key::Space] {
        person.harness.key_press(key);
        person.harness.step();
    }
    person.settle();
    assert_eq!(starts(&person), 1);
    person.control(&button).focus();
    person.settle();
    person.types(Modifiers::NONE, Key::Enter);
    assert_eq!(starts(&person), 2);
}

#[test]
fn a_question_about_many_folders_is_not_confirmed_before_it_was_seen() {
    let site = Site::new(&["a"]);
    let state = site.state("have = [\"ACME-1\"]");
    let mut person = site.open();
    person.press(many::WANTED);
    person.press(many::INPUT_STATE_FILE);
    person.hears(Answer::InputPicked(Input::StateFile, vec![state]));
    let one = [("n", "1 change"), ("folders", "1 folder")];
    let place = person.control(&fill(many::BRING_IN_LINE, &one)).rect().center();
    clicks(&mut person, place);
    person.harness.step();
    person.harness.step();
    assert!(person.has_just_come());
    let place = person.control(&fill(many::DO_IN_LINE, &one)).rect().center();
    clicks(&mut person, place);
    person.harness.step();
    person.settle();
    assert_eq!((starts(&person), site.has("a")), (0, [false; 2]));
    clicks(&mut person, place);
    person.settle();
    assert_eq!((starts(&person), site.has("a")), (1, [true, false]));
}

#[test]
fn a_result_names_the_rule_that_was_broken_and_its_buttons_are_in_view() {
    let mut person = Person::with_sample();
    person.press(words::APPLY);
    goes_through(&mut person);
    person.must_see("Applied without enough trusted signatures");
    for label in [words::UNDO_THIS, words::SAVE_REPORT, words::COPY_DETAILS, words::CLOSE] {
        assert!(person.is_in_view(person.control(label).rect()), "{label}");
    }
    person.press(words::UNDO_THIS);
    assert!(!person.sees("trusted signatures"));
    goes_through(&mut person);
    person.press(words::UNDO_GOING_BACK);
    assert!(!person.sees(words::CHECK_SAFE_COPIES), "a patch comes back here: {}", person.told());
    person.press(words::LEAVE);
    assert!(!person.sees(window::READY_TO_REPAIR));
}

#[test]
fn the_start_page_says_that_the_sample_is_made() {
    let mut opening = Opening::new();
    opening.desk.is_slow = true;
    let mut person = opening.open();
    assert!(!person.sees(words::SAMPLE_WAIT));
    person.press(words::START_SAMPLE);
    let said = person.harness.root().children_recursive().filter(|node| {
        let inner = node.accesskit_node();
        inner.value().or(inner.label()).as_deref() == Some(words::SAMPLE_WAIT)
            && person.is_in_view(node.rect())
    });
    assert!(said.count() >= 1, "{}", person.told());
}
