//! What lies on top of the page: all commands, all keys, the list of folders, the question before closing.

use egui::{Frame, Id, Key, Margin, Modal, ScrollArea, TextEdit, Ui};

use super::Fields;
use crate::gui::keys;
use crate::gui::outbox::Outbox;
use crate::present::commands::Command;
use crate::present::message::Msg;
use crate::present::overview::{line, path_line};
use crate::present::{Model, Overlay};
use crate::toolkit::theme::{Icon, Tokens, space, text};
use crate::toolkit::widgets::{Button, button, button_row, link_button, section};
use crate::words::{self, trying, window};

/// Widest and highest overlay, in points.
const SIZE: [f32; 2] = [480.0, 420.0];

pub fn show(ui: &mut Ui, model: &Model, fields: &mut Fields, outbox: &mut Outbox) {
    let Some(overlay) = model.overlay else {
        (fields.palette, fields.chosen, fields.path) = Default::default();
        return;
    };
    let frame = Frame::popup(ui.style()).inner_margin(Margin::same(space::LARGE as i8));
    let modal = Modal::new(Id::unique(("overlay", overlay as u8))).frame(frame).show(ui.ctx(), |ui| {
        let width = SIZE[0].min(ui.ctx().content_rect().width() - 2.0 * space::WIDE);
        ui.set_width(width);
        ui.set_max_height(SIZE[1]);
        match overlay {
            Overlay::Palette => palette_ui(ui, model, fields, outbox),
            Overlay::Folders => folders_ui(ui, model, outbox),
            Overlay::Path => path_ui(ui, model, fields, outbox),
            Overlay::Closing => closing_ui(ui, model, outbox),
        }
    });
    if modal.should_close() {
        outbox.push(Msg::Escape);
    }
}

fn palette_ui(ui: &mut Ui, model: &Model, fields: &mut Fields, outbox: &mut Outbox) {
    section(ui, words::COMMANDS);
    let field = TextEdit::singleline(&mut fields.palette).hint_text(words::FILTER);
    let field = ui.add(field.desired_width(f32::INFINITY).margin(space::SMALL as i8));
    field.request_focus();
    let wanted = fields.palette.to_lowercase();
    let found: Vec<Command> = Command::ALL
        .into_iter()
        .filter(|command| command.is_called(&wanted))
        .filter(|command| *command != Command::Palette)
        .collect();
    if found.is_empty() {
        ui.label(text::body(window::NO_COMMAND).color(Tokens::from_context(ui).muted));
    }
    let pressed = |key| ui.input(|input| input.key_pressed(key));
    if field.changed() {
        fields.chosen = 0;
    }
    if pressed(Key::ArrowDown) {
        fields.chosen = (fields.chosen + 1).min(found.len().saturating_sub(1));
    }
    if pressed(Key::ArrowUp) {
        fields.chosen = fields.chosen.saturating_sub(1);
    }
    let is_walking = pressed(Key::ArrowDown) || pressed(Key::ArrowUp);
    let entered = pressed(Key::Enter);
    ScrollArea::vertical().show(ui, |ui| {
        for (index, command) in found.iter().enumerate() {
            let keys =
                command.shortcuts().first().map(|keys| keys::text(ui.ctx(), *keys)).unwrap_or_default();
            let possible = command.message(model);
            let row = egui::Button::selectable(index == fields.chosen, command.name()).shortcut_text(keys);
            let width = ui.available_width();
            let response =
                ui.add_enabled(possible.is_ok(), row.min_size(egui::vec2(width, space::ROW_HEIGHT)));
            if let Err(reason) = &possible {
                ui.label(text::caption(*reason).color(Tokens::from_context(ui).muted));
            }
            if is_walking && index == fields.chosen {
                response.scroll_to_me(None);
            }
            if response.clicked() || (entered && index == fields.chosen) {
                outbox.extend([Msg::Escape].into_iter().filter(|_| possible.is_ok()));
                outbox.extend(possible.ok());
            }
        }
    });
}

/// A path to type, where no dialog comes up.
fn path_ui(ui: &mut Ui, model: &Model, fields: &mut Fields, outbox: &mut Outbox) {
    section(ui, model.asked.title());
    ui.label(text::body(words::NO_DIALOG).color(Tokens::from_context(ui).muted));
    let field = TextEdit::singleline(&mut fields.path).desired_width(f32::INFINITY);
    let field = ui.add(field.margin(space::SMALL as i8));
    field.request_focus();
    field.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, words::widgets::PATH));
    let is_empty = fields.path.trim().is_empty();
    let entered = ui.input(|input| input.key_pressed(Key::Enter));
    button_row(ui, |ui| {
        let reason = is_empty.then_some(words::START_TYPE_FIRST);
        let open = Button::primary(words::START_TYPE_BUTTON).blocked(reason);
        if (button(ui, &open).clicked() || entered) && !is_empty {
            outbox.push(Msg::TypedInstead(model.asked.clone(), fields.path.trim().into()));
        }
        if button(ui, &Button::secondary(words::LEAVE)).clicked() {
            outbox.push(Msg::Escape);
        }
    });
}

fn folders_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    section(ui, words::FOLDERS_TITLE);
    if link_button(ui, words::CLOSE).clicked() {
        outbox.push(Msg::Escape);
    }
    if let Some(failure) = model.folders.failed() {
        ui.label(text::body(&failure.what).color(Tokens::from_context(ui).danger.text));
    }
    let Some(list) = model.folders.ready() else { return };
    ui.add(egui::Label::new(text::code(path_line(&list.place))).wrap());
    ui.horizontal_wrapped(|ui| {
        if button(ui, &Button::primary(words::FOLDERS_HERE)).clicked() {
            outbox.push(Msg::OpenFolder(list.place.clone()));
        }
        if let Some(parent) = &list.parent
            && button(ui, &Button::secondary(words::FOLDERS_UP).icon(Icon::CornerLeftUp)).clicked()
        {
            outbox.push(Msg::ShowFolders(Some(parent.clone())));
        }
    });
    ScrollArea::vertical().auto_shrink(false).max_height(SIZE[1] / 2.0).show(ui, |ui| {
        if list.names.is_empty() {
            ui.label(text::body(words::FOLDERS_NONE).color(Tokens::from_context(ui).muted));
        }
        for name in &list.names {
            if link_button(ui, &line(name)).clicked() {
                outbox.push(Msg::ShowFolders(Some(list.place.join(name))));
            }
        }
    });
}

fn closing_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    section(ui, words::STILL_WORKING);
    let is_rehearsal = model.rehearsing.is_working();
    ui.label(if is_rehearsal { trying::REHEARSAL_SURVIVES } else { words::STILL_WORKING_MEANING });
    ui.horizontal_wrapped(|ui| {
        if button(ui, &Button::primary(words::STAY)).clicked() {
            outbox.push(Msg::Escape);
        }
        if button(ui, &Button::secondary(words::CLOSE_ANYWAY)).clicked() {
            outbox.push(Msg::CloseAnyway);
        }
    });
}
