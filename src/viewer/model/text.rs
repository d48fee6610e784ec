//! Two texts and where they differ: the table that all rows are read from.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::encoding::TextEncoding;
use super::ends::compare_ends;
use super::lines::{LineEndCounts, LineHash, LineHashers, LineScan, LineTable, LineText, stop_if_asked};
use super::moved::{MOST_LINES, MovedBlock, Moves};
use super::refine;
use super::white_space::WhiteSpace;
use crate::diff::{MAX_COMPARED_LINES, PATIENCE, Precision, Region, compare};
use crate::progress::CancelToken;
use crate::words::contents as words;
use crate::workbench::SideContent;

/// How long somebody who said "keep computing" waits at most; they can stop it at any time.
pub const LONG_PATIENCE: Duration = Duration::from_secs(3_600);

/// One of the two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Half {
    /// Before.
    Left,
    /// After.
    Right,
}

impl Half {
    /// Both, left first.
    pub const BOTH: [Self; 2] = [Self::Left, Self::Right];

    /// What belongs to this one of the two.
    pub fn of<T>(self, left: T, right: T) -> T {
        match self {
            Self::Left => left,
            Self::Right => right,
        }
    }

    /// "before" or "after".
    pub fn as_str(self) -> &'static str {
        self.of(words::PART_BEFORE, words::PART_AFTER)
    }
}

/// How the two texts are related.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextSides {
    /// Both are there and were compared.
    Compared,
    /// Only one side has a file: everything in it is added or removed.
    Only(Half),
    /// Only this side's content is there; whether its lines changed is not known.
    Alone(Half),
}

/// Why places that differ may be larger than they need to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coarse {
    /// There was no time to look closer; with more time the result gets better.
    OutOfTime,
    /// There are more lines than are compared one by one.
    TooManyLines,
}

/// Two texts, compared line by line.
#[derive(Debug, Clone)]
pub struct LineDiff {
    left: LineTable,
    right: LineTable,
    /// The places that differ, from top to bottom.
    pub(super) hunks: Vec<Region>,
    /// The places that differ when all white space counts, where some is ignored.
    pub(super) exact: Option<Arc<[Region]>>,
    pub(super) white_space: WhiteSpace,
    /// In how many places lines differ that are shown as equal.
    pub(super) hidden: usize,
    /// Which left line stands beside which right one, in hunks where that is not simply the first beside the first.
    pairs: HashMap<usize, Box<[(usize, usize)]>>,
    /// Blocks that moved, in the order of the old text and of the new one.
    moved: Moves,
    sides: TextSides,
    coarse: Option<Coarse>,
    ignores_line_ends: bool,
    tells_returns: bool,
    pub(super) hashes: [Vec<LineHash>; 2],
}

/// A text that was looked at once.
pub(super) struct ScannedText {
    pub scan: LineScan,
    /// The text in UTF-8 or in its 8-bit encoding, without a byte order mark.
    pub content: SideContent,
}

impl ScannedText {
    /// Reads a text. `encoding` is that of its whole content, or of its head if it is not in memory.
    pub(super) fn new(
        content: &SideContent,
        encoding: TextEncoding,
        keys: &LineHashers,
        cancel: &CancelToken,
    ) -> io::Result<Self> {
        let (content, start) = match (encoding, content.bytes()) {
            (encoding, Some(bytes)) if encoding.needs_decoding() => {
                (SideContent::from(encoding.decode(bytes).into_owned()), 0)
            }
            _ => (content.clone(), encoding.mark_bytes() as u64),
        };
        let scan = LineTable::scan(&content, start, keys, MAX_COMPARED_LINES / 2, cancel)?;
        Ok(Self { scan, content })
    }

    /// Nothing, where a side has no file.
    pub(super) fn nothing(keys: &LineHashers) -> Self {
        let content = SideContent::from(Vec::new());
        let scan = LineTable::scan(&content, 0, keys, 0, &CancelToken::new()).expect("memory can be read");
        Self { scan, content }
    }

    pub(super) fn ends(&self) -> LineEndCounts {
        self.scan.ends
    }
}

/// Whether both texts are the same but for their line ends, byte order marks and encodings.
pub(super) fn same_but_for_line_ends(left: &ScannedText, right: &ScannedText) -> bool {
    let is_compared = |read: &ScannedText| !read.scan.bare_hashes.is_empty() || read.scan.lines.count() == 0;
    is_compared(left) && is_compared(right) && left.scan.bare_hashes == right.scan.bare_hashes
}

impl LineDiff {
    /// Compares two texts for at most [`PATIENCE`].
    ///
    /// # Errors
    /// Those of the disk, and `Cancelled` as its inner error.
    pub(super) fn new(
        left: ScannedText,
        right: ScannedText,
        sides: TextSides,
        cancel: &CancelToken,
    ) -> io::Result<Self> {
        let ignores_line_ends = sides == TextSides::Compared && same_but_for_line_ends(&left, &right);
        let ends = [left.ends(), right.ends()];
        let tells_returns = ignores_line_ends || ends.iter().all(|ends| ends.lf == 0 && ends.cr == 0);
        let mut diff = Self {
            left: left.scan.lines,
            right: right.scan.lines,
            hunks: Vec::new(),
            exact: None,
            white_space: WhiteSpace::Counts,
            hidden: 0,
            pairs: HashMap::new(),
            moved: Moves::default(),
            sides,
            coarse: None,
            ignores_line_ends,
            tells_returns,
            hashes: [left.scan.hashes, right.scan.hashes],
        };
        diff.compare(PATIENCE, cancel)?;
        Ok(diff)
    }

