//! Several patch files in one change: the order is found, all go in or none, and each is known afterwards.

use patchwright::plan::OnDrift;
use patchwright::workbench::{Error, Which};

use super::{apply_all, base, bundle, fix, lines, patch, preview_all, stack};
use crate::support::sandbox::{Sandbox, obstacles, spell};

fn one() -> crate::support::trees::Tree {
    base().file("text", lines(&[(1, "one")])).file("bin", "a\0one")
}

fn two() -> crate::support::trees::Tree {
    one().file("text", lines(&[(1, "one"), (5, "two")])).file("bin", "a\0two").file("new", "2\n")
}

fn three() -> crate::support::trees::Tree {
    two().file("text", lines(&[(1, "one"), (5, "two"), (9, "three")])).without("other")
}

#[test]
fn three_patches_on_each_other_come_in_one_change_and_each_goes_alone() {
    let sandbox = Sandbox::new();
    let (a, b, c) = (
        fix(&sandbox, "C", &base(), &one()),
        fix(&sandbox, "B", &one(), &two()),
        fix(&sandbox, "A", &two(), &three()),
    );
    let target = sandbox.install(&base());
    let applied = apply_all(&sandbox, &target, &[&b, &c, &a]).expect("applied");
    assert_eq!(applied.entry.expect("an entry").patches().len(), 3);
    target.expect(&three());
    assert_eq!(stack(&target), ["C", "B", "A"]);
    assert_eq!(target.story().len(), 1);

    target.must_roll_back();
    target.expect(&two());
    assert_eq!(stack(&target), ["C", "B"]);
    target.must_undo_the_rollback();
    target.expect(&three());
    target.must_go_back(Which::Before("B".to_owned()), OnDrift::Stop);
    target.expect(&one());
    target.must_undo_the_rollback();
    target.expect(&three());
    assert_eq!(stack(&target), ["C", "B", "A"]);
    target.must_go_back(Which::Before("C".to_owned()), OnDrift::Stop);
    target.expect(&base());
}

#[test]
fn what_is_required_comes_first_and_what_is_missing_is_named_with_who_brings_it() {
    let sandbox = Sandbox::new();
    let needs = "[[requires]]\nid = \"AAA\"\n";
    let needing = bundle(&sandbox, "ZZZ", "\"ZZZ\"", needs, &base(), &base().file("z", "z\n"));
    let needed = fix(&sandbox, "AAA", &base(), &base().file("a", "a\n"));
    let target = sandbox.install(&base());
    let alone = preview_all(&sandbox, &target, &[&needing]);
    let told: Vec<String> = alone.preview.obstacles.iter().map(spell).collect();
    assert_eq!(told, ["E-REQUIRES: requires AAA (revision 1 or later); it isn't applied here"]);
    let name = needed.path.file_name().expect("a name").to_string_lossy().into_owned();
    assert_eq!(
        alone.preview.obstacles[0].hint().to_string(),
        format!("It's in {name}, next to this file. Apply both together.")
    );

    let both = preview_all(&sandbox, &target, &[&needing, &needed]);
    assert_eq!(both.preview.obstacles, []);
    let _ = apply_all(&sandbox, &target, &[&needing, &needed]).expect("applied");
    assert_eq!(stack(&target), ["AAA", "ZZZ"]);
    assert_eq!(
        obstacles(target.roll_back(patch("AAA"), OnDrift::Stop)),
        ["E-NOT-NEWEST: ZZZ depends on it: it requires AAA"]
    );
    target.must_go_back(Which::PatchAndDependents("AAA".to_owned()), OnDrift::Stop);
    target.expect(&base());
}

