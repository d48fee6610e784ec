//! Records that are lost cost no original, a fault of the program is put back, and a recovery says what is not as before.

use std::io::Write;
use std::sync::Arc;

use patchwright::disk::fs::{Fs, Place, StatePath};
use patchwright::ledger::EntryFact;
use patchwright::model::Step;
use patchwright::progress::{CancelToken, Phase, Progress};
use patchwright::transaction::recover::{self, OnForeign, Options, UndoTable, Undone};
use patchwright::transaction::{ContentError, Contents, FolderCondition, TransactionError, Unlike};

use super::case::{Case, DISKS, KINDS};
use super::company::interrupted;
use super::driver::{environment, locked, recover, run, run_with, undo};
use super::verdict::State;
use crate::support::sim_fs::{Settled, SimFs, What};

fn a_bit_of_everything(new_disk: fn() -> SimFs) -> Case {
    let kind =
        KINDS.into_iter().find(|kind| kind.0.starts_with("a file comes")).expect("there is such a kind");
    Case::first(kind, new_disk)
}

fn remove(disk: &SimFs, names: &[&str]) {
    for name in names {
        disk.remove_file(&StatePath::new(&format!("t/{name}"))).expect("it is there");
    }
}

fn has(disk: &SimFs, name: &str) -> bool {
    disk.look(&Place::State(StatePath::new(name))).expect("it can be looked at").is_some()
}

#[test]
fn a_change_whose_intent_is_lost_or_damaged_is_put_back_by_its_second_copy() {
    for (name, new_disk) in DISKS {
        let case = a_bit_of_everything(new_disk);
        for damage in [(|disk| remove(disk, &["intent"])) as fn(&SimFs), |disk| {
            disk.outside_write(".patchwright/t/intent", "PATCHWRIGHT1 in", Settled::OnDisk);
        }] {
            let disk = interrupted(&case);
            damage(&disk);
            let whole = disk.whole_tree();
            let root = locked(disk.clone()).expect("nobody has the lock");
            let tidied = recover::tidy(&root);
            assert!(matches!(tidied, Err(TransactionError::Unfinished)), "{name}: {tidied:?}");
            assert_eq!(disk.whole_tree(), whole, "{name}: nothing is removed");
            let undone = undo(&root, &UndoTable::default(), OnForeign::Stop).expect("everything is kept");
            assert!(undone.is_exact(), "{name}: {undone:?}");
            assert_eq!(case.state(&disk.tree()), Ok(State::Old), "{name}");
        }
    }
}

#[test]
fn originals_of_which_nothing_is_known_any_more_are_kept() {
    let case = a_bit_of_everything(SimFs::new);
    for lost in [&["intent", "intent.bak"][..], &["intent", "entry/entry.json"]] {
        let disk = interrupted(&case);
        remove(&disk, lost);
        let whole = disk.whole_tree();
        recover(disk.clone()).expect_err("a person has to look");
        assert_eq!(disk.whole_tree(), whole, "without {lost:?}");
    }
}

#[test]
fn what_was_only_being_prepared_is_removed_wherever_it_was_cut() {
    let case = a_bit_of_everything(SimFs::new);
    let calls = {
        let disk = Arc::new(case.start.fork());
        disk.keep_log();
        let _ = run(disk.clone(), &case.deed).expect("nothing is in its way");
        let armed = disk.log().into_iter().find(|line| line.contains("t/intent.new to")).expect("it arms");
        armed.split_whitespace().next().and_then(|n| n.parse::<usize>().ok()).expect("calls are numbered")
    };
    for call in 2..=calls {
        let disk = Arc::new(case.start.fork());
        disk.crash_at_call(call);
        run(disk.clone(), &case.deed).expect_err("the process is killed");
        let disk = Arc::new(disk.fork());
        recover(disk.clone()).expect("nobody has to decide");
        assert!(!has(&disk, "t") && !has(&disk, "conflict"), "killed at call {call}");
        assert_eq!(case.state(&disk.tree()), Ok(State::Old), "killed at call {call}");
    }
}

