//! Any call of a change fails in any way, once or from then on, while the process lives.

use std::sync::Arc;

use patchwright::disk::fs::Fs;
use patchwright::progress::{CancelToken, Quiet};
use patchwright::transaction::{ChangeFailure, FolderCondition, Receipt, TransactionError};

use super::case::{Case, KINDS};
use super::driver::{locked, recover, told};
use super::verdict::State;
use crate::support::explore::{Outcome, in_order};
use crate::support::fault_fs::{At, Call, Errno, Fault, FaultFs, Lasting};
use crate::support::sim_fs::SimFs;

/// Call number 1 is the lock, before anything begins.
const FIRST_CALL: usize = 2;

/// How many outcomes of a power cut after a failure are looked at.
const POWER_CUTS: u64 = 3;

/// The changes to which it happens. Together they make every call that the engine knows.
fn cases() -> Vec<Case> {
    let kind =
        |name: &str| KINDS.into_iter().find(|kind| kind.0.starts_with(name)).expect("there is such a kind");
    let bit = kind("a file comes");
    vec![
        Case::first(bit, SimFs::new),
        Case::first(bit, SimFs::like_windows).then_rolled_back(),
        Case::first(kind("everything becomes"), SimFs::new),
        Case::first(kind("files with other names"), || SimFs::new().without_reflinks()),
        Case::first(kind("a folder changes its mode"), SimFs::new).then_rolled_back(),
    ]
}

/// Makes the change on a disk where this goes wrong.
fn run_with_fault(
    case: &Case,
    disk: &Arc<SimFs>,
    trouble: Option<(At, Fault, Lasting)>,
) -> (Result<Receipt, ChangeFailure>, Vec<Call>) {
    let inner: Arc<dyn Fs> = disk.clone();
    let planned = case.deed.plan(&*inner).expect("nothing is wrong yet");
    let disk = Arc::new(match trouble {
        None => FaultFs::watching(inner),
        Some((at, fault, lasting)) => FaultFs::failing(inner, at, fault, lasting),
    });
    let root = locked(disk.clone()).expect("the lock is not what fails");
    (planned.carry_out(&root, &Quiet, &CancelToken::new()), disk.calls())
}

/// Whether what the failure says is true, now, after a recovery, and after a power cut and a recovery.
fn judge(
    case: &Case,
    disk: &SimFs,
    result: &Result<Receipt, ChangeFailure>,
    seed: u64,
) -> Result<(), String> {
    let (outcome, promised) = match result {
        Ok(_) => (Outcome::ClaimedDone, Some(State::New)),
        Err(failure) => match failure.condition {
            FolderCondition::NothingChanged | FolderCondition::PutBack => (Outcome::Failed, Some(State::Old)),
            FolderCondition::NeedsPerson => (Outcome::Failed, None),
            FolderCondition::Changed => (Outcome::ClaimedDone, Some(State::New)),
        },
    };
    let keeps_promise = |disk: &SimFs| match promised {
        Some(promised) if case.state(&disk.tree())? != promised => {
            Err(format!("not {promised:?} as it was said"))
        }
        _ => Ok(()),
    };
    keeps_promise(disk)?;
    let cuts = (0..POWER_CUTS).map(|n| ("after a power cut", disk.crash(seed * POWER_CUTS + n)));
    for (story, repaired) in [("repaired", disk.fork())].into_iter().chain(cuts) {
        let repaired = Arc::new(repaired);
        let judged = recover(repaired.clone())
            .and_then(|()| case.check(&repaired, outcome))
            .and_then(|()| keeps_promise(&repaired));
        judged.map_err(|problem| format!("{story}: {problem}"))?;
    }
    Ok(())
}

/// Whether the message helps: it says what was attempted where, and why that failed.
fn judge_message(failure: &ChangeFailure, fault: Fault) -> Result<(), String> {
    let message = told(&failure.cause);
    let errno = match fault {
        Fault::Fails(errno) => errno,
        Fault::ShortWrite | Fault::Kills | Fault::Panics => Errno::NoSpace,
    };
    if !message.contains(&errno.error().to_string()) {
        return Err(format!("the message does not say why: {message}"));
    }
    match &failure.cause {
        TransactionError::Io { place, .. } if !place.is_empty() && message.contains(place) => Ok(()),
        TransactionError::Ledger(_) if message.contains(".patchwright/history") => Ok(()),
        _ => Err(format!("the message does not say where: {message}")),
    }
}

/// Lets call `call` go wrong in this way and looks at what comes of it.
fn try_fault(case: &Case, call: &Call, fault: Fault, lasting: Lasting) -> Result<(), String> {
    let disk = Arc::new(case.start.fork());
    let (result, _) = run_with_fault(case, &disk, Some((At::Call(call.number), fault, lasting)));
    judge(case, &disk, &result, call.number as u64)?;
    match (&result, lasting) {
        (Err(failure), _) => judge_message(failure, fault),
        (Ok(_), _) => Ok(()),
    }
}

/// Every way in which every `stride`-th call can go wrong; returns the number of trials.
fn try_everything(stride: usize) -> u64 {
    let mut trials = 0;
    let mut problems = Vec::new();
    for case in cases() {
        let (_, calls) = run_with_fault(&case, &Arc::new(case.start.fork()), None);
        let faults: Vec<Fault> =
            Errno::ALL.into_iter().map(Fault::Fails).chain([Fault::ShortWrite]).collect();
        for call in &calls[FIRST_CALL - 1..] {
            for (n, &fault) in faults.iter().enumerate() {
                for lasting in [Lasting::Once, Lasting::FromThenOn] {
                    // A signal that never ends is retried for ever, as it should be.
                    let is_endless =
                        (fault, lasting) == (Fault::Fails(Errno::Interrupted), Lasting::FromThenOn);
                    if is_endless || (call.number + n) % stride != 0 {
                        continue;
                    }
                    trials += 1;
                    if let Err(problem) = try_fault(&case, call, fault, lasting) {
                        let Call { number, kind, place, .. } = call;
                        problems.push(format!(
                            "{}: {fault:?} {lasting:?} at call {number}, {kind} {place}: {problem}",
                            case.name
                        ));
                    }
                }
            }
        }
    }
    assert!(problems.is_empty(), "{} of {trials}:\n{}", problems.len(), problems.join("\n"));
    trials
}

#[test]
fn any_call_may_fail_in_any_way() {
    let trials = std::thread::scope(|scope| scope.spawn(|| in_order(|| try_everything(7))).join());
    let trials = trials.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    assert!(trials > 1000, "only {trials} trials");
}

#[test]
#[ignore = "takes a while"]
fn slow_any_call_may_fail_in_any_way() {
    let trials = std::thread::scope(|scope| scope.spawn(|| in_order(|| try_everything(1))).join());
    let trials = trials.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    println!("{trials} failing calls");
}
