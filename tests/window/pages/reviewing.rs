//! Reviewing: what was looked at is noted, known again, and passed by.

use egui::{Key, Modifiers};
use egui_kittest::kittest::NodeT;
use patchwright::present::message::{Dialog, Effect, Event, ExportWish, KeyEvent};
use patchwright::present::tree::ChangeTree;
use patchwright::settings::Recent;
use patchwright::words::{self, fill, window};
use patchwright::workbench::Opinion;

use super::person::{Desk, Opening, Person};
use super::sandbox::Sandbox;

fn viewed(person: &Person) -> usize {
    person.model(|model| model.workspace.tree.as_ref().expect("a tree").viewed())
}

#[test]
fn what_was_looked_at_is_noted_and_known_again_and_the_next_comes() {
    let mut person = Person::with_sample();
    let sample = person.sample();
    person.opens_tab(words::TAB_CHANGES);
    let first = person.model(|model| model.workspace.selected);
    person.types(Modifiers::NONE, Key::V);
    person.must_see(&fill(window::VIEWED_OF, &[("n", "1"), ("all", "11")]));
    person.types(Modifiers::SHIFT, Key::V);
    assert_ne!(person.model(|model| model.workspace.selected), first, "the next one that nobody has seen");
    person.types(Modifiers::SHIFT, Key::V);
    assert_eq!(viewed(&person), 2);

    // Another day: the same contents are known again, in whatever file they come.
    let known = person.model(|model| model.recent.viewed.clone());
    let again = sample.place.join("reissued.patchbundle");
    std::fs::copy(&sample.bundles[0], &again).expect("room for a copy");
    let mut opening = Opening::with_paths([again, sample.folder.clone()]);
    opening.recent = Recent { viewed: known, ..Recent::default() };
    let mut person = opening.open();
    assert_eq!(viewed(&person), 2);
    person.opens_tab(words::TAB_CHANGES);
    person.press(&format!("{} 9", window::NOT_VIEWED));
    assert_eq!(person.model(|model| model.workspace.tree.as_ref().expect("a tree").matching()), 9);
}

/// A patch of three files: one with two changes far apart, a new one of many lines, and one with a single change.
fn three_files(sandbox: &Sandbox) -> [std::path::PathBuf; 2] {
    let lines = |from: usize| (from..from + 60).map(|line| format!("line {line}\n")).collect::<String>();
    let old = lines(0);
    let new = old.replace("line 2\n", "two\n").replace("line 50\n", "fifty\n");
    sandbox.write("app/a.txt", &old);
    sandbox.write("app/z.txt", "1\n");
    let bundle = sandbox
        .bundle("WALK")
        .replace("a.txt", &old, &new)
        .create("m.txt", &lines(100))
        .replace("z.txt", "1\n", "2\n");
    [sandbox.save("walk.patchbundle", &bundle), sandbox.path("app")]
}

fn shown(person: &Person) -> Option<usize> {
    person.model(|model| model.workspace.selected)
}

#[test]
fn space_walks_through_everything_and_marks_what_was_seen() {
    let sandbox = Sandbox::new();
    let mut person = Opening::with_paths(three_files(&sandbox)).open();
    person.opens_tab(words::TAB_CHANGES);
    let mut walked = vec![shown(&person)];
    for _ in 0..12 {
        person.types(Modifiers::NONE, Key::Space);
        walked.push(shown(&person));
    }
    let pages = |file| walked.iter().filter(|shown| **shown == Some(file)).count();
    assert_eq!(pages(0), 2, "one for each change: {walked:?}");
    assert!(pages(1) >= 2, "a long file is seen to its end: {walked:?}");
    assert!(walked.is_sorted(), "{walked:?}");
    assert_eq!(viewed(&person), 3);
    person.must_see(window::ALL_VIEWED);
}

#[test]
fn in_a_list_that_is_filtered_space_stays_in_it() {
    let sandbox = Sandbox::new();
    let mut person = Opening::with_paths(three_files(&sandbox)).open();
    person.opens_tab(words::TAB_CHANGES);
    person.control(words::FILTER).focus();
    person.settle();
    person.harness.event(egui::Event::Text("z.t".to_owned()));
    person.settle();
    person.types(Modifiers::NONE, Key::Escape);
    while shown(&person) != Some(2) {
        person.types(Modifiers::NONE, Key::CloseBracket);
    }
    for _ in 0..3 {
        person.types(Modifiers::NONE, Key::Space);
    }
    assert_eq!((shown(&person), viewed(&person)), (Some(2), 1));
    person.must_see(window::LIST_VIEWED);
}

