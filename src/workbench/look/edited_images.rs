//! What edits by key made of files that somebody edited again since. Nobody kept it; it comes out again.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::stack::FolderStack;
use crate::diff::{FileEdits, MAX_EDIT_BYTES, MAX_EDITED_BYTES};
use crate::disk::fs::Fs;
use crate::ledger::{Ledger, edits_name, read_small};
use crate::model::{Digest, LayerKey, Node, Patch, TreeState};
use crate::plan::Layer;
use crate::workbench::contents::Library;

/// The edits that were kept with a patch; `None` if they are gone or are not the ones that came with it.
pub(crate) fn kept_edits(fs: &dyn Fs, key: LayerKey, digest: &Digest) -> Option<FileEdits> {
    let place = Ledger::place_of(key.entry).join(edits_name(digest));
    let bytes = read_small(fs, &place, MAX_EDIT_BYTES as u64).ok()?;
    (Digest::compute(&bytes) == *digest).then(|| FileEdits::from_json(&bytes).ok())?
}

/// What the patches in a folder left by their edits in files that `coming` change, too, and that hold something else now.
/// Only what is exactly what the history says counts.
pub(crate) fn edited_images(
    fs: &dyn Fs,
    folder: &FolderStack,
    tree: &TreeState,
    coming: &[&Patch],
    library: &Library<'_>,
) -> BTreeMap<Digest, Arc<Vec<u8>>> {
    let mut images = BTreeMap::new();
    let layers = || folder.layers.iter().filter(|layer| layer.is_in_tree());
    for path in coming.iter().flat_map(|patch| &patch.changes).map(|change| &change.path) {
        let holds =
            |layer: &Layer| layer.step_at(path).is_some_and(|step| step.after.as_ref() == tree.at(path));
        for layer in layers().filter(|layer| !holds(layer)) {
            let (Some(step), Some(patch)) = (layer.step_at(path), &layer.patch) else { continue };
            let edit = patch.change_at(path).and_then(|change| change.edit);
            let (Some(edit), Some(Node::File(before)), Some(Node::File(after))) =
                (edit, &step.before, &step.after)
            else {
                continue;
            };
            if before.size_bytes > MAX_EDITED_BYTES as u64 || library.is_kept(&after.digest) {
                continue;
            }
            let Some(edits) = kept_edits(fs, layer.key, &edit) else { continue };
            let Ok(Some(content)) = library.read(&before.digest) else { continue };
            let made = edits.try_on(&content).ok().and_then(|tried| tried.content);
            if let Some(made) = made.filter(|made| Digest::compute(made) == after.digest) {
                images.insert(after.digest, Arc::new(made));
            }
        }
    }
    images
}
