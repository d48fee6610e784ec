//! A change that was interrupted: what it was, who began it, and whether it can be finished.

use std::path::Path;

use crate::disk::fs::Fs;
use crate::ledger::{Action, PatchNote};
use crate::transaction::recover::{self, Unfinished};
use crate::workbench::{Result, Workbench};

/// An interrupted change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnfinishedWork {
    pub patch: Option<PatchNote>,
    /// Whether it was being rolled back rather than applied.
    pub is_rollback: bool,
    /// The switch that was being moved, if that is it.
    pub switch: Option<String>,
    pub begun: String,
    /// Who began it.
    pub user: String,
    /// Whether it is known to have been started by somebody else, or on another computer.
    pub is_foreign: bool,
    /// Whether every place is new already, so that it can be finished; `None` where nobody has looked.
    pub can_finish: Option<bool>,
}

impl Workbench {
    /// The interrupted change in `target`, if there is one. Reads no product file and writes nothing.
    ///
    /// # Errors
    /// If the folder or its records cannot be read.
    pub fn unfinished(&self, target: &Path) -> Result<Option<UnfinishedWork>> {
        let fs = self.disk(target)?;
        let found = self.read_consistently(target, &*fs, || unfinished_now(&*fs), Option::is_none)?;
        Ok(found.map(|work| UnfinishedWork { is_foreign: self.is_foreign_work(&*fs), ..work }))
    }

    pub(super) fn is_foreign_work(&self, fs: &dyn Fs) -> bool {
        match recover::inspect(fs) {
            Ok(Unfinished::Interrupted(interrupted)) => self.is_foreign_change(&interrupted.entry),
            _ => false,
        }
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
            patch: interrupted.entry.patch,
            begun: interrupted.entry.time,
            user: interrupted.entry.user,
            is_foreign: false,
            can_finish: None,
        }),
        _ => None,
    })
}