#[test]
fn a_file_that_differs_in_the_folder_says_so_after_it_was_viewed() {
    let sandbox = Sandbox::new();
    let paths = three_files(&sandbox);
    sandbox.write("app/z.txt", "edited\n");
    let mut person = Opening::with_paths(paths).open();
    person.opens_tab(words::TAB_CHANGES);
    while shown(&person) != Some(2) {
        person.types(Modifiers::NONE, Key::CloseBracket);
    }
    person.types(Modifiers::NONE, Key::V);
    person.must_see(&format!("{} · {}", words::DIFFERS, window::VIEWED));
}

#[test]
fn a_note_on_a_line_is_written_by_key_and_known_again_in_another_file() {
    let sandbox = Sandbox::new();
    let mut person = Opening::with_paths(three_files(&sandbox)).open();
    person.opens_tab(words::TAB_CHANGES);
    person.types(Modifiers::NONE, Key::C);
    let place = fill(window::PART_NOTE_OLD_LINE, &[("line", "3")]);
    let field = fill(window::NOTE_ON, &[("place", &place)]);
    for letter in "why two?".chars() {
        person.harness.event(egui::Event::Text(letter.to_string()));
        person.settle();
    }
    person.control(&field);
    person.types(Modifiers::NONE, Key::Enter);
    person.must_see("why two?");
    person.must_see("Line 3 of the original");

    // Another day, with the file issued again under another name.
    let known = person.model(|model| model.recent.clone());
    let again = sandbox.path("again.patchbundle");
    std::fs::copy(sandbox.path("walk.patchbundle"), &again).expect("room for a copy");
    let recent = Recent { notes: known.notes, ..Recent::default() };
    let mut person = Opening { recent, ..Opening::with_paths([again, sandbox.path("app")]) }.open();
    person.opens_tab(words::TAB_CHANGES);
    person.must_see("why two?");
    person.press(window::NOTE_DELETE);
    assert!(!person.sees("why two?"));
}

#[test]
fn a_review_is_signed_into_the_patch_file_with_its_notes_and_what_was_looked_at() {
    let sandbox = Sandbox::new();
    std::fs::create_dir_all(sandbox.path("person")).expect("a folder");
    let desk = Desk::with_keys_in(&sandbox.path("person"));
    let secret = sandbox.path("anna.key");
    let made = desk.workbench().new_key("anna", Some(&secret), None).expect("a new key");
    let mut person = Opening { desk, ..Opening::with_paths(three_files(&sandbox)) }.open();
    person.opens_tab(words::TAB_CHANGES);
    person.types(Modifiers::NONE, Key::V);
    person.press(window::NOTE);
    person.writes(&fill(window::NOTE_ON, &[("place", "whole file")]), "read twice");
    person.press(window::NOTE_KEEP);
    person.press(window::REVIEW);
    person.must_see(&fill(window::VIEWED_OF, &[("n", "1"), ("all", "3")]));
    person.must_see("read twice");
    let reason = person.control(window::REVIEW_SIGN).accesskit_node().description();
    assert_eq!(reason.as_deref(), Some(window::REVIEW_VERDICT_FIRST));
    person.press(window::REVIEW_COMMENTED);
    person.writes(window::REVIEWER, "Anna");
    person.press(window::REVIEW_SIGN);
    person.hears(Event::Keys(KeyEvent::Picked(Dialog::OwnKey, secret)));
    person.press(window::SIGN_NOW);
    person.must_see(&fill(window::REVIEW_SIGNED, &[("key", &made.key.fingerprint().short())]));
    let inspection = person
        .model(|model| model.workspace.patch.ready().expect("it is read again").inspection.reviews.clone());
    let [(_, review)] = inspection.as_slice() else { panic!("{inspection:?}") };
    assert_eq!((review.reviewer.as_str(), review.opinion), ("Anna", Opinion::Commented));
    assert_eq!(review.notes.iter().map(|note| note.text.as_str()).collect::<Vec<_>>(), ["read twice"]);
    assert_eq!(review.notes[0].path.as_deref(), Some("a.txt"));
    assert_eq!(review.changes.iter().filter(|change| change.looked_at).count(), 1);
}

