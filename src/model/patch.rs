//! The patch: everything one bundle says, checked and without its wire format.

use std::collections::BTreeSet;

use super::{About, Digest, FileChange, FileNode, Node, Payload, Script, TreePath};

/// Everything one bundle says about itself, checked. One field per field of the manifest (see the schema in
/// `assets/schema`); names are as the vendor wrote them and must be escaped before they are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patch {
    /// What a person said about it.
    pub about: About,
    /// When it was made, RFC 3339.
    pub created: String,
    /// What it does, sorted by path, one per path.
    pub changes: Vec<FileChange>,
    /// The diff that says the text changes, if there are any.
    pub diff: Option<DiffText>,
    /// Programs that run before and after, in their order.
    pub scripts: Vec<Script>,
    /// Whether `make` applied it and rolled it back on a copy before it wrote the bundle.
    pub proven: bool,
}

/// Which `changes.patch` belongs to a patch: what is signed names it, so that nobody can show another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiffText {
    /// SHA-256 of the text.
    pub digest: Digest,
    /// Its length.
    pub size_bytes: u64,
}

impl Patch {
    /// What it does at `path`.
    pub(crate) fn change_at(&self, path: &TreePath) -> Option<&FileChange> {
        self.changes.binary_search_by(|change| change.path.cmp(path)).ok().map(|index| &self.changes[index])
    }

    /// The files that it edits by their keys.
    pub(crate) fn edited_by_key(&self) -> BTreeSet<TreePath> {
        let edited = self.changes.iter().filter(|change| change.edit.is_some());
        edited.map(|change| change.path.clone()).collect()
    }

    /// The file that the diff of `change` starts from; `None` if it starts from nothing, or there is no diff.
    pub(crate) fn diff_source(&self, change: &FileChange) -> Option<&FileNode> {
        let Some(Payload::Diff { from: Some(from) }) = &change.payload else { return None };
        self.change_at(from)?.before.first().and_then(Node::as_file)
    }
}
