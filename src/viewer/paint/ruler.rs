//! The scroll bar beside the rows, which also shows where the changes are.

use egui::{Id, Rect, Sense, Ui, pos2, vec2};

use crate::toolkit::theme::Tokens;
use crate::viewer::layout::{MarkKind, RulerMarks, Scroll};

/// Width of the bar, in points.
pub(super) const WIDTH: f32 = 16.0;

/// Draws the bar, and scrolls when it is dragged or clicked.
pub(super) fn ruler_ui(
    ui: &Ui,
    rect: Rect,
    id: Id,
    (marks, noted): (&RulerMarks, &[u64]),
    scroll: &mut Scroll,
    (rows, visible): (u64, f32),
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
    for mark in marks.iter() {
        let tone = match mark.kind {
            MarkKind::Added => tokens.added,
            MarkKind::Changed => tokens.changed,
            MarkKind::Removed => tokens.removed,
        };
        let top = pos2(rect.center().x - 2.0, rect.top() + mark.begin);
        painter.rect_filled(Rect::from_min_size(top, vec2(4.0, mark.end - mark.begin)), 1, tone.mark);
    }
    // Rows with notes, at the other edge: a mark of a change never hides one.
    for row in noted {
        let middle = rect.top() + (*row as f64 / rows.max(1) as f64) as f32 * rect.height();
        painter.circle_filled(pos2(rect.left() + 3.0, middle + 3.0), 2.5, tokens.accent.text);
    }
}
