//! Plain patches where a bundle is accepted: looked at, applied whole or not at all, and taken back.

mod as_others_do;
mod dialects;
mod export;
mod from_git;
mod git_pairs;
mod hostile;
mod mails;
mod merged;
mod names;
mod not_carried;
mod series;
mod where_others_fail;

use std::path::{Path, PathBuf};

use patchwright::plan::OnDrift;
use patchwright::workbench::{Applied, ApplyRequest, Error, RolledBack, TextOptions, Which};

use crate::support::console::Console;
use crate::support::sandbox::{Sandbox, UNSIGNED, unwatched};

/// A product in `app`, and a patch in `fix.patch`.
fn scene(files: &[(&str, &str)], patch: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    for (path, content) in files {
        sandbox.write(&format!("app/{path}"), content);
    }
    sandbox.write("fix.patch", patch);
    sandbox
}

fn apply_with(sandbox: &Sandbox, text: TextOptions, patch: &Path) -> Result<Applied, Error> {
    let request = ApplyRequest { reading: text, ..patch.into() };
    unwatched(|watch| sandbox.bench().apply(request, &sandbox.path("app"), UNSIGNED, watch))
}

fn apply(sandbox: &Sandbox) -> Result<Applied, Error> {
    apply_with(sandbox, TextOptions::default(), &sandbox.path("fix.patch"))
}

fn roll_back(sandbox: &Sandbox) -> RolledBack {
    let target = sandbox.target(sandbox.path("app"));
    target.roll_back(Which::Last, OnDrift::Stop).expect("it can be taken back")
}

/// Why not, one line for each reason.
fn reasons(result: Result<Applied, Error>) -> Vec<String> {
    match result {
        Err(Error::Refused(obstacles)) => obstacles
            .iter()
            .map(|o| format!("{} {}: {}", o.code(), o.path.as_deref().unwrap_or("-"), o.meaning()))
            .collect(),
        Err(error) => vec![format!("{} {error}", error.code())],
        Ok(_) => Vec::new(),
    }
}

/// Everything in a folder but our own state: path and content.
fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(place) = open.pop() {
        for entry in std::fs::read_dir(&place).expect("a folder").map(|entry| entry.expect("an entry")) {
            let path = entry.path();
            let kind = entry.file_type().expect("a kind");
            let name = path.strip_prefix(folder).expect("below").to_owned();
            match (kind.is_dir(), kind.is_symlink()) {
                (true, _) if name.as_os_str() == ".patchwright" || name.as_os_str() == ".git" => {}
                (true, _) => open.push(path),
                (_, true) => {
                    let to = std::fs::read_link(&path).expect("a link");
                    found.push((name, format!("-> {}", to.display()).into_bytes()));
                }
                _ => found.push((name, std::fs::read(&path).expect("a file"))),
            }
        }
    }
    found.sort();
    found
}

const FIX: &str = "Subject: [PATCH] Greet politely\nFrom: Ada <ada@acme.example>\n\nCloses: #12\n---\n hello.txt | 2 +-\n\ndiff --git a/hello.txt b/hello.txt\n--- a/hello.txt\n+++ b/hello.txt\n@@ -1,3 +1,3 @@\n one\n-two\n+TWO\n three\ndiff --git a/new/file.txt b/new/file.txt\nnew file mode 100644\n--- /dev/null\n+++ b/new/file.txt\n@@ -0,0 +1 @@\n+fresh\n-- \n2.47.3\n";

