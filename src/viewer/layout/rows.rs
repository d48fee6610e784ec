//! Which row shows which lines: rows are computed, not stored, so that a million of them cost nothing.

use std::collections::HashMap;

use crate::diff::Region;
use crate::text::one_line;
use crate::viewer::model::{Half, LineDiff, TextSides};

/// Unchanged lines that stay visible around each hunk.
pub const CONTEXT_LINES: usize = 3;
/// Lines that one click on a gap shows.
pub const EXPAND_LINES: usize = 20;
/// A gap of so few lines is shown at once: its row would take as much room.
const MIN_GAP_LINES: usize = 2;
/// How far up the name of a section is looked for, in lines.
const SECTION_LINES: usize = 400;
/// Longest name of a section that is shown, in characters.
const SECTION_CHARS: usize = 80;

/// How the two sides are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Left and right beside each other.
    SideBySide,
    /// One column, removed lines above added ones.
    Unified,
}

/// One row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineRow {
    /// What it shows.
    pub kind: LineRowKind,
    pub left: Option<usize>,
    pub right: Option<usize>,
    /// The hunk it belongs to.
    pub hunk: Option<usize>,
}

/// What a row shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineRowKind {
    /// A line that both sides have.
    Same,
    /// A line that only the left side has.
    Removed,
    /// A line that only the right side has.
    Added,
    /// A left line and the right line that took its place.
    Changed,
    /// Lines that are folded away.
    Gap(usize),
}

impl LineRow {
    /// The line on one side.
    pub fn line(&self, half: Half) -> Option<usize> {
        half.of(self.left, self.right)
    }
}

/// How far the gaps of one file are opened. Gap 0 is above the first hunk, the last one below the last hunk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Opened {
    whole_file: bool,
    /// Lines brought out at the top and at the bottom of a gap.
    gaps: HashMap<usize, (usize, usize)>,
}

/// Which part of a gap to bring out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expand {
    /// Some lines below the hunk above it.
    Top(usize),
    /// Some lines above the hunk below it.
    Bottom(usize),
    /// Everything.
    All,
}

impl Opened {
    /// Whether nothing is folded away.
    pub fn is_whole_file(&self) -> bool {
        self.whole_file
    }

    /// Shows everything, or folds everything but the context.
    pub fn set_whole_file(&mut self, whole_file: bool) {
        *self = Self { whole_file, gaps: HashMap::new() };
    }

    /// Shows a part of a gap.
    pub fn expand(&mut self, gap: usize, part: Expand) {
        let (top, bottom) = self.gaps.entry(gap).or_default();
        match part {
            Expand::Top(lines) => *top = top.saturating_add(lines),
            Expand::Bottom(lines) => *bottom = bottom.saturating_add(lines),
            Expand::All => *top = usize::MAX,
        }
    }

    /// Lines shown at the top and at the bottom of a gap of `length` lines; together `length` if all are.
    fn shown(&self, gap: usize, hunks: usize, length: usize) -> (usize, usize) {
        let context = |is_beside_hunk: bool| if is_beside_hunk { CONTEXT_LINES } else { 0 };
        let (top, bottom) = self.gaps.get(&gap).copied().unwrap_or_default();
        let top = top.saturating_add(context(gap > 0)).min(length);
        let bottom = bottom.saturating_add(context(gap < hunks)).min(length - top);
        match length - top - bottom {
            _ if self.whole_file => (length, 0),
            0..=MIN_GAP_LINES => (length, 0),
            _ => (top, bottom),
        }
    }
}

/// The rows of one file in one layout.
#[derive(Debug, Clone)]
pub struct Rows {
    layout: Layout,
    blocks: Vec<Block>,
    /// The first row of each hunk.
    hunk_rows: Vec<u64>,
    count: u64,
}

#[derive(Debug, Clone, Copy)]
struct Block {
    first_row: u64,
    body: BlockBody,
}

#[derive(Debug, Clone, Copy)]
enum BlockBody {
    Same { left: usize, right: usize },
    Gap { gap: usize, left: usize, right: usize, length: usize },
    Hunk { hunk: usize },
}

/// Lines that are folded away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    pub number: usize,
    /// The first hidden left line.
    pub left: usize,
    /// The first hidden right line.
    pub right: usize,
    /// How many are hidden.
    pub length: usize,
}

