//! Applied (can go back) and accepted (space freed, way back given up) are two states.

use std::path::Path;

use patchwright::plan::OnDrift;
use patchwright::workbench::{Action, Which};

use crate::support::console::Console;
use crate::support::sandbox::{Sandbox, Target, obstacles, order};
use crate::support::trees::{Tree, noise};

fn state(n: u64) -> Tree {
    Tree::new().file("big", noise(n, 1 << 20)).file("n", n.to_string())
}

/// Bytes in our own folder.
fn kept_bytes(target: &Target<'_>) -> u64 {
    fn below(folder: &Path) -> u64 {
        let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
        let size = |entry: std::fs::DirEntry| match entry.metadata().expect("it is there") {
            found if found.is_dir() => below(&entry.path()),
            found => found.len(),
        };
        entries.map(size).sum()
    }
    below(&target.path.join(".patchwright"))
}

fn with_two_patches(sandbox: &Sandbox) -> Target<'_> {
    let target = sandbox.install(&state(1));
    for (n, id) in [(1, "ONE-1"), (2, "TWO-2")] {
        target.must_apply(&sandbox.make_named(id, &state(n), &state(n + 1)));
    }
    target
}

fn accept(target: &Target<'_>, sandbox: &Sandbox, id: Option<&str>) -> Vec<String> {
    let accepted = sandbox.bench().accept(&target.path, id).expect("it is accepted");
    accepted.patches.into_iter().map(|patch| patch.id).collect()
}

#[test]
fn accepting_frees_the_space_and_gives_up_the_way_back() {
    let sandbox = Sandbox::new();
    let target = with_two_patches(&sandbox);
    assert!(kept_bytes(&target) > 2 << 20, "two safe copies are kept");
    assert_eq!(accept(&target, &sandbox, None), ["ONE-1", "TWO-2"]);
    assert!(kept_bytes(&target) < 64 << 10, "{} bytes are left", kept_bytes(&target));
    assert_eq!(
        obstacles(target.roll_back(Which::Last, OnDrift::Stop)),
        ["E-NO-WAY-BACK: TWO-2 was kept for good, and its backups were deleted"]
    );
    target.expect(&state(3));
    assert!(target.drift().is_empty());
    assert_eq!(target.installed(), ["ONE-1", "TWO-2"], "they are still in");
    assert_eq!(target.story(), [Action::Apply, Action::Apply, Action::Accept]);
    assert!(accept(&target, &sandbox, None).is_empty(), "there is nothing left to accept");
}

#[test]
fn the_older_patch_is_accepted_and_the_newer_one_can_still_go() {
    let sandbox = Sandbox::new();
    let target = with_two_patches(&sandbox);
    assert_eq!(accept(&target, &sandbox, Some("ONE-1")), ["ONE-1"]);
    target.must_roll_back();
    target.expect(&state(2));
    assert_eq!(
        obstacles(target.roll_back(Which::Last, OnDrift::Stop)),
        ["E-NO-WAY-BACK: ONE-1 was kept for good, and its backups were deleted"]
    );
    target.must_undo_the_rollback();
    target.expect(&state(3));
}

#[test]
fn accepting_what_is_not_there_changes_nothing() {
    let sandbox = Sandbox::new();
    let target = with_two_patches(&sandbox);
    let refused = sandbox.bench().accept(&target.path, Some("THREE-3"));
    assert_eq!(
        obstacles(refused),
        ["E-UNKNOWN-PATCH: THREE-3 isn't applied here; applied here: ONE-1, TWO-2"]
    );
    assert_eq!(target.story().len(), 2);
}

#[test]
fn a_patch_that_was_taken_back_and_brought_in_again_is_accepted_whole() {
    let sandbox = Sandbox::new();
    let target = with_two_patches(&sandbox);
    target.must_roll_back();
    target.must_undo_the_rollback();
    assert_eq!(accept(&target, &sandbox, None), ["ONE-1", "TWO-2"]);
    assert!(kept_bytes(&target) < 64 << 10, "{} bytes are left", kept_bytes(&target));
}

#[test]
fn what_follows_an_accepted_patch_can_be_taken_back() {
    let sandbox = Sandbox::new();
    let target = with_two_patches(&sandbox);
    assert_eq!(accept(&target, &sandbox, None).len(), 2);
    target.must_apply(&sandbox.make_named("THREE-3", &state(3), &state(4)));
    target.must_roll_back();
    target.expect(&state(3));
}

