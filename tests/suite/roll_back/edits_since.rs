//! Files that were changed after the patch: the rollback stops and says so, or goes back and keeps them.

use patchwright::plan::OnDrift;
use patchwright::workbench::{Action, Which};

use crate::support::sandbox::{Bundle, Sandbox, Target, obstacles, skip};
use crate::support::trees::{Tree, links_work, set_mode};

fn old() -> Tree {
    Tree::new().program("bin/app", "old").file("conf/app.toml", "port = 1\n").file("gone", "gone")
}

fn new() -> Tree {
    Tree::new().program("bin/app", "new").file("conf/app.toml", "port = 2\n").file("come", "come")
}

fn applied(sandbox: &Sandbox) -> Target<'_> {
    let bundle: Bundle = sandbox.make(&old(), &new());
    let target = sandbox.install(&old());
    target.must_apply(&bundle);
    target
}

#[test]
fn a_config_that_was_edited_since_stops_the_rollback_with_a_choice() {
    let sandbox = Sandbox::new();
    let target = applied(&sandbox);
    target.edit("conf/app.toml", "port = 2\nmine = true\n");
    let edited = target.tree();
    let refused = target.roll_back(Which::Last, OnDrift::Stop);
    let Err(patchwright::workbench::Error::Refused(list)) = &refused else { panic!("refused: {refused:?}") };
    assert!(list[0].hint().to_string().contains("--keep-edits"), "{list:?}");
    assert_eq!(obstacles(refused), ["E-DRIFT conf/app.toml: was changed after the patch was applied"]);
    target.expect(&edited);
    assert_eq!(target.installed(), ["TEST-1"]);
}

#[test]
fn an_edit_that_is_kept_comes_back_with_the_patch() {
    let sandbox = Sandbox::new();
    let target = applied(&sandbox);
    target.edit("conf/app.toml", "port = 2\nmine = true\n");
    let edited = target.tree();
    assert_eq!(
        target.must_go_back(Which::Last, OnDrift::KeepCopy),
        ["conf/app.toml: was changed after the patch was applied; your version is backed up"]
    );
    target.expect(&old());
    let remarks = &target.history()[1].remarks();
    assert!(remarks.iter().any(|remark| remark.starts_with("conf/app.toml was ")), "{remarks:?}");
    target.must_undo_the_rollback();
    target.expect(&edited);
    target.must_go_back(Which::Last, OnDrift::KeepCopy);
    target.expect(&old());
}

#[test]
fn every_edit_since_is_told_at_once() {
    let sandbox = Sandbox::new();
    let target = applied(&sandbox);
    target.edit("conf/app.toml", "edited");
    target.remove("come");
    target.edit("gone", "made again by somebody");
    set_mode(&target.path.join("bin/app"), 0o700);
    let before = target.tree();
    let lines = obstacles(target.roll_back(Which::Last, OnDrift::Stop));
    let mut expected = vec![
        "E-DRIFT conf/app.toml: was changed after the patch was applied",
        "E-DRIFT gone: was changed after the patch was applied",
    ];
    if cfg!(unix) {
        expected.insert(0, "E-DRIFT bin/app: was changed after the patch was applied");
    }
    let mut sorted = lines.clone();
    sorted.sort();
    assert_eq!(sorted, expected, "what is gone already needs no taking away");
    target.expect(&before);
    target.must_go_back(Which::Last, OnDrift::KeepCopy);
    target.expect(&old());
    target.must_undo_the_rollback();
    target.expect(&before);
}

#[test]
fn a_file_that_is_as_before_already_is_left_alone() {
    let sandbox = Sandbox::new();
    let target = applied(&sandbox);
    target.edit("conf/app.toml", "port = 1\n");
    assert_eq!(target.must_roll_back(), ["conf/app.toml: is already as it was before"]);
    target.expect(&old());
    target.must_undo_the_rollback();
    target.expect(&new().file("conf/app.toml", "port = 1\n"));
}

#[test]
fn a_file_that_became_something_else_has_to_be_put_right_by_a_person() {
    if !links_work() {
        return skip(
            "a_file_that_became_something_else_has_to_be_put_right_by_a_person",
            "this system keeps no symbolic links",
        );
    }
    let sandbox = Sandbox::new();
    let target = applied(&sandbox);
    target.remove("conf/app.toml");
    std::fs::create_dir(target.path.join("conf/app.toml")).expect("a new folder");
    let before = target.tree();
    for on_drift in [OnDrift::Stop, OnDrift::KeepCopy] {
        assert_eq!(
            obstacles(target.roll_back(Which::Last, on_drift)),
            ["E-DRIFT conf/app.toml: was changed after the patch was applied"]
        );
        target.expect(&before);
    }
}

