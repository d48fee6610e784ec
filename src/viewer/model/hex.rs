//! The bytes of both sides, aligned: what was inserted or removed shifts nothing that follows.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::io;
use std::ops::Range;

use super::ends::{ContentPair, PIECE_BYTES};
use super::text::Half;
use crate::diff::Region;
use crate::progress::{CancelToken, Cancelled};
use crate::text::with_thousands;
use crate::words::{contents as words, fill};
use crate::workbench::SideContent;

/// Bytes in a row.
pub const ROW_BYTES: u64 = 16;
/// Smallest block that is looked for on the other side.
const MIN_BLOCK_BYTES: u64 = 32;
/// Most blocks that are remembered; of larger files the blocks are larger.
const MAX_BLOCKS: u64 = 1 << 20;
/// The bytes of both sides and where they differ.
#[derive(Debug, Clone, Default)]
pub struct HexDiff {
    segments: Vec<Segment>,
    /// Number of the first row of each segment.
    first_rows: Vec<u64>,
    rows: u64,
    differences: Vec<Region<u64>>,
    block_bytes: u64,
    failure: Option<String>,
}

/// A stretch of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Segment {
    kind: SegmentKind,
    left: u64,
    right: u64,
    length: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SegmentKind {
    /// Byte beside byte; some may differ.
    Both,
    Only(Half),
}

impl SegmentKind {
    fn is_on(self, half: Half) -> bool {
        self == Self::Both || self == Self::Only(half)
    }
}

/// A row of at most [`ROW_BYTES`] bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HexRow {
    /// The left bytes, if there are any.
    pub left: Option<Range<u64>>,
    /// The right bytes, if there are any.
    pub right: Option<Range<u64>>,
    /// The column, 0 to 15, of the first byte.
    pub column: usize,
}

impl HexDiff {
    /// Aligns two contents, either of which may be missing, in time that grows with their length only.
    ///
    /// # Errors
    /// If somebody wished to stop. A disk that cannot be read is told by [`HexDiff::failure`].
    pub(super) fn new(
        left: Option<&SideContent>,
        right: Option<&SideContent>,
        cancel: &CancelToken,
    ) -> Result<Self, Cancelled> {
        let is_compared = left.is_some() && right.is_some();
        let nothing = SideContent::from(Vec::new());
        let (left, right) = (left.unwrap_or(&nothing), right.unwrap_or(&nothing));
        let block_bytes = left.size_bytes().div_ceil(MAX_BLOCKS).next_power_of_two().max(MIN_BLOCK_BYTES);
        let mut diff = Self { block_bytes, ..Self::default() };
        let mut aligner = Aligner { both: ContentPair::new(left, right, cancel), block_bytes };
        let aligned = aligner.align();
        cancel.check()?;
        match aligned {
            Ok(matches) => diff.fill(&matches, left.size_bytes(), right.size_bytes()),
            Err(error) => {
                diff.failure = Some(error.to_string());
                diff.fill(&[], left.size_bytes(), right.size_bytes());
            }
        }
        if !is_compared {
            // Beside nothing, nothing differs.
            diff.differences.clear();
        }
        Ok(diff)
    }

    /// How many rows there are.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The places that differ, from top to bottom.
    pub fn differences(&self) -> &[Region<u64>] {
        &self.differences
    }

