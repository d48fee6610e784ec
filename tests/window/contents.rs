//! Looking at both sides of one change: what is drawn, and what keys and pointer do.

use std::sync::LazyLock;
use std::time::Duration;

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, OutputCommand, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use patchwright::model::{Digest, FileChange, FileNode, LocalEdits, Mode, Node, Role as FileRole, TreePath};
use patchwright::progress::CancelToken;
use patchwright::toolkit::theme;
use patchwright::viewer::layout::{LayoutChoice, PaneAction, PaneRequest, PaneState};
use patchwright::viewer::model::{View, ViewedContents};
use patchwright::viewer::paint::pane_ui;
use patchwright::workbench::{ChangeSide, Comparison, OneChange, SideContent};

mod long_lines;

/// A pane and what it asked for.
struct Pane {
    contents: ViewedContents,
    state: PaneState,
    requests: Vec<PaneRequest>,
}

impl Pane {
    /// What is looked for is found at once, and white space is ignored at once.
    fn answer(&mut self) {
        let cancel = CancelToken::new();
        let is_answered =
            |request: &mut PaneRequest| matches!(request, PaneRequest::Find(_) | PaneRequest::Ignore(_));
        for request in self.requests.extract_if(.., is_answered).collect::<Vec<_>>() {
            match request {
                PaneRequest::Find(query) => {
                    let found = self.contents.text().expect("a text").find(&query, &cancel);
                    self.state.found(&self.contents, &query, found);
                }
                PaneRequest::Ignore(white_space) => {
                    self.contents = self.contents.ignoring(white_space, &cancel).expect("nobody stops it");
                    self.state.contents_changed();
                }
                _ => {}
            }
        }
    }
}

pub fn contents(path: &str, before: &[u8], after: &[u8]) -> ViewedContents {
    let node = |bytes: &[u8]| {
        let (digest, size_bytes) = (Digest::compute(bytes), bytes.len() as u64);
        Node::File(FileNode { digest, size_bytes, mode: Mode::FILE })
    };
    let change = OneChange {
        change: FileChange {
            path: TreePath::parse(path).expect("a path"),
            before: vec![node(before)],
            after: Some(node(after)),
            payload: None,
            base: None,
            edit: None,
            role: FileRole::Data,
            local_edits: LocalEdits::Refuse,
            fixes: Vec::new(),
        },
        before_source: None,
        comparison: Comparison::OriginalToAfter,
        edits: None,
        renamed_from: None,
        left: Some(node(before)),
        before: ChangeSide::Content(SideContent::from(before.to_vec())),
        after: ChangeSide::Content(SideContent::from(after.to_vec())),
    };
    ViewedContents::new(change, &CancelToken::new()).expect("nobody stops it")
}

fn pane(contents: ViewedContents) -> Harness<'static, Pane> {
    let mut state = PaneState::new();
    state.choose_layout(LayoutChoice::SideBySide);
    let pane = Pane { contents, state, requests: Vec::new() };
    let mut harness = Harness::builder()
        .with_size(vec2(1000.0, 600.0))
        .with_context_setup(|context| theme::set_up(context, &theme::Appearance::default()))
        .build_ui_state(
            |ui, pane: &mut Pane| {
                pane_ui(ui, (&pane.contents).into(), &mut pane.state, &mut pane.requests);
                pane.answer();
            },
            pane,
        );
    harness.run();
    harness
}

fn numbered(lines: usize) -> String {
    (1..=lines).map(|line| format!("line {line}\n")).collect()
}

/// A text of a million lines with a change at its beginning, in its middle and at its end.
fn million() -> ViewedContents {
    static MILLION: LazyLock<ViewedContents> = LazyLock::new(compare_a_million_lines);
    MILLION.clone()
}

fn compare_a_million_lines() -> ViewedContents {
    let old = numbered(1_000_000);
    let new = old.replacen("line 2\n", "second\n", 1).replacen("line 500000\n", "middle\n", 1).replacen(
        "line 1000000\n",
        "last\n",
        1,
    );
    let contents = contents("log/big.txt", old.as_bytes(), new.as_bytes());
    // A busy machine may have needed more than the five seconds that a person waits.
    contents.compare_longer(Duration::from_secs(600), &CancelToken::new()).expect("nobody stops it")
}

