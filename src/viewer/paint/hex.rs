//! The bytes of both sides: sixteen in a row, aligned where something was inserted or removed.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use egui::text::{ByteIndex, LayoutJob, LayoutSection, TextFormat};
use egui::{Align2, Color32, EventFilter, FontId, Rect, Sense, Ui, pos2, vec2};

use super::keys::{self, KeyStep};
use super::ruler::{self, MarkKind};
use super::state::{PaneRequest, PaneState};
use super::{Given, head};
use crate::toolkit::theme::{ChangeTone, Tokens};
use crate::viewer::model::{Half, HexDiff, HexRow, ROW_BYTES, ViewedContents};
use crate::words::{contents as words, fill};

/// Bytes that are read at a time.
const PAGE_BYTES: u64 = 64 << 10;
/// Most pages that are kept: four megabytes.
const MAX_PAGES: usize = 64;
/// Characters of an address: enough for every file that a bundle can have.
const ADDRESS_CHARS: usize = 10;
/// Characters of one side: address, bytes with a blank behind each, letters.
const SIDE_CHARS: usize = ADDRESS_CHARS + 2 + 16 * 3 + 2 + 16 + 2;
/// The smallest characters that are pleasant to read, and the largest that make sense, in points.
const FONT_SIZES: (f32, f32) = (10.0, 14.0);

/// Parts of the contents that were looked at last.
#[derive(Default)]
pub(super) struct Pages(HashMap<(Half, u64), BytePage>);

/// Bytes, or why they cannot be read.
type BytePage = Result<Arc<Vec<u8>>, String>;

impl Pages {
    /// The bytes in `range`, which spans at most two pages.
    fn bytes(&mut self, contents: &ViewedContents, half: Half, range: Range<u64>) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::with_capacity(ROW_BYTES as usize);
        let mut at = range.start;
        while at < range.end {
            let page = at / PAGE_BYTES;
            let begin = page * PAGE_BYTES;
            let end = range.end.min(begin + PAGE_BYTES);
            let part = (at - begin) as usize..(end - begin) as usize;
            bytes.extend_from_slice(self.page(contents, half, page)?.get(part).unwrap_or_default());
            at = end;
        }
        Ok(bytes)
    }

    fn page(&mut self, contents: &ViewedContents, half: Half, page: u64) -> BytePage {
        if self.0.len() >= MAX_PAGES && !self.0.contains_key(&(half, page)) {
            self.0.clear();
        }
        let read = || {
            let content = contents.content(half).ok_or(words::PART_CONTENT_MISSING)?;
            let bytes = content.read_at(page * PAGE_BYTES, PAGE_BYTES as usize);
            bytes.map(Arc::new).map_err(|error| error.to_string())
        };
        self.0.entry((half, page)).or_insert_with(read).clone()
    }
}

/// Draws the bytes and answers to keys and pointer.
pub(super) fn hex_ui(ui: &mut Ui, given: &Given<'_>, state: &mut PaneState, out: &mut Vec<PaneRequest>) {
    let Some(diff) = given.contents.bytes() else {
        if !std::mem::replace(&mut state.asked.bytes, true) {
            out.push(PaneRequest::CompareBytes);
        }
        head::waiting_ui(ui, words::BYTES_WAIT);
        return;
    };
    head::heads_ui(ui, given.contents, Some(crate::viewer::layout::Layout::SideBySide));
    let area = ui.available_rect_before_wrap();
    ui.advance_cursor_after_rect(area);
    let rows = area.with_max_x(area.right() - ruler::WIDTH);
    let halves: Vec<_> =
        Half::BOTH.into_iter().filter(|half| given.contents.content(*half).is_some()).collect();
    let sheet = HexSheet::new(ui, rows, halves);
    state.visible = (rows.height() / sheet.row_height).max(1.0);
    let id = ui.make_persistent_id("hex pane");
    let response = ui.interact(rows, id, Sense::click());
    take_keys(ui, given, diff, state, id, out);
    state.hex.scroll.keep_within(diff.rows(), state.visible);
    if response.contains_pointer() {
        let delta = ui.input_mut(|input| std::mem::take(&mut input.smooth_scroll_delta));
        state.hex.scroll.by(f64::from(-delta.y / sheet.row_height), diff.rows(), state.visible);
    }
    if response.clicked()
        && let Some(pointer) = response.interact_pointer_pos()
    {
        let down = (pointer.y - rows.top()) / sheet.row_height + state.hex.scroll.fraction;
        state.hex.row = (state.hex.scroll.top + down as u64).min(diff.rows().saturating_sub(1));
        ui.memory_mut(|memory| memory.request_focus(id.with("row")));
    }
    sheet.paint(ui, given.contents, diff, state);
    focus_row(ui, given.contents, diff, state, &sheet, id);
    let bar = Rect::from_min_max(pos2(rows.right(), area.top()), area.max);
    mark_ruler(diff, state, bar.height());
    let (marks, visible) = (std::mem::take(&mut state.marks), state.visible);
    ruler::ruler_ui(ui, bar, id.with("ruler"), &marks, &mut state.hex.scroll, diff.rows(), visible);
    state.marks = marks;
}

