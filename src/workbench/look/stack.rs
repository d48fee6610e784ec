//! The patches in a folder as layers, out of the history and the manifests that were kept with it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use crate::bundle::limits::MAX_MANIFEST_BYTES;
use crate::bundle::manifest::read_manifest;
use crate::disk::fs::Fs;
use crate::ledger::{Entry, Expected, Layers, Ledger, MovedLayer, read_small};
use crate::model::{Digest, FileChange, LayerKey, Node, Patch, Step, TreePath};
use crate::plan::{Layer, Stack};
use crate::transaction::{Archive, recover};
use crate::workbench::Result;

/// The verified history of a target, whose records can be trusted.
pub(crate) fn read_ledger(fs: &dyn Fs) -> Result<Ledger> {
    recover::inspect(fs)?;
    Ok(Ledger::read(fs)?)
}

/// Everything that the history says about the places that patches changed.
pub(crate) struct FolderStack {
    /// The patches, the lowest first.
    pub(crate) layers: Vec<Layer>,
    /// What every place that was ever changed should hold now.
    pub expected: BTreeMap<TreePath, Option<Node>>,
    origins: BTreeMap<TreePath, Option<Node>>,
    /// Files in which somebody's edits stayed when a patch came or went.
    pub kept_edits: BTreeSet<TreePath>,
    /// The steps of each entry that changed the folder.
    steps: BTreeMap<u64, Arc<[Step]>>,
}

impl FolderStack {
    /// Reads the manifest of every patch that is in the folder, and the steps of every entry.
    ///
    /// # Errors
    /// If an entry names a place or digest that is none.
    pub fn read(fs: &dyn Fs, ledger: &Ledger) -> Result<Self> {
        let now = ledger.layers();
        let keeps_modes = fs.features().modes;
        let patches: Vec<Option<Arc<Patch>>> = now
            .slots
            .par_iter()
            .map(|slot| manifest_of(fs, ledger, slot.key).map(|patch| Arc::new(plain(patch, keeps_modes))))
            .collect();
        let mut history = PlaceHistory { expected: Expected::new(ledger), steps: BTreeMap::new() };
        let mut layers: Vec<Layer> = Vec::new();
        let mut came: BTreeMap<u64, Vec<_>> = BTreeMap::new();
        for (slot, patch) in now.slots.iter().zip(&patches) {
            came.entry(slot.key.entry).or_default().push((slot, patch));
        }
        let returned = now.slots.iter().filter(|slot| slot.undo_entry != slot.key.entry);
        let untouched = ledger.untouched_by(&returned.map(|slot| slot.undo_entry).collect());
        for entry in ledger.lasting_changes() {
            let mut overlay: BTreeMap<TreePath, Option<Node>> = BTreeMap::new();
            let mut edits: BTreeMap<TreePath, bool> = BTreeMap::new();
            for (slot, patch) in came.remove(&entry.seq).unwrap_or_default() {
                let Some(note) = ledger.note(slot.key) else { continue };
                let mut steps = ledger.steps_of(slot.key, slot.undo_entry).to_vec();
                steps.extend(untouched.get(&slot.undo_entry).into_iter().flatten().cloned());
                steps.sort_by(|a, b| a.path.cmp(&b.path));
                if slot.superseded.is_none() {
                    let came = ledger.entry(slot.key.entry).map(|entry| entry.steps_of_part(slot.key.part));
                    for step in came.iter().flat_map(|steps| steps.iter()) {
                        let had_one = edits.get(&step.path).copied();
                        let had_one = had_one.unwrap_or_else(|| history.expected.keeps_an_edit(&step.path));
                        // What was taken from the patch is nobody's edit any more.
                        let is_kept = history.keeps_an_edit(patch.as_deref(), step, had_one, &overlay);
                        edits.insert(step.path.clone(), is_kept);
                    }
                }
                let in_place: BTreeSet<TreePath> = ledger
                    .entry(slot.key.entry)
                    .into_iter()
                    .flat_map(|came| came.in_place(slot.key.part))
                    .collect();
                let mut shares = history.shared_with(patch.as_deref(), &steps, &overlay);
                let has_step = |path: &TreePath| steps.binary_search_by(|step| step.path.cmp(path)).is_ok();
                shares.extend(in_place.iter().filter(|path| !has_step(path)).cloned());
                overlay.extend(steps.iter().map(|step| (step.path.clone(), step.after.clone())));
                layers.push(Layer {
                    key: slot.key,
                    id: note.id.clone(),
                    revision: note.revision,
                    patch: patch.clone(),
                    authors: BTreeSet::new(),
                    steps,
                    shares,
                    by_key: patch.as_deref().map(Patch::edited_by_key).unwrap_or_default(),
                    in_place,
                    shifted: BTreeSet::new(),
                    accepted: slot.accepted,
                    superseded: slot.superseded,
                    doubted: false,
                });
            }
            history.expected.take(entry);
            edits.iter().for_each(|(path, is_kept)| history.expected.mark_edit(path, *is_kept));
            history.steps.insert(entry.seq, Arc::clone(&entry.steps));
        }
        let moved = Movement::read(ledger, &now);
        moved.shift(&mut layers);
        let origins = moved.origins(&layers);
        let kept_edits = history.expected.kept_edits().cloned().collect();
        let expected = history.expected.into_places();
        Ok(Self { layers, expected, origins, kept_edits, steps: history.steps })
    }

