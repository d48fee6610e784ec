//! A change that was interrupted: what it was, who began it, and whether it can be finished.

use std::path::Path;

use crate::disk::fs::Fs;
use crate::ledger::{Action, PatchNote};
use crate::transaction::recover::{self, Unfinished};
use crate::workbench::{Result, Workbench};

/// An interrupted change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnfinishedWork {
    /// The patches that it is about; none for a repair.
    pub patches: Vec<PatchNote>,
    /// Whether it was being rolled back rather than applied.
    pub is_rollback: bool,
    /// The switch that was being moved, if that is it.
    pub switch: Option<String>,
    pub begun: String,
    /// Who began it.
    pub user: String,
    /// Whether it is known to have been started by somebody else, or on another computer.
    pub is_foreign: bool,
    /// Whether it was started in another folder, and nobody has said that it may go on in this copy of it.
    pub is_copied: bool,
    /// Whether every place is new already, so that it can be finished; `None` where nobody has looked.
    pub can_finish: Option<bool>,
}

impl UnfinishedWork {
    /// What was interrupted, in words that may hold anything from outside: escape them.
    pub fn sentence(&self) -> String {
        let what = match (&self.switch, self.is_rollback) {
            (Some(_), _) => "Moving the switch",
            (None, true) => "The rollback of",
            (None, false) => "Applying",
        };
        let ids: Vec<&str> = self.patches.iter().map(|patch| patch.id.as_str()).collect();
        let patches = if ids.is_empty() { "a repair".to_owned() } else { ids.join(", ") };
        format!("{what} {} was interrupted", self.switch.as_ref().unwrap_or(&patches))
    }
}

impl Workbench {
    /// The interrupted change in `target`, if there is one. Reads no product file and writes nothing.
    ///
    /// # Errors
    /// If the folder or its records cannot be read.
    pub fn unfinished(&self, target: &Path) -> Result<Option<UnfinishedWork>> {
        let fs = self.disk(target)?;
        let found = self.read_consistently(target, &*fs, || unfinished_now(&*fs), Option::is_none)?;
        Ok(found.map(|work| self.with_origin(target, &*fs, work)))
    }

    /// The same with who began it, and where.
    pub(super) fn with_origin(&self, target: &Path, fs: &dyn Fs, work: UnfinishedWork) -> UnfinishedWork {
        let is_foreign = match recover::inspect(fs) {
            Ok(Unfinished::Interrupted(interrupted)) => self.is_foreign_change(&interrupted.entry),
            _ => false,
        };
        // As long as nobody can tell what was said, nothing was.
        let is_copied = self.is_copied_work(target, fs).unwrap_or(true);
        UnfinishedWork { is_foreign, is_copied, ..work }
    }

    /// The same, and whether it can be finished: every file that it changes is read. Writes nothing.
    ///
    /// # Errors
    /// As [`Workbench::unfinished`], and if a file cannot be read.
    pub fn unfinished_in_full(&self, target: &Path) -> Result<Option<UnfinishedWork>> {
        let Some(work) = self.unfinished(target)? else { return Ok(None) };
        let fs = self.disk(target)?;
        let can_finish = match recover::inspect(&*fs)? {
            Unfinished::Interrupted(interrupted) => Some(recover::can_roll_forward(&*fs, &interrupted)?),
            _ => None,
        };
        Ok(Some(UnfinishedWork { can_finish, ..work }))
    }
}

pub(super) fn unfinished_now(fs: &dyn Fs) -> Result<Option<UnfinishedWork>> {
    Ok(match recover::inspect(fs)? {
        Unfinished::Interrupted(interrupted) => Some(UnfinishedWork {
            is_rollback: interrupted.entry.action == Action::Rollback,
            switch: interrupted.entry.toggle.as_ref().map(|note| {
                let patch = interrupted.entry.patch.as_ref().map_or("", |patch| patch.id.as_str());
                format!("{patch}/{}", note.id)
            }),
            patches: interrupted.entry.patches().into_iter().cloned().collect(),
            begun: interrupted.entry.time,
            user: interrupted.entry.user.raw().to_owned(),
            is_foreign: false,
            is_copied: false,
            can_finish: None,
        }),
        _ => None,
    })
}