fn mark_ruler(diff: &HexDiff, state: &mut PaneState, height: f32) {
    let places = diff.differences().iter().enumerate().filter_map(|(number, place)| {
        let length = (place.old.end - place.old.start).max(place.new.end - place.new.start);
        Some((diff.row_of_difference(number)?, length.div_ceil(ROW_BYTES), MarkKind::from_region(place)))
    });
    // Rows of text have versions from 1 on, so this key is the bytes' own.
    state.marks.fill((u64::MAX, height as u32), diff.rows(), height, places);
}

fn take_keys(
    ui: &Ui,
    given: &Given<'_>,
    diff: &HexDiff,
    state: &mut PaneState,
    id: egui::Id,
    out: &mut Vec<PaneRequest>,
) {
    let row_id = id.with("row");
    if std::mem::take(&mut state.takes_focus) && ui.memory(|memory| memory.focused().is_none()) {
        ui.memory_mut(|memory| memory.request_focus(row_id));
    }
    if ui.memory(|memory| memory.has_focus(row_id)) {
        let filter =
            EventFilter { horizontal_arrows: true, vertical_arrows: true, tab: false, escape: false };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(row_id, filter));
    } else if ui.memory(|memory| memory.focused().is_some()) {
        return;
    }
    let last = diff.rows().saturating_sub(1);
    for (step, _) in keys::steps(ui) {
        let page = (state.visible as i64 - 1).max(1);
        let row = state.hex.row as i64;
        let target = match step {
            KeyStep::Rows(rows) => row + rows,
            KeyStep::Pages(pages) => row + pages * page,
            KeyStep::First => 0,
            KeyStep::Last => last as i64,
            KeyStep::Sideways(_) | KeyStep::LineStart | KeyStep::LineEnd => continue,
        };
        state.hex.row = target.clamp(0, last as i64) as u64;
        if let KeyStep::Pages(pages) = step {
            state.hex.scroll.by((pages * page) as f64, diff.rows(), state.visible);
        }
        state.hex.scroll.reveal(state.hex.row, diff.rows(), state.visible);
    }
    for action in keys::actions(ui, false) {
        state.act(given.contents, action, out);
    }
}

/// Goes to the byte at `offset` of the right side, or of the left one if that is the only one.
pub(super) fn go_to(contents: &ViewedContents, state: &mut PaneState, offset: u64) -> bool {
    let Some(diff) = contents.bytes() else { return false };
    let Some(row) = diff.row_of(Half::Right, offset).or_else(|| diff.row_of(Half::Left, offset)) else {
        return false;
    };
    state.hex.row = row;
    state.hex.scroll.show(row, diff.rows(), state.visible);
    true
}

/// Sizes of the sheet, and where its sides are.
struct HexSheet {
    rows: Rect,
    font: FontId,
    char_width: f32,
    row_height: f32,
    sides: Vec<(Half, f32)>,
}

