//! What other tools get wrong: half a patch, a patch twice, a patch in the wrong place.

use std::process::Command;

use patchwright::model::Code;
use patchwright::workbench::{Action, ApplyOptions, Error, Override, Overrides};

use crate::support::sandbox::{Sandbox, UNSIGNED, obstacles, order, skip};
use crate::support::tools::is_here;
use crate::support::trees::{Tree, links_work, noise};

fn old() -> Tree {
    Tree::new()
        .file("src/one.c", "int one;\n")
        .file("src/two.c", "int two;\n")
        .file("src/three.c", "int three;\n")
}

fn new() -> Tree {
    old().file("src/one.c", "int eins;\n").file("src/two.c", "int zwei;\n").file("src/three.c", "int drei;\n")
}

#[test]
fn a_folder_inside_a_git_repository_is_a_folder_like_any_other() {
    if !is_here("git", "a_folder_inside_a_git_repository_is_a_folder_like_any_other") {
        return;
    }
    let sandbox = Sandbox::new();
    let repository = sandbox.lay_out(&old());
    let git = |arguments: &[&str]| {
        let git = Command::new("git").arg("-C").arg(&repository).args(arguments).output();
        git.is_ok_and(|output| output.status.success())
    };
    assert!(git(&["init", "--quiet"]));
    let inside = |tree: &Tree| {
        let files = tree.iter().filter_map(|(path, thing)| Some((path.strip_prefix("src/")?, thing)));
        files.fold(Tree::new(), |tree, (path, thing)| tree.with(path, thing.clone()))
    };
    let bundle = sandbox.make(&inside(&old()), &inside(&new()));
    let target = sandbox.target(repository.join("src"));
    target.must_apply(&bundle);
    target.expect(&inside(&new()));
    target.must_roll_back();
    target.expect(&inside(&old()));
}

#[test]
fn when_the_second_file_of_three_does_not_match_nothing_changes() {
    let sandbox = Sandbox::new();
    let bundle = sandbox.make(&old(), &new());
    let found = old().file("src/three.c", "int edited;\n");
    let target = sandbox.install(&found);
    assert_eq!(
        obstacles(target.apply(&bundle)),
        ["E-DRIFT src/three.c: isn't the version this patch expects"]
    );
    target.expect(&found);
    assert!(!target.has_state());
}

#[test]
fn a_fix_that_is_in_a_file_already_is_not_put_in_again() {
    let sandbox = Sandbox::new();
    let bundle = sandbox.make(&old(), &new());
    let found = old().file("src/two.c", "int zwei;\n");
    let target = sandbox.install(&found);
    assert_eq!(target.must_apply(&bundle), ["1 of 3 files already have this patch's changes"]);
    target.expect(&new());
    assert_eq!(target.history()[0].steps.len(), 2);
    target.must_roll_back();
    target.expect(&found);
}

#[test]
fn a_patch_that_is_in_already_is_nothing_to_do() {
    let sandbox = Sandbox::new();
    let bundle = sandbox.make(&old(), &new());
    let target = sandbox.install(&new());
    let applied = target.apply(&bundle).expect("there is nothing to do");
    assert!(applied.entry.is_none());
    assert!(!target.has_state(), "a folder in which nothing was done is left without a trace");

    let target = sandbox.install(&old());
    target.must_apply(&bundle);
    let again = target.apply(&bundle).expect("there is nothing to do");
    assert!(again.entry.is_none());
    assert_eq!(target.story(), [Action::Apply]);
    target.expect(&new());
}

#[test]
fn a_moved_file_whose_new_place_is_taken_already_moves_nothing() {
    let sandbox = Sandbox::new();
    let (old, new) = (Tree::new().file("a", noise(1, 5_000)), Tree::new().file("b", noise(1, 5_000)));
    let bundle = sandbox.make(&old, &new);
    let target = sandbox.install(&old.clone().file("b", "somebody's"));
    assert_eq!(
        obstacles(target.apply(&bundle)),
        ["E-OCCUPIED b: already exists as a file, and isn't the one that the patch adds"]
    );
    target.expect(&old.file("b", "somebody's"));
}

