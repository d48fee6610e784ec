//! The lines of both sides: one list of rows, moved and marked by keys and pointer, and what a screen reader hears.

use egui::{EventFilter, Id, Rect, Response, Sense, Ui, pos2, vec2};

use super::keys::{self, KeyStep};
use super::line::{LineStyle, Metrics, Placed};
use super::rows::{Columns, paint};
use super::state::{PaneRequest, PaneState};
use super::{Given, gap, menu, ruler};
use crate::text::with_thousands;
use crate::toolkit::theme::Tokens;
use crate::viewer::layout::{Caret, Column, Layout, LineRowKind, Rows, Selection};
use crate::viewer::model::{Half, LineDiff};
use crate::words::{contents as words, fill};

/// Room above and below the characters of a row.
const ROW_PADDING: f32 = 4.0;
/// Height of the bar that moves lines to the side.
const SIDE_BAR_HEIGHT: f32 = 12.0;

/// Draws the lines and answers to keys and pointer.
pub(super) fn text_ui(
    ui: &mut Ui,
    given: &Given<'_>,
    diff: &LineDiff,
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

fn take_step(state: &mut PaneState, step: KeyStep, is_marking: bool) {
    let Some(rows) = state.rows() else { return };
    let (count, layout) = (rows.count(), rows.layout());
    let page = (state.visible as i64 - 1).max(1);
    let row = state.row as i64;
    let target = match step {
        KeyStep::Rows(rows) => row + rows,
        KeyStep::Pages(pages) => row + pages * page,
        KeyStep::First => 0,
        KeyStep::Last => count as i64 - 1,
        KeyStep::Sideways(chars) => {
            state.shift = (state.shift + chars * 8.0).clamp(0.0, state.widest);
            return;
        }
        KeyStep::LineStart => return state.shift = 0.0,
        KeyStep::LineEnd => return state.shift = state.widest,
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
    if let KeyStep::Pages(pages) = step {
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
    diff: &LineDiff,
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
    diff: &LineDiff,
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
    let look =
        LineStyle { tokens: Tokens::from_context(ui), tone: None, marks: None, spans: &[], selected: None };
    let placed = Placed::new(ui.painter(), &drawn.shown, &look, metrics, (state.shift, text.width()));
    let char = placed.char_at(pointer.x - text.left() + state.shift);
    let byte = drawn.shown.to_source(drawn.shown.byte_of_char(char.min(drawn.shown.chars)));
    Caret { row: number, byte }
}

fn mark_word(diff: &LineDiff, state: &mut PaneState, column: Column, at: Caret) {
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

/// The one node of the rows that has the focus: content first, then what happened to it, then its number.
fn focus_row(
    ui: &Ui,
    diff: &LineDiff,
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
        ui.painter_at(area).rect_stroke(
            ring,
            2,
            (1.5, Tokens::from_context(ui).focus),
            egui::StrokeKind::Inside,
        );
    }
}

fn row_label(diff: &LineDiff, state: &mut PaneState) -> String {
    let Some(rows) = state.rows() else { return String::new() };
    if let Some(gap) = rows.gap(state.row) {
        let template = if gap.length == 1 { words::GAP_ROW_ONE } else { words::GAP_ROW_SEVERAL };
        return fill(template, &[("n", &with_thousands(gap.length as u64))]);
    }
    let Some(row) = rows.row(diff, state.row) else { return words::LINE_NONE.to_owned() };
    let mut text = |half, line: Option<usize>| {
        let line = line?;
        let shown = &state.line(diff, half, line).shown.text;
        let shown = if shown.trim().is_empty() { words::LINE_EMPTY } else { shown };
        Some((shown.to_owned(), (line + 1).to_string()))
    };
    let (left, right) = (text(Half::Left, row.left), text(Half::Right, row.right));
    match (row.kind, left, right) {
        (LineRowKind::Changed, Some((old, at)), Some((new, to))) => {
            fill(words::ROW_CHANGED, &[("new", &new), ("old", &old), ("to", &to), ("at", &at)])
        }
        (LineRowKind::Removed, Some((line, at)), _) => {
            fill(words::ROW_REMOVED, &[("line", &line), ("at", &at)])
        }
        (LineRowKind::Added, _, Some((line, at))) => fill(words::ROW_ADDED, &[("line", &line), ("at", &at)]),
        (_, _, Some((line, at))) | (_, Some((line, at)), _) => {
            fill(words::ROW_UNCHANGED, &[("line", &line), ("at", &at)])
        }
        _ => String::new(),
    }
}

/// The pane as a document, and what was just done.
fn announce(ui: &Ui, given: &Given<'_>, state: &PaneState, id: Id) {
    let (place, count) = state.position(given.contents);
    let name = crate::text::escape_line(given.contents.path.as_str());
    let template = match (place, count) {
        (_, 0) => words::PANE_UNCHANGED,
        (0, _) => words::PANE_PLACES,
        _ => words::PANE_PLACE,
    };
    let (place, count) = (place.to_string(), count.to_string());
    let label = fill(template, &[("name", &name), ("place", &place), ("n", &count)]);
    ui.accesskit_node_builder(id, |node| {
        node.set_role(egui::accesskit::Role::Document);
        node.set_label(label.as_str());
    });
}

/// The bar below, with which lines are moved to the side.
fn side_bar_ui(ui: &Ui, area: Rect, columns: &Columns, state: &mut PaneState, id: Id) {
    let tokens = Tokens::from_context(ui);
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
