//! The values that edits by key make others in a folder, file by file: what a plan shows of them.

use std::sync::Arc;

use super::apply_preview::ApplyPreview;
use crate::bundle::VerifiedBundle;
use crate::diff::KeyChange;
use crate::disk::fs::{Fs, Place};
use crate::model::{Node, Step, TreePath};
use crate::plan::{MergedHow, Resolution};
use crate::workbench::look::edits::{CheckedEdits, ShownEdits, edits_at};
use crate::workbench::look::read_file::read_file;
use crate::workbench::{Error, Result};

/// What the edits by key of these bundles change in the folder, if the plan is carried out. A file of which somebody chose
/// a version as a whole is none of them.
///
/// # Errors
/// If edits come to something else than their bundle says, or a file cannot be read.
pub(super) fn keys_that_change(
    bundles: &[VerifiedBundle],
    preview: &ApplyPreview,
    fs: &dyn Fs,
) -> Result<Vec<ShownEdits>> {
    let mut shown = Vec::new();
    if !preview.preview.obstacles.is_empty() {
        return Ok(shown);
    }
    for step in &preview.preview.plan.steps {
        let edits = edits_that_come(bundles, preview, &step.path)?;
        let keys = match (edits.as_slice(), preview.edits.get(&step.path)) {
            ([], _) => continue,
            ([_], Some(Resolution::Merged { by: MergedHow::Edited(keys), .. })) => keys.clone(),
            (_, Some(_)) => continue,
            (edits, None) => keys_here(edits, step, fs)?,
        };
        if !keys.is_empty() {
            shown.push(ShownEdits { path: step.path.clone(), keys });
        }
    }
    Ok(shown)
}

/// The edits of the file at `path`, in the order in which their patches come.
fn edits_that_come(
    bundles: &[VerifiedBundle],
    preview: &ApplyPreview,
    path: &TreePath,
) -> Result<Vec<CheckedEdits>> {
    let mut edits = Vec::new();
    for coming in preview.patches.iter().filter(|coming| coming.left_out.is_none()) {
        let bundle = bundles.iter().find(|bundle| Arc::ptr_eq(&bundle.patch, &coming.patch));
        edits.extend(bundle.map(|bundle| edits_at(bundle, path)).transpose()?.flatten());
    }
    Ok(edits)
}

fn keys_here(all: &[CheckedEdits], step: &Step, fs: &dyn Fs) -> Result<Vec<KeyChange>> {
    let Some(Node::File(before)) = &step.before else { return Ok(Vec::new()) };
    let mut content = read_file(fs, &Place::from(&step.path), before.digest)?.ok_or_else(Error::moved)?;
    if let [only] = all
        && only.base == content
    {
        return Ok(only.keys.clone());
    }
    let mut keys = Vec::new();
    for checked in all {
        // Where the plan merges by line what the edits alone don't fit, the text says what changes.
        let Ok(tried) = checked.edits.try_on(&content) else { return Ok(Vec::new()) };
        let Some(next) = tried.content else { return Ok(Vec::new()) };
        keys.extend(tried.keys);
        content = next;
    }
    Ok(keys)
}
