//! The patches people already have: diffs, mails and series go the same way through the window as patch files.

use std::fs;

use patchwright::present::Model;
use patchwright::present::fit;
use patchwright::present::message::Event;
use patchwright::present::tree::RowKind;
use patchwright::words::{self, fill, several, trying, window};

use super::guided::{goes_through, last_button};
use super::person::{Opening, Person, everything};
use super::sandbox::Sandbox;

const FIX: &str = "Subject: [PATCH] Greet politely\nFrom: Ada <ada@acme.example>\n\nCloses: #12\n---\n\ndiff --git a/hello.txt b/hello.txt\n--- a/hello.txt\n+++ b/hello.txt\n@@ -1,3 +1,3 @@\n one\n-two\n+TWO\n three\n@@ -7,3 +7,3 @@\n seven\n-eight\n+EIGHT\n nine\ndiff --git a/new/file.txt b/new/file.txt\nnew file mode 100644\n--- /dev/null\n+++ b/new/file.txt\n@@ -0,0 +1 @@\n+fresh\n";

const HELLO: &str = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\n";

/// A product in `app`, and a patch in `fix.patch`.
fn scene(hello: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("app/hello.txt", hello);
    sandbox.write("fix.patch", FIX);
    sandbox
}

#[test]
fn a_text_patch_without_a_folder_says_what_it_says_and_asks_for_one() {
    let sandbox = scene(HELLO);
    let mut person = Opening::with_paths([sandbox.path("fix.patch")]).open();
    person.must_see("Greet politely");
    person.must_see("Ada <ada@acme.example>");
    person.must_see(words::TEXT_NEEDS_FOLDER);
    person.must_see("modify · 2 hunks · 2 lines added, 2 deleted");
    person.opens_tab(words::TAB_CHANGES);
    person.must_see(words::TEXT_NEEDS_FOLDER);
    person.must_see("b/new/file.txt");
    person.opens_tab(words::TAB_CHECKS);
    person.must_see(words::NO_FOLDER);

    // With the folder everything is known, on the page where somebody waits for it.
    person.opens_tab(words::TAB_CHANGES);
    person.hears(Event::FolderPicked(sandbox.path("app")));
    assert!(!person.sees(words::TEXT_NEEDS_FOLDER));
    person.must_see("2 clean");
    let contents = person.model(|model| model.workspace.contents.ready().cloned().flatten());
    assert!(contents.expect("a change is shown").text().is_some());
}

#[test]
fn a_text_patch_goes_in_and_out_like_any_other() {
    let sandbox = scene(&format!("zero\n{HELLO}"));
    let app = sandbox.path("app");
    let before = everything(&app);
    let mut person = Opening::with_paths([sandbox.path("fix.patch"), app.clone()]).open();
    person.must_see("3 hunks: 1 clean, 2 moved");
    person.opens_tab(words::TAB_CHECKS);
    person.must_see("moved: fits at line 2, 1 line below the stated one");
    assert_eq!(everything(&app), before, "looking changes nothing");

    person.press(words::APPLY);
    goes_through(&mut person);
    person.must_see(words::DONE_APPLY);
    assert_eq!(
        fs::read_to_string(app.join("hello.txt")).expect("a file"),
        "zero\none\nTWO\nthree\nfour\nfive\nsix\nseven\nEIGHT\nnine\n"
    );
    person.press(words::CLOSE);
    person.must_see("Greet politely");
    person.must_see(words::ALREADY_DONE);
    assert!(!person.sees("a folder"), "a text patch names no product");
    // What it was read from has changed, and it is read again.
    assert_eq!(grade_of(&person, "hello.txt"), fit::FitGrade::There);

    person.press(words::GO_BACK);
    goes_through(&mut person);
    person.must_see(words::DONE_TAKE_BACK);
    assert_eq!(everything(&app), before);
}

#[test]
fn a_hunk_without_a_place_is_told_where_the_file_is_and_where_the_reasons_are() {
    let sandbox = scene(&HELLO.replace("eight", "acht"));
    let mut person = Opening::with_paths([sandbox.path("fix.patch"), sandbox.path("app")]).open();
    person.must_see(words::CANNOT_CONTINUE);
    person.opens_tab(words::TAB_CHANGES);
    person.must_see(words::FIT_FAILS);
    let reason = "nearest at line 7 (2 of 3 lines match): line 8 should be \"eight\", but is \"acht\"";
    person.must_see(&format!("Hunk 2 of 2: doesn't fit; {reason}"));
    // The file is shown as it is, although nothing of it would change.
    let contents = person.model(|model| model.workspace.contents.ready().cloned().flatten());
    assert!(contents.expect("the file is shown").text().is_some());
    person.opens_tab(words::TAB_CHECKS);
    person.must_see(reason);
    person.must_see("E-DRIFT");

    // Somebody mends the file, and checks again.
    sandbox.write("app/hello.txt", HELLO);
    person.press(words::CHECK_AGAIN);
    assert_eq!(grade_of(&person, "hello.txt"), fit::FitGrade::Plain);
    person.must_see(words::READY_WITH_WARNINGS);
}

