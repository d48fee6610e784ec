//! A real process, killed at any call of its disk, leaves a real folder that the next start puts right.
//!
//! `survive_a_crash` tells the same of a disk in memory, where it is quick, and of power cuts too; here nothing is
//! pretended: the process, the signal and the folder are real.

use std::sync::Mutex;
use std::thread;

use patchwright::workbench::{Choice, OnForeign, Recovered};

use crate::support::child::{Answer, Deed, Fate, in_a_child};
use crate::support::fault_fs::Call;
use crate::support::interruption::{Interruption, Reached};
use crate::support::product::Product;
use crate::support::real_folder::quick_folder;
use crate::support::sandbox::{Sandbox, unwatched};
use crate::support::trees::Tree;

/// How many processes are killed side by side. More than a small machine has processors: each waits for the system
/// most of the time.
const SIDE_BY_SIDE: usize = 3;

/// At every how many of the calls after the lock the process is killed in the normal suite. At each, but for Windows:
/// there every call that names a place opens all folders on the way to it, for which Wine takes its time, and one kill
/// with all that belongs to it takes seconds. The slow story kills at each call there, too.
const EVERY_CHANGE: usize = if cfg!(windows) { 8 } else { 1 };

/// How much is tried.
#[derive(Clone, Copy)]
struct Effort {
    /// At every how many of the calls that come before the lock the process is killed: they only look.
    every_look: usize,
    /// The same for the calls after it.
    every_change: usize,
    /// At how many calls of its recovery each interrupted change is killed again.
    again: usize,
}

/// What was tried.
#[derive(Default, Debug)]
struct Count {
    kills: usize,
    armed: usize,
    committed: usize,
    killed_again: usize,
}

/// Kills a process at every call of `deed`.
fn kill_at_every_call(deed: Deed, effort: Effort) -> Count {
    let product = Product::new();
    let folder = quick_folder();
    let calls = Interruption::prepare(deed, &product, folder.path()).watch(folder.path());
    let lock = calls.iter().position(|call| call.kind == "lock").expect("a change begins with the lock");
    let (looks, changes) = calls.split_at(lock);
    let changes = changes.iter().step_by(effort.every_change);
    let chosen = Mutex::new(looks.iter().step_by(effort.every_look).chain(changes));
    let (count, problems) = (Mutex::new(Count::default()), Mutex::new(Vec::new()));
    let work = || {
        // In a line of its own, so that the others need not wait until this call is done with.
        let next = || chosen.lock().expect("nobody panics while choosing").next();
        while let Some(call) = next() {
            if let Err(problem) = try_kill(deed, &product, call, effort, &count) {
                let Call { number, kind, place, .. } = call;
                let told = format!("killed at call {number}, {kind} {place}: {problem}");
                problems.lock().expect("nobody panics while telling").push(told);
            }
        }
    };
    thread::scope(|scope| (0..SIDE_BY_SIDE).for_each(|_| drop(scope.spawn(work))));
    let problems = problems.into_inner().expect("nobody panicked while telling");
    let count = count.into_inner().expect("nobody panicked while counting");
    assert!(problems.is_empty(), "{deed:?}, {count:?}:\n{}", problems.join("\n"));
    assert!(count.armed > 0 && count.committed > 0, "not every phase was reached: {count:?}");
    count
}

/// Kills a process at one call and looks at the folder; then, if the change was interrupted, the recovery as well.
fn try_kill(
    deed: Deed,
    product: &Product,
    call: &Call,
    effort: Effort,
    count: &Mutex<Count>,
) -> Result<(), String> {
    let folder = quick_folder();
    let story = killed_at(deed, product, call, folder.path())?;
    let reached = story.judge_remains(folder.path())?;
    let is_new = story.recover(folder.path(), reached)?;
    story.go_on(folder.path(), is_new)?;
    {
        let mut count = count.lock().expect("nobody panics while counting");
        count.kills += 1;
        count.armed += usize::from(reached == Reached::Armed);
        count.committed += usize::from(reached == Reached::Committed);
    }
    let again = if reached == Reached::Armed { effort.again } else { 0 };
    for n in 0..again {
        let folder = quick_folder();
        let story = killed_at(deed, product, call, folder.path())?;
        // Neighbouring calls of the change meet distant calls of the recovery, so that together they meet them all.
        let at = 1 + (call.number * 37 + n * 101) % CALLS_OF_A_RECOVERY;
        let answer = in_a_child(Deed::Undo, folder.path(), &product.bundle(), Fate::IsKilledAt(at));
        story
            .recover_again(folder.path())
            .map_err(|problem| format!("and again at call {at} of the recovery: {problem}"))?;
        count.lock().expect("nobody panics while counting").killed_again += usize::from(answer.is_none());
    }
    Ok(())
}

