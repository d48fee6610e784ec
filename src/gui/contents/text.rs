//! The lines of both sides: one list of rows, painted in one pass.

use egui::{Align2, EventFilter, Id, Painter, Rect, Response, Sense, Ui, pos2, vec2};

use super::highlight::Highlights;
use super::keys::{self, Step};
use super::line::{Look, Metrics, Placed, paint_line};
use super::ruler;
use super::state::{PaneAction, PaneRequest, PaneState};
use super::{Given, gap, menu};
use crate::gui::theme::{ChangeTone, Tokens};
use crate::present::contents::{
    Caret, Column, Half, Layout, Row, RowKind, Rows, Selection, Standing, TextDiff,
};
use crate::text::with_thousands;

/// Room above and below the characters of a row.
const ROW_PADDING: f32 = 4.0;
/// Width of the bar at the very left of a changed row.
const BAR_WIDTH: f32 = 3.0;
/// Room at both sides of a line number.
const NUMBER_PADDING: f32 = 8.0;
/// Width of the column with the sign.
const SIGN_WIDTH: f32 = 22.0;
/// Height of the bar that moves lines to the side.
const SIDE_BAR_HEIGHT: f32 = 12.0;

/// The columns of a pane.
struct Columns {
    /// Left and right; in the unified layout only the first one.
    cells: [Rect; 2],
    /// Width of a column of line numbers.
    number: f32,
    layout: Layout,
    standing: Standing,
}

impl Columns {
    fn new(rows: Rect, diff: &TextDiff, layout: Layout, metrics: &Metrics) -> Self {
        let most = Half::BOTH.map(|half| diff.lines(half).count()).into_iter().max().unwrap_or(0);
        let digits = most.max(99).ilog10() + 1;
        // At their smaller size the digits leave a little more room.
        let number = digits as f32 * metrics.char_width + 2.0 * NUMBER_PADDING;
        let middle = rows.center().x.round();
        let cells = match layout {
            Layout::Unified => [rows, Rect::NOTHING],
            Layout::SideBySide => [rows.with_max_x(middle), rows.with_min_x(middle + 1.0)],
        };
        Self { cells, number, layout, standing: diff.standing() }
    }

    /// How many columns of numbers stand in a cell.
    fn numbers(&self) -> usize {
        match (self.layout, self.standing) {
            (Layout::SideBySide, _) | (_, Standing::Only(_) | Standing::Alone(_)) => 1,
            (Layout::Unified, _) => 2,
        }
    }

    /// The part of a cell in which lines are drawn.
    fn text(&self, cell: Rect) -> Rect {
        cell.with_min_x(cell.left() + BAR_WIDTH + self.numbers() as f32 * self.number + SIGN_WIDTH)
    }
}

/// Draws the lines and answers to keys and pointer.
pub(super) fn text_ui(
    ui: &mut Ui,
    given: &Given<'_>,
    diff: &TextDiff,
    state: &mut PaneState,
    out: &mut Vec<PaneRequest>,
) {
    let metrics = metrics(ui);
    let whole = ui.available_rect_before_wrap();
    // A file opens at its first change, so how much is in view has to be known before the rows are laid out.
    state.visible = (rows_height(whole) / metrics.row_height).max(1.0);
    state.lay_out(diff, whole.width());
    super::head::heads_ui(ui, given.contents, state.rows().map(Rows::layout));
    let area = ui.available_rect_before_wrap();
    let rows_area = area.with_max_x(area.right() - ruler::WIDTH);
    let rows_area = rows_area.with_max_y(rows_area.bottom() - SIDE_BAR_HEIGHT);
    ui.advance_cursor_after_rect(area);
    let Some(layout) = state.rows().map(Rows::layout) else { return };
    state.visible = (rows_area.height() / metrics.row_height).max(1.0);
    let columns = Columns::new(rows_area, diff, layout, &metrics);
    let id = ui.make_persistent_id("text pane");
    let response = ui.interact(rows_area, id, Sense::click_and_drag());
    let row_id = id.with("row");
    take_keys(ui, given, state, row_id, out);
    scroll(ui, &response, state, &metrics);
    point(ui, &response, diff, state, &columns, &metrics);
    let painted = paint(ui, given, diff, state, &columns, &metrics, rows_area);
    focus_row(ui, diff, state, row_id, painted, rows_area, &metrics);
    gap::buttons_ui(ui, diff, state, rows_area, &metrics);
    let bar = Rect::from_min_max(pos2(rows_area.right(), area.top()), area.max);
    let count = state.rows().map_or(0, Rows::count);
    let mut marks = std::mem::take(&mut state.marks);
    if let Some(rows) = state.rows() {
        marks.of_text(diff, rows, state.rows_version, bar.height());
    }
    ruler::ruler_ui(ui, bar, id.with("ruler"), &marks, &mut state.scroll, count, state.visible);
    state.marks = marks;
    side_bar_ui(ui, area, &columns, state, id);
    menu::context_menu(&response, given, diff, state, out);
    announce(ui, given, state, id);
}