#[test]
fn originals_that_a_lying_drive_kept_without_the_arming_are_found_before_anything_is_removed() {
    for (name, new_disk) in DISKS {
        let case = a_bit_of_everything(new_disk);
        let disk = interrupted(&case);
        let [intent, unarmed] = ["t/intent", "t/intent.new"].map(StatePath::new);
        disk.rename(&intent, &unarmed).expect("it is there");
        let tidied = recover::tidy(&locked(disk.clone()).expect("nobody has the lock"));
        assert!(matches!(tidied, Err(TransactionError::Unfinished)), "{name}: {tidied:?}");
        recover(disk.clone()).expect("everything is kept");
        assert_eq!(case.state(&disk.tree()), Ok(State::Old), "{name}");
    }
}

/// A program with a fault.
struct Faulty(Phase);

impl Progress for Faulty {
    fn begin(&self, phase: Phase, _: u64) {
        assert!(phase != self.0, "a fault while {phase:?}");
    }

    fn advance(&self, _: u64) {}
}

#[test]
fn a_fault_of_the_program_is_put_back_like_an_error() {
    let conditions = [
        (Phase::Preparing, FolderCondition::NothingChanged),
        (Phase::Changing, FolderCondition::PutBack),
        (Phase::Verifying, FolderCondition::PutBack),
    ];
    for (phase, condition) in conditions {
        let case = a_bit_of_everything(SimFs::new);
        let disk = Arc::new(case.start.fork());
        let result = run_with(disk.clone(), &case.deed, &Faulty(phase), &CancelToken::new());
        let failure = result.expect("nothing is wrong before").expect_err("there is a fault");
        assert_eq!(failure.condition, condition, "{phase:?}: {failure:?}");
        assert!(matches!(failure.cause, TransactionError::Panicked(_)), "{failure:?}");
        assert_eq!(case.state(&disk.tree()), Ok(State::Old), "{phase:?}");
        recover(disk.clone()).expect("nothing is left to decide");
    }
    let case = a_bit_of_everything(SimFs::new);
    let disk = Arc::new(case.start.fork());
    let result = run_with(disk, &case.deed, &Faulty(Phase::PuttingBack), &CancelToken::new());
    let _ = result.expect("nothing is wrong").expect("nothing is put back, so the fault is not met");
}

/// A patch file that has the old content of `bin/app`.
struct OldApp;

impl Contents for OldApp {
    fn kept(&self, _: &Step) -> Option<StatePath> {
        None
    }

    fn remembers(&self, _: &Step) -> bool {
        false
    }

    fn write(&self, _: &Step, _: &dyn Fs, out: &mut dyn Write) -> Result<(), ContentError> {
        Ok(out.write_all(b"old app")?)
    }
}

fn undo_from(disk: &Arc<SimFs>, originals: Option<&dyn Contents>) -> Result<Undone, TransactionError> {
    let root = locked(disk.clone()).expect("nobody has the lock");
    let options = Options {
        on_foreign: OnForeign::PutAside,
        reason: EntryFact::Interrupted { rollback: false },
        environment: &environment(),
        progress: &patchwright::progress::Quiet,
        cancel: &CancelToken::new(),
        originals,
    };
    recover::undo(&root, &recover::interrupted(&root)?, &options)
}

/// Where the original of `bin/app` waits, of a change that was interrupted when everything was new.
fn backup_of_app(disk: &SimFs) -> String {
    let old = What::File(Arc::new(b"old app".to_vec()));
    let is_backup = |path: &String| path.starts_with(".patchwright/t/objects/");
    let tree = disk.whole_tree();
    let found = tree.iter().find(|(path, entry)| is_backup(path) && entry.what == old);
    found.expect("the original is kept").0.clone()
}

fn bytes_at(disk: &SimFs, path: &str) -> Option<Vec<u8>> {
    match &disk.whole_tree().get(path)?.what {
        What::File(bytes) => Some(bytes.to_vec()),
        _ => None,
    }
}