    /// Why the contents could not be compared, if so.
    pub fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }

    /// A sentence if differences may look larger than they are.
    pub fn coarse(&self) -> Option<String> {
        (self.block_bytes > MIN_BLOCK_BYTES)
            .then(|| fill(words::COARSE_BLOCKS, &[("n", &with_thousands(self.block_bytes))]))
    }

    /// The row with this number, counted from 0.
    pub fn row(&self, number: u64) -> Option<HexRow> {
        if number >= self.rows {
            return None;
        }
        let index = self.first_rows.partition_point(|first| *first <= number) - 1;
        let segment = self.segments[index];
        let anchor = segment.anchor();
        let column = anchor % ROW_BYTES;
        // The first row ends where the next one begins at a round address.
        let row = number - self.first_rows[index];
        let begin = (row * ROW_BYTES).saturating_sub(if row > 0 { column } else { 0 });
        let end = ((row + 1) * ROW_BYTES - column).min(segment.length);
        let range = |start: u64| start + begin..start + end;
        Some(HexRow {
            left: segment.kind.is_on(Half::Left).then(|| range(segment.left)),
            right: segment.kind.is_on(Half::Right).then(|| range(segment.right)),
            column: if row == 0 { column as usize } else { 0 },
        })
    }

    /// The row that shows the byte at `offset` of one side.
    pub fn row_of(&self, half: Half, offset: u64) -> Option<u64> {
        let start = |segment: &Segment| half.of(segment.left, segment.right);
        let after = self.segments.partition_point(|segment| start(segment) <= offset);
        let index = (0..after).rev().find(|index| self.segments[*index].kind.is_on(half))?;
        let segment = self.segments[index];
        let into = offset - start(&segment);
        let row = (into + segment.anchor() % ROW_BYTES) / ROW_BYTES;
        (into < segment.length).then(|| self.first_rows[index] + row)
    }

    /// The first row of a difference.
    pub fn row_of_difference(&self, number: usize) -> Option<u64> {
        let difference = self.differences.get(number)?;
        match difference.old.is_empty() {
            true => self.row_of(Half::Right, difference.new.start),
            false => self.row_of(Half::Left, difference.old.start),
        }
    }

    /// Lays out the matches and what is between them.
    fn fill(&mut self, matches: &[EqualRun], left_bytes: u64, right_bytes: u64) {
        let end = EqualRun { left: left_bytes, right: right_bytes, length: 0 };
        let (mut left, mut right) = (0, 0);
        for found in matches.iter().chain([&end]) {
            let difference = Region { old: left..found.left, new: right..found.right };
            let (old, new) = (found.left - left, found.right - right);
            if old + new > 0 {
                self.differences.push(difference);
            }
            let both = old.min(new);
            self.push(SegmentKind::Both, left, right, both);
            self.push(SegmentKind::Only(Half::Left), left + both, right + both, old - both);
            self.push(SegmentKind::Only(Half::Right), left + both, right + both, new - both);
            self.push(SegmentKind::Both, found.left, found.right, found.length);
            (left, right) = (found.left + found.length, found.right + found.length);
        }
        for segment in &self.segments {
            self.first_rows.push(self.rows);
            self.rows += (segment.length + segment.anchor() % ROW_BYTES).div_ceil(ROW_BYTES);
        }
    }

    fn push(&mut self, kind: SegmentKind, left: u64, right: u64, length: u64) {
        if length == 0 {
            return;
        }
        match self.segments.last_mut() {
            // Bytes that changed in their place do not break the rows.
            Some(last)
                if last.kind == kind
                    && kind == SegmentKind::Both
                    && last.left + last.length == left
                    && last.right + last.length == right =>
            {
                last.length += length;
            }
            _ => self.segments.push(Segment { kind, left, right, length }),
        }
    }
}

impl Segment {
    /// The address that says in which column the segment begins.
    fn anchor(&self) -> u64 {
        if self.kind.is_on(Half::Left) { self.left } else { self.right }
    }
}

/// The same bytes on both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct EqualRun {
    left: u64,
    right: u64,
    length: u64,
}

struct Aligner<'a> {
    both: ContentPair<'a>,
    block_bytes: u64,
}

impl Aligner<'_> {
    /// Matches that go up on both sides, the longest chain of them that was found.
    fn align(&mut self) -> io::Result<Vec<EqualRun>> {
        let (left_end, right_end) = (self.both.left.size(), self.both.right.size());
        let top = self.both.equal_down(0, 0)?;
        let room = left_end.min(right_end) - top;
        let bottom = self.both.equal_up(left_end, right_end, room)?;
        let mut matches = vec![EqualRun { left: 0, right: 0, length: top }];
        let (left_end, right_end) = (left_end - bottom, right_end - bottom);
        if top < left_end && top < right_end {
            let blocks = self.blocks(top, left_end)?;
            let candidates = self.candidates(&blocks, top, left_end, right_end)?;
            matches.extend(longest_chain(&candidates));
        }
        matches.push(EqualRun { left: left_end, right: right_end, length: bottom });
        self.extend_up(&mut matches)?;
        matches.retain(|found| found.length > 0);
        Ok(matches)
    }

    /// The blocks of the left side, by hash; those that are there more than once are no landmarks.
    fn blocks(&mut self, begin: u64, end: u64) -> io::Result<Blocks> {
        let mut blocks = Blocks::default();
        let mut at = begin.next_multiple_of(self.block_bytes);
        while at + self.block_bytes <= end {
            if at.is_multiple_of(PIECE_BYTES as u64) {
                self.both.stop_if_asked()?;
            }
            let hash = hash(self.both.left.bytes(at, self.block_bytes as usize)?);
            blocks.entry(hash).and_modify(|place| *place = u64::MAX).or_insert(at);
            at += self.block_bytes;
        }
        blocks.retain(|_, place| *place != u64::MAX);
        Ok(blocks)
    }

    /// Finds blocks of the left side anywhere on the right.
    fn candidates(
        &mut self,
        blocks: &Blocks,
        begin: u64,
        left_end: u64,
        right_end: u64,
    ) -> io::Result<Vec<EqualRun>> {
        let length = self.block_bytes as usize;
        let leaving = (0..length).fold(1_u64, |power, _| power.wrapping_mul(FACTOR));
        let mut found = Vec::new();
        let mut at = begin;
        let mut rolling = None;
        while at + self.block_bytes <= right_end {
            // One byte more than the block: the one that comes in next.
            let bytes = self.both.right.bytes(at, (length + 1).min((right_end - at) as usize))?;
            let value = rolling.unwrap_or_else(|| hash(&bytes[..length]));
            let (out, next) = (bytes[0], bytes.get(length).copied().unwrap_or(0));
            if let Some(&place) = blocks.get(&value) {
                let equal = self.both.equal_down(place, at)?.min(left_end - place).min(right_end - at);
                if equal >= self.block_bytes {
                    found.push(EqualRun { left: place, right: at, length: equal });
                    at += equal;
                    rolling = None;
                    continue;
                }
            }
            rolling = Some(
                value
                    .wrapping_mul(FACTOR)
                    .wrapping_add(u64::from(next) + 1)
                    .wrapping_sub(leaving.wrapping_mul(u64::from(out) + 1)),
            );
            at += 1;
            if at.is_multiple_of(PIECE_BYTES as u64) {
                self.both.stop_if_asked()?;
            }
        }
        Ok(found)
    }

    /// Matches were found where a block begins; they may begin earlier.
    fn extend_up(&mut self, matches: &mut [EqualRun]) -> io::Result<()> {
        for index in 1..matches.len() {
            let before = matches[index - 1];
            let found = &mut matches[index];
            let room =
                (found.left - before.left - before.length).min(found.right - before.right - before.length);
            let more = self.both.equal_up(found.left, found.right, room)?;
            found.left -= more;
            found.right -= more;
            found.length += more;
        }
        Ok(())
    }
}

