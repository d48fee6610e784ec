//! Each part is found by what it is and what it is called, can be used without a pointer, and says why not.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use egui::accesskit::Toggled;
use egui::{Key, Role};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use patchwright::toolkit::theme::{self, Appearance, ChangeTokens, ThemeTokens};
use patchwright::toolkit::widgets::{RowView, elapsed_words, list_row, long_tree, shorten_middle};

use crate::gallery::{Gallery, LONG_PATH};
use crate::support::{tall_window, told, window};

#[test]
fn every_part_is_found_by_its_role_and_its_name() {
    let harness = tall_window();
    for (role, name) in [
        (Role::Status, "Step 3 of 6: Review"),
        (Role::Heading, "Review what will change"),
        (Role::Button, "Apply 14 changes"),
        (Role::Button, "Give up 2 edits"),
        (Role::Link, "What does this mean?"),
        (Role::Alert, "A change was interrupted"),
        (Role::Status, "The patch is in place"),
        (Role::Alert, "This file is not the one Northwind signed"),
        (Role::Group, "Checks"),
        (Role::ListItem, "Must fix: kestrel.exe is using 2 of the files"),
        (Role::RadioGroup, "Layout"),
        (Role::RadioButton, "Side by side"),
        (Role::TextInput, "Search the files"),
        (Role::Tree, "Files"),
        (Role::TreeItem, "plugins, 7 files"),
        (Role::TreeItem, "models.json, Added, +118"),
        (Role::Splitter, "Width of the file list"),
        (Role::ProgressIndicator, "Replacing files"),
        (Role::DisclosureTriangle, "Details for support"),
        (Role::Group, "Drop a patch file here"),
        (Role::Heading, "No patch has been applied here"),
    ] {
        assert!(
            harness.query_by_role_and_label(role, name).is_some(),
            "no {role:?} called {name:?} in\n{}",
            told(&harness.root())
        );
    }
}

#[test]
fn what_cannot_be_pressed_says_why_beside_it() {
    let mut harness = tall_window();
    let reason = "Close kestrel.exe first: it is using 2 of the files.";
    let button = harness.get_by_role_and_label(Role::Button, "Roll back");
    assert!(button.accesskit_node().is_disabled());
    assert_eq!(button.accesskit_node().description().as_deref(), Some(reason));
    let shown = harness.get_by_role_and_label(Role::Label, reason);
    assert!(shown.rect().top() >= button.rect().bottom(), "the reason stands below");
    assert!(shown.rect().top() - button.rect().bottom() < 60.0, "and near: below the row of buttons");
    button.click();
    harness.run();
    assert!(harness.state().pressed.is_empty());
}

#[test]
fn a_focused_button_is_pressed_by_enter_and_by_space() {
    let mut harness = tall_window();
    for key in [Key::Enter, Key::Space] {
        harness.get_by_role_and_label(Role::Button, "Apply 14 changes").focus();
        harness.run();
        harness.key_press(key);
        harness.run();
    }
    assert_eq!(harness.state().pressed, ["apply", "apply"]);
}

#[test]
fn tab_reaches_what_can_be_pressed_and_skips_what_cannot() {
    let mut harness = tall_window();
    let mut reached = Vec::new();
    harness.get_by_role_and_label(Role::Button, "Apply 14 changes").focus();
    harness.run();
    for _ in 0..4 {
        harness.key_press(Key::Tab);
        harness.run();
        let focused = harness
            .query_all_by(|node| node.is_focused() && !node.is_hidden())
            .next()
            .expect("something has the focus");
        reached.push(focused.accesskit_node().label().unwrap_or_default());
    }
    assert_eq!(reached, ["Save the report…", "Give up 2 edits", "What does this mean?", "Finish"]);
}

#[test]
fn a_banner_and_a_finding_answer_which_action_was_pressed() {
    let mut harness = tall_window();
    harness.get_by_label("Restore the old files").click();
    harness.run();
    harness.get_by_label("Check again").click();
    harness.run();
    assert_eq!(harness.state().pressed, ["Restore the old files", "check again"]);
}

