//! Which row shows which lines: rows are computed, not stored, so that a million of them cost nothing.

use std::collections::HashMap;

use crate::text::one_line;
use crate::viewer::model::Hunk;
use crate::viewer::model::{Half, Standing, TextDiff};

/// Unchanged lines that stay visible around each hunk.
pub const CONTEXT_LINES: u32 = 3;
/// Lines that one click on a gap brings out.
pub const EXPAND_LINES: u32 = 20;
/// A gap of so few lines is shown at once: its row would take as much room.
const MIN_GAP_LINES: u32 = 2;
/// How far up the name of a section is looked for, in lines.
const SECTION_LINES: u32 = 400;
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
pub struct Row {
    /// What it shows.
    pub kind: RowKind,
    /// The left line.
    pub left: Option<u32>,
    /// The right line.
    pub right: Option<u32>,
    /// The hunk it belongs to.
    pub hunk: Option<u32>,
}

/// What a row shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKind {
    /// A line that both sides have.
    Same,
    /// A line that only the left side has.
    Removed,
    /// A line that only the right side has.
    Added,
    /// A left line and the right line that took its place.
    Changed,
    /// Lines that are folded away.
    Gap(u32),
}

impl Row {
    /// The line on one side.
    pub fn line(&self, half: Half) -> Option<u32> {
        match half {
            Half::Left => self.left,
            Half::Right => self.right,
        }
    }
}

/// How far the gaps of one file are opened. Gap 0 is above the first hunk, the last one below the last hunk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Opened {
    whole_file: bool,
    /// Lines brought out at the top and at the bottom of a gap.
    gaps: HashMap<u32, (u32, u32)>,
}

/// Which part of a gap to bring out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expand {
    /// Some lines below the hunk above it.
    Top(u32),
    /// Some lines above the hunk below it.
    Bottom(u32),
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

    /// Brings out a part of a gap.
    pub fn expand(&mut self, gap: u32, part: Expand) {
        let (top, bottom) = self.gaps.entry(gap).or_default();
        match part {
            Expand::Top(lines) => *top = top.saturating_add(lines),
            Expand::Bottom(lines) => *bottom = bottom.saturating_add(lines),
            Expand::All => *top = u32::MAX,
        }
    }

    /// Lines shown at the top and at the bottom of a gap of `length` lines; together `length` if all are.
    fn shown(&self, gap: u32, hunks: u32, length: u32) -> (u32, u32) {
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
    body: Body,
}

#[derive(Debug, Clone, Copy)]
enum Body {
    Same { left: u32, right: u32 },
    Gap { gap: u32, left: u32, right: u32, length: u32 },
    Hunk { hunk: u32 },
}

/// Lines that are folded away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// Which gap.
    pub number: u32,
    /// The first hidden left line.
    pub left: u32,
    /// The first hidden right line.
    pub right: u32,
    /// How many are hidden.
    pub length: u32,
}

impl Rows {
    /// The rows of `diff`.
    pub fn new(diff: &TextDiff, layout: Layout, opened: &Opened) -> Self {
        let hunks = diff.hunks();
        let mut rows =
            Self { layout, blocks: Vec::new(), hunk_rows: Vec::with_capacity(hunks.len()), count: 0 };
        let last = hunks.len() as u32;
        let end = Hunk {
            left: diff.lines(Half::Left).count()..u32::MAX,
            right: diff.lines(Half::Right).count()..u32::MAX,
        };
        let (mut left, mut right) = (0, 0);
        for (number, hunk) in hunks.iter().chain([&end]).enumerate() {
            let number = number as u32;
            let length = hunk.left.start - left;
            let (top, bottom) = match diff.standing() {
                // Nothing is known to have changed, so there is nothing to fold the rest away for.
                Standing::Alone(_) => (length, 0),
                _ => opened.shown(number, last, length),
            };
            rows.push(u64::from(top), Body::Same { left, right });
            let hidden = length - top - bottom;
            let body = Body::Gap { gap: number, left: left + top, right: right + top, length: hidden };
            rows.push(u64::from(hidden > 0), body);
            let skipped = top + hidden;
            rows.push(u64::from(bottom), Body::Same { left: left + skipped, right: right + skipped });
            if number < last {
                rows.hunk_rows.push(rows.count);
                rows.push(hunk_height(diff, number, layout), Body::Hunk { hunk: number });
            }
            (left, right) = (hunk.left.end, hunk.right.end);
        }
        rows
    }

