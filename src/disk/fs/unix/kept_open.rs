//! Folders that stay open from one call to the next, while somebody looks at many things in them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::fd::OwnedFd;

/// So many stay open at most: a process may have few hundred open files, and whoever looks at many things comes to
/// those of one folder one after the other.
const MOST: usize = 64;

/// The folders that are open, by path. None are while nobody wants that.
#[derive(Default)]
pub(super) struct KeptOpen(Mutex<Folders>);

#[derive(Default)]
struct Folders {
    wanted_by: usize,
    open: HashMap<String, Arc<OwnedFd>>,
}

/// The wish to keep folders open; they are closed when the last one goes.
pub(super) struct Wish<'a>(&'a KeptOpen);

impl KeptOpen {
    pub fn wish(&self) -> Wish<'_> {
        self.folders().wanted_by += 1;
        Wish(self)
    }

    pub fn find(&self, path: &str) -> Option<Arc<OwnedFd>> {
        self.folders().open.get(path).cloned()
    }

    pub fn keep(&self, path: &str, folder: &Arc<OwnedFd>) {
        let mut folders = self.folders();
        if folders.wanted_by == 0 {
            return;
        }
        if folders.open.len() >= MOST {
            folders.open.clear();
        }
        folders.open.insert(path.to_owned(), folder.clone());
    }

    /// What is at `path` goes away or moves, with every folder in it.
    pub fn forget(&self, path: &str) {
        let is_in = |folder: &str| {
            folder.strip_prefix(path).is_some_and(|rest| matches!(rest.as_bytes().first(), None | Some(b'/')))
        };
        self.folders().open.retain(|folder, _| !is_in(folder));
    }

    fn folders(&self) -> MutexGuard<'_, Folders> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Wish<'_> {
    fn drop(&mut self) {
        let mut folders = self.0.folders();
        folders.wanted_by -= 1;
        if folders.wanted_by == 0 {
            folders.open.clear();
        }
    }
}
