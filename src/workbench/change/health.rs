//! Whether a product is well after a change, and how long it was not; what the history says of it, and what follows.

use std::time::Instant;

use super::locked::LockedFolder;
use super::rollback::route::PlannedRollback;
use super::scripts::unstoppable;
use crate::checks::{self, PatchChecks, Surroundings};
use crate::disk::fs::Fs;
use crate::environment::Environment;
use crate::ledger::{Action, CheckNote, DowntimeNote, Entry, EntryFact};
use crate::model::{Check, Level, Measured, Patch, PatchId, Product};
use crate::transaction::recover::{self, Unfinished};
use crate::workbench::{Error, Result, Watch, Workbench};

/// What came of health checks.
#[derive(Debug, Default)]
pub(crate) struct Health {
    /// The outcome of each.
    pub notes: Vec<CheckNote>,
    /// What failed that must not.
    pub(crate) failed: Vec<CheckNote>,
    /// What has to pass and has no answer, because somebody stopped it.
    stopped: Vec<CheckNote>,
    /// From the first failure to the last first success, where checks failed and then held.
    down: Option<(Instant, Instant)>,
}

impl Health {
    /// The outcome of every health check of `patches`.
    pub(crate) fn examine(patches: &[&Patch], fs: &dyn Fs, watch: Watch<'_>) -> Self {
        Self::of_checks(&patches.iter().map(|patch| PatchChecks::new(patch)).collect::<Vec<_>>(), fs, watch)
    }

    /// The outcome of each of `all`.
    pub(crate) fn of_checks(all: &[PatchChecks], fs: &dyn Fs, watch: Watch<'_>) -> Self {
        let mut health = Self::default();
        for of in all {
            // With several patches nobody sees otherwise whose check it is.
            health.ask((all.len() > 1).then_some(&of.patch), (&of.checks, &of.product), fs, watch);
        }
        health
    }

    /// Asks each of `checks`; `whose`: the patch to name with them.
    pub fn ask(
        &mut self,
        whose: Option<&PatchId>,
        (checks, product): (&[Check], &Product),
        fs: &dyn Fs,
        watch: Watch<'_>,
    ) {
        let results = checks::run_all(checks, &Surroundings { fs, product }, watch.cancel);
        for (check, result) in checks.iter().zip(results) {
            let cut_off = if result.is_stopped { ", and somebody stopped the checks" } else { "" };
            let what = checks::describe(&check.probe);
            let note = CheckNote {
                check: whose.map_or_else(|| what.clone(), |patch| format!("{patch}: {what}")),
                passed: result.passed,
                evidence: format!("{}{cut_off}", result.evidence),
                printed: String::new(),
            };
            if check.level == Level::Required && !note.passed {
                let doubts = if result.is_stopped { &mut self.stopped } else { &mut self.failed };
                doubts.push(note.clone());
            }
            self.notes.push(note);
            self.down = match (self.down, result.down) {
                (Some((first, last)), Some((from, until))) => Some((first.min(from), last.max(until))),
                (one, other) => one.or(other),
            };
        }
    }

    /// What the history says of the checks of `change`.
    pub fn entry(&self, folder: &LockedFolder<'_>, change: &Entry, environment: &Environment) -> Entry {
        let mut entry = folder.next_entry(Action::Checked);
        entry.is_about_those_of(change);
        entry.checks.clone_from(&self.notes);
        entry.downtime = self.downtime(environment);
        // It has to be asked again, as long as it is there.
        entry.checks_due = !self.failed.is_empty();
        entry
    }

    /// Whether nothing speaks against the change.
    pub(crate) fn is_well(&self) -> bool {
        self.failed.is_empty() && self.stopped.is_empty()
    }

    /// That `change` was rolled back for what came of these checks; with `undo`, why that was not possible.
    pub(crate) fn error(&self, change: &Entry, undo: Option<Box<Error>>) -> Error {
        match self.failed.is_empty() {
            true => Error::ChecksStopped { undo },
            false => Error::Unhealthy { failed: self.failed.clone(), contacts: change.contacts(), undo },
        }
    }

