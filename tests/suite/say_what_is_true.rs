//! What a rollback and keeping for good say afterwards is so on the disk, and nothing goes that nobody was told of.

use std::fs;
use std::path::Path;

use patchwright::model::TreePath;

use crate::support::build::tree_path;
use crate::support::console::Console;
use crate::support::files_below;
use crate::support::sandbox::{Bundle, Sandbox, Target, order};
use crate::support::trees::Tree;

fn product(n: u32) -> Tree {
    let one = if n >= 1 { "one, patched\n" } else { "one\n" };
    let two = if n >= 2 { "two, patched\n" } else { "two\n" };
    Tree::new().file("one.txt", one).file("two.txt", two).file("VERSION", version(n))
}

fn version(n: u32) -> String {
    format!("version = \"1.{n}\"\n")
}

/// A folder with two patches, one on the other.
fn patched(sandbox: &Sandbox) -> Target<'_> {
    let target = sandbox.install(&product(0));
    for (n, id) in [(0, "ONE-1"), (1, "TWO-2")] {
        target.must_apply(&sandbox.make_named(id, &product(n), &product(n + 1)));
    }
    target
}

fn run(sandbox: &Sandbox, target: &Target<'_>, verb: &str, flags: &str) -> String {
    let app = target.path.display();
    Console::new(sandbox).done(&format!("{verb} {app} {flags}")).printed()
}

#[test]
fn edits_are_listed_before_their_backups_go_whatever_put_them_aside() {
    for how in ["--to ONE-1", "ONE-1 --with-dependents", ""] {
        let sandbox = Sandbox::new();
        let target = patched(&sandbox);
        target.edit("two.txt", "two, edited here\n");
        run(&sandbox, &target, "rollback", &format!("{how} --yes --keep-edits"));
        let planned = sandbox.bench().preview_accept(&target.path, None).expect("a look");
        let edits: Vec<&TreePath> = planned.edits.iter().map(|edit| &edit.path).collect();
        assert_eq!(edits, [&tree_path("two.txt")], "{how}");
        let said = run(&sandbox, &target, "accept", "--yes");
        assert!(said.contains("Deleted the backup of your edited two.txt"), "{how}: {said}");
    }
}

#[test]
fn an_edit_that_a_repair_replaced_is_listed_too() {
    let sandbox = Sandbox::new();
    let target = sandbox.install(&product(0));
    let bundle = sandbox.make_named("ONE-1", &product(0), &product(1));
    target.must_apply(&bundle);
    target.edit("one.txt", "one, edited here\n");
    run(&sandbox, &target, "repair", &format!("--yes --from {}", bundle.path.display()));
    target.expect(&product(1));
    let said = run(&sandbox, &target, "accept", "--yes");
    assert!(said.contains("Deleted the backup of your edited one.txt"), "{said}");
}

#[test]
fn a_renamed_file_counts_once_wherever_files_are_counted() {
    let sandbox = Sandbox::new();
    let old = Tree::new().file("old.txt", "moved as it is\n").file("a", "1").file("b", "1");
    let new = Tree::new().file("new.txt", "moved as it is\n").file("a", "2").file("b", "2");
    let target = sandbox.install(&old);
    let bundle = sandbox.make_named("MOVE-1", &old, &new);
    target.edit("a", "2");
    let noted = target.must_apply(&bundle);
    assert_eq!(noted, ["1 of 3 files already have this patch's changes"]);
    assert_eq!(target.status().compared, 2, "one was changed and one renamed");
}

#[test]
fn a_text_patch_is_no_source_for_a_repair() {
    let sandbox = Sandbox::new();
    sandbox.write("app/one.txt", "one\n");
    sandbox.write("fix.patch", "--- a/one.txt\n+++ b/one.txt\n@@ -1 +1 @@\n-one\n+two\n");
    let console = Console::new(&sandbox);
    console.done("apply $/fix.patch $/app --allow-unsigned --yes");
    sandbox.write("app/one.txt", "three\n");
    let told = console.run("status $/app").printed();
    assert!(told.contains("one.txt") && !told.contains("--from"), "repair reads no text patch: {told}");
}

#[test]
fn where_nobody_edited_anything_nothing_is_listed() {
    let sandbox = Sandbox::new();
    let target = patched(&sandbox);
    run(&sandbox, &target, "rollback", "--to ONE-1 --yes");
    let said = run(&sandbox, &target, "accept", "--yes");
    assert!(!said.contains("edited"), "{said}");
    assert!(said.contains("the rollback of ONE-1, the rollback of TWO-2"), "both went: {said}");
}