/// A little more than the longest recovery of the small product has.
const CALLS_OF_A_RECOVERY: usize = 300;

/// Kills a process at `call`, in a fresh folder.
fn killed_at<'a>(
    deed: Deed,
    product: &'a Product,
    call: &Call,
    folder: &std::path::Path,
) -> Result<Interruption<'a>, String> {
    let story = Interruption::prepare(deed, product, folder);
    match in_a_child(deed, folder, &product.bundle(), Fate::IsKilledAt(call.number)) {
        None => Ok(story),
        Some(answer) => Err(format!("the process was not killed, it answered: {answer}")),
    }
}

#[test]
fn a_killed_apply_leaves_everything_old_or_everything_new() {
    let count =
        kill_at_every_call(Deed::Apply, Effort { every_look: 16, every_change: EVERY_CHANGE, again: 1 });
    assert!(count.kills > 150 / EVERY_CHANGE, "{count:?}");
}

#[test]
fn a_killed_rollback_leaves_everything_old_or_everything_new() {
    let count =
        kill_at_every_call(Deed::RollBack, Effort { every_look: 16, every_change: EVERY_CHANGE, again: 1 });
    assert!(count.kills > 150 / EVERY_CHANGE, "{count:?}");
}

#[test]
fn a_killed_turn_of_a_switch_leaves_it_on_or_off() {
    let count =
        kill_at_every_call(Deed::TurnOff, Effort { every_look: 16, every_change: EVERY_CHANGE, again: 1 });
    assert!(count.kills > 60 / EVERY_CHANGE, "{count:?}");
}

#[test]
#[ignore = "takes minutes"]
fn slow_a_kill_at_every_call_leaves_everything_old_or_everything_new() {
    for deed in [Deed::Apply, Deed::RollBack, Deed::TurnOff] {
        let count = kill_at_every_call(deed, Effort { every_look: 1, every_change: 1, again: 20 });
        println!("{deed:?}: {count:?}");
    }
}

#[test]
fn a_process_that_is_left_alone_gets_to_its_end() {
    let (product, folder) = (Product::new(), quick_folder());
    let story = Interruption::prepare(Deed::Apply, &product, folder.path());
    let answer = in_a_child(Deed::Apply, folder.path(), &product.bundle(), Fate::Lives);
    assert_eq!(answer, Some(Answer::Done));
    story.judge_end(folder.path(), true).unwrap();
}

#[test]
fn what_a_killed_process_left_to_be_deleted_is_nothing_and_recovering_removes_it() {
    let sandbox = Sandbox::new();
    let (old, new) = (Tree::new().file("n", "1"), Tree::new().file("n", "2"));
    let target = sandbox.install(&old);
    target.must_apply(&sandbox.make(&old, &new));
    let dead = target.path.join(".patchwright/dead");
    std::fs::create_dir_all(dead.join("1/objects")).expect("a folder");
    std::fs::write(dead.join("1/objects/0"), "nobody needs it").expect("a file");
    let status = target.status();
    assert!(status.unfinished.is_none() && status.drift.is_empty(), "{status:?}");
    assert!(dead.exists(), "a look changes nothing");
    let choice = Choice::Undo(OnForeign::Stop);
    let recovered = unwatched(|watch| sandbox.bench().recover(&target.path, choice, watch));
    assert!(matches!(recovered, Ok(Recovered::NothingToDo)), "{recovered:?}");
    assert!(!dead.exists());
    target.expect(&new);
    target.must_roll_back();
}
