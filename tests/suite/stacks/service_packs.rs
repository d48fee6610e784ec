//! A service pack contains hotfixes: they are replaced in the same change and return when it goes.

use patchwright::plan::OnDrift;
use patchwright::workbench::Which;

use super::{base, bundle, fix, lines, patch, stack};
use crate::support::console::Console;
use crate::support::sandbox::{Sandbox, obstacles, order};
use crate::support::trust::write_trusted_key;

#[test]
fn a_hotfix_is_replaced_by_the_service_pack_that_contains_it_and_returns() {
    let sandbox = Sandbox::new();
    let hotfixed = base().file("text", lines(&[(1, "hotfix")])).file("extra", "of the hotfix\n");
    let packed = hotfixed.clone().file("text", lines(&[(1, "hotfix"), (9, "pack")])).file("bin", "a\0pack");
    let hotfix = fix(&sandbox, "HF", &base(), &hotfixed);
    let pack = bundle(&sandbox, "SP", "\"HF\", \"MORE\"", "", &base(), &packed);
    let target = sandbox.install(&base());
    target.must_apply(&hotfix);
    let notes = target.must_apply(&pack);
    assert!(notes.contains(&"SP contains HF: all 2 files".to_owned()), "{notes:?}");
    target.expect(&packed);
    assert_eq!(stack(&target), ["(HF in SP)", "SP"]);
    assert_eq!(target.story().len(), 2, "in the same change");

    target.must_roll_back();
    target.expect(&hotfixed);
    assert_eq!(stack(&target), ["HF"]);
    target.must_undo_the_rollback();
    target.expect(&packed);
    assert_eq!(stack(&target), ["(HF in SP)", "SP"]);
    assert_eq!(
        obstacles(target.roll_back(patch("HF"), OnDrift::Stop)),
        ["E-NOT-NEWEST: HF is contained in SP and was replaced by it"]
    );
    target.must_go_back(Which::Before("HF".to_owned()), OnDrift::Stop);
    target.expect(&base());
    assert_eq!(stack(&target), [""; 0]);
}

#[test]
fn the_hotfix_returns_below_a_patch_that_came_after_the_service_pack() {
    let sandbox = Sandbox::new();
    let hotfixed = base().file("text", lines(&[(1, "hotfix")]));
    let packed = base().file("text", lines(&[(1, "hotfix"), (9, "pack")]));
    let later = packed.clone().file("text", lines(&[(1, "hotfix"), (5, "later"), (9, "pack")]));
    let target = sandbox.install(&base());
    target.must_apply(&fix(&sandbox, "HF", &base(), &hotfixed));
    target.must_apply(&bundle(&sandbox, "SP", "\"HF\", \"MORE\"", "", &base(), &packed));
    target.must_apply(&fix(&sandbox, "LATER", &packed, &later));
    target.must_go_back(patch("SP"), OnDrift::Stop);
    target.expect(&base().file("text", lines(&[(1, "hotfix"), (5, "later")])));
    assert_eq!(stack(&target), ["HF", "LATER"]);
    target.must_undo_the_rollback();
    target.expect(&later);
    target.must_go_back(patch("LATER"), OnDrift::Stop);
    target.expect(&packed);
}

#[test]
fn a_service_pack_made_on_top_of_the_hotfix_leaves_its_other_files_there() {
    let sandbox = Sandbox::new();
    let hotfixed = base().file("bin", "a\0hotfix").file("extra", "of the hotfix\n");
    let packed = hotfixed.clone().file("bin", "a\0pack");
    let target = sandbox.install(&base());
    target.must_apply(&fix(&sandbox, "HF", &base(), &hotfixed));
    target.must_apply(&bundle(&sandbox, "SP", "\"MORE\"", "", &hotfixed, &packed));
    target.expect(&packed);
    assert_eq!(stack(&target), ["HF", "SP"], "nothing says it contains the hotfix");

    let hotfixed = hotfixed.file("text", lines(&[(1, "hotfix")]));
    let packed = hotfixed.clone().file("text", lines(&[(1, "hotfix"), (9, "pack")]));
    let target = sandbox.install(&base());
    target.must_apply(&fix(&sandbox, "HF", &base(), &hotfixed));
    target.must_apply(&bundle(&sandbox, "SP", "\"HF\", \"MORE\"", "", &hotfixed, &packed));
    target.expect(&packed);
    assert_eq!(stack(&target), ["(HF in SP)", "SP"]);
    target.must_roll_back();
    target.expect(&hotfixed);
    target.must_roll_back();
    target.expect(&base());
}

#[test]
fn a_newer_edition_replaces_the_older_one_and_the_older_one_has_nothing_to_do_afterwards() {
    let sandbox = Sandbox::new();
    let first = base().file("text", lines(&[(1, "one")]));
    let second = base().file("text", lines(&[(1, "one"), (5, "two")]));
    let old = fix(&sandbox, "HF", &base(), &first);
    let order = order("HF", "revision = 2\n", "");
    let new = sandbox.try_to_make(&order, &base(), &second).expect("a bundle");
    let target = sandbox.install(&base());
    target.must_apply(&old);
    target.must_apply(&new);
    target.expect(&second);
    assert_eq!(stack(&target), ["(HF in HF)", "HF"]);
    assert!(target.apply(&old).expect("nothing to do").entry.is_none());
    target.must_roll_back();
    target.expect(&first);
    target.must_roll_back();
    target.expect(&base());
}

