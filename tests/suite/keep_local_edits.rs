//! Edits made on site survive: a file that was edited here and is changed by the patch holds both afterwards, and
//! after the patch is taken out again still what was edited. Where both changed the same, a person chooses.

use std::fs;
use std::path::Path;

use patchwright::plan::OnDrift;
use patchwright::workbench::{
    Applied, ApplyPreview, ApplyRequest, EditChoice, EditChoices, Error, Overrides, RollbackOptions, Which,
    Workbench,
};

use crate::support::console::Console;
use crate::support::cut::cut_at_every_call;
use crate::support::sandbox::{Bundle, Sandbox, Target, UNSIGNED, obstacles, order, spell, told, unwatched};
use crate::support::trees::Tree;
#[cfg(unix)]
use crate::support::trees::set_mode;

const OLD: &str = "# the app\nport = 1\nhost = a\n\n# how much is told\nlevel = 3\n";
const NEW: &str = "# the app\nport = 2\nhost = a\n\n# how much is told\nlevel = 3\n";
const MINE: &str = "# the app\nport = 1\nhost = a\n\n# how much is told\nlevel = 5\nmine = true\n";
const BOTH: &str = "# the app\nport = 2\nhost = a\n\n# how much is told\nlevel = 5\nmine = true\n";
const CLASHING: &str = "# the app\nport = 99\nhost = a\n\n# how much is told\nlevel = 3\n";

fn tree(conf: impl AsRef<[u8]>) -> Tree {
    Tree::new().file("app", "1").file("conf/app.conf", conf.as_ref())
}

fn merging(id: &str) -> String {
    order(id, "", "[[make.policy]]\npaths = [\"/conf/*\"]\nlocal_edits = \"merge\"\n")
}

fn bundle(sandbox: &Sandbox, old: impl AsRef<[u8]>, new: impl AsRef<[u8]>) -> Bundle {
    sandbox.try_to_make(&merging("TEST-1"), &tree(old), &tree(new).file("app", "2")).expect("a bundle")
}

fn choose(choice: EditChoice) -> EditChoices {
    [("conf/app.conf".parse_path(), choice)].into()
}

trait ParsePath {
    fn parse_path(&self) -> patchwright::model::TreePath;
}

impl ParsePath for str {
    fn parse_path(&self) -> patchwright::model::TreePath {
        patchwright::model::TreePath::parse(self).expect("a good path")
    }
}

/// The patch with these wishes for edited files.
fn with(bundle: &Bundle, choices: &EditChoices) -> ApplyRequest {
    ApplyRequest { choices: choices.clone(), ..(&bundle.path).into() }
}

fn preview(sandbox: &Sandbox, bundle: &Bundle, target: &Target<'_>, choices: &EditChoices) -> ApplyPreview {
    unwatched(|watch| sandbox.bench().preview(with(bundle, choices), &target.path, watch)).expect("a preview")
}

fn apply(
    sandbox: &Sandbox,
    bundle: &Bundle,
    target: &Target<'_>,
    choices: &EditChoices,
) -> Result<Applied, Error> {
    unwatched(|watch| sandbox.bench().apply(with(bundle, choices), &target.path, UNSIGNED, watch))
}

#[test]
fn an_edit_in_other_lines_than_the_patch_is_merged_and_named_with_its_digest() {
    let sandbox = Sandbox::new();
    let bundle = bundle(&sandbox, OLD, NEW);
    let target = sandbox.install(&tree(MINE));
    let seen = preview(&sandbox, &bundle, &target, &EditChoices::new());
    assert_eq!(
        told(&seen.preview.notes),
        ["conf/app.conf: was edited here; it will have both changes, merged line by line"]
    );
    let step =
        seen.preview.plan.steps.iter().find(|step| step.path.as_str() == "conf/app.conf").expect("a step");
    let after = step.after.as_ref().and_then(|node| node.as_file()).expect("a file");
    assert_eq!(after.digest, patchwright::model::Digest::compute(BOTH.as_bytes()));
    target.expect(&tree(MINE));
    target.must_apply(&bundle);
    target.expect(&tree(BOTH).file("app", "2"));
    assert!(target.drift().is_empty(), "what was merged is what is expected");
    let remarks = &target.history()[0].remarks();
    assert!(remarks.iter().any(|remark| remark.starts_with("conf/app.conf was edited here")), "{remarks:?}");
    target.must_roll_back();
    target.expect(&tree(MINE));
    target.must_undo_the_rollback();
    target.expect(&tree(BOTH).file("app", "2"));
}