#[test]
fn accepting_everything_gives_up_the_way_forth_of_a_rollback_and_says_so() {
    let sandbox = Sandbox::new();
    let target = with_two_patches(&sandbox);
    target.must_roll_back();
    let planned = sandbox.bench().preview_accept(&target.path, None).expect("a look");
    assert!(target.status().can_undo_rollback, "a look changes nothing");
    let accepted = sandbox.bench().accept(&target.path, None).expect("it is accepted");
    assert_eq!(accepted, planned);
    assert_eq!(accepted.patches.iter().map(|patch| &*patch.id).collect::<Vec<_>>(), ["ONE-1"]);
    assert_eq!(accepted.rollback[0].id, "TWO-2");
    assert!(kept_bytes(&target) < 64 << 10, "{} bytes that nobody can use", kept_bytes(&target));
    assert!(!target.status().can_undo_rollback);
    assert_eq!(
        obstacles(target.roll_back(Which::LastRollback, OnDrift::Stop)),
        ["E-NO-WAY-BACK: the rollback of TWO-2 was kept for good"]
    );
    target.expect(&state(2));
}

#[test]
fn with_nothing_in_the_folder_accepting_frees_what_the_rollback_keeps() {
    let sandbox = Sandbox::new();
    let target = sandbox.install(&state(1));
    target.must_apply(&sandbox.make_named("ONE-1", &state(1), &state(2)));
    target.must_roll_back();
    assert!(kept_bytes(&target) > 1 << 20, "the way forth is kept");
    let accepted = sandbox.bench().accept(&target.path, None).expect("it is accepted");
    assert!(accepted.patches.is_empty());
    assert_eq!(accepted.rollback[0].id, "ONE-1");
    assert!(kept_bytes(&target) < 64 << 10, "{} bytes are left", kept_bytes(&target));
    let last = target.history().pop().expect("an entry");
    assert_eq!((last.action, &last.patch), (Action::Accept, &None), "no patch came in");
    assert_eq!(last.remarks(), ["the rollback of ONE-1 is kept for good"]);
    assert!(sandbox.bench().accept(&target.path, None).expect("a second time").is_nothing());
    target.expect(&state(1));
}

#[test]
fn accepting_an_older_patch_keeps_the_way_forth_of_a_newer_rollback() {
    let sandbox = Sandbox::new();
    let target = with_two_patches(&sandbox);
    target.must_roll_back();
    let accepted = sandbox.bench().accept(&target.path, Some("ONE-1")).expect("it is accepted");
    assert_eq!((accepted.patches.len(), accepted.rollback), (1, Vec::new()));
    assert!(target.status().can_undo_rollback);
    target.must_undo_the_rollback();
    target.expect(&state(3));
    assert_eq!(target.installed(), ["ONE-1", "TWO-2"]);
    target.must_roll_back();
    target.expect(&state(2));
}

#[test]
fn edited_files_that_were_kept_are_named_before_and_after_they_go() {
    let sandbox = Sandbox::new();
    let target = with_two_patches(&sandbox);
    target.edit("n", "edited here");
    target.must_go_back(Which::Last, OnDrift::KeepCopy);
    let kept = sandbox.bench().preview_accept(&target.path, None).expect("a look").edits;
    assert_eq!(kept.iter().map(|edit| edit.path.as_str()).collect::<Vec<_>>(), ["n"]);
    let copy = target.path.join(&kept[0].copy);
    assert_eq!(std::fs::read_to_string(&copy).expect("a safe copy"), "edited here");

    let older = sandbox.bench().accept(&target.path, Some("ONE-1")).expect("it is accepted");
    assert!(older.edits.is_empty(), "they belong to the rollback, which can still be rolled back");
    assert!(copy.exists());

    let all = sandbox.bench().accept(&target.path, None).expect("it is accepted");
    assert_eq!(all.edits, kept);
    assert!(!copy.exists());
    let last = target.history().pop().expect("an entry");
    assert!(
        last.remarks().contains(&"n: the backup of your edited file was deleted".to_owned()),
        "{:?}",
        last.remarks()
    );
}

