//! What a place will hold when a change comes to it, whatever patches have a say there.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::by_lines::{ByLines, by_lines};
use super::fates::Bringing;
use super::layers::{ContentByDigest, Layer, Stack};
use super::laying::{LaidImage, alone, is_remade, lay, merged_mode, takes_hold};
use super::{Resolution, Situation};
use crate::diff::{Fate, FileEdits};
use crate::model::{Digest, FileChange, FileNode, LayerKey, LocalEdits, Node};

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
    /// Something else in which all lines that it shows of its original stand, once. Nobody has that original.
    Lines,
    /// What would be there without some patch whose lines it replaces.
    Over,
}

/// A change that comes, in every form that its patch has it in.
#[derive(Clone, Copy)]
pub(super) struct ComingChange<'a> {
    pub change: &'a FileChange,
    /// Its edits by key, if it is some.
    pub edits: Option<&'a FileEdits>,
    /// Its diff, where nobody has what it was made from.
    pub diff: Option<&'a [u8]>,
}

/// `None` if the change fits nothing that is or was there. `contained` are the patches that it may replace.
pub(super) fn land(
    coming: ComingChange<'_>,
    stack: &Stack<'_>,
    contained: &BTreeSet<LayerKey>,
    situation: &Situation,
    contents: &dyn ContentByDigest,
) -> Option<Landing> {
    let change = coming.change;
    let path = &change.path;
    let holds = stack.now(path);
    if is_taken_as_it_comes(change, holds.as_ref(), situation) {
        return Some(Landing::as_made(change));
    }
    let here = stack.at(path);
    let is_edited = situation.tree.at(path) != holds.as_ref();
    // What patches left together is nowhere to be read once somebody edited it; what that person made of it is.
    let is_gone = |file| contents.content(file).is_none();
    let ground = match is_edited && holds.as_ref().and_then(Node::as_file).is_some_and(is_gone) {
        true => situation.tree.at(path).cloned(),
        false => holds.clone(),
    };
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
        own.stand_unbrought(ground.as_ref(), &here, contents) == Fate::Kept
    };
    if bases.iter().any(is_there) {
        return Some(Landing { after: holds, made: None, on: Ground::There });
    }
    let landing = |image: LaidImage, on| Landing { after: image.node, made: image.made, on };
    if let Some(image) = on(ground.as_ref(), &[], &here) {
        return Some(landing(image, Ground::Merged));
    }
    // What may replace one of these is not to come beside it; and by its lines alone nothing comes to what was edited.
    let coming = ComingChange { diff: coming.diff.filter(|_| !is_edited), ..coming };
    if here.iter().all(|layer| !contained.contains(&layer.key))
        && let Some(landing) = coming.by_its_words(ground.as_ref(), contents)
    {
        return Some(landing);
    }
    let origin = stack.origin(path);
    let stays = |layer: &&&Layer| !contained.contains(&layer.key);
    let others: Vec<&Layer> = here.iter().filter(stays).copied().collect();
    let over = (others.len() < here.len()).then(|| on(origin.as_ref(), &others, &others)).flatten();
    over.or_else(|| on(origin.as_ref(), &[], &[])).map(|image| landing(image, Ground::Over))
}

impl ComingChange<'_> {
    /// What it comes to by its own words, where it can't be laid as a text on what the place `holds`.
    fn by_its_words(self, holds: Option<&Node>, contents: &dyn ContentByDigest) -> Option<Landing> {
        let (before, after) =
            (self.change.before.first()?.as_file()?, self.change.after.as_ref()?.as_file()?);
        let here = holds?.as_file()?;
        let mode = merged_mode(before.mode, after.mode, here.mode)?;
        let content = contents.content(here)?;
        let (made, on) = match (self.edits, self.diff) {
            (Some(edits), _) => {
                let tried = edits.try_on_edited(&contents.content(before)?, &content).ok()?;
                (tried.content?, Ground::Merged)
            }
            (None, Some(diff)) => match by_lines(diff, &content)? {
                ByLines::There => (content.to_vec(), Ground::Lines),
                ByLines::Makes(made) => (made, Ground::Lines),
            },
            (None, None) => return None,
        };
        let file = FileNode { digest: Digest::compute(&made), size_bytes: made.len() as u64, mode };
        if file == *here {
            return Some(Landing { after: holds.cloned(), made: None, on: Ground::There });
        }
        Some(Landing { after: Some(Node::File(file)), made: Some(Arc::new(made)), on })
    }
}
