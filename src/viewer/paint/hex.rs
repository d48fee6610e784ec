//! The bytes of both sides: sixteen in a row, aligned where something was inserted or removed.

use std::ops::Range;

use egui::text::{ByteIndex, LayoutJob, LayoutSection, TextFormat};
use egui::{Align2, Color32, FontId, Rect, Sense, Ui, pos2, vec2};

use super::{Given, head, keys, list, ruler};
use crate::toolkit::theme::{ChangeTone, Tokens};
use crate::viewer::layout::{Layout, PaneRequest, PaneState};
use crate::viewer::model::{Half, HexDiff, HexRow, ViewedContents};
use crate::words::{contents as words, fill};

/// Characters of an address: enough for every file that a bundle can have.
const ADDRESS_CHARS: usize = 10;
/// Characters of one side: address, bytes with a blank behind each, letters.
const SIDE_CHARS: usize = ADDRESS_CHARS + 2 + 16 * 3 + 2 + 16 + 2;
/// The smallest characters that can be read, and the largest that make sense, in points.
const FONT_SIZES: (f32, f32) = (9.0, 14.0);

/// Draws the bytes and answers to keys and pointer.
pub(super) fn hex_ui(ui: &mut Ui, given: &Given<'_>, state: &mut PaneState, out: &mut Vec<PaneRequest>) {
    let Some(diff) = given.contents.bytes() else {
        if !std::mem::replace(&mut state.asked.bytes, true) {
            out.push(PaneRequest::CompareBytes);
        }
        head::waiting_ui(ui, words::BYTES_WAIT);
        return;
    };
    let halves: Vec<_> =
        Half::BOTH.into_iter().filter(|half| given.contents.content(*half).is_some()).collect();
    let width = ui.available_width() - ruler::WIDTH;
    let is_stacked = halves.len() > 1 && fitting(ui, width, halves.len()) < FONT_SIZES.0;
    let layout = if is_stacked { Layout::Unified } else { Layout::SideBySide };
    head::heads_ui(ui, given.contents, Some(layout));
    let area = ui.available_rect_before_wrap();
    ui.advance_cursor_after_rect(area);
    let rows = area.with_max_x(area.right() - ruler::WIDTH);
    let sheet = HexSheet::new(ui, rows, halves, is_stacked);
    state.visible = (rows.height() / sheet.row_height).max(1.0);
    let id = ui.make_persistent_id("hex pane");
    let response = ui.interact(rows, id, Sense::click());
    take_keys(ui, given, diff, state, id, out);
    let room = (diff.rows(), state.visible);
    list::wheel(ui, &response, sheet.row_height, &mut state.hex.place.scroll, room);
    if response.clicked()
        && let Some(pointer) = response.interact_pointer_pos()
    {
        let down = (pointer.y - rows.top()) / sheet.row_height + state.hex.place.scroll.fraction;
        state.hex.place.row = (state.hex.place.scroll.top + down as u64).min(diff.rows().saturating_sub(1));
        ui.memory_mut(|memory| memory.request_focus(id.with("row")));
    }
    sheet.paint(ui, given.contents, diff, state);
    let label = row_label(given.contents, diff, state);
    list::present_row(ui, id.with("row"), rows, sheet.row_height, &state.hex.place, &label);
    list::document(ui, id, &pane_label(given.contents, state));
    let bar = Rect::from_min_max(pos2(rows.right(), area.top()), area.max);
    state.marks.show_bytes(diff, bar.height());
    let room = (diff.rows(), state.visible);
    ruler::ruler_ui(ui, bar, id.with("ruler"), (&state.marks, &[]), &mut state.hex.place.scroll, room);
}

fn take_keys(
    ui: &Ui,
    given: &Given<'_>,
    diff: &HexDiff,
    state: &mut PaneState,
    id: egui::Id,
    out: &mut Vec<PaneRequest>,
) {
    if !list::hears_keys(ui, &mut state.takes_focus, id.with("row")) {
        return;
    }
    for (step, _) in keys::steps(ui) {
        state.hex.place.step(step, diff.rows(), state.visible);
    }
    for action in keys::actions(ui, false) {
        state.act(given.contents, action, out);
    }
}

/// The size of characters, in points, with which `count` sides beside each other fill `width`.
fn fitting(ui: &Ui, width: f32, count: usize) -> f32 {
    let style = egui::TextStyle::Monospace.resolve(ui.style());
    let unit = ui.fonts_mut(|fonts| fonts.glyph_width(&style, '0')) / style.size;
    let size = width / (count.max(1) * SIDE_CHARS) as f32 / unit;
    (size * 2.0).floor() / 2.0
}

