//! A rollback leaves a place as it is, and everything after it knows that: nothing is called rolled back that is there.

use std::fs;
use std::path::Path;

use crate::support::console::{Console, Run};
use crate::support::sandbox::{Sandbox, order};

/// A product, a patch of two of its files, and another one of the third.
fn product() -> Sandbox {
    let sandbox = Sandbox::with(&[("app/a", "a\n"), ("app/b", "b\n"), ("app/c", "c\n")]);
    for (id, files) in [("ACME-1", vec!["a", "b"]), ("ACME-2", vec!["c"])] {
        for folder in ["old", "new"] {
            ["a", "b", "c"]
                .iter()
                .for_each(|file| sandbox.write(&format!("{id}-{folder}/{file}"), &format!("{file}\n")));
        }
        files.iter().for_each(|file| sandbox.write(&format!("{id}-new/{file}"), &format!("new {file}\n")));
        sandbox.write("order.toml", &order(id, "", ""));
        console(&sandbox).done(&format!(
            "make --from $/{id}-old --to $/{id}-new --order $/order.toml --output $/{id}.patchbundle"
        ));
    }
    sandbox
}

fn console(sandbox: &Sandbox) -> Console<'_> {
    Console::new(sandbox).with_keys()
}

fn apply(sandbox: &Sandbox, id: &str) {
    console(sandbox).done(&format!("apply $/{id}.patchbundle $/app --yes --allow-unsigned"));
}

/// The files of the product, in one line.
fn files(sandbox: &Sandbox) -> String {
    let read = |file: &&str| sandbox.read(&format!("app/{file}")).unwrap_or_default();
    let word = |text: String| text.split_whitespace().next().unwrap_or_default().to_owned();
    ["a", "b", "c"].iter().map(read).map(word).collect::<Vec<_>>().join(" ")
}

fn damage(path: &Path) {
    let found: Vec<_> =
        fs::read_dir(path).expect("backups").map(|entry| entry.expect("one").path()).collect();
    let is_a = |path: &&std::path::PathBuf| fs::read_to_string(path).is_ok_and(|text| text == "a\n");
    fs::write(found.iter().find(is_a).expect("the backup of a"), "broken\n").expect("our own file");
}

/// `ACME-1` was rolled back but for `a`, whose backup is damaged, and came back.
fn reapplied_over_a_damaged_backup() -> Sandbox {
    let sandbox = product();
    apply(&sandbox, "ACME-1");
    damage(&sandbox.path("app/.patchwright/undo/00000001/objects"));
    console(&sandbox).done("rollback $/app --yes --leave-damaged");
    assert_eq!(files(&sandbox), "new b c");
    console(&sandbox).done("reapply $/app --allow-unsigned --yes");
    assert_eq!(files(&sandbox), "new new c");
    sandbox
}

fn is_refused(run: &Run) {
    assert_eq!(run.code, 3, "{run}");
    assert!(run.err.contains("a: its backup is missing or damaged"), "{run}");
}

#[test]
fn what_a_rollback_once_left_is_not_called_rolled_back_later() {
    let sandbox = reapplied_over_a_damaged_backup();
    is_refused(&console(&sandbox).run("rollback $/app --yes"));
    assert_eq!(files(&sandbox), "new new c");
    let left = console(&sandbox).done("rollback $/app --yes --leave-damaged");
    assert!(left.out.contains("a is left as it is, because its backup is missing or damaged"), "{left}");
    assert_eq!(files(&sandbox), "new b c");
    let status = console(&sandbox).done("status $/app");
    assert!(status.out.contains("1 of 2 files isn't as expected"), "{status}");
}

#[test]
fn a_patch_file_that_has_the_old_content_gives_it_back() {
    let sandbox = reapplied_over_a_damaged_backup();
    sandbox.write("order.toml", &order("ACME-0", "", ""));
    sandbox.write("older/z", "z\n");
    ["b", "c"].iter().for_each(|file| sandbox.write(&format!("older/{file}"), &format!("{file}\n")));
    console(&sandbox)
        .done("make --from $/older --to $/ACME-1-old --order $/order.toml --output $/older.patchbundle");
    console(&sandbox).done("rollback $/app --yes --from $/older.patchbundle");
    assert_eq!(files(&sandbox), "a b c");
    let status = console(&sandbox).done("status $/app");
    assert!(status.out.contains("everything is as expected"), "{status}");
}

