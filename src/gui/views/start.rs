//! The beginning: open something, put something back, or try the sample.

use std::path::PathBuf;

use egui::{Align, Key, Layout, TextEdit, Ui};

use crate::gui::outbox::Outbox;
use crate::present::message::Msg;
use crate::present::{Model, pair_text};
use crate::toolkit::theme::{Icon, Tokens, space, text};
use crate::toolkit::widgets::{
    Button, DropZoneView, PageHeader, button, card, drop_zone, link_button, page_header,
};
use crate::words;

pub fn page_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    let header = PageHeader { title: words::START_TITLE, subtitle: words::START_LOOKING_IS_SAFE };
    page_header(ui, &header, |_| ());
    drop_ui(ui, outbox);
    ui.scope(|ui| typed_ui(ui, model, outbox));
    let layout = Layout::top_down(Align::Min);
    ui.columns(2, |columns| {
        columns[0].with_layout(layout, |ui| go_back_ui(ui, outbox));
        columns[1].with_layout(layout, |ui| sample_ui(ui, model, outbox));
    });
    recent_ui(ui, model, outbox);
    if link_button(ui, words::KEYS).clicked() {
        outbox.push(Msg::ShowKeys);
    }
}

fn drop_ui(ui: &mut Ui, outbox: &mut Outbox) {
    let zone = DropZoneView {
        icon: Icon::FileDown,
        title: words::START_DROP,
        title_while_held: words::START_DROP_NOW,
        body: words::START_DROP_NAME,
        action: Button::primary(words::START_OPEN_PATCH).icon(Icon::FileInput),
    };
    if drop_zone(ui, &zone).clicked() {
        outbox.push(Msg::PickBundle);
    }
}

/// For machines whose dialog does not come up, and for who has the path on the clipboard.
fn typed_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    let mut typed = model.typed_path.clone();
    ui.spacing_mut().item_spacing.y = space::SMALL;
    let label = ui.label(text::caption(words::START_TYPE).color(Tokens::from_context(ui).muted));
    ui.horizontal_top(|ui| {
        let is_empty = typed.trim().is_empty();
        let room = (ui.available_width() - 3.0 * space::HUGE).max(4.0 * space::HUGE);
        let field = TextEdit::singleline(&mut typed).desired_width(room).margin(space::SMALL as i8);
        let field = ui.add(field).labelled_by(label.id);
        let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let reason = is_empty.then_some(words::START_TYPE_FIRST);
        let open = Button::secondary(words::START_TYPE_BUTTON).blocked(reason).reason_elsewhere();
        let clicked = button(ui, &open).clicked();
        if field.changed() {
            outbox.push(Msg::TypePath(typed.clone()));
        }
        if !is_empty && (clicked || entered) {
            outbox.push(Msg::Open(PathBuf::from(typed.trim())));
        }
    });
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::LARGE;
        if link_button(ui, words::START_CHOOSE_FOLDER).clicked() {
            outbox.push(Msg::PickFolder);
        }
        if link_button(ui, words::FOLDERS_LIST).clicked() {
            outbox.push(Msg::ShowFolders(None));
        }
    });
}

fn go_back_ui(ui: &mut Ui, outbox: &mut Outbox) {
    card(ui, Some(words::START_GO_BACK), |ui| {
        ui.label(text::body(words::START_GO_BACK_MEANING).color(Tokens::from_context(ui).muted));
        if button(ui, &Button::secondary(words::START_GO_BACK_BUTTON).icon(Icon::Undo2)).clicked() {
            outbox.push(Msg::BeginTakeBack);
        }
    });
}

fn sample_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    card(ui, Some(words::START_SAMPLE_TITLE), |ui| {
        ui.label(text::body(words::START_SAMPLE_MEANING).color(Tokens::from_context(ui).muted));
        let reason = model.sample.is_waiting().then_some(words::SAMPLE_WAIT);
        let sample = Button::secondary(words::START_SAMPLE).icon(Icon::FlaskConical).blocked(reason);
        if button(ui, &sample).clicked() {
            outbox.push(Msg::TrySample);
        }
        if let Some(failure) = model.sample.failed() {
            ui.label(text::body(&failure.what).color(Tokens::from_context(ui).danger.text));
        }
    });
}

fn recent_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    card(ui, Some(words::START_RECENT), |ui| {
        if model.recent.pairs.is_empty() {
            ui.label(text::body(words::START_RECENT_EMPTY).color(Tokens::from_context(ui).muted));
        }
        for pair in &model.recent.pairs {
            let (bundle, folder) = pair_text(pair);
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing.x = space::SMALL;
                let name = if pair.bundle.is_some() { &bundle } else { &folder };
                if link_button(ui, name).clicked() {
                    outbox.push(match (&pair.bundle, &pair.folder) {
                        (Some(bundle), folder) => Msg::OpenPair(bundle.clone(), folder.clone()),
                        (None, Some(folder)) => Msg::OpenFolder(folder.clone()),
                        (None, None) => return,
                    });
                }
                if pair.bundle.is_some() {
                    ui.label(text::caption(folder).color(Tokens::from_context(ui).muted));
                }
            });
        }
    });
}
