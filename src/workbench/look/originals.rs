//! What diffs were made from, where nobody has it any more because a patch was kept for good: put together out of what is
//! in the folder as far as that can be proven, and else the diffs themselves, which show where their lines stand.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::stack::FolderStack;
use crate::bundle::VerifiedBundle;
use crate::disk::ScanError;
use crate::disk::fs::Place;
use crate::model::{Digest, FileChange, FileNode, Node, Payload, TreePath, TreeState};
use crate::plan::Candidate;
use crate::workbench::Result;
use crate::workbench::contents::{Library, MAX_COMPARED_BYTES};

/// The originals of `bundles` that are nowhere, in files which patches in the folder have changed, as far as they can be
/// put together out of these files.
pub(crate) fn restored_originals(
    bundles: &[&VerifiedBundle],
    folder: &FolderStack,
    tree: &TreeState,
    library: &Library<'_>,
) -> Result<BTreeMap<Digest, Arc<Vec<u8>>>> {
    let mut restored = BTreeMap::new();
    for bundle in bundles {
        for (change, original) in lost_originals(bundle, folder, library)? {
            if restored.contains_key(&original.digest) {
                continue;
            }
            for file in made_of_it(&change.path, folder, tree) {
                let Ok(Some(content)) = library.read(&file.digest) else { continue };
                if let Some(found) = bundle.original_within(&change.path, &content, original)? {
                    restored.insert(original.digest, Arc::new(found));
                    break;
                }
            }
        }
    }
    Ok(restored)
}

/// What patches made of the file at `path`, the newest first: what is there, and what may be among the backups.
fn made_of_it<'a>(
    path: &'a TreePath,
    folder: &'a FolderStack,
    tree: &'a TreeState,
) -> impl Iterator<Item = &'a FileNode> {
    let steps = folder.layers.iter().rev().filter_map(|layer| layer.step_at(path));
    let nodes = steps.flat_map(|step| step.after.iter().chain(&step.before));
    let files = tree.at(path).into_iter().chain(nodes).filter_map(Node::as_file);
    files.filter(|file| file.size_bytes <= MAX_COMPARED_BYTES)
}

/// Adds the diffs whose originals are nowhere, not even among what was restored.
pub(crate) fn add_diffs(
    coming: &mut [Candidate],
    bundles: &[&VerifiedBundle],
    folder: &FolderStack,
    library: &Library<'_>,
) -> Result<()> {
    for (candidate, bundle) in coming.iter_mut().zip(bundles) {
        for (change, _) in lost_originals(bundle, folder, library)? {
            let diff = bundle.diff_of(&change.path)?;
            candidate.diffs.extend(diff.map(|diff| (change.path.clone(), Arc::new(diff))));
        }
    }
    Ok(())
}

/// The changes of `bundle` that a diff says, to files that patches in the folder have a say in, with the original of each
/// that is nowhere.
fn lost_originals<'a>(
    bundle: &'a VerifiedBundle,
    folder: &FolderStack,
    library: &Library<'_>,
) -> Result<Vec<(&'a FileChange, &'a FileNode)>> {
    let has_a_say = |path: &TreePath| folder.expected.contains_key(path);
    let mut lost = Vec::new();
    for change in bundle.patch.changes.iter().filter(|change| has_a_say(&change.path)) {
        let Some(Payload::Diff { from: Some(from) }) = &change.payload else { continue };
        let Some(original) = bundle.patch.diff_source(change).filter(|_| *from == change.path) else {
            continue;
        };
        let failed = |source| ScanError::Io { place: Place::from(&change.path), source };
        if library.find(&original.digest).map_err(failed)?.is_none() {
            lost.push((change, original));
        }
    }
    Ok(lost)
}