#[test]
fn a_move_that_is_half_done_is_finished() {
    let sandbox = Sandbox::new();
    let content = noise(1, 5_000);
    let (old, new) =
        (Tree::new().file("a", &content).file("f", "1"), Tree::new().file("b", &content).file("f", "2"));
    let bundle = sandbox.make(&old, &new);
    // Somebody copied the file by hand and left the old one.
    let both = old.clone().file("b", &content);
    let target = sandbox.install(&both);
    target.must_apply(&bundle);
    target.expect(&new);
    target.must_roll_back();
    target.expect(&both);
}

#[test]
fn a_copy_without_its_source_is_an_obstacle_with_a_name() {
    let sandbox = Sandbox::new();
    let content = noise(1, 5_000);
    let (old, new) =
        (Tree::new().file("a", &content).file("f", "1"), Tree::new().file("b", &content).file("f", "1"));
    let bundle = sandbox.make(&old, &new);
    let target = sandbox.install(&Tree::new().file("f", "1"));
    let lines = obstacles(target.apply(&bundle));
    assert_eq!(
        lines,
        ["E-MISSING a: from which b is built, isn't the expected file"],
        "the old place is as the patch leaves it, and still its content is missed"
    );
}

#[test]
fn what_somebody_put_into_a_folder_that_goes_stays_with_its_folder() {
    let sandbox = Sandbox::new();
    let old = Tree::new().file("plugins/old/code", "x").file("plugins/old/deep/more", "y").file("f", "1");
    let new = Tree::new().file("f", "2");
    let bundle = sandbox.make(&old, &new);
    let target = sandbox.install(&old.clone().file("plugins/old/settings", "mine"));
    let notes = target.must_apply(&bundle);
    assert!(
        notes
            .iter()
            .any(|note| note == "plugins/old: is kept, because \"settings\" in it isn't part of the patch"),
        "{notes:?}"
    );
    target.expect(&new.file("plugins/old/settings", "mine"));
    assert!(target.drift().is_empty(), "what the plan said is no drift: {:?}", target.drift());
    target.must_roll_back();
    target.expect(&old.file("plugins/old/settings", "mine"));
}

#[test]
fn a_folder_in_use_does_not_become_a_file() {
    let sandbox = Sandbox::new();
    let (old, new) = (Tree::new().file("x/code", "1"), Tree::new().file("x", "a file now"));
    let bundle = sandbox.make(&old, &new);
    let found = old.file("x/mine", "2");
    let target = sandbox.install(&found);
    assert_eq!(
        obstacles(target.apply(&bundle)),
        ["E-OCCUPIED x: becomes a file, but contains \"mine\", which isn't part of the patch"]
    );
    target.expect(&found);
}

#[test]
fn a_link_that_leads_out_is_neither_followed_nor_lost() {
    if !links_work() {
        return skip(
            "a_link_that_leads_out_is_neither_followed_nor_lost",
            "this system keeps no symbolic links",
        );
    }
    let sandbox = Sandbox::new();
    let outside = sandbox.lay_out(&Tree::new().file("secret", "untouched"));
    let outside_name = outside.to_str().expect("our own name");
    let old = Tree::new().file("conf/app", "1").link("data", outside_name);
    let bundle = sandbox.make(&old, &Tree::new().file("conf/app", "2"));
    let target = sandbox.install(&old);
    target.must_apply(&bundle);
    target.expect(&Tree::new().file("conf/app", "2"));
    target.must_roll_back();
    target.expect(&old);

    // The same patch where a folder on the way is a link that leads out.
    let bundle = sandbox
        .make(&Tree::new().file("data/secret", "untouched"), &Tree::new().file("data/secret", "patched"));
    let lines = obstacles(sandbox.install(&Tree::new().link("data", outside_name)).apply(&bundle));
    assert!(
        lines.iter().all(|line| line.starts_with("E-FS data") || line.starts_with("E-MISSING data")),
        "{lines:?}"
    );
    Tree::new().file("secret", "untouched").assert_is(&outside, "what the link points to");
}