#[test]
fn a_segment_is_chosen_by_the_keyboard() {
    let mut harness = tall_window();
    let unified = harness.get_by_role_and_label(Role::RadioButton, "Unified");
    assert_eq!(unified.accesskit_node().toggled(), Some(Toggled::False));
    unified.focus();
    harness.run();
    harness.key_press(Key::Space);
    harness.run();
    let unified = harness.get_by_role_and_label(Role::RadioButton, "Unified");
    assert_eq!(unified.accesskit_node().toggled(), Some(Toggled::True));
    assert_eq!(harness.state().layout, 1);
}

#[test]
fn a_folder_in_the_tree_closes_and_opens_by_arrow_keys() {
    let mut harness = tall_window();
    harness.get_by_label("plugins, 7 files").focus();
    harness.run();
    harness.key_press(Key::ArrowLeft);
    harness.run();
    assert!(!harness.state().is_folder_open);
    assert!(harness.query_by_label("models.json, Added, +118").is_none());
    harness.key_press(Key::ArrowRight);
    harness.run();
    assert!(harness.state().is_folder_open);
    let row = harness.get_by_label("models.json, Added, +118");
    assert_eq!(row.accesskit_node().data().level(), Some(2));
    row.click();
    harness.run();
    assert_eq!(harness.state().row, 2);
}

#[test]
fn a_long_list_makes_the_rows_in_sight_and_no_others() {
    let made = Rc::new(RefCell::new(Vec::new()));
    let record = Rc::clone(&made);
    let setup = |context: &egui::Context| theme::set_up(context, &Appearance::default());
    let mut harness =
        Harness::builder().with_size([300.0, 240.0]).with_context_setup(setup).build_ui(move |ui| {
            record.borrow_mut().clear();
            long_tree(ui, "Files", 100_000, None, |ui, number, focus| {
                record.borrow_mut().push(number);
                let text = format!("file {number}");
                let place = (number, 100_000);
                list_row(ui, &RowView { place, focus, ..RowView::plain(&text) }).row.id
            });
        });
    harness.run();
    assert!(made.borrow().len() < 20, "{:?}", made.borrow());
    let row = harness.get_by_label("file 3");
    assert_eq!(row.accesskit_node().data().position_in_set(), Some(4));
    assert_eq!(row.accesskit_node().data().size_of_set(), Some(100_000));
    harness.hover_at(egui::pos2(100.0, 100.0));
    harness.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: egui::vec2(0.0, -2400.0),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Wheel,
        modifiers: egui::Modifiers::NONE,
    });
    harness.run_steps(30);
    assert!(made.borrow().contains(&100), "{:?}", made.borrow());
}

#[test]
fn the_divider_moves_by_arrow_keys_and_stops_before_a_pane_is_too_narrow() {
    let mut harness = tall_window();
    harness.get_by_label("Width of the file list").focus();
    harness.run();
    let before = harness.state().divider;
    harness.key_press(Key::ArrowRight);
    harness.run();
    assert!(harness.state().divider > before);
    for _ in 0..100 {
        harness.key_press(Key::ArrowLeft);
    }
    harness.run();
    let divider = harness.get_by_label("Width of the file list").rect();
    let first = harness.get_by_label("plugins, 7 files").rect();
    assert!(divider.left() - first.left() >= 200.0, "{divider:?} {first:?}");
}

#[test]
fn the_search_is_cleared_by_a_button_that_is_there_only_when_there_is_something() {
    let mut harness = tall_window();
    assert!(harness.query_by_label("Clear the search").is_none());
    let field = harness.get_by_role_and_label(Role::TextInput, "Search the files");
    field.focus();
    field.type_text("calib");
    harness.run();
    assert_eq!(harness.state().query, "calib");
    assert!(harness.query_by_label("2 of 7").is_some());
    harness.get_by_label("Clear the search").click();
    harness.run();
    assert_eq!(harness.state().query, "");
}

#[test]
fn details_open_by_the_keyboard_and_are_copied_in_one_go() {
    let mut harness = tall_window();
    harness.get_by_label("Details for support").focus();
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    assert!(harness.state().are_details_open);
    harness.get_by_label("Copy details for support").click();
    harness.step();
    let copied = harness.output().platform_output.commands.iter().any(
        |command| matches!(command, egui::OutputCommand::CopyText(text) if text.starts_with("E-IN-USE")),
    );
    assert!(copied);
}