/// The base of the rolling hash: odd, and large enough to spread every byte over the whole number.
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

fn hash(block: &[u8]) -> u64 {
    block.iter().fold(0, |hash: u64, byte| hash.wrapping_mul(FACTOR).wrapping_add(u64::from(*byte) + 1))
}

type Blocks = HashMap<u64, u64, BuildHasherDefault<Mixed>>;

/// The keys are hashes already; their high bits are the good ones.
#[derive(Default)]
struct Mixed(u64);

impl Hasher for Mixed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = hash(bytes);
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = (hash ^ (hash >> 32)).wrapping_mul(FACTOR);
    }
}

/// Of matches in the order of the right side, those that go up on the left as well and have the most bytes.
fn longest_chain(candidates: &[EqualRun]) -> Vec<EqualRun> {
    let mut ends: Vec<u64> = candidates.iter().map(|found| found.left + found.length).collect();
    ends.sort_unstable();
    ends.dedup();
    // best[i]: the heaviest chain that ends at or before ends[i], as a tree of prefix maxima.
    let mut best = vec![(0_u64, usize::MAX); ends.len() + 1];
    let mut before = vec![usize::MAX; candidates.len()];
    let mut heaviest = (0, usize::MAX);
    for (index, found) in candidates.iter().enumerate() {
        let mut chain = (0, usize::MAX);
        let mut at = ends.partition_point(|end| *end <= found.left);
        while at > 0 {
            chain = chain.max(best[at]);
            at &= at - 1;
        }
        before[index] = if chain.0 == 0 { usize::MAX } else { chain.1 };
        let chain = (chain.0 + found.length, index);
        heaviest = heaviest.max(chain);
        let mut at = ends.partition_point(|end| *end < found.left + found.length) + 1;
        while at < best.len() {
            best[at] = best[at].max(chain);
            at += at & at.wrapping_neg();
        }
    }
    let mut chain = Vec::new();
    let mut at = if heaviest.0 == 0 { usize::MAX } else { heaviest.1 };
    while at != usize::MAX {
        chain.push(candidates[at]);
        at = before[at];
    }
    chain.reverse();
    chain
}

/// Why a content that begins with `head` is shown as bytes.
pub(super) fn why_binary(head: &[u8]) -> Option<String> {
    // What decides is in the first 8 KiB, as with Git.
    let head = &head[..head.len().min(8 << 10)];
    let nul = head.iter().position(|byte| *byte == 0);
    let control =
        || head.iter().position(|byte| matches!(byte, 0x01..=0x08 | 0x0e..=0x19 | 0x1c..=0x1f | 0x7f));
    let (what, at) = match nul {
        Some(at) => (words::PART_WHY_ZERO, at),
        None => (words::PART_WHY_CONTROL, control()?),
    };
    Some(fill(words::BYTES_WHY, &[("what", what), ("at", &format!("{at:#x}"))]))
}
