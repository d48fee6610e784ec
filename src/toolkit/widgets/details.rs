//! What only some want to read: closed at first, selectable and copied in one go.

use egui::{CursorIcon, Frame, Label, Rect, Role, ScrollArea, Sense, Stroke, Ui, Vec2, WidgetInfo};

use super::paint;
use super::path::copy_button;
use crate::toolkit::theme::{Icon, Tokens, space, text};

/// What only some want to read.
#[derive(Clone, Copy, Debug)]
pub struct DetailsView<'a> {
    /// What it is: "Details for support".
    pub title: &'a str,
    /// Lines of it, escaped.
    pub text: &'a str,
}

/// A line that opens and closes, and below it the text.
pub fn details(ui: &mut Ui, view: &DetailsView<'_>, is_open: &mut bool) {
    disclosure(ui, view.title, is_open);
    if !*is_open {
        return;
    }
    code_block(ui, view.title, view.text, view.text);
}

/// Lines that are read exactly, selectable, and copied in one go as `copied`; `name` is what they are.
pub fn code_block(ui: &mut Ui, name: &str, lines: &str, copied: &str) {
    let tokens = Tokens::from_context(ui);
    let frame = Frame::new()
        .fill(tokens.page())
        .stroke(Stroke::new(space::HAIRLINE, tokens.outline))
        .corner_radius(space::CONTROL_RADIUS)
        .inner_margin(space::MEDIUM as i8);
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Min), |ui| {
            copy_button(ui, name, copied);
            ui.with_layout(egui::Layout::top_down(egui::Align::Min), |ui| {
                let lines = text::code(lines).text_style(text::small_code_style());
                ui.add(Label::new(lines).wrap().selectable(true));
            });
        });
    });
}

/// Thousands of lines, of which only those in sight are drawn; `name` is what they are.
pub fn long_lines(ui: &mut Ui, name: &str, height: f32, lines: &[String]) {
    let row = ui.text_style_height(&text::small_code_style());
    let area = ScrollArea::both().id_salt(name).max_height(height).auto_shrink([false, true]);
    area.show_rows(ui, row, lines.len(), |ui, in_sight| {
        for line in &lines[in_sight] {
            let line = text::code(line).text_style(text::small_code_style());
            ui.add(Label::new(line).extend().selectable(true));
        }
    });
}

/// The line alone, for what is drawn otherwise.
pub(crate) fn disclosure(ui: &mut Ui, title: &str, is_open: &mut bool) {
    if toggle(ui, title, *is_open) {
        *is_open = !*is_open;
    }
}

fn toggle(ui: &mut Ui, title: &str, is_open: bool) -> bool {
    let tokens = Tokens::from_context(ui);
    let font = egui::TextStyle::Body.resolve(ui.style());
    let galley = ui.painter().layout_no_wrap(title.to_owned(), font, tokens.accent.text);
    let size = Vec2::new(text::ICON + space::TINY + galley.size().x, space::ROW_HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::DisclosureTriangle, true, title));
    ui.accesskit_node_builder(response.id, |node| node.set_expanded(is_open));
    let icon = if is_open { Icon::ChevronDown } else { Icon::ChevronRight };
    let place = Rect::from_min_size(paint::middle(rect, rect.left(), text::ICON), Vec2::splat(text::ICON));
    paint::icon_at(ui, place, icon, text::ICON, tokens.accent.text);
    let words = paint::middle(rect, place.right() + space::TINY, galley.size().y);
    ui.painter().galley(words, galley, tokens.accent.text);
    paint::focus_ring(ui, &response, space::CONTROL_RADIUS);
    response.on_hover_cursor(CursorIcon::PointingHand).clicked()
}