/// Sizes of the sheet, and where its sides are.
struct HexSheet {
    rows: Rect,
    font: FontId,
    char_width: f32,
    row_height: f32,
    /// Each with its part of a row: where it begins and how large it is.
    sides: Vec<(Half, Rect)>,
}

impl HexSheet {
    /// Sides beside each other, or, where there is no room for that, one below the other.
    fn new(ui: &Ui, rows: Rect, halves: Vec<Half>, is_stacked: bool) -> Self {
        let count = halves.len().max(1);
        let beside = if is_stacked { 1 } else { count };
        let size = fitting(ui, rows.width(), beside).clamp(FONT_SIZES.0, FONT_SIZES.1);
        let font = FontId::new(size, egui::TextStyle::Monospace.resolve(ui.style()).family);
        let (char_width, height) =
            ui.fonts_mut(|fonts| (fonts.glyph_width(&font, '0'), fonts.row_height(&font)));
        let size = vec2((rows.width() / beside as f32).round(), (height + 4.0).round());
        let place = |number: usize| match is_stacked {
            true => pos2(0.0, number as f32 * size.y),
            false => pos2(number as f32 * size.x, 0.0),
        };
        let sides = halves.into_iter().enumerate();
        let sides = sides.map(|(number, half)| (half, Rect::from_min_size(place(number), size))).collect();
        let row_height = if is_stacked { size.y * count as f32 } else { size.y };
        Self { rows, font, char_width, row_height, sides }
    }

    fn paint(&self, ui: &Ui, contents: &ViewedContents, diff: &HexDiff, state: &mut PaneState) {
        let tokens = Tokens::from_context(ui);
        let painter = ui.painter_at(self.rows);
        painter.rect_filled(self.rows, 0, tokens.card());
        for (number, line) in list::rows_in_view(self.rows, self.row_height, state.hex.place.scroll) {
            let Some(row) = diff.row(number) else { break };
            self.row(ui, &painter, contents, &row, line, state);
        }
        for (_, side) in self.sides.iter().filter(|(_, side)| side.left() > 0.0) {
            painter.vline(self.rows.left() + side.left(), self.rows.y_range(), (1.0, tokens.outline));
        }
    }