impl Gap {
    /// The first hidden line of one side.
    pub fn begin(&self, half: Half) -> usize {
        half.of(self.left, self.right)
    }
}

impl Rows {
    /// The rows of `diff`.
    pub fn new(diff: &LineDiff, layout: Layout, opened: &Opened) -> Self {
        let hunks = diff.hunks();
        let mut rows =
            Self { layout, blocks: Vec::new(), hunk_rows: Vec::with_capacity(hunks.len()), count: 0 };
        let last = hunks.len();
        let [old, new] = Half::BOTH.map(|half| diff.lines(half).count()..usize::MAX);
        let end = Region { old, new };
        let (mut left, mut right) = (0, 0);
        for (number, hunk) in hunks.iter().chain([&end]).enumerate() {
            let length = hunk.old.start - left;
            let (top, bottom) = match diff.sides() {
                // Nothing is known to have changed, so there is nothing to fold the rest away for.
                TextSides::Alone(_) => (length, 0),
                _ => opened.shown(number, last, length),
            };
            rows.push(top as u64, BlockBody::Same { left, right });
            let hidden = length - top - bottom;
            let body = BlockBody::Gap { gap: number, left: left + top, right: right + top, length: hidden };
            rows.push(u64::from(hidden > 0), body);
            let skipped = top + hidden;
            rows.push(bottom as u64, BlockBody::Same { left: left + skipped, right: right + skipped });
            if number < last {
                rows.hunk_rows.push(rows.count);
                rows.push(hunk_height(diff, number, layout), BlockBody::Hunk { hunk: number });
            }
            (left, right) = (hunk.old.end, hunk.new.end);
        }
        rows
    }

