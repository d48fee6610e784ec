//! Unfinished work that was begun in another folder, of which this one is a copy, or in whose place it was restored.
//!
//! Its records may fit the files here, as after `cp -a` or from a backup, or may have been put here to be followed. What
//! recovery does is decided by what each file holds, in either case; that it is done at all here is for a person to say.

use std::path::Path;

use super::memory::FolderName;
use crate::disk::fs::Fs;
use crate::plan::why::HistoryDoubt;
use crate::transaction::recover::{self, Unfinished};
use crate::workbench::{Error, Result, Workbench};

impl Workbench {
    /// Whether unfinished work in `target`, whose disk is `fs`, was begun in another folder, and nobody has said that it
    /// may go on in this one.
    ///
    /// # Errors
    /// If its records can't be believed, or what was said can't be read.
    pub(super) fn is_copied_work(&self, target: &Path, fs: &dyn Fs) -> Result<bool> {
        let Some(copied) = recover::copied(fs)? else { return Ok(false) };
        Ok(!self.memory()?.is_some_and(|memory| memory.has_agreed(&FolderName::new(target), &copied)))
    }

    /// Refuses to go on with such work.
    ///
    /// # Errors
    /// If it is such, and as [`Workbench::is_copied_work`].
    pub(crate) fn refuse_copied_work(&self, target: &Path, fs: &dyn Fs) -> Result<()> {
        if !self.is_copied_work(target, fs)? {
            return Ok(());
        }
        let files = match recover::inspect(fs)? {
            Unfinished::Interrupted(interrupted) => {
                interrupted.entry.steps.iter().map(|step| step.path.to_string()).collect()
            }
            _ => Vec::new(),
        };
        Err(Error::refused(HistoryDoubt::CopiedChange { files }))
    }
}
