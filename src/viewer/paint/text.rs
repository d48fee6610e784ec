//! The lines of both sides: one list of rows, moved and marked by keys and pointer, and what a screen reader hears.

use egui::{Id, Rect, Response, Sense, Ui, pos2, vec2};

use super::keys;
use super::line::{LineStyle, Placed, RowMetrics};
use super::rows::{Columns, paint};
use super::{Given, gap, list, menu, ruler};
use crate::text::with_thousands;
use crate::toolkit::theme::{Tokens, text};
use crate::viewer::layout::{
    Caret, Column, Layout, LineRowKind, PaneRequest, PaneState, Rows, Selection, Spot,
};
use crate::viewer::model::{Half, LineDiff, is_word};
use crate::words::{contents as words, fill};

/// Room above and below the characters of a row.
const ROW_PADDING: f32 = 2.0;
/// Characters of what is shown that should be in view, at least.
const REVEALED_CHARS: f32 = 8.0;
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
    let height = whole.height() - super::head::heads_height(ui) - SIDE_BAR_HEIGHT;
    state.visible = (height / metrics.row_height).max(1.0);
    state.lay_out(diff, whole.width() / metrics.char_width);
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
    if let Some(spot) = state.reveals.take() {
        reveal(spot, diff, state, &columns, &metrics);
        state.revealed = Some(spot);
    }
    paint(ui, given, diff, state, &columns, &metrics, rows_area);
    let label = row_label(given, diff, state);
    list::present_row(ui, row_id, rows_area, metrics.row_height, &state.place, &label);
    gap::buttons_ui(ui, diff, state, rows_area, &metrics);
    let bar = Rect::from_min_max(pos2(rows_area.right(), area.top()), area.max);
    let count = state.rows().map_or(0, Rows::count);
    state.mark_text(diff, bar.height());
    let room = (count, state.visible);
    let noted: Vec<u64> = given
        .noted
        .iter()
        .filter_map(|(at, _)| state.rows().and_then(|rows| rows.row_of_line(diff, at.half, at.line)))
        .collect();
    ruler::ruler_ui(ui, bar, id.with("ruler"), (&state.marks, &noted), &mut state.place.scroll, room);
    side_bar_ui(ui, area, &columns, state, id);
    menu::context_menu(&response, given, diff, state, out);
    announce(ui, given, state, id);
}

fn metrics(ui: &Ui) -> RowMetrics {
    let font = text::diff_style().resolve(ui.style());
    let small = egui::TextStyle::Small.resolve(ui.style());
    let (char_width, height) = ui.fonts_mut(|fonts| (fonts.glyph_width(&font, '0'), fonts.row_height(&font)));
    let number = egui::FontId::new(small.size, font.family.clone());
    RowMetrics { font, number, small, char_width, row_height: (height + ROW_PADDING).round() }
}

fn take_keys(ui: &Ui, given: &Given<'_>, state: &mut PaneState, row_id: Id, out: &mut Vec<PaneRequest>) {
    if !list::hears_keys(ui, &mut state.takes_focus, row_id) {
        return;
    }
    for (step, is_marking) in keys::steps(ui) {
        state.step(step, is_marking);
    }
    let is_on_gap = state.rows().is_some_and(|rows| rows.gap(state.place.row).is_some());
    for action in keys::actions(ui, is_on_gap) {
        state.act(given.contents, action, out);
    }
}

/// The wheel moves both columns together.
fn scroll(ui: &Ui, response: &Response, state: &mut PaneState, metrics: &RowMetrics) {
    let Some(count) = state.rows().map(Rows::count) else { return };
    let room = (count, state.visible);
    state.shift -= list::wheel(ui, response, metrics.row_height, &mut state.place.scroll, room);
    // Marking goes on beyond the edges.
    if response.dragged()
        && let Some(pointer) = response.interact_pointer_pos()
    {
        let beyond =
            (pointer.y - response.rect.bottom()).max(0.0) + (pointer.y - response.rect.top()).min(0.0);
        if beyond != 0.0 {
            state.place.scroll.by(f64::from(beyond / metrics.row_height / 4.0), count, state.visible);
            ui.request_repaint();
        }
    }
    state.shift = state.shift.clamp(0.0, state.widest.max(0.0));
}

