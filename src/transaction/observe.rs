//! What is seen of each step of an interrupted transaction: at its place, and in our own folder.
//!
//! Our own folder tells whether a step was done, whatever other people did to the place since.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;

use rayon::prelude::*;

use super::{IoResultExt, TransactionError, layout};
use crate::disk::fs::{Fs, Place, Stat, StatKind, StatePath};
use crate::disk::node_at;
use crate::model::{Node, Step, TreePath};

/// What kind of exchange a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
    /// Something becomes something else.
    Modify,
    /// Nothing becomes something.
    Create,
    /// Nothing becomes a folder.
    CreateDir,
    /// Something becomes nothing.
    Delete,
    /// A folder gets other permissions.
    DirMode,
}

impl StepKind {
    /// The kind of `step`.
    pub fn from_step(step: &Step) -> Self {
        match (&step.before, &step.after) {
            (Some(Node::Dir(_)), Some(Node::Dir(_))) => StepKind::DirMode,
            (Some(_), Some(_)) => StepKind::Modify,
            (Some(_), None) => StepKind::Delete,
            (None, Some(Node::Dir(_))) => StepKind::CreateDir,
            (None, _) => StepKind::Create,
        }
    }
}

/// What is seen at a step's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    Before,
    /// What the step leaves.
    After,
    /// Nothing, although neither before nor after is nothing.
    Nothing,
    /// Something else, be it as it should be afterwards, and the step has not been done: somebody changed it before
    /// we came to it.
    OtherUntouched,
    /// Something else, and the step has been done: somebody changed it since.
    OtherSince,
    /// Nothing, because it is in its folder, and the folder is in ours.
    GoneWithFolder,
}

/// Where and how the original of a step is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Original {
    /// There is none in our folder: nothing was there, or the step is not done.
    None,
    Whole(StatePath),
    /// It is not what was hashed: it was changed or replaced in the moment before the step.
    Newer(StatePath),
}

/// One step as it was found.
pub(super) struct Observed {
    pub seen: StepState,
    pub original: Original,
    /// The thing at the place, to know it again when it is moved.
    pub found: Option<Stat>,
}

/// Looks at every step.
pub(super) fn observe(fs: &dyn Fs, steps: &[Step]) -> Result<Vec<Observed>, TransactionError> {
    let _kept_open = fs.keep_folders_open();
    let by_path: BTreeMap<&TreePath, &Step> = steps.iter().map(|step| (&step.path, step)).collect();
    let one = |n: usize| observe_one(fs, n, &steps[n], &by_path);
    let mut observed: Vec<Observed> = (0..steps.len()).into_par_iter().map(one).collect::<Result<_, _>>()?;
    find_what_went_with_its_folder(steps, &mut observed);
    Ok(observed)
}

/// Whether an original of these steps is in our folder. What was staged and torn by a power cut is none: it is not what
/// was there before, or that is at its place still.
pub(super) fn holds_originals(fs: &dyn Fs, steps: &[Step]) -> Result<bool, TransactionError> {
    let observed = observe(fs, steps)?;
    Ok(steps.iter().zip(&observed).any(|(step, found)| match (StepKind::from_step(step), &found.original) {
        (StepKind::Delete, original) => *original != Original::None,
        (StepKind::Modify, Original::Whole(_)) => found.seen != StepState::Before,
        (StepKind::Modify, Original::Newer(_)) => found.seen == StepState::After,
        (StepKind::Modify | StepKind::Create | StepKind::CreateDir | StepKind::DirMode, _) => false,
    }))
}