    fn push(&mut self, rows: u64, body: BlockBody) {
        if rows > 0 {
            self.blocks.push(Block { first_row: self.count, body });
            self.count += rows;
        }
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The layout they are for.
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// The row with this number, counted from 0.
    pub fn row(&self, diff: &LineDiff, number: u64) -> Option<LineRow> {
        let block = self.block(number)?;
        let offset = (number - block.first_row) as usize;
        Some(match block.body {
            BlockBody::Same { left, right } => LineRow {
                kind: LineRowKind::Same,
                left: Some(left + offset),
                right: Some(right + offset),
                hunk: None,
            },
            BlockBody::Gap { gap, .. } => {
                LineRow { kind: LineRowKind::Gap(gap), left: None, right: None, hunk: None }
            }
            BlockBody::Hunk { hunk } => hunk_row(diff, hunk, self.layout, offset),
        })
    }

    fn block(&self, row: u64) -> Option<&Block> {
        if row >= self.count {
            return None;
        }
        let after = self.blocks.partition_point(|block| block.first_row <= row);
        self.blocks.get(after.checked_sub(1)?)
    }

    /// The gap that a row shows.
    pub fn gap(&self, row: u64) -> Option<Gap> {
        match self.block(row)?.body {
            BlockBody::Gap { gap, left, right, length } => Some(Gap { number: gap, left, right, length }),
            BlockBody::Same { .. } | BlockBody::Hunk { .. } => None,
        }
    }

    /// The first row of a hunk.
    pub fn row_of_hunk(&self, hunk: usize) -> Option<u64> {
        self.hunk_rows.get(hunk).copied()
    }

    /// The row behind the last one of a hunk.
    pub fn end_of_hunk(&self, hunk: usize) -> Option<u64> {
        let first = self.row_of_hunk(hunk)?;
        let after = self.blocks.partition_point(|block| block.first_row <= first);
        Some(self.blocks.get(after).map_or(self.count, |block| block.first_row))
    }

    /// The last hunk that begins at or above `row`.
    pub fn hunk_at(&self, row: u64) -> Option<usize> {
        let after = self.hunk_rows.partition_point(|first| *first <= row);
        after.checked_sub(1)
    }

    /// The row that shows a line, or the gap that hides it.
    pub fn row_of_line(&self, diff: &LineDiff, half: Half, line: usize) -> Option<u64> {
        // Lines run down the blocks, so the block is found by the first line at or behind its beginning.
        let begin = |block: &Block| match block.body {
            BlockBody::Same { left, right } | BlockBody::Gap { left, right, .. } => half.of(left, right),
            BlockBody::Hunk { hunk } => half.of(&diff.hunks()[hunk].old, &diff.hunks()[hunk].new).start,
        };
        let after = self.blocks.partition_point(|block| begin(block) <= line);
        // A hunk without lines on this side begins where its neighbour does.
        (0..after).rev().take(3).find_map(|index| {
            let first = self.blocks[index].first_row;
            let end = self.blocks.get(index + 1).map_or(self.count, |block| block.first_row);
            match self.blocks[index].body {
                BlockBody::Gap { .. } => Some(first),
                BlockBody::Same { .. } => {
                    let row = first + (line - begin(&self.blocks[index])) as u64;
                    (row < end).then_some(row)
                }
                BlockBody::Hunk { .. } => (first..end)
                    .find(|row| self.row(diff, *row).is_some_and(|row| row.line(half) == Some(line))),
            }
        })
    }
}

fn hunk_height(diff: &LineDiff, hunk: usize, layout: Layout) -> u64 {
    let lines = &diff.hunks()[hunk];
    let (left, right) = (lines.old.len() as u64, lines.new.len() as u64);
    match (layout, diff.pairs(hunk)) {
        (Layout::Unified, _) => left + right,
        (Layout::SideBySide, Some(pairs)) => left + right - pairs.len() as u64,
        (Layout::SideBySide, None) => left.max(right),
    }
}

fn hunk_row(diff: &LineDiff, number: usize, layout: Layout, offset: usize) -> LineRow {
    let hunk = &diff.hunks()[number];
    let left_lines = hunk.old.len();
    let in_range = |range: &std::ops::Range<usize>, at: usize| range.clone().nth(at);
    let (left, right) = match (layout, diff.pairs(number)) {
        (Layout::Unified, _) if offset < left_lines => (Some(hunk.old.start + offset), None),
        (Layout::Unified, _) => (None, Some(hunk.new.start + offset - left_lines)),
        (Layout::SideBySide, None) => (in_range(&hunk.old, offset), in_range(&hunk.new, offset)),
        (Layout::SideBySide, Some(pairs)) => paired_row(hunk, pairs, offset),
    };
    let kind = match (left, right) {
        (Some(_), Some(_)) => LineRowKind::Changed,
        (Some(_), None) => LineRowKind::Removed,
        _ => LineRowKind::Added,
    };
    LineRow { kind, left, right, hunk: Some(number) }
}

/// Before each pair come the left lines and then the right lines that have no partner.
fn paired_row(hunk: &Region, pairs: &[(usize, usize)], offset: usize) -> (Option<usize>, Option<usize>) {
    let (mut left, mut right, mut row) = (hunk.old.start, hunk.new.start, 0);
    let end = (hunk.old.end, hunk.new.end);
    for (index, &(pair_left, pair_right)) in pairs.iter().chain([&end]).enumerate() {
        let (lonely_left, lonely_right) = (pair_left - left, pair_right - right);
        if offset < row + lonely_left {
            return (Some(left + offset - row), None);
        }
        row += lonely_left;
        if offset < row + lonely_right {
            return (None, Some(right + offset - row));
        }
        row += lonely_right;
        if index < pairs.len() && offset == row {
            return (Some(pair_left), Some(pair_right));
        }
        row += 1;
        (left, right) = (pair_left + 1, pair_right + 1);
    }
    (None, None)
}

/// The line that names the part of the file which begins at `line`: the last one above it that begins at the very
/// left with a letter or a bracket, as functions and sections do. Only where looking is cheap.
pub fn section_above(diff: &LineDiff, half: Half, line: usize) -> Option<String> {
    let lines = diff.lines(half);
    lines.content().bytes()?;
    let is_heading = |bytes: &[u8]| {
        bytes.first().is_some_and(|first| first.is_ascii_alphabetic() || b"_$[<#".contains(first))
            && bytes.iter().any(u8::is_ascii_alphanumeric)
    };
    let found = (line.saturating_sub(SECTION_LINES)..line.min(lines.count()))
        .rev()
        .filter_map(|line| lines.line(line).ok())
        .find(|line| is_heading(&line.bytes))?;
    let text = String::from_utf8_lossy(&found.bytes[..found.bytes.len().min(4 * SECTION_CHARS)]);
    Some(one_line(text.trim_end(), SECTION_CHARS))
}
