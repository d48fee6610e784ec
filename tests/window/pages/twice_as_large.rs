//! At twice the size in the smallest window, nothing that matters is cut off or out of reach.

use egui::Vec2;
use egui_kittest::kittest::NodeT;
use patchwright::words;

use super::guided::last_button;
use super::person::{Opening, Person};

fn large() -> Opening {
    // 1024×720 pixels with everything drawn twice as large.
    Opening { size: Vec2::new(512.0, 360.0), scale: 2.0, ..Opening::new() }
}

/// Everything that can be pressed is reached by scrolling, and stands in the window with its whole width.
#[track_caller]
fn all_is_reached(person: &mut Person, page: &str) {
    let names = person.controls().into_iter().filter_map(|node| node.accesskit_node().label());
    for name in names.collect::<Vec<String>>() {
        if person.try_control(&name).is_none() {
            // A list shows the rows that there is room for.
            continue;
        }
        person.bring_into_view(&name);
        let rect = person.control(&name).rect();
        assert!(person.is_in_view(rect), "{page}: {name:?} stays at {rect:?}");
    }
}

#[test]
fn every_button_of_every_page_is_reached() {
    let mut person = large().open();
    all_is_reached(&mut person, "start");
    person.press(words::START_SAMPLE);
    all_is_reached(&mut person, "overview");
    for tab in [words::TAB_CHECKS, words::TAB_HISTORY] {
        person.opens_tab(tab);
        all_is_reached(&mut person, tab);
    }
    person.press(words::APPLY);
    all_is_reached(&mut person, "check");
    person.press(words::NEXT);
    all_is_reached(&mut person, "review");
    person.press(words::NEXT);
    all_is_reached(&mut person, "confirm");
    person.press(words::CONSENT_UNSIGNED);
    let button = last_button(&person);
    person.press(&button);
    all_is_reached(&mut person, "result");
    person.must_see(words::DONE_APPLY);
}

#[test]
fn the_keys_and_the_look_are_reached() {
    let mut person = Person::with_sample_in(large());
    person.types(egui::Modifiers::NONE, egui::Key::F1);
    for look in [words::APPEARANCE_DARK, words::APPEARANCE_LIGHT, words::APPEARANCE_CALM] {
        person.press(look);
    }
}