#[test]
fn an_edited_file_that_a_patch_replaced_is_named_as_well() {
    let sandbox = Sandbox::new();
    let (old, new) = (Tree::new().file("conf", "1"), Tree::new().file("conf", "2"));
    let tables = "[[make.policy]]\npaths = [\"/conf\"]\nlocal_edits = \"replace\"\n";
    let bundle = sandbox.try_to_make(&order("ONE-1", "", tables), &old, &new).expect("a bundle");
    let target = sandbox.install(&old);
    target.edit("conf", "edited here");
    target.must_apply(&bundle);
    let edits = sandbox.bench().accept(&target.path, None).expect("it is accepted").edits;
    assert_eq!(edits.iter().map(|edit| edit.path.as_str()).collect::<Vec<_>>(), ["conf"]);
}

/// A patch, after which somebody edited one of its files.
fn edited() -> Sandbox {
    let sandbox = Sandbox::with(&[("app/conf.ini", "a = 1\nb = 1\n"), ("app/web", "old\n")]);
    let bundle = sandbox.bundle("ONE-1").replace("conf.ini", "a = 1\nb = 1\n", "a = 1\nb = 2\n");
    sandbox.save("one.patchbundle", &bundle.replace("web", "old\n", "new\n"));
    console(&sandbox).done("apply $/one.patchbundle $/app --yes --allow-unsigned");
    sandbox.write("app/conf.ini", "a = 5\nb = 2\n");
    sandbox
}

fn console(sandbox: &Sandbox) -> Console<'_> {
    Console::new(sandbox).with_keys()
}

