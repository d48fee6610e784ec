//! Where the old state cannot be had from what a transaction holds: what is unlike it, and where else the original may be.

use std::collections::BTreeMap;
use std::fmt;

use super::observe::{Observed, Original, StepKind, StepState};
use super::{ContentError, Contents, IoResultExt, TransactionError, finish, layout};
use crate::disk::fs::{Fs, Place, StatePath};
use crate::disk::node_at;
use crate::model::{Node, Step, TreePath};

/// Why a place will not be as it was before by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unlike {
    /// Something of other people is in the place of what the change left. The original is kept.
    Theirs,
    /// Somebody changed it before the change came to it.
    LeftAlone,
    /// The original was changed since; a program may have had it open.
    Newer,
    /// The original is nowhere, though the change has been here.
    Lost,
    /// Somebody took it away before the change came to it.
    Gone,
}

/// A place that will not be as it was before by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnlikePlace {
    pub path: TreePath,
    pub unlike: Unlike,
}

impl fmt::Display for UnlikePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = &self.path;
        match self.unlike {
            Unlike::Theirs => write!(f, "{path} is neither the old nor the new file"),
            Unlike::LeftAlone => {
                write!(f, "{path} was changed by something else, not by the interrupted change")
            }
            Unlike::Newer => {
                write!(f, "the backup of {path} has changed since it was made; a program may have it open")
            }
            Unlike::Lost => write!(f, "the backup of {path} is missing"),
            Unlike::Gone => write!(f, "{path} was deleted by something else"),
        }
    }
}

/// What keeps the place of `step` from being as before; `None` if it is, or will be.
pub(super) fn unlike(step: &Step, observed: &Observed) -> Option<Unlike> {
    use StepKind::{Create, CreateDir, Delete, DirMode, Modify};
    match (StepKind::from_step(step), observed.seen, &observed.original) {
        (_, StepState::Before | StepState::GoneWithFolder, _) => None,
        (_, StepState::OtherUntouched, _) => Some(Unlike::LeftAlone),
        (_, StepState::OtherSince, _) | (DirMode, StepState::Nothing, _) => Some(Unlike::Theirs),
        (Modify, StepState::After | StepState::Nothing, Original::None) => Some(Unlike::Lost),
        (Delete, StepState::After | StepState::Nothing, Original::None) => Some(Unlike::Gone),
        (Modify | Delete, StepState::After | StepState::Nothing, Original::Newer(_)) => Some(Unlike::Newer),
        (Modify | Delete, StepState::After | StepState::Nothing, Original::Whole(_)) => None,
        (Create | CreateDir | DirMode, StepState::After | StepState::Nothing, _) => None,
    }
}

/// Originals out of `contents` or of copies that were made beforehand, by the number of the step, for all places that
/// need one.
pub(super) fn provide(
    fs: &dyn Fs,
    steps: &[Step],
    observed: &[Observed],
    contents: Option<&dyn Contents>,
) -> Result<BTreeMap<usize, StatePath>, TransactionError> {
    let mut provided = BTreeMap::new();
    for (n, (step, seen)) in steps.iter().zip(observed).enumerate() {
        let is_wanted = matches!(StepKind::from_step(step), StepKind::Modify | StepKind::Delete)
            && unlike(step, seen).is_some()
            && !matches!(seen.original, Original::Whole(_));
        if is_wanted && let Some(place) = provide_one(fs, n, step, seen, contents)? {
            provided.insert(n, place);
        }
    }
    Ok(provided)
}

fn provide_one(
    fs: &dyn Fs,
    n: usize,
    step: &Step,
    seen: &Observed,
    contents: Option<&dyn Contents>,
) -> Result<Option<StatePath>, TransactionError> {
    let copy = layout::copy(&layout::live(), n);
    if node_at(fs, &Place::from(&copy)).context("read", &copy)? == step.before {
        return Ok(Some(copy));
    }
    let place = layout::provided(&layout::live(), n);
    // An undo that was cut may have left one.
    finish::remove_tree(fs, &place)?;
    let path = &step.path;
    match (&step.before, contents) {
        (Some(Node::Link(link)), _) => fs.make_link(&place, &link.points_to).context("prepare", path)?,
        (Some(Node::Dir(mode)), _) => fs.make_dir(&place, *mode).context("prepare", path)?,
        (Some(Node::File(file)), Some(contents)) => {
            let mut out = fs.create(&place).context("prepare", path)?;
            match contents.write(&step.inverse(), fs, &mut out) {
                Ok(()) => out.flush().context("prepare", path)?,
                Err(ContentError::Io(source)) => return Err(source).context("prepare", path),
                Err(ContentError::Refused { .. }) => {
                    drop(out);
                    finish::remove_tree(fs, &place)?;
                    return Ok(None);
                }
            }
            drop(out);
            if let Original::Newer(newer) = &seen.original
                && matches!(node_at(fs, &Place::from(newer)), Ok(Some(Node::File(_))))
            {
                let attributes = fs.attributes(&Place::from(newer)).context("read", newer)?;
                fs.set_attributes(&place, &attributes).context("prepare", path)?;
            }
            fs.set_mode(&place, file.mode).context("prepare", path)?;
        }
        (Some(Node::File(_)), None) | (None, _) => return Ok(None),
    }
    if node_at(fs, &Place::from(&place)).context("read", &place)? != step.before {
        finish::remove_tree(fs, &place)?;
        return Ok(None);
    }
    fs.sync(&[Place::from(&place)]).context("write to disk", &place)?;
    Ok(Some(place))
}
