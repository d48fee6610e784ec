//! What a patch names as different and does not bring: told before anything is changed, and left out only on request.

use super::{contents, scene};
use crate::support::console::Console;

const GOOD: &str = "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-x\n+y\n";

/// Each program's words for it, and the file it is about.
fn remarks() -> Vec<(String, &'static str)> {
    let rule = "=".repeat(67);
    vec![
        (format!("{GOOD}Binary files a/logo.png and b/logo.png differ\n"), "logo.png"),
        (
            format!(
                "Binary files old/logo.png and new/logo.png differ\n{}",
                GOOD.replace("a/f", "old/f").replace("b/f", "new/f")
            ),
            "logo.png",
        ),
        (
            format!(
                "diff --git a/logo.png b/logo.png\nindex 563872c..3d12770 100644\nBinary files a/logo.png and b/logo.png differ\ndiff --git a/f b/f\n{GOOD}"
            ),
            "logo.png",
        ),
        (
            format!(
                "Index: logo.png\n{rule}\nCannot display: file marked as a binary type.\nsvn:mime-type = image/png\n{GOOD}"
            ),
            "logo.png",
        ),
        (format!("diff -r 111111111111 logo.png\nBinary file logo.png has changed\n{GOOD}"), "logo.png"),
        (format!("{GOOD}Symbolic links a/l and b/l differ\n"), "l"),
        (format!("{GOOD}File a/d is a directory while file b/d is a regular file\n"), "d"),
        (format!("{GOOD}Only in b/docs: new.txt\n"), "docs/new.txt"),
        (format!("{GOOD}Nur in b/docs: neu.txt.\n"), "Nur in b/docs: neu.txt."),
        (
            format!("{GOOD}Binärdateien a/logo.png und b/logo.png sind verschieden.\n"),
            "Binärdateien a/logo.png und b/logo.png sind verschieden.",
        ),
        (format!("{GOOD}Submodule libs/ext aaaaaaa..bbbbbbb:\n  > change\n"), "libs/ext"),
        (
            format!(
                "diff --git a/libs/ext b/libs/ext\nindex aaaaaaa..bbbbbbb 160000\n--- a/libs/ext\n+++ b/libs/ext\n@@ -1 +1 @@\n-Subproject commit aaaaaaa\n+Subproject commit bbbbbbb\ndiff --git a/f b/f\n{GOOD}"
            ),
            "libs/ext",
        ),
        (
            format!(
                "{GOOD}\nProperty changes on: run.sh\n{}\nAdded: svn:executable\n## -0,0 +1 ##\n+*\n\\ No newline at end of property\n",
                "_".repeat(67)
            ),
            "run.sh",
        ),
    ]
}

#[test]
fn what_a_patch_does_not_carry_stops_it_until_somebody_agrees() {
    for (patch, name) in remarks() {
        let sandbox = scene(&[("f", "x\n"), ("logo.png", "\0\u{1}"), ("run.sh", "r\n")], &patch);
        let before = contents(&sandbox.path("app"));
        let console = Console::new(&sandbox);

        let run = console.run("show $/fix.patch");
        assert!(run.code == 0 && run.out.contains("Not contained in this patch"), "{patch}\n{run}");
        let run = console.run("plan $/fix.patch $/app");
        assert!(
            run.code == 3 && (run.out.clone() + &run.err).contains(&format!("  {name}")),
            "{patch}\n{run}"
        );
        let run = console.run("apply $/fix.patch $/app --allow-unsigned --yes");
        assert!(run.code == 3 && run.err.contains("--without-uncarried"), "{patch}\n{run}");
        assert_eq!(contents(&sandbox.path("app")), before, "{patch}");

        let run = console.run("apply $/fix.patch $/app --allow-unsigned --yes --without-uncarried");
        assert!(run.code == 0 && run.out.contains(name), "the result says what is skipped: {patch}\n{run}");
        assert_eq!(sandbox.read("app/f").as_deref(), Some("y\n"), "{patch}");
        let run = console.run("history $/app --verbose");
        let told = run.in_one_line();
        assert!(told.contains("--without-uncarried") && told.contains(name), "{patch}\n{run}");
    }
}