#[test]
fn a_config_that_was_edited_after_the_patch_keeps_the_edit_when_the_patch_goes_and_comes_back() {
    let sandbox = Sandbox::new();
    let bundle = bundle(&sandbox, OLD, NEW);
    let target = sandbox.install(&tree(OLD));
    target.must_apply(&bundle);
    target.edit("conf/app.conf", BOTH);
    let notes = target.must_roll_back();
    assert_eq!(
        notes,
        ["conf/app.conf: was edited after the patch was applied; your edits are kept, merged line by line"]
    );
    target.expect(&tree(MINE));
    let kept = |target: &Target<'_>| {
        let status = target.status();
        assert!(status.drift.is_empty(), "{:?}", status.drift);
        status.kept_edits.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(kept(&target), ["conf/app.conf"], "the rollback has left the edit in it");
    target.must_undo_the_rollback();
    target.expect(&tree(BOTH).file("app", "2"));
    assert_eq!(kept(&target), ["conf/app.conf"]);
    target.must_roll_back();
    target.must_apply(&bundle);
    target.expect(&tree(BOTH).file("app", "2"));
    assert_eq!(kept(&target), ["conf/app.conf"], "it is somebody's edit still");
    // Where nobody edited anything, nothing of that kind is told.
    let other = sandbox.install(&tree(OLD));
    other.must_apply(&bundle);
    other.must_roll_back();
    assert!(kept(&other).is_empty());
}

#[test]
fn an_edit_between_the_rollback_and_its_undo_survives_too() {
    let sandbox = Sandbox::new();
    let bundle = bundle(&sandbox, OLD, NEW);
    let target = sandbox.install(&tree(OLD));
    target.must_apply(&bundle);
    target.must_roll_back();
    target.edit("conf/app.conf", MINE);
    target.must_undo_the_rollback();
    target.expect(&tree(BOTH).file("app", "2"));
}

#[test]
fn an_edit_of_what_the_patch_changed_stops_the_rollback_until_it_is_kept_as_a_copy() {
    let sandbox = Sandbox::new();
    let bundle = bundle(&sandbox, OLD, NEW);
    let target = sandbox.install(&tree(OLD));
    target.must_apply(&bundle);
    target.edit("conf/app.conf", CLASHING);
    assert_eq!(
        obstacles(target.roll_back(Which::Last, OnDrift::Stop)),
        [
            "E-DRIFT conf/app.conf: was changed after the patch was applied, in the same lines as the patch: line 2"
        ]
    );
    target.must_go_back(Which::Last, OnDrift::KeepCopy);
    target.expect(&tree(OLD));
}

/// Two patches of one config, each in its own lines.
fn two(sandbox: &Sandbox) -> Target<'_> {
    let second = NEW.replace("level = 3", "level = 4");
    let target = sandbox.install(&tree(OLD));
    target.must_apply(&bundle(sandbox, OLD, NEW));
    let (old, new) = (tree(NEW).file("app", "2"), tree(&second).file("app", "2"));
    target.must_apply(&sandbox.try_to_make(&merging("TEST-2"), &old, &new).expect("a bundle"));
    target
}

#[test]
fn an_edit_stays_where_a_patch_goes_from_below_another_one() {
    let sandbox = Sandbox::new();
    let target = two(&sandbox);
    let edited = NEW.replace("level = 3", "level = 4").replace("host = a\n", "host = a\n\nmine = true\n");
    target.edit("conf/app.conf", &edited);
    let notes = target.must_go_back(Which::Patch("TEST-1".to_owned()), OnDrift::Stop);
    assert_eq!(
        notes,
        ["conf/app.conf: was edited after the patch was applied; your edits are kept, merged line by line"]
    );
    target.expect(&tree(edited.replace("port = 2", "port = 1")));
    assert_eq!(target.installed(), ["TEST-2"]);
    target.must_undo_the_rollback();
    target.expect(&tree(&edited).file("app", "2"));
}