    fn row(
        &self,
        ui: &Ui,
        painter: &egui::Painter,
        contents: &ViewedContents,
        row: &HexRow,
        line: Rect,
        state: &mut PaneState,
    ) {
        let tokens = Tokens::from_context(ui);
        let mut read = |half: Half, range: &Option<Range<u64>>| {
            range.clone().map(|range| (range.start, state.hex.pages.bytes(contents, half, range)))
        };
        let sides = [read(Half::Left, &row.left), read(Half::Right, &row.right)];
        let differs = |at: usize| {
            let byte = |side: &Option<(u64, Result<Vec<u8>, String>)>| {
                side.as_ref().and_then(|(_, bytes)| bytes.as_ref().ok()?.get(at).copied())
            };
            byte(&sides[0]) != byte(&sides[1])
        };
        for (half, side) in &self.sides {
            let cell = side.translate(line.min.to_vec2()).intersect(line);
            let tone = half.of(tokens.removed, tokens.added);
            match &sides[*half as usize] {
                None => _ = painter.rect_filled(cell, 0, tokens.page()),
                Some((address, Ok(bytes))) => {
                    let changed: Vec<_> =
                        (0..bytes.len()).map(|at| self.sides.len() > 1 && differs(at)).collect();
                    self.side(painter, tokens, cell, *address, row.column, bytes, &changed, tone);
                }
                Some((_, Err(reason))) => {
                    let at = cell.left_center() + vec2(8.0, 0.0);
                    painter.text(at, Align2::LEFT_CENTER, reason, self.font.clone(), tokens.caution.text);
                }
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "a row of bytes is all of this")]
    fn side(
        &self,
        painter: &egui::Painter,
        tokens: &Tokens,
        cell: Rect,
        address: u64,
        column: usize,
        bytes: &[u8],
        changed: &[bool],
        tone: ChangeTone,
    ) {
        let painter = painter.with_clip_rect(cell.intersect(painter.clip_rect()));
        let any = changed.iter().any(|changed| *changed);
        if any {
            painter.rect_filled(cell, 0, tone.line);
            painter.rect_filled(cell.with_max_x(cell.left() + 3.0), 0, tone.mark);
        }
        let x = |char: usize| cell.left() + 8.0 + char as f32 * self.char_width;
        let middle = cell.center().y;
        let hex = ADDRESS_CHARS + 2;
        let letters = hex + 16 * 3 + 2;
        let at = pos2(x(0), middle);
        let number = format!("{address:0width$x}", width = ADDRESS_CHARS - 2);
        painter.text(at, Align2::LEFT_CENTER, number, self.font.clone(), tokens.muted);
        for (place, _) in changed.iter().enumerate().filter(|(_, changed)| **changed) {
            let first = place + column;
            let box_of =
                |from: f32, to: f32| Rect::from_x_y_ranges(from..=to, cell.shrink2(vec2(0.0, 1.0)).y_range());
            // Neighbours run together; the blank between groups belongs to them.
            let goes_on = changed.get(place + 1) == Some(&true);
            let from = x(hex + first * 3) - 1.0;
            let to = if goes_on { x(hex + first * 3 + 3) } else { x(hex + first * 3 + 2) + 1.0 };
            painter.rect_filled(box_of(from, to), 0, tone.word);
            painter.rect_filled(box_of(x(letters + first), x(letters + first + 1)), 0, tone.word);
        }
        let top = cell.top() + 2.0;
        let digits = self.job(bytes, changed, 3, tokens, |byte| format!("{byte:02x} "));
        painter.galley(pos2(x(hex + column * 3), top), painter.layout_job(digits), tokens.text);
        let signs = self.job(bytes, changed, 1, tokens, |byte| match byte {
            b' '..=b'~' => char::from(byte).to_string(),
            _ => "\u{b7}".to_owned(),
        });
        painter.galley(pos2(x(letters + column), top), painter.layout_job(signs), tokens.text);
    }

    /// Bytes in characters; those that say nothing, zero and what is no letter, are quiet.
    fn job(
        &self,
        bytes: &[u8],
        changed: &[bool],
        chars: usize,
        tokens: &Tokens,
        spell: impl Fn(u8) -> String,
    ) -> LayoutJob {
        let mut job = LayoutJob { break_on_newline: false, ..LayoutJob::default() };
        job.wrap.max_width = f32::INFINITY;
        let mut begin = 0;
        let colour = |at: usize| -> Color32 {
            let is_quiet = bytes[at] == 0 || (chars == 1 && !matches!(bytes[at], b' '..=b'~'));
            if is_quiet && !changed[at] { tokens.muted } else { tokens.text }
        };
        for at in 0..bytes.len() {
            job.text.push_str(&spell(bytes[at]));
            if at + 1 == bytes.len() || colour(at + 1) != colour(at) {
                let format =
                    TextFormat { font_id: self.font.clone(), color: colour(at), ..TextFormat::default() };
                let byte_range = ByteIndex(begin)..ByteIndex(job.text.len());
                job.sections.push(LayoutSection { leading_space: 0.0, byte_range, format });
                begin = job.text.len();
            }
        }
        job
    }
}

/// What is heard of the bytes.
fn pane_label(contents: &ViewedContents, state: &PaneState) -> String {
    let (number, count) = state.position(contents);
    let name = crate::text::escape_line(contents.path.as_str());
    let template = match number {
        0 if count == 0 => words::BYTES_PANE,
        0 => words::BYTES_PANE_PLACES,
        _ => words::BYTES_PANE_PLACE,
    };
    let (number, count) = (number.to_string(), count.to_string());
    fill(template, &[("name", &name), ("place", &number), ("n", &count)])
}

fn row_label(contents: &ViewedContents, diff: &HexDiff, state: &mut PaneState) -> String {
    let Some(row) = diff.row(state.hex.place.row) else { return words::BYTES_NONE.to_owned() };
    let mut spell = |half: Half, range: &Option<Range<u64>>| {
        let range = range.clone()?;
        let bytes = state.hex.pages.bytes(contents, half, range.clone()).ok()?;
        let digits: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        Some((digits.join(" "), format!("{:#x}", range.start)))
    };
    match (spell(Half::Left, &row.left), spell(Half::Right, &row.right)) {
        (Some((old, _)), Some((new, at))) if old == new => {
            fill(words::BYTES_ROW_SAME, &[("bytes", &new), ("at", &at)])
        }
        (Some((old, _)), Some((new, at))) => {
            fill(words::BYTES_ROW_CHANGED, &[("new", &new), ("old", &old), ("at", &at)])
        }
        (Some((old, at)), None) => fill(words::BYTES_ROW_ONLY_BEFORE, &[("bytes", &old), ("at", &at)]),
        (None, Some((new, at))) => fill(words::BYTES_ROW_ONLY_AFTER, &[("bytes", &new), ("at", &at)]),
        (None, None) => words::BYTES_UNREADABLE.to_owned(),
    }
}
