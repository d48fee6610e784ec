//! Patches that are in a folder and undone there: somebody agreed to a later change that undoes them.

use super::stack::FolderStack;
use crate::disk::fs::Fs;
use crate::ledger::{Entry, Ledger};
use crate::model::{LayerKey, Node, TreePath, TreeState};
use crate::plan::how_it_stands;
use crate::plan::why::Override;
use crate::workbench::Result;
use crate::workbench::contents::{Library, SearchFirst};

/// Of which patches something is undone, and in which files of `tree`. Without somebody who agreed to it nothing is, and no
/// content is read.
///
/// # Errors
/// If the backups can't be listed.
pub(super) fn undone(
    folder: &FolderStack,
    ledger: &Ledger,
    tree: &TreeState,
    fs: &dyn Fs,
) -> Result<Vec<(LayerKey, Vec<TreePath>)>> {
    let is_agreed = |entry: &Entry| entry.overrides.iter().any(|note| note.rule == Override::Undo.rule());
    if !ledger.entries().iter().any(is_agreed) {
        return Ok(Vec::new());
    }
    let library = Library::new(&[], SearchFirst::SafeCopies).in_folder(fs).with_seen(tree);
    let library = library.with_copies(folder.archive(fs)?);
    let keeps_modes = fs.features().modes;
    let plain = |node: Node| if keeps_modes { node } else { node.without_mode() };
    let told = folder.layers.iter().filter(|layer| layer.is_active()).map(|layer| {
        (layer.key, how_it_stands(layer, |path| tree.at(path).cloned().map(plain), &library).undone)
    });
    Ok(told.filter(|(_, files)| !files.is_empty()).collect())
}
