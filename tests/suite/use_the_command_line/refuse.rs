//! Every refusal says what happened, what it means for the files, and what to do; and has its exit code.

use std::sync::Arc;

use insta::assert_snapshot;

use super::{as_exchanged, fix, product, product_and_fix, second_exchange};
use crate::support::console::{Console, Run};
use crate::support::fault_fs::{Errno, Fault, FaultFs, Lasting};
use crate::support::sandbox::Sandbox;

const APPLY: &str = "apply $/fix.patchbundle $/app --allow-unsigned --yes";

/// Applies the fix on a disk that fails from the second exchange on, so that not even going back is possible.
pub fn interrupted() -> (Sandbox, Run) {
    let sandbox = product_and_fix();
    let run = Console::new(&sandbox)
        .with_disks(|disk| {
            let fault = Fault::Fails(Errno::NoSpace);
            let at = second_exchange(&*disk);
            Arc::new(FaultFs::failing(disk, at, fault, Lasting::FromThenOn))
        })
        .run(APPLY);
    (sandbox, run)
}

#[test]
fn exit_1_when_the_machine_cannot() {
    let sandbox = product();
    assert_snapshot!(Console::new(&sandbox).run("show $/nothing.patchbundle"), @r#"
    -- err --
    Can't read the patch file: $/nothing.patchbundle (E-IO)
      cannot open: file not found
    Nothing was changed.
    Next: Check the path. Every folder in it must exist.
    -- exit 1
    "#);
    assert_snapshot!(Console::new(&sandbox).run("status $/nowhere"), @r#"
    -- err --
    Can't open the folder: $/nowhere (E-IO)
      file not found
    Nothing was changed.
    Next: Name the folder where the product is installed.
    -- exit 1
    "#);
}

#[test]
fn exit_2_when_the_command_line_is_wrong() {
    let sandbox = product_and_fix();
    let console = Console::new(&sandbox);
    assert_snapshot!(console.run("aply $/fix.patchbundle $/app"), @r#"
    -- err --
    error: unrecognized subcommand 'aply'

      tip: a similar subcommand exists: 'apply'

    Usage: patchwright [OPTIONS] <COMMAND>

    Nothing was changed.
    Next: See the options and examples: patchwright help
    -- exit 2
    "#);
    assert_snapshot!(console.run("apply $/app"), @r#"
    -- err --
    A patch file and a product folder are needed; you named "$/app" (E-USAGE)
    Next: Name the patch file first, then the product folder.
    -- exit 2
    "#);
    assert_snapshot!(console.run("apply --allow-unsigned"), @r#"
    -- err --
    error: the following required arguments were not provided:
      <PATH>...

    Usage: patchwright apply [OPTIONS] <FILE>... <TARGET>

    Nothing was changed.
    Next: See the options and examples: patchwright help apply
    -- exit 2
    "#);
    assert_snapshot!(console.run("recover $/app"), @r#"
    -- err --
    error: the following required arguments were not provided:
      <--undo|--finish>

    Usage: patchwright recover <--undo|--finish> <TARGET>

    Nothing was changed.
    Next: See the options and examples: patchwright help recover
    -- exit 2
    "#);
    assert_snapshot!(console.run("show -"), @r#"
    -- err --
    A patch file cannot be read from a pipe (E-USAGE)
    Next: Save it to a file first, then name that file.
    -- exit 2
    "#);
    assert_snapshot!(console.run("diff $/fix.patchbundle fonts/none.txt"), @r"
    -- err --
    The patch doesn't change fonts/none.txt (E-USAGE)
    Next: `patchwright show` lists the files it changes.
    -- exit 2
    ");
    assert_snapshot!(console.run("diff $/fix.patchbundle ../up"), @r#"
    -- err --
    A path contains "..": "../up" (E-USAGE)
    -- exit 2
    "#);
    assert_snapshot!(Console::new(&sandbox).answering("").run("diff $/fix.patchbundle --raw"), @r#"
    -- err --
    --raw can't print to a terminal: a patch file could control it (E-USAGE)
    Next: Write it to a file instead: --raw > fix.diff
    -- exit 2
    "#);
}

#[test]
fn exit_3_when_something_stands_in_the_way() {
    let sandbox = product_and_fix();
    sandbox.write("app/conf/app.toml", "mine\n");
    let console = Console::new(&sandbox);
    assert_snapshot!(console.run(APPLY), @r"
    -- err --
    conf/app.toml isn't the version this patch expects (E-DRIFT)
    Nothing was changed.
    Next: Restore the original, or ask the vendor for a patch for this version.
    -- exit 3
    ");
    sandbox.write("app/version.txt", "mine\n");
    assert_snapshot!(console.run(APPLY), @r"
    -- err --
    There are 2 problems to resolve first (E-DRIFT)
      conf/app.toml isn't the version this patch expects (E-DRIFT)
      version.txt isn't the version this patch expects (E-DRIFT)
          Restore the original, or ask the vendor for a patch for this version.
    Nothing was changed.
    -- exit 3
    ");
    assert_snapshot!(console.run("rollback $/app --yes"), @r"
    -- err --
    No patch is applied here, so there is nothing to roll back (E-UNKNOWN-PATCH)
    Nothing was changed.
    Next: Check that this is the right folder.
    -- exit 3
    ");
    assert!(!sandbox.path("app/.patchwright").exists());
}

#[test]
fn exit_3_when_nobody_can_be_asked() {
    let sandbox = product_and_fix();
    assert_snapshot!(Console::new(&sandbox).run("apply $/fix.patchbundle $/app --allow-unsigned"), @r#"
    -- err --
    Not done: there is no terminal to ask you (E-DECLINED)
    Nothing was changed.
    Next: Check what would happen, then add --yes.
    -- exit 3
    "#);
}

#[cfg(unix)]
#[test]
fn exit_3_when_the_folder_is_reached_by_a_link() {
    let sandbox = product_and_fix();
    std::os::unix::fs::symlink(sandbox.path("app"), sandbox.path("link")).expect("a new link");
    assert_snapshot!(Console::new(&sandbox).run("status $/link"), @r"
    -- err --
    Can't open the folder: $/link (E-FS)
      it's a link to $/app
    Nothing was changed.
    Next: To use the folder it points to, name that one: $/app
    -- exit 3
    ");
    assert_snapshot!(Console::new(&sandbox).run("status $/fix.patchbundle"), @r#"
    -- err --
    Can't open the folder: $/fix.patchbundle (E-FS)
      it isn't a folder
    Nothing was changed.
    Next: Name the folder where the product is installed.
    -- exit 3
    "#);
}

#[test]
fn exit_3_when_an_order_is_there_already() {
    let sandbox = product();
    let console = Console::new(&sandbox);
    assert_snapshot!(console.run("new --output $/order.toml"), @r"
    Wrote $/order.toml. Fill it in, then run:
      patchwright make --from OLD --to NEW --order $/order.toml --output NEW.patchbundle
    -- exit 0
    ");
    assert_snapshot!(console.run("new --output $/order.toml"), @r"
    -- err --
    Can't write the patch order: $/order.toml (E-OCCUPIED)
      a file with this name already exists
    Nothing was changed.
    Next: Choose another name; existing files are never overwritten.
    -- exit 3
    ");
    assert!(sandbox.read("order.toml").is_some_and(|order| order.contains("possible = \"yes\"")));
}

#[test]
fn exit_4_when_nobody_vouches_for_a_patch() {
    let sandbox = product_and_fix();
    assert_snapshot!(Console::new(&sandbox).run("apply $/fix.patchbundle $/app --yes"), @r#"
    -- err --
    This patch isn't signed by anyone you trust: $/fix.patchbundle (E-TRUST)
      Not trusted: this patch isn't signed
    Nothing was changed.
    Next: If you trust the source of this file, add --allow-unsigned; the history
          records it.
    -- exit 4
    "#);
}

#[test]
fn exit_4_when_a_patch_file_is_damaged() {
    let sandbox = product();
    let mut bytes = fix(&sandbox).to_bytes();
    let middle = bytes.len() / 3;
    bytes[middle] ^= 1;
    std::fs::write(sandbox.path("fix.patchbundle"), bytes).expect("a new file");
    let console = Console::new(&sandbox);
    assert_snapshot!(console.run("verify $/fix.patchbundle"), @r#"
    -- err --
    Can't open this file: it's damaged or not a patch: $/fix.patchbundle (E-CONTAINER)
      manifest.json: its content does not match its CRC-32
    Nothing was changed.
    Next: Get the file again, and compare its SHA-256 with the sender's.
    -- exit 4
    "#);
    assert_snapshot!(console.run("plan $/app/readme.txt $/app"), @r#"
    -- err --
    Can't open this file: it's damaged or not a patch: $/app/readme.txt (E-CONTAINER)
      too short to be a bundle
    Nothing was changed.
    Next: Get the file again, and compare its SHA-256 with the sender's.
    -- exit 4
    "#);
}

#[test]
fn exit_5_when_a_change_failed_and_was_put_back() {
    let sandbox = product_and_fix();
    let console = Console::new(&sandbox).with_disks(|disk| {
        let at = second_exchange(&*disk);
        Arc::new(FaultFs::failing(disk, at, Fault::Fails(Errno::NoSpace), Lasting::Once))
    });
    assert_snapshot!(as_exchanged(&console.run(APPLY)), @r#"
    -- err --
    The change failed (E-SPACE)
      cannot exchange conf/app.toml
      the disk is full
    Your files were restored.
    -- exit 5
    "#);
    assert_eq!(sandbox.read("app/version.txt").as_deref(), Some("4.2\n"));
}

#[test]
fn exit_6_when_a_person_is_needed() {
    let (sandbox, run) = interrupted();
    assert_snapshot!(as_exchanged(&run), @r"
    -- err --
    The change stopped halfway (E-SPACE)
      cannot exchange conf/app.toml
      the disk is full
      restoring the files failed, too: cannot restore version.txt
      the disk is full
    Some files may be updated and some not. Nothing has been lost.
    Next: Restore the old files: patchwright recover $/app --undo
    Or: Finish it, if every file has already been updated:
            patchwright recover $/app --finish
    -- exit 6
    ");
    let console = Console::new(&sandbox);
    assert_snapshot!(console.run("status $/app"), @r"
    $/app

    Applying ACME-HF-1042 was interrupted (started 2026-11-23 09:30:00 UTC by ada)
    Some files may be updated and some not. Nothing has been lost.
    Next: Restore the old files: patchwright recover $/app --undo

    No patches are applied here.
    -- exit 0
    ");
    assert_snapshot!(console.run("plan $/fix.patchbundle $/app"), @r"
    -- err --
    An earlier change to this folder was interrupted (E-UNFINISHED)
    Some files may be updated and some not. Nothing has been lost.
    Next: Restore the old files: patchwright recover $/app --undo
    Or: Finish it, if every file has already been updated:
            patchwright recover $/app --finish
    -- exit 6
    ");
    assert_snapshot!(console.run("recover $/app --finish"), @r"
    -- err --
    Can't finish the interrupted change: 3 files haven't been updated, such as conf/app.toml and doc.txt (E-UNFINISHED)
    Some files may be updated and some not. Nothing has been lost.
    Next: Restore the old files instead:
            patchwright recover $/app --undo
    -- exit 6
    ");
}

#[test]
fn recover_puts_everything_back() {
    let (sandbox, _) = interrupted();
    let console = Console::new(&sandbox);
    let fixed = console.run("fixed $/app");
    assert!(fixed.out.contains("nothing here is proven.\nNext: Restore the old files first"), "{fixed}");
    assert!(fixed.out.contains("patchwright recover $/app --undo\n"), "{fixed}");
    assert_snapshot!(console.run("recover $/app --undo"), @r"
    Restored 3 files in $/app: everything is as it was before ACME-HF-1042 was applied
    -- exit 0
    ");
    assert_eq!(sandbox.read("app/version.txt").as_deref(), Some("4.2\n"));
    assert_snapshot!(console.run("recover $/app --undo"), @r#"
    Nothing to do: no change to $/app was interrupted
    -- exit 0
    "#);
    assert_snapshot!(console.run("history $/app"), @r"
    History of $/app, oldest first
      1  2026-11-23 09:30:00 UTC  interrupted; restored ACME-HF-1042  by ada on server
            it was interrupted; the files were restored
    -- exit 0
    ");
}

#[test]
fn recover_keeps_what_somebody_wrote_meanwhile() {
    let (sandbox, _) = interrupted();
    sandbox.write("app/doc.txt", "mine\n");
    sandbox.write("app/version.txt", "mine\n");
    let console = Console::new(&sandbox);
    assert_snapshot!(console.run("recover $/app --undo"), @r"
    -- err --
    Not everything can be restored to its state before the change (E-FOREIGN)
      doc.txt was changed by something else, not by the interrupted change
      version.txt is neither the old nor the new file
    Some files may be updated and some not. Nothing has been lost.
    Next: Restore the old files, and keep copies of files changed since:
            patchwright recover $/app --undo --on-conflict aside
    Or: Restore missing contents from a patch file:
            patchwright recover $/app --undo --from FILE
    -- exit 6
    ");
    assert_snapshot!(console.run("recover $/app --undo --on-conflict aside"), @r"
    Restored 3 files in $/app, but not everything is as it was before ACME-HF-1042 was applied:
      doc.txt was changed by something else, and is left as it is
      version.txt: the changed file was moved to
        $/app/.patchwright/conflict/00000000000000000000000000000001/2
    -- exit 6
    ");
    // It stays told until somebody has taken it away.
    let status = console.run("status $/app");
    let kept = ".patchwright/conflict/00000000000000000000000000000001/2";
    assert!(status.out.contains(&format!("Moved aside by a recovery: {kept}")), "{status}");
    assert!(
        console.run("history $/app").in_one_line().contains(&format!("kept a copy of version.txt as {kept}"))
    );
    assert_eq!(console.done("status $/app --json").json()["put_aside"][0], kept);
    std::fs::remove_file(sandbox.path(&format!("app/{kept}"))).expect("our own file");
    assert!(!console.done("status $/app").out.contains("Put aside"));
}

#[test]
fn exit_130_when_it_was_stopped_before_any_change() {
    let sandbox = product_and_fix();
    assert_snapshot!(Console::new(&sandbox).interrupted().run(APPLY), @r#"
    -- err --
    Stopped at your request (E-INTERRUPTED)
    Nothing was changed.
    -- exit 130
    "#);
    assert_eq!(sandbox.read("app/version.txt").as_deref(), Some("4.2\n"));
}

#[test]
fn an_order_that_is_not_filled_in_is_told_line_by_line() {
    let sandbox = product();
    sandbox.write("new/version.txt", "4.3\n");
    sandbox.write("order.toml", "id = \"A B\"\ntitel = \"x\"\n");
    let console = Console::new(&sandbox);
    let run = console.run("make --from $/app --to $/new --order $/order.toml --output $/fix.patchbundle");
    assert_eq!(run.code, 3, "{run}");
    assert!(run.err.contains("\n  $/order.toml:2:9: error: titel: "), "{run}");
    assert_snapshot!(console.run("make --from $/app --to $/new --id A:B --output $/fix.patchbundle"), @r#"
    -- err --
    The patch order has 1 error (E-ORDER)
      id: "A:B" is no patch id: 1 to 80 letters, digits, ".", "_" or "-", the first a letter or digit
    Next: Correct the order, then make the patch again.
    -- exit 3
    "#);
    assert_snapshot!(console.run("make --from $/app --to $/app --id AB --output $/fix.patchbundle"), @r"
    -- err --
    The two folders are the same (E-ORDER)
    Nothing was changed.
    Next: Check that these are the right folders, and that the order doesn't ignore
          too much.
    -- exit 3
    ");
}
