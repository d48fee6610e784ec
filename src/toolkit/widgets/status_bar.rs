//! The line at the foot of the window: facts that are always true, and nothing to press.

use egui::{Align, Frame, Layout, Margin, Role, Stroke, Ui, UiBuilder, Vec2};

use super::paint;
use crate::toolkit::theme::{Icon, Tokens, space, text};
use crate::words::widgets as words;

/// A fact in the status bar.
#[derive(Clone, Copy, Debug)]
pub struct StatusItem<'a> {
    /// Stands before it.
    pub icon: Option<Icon>,
    /// A few words.
    pub text: &'a str,
}

/// The line at the foot of the window, for a bottom panel without a frame of its own.
pub fn status_bar(ui: &mut Ui, left: &[StatusItem<'_>], right: &[StatusItem<'_>]) {
    let tokens = Tokens::from_context(ui);
    let margin = Margin::symmetric(space::MEDIUM as i8, 0);
    let group = UiBuilder::new().accessibility_role(Role::Status).accessibility_label(words::STATUS_BAR);
    ui.scope_builder(group, |ui| {
        let shown = Frame::new().fill(tokens.page()).inner_margin(margin).show(ui, |ui| {
            let size = Vec2::new(ui.available_width(), space::ROW_HEIGHT + space::TINY);
            ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = space::LARGE;
                left.iter().for_each(|status| item(ui, status));
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    right.iter().rev().for_each(|status| item(ui, status));
                });
            });
        });
        let line = Stroke::new(space::HAIRLINE, tokens.outline);
        ui.painter().hline(shown.response.rect.x_range(), shown.response.rect.top(), line);
    });
}

fn item(ui: &mut Ui, status: &StatusItem<'_>) {
    let colour = Tokens::from_context(ui).muted;
    ui.scope(|ui| {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = space::TINY;
            if let Some(icon) = status.icon {
                paint::icon(ui, icon, text::CAPTION, colour);
            }
            ui.label(text::caption(status.text).color(colour));
        });
    });
}
