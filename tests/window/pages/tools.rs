//! What can be done with a change is found and pressed in windows of every size: beside the file's name, or behind a
//! button that is there.

use std::ffi::OsStr;

use egui::{Key, Modifiers, Vec2};
use patchwright::present::{Page, Tab};
use patchwright::words::{self, contents, window};
use patchwright::workbench::Comparison;

use super::person::{Opening, Person};

/// Windows by width and height, and how large everything is drawn.
const WINDOWS: [(f32, f32, f32); 4] =
    [(1024.0, 720.0, 1.0), (1280.0, 800.0, 1.0), (1280.0, 800.0, 2.0), (1024.0, 720.0, 2.0)];

/// Presses a tool: where it stands in words, or in the menu that it is in.
#[track_caller]
fn uses(person: &mut Person, tool: &str) {
    for menu in [window::FILE_TOOLS, words::COMPARE_ORIGINAL_AFTER, window::MORE] {
        if person.try_control(tool).is_some() {
            break;
        }
        if person.try_control(menu).is_some() {
            assert!(person.is_in_view(person.control(menu).rect()), "{menu:?} is cut");
            person.press(menu);
            if person.try_control(tool).is_none() {
                person.types(Modifiers::NONE, Key::Escape);
            }
        }
    }
    let rect = person.control(tool).rect();
    assert!(person.is_in_view(rect), "{tool:?} is at {rect:?}");
    person.control(tool).click();
    person.settle();
}

fn viewed(person: &Person) -> usize {
    person.model(|model| model.workspace.tree.as_ref().expect("a tree").viewed())
}

#[track_caller]
fn goes_back(person: &mut Person) {
    person.types(Modifiers::NONE, Key::Escape);
    if !matches!(person.model(|model| model.page), Page::Workspace(Tab::Changes)) {
        person.opens_tab(words::TAB_CHANGES);
    }
}

#[test]
fn every_tool_of_a_change_is_found_and_works_in_every_window() {
    for (width, height, scale) in WINDOWS {
        let size = Vec2::new(width, height) / scale;
        let mut person = Person::with_sample_in(Opening { size, scale, ..Opening::new() });
        let sample = person.sample();
        let apply = ["apply".as_ref(), sample.bundles[0].as_os_str(), sample.folder.as_os_str()];
        let apply: Vec<&OsStr> =
            apply.into_iter().chain(["--allow-unsigned", "--yes"].map(OsStr::new)).collect();
        person.desk().runs(&apply);
        person.types(Modifiers::NONE, Key::F5);
        person.opens_tab(words::TAB_CHANGES);
        let at = format!("{width} × {height} at {scale}");

        uses(&mut person, window::VIEWED);
        assert_eq!(viewed(&person), 1, "{at}");
        uses(&mut person, contents::NEXT_CHANGE_BUTTON);
        uses(&mut person, words::COMPARE_FOLDER_AFTER);
        assert_eq!(person.model(|model| model.workspace.comparison), Comparison::FolderToAfter, "{at}");
        uses(&mut person, window::NOTE);
        assert!(person.model(|model| model.noting.is_some()), "{at}");
        uses(&mut person, words::LEAVE);
        uses(&mut person, window::REVIEW);
        assert_eq!(person.model(|model| model.page), Page::Review, "{at}");
        goes_back(&mut person);
        uses(&mut person, words::GO_BACK);
        assert_eq!(person.model(|model| model.page), Page::Guided, "{at}");
        person.press(words::LEAVE);
        goes_back(&mut person);
        uses(&mut person, words::KEYS);
        assert_eq!(person.model(|model| model.page), Page::Settings, "{at}");
    }
}