#[test]
fn twin_an_edit_of_the_same_lines_stops_it_and_a_copy_is_the_way_on() {
    let sandbox = Sandbox::new();
    let target = two(&sandbox);
    target.edit("conf/app.conf", NEW.replace("port = 2", "port = 99").replace("level = 3", "level = 4"));
    let before = target.tree();
    let refused = target.roll_back(Which::Patch("TEST-1".to_owned()), OnDrift::Stop);
    let Err(Error::Refused(list)) = &refused else { panic!("refused: {refused:?}") };
    assert!(list[0].hint().to_string().contains("--keep-edits"), "{list:?}");
    assert_eq!(
        obstacles(refused),
        [
            "E-DRIFT conf/app.conf: was changed after the patch was applied, in the same lines as the patch: line 2"
        ]
    );
    target.expect(&before);
    target.must_go_back(Which::Patch("TEST-1".to_owned()), OnDrift::KeepCopy);
    target.expect(&tree(OLD.replace("level = 3", "level = 4")));
    target.must_undo_the_rollback();
    target.expect(&before);
}

#[test]
fn edits_that_clash_are_an_obstacle_with_three_ways_out() {
    let sandbox = Sandbox::new();
    let bundle = bundle(&sandbox, OLD, NEW);
    let clashing = tree(CLASHING);
    let target = sandbox.install(&clashing);
    let refused = target.apply(&bundle);
    let Err(Error::Refused(list)) = &refused else { panic!("refused: {refused:?}") };
    for flag in ["--keep-mine conf/app.conf", "--take-theirs conf/app.conf", "--merged conf/app.conf=DRAFT"] {
        assert!(list[0].hint().to_string().contains(flag), "{list:?}");
    }
    assert_eq!(obstacles(refused), ["E-CLASH conf/app.conf: your version and the patch both change line 2"]);
    target.expect(&clashing);

    let given = sandbox.place("merged.conf");
    fs::write(&given, "port = 100\n").expect("a file");
    for (choice, result) in [
        (EditChoice::KeepMine, CLASHING),
        (EditChoice::TakeTheirs, NEW),
        (EditChoice::Merged(given), "port = 100\n"),
    ] {
        let target = sandbox.install(&clashing);
        let _ = apply(&sandbox, &bundle, &target, &choose(choice)).expect("it is applied");
        target.expect(&tree(result).file("app", "2"));
        assert!(target.drift().is_empty(), "{result}");
        target.must_roll_back();
        target.expect(&clashing);
        target.must_undo_the_rollback();
        target.expect(&tree(result).file("app", "2"));
    }
}

#[test]
fn a_merged_file_that_is_not_finished_is_not_taken() {
    let sandbox = Sandbox::new();
    let bundle = bundle(&sandbox, OLD, NEW);
    let target = sandbox.install(&tree(CLASHING));
    let given = sandbox.place("merged.conf");
    fs::write(&given, "<<<<<<< mine\na\n=======\nb\n>>>>>>> theirs\n").expect("a file");
    assert_eq!(
        obstacles(apply(&sandbox, &bundle, &target, &choose(EditChoice::Merged(given)))),
        [
            "E-CLASH conf/app.conf: isn't the version this patch expects, and can't be merged: your merged file still has conflict marks"
        ]
    );
    let gone = choose(EditChoice::Merged(sandbox.place("nowhere")));
    let failed = apply(&sandbox, &bundle, &target, &gone);
    assert!(matches!(failed, Err(Error::File { .. })), "{failed:?}");
    target.expect(&tree(CLASHING));
}

#[test]
fn a_plan_that_was_made_with_a_choice_is_no_plan_for_another_choice() {
    let sandbox = Sandbox::new();
    let bundle = bundle(&sandbox, OLD, NEW);
    let target = sandbox.install(&tree(CLASHING));
    let kept = preview(&sandbox, &bundle, &target, &choose(EditChoice::KeepMine)).decision();
    let options = patchwright::workbench::ApplyOptions { expected: Some(kept), ..UNSIGNED };
    let theirs = choose(EditChoice::TakeTheirs);
    let other =
        unwatched(|watch| sandbox.bench().apply(with(&bundle, &theirs), &target.path, options, watch));
    let [moved] = obstacles(other).try_into().expect("one reason");
    assert!(
        moved.starts_with("E-MOVED: the patch file, the folder, a choice or a key has changed"),
        "{moved}"
    );
}

#[test]
fn a_deleted_config_stays_deleted_unless_somebody_wants_the_new_one() {
    let sandbox = Sandbox::new();
    let bundle = bundle(&sandbox, OLD, NEW);
    let without = Tree::new().file("app", "1").dir("conf");
    let target = sandbox.install(&without);
    assert_eq!(target.must_apply(&bundle), ["conf/app.conf: was deleted here, and stays deleted"]);
    target.expect(&without.clone().file("app", "2"));
    target.must_roll_back();
    target.expect(&without);

    let target = sandbox.install(&without);
    let _ = apply(&sandbox, &bundle, &target, &choose(EditChoice::TakeTheirs)).expect("it is applied");
    target.expect(&tree(NEW).file("app", "2"));
    target.must_roll_back();
    target.expect(&without);
}

