//! Everything with the keyboard alone: palette, key sheet, and a whole apply.

use egui::{Key, Modifiers, Role};
use egui_kittest::kittest::NodeT;
use patchwright::present::message::Effect;
use patchwright::words::{self, window};

use super::guided::{goes_through, last_button, starts};
use super::person::Person;

/// More than any page has to walk through.
const FAR: usize = 120;

/// Walks with Tab (or backwards) to the control whose name begins with `label`; it must be seen there.
#[track_caller]
fn walks_to(person: &mut Person, label: &str, modifiers: Modifiers) {
    for _ in 0..FAR {
        person.types(modifiers, Key::Tab);
        let focused = person.controls().into_iter().find(egui_kittest::Node::is_focused);
        let Some(node) = focused else { continue };
        if node.accesskit_node().label().is_some_and(|name| name.starts_with(label)) {
            let rect = node.rect();
            assert!(person.is_in_view(rect), "{label} has the keyboard and cannot be seen: {rect:?}");
            return;
        }
    }
    panic!("Tab does not lead to {label:?} in:\n{}", person.told());
}

#[track_caller]
pub fn walks_on(person: &mut Person, label: &str, key: Key) {
    walks_to(person, label, Modifiers::NONE);
    person.types(Modifiers::NONE, key);
}

#[test]
fn a_whole_apply_and_its_undo_need_no_mouse() {
    let mut person = Person::new();
    walks_on(&mut person, words::START_SAMPLE, Key::Enter);
    person.must_see(words::READY_WITH_WARNINGS);
    for tab in [words::TAB_CHANGES, words::TAB_CHECKS, words::TAB_HISTORY, words::TAB_OVERVIEW] {
        walks_on(&mut person, tab, Key::Space);
    }
    walks_on(&mut person, words::APPLY, Key::Enter);
    walks_on(&mut person, words::NEXT, Key::Enter);
    walks_on(&mut person, words::NEXT, Key::Space);
    walks_on(&mut person, words::CONSENT_UNSIGNED, Key::Space);
    assert_eq!(starts(&person), 0);
    let button = last_button(&person);
    walks_on(&mut person, &button, Key::Enter);
    person.must_see(words::DONE_APPLY);
    walks_on(&mut person, words::UNDO_THIS, Key::Enter);
    walks_on(&mut person, words::NEXT, Key::Enter);
    walks_on(&mut person, words::NEXT, Key::Enter);
    let button = last_button(&person);
    walks_on(&mut person, &button, Key::Space);
    person.must_see(words::DONE_TAKE_BACK);
    walks_to(&mut person, words::SAVE_REPORT, Modifiers::NONE);
    walks_to(&mut person, words::CLOSE, Modifiers::SHIFT);
    person.types(Modifiers::NONE, Key::Enter);
    person.must_see(words::WHAT_HAPPENED);
}

#[test]
fn enter_that_is_pressed_too_often_starts_nothing() {
    let mut person = Person::with_sample();
    person.press(words::APPLY);
    goes_through(&mut person);
    // Going back asks for no consent: there is nothing between "Next" and the change but the keyboard.
    person.press(words::UNDO_THIS);
    assert_eq!(starts(&person), 1);
    for key in [Key::Enter, Key::Space] {
        walks_on(&mut person, words::NEXT, key);
        for _ in 0..5 {
            person.types(Modifiers::NONE, key);
        }
        assert_eq!(starts(&person), 1, "{key:?} held down goes through to the change");
        while person.try_control(words::BACK).is_some() && !person.sees("Step 2 of 6") {
            person.press(words::BACK);
        }
    }
}

