//! Cuts the power at every call of a scenario, and again during the recovery, and looks at what is left.
//!
//! A *trial* is one power cut in the scenario with one of its possible outcomes, up to a few power cuts in the
//! recovery, a recovery that gets through, and the check. After the check the power is cut once more and the recovery
//! started once more: neither may change anything.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use super::chance::{Chance, Seeded};
use super::sim_fs::{SimFs, difference};

/// What the program under test told its user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// "Done", which has to stay true.
    ClaimedDone,
    /// That it did not work.
    Failed,
}

/// What is to be explored.
pub struct Exploration<'a> {
    /// The disk before.
    pub start: &'a SimFs,
    /// The program under test.
    pub scenario: &'a (dyn Fn(Arc<SimFs>) -> Outcome + Sync),
    /// What the next start of the program does first.
    pub recovery: &'a (dyn Fn(Arc<SimFs>) -> Result<(), String> + Sync),
    /// Whether the disk is as it should be, after this outcome and the recovery.
    pub check: &'a (dyn Fn(&SimFs, Outcome) -> Result<(), String> + Sync),
    /// How much is tried.
    pub effort: Effort,
    /// A sync that does nothing: the exploration should notice.
    pub muted_sync: Option<MutedSync>,
}

/// A sync that does nothing, counted from 1 in each run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MutedSync {
    /// In every run of the recovery.
    OfRecovery(usize),
    /// In the scenario.
    OfScenario(usize),
}

/// How much is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effort {
    /// How many outcomes of the power cut at one call are looked at.
    pub seeds_per_call: u64,
    /// How many times at most the recovery is interrupted.
    pub recovery_crashes: usize,
}

/// What was tried, without finding anything wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Survey {
    /// Number of trials.
    pub trials: u64,
    /// Number of calls in the scenario.
    pub calls: usize,
}

/// A trial that went wrong.
pub struct Violation {
    /// Which trial.
    pub trial: Trial,
    /// What is wrong.
    pub problem: String,
    /// Every call and every loss on the way there.
    pub story: Vec<String>,
}

/// One trial of an exploration. It is the same each time as long as the program under test is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Trial {
    /// The call at which the power is cut; one more than there are calls is after the last one.
    pub call: usize,
    /// Decides everything else.
    pub seed: u64,
}

impl fmt::Debug for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Trial { call, seed } = self.trial;
        writeln!(f, "power cut at call {call}, seed {seed}: {}", self.problem)?;
        self.story.iter().try_for_each(|line| writeln!(f, "  {line}"))
    }
}

impl Exploration<'_> {
    /// Makes all trials, or stops at the first that goes wrong.
    pub fn run(&self) -> Result<Survey, Violation> {
        let calls = {
            let disk = Arc::new(self.start.fork());
            (self.scenario)(disk.clone());
            disk.call_count()
        };
        let next_call = AtomicUsize::new(1);
        let first_failure: Mutex<Option<(Trial, String)>> = Mutex::new(None);
        let work = || {
            while first_failure.lock().expect("no panic with it in hand").is_none() {
                let call = next_call.fetch_add(1, Ordering::Relaxed);
                if call > calls + 1 {
                    return;
                }
                if let Err(failure) = self.cut_at(call) {
                    let mut first = first_failure.lock().expect("no panic with it in hand");
                    if first.as_ref().is_none_or(|(trial, _)| failure.0 < *trial) {
                        *first = Some(failure);
                    }
                }
            }
        };
        let workers = thread::available_parallelism().map_or(1, usize::from);
        thread::scope(|scope| {
            for _ in 0..workers {
                scope.spawn(|| in_order(work));
            }
        });
        match first_failure.into_inner().expect("no panic with it in hand") {
            None => Ok(Survey { trials: (calls as u64 + 1) * self.effort.seeds_per_call, calls }),
            Some((trial, problem)) => Err(Violation { trial, problem, story: self.tell(trial) }),
        }
    }

    /// All trials that cut the power at this call.
    fn cut_at(&self, call: usize) -> Result<(), (Trial, String)> {
        let failure = |seed| move |problem| (Trial { call, seed }, problem);
        let start = self.start.fork();
        let (cut, outcome) = caught(|| Ok(self.run_until(start, call))).map_err(failure(0))?;
        for seed in 0..self.effort.seeds_per_call {
            let mut disk = None;
            caught(|| self.recover_and_check(&cut, outcome, Trial { call, seed }, &mut disk))
                .map_err(failure(seed))?;
        }
        Ok(())
    }

    fn run_until(&self, disk: SimFs, call: usize) -> (Arc<SimFs>, Outcome) {
        let disk = Arc::new(disk);
        disk.crash_at_call(call);
        if let Some(MutedSync::OfScenario(k)) = self.muted_sync {
            disk.mute_sync(k);
        }
        let outcome = (self.scenario)(disk.clone());
        (disk, outcome)
    }

    /// Everything after the first power cut. Leaves in `last` the disk that was used last.
    fn recover_and_check(
        &self,
        cut: &SimFs,
        outcome: Outcome,
        trial: Trial,
        last: &mut Option<Arc<SimFs>>,
    ) -> Result<(), String> {
        let mut chance = Seeded::new(trial.seed ^ ((trial.call as u64) << 32));
        let mut restart = |before: &SimFs, chance: &mut Seeded| {
            let disk = Arc::new(before.crash_by(chance));
            if let Some(MutedSync::OfRecovery(k)) = self.muted_sync {
                disk.mute_sync(k);
            }
            *last = Some(disk.clone());
            disk
        };
        let mut disk = restart(cut, &mut chance);
        for _ in 0..chance.pick(self.effort.recovery_crashes + 1) {
            disk.crash_at_call(1 + chance.pick(trial.call + 1));
            match (self.recovery)(disk.clone()) {
                Err(problem) if !disk.is_power_lost() => return Err(problem),
                _ => {}
            }
            disk = restart(&disk, &mut chance);
        }
        (self.recovery)(disk.clone())?;
        (self.check)(&disk, outcome)?;

        let again = restart(&disk, &mut chance);
        (self.recovery)(again.clone())?;
        match difference(&disk.tree(), &again.tree()) {
            Some(change) => Err(format!("a power cut after the recovery changes something\n{change}")),
            None => Ok(()),
        }
    }

    /// Repeats a trial and writes down what happens.
    fn tell(&self, trial: Trial) -> Vec<String> {
        let start = self.start.fork();
        start.keep_log();
        let repeat = || {
            let mut last = None;
            // It goes wrong again; what matters is what is written down.
            let _ = caught(|| {
                let (cut, outcome) = self.run_until(start, trial.call);
                last = Some(cut.clone());
                self.recover_and_check(&cut, outcome, trial, &mut last)
            });
            last.map(|disk| disk.log()).unwrap_or_default()
        };
        thread::scope(|scope| scope.spawn(|| in_order(repeat)).join()).expect("panics were caught")
    }
}

/// Runs `work` on this thread, which is a new one, with everything in it that rayon does, so that it happens in the
/// same order each time.
pub fn in_order<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread();
    one_thread.build().expect("a new thread is in no other pool").install(work)
}

/// The result of `work`, where a panic counts as an error.
fn caught<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
        Err(format!("panicked: {}", text.unwrap_or("without words")))
    })
}
