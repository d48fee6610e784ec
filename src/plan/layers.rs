//! The patches in a folder as layers, place by place: what each found and what each left.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diff::moves;
use crate::model::{Digest, FileChange, FileNode, LayerKey, Node, Patch, Step, TreePath};

/// A patch in the folder, or one that is about to come.
#[derive(Debug, Clone)]
pub struct Layer {
    pub key: LayerKey,
    /// The vendor's id.
    pub id: String,
    /// Revision.
    pub revision: u32,
    /// What its manifest says, if that was kept and is whole.
    pub patch: Option<Arc<Patch>>,
    /// The owners of the keys that signed it as its authors, by the keys that are trusted today; empty: nobody does.
    pub authors: BTreeSet<String>,
    /// What it changed, in the order of the places.
    pub steps: Vec<Step>,
    /// Places that were as it leaves them already when it came, because of a patch below it.
    pub(crate) shares: BTreeSet<TreePath>,
    /// Places where a patch below it had brought some of what it changes, or all of it: there it counts by what it was made
    /// for, and not by what it found.
    pub(crate) in_place: BTreeSet<TreePath>,
    /// Files that it edits by their keys: whoever changes other keys on the lines beside them does not meet it there.
    pub(crate) by_key: BTreeSet<TreePath>,
    /// Places where something moved below it since: what it found there is not what is below it now.
    pub shifted: BTreeSet<TreePath>,
    /// Whether it was kept for good.
    pub accepted: bool,
    /// What replaced it, and whether its changes stayed below that.
    pub(crate) superseded: Option<(LayerKey, bool)>,
    /// Whether nothing but a word that nobody has to believe says that it is in: its files don't show it.
    pub(crate) doubted: bool,
}

impl Layer {
    /// Whether its changes are in the folder.
    pub(crate) fn is_in_tree(&self) -> bool {
        self.superseded.is_none_or(|(_, stays)| stays)
    }

    /// Whether it counts as installed by itself.
    pub(crate) fn is_active(&self) -> bool {
        self.superseded.is_none()
    }

    /// Every place it has a say in.
    pub fn paths(&self) -> impl Iterator<Item = &TreePath> {
        self.steps.iter().map(|step| &step.path).chain(&self.shares)
    }

    /// The same without folders.
    pub(super) fn files(&self) -> impl Iterator<Item = &TreePath> {
        let is_folder = |step: &Step| step.before.iter().chain(&step.after).all(Node::is_dir);
        self.paths().filter(move |path| !self.step_at(path).is_some_and(is_folder))
    }

    /// Where it moved files, by the names that they had; empty where its manifest isn't known.
    pub(crate) fn moved(&self) -> BTreeMap<TreePath, TreePath> {
        let changes = self.patch.as_ref().map_or(&[][..], |patch| &patch.changes);
        moves(changes).into_iter().map(|(from, to)| (from.clone(), to.path.clone())).collect()
    }

    /// Its step at `path`.
    pub(crate) fn step_at(&self, path: &TreePath) -> Option<&Step> {
        self.steps.binary_search_by(|step| step.path.cmp(path)).ok().map(|index| &self.steps[index])
    }

    /// What it found at `path` and what it left there; by its manifest, where others had brought some of it before, or what
    /// the history says of it is not believed.
    pub(super) fn brought_at(&self, path: &TreePath) -> Option<(Option<&Node>, Option<&Node>)> {
        let step = self.step_at(path);
        let is_by_manifest = step.is_none() || self.in_place.contains(path) || self.doubted;
        let change = self.change_at(path).filter(|_| is_by_manifest);
        match (change, step) {
            (Some(change), _) => Some((change.before.first(), change.after.as_ref())),
            (None, step) => step.map(|step| (step.before.as_ref(), step.after.as_ref())),
        }
    }

    pub(super) fn change_at(&self, path: &TreePath) -> Option<&FileChange> {
        self.patch.as_ref()?.change_at(path)
    }
}

/// Reads contents that are known by digest, wherever they are.
pub trait ContentByDigest {
    /// The content of `file`; `None` if it is nowhere, or too large to be compared.
    fn content(&self, file: &FileNode) -> Option<Arc<Vec<u8>>>;
}

/// Has no contents at all.
pub(crate) struct NoContents;

impl ContentByDigest for NoContents {
    fn content(&self, _: &FileNode) -> Option<Arc<Vec<u8>>> {
        None
    }
}

/// Contents from outside, and those that were made here.
pub(crate) struct KnownContents<'a> {
    pub made: &'a BTreeMap<Digest, Arc<Vec<u8>>>,
    pub others: &'a dyn ContentByDigest,
}

impl ContentByDigest for KnownContents<'_> {
    fn content(&self, file: &FileNode) -> Option<Arc<Vec<u8>>> {
        self.made.get(&file.digest).cloned().or_else(|| self.others.content(file))
    }
}

/// Everything that the layers of a folder have a say in.
pub struct Stack<'a> {
    /// The layers, the lowest first.
    pub(crate) layers: &'a [Layer],
    /// What every place that was ever changed should hold now.
    pub expected: &'a BTreeMap<TreePath, Option<Node>>,
    /// What stood at places before all layers, where that is not what the lowest layer found: another one went from
    /// below it since.
    pub(crate) origins: &'a BTreeMap<TreePath, Option<Node>>,
}

impl<'a> Stack<'a> {
    pub(crate) fn layer(&self, key: LayerKey) -> Option<&'a Layer> {
        self.layers.iter().find(|layer| layer.key == key)
    }

    /// The layers whose changes are in the folder at `path`, the lowest first.
    pub fn at(&self, path: &TreePath) -> Vec<&'a Layer> {
        self.layers.iter().filter(|layer| layer.is_in_tree() && has_a_say(layer, path)).collect()
    }

    /// What stood at `path` before all layers.
    pub(super) fn origin(&self, path: &TreePath) -> Option<Node> {
        if let Some(origin) = self.origins.get(path) {
            return origin.clone();
        }
        let found = |layer: &Layer| layer.step_at(path).map(|step| step.before.clone());
        self.layers.iter().find_map(found).flatten()
    }

    /// What should stand at `path` now.
    pub(super) fn now(&self, path: &TreePath) -> Option<Node> {
        let here = self.at(path);
        let is_as_left = here.iter().all(|layer| !layer.shifted.contains(path));
        let top = here.iter().rev().find_map(|layer| layer.step_at(path));
        match top.filter(|_| is_as_left) {
            Some(step) => step.after.clone(),
            None => self.expected.get(path).cloned().flatten(),
        }
    }
}

pub(super) fn has_a_say(layer: &Layer, path: &TreePath) -> bool {
    layer.step_at(path).is_some() || layer.shares.contains(path)
}