fn rows_height(whole: Rect) -> f32 {
    whole.height() - super::head::HEAD_HEIGHT - SIDE_BAR_HEIGHT
}

fn metrics(ui: &Ui) -> Metrics {
    let font = egui::TextStyle::Monospace.resolve(ui.style());
    let small = egui::TextStyle::Small.resolve(ui.style());
    let (char_width, height) = ui.fonts_mut(|fonts| (fonts.glyph_width(&font, '0'), fonts.row_height(&font)));
    let number = egui::FontId::new(small.size, font.family.clone());
    Metrics { font, number, small, char_width, row_height: (height + ROW_PADDING).round() }
}

/// Keys work when the row has the focus or nobody has it.
fn take_keys(ui: &Ui, given: &Given<'_>, state: &mut PaneState, row_id: Id, out: &mut Vec<PaneRequest>) {
    if std::mem::take(&mut state.takes_focus) && ui.memory(|memory| memory.focused().is_none()) {
        ui.memory_mut(|memory| memory.request_focus(row_id));
    }
    let has_focus = ui.memory(|memory| memory.has_focus(row_id));
    if has_focus {
        let filter =
            EventFilter { horizontal_arrows: true, vertical_arrows: true, tab: false, escape: false };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(row_id, filter));
    }
    if !has_focus && ui.memory(|memory| memory.focused().is_some()) {
        return;
    }
    for (step, is_marking) in keys::steps(ui) {
        take_step(state, step, is_marking);
    }
    let is_on_gap = state.rows().is_some_and(|rows| rows.gap(state.row).is_some());
    for action in keys::actions(ui, is_on_gap) {
        state.act(given.contents, action, out);
    }
}

fn take_step(state: &mut PaneState, step: Step, is_marking: bool) {
    let Some(rows) = state.rows() else { return };
    let (count, layout) = (rows.count(), rows.layout());
    let page = (state.visible as i64 - 1).max(1);
    let row = state.row as i64;
    let target = match step {
        Step::Rows(rows) => row + rows,
        Step::Pages(pages) => row + pages * page,
        Step::First => 0,
        Step::Last => count as i64 - 1,
        Step::Sideways(chars) => {
            state.shift = (state.shift + chars * 8.0).clamp(0.0, state.widest);
            return;
        }
        Step::LineStart => return state.shift = 0.0,
        Step::LineEnd => return state.shift = state.widest,
    };
    let target = target.clamp(0, (count as i64 - 1).max(0)) as u64;
    if is_marking {
        let column = if layout == Layout::Unified { Column::All } else { Column::Side(Half::Right) };
        let anchor = Caret { row: state.row, byte: 0 };
        let mut selection = state.selection.unwrap_or(Selection { column, anchor, caret: anchor });
        selection.caret = Caret { row: target, byte: 0 };
        state.selection = Some(selection);
    } else {
        state.selection = None;
    }
    state.row = target;
    if let Step::Pages(pages) = step {
        state.scroll.by((pages * page) as f64, count, state.visible);
    }
    state.scroll.reveal(target, count, state.visible);
}