    /// How many files there are to compare. One that a patch renamed is one: its old name only has to be free.
    pub(super) fn files(&self) -> usize {
        let moved: BTreeSet<TreePath> =
            self.layers.iter().flat_map(|layer| layer.moved().into_keys()).collect();
        let is_old_name = |path: &TreePath, node: &Option<Node>| node.is_none() && moved.contains(path);
        self.expected.iter().filter(|(path, node)| !is_old_name(path, node)).count()
    }

    /// For plans.
    pub fn stack(&self) -> Stack<'_> {
        self.stack_with(&self.expected)
    }

    /// The same where other things are `expected`.
    pub(crate) fn stack_with<'a>(&'a self, expected: &'a BTreeMap<TreePath, Option<Node>>) -> Stack<'a> {
        Stack { layers: &self.layers, expected, origins: &self.origins }
    }

    /// Where the contents of all backups are.
    ///
    /// # Errors
    /// The system's.
    pub fn archive(&self, fs: &dyn Fs) -> Result<Archive> {
        Ok(Archive::new(fs, self.entries())?)
    }

    /// The steps of each entry that changed the folder.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (u64, &[Step])> {
        self.steps.iter().map(|(seq, steps)| (*seq, &**steps))
    }

    /// The patch of this key.
    pub(crate) fn layer(&self, key: LayerKey) -> Option<&Layer> {
        self.layers.iter().find(|layer| layer.key == key)
    }
}

/// Every safe copy that is kept in the folder, whatever became of the patch that it belongs to.
///
/// # Errors
/// If the history or the folder cannot be read.
pub(crate) fn all_copies(fs: &dyn Fs, ledger: &Ledger) -> Result<Archive> {
    // The newest first: they are the likeliest to be whole.
    let entries = || ledger.entries().iter().rev().map(|entry| (entry.seq, &*entry.steps));
    Ok(Archive::new(fs, entries())?.with_what_was_left(fs, entries())?)
}

/// The manifest that was kept with a patch; `None` if it is gone or is not the one that came with it.
pub(crate) fn manifest_of(fs: &dyn Fs, ledger: &Ledger, key: LayerKey) -> Option<Patch> {
    read_manifest(&manifest_bytes_of(fs, ledger, key)?).ok()
}

/// The exact bytes of that manifest.
pub(crate) fn manifest_bytes_of(fs: &dyn Fs, ledger: &Ledger, key: LayerKey) -> Option<Vec<u8>> {
    let entry = ledger.entry(key.entry)?;
    let digest = match entry.parts.get(key.part) {
        Some(part) => Some(part.manifest),
        None => entry.manifest,
    };
    let bytes = read_small(fs, &Ledger::manifest_of(key), MAX_MANIFEST_BYTES).ok()?;
    (Some(Digest::compute(&bytes)) == digest).then_some(bytes)
}

/// The manifests that were kept with the patches of `entry`, as [`manifest_of`] gives them.
pub(crate) fn manifests_of(fs: &dyn Fs, ledger: &Ledger, entry: &Entry) -> impl Iterator<Item = Patch> {
    let parts = 0..entry.parts.len().max(1);
    parts.filter_map(move |part| manifest_of(fs, ledger, LayerKey { entry: entry.seq, part }))
}

