//! How folders stand to a state file: what differs first, and one button that brings everything in line that may be.

use std::path::PathBuf;

use egui::{Label, Ui};

use super::Fields;
use super::keys::head_ui;
use super::many::{first_ui, sign};
use super::overview::failure_ui;
use super::rows::{files_ui, row_ui};
use crate::gui::outbox::Outbox;
use crate::present::Model;
use crate::present::asked::AskedAbout;
use crate::present::message::{Input, ManyMsg, Msg};
use crate::present::overview::path_line;
use crate::present::wanted::{ExpectationMark, WantedFolder, WantedPage, WantedRow};
use crate::report::phrases;
use crate::toolkit::theme::{Icon, Tokens, space, text};
use crate::toolkit::widgets::{
    Banner, Button, EmptyState, Notice, PageHeader, banner, button, button_row, card, empty_state, icon_at,
    link_button, segmented, tick_box,
};
use crate::words::{self, fill, many};

/// Which folders are listed.
const LISTED: [&str; 2] = [many::WANTED_DIFFERENT, many::WANTED_ALL];

pub fn page_ui(ui: &mut Ui, model: &Model, fields: &mut Fields, outbox: &mut Outbox) {
    let header = PageHeader { title: many::WANTED_TITLE, subtitle: many::WANTED_MEANING };
    head_ui(ui, model, &header, outbox);
    if model.many.wanted.file.is_none() {
        let empty = EmptyState {
            icon: Icon::ListChecks,
            title: many::WANTED_FILE,
            body: many::WANTED_FILE_MEANING,
            action: Some(Button::primary(many::INPUT_STATE_FILE)),
        };
        if empty_state(ui, &empty).is_some_and(|action| action.clicked()) {
            outbox.push(Msg::PickInput(Input::StateFile));
        }
        return;
    }
    if !first_ui(ui, model, fields, outbox) {
        form_ui(ui, model, outbox);
        let stands = &model.many.stands;
        match (stands.failed(), stands.ready()) {
            (Some(failure), _) => failure_ui(ui, failure, outbox),
            (None, Some(page)) => stands_ui(ui, model, page, outbox),
            (None, None) => _ = ui.label(text::body(many::PLAN_WAIT)),
        }
    }
    super::command_ui(ui, model, outbox);
}

fn form_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    let mut form = model.many.wanted.clone();
    card(ui, None, |ui| {
        let mut files: Vec<PathBuf> = form.file.iter().cloned().collect();
        files_ui(ui, many::WANTED_FILE, &mut files, Input::StateFile, outbox);
        if files.is_empty() {
            form.file = None;
        }
        if let Some(only) = form.only.clone() {
            row_ui(ui, many::WANTED_ONLY, |ui| {
                ui.add(Label::new(text::body(path_line(&only))).wrap());
                if link_button(ui, many::WANTED_EVERY).clicked() {
                    form.only = None;
                }
            });
        }
        tick_box(ui, &mut form.again, many::WANTED_AGAIN);
    });
    if form != model.many.wanted {
        outbox.push(Msg::Many(ManyMsg::EditWanted(Box::new(form))));
    }
}

fn stands_ui(ui: &mut Ui, model: &Model, page: &WantedPage, outbox: &mut Outbox) {
    ui.add(Label::new(text::heading(&page.headline)).wrap());
    for warning in &page.warnings {
        banner(ui, &Banner { notice: Notice::Caution, title: warning, body: "", actions: &[] });
    }
    problem_ui(ui, model, page, outbox);
    let waiting = model.many.stands.is_waiting().then_some(words::CHECKING);
    button_row(ui, |ui| {
        let [n, folders] = page.due_words();
        let label = fill(many::BRING_IN_LINE, &[("n", &n), ("folders", &folders)]);
        let reason = waiting.or(page.reason_to_wait());
        if button(ui, &Button::primary(&label).icon(Icon::Check).blocked(reason)).clicked() {
            outbox.push(Msg::Many(ManyMsg::Ask(AskedAbout::InLine)));
        }
        let again = Button::secondary(words::CHECK_AGAIN).icon(Icon::RefreshCw).blocked(waiting);
        if button(ui, &again.reason_elsewhere()).clicked() {
            outbox.push(Msg::Many(ManyMsg::LookAgain));
        }
        if button(ui, &Button::secondary(many::WANTED_SAVE).icon(Icon::FileDown)).clicked() {
            outbox.push(Msg::Many(ManyMsg::SaveComparison));
        }
    });
    folders_ui(ui, model, page, outbox);
}

