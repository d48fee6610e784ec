//! A box to tick, with a sentence beside it.

use egui::{Checkbox, Response, Stroke, Ui};

use crate::toolkit::theme::{Tokens, space};

/// A box to tick; the response is changed when it was.
pub(crate) fn tick_box(ui: &mut Ui, is_ticked: &mut bool, sentence: &str) -> Response {
    let tokens = Tokens::from_context(ui);
    ui.scope(|ui| {
        // An empty box looks empty, whatever the handles of scroll bars are filled with.
        let widgets = &mut ui.visuals_mut().widgets;
        for state in [&mut widgets.inactive, &mut widgets.hovered, &mut widgets.active] {
            state.bg_fill = tokens.card();
            state.fg_stroke = Stroke::new(space::FOCUS_WIDTH, tokens.accent.text);
        }
        ui.spacing_mut().icon_width = space::LARGE;
        ui.spacing_mut().icon_spacing = space::SMALL;
        ui.add(Checkbox::new(is_ticked, egui::RichText::new(sentence).color(tokens.text)))
    })
    .inner
}