/// The patch as this system sees it.
pub(crate) fn plain(mut patch: Patch, keeps_modes: bool) -> Patch {
    if !keeps_modes {
        for change in &mut patch.changes {
            change.before = std::mem::take(&mut change.before).into_iter().map(Node::without_mode).collect();
            change.after = change.after.take().map(Node::without_mode);
        }
    }
    patch
}

struct PlaceHistory<'l> {
    expected: Expected<'l>,
    steps: BTreeMap<u64, Arc<[Step]>>,
}

impl PlaceHistory<'_> {
    /// Whether `step` of a patch found a file that somebody had edited, and left the edit in it. `had_one`: there was one
    /// already in what is expected.
    fn keeps_an_edit(
        &self,
        patch: Option<&Patch>,
        step: &Step,
        had_one: bool,
        overlay: &BTreeMap<TreePath, Option<Node>>,
    ) -> bool {
        let Some(change) = patch.and_then(|patch| patch.change_at(&step.path)) else { return false };
        let (Some(found), Some(left)) = (&step.before, &step.after) else { return false };
        let was_expected = match overlay.get(&step.path).or_else(|| self.expected.at(&step.path)) {
            Some(expected) => expected.as_ref().is_some_and(|node| node.same_content(found)),
            None => change.before.iter().any(|node| node.same_content(found)),
        };
        (had_one || !was_expected) && !change.after.as_ref().is_some_and(|node| node.same_content(left))
    }

    /// Places that were as the patch leaves them already, because of what was done before.
    fn shared_with(
        &self,
        patch: Option<&Patch>,
        steps: &[Step],
        overlay: &BTreeMap<TreePath, Option<Node>>,
    ) -> BTreeSet<TreePath> {
        let is_shared = |change: &&FileChange| {
            let path = &change.path;
            let expected = overlay.get(path).or_else(|| self.expected.at(path));
            expected.is_some_and(|node| *node == change.after)
                && steps.binary_search_by(|step| step.path.cmp(path)).is_err()
        };
        let changes = patch.map(|patch| patch.changes.as_slice()).unwrap_or_default();
        changes.iter().filter(is_shared).map(|change| change.path.clone()).collect()
    }
}

/// What went from below others, or came back below them.
struct Movement {
    moved: Vec<(MovedLayer, Arc<[Step]>)>,
}

impl Movement {
    fn read(ledger: &Ledger, now: &Layers) -> Self {
        let steps = |moved: &MovedLayer| (*moved, ledger.steps_of(moved.key, moved.undo_entry));
        Self { moved: now.moved.iter().map(steps).collect() }
    }

    fn shift(&self, layers: &mut [Layer]) {
        for (moved, steps) in &self.moved {
            let is_above = |layer: &&mut Layer| layer.key > moved.key && layer.key.entry < moved.at;
            for layer in layers.iter_mut().filter(is_above) {
                let has = |path: &TreePath| layer.step_at(path).is_some() || layer.shares.contains(path);
                let shifted: Vec<TreePath> =
                    steps.iter().map(|step| &step.path).filter(|path| has(path)).cloned().collect();
                layer.shifted.extend(shifted);
            }
        }
    }

    /// What stood at places before the lowest patch that ever lay below one that is still there.
    fn origins(&self, layers: &[Layer]) -> BTreeMap<TreePath, Option<Node>> {
        let mut origins = BTreeMap::new();
        let paths: BTreeSet<&TreePath> = layers.iter().flat_map(|layer| &layer.shifted).collect();
        for path in paths {
            let step =
                |steps: &[Step]| steps.iter().find(|step| step.path == *path).map(|step| step.before.clone());
            let mut here: BTreeMap<LayerKey, Option<Option<Node>>> = layers
                .iter()
                .filter(|layer| layer.step_at(path).is_some() || layer.shares.contains(path))
                .map(|layer| (layer.key, step(&layer.steps)))
                .collect();
            loop {
                let below = self.moved.iter().find_map(|(moved, steps)| {
                    let found = step(steps)?;
                    let is_new = !here.contains_key(&moved.key);
                    let lay_below = here.keys().any(|key| moved.key < *key && key.entry < moved.at);
                    (is_new && lay_below).then_some((moved.key, Some(found)))
                });
                let Some((key, found)) = below else { break };
                here.insert(key, found);
            }
            if let Some(origin) = here.into_values().flatten().next() {
                origins.insert(path.clone(), origin);
            }
        }
        origins
    }
}