#[test]
fn a_config_that_says_already_what_the_patch_changes_is_left_alone() {
    let sandbox = Sandbox::new();
    let bundle = bundle(&sandbox, OLD, NEW);
    let target = sandbox.install(&tree(BOTH));
    assert_eq!(
        target.must_apply(&bundle),
        ["conf/app.conf: was edited here, and already has the changes of this patch"]
    );
    target.expect(&tree(BOTH).file("app", "2"));
}

#[test]
fn what_no_merge_can_be_made_of_is_told_and_nothing_changes() {
    let sandbox = Sandbox::new();
    let large = "x\n".repeat(5 << 20);
    let cases: [(&str, Vec<u8>, &str); 4] = [
        ("a NUL byte", [MINE.as_bytes(), b"\0"].concat(), "it isn't text"),
        ("a program", b"\x7fELF\x02\x01\x01\0".to_vec(), "it isn't text"),
        ("UTF-16", MINE.encode_utf16().flat_map(u16::to_le_bytes).collect(), "it isn't text"),
        ("a huge file", large.into_bytes(), "it's larger than 8 MiB"),
    ];
    let bundle = bundle(&sandbox, OLD, NEW);
    for (what, mine, why) in cases {
        let target = sandbox.install(&tree(&mine));
        let expected = format!(
            "E-CLASH conf/app.conf: isn't the version this patch expects, and can't be merged: {why}"
        );
        assert_eq!(obstacles(target.apply(&bundle)), [expected], "{what}");
        target.expect(&tree(&mine));
        assert!(!target.has_state(), "{what}");
    }
}

#[test]
fn bytes_that_are_no_utf_8_and_mixed_line_ends_stay_as_they_are() {
    let sandbox = Sandbox::new();
    let file =
        |port: &str, end: &[u8]| [b"caf\xe9\r\n".as_slice(), port.as_bytes(), b"\nx\r\ny\n", end].concat();
    let bundle = bundle(&sandbox, file("1", b""), file("2", b""));
    let target = sandbox.install(&tree(file("1", b"mine \xff\r\n")));
    target.must_apply(&bundle);
    target.expect(&tree(file("2", b"mine \xff\r\n")).file("app", "2"));
}

#[test]
fn line_ends_that_an_editor_turned_around_do_not_clash_and_are_never_mixed() {
    let sandbox = Sandbox::new();
    let bundle = bundle(&sandbox, OLD, NEW);
    let windows = |text: &str| text.replace('\n', "\r\n");
    let target = sandbox.install(&tree(windows(MINE)));
    target.must_apply(&bundle);
    target.expect(&tree(windows(BOTH)).file("app", "2"));
}

/// With every line ending as Windows has it.
fn turned(text: &str) -> String {
    text.replace('\n', "\r\n")
}

/// The text patch that makes line `number` of the config another one.
fn diff(number: usize, new: &str) -> String {
    let lines: Vec<&str> = OLD.lines().collect();
    let [above, old, below] = [lines[number - 2], lines[number - 1], lines[number]];
    let place = format!("{},3", number - 1);
    let head = format!("--- a/conf/app.conf\n+++ b/conf/app.conf\n@@ -{place} +{place} @@\n");
    format!("{head} {above}\n-{old}\n+{new}\n {below}\n")
}

