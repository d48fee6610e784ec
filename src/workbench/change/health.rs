//! Whether a product is well after a change, and how long it was not.

use std::time::Instant;

use crate::checks::{self, Surroundings};
use crate::disk::fs::Fs;
use crate::environment::Environment;
use crate::ledger::{CheckNote, DowntimeNote, EntryFact};
use crate::model::{Check, Level, Measured, Patch, Product};
use crate::workbench::Watch;

/// What came of health checks.
#[derive(Debug, Default)]
pub(crate) struct Health {
    /// The outcome of each.
    pub notes: Vec<CheckNote>,
    /// What failed that must not.
    pub(crate) failed: Vec<CheckNote>,
    /// From the first failure to the last first success, where checks failed and then held.
    down: Option<(Instant, Instant)>,
}

impl Health {
    /// The outcome of every health check of `patches`.
    pub(crate) fn examine(patches: &[&Patch], fs: &dyn Fs, watch: Watch<'_>) -> Self {
        let mut health = Self::default();
        for patch in patches {
            health.ask(&patch.about.health, &patch.about.product, fs, watch);
        }
        health
    }

    /// Asks each of `checks`.
    pub fn ask(&mut self, checks: &[Check], product: &Product, fs: &dyn Fs, watch: Watch<'_>) {
        let results = checks::run_all(checks, &Surroundings { fs, product }, watch.cancel);
        for (check, result) in checks.iter().zip(results) {
            let note = CheckNote {
                check: checks::describe(&check.probe),
                passed: result.passed,
                evidence: result.evidence,
            };
            if check.level == Level::Required && !note.passed {
                self.failed.push(note.clone());
            }
            self.notes.push(note);
            self.down = match (self.down, result.down) {
                (Some((first, last)), Some((from, until))) => Some((first.min(from), last.max(until))),
                (one, other) => one.or(other),
            };
        }
    }

    /// Why the change is to be taken back, if it is; each reason in words.
    pub(crate) fn failures(&self) -> Vec<String> {
        self.failed.iter().map(CheckNote::line).collect()
    }

    /// The same for the history, which has the outcome of each.
    pub(crate) fn facts(&self) -> impl Iterator<Item = EntryFact> {
        self.failed.iter().map(|note| EntryFact::FailedCheck { check: note.check.clone() })
    }

    /// How long the product was not well, for the history; nothing where that was not seen from beginning to end.
    pub fn downtime(&self, environment: &Environment) -> Option<DowntimeNote> {
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
