//! A plan is made here, reviewed there, and carried out only in a folder that is still the same.

use std::path::{Path, PathBuf};

use patchwright::model::Code;
use patchwright::plan::OnDrift;
use patchwright::workbench::{
    ApplyOptions, DecisionDigest, Error, Overrides, PlanFile, RollbackOptions, Which,
};

use crate::support::sandbox::{Bundle, Sandbox, Target, UNSIGNED, obstacles, unwatched};
use crate::support::trees::Tree;

const MOVED: &str = "E-MOVED: the patch file, the folder, a choice or a key has changed since you looked";

fn old() -> Tree {
    Tree::new().file("a", "1").file("b", "1").file("untouched", "1")
}

fn new() -> Tree {
    old().file("a", "2").file("b", "2").file("c", "2")
}

fn save(sandbox: &Sandbox, target: &Target<'_>, bundle: &Bundle) -> PathBuf {
    let preview = target.preview(bundle).expect("a preview");
    let plan = sandbox.place("plan.json");
    PlanFile::new(&preview, sandbox.bench().environment().now()).save(&plan).expect("a saved plan");
    plan
}

/// What the plan stands for, as `apply --plan` finds out in a folder where `bundle` is about to go in.
fn load(target: &Target<'_>, plan: &Path, bundle: &Bundle) -> Result<DecisionDigest, Error> {
    PlanFile::load(plan)?.decision(&target.preview(bundle)?, plan)
}

fn following(expected: DecisionDigest) -> ApplyOptions {
    ApplyOptions { expected: Some(expected), ..UNSIGNED }
}

#[test]
fn a_saved_plan_is_carried_out() {
    let sandbox = Sandbox::new();
    let (bundle, target) = (sandbox.make(&old(), &new()), sandbox.install(&old()));
    let plan = save(&sandbox, &target, &bundle);
    let expected = load(&target, &plan, &bundle).expect("a plan for this bundle");
    let applied = target.apply_with(&bundle, following(expected)).expect("it is carried out");
    assert!(applied.entry.is_some());
    target.expect(&new());
}

#[test]
fn a_saved_plan_names_every_step_for_people() {
    let sandbox = Sandbox::new();
    let (bundle, target) = (sandbox.make(&old(), &new()), sandbox.install(&old()));
    let plan = std::fs::read_to_string(save(&sandbox, &target, &bundle)).expect("a plan");
    for part in [
        "patchwright-plan/2",
        "\"replace\"",
        "\"create\"",
        "\"path\": \"c\"",
        "\"bytes\": 1",
        "\"mode\": \"0644\"",
    ] {
        assert!(plan.contains(part), "{part} in {plan}");
    }
}

#[test]
fn a_plan_for_a_folder_that_moved_on_is_refused() {
    let sandbox = Sandbox::new();
    let bundle = sandbox.make(&old(), &new());
    let another = sandbox.make_named("TEST-2", &old(), &old().file("untouched", "2"));
    type Move<'a> = (&'a str, &'a dyn Fn(&Target<'_>));
    let moves: [Move<'_>; 4] = [
        ("a file was edited", &|target| target.edit("a", "edited")),
        ("a file is done already", &|target| target.edit("b", "2")),
        ("a file is gone", &|target| target.remove("b")),
        ("another patch came in", &|target| drop(target.must_apply(&another))),
    ];
    for (name, change) in moves {
        let target = sandbox.install(&old());
        let plan = save(&sandbox, &target, &bundle);
        let expected = load(&target, &plan, &bundle).expect("a plan for this bundle");
        change(&target);
        let before = target.tree();
        assert_eq!(obstacles(target.apply_with(&bundle, following(expected))), [MOVED], "{name}");
        target.expect(&before);
    }
}

#[test]
fn a_file_that_the_plan_does_not_name_may_change() {
    let sandbox = Sandbox::new();
    let (bundle, target) = (sandbox.make(&old(), &new()), sandbox.install(&old()));
    let expected = load(&target, &save(&sandbox, &target, &bundle), &bundle).expect("a plan for this bundle");
    target.edit("untouched", "edited");
    let applied = target.apply_with(&bundle, following(expected)).expect("it is carried out");
    assert!(applied.entry.is_some());
    target.expect(&new().file("untouched", "edited"));
}

#[test]
fn a_plan_for_another_bundle_or_a_damaged_one_is_no_plan() {
    let sandbox = Sandbox::new();
    let (bundle, target) = (sandbox.make(&old(), &new()), sandbox.install(&old()));
    let another = sandbox.make(&old(), &new().file("c", "3"));
    let plan = save(&sandbox, &target, &bundle);
    let wrong = load(&target, &plan, &another).expect_err("a plan for another bundle");
    assert!(wrong.to_string().contains("it's a plan for another patch file (TEST-1"), "{wrong}");
    let text = std::fs::read_to_string(&plan).expect("a plan");
    for (from, to) in [("patchwright-plan/2", "patchwright-plan/1"), ("\"steps\"", "\"stops\""), ("}", "")] {
        std::fs::write(&plan, text.replace(from, to)).expect("our own file");
        let wrong = load(&target, &plan, &bundle).expect_err("it is damaged");
        assert_eq!(wrong.code(), Code::Moved);
        assert!(matches!(wrong, Error::PlanFile { .. }), "{wrong:?}");
    }
}

#[test]
fn a_rollback_that_was_looked_at_is_refused_when_the_folder_moved_on() {
    let sandbox = Sandbox::new();
    let (bundle, target) = (sandbox.make(&old(), &new()), sandbox.install(&old()));
    target.must_apply(&bundle);
    let mut options = RollbackOptions {
        overrides: Overrides::UNSIGNED,
        which: Which::Last,
        on_drift: OnDrift::KeepCopy,
        expected: None,
        scripts: Default::default(),
        occasion: Default::default(),
        withdrawn: Vec::new(),
    };
    let look =
        unwatched(|watch| sandbox.bench().preview_rollback(&target.path, &options, watch)).expect("a look");
    options.expected = Some(look.decision());
    target.edit("a", "edited");
    let refused = unwatched(|watch| sandbox.bench().roll_back(&target.path, &options, watch));
    assert_eq!(obstacles(refused), [MOVED]);
    target.edit("a", "2");
    let done = unwatched(|watch| sandbox.bench().roll_back(&target.path, &options, watch));
    assert!(done.is_ok());
    target.expect(&old());
}
