//! Who vouches today for the patches that are in a folder. What the history says about that is what was true when they
//! came, in the words of whoever wrote it: keys are taken back, rules change, and a history can be written by anybody.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rayon::prelude::*;

use super::stack::{FolderStack, manifest_bytes_of};
use crate::bundle::claim_of;
use crate::bundle::manifest::read_manifest;
use crate::disk::fs::Fs;
use crate::ledger::{KeptSignatures, Ledger, MAX_SIGNATURES_BYTES, read_small};
use crate::model::LayerKey;
use crate::trust::{Keyring, Verdict, judge};
use crate::workbench::{Result, Workbench};

/// The keys and rules by which patches are judged today.
pub(crate) struct KeysOfToday {
    pub keyring: Keyring,
    pub now: Timestamp,
}

impl Workbench {
    /// The keys and rules of this person and machine, as they are now.
    pub(crate) fn keys_of_today(&self) -> Result<KeysOfToday> {
        Ok(KeysOfToday { keyring: self.keyring()?, now: self.environment.timestamp() })
    }
}

impl KeysOfToday {
    /// Who vouches for the patch that came as `key`; `None` if its manifest is gone or is not the one that came with
    /// it. A patch whose signatures were not kept is one that nobody signed.
    pub(crate) fn verdict_of(&self, fs: &dyn Fs, ledger: &Ledger, key: LayerKey) -> Option<Verdict> {
        let manifest = manifest_bytes_of(fs, ledger, key)?;
        let patch = read_manifest(&manifest).ok()?;
        let KeptSignatures { signatures, reviews } = signatures_of(fs, key);
        Some(judge(&claim_of(&patch, &manifest), &signatures, &reviews, &self.keyring, self.now))
    }

    /// The owners of the keys that vouch for it as its authors; nobody's if nobody does.
    pub(crate) fn authors_of(&self, fs: &dyn Fs, ledger: &Ledger, key: LayerKey) -> BTreeSet<String> {
        if signatures_of(fs, key) == KeptSignatures::default() {
            // Nobody vouches for what came without signatures; its manifest need not be read again.
            return BTreeSet::new();
        }
        self.verdict_of(fs, ledger, key).map(|verdict| verdict.authors()).unwrap_or_default()
    }
}

impl FolderStack {
    /// The same with who vouches today for each patch.
    pub(crate) fn vouched(mut self, fs: &dyn Fs, ledger: &Ledger, keys: &KeysOfToday) -> Self {
        let layers = self.layers.par_iter_mut();
        layers.for_each(|layer| layer.authors = keys.authors_of(fs, ledger, layer.key));
        self
    }
}

/// The signatures that were kept with a patch. What cannot be read vouches for nothing.
fn signatures_of(fs: &dyn Fs, key: LayerKey) -> KeptSignatures {
    let bytes = read_small(fs, &Ledger::signatures_of(key), MAX_SIGNATURES_BYTES);
    bytes.ok().and_then(|bytes| KeptSignatures::from_bytes(&bytes)).unwrap_or_default()
}
