//! Which white space counts when lines are compared.

use std::borrow::Cow;
use std::io;

use super::lines::{LineHashers, stop_if_asked};
use super::text::{Half, LineDiff, TextSides};
use crate::diff::{PATIENCE, Region, compare};
use crate::progress::CancelToken;

/// Which white space counts: blanks, tabs, and carriage returns before a line feed. The names of the options are those
/// of GNU diff.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum WhiteSpace {
    /// All of it.
    #[default]
    Counts,
    /// That at the end of a line does not (`--ignore-trailing-space`).
    IgnoredAtLineEnds,
    /// Only whether there is some counts, not how much (`--ignore-space-change`).
    IgnoredInAmount,
    /// None of it (`--ignore-all-space`).
    Ignored,
}

impl WhiteSpace {
    /// The one after this, round and round.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::Counts => Self::IgnoredAtLineEnds,
            Self::IgnoredAtLineEnds => Self::IgnoredInAmount,
            Self::IgnoredInAmount => Self::Ignored,
            Self::Ignored => Self::Counts,
        }
    }

    /// What of a line is compared.
    fn compared(self, line: &[u8]) -> Cow<'_, [u8]> {
        let is_white = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | 0x0b | 0x0c);
        let end = line.iter().rposition(|byte| !is_white(byte)).map_or(0, |last| last + 1);
        match self {
            Self::Counts => Cow::Borrowed(line),
            Self::IgnoredAtLineEnds => Cow::Borrowed(&line[..end]),
            Self::IgnoredInAmount => {
                let runs = line[..end].chunk_by(|one, other| is_white(one) && is_white(other));
                Cow::Owned(runs.map(|run| if is_white(&run[0]) { b' ' } else { run[0] }).collect())
            }
            Self::Ignored => Cow::Owned(line.iter().copied().filter(|byte| !is_white(byte)).collect()),
        }
    }
}

impl LineDiff {
    /// Which white space counts in it.
    pub fn white_space(&self) -> WhiteSpace {
        self.white_space
    }

    /// How many of the places where the texts differ are not shown, because only white space differs there.
    pub fn hidden(&self) -> usize {
        let is_shown = |place: &&Region| {
            let next = self.hunks.partition_point(|hunk| hunk.old.end < place.old.start);
            self.hunks.get(next).is_some_and(|hunk| hunk.touches(place))
        };
        let exact = self.exact.as_deref().unwrap_or_default();
        exact.iter().filter(|place| !is_shown(place)).count()
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
            let hashes = |half| -> io::Result<Vec<_>> {
                let lines = diff.lines(half);
                let hash = |line| {
                    stop_if_asked(cancel)?;
                    Ok(keys.hash(&white_space.compared(&lines.line(line)?.bytes)))
                };
                (0..lines.count()).map(hash).collect()
            };
            let [old, new] = [hashes(Half::Left)?, hashes(Half::Right)?];
            (diff.hunks, _) = compare(old, new, PATIENCE, || cancel.is_cancelled());
            stop_if_asked(cancel)?;
            diff.exact = Some(exact);
        }
        diff.pair_lines(cancel);
        Ok(diff)
    }
}
