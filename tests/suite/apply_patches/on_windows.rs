//! What only Windows has, or does in its own way: long paths, junctions, streams, programs that cannot be replaced while
//! they run, names whose case does not count.
#![cfg(windows)]

use std::fs::{self, OpenOptions};
use std::os::windows::fs::OpenOptionsExt;
use std::path::Path;
use std::process::Command;

use patchwright::plan::OnDrift;
use patchwright::workbench::Which;

use crate::support::sandbox::{Sandbox, obstacles, skip};
use crate::support::trees::Tree;

/// As Windows holds a program that runs: others may read it, and not write it.
const AS_A_PROGRAM: u32 = 1 | 4;

fn junction(at: &Path, to: &Path) -> bool {
    let answer = Command::new("cmd").args(["/c", "mklink", "/J"]).arg(at).arg(to).output();
    answer.is_ok() && fs::symlink_metadata(at).is_ok_and(|seen| seen.is_symlink())
}

#[test]
fn a_path_of_more_than_260_characters_goes_there_and_back() {
    let folder = vec!["x".repeat(60); 6].join("/");
    let old = Tree::new().file(&format!("{folder}/app.dll"), "old").file("kept", "kept");
    let new = old.clone().file(&format!("{folder}/app.dll"), "new").file(&format!("{folder}/added"), "added");
    Sandbox::new().round(&old, &new);
}

#[test]
fn a_junction_on_the_way_is_not_followed() {
    let sandbox = Sandbox::new();
    let there = Tree::new().file("a.dll", "old");
    let bundle = sandbox.make(&Tree::new().file("lib/a.dll", "old"), &Tree::new().file("lib/a.dll", "new"));
    let elsewhere = sandbox.lay_out(&there);
    let target = sandbox.install(&Tree::new());
    if !junction(&target.path.join("lib"), &elsewhere) {
        return skip("a_junction_on_the_way_is_not_followed", "no junction can be made here");
    }
    let lines = obstacles(target.apply(&bundle));
    assert!(lines.iter().any(|line| line.contains("is a link, where a folder is expected")), "{lines:?}");
    there.assert_is(&elsewhere, "what the junction leads to");
    assert!(!target.has_state());
}

#[test]
fn a_stream_beside_the_content_of_a_file_stays_with_the_original() {
    const THIS: &str = "a_stream_beside_the_content_of_a_file_stays_with_the_original";
    let (sandbox, old, new) =
        (Sandbox::new(), Tree::new().file("app.dll", "old"), Tree::new().file("app.dll", "new"));
    let bundle = sandbox.make(&old, &new);
    let target = sandbox.install(&old);
    let stream = target.path.join("app.dll:notes");
    let is_written = fs::write(&stream, "of this site").is_ok();
    if !is_written || fs::read_dir(&target.path).expect("a folder").count() != 1 {
        return skip(THIS, "this disk keeps no streams");
    }
    target.must_apply(&bundle);
    target.expect(&new);
    assert!(fs::read(&stream).is_err(), "it is of the original, and not of what the patch brings");
    target.must_roll_back();
    target.expect(&old);
    assert_eq!(fs::read_to_string(&stream).expect("it is back"), "of this site");
}

#[test]
fn a_program_that_runs_is_named_and_replaced_once_it_has_ended() {
    let (sandbox, old, new) =
        (Sandbox::new(), Tree::new().file("app.exe", "old"), Tree::new().file("app.exe", "new"));
    let bundle = sandbox.make(&old, &new);
    let target = sandbox.install(&old);
    let run = || {
        let program =
            OpenOptions::new().read(true).share_mode(AS_A_PROGRAM).open(target.path.join("app.exe"));
        program.expect("nobody else holds it")
    };
    let named = |lines: &[String]| {
        let all = lines.iter().all(|line| line.starts_with("E-IN-USE app.exe: it is held open by "));
        assert!(all && !lines.is_empty(), "{lines:?}");
    };
    let running = run();
    named(&obstacles(target.apply(&bundle)));
    target.expect(&old);
    assert!(!target.has_state());
    drop(running);
    target.must_apply(&bundle);
    let running = run();
    named(&obstacles(target.roll_back(Which::Last, OnDrift::Stop)));
    target.expect(&new);
    drop(running);
    target.must_roll_back();
    target.expect(&old);
}

#[test]
fn a_file_whose_name_is_spelled_in_another_case_is_the_one_that_is_meant() {
    let (sandbox, old, new) =
        (Sandbox::new(), Tree::new().file("Read.me", "old"), Tree::new().file("Read.me", "new"));
    let bundle = sandbox.make(&old, &new);
    let target = sandbox.install(&Tree::new().file("READ.ME", "old"));
    let told = target.must_apply(&bundle);
    let spelling = "Read.me: is spelled READ.ME here; the patch's spelling stays, also after a rollback";
    assert!(told.iter().any(|note| note == spelling), "{told:?}");
    target.expect(&new);
    target.must_roll_back();
    target.expect(&old);
    assert!(target.drift().is_empty());
    // Where it is spelled as in the patch, there is nothing to tell.
    let told = sandbox.install(&old).must_apply(&bundle);
    assert!(told.iter().all(|note| !note.contains("is spelled")), "{told:?}");
}