/// What was kept of these contents is not what it was any more.
fn damage(target: &Target<'_>, content: &str) {
    std::thread::sleep(std::time::Duration::from_millis(20));
    for (path, bytes) in files_below_state(&target.path) {
        if bytes == content.as_bytes() {
            fs::write(path, "damaged").expect("it is ours");
        }
    }
}

fn files_below_state(target: &Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let undo = target.join(".patchwright/undo");
    let all = files_below(&undo, &["", "json"]);
    all.into_iter().map(|path| (path.clone(), fs::read(path).expect("a file"))).collect()
}

#[test]
fn a_file_with_a_damaged_backup_is_not_lost_under_its_new_name() {
    let sandbox = Sandbox::new();
    let long: String = (0..60).map(|n| format!("this is line {n}\n")).collect();
    let old = Tree::new().file("old.txt", &long).file("n", "1");
    let new = Tree::new().file("new.txt", format!("{long}and one more\n")).file("n", "2");
    let target = sandbox.install(&old);
    target.must_apply(&sandbox.make_named("MOVE-1", &old, &new));
    damage(&target, &long);
    let said = run(&sandbox, &target, "rollback", "--yes --leave-damaged");
    assert!(said.contains("new.txt is left as it is, because old.txt can't be restored"), "{said}");
    target.expect(&new.clone().file("n", "1"));
    let status = run(&sandbox, &target, "status", "");
    assert!(status.contains("old.txt") && status.contains("new.txt"), "neither is as expected: {status}");
}

#[test]
fn what_a_moved_file_still_holds_needs_no_backup() {
    let sandbox = Sandbox::new();
    let old = Tree::new().file("old.txt", "the same\n").file("n", "1");
    let new = Tree::new().file("new.txt", "the same\n").file("n", "2");
    let target = sandbox.install(&old);
    target.must_apply(&sandbox.make_named("MOVE-1", &old, &new));
    damage(&target, "the same\n");
    run(&sandbox, &target, "rollback", "--yes");
    target.expect(&old);
}

#[cfg(unix)]
#[test]
fn permissions_need_no_backup() {
    let sandbox = Sandbox::new();
    let old = Tree::new().file("run", "#!/bin/sh\n").file("n", "1");
    let new = Tree::new().program("run", "#!/bin/sh\n").file("n", "2");
    let target = sandbox.install(&old);
    target.must_apply(&sandbox.make_named("MODE-1", &old, &new));
    damage(&target, "#!/bin/sh\n");
    run(&sandbox, &target, "rollback", "--yes");
    target.expect(&old);
}

#[test]
fn what_was_left_as_it_is_shows_in_the_status_and_is_no_version() {
    let sandbox = Sandbox::new();
    let target = sandbox.install(&product(0));
    target.must_apply(&versioned(&sandbox, "ONE-1", 0));
    damage(&target, &version(0));
    let said = run(&sandbox, &target, "rollback", "--yes --leave-damaged");
    assert!(!said.contains("version is now"), "VERSION still says 1.1: {said}");
    let status = run(&sandbox, &target, "status", "");
    assert!(status.contains("VERSION") && !status.contains("everything is as expected"), "{status}");
}

/// The patch from one version of the product to the next, which says so.
fn versioned(sandbox: &Sandbox, id: &str, from: u32) -> Bundle {
    let keys = format!("result_version = \"1.{}\"", from + 1);
    let detect =
        "[[product.detect]]\nkind = \"version\"\npath = \"VERSION\"\nafter = 'version = \"'\nuntil = '\"'\n";
    let order = order(id, &keys, detect).replace("versions = [\"1\"]", &format!("versions = [\"1.{from}\"]"));
    sandbox.try_to_make(&order, &product(from), &product(from + 1)).expect("a bundle")
}

#[test]
fn the_version_after_the_upper_of_two_goes_is_that_of_the_lower() {
    let sandbox = Sandbox::new();
    let target = sandbox.install(&product(0));
    let (one, two) = (versioned(&sandbox, "ONE-1", 0), versioned(&sandbox, "TWO-2", 1));
    let (one, two) = (one.path.display(), two.path.display());
    let app = target.path.display();
    Console::new(&sandbox).done(&format!("apply {one} {two} {app} --yes --allow-unsigned"));
    let said = run(&sandbox, &target, "rollback", "--yes");
    target.expect(&product(1));
    assert!(said.contains("The version is now 1.1"), "{said}");
    let said = run(&sandbox, &target, "rollback", "--yes");
    target.expect(&product(0));
    assert!(said.contains("The version is now 1.0"), "{said}");
}

