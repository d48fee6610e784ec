//! Changes whose health checks were cut short, or failed without a way back; and those whose checks may be running.

use crate::disk::fs::{Fs, LockKind};
use crate::ledger::{Action, CheckNote, Ledger, Unchecked};
use crate::model::LayerKey;
use crate::plan::Obstacle;
use crate::plan::why::HistoryDoubt;
use crate::transaction::recover;
use crate::workbench::{Error, Result};

/// A change that is done in every file, and of which nobody knows whether the product works with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UncheckedChange {
    /// Its number in the history.
    pub entry: u64,
    /// Its patches, or the switch of one.
    pub subject: String,
    /// These patches, as far as they are there.
    pub(crate) patches: Vec<LayerKey>,
    /// When it was made.
    pub time: String,
    /// Who made it.
    pub user: String,
    pub checks: ChecksDue,
}

/// Why health checks are still due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChecksDue {
    /// Whoever made the change was stopped before they had run.
    CutShort,
    /// They have run, these failed, and the change could not be rolled back.
    Failed(Vec<CheckNote>),
    /// Somebody is changing the folder: they may be running.
    MayRun,
}

impl ChecksDue {
    /// The word for it in JSON.
    pub(crate) const fn as_str(&self) -> &'static str {
        match self {
            ChecksDue::CutShort => "cut-short",
            ChecksDue::Failed(_) => "failed",
            ChecksDue::MayRun => "may-be-running",
        }
    }

    /// Those that failed, where they have run.
    pub(crate) fn failed(&self) -> &[CheckNote] {
        match self {
            ChecksDue::Failed(failed) => failed,
            ChecksDue::CutShort | ChecksDue::MayRun => &[],
        }
    }
}

impl UncheckedChange {
    pub(crate) fn new(ledger: &Ledger, Unchecked { change, failed }: Unchecked<'_>) -> Self {
        let of = |checks: &[CheckNote]| checks.iter().filter(|check| !check.passed).cloned().collect();
        Self {
            entry: change.seq,
            // What undoes the move of a switch says nothing of the switch.
            subject: ledger.moved_by(change).map_or(change, |(moved, _)| moved).subject(),
            patches: ledger.concerned_by(change),
            time: change.time.clone(),
            user: change.user.raw().to_owned(),
            checks: failed.map_or(ChecksDue::CutShort, |entry| ChecksDue::Failed(of(&entry.checks))),
        }
    }

    fn obstacle(&self) -> Obstacle {
        let (subject, has_failed) = (self.subject.clone(), matches!(self.checks, ChecksDue::Failed(_)));
        Obstacle::new(HistoryDoubt::Unchecked { subject, has_failed })
    }

    /// That nothing goes on before it was checked.
    pub(crate) fn refusal(&self) -> Error {
        Error::Refused(vec![self.obstacle()])
    }

    /// Whether nobody can tell yet: they may be running.
    pub(crate) fn may_run(&self) -> bool {
        self.checks == ChecksDue::MayRun
    }

    /// The same of one of its patches, as a phrase.
    pub(crate) const fn phrase(&self) -> &'static str {
        match self.checks {
            ChecksDue::CutShort => "its health checks didn't run to the end",
            ChecksDue::Failed(_) => "a health check failed, and it couldn't be rolled back",
            ChecksDue::MayRun => "its health checks may still be running",
        }
    }

    /// What somebody should know about it.
    pub fn sentence(&self) -> String {
        match self.may_run() {
            true => format!(
                "Someone is changing this folder right now, and the health checks of {} may still be running",
                self.subject
            ),
            false => self.obstacle().headline(),
        }
    }
}

/// A change that was rolled back at once, and that nobody asked to roll back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenBackAtOnce {
    /// The patch, or the switch.
    pub subject: String,
    pub time: String,
    pub user: String,
    /// The entry that rolled it back.
    pub entry: u64,
    pub(crate) because: TakenBackBecause,
}

/// Why a change was rolled back at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TakenBackBecause {
    ChecksStopped,
    ScriptStopped,
    /// This check or script failed.
    Failed(String),
}

impl TakenBackAtOnce {
    /// The last change of this history, if it is such.
    pub(super) fn last(ledger: &Ledger) -> Option<Self> {
        let last = ledger.last_change().filter(|last| last.action == Action::Rollback)?;
        let because = match last.failed_check() {
            Some(check) => TakenBackBecause::Failed(check.to_owned()),
            None if !last.is_of_stopped_checks() => return None,
            None => {
                let is_script = |note: &CheckNote| last.has_stopped(note) && last.is_of_script(note);
                match last.outcomes().iter().any(is_script) {
                    true => TakenBackBecause::ScriptStopped,
                    false => TakenBackBecause::ChecksStopped,
                }
            }
        };
        let subject = ledger.moved_by(last).map_or(last, |(moved, _)| moved).subject();
        Some(Self {
            subject,
            time: last.time.clone(),
            user: last.user.raw().to_owned(),
            entry: last.seq,
            because,
        })
    }

    /// The check or script that failed, if that is why.
    pub(crate) fn failed(&self) -> Option<&str> {
        match &self.because {
            TakenBackBecause::Failed(check) => Some(check),
            TakenBackBecause::ChecksStopped | TakenBackBecause::ScriptStopped => None,
        }
    }

    /// What became of it, in words that may hold anything from outside: escape them.
    pub fn sentence(&self) -> String {
        let Self { subject, user, .. } = self;
        match &self.because {
            TakenBackBecause::ChecksStopped => {
                format!("{user} stopped the health checks of {subject}, so that change was undone")
            }
            TakenBackBecause::ScriptStopped => {
                format!("{user} stopped a script of {subject}, so that change was undone")
            }
            TakenBackBecause::Failed(check) => {
                format!("{subject} failed this check, and was undone: {check}")
            }
        }
    }
}

/// Those in a folder with this history, oldest first.
///
/// # Errors
/// If the history, which may have grown meanwhile, cannot be read again.
pub(crate) fn unchecked(fs: &dyn Fs, ledger: &Ledger) -> Result<Vec<UncheckedChange>> {
    if ledger.unchecked().is_empty() {
        return Ok(Vec::new());
    }
    match fs.lock(LockKind::Shared) {
        Ok(None) => {
            let may_run = |change| UncheckedChange { checks: ChecksDue::MayRun, ..change };
            Ok(in_doubt(ledger).into_iter().map(may_run).collect())
        }
        Ok(Some(_lock)) => {
            recover::inspect(fs)?;
            Ok(in_doubt(&Ledger::read(fs)?))
        }
        // Who may not even lock it for reading is told what was seen.
        Err(_) => Ok(in_doubt(ledger)),
    }
}

/// The same by what `ledger` says alone, for whoever has locked the folder.
pub(crate) fn in_doubt(ledger: &Ledger) -> Vec<UncheckedChange> {
    ledger.unchecked().into_iter().map(|due| UncheckedChange::new(ledger, due)).collect()
}
