//! What is copied: the true bytes of the lines that were marked, never what they are drawn as.

use std::io;

use super::rows::{CONTEXT_LINES, LineRow, LineRowKind, Rows};
use crate::viewer::model::{Half, LineDiff};
use crate::words::contents as words;

/// Most bytes that are copied at once: what a clipboard takes without stopping the desktop.
pub const MAX_COPIED_BYTES: usize = 16 << 20;

/// Which column is marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// One side: what is copied is a part of that file.
    Side(Half),
    /// The one column of the unified layout: the lines in the order in which they stand there.
    All,
}

/// An end of what is marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Caret {
    pub row: u64,
    /// The byte in the row's line.
    pub byte: usize,
}

/// What is marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Selection {
    pub column: Column,
    /// Where marking began.
    pub anchor: Caret,
    pub caret: Caret,
}

impl Selection {
    /// Both ends, the upper first.
    pub fn ends(&self) -> (Caret, Caret) {
        (self.anchor.min(self.caret), self.anchor.max(self.caret))
    }

    /// Whether nothing is marked.
    pub fn is_empty(&self) -> bool {
        self.anchor == self.caret
    }

    /// The marked part of a row's line of `length` bytes, if any is; a row that is marked to its end and beyond has
    /// the line end marked as well.
    pub fn part(&self, row: u64, length: usize) -> Option<(std::ops::Range<usize>, bool)> {
        let (first, last) = self.ends();
        if row < first.row || row > last.row || self.is_empty() {
            return None;
        }
        let begin = if row == first.row { first.byte.min(length) } else { 0 };
        let goes_on = row < last.row;
        let end = if goes_on { length } else { last.byte.min(length) };
        Some((begin..end.max(begin), goes_on))
    }

    /// The true bytes of what is marked, folded lines between both ends included.
    ///
    /// # Errors
    /// If there are more than [`MAX_COPIED_BYTES`], or the disk cannot be read.
    pub fn bytes(&self, diff: &LineDiff, rows: &Rows) -> io::Result<Vec<u8>> {
        let mut copied = Vec::new();
        let (first, last) = self.ends();
        for number in first.row..=last.row.min(rows.count().saturating_sub(1)) {
            let Some(row) = rows.row(diff, number) else { break };
            if let Some(gap) = rows.gap(number) {
                let begin = gap.begin(self.half(&row));
                for line in begin..begin + gap.length {
                    push_line(&mut copied, diff, self.half(&row), line, None)?;
                }
                continue;
            }
            let half = self.half(&row);
            let Some(line) = row.line(half) else { continue };
            let length = diff.lines(half).line(line)?.bytes.len();
            let Some((part, goes_on)) = self.part(number, length) else { continue };
            push_line(&mut copied, diff, half, line, Some((part, goes_on)))?;
        }
        Ok(copied)
    }

    /// The side that a row's line is taken from.
    pub fn half(&self, row: &LineRow) -> Half {
        match (self.column, row.kind) {
            (Column::Side(half), _) => half,
            (Column::All, LineRowKind::Removed) => Half::Left,
            (Column::All, _) => Half::Right,
        }
    }
}

/// Adds a line, or a part of it; with its line end if it goes on.
fn push_line(
    copied: &mut Vec<u8>,
    diff: &LineDiff,
    half: Half,
    line: usize,
    part: Option<(std::ops::Range<usize>, bool)>,
) -> io::Result<()> {
    let text = diff.lines(half).line(line)?;
    let (part, goes_on) = part.unwrap_or((0..text.bytes.len(), true));
    copied.extend_from_slice(&text.bytes[part]);
    if goes_on && text.has_newline {
        copied.push(b'\n');
    }
    if copied.len() > MAX_COPIED_BYTES || text.left_out > 0 {
        return Err(io::Error::other(words::PART_TOO_MUCH_TO_COPY));
    }
    Ok(())
}

/// One hunk as a patch that `git apply` takes, with its unchanged lines around; both names are those of the file.
///
/// # Errors
/// If it has more than [`MAX_COPIED_BYTES`], or the disk cannot be read.
pub fn hunk_as_patch(diff: &LineDiff, hunk: usize, names: [&str; 2]) -> io::Result<Vec<u8>> {
    let hunks = diff.hunks();
    let lines = &hunks[hunk];
    // The lines around must be the same on both sides, so they end at the neighbours.
    let above = hunk.checked_sub(1).map_or(0, |before| hunks[before].old.end);
    let below = hunks.get(hunk + 1).map_or(diff.lines(Half::Left).count(), |next| next.old.start);
    let top = CONTEXT_LINES.min(lines.old.start - above);
    let bottom = CONTEXT_LINES.min(below - lines.old.end);
    let range = |begin: usize, end: usize| {
        let (begin, length) = (begin - top, end - begin + top + bottom);
        // As in Git: where there are no lines, the number is that of the line above.
        format!("{},{length}", if length == 0 { begin } else { begin + 1 })
    };
    let mut patch = format!(
        "--- a/{}\n+++ b/{}\n@@ -{} +{} @@\n",
        names[0],
        names[1],
        range(lines.old.start, lines.old.end),
        range(lines.new.start, lines.new.end),
    )
    .into_bytes();
    let parts = [
        (b' ', Half::Left, lines.old.start - top..lines.old.start),
        (b'-', Half::Left, lines.old.clone()),
        (b'+', Half::Right, lines.new.clone()),
        (b' ', Half::Left, lines.old.end..lines.old.end + bottom),
    ];
    for (mark, half, range) in parts {
        for line in range {
            patch.push(mark);
            push_line(&mut patch, diff, half, line, None)?;
            if !diff.lines(half).line(line)?.has_newline {
                patch.extend_from_slice(b"\n\\ No newline at end of file\n");
            }
        }
    }
    Ok(patch)
}