/// Moves the lines to the side, if need be, so that `spot` is in view.
fn reveal(spot: Spot, diff: &LineDiff, state: &mut PaneState, columns: &Columns, metrics: &RowMetrics) {
    let shown = &state.line(diff, spot.half, spot.line).shown;
    let x = shown.char_of_byte(shown.to_shown(spot.byte)) as f32 * metrics.char_width;
    let width = columns.text(columns.cells[0]).width();
    let is_in_view = x >= state.shift && x + REVEALED_CHARS * metrics.char_width <= state.shift + width;
    if !is_in_view {
        state.shift = (x - width / 3.0).max(0.0);
        // How wide the lines are is known when they are painted; until then it is this wide at least.
        state.widest = state.widest.max(state.shift);
    }
}

/// Marks with the pointer, and makes the row below it the present one.
fn point(
    ui: &Ui,
    response: &Response,
    diff: &LineDiff,
    state: &mut PaneState,
    columns: &Columns,
    metrics: &RowMetrics,
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
        state.place.row = caret.row;
        ui.memory_mut(|memory| memory.request_focus(response.id.with("row")));
    } else if let Some(selection) = &mut state.selection {
        selection.caret = caret;
        state.place.row = caret.row;
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
    metrics: &RowMetrics,
    column: Column,
    top: f32,
    pointer: egui::Pos2,
) -> Caret {
    let rows_down =
        f64::from((pointer.y - top) / metrics.row_height) + f64::from(state.place.scroll.fraction);
    let count = state.rows().map_or(0, Rows::count);
    let number =
        (state.place.scroll.top as f64 + rows_down).clamp(0.0, count.saturating_sub(1) as f64) as u64;
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
    let look = LineStyle {
        tokens: Tokens::from_context(ui),
        tone: None,
        marks: None,
        spans: &[],
        selected: None,
        found: &[],
    };
    let placed = Placed::new(ui.painter(), &drawn.shown, &look, metrics, (state.shift, text.width()));
    let char = placed.char_at(pointer.x - text.left() + state.shift);
    let byte = drawn.shown.to_source(drawn.shown.byte_of_char(char.min(drawn.shown.chars)));
    Caret { row: number, byte }
}

fn mark_word(diff: &LineDiff, state: &mut PaneState, column: Column, at: Caret) {
    let Some(row) = state.rows().and_then(|rows| rows.row(diff, at.row)) else { return };
    let half = Selection { column, anchor: at, caret: at }.half(&row);
    let Some(Ok(line)) = row.line(half).map(|line| diff.lines(half).line(line)) else { return };
    let byte = at.byte.min(line.bytes.len());
    let before = line.bytes[..byte].iter().rev().take_while(|byte| is_word(**byte)).count();
    let after = line.bytes[byte..].iter().take_while(|byte| is_word(**byte)).count();
    let caret = |byte| Caret { row: at.row, byte };
    state.selection = Some(Selection { column, anchor: caret(byte - before), caret: caret(byte + after) });
}

/// What is heard of the present row, also that it moved.
fn row_label(given: &Given<'_>, diff: &LineDiff, state: &mut PaneState) -> String {
    let mut said = row_itself(diff, state);
    let row = state.rows().and_then(|rows| rows.row(diff, state.place.row));
    for half in Half::BOTH {
        let Some(line) = row.as_ref().and_then(|row| row.line(half)) else { continue };
        for note in given.notes_on(half, line) {
            said = fill(words::ROW_NOTED, &[("row", &said), ("note", note)]);
        }
    }
    let other = row
        .filter(|row| row.hunk.is_some())
        .and_then(|row| Half::BOTH.into_iter().find_map(|half| diff.other_end(half, row.line(half)?)));
    match other {
        Some((_, line)) => fill(words::ROW_MOVED, &[("row", &said), ("n", &(line + 1).to_string())]),
        None => said,
    }
}

/// Content first, then what happened to it, then its number.
fn row_itself(diff: &LineDiff, state: &mut PaneState) -> String {
    let Some(rows) = state.rows() else { return String::new() };
    if let Some(gap) = rows.gap(state.place.row) {
        let template = if gap.length == 1 { words::GAP_ROW_ONE } else { words::GAP_ROW_SEVERAL };
        return fill(template, &[("n", &with_thousands(gap.length as u64))]);
    }
    let Some(row) = rows.row(diff, state.place.row) else { return words::LINE_NONE.to_owned() };
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
    list::document(ui, id, &label);
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
