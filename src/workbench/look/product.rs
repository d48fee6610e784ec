//! Which product a folder holds, and in which version, by the rules of the patches in it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::stack::{FolderStack, manifests_of};
use crate::checks::identify;
use crate::disk::fs::Fs;
use crate::ledger::Ledger;
use crate::model::{Detect, Patch, Product, TreePath};
use crate::workbench::Result;

/// Product and version by the rules of the newest manifest in the history.
pub(super) fn product_and_version(
    fs: &dyn Fs,
    ledger: &Ledger,
    folder: &FolderStack,
) -> Result<(Option<String>, Option<String>)> {
    let Some(product) = newest_product(fs, ledger, folder) else { return Ok((None, None)) };
    let version = identify(fs, &product)?.version;
    Ok((Some(product.name), version))
}

/// The product as the newest manifest describes it that says which it is: the name that stands in others is nobody's word.
fn newest_product(fs: &dyn Fs, ledger: &Ledger, folder: &FolderStack) -> Option<Product> {
    let says = |patch: &Arc<Patch>| patch.about.says_which_product();
    ledger.entries().iter().rev().filter(|entry| entry.manifest.is_some()).find_map(|entry| {
        // What was read for the patches in the folder need not be read again.
        let known = folder.layers.iter().filter(|layer| layer.key.entry == entry.seq);
        let known = known.filter_map(|layer| layer.patch.clone()).rfind(says);
        let read = || manifests_of(fs, ledger, entry).map(Arc::new).filter(says).last();
        known.or_else(read).map(|patch| patch.about.product.clone())
    })
}

/// The version that the folder says it is now, whatever the history says; and the files that say it.
pub(crate) fn version_now(fs: &dyn Fs, ledger: &Ledger) -> Result<(Option<String>, BTreeSet<TreePath>)> {
    let known = || ledger.version().map(str::to_owned);
    let Some(product) = newest_product(fs, ledger, &FolderStack::read(fs, ledger)?) else {
        return Ok((known(), BTreeSet::new()));
    };
    let path_of = |rule: &Detect| match rule {
        Detect::Version { path, .. } => Some(path.clone()),
        _ => None,
    };
    let places = product.detect.iter().filter_map(path_of).collect();
    Ok((identify(fs, &product)?.version.or_else(known), places))
}
