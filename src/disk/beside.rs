//! Looks at two folders beside each other: what is the same in both is compared byte by byte and not hashed.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use rayon::prelude::*;

use super::fs::{Fs, Stat, StatKind};
use super::reading::PIECE_BYTES;
use super::scan::{Observation, Scan, ScanError, is_unchanged};
use crate::model::{PlaceProblem, TreePath};
use crate::progress::{CancelToken, Cancelled, Phase, Progress};

/// A folder whose places were looked at, and whose files are not read yet.
pub(crate) struct WalkedFolder<'a> {
    scan: Scan<'a>,
    present: Vec<(TreePath, Stat)>,
    problems: Vec<PlaceProblem>,
    /// Places that another folder has, too, exactly as they are.
    alike: Vec<(TreePath, Stat)>,
}

impl<'a> WalkedFolder<'a> {
    /// As [`super::observe_all`] without reading a file.
    ///
    /// # Errors
    /// As there.
    pub fn new(
        fs: &'a dyn Fs,
        ignore: &dyn Fn(&TreePath, bool) -> bool,
        progress: &'a dyn Progress,
        cancel: &'a CancelToken,
    ) -> Result<Self, ScanError> {
        let scan = Scan::new(fs, progress, cancel);
        let _kept_open = fs.keep_folders_open();
        let (present, problems) = scan.walk(ignore)?;
        Ok(Self { scan, present, problems, alike: Vec::new() })
    }

    /// Finds the files that are the same in both, permission bits and all. They will be in neither tree. Whatever is odd
    /// about a file is left for [`WalkedFolder::read`] to tell.
    pub(crate) fn leave_out_alike(&mut self, other: &mut Self) -> Result<(), Cancelled> {
        let (_kept_open, _kept_open_too) =
            (self.scan.fs.keep_folders_open(), other.scan.fs.keep_folders_open());
        let theirs: BTreeMap<&TreePath, &Stat> =
            other.present.iter().map(|(path, seen)| (path, seen)).collect();
        let pairs: Vec<_> = self
            .present
            .iter()
            .filter_map(|(path, ours)| Some((path, ours, *theirs.get(path)?)))
            .filter_map(|(path, ours, theirs)| Some((path, ours, theirs, size_of_both(ours, theirs)?)))
            .collect();
        let total = pairs.iter().map(|(.., size_bytes)| size_bytes).copied().fold(0, u64::saturating_add);
        self.scan.progress.begin(Phase::Checking, total);
        let is_alike = |&(path, ours, theirs, size_bytes): &(&TreePath, &Stat, &Stat, u64)| {
            self.scan.cancel.check()?;
            let is_alike = self.is_alike(other, path, (ours, theirs), size_bytes).unwrap_or(false);
            self.scan.progress.advance(size_bytes);
            Ok(is_alike)
        };
        // Small shares, so that no thread sits on several large files while the others have nothing to do.
        let alike: Vec<bool> =
            pairs.par_iter().with_max_len(8).map(is_alike).collect::<Result<_, Cancelled>>()?;
        let alike: BTreeSet<TreePath> = pairs
            .iter()
            .zip(alike)
            .filter(|(_, is_alike)| *is_alike)
            .map(|((path, ..), _)| (*path).clone())
            .collect();
        for walk in [self, other] {
            let (kept, rest) =
                std::mem::take(&mut walk.present).into_iter().partition(|(path, _)| alike.contains(path));
            (walk.alike, walk.present) = (kept, rest);
        }
        Ok(())
    }

    fn is_alike(
        &self,
        other: &Self,
        path: &TreePath,
        (ours, theirs): (&Stat, &Stat),
        size_bytes: u64,
    ) -> io::Result<bool> {
        let (here, there, place) = (self.scan.fs, other.scan.fs, path.into());
        let (mut one, mut another) = (here.open_seen(&place, ours)?, there.open_seen(&place, theirs)?);
        let piece_bytes = usize::try_from(size_bytes).unwrap_or(PIECE_BYTES).min(PIECE_BYTES);
        let (mut piece, mut other_piece) = (vec![0; piece_bytes], vec![0; piece_bytes]);
        let mut left_bytes = size_bytes;
        while left_bytes > 0 && !self.scan.cancel.is_cancelled() {
            let length = usize::try_from(left_bytes).unwrap_or(piece_bytes).min(piece_bytes);
            one.read_exact(&mut piece[..length])?;
            another.read_exact(&mut other_piece[..length])?;
            if piece[..length] != other_piece[..length] {
                return Ok(false);
            }
            left_bytes -= length as u64;
        }
        // What was written to meanwhile is read again by whoever says so.
        Ok(left_bytes == 0
            && is_unchanged(ours, here.look(&place)?)
            && is_unchanged(theirs, there.look(&place)?))
    }

    /// Reads every file that is not left out.
    pub fn read(self) -> Result<Observation, ScanError> {
        let _kept_open = self.scan.fs.keep_folders_open();
        let mut seen = self.scan.read_all(self.present, self.problems)?;
        seen.facts.extend(self.alike);
        Ok(seen)
    }
}

/// The length of two files that may be alike.
fn size_of_both(one: &Stat, other: &Stat) -> Option<u64> {
    match (one.kind, other.kind) {
        (StatKind::File { size_bytes }, StatKind::File { size_bytes: other_bytes })
            if size_bytes == other_bytes && one.mode == other.mode =>
        {
            Some(size_bytes)
        }
        _ => None,
    }
}
