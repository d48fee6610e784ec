//! Where one goes in a file: from change to change, through all of them, and to a line.

use std::ops::Range;

use super::{PaneState, Spot};
use crate::viewer::layout::action::{NotedLine, PaneRequest};
use crate::viewer::layout::place::ListStep;
use crate::viewer::layout::rows::{EXPAND_LINES, Expand, Rows};
use crate::viewer::model::{Half, LineDiff, View, ViewedContents, WordMarks};
use crate::words::{contents as words, fill};

impl PaneState {
    /// The line in the present row: of the new side, or where there is none, of the old one.
    pub(super) fn present_line(&self, contents: &ViewedContents) -> Option<NotedLine> {
        let diff = contents.text().filter(|_| self.view(contents) == View::Text)?;
        let row = self.rows()?.row(diff, self.place.row)?;
        [Half::Right, Half::Left]
            .into_iter()
            .find_map(|half| row.line(half).map(|line| NotedLine { half, line }))
    }

    /// On through everything that differs, so that none of it stays unseen.
    pub(super) fn walk(&mut self, contents: &ViewedContents, out: &mut Vec<PaneRequest>) {
        let (place, count) = self.position(contents);
        let below = self.place.scroll.top + self.visible as u64;
        let is_cut = self.view(contents) == View::Text
            && self
                .rows()
                .and_then(|rows| rows.end_of_hunk(place.checked_sub(1)?))
                .is_some_and(|end| end > below && below > self.place.row);
        match is_cut {
            true => self.step(ListStep::Pages(1), false),
            false if place < count => self.go_by_hunk(contents, true, out),
            false => out.push(PaneRequest::Viewed),
        }
    }

    pub(super) fn go_by_hunk(
        &mut self,
        contents: &ViewedContents,
        is_forward: bool,
        out: &mut Vec<PaneRequest>,
    ) {
        if self.view(contents) == View::Text && self.go_along_line(contents, is_forward) {
            return;
        }
        let (place, count) = self.position(contents);
        let target = match (self.view(contents), is_forward) {
            (View::Text, true) => place,
            (View::Text, false) => {
                // From inside a hunk its own beginning comes first.
                let first = self.rows().and_then(|rows| rows.row_of_hunk(place.checked_sub(1)?));
                let is_inside = first.is_some_and(|first| first < self.place.row);
                (place + usize::from(is_inside)).wrapping_sub(2)
            }
            (_, true) => place,
            (_, false) => place.wrapping_sub(2),
        };
        if target >= count {
            out.push(if is_forward { PaneRequest::NextFile } else { PaneRequest::PreviousFile });
            return;
        }
        if self.view(contents) == View::Bytes {
            self.go_to_difference(contents, target);
        } else if let Some(row) = self.rows().and_then(|rows| rows.row_of_hunk(target)) {
            self.go_to_row(row);
            if let Some(diff) = contents.text() {
                self.reveal_change(diff);
            }
        }
    }

    /// Has the first change in the present row brought into view from the side.
    pub(super) fn reveal_change(&mut self, diff: &LineDiff) {
        let Some(row) = self.rows().and_then(|rows| rows.row(diff, self.place.row)) else { return };
        let Some(number) = row.hunk else { return };
        let refined = self.refined(diff, number);
        let hunk = &diff.hunks()[number];
        let spots = Half::BOTH.into_iter().filter_map(|half| {
            let line = row.line(half)?;
            match refined.marks(half, line - half.of(&hunk.old, &hunk.new).start) {
                WordMarks::Bytes(changed) => Some(Spot { half, line, byte: changed.first()?.start }),
                WordMarks::Whole | WordMarks::NotRefined => None,
            }
        });
        self.reveals = spots.min_by_key(|spot| spot.byte);
    }

    /// Makes `row` the present one and scrolls it into view.
    pub fn go_to_row(&mut self, row: u64) {
        let Some(count) = self.rows().map(Rows::count) else { return };
        self.place.row = row.min(count.saturating_sub(1));
        let is_in_view =
            row >= self.place.scroll.top && row + 4 < self.place.scroll.top + self.visible as u64;
        if !is_in_view {
            self.place.scroll.show(row, count, self.visible);
        }
    }

