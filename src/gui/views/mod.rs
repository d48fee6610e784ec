//! The pages: each draws a part of the model and says in messages what a person did.

mod about;
mod arrival;
mod change;
mod changes;
mod checks;
mod choose;
mod evidence;
mod figures;
mod findings;
mod fixed;
mod guided;
mod history;
mod identify;
mod interrupted;
mod keys;
mod make;
mod many;
mod merge;
mod new_key;
mod overlays;
mod overview;
mod rehearse;
mod result;
mod review;
mod rollout;
mod rows;
mod scripts;
mod settings;
mod start;
mod switches;
mod vouch;
mod wanted;
mod workspace;

use egui::{CentralPanel, Frame, ScrollArea, Ui};

use super::outbox::Outbox;
use super::panes::Panes;
use crate::present::message::Msg;
use crate::present::{Model, Page, Tab};
use crate::toolkit::theme::{Tokens, space};
use crate::toolkit::widgets::{link_button, page_column};
use crate::words;

/// What only the drawing has to remember.
#[derive(Debug, Default)]
pub struct Fields {
    /// What is typed into the list of commands.
    pub palette: String,
    /// What is typed where a dialog would have asked.
    pub path: String,
    /// Which command of the list is chosen.
    pub chosen: usize,
    /// The page with a button that begins a change which was drawn last.
    pub(crate) arrival: arrival::PageArrival,
    /// Whether the differences from the history are shown.
    pub differences: bool,
    /// Whether the details of a result are shown.
    pub details: bool,
    /// Which code is looked for.
    pub(crate) code: String,
    /// Which long list or text is shown, by its name.
    pub(crate) list: Option<&'static str>,
}

/// The whole window.
pub(crate) fn root_ui(
    ui: &mut Ui,
    model: &Model,
    panes: &mut Panes,
    fields: &mut Fields,
    outbox: &mut Outbox,
) {
    let page = Frame::new().fill(Tokens::from_context(ui).page());
    if let Page::Workspace(tab) = model.page {
        workspace::header_ui(ui, model, tab, outbox);
    }
    if let Some(notice) = &model.notice {
        workspace::notice_ui(ui, notice);
    }
    if model.sample.is_waiting() && model.page == Page::Start {
        // Wherever the page is scrolled to, and without moving anything on it.
        workspace::notice_ui(ui, words::SAMPLE_WAIT);
    }
    if !matches!(model.page, Page::Guided | Page::Wanted | Page::Rollout) {
        fields.arrival.leave();
    }
    CentralPanel::default().frame(page).show(ui, |ui| match model.page {
        Page::Start => wide_column_ui(ui, "start", |ui| start::page_ui(ui, model, outbox)),
        Page::Interrupted => column_ui(ui, "interrupted", |ui| interrupted::page_ui(ui, model, outbox)),
        Page::Review => column_ui(ui, "review", |ui| review::page_ui(ui, model, outbox)),
        Page::Rehearse => column_ui(ui, "rehearse", |ui| rehearse::page_ui(ui, model, outbox)),
        Page::Choose => column_ui(ui, "choose", |ui| choose::page_ui(ui, model, outbox)),
        Page::Fixed => column_ui(ui, "fixed", |ui| fixed::page_ui(ui, model, outbox)),
        Page::Make => column_ui(ui, "make", |ui| make::page_ui(ui, model, outbox)),
        Page::Wanted => wide_column_ui(ui, "wanted", |ui| wanted::page_ui(ui, model, fields, outbox)),
        Page::Rollout => wide_column_ui(ui, "rollout", |ui| rollout::page_ui(ui, model, fields, outbox)),
        Page::Evidence => column_ui(ui, "evidence", |ui| evidence::page_ui(ui, model, outbox)),
        Page::Figures => wide_column_ui(ui, "figures", |ui| figures::page_ui(ui, model, fields, outbox)),
        Page::Identify => column_ui(ui, "identify", |ui| identify::page_ui(ui, model, outbox)),
        Page::Codes => column_ui(ui, "codes", |ui| identify::codes_ui(ui, model, fields, outbox)),
        Page::About => column_ui(ui, "about", |ui| about::page_ui(ui, model, fields, outbox)),
        Page::Keys => column_ui(ui, "keys", |ui| keys::page_ui(ui, model, outbox)),
        Page::Merge => merge::page_ui(ui, model, outbox),
        Page::Settings => column_ui(ui, "settings", |ui| settings::page_ui(ui, model, outbox)),
        Page::Guided => guided::page_ui(ui, model, fields, outbox),
        Page::Workspace(Tab::Overview) => {
            wide_column_ui(ui, "overview", |ui| overview::page_ui(ui, model, outbox));
        }
        Page::Workspace(Tab::Checks) => column_ui(ui, "checks", |ui| checks::page_ui(ui, model, outbox)),
        Page::Workspace(Tab::History) => {
            column_ui(ui, "history", |ui| history::page_ui(ui, model, fields, outbox));
        }
        Page::Workspace(Tab::Changes) => changes::page_ui(ui, model, panes, outbox),
    });
    overlays::show(ui, model, fields, outbox);
}

/// A page with two columns where there is room.
fn wide_column_ui(ui: &mut Ui, name: &str, contents: impl FnOnce(&mut Ui)) {
    const WIDTH: f32 = 2.0 * space::READING_WIDTH;
    scrolled_ui(ui, name, |ui| page_column(ui, WIDTH, contents));
}

/// A page that scrolls, also to where the keyboard goes.
fn scrolled_ui(ui: &mut Ui, name: &str, contents: impl FnOnce(&mut Ui)) {
    ScrollArea::vertical().id_salt(name).auto_shrink(false).show(ui, |ui| {
        contents(ui);
        follow_keyboard(ui);
    });
}

/// Brings into view what the keyboard has just moved to.
fn follow_keyboard(ui: &mut Ui) {
    let place = ui.scope_id().with("keyboard");
    let focused = ui.memory(egui::Memory::focused);
    if ui.data(|data| data.get_temp::<Option<egui::Id>>(place)) == Some(focused) {
        return;
    }
    ui.data_mut(|data| data.insert_temp(place, focused));
    let Some(response) = focused.and_then(|id| ui.ctx().read_response(id)) else { return };
    // What stands elsewhere, in the head for example, is not cut off.
    if response.interact_rect != response.rect {
        ui.scroll_to_rect(response.rect, None);
    }
}

/// A page that is read from top to bottom.
fn column_ui(ui: &mut Ui, name: &str, contents: impl FnOnce(&mut Ui)) {
    /// A little wider than running text: cards have their own margins.
    const WIDTH: f32 = space::READING_WIDTH + 6.0 * space::HUGE;
    scrolled_ui(ui, name, |ui| page_column(ui, WIDTH, contents));
}

/// The same on the command line, to be copied.
fn command_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    let label = match model.page {
        // There is much on this page that commands are for.
        Page::Workspace(Tab::History) => words::COPY_HISTORY_COMMAND,
        _ => words::COPY_COMMAND,
    };
    if model.page_command().is_some() && link_button(ui, label).clicked() {
        outbox.push(Msg::CopyCommand);
    }
}
