//! Trying a change on a copy of the folder: what is tried, the worker at it, and how it ended.

use egui::{Label, Ui};

use super::guided::set_aside_ui;
use super::keys::head_ui;
use super::many::{WorkView, work_ui};
use super::rows::{field_ui, files_ui, item_ui};
use crate::gui::outbox::Outbox;
use crate::present::Model;
use crate::present::check::CheckPage;
use crate::present::message::{Input, Msg, RehearseMsg};
use crate::present::overview::path_line;
use crate::present::rehearse::{RehearsalEnd, RehearsalMark};
use crate::toolkit::theme::{Icon, Tokens, space, text};
use crate::toolkit::widgets::{
    Button, FactRow, Notice, PageHeader, button, button_row, card, facts, outcome_mark,
};
use crate::words::{self, trying};

pub fn page_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    let header = PageHeader { title: trying::REHEARSE_TITLE, subtitle: trying::REHEARSE_MEANING };
    head_ui(ui, model, &header, outbox);
    let rehearsing = &model.rehearsing;
    match &rehearsing.run {
        Some(run) => match &run.end {
            Some(end) => ended_ui(ui, end, outbox),
            None => {
                let view = WorkView {
                    title: trying::REHEARSING,
                    meaning: trying::REHEARSE_READ_ONLY,
                    stopping: trying::REHEARSAL_STOP,
                    is_new: false,
                };
                work_ui(ui, &view, run.number, &run.work, outbox);
            }
        },
        None => form_ui(ui, model, outbox),
    }
    if !rehearsing.is_working() {
        super::command_ui(ui, model, outbox);
    }
}

fn form_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    let check = model.check_to_rehearse();
    let mut form = model.rehearsing.form.clone();
    card(ui, None, |ui| {
        let (patch, folder) = (subject(check), model.rehearsing.folder());
        let folder = folder.map(path_line).unwrap_or_default();
        facts(ui, &[FactRow::new(words::PATCH, &patch), FactRow::new(words::FOLDER, &folder)]);
        muted_ui(ui, trying::REHEARSE_READ_ONLY);
        for rule in check.and_then(CheckPage::set_aside_to_rehearse).unwrap_or_default() {
            if let Some(said) = set_aside_ui(ui, &form.overrides, rule, model.workspace.files().len() > 1) {
                form.overrides.set(rule, said);
            }
        }
    });
    card(ui, Some(trying::REHEARSE_TESTS), |ui| {
        field_ui(ui, trying::REHEARSE_COMMANDS, &mut form.tests, true);
        field_ui(ui, trying::REHEARSE_SECONDS, &mut form.seconds, false);
    });
    card(ui, Some(trying::REHEARSE_COPY), |ui| {
        muted_ui(ui, trying::REHEARSE_BESIDE);
        let mut places = form.copy_in.iter().cloned().collect();
        files_ui(ui, words::FOLDER, &mut places, Input::CopyPlace, outbox);
        form.copy_in = places.pop();
    });
    button_row(ui, |ui| {
        let reason = form.reason_to_wait(check);
        let begin = Button::primary(trying::REHEARSE_NOW).icon(Icon::FlaskConical).blocked(reason);
        if button(ui, &begin).clicked() {
            outbox.push(Msg::Rehearse(RehearseMsg::Begin));
        }
    });
    if form != model.rehearsing.form {
        // Before what was pressed with it.
        outbox.insert(0, Msg::Rehearse(RehearseMsg::Edit(Box::new(form))));
    }
}

fn subject(check: Option<&CheckPage>) -> String {
    let subject = check.and_then(|check| check.subject.as_ref());
    subject.map(|subject| subject.patch.clone()).unwrap_or_default()
}

fn muted_ui(ui: &mut Ui, words: &str) {
    ui.add(Label::new(text::body(words).color(Tokens::from_context(ui).muted)).wrap());
}

fn ended_ui(ui: &mut Ui, end: &RehearsalEnd, outbox: &mut Outbox) {
    let notice = match end.mark {
        RehearsalMark::Passed => Notice::Good,
        RehearsalMark::Failed => Notice::Danger,
        RehearsalMark::NotDone => Notice::Caution,
    };
    outcome_mark(ui, notice, end.heading, &end.sentence);
    if !end.rows.is_empty() {
        card(ui, None, |ui| {
            let tokens = Tokens::from_context(ui);
            for row in &end.rows {
                let sign = match row.is_passed {
                    true => (Icon::CircleCheck, tokens.good.strong),
                    false => (Icon::CircleX, tokens.danger.strong),
                };
                item_ui(ui, sign, (&row.name, &row.said), row.printed.iter().map(String::as_str));
            }
        });
    }
    card(ui, None, |ui| {
        for fact in [trying::REHEARSED_READ_ONLY].into_iter().chain(end.facts.iter().map(String::as_str)) {
            ui.add(Label::new(text::body(fact)).wrap());
        }
    });
    button_row(ui, |ui| {
        ui.spacing_mut().item_spacing.x = space::SMALL;
        if button(ui, &Button::secondary(trying::REHEARSE_AGAIN).icon(Icon::RefreshCw)).clicked() {
            outbox.push(Msg::Rehearse(RehearseMsg::Again));
        }
    });
}
