//! What a folder holds, by contents.

use std::collections::HashMap;

use crate::model::{Digest, TreePath, TreeState};

/// What was seen in a folder, by contents: to be asked about one patch of many after the other.
pub(crate) struct SeenFiles<'t> {
    tree: &'t TreeState,
    by_digest: HashMap<Digest, (&'t TreePath, u64)>,
}

impl<'t> SeenFiles<'t> {
    pub(crate) fn new(tree: &'t TreeState) -> Self {
        let mut by_digest = HashMap::new();
        for (path, file) in tree.iter().filter_map(|(path, node)| Some((path, node.as_file()?))) {
            by_digest.entry(file.digest).or_insert((path, file.size_bytes));
        }
        Self { tree, by_digest }
    }

    /// What the file at `path` holds.
    pub(super) fn at(&self, path: &TreePath) -> Option<Digest> {
        Some(self.tree.at(path)?.as_file()?.digest)
    }

    /// A file with this content, and its length.
    pub(super) fn find(&self, digest: &Digest) -> Option<(&'t TreePath, u64)> {
        self.by_digest.get(digest).copied()
    }
}
