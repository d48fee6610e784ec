//! What differs from the history is named with its likely cause, shown, and put right from the safe copies or a patch
//! file, as a change like any other.

use std::path::Path;

use patchwright::model::TreePath;
use patchwright::plan::OnDrift;
use patchwright::workbench::{
    Action, ChangeSide, Error, OneChange, RepairOptions, Repaired, Which, Workbench,
};

use crate::support::console::Console;
use crate::support::cut::cut_at_every_call;
use crate::support::sandbox::{Bundle, Sandbox, Target, obstacles, order, unwatched};
use crate::support::trees::{Tree, set_mode};

fn old() -> Tree {
    Tree::new().program("bin/app", "\x7fold\0").file("conf/app.conf", "port = 1\n").file("gone", "gone")
}

fn new() -> Tree {
    Tree::new().program("bin/app", "\x7fnew\0").file("conf/app.conf", "port = 2\n").file("come", "come\n")
}

fn merging() -> String {
    order("TEST-1", "", "[[make.policy]]\npaths = [\"/conf/*\"]\nlocal_edits = \"merge\"\n")
}

fn applied(sandbox: &Sandbox) -> (Bundle, Target<'_>) {
    let bundle = sandbox.try_to_make(&merging(), &old(), &new()).expect("a bundle");
    let target = sandbox.install(&old());
    target.must_apply(&bundle);
    (bundle, target)
}

fn repair(sandbox: &Sandbox, target: &Target<'_>, paths: &[&str], from: &[&Path]) -> Result<Repaired, Error> {
    let options = RepairOptions {
        paths: paths.iter().map(|path| TreePath::parse(path).expect("a good path")).collect(),
        from: from.iter().map(|path| path.to_path_buf()).collect(),
        ..RepairOptions::default()
    };
    unwatched(|watch| sandbox.bench().repair(&target.path, &options, watch))
}

fn causes(target: &Target<'_>) -> Vec<String> {
    target.status().drift.iter().map(|drift| format!("{}: {}", drift.path, drift.cause.phrase())).collect()
}

#[test]
fn every_difference_has_a_likely_cause() {
    let sandbox = Sandbox::new();
    let (_, target) = applied(&sandbox);
    target.must_apply(&sandbox.make_named("TEST-2", &new(), &new().file("come", "come again\n")));
    target.edit("bin/app", "\x7fold\0");
    target.edit("conf/app.conf", "port = 2\nmine\n");
    target.edit("gone", "gone");
    target.edit("come", "come\n");
    assert_eq!(
        causes(&target),
        [
            "bin/app: as it was before TEST-1",
            "come: as it was before TEST-2",
            "conf/app.conf: probably edited here",
            "gone: as it was before TEST-1",
        ]
    );
    target.edit("bin/app", "\x7fELF\0somebody's");
    target.remove("come");
    target.edit("gone", "\0\x01");
    assert_eq!(
        causes(&target),
        [
            "bin/app: of unknown cause",
            "come: deleted",
            "conf/app.conf: probably edited here",
            "gone: of unknown cause",
        ]
    );
}

#[test]
fn what_a_patch_left_and_another_took_away_again_is_known() {
    let sandbox = Sandbox::new();
    let (_, target) = applied(&sandbox);
    target.must_roll_back();
    target.edit("conf/app.conf", "port = 2\n");
    assert_eq!(causes(&target), ["conf/app.conf: as an earlier TEST-1 left it"]);
}

#[test]
fn settings_come_back_from_the_safe_copies_and_the_edit_can_come_back_too() {
    let sandbox = Sandbox::new();
    let (_, target) = applied(&sandbox);
    target.edit("conf/app.conf", "mine");
    target.edit("gone", "made again");
    let edited = target.tree();
    let repaired = repair(&sandbox, &target, &[], &[]).expect("it is put right");
    assert!(repaired.entry.is_some() && repaired.untidy.is_none());
    target.expect(&new());
    let status = target.status();
    assert!(status.drift.is_empty() && status.can_undo_repair && !status.can_undo_rollback, "{status:?}");
    assert_eq!(target.installed(), ["TEST-1"]);
    target.must_go_back(Which::LastRollback, OnDrift::Stop);
    target.expect(&edited);
    assert_eq!(target.status().drift.len(), 2, "what is right has not changed");
    target.must_go_back(Which::LastRollback, OnDrift::Stop);
    target.expect(&new());
    assert_eq!(target.story(), [Action::Apply, Action::Repair, Action::Rollback, Action::Rollback]);
    target.must_roll_back();
    target.expect(&old());
}

