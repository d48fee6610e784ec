//! Which patches are in a folder by nothing but a word that nobody has to believe. What an entry says that this person did
//! not write proves nothing: such a patch is in where its files show it. A signature vouches for what a patch brings, and
//! for nothing that somebody says was done with it.

use std::collections::{BTreeMap, BTreeSet};

use super::stack::FolderStack;
use crate::disk::fs::Fs;
use crate::disk::observe;
use crate::ledger::Ledger;
use crate::model::{FileChange, Node, TreePath};
use crate::plan::{Layer, is_brought};
use crate::workbench::contents::{Library, SearchFirst};
use crate::workbench::{Result, Watch, Workbench};

/// The entries of a history that others wrote.
struct OthersWord {
    /// All of them.
    foreign: BTreeSet<u64>,
    /// The last of those that nothing bears out, by the places that they name.
    unbelieved: BTreeMap<TreePath, u64>,
    /// Those that nothing bears out.
    entries: BTreeSet<u64>,
}

impl Workbench {
    /// The same with which of the patches are only said to be in the folder.
    ///
    /// # Errors
    /// If what is remembered, a file or a backup can't be read.
    pub(crate) fn with_doubts(
        &self,
        mut folder: FolderStack,
        fs: &dyn Fs,
        ledger: &Ledger,
        watch: Watch<'_>,
    ) -> Result<FolderStack> {
        let word = self.others_word(fs, ledger)?;
        let open: Vec<Vec<TreePath>> = folder.layers.iter().map(|layer| word.to_prove(layer)).collect();
        if open.iter().all(Vec::is_empty) {
            return Ok(folder);
        }
        let tree = observe(fs, open.iter().flatten(), watch.progress, watch.cancel)?.tree;
        let library = Library::new(&[], SearchFirst::SafeCopies).in_folder(fs).with_seen(&tree);
        let library = library.with_copies(folder.archive(fs)?);
        let keeps_modes = fs.features().modes;
        let plain = |node: Node| if keeps_modes { node } else { node.without_mode() };
        let is_doubted = |layer: &Layer, path: &TreePath| {
            let here = tree.at(path).cloned().map(plain);
            let is_there = layer.patch.as_deref().and_then(|patch| patch.change_at(path));
            let is_there = is_there.is_some_and(|change| is_brought(change, here.as_ref(), &library));
            !is_there && !word.bears_out(layer, path, here.as_ref(), &folder)
        };
        let doubted: Vec<bool> = folder
            .layers
            .iter()
            .zip(&open)
            .map(|(layer, open)| open.iter().any(|path| is_doubted(layer, path)))
            .collect();
        for (layer, doubted) in folder.layers.iter_mut().zip(doubted) {
            layer.doubted = doubted;
        }
        Ok(folder)
    }

    fn others_word(&self, fs: &dyn Fs, ledger: &Ledger) -> Result<OthersWord> {
        let foreign = self.foreign(ledger)?.map(|foreign| foreign.entries).unwrap_or_default();
        let entries = self.unbelieved(fs, ledger)?;
        let mut unbelieved = BTreeMap::new();
        for entry in entries.iter().filter_map(|seq| ledger.entry(*seq)) {
            unbelieved.extend(entry.steps.iter().map(|step| (step.path.clone(), entry.seq)));
        }
        Ok(OthersWord { foreign: foreign.into_iter().collect(), unbelieved, entries })
    }
}

impl OthersWord {
    /// The places of `layer` at which the files have to show that it is in.
    fn to_prove(&self, layer: &Layer) -> Vec<TreePath> {
        let is_foreign = self.foreign.contains(&layer.key.entry);
        match layer.patch.as_deref() {
            Some(patch) => {
                let is_open = |change: &&FileChange| {
                    is_foreign || self.speaks_of(layer, &change.path) || is_unlike(layer, change)
                };
                patch.changes.iter().filter(is_open).map(|change| change.path.clone()).collect()
            }
            None => {
                let is_open = |path: &&TreePath| is_foreign || self.speaks_of(layer, path);
                layer.paths().filter(is_open).cloned().collect()
            }
        }
    }

    /// Whether what the history says of `layer` at `path` is, or was changed by, a word that nothing bears out.
    fn speaks_of(&self, layer: &Layer, path: &TreePath) -> bool {
        let since = self.unbelieved.get(path).is_some_and(|last| *last >= layer.key.entry);
        since || self.entries.contains(&layer.key.entry)
    }

    /// Whether the history can be believed that `layer` is in at `path`, where the file alone doesn't show it.
    fn bears_out(&self, layer: &Layer, path: &TreePath, here: Option<&Node>, folder: &FolderStack) -> bool {
        let change = layer.patch.as_deref().and_then(|patch| patch.change_at(path));
        let is_unlike = change.is_some_and(|change| is_unlike(layer, change));
        let is_expected = || folder.expected.get(path).is_some_and(|node| node.as_ref() == here);
        let is_own = !self.foreign.contains(&layer.key.entry);
        !self.speaks_of(layer, path) && !is_unlike && (is_own || is_expected())
    }
}

/// Whether the history says that `layer` left what its patch was to change, so that nothing of it came there.
fn is_unlike(layer: &Layer, change: &FileChange) -> bool {
    let Some(Node::File(left)) = layer.step_at(&change.path).and_then(|step| step.after.as_ref()) else {
        return false;
    };
    let is_it = |node: &Node| node.as_file().is_some_and(|file| file.digest == left.digest);
    change.before.iter().any(is_it) && !change.after.as_ref().is_some_and(is_it)
}
