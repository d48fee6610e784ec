//! Changes whose health checks were cut short.

use crate::disk::fs::{Fs, LockKind};
use crate::ledger::{Entry, Ledger};
use crate::plan::Obstacle;
use crate::plan::why::HistoryDoubt;
use crate::text::capitalised;
use crate::transaction::recover;
use crate::workbench::{Error, Result};

/// A change that is done in every file, and of which nobody knows whether the product works with it: whoever made it was
/// stopped before its health checks had run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UncheckedChange {
    /// Its number in the history.
    pub entry: u64,
    /// Its patches, or the switch of one.
    pub subject: String,
    /// When it was made.
    pub time: String,
    /// Who made it.
    pub user: String,
}

impl UncheckedChange {
    pub(crate) fn new(entry: &Entry) -> Self {
        Self {
            entry: entry.seq,
            subject: entry.subject(),
            time: entry.time.clone(),
            user: entry.user.clone(),
        }
    }

    fn obstacle(&self) -> Obstacle {
        Obstacle::new(HistoryDoubt::Unchecked { subject: self.subject.clone() })
    }

    /// That nothing goes on before it was checked.
    pub(crate) fn refusal(&self) -> Error {
        Error::Refused(vec![self.obstacle()])
    }

    /// What somebody should know about it.
    pub fn sentence(&self) -> String {
        capitalised(&self.obstacle().meaning())
    }
}

/// Those in a folder with this history, oldest first. While somebody is changing the folder there are none: the checks
/// may be running.
///
/// # Errors
/// If the history, which may have grown meanwhile, cannot be read again.
pub(crate) fn unchecked(fs: &dyn Fs, ledger: &Ledger) -> Result<Vec<UncheckedChange>> {
    let all = |ledger: &Ledger| ledger.unchecked().into_iter().map(UncheckedChange::new).collect();
    if ledger.unchecked().is_empty() {
        return Ok(Vec::new());
    }
    match fs.lock(LockKind::Shared) {
        Ok(None) => Ok(Vec::new()),
        Ok(Some(_lock)) => {
            recover::inspect(fs)?;
            Ok(all(&Ledger::read(fs)?))
        }
        // Who may not even lock it for reading is told what was seen.
        Err(_) => Ok(all(ledger)),
    }
}
