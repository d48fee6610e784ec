//! Several patches: files, mails, and the series of a distribution.

use std::io::Write;

use patchwright::workbench::TextOptions;

use super::{apply_with, contents, reasons, roll_back, scene};
use crate::support::console::Console;
use crate::support::sandbox::Sandbox;

fn step(from: &str, to: &str) -> String {
    format!("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-{from}\n+{to}\n")
}

/// A product, and a quilt series of three patches on it.
fn quilt() -> Sandbox {
    let sandbox = scene(&[("x", "1\n")], "");
    sandbox.write("patches/series", "# remarks\none.patch\ntwo.patch -p0 # more\n\nsub/three.patch -R\n");
    sandbox.write("patches/one.patch", &step("1", "2"));
    sandbox.write("patches/two.patch", "--- x\n+++ x\n@@ -1 +1 @@\n-2\n+3\n");
    sandbox.write("patches/sub/three.patch", &step("4", "3"));
    sandbox
}

#[test]
fn a_quilt_series_is_one_change() {
    let sandbox = quilt();
    let console = Console::new(&sandbox);
    let run = console.run("apply $/patches $/app --allow-unsigned --yes");
    assert_eq!((run.code, sandbox.read("app/x").as_deref()), (0, Some("4\n")), "{run}");
    let run = console.run("plan $/patches $/app");
    assert!(run.code == 0 && run.out.contains("already there"), "all of it is there: {run}");
    let run = console.run("rollback $/app --yes");
    assert_eq!((run.code, sandbox.read("app/x").as_deref()), (0, Some("1\n")), "{run}");
}

#[test]
fn one_by_one_each_patch_can_be_taken_back() {
    let sandbox = quilt();
    let console = Console::new(&sandbox);
    let run = console.run("apply $/patches $/app --allow-unsigned --yes --each");
    assert_eq!((run.code, sandbox.read("app/x").as_deref()), (0, Some("4\n")), "{run}");
    for content in ["3\n", "2\n", "1\n"] {
        let _ = roll_back(&sandbox);
        assert_eq!(sandbox.read("app/x").as_deref(), Some(content));
    }
}

#[test]
fn a_failure_in_the_last_patch_leaves_all_or_the_last_whole_one() {
    let sandbox = quilt();
    sandbox.write("patches/sub/three.patch", &(step("9", "8") + &step("7", "6")));
    let before = contents(&sandbox.path("app"));
    let console = Console::new(&sandbox);
    let run = console.run("apply $/patches $/app --allow-unsigned --yes");
    assert_eq!(run.code, 3, "{run}");
    assert_eq!(run.err.matches("[sub/three.patch]").count(), 2, "every hunk with its patch: {run}");
    assert_eq!(contents(&sandbox.path("app")), before);
    let run = console.run("apply $/patches $/app --allow-unsigned --yes --each");
    assert_eq!((run.code, sandbox.read("app/x").as_deref()), (3, Some("3\n")), "{run}");
    assert!(run.err.contains("2 of 3 patches"), "{run}");
    assert!(run.err.contains("The patches applied before it stay applied."), "{run}");
    assert!(!run.err.contains("Nothing was changed."), "{run}");
}

#[test]
fn several_files_and_a_mailbox_go_in_together() {
    let sandbox = scene(&[("x", "1\n")], &step("1", "2"));
    let mail = |number: u32| {
        let diff = step(&number.to_string(), &(number + 1).to_string());
        format!(
            "From {number:040} Mon Sep 17 00:00:00 2001\nFrom: A <a@x.example>\nSubject: [PATCH {number}/2] Step {number}\n\n---\n{diff}-- \n2.47\n\n"
        )
    };
    sandbox.write("two.mbox", &(mail(2) + &mail(3)));
    let run = Console::new(&sandbox).run("apply $/fix.patch $/two.mbox $/app --allow-unsigned --yes");
    assert_eq!((run.code, sandbox.read("app/x").as_deref()), (0, Some("4\n")), "{run}");
    let _ = roll_back(&sandbox);
    assert_eq!(sandbox.read("app/x").as_deref(), Some("1\n"));
}

#[test]
fn packed_patches_are_read() {
    let text = step("1", "2");
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(text.as_bytes()).expect("memory");
    let zstd = zstd::encode_all(text.as_bytes(), 3).expect("memory");
    for (name, packed) in [("fix.patch.gz", gzip.finish().expect("memory")), ("fix.patch.zst", zstd)] {
        let sandbox = scene(&[("x", "1\n")], "");
        std::fs::write(sandbox.path(name), packed).expect("a file");
        assert_eq!(reasons(apply_with(&sandbox, TextOptions::default(), &sandbox.path(name))), [""; 0]);
        assert_eq!(sandbox.read("app/x").as_deref(), Some("2\n"));
    }
}

#[test]
fn a_series_names_only_what_is_in_its_folder() {
    let sandbox = quilt();
    for (line, words) in [
        ("../fix.patch\n", "isn't the name of a patch"),
        ("one.patch --force\n", "unknown option"),
        ("# none\n", "lists no patches"),
    ] {
        sandbox.write("patches/series", line);
        let problem =
            apply_with(&sandbox, TextOptions::default(), &sandbox.path("patches")).expect_err("refused");
        let source = std::error::Error::source(&problem).map(ToString::to_string).unwrap_or_default();
        assert!(source.contains(words), "{line}: {source}");
    }
}

#[test]
fn a_mail_that_was_encoded_for_its_way_is_read() {
    let mail = "From: Ada <ada@acme.example>\nSubject: [PATCH] Coffee\nContent-Type: text/plain; charset=UTF-8\n\
        Content-Transfer-Encoding: quoted-printable\n\nMore.\n---\ndiff --git a/x b/x\n--- a/x\n+++ b/x\n\
        @@ -1 +1 @@\n-a =3D 1\n+a =3D =E2=\n=82=AC\n";
    let sandbox = scene(&[("x", "a = 1\n")], mail);
    let applied = apply_with(&sandbox, TextOptions::default(), &sandbox.path("fix.patch"));
    assert_eq!(reasons(applied), [""; 0]);
    assert_eq!(sandbox.read("app/x").as_deref(), Some("a = €\n"));
}
