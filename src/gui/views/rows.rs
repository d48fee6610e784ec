//! Rows that several pages are made of: chosen files, fields, reasons, and problems by their names.

use std::path::PathBuf;

use egui::{Align, Label, Layout, TextEdit, Ui, vec2};

use crate::gui::outbox::Outbox;
use crate::present::home::name_among;
use crate::present::message::{Input, KeyMsg, Msg};
use crate::present::overview::path_line;
use crate::toolkit::theme::{Icon, Tokens, space, text};
use crate::toolkit::widgets::{Button, IconButton, button, button_row, icon_at, icon_button, link_button};
use crate::words::{self, window};

/// The names take this much.
const NAME_WIDTH: f32 = 168.0;

/// A name, and beside it what belongs to it.
pub(super) fn row_ui(ui: &mut Ui, name: &str, contents: impl FnOnce(&mut Ui)) {
    ui.horizontal_top(|ui| {
        let size = vec2(NAME_WIDTH, space::CONTROL_HEIGHT);
        ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
            ui.set_width(NAME_WIDTH);
            ui.add(Label::new(text::body(name).color(Tokens::from_context(ui).muted)).wrap());
        });
        ui.vertical(contents);
    });
}

/// Files that were chosen, each of which can be left out again, and the way to choose one more.
pub(super) fn files_ui(ui: &mut Ui, name: &str, files: &mut Vec<PathBuf>, input: Input, outbox: &mut Outbox) {
    row_ui(ui, name, |ui| {
        let mut left_out = None;
        for (index, file) in files.iter().enumerate() {
            ui.horizontal(|ui| {
                let short = name_among(files, file);
                let remove = format!("{}: {short}", window::LEAVE_OUT);
                if icon_button(ui, &IconButton { icon: Icon::X, name: &remove }).clicked() {
                    left_out = Some(index);
                }
                ui.add(Label::new(text::body(&short)).truncate()).on_hover_text(path_line(file));
            });
        }
        if let Some(index) = left_out {
            files.remove(index);
        }
        if link_button(ui, input.action()).clicked() {
            outbox.push(Msg::PickInput(input));
        }
    });
}

/// A field for a reason, below what it is for; the reason when it was typed at.
pub(super) fn reason_ui(ui: &mut Ui, what_for: &str, said: &str) -> Option<String> {
    let label = ui.label(what_for);
    let mut reason = said.to_owned();
    let field = TextEdit::singleline(&mut reason).desired_width(f32::INFINITY);
    let field = ui.add(field.margin(space::SMALL as i8)).labelled_by(label.id);
    field.changed().then_some(reason)
}

/// Something by its names, with a word on it, and lines below.
pub(super) fn item_ui<'a>(
    ui: &mut Ui,
    (icon, colour): (Icon, egui::Color32),
    (ids, word): (&str, &str),
    below: impl IntoIterator<Item = &'a str>,
) {
    let tokens = Tokens::from_context(ui);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = space::SMALL;
        let size = egui::Vec2::splat(text::ICON + space::TINY);
        let (place, _) = ui.allocate_exact_size(size, egui::Sense::hover());
        icon_at(ui, place, icon, text::ICON, colour);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            ui.spacing_mut().interact_size.y = 0.0;
            ui.horizontal_wrapped(|ui| {
                ui.add(Label::new(text::strong(ids)).wrap());
                if !word.is_empty() {
                    ui.add(Label::new(text::caption(word).color(tokens.muted)).wrap());
                }
            });
            for words in below.into_iter().filter(|words| !words.is_empty()) {
                ui.add(Label::new(text::caption(words).color(tokens.muted)).wrap());
            }
        });
    });
}

/// A field with its name above it.
pub(crate) fn field_ui(ui: &mut Ui, name: &str, value: &mut String, has_lines: bool) {
    let label = ui.label(text::caption(name).color(Tokens::from_context(ui).muted));
    let field = match has_lines {
        true => TextEdit::multiline(value).desired_rows(2),
        false => TextEdit::singleline(value),
    };
    ui.add(field.desired_width(f32::INFINITY).margin(space::SMALL as i8)).labelled_by(label.id);
}

/// A field whose text nobody sees.
pub(super) fn password_ui(ui: &mut Ui, name: &str, password: &mut String) {
    let label = ui.label(text::caption(name).color(Tokens::from_context(ui).muted));
    let field = TextEdit::singleline(password).password(true);
    ui.add(field.margin(space::SMALL as i8)).labelled_by(label.id);
}

/// The button that does what a form is about, and the way out.
pub(super) fn form_buttons_ui(ui: &mut Ui, primary: &Button<'_>, msg: KeyMsg, outbox: &mut Outbox) {
    button_row(ui, |ui| {
        if button(ui, primary).clicked() {
            outbox.push(Msg::Keys(msg));
        }
        if button(ui, &Button::secondary(words::LEAVE)).clicked() {
            outbox.push(Msg::Keys(KeyMsg::Leave));
        }
    });
}
