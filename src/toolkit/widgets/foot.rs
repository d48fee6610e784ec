//! The bar at the foot of a page on which somebody goes on or back: its buttons never move.

use egui::{Align, Frame, Layout, Margin, Stroke, Ui, UiBuilder, Vec2, pos2};

use crate::toolkit::theme::{Tokens, space};

/// How high the bar is.
const HEIGHT: f32 = 56.0;

/// A page in the rest of the window, and below it a bar that stays: `said` at its left end, what can be pressed at its
/// right one, the rightmost first. The page comes first for the keyboard and for screen readers.
pub(crate) fn with_foot_bar<T>(
    ui: &mut Ui,
    state: &mut T,
    page: impl FnOnce(&mut Ui, &mut T),
    said: impl FnOnce(&mut Ui, &mut T),
    buttons: impl FnOnce(&mut Ui, &mut T),
) {
    let whole = ui.available_rect_before_wrap();
    let middle = whole.bottom() - HEIGHT;
    let above = whole.with_max_y(middle);
    let mut upper = ui.new_child(UiBuilder::new().id_salt("above_foot").max_rect(above));
    upper.shrink_clip_rect(above);
    page(&mut upper, state);
    let below = whole.with_min_y(middle);
    let tokens = Tokens::from_context(ui);
    ui.painter().rect_filled(below, 0, tokens.card());
    let line = Stroke::new(space::HAIRLINE, tokens.outline);
    ui.painter().hline(below.x_range(), below.top(), line);
    let inside = below.shrink2(Vec2::new(space::WIDE, (HEIGHT - space::CONTROL_HEIGHT) / 2.0));
    let mut row = ui.new_child(
        UiBuilder::new().id_salt("foot").max_rect(inside).layout(Layout::right_to_left(Align::Center)),
    );
    row.spacing_mut().item_spacing.x = space::SMALL;
    buttons(&mut row, state);
    let left = row.available_rect_before_wrap();
    let room = egui::Rect::from_min_max(inside.min, pos2(left.right() - space::LARGE, inside.max.y));
    let mut words = ui.new_child(
        UiBuilder::new().id_salt("said").max_rect(room).layout(Layout::left_to_right(Align::Center)),
    );
    words.shrink_clip_rect(room.expand2(Vec2::new(0.0, space::SMALL)));
    said(&mut words, state);
    ui.advance_cursor_after_rect(whole);
}

/// The frame of a bar of one row at the head of the window.
pub(crate) fn head_frame(ui: &Ui, above_and_below: i8) -> Frame {
    let margin = Margin::symmetric(space::LARGE as i8, above_and_below);
    Frame::new().fill(Tokens::from_context(ui).card()).inner_margin(margin)
}
