//! A patch in plain words.

use egui::{Label, Ui};

use super::findings::{findings_ui, support_ui};
use super::workspace::{identity_ui, is_low};
use crate::gui::outbox::Outbox;
use crate::present::Model;
use crate::present::failure::Failure;
use crate::present::message::Msg;
use crate::toolkit::theme::{Icon, text};
use crate::toolkit::widgets::{
    Banner, Button, EmptyState, FactRow, Notice, banner, card, empty_state, facts,
};
use crate::words;

pub fn page_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    let patch = &model.workspace.patch;
    if is_low(ui) {
        identity_ui(ui, model, outbox);
    }
    if let Some(failure) = patch.failed() {
        failure_ui(ui, failure, outbox);
    } else if let Some(patch) = patch.ready() {
        folder_ui(ui, model, outbox);
        findings_ui(ui, &patch.overview.hidden, outbox);
        card(ui, Some(words::WHY), |ui| ui.add(Label::new(text::body(&patch.overview.summary)).wrap()));
        for section in &patch.overview.sections {
            card(ui, Some(section.heading), |ui| {
                let list: Vec<FactRow<'_>> =
                    section.facts.iter().map(|fact| of(&fact.name, &fact.value)).collect();
                facts(ui, &list);
            });
        }
    } else if patch.is_waiting() {
        let empty = EmptyState {
            icon: Icon::FileText,
            title: words::CHECKING_FILE,
            body: words::CHECKING_FILE_MEANING,
            action: None,
        };
        empty_state(ui, &empty);
    } else {
        let empty = EmptyState {
            icon: Icon::FileText,
            title: words::NO_PATCH,
            body: words::OVERVIEW_EMPTY,
            action: Some(Button::primary(words::START_OPEN_PATCH)),
        };
        if empty_state(ui, &empty).is_some_and(|action| action.clicked()) {
            outbox.push(Msg::PickBundle);
        }
    }
}

/// Where nobody knows yet what a text patch does: the folder it is for has to be chosen, or cannot be read.
pub(crate) fn folder_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    let workspace = &model.workspace;
    if !workspace.lacks_folder() {
        return;
    }
    if let (Some(_), Some(failure)) = (&workspace.folder, workspace.view.failed()) {
        return failure_ui(ui, failure, outbox);
    }
    let banner_view = Banner {
        notice: Notice::Information,
        title: words::TEXT_NEEDS_FOLDER,
        body: words::TEXT_NEEDS_FOLDER_MEANING,
        actions: &[Button::primary(words::START_CHOOSE_FOLDER)],
    };
    if banner(ui, &banner_view).is_some() {
        outbox.push(Msg::PickFolder);
    }
}

/// Digests are code that somebody compares.
fn of<'a>(name: &'a str, value: &'a str) -> FactRow<'a> {
    let is_digest = value.len() == 64 && value.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_digest { FactRow::code(name, value) } else { FactRow::new(name, value) }
}

/// Why something cannot be shown, and what to do.
pub(crate) fn failure_ui(ui: &mut Ui, failure: &Failure, outbox: &mut Outbox) {
    let check = crate::present::check::CheckPage::of_failure(failure);
    findings_ui(ui, &check.findings, outbox);
    support_ui(ui, outbox);
}