/// What a screen reader is told about the present row.
fn row(harness: &Harness<'_, Pane>) -> String {
    let row = harness.get_by_role(Role::ListItem);
    row.accesskit_node().label().expect("a label")
}

fn copied(harness: &Harness<'_, Pane>) -> Option<String> {
    harness.output().platform_output.commands.iter().find_map(|command| match command {
        OutputCommand::CopyText(text) => Some(text.clone()),
        _ => None,
    })
}

fn press(harness: &mut Harness<'_, Pane>, modifiers: Modifiers, key: Key) {
    harness.key_press_modifiers(modifiers, key);
    harness.run();
}

#[test]
fn a_file_opens_at_its_first_change_and_says_so() {
    let harness = pane(million());
    assert_eq!(row(&harness), "second, changed from line 2, line 2, before line 2");
    harness.get_by_label("Changes in log/big.txt, change 1 of 3");
}

#[test]
fn a_million_lines_are_walked_by_keys_from_end_to_end() {
    let mut harness = pane(million());
    press(&mut harness, Modifiers::SHIFT, Key::X);
    press(&mut harness, Modifiers::COMMAND, Key::End);
    assert_eq!(row(&harness), "last, changed from line 1000000, line 1000000, before line 1000000");
    press(&mut harness, Modifiers::NONE, Key::ArrowUp);
    assert_eq!(row(&harness), "line 999999, unchanged, line 999999");
    press(&mut harness, Modifiers::NONE, Key::P);
    assert_eq!(row(&harness), "middle, changed from line 500000, line 500000, before line 500000");
    press(&mut harness, Modifiers::NONE, Key::PageDown);
    let after_page = row(&harness);
    assert!(after_page.starts_with("line 5000") && after_page != "line 500000", "{after_page}");
    press(&mut harness, Modifiers::COMMAND, Key::Home);
    assert_eq!(row(&harness), "line 1, unchanged, line 1");
}

#[test]
fn behind_the_last_change_comes_the_next_file() {
    let mut harness = pane(contents("a.txt", b"1\n2\n", b"1\ntwo\n"));
    press(&mut harness, Modifiers::NONE, Key::N);
    assert_eq!(harness.state().requests, [PaneRequest::NextFile]);
    press(&mut harness, Modifiers::SHIFT, Key::F7);
    assert_eq!(harness.state().requests.last(), Some(&PaneRequest::PreviousFile));
}

#[test]
fn a_gap_is_opened_by_key_and_by_button() {
    let old = numbered(100);
    let new = old.replace("line 50\n", "fifty\n");
    let mut harness = pane(contents("a.txt", old.as_bytes(), new.as_bytes()));
    for _ in 0..4 {
        press(&mut harness, Modifiers::NONE, Key::ArrowUp);
    }
    assert_eq!(row(&harness), "46 unchanged lines left out. Enter shows more");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    harness.get_all_by_label("Show all").next().expect("a button").click();
    harness.run();
    press(&mut harness, Modifiers::COMMAND, Key::Home);
    assert_eq!(row(&harness), "line 1, unchanged, line 1");
}

#[test]
fn what_is_copied_are_the_true_characters() {
    let new = "plain\n\tif\u{202e} x \\\u{e9}\n";
    let mut harness = pane(contents("a.txt", b"plain\n", new.as_bytes()));
    assert!(row(&harness).contains(r"\u{202e}"), "{}", row(&harness));
    harness.event(Event::Copy);
    harness.step();
    assert_eq!(copied(&harness).as_deref(), Some("\tif\u{202e} x \\\u{e9}\n"));
    press(&mut harness, Modifiers::COMMAND, Key::A);
    harness.event(Event::Copy);
    harness.step();
    assert_eq!(copied(&harness).as_deref(), Some(new));
}