    fn push(&mut self, rows: u64, body: Body) {
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
    pub fn row(&self, diff: &TextDiff, number: u64) -> Option<Row> {
        let block = self.block(number)?;
        let offset = (number - block.first_row) as u32;
        Some(match block.body {
            Body::Same { left, right } => Row {
                kind: RowKind::Same,
                left: Some(left + offset),
                right: Some(right + offset),
                hunk: None,
            },
            Body::Gap { gap, .. } => Row { kind: RowKind::Gap(gap), left: None, right: None, hunk: None },
            Body::Hunk { hunk } => hunk_row(diff, hunk, self.layout, offset),
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
            Body::Gap { gap, left, right, length } => Some(Gap { number: gap, left, right, length }),
            Body::Same { .. } | Body::Hunk { .. } => None,
        }
    }

    /// The first row of a hunk.
    pub fn row_of_hunk(&self, hunk: u32) -> Option<u64> {
        self.hunk_rows.get(hunk as usize).copied()
    }

    /// The last hunk that begins at or above `row`.
    pub fn hunk_at(&self, row: u64) -> Option<u32> {
        let after = self.hunk_rows.partition_point(|first| *first <= row);
        Some(after.checked_sub(1)? as u32)
    }

    /// The row that shows a line, or the gap that hides it.
    pub fn row_of_line(&self, diff: &TextDiff, half: Half, line: u32) -> Option<u64> {
        // Lines run down the blocks, so the block is found by the first line at or behind its beginning.
        let begin = |block: &Block| match (block.body, half) {
            (Body::Same { left, .. } | Body::Gap { left, .. }, Half::Left) => left,
            (Body::Same { right, .. } | Body::Gap { right, .. }, Half::Right) => right,
            (Body::Hunk { hunk }, Half::Left) => diff.hunks()[hunk as usize].left.start,
            (Body::Hunk { hunk }, Half::Right) => diff.hunks()[hunk as usize].right.start,
        };
        let after = self.blocks.partition_point(|block| begin(block) <= line);
        // A hunk without lines on this side begins where its neighbour does.
        (0..after).rev().take(3).find_map(|index| {
            let first = self.blocks[index].first_row;
            let end = self.blocks.get(index + 1).map_or(self.count, |block| block.first_row);
            match self.blocks[index].body {
                Body::Gap { .. } => Some(first),
                Body::Same { .. } => {
                    let row = first + u64::from(line - begin(&self.blocks[index]));
                    (row < end).then_some(row)
                }
                Body::Hunk { .. } => (first..end)
                    .find(|row| self.row(diff, *row).is_some_and(|row| row.line(half) == Some(line))),
            }
        })
    }
}

fn hunk_height(diff: &TextDiff, hunk: u32, layout: Layout) -> u64 {
    let lines = &diff.hunks()[hunk as usize];
    let (left, right) = (lines.left.len() as u64, lines.right.len() as u64);
    match (layout, diff.pairs(hunk)) {
        (Layout::Unified, _) => left + right,
        (Layout::SideBySide, Some(pairs)) => left + right - pairs.len() as u64,
        (Layout::SideBySide, None) => left.max(right),
    }
}

fn hunk_row(diff: &TextDiff, number: u32, layout: Layout, offset: u32) -> Row {
    let hunk = &diff.hunks()[number as usize];
    let left_lines = hunk.left.end - hunk.left.start;
    let in_range =
        |range: &std::ops::Range<u32>, at: u32| (at < range.end - range.start).then(|| range.start + at);
    let (left, right) = match (layout, diff.pairs(number)) {
        (Layout::Unified, _) if offset < left_lines => (Some(hunk.left.start + offset), None),
        (Layout::Unified, _) => (None, Some(hunk.right.start + offset - left_lines)),
        (Layout::SideBySide, None) => (in_range(&hunk.left, offset), in_range(&hunk.right, offset)),
        (Layout::SideBySide, Some(pairs)) => paired_row(hunk, pairs, offset),
    };
    let kind = match (left, right) {
        (Some(_), Some(_)) => RowKind::Changed,
        (Some(_), None) => RowKind::Removed,
        _ => RowKind::Added,
    };
    Row { kind, left, right, hunk: Some(number) }
}

/// Before each pair come the left lines and then the right lines that have no partner.
fn paired_row(hunk: &Hunk, pairs: &[(u32, u32)], offset: u32) -> (Option<u32>, Option<u32>) {
    let (mut left, mut right, mut row) = (hunk.left.start, hunk.right.start, 0);
    let end = (hunk.left.end, hunk.right.end);
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
pub fn section_above(diff: &TextDiff, half: Half, line: u32) -> Option<String> {
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