#[test]
fn what_no_safe_copy_holds_comes_from_a_patch_file_or_not_at_all() {
    let sandbox = Sandbox::new();
    let (bundle, target) = applied(&sandbox);
    target.edit("bin/app", "\x7fbroken");
    target.remove("come");
    target.edit("conf/app.conf", "mine");
    let broken = target.tree();
    assert_eq!(
        obstacles(repair(&sandbox, &target, &[], &[])),
        [
            "E-STORE bin/app: there is no backup of this file in the folder",
            "E-STORE come: there is no backup of this file in the folder"
        ]
    );
    target.expect(&broken);
    let _ = repair(&sandbox, &target, &["bin"], &[&bundle.path]).expect("it is put right");
    target.expect(&broken.clone().program("bin/app", "\x7fnew\0"));
    let _ = repair(&sandbox, &target, &[], &[&bundle.path]).expect("it is put right");
    target.expect(&new());
    assert!(target.history()[1].remarks()[0].contains("the patch file of TEST-1"));
    let again = repair(&sandbox, &target, &[], &[]).expect("nothing is wrong");
    assert!(again.entry.is_none());
}

#[test]
fn originals_come_back_after_a_rollback_from_the_bases_in_the_patch_file() {
    let sandbox = Sandbox::new();
    let (bundle, target) = applied(&sandbox);
    target.must_roll_back();
    target.edit("conf/app.conf", "mine");
    let _ = repair(&sandbox, &target, &[], &[&bundle.path]).expect("it is put right");
    target.expect(&old());
}

#[test]
fn a_damaged_safe_copy_is_not_used() {
    let sandbox = Sandbox::new();
    let (_, target) = applied(&sandbox);
    let left = target.path.join(".patchwright/undo/00000001/left");
    for copy in std::fs::read_dir(left).expect("a copy was kept") {
        std::fs::write(copy.expect("an entry").path(), "damaged").expect("it is written");
    }
    target.edit("conf/app.conf", "port = 2\nmine\n");
    assert_eq!(
        obstacles(repair(&sandbox, &target, &[], &[])),
        ["E-STORE conf/app.conf: there is no backup of this file in the folder"]
    );
    // Without it a rollback cannot merge, and says what it said before.
    assert_eq!(
        obstacles(target.roll_back(Which::Last, OnDrift::Stop)),
        ["E-DRIFT conf/app.conf: was changed after the patch was applied"]
    );
}

#[test]
fn a_place_that_no_patch_has_touched_is_not_known() {
    let sandbox = Sandbox::new();
    let (_, target) = applied(&sandbox);
    assert_eq!(
        obstacles(repair(&sandbox, &target, &["elsewhere"], &[])),
        [
            "E-MISSING elsewhere: no patch has changed this file, so Patchwright doesn't know what it should contain"
        ]
    );
}

#[test]
fn what_differs_is_shown_with_what_should_be_there() {
    let sandbox = Sandbox::new();
    let (_, target) = applied(&sandbox);
    target.edit("conf/app.conf", "mine\n");
    target.edit("bin/app", "\x7fbroken");
    let mut seen = Vec::new();
    let show = |one: &OneChange| {
        let word = |side: &ChangeSide| match side {
            ChangeSide::Content(content) => {
                String::from_utf8_lossy(content.bytes().expect("small")).into_owned()
            }
            other => format!("{other:?}"),
        };
        seen.push((one.change.path.to_string(), word(&one.before), word(&one.after)));
    };
    let mut show = show;
    unwatched(|watch| sandbox.bench().drift_contents(&target.path, watch, &mut show)).expect("it is shown");
    assert!(seen[0].1.contains("there is no backup"), "{seen:?}");
    assert_eq!(seen[1], ("conf/app.conf".to_owned(), "port = 2\n".to_owned(), "mine\n".to_owned()));
}

#[test]
fn the_command_line_tells_shows_and_repairs() {
    let sandbox = Sandbox::new();
    let (_, target) = applied(&sandbox);
    std::fs::rename(&target.path, sandbox.path("app")).expect("the same disk");
    sandbox.write("app/conf/app.conf", "mine\n");
    let console = Console::new(&sandbox);
    let status = console.done("status $/app --diff").out;
    assert!(status.contains("differs  conf/app.conf  probably edited here"), "{status}");
    assert!(status.contains("-port = 2\n+mine\n"), "{status}");
    let json = console.done("status $/app --json").json();
    assert_eq!(json["drift"][0]["cause"], "local-edit");
    assert_eq!(console.run("repair $/app").code, 3, "nobody is there to ask");
    let asked = Console::new(&sandbox).answering("n").run("repair $/app");
    assert!(asked.code == 3 && asked.err.contains("1 file isn't as expected"), "{asked}");
    assert_eq!(sandbox.read("app/conf/app.conf").as_deref(), Some("mine\n"));
    let repaired = console.done("repair $/app --yes").out;
    assert!(repaired.starts_with("Repaired 1 file in $/app\n  conf/app.conf\n"), "{repaired}");
    assert_eq!(console.done("repair $/app --yes --json").json()["outcome"], "nothing-to-do");
    let history = console.done("history $/app").out;
    assert!(history.contains("repaired"), "{history}");
    console.done("rollback $/app --undo --yes");
    assert_eq!(sandbox.read("app/conf/app.conf").as_deref(), Some("mine\n"));
}