#[test]
fn a_review_is_saved_as_what_its_name_says() {
    let sandbox = Sandbox::new();
    let mut person = Opening::with_paths(three_files(&sandbox)).open();
    person.opens_tab(words::TAB_CHANGES);
    person.press(window::REVIEW);
    person.press(window::REVIEW_APPROVED);
    person.press(window::REVIEW_SAVE);
    for (name, beginning) in [("r.html", "<!"), ("r.md", "# "), ("r.json", "{")] {
        person.hears(Event::PlacePicked(ExportWish::Review, sandbox.path(name)));
        let text = std::fs::read_to_string(sandbox.path(name)).expect("it was saved");
        assert!(text.to_lowercase().starts_with(beginning), "{name}: {text}");
    }
}

#[test]
fn what_is_looked_for_in_every_file_is_counted_and_lists_only_those() {
    let sandbox = Sandbox::new();
    let mut person = Opening::with_paths(three_files(&sandbox)).open();
    person.opens_tab(words::TAB_CHANGES);
    person.types(Modifiers::COMMAND, Key::F);
    for letter in "line 10".chars() {
        person.harness.event(egui::Event::Text(letter.to_string()));
        person.settle();
    }
    person.press(words::contents::FIND_IN_ALL);
    // Ten unchanged lines of the first file's fifty, and a line of ten to sixty in the new one.
    person.must_see(&fill(window::FOUND_IN, &[("n", "2 files")]));
    person.must_see("1 \u{d7}");
    let listed =
        |person: &Person| person.model(|model| model.workspace.tree.as_ref().map(ChangeTree::matching));
    assert_eq!(listed(&person), Some(2));
    person.press(words::SHOW_ALL);
    assert_eq!(listed(&person), Some(3));
}

#[test]
fn a_note_says_which_side_it_is_about_stands_at_its_line_and_leads_there() {
    let sandbox = Sandbox::new();
    let old: String = (1..=60).map(|line| format!("line {line}\n")).collect();
    let new = old.replace("line 3\n", "");
    sandbox.write("app/a.txt", &old);
    let bundle = sandbox.bundle("WALK").replace("a.txt", &old, &new);
    let paths = [sandbox.save("walk.patchbundle", &bundle), sandbox.path("app")];
    let mut person = Opening::with_paths(paths).open();
    person.opens_tab(words::TAB_CHANGES);
    person.types(Modifiers::NONE, Key::C);
    let place = fill(window::PART_NOTE_OLD_LINE, &[("line", "3")]);
    for letter in "needed?".chars() {
        person.harness.event(egui::Event::Text(letter.to_string()));
        person.settle();
    }
    person.control(&fill(window::NOTE_ON, &[("place", &place)]));
    person.types(Modifiers::NONE, Key::Enter);
    // Whoever hears the line hears the note, and comes back to it from anywhere.
    person.types(Modifiers::COMMAND, Key::End);
    assert!(!person.sees("Note: needed?"), "{}", person.told());
    person.press("Line 3 of the original");
    person.must_see("Note: needed?");
}

#[test]
fn ones_own_key_is_offered_and_who_approves_unseen_files_is_told() {
    let sandbox = Sandbox::new();
    std::fs::create_dir_all(sandbox.path("person/keys")).expect("a folder");
    let desk = Desk::with_keys_in(&sandbox.path("person"));
    for name in ["anna", "team"] {
        desk.workbench().new_key(name, None, None).expect("a new key");
    }
    let mut person = Opening { desk, ..Opening::with_paths(three_files(&sandbox)) }.open();
    person.opens_tab(words::TAB_CHANGES);
    person.press(window::REVIEW);
    let unseen = fill(window::REVIEW_UNSEEN, &[("n", "3"), ("all", "3")]);
    person.press(window::REVIEW_COMMENTED);
    assert!(!person.sees(&unseen));
    person.press(window::REVIEW_APPROVED);
    person.must_see(&unseen);
    person.press(window::REVIEW_SIGN);
    // No dialog: the keys are there, and the one that signs can be changed.
    assert!(person.desk().done.iter().all(|effect| !matches!(effect, Effect::PickKey(_))));
    let sign = person.control(window::SIGN_NOW).rect();
    assert!(person.is_in_view(sign), "what was asked for is in view, not at {sign:?}");
    assert!(!person.sees(window::ROLE_AUTHOR), "a review needs no other role");
    let team = sandbox.path("person/keys/team.key").display().to_string();
    person.press(&team);
    assert!(person.model(|model| model.signing.as_ref().expect("a form").key.ends_with("team.key")));
    person.press(window::SIGN_NOW);
    person.must_see("The review is in the patch file, signed with the key");
}