/// The wheel moves both columns together.
fn scroll(ui: &Ui, response: &Response, state: &mut PaneState, metrics: &Metrics) {
    let Some(count) = state.rows().map(Rows::count) else { return };
    state.scroll.keep_within(count, state.visible);
    if response.contains_pointer() {
        let delta = ui.input_mut(|input| std::mem::take(&mut input.smooth_scroll_delta));
        state.scroll.by(f64::from(-delta.y / metrics.row_height), count, state.visible);
        state.shift -= delta.x;
    }
    // Marking goes on beyond the edges.
    if response.dragged()
        && let Some(pointer) = response.interact_pointer_pos()
    {
        let beyond =
            (pointer.y - response.rect.bottom()).max(0.0) + (pointer.y - response.rect.top()).min(0.0);
        if beyond != 0.0 {
            state.scroll.by(f64::from(beyond / metrics.row_height / 4.0), count, state.visible);
            ui.request_repaint();
        }
    }
    state.shift = state.shift.clamp(0.0, state.widest.max(0.0));
}

/// Marks with the pointer, and makes the row below it the present one.
fn point(
    ui: &Ui,
    response: &Response,
    diff: &TextDiff,
    state: &mut PaneState,
    columns: &Columns,
    metrics: &Metrics,
) {
    let Some(pointer) = response.interact_pointer_pos() else { return };
    let begins = response.drag_started() || response.clicked();
    if !begins && !response.dragged() {
        return;
    }
    let origin = ui.input(|input| input.pointer.press_origin()).unwrap_or(pointer);
    let top = response.rect.top();
    let column = match (columns.layout, state.selection) {
        (Layout::Unified, _) => Column::All,
        (Layout::SideBySide, Some(selection)) if !begins => selection.column,
        (Layout::SideBySide, _) if origin.x < columns.cells[1].left() => Column::Side(Half::Left),
        (Layout::SideBySide, _) => Column::Side(Half::Right),
    };
    let caret = caret_at(ui, diff, state, columns, metrics, column, top, pointer);
    let is_extending = ui.input(|input| input.modifiers.shift);
    if begins {
        let start = match response.drag_started() {
            true => caret_at(ui, diff, state, columns, metrics, column, top, origin),
            false => caret,
        };
        let anchor = match state.selection {
            Some(selection) if is_extending => selection.anchor,
            _ => start,
        };
        state.selection = Some(Selection { column, anchor, caret });
        state.row = caret.row;
        ui.memory_mut(|memory| memory.request_focus(response.id.with("row")));
    } else if let Some(selection) = &mut state.selection {
        selection.caret = caret;
        state.row = caret.row;
    }
    if response.double_clicked() {
        mark_word(diff, state, column, caret);
    }
}

#[expect(clippy::too_many_arguments, reason = "where something is depends on everything that was laid out")]
fn caret_at(
    ui: &Ui,
    diff: &TextDiff,
    state: &mut PaneState,
    columns: &Columns,
    metrics: &Metrics,
    column: Column,
    top: f32,
    pointer: egui::Pos2,
) -> Caret {
    let rows_down = f64::from((pointer.y - top) / metrics.row_height) + f64::from(state.scroll.fraction);
    let count = state.rows().map_or(0, Rows::count);
    let number = (state.scroll.top as f64 + rows_down).clamp(0.0, count.saturating_sub(1) as f64) as u64;
    let nothing = Caret { row: number, byte: 0 };
    let Some(row) = state.rows().and_then(|rows| rows.row(diff, number)) else { return nothing };
    let half = Selection { column, anchor: nothing, caret: nothing }.half(&row);
    let Some(line) = row.line(half) else { return nothing };
    let cell = match column {
        Column::Side(Half::Right) => columns.cells[1],
        _ => columns.cells[0],
    };
    let text = columns.text(cell);
    let drawn = state.line(diff, half, line);
    let look = Look { tokens: Tokens::of(ui), tone: None, marks: None, spans: &[], selected: None };
    let placed = Placed::new(ui.painter(), &drawn.shown, &look, metrics, (state.shift, text.width()));
    let char = placed.char_at(pointer.x - text.left() + state.shift);
    let byte = drawn.shown.to_source(drawn.shown.byte_of_char(char.min(drawn.shown.chars)));
    Caret { row: number, byte }
}

