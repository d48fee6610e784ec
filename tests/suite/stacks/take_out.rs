//! Any patch can be taken out: alone, by putting shared files together again, or with those that cannot stay.

use patchwright::plan::OnDrift;
use patchwright::workbench::{Error, Overrides, RollbackOptions, Which};

use super::{base, fix, lines, patch, stack};
use crate::support::sandbox::{Sandbox, Target, obstacles, unwatched};
use crate::support::trees::Tree;

/// Three patches that share a text: two in different lines, the third on the same line as the first.
fn three(sandbox: &Sandbox) -> (Target<'_>, [Tree; 4]) {
    let one = base().file("text", lines(&[(1, "one")]));
    let two = base().file("text", lines(&[(1, "one"), (5, "two")])).file("bin", "a\0two");
    let three = two.clone().file("text", lines(&[(1, "three"), (5, "two")]));
    let trees = [base(), one, two, three];
    let target = sandbox.install(&base());
    for (id, pair) in ["ONE", "TWO", "THREE"].iter().zip(trees.windows(2)) {
        target.must_apply(&fix(sandbox, id, &pair[0], &pair[1]));
    }
    (target, trees)
}

#[test]
fn a_patch_in_the_middle_goes_and_the_difference_is_shown_before() {
    let sandbox = Sandbox::new();
    let (target, trees) = three(&sandbox);
    let options = RollbackOptions {
        overrides: Overrides::UNSIGNED,
        which: patch("TWO"),
        on_drift: OnDrift::Stop,
        expected: None,
        scripts: Default::default(),
        occasion: Default::default(),
        withdrawn: Vec::new(),
    };
    let preview =
        unwatched(|watch| sandbox.bench().preview_rollback(&target.path, &options, watch)).expect("a look");
    assert_eq!(preview.preview.obstacles, []);
    assert_eq!(preview.stack_before, ["ONE", "TWO", "THREE"]);
    assert_eq!(preview.stack_after, ["ONE", "THREE"]);
    let [place] = preview.rebuilt.as_slice() else { panic!("one file is shared: {:?}", preview.rebuilt) };
    assert_eq!(place.stay, ["ONE", "THREE"]);
    let text = |bytes: &Option<std::sync::Arc<Vec<u8>>>| {
        String::from_utf8(bytes.as_ref().expect("a text").to_vec()).expect("a text")
    };
    assert_eq!(text(&place.before), lines(&[(1, "three"), (5, "two")]));
    assert_eq!(text(&place.after), lines(&[(1, "three")]));
    target.expect(&trees[3]);

    target.must_go_back(patch("TWO"), OnDrift::Stop);
    target.expect(&base().file("text", lines(&[(1, "three")])));
    assert_eq!(stack(&target), ["ONE", "THREE"]);
    target.must_undo_the_rollback();
    target.expect(&trees[3]);
    target.must_undo_the_rollback();
    target.expect(&base().file("text", lines(&[(1, "three")])));
    // What lay above the one that went can go as well, and what was there before all of them is still known.
    target.must_go_back(patch("THREE"), OnDrift::Stop);
    target.expect(&trees[1]);
    target.must_go_back(patch("ONE"), OnDrift::Stop);
    target.expect(&base());
}

#[test]
fn who_shares_lines_is_named_and_goes_only_when_asked_for() {
    let sandbox = Sandbox::new();
    let (target, trees) = three(&sandbox);
    assert_eq!(
        obstacles(target.roll_back(patch("ONE"), OnDrift::Stop)),
        ["E-NOT-NEWEST text: THREE depends on it: both change the same lines of text (1)"]
    );
    target.expect(&trees[3]);
    target.must_go_back(Which::PatchAndDependents("ONE".to_owned()), OnDrift::Stop);
    target.expect(&base().file("text", lines(&[(5, "two")])).file("bin", "a\0two"));
    assert_eq!(stack(&target), ["TWO"]);
    target.must_undo_the_rollback();
    target.expect(&trees[3]);
    assert_eq!(stack(&target), ["ONE", "TWO", "THREE"]);
}

