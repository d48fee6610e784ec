//! A page that nobody touches costs nothing.

use std::time::Duration;

use egui::ViewportId;
use patchwright::words;

use super::guided::goes_through;
use super::person::Person;

/// Nothing asks for another picture.
#[track_caller]
fn is_quiet(person: &mut Person, page: &str) {
    person.harness.remove_cursor();
    person.settle();
    // What a thread found out about a change may come a moment later.
    let mut delay = Duration::ZERO;
    for _ in 0..20 {
        person.harness.step();
        delay = person.harness.output().viewport_output[&ViewportId::ROOT].repaint_delay;
        if delay > Duration::from_secs(60) {
            return;
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    panic!("{page}: another picture after {delay:?}: {:?}", person.harness.ctx.repaint_causes());
}

#[test]
fn no_page_asks_for_a_picture_when_nothing_happens() {
    let mut person = Person::new();
    is_quiet(&mut person, "start");
    person.press(words::START_SAMPLE);
    is_quiet(&mut person, "overview");
    for tab in [words::TAB_CHANGES, words::TAB_CHECKS, words::TAB_HISTORY] {
        person.opens_tab(tab);
        is_quiet(&mut person, tab);
    }
    person.types(egui::Modifiers::COMMAND | egui::Modifiers::SHIFT, egui::Key::P);
    is_quiet(&mut person, "palette");
    person.types(egui::Modifiers::NONE, egui::Key::Escape);
    person.types(egui::Modifiers::NONE, egui::Key::F1);
    is_quiet(&mut person, "keys");
    person.types(egui::Modifiers::NONE, egui::Key::Escape);
    person.press(words::APPLY);
    is_quiet(&mut person, "check");
    goes_through(&mut person);
    is_quiet(&mut person, "result");
}