#[test]
fn what_is_copied_is_the_whole_path_and_not_what_is_seen_of_it() {
    let mut harness = tall_window();
    harness.get_by_label("Copy path").click();
    harness.step();
    let commands = &harness.output().platform_output.commands;
    assert!(
        commands
            .iter()
            .any(|command| matches!(command, egui::OutputCommand::CopyText(text) if text == LONG_PATH))
    );
}

#[test]
fn the_drop_zone_says_when_to_let_go() {
    let mut harness = tall_window();
    assert!(harness.query_by_role_and_label(Role::Group, "Drop a patch file here").is_some());
    harness.input_mut().hovered_files.push(egui::HoveredFile::default());
    // As long as a file is held over the window, egui repaints it.
    harness.run_steps(2);
    assert!(harness.query_by_role_and_label(Role::Group, "Drop to open").is_some());
    harness.get_by_label("Open a patch file…").click();
    harness.run_steps(2);
    assert_eq!(harness.state().pressed, ["open"]);
}

#[test]
fn the_bar_never_goes_back() {
    let mut harness = tall_window();
    let shown = |harness: &Harness<'_, Gallery>| {
        let bar = harness.get_by_role_and_label(Role::ProgressIndicator, "Replacing files");
        bar.accesskit_node().numeric_value()
    };
    assert_eq!(shown(&harness), Some(62.0));
    harness.state_mut().done = 0.3;
    harness.run();
    assert_eq!(shown(&harness), Some(62.0));
    harness.state_mut().done = 0.9;
    harness.run();
    assert_eq!(shown(&harness), Some(90.0));
}

#[test]
fn at_twice_the_size_nothing_is_cut_off() {
    for (width, zoom) in [(1024.0, 1.0), (1024.0, 2.0), (640.0, 2.0)] {
        // A window of `width` pixels that shows everything `zoom` times as large.
        let size = egui::vec2(width / zoom, 4200.0);
        let harness = window(size, ThemeTokens::Light, ChangeTokens::Standard, zoom, Gallery::new());
        for node in harness.query_all_by(|node| matches!(node.role(), Role::Button | Role::Label)) {
            let rect = node.rect();
            let name = node.accesskit_node().label().or(node.accesskit_node().value());
            assert!(
                rect.left() >= 0.0 && rect.right() <= size.x + 0.5,
                "{width} px × {zoom}: {name:?} at {rect:?}"
            );
        }
    }
}

#[test]
fn nothing_is_repainted_once_everything_stands_still() {
    let mut harness = tall_window();
    harness.run();
    assert!(
        harness.output().viewport_output.values().all(|view| view.repaint_delay > Duration::from_secs(60))
    );
}

#[test]
fn a_path_is_shortened_in_its_middle_and_keeps_more_of_its_end() {
    let fits = |most: usize| move |text: &str| text.chars().count() <= most;
    assert_eq!(shorten_middle("short.txt", fits(20)), "short.txt");
    let shortened = shorten_middle(LONG_PATH, fits(40));
    assert_eq!(shortened.chars().count(), 40);
    assert!(shortened.starts_with("C:\\Program") && shortened.ends_with("default.toml"), "{shortened}");
    assert_eq!(shorten_middle("ääääääääää", fits(5)), "ä…äää");
    assert_eq!(shorten_middle("no room", fits(0)), "…");
    assert_eq!(shorten_middle("", |_| true), "");
}

#[test]
fn time_is_told_in_units() {
    for (seconds, words) in
        [(0, "0 s"), (59, "59 s"), (60, "1 min 0 s"), (185, "3 min 5 s"), (3_720, "1 h 2 min")]
    {
        assert_eq!(elapsed_words(Duration::from_secs(seconds)), words);
    }
}

#[test]
fn the_page_is_told_to_a_screen_reader_as_it_is_meant() {
    let harness = tall_window();
    insta::assert_snapshot!(told(&harness.root()));
}
