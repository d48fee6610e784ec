//! The places that a patch and one that is there both change, and what becomes of them.

use super::{
    Bringing, ContentByDigest, Fate, FileChange, Ground, Landing, Layer, Meeting, Newcomer, PlaceFate,
    SharedPlace, Stack, TreePath, alone, has_a_say, lay,
};
use crate::diff::{KeyClash, keys_both_change};
use crate::model::{Node, Payload, Step};

/// The places that `new` and `other` both change.
pub(super) fn places(
    new: &Newcomer<'_>,
    other: &Layer,
    stack: &Stack<'_>,
    contents: &dyn ContentByDigest,
) -> Vec<SharedPlace> {
    let shared = new.patch.changes.iter().filter(|change| has_a_say(other, &change.path));
    shared.map(|change| shared_place(new, other, change, stack, contents)).collect()
}

fn shared_place(
    new: &Newcomer<'_>,
    other: &Layer,
    change: &FileChange,
    stack: &Stack<'_>,
    contents: &dyn ContentByDigest,
) -> SharedPlace {
    let path = &change.path;
    let step = other.step_at(path);
    let holds = stack.now(path);
    let left = step.map_or_else(|| holds.clone(), |step| step.after.clone());
    let found = step.and_then(|step| step.before.as_ref());
    let from_before = step.is_some() && change.expects(found);
    let landing = new.landings.get(path);
    let fated = fate_at(new, other, change, holds.as_ref(), contents);
    let (fate, is_there, lost) = (fated.fate, fated.is_there, fated.worst_lines());
    let mut keys = match other.brought_at(path).filter(|_| fate != Fate::Kept && lost.is_empty()) {
        Some((before, left)) => {
            Bringing { path, before, left }.values_lost(comes_of(change, landing), contents)
        }
        None => Vec::new(),
    };
    let meeting = if change.is_done(holds.as_ref()) || change.is_done(left.as_ref()) {
        Meeting::Same
    } else if change.expects(holds.as_ref()) || change.expects(left.as_ref()) {
        Meeting::OnTop
    } else if landing.is_some_and(|landing| landing.on == Ground::There) {
        Meeting::Same
    } else if landing.is_some_and(|landing| landing.on != Ground::Expected) && is_there && fate == Fate::Kept
    {
        Meeting::DifferentLines
    } else {
        // What the new patch makes of its own before image, made to what is there.
        let base = if from_before { found.cloned() } else { change.before.first().cloned() };
        let alone = alone(change, base);
        let on = |image: Option<&Node>| lay(path, image, &[&alone], contents);
        match on(holds.as_ref()).or_else(|_| on(left.as_ref())) {
            Ok(_) => Meeting::DifferentLines,
            Err(misfit) => {
                let are_told = change.edit.is_some() || misfit.lines.is_empty();
                if are_told && keys.is_empty() {
                    keys = clashing_keys(change, holds.as_ref(), contents);
                }
                match misfit.lines.is_empty() {
                    true => Meeting::Whole,
                    false => Meeting::SameLines(misfit.lines),
                }
            }
        }
    };
    let lacks_original = meeting == Meeting::Whole && lacks_original(change, contents);
    SharedPlace { path: path.clone(), meeting, from_before, lacks_original, fate, lost, keys }
}

/// What `change` leaves at its place.
fn comes_of<'a>(change: &'a FileChange, landing: Option<&'a Landing>) -> Option<&'a Node> {
    landing.map_or(change.after.as_ref(), |landing| landing.after.as_ref())
}

