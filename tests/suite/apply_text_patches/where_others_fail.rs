//! The cases in which Git or GNU patch do the wrong thing.

use super::{apply, contents, reasons, roll_back, scene};

const SWAP: &str = "--- a/x\n+++ b/x\n@@ -2,3 +2,3 @@\n b\n-c\n+C\n d\n";

#[test]
fn in_a_subdirectory_of_a_repository_it_applies() {
    let patch = "diff --git a/sub/app/x b/sub/app/x\nindex 1111111..2222222 100644\n--- a/sub/app/x\n+++ b/sub/app/x\n@@ -1 +1 @@\n-a\n+b\n";
    let sandbox = scene(&[("x", "a\n")], patch);
    assert_eq!(reasons(apply(&sandbox)), [""; 0]);
    assert_eq!(sandbox.read("app/x").as_deref(), Some("b\n"));
    // Where the folder is called otherwise, the file may be missing: somebody says which is meant.
    let sandbox = scene(&[("x", "a\n")], &patch.replace("sub/app", "sub/dir"));
    assert_eq!(
        reasons(apply(&sandbox)),
        [
            "E-MISSING -: it isn't certain which file here the patch is for: sub/dir/x, which is missing, with -p 1, x with -p 3"
        ]
    );
}

#[test]
fn a_twin_far_away_is_not_taken_for_the_place() {
    // Two twins are left: nothing tells which is meant.
    let sandbox = scene(&[("x", "1\n2\n3\nb\nc\nd\n4\nb\nc\nd\n")], SWAP);
    let before = contents(&sandbox.path("app"));
    assert_eq!(
        reasons(apply(&sandbox)),
        ["E-DRIFT x: hunk 1 of 1 (line 3 of the patch) is ambiguous: it, or its result, fits at lines 4, 8"]
    );
    assert_eq!(contents(&sandbox.path("app")), before);
    // The right block was mended already, and only its twin looks as the patch expects.
    let sandbox = scene(&[("x", "a\nb\nC\nd\n4\nb\nc\nd\n")], SWAP);
    assert!(apply(&sandbox).is_ok_and(|applied| applied.entry.is_none()), "there is nothing to do");
    assert_eq!(sandbox.read("app/x").as_deref(), Some("a\nb\nC\nd\n4\nb\nc\nd\n"));
}

#[test]
fn a_fix_that_is_there_stays_there() {
    let sandbox = scene(&[("x", "a\nb\nC\nd\n")], SWAP);
    let applied = apply(&sandbox).expect("nothing to do");
    assert!(applied.entry.is_none());
    assert_eq!(sandbox.read("app/x").as_deref(), Some("a\nb\nC\nd\n"));
    assert!(!sandbox.path("app/.patchwright").exists(), "and no trace is left");
}

#[test]
fn two_diffs_of_one_file_do_what_the_plan_says() {
    let patch = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-1\n+2\n--- a/x\n+++ b/x\n@@ -1 +1,2 @@\n-2\n+3\n+4\n";
    let sandbox = scene(&[("x", "1\n")], patch);
    assert_eq!(reasons(apply(&sandbox)), [""; 0]);
    assert_eq!(sandbox.read("app/x").as_deref(), Some("3\n4\n"));
    let _ = roll_back(&sandbox);
    assert_eq!(sandbox.read("app/x").as_deref(), Some("1\n"));
}

#[test]
fn a_file_with_windows_line_ends_keeps_them() {
    let sandbox = scene(&[("x", "a\r\nb\r\nc\r\nd\r\n")], SWAP);
    assert_eq!(reasons(apply(&sandbox)), [""; 0]);
    assert_eq!(sandbox.read("app/x").as_deref(), Some("a\r\nb\r\nC\r\nd\r\n"));
}

#[test]
fn a_later_file_that_does_not_fit_leaves_everything_as_it_was_and_all_of_it_is_told() {
    let one = |name: &str| format!("--- a/{name}\n+++ b/{name}\n@@ -1 +1 @@\n-a\n+b\n");
    let patch = one("x") + &one("y") + &one("z") + &one("gone");
    let sandbox = scene(&[("x", "a\n"), ("y", "other\n"), ("z", "another\n")], &patch);
    let before = contents(&sandbox.path("app"));
    let reasons = reasons(apply(&sandbox));
    assert_eq!(reasons.len(), 3, "{reasons:?}");
    for (reason, begin) in
        reasons.iter().zip(["E-DRIFT y: hunk 1 of 1", "E-DRIFT z: hunk 1", "E-MISSING gone: is missing"])
    {
        assert!(reason.starts_with(begin), "{reason}");
    }
    assert_eq!(contents(&sandbox.path("app")), before, "no .rej, no .orig, no change");
    assert!(!sandbox.path("app/.patchwright").exists());
}
