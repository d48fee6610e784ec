//! Diffs that were written to do harm: refused, and nothing anywhere has changed.

use std::fs::File;

use super::{apply, contents, reasons, scene};
use crate::support::console::Console;
use crate::support::sandbox::Sandbox;

/// A product beside a canary.
fn target(patch: &str) -> Sandbox {
    let sandbox = scene(&[("x", "a\n"), ("etc/conf", "secret\n")], patch);
    sandbox.write("canary/file", "alive\n");
    sandbox
}

#[track_caller]
fn refuses(patch: &str, code: &str) {
    let sandbox = target(patch);
    let (before, canary) = (contents(&sandbox.path("app")), contents(&sandbox.path("canary")));
    let reasons = reasons(apply(&sandbox));
    assert!(
        reasons.iter().any(|reason| reason.starts_with(code)),
        "{code} is expected:\n{patch}\n{reasons:?}"
    );
    assert_eq!(contents(&sandbox.path("app")), before, "{patch}");
    assert_eq!(contents(&sandbox.path("canary")), canary, "{patch}");
    assert!(!sandbox.path("app/.patchwright").exists());
}

fn create(name: &str) -> String {
    format!("--- /dev/null\n+++ {name}\n@@ -0,0 +1 @@\n+evil\n")
}

#[test]
fn h65_programs_in_the_shape_of_diffs_are_not_run() {
    for patch in [
        "1,1c\n!id\n.\n",
        "r !id\n",
        "*** a/x\n--- b/x\n***************\n*** 1 ****\n! a\n--- 1 ----\n! b\n",
        "1c1\n< a\n---\n> b\n",
    ] {
        refuses(patch, "E-DIFF");
    }
    // A name is a name, whatever a shell would make of it.
    let sandbox = target(&create("b/$(touch canary);id"));
    assert_eq!(reasons(apply(&sandbox)), [""; 0]);
    assert_eq!(sandbox.read("app/$(touch canary);id").as_deref(), Some("evil\n"));
}

#[test]
fn h66_names_that_lead_away_are_refused() {
    for name in [
        "../canary/file",
        "b/../../canary/file",
        "/etc/passwd",
        "b/..",
        "\"b/\\056\\056/\\056\\056/canary/file\"",
    ] {
        refuses(&create(name), "E-PATH");
    }
    for name in ["b/.patchwright/t/intent", "b/.PATCHWRIGHT/x", "b/a\u{202e}b"] {
        refuses(&create(name), "E-PATH");
    }
    refuses("diff --git a/x b/y\nrename from ../canary/file\nrename to y\n", "E-PATH");
    refuses("diff --git a/x b/y\ncopy from x\ncopy to ../canary/new\n", "E-PATH");
    refuses("diff --git a/x b/x\n--- a/etc/conf\n+++ b/etc/conf\n@@ -1 +1 @@\n-secret\n+evil\n", "E-DIFF");
    refuses("--- /dev/null\n+++ /dev/null\n@@ -0,0 +1 @@\n+evil\n", "E-DIFF");
}

#[test]
fn h67_numbers_that_lie_are_refused() {
    let file = |hunk: &str| format!("--- a/x\n+++ b/x\n{hunk}");
    refuses(&file("@@ -4294967296 +1 @@\n-a\n+b\n"), "E-LIMIT");
    refuses(&file("@@ -18446744073709551616 +1 @@\n-a\n+b\n"), "E-LIMIT");
    for hunk in [
        "@@ --1 +1 @@\n-a\n+b\n",
        "@@ -1,0 +1,0 @@\n",
        "@@ -1,2 +1 @@\n-a\n+b\n",
        "@@ -1 +1 @@\n-a\n+b\n+c\n",
    ] {
        refuses(&file(hunk), "E-DIFF");
    }
}

#[test]
fn h68_hunks_in_disorder_are_refused_and_very_many_do_not_take_long() {
    refuses("--- a/x\n+++ b/x\n@@ -9 +9 @@\n-a\n+b\n@@ -1 +1 @@\n-a\n+b\n", "E-DIFF");
    refuses("--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n-a\n+b\n c\n d\n@@ -2,2 +2,2 @@\n-c\n+e\n d\n", "E-DIFF");
    let many: String = (1..=200_000).map(|line| format!("@@ -{line} +{line} @@\n-q\n+r\n")).collect();
    refuses(&format!("--- a/x\n+++ b/x\n{many}"), "E-DRIFT");
}

