//! The home page: what somebody looks after, and how it stands.

use patchwright::present::home::KnownFolderState;
use patchwright::settings::{ComparedSides, DiffLayout, Pair, Recent};
use patchwright::words::{self, fill, window};
use patchwright::workbench::Comparison;

use super::guided::goes_through;
use super::person::{Opening, Person};
use super::sandbox::Sandbox;

fn recent(sandbox: &Sandbox, bundle: &std::path::Path) -> Recent {
    let pair = Pair { bundle: Some(bundle.to_owned()), folder: Some(sandbox.path("app")) };
    Recent { pairs: vec![pair], ..Recent::default() }
}

#[test]
fn folders_are_listed_with_what_is_in_them_and_how_they_stand() {
    let sandbox = Sandbox::new();
    sandbox.write("app/a.txt", "1\n");
    let bundle = sandbox.bundle("FIRST").replace("a.txt", "1\n", "2\n");
    let bundle = sandbox.save("first.patchbundle", &bundle);
    let at_home = || Opening { recent: recent(&sandbox, &bundle), ..Opening::new() }.open();
    let state = |person: &Person| {
        person.model(|model| model.home.folder(&sandbox.path("app")).map(|known| known.state))
    };

    let person = at_home();
    assert_eq!(state(&person), Some(KnownFolderState::Fine));
    person.must_see(window::NO_PATCHES);
    person.must_see("first.patchbundle");

    let mut working = Opening::with_paths([bundle.clone(), sandbox.path("app")]).open();
    working.press(words::APPLY);
    goes_through(&mut working);
    let mut person = at_home();
    person.must_see("1 patch");
    person.press(&fill(window::ROLL_BACK_IN, &[("folder", "app")]));
    person.must_see("Step 1 of 6");

    sandbox.write("app/a.txt", "edited\n");
    let person = at_home();
    assert_eq!(state(&person), Some(KnownFolderState::Differs));
    person.must_see(window::STATE_DIFFERS);
    assert!(!person.sees(window::STATE_FINE), "one folder has one state");

    std::fs::remove_dir_all(sandbox.path("app")).expect("our own folder");
    assert_eq!(state(&at_home()), Some(KnownFolderState::Away));
}

#[test]
fn a_change_that_went_on_without_the_window_is_told_with_its_result() {
    let sandbox = Sandbox::new();
    sandbox.write("app/a.txt", "1\n");
    let bundle = sandbox.bundle("FIRST").replace("a.txt", "1\n", "2\n");
    let bundle = sandbox.save("first.patchbundle", &bundle);
    let mut opening = Opening { recent: recent(&sandbox, &bundle), ..Opening::new() };
    opening.recent.begun = Some(sandbox.path("app"));
    let mut person = opening.open();
    person.must_see(window::WENT_ON);
    person.press(window::SHOW_RESULT);
    person.must_see(words::IN_THE_FOLDER);
    person.press(words::TO_START);
    assert!(!person.sees(window::WENT_ON), "it is told once");
    // After a change that was seen to its end there is nothing to tell.
    let mut working = Opening::with_paths([bundle, sandbox.path("app")]).open();
    working.press(words::APPLY);
    goes_through(&mut working);
    assert_eq!(working.model(|model| model.recent.begun.clone()), None);
}

#[test]
fn size_layout_and_what_is_compared_are_remembered() {
    let mut person = Person::with_sample();
    person.opens_tab(words::TAB_CHANGES);
    person.press(words::COMPARE_ORIGINAL_AFTER);
    person.press(words::COMPARE_FOLDER_AFTER);
    assert_eq!(person.model(|model| model.workspace.comparison), Comparison::FolderToAfter);
    person.press(words::contents::VIEW_SIDE_BY_SIDE);
    person.harness.ctx.set_zoom_factor(1.5);
    person.settle();
    let settings = person.model(|model| model.settings.clone());
    assert_eq!(
        (settings.compared, settings.layout, settings.zoom),
        (ComparedSides::FolderAfter, DiffLayout::SideBySide, 1.5)
    );
}

#[test]
fn the_window_is_named_after_what_is_in_it() {
    let person = Person::with_sample();
    let title = person.model(patchwright::present::Model::title);
    assert!(title.contains("LIGHTHOUSE-HF-7 \u{2192} "), "{title}");
    assert!(title.ends_with("\u{2013} Patchwright"), "{title}");
}

#[test]
fn how_large_the_window_is_is_remembered_when_it_closes() {
    let mut person = Person::new();
    let frame = |person: &mut Person, size: [f32; 2], is_maximised| {
        let view = person.harness.input_mut().viewports.entry(egui::ViewportId::ROOT).or_default();
        view.inner_rect = Some(egui::Rect::from_min_size(egui::Pos2::ZERO, size.into()));
        view.maximized = Some(is_maximised);
        person.settle();
    };
    frame(&mut person, [1200.0, 800.0], false);
    // A window that fills the screen keeps the size that it goes back to.
    frame(&mut person, [1920.0, 1080.0], true);
    let settings = person.model(|model| model.settings.clone());
    assert_eq!((settings.window, settings.is_maximised), (Some([1200.0, 800.0]), true));
    person.closes();
    assert!(person.desk().done.contains(&patchwright::present::message::Effect::SaveSettings));
}