#[test]
fn line_ends_that_were_turned_around_are_in_no_patchs_way() {
    let values = "a: 1\nb: 1\nlist:\n- x\n";
    let adding = |key: &str, element: &str| {
        format!("{{ set = \"{key}\", to = 2 }}, {{ add = \"list[]\", value = \"{element}\" }}")
    };
    // Before all patches, and between two of them.
    for is_between in [false, true] {
        let files = [("known/values.yaml", values), ("app/values.yaml", values), ("app/conf/app.conf", OLD)];
        let sandbox = Sandbox::with(&files);
        let console = Console::new(&sandbox);
        sandbox.write("1.patch", &diff(2, "port = 2"));
        sandbox.write("2.patch", &diff(5, "# how much"));
        for (name, ops) in [("3", adding("a", "u")), ("4", adding("b", "v"))] {
            let edits = format!("[[edits]]\nfile = \"values.yaml\"\ndo = [{ops}]\n");
            sandbox.write("order.toml", &order(&format!("EDIT-{name}"), "", &edits));
            console.done(&format!("make --from $/known --order $/order.toml --output $/{name}.patchbundle"));
        }
        let turn = || {
            for file in ["app/values.yaml", "app/conf/app.conf"] {
                sandbox.write(file, &turned(&sandbox.read(file).expect("it is there")));
            }
        };
        let apply = |files: &[&str]| {
            for file in files {
                let run = console.run(&format!("apply $/{file} $/app --yes --allow-unsigned"));
                assert_eq!(run.code, 0, "{is_between} {file}: {run}");
            }
        };
        if !is_between {
            turn();
        }
        apply(&["1.patch", "3.patchbundle"]);
        if is_between {
            turn();
        }
        // What a text patch left is in no backup, so nobody can tell it from a file that was turned around since.
        if !is_between {
            apply(&["2.patch", "4.patchbundle"]);
            let conf = NEW.replace("# how much is told", "# how much");
            assert_eq!(sandbox.read("app/conf/app.conf"), Some(turned(&conf)));
        } else {
            apply(&["4.patchbundle"]);
        }
        let both = "a: 2\nb: 2\nlist:\n- x\n- u\n- v\n";
        assert_eq!(sandbox.read("app/values.yaml"), Some(turned(both)));
        console.done("rollback $/app EDIT-4 --yes");
        assert_eq!(sandbox.read("app/values.yaml"), Some(turned("a: 2\nb: 1\nlist:\n- x\n- u\n")));
    }
}

#[test]
fn twin_a_patch_that_merges_nothing_says_that_only_the_line_ends_differ() {
    let sandbox = Sandbox::new();
    let bundle = sandbox.make(&tree(OLD), &tree(NEW));
    let target = sandbox.install(&tree(turned(OLD)));
    let told = "E-DRIFT conf/app.conf: has other line ends (CR LF or LF) than this patch expects, and is the same but for them";
    assert_eq!(obstacles(target.apply(&bundle)), [told]);
    target.expect(&tree(turned(OLD)));
    target.edit("conf/app.conf", OLD);
    target.must_apply(&bundle);
    let other = sandbox.install(&tree(turned(MINE)));
    let told = "E-DRIFT conf/app.conf: isn't the version this patch expects";
    assert_eq!(obstacles(other.apply(&bundle)), [told]);
}

#[test]
#[cfg(unix)]
fn permissions_that_somebody_set_here_stay() {
    let sandbox = Sandbox::new();
    let bundle = bundle(&sandbox, OLD, NEW);
    let target = sandbox.install(&tree(MINE));
    set_mode(&target.path.join("conf/app.conf"), 0o600);
    let before = target.tree();
    target.must_apply(&bundle);
    let mode = |target: &Target<'_>| {
        use std::os::unix::fs::PermissionsExt;
        fs::metadata(target.path.join("conf/app.conf")).expect("it is there").permissions().mode() & 0o777
    };
    assert_eq!(mode(&target), 0o600);
    target.must_roll_back();
    target.expect(&before);
}

#[test]
fn a_config_that_the_patch_takes_away_is_a_choice_where_it_was_edited() {
    let sandbox = Sandbox::new();
    let without = Tree::new().file("app", "2").dir("conf");
    let bundle = sandbox.try_to_make(&merging("TEST-1"), &tree(OLD), &without).expect("a bundle");
    let target = sandbox.install(&tree(MINE));
    assert_eq!(
        obstacles(target.apply(&bundle)),
        [
            "E-CLASH conf/app.conf: isn't the version this patch expects, and can't be merged: the patch deletes this file"
        ]
    );
    let _ = apply(&sandbox, &bundle, &target, &choose(EditChoice::TakeTheirs)).expect("it is applied");
    target.expect(&without);
    target.must_roll_back();
    target.expect(&tree(MINE));
    let _ = apply(&sandbox, &bundle, &target, &choose(EditChoice::KeepMine)).expect("it is applied");
    target.expect(&tree(MINE).file("app", "2"));
}