#[test]
fn going_back_to_before_a_patch_takes_everything_newer_with_it() {
    let sandbox = Sandbox::new();
    let (target, trees) = three(&sandbox);
    for (id, left) in [("TWO", 1), ("ONE", 0)] {
        target.must_go_back(Which::Before(id.to_owned()), OnDrift::Stop);
        target.expect(&trees[left]);
        target.must_undo_the_rollback();
        target.expect(&trees[3]);
    }
    assert_eq!(stack(&target), ["ONE", "TWO", "THREE"]);
}

#[test]
fn a_new_patch_comes_on_what_is_left_and_goes_again() {
    let sandbox = Sandbox::new();
    let (target, _) = three(&sandbox);
    target.must_go_back(patch("TWO"), OnDrift::Stop);
    let left = base().file("text", lines(&[(1, "three")]));
    let more = base().file("text", lines(&[(1, "three"), (9, "four")]));
    target.must_apply(&fix(&sandbox, "FOUR", &left, &more));
    target.expect(&more);
    target.must_go_back(patch("THREE"), OnDrift::Stop);
    target.expect(&base().file("text", lines(&[(1, "one"), (9, "four")])));
    target.must_go_back(patch("ONE"), OnDrift::Stop);
    target.expect(&base().file("text", lines(&[(9, "four")])));
    target.must_roll_back();
    target.expect(&base());
}

#[test]
fn an_edit_made_since_stops_it_and_nothing_changes() {
    let sandbox = Sandbox::new();
    let (target, _) = three(&sandbox);
    target.edit("text", "mine\n");
    let before = target.tree();
    assert_eq!(
        obstacles(target.roll_back(patch("TWO"), OnDrift::Stop)),
        ["E-DRIFT text: was changed after the patch was applied"]
    );
    target.expect(&before);
}

#[test]
fn damaged_safe_copies_stop_it_before_the_first_change() {
    let sandbox = Sandbox::new();
    let (target, trees) = three(&sandbox);
    // What stood in the binary file before the second patch.
    let kept = target.path.join(".patchwright/undo/00000002/objects");
    for entry in std::fs::read_dir(&kept).expect("safe copies") {
        std::fs::write(entry.expect("an entry").path(), "damaged").expect("a file");
    }
    let result = target.roll_back(patch("TWO"), OnDrift::Stop);
    assert!(matches!(result, Err(Error::Store(_) | Error::Refused(_))), "{result:?}");
    target.expect(&trees[3]);
}

#[test]
fn a_folder_with_such_a_change_is_left_alone_by_older_programs() {
    let sandbox = Sandbox::new();
    let (target, _) = three(&sandbox);
    target.must_go_back(patch("TWO"), OnDrift::Stop);
    let format = std::fs::read_to_string(target.path.join(".patchwright/format")).expect("a format");
    assert_eq!(format, "patchwright-state/2\n");
}

#[test]
fn an_edit_that_came_back_is_never_lost_in_what_is_put_together() {
    let sandbox = Sandbox::new();
    let text = |changed: &[(usize, &str)]| base().file("text", lines(changed));
    let trees = [
        base(),
        text(&[(1, "one")]),
        text(&[(1, "one"), (5, "two")]),
        text(&[(1, "one"), (5, "two"), (9, "three")]),
    ];
    let target = sandbox.install(&base());
    for (id, pair) in ["ONE", "TWO", "THREE"].iter().zip(trees.windows(2)) {
        target.must_apply(&fix(&sandbox, id, &pair[0], &pair[1]));
    }
    target.must_go_back(patch("ONE"), OnDrift::Stop);
    let mine = lines(&[(3, "mine"), (5, "two"), (9, "three")]);
    target.edit("text", &mine);
    target.must_go_back(patch("THREE"), OnDrift::KeepCopy);
    target.expect(&text(&[(5, "two")]));
    target.must_undo_the_rollback();
    target.expect(&base().file("text", &mine));
    // All patches laid on what was there before do not give what is there now: it was edited.
    assert_eq!(
        obstacles(target.roll_back(patch("TWO"), OnDrift::Stop)),
        ["E-DRIFT text: was changed after the patch was applied"]
    );
    target.expect(&base().file("text", &mine));
    target.must_go_back(patch("TWO"), OnDrift::KeepCopy);
    target.expect(&text(&[(9, "three")]));
    target.must_undo_the_rollback();
    target.expect(&base().file("text", &mine));
}