#[test]
fn a_plan_is_the_same_however_the_files_are_named() {
    let sandbox = Sandbox::new();
    let bundles = [
        fix(&sandbox, "C", &base(), &one()),
        fix(&sandbox, "B", &one(), &two()),
        fix(&sandbox, "A", &two(), &three()),
    ];
    let target = sandbox.install(&base());
    let plan = |order: [usize; 3]| {
        let preview = preview_all(&sandbox, &target, &order.map(|index| &bundles[index]));
        (preview.preview, preview.manifest_digest)
    };
    let first = plan([0, 1, 2]);
    for order in [[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        assert_eq!(plan(order), first, "{order:?}");
    }
}

#[test]
fn a_circle_is_refused() {
    let sandbox = Sandbox::new();
    let needs = |id: &str| format!("[[requires]]\nid = \"{id}\"\n");
    let a = bundle(&sandbox, "A", "\"A\"", &needs("B"), &base(), &base().file("a", "a\n"));
    let b = bundle(&sandbox, "B", "\"B\"", &needs("A"), &base(), &base().file("b", "b\n"));
    let target = sandbox.install(&base());
    assert_eq!(
        obstacles(apply_all(&sandbox, &target, &[&a, &b])),
        ["E-REQUIRES: these patches require each other in a circle: A → B → A"]
    );
    assert!(!target.has_state());
}

#[test]
fn where_one_of_them_does_not_fit_none_comes() {
    let sandbox = Sandbox::new();
    let good = fix(&sandbox, "GOOD", &base(), &base().file("other", "mended\n"));
    let bad = fix(&sandbox, "BAD", &base().file("bin", "a\0else"), &base().file("bin", "a\0new"));
    let target = sandbox.install(&base());
    let refused = apply_all(&sandbox, &target, &[&good, &bad]);
    assert!(matches!(refused, Err(Error::Refused(_))), "{refused:?}");
    target.expect(&base());
}

#[test]
fn two_that_change_different_lines_are_merged_and_each_goes_alone() {
    let sandbox = Sandbox::new();
    let top = fix(&sandbox, "TOP", &base(), &base().file("text", lines(&[(1, "top")])));
    let end = fix(&sandbox, "END", &base(), &base().file("text", lines(&[(9, "end")])));
    let target = sandbox.install(&base());
    target.must_apply(&top);
    let notes = target.must_apply(&end);
    assert_eq!(notes, ["text: is merged: END and TOP both change it, in different places"]);
    target.expect(&base().file("text", lines(&[(1, "top"), (9, "end")])));
    target.must_go_back(patch("TOP"), OnDrift::Stop);
    target.expect(&base().file("text", lines(&[(9, "end")])));
    target.must_roll_back();
    target.expect(&base());

    let target = sandbox.install(&base());
    let _ = apply_all(&sandbox, &target, &[&end, &top]).expect("applied");
    target.expect(&base().file("text", lines(&[(1, "top"), (9, "end")])));
    target.must_go_back(patch("TOP"), OnDrift::Stop);
    target.expect(&base().file("text", lines(&[(9, "end")])));
}

#[test]
fn a_hotfix_and_the_service_pack_that_contains_it_named_together() {
    let sandbox = Sandbox::new();
    let packed = base().file("bin", "a\0hotfix").file("text", lines(&[(2, "pack")]));
    let hotfix = fix(&sandbox, "HF", &base(), &base().file("bin", "a\0hotfix"));
    let pack = bundle(&sandbox, "SP", "\"HF\", \"MORE\"", "", &base(), &packed);
    for named in [[&hotfix, &pack], [&pack, &hotfix]] {
        let target = sandbox.install(&base());
        let _ = apply_all(&sandbox, &target, &named).expect("applied");
        target.expect(&packed);
        target.must_go_back(Which::Before("SP".to_owned()), OnDrift::Stop);
        assert!(stack(&target).len() <= 1);
    }
}

#[test]
fn when_a_check_fails_afterwards_all_of_them_are_taken_back() {
    let sandbox = Sandbox::new();
    let health = "[[health]]\ncheck = \"file\"\npath = \"never\"\n";
    let good = fix(&sandbox, "A", &base(), &base().file("other", "mended\n"));
    let ill = bundle(&sandbox, "B", "\"B\"", health, &base(), &base().file("bin", "a\0new"));
    let target = sandbox.install(&base());
    let failed = apply_all(&sandbox, &target, &[&good, &ill]);
    assert!(matches!(failed, Err(Error::Unhealthy { undo: None, .. })), "{failed:?}");
    target.expect(&base());
    assert_eq!(stack(&target), [""; 0]);
    target.must_undo_the_rollback();
    assert_eq!(stack(&target), ["A", "B"]);
    target.must_go_back(patch("A"), OnDrift::Stop);
    target.expect(&base().file("bin", "a\0new"));
}

/// The text without its third line.
fn without_a_line() -> crate::support::trees::Tree {
    base().file("text", lines(&[]).replace("line 3\n", ""))
}

#[test]
fn a_line_that_became_another_one_is_not_out_already_and_does_not_come_back_unseen() {
    let sandbox = Sandbox::new();
    let changed = base().file("text", lines(&[(3, "three")]));
    let change = fix(&sandbox, "CHANGE", &base(), &changed);
    let removal = fix(&sandbox, "REMOVAL", &base(), &without_a_line());
    for (first, second, then) in [(&change, &removal, &changed), (&removal, &change, &without_a_line())] {
        let target = sandbox.install(&base());
        target.must_apply(first);
        let refused = obstacles(target.apply(second));
        assert!(refused.iter().any(|why| why.starts_with("E-UNDOES")), "{refused:?}");
        target.expect(then);
    }
}

#[test]
fn twin_a_line_that_is_out_is_out_whatever_came_to_its_place_since() {
    let sandbox = Sandbox::new();
    let removal = fix(&sandbox, "REMOVAL", &base(), &without_a_line());
    let later = without_a_line().file("text", lines(&[(3, "something new")]));
    let newer = fix(&sandbox, "NEWER", &without_a_line(), &later);
    let target = sandbox.install(&base());
    target.must_apply(&removal);
    target.must_apply(&newer);
    target.expect(&later);
    let pack = bundle(&sandbox, "AGAIN", "\"REMOVAL\"", "", &base(), &without_a_line());
    let seen = preview_all(&sandbox, &target, &[&pack]);
    assert!(seen.preview.obstacles.is_empty(), "{:?}", seen.preview.obstacles);
    target.expect(&later);
}
