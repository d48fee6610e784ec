//! What speaks against making a bundle: everything that could not be applied later, all of it at once.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::AuthorError;
use super::trees::{SourceSide, Trees};
use crate::bundle::limits::MAX_MANIFEST_BYTES;
use crate::bundle::manifest::{self, ManifestProblem};
use crate::bundle::order::Order;
use crate::disk::fs::{Place, Stat, StatKind};
use crate::model::{Patch, PlaceProblem, Step, TreePath, collisions};
use crate::plan::Obstacle;
use crate::plan::why::NotPackable;

/// Things in a tree that cannot be read or carried.
pub(super) fn of_scan(side: SourceSide, problems: &[PlaceProblem]) -> impl Iterator<Item = Obstacle> {
    problems.iter().cloned().map(move |PlaceProblem { path, code, detail }| {
        Obstacle::at(path, NotPackable::Unreadable { side: side.as_str(), code, detail })
    })
}

/// New places that some system takes for another place of the new tree. Changed places are judged with the manifest's
/// rules; this is about the many that stay as they are.
pub(super) fn of_names(
    steps: &[Step],
    new: &BTreeMap<TreePath, Stat>,
    leaves_windows_out: bool,
) -> Vec<Obstacle> {
    let created: BTreeSet<&TreePath> =
        steps.iter().filter(|step| step.before.is_none()).map(|step| &step.path).collect();
    if created.is_empty() {
        return Vec::new();
    }
    let is_file =
        |path: &TreePath| new.get(path).is_some_and(|seen| matches!(seen.kind, StatKind::File { .. }));
    let concerns_us = |a: &TreePath, b: &TreePath| created.contains(a) || created.contains(b);
    collisions(new.keys())
        .filter(|found| concerns_us(&found.first, &found.second))
        .filter(|found| {
            !(found.case_only && leaves_windows_out && is_file(&found.first) && is_file(&found.second))
        })
        .map(|found| Obstacle::at(found.second.clone(), NotPackable::SameName(found)))
        .collect()
}

/// New places where the old tree has something that the order ignores: there it would be in the way.
pub(super) fn of_ignored(
    steps: &[Step],
    order: &Order,
    trees: &Trees<'_>,
) -> Result<Vec<Obstacle>, AuthorError> {
    let mut found = Vec::new();
    for step in steps.iter().filter(|step| step.before.is_none()) {
        let old = match trees.old.look(&Place::from(&step.path)) {
            Ok(Some(old)) => old,
            // Below a file that becomes a folder there is nothing yet.
            Ok(None) => continue,
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => continue,
            Err(error) => return Err(trees.failed(SourceSide::Old, &step.path, error)),
        };
        if order.is_ignored(&step.path, matches!(old.kind, StatKind::Dir | StatKind::Mount)) {
            found.push(Obstacle::at(&step.path, NotPackable::Ignored { side: SourceSide::Old.as_str() }));
        }
    }
    Ok(found)
}

/// Rules of the manifest that the patch would break.
pub(super) fn of_patch(patch: &Patch) -> Vec<Obstacle> {
    let obstacle = |ManifestProblem { code, at, change, message }| match change
        .and_then(|index| patch.changes.get(index))
    {
        Some(change) => Obstacle::at(&change.path, NotPackable::Rule { field: None, code, message }),
        None => Obstacle::new(NotPackable::Rule { field: Some(at), code, message }),
    };
    manifest::problems(patch).into_iter().map(obstacle).collect()
}

/// A manifest that nobody would open.
pub(super) fn of_length(manifest_bytes: usize, changes: usize) -> Vec<Obstacle> {
    if manifest_bytes as u64 <= MAX_MANIFEST_BYTES {
        return Vec::new();
    }
    let max_bytes = MAX_MANIFEST_BYTES;
    vec![Obstacle::new(NotPackable::LongManifest { changes, bytes: manifest_bytes, max_bytes })]
}
