//! What is saved for an auditor, and whether what an auditor was given is what somebody made.

use egui::{Label, Ui};

use super::keys::{chosen_key_ui, head_ui};
use super::overview::failure_ui;
use super::rows::field_ui;
use crate::gui::outbox::Outbox;
use crate::present::Model;
use crate::present::evidence::EvidenceVerdict;
use crate::present::keys::SignForm;
use crate::present::message::{Input, KeyMsg, Msg, PapersMsg};
use crate::present::overview::{line, path_line};
use crate::toolkit::theme::{Icon, text};
use crate::toolkit::widgets::{
    Banner, Button, FactRow, Notice, PageHeader, banner, button, button_row, card, choice_box, facts,
    link_button, tick_box,
};
use crate::words::{self, fill, papers};

pub fn page_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    let header = PageHeader { title: papers::EVIDENCE_TITLE, subtitle: papers::EVIDENCE_MEANING };
    head_ui(ui, model, &header, outbox);
    what_ui(ui, model, outbox);
    key_ui(ui, model, outbox);
    button_row(ui, |ui| {
        let lacks = model.signing.as_ref().and_then(SignForm::reason_to_wait);
        let reason = model.papers.evidence.reason_to_wait().or(lacks);
        if button(ui, &Button::primary(papers::EVIDENCE).icon(Icon::FileDown).blocked(reason)).clicked() {
            outbox.push(Msg::Papers(PapersMsg::SaveEvidence));
        }
    });
    check_ui(ui, model, outbox);
    super::command_ui(ui, model, outbox);
}

fn what_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    let mut form = model.papers.evidence.clone();
    card(ui, Some(papers::EVIDENCE_WHAT), |ui| {
        facts(ui, &[FactRow::new(words::FOLDER, &path_line(&form.folder))]);
        if choice_box(ui, form.patch.is_none(), papers::EVIDENCE_ALL).clicked() {
            form.patch = None;
        }
        let stack = model.workspace.view.ready().map(|view| view.stack.as_slice()).unwrap_or_default();
        let mut patches: Vec<String> = stack.iter().map(|row| row.exact.clone()).collect();
        patches.extend(form.patch.clone().filter(|id| !patches.contains(id)));
        for id in patches {
            let label = fill(papers::EVIDENCE_ONE, &[("id", &line(&id))]);
            if choice_box(ui, form.patch.as_ref() == Some(&id), &label).clicked() {
                form.patch = Some(id);
            }
        }
        field_ui(ui, papers::EVIDENCE_SINCE, &mut form.since, false);
        tick_box(ui, &mut form.without_users, papers::EVIDENCE_NO_USERS);
        tick_box(ui, &mut form.without_paths, papers::EVIDENCE_NO_PATHS);
    });
    if form != model.papers.evidence {
        outbox.push(Msg::Papers(PapersMsg::EditEvidence(Box::new(form))));
    }
}

/// The key that the checksums are signed with, if one is.
fn key_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    card(ui, Some(papers::EVIDENCE_SIGNATURE), |ui| match &model.signing {
        None => {
            ui.add(Label::new(text::body(papers::EVIDENCE_UNSIGNED)).wrap());
            if button(ui, &Button::secondary(papers::EVIDENCE_KEY).icon(Icon::PenLine)).clicked() {
                outbox.push(Msg::Keys(KeyMsg::PickOwn));
            }
        }
        Some(form) => {
            chosen_key_ui(ui, form, outbox);
            if link_button(ui, papers::EVIDENCE_NO_KEY).clicked() {
                outbox.push(Msg::Keys(KeyMsg::Leave));
            }
        }
    });
}

fn check_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    card(ui, Some(papers::EVIDENCE_CHECK), |ui| {
        ui.add(Label::new(text::body(papers::EVIDENCE_CHECK_MEANING)).wrap());
        let checked = &model.papers.checked;
        if let Some(failure) = checked.failed() {
            failure_ui(ui, failure, outbox);
        } else if let Some(checked) = checked.ready() {
            let notice = match checked.verdict {
                EvidenceVerdict::Proven => Notice::Good,
                EvidenceVerdict::Whole => Notice::Caution,
                EvidenceVerdict::Changed => Notice::Danger,
            };
            let body = checked.lines.join("\n");
            banner(ui, &Banner { notice, title: &checked.headline, body: &body, actions: &[] });
        }
        let waiting = checked.is_waiting().then_some(words::CHECKING);
        let choose = Button::secondary(papers::EVIDENCE_CHECK_FILE).icon(Icon::ShieldCheck).blocked(waiting);
        if button(ui, &choose).clicked() {
            outbox.push(Msg::PickInput(Input::EvidenceFile));
        }
    });
}