fn observe_one(
    fs: &dyn Fs,
    n: usize,
    step: &Step,
    by_path: &BTreeMap<&TreePath, &Step>,
) -> Result<Observed, TransactionError> {
    let node = |place: &Place| node_at(fs, place).context("read", place);
    let kind = StepKind::from_step(step);
    let live = layout::live();
    let (object, aside) = (layout::object(&live, n), layout::aside(&live, n));
    let in_object = node(&Place::from(&object))?;
    let in_aside = node(&Place::from(&aside))?;
    let is_untouched = match kind {
        StepKind::Create | StepKind::CreateDir => in_object.is_some(),
        StepKind::Modify => in_aside.is_none() && in_object == step.after,
        StepKind::Delete | StepKind::DirMode => false,
    };
    let original = match (kind, in_aside) {
        (StepKind::Create | StepKind::CreateDir | StepKind::DirMode, _) => None,
        (_, Some(node)) => Some((node, aside)),
        (_, None) if is_untouched => None,
        (_, None) => in_object.map(|node| (node, object)),
    };
    let is_untouched = is_untouched || (kind == StepKind::Delete && original.is_none());
    let other = if is_untouched { StepState::OtherUntouched } else { StepState::OtherSince };
    let place = Place::from(&step.path);
    let (node, found) = match fs.look(&place).and_then(|found| Ok((node_at(fs, &place)?, found))) {
        Ok(seen) => seen,
        Err(error) if error.kind() == ErrorKind::NotADirectory && is_in_our_way(step, by_path) => {
            (None, None)
        }
        Err(error) if matches!(error.kind(), ErrorKind::NotADirectory | ErrorKind::InvalidInput) => {
            return Ok(Observed { seen: other, original: whole_or_newer(original, step), found: None });
        }
        Err(error) => return Err(error).context("read", &step.path),
    };
    let seen = match &node {
        node if *node == step.before => StepState::Before,
        // Nothing at the place of something to delete tells only that it is gone, not by whom.
        node if *node == step.after && (!is_untouched || kind == StepKind::Delete) => StepState::After,
        None if !is_untouched => StepState::Nothing,
        _ => other,
    };
    Ok(Observed { seen, original: whole_or_newer(original, step), found })
}

fn whole_or_newer(original: Option<(Node, StatePath)>, step: &Step) -> Original {
    match original {
        None => Original::None,
        Some((node, place)) if Some(&node) == step.before.as_ref() => Original::Whole(place),
        Some((_, place)) => Original::Newer(place),
    }
}

/// Whether a folder around `step` becomes something else in the same change, or was something else before.
fn is_in_our_way(step: &Step, by_path: &BTreeMap<&TreePath, &Step>) -> bool {
    let is_no_folder = |node: &Option<Node>| node.as_ref().is_some_and(|node| !node.is_dir());
    let around = |path: TreePath| by_path.get(&path).copied();
    step.path
        .ancestors()
        .filter_map(around)
        .any(|step| is_no_folder(&step.before) || is_no_folder(&step.after))
}

/// After a power cut a folder may be in our folder with things in it that were moved there before it, because
/// the disk kept only the later move. They come back with it.
fn find_what_went_with_its_folder(steps: &[Step], observed: &mut [Observed]) {
    let moved: BTreeSet<&TreePath> = steps
        .iter()
        .zip(&*observed)
        .filter(|(step, observed)| {
            step.before.as_ref().is_some_and(Node::is_dir) && observed.original != Original::None
        })
        .map(|(step, _)| &step.path)
        .collect();
    for (step, observed) in steps.iter().zip(observed) {
        let is_missing = (StepKind::from_step(step), observed.seen) == (StepKind::Delete, StepState::After)
            && observed.original == Original::None;
        if is_missing && step.path.ancestors().any(|folder| moved.contains(&folder)) {
            observed.seen = StepState::GoneWithFolder;
        }
    }
}

/// A new folder in the place of something else is somebody else's, too, once they have put something into it:
/// going back would take their thing away with it.
pub(super) fn find_folders_in_use(
    fs: &dyn Fs,
    steps: &[Step],
    observed: &mut [Observed],
) -> Result<(), TransactionError> {
    let is_ours: BTreeMap<&TreePath, bool> = steps
        .iter()
        .zip(&*observed)
        .map(|(step, observed)| (&step.path, observed.seen != StepState::OtherUntouched))
        .collect();
    for (step, observed) in steps.iter().zip(observed) {
        let is_new_folder = StepKind::from_step(step) == StepKind::Modify
            && observed.seen == StepState::After
            && step.after.as_ref().is_some_and(Node::is_dir);
        if is_new_folder && holds_others(fs, &step.path, &is_ours).context("list", &step.path)? {
            observed.seen = StepState::OtherSince;
        }
    }
    Ok(())
}

fn holds_others(
    fs: &dyn Fs,
    folder: &TreePath,
    is_ours: &BTreeMap<&TreePath, bool>,
) -> std::io::Result<bool> {
    let names = fs.list(&Place::from(folder))?;
    if !names.not_text.is_empty() {
        return Ok(true); // None of ours.
    }
    for name in names.text {
        let Ok(path) = folder.join(&name) else { return Ok(true) };
        if is_ours.get(&path) != Some(&true) {
            return Ok(true);
        }
        let is_folder = fs.look(&Place::from(&path))?.is_some_and(|found| found.kind == StatKind::Dir);
        if is_folder && holds_others(fs, &path, is_ours)? {
            return Ok(true);
        }
    }
    Ok(false)
}
