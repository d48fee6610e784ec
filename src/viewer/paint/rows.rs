//! Paints the rows in view: the columns, the numbers of the lines, their signs and the lines themselves.

use egui::{Align2, Painter, Rect, Ui, pos2};

use super::line::{LineStyle, RowMetrics, chip, paint_line};
use super::{Given, gap, list};
use crate::toolkit::theme::{ChangeTone, Tokens};
use crate::viewer::layout::{Column, Layout, LineRow, LineRowKind, PaneState};
use crate::viewer::model::{Half, LineDiff, TextSides};
use crate::words::{contents as words, fill};

/// Width of the bar at the very left of a changed row.
const BAR_WIDTH: f32 = 3.0;
/// Room at both sides of a line number.
const NUMBER_PADDING: f32 = 8.0;
/// Radius of the mark beside the number of a line with a note.
const NOTE_MARK: f32 = 3.0;
/// Width of the column with the sign.
const SIGN_WIDTH: f32 = 22.0;

/// The columns of a pane.
pub(super) struct Columns {
    /// Left and right; in the unified layout only the first one.
    pub cells: [Rect; 2],
    /// Width of a column of line numbers.
    number: f32,
    pub layout: Layout,
    sides: TextSides,
}

impl Columns {
    pub fn new(rows: Rect, diff: &LineDiff, layout: Layout, metrics: &RowMetrics) -> Self {
        let most = Half::BOTH.map(|half| diff.lines(half).count()).into_iter().max().unwrap_or(0);
        let digits = most.max(99).ilog10() + 1;
        // At their smaller size the digits leave a little more room.
        let number = digits as f32 * metrics.char_width + 2.0 * NUMBER_PADDING;
        let middle = rows.center().x.round();
        let cells = match layout {
            Layout::Unified => [rows, Rect::NOTHING],
            Layout::SideBySide => [rows.with_max_x(middle), rows.with_min_x(middle + 1.0)],
        };
        Self { cells, number, layout, sides: diff.sides() }
    }

    /// How many columns of numbers stand in a cell.
    fn numbers(&self) -> usize {
        match (self.layout, self.sides) {
            (Layout::SideBySide, _) | (_, TextSides::Only(_) | TextSides::Alone(_)) => 1,
            (Layout::Unified, _) => 2,
        }
    }

    /// The part of a cell in which lines are drawn.
    pub fn text(&self, cell: Rect) -> Rect {
        cell.with_min_x(cell.left() + BAR_WIDTH + self.numbers() as f32 * self.number + SIGN_WIDTH)
    }
}

/// Paints all rows in view.
pub(super) fn paint(
    ui: &Ui,
    given: &Given<'_>,
    diff: &LineDiff,
    state: &mut PaneState,
    columns: &Columns,
    metrics: &RowMetrics,
    area: Rect,
) {
    let painter = ui.painter_at(area);
    let tokens = Tokens::from_context(ui);
    painter.rect_filled(area, 0, tokens.card());
    let mut widest = 0.0_f32;
    for (number, line) in list::rows_in_view(area, metrics.row_height, state.place.scroll) {
        let Some(row) = state.rows().and_then(|rows| rows.row(diff, number)) else { break };
        let mut row_painter = RowPainter { painter: &painter, tokens, metrics, columns, diff, given, state };
        widest = widest.max(row_painter.row(number, &row, line));
    }
    if columns.layout == Layout::SideBySide {
        painter.vline(columns.cells[0].right() + 0.5, area.y_range(), (1.0, tokens.outline));
    }
    let cell = columns.text(columns.cells[0]);
    state.widest = state.widest.max(widest - cell.width() + 4.0 * metrics.char_width).max(0.0);
}

/// What a row needs to be painted.
struct RowPainter<'a> {
    painter: &'a Painter,
    tokens: &'a Tokens,
    metrics: &'a RowMetrics,
    columns: &'a Columns,
    diff: &'a LineDiff,
    given: &'a Given<'a>,
    state: &'a mut PaneState,
}

