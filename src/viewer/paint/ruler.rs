//! The scroll bar beside the rows, which also shows where the changes are.

use egui::{Id, Rect, Sense, Ui, pos2, vec2};

use crate::diff::Region;
use crate::toolkit::theme::Tokens;
use crate::viewer::layout::Rows;
use crate::viewer::layout::Scroll;
use crate::viewer::model::LineDiff;

/// Width of the bar, in points.
pub(super) const WIDTH: f32 = 16.0;
/// Smallest mark that can be seen.
const MIN_MARK: f32 = 2.0;

/// Where changes are, as parts of the bar; computed once, not with every picture.
#[derive(Default)]
pub(super) struct RulerMarks {
    key: Option<(u64, u32)>,
    marks: Vec<Mark>,
}

#[derive(Clone, Copy, PartialEq)]
struct Mark {
    begin: f32,
    end: f32,
    kind: MarkKind,
}

/// What a mark stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum MarkKind {
    Added,
    Changed,
    Removed,
}

impl MarkKind {
    /// What happened at a place.
    pub fn from_region<N: PartialOrd>(region: &Region<N>) -> Self {
        match (region.old.is_empty(), region.new.is_empty()) {
            (true, _) => Self::Added,
            (_, true) => Self::Removed,
            _ => Self::Changed,
        }
    }
}

impl RulerMarks {
    /// Those of a text, in a bar of this height.
    pub fn of_text(&mut self, diff: &LineDiff, rows: &Rows, version: u64, height: f32) {
        let hunks = diff.hunks().iter().enumerate().filter_map(|(number, hunk)| {
            let first = rows.row_of_hunk(number)?;
            Some((first, hunk.old.len().max(hunk.new.len()) as u64, MarkKind::from_region(hunk)))
        });
        self.fill((version, height as u32), rows.count(), height, hunks);
    }

    /// Puts places, each with its first row and number of rows, on a bar; neighbours of a kind become one mark.
    pub fn fill(
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
                _ => self.marks.push(Mark { begin, end, kind }),
            }
        }
    }
}

/// Draws the bar, and scrolls when it is dragged or clicked.
pub(super) fn ruler_ui(
    ui: &Ui,
    rect: Rect,
    id: Id,
    marks: &RulerMarks,
    scroll: &mut Scroll,
    rows: u64,
    visible: f32,
) {
    let tokens = Tokens::from_context(ui);
    let response = ui.interact(rect, id, Sense::click_and_drag());
    let (begin, length) = scroll.thumb(rows, visible, rect.height());
    if let Some(pointer) = response.interact_pointer_pos() {
        let grip = ui.data_mut(|data| {
            // Where on the thumb it was caught; beside the thumb, its middle comes to the pointer.
            let caught = pointer.y - rect.top() - begin;
            let caught = if (0.0..length).contains(&caught) { caught } else { length / 2.0 };
            if response.drag_started() || response.is_pointer_button_down_on() && !response.dragged() {
                data.insert_temp(id, caught);
            }
            data.get_temp::<f32>(id).unwrap_or(caught)
        });
        scroll.drag(pointer.y - rect.top() - grip, rows, visible, rect.height());
    }
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, 0, tokens.page());
    let (begin, length) = scroll.thumb(rows, visible, rect.height());
    if (rows as f64) > f64::from(visible) {
        let colour = if response.hovered() || response.dragged() { tokens.edge } else { tokens.outline };
        let thumb = Rect::from_min_size(pos2(rect.left() + 3.0, rect.top() + begin), vec2(10.0, length));
        painter.rect_filled(thumb.shrink2(vec2(0.0, 1.0)), 5, colour);
    }
    for mark in &marks.marks {
        let tone = match mark.kind {
            MarkKind::Added => tokens.added,
            MarkKind::Changed => tokens.changed,
            MarkKind::Removed => tokens.removed,
        };
        let top = pos2(rect.center().x - 2.0, rect.top() + mark.begin);
        painter.rect_filled(Rect::from_min_size(top, vec2(4.0, mark.end - mark.begin)), 1, tone.mark);
    }
}
