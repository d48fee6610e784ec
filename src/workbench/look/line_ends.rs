//! Files of which nothing but the line ends is another one than a patch expects: an editor or a checkout turned them around.

use std::collections::BTreeSet;

use super::read_file::read_file;
use crate::bundle::VerifiedBundle;
use crate::diff::{MAX_MERGE_BYTES, with_other_line_ends};
use crate::disk::fs::{Fs, Place};
use crate::model::{Digest, Node, TreePath, TreeState};
use crate::workbench::Result;

/// Those among the files that `bundles` change.
///
/// # Errors
/// If a file cannot be read.
pub(crate) fn with_line_ends_turned(
    bundles: &[&VerifiedBundle],
    fs: &dyn Fs,
    tree: &TreeState,
) -> Result<BTreeSet<TreePath>> {
    let mut turned = BTreeSet::new();
    for change in bundles.iter().flat_map(|bundle| &bundle.patch.changes) {
        let Some(Node::File(here)) = tree.at(&change.path) else { continue };
        let expected = || change.before.iter().filter_map(Node::as_file);
        let is_as_known = expected()
            .chain(change.after.as_ref().and_then(Node::as_file))
            .any(|file| file.digest == here.digest);
        if is_as_known || change.before.is_empty() || here.size_bytes > MAX_MERGE_BYTES as u64 {
            continue;
        }
        let Some(content) = read_file(fs, &Place::from(&change.path), here.digest)? else { continue };
        let other = with_other_line_ends(&content).map(|other| Digest::compute(&other));
        if other.is_some_and(|other| expected().any(|file| file.digest == other)) {
            turned.insert(change.path.clone());
        }
    }
    Ok(turned)
}
