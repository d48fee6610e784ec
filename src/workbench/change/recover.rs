//! Deals with a change that was interrupted.

use std::path::{Path, PathBuf};

use super::repair;
use crate::bundle::VerifiedBundle;
use crate::disk::TargetRoot;
use crate::disk::fs::Fs;
use crate::ledger::{Action, CheckNote, Entry, EntryFact, Ledger, PatchNote, Turn};
use crate::transaction::recover::{self, InterruptedChange, OnForeign, Options, Undone, Unfinished};
use crate::transaction::{ChangeFailure, Contents, check_path};
use crate::workbench::look::memory::{FolderName, Memory};
use crate::workbench::look::stack::read_ledger;
use crate::workbench::look::unchecked::{in_doubt, unchecked};
use crate::workbench::{Error, Result, UncheckedChange, Watch, Workbench};

/// What to do with an interrupted change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Restore everything as it was.
    Undo(OnForeign),
    /// Finish it, which is possible when every place is already new.
    Finish,
}

/// What recovery did.
#[derive(Debug)]
#[must_use]
pub enum Recovered {
    /// No change was interrupted; remains of finished work were tidied away.
    NothingToDo,
    /// Everything is as before the interrupted change, but for what `undone` names.
    PutBack {
        /// The patches that were being applied or taken back.
        patches: Vec<PatchNote>,
        /// What the interrupted change would have come to.
        turn: Turn,
        /// What was done.
        undone: Box<Undone>,
        /// Changes that are in the folder again, or still, and whose health checks are due.
        unchecked: Vec<UncheckedChange>,
    },
    /// The interrupted change is done, and `checks` have run.
    Finished {
        entry: Box<Entry>,
        /// What it came to.
        turn: Turn,
        checks: Vec<CheckNote>,
        /// What has not run, if so.
        left: Option<ChecksLeft>,
    },
    /// Every file is as these changes leave it. Their health checks, which were cut short, have run now.
    Checked { changes: Vec<UncheckedChange>, checks: Vec<CheckNote> },
    /// There is nothing to restore: every file is as these changes leave it, and only their health checks were cut short.
    Unchecked(Vec<UncheckedChange>),
}

/// Health checks that something kept from running.
#[derive(Debug)]
pub struct ChecksLeft {
    /// The changes that they are of.
    pub(crate) changes: Vec<UncheckedChange>,
    pub(crate) problem: Box<Error>,
}

impl Workbench {
    /// Undoes or finishes an interrupted change.
    ///
    /// # Errors
    /// If the records cannot be trusted, or somebody changed files since; everything is kept
    /// then, and recovery can be run again.
    pub fn recover(&self, target: &Path, choice: Choice, watch: Watch<'_>) -> Result<Recovered> {
        self.recover_from(target, choice, &[], watch)
    }

    /// The same; where an original is not what it was any more, the right content comes from these patch files.
    ///
    /// # Errors
    /// As [`Workbench::recover`], and if a patch file cannot be read.
    pub(crate) fn recover_from(
        &self,
        target: &Path,
        choice: Choice,
        from: &[PathBuf],
        watch: Watch<'_>,
    ) -> Result<Recovered> {
        let bundles: Vec<VerifiedBundle> = from.iter().map(|file| self.open(file)).collect::<Result<_>>()?;
        let fs = self.disk(target)?;
        let is_nothing = |found: &Unfinished| matches!(found, Unfinished::Nothing);
        let found = self.read_consistently(target, &*fs, || Ok(recover::inspect(&*fs)?), is_nothing)?;
        if is_nothing(&found) && !recover::has_remains(&*fs)? {
            return self.recover_checks(target, &*fs, choice, watch);
        }
        // Before anything is written, and again when nobody else changes it.
        self.refuse_copied_work(target, &*fs)?;
        let root = self.lock_as_it_is(target)?;
        self.refuse_copied_work(target, root.fs())?;
        let Unfinished::Interrupted(interrupted) = recover::inspect(root.fs())? else {
            recover::tidy(&root)?;
            drop(root);
            return self.recover_checks(target, &*fs, choice, watch);
        };
        self.refuse_foreign_change(&interrupted.entry)?;
        match choice {
            Choice::Finish => self.roll_forward(target, root, &interrupted, watch),
            Choice::Undo(on_foreign) => {
                let rollback = interrupted.entry.action == Action::Rollback;
                // Nothing is asked for that can be done without.
                let originals = match on_foreign {
                    OnForeign::PutAside => {
                        Some(repair::contents(root.fs(), &read_ledger(root.fs())?, &bundles)?)
                    }
                    OnForeign::Stop | OnForeign::JustFailed => None,
                };
                let options = Options {
                    on_foreign,
                    reason: EntryFact::Interrupted { rollback },
                    environment: &self.environment,
                    progress: watch.progress,
                    cancel: watch.cancel,
                    originals: originals.as_ref().map(|library| library as &dyn Contents),
                };
                let before = read_ledger(root.fs())?;
                let turn = interrupted.entry.turn(before.entries());
                let undone = recover::undo(&root, &interrupted, &options)?;
                self.remember_recovery(target, root.fs(), &before);
                check_path(root.fs(), Some(target)).map_err(ChangeFailure::after_the_change)?;
                let head = read_ledger(root.fs())?;
                Ok(Recovered::PutBack {
                    patches: interrupted.entry.patches().into_iter().cloned().collect(),
                    turn,
                    undone: Box::new(undone),
                    unchecked: in_doubt(&head),
                })
            }
        }
    }

