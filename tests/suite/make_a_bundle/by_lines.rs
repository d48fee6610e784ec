//! What changes in texts is one diff in the patch file, for us and for everybody else.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::Command;

use crate::support::console::Console;
use crate::support::sandbox::{Sandbox, order, skip};
use crate::support::tools::is_here;
use crate::support::trees::{Tree, links_work, noise};

/// The diff in a patch file, as somebody else's program unpacks it.
fn changes_patch(bundle: &Path) -> Vec<u8> {
    let mut archive =
        zip::ZipArchive::new(fs::File::open(bundle).expect("it is there")).expect("everybody's ZIP");
    let mut text = Vec::new();
    archive.by_name("changes.patch").expect("it has one").read_to_end(&mut text).expect("it unpacks");
    text
}

fn lines(range: std::ops::Range<u32>) -> String {
    range.map(|number| format!("line {number}\n")).collect()
}

/// Everything that a diff can say.
fn old() -> Tree {
    Tree::new()
        .file("conf/app.conf", lines(0..50))
        .file("conf/no end", "one\ntwo")
        .file("crlf.txt", "a\r\nb\r\n")
        .file("docs/moves and changes.txt", lines(100..200))
        .file("docs/moves.txt", lines(200..220))
        .file("empty/fills", "")
        .file("empty/goes", "")
        .file("full/empties", "x\n")
        .file("gone/text", "it goes\nwithout an end")
        .file("latin", b"caf\xe9\n")
        .file("runs", "#!/bin/sh\n")
        .file("twins/a", lines(0..9))
}

fn new() -> Tree {
    Tree::new()
        .file("conf/app.conf", lines(0..20) + "new\n" + &lines(21..50) + "more\n")
        .file("conf/no end", "one\ntwo\nthree")
        .file("crlf.txt", "a\r\nB\r\n")
        .file("deep/in/moved and changed.txt", lines(100..150) + &lines(151..200))
        .file("deep/moved.txt", lines(200..220))
        .file("empty/comes", "")
        .file("empty/fills", "full\n")
        .file("full/empties", "")
        .file("latin", b"caf\xe8\n")
        .program("runs", "#!/bin/sh\n")
        .file("sch\u{f6}n/new file", "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n")
        .file("twins/a", lines(1..9))
        .file("twins/b", lines(1..9))
}

#[test]
fn git_makes_the_new_product_out_of_the_diff_in_the_patch_file() {
    let (mut before, mut after) = (old(), new());
    if links_work() {
        before = before.link("link/goes", "there").link("link/turns", "there");
        after = after.link("link/comes", "../runs").link("link/turns", "here");
    }
    let sandbox = Sandbox::new();
    let bundle = sandbox.make(&before, &after);
    sandbox.round(&before, &after);
    let text = changes_patch(&bundle.path);
    assert!(text.starts_with(b"diff --git "), "nothing is skipped: {}", String::from_utf8_lossy(&text));
    if cfg!(not(unix)) || !is_here("git", "git_makes_the_new_product_out_of_the_diff_in_the_patch_file") {
        return;
    }
    let folder = sandbox.lay_out(&before);
    let patch = sandbox.path("taken-out.patch");
    fs::write(&patch, text).expect("room for it");
    let git = Command::new("git")
        .args(["-c", "core.autocrlf=false", "apply", "--whitespace=nowarn"])
        .arg(&patch)
        .env("GIT_CEILING_DIRECTORIES", folder.parent().expect("a folder"))
        .current_dir(&folder)
        .output()
        .expect("git runs");
    assert!(git.status.success(), "{}", String::from_utf8_lossy(&git.stderr));
    after.assert_is(&folder, "after git apply");
}

#[test]
fn unzip_prints_the_diff() {
    if !is_here("unzip", "unzip_prints_the_diff") {
        return skip("unzip_prints_the_diff", "no unzip");
    }
    let sandbox = Sandbox::new();
    let bundle = sandbox.make(&old(), &new());
    let unzip =
        Command::new("unzip").arg("-p").arg(&bundle.path).arg("changes.patch").output().expect("it runs");
    assert_eq!(unzip.stdout, changes_patch(&bundle.path));
    let tested = Command::new("unzip").arg("-tq").arg(&bundle.path).output().expect("it runs");
    let has_zstd = tested.status.success() || String::from_utf8_lossy(&tested.stdout).contains("unsupported");
    assert!(has_zstd, "{tested:?}");
}

