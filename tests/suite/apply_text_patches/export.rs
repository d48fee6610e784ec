//! A bundle's change as a Git patch: others apply it, and so do we.

use std::process::Command;

use super::{apply_with, contents};
use crate::support::console::Console;
use crate::support::sandbox::Sandbox;
use crate::support::tools::is_here;

/// Two products that differ in everything a Git patch can say, and the bundle between them.
fn scene() -> Sandbox {
    let sandbox = Sandbox::new();
    for (path, content) in [("x.txt", "a\nb\n"), ("bin", "a\0b"), ("gone/old", "o\n"), ("same", "s\n")] {
        sandbox.write(&format!("old/{path}"), content);
        sandbox.write(&format!("app/{path}"), content);
    }
    for (path, content) in
        [("x.txt", "a\nB"), ("bin", "\u{1}\0\u{2}"), ("new/file", "n\n"), ("same", "s\n"), ("empty", "")]
    {
        sandbox.write(&format!("new/{path}"), content);
    }
    let run = Console::new(&sandbox).run("make --from $/old --to $/new --id T-1 --output $/fix.patchbundle");
    assert_eq!(run.code, 0, "{run}");
    sandbox
}

#[test]
fn what_is_exported_makes_the_new_product_with_git_and_with_us() {
    let sandbox = scene();
    let console = Console::new(&sandbox);
    let run = console.run("export $/fix.patchbundle --target $/app --output $/out.patch");
    assert_eq!(run.code, 0, "{run}");
    let new = contents(&sandbox.path("new"));
    if is_here("git", "what_is_exported_makes_the_new_product_with_git_and_with_us") {
        let git = Command::new("git")
            .args(["apply", "--whitespace=nowarn"])
            .arg(sandbox.path("out.patch"))
            .current_dir(sandbox.path("old"))
            .output();
        let output = git.expect("git runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(contents(&sandbox.path("old")), new);
    }
    apply_with(&sandbox, Default::default(), &sandbox.path("out.patch"))
        .expect("it applies")
        .entry
        .expect("it changed");
    assert_eq!(contents(&sandbox.path("app")), new);
}

#[test]
fn a_patch_that_is_in_the_folder_is_exported_out_of_the_backups() {
    let sandbox = scene();
    let console = Console::new(&sandbox);
    console.done("export $/fix.patchbundle --target $/app --output $/before.patch");
    console.done("apply $/fix.patchbundle $/app --yes --allow-unsigned");
    console.done("export $/fix.patchbundle --target $/app --output $/after.patch");
    let written = sandbox.read("after.patch").expect("it was written");
    assert!(written.contains("GIT binary patch") && written.contains("x.txt"), "{written}");
    assert_eq!(Some(written), sandbox.read("before.patch"));
    // Without its records, nobody has the original of the binary file.
    std::fs::remove_dir_all(sandbox.path("app/.patchwright")).expect("our own folder");
    let run = console.run("export $/fix.patchbundle --target $/app --output $/none.patch");
    assert_eq!((run.code, sandbox.path("none.patch").exists()), (3, false), "{run}");
    assert!(run.err.contains("bin: its content is needed"), "{run}");
}

#[test]
fn contents_that_are_not_at_hand_are_named() {
    let sandbox = scene();
    let run = Console::new(&sandbox).run("export $/fix.patchbundle --output $/out.patch");
    assert_eq!((run.code, sandbox.path("out.patch").exists()), (3, false), "{run}");
    assert!(run.err.contains("bin: its content is needed") && run.err.contains("--target"), "{run}");
}
