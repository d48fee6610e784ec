//! A field to search in, with how much was found.

use egui::{Frame, Margin, Response, Stroke, TextEdit, Ui, Vec2};

use super::button::{IconButton, icon_button};
use super::paint;
use crate::toolkit::theme::{Icon, Tokens, space, text};
use crate::words::{fill, widgets as words};

/// A field to search in.
#[derive(Clone, Copy, Debug)]
pub struct SearchView<'a> {
    /// What is searched: "Search the files".
    pub name: &'a str,
    /// Which of the found ones is shown, counted from one, and how many there are; `None` where that is not known.
    pub found: Option<(usize, usize)>,
}

/// What happened to a [`search_field`].
pub struct SearchResponse {
    /// Of the text; changed when it was typed in or cleared.
    pub field: Response,
    /// Enter was pressed: to the next one.
    pub next: bool,
}

/// A field to search in, as wide as there is room.
pub fn search_field(ui: &mut Ui, query: &mut String, search: &SearchView<'_>) -> SearchResponse {
    let tokens = Tokens::from_context(ui);
    let margin = Margin::symmetric(space::SMALL as i8, 0);
    let mut frame =
        Frame::new().fill(tokens.card()).corner_radius(space::CONTROL_RADIUS).inner_margin(margin);
    frame = frame.stroke(Stroke::new(space::HAIRLINE, tokens.edge));
    let shown = frame.show(ui, |ui| {
        let size = Vec2::new(ui.available_width(), space::CONTROL_HEIGHT - 2.0 * space::HAIRLINE);
        let layout = egui::Layout::left_to_right(egui::Align::Center);
        ui.allocate_ui_with_layout(size, layout, |ui| inside(ui, query, search)).inner
    });
    if shown.inner.field.has_focus() {
        paint::ring(ui, shown.response.rect, space::CONTROL_RADIUS);
    }
    shown.inner
}

fn inside(ui: &mut Ui, query: &mut String, search: &SearchView<'_>) -> SearchResponse {
    let tokens = Tokens::from_context(ui);
    paint::icon(ui, Icon::Search, text::ICON, tokens.muted);
    let counted = search.found.filter(|_| !query.is_empty()).map(|(at, of)| match of {
        0 => words::SEARCH_NOTHING.to_owned(),
        _ => fill(words::SEARCH_PLACE, &[("at", &at.to_string()), ("n", &of.to_string())]),
    });
    let right = egui::Layout::right_to_left(egui::Align::Center);
    ui.with_layout(right, |ui| {
        let clear = IconButton { icon: Icon::X, name: words::SEARCH_CLEAR };
        let is_cleared = !query.is_empty() && icon_button(ui, &clear).clicked();
        if is_cleared {
            query.clear();
        }
        if let Some(counted) = counted {
            ui.label(text::caption(counted).color(tokens.muted));
        }
        let hint = text::body(search.name).color(tokens.muted);
        let field = TextEdit::singleline(query)
            // Its own name, not its place among what comes and goes beside it: the keyboard must stay in it.
            .id_salt(search.name)
            .frame(Frame::NONE)
            .hint_text(hint)
            .desired_width(f32::INFINITY)
            .align(egui::Align2::LEFT_CENTER);
        let mut field = ui.add(field).accessible_name(search.name);
        if is_cleared {
            field.mark_changed();
            field.request_focus();
        }
        let next = field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        if next {
            // Enter goes to the next one and not out of the field.
            field.request_focus();
        }
        SearchResponse { field, next }
    })
    .inner
}
