//! Applying a patch, looking at what it did, and taking it back.

use insta::assert_snapshot;
use patchwright::disk::fs::{Fs, OsFs};
use patchwright::model::{Mode, Node, Probe};

use super::{check, fix, product, product_and_fix, talkative};
#[cfg(unix)]
use crate::support::build::file;
use crate::support::build::{change, tree_path};
use crate::support::console::Console;

const APPLY: &str = "apply $/fix.patchbundle $/app --allow-unsigned --yes";

#[test]
fn apply_shows_the_plan_and_asks_once() {
    let sandbox = product_and_fix();
    let run = Console::new(&sandbox).answering("y").run("apply $/fix.patchbundle $/app --allow-unsigned");
    assert_snapshot!(run, @r"
    Applied ACME-HF-1042 to $/app: 1 added, 2 modified, 1 renamed, 1 deleted
      Applied without enough trusted signatures (--allow-unsigned)
    To undo it: patchwright rollback $/app
    -- err --
    ACME-HF-1042  Umlauts in fonts
    for Widget in $/app
    Not trusted: this patch isn't signed

    Changes: 1 added, 2 modified, 1 renamed, 1 deleted
      delete  fonts/old.txt
      modify  version.txt
      modify  conf/app.toml
      rename  readme.txt → doc.txt
      add     fonts/umlauts.txt
      Disk space needed: 2.1 MB

    Ready to apply.

    Apply this patch? [y/N] -- exit 0
    ");
    assert_eq!(sandbox.read("app/version.txt").as_deref(), Some("4.2.1\n"));
}

#[test]
fn a_no_changes_nothing() {
    let sandbox = product_and_fix();
    for answer in ["n", "", "yes please", "Y E S"] {
        let run =
            Console::new(&sandbox).answering(answer).run("apply $/fix.patchbundle $/app --allow-unsigned");
        let told = run.err.split_once("[y/N] ").expect("it asks").1;
        let said_no = "Not done: you said no (E-DECLINED)\nNothing was changed.\n";
        assert_eq!((run.code, told), (3, said_no), "{answer:?}");
    }
    assert_eq!(sandbox.read("app/version.txt").as_deref(), Some("4.2\n"));
    assert!(!sandbox.path("app/.patchwright").exists());
}

#[test]
fn a_long_plan_leaves_the_question_on_the_screen() {
    let sandbox = product();
    let bundle = (0..100).fold(sandbox.bundle("ACME-HF-1"), |bundle, number| {
        bundle.create(&format!("new/{number:02}"), &number.to_string())
    });
    let bundle = bundle.with_change(change("new", None, Some(Node::Dir(Mode::DIR)), None));
    sandbox.save("fix.patchbundle", &bundle);
    let run = Console::new(&sandbox).answering("n").run("apply $/fix.patchbundle $/app --allow-unsigned");
    assert!(run.err.lines().count() < 30, "{run}");
    assert!(run.err.contains("… and 86 more; --verbose lists all of them"), "{run}");
}

#[test]
fn apply_tells_what_it_did_and_how_to_take_it_back() {
    let sandbox = product();
    sandbox.save("fix.patchbundle", &talkative(fix(&sandbox)));
    assert_snapshot!(Console::new(&sandbox).run(APPLY), @r"
    Applied ACME-HF-1042 (revision 2) to $/app: 1 added, 2 modified, 1 renamed, 1 deleted
      Widget is now 4.2.1
      Applied without enough trusted signatures (--allow-unsigned)
      Health check passed: the version is 4.2.1
      Restart: service
    To undo it: patchwright rollback $/app
    -- exit 0
    ");
}

#[test]
fn apply_again_has_nothing_to_do() {
    let sandbox = product_and_fix();
    let console = Console::new(&sandbox);
    console.done(APPLY);
    assert_snapshot!(console.run(APPLY), @r"
    Nothing to do: ACME-HF-1042 is already in place in $/app
    -- exit 0
    ");
    assert_snapshot!(console.run("plan $/fix.patchbundle $/app"), @r#"
    ACME-HF-1042  Umlauts in fonts
    for Widget in $/app
    Not trusted: this patch isn't signed

    Nothing to do: the patch is already in place.
    -- exit 0
    "#);
}

#[test]
fn a_quiet_apply_says_nothing() {
    let sandbox = product_and_fix();
    let run = Console::new(&sandbox).done(&format!("{APPLY} --quiet"));
    assert_eq!(run.printed(), "");
}

#[test]
fn a_saved_plan_is_carried_out_only_in_the_folder_it_was_made_for() {
    let sandbox = product_and_fix();
    let console = Console::new(&sandbox);
    assert!(
        console
            .done("plan $/fix.patchbundle $/app --output $/fix.plan")
            .out
            .ends_with("Saved the plan to $/fix.plan\n")
    );
    let apply = format!("{APPLY} --plan $/fix.plan");
    console.done(&apply);
    console.done("rollback $/app --yes");
    // The same files again, and yet another folder: it has a history now.
    assert_snapshot!(console.run(&apply), @r"
    -- err --
    The patch file, the folder, a choice or a key has changed since you looked (E-MOVED)
    Nothing was changed.
    Next: Check what would happen again, then continue.
    -- exit 3
    ");
}

#[test]
fn status_and_history_tell_how_things_stand() {
    let sandbox = product();
    sandbox.save("fix.patchbundle", &talkative(fix(&sandbox)));
    let console = Console::new(&sandbox);
    assert_snapshot!(console.run("status $/app"), @r#"
    $/app

    No patches are applied here.
    -- exit 0
    "#);
    assert_snapshot!(console.run("history $/app"), @r#"
    No changes to $/app are recorded
    -- exit 0
    "#);
    console.done(APPLY);
    assert_snapshot!(console.run("status $/app"), @r"
    Widget 4.2.1 in $/app

    Patches in this folder, oldest first:
      ACME-HF-1042 (revision 2)  2026-11-23 09:30:00 UTC
          Umlauts in fonts

    5 files checked: everything is as expected.
    -- exit 0
    ");
    sandbox.write("app/conf/app.toml", "colour = \"red\"\n");
    std::fs::remove_file(sandbox.path("app/doc.txt")).expect("it is there");
    assert_snapshot!(console.run("status $/app"), @r"
    Widget 4.2.1 in $/app

    Patches in this folder, oldest first:
      ACME-HF-1042 (revision 2)  2026-11-23 09:30:00 UTC
          Umlauts in fonts

    2 of 5 files aren't as expected:
      differs  conf/app.toml  probably edited here  (last changed by ACME-HF-1042)
      missing  doc.txt        deleted               (last changed by ACME-HF-1042)
    To see the differences: patchwright status $/app --diff
    1 file has no backup here. You need the patch file of ACME-HF-1042.
    To repair: patchwright repair $/app --from FILE
    -- exit 0
    ");
    assert_snapshot!(console.run("history $/app"), @r"
    History of $/app, oldest first
      1  2026-11-23 09:30:00 UTC  applied ACME-HF-1042  by ada on server  4.2 → 4.2.1
            unsigned when applied
            fixes, as its author says: CVE-2026-12345
      2  2026-11-23 09:30:00 UTC  checked ACME-HF-1042  by ada on server
            Health check passed: the version is 4.2.1
    -- exit 0
    ");
}

#[test]
fn rollback_puts_everything_back_and_can_itself_be_taken_back() {
    let sandbox = product();
    sandbox.save("fix.patchbundle", &talkative(fix(&sandbox)));
    let console = Console::new(&sandbox);
    console.done(APPLY);
    assert_snapshot!(Console::new(&sandbox).answering("y").run("rollback $/app"), @r"
    Rolled back ACME-HF-1042 in $/app: 1 added, 2 modified, 1 renamed, 1 deleted
      CVE-2026-12345 is open again here
      The version is now 4.2
    To undo it: patchwright reapply $/app --allow-unsigned
    -- err --
    ACME-HF-1042  Umlauts in fonts
    will be rolled back in $/app

      CVE-2026-12345 is open again afterwards

    Changes: 1 added, 2 modified, 1 renamed, 1 deleted
      delete  fonts/umlauts.txt
      modify  version.txt
      modify  conf/app.toml
      rename  doc.txt → readme.txt
      add     fonts/old.txt
      Disk space needed: 2.1 MB

    The vendor's advice for rolling back
      | documents made since keep the new fonts
      | close all documents

    Roll back this patch? [y/N] Why? For the history: fault, planned, superseded, test, or Enter for no answer: -- exit 0
    ");
    assert_eq!(sandbox.read("app/version.txt").as_deref(), Some("4.2\n"));
    assert_snapshot!(console.run("status $/app"), @r"
    Widget 4.2 in $/app

    No patches are applied here.

    6 files checked: everything is as expected.

    To undo the last rollback: patchwright reapply $/app --allow-unsigned
    -- exit 0
    ");
    assert_snapshot!(console.run("rollback $/app --undo --yes --allow-unsigned"), @r"
    Reapplied ACME-HF-1042 to $/app: 1 added, 2 modified, 1 renamed, 1 deleted
      The version is now 4.2.1
      ACME-HF-1042 isn't signed by anyone you trust
      the health checks are left out: nobody you trust signed the patch, and this
        account has no record of applying it
    To undo it: patchwright rollback $/app --undo
    -- exit 0
    ");
    assert_eq!(sandbox.read("app/version.txt").as_deref(), Some("4.2.1\n"));
    assert_snapshot!(console.run("history $/app --verbose"), @r"
    History of $/app, oldest first
      1  2026-11-23 09:30:00 UTC  applied ACME-HF-1042      by ada on server  4.2 → 4.2.1
            unsigned when applied
            fixes, as its author says: CVE-2026-12345
            delete fonts/old.txt
            modify version.txt
            modify conf/app.toml
            rename readme.txt → doc.txt
            add fonts/umlauts.txt
      2  2026-11-23 09:30:00 UTC  checked ACME-HF-1042      by ada on server
            Health check passed: the version is 4.2.1
      3  2026-11-23 09:30:00 UTC  rolled back ACME-HF-1042  by ada on server  4.2.1 → 4.2
            delete fonts/umlauts.txt
            modify version.txt
            modify conf/app.toml
            rename doc.txt → readme.txt
            add fonts/old.txt
      4  2026-11-23 09:30:00 UTC  reapplied ACME-HF-1042    by ada on server  4.2 → 4.2.1
            allowed: ACME-HF-1042 isn't signed by anyone you trust
            delete fonts/old.txt
            modify version.txt
            modify conf/app.toml
            rename readme.txt → doc.txt
            add fonts/umlauts.txt
    -- exit 0
    ");
}

#[test]
fn a_rollback_over_edits_needs_a_wish_and_keeps_them() {
    let sandbox = product_and_fix();
    let console = Console::new(&sandbox);
    console.done(APPLY);
    sandbox.write("app/version.txt", "4.2.1-mine\n");
    assert_snapshot!(console.run("rollback $/app --yes"), @r"
    -- err --
    version.txt was changed after the patch was applied (E-DRIFT)
    Nothing was changed.
    Next: To back up your version and continue, add --keep-edits. Or repair the file
          first.
    -- exit 3
    ");
    assert_snapshot!(console.run("rollback $/app --yes --keep-edits"), @r"
    Rolled back ACME-HF-1042 in $/app: 1 added, 2 modified, 1 renamed, 1 deleted
      version.txt was changed after the patch was applied; your version is backed
        up
    Your versions are kept here. To get one back later, copy it over the file:
      version.txt  $/app/.patchwright/undo/00000002/objects/2
    To undo it: patchwright reapply $/app --allow-unsigned
    -- exit 0
    ");
    assert_eq!(sandbox.read("app/version.txt").as_deref(), Some("4.2\n"));
    console.done("rollback $/app --undo --yes --allow-unsigned");
    assert_eq!(sandbox.read("app/version.txt").as_deref(), Some("4.2.1-mine\n"));
}

#[test]
fn accept_asks_and_gives_up_the_way_back() {
    let sandbox = product_and_fix();
    let console = Console::new(&sandbox);
    assert_snapshot!(console.run("accept $/app"), @r#"
    Nothing to do: $/app has no backups to delete
    -- exit 0
    "#);
    console.done(APPLY);
    assert_snapshot!(console.run("accept $/app"), @r#"
    -- err --
    Not done: there is no terminal to ask you (E-DECLINED)
    Nothing was changed.
    Next: Check what would happen, then add --yes.
    -- exit 3
    "#);
    assert_snapshot!(Console::new(&sandbox).answering("yes").run("accept $/app"), @r"
    Kept ACME-HF-1042 for good in $/app. The backups are deleted.
    -- err --
    Patches in $/app to keep for good; their backups will be deleted:
      ACME-HF-1042  Umlauts in fonts

    Delete these backups? This can't be undone. [y/N] -- exit 0
    ");
    assert_snapshot!(console.run("rollback $/app --yes"), @r"
    -- err --
    ACME-HF-1042 was kept for good, and its backups were deleted (E-NO-WAY-BACK)
    Nothing was changed.
    Next: Ask the vendor for a patch that undoes it.
    -- exit 3
    ");
}

#[test]
fn accept_names_the_rollback_and_the_kept_edits_that_go() {
    let sandbox = product_and_fix();
    let console = Console::new(&sandbox);
    console.done(APPLY);
    sandbox.write("app/conf/app.toml", "edited here\n");
    console.done("rollback $/app --keep-edits --yes");
    assert_snapshot!(Console::new(&sandbox).answering("yes").run("accept $/app"), @r"
    Kept the rollback of ACME-HF-1042 for good in $/app. The backups are deleted.
    Deleted the backup of your edited conf/app.toml
    -- err --
    After this, the rollback of ACME-HF-1042 can't be undone.
    Also deletes 1 backup of an edited file. Copy what you need first:
      conf/app.toml  .patchwright/undo/00000002/objects/3

    Delete these backups? This can't be undone. [y/N] -- exit 0
    ");
    assert_snapshot!(console.run("history $/app"), @r"
    History of $/app, oldest first
      1  2026-11-23 09:30:00 UTC  applied ACME-HF-1042      by ada on server
            unsigned when applied
      2  2026-11-23 09:30:00 UTC  rolled back ACME-HF-1042  by ada on server
            conf/app.toml was changed after the patch was applied; your version is
              backed up
      3  2026-11-23 09:30:00 UTC  kept for good             by ada on server
            the rollback of ACME-HF-1042 is kept for good
            conf/app.toml: the backup of your edited file was deleted
    -- exit 0
    ");
    assert_snapshot!(console.run("rollback $/app --undo --yes --allow-unsigned"), @r"
    -- err --
    The rollback of ACME-HF-1042 was kept for good (E-NO-WAY-BACK)
    Nothing was changed.
    Next: Apply the patch file instead.
    -- exit 3
    ");
}

#[test]
fn a_failed_health_check_takes_the_change_back() {
    let sandbox = product();
    let contains = "4.2.2".to_owned();
    let bundle = fix(&sandbox).but(|patch| {
        patch.about.health = vec![check(Probe::Text { path: tree_path("version.txt"), contains })];
    });
    sandbox.save("fix.patchbundle", &bundle);
    let console = Console::new(&sandbox);
    assert_snapshot!(console.run(APPLY), @r#"
    -- err --
    A health check failed after the change (E-HEALTH)
      "version.txt" doesn't contain "4.2.2"
    Your files were restored.
    Next: Find out why the check failed, then try again. Or ask the vendor.
    -- exit 5
    "#);
    assert_eq!(sandbox.read("app/version.txt").as_deref(), Some("4.2\n"));
    assert_snapshot!(console.run("history $/app"), @r#"
    History of $/app, oldest first
      1  2026-11-23 09:30:00 UTC  applied ACME-HF-1042      by ada on server
            unsigned when applied
      2  2026-11-23 09:30:00 UTC  rolled back ACME-HF-1042  by ada on server
            Health check failed: "version.txt" doesn't contain "4.2.2"
    -- exit 0
    "#);
    let plan = console.run("plan $/fix.patchbundle $/app").printed();
    assert!(!plan.contains("hard links"), "only backups of ours share the file: {plan}");
    let status = console.run("status $/app").printed();
    assert!(status.contains("failed this check, and was undone"), "{status}");
    assert!(!status.contains("patchwright reapply"), "nobody rolled it back: {status}");
    console.done("repair $/app --yes");
    let look = console.run("repair $/app --dry-run");
    assert!(look.code == 0 && look.out.starts_with("Nothing to repair: "), "{look}");
}

#[test]
fn a_patch_made_from_two_folders_goes_in_and_out() {
    let sandbox = product();
    sandbox.write("new/conf/app.toml", "colour = \"red\"\n");
    sandbox.write("new/readme.txt", "Read me.\n");
    let console = Console::new(&sandbox);
    let made =
        console.run("make --from $/app --to $/new --id ACME-HF-7 --output $/fix.patchbundle --no-proof");
    let told = "Note: this system keeps no permission bits, so no file is taken for a program\n";
    let keeps_modes = OsFs::open(&sandbox.path("app")).expect("a folder").features().modes;
    assert_eq!(made.out.contains(told), !keeps_modes, "{made}");
    assert_snapshot!(made.to_string().replace(told, ""), @r"
    Made $/fix.patchbundle: ACME-HF-7, 1,129 bytes
    Changes: 1 modified, 3 deleted
    SHA-256: [sha256]
    Not tested on a copy
    -- exit 0
    ");
    console.done(APPLY);
    assert_eq!(sandbox.read("app/fonts/old.txt"), None);
    console.done("rollback $/app --yes");
    assert_eq!(sandbox.read("app/fonts/old.txt").as_deref(), Some("old font\n"));
}

/// `mode run.sh` is no sentence.
#[cfg(unix)]
#[test]
fn the_history_words_a_change_of_permissions_as_the_plan_does() {
    let sandbox = product();
    let [before, mut after] = [file("Read me.\n"), file("Read me.\n")];
    if let Node::File(file) = &mut after {
        file.mode = Mode::PROGRAM;
    }
    let change = change("readme.txt", Some(before), Some(after), None);
    sandbox.save("fix.patchbundle", &sandbox.bundle("ACME-HF-1").with_change(change));
    let console = Console::new(&sandbox);

    let plan = console.done("plan $/fix.patchbundle $/app").out;
    assert!(plan.contains("  change permissions  readme.txt\n"), "{plan}");
    console.done(APPLY);
    let history = console.done("history $/app --verbose").out;
    assert!(history.contains("        change permissions readme.txt\n"), "{history}");
}

#[test]
fn with_quiet_nothing_is_printed_where_all_is_well_and_the_exit_code_tells() {
    let sandbox = product_and_fix();
    let console = Console::new(&sandbox);
    for command in ["plan $/fix.patchbundle $/app", "status $/app --diff", APPLY, "history $/app"] {
        let run = console.done(&format!("{command} --quiet"));
        assert_eq!(run.printed(), "", "{command}");
    }
    // What is not well is told.
    sandbox.write("app/version.txt", "9.9\n");
    for command in ["plan $/fix.patchbundle $/app", "rollback $/app --yes"] {
        let run = console.run(&format!("{command} --quiet"));
        assert!(run.code == 3 && !run.printed().is_empty(), "{command}: {run}");
    }
    assert!(console.run("plan $/fix.patchbundle $/app -q --json").out.contains("\"outcome\""));
}
