//! Writes into a folder's history what somebody should know later, without changing a file.

use std::path::Path;

use crate::ledger::{Action, EntryFact, Occasion};
use crate::workbench::{Result, Workbench};

impl Workbench {
    /// Adds an entry that says only why it is there. Returns its number.
    ///
    /// # Errors
    /// If the folder cannot be changed, or unfinished work has to be dealt with first.
    pub(crate) fn write_down(
        &self,
        target: &Path,
        occasion: &Occasion,
        facts: Vec<EntryFact>,
    ) -> Result<u64> {
        super::preview::refuse_unfinished(&*self.disk(target)?)?;
        let mut folder = self.locked(self.lock(target)?, target)?;
        self.refuse_shortened_history(target, folder.fs())?;
        let mut entry = folder.next_entry(Action::Checked).on(occasion);
        entry.facts = facts;
        folder.append(&entry)?;
        Ok(entry.seq)
    }
}