#[test]
fn a_hunk_is_copied_as_a_patch() {
    let mut harness = pane(contents("a.txt", b"1\n2\n", b"1\ntwo\n"));
    harness.state_mut().state.act(
        &contents("a.txt", b"1\n2\n", b"1\ntwo\n"),
        PaneAction::CopyAsPatch,
        &mut Vec::new(),
    );
    harness.step();
    assert_eq!(
        copied(&harness).as_deref(),
        Some("--- a/a.txt\n+++ b/a.txt\n@@ -1,2 +1,2 @@\n 1\n-2\n+two\n")
    );
}

#[test]
fn a_line_is_gone_to_even_where_it_is_folded_away() {
    let mut harness = pane(million());
    press(&mut harness, Modifiers::COMMAND, Key::G);
    harness.event(Event::Text("700,000".to_owned()));
    harness.run();
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert_eq!(row(&harness), "line 700000, unchanged, line 700000");
}

#[test]
fn keys_are_left_alone_while_somebody_types() {
    let mut harness = pane(million());
    press(&mut harness, Modifiers::COMMAND, Key::G);
    press(&mut harness, Modifiers::NONE, Key::N);
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert_eq!(row(&harness), "second, changed from line 2, line 2, before line 2");
}

#[test]
fn bytes_are_compared_on_request_and_walked_by_keys() {
    let mut harness = pane(contents("a.txt", b"one\ntwo\n", b"one\ntwu\n"));
    press(&mut harness, Modifiers::NONE, Key::Num3);
    assert_eq!(harness.state().requests, [PaneRequest::CompareBytes]);
    harness.state_mut().contents.compare_bytes(&CancelToken::new()).expect("nobody stops it");
    harness.run();
    harness.get_by_label("Bytes of a.txt, 1 differences");
    press(&mut harness, Modifiers::NONE, Key::N);
    assert_eq!(row(&harness), "6f 6e 65 0a 74 77 75 0a, changed from 6f 6e 65 0a 74 77 6f 0a, at 0x0");
    press(&mut harness, Modifiers::NONE, Key::Num2);
    assert!(row(&harness).starts_with("two, deleted"), "{}", row(&harness));
}

#[test]
fn hidden_characters_are_told_above_and_shown_on_request() {
    let old = numbered(100);
    let new = old.replace("line 90\n", "line 9\u{200b}0\n");
    let mut harness = pane(contents("a.txt", old.as_bytes(), new.as_bytes()));
    press(&mut harness, Modifiers::COMMAND, Key::Home);
    harness.get_by_label("Show").click();
    harness.run();
    assert!(row(&harness).starts_with(r"line 9\u{200b}0, changed"), "{}", row(&harness));
}

#[test]
fn nothing_is_drawn_again_when_nobody_does_anything() {
    let mut harness = pane(million());
    // `run` fails when pictures keep being asked for; it returns how many it took.
    assert!(harness.run() <= 2);
}

#[test]
fn the_layout_is_chosen_by_key_and_kept_for_the_next_file() {
    let mut harness = pane(contents("a.txt", b"1\n2\n", b"1\ntwo\n"));
    press(&mut harness, Modifiers::NONE, Key::Num2);
    assert_eq!(row(&harness), "2, deleted, line 2");
    let mut next = harness.state().state.for_next_file();
    let other = contents("b.txt", b"x\n", b"y\n");
    next.act(&other, PaneAction::Show(View::Text), &mut Vec::new());
    *harness.state_mut() = Pane { contents: other, state: next, requests: Vec::new() };
    harness.run();
    assert_eq!(row(&harness), "x, deleted, line 1");
    let lay = PaneAction::Lay(LayoutChoice::SideBySide);
    let pane = harness.state_mut();
    pane.state.act(&pane.contents, lay, &mut Vec::new());
    harness.run();
    assert_eq!(row(&harness), "y, changed from x, line 1, before line 1");
}

/// Types one character after the other.
fn types(harness: &mut Harness<'_, Pane>, text: &str) {
    for letter in text.chars() {
        harness.event(Event::Text(letter.to_string()));
        harness.run();
    }
}

/// "2 of 5", as the search says it.
fn found(harness: &Harness<'_, Pane>) -> Option<(usize, usize)> {
    harness.state().state.search.as_ref().and_then(patchwright::viewer::layout::Search::position)
}

