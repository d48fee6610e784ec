//! Each patch that a folder should have is judged for itself: what speaks against one of them is said of that one.

use std::fs;

use super::{console, ends, has, patch, scene, state};
use crate::support::console::Run;
#[cfg(target_os = "linux")]
use crate::support::read_only::on_a_read_only_disk;
use crate::support::sandbox::Sandbox;

const BOTH: &str = "have = [\"ACME-1\", \"ACME-2\"]";

/// What is said of a patch in the first folder.
fn said(run: &Run, id: &str) -> String {
    let line = |line: &&str| line.trim_start().starts_with(&format!("{id}: "));
    run.out.lines().find(line).unwrap_or_else(|| panic!("nothing is said of {id}: {run}")).trim().to_owned()
}

/// Makes ACME-1 anew, with a program that is in the patch file by itself.
fn with_a_program(sandbox: &Sandbox) {
    let noise = (0u32..40_000).map(|n| char::from((n.wrapping_mul(2_654_435_761) >> 25) as u8));
    sandbox.write("new1/program", &format!("\0{}", noise.collect::<String>()));
    again(sandbox, 1, "");
}

/// Makes a patch of the scene anew.
fn again(sandbox: &Sandbox, number: u32, tables: &str) {
    let file = format!("patches/{number}.patchbundle");
    fs::remove_file(sandbox.path(&file)).expect("ours");
    patch(sandbox, number, &file, tables);
}

/// Turns one bit of the program in a patch file.
fn damage(sandbox: &Sandbox, file: &str) {
    let path = sandbox.path(file);
    let mut bytes = fs::read(&path).expect("a patch file");
    let is_blob =
        |at: &usize| bytes[*at..].starts_with(b"PK\x03\x04") && bytes[at + 30..].starts_with(b"blobs/");
    let at = (0..bytes.len() - 40).find(is_blob).expect("a content");
    bytes[at + 200] ^= 1;
    fs::write(&path, bytes).expect("written");
}

#[test]
fn a_damaged_patch_file_keeps_no_other_patch_out() {
    let sandbox = scene();
    with_a_program(&sandbox);
    let whole = fs::read(sandbox.path("patches/1.patchbundle")).expect("a patch file");
    damage(&sandbox, "patches/1.patchbundle");
    state(&sandbox, &[("a", BOTH), ("b", "have = [\"ACME-1\"]")]);
    let look = ends(&sandbox, "", 4);
    assert_eq!(said(&look, "ACME-2"), "ACME-2: to be applied", "{look}");
    assert!(said(&look, "ACME-1").contains("(E-CONTAINER)"), "{look}");
    ends(&sandbox, "--apply", 4);
    assert_eq!([has(&sandbox, "a"), has(&sandbox, "b")], [[false, true], [false, false]]);
    // The file is mended. Where its number is the lower one by now, that is for people to decide.
    fs::write(sandbox.path("patches/1.patchbundle"), whole).expect("written");
    let mended = ends(&sandbox, "--apply", 4);
    assert!(said(&mended, "ACME-1").contains("(E-DOWNGRADE)"), "{mended}");
    assert_eq!([has(&sandbox, "a"), has(&sandbox, "b")], [[false, true], [true, false]]);
}

#[test]
fn an_edited_file_keeps_only_the_patch_out_that_changes_it() {
    let sandbox = scene();
    sandbox.write("srv/a/two", "mine\n");
    state(&sandbox, &[("?", BOTH)]);
    let look = ends(&sandbox, "", 3);
    assert_eq!(said(&look, "ACME-1"), "ACME-1: to be applied", "{look}");
    assert!(said(&look, "ACME-2").contains("two"), "{look}");
    ends(&sandbox, "--apply", 3);
    assert_eq!(has(&sandbox, "a"), [true, false]);
    assert_eq!(has(&sandbox, "b"), [true, true], "where nothing is edited both come, each in its own change");
    let history = console(&sandbox).done("history $/srv/b --json").json();
    assert_eq!(history["entries"].as_array().map(Vec::len), Some(2), "{history}");
    sandbox.write("srv/a/two", super::OLD);
    ends(&sandbox, "--apply", 0);
    assert_eq!(has(&sandbox, "a"), [true, true]);
}