fn mark_word(diff: &TextDiff, state: &mut PaneState, column: Column, at: Caret) {
    let Some(row) = state.rows().and_then(|rows| rows.row(diff, at.row)) else { return };
    let half = Selection { column, anchor: at, caret: at }.half(&row);
    let Some(Ok(line)) = row.line(half).map(|line| diff.lines(half).line(line)) else { return };
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80;
    let byte = at.byte.min(line.bytes.len());
    let before = line.bytes[..byte].iter().rev().take_while(|byte| is_word(byte)).count();
    let after = line.bytes[byte..].iter().take_while(|byte| is_word(byte)).count();
    let caret = |byte| Caret { row: at.row, byte };
    state.selection = Some(Selection { column, anchor: caret(byte - before), caret: caret(byte + after) });
}

/// Paints all rows in view; returns what a screen reader is told about the present one.
fn paint(
    ui: &Ui,
    given: &Given<'_>,
    diff: &TextDiff,
    state: &mut PaneState,
    columns: &Columns,
    metrics: &Metrics,
    area: Rect,
) -> Option<Rect> {
    let painter = ui.painter_at(area);
    let tokens = Tokens::of(ui);
    painter.rect_filled(area, 0, tokens.card());
    let count = state.rows().map_or(0, Rows::count);
    let mut present = None;
    let mut widest = 0.0_f32;
    for step in 0..=state.visible.ceil() as u64 {
        let number = state.scroll.top + step;
        if number >= count {
            break;
        }
        let y = area.top() + (step as f32 - state.scroll.fraction) * metrics.row_height;
        let line = Rect::from_min_size(pos2(area.left(), y.round()), vec2(area.width(), metrics.row_height));
        let Some(row) = state.rows().and_then(|rows| rows.row(diff, number)) else { break };
        let mut row_painter = RowPainter {
            painter: &painter,
            tokens,
            metrics,
            columns,
            diff,
            highlights: given.highlights,
            state,
        };
        widest = widest.max(row_painter.row(number, &row, line));
        if number == state.row {
            present = Some(line);
        }
    }
    if columns.layout == Layout::SideBySide {
        painter.vline(columns.cells[0].right() + 0.5, area.y_range(), (1.0, tokens.outline));
    }
    let cell = columns.text(columns.cells[0]);
    state.widest = state.widest.max(widest - cell.width() + 4.0 * metrics.char_width).max(0.0);
    present
}

/// What a row needs to be painted.
struct RowPainter<'a> {
    painter: &'a Painter,
    tokens: &'a Tokens,
    metrics: &'a Metrics,
    columns: &'a Columns,
    diff: &'a TextDiff,
    highlights: Option<&'a Highlights>,
    state: &'a mut PaneState,
}

