//! Patches that know each other, on the command line.

use insta::assert_snapshot;

use crate::support::console::Console;
use crate::support::sandbox::Sandbox;

const BASE: &str = "1\n2\n3\n4\n5\n6\n7\n";

/// Three patches beside each other: two change different lines of a text, the third the line of the first.
pub(super) fn three_patches() -> Sandbox {
    let sandbox = Sandbox::with(&[("app/text", BASE), ("app/version.txt", "4.2\n")]);
    let one = BASE.replace('1', "one");
    let two = one.replace('4', "two");
    let three = two.replace("one", "three");
    for (id, old, new) in [("ONE", BASE, &one), ("TWO", &one, &two), ("THREE", &two, &three)] {
        let bundle =
            sandbox.bundle(id).replace("text", old, new).but(|patch| patch.about.fixes = vec![id.to_owned()]);
        sandbox.save(&format!("{}.patchbundle", id.to_lowercase()), &bundle);
    }
    let clash = sandbox.bundle("CLASH").replace("text", BASE, &BASE.replace('1', "eins"));
    sandbox.save("clash.patchbundle", &clash.but(|patch| patch.about.fixes = vec!["CLASH".to_owned()]));
    sandbox
}

const ALL: &str = "$/three.patchbundle $/one.patchbundle $/two.patchbundle $/app";

