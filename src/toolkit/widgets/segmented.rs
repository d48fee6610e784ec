//! A choice of a few things, all of which are seen.

use egui::{FontId, Frame, Rect, Role, Sense, Stroke, StrokeKind, Ui, UiBuilder, Vec2, WidgetInfo};

use super::paint;
use crate::toolkit::theme::{Tokens, space, text};

/// A choice named `name` of one of `choices`; `true` when a person chose another one.
pub fn segmented(ui: &mut Ui, name: &str, choices: &[&str], chosen: &mut usize) -> bool {
    let tokens = Tokens::from_context(ui);
    let before = *chosen;
    let group = UiBuilder::new().accessibility_role(Role::RadioGroup).accessibility_label(name);
    let frame = Frame::new()
        .fill(tokens.raised())
        .stroke(Stroke::new(space::HAIRLINE, tokens.outline))
        .corner_radius(space::CONTROL_RADIUS);
    ui.scope_builder(group, |ui| {
        frame.show(ui, |ui| {
            ui.spacing_mut().item_spacing = Vec2::ZERO;
            ui.horizontal(|ui| {
                for (index, choice) in choices.iter().enumerate() {
                    if segment(ui, choice, index == *chosen) {
                        *chosen = index;
                    }
                }
            });
        });
    });
    *chosen != before
}

fn segment(ui: &mut Ui, choice: &str, is_chosen: bool) -> bool {
    let tokens = Tokens::from_context(ui);
    let family = if is_chosen { text::semibold() } else { egui::FontFamily::Proportional };
    let layout =
        |family| ui.painter().layout_no_wrap(choice.to_owned(), FontId::new(text::BODY, family), tokens.text);
    let galley = layout(family);
    // As wide as when it is chosen, so that choosing moves nothing.
    let width = layout(text::semibold()).size().x + 2.0 * space::MEDIUM;
    let (rect, response) =
        ui.allocate_exact_size(Vec2::new(width, space::CONTROL_HEIGHT - 2.0), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, is_chosen, choice));
    if is_chosen {
        let edge = Stroke::new(space::HAIRLINE, tokens.accent.text);
        ui.painter().rect(rect, space::CONTROL_RADIUS, tokens.accent.surface, edge, StrokeKind::Inside);
    }
    let colour = match (is_chosen, response.hovered()) {
        (true, _) => tokens.accent.text,
        (false, true) => tokens.text,
        (false, false) => tokens.muted,
    };
    let place = Rect::from_center_size(rect.center(), galley.size()).min;
    ui.painter().galley_with_override_text_color(place, galley, colour);
    paint::focus_ring(ui, &response, space::CONTROL_RADIUS);
    response.clicked()
}
