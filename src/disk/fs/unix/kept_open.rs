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
pub(super) struct KeepOpenGuard<'a>(&'a KeptOpen);

impl KeptOpen {
    pub fn wish(&self) -> KeepOpenGuard<'_> {
        self.folders().wanted_by += 1;
        KeepOpenGuard(self)
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
    pub(crate) fn forget(&self, path: &str) {
        let is_in = |folder: &str| {
            folder.strip_prefix(path).is_some_and(|rest| matches!(rest.as_bytes().first(), None | Some(b'/')))
        };
        self.folders().open.retain(|folder, _| !is_in(folder));
    }

    fn folders(&self) -> MutexGuard<'_, Folders> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for KeepOpenGuard<'_> {
    fn drop(&mut self) {
        let mut folders = self.0.folders();
        folders.wanted_by -= 1;
        if folders.wanted_by == 0 {
            folders.open.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::os::unix::fs::symlink;

    use super::super::super::os_tests::{Target, ours, place, tree};
    use super::super::super::{Fs, Place};

    #[test]
    fn what_is_kept_open_is_what_was_there_and_ends_with_the_wish() {
        let target = Target::new();
        let kept_open = target.fs.keep_folders_open();
        assert!(target.fs.look(&place("lib/a.so")).expect("a look").is_some());
        std::fs::rename(target.root.join("lib"), target.root.join("aside")).expect("a rename");
        assert!(target.fs.look(&place("lib/a.so")).expect("a look").is_some(), "the folder as it was");
        drop(kept_open);
        assert!(target.fs.look(&place("lib/a.so")).expect("a look").is_none());
    }

    #[test]
    fn nothing_is_changed_through_a_folder_that_was_kept_open_and_is_elsewhere_now() {
        let target = Target::new().with_state();
        let object = target.stage("t/new", "new");
        let _kept_open = target.fs.keep_folders_open();
        assert!(target.fs.look(&place("lib/a.so")).expect("a look").is_some());
        assert!(target.fs.look(&Place::from(&object)).expect("a look").is_some());
        let outside = target.canary.parent().expect("it is in a folder").join("outside");
        std::fs::rename(target.root.join("lib"), &outside).expect("a rename");
        symlink(&outside, target.root.join("lib")).expect("a link");
        for changed in [
            target.fs.exchange(&object, &tree("lib/a.so")),
            target.fs.move_in(&object, &tree("lib/b.so")),
            target.fs.move_out(&tree("lib/a.so"), &ours("t/out")),
        ] {
            assert_eq!(changed.expect_err("no way leads there").kind(), ErrorKind::NotADirectory);
        }
        assert_eq!(std::fs::read_to_string(outside.join("a.so")).expect("it is there"), "old");
    }

    #[test]
    fn a_folder_that_we_move_ourselves_is_not_taken_for_what_comes_in_its_place() {
        let target = Target::new().with_state();
        target.stage("t/one", "1");
        let _kept_open = target.fs.keep_folders_open();
        assert_eq!(target.read(&Place::State(ours("t/one"))), "1");
        target.fs.rename(&ours("t"), &ours("dead")).expect("a rename");
        assert!(target.fs.look(&Place::State(ours("t/one"))).expect("a look").is_none());
        assert_eq!(target.read(&Place::State(ours("dead/one"))), "1");
        target.fs.move_out(&tree("lib"), &ours("dead/lib")).expect("a move");
        assert!(target.fs.look(&place("lib/a.so")).expect("a look").is_none());
    }

    #[test]
    fn more_folders_than_are_kept_open_are_all_reached() {
        let target = Target::new();
        let names: Vec<String> = (0..super::MOST * 2).map(|number| format!("{number}/file")).collect();
        for name in &names {
            let path = target.root.join(name);
            std::fs::create_dir(path.parent().expect("it is in a folder")).expect("a folder");
            std::fs::write(path, "content").expect("a file");
        }
        let _kept_open = target.fs.keep_folders_open();
        for name in names.iter().chain(names.iter().rev()) {
            assert_eq!(target.read(&place(name)), "content");
        }
    }
}
