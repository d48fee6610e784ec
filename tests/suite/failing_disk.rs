//! The failing disk fails where it was told to, and nowhere else.

use std::io::{self, Read, Write};
use std::sync::Arc;

use patchwright::disk::fs::{Attributes, Fs, LockKind, Place, StatKind, StatePath};
use patchwright::model::{Mode, TreePath};

use crate::support::fault_fs::{At, Errno, Fault, FaultFs, Lasting};
use crate::support::sim_fs::{Settled, SimFs};

fn disk() -> Arc<SimFs> {
    let disk = SimFs::new();
    disk.put_file("app", "old", 0o755);
    disk.put_dir("lib", 0o755);
    disk.put_link("link", "app");
    Arc::new(disk)
}

fn app() -> TreePath {
    TreePath::parse("app").expect("a good path")
}

/// Makes every call of the interface once.
fn call_everything(disk: &dyn Fs) -> io::Result<()> {
    let [new, copy, name, spare] = ["new", "copy", "name", "spare"].map(StatePath::new);
    let lib = TreePath::parse("lib").expect("a good path");
    let link = TreePath::parse("link").expect("a good path");
    disk.look(&Place::Root)?;
    disk.list(&Place::Root)?;
    disk.read_link(&Place::Tree(link))?;
    disk.open(&Place::from(&app()))?.read_exact(&mut [0; 3])?;
    disk.space()?;
    disk.attributes(&Place::Root)?;
    disk.obstacles_to_change(&Place::Root)?;
    disk.obstacles_to_move(&app())?;
    let _lock = disk.lock(LockKind::Exclusive)?;
    disk.make_dir(&spare, Mode::DIR)?;
    disk.remove_dir(&spare)?;
    disk.create(&new)?.write_all(b"new bytes")?;
    disk.make_link(&spare, "new")?;
    disk.hard_link(&Place::from(&app()), &name)?;
    disk.reflink(&Place::from(&app()), &copy)?;
    disk.set_mode(&new, Mode::PROGRAM)?;
    disk.set_attributes(&new, &Attributes::default())?;
    disk.remove_file(&spare)?;
    disk.rename(&copy, &spare)?;
    disk.exchange(&new, &app())?;
    disk.move_out(&app(), &copy)?;
    disk.move_in(&copy, &app())?;
    disk.set_dir_mode(&lib, Mode::new(0o700))?;
    disk.sync(&[Place::Root, Place::from(&new)])
}

#[test]
fn a_watched_run_lists_its_calls() {
    let watching = FaultFs::watching(disk());
    call_everything(&watching).unwrap();
    let calls: Vec<String> =
        watching.calls().iter().map(|call| format!("{} {} {}", call.number, call.kind, call.place)).collect();
    assert_eq!(calls.len(), 26);
    assert_eq!(calls[4], "5 read app");
    assert_eq!(calls[12], "13 create .patchwright/new");
    assert_eq!(calls[13], "14 write .patchwright/new");
    assert_eq!(calls[21], "22 exchange .patchwright/new -> app");
    assert_eq!(calls[25], "26 sync ., .patchwright/new");
}

#[test]
fn every_call_can_fail_with_every_error() {
    let watching = FaultFs::watching(disk());
    call_everything(&watching).unwrap();
    for call in watching.calls() {
        for errno in Errno::ALL {
            let failing = FaultFs::failing(disk(), At::Call(call.number), Fault::Fails(errno), Lasting::Once);
            match call_everything(&failing) {
                Err(error) => assert_eq!(error.raw_os_error(), errno.error().raw_os_error(), "{call:?}"),
                // The standard library repeats reads and writes that a signal interrupted.
                Ok(()) => assert_eq!(errno, Errno::Interrupted, "{call:?} did not fail"),
            }
        }
    }
}

#[test]
fn a_call_that_fails_does_nothing() {
    let inner = disk();
    let at = At::CallOf("move_out", 1);
    let failing = FaultFs::failing(inner.clone(), at, Fault::Fails(Errno::Busy), Lasting::Once);
    failing.lock(LockKind::Exclusive).unwrap();
    assert!(failing.move_out(&app(), &StatePath::new("app")).is_err());
    assert!(inner.tree().contains_key("app"));
    failing.move_out(&app(), &StatePath::new("app")).unwrap();
    assert!(!inner.tree().contains_key("app"));
}

#[test]
fn a_lasting_fault_stays() {
    let fault = Fault::Fails(Errno::Io);
    let failing = FaultFs::failing(disk(), At::CallOf("list", 2), fault, Lasting::FromThenOn);
    let lists: Vec<bool> = (0..4).map(|_| failing.list(&Place::Root).is_ok()).collect();
    assert_eq!(lists, [true, false, false, false]);
    assert!(failing.look(&Place::Root).is_ok(), "only calls of that name fail");
}

#[test]
fn a_short_write_writes_half_and_then_the_disk_is_full() {
    let inner = disk();
    let failing = FaultFs::failing(inner.clone(), At::CallOf("write", 1), Fault::ShortWrite, Lasting::Once);
    failing.lock(LockKind::Exclusive).unwrap();
    let mut file = failing.create(&StatePath::new("file")).unwrap();
    let error = file.write_all(b"abcdef").unwrap_err();
    assert_eq!(error.raw_os_error(), Errno::NoSpace.error().raw_os_error());
    let mut written = String::new();
    let at = Place::State(StatePath::new("file"));
    inner.open(&at).unwrap().read_to_string(&mut written).unwrap();
    assert_eq!(written, "abc");
}

#[test]
fn somebody_else_may_come_first() {
    let inner = disk();
    let editor = inner.clone();
    let edit = move || editor.outside_write("app", "edited", Settled::OnDisk);
    let interfered = FaultFs::interfered(inner, At::CallOf("look", 2), edit);
    let sizes = [1, 2, 3].map(|_| {
        let found = interfered.look(&Place::from(&app())).unwrap().expect("it is there");
        found.kind
    });
    let file = |size_bytes| StatKind::File { size_bytes };
    assert_eq!(sizes, [file(3), file(6), file(6)]);
}

/// Tells the test program that it is the one to be killed.
const VICTIM: &str = "PATCHWRIGHT_TEST_VICTIM";

/// Not a story but the other half of the next one: its process.
#[test]
fn the_victim_is_killed_at_its_call() {
    if std::env::var_os(VICTIM).is_some() {
        let killing = FaultFs::failing(disk(), At::CallOf("sync", 1), Fault::Kills, Lasting::Once);
        call_everything(&killing).unwrap();
    }
}

#[test]
fn a_kill_ends_the_process_at_once() {
    let this_program = std::env::current_exe().expect("a test knows its program");
    let status = std::process::Command::new(this_program)
        .args(["--exact", "failing_disk::the_victim_is_killed_at_its_call"])
        .env(VICTIM, "yes")
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .status()
        .expect("a test program starts");
    assert!(!status.success(), "the victim survived");
    #[cfg(unix)]
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(9));
}
