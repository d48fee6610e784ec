//! Looking at a patch file and at what it would do changes nothing and tells everything.

use insta::assert_snapshot;

use super::{fix, product, product_and_fix, talkative};
use crate::support::console::Console;

#[test]
fn show_tells_what_a_patch_says_about_itself() {
    let sandbox = product();
    sandbox.save("fix.patchbundle", &talkative(fix(&sandbox)));
    assert_snapshot!(Console::new(&sandbox).run("show $/fix.patchbundle"), @r"
    ACME-HF-1042 (revision 2)  Umlauts in fonts
    Not trusted: this patch isn't signed

      | Letters such as “ä” were cut off.
      | Printing is not affected.

    Kind        hotfix
    For         Widget 4.2
    Becomes     4.2.1
    From        ACME Ltd (support@acme.example)
    Severity    moderate, CVSS:3.1/AV:N
    Fixes       ACME-7
    CVEs        CVE-2026-12345
    Issues      jira ACME-7, https://tracker.example/ACME-7
    Restart     service
    Rollback    any time, until you keep it for good
                documents made since keep the new fonts
                1. close all documents
    Checks      before: 0.0 MB of disk space are free
                after: the version is 4.2.1

    File        $/fix.patchbundle, 3,059 bytes
    SHA-256     [sha256]
    Tested      applied and rolled back on a copy before release

    Changes: 1 added, 2 modified, 1 renamed, 1 deleted
      M  conf/app.toml         26 bytes, same size
      R  readme.txt → doc.txt
      D  fonts/old.txt         9 bytes
      A  fonts/umlauts.txt     7 bytes
      M  version.txt           4 bytes → 6 bytes
    -- exit 0
    ");
}

#[test]
fn diff_shows_every_changed_line() {
    let sandbox = product_and_fix();
    assert_snapshot!(Console::new(&sandbox).run("diff $/fix.patchbundle"), @r#"
    diff --git a/conf/app.toml b/conf/app.toml
    --- a/conf/app.toml
    +++ b/conf/app.toml
    @@ -1,2 +1,2 @@
     colour = "blue"
    -size = 12
    +size = 14
    diff --git a/fonts/old.txt b/fonts/old.txt
    deleted file mode 100644
    --- a/fonts/old.txt
    +++ /dev/null
    @@ -1 +0,0 @@
    -old font
    diff --git a/fonts/umlauts.txt b/fonts/umlauts.txt
    new file mode 100644
    --- /dev/null
    +++ b/fonts/umlauts.txt
    @@ -0,0 +1 @@
    +äöü
    diff --git a/readme.txt b/doc.txt
    similarity index 100%
    rename from readme.txt
    rename to doc.txt
    diff --git a/version.txt b/version.txt
    --- a/version.txt
    +++ b/version.txt
    @@ -1 +1 @@
    -4.2
    +4.2.1
    -- exit 0
    "#);
}

#[test]
fn diff_shows_only_what_is_asked_for() {
    let sandbox = product_and_fix();
    assert_snapshot!(Console::new(&sandbox).run("diff $/fix.patchbundle conf/"), @r#"
    diff --git a/conf/app.toml b/conf/app.toml
    --- a/conf/app.toml
    +++ b/conf/app.toml
    @@ -1,2 +1,2 @@
     colour = "blue"
    -size = 12
    +size = 14
    -- exit 0
    "#);
}

#[test]
fn diff_against_a_folder_shows_what_is_really_there() {
    let sandbox = product_and_fix();
    sandbox.write("app/conf/app.toml", "colour = \"green\"\n");
    assert_snapshot!(Console::new(&sandbox).run("diff $/fix.patchbundle conf version.txt --target $/app"), @r#"
    diff --git a/conf/app.toml b/conf/app.toml
    --- a/conf/app.toml
    +++ b/conf/app.toml
    @@ -1 +1,2 @@
    -colour = "green"
    +colour = "blue"
    +size = 14
    diff --git a/version.txt b/version.txt
    --- a/version.txt
    +++ b/version.txt
    @@ -1 +1 @@
    -4.2
    +4.2.1
    -- exit 0
    "#);
}

#[test]
fn verify_gives_one_verdict() {
    let sandbox = product_and_fix();
    assert_snapshot!(Console::new(&sandbox).run("verify $/fix.patchbundle"), @r"
    $/fix.patchbundle is intact: every checksum matches
    Not trusted: this patch isn't signed

    Patch       ACME-HF-1042  Umlauts in fonts
    SHA-256     [sha256]
    Manifest    [sha256]

    Next: Ask the sender for a file signed by someone you trust.
    To check only the checksums: patchwright verify $/fix.patchbundle --allow-unsigned
    -- exit 4
    ");
}

#[test]
fn plan_shows_what_will_happen() {
    let sandbox = product();
    sandbox.save("fix.patchbundle", &talkative(fix(&sandbox)));
    assert_snapshot!(Console::new(&sandbox).run("plan $/fix.patchbundle $/app"), @r"
    ACME-HF-1042 (revision 2)  Umlauts in fonts
    for Widget 4.2 in $/app
    Not trusted: this patch isn't signed

    Changes: 1 added, 2 modified, 1 renamed, 1 deleted
      delete  fonts/old.txt
      modify  version.txt
      modify  conf/app.toml
      rename  readme.txt → doc.txt
      add     fonts/umlauts.txt
      Disk space needed: 2.1 MB

    Restart afterwards: service

    Can be applied, but isn't signed by anyone you trust.
    If you know who sent it, add --allow-unsigned.
    -- exit 0
    ");
}

#[test]
fn plan_lists_every_reason_why_not() {
    let sandbox = product_and_fix();
    sandbox.write("app/conf/app.toml", "colour = \"green\"\n");
    sandbox.write("app/fonts/umlauts.txt", "mine\n");
    assert_snapshot!(Console::new(&sandbox).run("plan $/fix.patchbundle $/app"), @r"
    ACME-HF-1042  Umlauts in fonts
    for Widget in $/app
    Not trusted: this patch isn't signed

    Problems to resolve first
      conf/app.toml isn't the version this patch expects (E-DRIFT)
          Restore the original, or ask the vendor for a patch for this version.
      fonts/umlauts.txt already exists as a file, and isn't the one that the patch
        adds (E-OCCUPIED)
          Move it out of the folder if it isn't part of the product.

    Can't apply this patch yet: 2 problems.
    -- exit 3
    ");
}
