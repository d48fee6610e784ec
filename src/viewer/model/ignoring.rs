//! The same texts compared again, without the white space that does not count.

use std::io;

use super::lines::{LineHash, LineHashers, stop_if_asked};
use super::text::{Half, LineDiff, TextSides};
use super::white_space::WhiteSpace;
use crate::diff::{PATIENCE, Region, compare};
use crate::progress::CancelToken;

impl LineDiff {
    /// Which white space counts in it.
    pub fn white_space(&self) -> WhiteSpace {
        self.white_space
    }

    /// In how many places lines differ that are shown as equal, because only white space differs there.
    pub fn hidden(&self) -> usize {
        self.hidden
    }

    /// The same texts compared so that this white space counts. Where lines were not compared one by one nothing is
    /// ignored.
    ///
    /// # Errors
    /// Those of the disk, and `Cancelled` as its inner error.
    pub(super) fn ignoring(&self, white_space: WhiteSpace, cancel: &CancelToken) -> io::Result<Self> {
        let mut diff = self.clone();
        diff.white_space = white_space;
        let exact = diff.exact.take().unwrap_or_else(|| diff.hunks.as_slice().into());
        let is_line_by_line = diff.sides() == TextSides::Compared && !diff.hashes.iter().any(Vec::is_empty);
        if white_space == WhiteSpace::Counts || !is_line_by_line {
            diff.hunks = exact.to_vec();
        } else {
            let keys = LineHashers::new();
            let hashes = |half: Half| -> io::Result<Vec<_>> {
                let (lines, exact) = (diff.lines(half), &diff.hashes[half as usize]);
                let hash = |line| {
                    stop_if_asked(cancel)?;
                    let text = lines.line(line)?;
                    Ok(match text.left_out {
                        0 => keys.hash(&white_space.compared(&text.bytes)),
                        // Only the beginning of it was read: that says nothing about the rest, so all of it counts.
                        _ => exact[line],
                    })
                };
                (0..lines.count()).map(hash).collect()
            };
            let [old, new] = [hashes(Half::Left)?, hashes(Half::Right)?];
            (diff.hunks, _) = compare(old, new, PATIENCE, || cancel.is_cancelled());
            stop_if_asked(cancel)?;
            diff.exact = Some(exact);
        }
        diff.hidden = if diff.exact.is_some() { hidden_places(&diff.hashes, &diff.hunks) } else { 0 };
        diff.pair_lines(cancel);
        Ok(diff)
    }
}

/// Runs of lines outside `hunks` that stand beside each other and are not the same, byte for byte.
fn hidden_places([old, new]: &[Vec<LineHash>; 2], hunks: &[Region]) -> usize {
    let ends = std::iter::once((old.len(), new.len()));
    let starts = hunks.iter().map(|hunk| (hunk.old.start, hunk.new.start)).chain(ends);
    let behind = std::iter::once((0, 0)).chain(hunks.iter().map(|hunk| (hunk.old.end, hunk.new.end)));
    let hidden_between = |((old_from, new_from), (old_to, new_to)): ((usize, usize), (usize, usize))| {
        let (old, new) = (old.get(old_from..old_to), new.get(new_from..new_to));
        let pairs = old.into_iter().flatten().zip(new.into_iter().flatten());
        let differ: Vec<bool> = pairs.map(|(old, new)| old != new).collect();
        differ.chunk_by(|one, other| one == other).filter(|run| run[0]).count()
    };
    behind.zip(starts).map(hidden_between).sum()
}