    /// Writes down that checks failed and that `change` is still there all the same. Why is told anyway, so that nothing more
    /// is said if this is not possible either.
    pub(crate) fn record_failure(
        &self,
        folder: &mut LockedFolder<'_>,
        change: &Entry,
        environment: &Environment,
    ) {
        let is_whole = folder.read_again().is_ok()
            // What restores files that are between old and new goes by the newest entry.
            && matches!(recover::inspect(folder.fs()), Ok(Unfinished::Nothing));
        // Of what somebody stopped nothing is known, and the change says that they are due.
        if is_whole && !self.failed.is_empty() {
            let _ = folder.append(&self.entry(folder, change, environment));
        }
    }

    /// The same for the history, which has the outcome of each.
    pub(crate) fn facts(&self) -> impl Iterator<Item = EntryFact> {
        let failed = self.failed.iter().map(|note| EntryFact::FailedCheck { check: note.check.clone() });
        failed.chain(self.stopped.iter().map(|note| EntryFact::StoppedCheck { check: note.check.clone() }))
    }

    /// How long the product was not well, for the history; nothing where that was not seen from beginning to end.
    fn downtime(&self, environment: &Environment) -> Option<DowntimeNote> {
        let (from, until) = self.down.filter(|_| self.failed.is_empty())?;
        let now = environment.timestamp();
        let at = |moment: Instant| {
            // The history has whole seconds.
            let ago = moment.elapsed().as_secs_f64().round() as i64;
            jiff::Timestamp::from_second(now.as_second() - ago).ok().map(|time| time.to_string())
        };
        Some(DowntimeNote { from: at(from)?, until: at(until)?, how: Measured::HealthCheck })
    }
}

impl Workbench {
    /// Writes down what came of the health checks of `change`. When a required one failed, takes the change back as
    /// `undoing` shows.
    ///
    /// # Errors
    /// [`Error::Unhealthy`] or [`Error::ChecksStopped`], with why that was not possible, if so.
    pub(super) fn settle_health(
        &self,
        folder: &mut LockedFolder<'_>,
        change: &Entry,
        health: Health,
        undoing: impl FnOnce(&LockedFolder<'_>, Watch<'_>) -> Result<PlannedRollback>,
    ) -> Result<Vec<CheckNote>> {
        if health.is_well() {
            if !health.notes.is_empty() {
                folder.append(&health.entry(folder, change, self.environment()))?;
            }
            return Ok(health.notes);
        }
        let facts = health.facts().collect();
        // The wish to stop is not heard any more: going back is the safe way.
        unstoppable(|watch| {
            let taken_back = undoing(folder, watch).and_then(|mut look| {
                look.occasion = change.occasion_of_consequences();
                self.take_back(folder, look, health.notes.clone(), facts, watch)
            });
            let undo = taken_back.err().map(Box::new);
            if undo.is_some() {
                health.record_failure(folder, change, self.environment());
            }
            folder.remember();
            Err(health.error(change, undo))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::fs::OsFs;
    use crate::model::{Probe, TreePath};
    use crate::progress::{CancelToken, Quiet};

    #[test]
    fn a_check_that_somebody_stopped_says_so_and_one_that_fails_by_itself_does_not() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("a.txt"), "ill").expect("written");
        let fs = OsFs::open(folder.path()).expect("a disk");
        let probe =
            Probe::Text { path: TreePath::parse("a.txt").expect("a path"), contains: "well".to_owned() };
        let check = Check { probe, level: Level::Required, timeout_secs: 1, retries: 0 };
        let evidence = |cancel: &CancelToken| {
            let mut health = Health::default();
            let watch = Watch { progress: &Quiet, cancel };
            health.ask(None, (std::slice::from_ref(&check), &Product::default()), &fs, watch);
            health.notes.pop().expect("it was asked").evidence
        };
        let cancel = CancelToken::new();
        assert!(!evidence(&cancel).contains("stopped"));
        cancel.cancel();
        assert!(evidence(&cancel).ends_with(", and somebody stopped the checks"));
    }
}