#[test]
fn a_text_is_found_on_both_sides_and_in_what_is_folded_away() {
    let old = numbered(300).replace("line 150\n", "the Needle is old\n");
    let new =
        numbered(300).replace("line 150\n", "the needle is new, needle\n").replace("line 250", "a needle");
    let old = old.replace("line 250", "a needle");
    let mut harness = pane(contents("a.txt", old.as_bytes(), new.as_bytes()));
    press(&mut harness, Modifiers::COMMAND, Key::F);
    types(&mut harness, "needle");
    assert_eq!(found(&harness), Some((1, 4)));
    harness.get_by_label("1 of 4");
    assert!(
        row(&harness).starts_with("the needle is new, needle, changed from the Needle"),
        "{}",
        row(&harness)
    );
    // The last one is in a gap, which opens.
    for _ in 0..3 {
        press(&mut harness, Modifiers::NONE, Key::Enter);
    }
    assert_eq!((found(&harness), row(&harness)), (Some((4, 4)), "a needle, unchanged, line 250".to_owned()));
    // Round and round, also backwards.
    press(&mut harness, Modifiers::NONE, Key::F3);
    assert_eq!(found(&harness), Some((1, 4)));
    press(&mut harness, Modifiers::SHIFT, Key::Enter);
    assert_eq!(found(&harness), Some((4, 4)));
    // A capital counts once it is typed.
    press(&mut harness, Modifiers::COMMAND, Key::A);
    types(&mut harness, "Needle");
    assert_eq!(found(&harness), Some((1, 1)));
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert_eq!(found(&harness), None);
}

#[test]
fn a_pattern_is_looked_for_and_one_that_is_none_is_said_to_be_none() {
    let mut harness = pane(contents("a.txt", b"port = 80\n", b"port = 8080\n(x\n"));
    press(&mut harness, Modifiers::COMMAND, Key::F);
    types(&mut harness, "(x");
    assert_eq!(found(&harness), Some((1, 1)));
    harness.get_by_label("Regular expression").click();
    harness.run();
    assert_eq!(found(&harness), None);
    harness.get_by_label("Not a regular expression");
    harness.get_by_label("Find in this file").focus();
    harness.run();
    press(&mut harness, Modifiers::COMMAND, Key::A);
    types(&mut harness, "80*$");
    assert_eq!(found(&harness).map(|(_, count)| count), Some(2));
}

#[test]
fn every_press_counts_even_where_several_come_before_the_next_picture() {
    let old = numbered(400);
    let new = old.replace("line 50\n", "a\n").replace("line 150\n", "b\n").replace("line 250\n", "c\n");
    let mut harness = pane(contents("a.txt", old.as_bytes(), new.as_bytes()));
    harness.key_press(Key::N);
    harness.key_press(Key::N);
    harness.run();
    assert_eq!(row(&harness), "c, changed from line 250, line 250, before line 250");
}

#[test]
fn white_space_is_ignored_more_and_more_and_what_that_hides_is_said() {
    let old = "if x {\n    one()\n}\nkeep\nkeep\ntwo(a,b)\nkeep\nthree  four\nend\n";
    let new = "if x {  \n    one()\n}\nkeep\nkeep\ntwo(a, b)\nkeep\nthree four\nEND\n";
    let mut harness = pane(contents("a.txt", old.as_bytes(), new.as_bytes()));
    let hunks = |harness: &Harness<'_, Pane>| {
        let diff = harness.state().contents.text().expect("a text");
        (diff.hunks().len(), diff.hidden())
    };
    assert_eq!(hunks(&harness), (3, 0));
    press(&mut harness, Modifiers::NONE, Key::W);
    assert_eq!(hunks(&harness), (2, 1));
    harness.get_by_label("Ignored at line ends. 1 change is hidden.");
    press(&mut harness, Modifiers::NONE, Key::W);
    // "three  four" stands beside a line that really changed: that place stays, and this line of it is hidden.
    assert_eq!(hunks(&harness), (2, 2));
    press(&mut harness, Modifiers::NONE, Key::W);
    assert_eq!(hunks(&harness), (1, 3));
    harness.get_by_label("Ignored. 3 changes are hidden.");
    harness.get_by_label("Show all white space changes").click();
    harness.run();
    assert_eq!(hunks(&harness), (3, 0));
}