#[test]
fn a_patch_that_would_undo_an_installed_fix_is_refused() {
    let sandbox = Sandbox::new();
    let target = sandbox.install(&base());
    target.must_apply(&fix(&sandbox, "HF", &base(), &base().file("bin", "a\0fixed")));
    let fixed = target.tree();
    let other = fix(&sandbox, "OTHER", &base(), &base().file("bin", "a\0otherwise"));
    assert_eq!(
        obstacles(target.apply(&other)),
        ["E-UNDOES bin: applying this would undo fix HF: both change bin"]
    );
    let lines = fix(&sandbox, "LINES", &base(), &base().file("text", lines(&[(3, "three")])));
    target.must_apply(&lines);
    let clash = fix(&sandbox, "CLASH", &base(), &base().file("text", super::lines(&[(3, "drei")])));
    assert_eq!(
        obstacles(target.apply(&clash)),
        ["E-UNDOES text: applying this would undo fix LINES: both change the same lines of text"]
    );
    target.expect(&fixed.file("text", super::lines(&[(3, "three")])));
}

#[test]
fn two_that_fix_the_same_and_each_something_else_do_not_go_together() {
    let sandbox = Sandbox::new();
    let target = sandbox.install(&base());
    let (here, other) = (base().file("bin", "a\0here"), base().file("other", "otherwise\n"));
    target.must_apply(&bundle(&sandbox, "HERE", "\"BOTH\", \"ONE\"", "", &base(), &here));
    let clash = bundle(&sandbox, "CLASH", "\"BOTH\", \"TWO\"", "", &base(), &other);
    assert_eq!(
        obstacles(target.apply(&clash)),
        ["E-OVERLAP: this patch and HERE both fix BOTH, but each also fixes something else"]
    );
    target.expect(&here);
}

#[test]
fn a_patch_that_an_installed_one_contains_is_left_out() {
    let sandbox = Sandbox::new();
    let packed = base().file("bin", "a\0hotfix").file("other", "pack\n");
    let target = sandbox.install(&base());
    target.must_apply(&bundle(&sandbox, "SP", "\"HF\", \"MORE\"", "", &base(), &packed));
    let hotfix = fix(&sandbox, "HF", &base(), &base().file("bin", "a\0hotfix"));
    let done = target.apply(&hotfix).expect("nothing to do");
    assert!(done.entry.is_none());
    assert_eq!(done.patches[0].left_out.as_deref(), Some("Everything in this patch is already in SP."));
    target.expect(&packed);
}

#[test]
fn a_hotfix_that_is_required_or_whose_files_are_not_touched_keeps_what_it_changed() {
    let sandbox = Sandbox::new();
    let hotfixed = base().file("bin", "a\0hotfix");
    let hotfix = fix(&sandbox, "HF", &base(), &hotfixed);
    let requires = "[[requires]]\nid = \"HF\"\n";
    let more = hotfixed.clone().file("other", "more\n");
    let target = sandbox.install(&base());
    target.must_apply(&hotfix);
    target.must_apply(&bundle(&sandbox, "NEXT", "\"HF\", \"MORE\"", requires, &hotfixed, &more));
    target.expect(&more);
    assert_eq!(stack(&target), ["HF", "NEXT"], "it is needed, so it is not replaced");

    let target = sandbox.install(&base());
    target.must_apply(&hotfix);
    let notes = target.must_apply(&bundle(&sandbox, "CUMULATIVE", "\"HF\", \"MORE\"", "", &hotfixed, &more));
    let said = "CUMULATIVE says it contains HF, but its files don't: bin; both are kept";
    assert!(notes.contains(&said.to_owned()), "{notes:?}");
    target.expect(&more);
    assert_eq!(stack(&target), ["HF", "CUMULATIVE"]);
    target.must_roll_back();
    target.expect(&hotfixed);
}

#[test]
fn the_version_that_the_hotfix_reports_does_not_keep_its_authors_service_pack_out() {
    let sandbox = Sandbox::new();
    write_trusted_key(&sandbox, "ann", 1, "author");
    let console = Console::new(&sandbox).with_keys().answering("y");
    let version = |version: &str| base().file("version", format!("{version}\n"));
    let tables = "[[product.detect]]\nkind = \"version\"\npath = \"version\"\nafter = \"\"\n";
    let target = sandbox.install(&version("1"));
    let hotfix = ("HF", "\"HF\"", "1.0.1", "1");
    let pack = ("SP", "\"HF\", \"MORE\"", "1.1", "2");
    for (id, fixes, result, sequence) in [hotfix, pack] {
        let order = order(id, &format!("result_version = \"{result}\"\n"), tables)
            .replace(&format!("fixes = [\"{id}\"]"), &format!("fixes = [{fixes}]"))
            .replace("sequence = 1", &format!("sequence = {sequence}"));
        let bundle = sandbox.try_to_make(&order, &version("1"), &version(result)).expect("a bundle");
        let file = bundle.path.display();
        console.done(&format!("sign {file} --key $/ann.key --as author"));
        console.done(&format!("apply {file} {} --yes", target.path.display()));
        assert_eq!(target.status().version.as_deref(), Some(result));
    }
    assert_eq!(stack(&target), ["(HF in SP)", "SP"]);
}
