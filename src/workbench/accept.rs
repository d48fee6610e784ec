//! Gives up the way back of patches and frees the space.

use std::path::Path;

use super::rollback::refuse_unknown;
use super::status::read_ledger;
use super::{Result, Workbench};
use crate::target::ledger::{Action, Entry, PatchNote};
use crate::transaction;

/// What was accepted.
#[derive(Debug)]
#[must_use]
pub struct Accepted {
    /// Patches that cannot be taken back any more, oldest first. Empty: there was nothing to do.
    pub patches: Vec<PatchNote>,
}

impl Workbench {
    /// Accepts the patch `id` and every older one, or all: they stay for good, their safe copies go.
    ///
    /// # Errors
    /// If there is no such patch, or the folder cannot be changed.
    pub fn accept(&self, target: &Path, id: Option<&str>) -> Result<Accepted> {
        let fs = self.disk(target)?;
        let look = || {
            super::preview::refuse_unfinished(&*fs)?;
            Ok(read_ledger(&*fs)?.installed())
        };
        let installed = self.look_in_peace(target, &*fs, look, |_| true)?;
        let count = match id {
            None => installed.len(),
            Some(id) => match installed.iter().rposition(|patch| patch.patch.id == id) {
                Some(index) => index + 1,
                None => return Err(refuse_unknown(id, &installed)),
            },
        };
        if installed[..count].iter().all(|patch| patch.accepted) {
            return Ok(Accepted { patches: Vec::new() });
        }
        let root = self.lock(target)?;
        let ledger = read_ledger(root.fs())?;
        let accepted: Vec<_> =
            ledger.installed().into_iter().take(count).filter(|patch| !patch.accepted).collect();
        let Some(newest) = accepted.iter().map(|patch| patch.way_back).max() else {
            return Ok(Accepted { patches: Vec::new() });
        };
        let mut entry = Entry::after(&ledger.head(), Action::Accept, &self.environment);
        entry.reverses = Some(newest);
        entry.patch = accepted.last().map(|patch| patch.patch.clone());
        transaction::append(&root, &entry)?;
        // Whatever can no longer be taken back has no use for its safe copies, a rollback's included.
        transaction::give_up(&root, &(1..=newest).collect::<Vec<_>>())?;
        Ok(Accepted { patches: accepted.into_iter().map(|patch| patch.patch).collect() })
    }
}
