//! A change that was interrupted, in a folder that came from somebody else: it could put anything into it.

use std::sync::Arc;

use patchwright::disk::fs::Fs;

use super::{person, scene, stranger};
use crate::support::console::Console;
use crate::support::fault_fs::{At, Errno, Fault, FaultFs, Lasting};
use crate::support::sandbox::Sandbox;
use crate::support::trees::Tree;

/// A folder in which a change was interrupted when it had just begun.
fn interrupted() -> Sandbox {
    let sandbox = scene();
    for rename in 1.. {
        let wrap = move |disk: Arc<dyn Fs>| -> Arc<dyn Fs> {
            let (at, fault) = (At::CallOf("rename", rename), Fault::Fails(Errno::Io));
            Arc::new(FaultFs::failing(disk, at, fault, Lasting::FromThenOn))
        };
        let cut = person(&sandbox).with_disks(wrap).run("apply $/signed.patchbundle $/app --yes");
        assert_ne!(cut.code, 0, "it was never interrupted: {cut}");
        if person(&sandbox).done("status $/app --json").json()["unfinished"].is_object() {
            break;
        }
    }
    sandbox
}

#[test]
fn whoever_began_a_change_recovers_it_wherever_the_folder_is_now() {
    let sandbox = interrupted();
    std::fs::rename(sandbox.path("app"), sandbox.path("moved")).expect("moved");
    let status = person(&sandbox).done("status $/moved");
    assert!(!status.out.contains("not by you"), "{status}");
    let unfinished = &person(&sandbox).done("status $/moved --json").json()["unfinished"];
    assert_eq!(unfinished["foreign"], false);
    person(&sandbox).done("recover $/moved --undo");
    assert_eq!(sandbox.read("moved/readme.txt").as_deref(), Some("Read me.\n"));
    person(&sandbox).done("apply $/signed.patchbundle $/moved --yes");
}

#[test]
fn what_somebody_else_began_is_shown_and_waits_for_somebody_who_says_that_it_is_right() {
    let sandbox = interrupted();
    let before = Tree::read(&sandbox.path("app"));
    let status = stranger(&sandbox).done("status $/app");
    assert!(status.out.contains(" by ada, not by you on this computer)"), "{status}");
    assert_eq!(stranger(&sandbox).done("status $/app --json").json()["unfinished"]["foreign"], true);
    for choice in ["--undo", "--undo --on-conflict aside", "--finish"] {
        let refused = stranger(&sandbox).run(&format!("recover $/app {choice}"));
        assert_eq!(refused.code, 4, "{choice}: {refused}");
        assert!(refused.err.contains("wasn't begun by you on this computer, but by ada"), "{refused}");
        assert!(refused.err.contains("it changes readme.txt"), "{refused}");
        assert!(refused.err.contains("patchwright history $/app --vouch=REASON"), "{refused}");
        assert!(Tree::read(&sandbox.path("app")) == before, "{choice}");
    }
    stranger(&sandbox).done("history $/app --vouch=asked");
    stranger(&sandbox).done("recover $/app --undo");
    assert_eq!(sandbox.read("app/readme.txt").as_deref(), Some("Read me.\n"));
}

#[test]
fn where_nothing_can_be_remembered_a_change_is_recovered_all_the_same() {
    let sandbox = interrupted();
    sandbox.write("full", "no folder");
    let console = Console::new(&sandbox).with_settings("full");
    console.done("recover $/app --undo");
    assert_eq!(sandbox.read("app/readme.txt").as_deref(), Some("Read me.\n"));
}