#[test]
fn the_palette_lists_every_command_with_its_key_and_goes_where_it_says() {
    let mut person = Person::with_sample();
    let palette = |person: &mut Person| {
        person.types(Modifiers::COMMAND | Modifiers::SHIFT, Key::P);
        person.must_see(words::COMMANDS);
    };
    palette(&mut person);
    insta::assert_snapshot!("palette", person.told());
    person.harness.event(egui::Event::Text("hist".to_owned()));
    person.settle();
    person.types(Modifiers::NONE, Key::Enter);
    person.must_see(words::NOTHING_TO_TAKE_BACK);
    assert!(!person.sees(words::COMMANDS));

    palette(&mut person);
    person.types(Modifiers::NONE, Key::Escape);
    assert!(!person.sees(words::COMMANDS));

    // What others call it finds it, too; what nothing is called is said.
    palette(&mut person);
    person.harness.event(egui::Event::Text("undo".to_owned()));
    person.settle();
    assert!(person.sees(words::GO_BACK) && !person.sees(window::NO_COMMAND), "{}", person.told());
    person.harness.event(egui::Event::Text("xyz".to_owned()));
    person.settle();
    person.must_see(window::NO_COMMAND);
    person.types(Modifiers::NONE, Key::Escape);

    // The second of the list, with the arrows.
    palette(&mut person);
    person.types(Modifiers::NONE, Key::ArrowDown);
    person.types(Modifiers::NONE, Key::Enter);
    assert!(person.desk().done.contains(&Effect::PickFolder));
}

#[test]
fn the_key_sheet_shows_every_key_and_the_ways_the_window_can_look() {
    let mut person = Person::with_sample();
    person.types(Modifiers::NONE, Key::F1);
    person.must_see(words::KEYS);
    insta::assert_snapshot!("keys", person.told());
    for look in [words::APPEARANCE_DARK, words::APPEARANCE_CONTRAST, words::APPEARANCE_LIGHT] {
        person.press(look);
        let chosen = person.control(look).accesskit_node().is_selected();
        assert!(chosen == Some(true) || person.control(look).accesskit_node().toggled().is_some(), "{look}");
    }
    person.press(words::COLOURS_BLUE_ORANGE);
    person.press(words::APPEARANCE_CALM);
    person.types(Modifiers::NONE, Key::Escape);
    assert!(!person.sees(words::APPEARANCE));
    assert!(person.desk().done.contains(&Effect::SaveSettings));
}

#[test]
fn letters_that_are_typed_into_a_field_are_letters() {
    let mut person = Person::new();
    let field = person.controls().into_iter().find(|node| node.accesskit_node().role() == Role::TextInput);
    field.expect("a path can be typed").focus();
    person.settle();
    person.harness.event(egui::Event::Text("/opt/app?[".to_owned()));
    person.types(Modifiers::SHIFT, Key::Questionmark);
    person.types(Modifiers::NONE, Key::OpenBracket);
    assert!(!person.sees(words::APPEARANCE), "no key sheet came up");
    assert_eq!(person.model(|model| model.typed_path.clone()), "/opt/app?[");
}

#[test]
fn a_typed_path_is_opened_by_enter() {
    let sample = Person::with_sample();
    let mut person = Person::new();
    let field = person.controls().into_iter().find(|node| node.accesskit_node().role() == Role::TextInput);
    field.expect("a path can be typed").focus();
    person.settle();
    let folder = sample.sample().folder.display().to_string();
    person.harness.event(egui::Event::Text(folder));
    person.settle();
    person.types(Modifiers::NONE, Key::Enter);
    person.must_see(words::NOTHING_TO_TAKE_BACK);
}

#[test]
fn the_filter_keeps_the_keyboard_while_somebody_types_into_it() {
    let mut person = Person::with_sample();
    person.opens_tab(words::TAB_CHANGES);
    person.control(words::FILTER).focus();
    person.settle();
    for letter in ["c", "o", "n"] {
        person.harness.event(egui::Event::Text(letter.to_owned()));
        person.settle();
    }
    let typed = |person: &Person| {
        person.model(|model| model.workspace.tree.as_ref().map(|tree| tree.filter().text.clone()))
    };
    assert_eq!(typed(&person).as_deref(), Some("con"));
    person.types(Modifiers::NONE, Key::Backspace);
    assert_eq!(typed(&person).as_deref(), Some("co"));
    assert!(person.control(words::FILTER).is_focused());
}
