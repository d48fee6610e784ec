//! What a run that was cut short left behind in a folder: the next one ends it.

use std::path::Path;

use super::ReconcileRun;
use crate::ledger::Entry;
use crate::model::CauseKind;
use crate::transaction::recover::{self, OnForeign, Unfinished};
use crate::workbench::look::stack::read_ledger;
use crate::workbench::{Choice, Error, Result};

impl ReconcileRun<'_> {
    /// Undoes a change that an earlier run had begun, and runs the health checks that it didn't come to. What somebody else
    /// began is left to them.
    pub(super) fn end_what_was_cut_short(&self, path: &Path) -> Result<()> {
        let is_ours =
            |entry: &Entry| entry.cause.as_ref().is_some_and(|cause| cause.kind == CauseKind::Reconcile);
        if let Unfinished::Interrupted(interrupted) = recover::inspect(&*self.bench.disk(path)?)?
            && is_ours(&interrupted.entry)
        {
            let _ = self.bench.recover(path, Choice::Undo(OnForeign::Stop), self.watch)?;
        }
        let ledger = read_ledger(&*self.bench.disk(path)?)?;
        let is_due = ledger.unchecked().iter().any(|due| due.failed.is_none() && is_ours(due.change));
        if is_due {
            match self.bench.recover(path, Choice::Finish, self.watch) {
                // It was rolled back, as its history says now.
                Ok(_) | Err(Error::Unhealthy { undo: None, .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