impl HexSheet {
    fn new(ui: &Ui, rows: Rect, halves: Vec<Half>) -> Self {
        let style = egui::TextStyle::Monospace.resolve(ui.style());
        let unit = ui.fonts_mut(|fonts| fonts.glyph_width(&style, '0')) / style.size;
        let count = halves.len().max(1);
        let fitting = rows.width() / (count * SIDE_CHARS) as f32 / unit;
        let size = (fitting * 2.0).floor() / 2.0;
        let font = FontId::new(size.clamp(FONT_SIZES.0, FONT_SIZES.1), style.family);
        let (char_width, height) =
            ui.fonts_mut(|fonts| (fonts.glyph_width(&font, '0'), fonts.row_height(&font)));
        let side = (rows.width() / count as f32).round();
        let sides = halves.into_iter().enumerate();
        let sides = sides.map(|(place, half)| (half, rows.left() + place as f32 * side)).collect();
        Self { rows, font, char_width, row_height: (height + 4.0).round(), sides }
    }

    fn paint(&self, ui: &Ui, contents: &ViewedContents, diff: &HexDiff, state: &mut PaneState) {
        let tokens = Tokens::from_context(ui);
        let painter = ui.painter_at(self.rows);
        painter.rect_filled(self.rows, 0, tokens.card());
        for step in 0..=state.visible.ceil() as u64 {
            let number = state.hex.scroll.top + step;
            let Some(row) = diff.row(number) else { break };
            let y = self.rows.top() + (step as f32 - state.hex.scroll.fraction) * self.row_height;
            let line = Rect::from_min_size(
                pos2(self.rows.left(), y.round()),
                vec2(self.rows.width(), self.row_height),
            );
            self.row(ui, &painter, contents, &row, line, state);
        }
        for (_, left) in self.sides.iter().skip(1) {
            painter.vline(*left, self.rows.y_range(), (1.0, tokens.outline));
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
        for (half, left) in &self.sides {
            let end = self.sides.iter().map(|side| side.1).find(|next| next > left).unwrap_or(line.right());
            let cell = line.with_min_x(*left).with_max_x(end);
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

/// The one node of the rows that has the focus.
fn focus_row(
    ui: &Ui,
    contents: &ViewedContents,
    diff: &HexDiff,
    state: &mut PaneState,
    sheet: &HexSheet,
    id: egui::Id,
) {
    let step = state.hex.row as f64 - state.hex.scroll.top as f64 - f64::from(state.hex.scroll.fraction);
    let y = sheet.rows.top() + step as f32 * sheet.row_height;
    let rect =
        Rect::from_min_size(pos2(sheet.rows.left(), y.round()), vec2(sheet.rows.width(), sheet.row_height));
    let is_in_view = rect.intersects(sheet.rows);
    let place = if is_in_view { rect } else { sheet.rows.with_max_y(sheet.rows.top() + sheet.row_height) };
    let response = ui.interact(place, id.with("row"), Sense::focusable_noninteractive());
    let label = row_label(contents, diff, state);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ListItem, true, &label));
    if response.has_focus() && is_in_view {
        let painter = ui.painter_at(sheet.rows);
        painter.rect_stroke(
            rect.shrink(0.5),
            2,
            (1.5, Tokens::from_context(ui).focus),
            egui::StrokeKind::Inside,
        );
    }
    let (number, count) = state.position(contents);
    let name = crate::text::escape_line(contents.path.as_str());
    let template = match number {
        0 if count == 0 => words::BYTES_PANE,
        0 => words::BYTES_PANE_PLACES,
        _ => words::BYTES_PANE_PLACE,
    };
    let (number, count) = (number.to_string(), count.to_string());
    let label = fill(template, &[("name", &name), ("place", &number), ("n", &count)]);
    ui.accesskit_node_builder(id, |node| {
        node.set_role(egui::accesskit::Role::Document);
        node.set_label(label.as_str());
    });
}

fn row_label(contents: &ViewedContents, diff: &HexDiff, state: &mut PaneState) -> String {
    let Some(row) = diff.row(state.hex.row) else { return words::BYTES_NONE.to_owned() };
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
