//! Two panes side by side with a divider between them that can be moved.

use egui::{
    CursorIcon, EventFilter, Id, Key, Rect, Response, Role, Sense, Stroke, Ui, UiBuilder, Vec2, WidgetInfo,
};

use super::paint;
use crate::toolkit::theme::{Tokens, space};

/// One press of an arrow key moves the divider by this part of the width.
const KEY_STEP: f32 = 0.02;

/// Two panes side by side.
#[derive(Clone, Copy, Debug)]
pub struct Split<'a> {
    /// Tells it from other splits, and names its divider: "Width of the file list".
    pub name: &'a str,
    /// The left pane is at least this wide.
    pub least_left: f32,
    pub least_right: f32,
}

/// Two panes in the rest of the page. `fraction` is the left one's part of the width; whoever keeps it remembers
/// the divider's place. It moves by pointer and, focused, by the arrow keys.
pub fn split_view(
    ui: &mut Ui,
    split: &Split<'_>,
    fraction: &mut f32,
    left: impl FnOnce(&mut Ui),
    right: impl FnOnce(&mut Ui),
) {
    let whole = ui.available_rect_before_wrap();
    let id = ui.make_persistent_id(split.name);
    let divider = divide(whole, split, *fraction);
    let response = divider_ui(ui, split, divider, id);
    if let Some(asked) = asked_fraction(ui, &response, whole, *fraction) {
        *fraction = fraction_of(whole, divide(whole, split, asked));
        ui.request_repaint();
    }
    let [left_rect, right_rect] = [
        Rect::from_min_max(whole.min, egui::pos2(divider.left(), whole.bottom())),
        Rect::from_min_max(egui::pos2(divider.right(), whole.top()), whole.max),
    ];
    pane(ui, left_rect, id.with("left"), left);
    pane(ui, right_rect, id.with("right"), right);
    ui.advance_cursor_after_rect(whole);
}

fn pane(ui: &mut Ui, rect: Rect, id: Id, contents: impl FnOnce(&mut Ui)) {
    let mut pane = ui.new_child(UiBuilder::new().id_salt(id).max_rect(rect));
    pane.shrink_clip_rect(rect);
    contents(&mut pane);
}

/// Where the divider is, kept away from both ends as far as there is room.
fn divide(whole: Rect, split: &Split<'_>, fraction: f32) -> Rect {
    let room = (whole.width() - space::SMALL).max(0.0);
    let least = split.least_left.min(room / 2.0);
    let most = (room - split.least_right).max(least);
    let left = (room * if fraction.is_finite() { fraction } else { 0.5 }).clamp(least, most).round();
    Rect::from_min_size(whole.min + Vec2::new(left, 0.0), Vec2::new(space::SMALL, whole.height()))
}

fn fraction_of(whole: Rect, divider: Rect) -> f32 {
    let room = (whole.width() - space::SMALL).max(1.0);
    (divider.left() - whole.left()) / room
}

fn divider_ui(ui: &Ui, split: &Split<'_>, rect: Rect, id: Id) -> Response {
    let tokens = Tokens::from_context(ui);
    let response =
        ui.interact(rect, id, Sense::click_and_drag()).on_hover_and_drag_cursor(CursorIcon::ResizeHorizontal);
    response.widget_info(|| WidgetInfo::labeled(Role::Splitter, true, split.name));
    let filter = EventFilter { horizontal_arrows: true, ..Default::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
    let is_touched = response.hovered() || response.dragged();
    let (width, colour) =
        if is_touched { (space::FOCUS_WIDTH, tokens.focus) } else { (space::HAIRLINE, tokens.outline) };
    ui.painter().vline(rect.center().x, rect.y_range(), Stroke::new(width, colour));
    if response.has_focus() {
        paint::ring(ui, rect.shrink(space::FOCUS_WIDTH), 0);
    }
    response
}

/// Where a person wants the divider.
fn asked_fraction(ui: &Ui, response: &Response, whole: Rect, fraction: f32) -> Option<f32> {
    if let Some(pointer) = response.interact_pointer_pos().filter(|_| response.dragged()) {
        let left = pointer.x - whole.left() - space::SMALL / 2.0;
        return Some(left / (whole.width() - space::SMALL).max(1.0));
    }
    if !response.has_focus() {
        return None;
    }
    let presses = |key| ui.input(|input| input.num_presses(key)) as f32;
    let steps = presses(Key::ArrowRight) - presses(Key::ArrowLeft);
    (steps != 0.0).then_some(fraction + steps * KEY_STEP)
}
