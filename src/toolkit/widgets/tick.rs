//! A box to tick, and one of several choices, each with a sentence beside it.

use egui::{Checkbox, RadioButton, Response, RichText, Stroke, Ui, Widget};

use crate::toolkit::theme::{Tokens, space};

/// A box to tick; the response is changed when it was.
pub(crate) fn tick_box(ui: &mut Ui, is_ticked: &mut bool, sentence: &str) -> Response {
    let words = RichText::new(sentence).color(Tokens::from_context(ui).text);
    hollow_ui(ui, Checkbox::new(is_ticked, words))
}

/// One of several choices, of which one holds; the response is clicked when it was.
pub(crate) fn choice_box(ui: &mut Ui, is_chosen: bool, sentence: &str) -> Response {
    let words = RichText::new(sentence).color(Tokens::from_context(ui).text);
    hollow_ui(ui, RadioButton::new(is_chosen, words))
}

/// What is empty looks empty, whatever the handles of scroll bars are filled with.
fn hollow_ui(ui: &mut Ui, widget: impl Widget) -> Response {
    let tokens = Tokens::from_context(ui);
    ui.scope(|ui| {
        let widgets = &mut ui.visuals_mut().widgets;
        for state in [&mut widgets.inactive, &mut widgets.hovered, &mut widgets.active] {
            state.bg_fill = tokens.card();
            state.fg_stroke = Stroke::new(space::FOCUS_WIDTH, tokens.accent.text);
        }
        ui.spacing_mut().icon_width = space::LARGE;
        ui.spacing_mut().icon_spacing = space::SMALL;
        ui.add(widget)
    })
    .inner
}