#[test]
fn a_diff_that_is_not_all_says_so_first() {
    let sandbox = Sandbox::new();
    let (before, after) = (old().file("bin/app", noise(1, 900)), new().file("bin/app", noise(2, 900)));
    let bundle = sandbox.make(&before, &after);
    let text = String::from_utf8_lossy(&changes_patch(&bundle.path)).into_owned();
    let first = text.lines().next().expect("a line");
    assert!(first.starts_with("Not in this text, but in the patch file it comes from: 1 of "), "{first}");
    let without =
        sandbox.make(&Tree::new().file("app", noise(1, 900)), &Tree::new().file("app", noise(2, 900)));
    let archive = zip::ZipArchive::new(fs::File::open(without.path).expect("it is there")).expect("a ZIP");
    assert!(
        archive.file_names().all(|name| name.expect("a name") != "changes.patch"),
        "where nothing is said there is no text"
    );
}

#[test]
fn without_the_product_the_lines_that_change_are_shown_and_exported_as_they_are() {
    let sandbox = Sandbox::new();
    let bundle = sandbox.make(&old(), &new());
    let console = Console::new(&sandbox);
    let path = bundle.path.display();
    let shown = console.run(&format!("diff {path} conf/app.conf"));
    assert_eq!(shown.code, 0, "{shown}");
    let hunk =
        "@@ -18,7 +18,7 @@\n line 17\n line 18\n line 19\n-line 20\n+new\n line 21\n line 22\n line 23\n";
    assert!(shown.out.contains(hunk), "{shown}");
    assert!(!shown.out.contains("\n ...\n") && !shown.out.contains("not shown"), "{shown}");
    let moved = console.run(&format!("diff {path}"));
    assert!(moved.out.contains("-line 150\n"), "{moved}");

    let exported = console.run(&format!("export {path} --output $/out.patch"));
    assert_eq!(exported.code, 0, "{exported}");
    let exported = fs::read(sandbox.path("out.patch")).expect("it is written");
    assert!(exported.ends_with(&changes_patch(&bundle.path)), "{}", String::from_utf8_lossy(&exported));
}

#[test]
fn what_is_hidden_in_a_line_is_found_without_the_product() {
    let sandbox = Sandbox::new();
    let (before, after) = (lines(0..90), lines(0..70) + "if a \u{202e} b\n" + &lines(71..90));
    let bundle = sandbox.make(&Tree::new().file("a.c", &before), &Tree::new().file("a.c", &after));
    let shown = Console::new(&sandbox).run(&format!("show {} --json", bundle.path.display()));
    let hidden = shown.json()["hidden"].to_string();
    assert!(hidden.contains("\"path\":\"a.c\"") && hidden.contains("\"line\":71"), "{hidden}");
}

#[test]
fn whoever_merges_has_the_original_and_whoever_refuses_does_not_need_it() {
    let sandbox = Sandbox::new();
    let orders = [("refuse", false), ("merge", true), ("keep-local", true), ("replace", false)];
    for (local_edits, is_shipped) in orders {
        let policy = format!("[[make.policy]]\npaths = [\"/conf/\"]\nlocal_edits = \"{local_edits}\"\n");
        let patch = sandbox.round_with(&order("TEST-1", "", &policy), &old(), &new());
        let change = patch.changes.iter().find(|change| change.path.as_str() == "conf/app.conf");
        assert_eq!(change.expect("it is changed").base.is_some(), is_shipped, "{local_edits}");
    }
}

#[test]
fn the_lines_take_a_patch_out_of_the_middle_and_back() {
    let sandbox = Sandbox::new();
    let one = Tree::new().file("a", lines(0..40)).file("b", lines(0..40));
    let two = Tree::new().file("a", lines(1..40)).file("b", lines(0..40));
    let three = Tree::new().file("a", lines(1..40)).file("b", lines(2..40));
    let without = Tree::new().file("a", lines(0..40)).file("b", lines(2..40));
    let first = sandbox.make_named("TEST-1", &one, &two);
    let second = sandbox.make_named("TEST-2", &two, &three);
    let target = sandbox.install(&one);
    target.must_apply(&first);
    target.must_apply(&second);
    target.expect(&three);
    target.must_go_back(
        patchwright::workbench::Which::Patch("TEST-1".to_owned()),
        patchwright::plan::OnDrift::Stop,
    );
    target.expect(&without);
}

#[test]
fn a_diff_that_is_too_long_for_memory_is_whole_all_the_same() {
    let sandbox = Sandbox::new();
    let long = |seed| -> String {
        noise(seed, 3 << 20)
            .chunks(32)
            .map(|piece| piece.iter().map(|byte| format!("{byte:02x}")).collect::<String>() + "\n")
            .collect()
    };
    let new = Tree::new().file("a.txt", long(1)).file("b.txt", long(2)).file("c.txt", long(3));
    let patch = sandbox.round(&Tree::new().file("a.txt", "a\n"), &new);
    assert!(patch.diff.expect("all of it is text").size_bytes > 16 << 20);
}