    fn go_to_difference(&mut self, contents: &ViewedContents, number: usize) {
        let Some(bytes) = contents.bytes() else { return };
        if let Some(row) = bytes.row_of_difference(number) {
            self.hex.difference = Some(number);
            self.hex.place.show(row, bytes.rows(), self.visible);
        }
    }

    /// From a line that moved to where it stands on the other side.
    pub(super) fn go_to_other_end(&mut self, contents: &ViewedContents) {
        let Some(diff) = contents.text() else { return };
        let row = self.rows().and_then(|rows| rows.row(diff, self.place.row));
        let ends = row.into_iter().flat_map(|row| {
            Half::BOTH.into_iter().filter_map(move |half| diff.other_end(half, row.line(half)?))
        });
        self.said = match ends.collect::<Vec<_>>().first() {
            Some(&(half, line)) => {
                self.go_to_line(contents, half, line);
                fill(words::SAID_MOVED, &[("n", &(line + 1).to_string())])
            }
            None => words::SAID_NOT_MOVED.to_owned(),
        };
    }

    /// Goes to a place in a line, which comes into view from the side, too.
    pub fn go_to_spot(&mut self, contents: &ViewedContents, spot: Spot) {
        self.go_to_line(contents, spot.half, spot.line);
        self.reveals = Some(spot);
    }

    /// In a long line with several changes, to the one after the last that was gone to, or before it; whether there is one.
    fn go_along_line(&mut self, contents: &ViewedContents, is_forward: bool) -> bool {
        let Some(diff) = contents.text() else { return false };
        let Some(row) = self.rows().and_then(|rows| rows.row(diff, self.place.row)) else { return false };
        let Some(number) = row.hunk else { return false };
        let refined = self.refined(diff, number);
        let hunk = &diff.hunks()[number];
        for half in [Half::Right, Half::Left] {
            let Some(line) = row.line(half) else { continue };
            let marks = refined.marks(half, line - half.of(&hunk.old, &hunk.new).start);
            let WordMarks::Bytes(changed) = marks else { continue };
            let stops = stops(changed);
            let here = self.revealed.filter(|spot| (spot.half, spot.line) == (half, line));
            // Both sides of a row have their first change in view at once.
            let here = here.map_or_else(|| stops.first().copied().unwrap_or(0), |spot| spot.byte);
            let at = stops.partition_point(|stop| *stop < here);
            let to = if is_forward { at + 1 } else { at.wrapping_sub(1) };
            let Some(byte) = stops.get(to).copied() else { continue };
            self.reveals = Some(Spot { half, line, byte });
            let (place, n) = ((to + 1).to_string(), stops.len().to_string());
            self.said = fill(words::SAID_IN_LINE, &[("place", &place), ("n", &n)]);
            return true;
        }
        false
    }

    /// Goes to a line, which is unfolded for that.
    pub fn go_to_line(&mut self, contents: &ViewedContents, half: Half, line: usize) {
        let Some(diff) = contents.text() else { return };
        self.view = Some(View::Text);
        let line = line.min(diff.lines(half).count().saturating_sub(1));
        let find = |state: &Self| state.rows().and_then(|rows| rows.row_of_line(diff, half, line));
        let Some(row) = find(self) else { return };
        if let Some(gap) = self.rows().and_then(|rows| rows.gap(row)) {
            let begin = gap.begin(half);
            let (from_top, from_bottom) = (line - begin + 1, begin + gap.length - line);
            // From the nearer end, and some lines more so that it does not stand at an edge.
            let part = match from_top <= from_bottom {
                true => Expand::Top(from_top.saturating_add(EXPAND_LINES)),
                false => Expand::Bottom(from_bottom.saturating_add(EXPAND_LINES)),
            };
            self.expand(diff, gap.number, part);
        }
        if let Some(row) = find(self) {
            self.go_to_row(row);
        }
    }
}

/// Bytes of a line that are seen at once, at least: changes that are nearer are one stop on the way along it.
const SEEN_BYTES: usize = 200;

/// Where one stops on the way along a line in which these bytes changed.
fn stops(changed: &[Range<usize>]) -> Vec<usize> {
    let mut stops: Vec<usize> = Vec::new();
    for range in changed {
        if stops.last().is_none_or(|last| range.start >= last + SEEN_BYTES) {
            stops.push(range.start);
        }
    }
    stops
}