#[test]
fn what_somebody_put_into_a_new_folder_stays_with_its_folder() {
    let sandbox = Sandbox::new();
    let (old, new) = (Tree::new().file("f", "1"), Tree::new().file("f", "2").file("plugins/new/code", "x"));
    let bundle = sandbox.make(&old, &new);
    let target = sandbox.install(&old);
    target.must_apply(&bundle);
    target.edit("plugins/new/settings", "mine");
    let notes = target.must_roll_back();
    assert!(
        notes
            .contains(&"plugins/new: is kept, because \"settings\" in it isn't part of the patch".to_owned()),
        "{notes:?}"
    );
    let left = old.file("plugins/new/settings", "mine");
    target.expect(&left);
    target.must_undo_the_rollback();
    target.expect(&new.file("plugins/new/settings", "mine"));
}

#[test]
fn a_folder_that_is_gone_comes_back_with_what_was_in_it() {
    let sandbox = Sandbox::new();
    let (old, new) = (Tree::new().file("dir/a", "1").file("f", "1"), Tree::new().dir("dir").file("f", "2"));
    let bundle = sandbox.make(&old, &new);
    let target = sandbox.install(&old);
    target.must_apply(&bundle);
    std::fs::remove_dir(target.path.join("dir")).expect("an empty folder");
    target.must_go_back(Which::Last, OnDrift::KeepCopy);
    target.expect(&old);
}

#[test]
fn there_is_nothing_to_take_back_in_a_folder_without_patches() {
    let sandbox = Sandbox::new();
    let target = sandbox.install(&old());
    for (which, line) in [
        (Which::Last, "E-UNKNOWN-PATCH: no patch is applied here, so there is nothing to roll back"),
        (
            Which::Patch("X-1".to_owned()),
            "E-UNKNOWN-PATCH: no patch is applied here, so there is nothing to roll back",
        ),
        (Which::LastRollback, "E-UNKNOWN-PATCH: no patch is applied here, so there is nothing to roll back"),
    ] {
        assert_eq!(obstacles(target.roll_back(which, OnDrift::Stop)), [line]);
    }
    assert!(!target.has_state());
}

#[test]
fn any_patch_goes_by_its_name() {
    let sandbox = Sandbox::new();
    let third = new().file("another", "1");
    let (first, second) =
        (sandbox.make_named("ONE-1", &old(), &new()), sandbox.make_named("TWO-2", &new(), &third));
    let target = sandbox.install(&old());
    target.must_apply(&first);
    target.must_apply(&second);
    let back = |id: &str| target.roll_back(Which::Patch(id.to_owned()), OnDrift::Stop);
    assert_eq!(
        obstacles(back("THREE-3")),
        ["E-UNKNOWN-PATCH: THREE-3 isn't applied here; applied here: ONE-1, TWO-2"]
    );
    target.must_go_back(Which::Patch("ONE-1".to_owned()), OnDrift::Stop);
    target.expect(&old().file("another", "1"));
    target.must_undo_the_rollback();
    assert_eq!(target.installed(), ["ONE-1", "TWO-2"], "it lies where it lay");
    target.must_go_back(Which::Patch("TWO-2".to_owned()), OnDrift::Stop);
    target.must_go_back(Which::Patch("ONE-1".to_owned()), OnDrift::Stop);
    target.expect(&old());
}

#[test]
fn a_rollback_is_undone_only_while_it_is_the_last_change() {
    let sandbox = Sandbox::new();
    let target = applied(&sandbox);
    target.must_roll_back();
    assert!(target.status().can_undo_rollback);
    let other = sandbox.make_named("TEST-2", &old(), &old().file("other", "1"));
    target.must_apply(&other);
    assert!(!target.status().can_undo_rollback);
    assert_eq!(
        obstacles(target.roll_back(Which::LastRollback, OnDrift::Stop)),
        ["E-UNKNOWN-PATCH: the last change to this folder was not a rollback: TEST-2 was applied"]
    );
    assert_eq!(target.story(), [Action::Apply, Action::Rollback, Action::Apply]);
}