#[test]
fn h69_a_text_beyond_all_measure_is_not_read() {
    let sandbox = target("");
    File::create(sandbox.path("fix.patch")).and_then(|file| file.set_len(3 << 30)).expect("a sparse file");
    let reasons = reasons(apply(&sandbox));
    assert!(reasons[0].contains("read the patch file"), "{reasons:?}");
}

#[test]
fn h70_what_is_not_as_it_should_be_is_refused() {
    refuses("--- a/\0x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n", "E-PATH");
    refuses("--- a/x\r+++ b/x\r@@ -1 +1 @@\r-a\r+b\r", "E-DIFF");
    refuses("--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n-a\n\\ No newline at end of file\n-b\n+c\n+d\n", "E-DIFF");
    refuses("--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n-a\n", "E-DIFF");
}

#[test]
fn h71_copies_give_nobody_more_rights_and_binary_lies_are_refused() {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let sandbox = target("diff --git a/etc/conf b/doc/x\ncopy from etc/conf\ncopy to doc/x\n");
        std::fs::set_permissions(sandbox.path("app/etc/conf"), std::fs::Permissions::from_mode(0o600))
            .expect("ours");
        assert_eq!(reasons(apply(&sandbox)), [""; 0]);
        let mode = std::fs::metadata(sandbox.path("app/doc/x")).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "who could not read the original cannot read the copy");
    }
    let id = "78981922613b2afb6025042ff6bd878ac1994e85"; // of "a\n"
    let binary = |body: &str| {
        format!("diff --git a/x b/x\nindex {id}..{} 100644\nGIT binary patch\n{body}", "1".repeat(40))
    };
    refuses(&binary("literal 4\nMcmZQzfB*\n\n"), "E-DIFF");
    refuses(&binary("literal 0\nHcmV?d00001\n\n"), "E-DIFF");
    refuses(&binary("delta 9\nHcmV?d00001\n\n"), "E-DIFF");
    refuses(&binary("literal 99999999999\nHcmV?d00001\n\n"), "E-LIMIT");
}

#[test]
fn links_lead_nowhere_else() {
    let link = |to: &str| {
        format!(
            "diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+{to}\n\\ No newline at end of file\n"
        )
    };
    for to in ["..", "../canary", "/etc", "etc/../../canary"] {
        refuses(&link(to), "E-PATH");
    }
    // A link that the patch makes is no way for its next file.
    refuses(
        &(link("etc")
            + "diff --git a/l/evil b/l/evil\nnew file mode 100644\n--- /dev/null\n+++ b/l/evil\n@@ -0,0 +1 @@\n+x\n"),
        "E-PATH",
    );
}

#[cfg(unix)]
#[test]
fn a_link_on_the_way_is_not_followed() {
    let sandbox = target(&create("b/l/evil"));
    std::os::unix::fs::symlink("../canary", sandbox.path("app/l")).expect("a link");
    let reasons = reasons(apply(&sandbox));
    assert!(reasons[0].starts_with("E-FS"), "{reasons:?}");
    assert_eq!(contents(&sandbox.path("canary")).len(), 1);
}

#[test]
fn a_name_in_our_own_records_is_told_from_one_that_not_every_system_can_store() {
    let sandbox = Sandbox::with(&[("app/f", "one\n")]);
    let refused = |name: &str| {
        sandbox.write("x.patch", &format!("--- /dev/null\n+++ b/{name}\n@@ -0,0 +1 @@\n+x\n"));
        let run = Console::new(&sandbox).run("apply $/x.patch $/app --yes --allow-unsigned");
        assert!(run.code != 0, "{run}");
        run.in_one_line()
    };
    let ours = refused(".patchwright/x");
    assert!(ours.contains("What is in .patchwright belongs to Patchwright"), "{ours}");
    let odd = refused("a\u{202e}b");
    assert!(odd.contains("Ask its author for plain names"), "{odd}");
}
