//! Two command lines and a window that start to change a folder at the same moment do so one at a time. Who is not
//! first is told so, and nothing is ever blamed on a folder that somebody else is only just changing.

use std::path::Path;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use patchwright::disk::fs::{Fs, OsFs};
use patchwright::model::Code;
use patchwright::progress::{CancelToken, Phase, Progress, Quiet};
use patchwright::workbench::{ApplyOptions, Error, Overrides, Watch};

use crate::support::chance::{Chance, Seeded};
use crate::support::child::{Answer, Child, Deed, Fate, workbench, workbench_on};
use crate::support::fault_fs::{At, FaultFs};
use crate::support::interruption::{Interruption, Reached};
use crate::support::product::Product;
use crate::support::real_folder::quick_folder;

/// Three who want to change one folder: two processes with a command line and, for the window, a thread of this one.
const WRITERS: usize = 3;

/// What three may want at the same moment.
fn wishes(chance: &mut Seeded) -> [Deed; WRITERS] {
    let any = [Deed::Apply, Deed::RollBack];
    match chance.pick(4) {
        0 => [Deed::Apply; WRITERS],
        1 => [Deed::RollBack; WRITERS],
        _ => std::array::from_fn(|_| any[chance.pick(2)]),
    }
}

/// Lets three start at the same moment, `rounds` times; returns how many found the folder busy.
fn compete(seed: u64, rounds: usize) -> usize {
    let (product, folder) = (Product::new(), quick_folder());
    let folder = folder.path();
    let story = Interruption::prepare(Deed::Apply, &product, folder);
    let mut chance = Seeded::new(seed);
    let mut children = [0, 1].map(|_| Child::start(folder, &product.bundle(), Fate::Lives));
    let (mut busy, mut changes) = (0, 0);
    for round in 0..rounds {
        let answers = all_at_once(wishes(&mut chance), &mut children, folder, &product);
        let strange = answers.iter().find(|(deed, answer)| !is_right(*deed, answer));
        assert!(strange.is_none(), "round {round}: {strange:?} among {answers:?}");
        busy += answers.iter().filter(|(_, answer)| answer.is_failed("E-BUSY")).count();
        changes += answers.iter().filter(|(_, answer)| *answer == Answer::Done).count();
        let judged = story.judge_changes(folder, changes);
        judged.unwrap_or_else(|problem| panic!("round {round}: {problem}, {answers:?}"));
    }
    busy
}

fn all_at_once(
    [ours, theirs @ ..]: [Deed; WRITERS],
    children: &mut [Child; WRITERS - 1],
    folder: &Path,
    product: &Product,
) -> Vec<(Deed, Answer)> {
    let start = Barrier::new(2);
    thread::scope(|scope| {
        let thread = scope.spawn(|| {
            start.wait();
            ours.carry_out(&workbench(), folder, &product.bundle())
        });
        start.wait();
        children.iter_mut().zip(theirs).for_each(|(child, deed)| child.tell(deed));
        let mut answers = vec![(ours, thread.join().expect("a writer answers"))];
        let told = children.iter_mut().zip(theirs);
        answers.extend(told.map(|(child, deed)| (deed, child.answer().expect("nobody killed it"))));
        answers
    })
}

/// What somebody may hear who comes first, at the same time as others, or later. Nobody may hear of unfinished work,
/// edited files or damaged records.
fn is_right(deed: Deed, answer: &Answer) -> bool {
    match answer {
        Answer::Done => true,
        Answer::NothingToDo => deed == Deed::Apply,
        failed if failed.is_failed("E-UNKNOWN-PATCH") => deed == Deed::RollBack,
        // The command line has looked before, and somebody else was faster.
        failed => failed.is_failed("E-BUSY") || failed.is_failed("E-MOVED"),
    }
}

#[test]
fn of_three_who_start_at_the_same_moment_one_writes_at_a_time() {
    let busy = compete(1, 60);
    assert!(busy > 0, "nobody ever met anybody");
}