#[test]
fn it_does_not_stay_either_where_the_patch_goes_from_below_another() {
    let sandbox = reapplied_over_a_damaged_backup();
    apply(&sandbox, "ACME-2");
    let run = console(&sandbox).run("rollback $/app ACME-1 --yes");
    assert_ne!(run.code, 0, "{run}");
    assert_eq!(files(&sandbox), "new new new");
    console(&sandbox).done("rollback $/app ACME-2 --yes");
    assert_eq!(files(&sandbox), "new new c");
}

#[test]
fn what_comes_back_says_which_file_is_not_as_the_patch_leaves_it() {
    let sandbox = product();
    apply(&sandbox, "ACME-1");
    sandbox.write("app/a", "a\n");
    console(&sandbox).done("rollback $/app --yes");
    let back = console(&sandbox).done("reapply $/app --allow-unsigned --yes");
    assert!(back.out.contains("a isn't as the patch leaves it; it stays as it was when"), "{back}");
    assert_eq!(files(&sandbox), "a new c");
    let status = console(&sandbox).done("status $/app");
    assert!(status.out.contains("1 of 2 files isn't as expected"), "{status}");
    // There is nothing to give back there, so nothing is in the way.
    console(&sandbox).done("rollback $/app --yes");
    assert_eq!(files(&sandbox), "a b c");
}

#[test]
fn a_patch_goes_and_comes_back_as_often_as_anybody_likes() {
    let sandbox = product();
    apply(&sandbox, "ACME-1");
    apply(&sandbox, "ACME-2");
    for _ in 0..3 {
        console(&sandbox).done("rollback $/app ACME-1 --yes");
        assert_eq!(files(&sandbox), "a b new");
        console(&sandbox).done("reapply $/app --allow-unsigned --yes");
        assert_eq!(files(&sandbox), "new new new");
    }
    console(&sandbox).done("rollback $/app --to ACME-1 --yes");
    assert_eq!(files(&sandbox), "a b c");
}

#[test]
fn a_patch_file_is_named_for_a_repair_only_if_it_has_the_content() {
    let sandbox = product();
    apply(&sandbox, "ACME-1");
    damage(&sandbox.path("app/.patchwright/undo/00000001/objects"));
    console(&sandbox).done("rollback $/app --yes --leave-damaged");
    // The patch file has both sides of the change, and the new one is still here.
    let status = console(&sandbox).done("status $/app");
    assert!(status.out.contains("You need the patch file of ACME-1"), "{status}");
    // Without it, nobody has the old content.
    sandbox.write("app/a", "mine\n");
    let status = console(&sandbox).done("status $/app");
    assert!(!status.out.contains("You need the patch file of"), "{status}");
    assert!(status.out.contains("Can't repair a: there is no backup."), "{status}");
    let refused = console(&sandbox).run("repair $/app --yes --from $/ACME-1.patchbundle");
    assert!(refused.code == 3 && !refused.err.contains("--from FILE"), "{refused}");
    assert!(refused.err.contains("No patch here has this file's contents"), "{refused}");
    assert!(!status.out.contains("patchwright repair"), "{status}");
    sandbox.write("app/a", "new a\n");
    console(&sandbox).done("repair $/app --yes --from $/ACME-1.patchbundle");
    assert_eq!(files(&sandbox), "a b c");
}

#[test]
fn of_patches_that_came_together_each_is_named_for_its_own_files() {
    let sandbox = product();
    console(&sandbox).done("apply $/ACME-1.patchbundle $/ACME-2.patchbundle $/app --yes --allow-unsigned");
    let who = |file: &str| {
        sandbox.write(&format!("app/{file}"), "edited\n");
        let drift = console(&sandbox).done("status $/app --json").json()["drift"].clone();
        sandbox.write(&format!("app/{file}"), &format!("new {file}\n"));
        assert_eq!((&drift[0]["path"], &drift[1]), (&file.into(), &serde_json::Value::Null));
        drift[0]["patch"].as_str().expect("a patch").to_owned()
    };
    assert_eq!(["a", "b", "c"].map(who), ["ACME-1", "ACME-1", "ACME-2"]);
    console(&sandbox).done("rollback $/app --to ACME-1 --yes");
    console(&sandbox).done("reapply $/app --allow-unsigned --yes");
    assert_eq!(["a", "b", "c"].map(who), ["ACME-1", "ACME-1", "ACME-2"]);
    console(&sandbox).done("rollback $/app ACME-1 --yes");
    assert_eq!(who("c"), "ACME-2");
}