#[test]
fn a_file_that_was_gone_before_the_rollback_is_not_missed_after_it() {
    for how in ["", "--to ONE-1"] {
        let sandbox = Sandbox::new();
        let target = sandbox.install(&product(0));
        let new = product(1).file("new.txt", "it came\n");
        target.must_apply(&sandbox.make_named("ONE-1", &product(0), &new));
        target.remove("new.txt");
        assert_eq!(target.status().drift.len(), 1, "the patch is in, and its file is gone");
        run(&sandbox, &target, "rollback", &format!("{how} --yes"));
        target.expect(&product(0));
        assert_eq!(target.drift(), [""; 0], "{how}: the patch is out, and so is its file");
        run(&sandbox, &target, "reapply", "--yes --allow-unsigned");
        assert_eq!(target.status().drift.len(), 1, "{how}: the patch is in again without its file");
    }
}

#[test]
fn nothing_of_another_kind_is_replaced_by_what_a_command_writes() {
    let sandbox = Sandbox::new();
    let (old, new) = (sandbox.lay_out(&product(0)), sandbox.lay_out(&product(1)));
    let console = Console::new(&sandbox);
    let make = format!("make --from {} --to {} --id ONE-1 --output", old.display(), new.display());
    console.done(&format!("{make} $/one.patchbundle"));
    console.done(&format!("{make} $/one.patchbundle"));
    console.done("export $/one.patchbundle --output $/one.diff");
    console.done("export $/one.patchbundle --output $/one.diff");
    console.done(&format!("plan $/one.patchbundle {} --output $/one.plan", old.display()));
    console.done(&format!("plan $/one.patchbundle {} --output $/one.plan", old.display()));
    sandbox.write("notes.txt", "important\n");
    let plan = format!("plan $/one.patchbundle {} --output", old.display());
    for command in [make.as_str(), "export $/one.patchbundle --output", plan.as_str()] {
        let refused = console.run(&format!("{command} $/notes.txt"));
        assert!(refused.code == 3 && refused.err.contains("file of another kind"), "{refused}");
        assert_eq!(sandbox.read("notes.txt").as_deref(), Some("important\n"));
    }
    // A patch that somebody wrote, or was sent, is none that was exported.
    for mine in ["notes for a patch\n", "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n"] {
        sandbox.write("mine.patch", mine);
        let refused = console.run("export $/one.patchbundle --output $/mine.patch");
        assert!(refused.code == 3 && refused.err.contains("already exists"), "{refused}");
        assert_eq!(sandbox.read("mine.patch").as_deref(), Some(mine));
    }
}

#[test]
fn signatures_are_not_lost_to_a_patch_file_that_is_made_again() {
    let sandbox = Sandbox::new();
    let (old, new) = (sandbox.lay_out(&product(0)), sandbox.lay_out(&product(1)));
    let console = Console::new(&sandbox).with_keys();
    let make =
        format!("make --from {} --to {} --id ONE-1 --output $/one.patchbundle", old.display(), new.display());
    console.done(&make);
    console.done("key new anna --no-password --output $/anna.key");
    console.done("sign $/one.patchbundle --key $/anna.key");
    let signed = fs::read(sandbox.path("one.patchbundle")).expect("a patch file");
    let refused = console.run(&make);
    assert!(refused.code == 3 && refused.err.contains("is signed"), "{refused}");
    assert_eq!(fs::read(sandbox.path("one.patchbundle")).expect("a patch file"), signed);
}

#[test]
fn a_folder_in_the_place_of_the_patch_file_is_a_mistake_of_the_command_line() {
    let sandbox = Sandbox::new();
    let target = sandbox.install(&product(0));
    let bundle = sandbox.make_named("ONE-1", &product(0), &product(1));
    let command = format!("plan {} {}", target.path.display(), bundle.path.display());
    let swapped = Console::new(&sandbox).run(&command);
    assert!(swapped.code == 2 && swapped.err.contains("Did you mean"), "{swapped}");
    let missing = Console::new(&sandbox).run("rollback --json");
    let message = missing.json()["message"].to_string();
    assert!(message.contains("<TARGET>"), "it names what is missing: {message}");
}

