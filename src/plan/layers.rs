//! The patches in a folder as layers, place by place: what each found and what each left.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diff::{KeptApart, LineRange, NotCarried, carry_over};
use crate::model::{Digest, FileChange, FileNode, LayerKey, Mode, Node, Patch, Step, TreePath};

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
    /// Files that it edits by their keys: whoever changes other keys on the lines beside them does not meet it there.
    pub(crate) by_key: BTreeSet<TreePath>,
    /// Places where something moved below it since: what it found there is not what is below it now.
    pub shifted: BTreeSet<TreePath>,
    /// Whether it was kept for good.
    pub accepted: bool,
    /// What replaced it, and whether its changes stayed below that.
    pub(crate) superseded: Option<(LayerKey, bool)>,
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

    /// Its step at `path`.
    pub(crate) fn step_at(&self, path: &TreePath) -> Option<&Step> {
        self.steps.binary_search_by(|step| step.path.cmp(path)).ok().map(|index| &self.steps[index])
    }

    /// What it found at `path` and what it left there; by its manifest, where others had left the same before it.
    pub(super) fn brought_at(&self, path: &TreePath) -> Option<(Option<&Node>, Option<&Node>)> {
        match self.step_at(path) {
            Some(step) => Some((step.before.as_ref(), step.after.as_ref())),
            None => self.change_at(path).map(|change| (change.before.first(), change.after.as_ref())),
        }
    }

    fn change_at(&self, path: &TreePath) -> Option<&FileChange> {
        self.patch.as_ref()?.change_at(path)
    }
}

/// A change, made to `before`, as a layer of its own.
pub(super) fn alone(change: &FileChange, before: Option<Node>) -> Layer {
    let (path, after) = (&change.path, change.after.clone());
    Layer {
        key: LayerKey { entry: u64::MAX, part: 0 },
        id: String::new(),
        revision: 1,
        patch: None,
        authors: BTreeSet::new(),
        steps: vec![Step { path: path.clone(), before, after }],
        shares: BTreeSet::new(),
        by_key: change.edit.iter().map(|_| path.clone()).collect(),
        shifted: BTreeSet::new(),
        accepted: false,
        superseded: None,
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
pub(super) struct KnownContents<'a> {
    pub made: &'a BTreeMap<Digest, Arc<Vec<u8>>>,
    pub others: &'a dyn ContentByDigest,
}

impl ContentByDigest for KnownContents<'_> {
    fn content(&self, file: &FileNode) -> Option<Arc<Vec<u8>>> {
        self.made.get(&file.digest).cloned().or_else(|| self.others.content(file))
    }
}

/// What some layers make of a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaidImage {
    pub node: Option<Node>,
    /// Its content, where that was put together here and is nowhere else.
    pub made: Option<Arc<Vec<u8>>>,
    /// Whether any change was carried over to something that it was not made for.
    pub merged: bool,
}

impl LaidImage {
    /// What was put together here, by its digest.
    pub(super) fn content(&self) -> Option<(Digest, Arc<Vec<u8>>)> {
        Some((self.node.as_ref()?.as_file()?.digest, self.made.clone()?))
    }
}

/// Why a layer cannot be laid on something else than it was made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    pub(crate) layer: LayerKey,
    /// Lines that it and the missing layer both change, where that is the reason.
    pub lines: Vec<LineRange>,
}

/// Lays `layers` on `origin` at `path`, one after the other.
///
/// # Errors
/// Names the first layer that neither fits exactly nor can be carried over cleanly.
pub fn lay(
    path: &TreePath,
    origin: Option<&Node>,
    layers: &[&Layer],
    contents: &dyn ContentByDigest,
) -> Result<LaidImage, Misfit> {
    let mut image = LaidImage { node: origin.cloned(), made: None, merged: false };
    for layer in layers {
        image = lay_one(path, image, layer, contents)?;
    }
    Ok(image)
}

fn lay_one(
    path: &TreePath,
    below: LaidImage,
    layer: &Layer,
    contents: &dyn ContentByDigest,
) -> Result<LaidImage, Misfit> {
    let misfit = |lines| Misfit { layer: layer.key, lines };
    let left = |after: &Option<Node>| LaidImage { node: after.clone(), made: None, merged: below.merged };
    let (step, change) = (layer.step_at(path), layer.change_at(path));
    let (before, after) = match (step, change) {
        (Some(step), _) => (step.before.clone(), step.after.clone()),
        (None, Some(change)) => (change.before.first().cloned(), change.after.clone()),
        (None, None) => return Ok(below),
    };
    if before == below.node {
        return Ok(left(&after));
    }
    if below.node == after {
        return Ok(below);
    }
    // What the vendor says may stand there leads to what the vendor says stands there afterwards.
    if let Some(change) = change.filter(|change| change.after == after && change.expects(below.node.as_ref()))
    {
        return Ok(left(&change.after));
    }
    let (Some(Node::File(base)), Some(Node::File(changed)), Some(Node::File(onto))) =
        (&before, &after, &below.node)
    else {
        return Err(misfit(Vec::new()));
    };
    let mode = merged_mode(base.mode, changed.mode, onto.mode).ok_or_else(|| misfit(Vec::new()))?;
    let merged = match (base.digest == changed.digest, base.digest == onto.digest) {
        (true, _) => below.made.clone().map_or(Ok(None), |made| Ok(Some(made))),
        (false, true) => Ok(None),
        (false, false) => {
            let onto = below.made.clone().or_else(|| contents.content(onto));
            let texts = (contents.content(base), contents.content(changed), onto);
            let (Some(base), Some(changed), Some(onto)) = texts else { return Err(misfit(Vec::new())) };
            let apart = if layer.by_key.contains(path) { KeptApart::Keys } else { KeptApart::Lines };
            let carried = carry_over(path.as_str(), [&base, &changed, &onto], apart);
            carried.map(|bytes| Some(Arc::new(bytes)))
        }
    };
    let made = merged.map_err(|clash| match clash {
        NotCarried::Lines(lines) => misfit(lines),
        NotCarried::NotComparable | NotCarried::NotMeant => misfit(Vec::new()),
    })?;
    let file = match (&made, base.digest == changed.digest) {
        (Some(bytes), _) => FileNode { digest: Digest::compute(bytes), size_bytes: bytes.len() as u64, mode },
        (None, true) => FileNode { mode, ..onto.clone() },
        (None, false) => FileNode { mode, ..changed.clone() },
    };
    Ok(LaidImage { node: Some(Node::File(file)), made, merged: true })
}

fn merged_mode(base: Mode, changed: Mode, onto: Mode) -> Option<Mode> {
    match (base == changed, base == onto || changed == onto) {
        (true, _) => Some(onto),
        (false, true) => Some(changed),
        (false, false) => None,
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
