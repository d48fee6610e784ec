//! A change that was interrupted, in a folder that came from somebody else: it could put anything into it.

use std::sync::Arc;

use patchwright::disk::fs::Fs;
use patchwright::model::{Check, Level, Probe};

use super::{copy, person, scene, stranger};
use crate::support::build::tree_path;
use crate::support::console::Console;
use crate::support::fault_fs::{At, Errno, Fault, FaultFs, Lasting};
use crate::support::sandbox::Sandbox;
use crate::support::trees::Tree;

/// A disk that is gone from this call on.
fn cut_at(number: usize) -> impl Fn(Arc<dyn Fs>) -> Arc<dyn Fs> + Clone {
    move |disk| {
        let (at, fault) = (At::Call(number), Fault::Fails(Errno::Io));
        Arc::new(FaultFs::failing(disk, at, fault, Lasting::FromThenOn))
    }
}

/// A folder in which a change was interrupted when it had just begun.
pub fn interrupted() -> Sandbox {
    let sandbox = scene();
    for call in 1.. {
        let cut = person(&sandbox).with_disks(cut_at(call)).run("apply $/signed.patchbundle $/app --yes");
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
        assert!(refused.err.contains("was started by ada, not by you on this computer"), "{refused}");
        assert!(refused.err.contains("it changes readme.txt"), "{refused}");
        assert!(refused.err.contains("patchwright history $/app --confirm=REASON"), "{refused}");
        assert!(Tree::read(&sandbox.path("app")) == before, "{choice}");
    }
    assert!(status.out.contains("Next: Ask whoever started it to recover the folder."), "{status}");
    let noted = stranger(&sandbox).done("history $/app --confirm=asked");
    assert!(noted.out.starts_with("Confirmed what was done here up to now: asked"), "{noted}");
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

/// The same in a folder whose patch asks a health check, when every file is new already and nobody remembers anything.
#[test]
fn a_change_that_is_finished_is_called_finished_also_where_its_checks_may_not_run() {
    let sandbox = scene();
    let checked = sandbox.bundle("checked").replace("notes.txt", "None.\n", "One.\n").but(|patch| {
        let probe = Probe::Text { path: tree_path("notes.txt"), contains: "One".to_owned() };
        patch.about.health = vec![Check { probe, level: Level::Required, timeout_secs: 5, retries: 0 }];
    });
    sandbox.save("checked.patchbundle", &checked);
    sandbox.write("full", "no folder");
    copy(&sandbox, "app", "delivered");
    let nobody = || Console::new(&sandbox).with_settings("full");
    for call in 1.. {
        let cut = nobody().with_disks(cut_at(call));
        assert_ne!(cut.run("apply $/checked.patchbundle $/app --allow-unsigned --yes").code, 0, "never cut");
        let finished = nobody().run("recover $/app --finish");
        if finished.out.starts_with("Finished") {
            assert_eq!(finished.code, 6, "{finished}");
            assert!(finished.out.contains("checked is applied"), "{finished}");
            assert!(finished.out.contains("Its health checks didn't run."), "{finished}");
            assert!(!finished.printed().contains("Nothing was changed"), "{finished}");
            break;
        }
        std::fs::remove_dir_all(sandbox.path("app")).expect("our own folder");
        copy(&sandbox, "delivered", "app");
    }
    assert_eq!(sandbox.read("app/notes.txt").as_deref(), Some("One.\n"));
    // Whoever can remember says that it is right, and the checks run.
    person(&sandbox).done("history $/app --confirm=asked");
    let checked = person(&sandbox).done("recover $/app --finish");
    assert!(checked.out.starts_with("Checked checked"), "{checked}");
}