#[test]
fn a_folder_in_the_place_of_a_file_is_put_right_only_if_nobody_uses_it() {
    let sandbox = Sandbox::new();
    let (bundle, target) = applied(&sandbox);
    target.remove("come");
    std::fs::create_dir(target.path.join("come")).expect("a folder");
    target.edit("come/theirs", "theirs");
    assert_eq!(
        obstacles(repair(&sandbox, &target, &[], &[&bundle.path])),
        ["E-OCCUPIED come: becomes a file, but contains \"theirs\", which isn't part of the patch"]
    );
    target.remove("come/theirs");
    let _ = repair(&sandbox, &target, &[], &[&bundle.path]).expect("it is put right");
    target.expect(&new());
}

#[test]
fn a_cut_at_any_call_of_a_repair_leaves_the_edit_or_what_should_be_there() {
    let sandbox = Sandbox::in_memory();
    let bundle = sandbox.try_to_make(&merging(), &old(), &new()).expect("a bundle");
    let broken = new().file("conf/app.conf", "mine").program("bin/app", "\x7fbroken");
    let prepare = || {
        let target = sandbox.install(&old());
        target.must_apply(&bundle);
        target.edit("conf/app.conf", "mine");
        target.edit("bin/app", "\x7fbroken");
        target
    };
    let repair = |target: &Path, bench: &Workbench| {
        let options = RepairOptions { from: vec![bundle.path.clone()], ..RepairOptions::default() };
        unwatched(|watch| bench.repair(target, &options, watch)).map(drop)
    };
    let count = cut_at_every_call(&sandbox, &prepare, &repair, [&broken, &new()]);
    assert!(count > 60, "{count}");
}

#[test]
fn what_a_repair_takes_out_is_where_it_says_also_after_later_changes() {
    let sandbox = Sandbox::new();
    let (_, target) = applied(&sandbox);
    target.edit("conf/app.conf", "port = 2\nmine\n");
    set_mode(&target.path.join("bin/app"), 0o700);
    let console = Console::new(&sandbox);
    let folder = target.path.display().to_string();
    let repaired = console.done(&format!("repair {folder} --yes --json")).json();
    let edits = repaired["edits"].as_array().expect("a list");
    assert_eq!((edits.len(), &edits[0]["path"]), (1, &"conf/app.conf".into()), "{repaired}");
    let third = new().file("bin/app", "\x7fthird\0");
    target.must_apply(&sandbox.make_named("TEST-2", &new(), &third));
    let copy = target.path.join(edits[0]["copy"].as_str().expect("a path"));
    assert_eq!(std::fs::read_to_string(copy).expect("a file"), "port = 2\nmine\n");
    // For people it is a path that they can copy from.
    target.edit("conf/app.conf", "port = 2\nmine again\n");
    let repaired = console.done(&format!("repair {folder} --yes"));
    let line =
        repaired.out.lines().find(|line| line.contains("/objects/")).expect("a line").trim().to_owned();
    let copy = line.strip_prefix("conf/app.conf").expect("the file").trim();
    let copy = copy.replace('$', sandbox.path("").to_str().expect("a plain name").trim_end_matches('/'));
    assert_eq!(std::fs::read_to_string(copy).expect("a file"), "port = 2\nmine again\n");
    // What nobody had edited is nobody's version.
    target.remove("conf/app.conf");
    let repaired = console.done(&format!("repair {folder} --yes"));
    assert!(!repaired.out.contains("Your versions"), "{repaired}");
}

#[test]
fn what_helps_no_other_file_is_not_offered_and_lost_backups_are_no_end() {
    let sandbox = Sandbox::with(&[("app/f", "one\n")]);
    sandbox.save("fix.patchbundle", &sandbox.bundle("ACME-1").replace("f", "one\n", "two\n"));
    let console = Console::new(&sandbox);
    console.done("apply $/fix.patchbundle $/app --yes --allow-unsigned");
    sandbox.write("app/f", "three\n");
    let refused = console.run("repair $/app --leave-damaged --yes");
    assert!(refused.err.contains("there is no backup of this file"), "{refused}");
    assert!(!refused.err.contains("--leave-damaged"), "it was given: {refused}");
    sandbox.write("app/f", "two\n");
    std::fs::remove_dir_all(sandbox.path("app/.patchwright/undo/00000001")).expect("our own folder");
    let refused = console.run("rollback $/app --yes");
    assert!(refused.err.contains("--from FILE") && refused.err.contains("--leave-damaged"), "{refused}");
    console.done("rollback $/app --yes --from $/fix.patchbundle");
    assert_eq!(sandbox.read("app/f").as_deref(), Some("one\n"));
}
