//! Copies of folders in which somebody said that a change may go on that was begun where they were copied from.

use super::{FolderName, Memory};
use crate::transaction::recover::CopiedWork;

/// Most changes that are remembered of a folder.
const MAX_COPIES: usize = 8;

impl Memory {
    /// Notes that somebody says that `copied` may go on in this folder.
    pub(in super::super) fn agree(&mut self, name: &FolderName, time: &str, copied: &CopiedWork) {
        let copies = &mut self.folder_mut(name, time).copies;
        let copy = spelled(copied);
        copies.retain(|other| *other != copy);
        copies.push(copy);
        copies.drain(..copies.len().saturating_sub(MAX_COPIES));
    }

    /// Whether somebody did.
    pub(in super::super) fn has_agreed(&self, name: &FolderName, copied: &CopiedWork) -> bool {
        self.folder(name).is_some_and(|folder| folder.copies.contains(&spelled(copied)))
    }
}

/// The folder is in it, for systems where its place says no more than its path: another one in its place needs another
/// word.
fn spelled(copied: &CopiedWork) -> String {
    format!("{} in {}", copied.change, copied.here)
}