#[test]
fn a_target_that_is_a_link_itself_is_refused() {
    if !links_work() {
        return skip("a_target_that_is_a_link_itself_is_refused", "this system keeps no symbolic links");
    }
    let sandbox = Sandbox::new();
    let bundle = sandbox.make(&old(), &new());
    let real = sandbox.lay_out(&old());
    let links = sandbox.lay_out(&Tree::new().link("product", real.to_str().expect("our own name")));
    let error = sandbox.target(links.join("product")).apply(&bundle).expect_err("it is a link");
    assert!(matches!(error, Error::Folder { .. }), "{error:?}");
    assert_eq!(error.code(), Code::FileSystem);
    old().assert_is(&real, "what the link points to");
}

#[test]
fn a_patch_for_another_product_version_system_or_time_is_refused_for_all_these_reasons() {
    let sandbox = Sandbox::new();
    let keys = "platforms = [\"linux/alpha\"]\nexpires = 2026-03-05T00:00:00Z";
    let tables = r#"
[[preflight]]
check = "file"
path = "maintenance.lock"
present = false
"#;
    let order = order("TEST-1", keys, tables).replace(
        "versions = [\"1\"]",
        "versions = [\"1\"]\n[[product.detect]]\nkind = \"exists\"\npath = \"product.id\"\n[[product.detect]]\nkind = \"version\"\npath = \"VERSION\"\nafter = \"v\"",
    );
    let bundle = sandbox.try_to_make(&order, &old(), &new()).expect("a bundle");
    let target = sandbox.install(&old().file("VERSION", "v3\n").file("maintenance.lock", ""));
    let lines = obstacles(target.apply(&bundle));
    let codes: Vec<&str> = lines.iter().filter_map(|line| line.split([' ', ':']).next()).collect();
    assert_eq!(codes, ["E-PRODUCT", "E-VERSION", "E-PLATFORM", "E-PREFLIGHT"], "{lines:#?}");
}

#[test]
fn patches_follow_each_other_and_go_back_the_same_way() {
    let sandbox = Sandbox::in_memory();
    let state = |n: usize| {
        let files = (0..5).fold(Tree::new().file("common", format!("state {n}")), |tree, k| {
            tree.file(&format!("dir{}/{k}", (n + k) % 3), noise((n / 2 + k) as u64, 3_000))
        });
        if n.is_multiple_of(2) { files.dir("even") } else { files.file("odd", "odd") }
    };
    const PATCHES: usize = 12;
    let bundles: Vec<_> =
        (0..PATCHES).map(|n| sandbox.make_named(&format!("TEST-{n}"), &state(n), &state(n + 1))).collect();
    let target = sandbox.install(&state(0));
    for (n, bundle) in bundles.iter().enumerate() {
        // Some of them take out again what the one before them brought.
        let options =
            ApplyOptions { overrides: Overrides::UNSIGNED.with(Override::Undo, "a test"), ..UNSIGNED };
        let applied = target.apply_with(bundle, options).expect("applied");
        assert_eq!(applied.untidy, None, "nothing is left lying around");
        target.expect(&state(n + 1));
        assert!(target.drift().is_empty());
    }
    assert_eq!(target.installed().len(), PATCHES);
    for n in (0..PATCHES).rev() {
        target.must_roll_back();
        target.expect(&state(n));
        assert!(target.drift().is_empty(), "{:?}", target.drift());
    }
    assert_eq!(target.history().len(), 2 * PATCHES);
}

#[cfg(windows)]
#[test]
fn a_file_that_a_program_holds_is_named_and_can_be_tried_again() {
    use std::os::windows::fs::OpenOptionsExt;
    let sandbox = Sandbox::new();
    let bundle = sandbox.make(&old(), &new());
    let target = sandbox.install(&old());
    let held = std::fs::OpenOptions::new().read(true).share_mode(0).open(target.path.join("src/two.c"));
    let lines = obstacles(target.apply(&bundle));
    assert!(
        !lines.is_empty() && lines.iter().all(|line| line.starts_with("E-IN-USE src/two.c")),
        "{lines:?}"
    );
    drop(held);
    target.must_apply(&bundle);
    target.expect(&new());
}

#[cfg(not(windows))]
#[test]
fn a_file_that_a_program_holds_is_named_and_can_be_tried_again() {
    skip(
        "a_file_that_a_program_holds_is_named_and_can_be_tried_again",
        "only Windows lets programs hold files",
    );
}
