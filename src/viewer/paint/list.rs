//! What the lists of lines and of bytes have in common: rows in view, the wheel, and the one row with the focus.

use egui::{EventFilter, Id, Rect, Response, Sense, Ui, pos2, vec2};

use crate::toolkit::theme::Tokens;
use crate::viewer::layout::{ListPlace, Scroll};

/// The rows in view, each with its number and its place in `area`.
pub(super) fn rows_in_view(area: Rect, row_height: f32, scroll: Scroll) -> impl Iterator<Item = (u64, Rect)> {
    let visible = (area.height() / row_height).max(1.0);
    (0..=visible.ceil() as u64).map(move |step| {
        let y = area.top() + (step as f32 - scroll.fraction) * row_height;
        let corner = pos2(area.left(), y.round());
        (scroll.top + step, Rect::from_min_size(corner, vec2(area.width(), row_height)))
    })
}

/// Keys work when the row has the focus or nobody has it; whether they do.
pub(super) fn hears_keys(ui: &Ui, takes_focus: &mut bool, row_id: Id) -> bool {
    if std::mem::take(takes_focus) && ui.memory(|memory| memory.focused().is_none()) {
        ui.memory_mut(|memory| memory.request_focus(row_id));
    }
    let has_focus = ui.memory(|memory| memory.has_focus(row_id));
    if has_focus {
        let filter =
            EventFilter { horizontal_arrows: true, vertical_arrows: true, tab: false, escape: false };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(row_id, filter));
    }
    has_focus || ui.memory(|memory| memory.focused().is_none())
}

/// Scrolls with the wheel; how far it was turned to the side.
pub(super) fn wheel(
    ui: &Ui,
    response: &Response,
    row_height: f32,
    scroll: &mut Scroll,
    (count, visible): (u64, f32),
) -> f32 {
    scroll.keep_within(count, visible);
    if !response.contains_pointer() {
        return 0.0;
    }
    let delta = ui.input_mut(|input| std::mem::take(&mut input.smooth_scroll_delta));
    scroll.by(f64::from(-delta.y / row_height), count, visible);
    delta.x
}

/// The one node of the rows that has the focus.
pub(super) fn present_row(ui: &Ui, id: Id, area: Rect, row_height: f32, place: &ListPlace, label: &str) {
    let in_view = rows_in_view(area, row_height, place.scroll).find(|(number, _)| *number == place.row);
    let in_view = in_view.map(|(_, rect)| rect).filter(|rect| rect.intersects(area));
    let rect = in_view.unwrap_or_else(|| area.with_max_y(area.top() + row_height));
    let response = ui.interact(rect, id, Sense::focusable_noninteractive());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ListItem, true, label));
    if response.has_focus() && in_view.is_some() {
        let stroke = (1.5, Tokens::from_context(ui).focus);
        ui.painter_at(area).rect_stroke(rect.shrink(0.5), 2, stroke, egui::StrokeKind::Inside);
    }
}

/// The pane as a document.
pub(super) fn document(ui: &Ui, id: Id, label: &str) {
    ui.accesskit_node_builder(id, |node| {
        node.set_role(egui::accesskit::Role::Document);
        node.set_label(label);
    });
}
