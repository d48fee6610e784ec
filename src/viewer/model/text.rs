//! Two texts and where they differ: the table that all rows are read from.

use std::collections::HashMap;
use std::io;
use std::time::Duration;

use super::compare::{self, Hunk, MAX_COMPARED_LINES};
use super::encoding::Encoding;
use super::lines::{Keys, LineEnds, LineHash, Lines, Scan};
use super::refine;
use crate::diff::Precision;
use crate::progress::{CancelToken, Cancelled};
use crate::words::contents as words;
use crate::workbench::Content;

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

    /// "before" or "after".
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Left => words::PART_BEFORE,
            Self::Right => words::PART_AFTER,
        }
    }
}

/// How the two texts are related.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Both are there and were compared.
    Compared,
    /// Only one side has a file: everything in it is added or removed.
    Only(Half),
    /// Only this side's content is at hand; whether its lines changed is not known.
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
pub struct TextDiff {
    left: Lines,
    right: Lines,
    /// The places that differ, from top to bottom.
    hunks: Vec<Hunk>,
    /// Which left line stands beside which right one, in hunks where that is not simply the first beside the first.
    pairs: HashMap<u32, Box<[(u32, u32)]>>,
    standing: Standing,
    coarse: Option<Coarse>,
    ignores_line_ends: bool,
    hashes: [Vec<LineHash>; 2],
}

/// A text that was looked at once.
pub(super) struct Read {
    pub scan: Scan,
    /// The text in UTF-8 or in its 8-bit encoding, without a byte order mark.
    pub content: Content,
}

impl Read {
    /// Reads a text. `encoding` is that of its whole content, or of its head if it is not in memory.
    pub(super) fn new(
        content: &Content,
        encoding: Encoding,
        keys: &Keys,
        cancel: &CancelToken,
    ) -> io::Result<Self> {
        let (content, start) = match (encoding, content.bytes()) {
            (Encoding::Utf16 { .. }, Some(bytes)) => (Content::from(encoding.decode(bytes).into_owned()), 0),
            _ => (content.clone(), encoding.mark_bytes() as u64),
        };
        let scan = Lines::scan(&content, start, keys, MAX_COMPARED_LINES / 2, cancel)?;
        Ok(Self { scan, content })
    }

    /// Nothing, where a side has no file.
    pub(super) fn nothing(keys: &Keys) -> Self {
        let content = Content::from(Vec::new());
        let scan = Lines::scan(&content, 0, keys, 0, &CancelToken::new()).expect("memory can be read");
        Self { scan, content }
    }

    pub(super) fn ends(&self) -> LineEnds {
        self.scan.ends
    }
}

/// Whether both texts are the same but for their line ends, byte order marks and encodings.
pub(super) fn same_but_for_line_ends(left: &Read, right: &Read) -> bool {
    let is_compared = |read: &Read| !read.scan.bare_hashes.is_empty() || read.scan.lines.count() == 0;
    is_compared(left) && is_compared(right) && left.scan.bare_hashes == right.scan.bare_hashes
}

impl TextDiff {
    /// Compares two texts for at most `patience`.
    ///
    /// # Errors
    /// Those of the disk, and [`Cancelled`] as its inner error.
    pub(super) fn new(
        left: Read,
        right: Read,
        standing: Standing,
        patience: Duration,
        cancel: &CancelToken,
    ) -> io::Result<Self> {
        let ignores_line_ends = standing == Standing::Compared && same_but_for_line_ends(&left, &right);
        let mut diff = Self {
            left: left.scan.lines,
            right: right.scan.lines,
            hunks: Vec::new(),
            pairs: HashMap::new(),
            standing,
            coarse: None,
            ignores_line_ends,
            hashes: [left.scan.hashes, right.scan.hashes],
        };
        diff.compare(patience, cancel)?;
        Ok(diff)
    }

    fn compare(&mut self, patience: Duration, cancel: &CancelToken) -> io::Result<()> {
        let (left, right) = (self.left.count(), self.right.count());
        let everything = || vec![Hunk { left: 0..left, right: 0..right }];
        let has_hashes = |half: usize, lines: u32| !self.hashes[half].is_empty() || lines == 0;
        (self.hunks, self.coarse) = match self.standing {
            _ if self.ignores_line_ends => (Vec::new(), None),
            Standing::Alone(_) => (Vec::new(), None),
            Standing::Only(_) if left + right == 0 => (Vec::new(), None),
            Standing::Only(_) => (everything(), None),
            Standing::Compared if has_hashes(0, left) && has_hashes(1, right) => {
                let [old, new] = &self.hashes;
                let compared = compare::compare(old, new, patience, cancel);
                let (hunks, precision) = compared.map_err(|Cancelled| io::Error::other(Cancelled))?;
                (hunks, (precision == Precision::Coarse).then_some(Coarse::OutOfTime))
            }
            Standing::Compared => {
                let hunks = compare::compare_ends(&self.left, &self.right, cancel)?;
                let coarse = (!hunks.is_empty()).then_some(Coarse::TooManyLines);
                (hunks, coarse)
            }
        };
        self.pairs = refine::pair_lines(self, cancel);
        Ok(())
    }

    /// The same texts compared again, with more patience.
    ///
    /// # Errors
    /// [`Cancelled`] as the inner error.
    pub(super) fn again(&self, patience: Duration, cancel: &CancelToken) -> io::Result<Self> {
        let mut diff = self.clone();
        diff.compare(patience, cancel)?;
        Ok(diff)
    }

    /// The lines of one side.
    pub fn lines(&self, half: Half) -> &Lines {
        match (half, self.standing) {
            // A text that stands alone is what both columns would show.
            (_, Standing::Alone(only)) => self.own_lines(only),
            (half, _) => self.own_lines(half),
        }
    }

    fn own_lines(&self, half: Half) -> &Lines {
        match half {
            Half::Left => &self.left,
            Half::Right => &self.right,
        }
    }

    /// The places that differ, from top to bottom.
    pub fn hunks(&self) -> &[Hunk] {
        &self.hunks
    }

    /// Which lines of a hunk stand side by side where that is not simply the first beside the first.
    pub fn pairs(&self, hunk: u32) -> Option<&[(u32, u32)]> {
        self.pairs.get(&hunk).map(|pairs| &**pairs)
    }

    /// How the two texts are related.
    pub fn standing(&self) -> Standing {
        self.standing
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

    /// Number of lines that only the right side has, and that only the left one has.
    pub fn added_and_removed(&self) -> (u64, u64) {
        let sum = |length: fn(&Hunk) -> usize| self.hunks.iter().map(|hunk| length(hunk) as u64).sum();
        (sum(|hunk| hunk.right.len()), sum(|hunk| hunk.left.len()))
    }

    /// Bytes of memory that the tables take, the contents apart.
    pub fn table_bytes(&self) -> usize {
        let lines = self.left.table_bytes() + self.right.table_bytes();
        let hashes: usize = self.hashes.iter().map(|side| side.capacity() * size_of::<LineHash>()).sum();
        lines + hashes + self.hunks.capacity() * size_of::<Hunk>()
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