#[test]
fn the_status_says_which_repairs_need_the_patch_file_and_the_others_need_none() {
    let sandbox = Sandbox::new();
    let target = sandbox.install(&product(0).file("gone.txt", "gone\n"));
    let bundle = sandbox.make_named("ONE-1", &product(0).file("gone.txt", "gone\n"), &product(1));
    target.must_apply(&bundle);
    target.edit("gone.txt", "it is back\n");
    let status = run(&sandbox, &target, "status", "");
    assert!(!status.contains("There is no backup"), "what has to go needs none: {status}");
    target.edit("one.txt", "one, edited here\n");
    let status = run(&sandbox, &target, "status", "");
    assert!(status.contains("1 file has no backup here. You need the patch file of ONE-1"), "{status}");
    assert!(status.contains("--from FILE"), "{status}");

    let refused = Console::new(&sandbox).run(&format!("repair {} --yes", target.path.display()));
    assert!(refused.code == 3 && refused.err.contains("--leave-damaged"), "{}", refused.err);
    target.expect(&product(1).file("one.txt", "one, edited here\n").file("gone.txt", "it is back\n"));
    let said = run(&sandbox, &target, "repair", "--yes --leave-damaged");
    assert!(said.contains("Repaired 1 file") && said.contains("one.txt stays as it is"), "{said}");
    target.expect(&product(1).file("one.txt", "one, edited here\n"));
    let refused =
        Console::new(&sandbox).run(&format!("repair {} --yes --leave-damaged", target.path.display()));
    assert_eq!(refused.code, 3, "nothing is left that can be repaired: {}", refused.err);
    run(&sandbox, &target, "repair", &format!("--yes --from {}", bundle.path.display()));
    target.expect(&product(1));
}

#[test]
fn one_reason_for_many_files_is_explained_once_and_what_the_patch_is_for_comes_first() {
    let sandbox = Sandbox::new();
    let many = |what: &str| {
        (0..60)
            .map(|n| (format!("f{n:02}"), n))
            .fold(Tree::new(), |tree, (name, n)| tree.file(&name, format!("{what} {n}\n")))
    };
    let bundle = sandbox.make_named("MANY-1", &many("old"), &many("new"));
    let target = sandbox.install(&Tree::new().file("f00", "something else\n"));
    let typed = |flags: &str| {
        let (file, app) = (bundle.path.display(), target.path.display());
        Console::new(&sandbox).run(&format!("apply {file} {app} --allow-unsigned --yes {flags}"))
    };
    let told = typed("").err;
    assert_eq!(told.matches("Check that this is the right folder").count(), 1, "{told}");
    assert!(told.contains("the same for 39 more files (--verbose lists them)"), "{told}");
    let told = typed("--verbose").err;
    assert!(told.contains("f59 is missing") && !told.contains("the same for"), "{told}");
}

#[test]
fn a_dry_run_of_an_apply_shows_what_the_apply_would_do_and_does_nothing() {
    let sandbox = Sandbox::new();
    let target = sandbox.install(&product(0));
    let bundle = sandbox.make_named("ONE-1", &product(0), &product(1));
    let command = format!("apply {} {}", bundle.path.display(), target.path.display());
    let console = Console::new(&sandbox);
    let said = console.done(&format!("{command} --dry-run --allow-unsigned")).printed();
    assert!(said.contains("one.txt") && said.contains("Ready to apply"), "{said}");
    target.expect(&product(0));
    let refused = console.run(&format!("{command} --dry-run"));
    assert_eq!(refused.code, 4, "the apply would be refused as well: {}", refused.err);
    let seen = console.done(&format!("{command} --dry-run --allow-unsigned --json")).json();
    let digest =
        seen["fingerprint"].as_str().or(seen["decision"].as_str()).expect("what --expect takes").to_owned();
    console.done(&format!("{command} --allow-unsigned --yes --expect {digest}"));
    target.expect(&product(1));
    let said = console.done(&format!("{command} --dry-run --allow-unsigned")).printed();
    assert!(said.contains("already"), "{said}");
}

#[test]
fn a_patch_that_was_put_back_by_hand_and_applied_again_is_told_as_that() {
    let sandbox = Sandbox::new();
    let target = sandbox.install(&product(0));
    let bundle = sandbox.make_named("ONE-1", &product(0), &product(1));
    target.must_apply(&bundle);
    assert!(!run(&sandbox, &target, "status", "").contains("applied again"));
    target.edit("one.txt", "one\n");
    target.edit("VERSION", version(0));
    target.must_apply(&bundle);
    let status = run(&sandbox, &target, "status", "");
    assert_eq!(status.matches("applied again later").count(), 1, "{status}");
    assert!(run(&sandbox, &target, "undo", "--yes").contains("ONE-1"), "people type undo");
    target.expect(&product(0));
}