#[test]
fn settings_whose_lines_clash_are_merged_by_key_and_that_is_said() {
    let sandbox = Sandbox::new();
    let at = |port: u8, host: &str| Tree::new().file("app", "1").file("conf/app.toml", toml(port, host));
    let bundle =
        sandbox.try_to_make(&merging("TEST-1"), &at(1, "a"), &at(2, "a").file("app", "2")).expect("a bundle");
    let target = sandbox.install(&at(1, "mine"));
    assert_eq!(
        target.must_apply(&bundle),
        ["conf/app.toml: was edited here; it will have both changes, merged by key: port"]
    );
    target.expect(&at(2, "mine").file("app", "2"));
    target.must_roll_back();
    target.expect(&at(1, "mine"));
    target.must_undo_the_rollback();
    target.edit("conf/app.toml", toml(2, "another"));
    target.must_roll_back();
    target.expect(&at(1, "another"));
}

fn toml(port: u8, host: &str) -> String {
    format!("# ours to edit\nport = {port}\nhost = \"{host}\"\n")
}

#[test]
fn a_cut_at_any_call_of_a_merge_leaves_the_edit_or_both() {
    let sandbox = Sandbox::in_memory();
    let bundle = bundle(&sandbox, OLD, NEW);
    let (mine, both) = (tree(MINE), tree(BOTH).file("app", "2"));
    let apply = |target: &Path, bench: &Workbench| {
        unwatched(|watch| bench.apply(&bundle.path, target, UNSIGNED, watch)).map(drop)
    };
    let count = cut_at_every_call(&sandbox, &|| sandbox.install(&mine), &apply, [&mine, &both]);
    assert!(count > 60, "{count}");
    let applied = || {
        let target = sandbox.install(&tree(OLD));
        target.must_apply(&bundle);
        target.edit("conf/app.conf", BOTH);
        target
    };
    let back = |target: &Path, bench: &Workbench| {
        let options = RollbackOptions {
            overrides: Overrides::UNSIGNED,
            which: Which::Last,
            on_drift: OnDrift::Stop,
            expected: None,
            scripts: Default::default(),
            occasion: Default::default(),
            withdrawn: Vec::new(),
        };
        unwatched(|watch| bench.roll_back(target, &options, watch)).map(drop)
    };
    let count = cut_at_every_call(&sandbox, &applied, &back, [&both, &mine]);
    assert!(count > 60, "{count}");
}

#[test]
fn the_command_line_shows_the_merged_file_and_takes_the_choices() {
    let sandbox = Sandbox::new();
    let made = bundle(&sandbox, OLD, NEW);
    fs::copy(&made.path, sandbox.path("fix.patchbundle")).expect("a copy");
    sandbox.write("app/app", "1");
    sandbox.write("app/conf/app.conf", MINE);
    let console = Console::new(&sandbox);
    let diff = console.done("diff $/fix.patchbundle conf --target $/app").out;
    assert!(diff.contains("-port = 1\n+port = 2\n") && !diff.contains("mine = true\n-"), "{diff}");
    assert!(!diff.contains("-mine = true"), "what was edited stays: {diff}");
    let plan = console.done("plan $/fix.patchbundle $/app --json").json();
    assert_eq!(plan["edits"][0]["merged"], "by-line");
    let digest = patchwright::model::Digest::compute(BOTH.as_bytes()).to_string();
    assert_eq!(plan["edits"][0]["after"]["sha256"], digest.as_str());
    console.done("apply $/fix.patchbundle $/app --allow-unsigned --yes");
    assert_eq!(sandbox.read("app/conf/app.conf").as_deref(), Some(BOTH));
    console.done("rollback $/app --yes");

    sandbox.write("app/conf/app.conf", CLASHING);
    let refused = console.run("plan $/fix.patchbundle $/app --json");
    assert_eq!((refused.code, &refused.json()["edits"][0]["places"][0]), (3, &"line 2".into()));
    console.run("plan $/fix.patchbundle $/app --draft conf/app.conf=$/draft.conf");
    let draft = sandbox.read("draft.conf").expect("a draft");
    assert!(
        draft.contains("<<<<<<< your version\nport = 99\n=======\nport = 2\n>>>>>>> the patch's version\n")
    );
    let unfinished =
        "apply $/fix.patchbundle $/app --allow-unsigned --yes --merged conf/app.conf=$/draft.conf";
    assert_eq!(console.run(unfinished).code, 3);
    assert_eq!(console.run("plan $/fix.patchbundle $/app --draft elsewhere=$/draft.conf").code, 3);
    sandbox.write("merged.conf", "port = 100\n");
    console.done("apply $/fix.patchbundle $/app --allow-unsigned --yes --merged conf/app.conf=$/merged.conf");
    assert_eq!(sandbox.read("app/conf/app.conf").as_deref(), Some("port = 100\n"));
    for wrong in ["--merged conf/app.conf", "--keep-mine ../x", "--keep-mine conf --take-theirs conf"] {
        assert_eq!(console.run(&format!("plan $/fix.patchbundle $/app {wrong}")).code, 2, "{wrong}");
    }
}

