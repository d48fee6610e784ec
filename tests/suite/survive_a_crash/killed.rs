//! The process is killed, the next one puts things right, and then the power goes: what the first one did may not be on
//! the disk yet.

use std::sync::Arc;

use super::case::{Case, KINDS, all_cases};
use super::driver::{recover, run};
use super::verdict::State;
use crate::support::explore::{Effort, Exploration, MutedSync, Outcome, Survey, Violation};
use crate::support::fault_fs::{At, Errno, Fault, FaultFs, Lasting};
use crate::support::sim_fs::{Settled, SimFs, What};

/// The folder after a process that was killed before call `n` of a change, and what it had said by then.
fn killed_at(case: &Case, n: usize) -> (SimFs, Outcome) {
    let disk = Arc::new(case.start.fork());
    disk.crash_at_call(n);
    let outcome = match run(disk.clone(), &case.deed) {
        Ok(_) => Outcome::ClaimedDone,
        Err(_) => Outcome::Failed,
    };
    (disk.fork(), outcome)
}

fn calls_of(case: &Case) -> usize {
    let disk = Arc::new(case.start.fork());
    let _ = run(disk.clone(), &case.deed).expect("nothing is in its way");
    disk.call_count()
}

/// Cuts the power at every call of the recovery after a kill.
fn explore_recovery(
    case: &Case,
    start: &SimFs,
    outcome: Outcome,
    effort: Effort,
    muted_sync: Option<usize>,
) -> Result<Survey, Violation> {
    let exploration = Exploration {
        start,
        scenario: &|disk| {
            // Without power it fails; what matters is what is left.
            let _ = recover(disk);
            outcome
        },
        recovery: &|disk| recover(disk),
        check: &|disk, outcome| case.check(disk, outcome),
        effort,
        muted_sync: muted_sync.map(MutedSync::OfScenario),
    };
    exploration.run()
}

/// Kills the change at every call, and cuts the power at every call of the recovery.
fn explore_kills(case: &Case, effort: Effort) -> u64 {
    let kills = 1..=calls_of(case);
    let trials = kills.map(|n| {
        let (start, outcome) = killed_at(case, n);
        match explore_recovery(case, &start, outcome, effort, None) {
            Ok(survey) => survey.trials,
            Err(violation) => panic!("{}, killed at call {n}: {violation:?}", case.name),
        }
    });
    trials.sum()
}

fn a_bit_of_everything() -> Case {
    let kind =
        KINDS.into_iter().find(|(name, ..)| name.starts_with("a file comes")).expect("there is such a kind");
    Case::first(kind, SimFs::new)
}

#[test]
fn a_power_cut_in_the_recovery_after_a_kill_leaves_everything_old_or_everything_new() {
    let case = a_bit_of_everything();
    let effort = Effort { seeds_per_call: 1, recovery_crashes: 0 };
    let trials = explore_kills(&case, effort) + explore_kills(&case.then_rolled_back(), effort);
    assert!(trials > 800, "only {trials} trials");
}

#[test]
#[ignore = "takes minutes"]
fn slow_a_power_cut_in_the_recovery_after_a_kill_leaves_everything_old_or_everything_new() {
    let effort = Effort { seeds_per_call: 2, recovery_crashes: 2 };
    let small = |case: &Case| calls_of(case) < 100;
    let trials: u64 =
        all_cases().iter().filter(|case| small(case)).map(|case| explore_kills(case, effort)).sum();
    println!("{trials} trials of a power cut in the recovery after a kill");
}

/// Every folder that a kill in the change can leave, and what another kill in the recovery makes of some of them.
/// Only those that are put back.
fn interrupted_folders(case: &Case) -> Vec<(String, SimFs)> {
    let mut starts = Vec::new();
    let is_put_back = |start: &SimFs| {
        let disk = Arc::new(start.fork());
        recover(disk.clone()).expect("nothing is in its way");
        (case.state(&disk.tree()) == Ok(State::Old), disk.call_count())
    };
    for n in 1..=calls_of(case) {
        let (killed, _) = killed_at(case, n);
        let (true, calls) = is_put_back(&killed) else { continue };
        // One call in the recovery for each in the change reaches all of them in the end.
        let again = Arc::new(killed.fork());
        again.crash_at_call(1 + n % calls);
        let _ = recover(again.clone());
        starts.push((format!("killed at call {n} and again in the recovery"), again.fork()));
        starts.push((format!("killed at call {n}"), killed));
    }
    starts
}

/// Undoes an interrupted change; then somebody edits one of its files, durably. A later recovery must leave that alone.
fn explore_edit_after_undo(
    case: &Case,
    start: &SimFs,
    muted_sync: Option<usize>,
) -> Result<Survey, Violation> {
    let entries_after_undo = {
        let disk = Arc::new(start.fork());
        recover(disk.clone()).expect("nothing is in its way");
        case.newer_actions(&disk)
    };
    let exploration = Exploration {
        start,
        scenario: &|disk| match recover(disk.clone()) {
            Ok(()) => {
                disk.outside_write("bin/app", "mine", Settled::OnDisk);
                Outcome::ClaimedDone
            }
            Err(_) => Outcome::Failed,
        },
        recovery: &|disk| recover(disk),
        check: &|disk, outcome| {
            if outcome == Outcome::Failed {
                return case.check(disk, Outcome::Failed);
            }
            let mut tree = disk.tree();
            let app = tree.get_mut("bin/app").ok_or("the edited file is gone")?;
            if app.what != What::File(Arc::new(b"mine".to_vec())) {
                return Err("the edit is lost".to_owned());
            }
            *app = case.before["bin/app"].clone();
            case.state(&tree).map(drop)?;
            let entries = case.newer_actions(disk)?;
            if Ok(&entries) == entries_after_undo.as_ref() {
                return Ok(());
            }
            Err(format!("the history says {entries:?} instead of {entries_after_undo:?}"))
        },
        effort: Effort { seeds_per_call: 8, recovery_crashes: 0 },
        muted_sync: muted_sync.map(MutedSync::OfScenario),
    };
    exploration.run()
}