#[test]
#[ignore = "takes a while"]
fn slow_of_three_who_start_at_the_same_moment_one_writes_at_a_time() {
    // In many folders, for every change of one reads all that happened before.
    let busy: usize = (0..40).map(|seed| compete(seed, 25)).sum();
    println!("{busy} found the folder busy in 1000 rounds");
}

/// At every how many of the calls after the lock the holder is stopped. Wine takes many seconds for each.
const EVERY_CALL: usize = if cfg!(windows) { 12 } else { 4 };

/// So long may it take to look at what a dead process left and to recover it. On a busy machine Wine needs seconds for
/// that; a lock that is not released at all is told by the recovery itself.
const SOON: Duration = Duration::from_secs(if cfg!(windows) { 30 } else { 1 });

/// What happens to others while somebody holds the folder, stopped at call `call` of an apply, and when he is killed.
fn hold_and_die(product: &Product, call: usize) -> Reached {
    let folder = quick_folder();
    let folder = folder.path();
    let story = Interruption::prepare(Deed::Apply, product, folder);
    let mut holder = Child::start(folder, &product.bundle(), Fate::PausesAt(call));
    holder.tell(Deed::Apply);
    holder.wait_for_pause();
    for deed in [Deed::Apply, Deed::RollBack, Deed::Undo, Deed::TurnOff] {
        let answer = deed.carry_out(&workbench(), folder, &product.other_bundle());
        let sees_nothing_to_do = match deed {
            Deed::Apply => false,
            Deed::RollBack | Deed::TurnOff => answer.is_failed("E-UNKNOWN-PATCH"),
            Deed::Undo => answer == Answer::NothingToDo,
        };
        assert!(
            answer.is_failed("E-BUSY") || sees_nothing_to_do,
            "{deed:?} while somebody is stopped at call {call}: {answer}"
        );
    }
    let watch = Watch { progress: &Quiet, cancel: &CancelToken::new() };
    match workbench().status(folder, watch) {
        Err(Error::Busy { .. }) => {}
        Ok(status) if status.unfinished.is_none() && status.drift.is_empty() => {}
        status => panic!("while somebody is stopped at call {call}: {status:?}"),
    }
    holder.kill();
    let killed = Instant::now();
    let reached = story.judge_remains(folder).unwrap_or_else(|problem| panic!("call {call}: {problem}"));
    story.recover(folder, reached).unwrap_or_else(|problem| panic!("call {call}: {problem}"));
    assert!(killed.elapsed() < SOON, "the dead held on for {:?}", killed.elapsed());
    reached
}

#[test]
fn a_living_holder_is_at_work_and_a_dead_one_holds_nothing() {
    let product = Product::new();
    let folder = quick_folder();
    let calls = Interruption::prepare(Deed::Apply, &product, folder.path()).watch(folder.path());
    let lock = calls.iter().position(|call| call.kind == "lock").expect("an apply locks the folder");
    let held = calls[lock + 1..].iter().step_by(EVERY_CALL);
    let reached: Vec<Reached> = held.map(|call| hold_and_die(&product, call.number)).collect();
    for phase in [Reached::NotArmed, Reached::Armed, Reached::Committed] {
        assert!(reached.contains(&phase), "nobody was stopped when {phase:?}");
    }
}

/// Does `deed`; just before it takes the lock, somebody else does `first`.
fn too_late(deed: Deed, first: Deed, product: &Product, folder: &Path) -> Answer {
    let disk: Arc<dyn Fs> = Arc::new(OsFs::open(folder).expect("the folder is there"));
    let (elsewhere, bundle) = (folder.to_owned(), product.bundle());
    let interfere = move || assert_eq!(first.carry_out(&workbench(), &elsewhere, &bundle), Answer::Done);
    let disk = Arc::new(FaultFs::interfered(disk, At::CallOf("lock", 1), interfere));
    deed.carry_out(&workbench_on(disk), folder, &product.bundle())
}