#[test]
fn a_draft_is_a_new_file_outside_the_product_and_the_plan_says_where() {
    let sandbox = Sandbox::new();
    let made = bundle(&sandbox, OLD, NEW);
    fs::copy(&made.path, sandbox.path("fix.patchbundle")).expect("a copy");
    sandbox.write("app/app", "1");
    sandbox.write("app/conf/app.conf", CLASHING);
    sandbox.write("half.conf", "half merged\n");
    let console = Console::new(&sandbox);
    let draft =
        |file: &str| console.run(&format!("plan $/fix.patchbundle $/app --draft conf/app.conf={file}"));
    for (file, told) in [
        ("$/half.conf", "already exists"),
        ("$/app/conf/app.conf", "is inside"),
        ("$/app/app", "is inside"),
        ("$/app/draft.conf", "is inside"),
    ] {
        let refused = draft(file);
        assert!(refused.code == 3 && refused.err.contains(told), "{file}: {refused}");
    }
    assert_eq!(sandbox.read("half.conf").as_deref(), Some("half merged\n"));
    assert_eq!(sandbox.read("app/conf/app.conf").as_deref(), Some(CLASHING));
    assert_eq!(sandbox.read("app/app").as_deref(), Some("1"));
    assert!(!sandbox.path("app/draft.conf").exists());
    let planned = draft("$/draft.conf");
    assert!(planned.code == 3 && planned.out.contains("draft.conf, a draft."), "{planned}");
    assert!(sandbox.path("draft.conf").exists());
    let planned =
        console.run("plan $/fix.patchbundle $/app --draft conf/app.conf=$/other.conf --json").json();
    assert_eq!(planned["drafts"][0]["path"], "conf/app.conf");
}

#[test]
fn a_wish_that_means_nothing_is_told() {
    let sandbox = Sandbox::new();
    let bundle = bundle(&sandbox, OLD, NEW);
    let target = sandbox.install(&tree(OLD).file("app", "edited"));
    let wishes = ["app", "conf/app.conf", "nowhere"].map(|path| (path.parse_path(), EditChoice::KeepMine));
    let seen = preview(&sandbox, &bundle, &target, &wishes.into());
    assert_eq!(
        told(&seen.preview.notes),
        [
            "app: the patch allows no choice for this file",
            "conf/app.conf: no choice is needed for this file",
            "nowhere: no choice is needed for this file"
        ]
    );
    assert_eq!(seen.preview.obstacles.len(), 1, "it was edited all the same");
}

#[test]
fn an_edit_goes_with_one_patch_after_the_other_but_not_with_several_at_once() {
    let sandbox = Sandbox::new();
    let newest = NEW.replace("# how much is told", "# how much is written");
    let [old, new, newer] = [OLD, NEW, &newest].map(tree);
    let first = sandbox.try_to_make(&merging("ONE-1"), &old, &new).expect("a bundle");
    let second = sandbox.try_to_make(&merging("TWO-2"), &new, &newer).expect("a bundle");
    let target = sandbox.install(&tree(OLD.replace("host = a", "host = mine")));
    let files = [second.path.clone(), first.path.clone()];
    let both = |choices: &EditChoices| {
        let request = ApplyRequest { choices: choices.clone(), ..files.as_slice().into() };
        unwatched(|watch| sandbox.bench().preview(request, &target.path, watch)).expect("a preview")
    };
    let seen = both(&EditChoices::new());
    assert_eq!(
        seen.preview.obstacles.iter().map(spell).collect::<Vec<_>>(),
        [
            "E-CLASH conf/app.conf: isn't the version this patch expects, and can't be merged: several of these patches change it; apply them one after the other"
        ]
    );
    assert!(both(&choose(EditChoice::KeepMine)).preview.obstacles.is_empty());
    // A neighbouring line clashes, whoever changed it; an edit elsewhere goes with both.
    let target = sandbox.install(&tree(OLD.replace("level = 3", "level = 3\nmine = true")));
    target.must_apply(&first);
    target.must_apply(&second);
    target.expect(&tree(newest.replace("level = 3", "level = 3\nmine = true")));
    target.must_roll_back();
    target.must_roll_back();
    target.expect(&tree(OLD.replace("level = 3", "level = 3\nmine = true")));
}

