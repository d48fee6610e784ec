//! Bundles made of text patches and of commits.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::{contents, scene};
use crate::support::console::Console;
use crate::support::sandbox::Sandbox;
use crate::support::tools::is_here;

#[test]
fn a_text_patch_becomes_a_bundle_for_this_folder() {
    let patch = "Subject: [PATCH] Mend x\nFrom: Ada <ada@acme.example>\n\nCVE-2026-1234 and ACME-77\n---\n--- a/d/x\n+++ b/d/x\n@@ -1 +1 @@\n-a\n+b\n--- a/d/old\n+++ /dev/null\n@@ -1 +0,0 @@\n-o\n--- /dev/null\n+++ b/e/new\n@@ -0,0 +1 @@\n+n\n";
    let sandbox = scene(&[("d/x", "a\n"), ("d/old", "o\n"), ("other", "o\n")], patch);
    let before = contents(&sandbox.path("app"));
    let console = Console::new(&sandbox);
    let run = console.run("make --patch $/fix.patch --target $/app --output $/fix.patchbundle");
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(contents(&sandbox.path("app")), before);
    let run = console.run("show $/fix.patchbundle");
    for words in ["Mend x", "Ada <ada@acme.example>", "CVE-2026-1234", "ACME-77"] {
        assert!(run.out.contains(words), "{words}: {run}");
    }
    let run = console.run("apply $/fix.patchbundle $/app --allow-unsigned --yes");
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(sandbox.read("app/d/x").as_deref(), Some("b\n"));
    assert_eq!(sandbox.read("app/e/new").as_deref(), Some("n\n"));
    assert!(!sandbox.path("app/d/old").exists());
    assert_eq!(console.run("rollback $/app --yes").code, 0);
    assert_eq!(contents(&sandbox.path("app")), before);
}

#[test]
fn a_text_patch_that_does_not_fit_makes_no_bundle() {
    let sandbox = scene(&[("x", "c\n")], "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n");
    let run =
        Console::new(&sandbox).run("make --patch $/fix.patch --target $/app --output $/fix.patchbundle");
    assert_eq!((run.code, sandbox.path("fix.patchbundle").exists()), (3, false), "{run}");
}

fn git(folder: &Path, args: &[&str]) -> bool {
    let mut command = Command::new("git");
    command.args([
        "-c",
        "user.name=Ada",
        "-c",
        "user.email=ada@acme.example",
        "-c",
        "init.defaultBranch=main",
    ]);
    command
        .args(args)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1");
    command.output().is_ok_and(|output| output.status.success())
}

/// A repository with three commits.
fn repository(sandbox: &Sandbox) {
    let folder = sandbox.path("product");
    fs::create_dir(&folder).expect("a folder");
    assert!(git(&folder, &["init", "-q"]));
    sandbox.write("product/src/x", "one\n");
    sandbox.write("product/src/keep", "k\n");
    assert!(git(&folder, &["add", "-A"]) && git(&folder, &["commit", "-q", "-m", "First"]));
    sandbox.write("product/src/x", "two\n");
    sandbox.write("product/lib/y", "why\n");
    assert!(
        git(&folder, &["add", "-A"])
            && git(&folder, &["commit", "-q", "-m", "Second (fixes #7)\n\nBecause."])
    );
    fs::remove_file(folder.join("lib/y")).expect("ours");
    assert!(git(&folder, &["add", "-A"]) && git(&folder, &["commit", "-q", "-m", "Third"]));
}

