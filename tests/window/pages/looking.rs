//! Looking: the start page, and the four pages of a patch and a folder.

use egui::{Key, Modifiers};
use egui_kittest::kittest::NodeT;
use patchwright::model::{Purl, RequiredComponent, VersRange};
use patchwright::present::message::{Dialog, Effect, Event, Input};
use patchwright::settings::{Pair, Recent};
use patchwright::words::{self, contents, trying, window};
use patchwright::workbench::Comparison;

use super::guided::goes_through;
use super::person::{Opening, Person, everything};
use super::sandbox::Sandbox;

#[test]
fn the_start_page_offers_everything_in_one_click() {
    let person = Person::new();
    for label in [
        words::START_OPEN_PATCH,
        words::START_CHOOSE_FOLDER,
        words::FOLDERS_LIST,
        words::START_GO_BACK_BUTTON,
        words::START_SAMPLE,
        words::START_TYPE_BUTTON,
    ] {
        person.control(label);
    }
    insta::assert_snapshot!("start", person.told());
}

#[test]
fn the_start_page_asks_for_a_file_or_a_folder_in_a_dialog() {
    let mut person = Person::new();
    person.press(words::START_OPEN_PATCH);
    person.press(words::START_CHOOSE_FOLDER);
    assert_eq!(person.desk().done, [Effect::PickBundle, Effect::PickFolder]);
}

#[test]
fn without_a_dialog_folders_are_listed_in_the_window() {
    let mut person = Person::with_sample();
    let place = person.sample().place;
    person.hears(Event::NoDialog(Dialog::Folder));
    person.must_see(words::FOLDERS_TITLE);
    person.types(Modifiers::NONE, Key::Escape);
    assert!(!person.sees(words::FOLDERS_HERE));
    assert!(place.is_dir());
}

#[test]
fn what_was_opened_lately_is_opened_again_in_one_click() {
    let first = Person::with_sample();
    let sample = first.sample();
    let mut opening = Opening::new();
    let pair = Pair { bundle: Some(sample.bundles[0].clone()), folder: Some(sample.folder.clone()) };
    opening.recent = Recent { pairs: vec![pair], ..Recent::default() };
    let mut person = opening.open();
    person.press("LIGHTHOUSE-HF-7.patchbundle");
    person.must_see(words::READY_WITH_WARNINGS);
}

#[test]
fn the_sample_opens_on_a_page_that_says_why_the_patch_exists() {
    let mut person = Person::with_sample();
    let before = everything(&person.sample().folder);
    person.must_see("Not trusted: this patch isn't signed");
    person.must_see(words::READY_WITH_WARNINGS);
    insta::assert_snapshot!("overview", person.told());

    person.opens_tab(words::TAB_CHANGES);
    insta::assert_snapshot!("changes", person.told());
    person.opens_tab(words::TAB_CHECKS);
    insta::assert_snapshot!("checks", person.told());
    person.opens_tab(words::TAB_HISTORY);
    person.must_see(words::NOTHING_TO_TAKE_BACK);
    insta::assert_snapshot!("history", person.told());

    assert_eq!(everything(&person.sample().folder), before, "looking changes nothing");
    assert!(!person.sample().folder.join(".patchwright").exists());
    person.press(words::TO_START);
    person.control(words::START_SAMPLE);
}

#[test]
fn while_something_is_read_the_page_says_so_and_offers_nothing_rash() {
    let person = Person::with_sample();
    let sample = person.sample();
    let mut opening = Opening::with_paths([sample.bundles[0].clone(), sample.folder.clone()]);
    opening.desk.is_slow = true;
    let mut person = opening.open();
    assert!(!person.desk().asked.is_empty());
    person.must_see(words::APPLY);
    assert!(
        person.try_control(words::GO_BACK).is_none(),
        "nobody knows yet whether there is something to roll back"
    );
    person.opens_tab(words::TAB_HISTORY);
    person.must_see(words::CHECK_WAIT);
}

#[test]
fn every_change_can_be_chosen_and_compared_with_what_is_in_the_folder() {
    let mut person = Person::with_sample();
    person.opens_tab(words::TAB_CHANGES);
    let number = person.model(|model| model.workspace.tree.as_ref().expect("a tree").items().len());
    for _ in 0..number {
        let shown = person.model(|model| {
            let tree = model.workspace.tree.as_ref().expect("a tree");
            tree.items()[model.workspace.selected.expect("one is chosen")].shown.clone()
        });
        person.must_see(&shown);
        assert!(!person.sees("Not shown"), "the right folder has every original: {}", person.told());
        person.types(Modifiers::NONE, Key::CloseBracket);
    }
    person.press(words::COMPARE_ORIGINAL_AFTER);
    person.press(words::COMPARE_FOLDER_AFTER);
    assert_eq!(person.model(|model| model.workspace.comparison), Comparison::FolderToAfter);
}

#[test]
fn every_page_has_the_command_that_shows_the_same() {
    let mut person = Person::with_sample();
    for (tab, verb) in [
        (words::TAB_OVERVIEW, "show"),
        (words::TAB_CHANGES, "diff"),
        (words::TAB_CHECKS, "plan"),
        (words::TAB_HISTORY, "history"),
    ] {
        person.opens_tab(tab);
        let command = person.model(patchwright::present::Model::page_command).expect("every page has one");
        let typed: Vec<&str> = command.split(' ').collect();
        assert_eq!(typed[1], verb);
        let read = patchwright::cli::command().try_get_matches_from(&typed);
        assert!(read.is_ok(), "{command}");
    }
    person.press(words::COPY_HISTORY_COMMAND);
    person.must_see(words::COPIED);
}