#[test]
fn a_backup_that_changed_is_named_before_anything_is_moved_and_its_content_is_never_lost() {
    for (name, new_disk) in DISKS {
        for newer in ["old app, and what a service wrote", ""] {
            let case = a_bit_of_everything(new_disk);
            let disk = interrupted(&case);
            disk.outside_write(&backup_of_app(&disk), newer, Settled::OnDisk);
            let whole = disk.whole_tree();
            let root = locked(disk.clone()).expect("nobody has the lock");
            let stopped = undo(&root, &UndoTable::default(), OnForeign::Stop);
            drop(root);
            let Err(TransactionError::Foreign { places }) = stopped else { panic!("{name}: {stopped:?}") };
            assert_eq!((places[0].path.as_str(), places[0].unlike), ("bin/app", Unlike::Newer), "{name}");
            assert_eq!((places.len(), &disk.whole_tree()), (1, &whole), "{name}");

            let aside = Arc::new(disk.fork());
            let undone = undo_from(&aside, None).expect("somebody decided");
            assert_eq!(undone.differences().len(), 1, "{name}: {undone:?}");
            assert_eq!(bytes_at(&aside, "bin/app").as_deref(), Some(newer.as_bytes()), "{name}");

            let undone = undo_from(&disk, Some(&OldApp)).expect("somebody decided");
            assert!(undone.is_exact(), "{name}: {undone:?}");
            let (path, kept) = &undone.put_aside[0];
            assert_eq!(path.as_str(), "bin/app");
            assert_eq!(bytes_at(&disk, &kept.to_string()).as_deref(), Some(newer.as_bytes()), "{name}");
            assert_eq!(bytes_at(&disk, "bin/app").as_deref(), Some(&b"old app"[..]), "{name}");
            assert_eq!(bytes_at(&disk, "lib/dead.so").as_deref(), Some(&b"dead"[..]), "{name}");
        }
    }
}

#[test]
fn a_place_that_somebody_replaced_before_the_change_came_to_it_is_named() {
    let case = a_bit_of_everything(SimFs::new);
    let disk = Arc::new(case.start.fork());
    disk.keep_log();
    let _ = run(disk.clone(), &case.deed).expect("nothing is in its way");
    let first_swap =
        disk.log().into_iter().find(|line| line.contains("to bin/app") || line.contains("with bin/app"));
    let line = first_swap.unwrap_or_else(|| panic!("{:?}", disk.log()));
    let call = line.split_whitespace().next().and_then(|n| n.parse().ok()).expect("calls are numbered");
    let disk = Arc::new(case.start.fork());
    disk.crash_at_call(call);
    run(disk.clone(), &case.deed).expect_err("the process is killed");
    let disk = Arc::new(disk.fork());
    disk.outside_replace("bin/app", "theirs", 0o755, Settled::OnDisk);
    let root = locked(disk.clone()).expect("nobody has the lock");
    let stopped = undo(&root, &UndoTable::default(), OnForeign::Stop);
    drop(root);
    let Err(TransactionError::Foreign { places }) = stopped else { panic!("{stopped:?}") };
    assert_eq!((places[0].path.as_str(), places[0].unlike), ("bin/app", Unlike::LeftAlone));
    let undone = undo_from(&disk, None).expect("somebody decided");
    assert_eq!(undone.left_alone.len(), 1);
    assert_eq!(bytes_at(&disk, "bin/app").as_deref(), Some(&b"theirs"[..]));
}

#[test]
fn an_original_that_is_gone_stops_nothing_but_its_own_place() {
    for (name, new_disk) in DISKS {
        let case = a_bit_of_everything(new_disk);
        let disk = interrupted(&case);
        let backup = backup_of_app(&disk);
        disk.outside_delete(&backup, Settled::OnDisk);
        let undone = undo_from(&disk, None).expect("somebody decided");
        assert_eq!((undone.lost.len(), undone.differences().len()), (1, 1), "{name}: {undone:?}");
        assert_eq!(bytes_at(&disk, "lib/dead.so").as_deref(), Some(&b"dead"[..]), "{name}");
        assert_eq!(bytes_at(&disk, "lib/extra.so"), None, "{name}");
    }
}
