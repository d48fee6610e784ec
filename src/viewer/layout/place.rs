//! Where one is in a list of rows, and where a key leads from there.

use super::scroll::Scroll;

/// What is in view, and which row is the present one.
#[derive(Debug, Clone, Copy, Default)]
pub struct ListPlace {
    /// What is in view.
    pub scroll: Scroll,
    /// The present row.
    pub row: u64,
}

/// A step of the present row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ListStep {
    /// So many rows down.
    Rows(i64),
    /// So many screens down.
    Pages(i64),
    /// To the first row.
    First,
    /// To the last row.
    Last,
    /// To the side, in characters.
    Sideways(f32),
    /// To where lines begin.
    LineStart,
    /// To where the longest line ends.
    LineEnd,
}

impl ListPlace {
    /// Makes `row` the present one, and scrolls so that it stands a third down.
    pub fn show(&mut self, row: u64, count: u64, visible: f32) {
        self.row = row;
        self.scroll.show(row, count, visible);
    }

    /// Makes a step up or down in `count` rows; whether it was one.
    pub fn step(&mut self, step: ListStep, count: u64, visible: f32) -> bool {
        let page = (visible as i64 - 1).max(1);
        let row = self.row as i64;
        let target = match step {
            ListStep::Rows(rows) => row + rows,
            ListStep::Pages(pages) => row + pages * page,
            ListStep::First => 0,
            ListStep::Last => count as i64 - 1,
            ListStep::Sideways(_) | ListStep::LineStart | ListStep::LineEnd => return false,
        };
        self.row = target.clamp(0, (count as i64 - 1).max(0)) as u64;
        if let ListStep::Pages(pages) = step {
            self.scroll.by((pages * page) as f64, count, visible);
        }
        self.scroll.reveal(self.row, count, visible);
        true
    }
}