#[test]
fn a_patch_whose_requirement_cannot_come_does_not_come_either() {
    let sandbox = scene();
    let requires = "[[requires]]\nid = \"ACME-1\"\n";
    again(&sandbox, 2, requires);
    sandbox.write("srv/a/one", "mine\n");
    state(&sandbox, &[("a", BOTH), ("b", BOTH)]);
    let done = ends(&sandbox, "--apply", 3);
    assert!(said(&done, "ACME-2").contains("(E-REQUIRES)"), "{done}");
    assert_eq!(has(&sandbox, "a"), [false, false]);
    assert_eq!(has(&sandbox, "b"), [true, true]);
}

#[test]
fn of_two_wanted_patches_that_exclude_each_other_neither_comes_and_a_third_one_does() {
    let sandbox = scene();
    let conflicts = "[[conflicts]]\nid = \"ACME-1\"\nreason = \"both load the fonts\"\n";
    again(&sandbox, 2, conflicts);
    sandbox.write("old3/one", super::OLD);
    sandbox.write("new3/one", super::OLD);
    sandbox.write("new3/three", super::NEW);
    let text = crate::support::sandbox::order("ACME-3", "", "");
    sandbox.write("order.toml", &text.replace("sequence = 1", "sequence = 3"));
    console(&sandbox)
        .done("make --from $/old3 --to $/new3 --order $/order.toml --output $/patches/3.patchbundle");
    console(&sandbox).done("sign $/patches/3.patchbundle --key $/acme.key --as author");
    state(&sandbox, &[("a", "have = [\"ACME-1\", \"ACME-2\", \"ACME-3\"]")]);
    let done = ends(&sandbox, "--apply", 3);
    for id in ["ACME-1", "ACME-2"] {
        assert!(said(&done, id).contains("(E-CONFLICTS)"), "{done}");
    }
    assert_eq!(has(&sandbox, "a"), [false, false]);
    assert_eq!(sandbox.read("srv/a/three").as_deref(), Some(super::NEW), "{done}");
}

#[cfg(target_os = "linux")]
#[test]
fn on_a_read_only_disk_a_look_tells_what_differs_and_what_is_in_the_way() {
    let sandbox = scene();
    // The program there has the keys of the sandbox as its own.
    let trust = sandbox.read("settings/trust.toml").expect("keys");
    sandbox.write("home/.config/patchwright/trust.toml", &trust);
    state(&sandbox, &[("?", "have = [\"ACME-1\"]")]);
    let look = |flags: &[&str], code: i32| {
        let arguments = [&["reconcile", "state.toml"], flags].concat();
        let seen = on_a_read_only_disk(&sandbox.path(""), "comparing on a read-only disk", &arguments)?;
        let said = String::from_utf8_lossy(&seen.stdout).into_owned();
        assert_eq!(seen.status.code(), Some(code), "{seen:?}");
        Some(said)
    };
    let Some(said) = look(&[], 7) else { return };
    assert_eq!(said.matches("ACME-1: to be applied").count(), 3, "{said}");
    assert_eq!(
        said.matches("the folder: on a read-only disk, so nothing can be changed from here").count(),
        3
    );
    // To change it there is refused.
    let said = look(&["--apply"], 3).expect("it was mounted before");
    assert_eq!(said.matches("ACME-1: this disk is read-only (E-RIGHTS)").count(), 3, "{said}");
    // A conflict is told, whether or not anything could be changed.
    sandbox.write("srv/b/one", "mine\n");
    for flags in [&[][..], &["--apply"]] {
        let said = look(flags, 3).expect("it was mounted before");
        assert!(said.contains("ACME-1: one isn't ") && said.contains("(E-DRIFT)"), "{said}");
    }
    assert_eq!(has(&sandbox, "a"), [false, false]);
    ends(&sandbox, "--apply", 3);
    assert_eq!([has(&sandbox, "a"), has(&sandbox, "b")], [[true, false], [false, false]]);
    // In line is in line, wherever it is.
    sandbox.write("srv/b/one", "old\n");
    ends(&sandbox, "--apply", 0);
    let said = look(&[], 0).expect("it was mounted before");
    assert!(!said.contains("read-only"), "{said}");
}

