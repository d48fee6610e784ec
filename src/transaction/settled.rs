//! A folder as it is once everything that was committed has been tidied away.
//!
//! Between the commit and the tidying the entry and the originals still lie in `t`. A process can die there, and the
//! system can refuse the renames. The change is done all the same, so whoever looks is shown what the next change will
//! find: the entry in the history, and `t` as its way back.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::layout;
use super::record::Intent;
use super::recover::{self, Unfinished};
use crate::disk::fs::{
    Attributes, Features, FileRead, FileWrite, FolderNames, Fs, LockGuard, LockKind, Place, Space, Stat,
    StatePath,
};
use crate::ledger::Ledger;
use crate::model::{Code, Mode, TreePath};

/// The disk behind it, seen as if tidying had been done. Only looks differ: what changes something is for whoever
/// holds the lock and has tidied.
pub(crate) struct Settled(Arc<dyn Fs>);

impl Settled {
    pub fn new(fs: Arc<dyn Fs>) -> Self {
        Self(fs)
    }

    /// What is committed and not tidied away.
    fn pending(&self) -> Option<Intent> {
        let fs = &*self.0;
        let is_committed = fs.look(&Place::from(&layout::commit())).is_ok_and(|found| found.is_some());
        match recover::inspect(fs) {
            Ok(Unfinished::Done(intent)) if is_committed => Some(intent),
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
        let moves =
            [(Ledger::place_of(intent.seq), layout::entry()), (layout::way_back(intent.seq), layout::live())];
        for (then, now) in moves {
            if is_kept(&then) && self.0.look(&Place::from(&then))?.is_none() {
                return Ok(Place::State(path.moved(&then, &now)));
            }
        }
        let is_retired = |seq: &u64| is_kept(&layout::way_back(*seq));
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

impl Fs for Settled {
    fn look(&self, at: &Place) -> io::Result<Option<Stat>> {
        self.0.look(&self.now(at)?)
    }

    fn list(&self, dir: &Place) -> io::Result<FolderNames> {
        self.names(dir, self.0.list(&self.now(dir)?)?)
    }

    fn open(&self, at: &Place) -> io::Result<Box<dyn FileRead>> {
        self.0.open(&self.now(at)?)
    }

    fn read_link(&self, at: &Place) -> io::Result<String> {
        self.0.read_link(&self.now(at)?)
    }

    fn attributes(&self, at: &Place) -> io::Result<Attributes> {
        self.0.attributes(&self.now(at)?)
    }

    fn features(&self) -> Features {
        self.0.features()
    }

    fn space(&self) -> io::Result<Space> {
        self.0.space()
    }

    fn moved_to(&self, path: &Path) -> io::Result<Option<PathBuf>> {
        self.0.moved_to(path)
    }

    fn open_for_writing(&self) -> io::Result<BTreeSet<u64>> {
        self.0.open_for_writing()
    }

    fn touch(&self, at: &StatePath) -> io::Result<()> {
        self.0.touch(at)
    }

    fn obstacles_to_change(&self, dir: &Place) -> io::Result<Vec<String>> {
        self.0.obstacles_to_change(dir)
    }

    fn obstacles_to_move(&self, at: &TreePath) -> io::Result<Vec<(Code, String)>> {
        self.0.obstacles_to_move(at)
    }

    fn lock(&self, kind: LockKind) -> io::Result<Option<Box<dyn LockGuard>>> {
        self.0.lock(kind)
    }

    fn make_dir(&self, at: &StatePath, mode: Mode) -> io::Result<()> {
        self.0.make_dir(at, mode)
    }

    fn create(&self, at: &StatePath) -> io::Result<Box<dyn FileWrite>> {
        self.0.create(at)
    }

    fn make_link(&self, at: &StatePath, points_to: &str) -> io::Result<()> {
        self.0.make_link(at, points_to)
    }

    fn hard_link(&self, from: &Place, to: &StatePath) -> io::Result<()> {
        self.0.hard_link(from, to)
    }

    fn reflink(&self, from: &Place, to: &StatePath) -> io::Result<()> {
        self.0.reflink(from, to)
    }

    fn set_mode(&self, at: &StatePath, mode: Mode) -> io::Result<()> {
        self.0.set_mode(at, mode)
    }

    fn set_attributes(&self, at: &StatePath, attributes: &Attributes) -> io::Result<()> {
        self.0.set_attributes(at, attributes)
    }

    fn rename(&self, from: &StatePath, to: &StatePath) -> io::Result<()> {
        self.0.rename(from, to)
    }

    fn remove_file(&self, at: &StatePath) -> io::Result<()> {
        self.0.remove_file(at)
    }

    fn remove_dir(&self, at: &StatePath) -> io::Result<()> {
        self.0.remove_dir(at)
    }

    fn exchange(&self, ours: &StatePath, product: &TreePath) -> io::Result<()> {
        self.0.exchange(ours, product)
    }

    fn move_in(&self, ours: &StatePath, product: &TreePath) -> io::Result<()> {
        self.0.move_in(ours, product)
    }

    fn move_out(&self, product: &TreePath, ours: &StatePath) -> io::Result<()> {
        self.0.move_out(product, ours)
    }

    fn set_dir_mode(&self, dir: &TreePath, mode: Mode) -> io::Result<()> {
        self.0.set_dir_mode(dir, mode)
    }

    fn sync(&self, places: &[Place]) -> io::Result<()> {
        self.0.sync(places)
    }
}