#[test]
fn commits_become_a_bundle_and_the_repository_is_left_alone() {
    if !is_here("git", "commits_become_a_bundle_and_the_repository_is_left_alone") {
        return;
    }
    let sandbox = Sandbox::new();
    repository(&sandbox);
    let state = || contents(&sandbox.path("product/.git"));
    let before = state();
    let console = Console::new(&sandbox);
    let run = console.run("make --git $/product --commit HEAD~1 --output $/one.patchbundle");
    assert_eq!(run.code, 0, "{run}");
    let run = console.run("make --git $/product --range HEAD~2..HEAD --output $/both.patchbundle");
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(state(), before, "nothing in the repository has changed");
    let run = console.run("show $/one.patchbundle");
    for words in ["Second (fixes #7)", "Ada <ada@acme.example>", "#7", "Because."] {
        assert!(run.out.contains(words), "{words}: {run}");
    }
    for (bundle, x, y) in [("one", "two\n", Some("why\n")), ("both", "two\n", None)] {
        let app = format!("app-{bundle}");
        sandbox.write(&format!("{app}/src/x"), "one\n");
        sandbox.write(&format!("{app}/src/keep"), "k\n");
        let run = console.run(&format!("apply $/{bundle}.patchbundle $/{app} --allow-unsigned --yes"));
        assert_eq!(run.code, 0, "{run}");
        assert_eq!(sandbox.read(&format!("{app}/src/x")).as_deref(), Some(x));
        assert_eq!(sandbox.read(&format!("{app}/lib/y")).as_deref(), y);
    }
    for range in ["HEAD~2...HEAD", "--all..HEAD", "none..HEAD"] {
        let run = console.run(&format!("make --git $/product --range={range} --output $/no.patchbundle"));
        assert_ne!(run.code, 0, "{range}: {run}");
    }
}

/// What lies in the present folder is no program of this machine, whatever the search path says, and a repository that
/// somebody sent names no program either.
#[cfg(unix)]
#[test]
fn neither_the_present_folder_nor_a_repository_brings_a_program() {
    use std::os::unix::fs::PermissionsExt;
    if !is_here("git", "neither_the_present_folder_nor_a_repository_brings_a_program") {
        return;
    }
    let sandbox = Sandbox::new();
    repository(&sandbox);
    let trap = format!("#!/bin/sh\ntouch {}\nexit 0\n", sandbox.path("caught").display());
    let traps = ["here/git", "here/ssh-keygen", "product/.git/hooks/post-index-change", "trap"];
    for place in traps {
        sandbox.write(place, &trap);
        let program = fs::Permissions::from_mode(0o755);
        fs::set_permissions(sandbox.path(place), program).expect("ours");
    }
    let command = sandbox.path("trap").display().to_string();
    for key in ["core.fsmonitor", "diff.trap.textconv", "diff.external", "core.pager", "core.sshCommand"] {
        assert!(git(&sandbox.path("product"), &["config", key, &command]), "{key}");
    }
    sandbox.write("product/.git/info/attributes", "* diff=trap filter=trap\n");
    assert!(git(&sandbox.path("product"), &["config", "filter.trap.smudge", &command]));

    let path = format!(".:{}", std::env::var("PATH").expect("a search path"));
    let made = Command::new(env!("CARGO_BIN_EXE_patchwright"))
        .args(["make", "--git", "../product", "--commit", "HEAD~1", "--output", "../one.patchbundle"])
        .current_dir(sandbox.path("here"))
        .env("PATH", path)
        .output()
        .expect("it ran");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    assert!(!sandbox.path("caught").exists(), "something else than Git ran");
}

#[test]
fn the_name_of_a_repositorys_folder_is_nobodys_word_about_the_product() {
    if !is_here("git", "the_name_of_a_repositorys_folder_is_nobodys_word_about_the_product") {
        return;
    }
    let sandbox = Sandbox::new();
    repository(&sandbox);
    for app in ["app", "bare"] {
        sandbox.write(&format!("{app}/src/x"), "one\n");
        sandbox.write(&format!("{app}/src/keep"), "k\n");
    }
    sandbox.save("widget.patchbundle", &sandbox.bundle("ACME-HF-1").replace("src/keep", "k\n", "kept\n"));
    let console = Console::new(&sandbox);
    console.done("make --git $/product --commit HEAD~1 --output $/one.patchbundle");
    console.done("apply $/widget.patchbundle $/app --allow-unsigned --yes");
    for app in ["app", "bare"] {
        console.done(&format!("apply $/one.patchbundle $/{app} --allow-unsigned --yes"));
    }
    let status = console.done("status $/app");
    assert!(status.out.starts_with("Widget "), "{status}");
    let status = console.done("status $/bare --json").json();
    assert_eq!(status["product"], serde_json::Value::Null, "nobody said what it is");
}