impl RowPainter<'_> {
    /// Paints a row and returns how far its text reaches.
    fn row(&mut self, number: u64, row: &Row, rect: Rect) -> f32 {
        if let Some(gap) = self.state.rows().and_then(|rows| rows.gap(number)) {
            let section = self.state.section(self.diff, gap.number, gap.right + gap.length);
            gap::paint(self.painter, rect, gap, section, self.tokens, self.metrics);
            return 0.0;
        }
        let is_wide = self.state.wide_hunks
            && row.hunk.is_some_and(|hunk| self.diff.hunks()[hunk as usize].is_one_sided());
        match self.columns.layout {
            Layout::Unified => {
                let half = if row.kind == RowKind::Removed { Half::Left } else { Half::Right };
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
    fn cell(&mut self, number: u64, row: &Row, half: Half, rect: Rect, column: Column) -> f32 {
        let Some(line) = row.line(half) else {
            self.painter.rect_filled(rect, 0, self.tokens.page());
            return 0.0;
        };
        let tone = self.tone(row.kind, half);
        if let Some(tone) = tone {
            self.painter.rect_filled(rect, 0, tone.line);
            let bar = rect.with_max_x(rect.left() + BAR_WIDTH);
            self.painter.rect_filled(bar, 0, tone.mark);
        }
        self.numbers(row, half, rect, tone);
        let refined = row.hunk.map(|hunk| (hunk, self.state.refined(self.diff, hunk)));
        let marks = refined.as_ref().map(|(hunk, refined)| {
            let hunk = &self.diff.hunks()[*hunk as usize];
            let first = if half == Half::Left { hunk.left.start } else { hunk.right.start };
            refined.marks(half, line - first)
        });
        // That a line which only one side has was not compared with another goes without saying.
        let marks =
            marks.filter(|_| row.hunk.is_some_and(|hunk| !self.diff.hunks()[hunk as usize].is_one_sided()));
        let drawn = self.state.line(self.diff, half, line);
        let selection = self.state.selection.filter(|selection| selection.column == column);
        let look = Look {
            tokens: self.tokens,
            tone,
            marks,
            spans: self.highlights.map_or(&[], |highlights| highlights.line(half, line)),
            selected: selection.and_then(|selection| selection.part(number, drawn.shown.source_bytes())),
        };
        let text = self.columns.text(rect);
        paint_line(self.painter, text, self.state.shift, &drawn, &look, self.metrics).right()
    }

    fn tone(&self, kind: RowKind, half: Half) -> Option<ChangeTone> {
        match (kind, half) {
            (RowKind::Added, _) | (RowKind::Changed, Half::Right) => Some(self.tokens.added),
            (RowKind::Removed, _) | (RowKind::Changed, Half::Left) => Some(self.tokens.removed),
            (RowKind::Same | RowKind::Gap(_), _) => None,
        }
    }

    /// Line numbers and the sign.
    fn numbers(&self, row: &Row, half: Half, rect: Rect, tone: Option<ChangeTone>) {
        let numbers = match self.columns.numbers() {
            1 => vec![row.line(half)],
            _ => vec![row.left, row.right],
        };
        let mut right = rect.left() + BAR_WIDTH;
        for line in numbers {
            right += self.columns.number;
            let Some(line) = line else { continue };
            let at = pos2(right - NUMBER_PADDING, rect.center().y);
            let colour = tone.map_or(self.tokens.muted, |tone| tone.text);
            self.painter.text(at, Align2::RIGHT_CENTER, line + 1, self.metrics.number.clone(), colour);
        }
        let sign = match row.kind {
            RowKind::Added => "+",
            RowKind::Removed => "-",
            RowKind::Changed => "~",
            RowKind::Same | RowKind::Gap(_) => return,
        };
        let at = pos2(right + SIGN_WIDTH / 2.0 - 2.0, rect.center().y);
        let colour = tone.map_or(self.tokens.muted, |tone| tone.text);
        self.painter.text(at, Align2::CENTER_CENTER, sign, self.metrics.font.clone(), colour);
    }
}

/// The one node of the rows that has the focus: content first, then what happened to it, then its number.
fn focus_row(
    ui: &Ui,
    diff: &TextDiff,
    state: &mut PaneState,
    id: Id,
    present: Option<Rect>,
    area: Rect,
    metrics: &Metrics,
) {
    let rect = present.unwrap_or_else(|| area.with_max_y(area.top() + metrics.row_height));
    let response = ui.interact(rect, id, Sense::focusable_noninteractive());
    let label = row_label(diff, state);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ListItem, true, &label));
    if response.has_focus() && present.is_some() {
        let ring = rect.shrink(0.5);
        ui.painter_at(area).rect_stroke(ring, 2, (1.5, Tokens::of(ui).focus), egui::StrokeKind::Inside);
    }
}

