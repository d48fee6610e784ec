//! Finds the same library a second time in a folder, unpatched: a statement about the library would silence scanners about
//! that one, too.

use std::collections::BTreeMap;

use super::files_before;
use crate::disk::fs::{Fs, Place, StatKind};
use crate::disk::{look_at_all, node_at};
use crate::model::{Digest, LayerKey, Node};
use crate::plan::{Claim, Layer, VexStatement};
use crate::workbench::{Result, Watch};

/// Fills in [`VexStatement::copies`].
///
/// # Errors
/// If the folder cannot be listed, or somebody wished to stop.
pub(super) fn find(
    fs: &dyn Fs,
    layers: &[Layer],
    claims: &[Claim],
    statements: &mut [VexStatement],
    watch: Watch<'_>,
) -> Result<()> {
    let unfixed = unfixed_contents(layers, claims, statements);
    if unfixed.is_empty() {
        return Ok(());
    }
    for (path, found) in look_at_all(fs, watch.progress, watch.cancel)? {
        let StatKind::File { size_bytes } = found.kind else { continue };
        let Some(contents) = unfixed.get(&size_bytes) else { continue };
        watch.cancel.check()?;
        let content = node_at(fs, &Place::from(&path));
        for (digest, number) in contents {
            let is_copy = match &content {
                Ok(Some(Node::File(file))) => file.digest == *digest,
                Ok(_) => false,
                // What cannot be read may be one.
                Err(_) => true,
            };
            let statement = &mut statements[*number];
            if is_copy && !statement.paths.contains(&path) && statement.knows_every_copy() {
                statement.copies.push(path.to_string());
            }
        }
    }
    statements.iter_mut().for_each(|statement| statement.copies.dedup());
    Ok(())
}

/// What the files held before they were fixed, by their size, each with the number of its statement. Empty files are all
/// alike and say nothing.
fn unfixed_contents(
    layers: &[Layer],
    claims: &[Claim],
    statements: &[VexStatement],
) -> BTreeMap<u64, Vec<(Digest, usize)>> {
    let layers: BTreeMap<LayerKey, &Layer> = layers.iter().map(|layer| (layer.key, layer)).collect();
    let mut unfixed: BTreeMap<u64, Vec<(Digest, usize)>> = BTreeMap::new();
    for (number, statement) in statements.iter().enumerate() {
        for claim in statement.claims.iter().map(|claim| &claims[*claim]) {
            let Some(layer) = layers.get(&claim.key) else { continue };
            for path in &statement.paths {
                for file in files_before(layer, path).filter(|file| file.size_bytes > 0) {
                    unfixed.entry(file.size_bytes).or_default().push((file.digest, number));
                }
            }
        }
    }
    unfixed.values_mut().for_each(|contents| {
        contents.sort_unstable();
        contents.dedup();
    });
    unfixed
}
