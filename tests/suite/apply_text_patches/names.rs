//! Names in headers: of files that are called alike, the one is changed that the patch was made for, or none.

use std::fs;
use std::process::{Command, Stdio};

use super::{apply, contents, reasons, scene};
use crate::support::console::Console;
use crate::support::sandbox::Sandbox;
use crate::support::tools::is_here;

/// The same lines at three depths.
const TWINS: &[(&str, &str)] = &[
    ("package.json", "{\n  \"name\": \"x\",\n  \"version\": \"1.0\"\n}\n"),
    ("src/package.json", "{\n  \"name\": \"x\",\n  \"version\": \"1.0\"\n}\n"),
    ("src/src/package.json", "{\n  \"name\": \"x\",\n  \"version\": \"1.0\"\n}\n"),
];

fn lay_out(sandbox: &Sandbox, folder: &str, changed: Option<&str>) {
    for (path, content) in TWINS {
        let content =
            if Some(*path) == changed { content.replace("1.0", "1.1") } else { (*content).to_owned() };
        sandbox.write(&format!("{folder}/{path}"), &content);
    }
}

/// What a program prints that was started in the folder of the sandbox.
fn printed(sandbox: &Sandbox, folder: &str, command: &[&str]) -> Vec<u8> {
    let mut program = Command::new(command[0]);
    program.args(&command[1..]).current_dir(sandbox.path(folder)).stdin(Stdio::null());
    for (key, value) in [("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1"), ("LC_ALL", "C")] {
        program.env(key, value);
    }
    program.output().expect("it runs").stdout
}

#[test]
fn whichever_program_wrote_it_the_right_twin_is_changed_or_the_choice_is_shown() {
    const STORY: &str = "whichever_program_wrote_it_the_right_twin_is_changed_or_the_choice_is_shown";
    if !(is_here("git", STORY) && is_here("diff", STORY)) {
        return;
    }
    for (changed, _) in TWINS {
        let made = Sandbox::in_memory();
        lay_out(&made, "old", None);
        lay_out(&made, "new", Some(changed));
        lay_out(&made, "git", None);
        for step in [&["git", "init", "-q"][..], &["git", "add", "-A"]] {
            printed(&made, "git", step);
        }
        lay_out(&made, "git", Some(changed));
        for (folder, command, is_certain) in [
            ("git", &["git", "diff"][..], true),
            ("git", &["git", "-c", "diff.mnemonicPrefix=true", "diff"], true),
            ("git", &["git", "diff", "--no-prefix"], *changed == "package.json"),
            ("", &["diff", "-ru", "old", "new"], true),
            ("", &["git", "diff", "--no-index", "old", "new"], true),
        ] {
            let patch = printed(&made, folder, command);
            let sandbox = Sandbox::in_memory();
            lay_out(&sandbox, "app", None);
            lay_out(&sandbox, "right", Some(changed));
            fs::write(sandbox.path("fix.patch"), &patch).expect("a file");
            let before = contents(&sandbox.path("app"));
            let told = reasons(apply(&sandbox));
            let after = contents(&sandbox.path("app"));
            match told.as_slice() {
                [] => assert_eq!(after, contents(&sandbox.path("right")), "{command:?} {changed}"),
                told => {
                    assert!(!is_certain && told[0].contains("match several files"), "{command:?}: {told:?}");
                    assert_eq!(after, before);
                    // Somebody says which, and gets it.
                    let run =
                        Console::new(&sandbox).run("apply $/fix.patch $/app --allow-unsigned --yes -p 0");
                    assert_eq!(run.code, 0, "{run}");
                    assert!(run.out.contains("path prefix: nothing stripped (-p 0)"), "{run}");
                    assert_eq!(contents(&sandbox.path("app")), contents(&sandbox.path("right")), "{run}");
                }
            }
        }
    }
}

#[test]
fn plan_and_result_say_how_names_were_read() {
    let sandbox = scene(&[("x", "a\n")], "--- prod-1.0/x\n+++ prod-1.1/x\n@@ -1 +1 @@\n-a\n+b\n");
    let console = Console::new(&sandbox);
    const READ: &str = "path prefix stripped: prod-1.0/, prod-1.1/ (-p 1)";
    let run = console.run("plan $/fix.patch $/app");
    assert!(run.in_one_line().contains(READ), "{run}");
    let run = console.run("apply $/fix.patch $/app --allow-unsigned --yes");
    assert!(run.in_one_line().contains(READ), "{run}");
    let run = console.run("history $/app --verbose");
    assert!(run.in_one_line().contains(READ), "{run}");
}

