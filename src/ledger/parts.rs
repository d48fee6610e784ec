//! What an entry says beyond "one patch came in" and "one change was taken back".
//!
//! Older programs refuse fields they do not know. A state folder whose history uses these is therefore marked as of
//! the second generation (see `transaction::finish`), which older programs leave alone with a sentence that is true.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Action, Entry, Ledger, PatchNote, as_text};
use crate::model::{Digest, LayerKey, Step, TreePath};

/// One patch of an entry that applied several, or that retired others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryPart {
    pub patch: PatchNote,
    /// Digest of its bundle file.
    #[serde(with = "as_text")]
    pub bundle: Digest,
    #[serde(with = "as_text")]
    pub manifest: Digest,
    /// Patches that it replaces.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub retires: Vec<Retires>,
    /// What it alone changed, after the parts before it.
    #[serde(skip_serializing_if = "<[Step]>::is_empty", default, with = "super::steps")]
    pub steps: Arc<[Step]>,
}

/// A patch that is replaced, and comes back when what replaced it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retires {
    /// The entry that applied it.
    pub entry: u64,
    /// Its number in that entry.
    pub part: usize,
    /// Whether what it changed stays below what replaced it, because that was made on top of it.
    pub stays: bool,
}

/// A patch that went, in an entry that took out something else than one whole entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gone {
    /// The entry that applied it.
    pub entry: u64,
    /// Its number in that entry.
    pub part: usize,
}

impl EntryPart {
    /// One that changed `steps`.
    pub fn new(patch: PatchNote, bundle: Digest, manifest: Digest, steps: &[Step]) -> Self {
        Self { patch, bundle, manifest, retires: Vec::new(), steps: steps.into() }
    }
}

impl Retires {
    /// `key` is replaced.
    pub fn new(key: LayerKey, stays: bool) -> Self {
        Self { entry: key.entry, part: key.part, stays }
    }

    /// Which patch.
    pub fn key(self) -> LayerKey {
        LayerKey { entry: self.entry, part: self.part }
    }
}

impl From<LayerKey> for Gone {
    fn from(key: LayerKey) -> Self {
        Self { entry: key.entry, part: key.part }
    }
}

impl Gone {
    /// Which patch.
    pub fn key(self) -> LayerKey {
        LayerKey { entry: self.entry, part: self.part }
    }
}

impl Ledger {
    /// The patch of `entry` that changed `path`: of several that came or went together, the last one that did.
    pub(crate) fn changed_by<'a>(&'a self, entry: &'a Entry, path: &TreePath) -> Option<&'a PatchNote> {
        let has = |steps: &[Step]| steps.iter().any(|step| step.path == *path);
        let mut at = entry;
        loop {
            let gone =
                at.out.iter().rev().map(|gone| gone.key()).find(|key| {
                    self.entry(key.entry).is_some_and(|entry| has(&entry.steps_of_part(key.part)))
                });
            let part = at.parts.iter().rev().find(|part| has(&part.steps)).map(|part| &part.patch);
            if let Some(found) = gone.and_then(|key| self.note(key)).or(part) {
                return Some(found);
            }
            // Only what came before: a history can say anything.
            let before = at.reverses.filter(|seq| at.action == Action::Rollback && *seq < at.seq);
            match before.and_then(|seq| self.entry(seq)) {
                Some(before) => at = before,
                None => return entry.patch.as_ref(),
            }
        }
    }
}
