//! Looks at a folder that somebody else may be changing at the same moment.
//!
//! Looking takes no lock, so that it leaves no trace and keeps nobody from working. What is seen may then be a
//! folder between two states, or a record on its way: nothing to frighten a person with. A look that shows trouble
//! is therefore believed only if nobody can have caused it; otherwise it is taken again while nobody can write.

use std::path::Path;

use crate::disk::fs::{Fs, LockKind, Place};
use crate::ledger::Ledger;
use crate::transaction::recover::{self, Unfinished};
use crate::workbench::{Error, Result, Workbench};

impl Workbench {
    /// What `look` shows in `target`, whose disk is `fs`. `is_plain`: it can be believed without further ado.
    ///
    /// # Errors
    /// Those of `look`; [`Error::Busy`] when it shows trouble and somebody is changing the folder.
    pub(crate) fn read_consistently<T>(
        &self,
        target: &Path,
        fs: &dyn Fs,
        look: impl Fn() -> Result<T>,
        is_plain: impl Fn(&T) -> bool,
    ) -> Result<T> {
        let entries = entries_in_history(fs);
        let seen = look();
        match &seen {
            Ok(plain) if is_plain(plain) => return seen,
            Err(Error::Cancelled(_)) => return seen,
            _ => {}
        }
        match fs.lock(LockKind::Shared) {
            Ok(None) => Err(Error::Busy { path: target.to_owned() }),
            // Every change that touched the product has left either an entry or unfinished work.
            Ok(Some(_lock)) if !is_quiet(fs) || entries_in_history(fs) != entries => look(),
            Ok(Some(_)) => seen,
            // Who may not even lock it for reading is told what was seen.
            Err(_) => seen,
        }
    }
}

fn is_quiet(fs: &dyn Fs) -> bool {
    matches!(recover::inspect(fs), Ok(Unfinished::Nothing))
}

/// Their number; none when there is no history yet, or it cannot be read, which the look will tell better.
fn entries_in_history(fs: &dyn Fs) -> usize {
    fs.list(&Place::State(Ledger::folder())).map_or(0, |names| names.text.len())
}