    /// Finishes a change whose files are all new, with its health checks.
    fn roll_forward(
        &self,
        target: &Path,
        root: TargetRoot,
        interrupted: &InterruptedChange,
        watch: Watch<'_>,
    ) -> Result<Recovered> {
        let before = read_ledger(root.fs())?;
        let turn = interrupted.entry.turn(before.entries());
        let entry = recover::roll_forward(&root, interrupted)?;
        self.remember_recovery(target, root.fs(), &before);
        check_path(root.fs(), Some(target)).map_err(ChangeFailure::after_the_change)?;
        let mut folder = self.locked(root, target)?;
        let (checks, left) = match self.finish_checks(&mut folder, watch) {
            Ok(checks) => (checks, None),
            Err(unhealthy @ Error::Unhealthy { .. }) => return Err(unhealthy),
            // Whatever keeps them from running, the change is finished.
            Err(problem) => {
                let ledger = &folder.ledger;
                let due = ledger.unchecked().into_iter();
                let changes = due.map(|due| UncheckedChange::new(ledger, due)).collect();
                (Vec::new(), Some(ChecksLeft { changes, problem: Box::new(problem) }))
            }
        };
        folder.remember();
        Ok(Recovered::Finished { entry: Box::new(entry), turn, checks, left })
    }

    /// Notes outside the folder what was added to its history, which was `before`. Without it the entry counts as somebody
    /// else's; the files are as they should be all the same.
    fn remember_recovery(&self, target: &Path, fs: &dyn Fs, before: &Ledger) {
        let (Some(path), Ok(now)) = (&self.environment.seen_file, read_ledger(fs)) else { return };
        let (name, time, since) = (FolderName::new(target), self.environment.now(), before.head().seq);
        let _ = Memory::change(path, |memory| memory.settle(&name, &time, &now, since));
    }

    /// No file is between old and new. Health checks that were cut short are finished as the change would have been.
    fn recover_checks(
        &self,
        target: &Path,
        fs: &dyn Fs,
        choice: Choice,
        watch: Watch<'_>,
    ) -> Result<Recovered> {
        let ledger = read_ledger(fs)?;
        if ledger.unchecked().is_empty() {
            return Ok(Recovered::NothingToDo);
        }
        match choice {
            Choice::Undo(_) => Ok(match unchecked(fs, &ledger)? {
                none if none.is_empty() => Recovered::NothingToDo,
                running if running.iter().any(UncheckedChange::may_run) => {
                    return Err(Error::Busy { path: target.to_owned() });
                }
                changes => Recovered::Unchecked(changes),
            }),
            Choice::Finish => {
                let mut folder = self.locked(self.lock(target)?, target)?;
                let changes = in_doubt(&folder.ledger);
                if changes.is_empty() {
                    // Whoever made the change has just come to an end.
                    return Ok(Recovered::NothingToDo);
                }
                let checks = self.finish_checks(&mut folder, watch)?;
                folder.remember();
                Ok(Recovered::Checked { changes, checks })
            }
        }
    }
}
