//! A folder as it is once everything that was committed has been tidied away.
//!
//! Between the commit and the tidying the entry and the originals still lie in `t`. A process can die there, and the
//! system can refuse the renames. The change is done all the same, so whoever looks is shown what the next change will
//! find: the entry in the history, and `t` as its way back.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::layout;
use super::record::Intent;
use super::recover::{self, Unfinished};
use crate::disk::fs::{
    Attributes, Features, FileRead, FileWrite, FolderNames, Fs, KeepsOpen, LockGuard, LockKind, Place, Space,
    Stat, StatePath,
};
use crate::ledger::Ledger;
use crate::model::{Code, Mode, TreePath};

/// The disk behind it, seen as if tidying had been done. Only looks differ: what changes something is for whoever
/// holds the lock and has tidied.
pub(crate) struct Settled {
    fs: Arc<dyn Fs>,
    asked: Mutex<LookCache>,
}

/// What is asked once while somebody looks at many things.
#[derive(Default)]
struct LookCache {
    wanted_by: usize,
    pending: Option<Option<Intent>>,
}

/// The wish to look at many things as they are at one moment.
struct SettledLook<'a> {
    settled: &'a Settled,
    _kept_open: Box<dyn KeepsOpen + 'a>,
}

impl Drop for SettledLook<'_> {
    fn drop(&mut self) {
        let mut asked = self.settled.asked();
        asked.wanted_by -= 1;
        if asked.wanted_by == 0 {
            asked.pending = None;
        }
    }
}

impl Settled {
    pub fn new(fs: Arc<dyn Fs>) -> Self {
        Self { fs, asked: Mutex::default() }
    }

    fn asked(&self) -> MutexGuard<'_, LookCache> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is committed and not tidied away.
    fn pending(&self) -> Option<Intent> {
        let mut asked = self.asked();
        if asked.wanted_by == 0 {
            drop(asked);
            return self.pending_now();
        }
        asked.pending.get_or_insert_with(|| self.pending_now()).clone()
    }

    fn pending_now(&self) -> Option<Intent> {
        let fs = &*self.fs;
        if !fs.look(&Place::from(&layout::commit())).is_ok_and(|found| found.is_some()) {
            return None;
        }
        match recover::inspect(fs) {
            Ok(Unfinished::Done(intent)) => Some(intent),
            // Whatever is wrong is told by whoever asks about unfinished work.
            _ => None,
        }
    }

    /// Where `at` is now.
    fn now(&self, at: &Place) -> io::Result<Place> {
        let Place::State(path) = at else { return Ok(at.clone()) };
        let is_kept = |folder: &StatePath| path == folder || path.is_below(folder);
        if !is_kept(&Ledger::folder()) && !is_kept(&layout::undo()) {
            return Ok(at.clone());
        }
        let Some(intent) = self.pending() else { return Ok(at.clone()) };
        let moves = [
            (Ledger::place_of(intent.seq), layout::entry()),
            (layout::undo_data(intent.seq), layout::live()),
        ];
        for (then, now) in moves {
            if is_kept(&then) && self.fs.look(&Place::from(&then))?.is_none() {
                return Ok(Place::State(path.moved(&then, &now)));
            }
        }
        let is_retired = |seq: &u64| is_kept(&layout::undo_data(*seq));
        match intent.retires.iter().any(is_retired) {
            true => Ok(Place::State(layout::live().join("retired"))),
            false => Ok(at.clone()),
        }
    }

    /// The names in `dir` as they will be.
    fn names(&self, dir: &Place, mut names: FolderNames) -> io::Result<FolderNames> {
        let folders = [Ledger::folder(), layout::undo()].map(Place::State);
        if !folders.contains(dir) {
            return Ok(names);
        }
        let Some(intent) = self.pending() else { return Ok(names) };
        let number = |seq: u64| format!("{seq:08}");
        if *dir == folders[1] {
            names.text.retain(|name| !intent.retires.iter().any(|seq| number(*seq) == *name));
        }
        let own = number(intent.seq);
        if !names.text.contains(&own) {
            names.text.push(own);
        }
        Ok(names)
    }
}

/// Calls that the disk behind it answers as they are.
macro_rules! passed_on {
    ($(fn $call:ident($($name:ident: $kind:ty),*) -> $answer:ty;)*) => {
        $(fn $call(&self, $($name: $kind),*) -> $answer {
            self.fs.$call($($name),*)
        })*
    };
}

impl Fs for Settled {
    fn look(&self, at: &Place) -> io::Result<Option<Stat>> {
        self.fs.look(&self.now(at)?)
    }

    fn list(&self, dir: &Place) -> io::Result<FolderNames> {
        self.names(dir, self.fs.list(&self.now(dir)?)?)
    }

    fn open(&self, at: &Place) -> io::Result<Box<dyn FileRead>> {
        self.fs.open(&self.now(at)?)
    }

    fn open_seen(&self, at: &Place, seen: &Stat) -> io::Result<Box<dyn FileRead>> {
        self.fs.open_seen(&self.now(at)?, seen)
    }

    fn read_link(&self, at: &Place) -> io::Result<String> {
        self.fs.read_link(&self.now(at)?)
    }

    fn attributes(&self, at: &Place) -> io::Result<Attributes> {
        self.fs.attributes(&self.now(at)?)
    }

    fn keep_folders_open(&self) -> Box<dyn KeepsOpen + '_> {
        self.asked().wanted_by += 1;
        Box::new(SettledLook { settled: self, _kept_open: self.fs.keep_folders_open() })
    }

    passed_on! {
        fn features() -> Features;
        fn space() -> io::Result<Space>;
        fn moved_to(path: &Path) -> io::Result<Option<PathBuf>>;
        fn open_for_writing() -> io::Result<BTreeSet<u64>>;
        fn obstacles_to_change(dir: &Place) -> io::Result<Vec<String>>;
        fn obstacles_to_move(at: &TreePath) -> io::Result<Vec<(Code, String)>>;
        fn lock(kind: LockKind) -> io::Result<Option<Box<dyn LockGuard>>>;
        fn make_dir(at: &StatePath, mode: Mode) -> io::Result<()>;
        fn create(at: &StatePath) -> io::Result<Box<dyn FileWrite>>;
        fn make_link(at: &StatePath, points_to: &str) -> io::Result<()>;
        fn hard_link(from: &Place, to: &StatePath) -> io::Result<()>;
        fn reflink(from: &Place, to: &StatePath) -> io::Result<()>;
        fn set_mode(at: &StatePath, mode: Mode) -> io::Result<()>;
        fn touch(at: &StatePath) -> io::Result<()>;
        fn set_attributes(at: &StatePath, attributes: &Attributes) -> io::Result<()>;
        fn make_like(at: &StatePath, attributes: &Attributes, mode: Mode) -> io::Result<()>;
        fn rename(from: &StatePath, to: &StatePath) -> io::Result<()>;
        fn remove_file(at: &StatePath) -> io::Result<()>;
        fn remove_dir(at: &StatePath) -> io::Result<()>;
        fn exchange(ours: &StatePath, product: &TreePath) -> io::Result<()>;
        fn move_in(ours: &StatePath, product: &TreePath) -> io::Result<()>;
        fn move_out(product: &TreePath, ours: &StatePath) -> io::Result<()>;
        fn set_dir_mode(dir: &TreePath, mode: Mode) -> io::Result<()>;
        fn sync(places: &[Place]) -> io::Result<()>;
    }
}