#[test]
fn an_sbom_answers_for_the_components_that_a_patch_needs() {
    let sandbox = Sandbox::new();
    sandbox.write("app/a.txt", "1\n");
    let needs = RequiredComponent {
        purl: Purl::parse("pkg:deb/debian/libssl3").expect("a purl"),
        versions: VersRange::parse("vers:deb/>=3.0.7|<4").expect("a range"),
        is_required: true,
        detect: Vec::new(),
    };
    let bundle = sandbox.bundle("NEEDS").replace("a.txt", "1\n", "2\n");
    let bundle = bundle.but(|patch| patch.about.requires_components = vec![needs]);
    let bundle = sandbox.save("needs.patchbundle", &bundle);
    let mut person = Opening::with_paths([bundle, sandbox.path("app")]).open();
    person.opens_tab(words::TAB_CHECKS);
    person.must_see("nobody knows without an SBOM");
    let bom = |version: &str| {
        let purl = format!("pkg:deb/debian/libssl3@{version}");
        let components = serde_json::json!([{"type": "library", "name": "x", "purl": purl}]);
        serde_json::json!({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": components})
            .to_string()
    };
    sandbox.write("bom.json", &bom("3.0.2"));
    person.press(trying::SBOM_CHOOSE);
    assert_eq!(person.desk().done.last(), Some(&Effect::PickInput(Input::Sbom)));
    person.hears(Event::InputPicked(Input::Sbom, vec![sandbox.path("bom.json")]));
    person.must_see("this SBOM says 3.0.2");
    person.must_see(words::CANNOT_CONTINUE);
    sandbox.write("bom.json", &bom("3.0.11"));
    person.press(words::CHECK_AGAIN);
    person.must_see(words::READY_WITH_WARNINGS);
    let command = person.model(patchwright::present::Model::page_command).expect("a command");
    assert!(command.ends_with(&format!("--sbom {}", sandbox.path("bom.json").display())), "{command}");
    person.press(words::APPLY);
    goes_through(&mut person);
    assert_eq!(std::fs::read_to_string(sandbox.path("app/a.txt")).expect("a file"), "2\n");
}

#[test]
fn find_closes_with_escape_wherever_the_keyboard_is() {
    let mut person = Person::with_sample();
    person.opens_tab(words::TAB_CHANGES);
    for leaves_field in [false, true] {
        person.types(Modifiers::COMMAND, Key::F);
        assert!(person.try_control(contents::FIND_CLOSE).is_some());
        if leaves_field {
            person.control(contents::FIND_NEXT).focus();
            person.settle();
        }
        person.types(Modifiers::NONE, Key::Escape);
        assert!(person.try_control(contents::FIND_CLOSE).is_none(), "{}", person.told());
        // The page stays.
        person.must_see(window::VIEWED);
    }
}

#[test]
fn the_box_beside_a_file_is_pressed_where_it_is_drawn_in_windows_of_every_width() {
    for width in [1024.0, 1180.0, 1280.0, 1366.0, 1440.0, 1600.0, 1920.0] {
        let mut opening = Opening::new();
        opening.size = egui::vec2(width, 800.0);
        let mut person = Person::with_sample_in(opening);
        person.opens_tab(words::TAB_CHANGES);
        let tick = person.control(window::VIEWED).rect();
        let is_viewed = |person: &Person| {
            person.control(window::VIEWED).accesskit_node().toggled() == Some(egui::accesskit::Toggled::True)
        };
        assert!(!is_viewed(&person));
        let place = tick.left_center() + egui::vec2(9.0, 0.0);
        let is_over = |node: &egui_kittest::Node<'_>| {
            let inner = node.accesskit_node();
            inner.role() == egui::Role::Label
                && inner.bounding_box().is_some()
                && node.rect().shrink(1.0).contains(place)
        };
        let nodes = person.harness.root().children_recursive();
        let over: Vec<String> =
            nodes.filter(is_over).filter_map(|node| node.accesskit_node().value()).collect();
        assert!(over.is_empty(), "{over:?} is drawn over the box at {width}");
        person.harness.event(egui::Event::PointerMoved(place));
        for pressed in [true, false] {
            let (button, modifiers) = (egui::PointerButton::Primary, Modifiers::NONE);
            person.harness.event(egui::Event::PointerButton { pos: place, button, pressed, modifiers });
        }
        person.settle();
        assert!(is_viewed(&person), "at {width}");
        let path = person.model(|model| {
            let list = model.workspace.tree.as_ref().expect("changes");
            list.items()[model.workspace.selected.expect("a file")].shown.clone()
        });
        person.must_see(&path);
    }
}

#[test]
fn enter_in_the_filter_goes_from_one_file_that_is_left_to_the_next() {
    let mut person = Person::with_sample();
    person.opens_tab(words::TAB_CHANGES);
    person.writes(words::FILTER, "app");
    let selected = |person: &Person| {
        person.model(|model| {
            let list = model.workspace.tree.as_ref().expect("changes");
            model.workspace.selected.map(|index| list.items()[index].path.clone()).unwrap_or_default()
        })
    };
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..2 {
        person.types(Modifiers::NONE, Key::Enter);
        assert!(selected(&person).contains("app"), "{}", selected(&person));
        assert!(person.control(words::FILTER).is_focused(), "one types on");
        seen.insert(selected(&person));
    }
    assert_eq!(seen.len(), 2, "{seen:?}");
}

#[test]
fn the_field_for_a_path_is_empty_again_after_it_was_used() {
    let mut person = Person::new();
    person.writes(words::START_TYPE, "/nowhere");
    person.press(words::START_TYPE_BUTTON);
    assert_eq!(person.model(|model| model.typed_path.clone()), "");
}
