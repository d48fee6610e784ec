//! An empty place: what it is for, and the one thing that fills it.

use egui::{Label, Response, Ui};

use super::button::{Button, button};
use super::paint;
use crate::toolkit::theme::{Icon, Tokens, space, text};

/// What an empty place is for.
#[derive(Clone, Copy, Debug)]
pub struct EmptyState<'a> {
    /// Stands for the place.
    pub icon: Icon,
    /// What is not there yet.
    pub title: &'a str,
    /// What the place is for.
    pub body: &'a str,
    /// What fills it.
    pub action: Option<Button<'a>>,
}

/// What an empty place is for; with an action, the response of its button.
pub fn empty_state(ui: &mut Ui, empty: &EmptyState<'_>) -> Option<Response> {
    let colour = Tokens::from_context(ui).muted;
    ui.vertical_centered(|ui| {
        ui.set_max_width(space::READING_WIDTH.min(ui.available_width()));
        ui.add_space(space::WIDE);
        paint::icon(ui, empty.icon, text::LARGE_ICON, colour);
        ui.add_space(space::TINY);
        let title = ui.add(Label::new(text::heading(empty.title)).wrap());
        super::header::mark_as_heading(&title, empty.title, 2);
        ui.add(Label::new(text::body(empty.body).color(colour)).wrap());
        ui.add_space(space::SMALL);
        let response = empty.action.map(|action| button(ui, &action));
        ui.add_space(space::WIDE);
        response
    })
    .inner
}