#[test]
fn edits_that_a_patch_left_in_a_file_are_told_as_long_as_it_is_there() {
    let sandbox = Sandbox::new();
    let bundle = bundle(&sandbox, OLD, NEW);
    let target = sandbox.install(&tree(MINE));
    let kept = || target.status().kept_edits.iter().map(ToString::to_string).collect::<Vec<_>>();
    target.must_apply(&bundle);
    assert_eq!((kept(), target.drift()), (vec!["conf/app.conf".to_owned()], Vec::new()));
    target.must_roll_back();
    assert!(kept().is_empty(), "no patch is there that has left anything");
    target.must_undo_the_rollback();
    assert_eq!(kept(), ["conf/app.conf"]);
    target.edit("conf/app.conf", "else\n");
    assert!(kept().is_empty(), "what is not as expected is told as that");
    assert_eq!(target.drift().len(), 1);
    // Nobody edited this one, and in that one the edit is gone.
    let other = sandbox.install(&tree(OLD));
    other.must_apply(&bundle);
    assert!(other.status().kept_edits.is_empty());
    let third = sandbox.install(&tree(CLASHING));
    let _ = apply(&sandbox, &bundle, &third, &choose(EditChoice::TakeTheirs)).expect("applied");
    assert!(third.status().kept_edits.is_empty());
}

#[test]
fn a_folder_with_none_of_the_files_is_not_one_in_which_they_were_deleted() {
    let sandbox = Sandbox::new();
    let of = |text: &str| Tree::new().file("conf/app.conf", text);
    let bundle = sandbox.try_to_make(&merging("TEST-1"), &of(OLD), &of(NEW)).expect("a bundle");
    for folder in [Tree::new(), Tree::new().file("app", "1"), Tree::new().dir("conf")] {
        let target = sandbox.install(&folder);
        let refused = obstacles(target.apply(&bundle));
        assert_eq!(refused.len(), 1, "{refused:?}");
        assert!(refused[0].starts_with("E-MISSING conf/app.conf"), "{refused:?}");
        target.expect(&folder);
    }
}

#[test]
fn what_stays_as_somebody_left_it_is_not_said_to_have_the_changes() {
    let sandbox = Sandbox::new();
    let keeping =
        order("TEST-1", "", "[[make.policy]]\npaths = [\"/conf/*\"]\nlocal_edits = \"keep-local\"\n");
    let of = |text: &str| Tree::new().file("conf/app.conf", text);
    let bundle = sandbox.try_to_make(&keeping, &of(OLD), &of(NEW)).expect("a bundle");
    for (text, said) in [
        (CLASHING, "Nothing to do: the files it would change stay as they are here."),
        (NEW, "Nothing to do: the patch is already in place."),
    ] {
        let target = sandbox.install(&of(text));
        let plan = format!("plan {} {}", bundle.path.display(), target.path.display());
        let seen = Console::new(&sandbox).run(&plan);
        assert!(seen.code == 0 && seen.printed().contains(said), "{seen}");
    }
}

#[cfg(unix)]
#[test]
fn permissions_alone_come_to_an_edited_file_and_the_edit_stays() {
    for policy in ["replace", "merge"] {
        let sandbox = Sandbox::new();
        let text = format!("[[make.policy]]\npaths = [\"/conf/*\"]\nlocal_edits = \"{policy}\"\n");
        let private = |conf: &str| tree(conf).file_with_mode("conf/app.conf", conf, 0o600);
        let bundle =
            sandbox.try_to_make(&order("TEST-1", "", &text), &tree(OLD), &private(OLD)).expect("a bundle");
        let target = sandbox.install(&tree(MINE));
        let seen = preview(&sandbox, &bundle, &target, &EditChoices::new());
        let said = "conf/app.conf: was edited here; it will have both changes, because the patch changes its permissions only";
        assert_eq!(told(&seen.preview.notes), [said], "{policy}");
        target.must_apply(&bundle);
        target.expect(&private(MINE));
        target.must_roll_back();
        target.expect(&tree(MINE));
        // Where nobody edited it, nothing is said.
        let target = sandbox.install(&tree(OLD));
        target.must_apply(&bundle);
        target.expect(&private(OLD));
    }
}
