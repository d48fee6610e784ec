//! Every sync of a change and every cell of the undo table is needed: without any one of them a story ends badly.

use std::sync::Arc;

use patchwright::model::Step;
use patchwright::transaction::TransactionError;
use patchwright::transaction::recover::{OnForeign, StepKind, StepState, UndoAction, UndoTable};

use super::case::{Case, KINDS};
use super::driver::{Deed, locked, must_run, run, undo};
use super::power_cut::explore;
use super::verdict::State;
use crate::support::explore::Effort;
use crate::support::sim_fs::{Settled, SimFs, What};

fn kind(name: &str) -> Case {
    let kind = KINDS.into_iter().find(|kind| kind.0.starts_with(name)).expect("there is such a kind");
    Case::first(kind, SimFs::new)
}

#[test]
fn every_sync_of_a_change_is_needed() {
    let first = kind("a file comes");
    for case in [first.then_rolled_back(), first] {
        let disk = Arc::new(case.start.fork());
        let _ = must_run(&disk, &case.deed);
        let effort = Effort { seeds_per_call: 40, recovery_crashes: 0 };
        let unnoticed: Vec<usize> =
            (1..=disk.sync_count()).filter(|&k| explore(&case, effort, Some(k)).is_ok()).collect();
        assert!(unnoticed.is_empty(), "{}: nobody notices without these syncs: {unnoticed:?}", case.name);
    }
}

/// An interrupted change in which one step meets one cell.
struct Situation {
    case: Case,
    disk: SimFs,
    /// Bytes that must be somewhere on the disk whatever is decided.
    precious: Vec<&'static str>,
}

/// A change of one step, interrupted at its commit or as far as `words` in the log, and what somebody did then.
fn situation(new_disk: fn() -> SimFs, change: fn(&SimFs), words: &str, since: fn(&SimFs)) -> Situation {
    let disk = new_disk();
    disk.put_file("file", "original", 0o644);
    disk.put_dir("folder", 0o755);
    let case = Case::next("one step", Arc::new(disk), change);
    let disk = Arc::new(case.start.fork());
    disk.keep_log();
    let _ = run(disk.clone(), &case.deed).expect("nothing is in its way");
    let line = disk.log().into_iter().find(|line| line.contains(words)).expect("there is such a call");
    let disk = Arc::new(case.start.fork());
    disk.crash_at_call(
        line.split_whitespace().next().and_then(|n| n.parse().ok()).expect("calls are numbered"),
    );
    run(disk.clone(), &case.deed).expect_err("the power is cut");
    let disk = disk.fork();
    since(&disk);
    Situation { case, disk, precious: vec!["original"] }
}

const AT_COMMIT: &str = "rename .patchwright/t/commit.new";

fn modify(disk: &SimFs) {
    disk.outside_write("file", "new", Settled::OnDisk);
}

fn create(disk: &SimFs) {
    disk.put_file("other", "new", 0o644);
}

fn create_dir(disk: &SimFs) {
    disk.put_dir("other", 0o755);
}

fn delete(disk: &SimFs) {
    disk.outside_delete("file", Settled::OnDisk);
}

fn dir_mode(disk: &SimFs) {
    disk.outside_set_mode("folder", 0o700, Settled::OnDisk);
}

fn nobody(_: &SimFs) {}

fn somebody_at(path: &'static str) -> fn(&SimFs) {
    match path {
        "file" => |disk| disk.outside_replace("file", "theirs", 0o644, Settled::OnDisk),
        _ => |disk| disk.outside_replace("other", "theirs", 0o644, Settled::OnDisk),
    }
}

