//! Deciding: how much is rolled back, which patches go in together, and what is set aside with a reason.

use egui::{Key, Modifiers, Role};
use egui_kittest::kittest::NodeT;
use patchwright::model::{PatchId, Requirement, RequirementMode};
use patchwright::present::message::{Effect, RollbackQuestion};
use patchwright::present::worker::WorkerChange;
use patchwright::words::{self, fill, several, window};
use patchwright::workbench::Which;

use super::guided::{goes_through, last_button, starts};
use super::person::{Opening, Person, everything};
use super::sandbox::Sandbox;

/// What the vendor of the first of two patches says about rolling it back.
const STEPS: [&str; 2] = ["Stop the service.", "Tell the users."];

/// Two files, and a patch for each.
fn two_patches() -> (Sandbox, [std::path::PathBuf; 2]) {
    let sandbox = Sandbox::new();
    sandbox.write("app/a.txt", "1\n");
    sandbox.write("app/b.txt", "1\n");
    let first = sandbox.bundle("FIRST").replace("a.txt", "1\n", "2\n").but(|patch| {
        patch.about.rollback.steps = STEPS.map(Into::into).to_vec();
    });
    let second = sandbox.bundle("SECOND").replace("b.txt", "1\n", "2\n").but(|patch| {
        patch.about.rollback.steps.push("Wait for the night.".into());
        patch.about.requires.push(Requirement {
            id: PatchId::parse("FIRST").expect("an id"),
            min_revision: 1,
            mode: RequirementMode::Together,
        });
    });
    let files = [sandbox.save("first.patchbundle", &first), sandbox.save("second.patchbundle", &second)];
    (sandbox, files)
}

fn last_change(person: &Person) -> WorkerChange {
    let desk = person.desk();
    let change = desk.done.iter().rev().find_map(|effect| match effect {
        Effect::Start(change, ..) => Some(change.clone()),
        _ => None,
    });
    change.expect("a worker was started")
}

#[test]
fn a_missing_requirement_beside_the_file_is_added_and_both_go_in_and_out() {
    let (sandbox, [_, second]) = two_patches();
    let folder = sandbox.path("app");
    let before = everything(&folder);
    let mut person = Opening::with_paths([second, folder.clone()]).open();
    person.opens_tab(words::TAB_CHECKS);
    person.press(&fill(window::ADD_FILE, &[("file", "first.patchbundle")]));
    person.must_see(words::READY_WITH_WARNINGS);
    person.opens_tab(words::TAB_OVERVIEW);
    person.must_see(several::TOGETHER_WITH);
    person.press(words::APPLY);
    person.must_see("FIRST + SECOND");
    person.must_see(several::APPLY_TITLE);
    // Of both the same is told, once and with their names.
    let told = person.told();
    assert_eq!(told.matches("Not trusted: this patch isn't").count(), 1, "{told}");
    goes_through(&mut person);
    person.must_see(several::APPLIED);
    // What came together is undone together.
    person.press(words::UNDO_THIS);
    person.must_see(&format!("FIRST: {}", words::VENDOR_ADVICE));
    person.must_see(&format!("SECOND: {}", words::VENDOR_ADVICE));
    goes_through(&mut person);
    person.must_see(several::ROLLED_BACK);
    // Not all of it can be done before.
    person.must_see(words::VENDOR_ADVICE);
    for line in ["FIRST", "1. Stop the service.", "2. Tell the users.", "SECOND", "Wait for the night."] {
        assert!(person.texts().iter().any(|text| text == line), "{line}: {}", person.told());
    }
    assert_eq!(everything(&folder), before);
    person.press(words::CLOSE);
    person.press(words::APPLY);
    goes_through(&mut person);
    person.press(words::CLOSE);

    // One patch below the other cannot go alone; both can.
    person.press(several::ROLL_BACK_TOGETHER);
    goes_through(&mut person);
    assert_eq!(everything(&folder), before);
    let which = Which::PatchAndDependents("FIRST".to_owned());
    assert_eq!(last_change(&person), WorkerChange::TakeBack(RollbackQuestion::new(which)));
}

#[test]
fn a_rollback_asks_how_many_patches_and_says_what_stays() {
    let (sandbox, [first, second]) = two_patches();
    let folder = sandbox.path("app");
    let before = everything(&folder);
    for file in [first, second] {
        let mut person = Opening::with_paths([file, folder.clone()]).open();
        person.press(words::APPLY);
        goes_through(&mut person);
    }
    let mut person = Opening::with_paths([folder.clone()]).open();
    person.press(words::GO_BACK);
    person.must_see(window::WHICH_PATCHES);
    person.must_see(&fill(window::STAYS, &[("ids", "FIRST")]));
    person.must_see(window::NOTHING_STAYS);
    person.press(&fill(window::ALL_PATCHES, &[("n", "2"), ("ids", "SECOND, FIRST")]));
    person.press(words::NEXT);
    goes_through(&mut person);
    assert_eq!(everything(&folder), before);
    assert_eq!(
        last_change(&person),
        WorkerChange::TakeBack(RollbackQuestion::new(Which::Before("FIRST".to_owned())))
    );
}

#[test]
fn a_second_patch_file_does_not_take_the_place_of_the_first_silently() {
    let (sandbox, [first, second]) = two_patches();
    let mut person = Opening::with_paths([first.clone(), sandbox.path("app")]).open();
    person
        .hears(patchwright::present::message::Event::Sorted { bundles: vec![second.clone()], folder: None });
    person.must_see(&fill(several::OPENED_INSTEAD, &[("file", "first.patchbundle")]));
    person.press(several::APPLY_BOTH);
    assert_eq!(person.model(|model| model.workspace.files()), [second, first]);
    person.must_see(words::READY_WITH_WARNINGS);
}

