//! Where the changes are, as marks on a bar.

use super::rows::Rows;
use crate::diff::Region;
use crate::viewer::model::{HexDiff, LineDiff, ROW_BYTES};

/// Smallest mark that can be seen.
const MIN_MARK: f32 = 2.0;

/// Where changes are, as parts of the bar; computed once, not with every picture.
#[derive(Debug, Default)]
pub struct RulerMarks {
    key: Option<(u64, u32)>,
    marks: Vec<RulerMark>,
}

/// A piece of the bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RulerMark {
    /// Where it begins, in points from the top.
    pub begin: f32,
    /// Where it ends.
    pub end: f32,
    pub kind: MarkKind,
}

/// What a mark stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkKind {
    /// Only the new side has something there.
    Added,
    /// Both have.
    Changed,
    /// Only the old one has.
    Removed,
}

impl MarkKind {
    /// What happened at a place.
    fn from_region<N: PartialOrd>(region: &Region<N>) -> Self {
        match (region.old.is_empty(), region.new.is_empty()) {
            (true, _) => Self::Added,
            (_, true) => Self::Removed,
            _ => Self::Changed,
        }
    }
}

impl RulerMarks {
    /// All of them, from top to bottom.
    pub fn iter(&self) -> impl Iterator<Item = &RulerMark> {
        self.marks.iter()
    }

    /// Puts the places where bytes differ on a bar of this height.
    pub fn show_bytes(&mut self, diff: &HexDiff, height: f32) {
        let places = diff.differences().iter().enumerate().filter_map(|(number, place)| {
            let length = (place.old.end - place.old.start).max(place.new.end - place.new.start);
            Some((diff.row_of_difference(number)?, length.div_ceil(ROW_BYTES), MarkKind::from_region(place)))
        });
        // Rows of text have versions from 1 on, so this key is the bytes' own.
        self.fill((u64::MAX, height as u32), diff.rows(), height, places);
    }

    /// Puts the hunks of a text on a bar of this height.
    pub fn show_text(&mut self, diff: &LineDiff, rows: &Rows, version: u64, height: f32) {
        let hunks = diff.hunks().iter().enumerate().filter_map(|(number, hunk)| {
            let first = rows.row_of_hunk(number)?;
            Some((first, hunk.old.len().max(hunk.new.len()) as u64, MarkKind::from_region(hunk)))
        });
        self.fill((version, height as u32), rows.count(), height, hunks);
    }

    /// Puts places, each with its first row and number of rows, on a bar; neighbours of a kind become one mark.
    fn fill(
        &mut self,
        key: (u64, u32),
        rows: u64,
        height: f32,
        places: impl Iterator<Item = (u64, u64, MarkKind)>,
    ) {
        if self.key == Some(key) {
            return;
        }
        self.key = Some(key);
        self.marks.clear();
        let scale = f64::from(height) / rows.max(1) as f64;
        for (first, length, kind) in places {
            let begin = (first as f64 * scale) as f32;
            let end = ((first + length) as f64 * scale) as f32;
            let end = end.max(begin + MIN_MARK);
            match self.marks.last_mut() {
                Some(last) if last.kind == kind && begin <= last.end + 1.0 => last.end = last.end.max(end),
                // What would be drawn onto the same points is left out: a bar has no more of them.
                Some(last) if begin < last.end && end - begin <= MIN_MARK => {}
                _ => self.marks.push(RulerMark { begin, end, kind }),
            }
        }
    }
}
