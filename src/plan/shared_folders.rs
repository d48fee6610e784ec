//! What comes into a folder that shares its group shares it, too: a new folder gets the set-group-id bit of the folder
//! around it, as if it had been made there. No patch hands out that bit, so none of them speaks of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Situation;
use crate::model::{FileChange, Mode, Node, Patch, TreePath};

/// `patch` as it comes to folders that share their group: what it says about folders, with the bit where they have it.
pub(super) fn as_made_here(patch: &Arc<Patch>, situation: &Situation) -> Arc<Patch> {
    let is_about_a_folder = |change: &FileChange| change.before.iter().chain(&change.after).any(Node::is_dir);
    if !situation.keeps_modes || !patch.changes.iter().any(is_about_a_folder) {
        return patch.clone();
    }
    let mut adapted = Patch::clone(patch);
    // The outer folders first: what becomes of them tells what becomes of those in them.
    let mut folders: Vec<&mut FileChange> =
        adapted.changes.iter_mut().filter(|change| is_about_a_folder(change)).collect();
    folders.sort_by(|one, other| one.path.cmp(&other.path));
    let mut shared: BTreeMap<TreePath, bool> = BTreeMap::new();
    for change in folders {
        let shares = match change.path.parent() {
            None => situation.shares_group,
            Some(parent) => match shared.get(&parent) {
                Some(shares) => *shares,
                None => situation.tree.at(&parent).and_then(Node::mode).is_some_and(Mode::shares_group),
            },
        };
        adapt(change, situation.tree.at(&change.path), shares);
        let is_shared = change.after.as_ref().and_then(Node::mode).is_some_and(Mode::shares_group);
        shared.insert(change.path.clone(), is_shared);
    }
    Arc::new(adapted)
}

/// `comes_into_shared` tells whether a new folder would share its group here.
fn adapt(change: &mut FileChange, observed: Option<&Node>, comes_into_shared: bool) {
    // What is here shares its group, and is what the patch speaks of but for that.
    let is_here = |expected: &Node| match (expected, observed) {
        (Node::Dir(expected), Some(Node::Dir(found))) => expected.sharing_group() == *found,
        _ => false,
    };
    let is_new = !change.before.iter().any(Node::is_dir);
    let was_shared = change.before.iter().any(is_here);
    let is_shared = was_shared || change.after.as_ref().is_some_and(is_here) || is_new && comes_into_shared;
    let folders =
        change.before.iter_mut().filter(|_| was_shared).chain(change.after.iter_mut().filter(|_| is_shared));
    for folder in folders {
        if let Node::Dir(mode) = folder {
            *mode = mode.sharing_group();
        }
    }
}