/// More would be rolled back than one run may, which somebody can allow.
fn problem_ui(ui: &mut Ui, model: &Model, page: &WantedPage, outbox: &mut Outbox) {
    let Some(problem) = &page.problem else { return };
    let count = page.too_many.unwrap_or_default();
    let allow = fill(many::WANTED_TOO_MANY, &[("n", &phrases::count(count, "patch", "patches"))]);
    let actions = &[Button::secondary(&allow)];
    let actions: &[Button<'_>] = if count > 0 { actions } else { &[] };
    let notice = Notice::Caution;
    if banner(ui, &Banner { notice, title: problem, body: words::NOTHING_CHANGED, actions }).is_some() {
        let mut form = model.many.wanted.clone();
        form.most_rolled_back = count;
        outbox.push(Msg::Many(ManyMsg::EditWanted(Box::new(form))));
    }
}

fn folders_ui(ui: &mut Ui, model: &Model, page: &WantedPage, outbox: &mut Outbox) {
    let shows_all = model.many.wanted.shows_all;
    let mut listed = usize::from(shows_all);
    ui.horizontal_wrapped(|ui| {
        if segmented(ui, many::WANTED_LISTED, &LISTED, &mut listed) {
            let mut form = model.many.wanted.clone();
            form.shows_all = listed == 1;
            outbox.push(Msg::Many(ManyMsg::EditWanted(Box::new(form))));
        }
    });
    card(ui, None, |ui| {
        let mut shown =
            page.folders.iter().filter(|folder| shows_all || folder.mark != ExpectationMark::Good).peekable();
        if shown.peek().is_none() {
            ui.label(text::body(many::WANTED_NONE_DIFFER).color(Tokens::from_context(ui).muted));
        }
        for (number, folder) in shown.enumerate() {
            if number > 0 {
                ui.separator();
            }
            ui.push_id(&folder.path, |ui| folder_ui(ui, folder, outbox));
        }
        if page.more > 0 {
            ui.label(text::caption(fill(words::AND_MORE, &[("n", &page.more.to_string())])));
        }
    });
}

fn folder_ui(ui: &mut Ui, folder: &WantedFolder, outbox: &mut Outbox) {
    let tokens = Tokens::from_context(ui);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = space::SMALL;
        let size = egui::Vec2::splat(text::ICON + space::TINY);
        let (place, _) = ui.allocate_exact_size(size, egui::Sense::hover());
        let (icon, colour) = sign(folder.mark, tokens);
        icon_at(ui, place, icon, text::ICON + 2.0, colour);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = space::TINY;
            ui.spacing_mut().interact_size.y = 0.0;
            ui.horizontal_wrapped(|ui| {
                ui.add(Label::new(text::strong(&folder.name)).wrap());
                ui.add(Label::new(text::caption(&folder.state).color(colour)).wrap());
                ui.add(Label::new(text::caption(&folder.shown_path).color(tokens.muted)).wrap());
            });
            folder.rows.iter().for_each(|row| expected_ui(ui, row));
            if !folder.met.is_empty() {
                ui.add(Label::new(text::caption(&folder.met).color(tokens.muted)).wrap());
            }
            ways_ui(ui, folder, outbox);
        });
    });
}

/// One expectation: how it stands, and below what a person can do.
fn expected_ui(ui: &mut Ui, row: &WantedRow) {
    let tokens = Tokens::from_context(ui);
    let (icon, colour) = sign(row.mark, tokens);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().interact_size.y = 0.0;
        let (place, _) =
            ui.allocate_exact_size(egui::vec2(text::ICON, text::ICON + space::TINY), egui::Sense::hover());
        icon_at(ui, place, icon, text::ICON - 2.0, colour);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            ui.add(Label::new(text::body(&row.said)).wrap());
            if !row.way_out.is_empty() {
                ui.add(Label::new(text::caption(&row.way_out).color(tokens.muted)).wrap());
            }
        });
    });
}

/// What can be done with one folder.
fn ways_ui(ui: &mut Ui, folder: &WantedFolder, outbox: &mut Outbox) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::LARGE;
        if link_button(ui, many::OPEN_FOLDER).clicked() {
            outbox.push(Msg::OpenFolder(folder.path.clone()));
        }
        let (label, about) = match folder.is_held {
            true => (many::RELEASE, AskedAbout::Release(folder.path.clone())),
            false => (many::HOLD, AskedAbout::Hold(folder.path.clone())),
        };
        if link_button(ui, label).clicked() {
            outbox.push(Msg::Many(ManyMsg::Ask(about)));
        }
    });
}