#[test]
fn a_file_that_was_edited_since_loses_its_backups_only_if_somebody_agrees_to_that() {
    let sandbox = edited();
    insta::assert_snapshot!(console(&sandbox).run("accept $/app --yes"), @r"
    -- err --
    conf.ini was edited since, and the backup of its original would be deleted (E-DRIFT)
    Nothing was changed.
    Next: Repair it first, with the patch file of ONE-1:
            patchwright repair $/app --from FILE
          Or keep your edit, and add --keep-edits.
    -- exit 3
    ");
    assert!(sandbox.path("app/.patchwright/undo/00000001").is_dir(), "its backups are still there");
    let asked = console(&sandbox).answering("n").run("accept $/app");
    assert!(asked.printed().contains("1 file was edited since. Your versions stay;"), "{asked}");
    assert!(sandbox.path("app/.patchwright/undo/00000001").is_dir(), "somebody said no");

    let kept = console(&sandbox).done("accept $/app --yes --keep-edits --json").json();
    assert_eq!(kept["edited_since"], serde_json::json!(["conf.ini"]), "{kept}");
    assert_eq!(sandbox.read("app/conf.ini").as_deref(), Some("a = 5\nb = 2\n"));
    let history = console(&sandbox).done("history $/app");
    assert!(
        history.out.contains("conf.ini was edited when its backup was deleted; the edit stays"),
        "{history}"
    );
}

#[test]
fn whoever_is_shown_the_edited_file_and_says_yes_has_agreed() {
    let sandbox = edited();
    let kept = console(&sandbox).answering("y").done("accept $/app");
    assert!(kept.out.contains("conf.ini was edited before: your version stays"), "{kept}");
    assert!(!sandbox.path("app/.patchwright/undo/00000001").exists());
}

#[test]
fn a_file_that_the_patch_added_and_somebody_deleted_is_called_deleted_and_can_be_repaired() {
    let sandbox = Sandbox::with(&[("app/web", "old\n")]);
    let bundle = sandbox.bundle("ONE-1").create("new.txt", "new\n").replace("web", "old\n", "new\n");
    sandbox.save("one.patchbundle", &bundle);
    console(&sandbox).done("apply $/one.patchbundle $/app --yes --allow-unsigned");
    std::fs::remove_file(sandbox.path("app/new.txt")).expect("it was there");
    insta::assert_snapshot!(console(&sandbox).run("accept $/app --yes"), @r"
    -- err --
    new.txt was deleted since, and after this, the patch can't be rolled back (E-DRIFT)
    Nothing was changed.
    Next: Repair it first, with the patch file of ONE-1:
            patchwright repair $/app --from FILE
          Or leave it deleted, and add --keep-edits.
    -- exit 3
    ");
    // Both ways go.
    let kept = console(&sandbox).done("accept $/app --yes --keep-edits --json").json();
    assert_eq!(kept["edited_since"], serde_json::json!(["new.txt"]), "{kept}");
    console(&sandbox).done("repair $/app --yes --from $/one.patchbundle");
    assert_eq!(sandbox.read("app/new.txt").as_deref(), Some("new\n"));
}

#[test]
fn where_nothing_was_edited_nobody_is_asked_more_than_before() {
    let sandbox = edited();
    console(&sandbox).done("repair $/app --yes --from $/one.patchbundle");
    let kept = console(&sandbox).done("accept $/app --yes --json").json();
    assert!(kept["edited_since"].is_null(), "{kept}");
}

#[test]
fn accepting_again_frees_what_a_killed_process_left() {
    let sandbox = Sandbox::new();
    let target = with_two_patches(&sandbox);
    let copies = target.path.join(".patchwright/undo/00000001/objects");
    assert_eq!(accept(&target, &sandbox, None).len(), 2);
    std::fs::create_dir_all(&copies).expect("a folder");
    std::fs::write(copies.join("0"), "it was to be deleted").expect("a file");
    assert!(accept(&target, &sandbox, None).is_empty());
    assert!(!copies.exists());
    assert_eq!(target.story().len(), 3, "nothing new was accepted");
}

#[test]
fn accepting_again_leaves_alone_what_nobody_was_told_of() {
    let sandbox = Sandbox::new();
    let target = with_two_patches(&sandbox);
    assert_eq!(accept(&target, &sandbox, Some("ONE-1")), ["ONE-1"]);
    target.edit("n", "edited here");
    target.must_go_back(Which::Last, OnDrift::KeepCopy);
    target.must_apply(&sandbox.make_named("THREE-3", &state(2), &state(4)));
    assert!(accept(&target, &sandbox, Some("ONE-1")).is_empty(), "it is accepted already");
    let kept = sandbox.bench().preview_accept(&target.path, None).expect("a look").edits;
    assert_eq!(kept.len(), 1, "the edited file is still kept");
    assert!(target.path.join(&kept[0].copy).exists());
}

#[test]
fn what_meets_a_patch_that_was_kept_for_good_is_not_told_to_roll_it_back() {
    // Both change the last line, and each one of its own.
    let files = |n: u8| {
        let line = |number: u8| if number == 20 * n { "own\n" } else { "line\n" };
        [("f", format!("{}{n}\n", (1..50).map(line).collect::<String>()))]
    };
    let sandbox = Sandbox::new();
    for (folder, n) in [("app", 0), ("v0", 0), ("v1", 1), ("v2", 2)] {
        files(n).iter().for_each(|(name, text)| sandbox.write(&format!("{folder}/{name}"), text));
    }
    let console = Console::new(&sandbox);
    for (id, to) in [("ONE", "v1"), ("TWO", "v2")] {
        sandbox.write(&format!("{id}.toml"), &order(id, "", ""));
        console
            .done(&format!("make --from $/v0 --to $/{to} --order $/{id}.toml --output $/{id}.patchbundle"));
    }
    console.done("apply $/ONE.patchbundle $/app --yes --allow-unsigned");
    let told = |is_kept: bool| {
        let plan = console.run("plan $/TWO.patchbundle $/app").printed();
        let plan = plan.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(plan.contains("Roll back ONE first"), !is_kept, "{plan}");
        assert_eq!(plan.contains("whose original isn't here any more"), is_kept, "{plan}");
        assert!(plan.contains("sk the vendor for a patch that contains both"), "{plan}");
    };
    told(false);
    console.done("accept $/app --yes");
    told(true);
}

#[test]
fn an_id_at_the_beginning_of_a_sentence_stays_as_it_is_written() {
    let sandbox = Sandbox::with(&[("app/f", "one\n")]);
    sandbox.save("fix.patchbundle", &sandbox.bundle("acme-1").replace("f", "one\n", "two\n"));
    let console = Console::new(&sandbox);
    console.done("apply $/fix.patchbundle $/app --yes --allow-unsigned");
    console.done("accept $/app --yes");
    let refused = console.run("rollback $/app acme-1 --yes");
    assert!(refused.err.starts_with("acme-1 was kept for good"), "{refused}");
    let refused = console.run("rollback $/app other --yes");
    assert!(refused.err.starts_with("other isn't applied here"), "{refused}");
    // What is no name is capitalised.
    std::fs::create_dir(sandbox.path("empty")).expect("a folder");
    let refused = console.run("rollback $/empty --yes");
    assert!(refused.err.starts_with("No patch is applied here"), "{refused}");
}
