//! A banner: one notice for the whole page.

use egui::accesskit::Live;
use egui::{Align, Frame, Label, Layout, Role, Ui, UiBuilder};

use super::button::{Button, button, button_row};
use super::paint::{self, Notice};
use crate::toolkit::theme::{Tokens, space, text};

/// A notice for the whole page.
#[derive(Clone, Copy, Debug)]
pub struct Banner<'a> {
    /// What it means.
    pub notice: Notice,
    /// What happened.
    pub title: &'a str,
    /// What it means for the files and what to do now; empty for none.
    pub body: &'a str,
    /// What can be done, the most useful first.
    pub actions: &'a [Button<'a>],
}

/// A notice for the whole page; answers which of its actions was pressed. A screen reader says it when it appears.
pub fn banner(ui: &mut Ui, banner: &Banner<'_>) -> Option<usize> {
    let colours = banner.notice.colours(Tokens::from_context(ui));
    let (role, live) = match banner.notice {
        Notice::Danger | Notice::Caution => (Role::Alert, Live::Assertive),
        Notice::Good | Notice::Information => (Role::Status, Live::Polite),
    };
    let frame = Frame::new()
        .fill(colours.surface)
        .stroke(paint::tint_edge(ui, colours.strong))
        .corner_radius(space::CARD_RADIUS)
        .inner_margin(space::LARGE as i8);
    let group = UiBuilder::new().accessibility_role(role).accessibility_label(banner.title);
    ui.scope_builder(group, |ui| {
        ui.accesskit_node_builder(ui.unique_id(), |node| node.set_live(live));
        frame
            .show(ui, |ui| {
                ui.set_width(ui.available_width());
                ui.horizontal_top(|ui| {
                    ui.spacing_mut().item_spacing.x = space::MEDIUM;
                    paint::icon(ui, banner.notice.icon(), text::ICON + space::TINY, colours.strong);
                    ui.with_layout(Layout::top_down(Align::Min), |ui| words(ui, banner)).inner
                })
                .inner
            })
            .inner
    })
    .inner
}

fn words(ui: &mut Ui, banner: &Banner<'_>) -> Option<usize> {
    let tokens = Tokens::from_context(ui);
    ui.spacing_mut().item_spacing.y = space::TINY;
    let title = text::strong(banner.title).color(banner.notice.colours(tokens).text);
    ui.add(Label::new(title).wrap());
    if !banner.body.is_empty() {
        ui.add(Label::new(text::body(banner.body)).wrap());
    }
    if banner.actions.is_empty() {
        return None;
    }
    ui.add_space(space::TINY);
    let mut pressed = None;
    button_row(ui, |ui| {
        for (index, action) in banner.actions.iter().enumerate() {
            if button(ui, action).clicked() {
                pressed = Some(index);
            }
        }
    });
    pressed
}
