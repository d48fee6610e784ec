//! What merging made.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::{Digest, TreePath};

/// Most bytes of merged files that wait in memory at one time: a plan of so many large settings is none.
const MAX_MADE_BYTES: usize = 256 << 20;

/// Contents that were worked out and are in no bundle and no safe copy, by their place.
#[derive(Debug, Clone, Default)]
pub(crate) struct MergedContents {
    contents: BTreeMap<TreePath, Vec<u8>>,
    bytes: usize,
}

impl MergedContents {
    /// The content for the file at `path`.
    pub fn of(&self, path: &TreePath) -> Option<&[u8]> {
        self.contents.get(path).map(Vec::as_slice)
    }

    /// Takes out the content for the file at `path`.
    pub fn take(&mut self, path: &TreePath) -> Option<Vec<u8>> {
        self.contents.remove(path)
    }

    /// All of them by what they are.
    pub(crate) fn by_digest(&self) -> impl Iterator<Item = (Digest, Arc<Vec<u8>>)> {
        self.contents.values().map(|content| (Digest::compute(content), Arc::new(content.clone())))
    }

    /// Keeps a content; `false` if there is no room for it.
    pub(crate) fn keep(&mut self, path: &TreePath, content: Vec<u8>) -> bool {
        if self.bytes + content.len() > MAX_MADE_BYTES {
            return false;
        }
        self.bytes += content.len();
        self.contents.insert(path.clone(), content);
        true
    }
}
