//! What a place will hold when a change comes to it, whatever patches have a say there.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::fates::Bringing;
use super::layers::{ContentByDigest, Layer, Stack};
use super::laying::{LaidImage, alone, is_remade, lay, takes_hold};
use super::{Resolution, Situation};
use crate::diff::Fate;
use crate::model::{Digest, FileChange, LayerKey, LocalEdits, Node};

/// How a change comes to a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Landing {
    /// What the place holds then.
    pub after: Option<Node>,
    /// Its content, where that was put together here.
    pub made: Option<Arc<Vec<u8>>>,
    pub on: Ground,
}

impl Landing {
    /// Whatever is there, the place holds what the patch says.
    pub(super) fn as_made(change: &FileChange) -> Self {
        Self { after: change.after.clone(), made: None, on: Ground::Expected }
    }

    /// What was put together here, by its digest.
    pub(super) fn content(&self) -> Option<(Digest, Arc<Vec<u8>>)> {
        Some((self.after.as_ref()?.as_file()?.digest, self.made.clone()?))
    }
}

/// Whether a file that somebody edited is exchanged for what the patch brings, with whatever else was in it.
fn is_taken_as_it_comes(change: &FileChange, holds: Option<&Node>, situation: &Situation) -> bool {
    let here = situation.tree.at(&change.path);
    let is_wished = match situation.edits.get(&change.path) {
        None => change.local_edits == LocalEdits::Replace,
        Some(choice) => matches!(choice, Resolution::TakeTheirs { .. }),
    };
    is_wished && here != holds && !change.expects(here)
}

/// What a change comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ground {
    /// What it was made for, or what it leaves.
    Expected,
    /// Something else that has all of it in it.
    There,
    /// Something else that it can be carried over to.
    Merged,
    /// What would be there without some patch whose lines it replaces.
    Over,
}

/// `None` if the change fits nothing that is or was there. `contained` are the patches that it may replace.
pub(super) fn land(
    change: &FileChange,
    stack: &Stack<'_>,
    contained: &BTreeSet<LayerKey>,
    situation: &Situation,
    contents: &dyn ContentByDigest,
) -> Option<Landing> {
    let path = &change.path;
    let holds = stack.now(path);
    if is_taken_as_it_comes(change, holds.as_ref(), situation) {
        return Some(Landing::as_made(change));
    }
    let here = stack.at(path);
    if here.is_empty() || change.expects(holds.as_ref()) || change.is_done(holds.as_ref()) {
        return Some(Landing::as_made(change));
    }
    let bases: Vec<Option<Node>> = match change.before.as_slice() {
        [] => vec![None],
        before => before.iter().cloned().map(Some).collect(),
    };
    // `made_by`: whose changes are in what is below, or are laid on it.
    let on = |below: Option<&Node>, layers: &[&Layer], made_by: &[&Layer]| {
        let ground = lay(path, below, layers, contents).ok()?;
        let is_whole = |base: &Option<Node>, image: &LaidImage| {
            let own = Bringing { path, before: base.as_ref(), left: change.after.as_ref() };
            takes_hold(own, &ground, image, contents) && !is_remade(own, image, made_by, contents)
        };
        bases.iter().find_map(|base| {
            let own = alone(change, base.clone());
            let layers: Vec<&Layer> = layers.iter().copied().chain([&own]).collect();
            lay(path, below, &layers, contents).ok().filter(|image| is_whole(base, image))
        })
    };
    let is_there = |base: &Option<Node>| {
        let own = Bringing { path, before: base.as_ref(), left: change.after.as_ref() };
        own.stand_unbrought(holds.as_ref(), &here, contents) == Fate::Kept
    };
    if bases.iter().any(is_there) {
        return Some(Landing { after: holds, made: None, on: Ground::There });
    }
    let landing = |image: LaidImage, on| Landing { after: image.node, made: image.made, on };
    if let Some(image) = on(holds.as_ref(), &[], &here) {
        return Some(landing(image, Ground::Merged));
    }
    let origin = stack.origin(path);
    let stays = |layer: &&&Layer| !contained.contains(&layer.key);
    let others: Vec<&Layer> = here.iter().filter(stays).copied().collect();
    let over = (others.len() < here.len()).then(|| on(origin.as_ref(), &others, &others)).flatten();
    over.or_else(|| on(origin.as_ref(), &[], &[])).map(|image| landing(image, Ground::Over))
}