    fn compare(&mut self, patience: Duration, cancel: &CancelToken) -> io::Result<()> {
        let (left, right) = (self.left.count(), self.right.count());
        let everything = || vec![Region { old: 0..left, new: 0..right }];
        let has_hashes = |half: usize, lines: usize| !self.hashes[half].is_empty() || lines == 0;
        (self.hunks, self.coarse) = match self.sides {
            _ if self.ignores_line_ends => (Vec::new(), None),
            TextSides::Alone(_) => (Vec::new(), None),
            TextSides::Only(_) if left + right == 0 => (Vec::new(), None),
            TextSides::Only(_) => (everything(), None),
            TextSides::Compared if has_hashes(0, left) && has_hashes(1, right) => {
                let [old, new] = &self.hashes;
                let (hunks, precision) = compare(old, new, patience, || cancel.is_cancelled());
                stop_if_asked(cancel)?;
                (hunks, (precision == Precision::Coarse).then_some(Coarse::OutOfTime))
            }
            TextSides::Compared => {
                let hunks = compare_ends(&self.left, &self.right, cancel)?;
                let coarse = (!hunks.is_empty()).then_some(Coarse::TooManyLines);
                (hunks, coarse)
            }
        };
        (self.exact, self.white_space, self.hidden) = (None, WhiteSpace::Counts, 0);
        self.pair_lines(cancel);
        Ok(())
    }

    pub(super) fn pair_lines(&mut self, cancel: &CancelToken) {
        self.pairs = refine::pair_lines(self, cancel);
        self.moved = self.find_moved();
    }

    fn find_moved(&self) -> Moves {
        let (added, removed) = self.added_and_removed();
        let has_hashes = self.hashes.iter().all(|side| !side.is_empty());
        if self.sides != TextSides::Compared || !has_hashes || added.max(removed) > MOST_LINES {
            return Moves::default();
        }
        let is_said =
            |line: &LineText<'_>| line.bytes.iter().filter(|c| c.is_ascii_alphanumeric()).count() > 1;
        Moves::find(&self.hunks, &self.hashes, |line| self.left.line(line).is_ok_and(|line| is_said(&line)))
    }

    /// Whether any block of lines moved.
    pub fn has_moved(&self) -> bool {
        !self.moved.is_empty()
    }

    /// The block that this line moved with, if it did.
    pub fn moved(&self, half: Half, line: usize) -> Option<&MovedBlock> {
        half.of(self.moved.of_old(line), self.moved.of_new(line))
    }

    /// Where this line stands on the other side, if it moved.
    pub fn other_end(&self, half: Half, line: usize) -> Option<(Half, usize)> {
        let block = self.moved(half, line)?;
        let [here, there] = half.of([&block.old, &block.new], [&block.new, &block.old]);
        Some((half.of(Half::Right, Half::Left), there.start + line - here.start))
    }

    /// The same texts compared again, with more patience.
    ///
    /// # Errors
    /// `Cancelled` as the inner error.
    pub(super) fn again(&self, patience: Duration, cancel: &CancelToken) -> io::Result<Self> {
        let mut diff = self.clone();
        diff.compare(patience, cancel)?;
        Ok(diff)
    }

    /// The lines of one side.
    pub fn lines(&self, half: Half) -> &LineTable {
        match (half, self.sides) {
            // A text that stands alone is what both columns would show.
            (_, TextSides::Alone(only)) => only.of(&self.left, &self.right),
            (half, _) => half.of(&self.left, &self.right),
        }
    }

    /// The places that differ, from top to bottom.
    pub fn hunks(&self) -> &[Region] {
        &self.hunks
    }

    /// Which lines of a hunk stand side by side where that is not simply the first beside the first.
    pub fn pairs(&self, hunk: usize) -> Option<&[(usize, usize)]> {
        self.pairs.get(&hunk).map(|pairs| &**pairs)
    }

    /// How the two texts are related.
    pub fn sides(&self) -> TextSides {
        self.sides
    }

    /// Why the hunks may be larger than they need to be, if so.
    pub fn coarse(&self) -> Option<Coarse> {
        self.coarse
    }

    /// Whether the texts are the same but for line ends, byte order marks and encodings, which the notes tell;
    /// there are no hunks then.
    pub fn ignores_line_ends(&self) -> bool {
        self.ignores_line_ends
    }

    /// Whether every carriage return is part of a line end of which the head of its column tells, so that no line has to.
    pub fn tells_returns(&self) -> bool {
        self.tells_returns
    }

    /// Number of lines that only the right side has, and that only the left one has.
    pub fn added_and_removed(&self) -> (u64, u64) {
        let sum = |length: fn(&Region) -> usize| self.hunks.iter().map(|hunk| length(hunk) as u64).sum();
        (sum(|hunk| hunk.new.len()), sum(|hunk| hunk.old.len()))
    }

    /// Bytes of memory that the tables take, the contents apart.
    pub fn table_bytes(&self) -> usize {
        let lines = self.left.table_bytes() + self.right.table_bytes();
        let hashes: usize = self.hashes.iter().map(|side| side.capacity() * size_of::<LineHash>()).sum();
        lines + hashes + self.hunks.capacity() * size_of::<Region>()
    }
}

impl Coarse {
    /// What that means, in a sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::OutOfTime => words::COARSE_TIME,
            Self::TooManyLines => words::COARSE_LINES,
        }
    }
}
