//! With what a patch was made from, edits made since are merged, and a twin is not taken for the place that is gone.

use super::{apply_with, contents, reasons, roll_back, scene};
use crate::support::console::Console;
use crate::support::sandbox::Sandbox;
use patchwright::workbench::TextOptions;

/// Two blocks that look the same; the patch is for the second.
const BASE: &str = "a\nopen\nsize = 1\nclose\nb\nc\nd\ne\nf\ng\nh\ni\nj\nopen\nsize = 1\nclose\nk\nlast\n";
const PATCH: &str = "--- a/x\n+++ b/x\n@@ -14,3 +14,3 @@\n open\n-size = 1\n+size = 2\n close\n";

fn with_base(sandbox: &Sandbox) -> TextOptions {
    TextOptions { base: Some(sandbox.path("base")), ..TextOptions::default() }
}

#[test]
fn a_twin_is_not_taken_for_the_block_that_somebody_removed() {
    let edited = BASE.replace("j\nopen\nsize = 1\nclose\nk\n", "j\nk\n");
    let sandbox = scene(&[("x", &edited)], PATCH);
    sandbox.write("base/x", BASE);
    let before = contents(&sandbox.path("app"));
    let refused = reasons(apply_with(&sandbox, with_base(&sandbox), &sandbox.path("fix.patch")));
    assert!(
        refused.len() == 1 && refused[0].contains("its original position was edited since"),
        "{refused:?}"
    );
    assert_eq!(contents(&sandbox.path("app")), before);
    // Without the base nothing tells: the one place that is left fits.
    assert_eq!(reasons(apply_with(&sandbox, TextOptions::default(), &sandbox.path("fix.patch"))), [""; 0]);
}

#[test]
fn lines_that_were_edited_beside_the_change_are_merged() {
    // The first line around the change is part of what the hunk wants to see, and was edited.
    let patch =
        "--- a/x\n+++ b/x\n@@ -12,7 +12,7 @@\n i\n j\n open\n-size = 1\n+size = 2\n close\n k\n last\n";
    let sandbox = scene(&[("x", &BASE.replace("\ni\n", "\nI was here\n"))], patch);
    sandbox.write("base/x", BASE);
    let before = contents(&sandbox.path("app"));
    assert_eq!(reasons(apply_with(&sandbox, TextOptions::default(), &sandbox.path("fix.patch"))).len(), 1);
    let console = Console::new(&sandbox);
    let run = console.run("plan $/fix.patch $/app --base $/base");
    assert!(run.code == 0 && run.out.contains("x: 1 merged"), "{run}");
    let run = console.run("apply $/fix.patch $/app --base $/base --allow-unsigned --yes");
    assert_eq!(run.code, 0, "{run}");
    let expected = BASE.replace("\ni\n", "\nI was here\n").replace("1\nclose\nk", "2\nclose\nk");
    assert_eq!(sandbox.read("app/x"), Some(expected));
    let run = console.run("history $/app --verbose");
    assert!(run.out.contains("merged with edits"), "{run}");
    let _ = roll_back(&sandbox);
    assert_eq!(contents(&sandbox.path("app")), before);
}

#[test]
fn what_does_not_prove_to_be_the_base_is_no_base() {
    let sandbox = scene(&[("x", &BASE.replace("\ni\n", "\nI was here\n"))], PATCH);
    sandbox.write("base/x", "something else\n");
    let applied = apply_with(&sandbox, with_base(&sandbox), &sandbox.path("fix.patch"));
    assert_eq!(reasons(applied), [""; 0], "the hunk fits where it says, whatever the base is");
}