/// The situation in which the cell decides.
fn situation_of(kind: StepKind, seen: StepState) -> Situation {
    let theirs = |mut situation: Situation| {
        situation.precious.push("theirs");
        situation
    };
    match (kind, seen) {
        (StepKind::Modify, StepState::After) => situation(SimFs::new, modify, AT_COMMIT, nobody),
        (StepKind::Modify, StepState::Nothing) => situation(SimFs::like_windows, modify, "move_in", nobody),
        (StepKind::Modify, StepState::OtherSince) => {
            theirs(situation(SimFs::new, modify, AT_COMMIT, somebody_at("file")))
        }
        (StepKind::Create, StepState::After) => situation(SimFs::new, create, AT_COMMIT, nobody),
        (StepKind::Create, StepState::OtherSince) => {
            theirs(situation(SimFs::new, create, AT_COMMIT, somebody_at("other")))
        }
        (StepKind::CreateDir, StepState::After) => situation(SimFs::new, create_dir, AT_COMMIT, nobody),
        (StepKind::CreateDir, StepState::OtherSince) => {
            theirs(situation(SimFs::new, create_dir, AT_COMMIT, |disk| {
                disk.outside_delete("other", Settled::OnDisk);
                disk.outside_replace("other", "theirs", 0o644, Settled::OnDisk);
            }))
        }
        (StepKind::Delete, StepState::After) => situation(SimFs::new, delete, AT_COMMIT, nobody),
        (StepKind::Delete, StepState::OtherSince) => {
            theirs(situation(SimFs::new, delete, AT_COMMIT, somebody_at("file")))
        }
        (StepKind::DirMode, StepState::After) => situation(SimFs::new, dir_mode, AT_COMMIT, nobody),
        (StepKind::DirMode, StepState::OtherSince) => situation(SimFs::new, dir_mode, AT_COMMIT, |disk| {
            disk.outside_set_mode("folder", 0o711, Settled::OnDisk);
        }),
        (StepKind::DirMode, StepState::Nothing) => situation(SimFs::new, dir_mode, AT_COMMIT, |disk| {
            disk.outside_delete("folder", Settled::OnDisk);
        }),
        cell => panic!("a cell without a story: {cell:?}"),
    }
}

/// What goes wrong when an undo by `table` meets the situation of a cell.
fn verdict_on(
    table: &UndoTable,
    (kind, seen, action): (StepKind, StepState, UndoAction),
) -> Result<(), String> {
    let situation = situation_of(kind, seen);
    assert_eq!(kinds(&situation.case), [kind], "the situation is about this cell");
    let disk = Arc::new(situation.disk.fork());
    let root = locked(disk.clone())?;
    let whole_before = disk.whole_tree();
    match (action, undo(&root, table, OnForeign::Stop)) {
        (UndoAction::Ask, Err(TransactionError::Foreign { .. })) => {
            if disk.whole_tree() != whole_before {
                return Err("something was changed before a person had decided".to_owned());
            }
            undo(&root, table, OnForeign::PutAside).map_err(|error| error.to_string())?;
        }
        (UndoAction::Ask, result) => return Err(format!("nobody was asked: {result:?}")),
        (_, result) => {
            result.map_err(|error| error.to_string())?;
            if situation.case.state(&disk.tree())? != State::Old {
                return Err("it was not put back".to_owned());
            }
        }
    }
    let whole = disk.whole_tree();
    let is_somewhere =
        |bytes: &str| whole.values().any(|entry| entry.what == What::File(Arc::new(bytes.into())));
    match situation.precious.iter().find(|bytes| !is_somewhere(bytes)) {
        Some(lost) => Err(format!("{lost:?} is lost")),
        None => Ok(()),
    }
}

fn kinds(case: &Case) -> Vec<StepKind> {
    match &case.deed {
        Deed::Apply(steps, _) => steps.iter().map(|step: &Step| StepKind::from_step(step)).collect(),
        Deed::Rollback(_) => Vec::new(),
    }
}

#[test]
fn every_cell_of_the_undo_table_is_needed() {
    for &cell in UndoTable::CELLS {
        assert_eq!(verdict_on(&UndoTable::default(), cell), Ok(()), "{cell:?}");
        let without = UndoTable::without(cell.0, cell.1);
        assert!(verdict_on(&without, cell).is_err(), "nobody notices without {cell:?}");
    }
}