#[test]
fn a_series_is_one_change_of_the_folder_that_is_chosen_last() {
    let sandbox = Sandbox::new();
    let step =
        |from: &str, to: &str| format!("Subject: To {to}\n\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-{from}\n+{to}\n");
    sandbox.write("patches/series", "one.patch\ntwo.patch\n");
    sandbox.write("patches/one.patch", &step("1", "2"));
    sandbox.write("patches/two.patch", &step("2", "3"));
    sandbox.write("app/x", "1\n");
    sandbox.write("other/x", "9\n");
    // The series itself stands for its folder.
    let series = sandbox.path("patches/series");
    let mut person = Opening::with_paths([series, sandbox.path("other")]).open();
    person.must_see(words::CANNOT_CONTINUE);
    assert_eq!(grade_of(&person, "x"), fit::FitGrade::Fails);
    person.hears(Event::FolderPicked(sandbox.path("app")));
    assert_eq!(grade_of(&person, "x"), fit::FitGrade::Plain);
    person.must_see("one.patch");
    person.must_see("To 2");
    person.press(words::APPLY);
    goes_through(&mut person);
    assert_eq!(fs::read_to_string(sandbox.path("app/x")).expect("a file"), "3\n");
}

/// A series whose steps are one after the other, opened with a folder that has what it begins with.
fn steps(last: (&str, &str)) -> (Sandbox, Person) {
    let sandbox = Sandbox::new();
    let step =
        |from: &str, to: &str| format!("Subject: To {to}\n\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-{from}\n+{to}\n");
    sandbox.write("patches/series", "one.patch\ntwo.patch\n");
    sandbox.write("patches/one.patch", &step("1", "2"));
    sandbox.write("patches/two.patch", &step(last.0, last.1));
    sandbox.write("app/x", "1\n");
    let person = Opening::with_paths([sandbox.path("patches/series"), sandbox.path("app")]).open();
    (sandbox, person)
}

/// To the question, and the box that makes each patch a change of its own.
fn wishes_each(person: &mut Person) {
    person.press(words::APPLY);
    person.press(words::NEXT);
    person.press(words::NEXT);
    person.press(&fill(trying::APPLY_EACH, &[("n", "2")]));
    person.press(several::TRUST_FILES);
}

#[test]
fn the_patches_of_a_series_are_applied_one_by_one_so_that_each_can_be_rolled_back() {
    let (sandbox, mut person) = steps(("2", "3"));
    let read = || fs::read_to_string(sandbox.path("app/x")).expect("a file");
    wishes_each(&mut person);
    person.press(words::COPY_COMMAND);
    let button = last_button(&person);
    assert_eq!(button, fill(words::APPLY_N, &[("n", "2 patches")]));
    person.press(&button);
    person.must_see(trying::DONE_SERIES);
    person.must_see(trying::SERIES_NEXT);
    assert!(person.try_control(words::UNDO_THIS).is_none(), "{}", person.told());
    assert_eq!(read(), "3\n");
    let (status, history) = person.folder_as_it_is(&sandbox.path("app"));
    assert_eq!((status.installed.len(), history.len()), (2, 2));
    person.press(words::CLOSE);
    person.must_see(words::ALREADY_DONE);
    person.press(words::GO_BACK);
    person.press(words::NEXT);
    goes_through(&mut person);
    assert_eq!(read(), "2\n");
}

#[test]
fn a_series_that_stops_in_the_middle_is_not_called_unchanged() {
    let (sandbox, mut person) = steps(("2", "3"));
    wishes_each(&mut person);
    // Somebody edits the second patch meanwhile: what was checked was another one.
    sandbox.write("patches/two.patch", "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-8\n+9\n");
    let button = last_button(&person);
    person.press(&button);
    person.must_see(trying::DONE_PART_OF_SERIES);
    assert!(!person.sees(words::NOT_DONE), "{}", person.told());
    person.must_see("The patches applied before it stay applied.");
    assert_eq!(fs::read_to_string(sandbox.path("app/x")).expect("a file"), "2\n");
}

fn grade_of(person: &Person, path: &str) -> fit::FitGrade {
    person.model(|model| {
        let tree = model.workspace.tree.as_ref().expect("the changes are known");
        assert!(tree.rows().iter().any(|row| matches!(row.kind, RowKind::Change(_))));
        let item = &tree.items()[tree.index_of(path).expect("it is listed")];
        item.fit.as_ref().expect("it comes from a text patch").grade
    })
}

/// A patch that makes `count` files, of which every third is empty: nothing in it can be walked through.
fn many_files(count: usize) -> String {
    let file = |number: usize| {
        let head = format!("diff --git a/f{number:03}.txt b/f{number:03}.txt\nnew file mode 100644\n");
        let body = format!("--- /dev/null\n+++ b/f{number:03}.txt\n@@ -0,0 +1 @@\n+fresh\n");
        if number % 3 == 1 { head } else { head + &body }
    };
    (0..count).map(file).collect()
}