#[test]
fn two_ways_to_read_a_name_are_shown_with_the_option_that_decides() {
    let patch = "--- /dev/null\n+++ docs/new.txt\n@@ -0,0 +1 @@\n+n\n";
    let sandbox = scene(&[("x", "a\n")], patch);
    let run = Console::new(&sandbox).run("apply $/fix.patch $/app --allow-unsigned --yes");
    insta::assert_snapshot!(run, @r"
    -- err --
    The names in the patch match several files here: docs/new.txt with -p 0, new.txt with -p 1 (E-MISSING)
    Nothing was changed.
    Next: Add the number of folders to strip from each name: -p N
    -- exit 3
    ");
}

/// Diffs of `src/package.json`, as several programs write them, and one of each kind that needs no lines.
fn diffs_of_a_file_below() -> Vec<String> {
    let hunk = "@@ -1,3 +1,3 @@\n {\n   \"name\": \"x\",\n-  \"version\": \"1.0\"\n+  \"version\": \"1.1\"\n";
    let rule = "=".repeat(67);
    let gone = TWINS[0].1.lines().map(|line| format!("-{line}\n")).collect::<String>();
    let name = "src/package.json";
    vec![
        format!("Index: {name}\n{rule}\n--- {name}\t(revision 1)\n+++ {name}\t(working copy)\n{hunk} }}\n"),
        format!("diff --git {name} {name}\n--- {name}\n+++ {name}\n{hunk} }}\n"),
        format!("diff --git a/{name} b/{name}\n--- a/{name}\n+++ b/{name}\n{hunk} }}\n"),
        format!("diff -ru old/{name} new/{name}\n--- old/{name}\n+++ new/{name}\n{hunk} }}\n"),
        format!("diff --git a/{name} b/{name}\ndeleted file mode 100644\n--- a/{name}\n+++ /dev/null\n@@ -1,4 +0,0 @@\n{gone}"),
        format!("diff --git a/{name} b/src/y\nsimilarity index 100%\nrename from {name}\nrename to src/y\n"),
        format!("diff --git a/{name} b/{name}\nold mode 100644\nnew mode 100755\n"),
    ]
    .into_iter()
    .map(|diff| diff.replace("@@ -1,3 +1,3 @@", "@@ -1,4 +1,4 @@"))
    .collect()
}

#[test]
fn where_the_file_is_missing_one_of_its_name_further_up_is_left_alone() {
    for patch in diffs_of_a_file_below() {
        let sandbox = scene(&[TWINS[0], ("VERSION", "1\n")], &patch);
        let before = contents(&sandbox.path("app"));
        let console = Console::new(&sandbox);
        let run = console.run("apply $/fix.patch $/app --allow-unsigned --yes");
        if run.code == 0 {
            // What goes and is not there is as it should be.
            assert!(patch.contains("deleted file") && run.out.contains("Nothing to do"), "{patch}\n{run}");
            assert_eq!(contents(&sandbox.path("app")), before, "{patch}");
            continue;
        }
        assert!(run.code == 3 && run.err.contains("which is missing, with -p"), "{patch}\n{run}");
        assert_eq!(contents(&sandbox.path("app")), before, "{patch}");
        // Whoever says that it is this one gets it.
        let level = if run.err.contains("package.json with -p 2") { 2 } else { 1 };
        let run = console.run(&format!("apply $/fix.patch $/app --allow-unsigned --yes -p {level}"));
        assert_eq!(run.code, 0, "{patch}\n{run}");
    }
}

#[test]
fn twin_a_patch_of_a_larger_tree_fits_the_product_that_is_a_part_of_it() {
    // The folder is called like the part.
    for patch in diffs_of_a_file_below() {
        let sandbox = scene(&[TWINS[0]], &patch.replace("src/", "app/"));
        let run = Console::new(&sandbox).run("apply $/fix.patch $/app --allow-unsigned --yes");
        assert_eq!(run.code, 0, "{patch}\n{run}");
    }
    // Or two files of it are known by their lines.
    let diff = |name: &str| format!("--- a/mono/part/{name}\n+++ b/mono/part/{name}\n@@ -1 +1 @@\n-x\n+y\n");
    let sandbox = scene(&[("src/f", "x\n"), ("g", "x\n")], &(diff("src/f") + &diff("g")));
    assert_eq!(reasons(apply(&sandbox)), [""; 0]);
}

#[test]
fn of_two_names_the_one_before_is_taken_as_by_patch() {
    let sandbox =
        scene(&[("zz.json", "x\n"), ("aa.json", "x\n")], "--- zz.json\n+++ aa.json\n@@ -1 +1 @@\n-x\n+y\n");
    assert_eq!(reasons(apply(&sandbox)), [""; 0]);
    assert_eq!(sandbox.read("app/zz.json").as_deref(), Some("y\n"));
    assert_eq!(sandbox.read("app/aa.json").as_deref(), Some("x\n"));
}

#[test]
fn copies_that_no_disk_can_hold_are_refused_before_they_are_hashed() {
    let copy = |number: u32| {
        format!("diff --git a/f b/c{number}\nsimilarity index 100%\ncopy from f\ncopy to c{number}\n")
    };
    let sandbox = scene(&[("f", &"a".repeat(16 << 20))], &(0..90_000).map(copy).collect::<String>());
    let told = reasons(apply(&sandbox));
    assert!(told[0].starts_with("E-SPACE"), "{told:?}");
    // Two of them are what they are.
    let sandbox = scene(&[("f", "a\n")], &(0..2).map(copy).collect::<String>());
    assert_eq!(reasons(apply(&sandbox)), [""; 0]);
}
