//! What an entry says beyond "one patch came in" and "one change was taken back".
//!
//! Older programs refuse fields they do not know. A state folder whose history uses these is therefore marked as of
//! the second generation (see `transaction::finish`), which older programs leave alone with a sentence that is true.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Action, Entry, Ledger, PatchNote, as_text};
use crate::model::{Digest, LayerKey, Step, TreePath};

/// One patch of an entry that applied several, or that retired others; or of one that is about several in another way, and
/// only names them.
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
    /// The same of an entry that only names the patch: it brought nothing itself.
    fn named(&self) -> Self {
        Self { retires: Vec::new(), steps: Arc::default(), ..self.clone() }
    }

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

impl Entry {
    /// Whether several patches came by it, or one that replaced others: the contents between them are with its backups.
    pub(crate) fn brought_parts(&self) -> bool {
        self.action == Action::Apply && !self.parts.is_empty()
    }

    /// Says that it is about the same patches as `other`.
    pub(crate) fn is_about_those_of(&mut self, other: &Entry) {
        self.patch.clone_from(&other.patch);
        self.name_parts(other.parts.iter().map(EntryPart::named).collect());
    }

    /// Says that it is about these patches, where they are several.
    pub(crate) fn name_parts(&mut self, parts: Vec<EntryPart>) {
        self.parts = if parts.len() > 1 { parts } else { Vec::new() };
    }
}

impl Ledger {
    /// The patches that came as `keys`, for an entry that names them.
    pub(crate) fn parts_named(&self, keys: &[LayerKey]) -> Vec<EntryPart> {
        let part = |key: &LayerKey| {
            let entry = self.entry(key.entry)?;
            match entry.parts.get(key.part) {
                Some(part) => Some(part.named()),
                None => Some(EntryPart::new(self.note(*key)?.clone(), entry.bundle?, entry.manifest?, &[])),
            }
        };
        keys.iter().filter_map(part).collect()
    }

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
