//! Gives up the way back of patches and frees the space.

use std::collections::BTreeSet;
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
        let mut accepted = ledger.installed();
        let newer = accepted.split_off(count.min(accepted.len()));
        accepted.retain(|patch| !patch.accepted);
        let Some(newest) = accepted.iter().map(|patch| patch.way_back).max() else {
            return Ok(Accepted { patches: Vec::new() });
        };
        let mut entry = Entry::after(&ledger.head(), Action::Accept, &self.environment);
        entry.reverses = Some(newest);
        entry.patch = accepted.last().map(|patch| patch.patch.clone());
        transaction::append(&root, &entry)?;
        // Whatever can no longer be taken back has no use for its safe copies. A rollback is among it: only the last
        // change can be one that is taken back, and now this is the last.
        let still_used: BTreeSet<u64> = newer.iter().map(|patch| patch.way_back).collect();
        let unused: Vec<u64> = (1..entry.seq).filter(|seq| !still_used.contains(seq)).collect();
        transaction::give_up(&root, &unused)?;
        Ok(Accepted { patches: accepted.into_iter().map(|patch| patch.patch).collect() })
    }
}