impl RowPainter<'_> {
    /// Paints a row and returns how far its text reaches.
    fn row(&mut self, number: u64, row: &LineRow, rect: Rect) -> f32 {
        if let Some(gap) = self.state.rows().and_then(|rows| rows.gap(number)) {
            let section = self.state.section(self.diff, gap.number, gap.right + gap.length);
            let side = self.in_cell(rect, 0);
            gap::paint(self.painter, rect, side, (gap, section), self.tokens, self.metrics);
            return 0.0;
        }
        let is_wide =
            self.state.wide_hunks && row.hunk.is_some_and(|hunk| self.diff.hunks()[hunk].is_one_sided());
        match self.columns.layout {
            Layout::Unified => {
                let half = if row.kind == LineRowKind::Removed { Half::Left } else { Half::Right };
                self.cell(number, row, half, self.in_cell(rect, 0), Column::All)
            }
            Layout::SideBySide if is_wide => {
                let half = if row.left.is_some() { Half::Left } else { Half::Right };
                self.cell(number, row, half, rect, Column::Side(half))
            }
            Layout::SideBySide => {
                let left =
                    self.cell(number, row, Half::Left, self.in_cell(rect, 0), Column::Side(Half::Left));
                let cell = self.in_cell(rect, 1);
                left.max(self.cell(number, row, Half::Right, cell, Column::Side(Half::Right)))
            }
        }
    }

    fn in_cell(&self, rect: Rect, cell: usize) -> Rect {
        Rect::from_x_y_ranges(self.columns.cells[cell].x_range(), rect.y_range())
    }

    /// Paints one side of a row.
    fn cell(&mut self, number: u64, row: &LineRow, half: Half, rect: Rect, column: Column) -> f32 {
        let Some(line) = row.line(half) else {
            self.painter.rect_filled(rect, 0, self.tokens.page());
            return 0.0;
        };
        let moved = self.diff.moved(half, line).filter(|_| row.hunk.is_some());
        let tone = if moved.is_some() { Some(self.tokens.moved) } else { self.tone(row.kind, half) };
        if let Some(tone) = tone {
            self.painter.rect_filled(rect, 0, tone.line);
            let bar = rect.with_max_x(rect.left() + BAR_WIDTH);
            self.painter.rect_filled(bar, 0, tone.mark);
        }
        self.numbers(row, half, rect, tone);
        let refined = row.hunk.map(|hunk| (hunk, self.state.refined(self.diff, hunk)));
        let marks = refined.as_ref().map(|(hunk, refined)| {
            let hunk = &self.diff.hunks()[*hunk];
            refined.marks(half, line - half.of(&hunk.old, &hunk.new).start)
        });
        // That a line which only one side has was not compared with another goes without saying.
        let marks = marks.filter(|_| {
            moved.is_none() && row.hunk.is_some_and(|hunk| !self.diff.hunks()[hunk].is_one_sided())
        });
        let drawn = self.state.line(self.diff, half, line);
        let selection = self.state.selection.filter(|selection| selection.column == column);
        let found = self.state.search.as_ref().map(|search| search.in_line(half, line)).unwrap_or_default();
        let look = LineStyle {
            tokens: self.tokens,
            tone,
            marks,
            spans: self.given.highlights.map_or(&[], |highlights| highlights.line(half, line)),
            found: &found,
            selected: selection.and_then(|selection| selection.part(number, drawn.shown.source_bytes())),
        };
        let text = self.columns.text(rect);
        let right = paint_line(self.painter, text, self.state.shift, &drawn, &look, self.metrics).right();
        // Where it went stands at the head of the block.
        let ends = moved.map(|moved| half.of([&moved.old, &moved.new], [&moved.new, &moved.old]));
        if let Some([_, there]) = ends.filter(|[here, _]| here.start == line) {
            let other = there.start + 1;
            let template = half.of(words::PART_MOVED_TO, words::PART_MOVED_FROM);
            let said = fill(template, &[("n", &other.to_string())]);
            chip(self.painter, text, &said, self.tokens, self.metrics);
        }
        right
    }

    fn tone(&self, kind: LineRowKind, half: Half) -> Option<ChangeTone> {
        match (kind, half) {
            (LineRowKind::Added, _) | (LineRowKind::Changed, Half::Right) => Some(self.tokens.added),
            (LineRowKind::Removed, _) | (LineRowKind::Changed, Half::Left) => Some(self.tokens.removed),
            (LineRowKind::Same | LineRowKind::Gap(_), _) => None,
        }
    }

    /// Line numbers and the sign.
    fn numbers(&self, row: &LineRow, half: Half, rect: Rect, tone: Option<ChangeTone>) {
        let numbers = match self.columns.numbers() {
            1 => vec![row.line(half).map(|line| (half, line))],
            _ => Half::BOTH.into_iter().map(|half| row.line(half).map(|line| (half, line))).collect(),
        };
        let mut right = rect.left() + BAR_WIDTH;
        for line in numbers {
            right += self.columns.number;
            let Some((half, line)) = line else { continue };
            let at = pos2(right - NUMBER_PADDING, rect.center().y);
            if self.given.notes_on(half, line).next().is_some() {
                let mark = pos2(right - NUMBER_PADDING / 2.0 + 1.0, rect.center().y);
                self.painter.circle_filled(mark, NOTE_MARK, self.tokens.accent.text);
            }
            let colour = tone.map_or(self.tokens.muted, |tone| tone.text);
            self.painter.text(at, Align2::RIGHT_CENTER, line + 1, self.metrics.number.clone(), colour);
        }
        let is_moved = row.line(half).is_some_and(|line| self.diff.moved(half, line).is_some());
        let sign = match row.kind {
            LineRowKind::Added | LineRowKind::Removed | LineRowKind::Changed if is_moved => "\u{bb}",
            LineRowKind::Added => "+",
            LineRowKind::Removed => "-",
            LineRowKind::Changed => "~",
            LineRowKind::Same | LineRowKind::Gap(_) => return,
        };
        let at = pos2(right + SIGN_WIDTH / 2.0 - 2.0, rect.center().y);
        let colour = tone.map_or(self.tokens.muted, |tone| tone.text);
        self.painter.text(at, Align2::CENTER_CENTER, sign, self.metrics.font.clone(), colour);
    }
}
