//! What somebody merged by hand is taken as it is, and it is said which lines of a fix it leaves out.

use patchwright::model::LocalEdits;

use super::{FIXED, FIXED_AND_MORE, Scene};

const EDITED_HERE: &str = "check = yes\n2\n3\n4\nport = 8080\n";
const WITHOUT_THE_FIX: &str = "check = no\n2\n3\n4\nport = 443\n";
const WITH_BOTH: &str = "check = yes\n2\n3\n4\nport = 443\nlog = on\n";
const WITHOUT_THE_NEW: &str = "check = yes\n2\n3\n4\nport = 8080\n6\n";

/// The fix is in, the file was edited since, and a patch that changes the edited line comes.
fn scene() -> (Scene, String) {
    let scene = Scene::new();
    scene.must_apply(&scene.hotfix());
    scene.sandbox.write("app/f", EDITED_HERE);
    let bundle = scene.bundle("L-2", &["L-2"]).replace("f", FIXED, FIXED_AND_MORE);
    let bundle = bundle.but(|patch| patch.changes[0].local_edits = LocalEdits::Merge);
    let file = scene.patch(Some("ann"), &bundle);
    (scene, file)
}

#[test]
fn a_file_that_was_merged_by_hand_does_not_silently_drop_a_fix() {
    let (scene, patch) = scene();
    scene.sandbox.write("merged", WITHOUT_THE_FIX);
    let merged = "--merged f=$/merged";
    let plan = scene.console().run(&format!("plan $/{patch} $/app {merged}"));
    assert!(plan.out.contains("your merged file drops changes of L-1 (line 1)"), "{plan}");
    let refused = scene.apply(&patch, merged);
    assert!(refused.code == 3 && refused.err.contains("E-UNDOES"), "{refused}");
    assert_eq!(scene.read("f").as_deref(), Some(EDITED_HERE));
    let done = scene.apply(&patch, &format!("{merged} --allow-undo=the-check-broke-printing"));
    assert_eq!(done.code, 0, "{done}");
    assert!(done.out.contains("(--allow-undo): the-check-broke-printing"), "{done}");
    let history = scene.console().done("history $/app");
    assert!(history.out.contains("your merged file drops changes of L-1 (line 1)"), "{history}");
    assert_eq!(scene.read("f").as_deref(), Some(WITHOUT_THE_FIX));
}

#[test]
fn twin_a_file_that_was_merged_by_hand_and_keeps_the_fix_is_taken_without_a_question() {
    let (scene, patch) = scene();
    scene.sandbox.write("merged", WITH_BOTH);
    let done = scene.apply(&patch, "--merged f=$/merged");
    assert_eq!(done.code, 0, "{done}");
    assert!(!done.printed().contains("does not have"), "{done}");
    assert_eq!(scene.read("f").as_deref(), Some(WITH_BOTH));
}

#[test]
fn twin_what_the_patch_itself_would_have_brought_is_a_choice_that_is_told() {
    let (scene, patch) = scene();
    scene.sandbox.write("merged", WITHOUT_THE_NEW);
    let done = scene.apply(&patch, "--merged f=$/merged");
    assert_eq!(done.code, 0, "{done}");
    let told = "your merged file doesn't have all changes of L-2 (line 5)";
    assert!(done.printed().contains(told), "{done}");
    assert_eq!(scene.read("f").as_deref(), Some(WITHOUT_THE_NEW));
}

#[test]
fn twin_lines_that_the_patch_changes_itself_are_no_loss_of_the_merge() {
    let (scene, _) = scene();
    let theirs = WITHOUT_THE_FIX.replace("no", "always");
    let bundle = scene.bundle("L-3", &["L-3"]).replace("f", FIXED, &theirs);
    let bundle = bundle.but(|patch| patch.changes[0].local_edits = LocalEdits::Merge);
    let file = scene.patch(Some("ann"), &bundle);
    scene.sandbox.write("merged", &format!("{theirs}mine = 1\n"));
    let done = scene.apply(&file, "--merged f=$/merged");
    assert_eq!(done.code, 0, "{done}");
}