#[test]
fn a_run_that_is_stopped_on_the_way_says_that_folders_were_changed() {
    let sandbox = scene();
    again(&sandbox, 1, "[[health]]\ncheck = \"text\"\npath = \"two\"\ncontains = \"old\"\nretries = 30\n");
    sandbox.write("srv/b/two", "ill\n");
    state(&sandbox, &[("?", "have = [\"ACME-1\"]")]);
    let none = console(&sandbox).interrupted().run("reconcile $/state.toml --apply");
    assert_eq!(none.code, 130, "{none}");
    assert!(none.err.contains("Nothing was changed."), "{none}");
    let stopped = console(&sandbox).interrupted_once("srv/b/one", "new\n");
    let stopped = stopped.run("reconcile $/state.toml --apply");
    assert_eq!(stopped.code, 7, "{stopped}");
    assert!(stopped.err.contains("Folders were changed before that"), "{stopped}");
    assert!(stopped.err.contains("To continue, run it again."), "{stopped}");
    assert_eq!(["a", "b", "c"].map(|folder| has(&sandbox, folder)[0]), [true, false, false]);
    let json = console(&sandbox).interrupted().run("reconcile $/state.toml --apply --json");
    assert_eq!((json.code, &json.json()["outcome"]), (130, &"interrupted".into()), "{json}");
}

#[cfg(unix)]
#[test]
fn a_folder_that_nobody_may_look_into_keeps_no_other_folder_out() {
    use crate::support::ordinary_user::{as_ordinary_user, give_to_ordinary_user};
    use crate::support::sandbox::skip;
    use crate::support::trees::set_mode;

    let sandbox = scene();
    fs::create_dir(sandbox.path("srv/locked")).expect("ours");
    sandbox.write("srv/a/in/one", "old\n");
    state(&sandbox, &[("*/i?", "have = [\"ACME-1\"]"), ("b", "have = [\"ACME-1\"]")]);
    set_mode(&sandbox.path("srv/locked"), 0);
    give_to_ordinary_user(&sandbox.path(""));
    let run = as_ordinary_user(|| super::run(&sandbox, "--apply"));
    set_mode(&sandbox.path("srv/locked"), 0o755);
    let Some(run) = run else {
        return skip("a folder on the way", "nobody can become an ordinary user here");
    };
    assert!(run.code == 3 && run.printed().contains("srv/locked"), "{run}");
    assert!(run.printed().contains("E-RIGHTS"), "{run}");
    assert!(has(&sandbox, "b")[0] && sandbox.read("srv/a/in/one").as_deref() == Some("new\n"), "{run}");
}

#[test]
fn patterns_that_would_look_at_a_whole_disk_again_and_again_have_an_end() {
    let sandbox = scene();
    for number in 0..300 {
        fs::create_dir_all(sandbox.path(&format!("srv/many/{number}"))).expect("ours");
    }
    let names: Vec<String> = (0..4_000).map(|number| format!("*/*/x{number}")).collect();
    let sections: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), BOTH)).collect();
    state(&sandbox, &sections);
    let refused = ends(&sandbox, "", 3);
    assert!(refused.err.contains("look at more than 1,000,000 names"), "{refused}");
}

/// Makes ACME-1 anew, with a health check that fails everywhere.
fn with_a_check_that_fails(sandbox: &Sandbox) {
    again(sandbox, 1, "[[health]]\ncheck = \"text\"\npath = \"two\"\ncontains = \"well\"\n");
}

#[test]
fn a_failed_health_check_takes_only_its_own_patch_back_and_is_named() {
    let sandbox = scene();
    with_a_check_that_fails(&sandbox);
    state(&sandbox, &[("a", BOTH)]);
    let done = ends(&sandbox, "--apply", 5);
    assert!(
        said(&done, "ACME-1").contains("rolled back, because a health check failed: \"two\" doesn't"),
        "{done}"
    );
    assert!(said(&done, "ACME-1").ends_with("(E-HEALTH)"), "{done}");
    assert_eq!(said(&done, "ACME-2"), "ACME-2: applied", "{done}");
    assert_eq!(has(&sandbox, "a"), [false, true]);
    let next = ends(&sandbox, "--apply --verbose", 7);
    assert!(said(&next, "ACME-1").contains("because it failed, so it isn't tried again"), "{next}");
    assert_eq!(said(&next, "ACME-2"), "ACME-2: as expected", "{next}");
}

#[test]
fn twin_a_patch_that_needs_the_one_that_failed_stays_out_and_says_so() {
    let sandbox = scene();
    with_a_check_that_fails(&sandbox);
    again(&sandbox, 2, "[[requires]]\nid = \"ACME-1\"\n");
    state(&sandbox, &[("a", BOTH)]);
    let json = ends(&sandbox, "--apply --json", 5).json();
    let expected = &json["folders"][0]["expectations"];
    assert_eq!((&expected[0]["standing"], &expected[0]["code"]), (&"failed".into(), &"E-HEALTH".into()));
    assert_eq!((&expected[1]["standing"], &expected[1]["code"]), (&"blocked".into(), &"E-REQUIRES".into()));
    assert_eq!(has(&sandbox, "a"), [false, false]);
}
