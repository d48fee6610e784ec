//! What patches make of a place, laid on each other.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::fates::Bringing;
use super::layers::{ContentByDigest, KnownContents, Layer};
use crate::diff::{Fate, KeptApart, LineRange, NotCarried, carry_over};
use crate::model::{Digest, FileChange, FileNode, LayerKey, Mode, Node, Step, TreePath};

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
    let is_in_place = layer.in_place.contains(path);
    match (layer.step_at(path), layer.change_at(path)) {
        (Some(step), Some(change)) if is_in_place => {
            lay_in_part(path, below, layer, (step, change), contents)
        }
        (None, Some(change)) if is_in_place => lay_as_made(path, below, (layer.key, change), contents),
        (Some(step), _) => {
            lay_change(path, below, layer, [step.before.as_ref(), step.after.as_ref()], contents)
        }
        (None, Some(change)) => {
            lay_change(path, below, layer, [change.before.first(), change.after.as_ref()], contents)
        }
        (None, None) => Ok(below),
    }
}

/// Lays a patch of which others had brought some when it came, and which did the rest by `step`.
fn lay_in_part(
    path: &TreePath,
    below: LaidImage,
    layer: &Layer,
    (step, change): (&Step, &FileChange),
    contents: &dyn ContentByDigest,
) -> Result<LaidImage, Misfit> {
    let does = [step.before.as_ref(), step.after.as_ref()];
    if step.before == below.node {
        return lay_change(path, below, layer, does, contents);
    }
    let found = LaidImage { node: step.before.clone(), made: None, merged: false };
    let was_merged =
        lay_as_made(path, found, (layer.key, change), contents).is_ok_and(|image| image.node == step.after);
    if was_merged {
        return lay_as_made(path, below, (layer.key, change), contents);
    }
    // It came over others: what it took from them it takes again, and what it was made for has to be there as well.
    let image = lay_change(path, below, layer, does, contents)?;
    lay_as_made(path, image, (layer.key, change), contents)
}

/// Lays what `layer` made of what it found.
fn lay_change(
    path: &TreePath,
    below: LaidImage,
    layer: &Layer,
    [before, after]: [Option<&Node>; 2],
    contents: &dyn ContentByDigest,
) -> Result<LaidImage, Misfit> {
    let misfit = |lines| Misfit { layer: layer.key, lines };
    let left = |after: &Option<Node>| LaidImage { node: after.clone(), made: None, merged: below.merged };
    let change = layer.change_at(path);
    let (before, after) = (before.cloned(), after.cloned());
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

/// Lays what a patch was made to change on what is below it now. Others had brought some of that when it came, and may have
/// taken it with them.
fn lay_as_made(
    path: &TreePath,
    below: LaidImage,
    (key, change): (LayerKey, &FileChange),
    contents: &dyn ContentByDigest,
) -> Result<LaidImage, Misfit> {
    if change.expects(below.node.as_ref()) {
        return Ok(LaidImage { node: change.after.clone(), made: None, merged: below.merged });
    }
    let made: BTreeMap<Digest, Arc<Vec<u8>>> = below.content().into_iter().collect();
    let known = KnownContents { made: &made, others: contents };
    let own = Bringing { path, before: change.before.first(), left: change.after.as_ref() };
    if own.stand(below.node.as_ref(), &known) == Fate::Kept {
        return Ok(below);
    }
    let mut misfit = Misfit { layer: key, lines: Vec::new() };
    for base in change.before.iter().cloned().map(Some).chain(change.before.is_empty().then_some(None)) {
        let own = Bringing { path, before: base.as_ref(), left: change.after.as_ref() };
        match lay_one(path, below.clone(), &alone(change, base.clone()), &known) {
            Ok(image) if takes_hold(own, &below, &image, contents) => return Ok(image),
            Ok(_) => {}
            Err(why) => misfit.lines = why.lines,
        }
    }
    Err(misfit)
}

/// Whether `image`, which came of laying `own` on `ground`, has nothing in it that `own` takes out. Where another one put
/// that line elsewhere, both changes fit beside each other, and it is still there.
pub(super) fn takes_hold(
    own: Bringing<'_>,
    ground: &LaidImage,
    image: &LaidImage,
    contents: &dyn ContentByDigest,
) -> bool {
    let made: BTreeMap<Digest, Arc<Vec<u8>>> =
        [ground, image].into_iter().filter_map(LaidImage::content).collect();
    let known = KnownContents { made: &made, others: contents };
    let image = image.node.as_ref();
    own.fate_of_removed(image, &known) != Fate::Undone && !own.is_in_vain(ground.node.as_ref(), image, &known)
}

/// Whether something stands in `image`, where `own` takes lines out, that `others` made of these.
pub(super) fn is_remade(
    own: Bringing<'_>,
    image: &LaidImage,
    others: &[&Layer],
    contents: &dyn ContentByDigest,
) -> bool {
    let made: BTreeMap<Digest, Arc<Vec<u8>>> = image.content().into_iter().collect();
    own.is_remade(image.node.as_ref(), others, &KnownContents { made: &made, others: contents })
}

pub(super) fn merged_mode(base: Mode, changed: Mode, onto: Mode) -> Option<Mode> {
    match (base == changed, base == onto || changed == onto) {
        (true, _) => Some(onto),
        (false, true) => Some(changed),
        (false, false) => None,
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
        in_place: BTreeSet::new(),
        shifted: BTreeSet::new(),
        accepted: false,
        superseded: None,
        doubted: false,
    }
}
