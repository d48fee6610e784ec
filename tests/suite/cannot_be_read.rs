//! A file that is there and can't be read, or that is no file, is told as that: it isn't deleted, and nobody restores it.
#![cfg(target_os = "linux")]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use crate::support::console::Console;
use crate::support::ordinary_user::{as_ordinary_user, give_to_ordinary_user};
use crate::support::sandbox::{Sandbox, skip};

const FILE: &str = "app/lib/core.txt";

fn scene() -> Sandbox {
    let sandbox = Sandbox::with(&[(FILE, "one\n"), ("app/other", "1\n")]);
    let bundle = sandbox.bundle("ACME-1").replace("lib/core.txt", "one\n", "two\n");
    sandbox.save("fix.patchbundle", &bundle.replace("other", "1\n", "2\n"));
    sandbox
}

fn set(sandbox: &Sandbox, path: &str, bits: u32) {
    fs::set_permissions(sandbox.path(path), Permissions::from_mode(bits)).expect("our own");
}

/// That something is there of which `why` says what it is, and that this is no deletion.
fn must_say(console: &Console<'_>, why: &str) {
    let status = console.done("status $/app");
    let row = status.out.lines().find(|line| line.contains("lib/core.txt")).expect("a row");
    assert!(row.contains("unreadable") && row.contains(why), "{status}");
    assert!(!status.out.contains("deleted") && !status.out.contains("patchwright repair"), "{status}");
    let compared = console.done("status $/app --diff");
    assert!(!compared.out.contains("deleted file"), "{compared}");
    let rollback = console.run("rollback $/app --yes");
    assert_eq!(rollback.code, 3, "{rollback}");
    assert!(rollback.err.contains(why) && !rollback.err.contains("deleted"), "{rollback}");
    let identified = console.done("identify $/app");
    assert!(!identified.out.contains("neither original nor patched: lib/core.txt"), "{identified}");
    assert!(identified.out.contains("can't be checked: lib/core.txt"), "{identified}");
    let kept = console.run("accept $/app --yes");
    assert_eq!(kept.code, 3, "nobody knows whether it was edited: {kept}");
}

#[test]
fn a_file_that_may_not_be_read_is_not_missing() {
    for closed in [FILE, "app/lib"] {
        let sandbox = scene();
        give_to_ordinary_user(&sandbox.path(""));
        let done = as_ordinary_user(|| {
            let console = Console::new(&sandbox);
            console.done("apply $/fix.patchbundle $/app --yes --allow-unsigned");
            set(&sandbox, closed, 0o000);
            must_say(&console, "you don't have permission to read it");
            set(&sandbox, closed, if closed == FILE { 0o644 } else { 0o755 });
            console.done("rollback $/app --yes");
        });
        if done.is_none() {
            skip("a_file_that_may_not_be_read_is_not_missing", "nobody here may become another user");
        }
    }
}

#[test]
fn a_pipe_in_the_place_of_a_file_is_a_pipe() {
    let sandbox = scene();
    let console = Console::new(&sandbox);
    console.done("apply $/fix.patchbundle $/app --yes --allow-unsigned");
    fs::remove_file(sandbox.path(FILE)).expect("our own file");
    let mode = rustix::fs::Mode::from_raw_mode(0o644);
    rustix::fs::mknodat(rustix::fs::CWD, sandbox.path(FILE), rustix::fs::FileType::Fifo, mode, 0)
        .expect("a pipe");
    must_say(&console, "named pipe");
    // What is said to do next works.
    fs::rename(sandbox.path(FILE), sandbox.path("pipe")).expect("moved away");
    console.done("repair $/app --from $/fix.patchbundle --yes");
    console.done("rollback $/app --yes");
}

#[test]
fn a_file_that_is_gone_is_still_called_missing() {
    let sandbox = scene();
    let console = Console::new(&sandbox);
    console.done("apply $/fix.patchbundle $/app --yes --allow-unsigned");
    fs::remove_file(sandbox.path(FILE)).expect("our own file");
    let status = console.done("status $/app");
    assert!(status.out.contains("missing  lib/core.txt  deleted"), "{status}");
    let rollback = console.run("rollback $/app --yes");
    assert!(rollback.err.contains("was deleted after"), "{rollback}");
}