#[test]
fn an_edit_after_an_undo_stays() {
    let case = a_bit_of_everything();
    for (story, start) in interrupted_folders(&case) {
        if let Err(violation) = explore_edit_after_undo(&case, &start, None) {
            panic!("{story}: {violation:?}");
        }
    }
}

/// The call in whose line of the log this is.
fn call_in(log: Vec<String>, words: &str) -> usize {
    let number = |line: String| line.split_whitespace().next()?.parse().ok();
    log.into_iter().find(|line| line.contains(words)).and_then(number).expect("there is such a call")
}

/// The call of a change in whose line of the log this is.
fn call_with(case: &Case, words: &str) -> usize {
    let disk = Arc::new(case.start.fork());
    disk.keep_log();
    let _ = run(disk.clone(), &case.deed).expect("nothing is in its way");
    call_in(disk.log(), words)
}

#[test]
fn every_sync_of_an_undo_is_needed() {
    let case = a_bit_of_everything();
    let start = killed_at(&case, call_with(&case, "rename .patchwright/t/commit.new")).0;
    let effort = Effort { seeds_per_call: 100, recovery_crashes: 0 };
    let is_noticed = |k: usize| {
        explore_edit_after_undo(&case, &start, Some(k)).is_err()
            || explore_recovery(&case, &start, Outcome::Failed, effort, Some(k)).is_err()
    };
    // What the first one makes sure of is on disk here; the next story has a folder where it is not.
    let unnoticed: Vec<usize> = (2..=5).filter(|&k| !is_noticed(k)).collect();
    assert!(unnoticed.is_empty(), "nobody notices without these syncs: {unnoticed:?}");
}

/// The folder after a process whose commit the disk did not take: it took it back, and was killed before that was on disk.
fn killed_with_its_commit_taken_back(case: &Case) -> SimFs {
    // Syncs announce, stage, arm, swap; the fifth commits.
    let fails_to_commit = |disk: &Arc<SimFs>| {
        let (commit, fault) = (At::CallOf("sync", 5), Fault::Fails(Errno::Io));
        let disk = FaultFs::failing(disk.clone(), commit, fault, Lasting::Once);
        run(Arc::new(disk), &case.deed).expect_err("the commit is not on disk")
    };
    let told = Arc::new(case.start.fork());
    told.keep_log();
    fails_to_commit(&told);
    let killed = Arc::new(case.start.fork());
    killed.crash_at_call(1 + call_in(told.log(), "rename .patchwright/t/commit to"));
    fails_to_commit(&killed);
    killed.fork()
}

#[test]
fn the_sync_before_an_undo_is_needed() {
    let case = a_bit_of_everything();
    let start = killed_with_its_commit_taken_back(&case);
    for muted_sync in [None, Some(1)] {
        let effort = Effort { seeds_per_call: 100, recovery_crashes: 0 };
        let explored = explore_recovery(&case, &start, Outcome::Failed, effort, muted_sync);
        assert_eq!(explored.is_ok(), muted_sync.is_none(), "without sync {muted_sync:?}: {explored:?}");
    }
}

#[test]
fn every_sync_of_the_tidying_after_a_commit_is_needed() {
    let case = a_bit_of_everything();
    let (start, outcome) = killed_at(&case, call_with(&case, "rename .patchwright/t/commit.new") + 1);
    for muted_sync in [None, Some(1), Some(2)] {
        let effort = Effort { seeds_per_call: 100, recovery_crashes: 0 };
        let explored = explore_recovery(&case, &start, outcome, effort, muted_sync);
        assert_eq!(explored.is_ok(), muted_sync.is_none(), "without sync {muted_sync:?}: {explored:?}");
    }
}

#[test]
fn the_sync_before_the_tidying_after_an_undo_is_needed() {
    let case = a_bit_of_everything();
    let killed = killed_at(&case, call_with(&case, "rename .patchwright/t/commit.new")).0;
    let told = Arc::new(killed.fork());
    told.keep_log();
    recover(told.clone()).expect("nothing is in its way");
    let undone = Arc::new(killed.fork());
    undone.crash_at_call(1 + call_in(told.log(), "rename .patchwright/t/abort.new"));
    recover(undone.clone()).expect_err("it is killed");
    let start = undone.fork();
    for muted_sync in [None, Some(1)] {
        let effort = Effort { seeds_per_call: 100, recovery_crashes: 0 };
        let explored = explore_recovery(&case, &start, Outcome::Failed, effort, muted_sync);
        assert_eq!(explored.is_ok(), muted_sync.is_none(), "without sync {muted_sync:?}: {explored:?}");
    }
}