#[test]
fn several_patches_are_planned_applied_and_told_as_one_change() {
    let sandbox = three_patches();
    let console = Console::new(&sandbox);
    assert_snapshot!(console.run(&format!("plan {ALL}")), @r"
    ONE  Umlauts in fonts
    TWO  Umlauts in fonts
    THREE  Umlauts in fonts
    for Widget in $/app
    Not trusted: this patch isn't signed

    Changes: 1 modified
      modify  text
      Disk space needed: 2.1 MB

    Notes
      THREE rewrites changes of ONE: text (line 1)

    Can be applied, but isn't signed by anyone you trust.
    If you know who sent it, add --allow-unsigned.
    -- exit 0
    ");
    assert_snapshot!(console.run(&format!("apply {ALL} --allow-unsigned --yes")), @r"
    Applied ONE, TWO, THREE to $/app: 1 modified
      Applied without enough trusted signatures (--allow-unsigned)
      THREE rewrites changes of ONE: text (line 1)
    To undo all of them: patchwright rollback $/app --to ONE
    -- exit 0
    ");
    assert_snapshot!(console.run("history $/app"), @r#"
    History of $/app, oldest first
      1  2026-11-23 09:30:00 UTC  applied ONE, TWO, THREE  by ada on server
            ONE: unsigned when applied
            TWO: unsigned when applied
            THREE: unsigned when applied
    -- exit 0
    "#);
    assert_eq!(sandbox.read("app/text").as_deref(), Some("three\n2\n3\ntwo\n5\n6\n7\n"));
}

#[test]
fn how_patches_are_related_is_explained_with_what_shows_it() {
    let sandbox = three_patches();
    let console = Console::new(&sandbox);
    console.done("apply $/one.patchbundle $/app --allow-unsigned --yes");
    assert_snapshot!(console.run("explain $/clash.patchbundle $/two.patchbundle $/app"), @r"
    CLASH  Umlauts in fonts
    in $/app

      Applying this would undo fix ONE: both change the same lines of text. (regression)
          text: both change line 1
          → Roll back ONE first, or ask the vendor for a patch that contains both.
            To do it anyway, add --allow-undo REASON; the history records it.

    TWO  Umlauts in fonts
    in $/app

      Builds on ONE. (builds-on)
          text: made for the result of the other

      This patch and CLASH both change text, in different places. (mergeable)
          text: both change it, in different places
          → Both changes are applied. Check the merged files.

    Problems to resolve first
      CLASH: text: applying this would undo fix ONE: both change the same lines of
        text (E-UNDOES)
          Roll back ONE first, or ask the vendor for a patch that contains both. To
          do it anyway, add --allow-undo REASON; the history records it.

    Notes
      text is merged: TWO and CLASH both change it, in different places

    Can't apply this patch yet: 1 problem.
    -- exit 3
    ");
    assert_snapshot!(console.run("explain $/one.patchbundle $/app"), @r#"
    ONE  Umlauts in fonts
    in $/app

      This patch is already applied, as ONE. (identical)
          both fix: ONE
          text: same result
          → No action needed.

    Nothing to do: the patch is already in place.
    -- exit 0
    "#);
}

#[test]
fn a_patch_in_the_middle_is_taken_out_after_a_look_at_the_difference() {
    let sandbox = three_patches();
    let console = Console::new(&sandbox);
    console.done(&format!("apply {ALL} --allow-unsigned --yes"));
    assert_snapshot!(console.run("rollback $/app ONE --yes"), @r"
    -- err --
    text: THREE depends on it: both change the same lines of text (1) (E-NOT-NEWEST)
    Nothing was changed.
    Next: To roll it back as well, add --with-dependents. To roll back everything
          newer, use --to ID.
    -- exit 3
    ");
    assert_snapshot!(Console::new(&sandbox).answering("y\n").run("rollback $/app TWO"), @r"
    Rolled back TWO in $/app: 1 modified
    To undo it: patchwright reapply $/app --allow-unsigned
    -- err --
    TWO  Umlauts in fonts
    will be rolled back in $/app

    Patches in the folder
      before: ONE, TWO, THREE
      after:  ONE, THREE

    Changes: 1 modified
      modify  text
      Disk space needed: 2.1 MB

    text is rebuilt; it keeps the changes of ONE, THREE
    diff --git a/text b/text
    --- a/text
    +++ b/text
    @@ -1,7 +1,7 @@
     three
     2
     3
    -two
    +4
     5
     6
     7

    Roll back this patch? [y/N] Why? For the history: fault, planned, superseded, test, or Enter for no answer: -- exit 0
    ");
    assert_snapshot!(console.run("status $/app"), @r"
    Widget in $/app

    Patches in this folder, oldest first:
      ONE    2026-11-23 09:30:00 UTC
          Umlauts in fonts
      THREE  2026-11-23 09:30:00 UTC
          Umlauts in fonts

    1 file checked: everything is as expected.

    To undo the last rollback: patchwright reapply $/app --allow-unsigned
    -- exit 0
    ");
    console.done("rollback $/app --undo --yes --allow-unsigned");
    assert_snapshot!(Console::new(&sandbox).answering("y\n").run("rollback $/app ONE --with-dependents"), @r"
    Rolled back ONE, THREE in $/app: 1 modified
    To undo it: patchwright reapply $/app --allow-unsigned
    -- err --
    ONE  Umlauts in fonts
    THREE  Umlauts in fonts
    will be rolled back in $/app

    Patches in the folder
      THREE is rolled back, too: both change the same lines of text (1)
      before: ONE, TWO, THREE
      after:  TWO

    Changes: 1 modified
      modify  text
      Disk space needed: 2.1 MB

    text is rebuilt; it keeps the changes of TWO
    diff --git a/text b/text
    --- a/text
    +++ b/text
    @@ -1,4 +1,4 @@
    -three
    +1
     2
     3
     two

    Roll back these patches? [y/N] Why? For the history: fault, planned, superseded, test, or Enter for no answer: -- exit 0
    ");
    console.done("rollback $/app --undo --yes --allow-unsigned");
    assert_snapshot!(Console::new(&sandbox).answering("y\n").run("rollback $/app --to TWO"), @r"
    Rolled back TWO, THREE in $/app: 1 modified
    To undo it: patchwright reapply $/app --allow-unsigned
    -- err --
    TWO  Umlauts in fonts
    THREE  Umlauts in fonts
    will be rolled back in $/app

    Patches in the folder
      before: ONE, TWO, THREE
      after:  ONE

    Changes: 1 modified
      modify  text
      Disk space needed: 2.1 MB

    text is rebuilt; it keeps the changes of ONE
    diff --git a/text b/text
    --- a/text
    +++ b/text
    @@ -1,7 +1,7 @@
    -three
    +one
     2
     3
    -two
    +4
     5
     6
     7

    Roll back these patches? [y/N] Why? For the history: fault, planned, superseded, test, or Enter for no answer: -- exit 0
    ");
    assert_eq!(sandbox.read("app/text").as_deref(), Some("one\n2\n3\n4\n5\n6\n7\n"));
}