#[test]
fn a_patch_that_somebody_has_just_applied_is_not_applied_again() {
    let (product, folder) = (Product::new(), quick_folder());
    let story = Interruption::prepare(Deed::Apply, &product, folder.path());
    let answer = too_late(Deed::Apply, Deed::Apply, &product, folder.path());
    assert_eq!(answer, Answer::NothingToDo);
    story.judge_changes(folder.path(), 1).unwrap();
}

#[test]
fn a_rollback_that_comes_too_late_does_not_take_back_the_patch_below() {
    let (product, folder) = (Product::new(), quick_folder());
    Interruption::prepare(Deed::RollBack, &product, folder.path());
    let applied = Deed::Apply.carry_out(&workbench(), folder.path(), &product.other_bundle());
    assert_eq!(applied, Answer::Done);
    let answer = too_late(Deed::RollBack, Deed::RollBack, &product, folder.path());
    assert!(answer.is_failed("E-MOVED"), "{answer}");
    let watch = Watch { progress: &Quiet, cancel: &CancelToken::new() };
    let status = workbench().status(folder.path(), watch).expect("the folder can be read");
    let ids: Vec<&str> = status.installed.iter().map(|installed| installed.patch.id.as_str()).collect();
    assert_eq!(ids, ["ACME-HF-1"]);
}

/// Stops a change while it is prepared, with the folder locked.
struct Reluctant<'c>(&'c CancelToken);

impl Progress for Reluctant<'_> {
    fn begin(&self, phase: Phase, _: u64) {
        if phase == Phase::Preparing {
            self.0.cancel();
        }
    }

    fn advance(&self, _: u64) {}
}

/// Begins to apply the patch and stops; whether the folder was free.
fn come_to_nothing(folder: &Path, product: &Product) -> bool {
    let cancel = CancelToken::new();
    let watch = Watch { progress: &Reluctant(&cancel), cancel: &cancel };
    let options = ApplyOptions { overrides: Overrides::UNSIGNED, ..ApplyOptions::default() };
    match workbench().apply(product.bundle().as_path(), folder, options, watch) {
        Err(error) if error.code() == Code::Interrupted => true,
        // Somebody else was faster.
        Err(error) if matches!(error.code(), Code::Busy | Code::Moved) => false,
        Err(error) => panic!("{error}"),
        Ok(applied) => {
            assert!(applied.entry.is_none(), "it was stopped");
            false
        }
    }
}

#[test]
fn what_came_to_nothing_leaves_no_trace_and_takes_nothing_from_others_who_begin_meanwhile() {
    let product = Product::new();
    let alone = quick_folder();
    let story = Interruption::prepare(Deed::Apply, &product, alone.path());
    assert!(come_to_nothing(alone.path(), &product));
    assert!(!alone.path().join(".patchwright").exists(), "there was nothing of ours before");
    assert_eq!(Deed::Apply.carry_out(&workbench(), alone.path(), &product.bundle()), Answer::Done);
    story.judge_changes(alone.path(), 1).expect("applied");
    assert_eq!(Deed::RollBack.carry_out(&workbench(), alone.path(), &product.bundle()), Answer::Done);
    assert!(come_to_nothing(alone.path(), &product));
    story.judge_changes(alone.path(), 2).expect("its history is kept");

    for round in 0..40 {
        let folder = quick_folder();
        let folder = folder.path();
        let story = Interruption::prepare(Deed::Apply, &product, folder);
        let start = Barrier::new(3);
        let answer = thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    start.wait();
                    for _ in 0..3 {
                        let _ = come_to_nothing(folder, &product);
                    }
                });
            }
            start.wait();
            Deed::Apply.carry_out(&workbench(), folder, &product.bundle())
        });
        assert!(is_right(Deed::Apply, &answer), "round {round}: {answer}");
        let is_done = answer == Answer::Done;
        assert_eq!(folder.join(".patchwright").exists(), is_done, "round {round}: {answer}");
        let judged = story.judge_changes(folder, usize::from(is_done));
        judged.unwrap_or_else(|problem| panic!("round {round}: {problem}, {answer}"));
    }
}
