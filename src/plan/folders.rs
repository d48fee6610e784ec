//! Folders that somebody uses stay, and everything that appears has a folder to appear in.

use std::collections::{BTreeMap, BTreeSet};

use super::why::AtPlace;
use super::{FileNote, Note, Obstacle, Situation};
use crate::model::{Mode, Node, Step, TreePath};

/// Drops the steps that would take away a folder in which somebody keeps something of their own, with a note. A
/// folder that was to become a file or link is an obstacle then.
pub(super) fn settle_folders(
    steps: Vec<Step>,
    situation: &Situation,
    obstacles: &mut Vec<Obstacle>,
    notes: &mut Vec<Note>,
) -> Vec<Step> {
    let going: BTreeSet<&TreePath> =
        steps.iter().filter(|step| step.after.is_none()).map(|step| &step.path).collect();
    let mut folders: Vec<&Step> = steps.iter().filter(|step| stops_being_a_folder(step)).collect();
    // Deepest first, because a folder that stays keeps the folders around it.
    folders.sort_by_key(|step| std::cmp::Reverse(step.path.depth()));
    let mut kept: BTreeSet<TreePath> = BTreeSet::new();
    for step in folders {
        let names = situation.names.get(&Some(step.path.clone())).into_iter().flatten();
        let stays = |name: &&String| match step.path.join(name) {
            Ok(child) => !going.contains(&child) || kept.contains(&child),
            Err(_) => true,
        };
        match (names.into_iter().find(stays), &step.after) {
            (None, _) => {}
            (Some(name), None) => {
                notes.push(Note::of_file(&step.path, FileNote::FolderKept { holds: name.clone() }));
                kept.insert(step.path.clone());
            }
            (Some(name), Some(after)) => {
                let why = AtPlace::InUse { becomes: after.as_str(), holds: name.clone() };
                obstacles.push(Obstacle::at(&step.path, why));
            }
        }
    }
    steps.into_iter().filter(|step| !kept.contains(&step.path)).collect()
}

fn stops_being_a_folder(step: &Step) -> bool {
    matches!(step.before, Some(Node::Dir(_))) && !matches!(step.after, Some(Node::Dir(_)))
}

/// The folders that somebody took away and that `steps` put something into come back with it, with a note.
pub(super) fn bring_back_parents(steps: &mut Vec<Step>, situation: &Situation, notes: &mut Vec<Note>) {
    let known: BTreeSet<TreePath> = steps.iter().map(|step| step.path.clone()).collect();
    let coming = steps.iter().filter(|step| step.before.is_none() && step.after.is_some());
    let around: BTreeSet<TreePath> = coming.flat_map(|step| step.path.ancestors()).collect();
    for path in around {
        if known.contains(&path) || situation.tree.at(&path).is_some() {
            continue;
        }
        notes.push(Note::of_file(&path, FileNote::FolderRestored));
        steps.push(Step { path, before: None, after: Some(Node::Dir(Mode::DIR)) });
    }
}

/// An obstacle for every folder that is missing where `steps` put something new.
pub(super) fn find_missing_parents(steps: &[Step], situation: &Situation, obstacles: &mut Vec<Obstacle>) {
    let after: BTreeMap<&TreePath, Option<&Node>> =
        steps.iter().map(|step| (&step.path, step.after.as_ref())).collect();
    let mut told = BTreeSet::new();
    for step in steps.iter().filter(|step| step.before.is_none()) {
        let Some(parent) = step.path.parent() else { continue };
        let node = after.get(&parent).copied().unwrap_or_else(|| situation.tree.at(&parent));
        if node.is_some_and(Node::is_dir) || !told.insert(parent.clone()) {
            continue;
        }
        let found = node.map(Node::as_str);
        obstacles.push(Obstacle::at(&parent, AtPlace::NoFolder { found }));
    }
}
