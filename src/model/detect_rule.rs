//! A rule that reads a folder: what is there, and in which version.

use super::{Digest, TreePath};

/// One way to recognise a product or read its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Detect {
    /// Something is at this path.
    Exists { path: TreePath },
    /// The file has this content.
    Hash {
        path: TreePath,
        /// SHA-256 of the content.
        digest: Digest,
    },
    /// The file contains this text.
    Text {
        path: TreePath,
        /// What it must contain.
        contains: String,
    },
    /// The version stands in this file between `after` and `until` (the line's end if `None`).
    Version {
        path: TreePath,
        /// The text right before the version; empty: the file starts with it.
        after: String,
        /// The text right after it.
        until: Option<String>,
    },
}

impl Detect {
    /// What it looks at.
    pub(crate) const fn path(&self) -> &TreePath {
        match self {
            Detect::Exists { path }
            | Detect::Hash { path, .. }
            | Detect::Text { path, .. }
            | Detect::Version { path, .. } => path,
        }
    }
}