fn row_label(diff: &TextDiff, state: &mut PaneState) -> String {
    let Some(rows) = state.rows() else { return String::new() };
    if let Some(gap) = rows.gap(state.row) {
        let lines = if gap.length == 1 { "line" } else { "lines" };
        return format!("{} unchanged {lines} left out. Enter shows more", with_thousands(gap.length.into()));
    }
    let Some(row) = rows.row(diff, state.row) else { return "No lines".to_owned() };
    let mut text = |half, line: Option<u32>| {
        let line = line?;
        let shown = &state.line(diff, half, line).shown.text;
        Some((if shown.trim().is_empty() { "Empty line".to_owned() } else { shown.clone() }, line + 1))
    };
    let (left, right) = (text(Half::Left, row.left), text(Half::Right, row.right));
    match (row.kind, left, right) {
        (RowKind::Changed, Some((old, at)), Some((new, to))) => {
            format!("{new}, changed from {old}, line {to}, before line {at}")
        }
        (RowKind::Removed, Some((old, at)), _) => format!("{old}, removed, line {at}"),
        (RowKind::Added, _, Some((new, at))) => format!("{new}, added, line {at}"),
        (_, _, Some((same, at))) | (_, Some((same, at)), _) => format!("{same}, unchanged, line {at}"),
        _ => String::new(),
    }
}

/// The pane as a document, and what was just done.
fn announce(ui: &Ui, given: &Given<'_>, state: &PaneState, id: Id) {
    let (place, count) = state.position(given.contents);
    let name = crate::text::escape_line(given.contents.path.as_str());
    let label = match (place, count) {
        (_, 0) => format!("{name}, no changed lines"),
        (0, _) => format!("Changes in {name}, {count} places"),
        _ => format!("Changes in {name}, hunk {place} of {count}"),
    };
    ui.accesskit_node_builder(id, |node| {
        node.set_role(egui::accesskit::Role::Document);
        node.set_label(label.as_str());
    });
}

/// The bar below, with which lines are moved to the side.
fn side_bar_ui(ui: &Ui, area: Rect, columns: &Columns, state: &mut PaneState, id: Id) {
    let tokens = Tokens::of(ui);
    let bar = Rect::from_min_max(
        pos2(area.left(), area.bottom() - SIDE_BAR_HEIGHT),
        pos2(area.right() - ruler::WIDTH, area.bottom()),
    );
    ui.painter().rect_filled(bar, 0, tokens.page());
    if state.widest <= 0.0 {
        return;
    }
    let width = columns.text(columns.cells[0]).width();
    let length = (bar.width() * width / (width + state.widest)).max(28.0);
    let room = bar.width() - length;
    let response = ui.interact(bar, id.with("side bar"), Sense::drag());
    if response.dragged() {
        state.shift = (state.shift + response.drag_delta().x / room * state.widest).clamp(0.0, state.widest);
    }
    let left = bar.left() + room * state.shift / state.widest;
    let thumb = Rect::from_min_size(pos2(left, bar.top() + 3.0), vec2(length, SIDE_BAR_HEIGHT - 5.0));
    let colour = if response.hovered() || response.dragged() { tokens.edge } else { tokens.outline };
    ui.painter().rect_filled(thumb, 4, colour);
}

/// Actions for the menu that comes with the right button.
pub(super) fn menu_actions(diff: &TextDiff) -> Vec<(&'static str, PaneAction)> {
    let both = diff.standing() == Standing::Compared;
    let all = [
        ("Copy", PaneAction::Copy, true),
        ("Copy what was before", PaneAction::CopySide(Half::Left), both),
        ("Copy what is after", PaneAction::CopySide(Half::Right), both),
        ("Copy hunk as a patch", PaneAction::CopyAsPatch, !diff.hunks().is_empty()),
        ("Copy path", PaneAction::CopyPath, true),
        ("Mark everything", PaneAction::SelectAll, true),
        ("Full width for lines of one side", PaneAction::ToggleWideHunks, both),
    ];
    all.into_iter().filter(|(_, _, is_there)| *is_there).map(|(words, action, _)| (words, action)).collect()
}