#[test]
fn one_key_walks_through_every_file_and_the_list_follows() {
    use egui_kittest::kittest::NodeT;
    let sandbox = scene(HELLO);
    sandbox.write("many.patch", &many_files(100));
    let mut person = Opening::with_paths([sandbox.path("many.patch"), sandbox.path("app")]).open();
    person.opens_tab(words::TAB_CHANGES);
    let mut walked = vec![person.model(|model| model.workspace.selected)];
    while person.model(|model| model.workspace.selected) != Some(99) && walked.len() < 300 {
        person.types(egui::Modifiers::NONE, egui::Key::F7);
        walked.push(person.model(|model| model.workspace.selected));
    }
    walked.dedup();
    assert_eq!(walked, (0..100).map(Some).collect::<Vec<_>>());
    let rows = person.harness.root().children_recursive();
    let chosen = rows.filter(|node| node.accesskit_node().data().is_selected() == Some(true));
    let chosen: Vec<_> = chosen.filter_map(|node| node.accesskit_node().label()).collect();
    assert!(chosen.iter().any(|label| label.starts_with("f099.txt")), "{chosen:?}");
}

/// Ticks how the patch is read, and gives what the folder holds after it was applied.
fn applied_reading(hello: &str, patch: &str, tick: &str) -> String {
    let sandbox = Sandbox::new();
    sandbox.write("app/hello.txt", hello);
    sandbox.write("fix.patch", patch);
    let folder = sandbox.path("app");
    let before = everything(&folder);
    let mut person = Opening::with_paths([sandbox.path("fix.patch"), folder.clone()]).open();
    assert!(!person.model(is_ready), "{tick} changes something");
    person.press(tick);
    assert!(person.model(is_ready), "{tick}: {}", person.told());
    person.press(words::APPLY);
    goes_through(&mut person);
    person.must_see(words::DONE_APPLY);
    let after = fs::read_to_string(folder.join("hello.txt")).expect("a file");
    person.press(words::UNDO_THIS);
    goes_through(&mut person);
    assert_eq!(everything(&folder), before, "{tick}");
    after
}

fn is_ready(model: &Model) -> bool {
    use patchwright::present::check::CheckVerdict;
    matches!(model.workspace.verdict(), Some(CheckVerdict::Ready | CheckVerdict::Warnings))
}

const TWO: &str = "--- a/hello.txt\n+++ b/hello.txt\n@@ -1,3 +1,3 @@\n one\n-two\n+TWO\n three\n";

#[test]
fn a_text_patch_is_read_in_reverse_when_somebody_says_so() {
    let patched = HELLO.replace("two", "TWO");
    assert_eq!(applied_reading(&patched, TWO, window::READ_REVERSE), HELLO);
}

#[test]
fn a_text_patch_fits_other_white_space_when_somebody_says_so() {
    let indented = HELLO.replace("one", "\tone");
    let after = applied_reading(&indented, &TWO.replace(" one", "     one"), window::READ_WHITE_SPACE);
    assert_eq!(after, indented.replace("two", "TWO"));
}

#[test]
fn what_a_text_patch_names_and_does_not_carry_is_left_out_when_somebody_says_so() {
    let patch = format!("{TWO}Binary files a/logo.png and b/logo.png differ\n");
    assert_eq!(applied_reading(HELLO, &patch, window::READ_UNCARRIED), HELLO.replace("two", "TWO"));
}

#[test]
fn what_tolerance_and_stripped_folders_come_to_is_seen_at_once() {
    // The line before the first change is another one here.
    let sandbox = scene(&HELLO.replacen("one\n", "ONE\n", 1));
    let app = sandbox.path("app");
    let mut person = Opening::with_paths([sandbox.path("fix.patch"), app]).open();
    let is_ready = |person: &Person| person.model(|model| model.workspace.can_apply().is_ok());
    person.must_see(words::CANNOT_CONTINUE);
    choose(&mut person, window::READ_FUZZ, "1");
    assert!(!person.sees(words::CANNOT_CONTINUE), "{}", person.told());
    assert!(is_ready(&person));
    // No name in it has five folders.
    choose(&mut person, window::READ_STRIP, "4");
    assert!(person.sees(words::CANNOT_CONTINUE) || !is_ready(&person), "{}", person.told());
    choose(&mut person, window::READ_STRIP, window::READ_STRIP_AUTO);
    assert!(!person.sees(words::CANNOT_CONTINUE), "{}", person.told());
    // The command that is copied reads it the same way.
    person.opens_tab(words::TAB_CHECKS);
    person.press(words::COPY_COMMAND);
    let command = person.model(Model::page_command).expect("a command");
    assert!(command.contains("--fuzz 1") && !command.contains("--strip"), "{command}");
}

/// Presses one of the choices that stand together under this name.
#[track_caller]
fn choose(person: &mut Person, group: &str, choice: &str) {
    use egui_kittest::kittest::{NodeT, Queryable};
    let group = person.harness.get_by_role_and_label(egui::Role::RadioGroup, group);
    let found =
        group.children_recursive().find(|node| node.accesskit_node().label().as_deref() == Some(choice));
    found.expect("the choice is there").click();
    person.settle();
}