#[test]
fn choosing_a_folder_from_the_start_page_lets_one_choose() {
    let (sandbox, [first, _]) = two_patches();
    let mut person = Opening::with_paths([first, sandbox.path("app")]).open();
    person.press(words::APPLY);
    goes_through(&mut person);
    person.press(words::CLOSE);
    person.press(words::TO_START);
    person.press(words::START_GO_BACK_BUTTON);
    person.must_see("Step 1 of 6");
    person.must_see(&sandbox.path("app").display().to_string());
    person.control(words::START_CHOOSE_FOLDER);
    person.press(words::NEXT);
    person.must_see("Step 2 of 6");
}

#[test]
fn the_buttons_of_the_way_stay_where_they_are_and_the_keyboard_begins_at_them() {
    let mut person = Person::with_sample();
    person.press(words::APPLY);
    let mut places = Vec::new();
    for _ in 0..2 {
        let next = person.control(words::NEXT);
        assert!(next.is_focused(), "Enter goes on");
        places.push(next.rect());
        person.types(Modifiers::NONE, Key::Enter);
    }
    let button = last_button(&person);
    let last = person.control(&button);
    assert!(!last.is_focused(), "Enter starts nothing that nobody has looked at");
    places.push(last.rect());
    let ends: Vec<_> = places.iter().map(|rect| (rect.right(), rect.top())).collect();
    assert!(ends.iter().all(|end| *end == ends[0]), "{ends:?}");
    let focused = person.harness.root().children_recursive().find(egui_kittest::Node::is_focused);
    assert_eq!(focused.expect("the page has the keyboard").accesskit_node().role(), Role::Heading);
    for _ in 0..5 {
        person.types(Modifiers::NONE, Key::Enter);
    }
    assert_eq!(starts(&person), 0);
}

#[test]
fn tab_leads_to_one_row_of_the_changes_and_arrows_to_the_others() {
    let mut person = Person::with_sample();
    person.opens_tab(words::TAB_CHANGES);
    let mut rows = std::collections::BTreeSet::new();
    let focused = |person: &Person| {
        let node = person.harness.root().children_recursive().find(egui_kittest::Node::is_focused)?;
        let inner = node.accesskit_node();
        (inner.role() == Role::TreeItem).then(|| inner.label().unwrap_or_default())
    };
    for _ in 0..40 {
        person.types(Modifiers::NONE, Key::Tab);
        rows.extend(focused(&person));
    }
    assert_eq!(rows.len(), 1, "{rows:?}");
    while focused(&person).is_none() {
        person.types(Modifiers::NONE, Key::Tab);
    }
    let first = focused(&person);
    person.types(Modifiers::NONE, Key::ArrowDown);
    assert!(focused(&person).is_some() && focused(&person) != first);
    person.types(Modifiers::NONE, Key::ArrowUp);
    assert_eq!(focused(&person), first);
}

#[test]
fn escape_closes_a_menu_and_nothing_else() {
    let mut person = Person::with_sample();
    person.opens_tab(words::TAB_CHANGES);
    person.press(words::COMPARE_ORIGINAL_AFTER);
    person.must_see(words::COMPARE_ORIGINAL_FOLDER);
    person.types(Modifiers::NONE, Key::Escape);
    assert!(!person.sees(words::COMPARE_ORIGINAL_FOLDER));
    assert!(person.model(
        |model| model.page == patchwright::present::Page::Workspace(patchwright::present::Tab::Changes)
    ));
}

#[test]
fn a_patch_is_kept_for_good_and_then_cannot_be_rolled_back() {
    let (sandbox, [first, second]) = two_patches();
    let folder = sandbox.path("app");
    for file in [first, second] {
        let mut person = Opening::with_paths([file, folder.clone()]).open();
        person.press(words::APPLY);
        goes_through(&mut person);
    }
    let mut person = Opening::with_paths([folder.clone()]).open();
    let after = everything(&folder);
    let buttons = person.controls();
    let keep: Vec<_> = buttons
        .iter()
        .filter(|node| node.accesskit_node().label().as_deref() == Some(window::KEEP))
        .collect();
    assert_eq!(keep.len(), 2, "each patch that has a way back");
    keep[1].click();
    person.settle();
    person.must_see(window::KEEP_DELETES);
    goes_through(&mut person);
    person.must_see(window::DONE_KEEP);
    person.must_see("FIRST");
    assert_eq!(everything(&folder), after, "only backups go");
    person.press(words::CLOSE);
    person.must_see(words::BACK_GIVEN_UP);
    let (status, _) = person.folder_as_it_is(&folder);
    assert_eq!(status.installed.iter().map(|patch| patch.accepted).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn a_history_is_verified_and_one_that_was_changed_is_told() {
    let (sandbox, [first, _]) = two_patches();
    let folder = sandbox.path("app");
    let mut person = Opening::with_paths([first, folder.clone()]).open();
    person.press(words::APPLY);
    goes_through(&mut person);
    person.press(words::CLOSE);
    person.press(window::VERIFY_HISTORY);
    person.must_see(&fill(window::VERIFIED_WHOLE, &[("n", "1 entry")]));
    let manifest = folder.join(".patchwright/history/00000001/manifest.json");
    std::fs::write(&manifest, "{}").expect("our own file");
    let mut person = Opening::with_paths([folder]).open();
    person.press(window::VERIFY_HISTORY);
    assert!(!person.sees("The history is intact"), "{}", person.told());
    person.must_see("History entry 1");
}