#[test]
fn a_line_that_is_indented_anew_beside_one_that_changed_is_hidden_and_counted() {
    let old = "def f():\n    a()\n    b()\n    c()\n";
    let new = "def f(x):\n    a()\n        b()\n    c()\n";
    let mut harness = pane(contents("a.py", old.as_bytes(), new.as_bytes()));
    let old = "    a()\n    b()\n";
    let new = "        a()\n    B()\n";
    let mut beside = pane(contents("b.py", old.as_bytes(), new.as_bytes()));
    for harness in [&mut harness, &mut beside] {
        for _ in 0..3 {
            press(harness, Modifiers::NONE, Key::W);
        }
        harness.get_by_label("Ignored. 1 change is hidden.");
    }
    // The twin: what changed otherwise is shown, and nothing is hidden.
    let mut shown = pane(contents("c.py", b"a()\nb()\n", b"a()\nB()\n"));
    for _ in 0..3 {
        press(&mut shown, Modifiers::NONE, Key::W);
    }
    shown.get_by_label("Ignored. It hides no change.");
}

#[test]
fn a_file_in_which_only_white_space_changed_never_looks_unchanged() {
    let mut harness = pane(contents("a.txt", b"a\nb c\n", b"a\nb  c\n"));
    for _ in 0..2 {
        press(&mut harness, Modifiers::NONE, Key::W);
    }
    harness.get_by_label("Its amount is ignored. Nothing else changed.");
}

/// Twenty lines of which five, from the seventh on, stand behind the sixteenth afterwards.
fn with_moved_block() -> [String; 2] {
    let lines: Vec<String> = (1..=20).map(|line| format!("fn part_{line}() {{ work({line}); }}\n")).collect();
    let moved = [&lines[..6], &lines[11..16], &lines[6..11], &lines[16..]].concat();
    [lines.concat(), moved.concat()]
}

#[test]
fn a_block_that_moved_is_known_on_both_sides_and_one_key_leads_to_its_other_end() {
    let [old, new] = with_moved_block();
    let mut harness = pane(contents("src/parts.rs", old.as_bytes(), new.as_bytes()));
    let first = row(&harness);
    assert!(first.contains("moved, line"), "{first}");
    harness.key_press(Key::M);
    harness.run();
    let other = row(&harness);
    assert!(other.contains("moved, line") && other != first, "{other}");
    harness.key_press(Key::M);
    harness.run();
    assert_eq!(row(&harness), first, "and back again");
}

#[test]
fn every_changed_line_stands_in_a_list_for_screen_readers_and_leads_to_its_place() {
    let mut harness = pane(contents("src/list.txt", b"one\ntwo\nthree\n", b"one\n2\nthree\nfour\n"));
    harness.key_press(Key::L);
    harness.run();
    let labels: Vec<String> =
        harness.get_all_by_role(Role::ListItem).filter_map(|node| node.accesskit_node().label()).collect();
    assert_eq!(labels, ["two, deleted, line 2", "2, added, line 2", "four, added, line 4"]);
    harness.get_by_label("four, added, line 4").click();
    harness.run();
    assert_eq!(row(&harness), "four, added, line 4");
}

#[test]
fn a_few_lines_that_are_everywhere_and_a_plain_change_have_not_moved() {
    let old = "a = 1\n}\n\n}\nb = 2\n".repeat(3);
    let new = old.replacen("a = 1\n}\n\n}\n", "", 1) + "}\n\n}\n";
    for (old, new) in [(old.as_str(), new.as_str()), ("one\ntwo\nthree\n", "one\n2\nthree\n")] {
        let mut harness = pane(contents("src/odd.txt", old.as_bytes(), new.as_bytes()));
        assert!(!row(&harness).contains("moved"), "{}", row(&harness));
        let before = row(&harness);
        harness.key_press(Key::M);
        harness.run();
        assert_eq!(row(&harness), before);
    }
}