/// What becomes of what `other` brought to the place of `change`, where `holds` is now.
fn fate_at(
    new: &Newcomer<'_>,
    other: &Layer,
    change: &FileChange,
    holds: Option<&Node>,
    contents: &dyn ContentByDigest,
) -> PlaceFate {
    let path = &change.path;
    let landing = new.landings.get(path);
    let will = comes_of(change, landing);
    let fits = change.expects(holds) || change.is_done(holds);
    let is_laid_over =
        !fits && landing.is_none_or(|landing| matches!(landing.on, Ground::Over | Ground::Expected));
    let brought = brought_as_known(other, path, contents);
    let edited = new.tree.at(path).filter(|there| Some(*there) != holds && !is_gone(Some(there), contents));
    match brought {
        None => PlaceFate { fate: Fate::Kept, is_there: false, lines: Vec::new() },
        // What becomes of such a folder is told by what becomes of what is in it.
        Some((_, Some(Node::Dir(_)))) if change.after.is_none() && has_something_in(other, path) => {
            PlaceFate { fate: Fate::Kept, is_there: true, lines: Vec::new() }
        }
        // It changes lines that are as they were before the other one, of which nobody knows more.
        Some(brought)
            if landing.is_some_and(|landing| landing.on == Ground::Lines)
                && is_unknown(brought, contents) =>
        {
            PlaceFate { fate: Fate::Kept, is_there: true, lines: Vec::new() }
        }
        Some((before, left)) => {
            // What nobody can read any more is in what somebody made of it, and counts with that.
            let (left, holds) = match edited.filter(|_| is_gone(left, contents)) {
                Some(edited) => (Some(edited), Some(edited)),
                None if is_laid_over && is_gone(holds, contents) => (left, left),
                None => (left, holds),
            };
            let brought = Bringing { path, before, left };
            // Where the file is gone already, nothing of it can move.
            match new.moves.get(path).filter(|_| left.is_some()) {
                Some(moved) => brought.fate_elsewhere(holds, moved.after.as_ref(), contents),
                None if is_laid_over => brought.fate_laid_over(holds, will, contents),
                // Edits by key bring nothing but values.
                None if change.edit.is_some()
                    && other.by_key.contains(path)
                    && brought.has_values_in(will, contents) =>
                {
                    PlaceFate { fate: Fate::Kept, is_there: true, lines: Vec::new() }
                }
                None => brought.fate(holds, will, contents),
            }
        }
    }
}

/// What `other` found at `path` and what it left: what it was made for and to leave, where only that can be read.
fn brought_as_known<'a>(
    other: &'a Layer,
    path: &TreePath,
    contents: &dyn ContentByDigest,
) -> Option<(Option<&'a Node>, Option<&'a Node>)> {
    let brought = other.brought_at(path)?;
    let made = other.change_at(path).map(|change| (change.before.first(), change.after.as_ref()));
    let is_better =
        |(_, left): &(_, Option<&Node>)| is_gone(brought.1, contents) && !is_gone(*left, contents);
    Some(made.filter(is_better).unwrap_or(brought))
}

/// Whether a content of what was found and left is nowhere.
fn is_unknown((found, left): (Option<&Node>, Option<&Node>), contents: &dyn ContentByDigest) -> bool {
    is_gone(found, contents) || is_gone(left, contents)
}

/// Whether it is a file whose content is nowhere.
fn is_gone(node: Option<&Node>, contents: &dyn ContentByDigest) -> bool {
    node.and_then(Node::as_file).is_some_and(|file| contents.content(file).is_none())
}

/// Whether the lines of `change` could be carried over, if only its original were at hand.
fn lacks_original(change: &FileChange, contents: &dyn ContentByDigest) -> bool {
    let is_gone = |node: &Node| node.as_file().is_some_and(|file| contents.content(file).is_none());
    matches!(change.payload, Some(Payload::Diff { from: Some(_) })) && change.before.iter().all(is_gone)
}

/// The values that a change of settings sets, and that are others here already.
fn clashing_keys(change: &FileChange, holds: Option<&Node>, contents: &dyn ContentByDigest) -> Vec<KeyClash> {
    let read = |node: Option<&Node>| contents.content(node?.as_file()?);
    match (read(change.before.first()), read(holds), read(change.after.as_ref())) {
        (Some(base), Some(here), Some(new)) => keys_both_change(change.path.as_str(), [&base, &here, &new]),
        _ => Vec::new(),
    }
}

/// Whether `layer` left something in a folder.
fn has_something_in(layer: &Layer, folder: &TreePath) -> bool {
    let is_in = |step: &&Step| step.after.is_some() && step.path.ancestors().any(|above| above == *folder);
    layer.steps.iter().any(|step| is_in(&step))
}