#[test]
fn what_only_subversion_uses_and_what_a_letter_says_stops_nothing() {
    let rule = "_".repeat(67);
    let properties =
        format!("{GOOD}\nProperty changes on: f\n{rule}\nAdded: svn:eol-style\n## -0,0 +1 ##\n+native\n");
    let letter = format!(
        "From: Ada <ada@acme.example>\nSubject: [PATCH] x\n\nOnly in debug: it crashed.\nBinary files a and b differ\n---\n{GOOD}"
    );
    for (patch, told) in [(properties, "svn:eol-style"), (letter, "")] {
        let sandbox = scene(&[("f", "x\n")], &patch);
        let run = Console::new(&sandbox).run("apply $/fix.patch $/app --allow-unsigned --yes");
        assert!(run.code == 0 && run.out.contains(told), "{patch}\n{run}");
        assert_eq!(sandbox.read("app/f").as_deref(), Some("y\n"), "{patch}");
    }
}

#[test]
fn show_names_every_file_of_a_patch_that_cannot_be_applied() {
    let patch = format!(
        "diff --git a/../out b/../out\nnew file mode 100644\n--- /dev/null\n+++ b/../out\n@@ -0,0 +1 @@\n+x\n{GOOD}--- a/g\n+++ b/g\n@@ -1 +1,2 @@\n-a\n+b\n--- a/h\n+++ b/h\n@@ -1 +1 @@\n-a\n+b\n"
    );
    let sandbox = scene(&[("f", "x\n")], &patch);
    let console = Console::new(&sandbox);
    let run = console.run("show $/fix.patch");
    assert_eq!(run.code, 0, "{run}");
    for name in
        ["b/../out", "b/f", "b/g", "b/h", "leads out of the folder", "longer than its first line says"]
    {
        assert!(run.out.contains(name), "{name}: {run}");
    }
    let run = console.run("apply $/fix.patch $/app --allow-unsigned --yes");
    assert_eq!((run.code, sandbox.read("app/f").as_deref()), (4, Some("x\n")), "{run}");
}

#[test]
fn names_that_hide_something_are_spelled_out_wherever_show_tells_what_cannot_be() {
    let odd = r"\001\342\200\256y";
    let patch = format!(
        "diff --git \"a/f{odd}\" \"b/f{odd}\"\nnew file mode 100644\n--- /dev/null\n+++ \"b/f{odd}\"\n@@ -0,0 +1 @@\n+x\n\
         diff --git \"a/g{odd}\" \"b/g{odd}\"\nindex 1234567..89abcde 100644\nBinary files \"a/g{odd}\" and \"b/g{odd}\" differ\n\
         diff --git \"a/h{odd}\" \"b/h{odd}\"\nnew file mode 160000\nindex 0000000..89abcde\n--- /dev/null\n+++ \"b/h{odd}\"\n@@ -0,0 +1 @@\n+Subproject commit 89abcde\n"
    );
    let sandbox = scene(&[("f", "x\n")], &patch);
    // The console of the tests stops where anything was not escaped.
    let console = Console::new(&sandbox);
    let run = console.run("show $/fix.patch");
    assert_eq!(run.code, 0, "{run}");
    for name in ["f", "g", "h"] {
        assert!(run.out.contains(&format!(r"{name}\u{{1}}\u{{202e}}y: ")), "{name}: {run}");
    }
    for command in ["plan $/fix.patch $/app", "apply $/fix.patch $/app --allow-unsigned --yes"] {
        let run = console.run(command);
        assert!([3, 4].contains(&run.code), "{run}");
        assert!(!run.printed().contains(['\u{1}', '\u{202e}']), "{run}");
    }
}
