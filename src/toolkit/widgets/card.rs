//! Where things stand: a column one can read, cards in it, sections in them.

use egui::{Frame, InnerResponse, Margin, Role, Stroke, Ui, UiBuilder};

use crate::toolkit::theme::{Tokens, space, text};

/// A column in the middle of the page that is never wider than `width` and never touches the border.
pub fn page_column<R>(ui: &mut Ui, width: f32, contents: impl FnOnce(&mut Ui) -> R) -> R {
    // In the middle of the window, whether the page scrolls or not: so no page stands beside another one.
    let room = ui.available_width();
    let whole = ui.ctx().content_rect().width().max(room);
    let width = width.min(room - 2.0 * space::WIDE).max(0.0);
    let side = ((whole - width) / 2.0).floor().min(room - width - space::SMALL).max(0.0);
    let margin = Margin { left: 0, right: 0, top: space::WIDE as i8, bottom: space::WIDE as i8 };
    let inner = Frame::new().inner_margin(margin).show(ui, |ui| {
        let mut place = ui.available_rect_before_wrap();
        place.min.x += side;
        place.max.x = place.min.x + width;
        ui.scope_builder(UiBuilder::new().max_rect(place), |ui| {
            ui.set_width(width);
            ui.spacing_mut().item_spacing.y = space::LARGE;
            contents(ui)
        })
        .inner
    });
    inner.inner
}

/// Narrower than this, what would stand on the right stands below.
const TWO_COLUMNS: f32 = 860.0;

/// Two columns where there is room, the right one taking this `share` of it; both change the `state` of the caller.
pub(crate) fn two_columns<T>(
    ui: &mut Ui,
    share: f32,
    state: &mut T,
    left: impl FnOnce(&mut Ui, &mut T),
    right: impl FnOnce(&mut Ui, &mut T),
) {
    if ui.available_width() < TWO_COLUMNS {
        left(ui, state);
        right(ui, state);
        return;
    }
    let whole = ui.available_rect_before_wrap();
    let middle = (whole.left() + whole.width() * (1.0 - share)).round();
    let gap = space::LARGE / 2.0;
    let column = |ui: &mut Ui, name: &str, rect: egui::Rect| {
        let mut column = ui.new_child(UiBuilder::new().id_salt(name).max_rect(rect));
        column.set_width(rect.width());
        column
    };
    let mut first = column(ui, "left", whole.with_max_x(middle - gap));
    left(&mut first, state);
    let mut second = column(ui, "right", whole.with_min_x(middle + gap));
    right(&mut second, state);
    let bottom = first.min_rect().bottom().max(second.min_rect().bottom());
    ui.allocate_rect(whole.with_max_y(bottom), egui::Sense::hover());
}

/// A surface of its own for things that belong together, under a title if there is one.
pub fn card<R>(ui: &mut Ui, title: Option<&str>, contents: impl FnOnce(&mut Ui) -> R) -> InnerResponse<R> {
    let tokens = Tokens::from_context(ui);
    let frame = Frame::new()
        .fill(tokens.card())
        .stroke(Stroke::new(space::HAIRLINE, tokens.outline))
        .corner_radius(space::CARD_RADIUS)
        .inner_margin(space::LARGE as i8);
    let mut group = UiBuilder::new();
    if let Some(title) = title {
        group = group.accessibility_role(Role::Group).accessibility_label(title);
    }
    ui.scope_builder(group, |ui| {
        frame
            .show(ui, |ui| {
                ui.set_width(ui.available_width());
                ui.spacing_mut().item_spacing.y = space::SMALL;
                if let Some(title) = title {
                    section(ui, title);
                }
                contents(ui)
            })
            .inner
    })
}

/// The title of a section.
pub fn section(ui: &mut Ui, title: &str) {
    let response = ui.add(egui::Label::new(text::heading(title)).wrap());
    super::header::mark_as_heading(&response, title, 2);
}