#[test]
fn a_patch_is_looked_at_applied_and_taken_back() {
    let sandbox = scene(&[("hello.txt", "one\ntwo\nthree\n")], FIX);
    let before = contents(&sandbox.path("app"));
    let console = Console::new(&sandbox);

    let run = console.run("show $/fix.patch");
    assert!(
        run.out.contains("Greet politely") && run.out.contains("create  b/new/file.txt  1 line added"),
        "{run}"
    );
    let run = console.run("diff $/fix.patch --target $/app");
    assert!(run.out.contains("-two\n+TWO\n") && run.out.contains("+fresh\n"), "{run}");
    let run = console.run("plan $/fix.patch $/app");
    assert!(run.out.contains("hello.txt: 1 clean") && run.out.contains("add     new/file.txt"), "{run}");
    assert_eq!(contents(&sandbox.path("app")), before, "looking changes nothing");

    let run = console.run("apply $/fix.patch $/app --yes");
    assert_eq!(run.code, 4, "it is not signed: {run}");
    let run = console.run("apply $/fix.patch $/app --allow-unsigned --yes");
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(sandbox.read("app/hello.txt").as_deref(), Some("one\nTWO\nthree\n"));
    assert_eq!(sandbox.read("app/new/file.txt").as_deref(), Some("fresh\n"));
    let run = console.run("status $/app");
    assert!(run.out.contains("Greet politely"), "{run}");
    let run = console.run("history $/app --verbose");
    assert!(run.out.contains("path prefix stripped: a/, b/ (-p 1)"), "{run}");

    let run = console.run("apply $/fix.patch $/app --allow-unsigned --yes");
    assert_eq!((run.code, run.out.contains("othing to do")), (0, true), "{run}");
    let run = console.run("rollback $/app --yes");
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(contents(&sandbox.path("app")), before);
}

#[test]
fn a_plan_says_for_programs_how_each_hunk_fits() {
    let sandbox = scene(&[("hello.txt", "zero\none\ntwo\nthree\n")], FIX);
    let run = Console::new(&sandbox).run("plan $/fix.patch $/app --json");
    let plan: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
    let hunk = &plan["text_patches"]["patches"][0]["files"][0]["hunks"][0];
    assert_eq!((&hunk["grade"], &hunk["at"]), (&"moved".into(), &2.into()), "{run}");
}

#[test]
fn a_saved_plan_is_kept_to() {
    let sandbox = scene(&[("hello.txt", "one\ntwo\nthree\n")], FIX);
    let console = Console::new(&sandbox);
    assert_eq!(console.run("plan $/fix.patch $/app --output $/reviewed.plan").code, 0);
    sandbox.write("app/hello.txt", "zero\none\ntwo\nthree\n");
    let run = console.run("apply $/fix.patch $/app --allow-unsigned --yes --plan $/reviewed.plan");
    assert_eq!(run.code, 3, "{run}");
    sandbox.write("app/hello.txt", "one\ntwo\nthree\n");
    let run = console.run("apply $/fix.patch $/app --allow-unsigned --yes --plan $/reviewed.plan");
    assert_eq!(run.code, 0, "{run}");
}

#[test]
fn fuzz_is_asked_for_and_goes_down_in_history() {
    let patch = "--- a/x\n+++ b/x\n@@ -1,7 +1,7 @@\n a\n b\n c\n-d\n+D\n e\n f\n g\n";
    let sandbox = scene(&[("x", "A\nb\nc\nd\ne\nf\ng\n")], patch);
    assert_eq!(reasons(apply(&sandbox)).len(), 1);
    let run = Console::new(&sandbox).run("apply $/fix.patch $/app --allow-unsigned --yes --fuzz 1");
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(sandbox.read("app/x").as_deref(), Some("A\nb\nc\nD\ne\nf\ng\n"));
    let run = Console::new(&sandbox).run("history $/app --verbose");
    assert!(run.out.contains("--fuzz") && run.out.contains("fuzz: "), "{run}");
}

#[test]
fn a_folder_goes_with_its_last_file_unless_somebody_keeps_something_in_it() {
    let patch =
        "--- a/d/e/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n--- a/k/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n";
    let sandbox = scene(&[("d/e/x", "x\n"), ("k/x", "x\n"), ("k/mine", "m\n"), ("other", "o\n")], patch);
    let before = contents(&sandbox.path("app"));
    assert_eq!(reasons(apply(&sandbox)), [""; 0]);
    assert!(!sandbox.path("app/d").exists());
    assert_eq!(sandbox.read("app/k/mine").as_deref(), Some("m\n"));
    let _ = roll_back(&sandbox);
    assert_eq!(contents(&sandbox.path("app")), before);
}
