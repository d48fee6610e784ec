//! Folders that appear with their first file and go away with their last one, as with Git.

use std::collections::{BTreeMap, BTreeSet};

use super::disk_tree::DiskTree;
use crate::diff::on_tree::ReadableTree;
use crate::disk::fs::{Place, StatKind};
use crate::model::{FileChange, Mode, Node, TreePath};

/// Adds the changes of folders to those of files.
pub(super) fn add(changes: &mut BTreeMap<TreePath, FileChange>, tree: &DiskTree<'_>) {
    let new: BTreeSet<TreePath> = changes
        .values()
        .filter(|change| change.after.is_some())
        .flat_map(|change| change.path.ancestors().collect::<Vec<_>>())
        .collect();
    // In a folder that is not there nothing is there, and nobody has to look: the outer one comes first.
    let mut absent: BTreeSet<&TreePath> = BTreeSet::new();
    for folder in &new {
        let is_absent = folder.parent().is_some_and(|outer| absent.contains(&outer));
        match changes.get_mut(folder) {
            // A file makes room for a folder of its name.
            Some(change) if change.after.is_none() => change.after = Some(Node::Dir(Mode::DIR)),
            Some(_) => {}
            None if !is_absent && (tree.has_folder(folder) || is_blocked(folder, tree)) => {}
            None => {
                absent.insert(folder);
                let after = Some(Node::Dir(Mode::DIR));
                changes.insert(folder.clone(), FileChange::plain(folder.clone(), None, after, None));
            }
        }
    }
    add_those_that_are_there(changes, tree);
    let mut emptied: Vec<TreePath> = changes
        .values()
        .filter(|change| change.after.is_none())
        .flat_map(|change| change.path.ancestors().collect::<Vec<_>>())
        .filter(|folder| !new.contains(folder))
        .collect();
    // The deepest first: a folder that goes may leave the one around it empty.
    emptied.sort_by_key(|folder| (std::cmp::Reverse(folder.depth()), folder.clone()));
    emptied.dedup();
    for folder in emptied {
        let at = Place::from(&folder);
        let Ok(Some(found)) = tree.fs.look(&at) else { continue };
        let Ok(names) = tree.fs.list(&at) else { continue };
        let goes = |name: &String| {
            let child = folder.join(name).ok();
            child.and_then(|child| changes.get(&child)).is_some_and(|change| change.after.is_none())
        };
        if found.kind == StatKind::Dir
            && !changes.contains_key(&folder)
            && names.not_text.is_empty()
            && names.text.iter().all(goes)
        {
            changes
                .insert(folder.clone(), FileChange::plain(folder, Some(Node::Dir(found.mode)), None, None));
        }
    }
}

/// Folders that hold nothing but what a patch that is in the folder already brought: it brought them, too. So the patch
/// is the same as the one that was applied.
fn add_those_that_are_there(changes: &mut BTreeMap<TreePath, FileChange>, tree: &DiskTree<'_>) {
    let brought = |change: &FileChange| change.before.is_empty() && change.after.is_some();
    // A folder that something was renamed in, or that something went from, was there before.
    let was_there: BTreeSet<TreePath> = changes
        .values()
        .filter(|change| !change.before.is_empty())
        .flat_map(|change| change.path.ancestors().collect::<Vec<_>>())
        .collect();
    let mut folders: Vec<TreePath> = changes
        .values()
        .filter(|change| brought(change) && tree.has_file(&change.path))
        .flat_map(|change| change.path.ancestors().collect::<Vec<_>>())
        .collect();
    folders.sort_by_key(|folder| (std::cmp::Reverse(folder.depth()), folder.clone()));
    folders.dedup();
    for folder in folders {
        let at = Place::from(&folder);
        let (Ok(Some(found)), Ok(names)) = (tree.fs.look(&at), tree.fs.list(&at)) else { continue };
        let is_brought = |name: &String| {
            let child = folder.join(name).ok();
            child.and_then(|child| changes.get(&child)).is_some_and(brought)
        };
        if !changes.contains_key(&folder)
            && !was_there.contains(&folder)
            && names.not_text.is_empty()
            && names.text.iter().all(is_brought)
        {
            changes
                .insert(folder.clone(), FileChange::plain(folder, None, Some(Node::Dir(found.mode)), None));
        }
    }
}

/// Whether something that is no folder stands there; the plan says so.
fn is_blocked(folder: &TreePath, tree: &DiskTree<'_>) -> bool {
    !matches!(tree.fs.look(&Place::from(folder)), Ok(None))
}
