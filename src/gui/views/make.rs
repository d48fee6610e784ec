//! Making a patch: from what, what its author says about it, and what came of it.

use std::path::PathBuf;

use egui::{Label, Ui};

use super::keys::head_ui;
use super::overview::{failure_ui, reading_fields_ui};
use super::rows::{field_ui, files_ui, item_ui, row_ui};
use crate::gui::outbox::Outbox;
use crate::model::{PatchKind, Restart};
use crate::present::Model;
use crate::present::make::{Described, Field, FieldFinding, MadePage, MakeForm, MakeFrom};
use crate::present::message::{Input, MakeMsg, Msg, PapersMsg};
use crate::toolkit::theme::{Icon, Tokens, space, text};
use crate::toolkit::widgets::{
    Button, FactRow, Notice, PageHeader, button, button_row, card, choice_box, facts, icon_at, link_button,
    outcome_mark, segmented, tick_box,
};
use crate::words::{self, papers, trying, window};

/// The kinds of patches, with what each is for.
const KINDS: [(PatchKind, &str); 5] = [
    (PatchKind::Hotfix, window::KIND_HOTFIX),
    (PatchKind::ServicePack, window::KIND_SERVICE_PACK),
    (PatchKind::Feature, window::KIND_FEATURE),
    (PatchKind::Config, window::KIND_CONFIG),
    (PatchKind::Rollback, window::KIND_ROLLBACK),
];

/// What most patches need to be restarted; the others stand in an order file.
const RESTARTS: [(Restart, &str); 3] = [
    (Restart::Nothing, words::NO_RESTART),
    (Restart::Service, window::RESTART_SERVICE),
    (Restart::Machine, window::RESTART_MACHINE),
];

pub fn page_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    let header = PageHeader { title: window::MAKE_TITLE, subtitle: model.making.from.meaning() };
    head_ui(ui, model, &header, outbox);
    if let Some(made) = model.made.ready() {
        return made_ui(ui, model, made, outbox);
    }
    let mut form = model.making.clone();
    from_ui(ui, &mut form, outbox);
    described_ui(ui, &mut form, outbox);
    tried_ui(ui, model, &form, outbox);
    let findings = &model.making_findings;
    if form.described() == Described::Here {
        order_ui(ui, &mut form, findings);
        elsewhere_ui(ui, findings);
    }
    if let Some(failure) = model.made.failed() {
        failure_ui(ui, failure, outbox);
    }
    let mut is_proven = !form.without_proof;
    tick_box(ui, &mut is_proven, window::MAKE_PROVE);
    form.without_proof = !is_proven;
    button_row(ui, |ui| {
        let waiting = model.made.is_waiting().then_some(window::MAKE_WAIT);
        let reason = waiting.or(form.reason_to_wait(findings));
        if button(ui, &Button::primary(window::MAKE_NOW).icon(Icon::PackagePlus).blocked(reason)).clicked() {
            outbox.push(Msg::Make(MakeMsg::Make));
        }
    });
    if form != model.making {
        outbox.push(Msg::Make(MakeMsg::Edit(Box::new(form))));
    }
}

/// From what it is made.
fn from_ui(ui: &mut Ui, form: &mut MakeForm, outbox: &mut Outbox) {
    card(ui, Some(window::MAKE_FROM), |ui| {
        let mut chosen = MakeFrom::ALL.iter().position(|from| *from == form.from).unwrap_or(0);
        if segmented(ui, window::MAKE_FROM, &MakeFrom::ALL.map(MakeFrom::name), &mut chosen) {
            form.from = MakeFrom::ALL[chosen];
        }
        ui.add_space(space::TINY);
        match form.from {
            MakeFrom::Folders => {
                one_ui(ui, window::MAKE_OLD, &mut form.old, Input::OldFolder, outbox);
                one_ui(ui, window::MAKE_NEW, &mut form.new, Input::NewFolder, outbox);
            }
            MakeFrom::TextPatch => {
                files_ui(ui, window::MAKE_PATCHES, &mut form.patches, Input::TextPatch, outbox);
                one_ui(ui, window::MAKE_TARGET, &mut form.target, Input::TargetFolder, outbox);
                reading_fields_ui(ui, &mut form.reading, Input::MadeBase, outbox);
            }
            MakeFrom::Edits => {
                one_ui(ui, window::MAKE_OLD, &mut form.old, Input::OldFolder, outbox);
                files_ui(ui, trying::EDITS_ELSEWHERE, &mut form.tries, Input::TriedFolder, outbox);
                row_ui(ui, "", |ui| {
                    if link_button(ui, trying::EDITS_ADD_FILE).clicked() {
                        outbox.push(Msg::PickInput(Input::TriedFile));
                    }
                });
            }
            MakeFrom::Git => {
                one_ui(ui, window::MAKE_REPOSITORY, &mut form.repository, Input::Repository, outbox);
                field_ui(ui, window::MAKE_RANGE, &mut form.range, false);
            }
        }
    });
}

fn one_ui(ui: &mut Ui, name: &str, file: &mut Option<PathBuf>, input: Input, outbox: &mut Outbox) {
    let mut files: Vec<PathBuf> = file.iter().cloned().collect();
    files_ui(ui, name, &mut files, input, outbox);
    *file = files.pop();
}

/// Who says what it is for.
fn described_ui(ui: &mut Ui, form: &mut MakeForm, outbox: &mut Outbox) {
    card(ui, Some(window::MAKE_ORDER), |ui| {
        let present = form.described();
        let can_be =
            |described: &Described| form.from != MakeFrom::Folders || *described != Described::BySource;
        let choices: Vec<Described> = Described::ALL.into_iter().filter(can_be).collect();
        for described in choices.into_iter().filter(|_| form.from != MakeFrom::Edits) {
            if choice_box(ui, present == described, described.name()).clicked() {
                form.described = described;
            }
        }
        if present == Described::InFile {
            one_ui(ui, window::MAKE_ORDER_FILE, &mut form.order_file, Input::Order, outbox);
            one_ui(ui, trying::ORDER_SBOM, &mut form.sbom, Input::OrderSbom, outbox);
            if link_button(ui, papers::ORDER_SKELETON).clicked() {
                outbox.push(Msg::Papers(PapersMsg::SaveOrder));
            }
        }
    });
}

/// How the edits of the order fit the files there are, before a patch is made of them.
fn tried_ui(ui: &mut Ui, model: &Model, form: &MakeForm, outbox: &mut Outbox) {
    if form.from != MakeFrom::Edits {
        return;
    }
    let tried = &model.tried;
    if let Some(failure) = tried.failed() {
        failure_ui(ui, failure, outbox);
    }
    if let Some(tried) = tried.ready() {
        card(ui, Some(trying::EDITS_TRIED), |ui| {
            let tokens = Tokens::from_context(ui);
            for file in &tried.files {
                let sign = match file.fits {
                    true => (Icon::CircleCheck, tokens.good.strong),
                    false => (Icon::CircleX, tokens.danger.strong),
                };
                item_ui(ui, sign, (&file.file, file.verdict), file.lines.iter().map(String::as_str));
            }
            if !tried.has_original {
                ui.add(Label::new(text::caption(trying::EDITS_NOT_COMPARED).color(tokens.muted)).wrap());
            }
        });
    }
    button_row(ui, |ui| {
        let waiting = tried.is_waiting().then_some(trying::EDITS_TRYING);
        let reason = waiting.or(form.reason_not_to_try());
        let try_them = Button::secondary(trying::EDITS_TRY).icon(Icon::FlaskConical).blocked(reason);
        if button(ui, &try_them).clicked() {
            outbox.push(Msg::Make(MakeMsg::Try));
        }
    });
}

/// The order as a form, with what its rules say at each field.
fn order_ui(ui: &mut Ui, form: &mut MakeForm, findings: &[FieldFinding]) {
    card(ui, Some(window::MAKE_ABOUT), |ui| {
        for field in Field::ALL {
            if field == Field::Product {
                choices_ui(ui, form);
            }
            field_ui(ui, field.name(), form.text_mut(field), field.has_lines());
            for finding in findings.iter().filter(|finding| finding.field == Some(field)) {
                finding_ui(ui, finding);
            }
            ui.add_space(space::TINY);
        }
    });
}

fn choices_ui(ui: &mut Ui, form: &mut MakeForm) {
    row_ui(ui, window::ORDER_KIND, |ui| {
        for (kind, name) in KINDS {
            if choice_box(ui, form.kind == kind, name).clicked() {
                form.kind = kind;
            }
        }
    });
    row_ui(ui, words::RESTART, |ui| {
        for (restart, name) in RESTARTS {
            if choice_box(ui, form.restart == restart, name).clicked() {
                form.restart = restart;
            }
        }
    });
}

fn finding_ui(ui: &mut Ui, finding: &FieldFinding) {
    let tokens = Tokens::from_context(ui);
    if finding.is_missing {
        ui.label(text::caption(&finding.what).color(tokens.muted));
        return;
    }
    let (icon, colour) = match finding.is_error {
        true => (Notice::Danger.icon(), tokens.danger.text),
        false => (Notice::Information.icon(), tokens.muted),
    };
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = space::TINY;
        let (place, _) = ui.allocate_exact_size(egui::Vec2::splat(text::ICON), egui::Sense::hover());
        icon_at(ui, place, icon, text::CAPTION, colour);
        ui.add(Label::new(text::caption(&finding.what).color(colour)).wrap());
    });
}

/// What is said about fields that are not on the page.
fn elsewhere_ui(ui: &mut Ui, findings: &[FieldFinding]) {
    let elsewhere: Vec<&FieldFinding> = findings.iter().filter(|finding| finding.field.is_none()).collect();
    if !elsewhere.is_empty() {
        card(ui, Some(window::MAKE_FINDINGS), |ui| {
            elsewhere.into_iter().for_each(|finding| finding_ui(ui, finding));
        });
    }
}

fn made_ui(ui: &mut Ui, model: &Model, made: &MadePage, outbox: &mut Outbox) {
    outcome_mark(ui, Notice::Good, &made.title, window::MADE_MEANING);
    card(ui, None, |ui| {
        let rows = made.facts.iter().map(|fact| FactRow::new(&fact.name, &fact.value));
        let digest = FactRow::code(words::SHA_256, &made.digest);
        facts(ui, &rows.chain([digest]).collect::<Vec<_>>());
    });
    if !made.notes.is_empty() {
        card(ui, Some(window::NOTES), |ui| {
            for note in &made.notes {
                ui.add(Label::new(text::body(note)).wrap());
            }
        });
    }
    button_row(ui, |ui| {
        ui.spacing_mut().item_spacing.x = space::SMALL;
        if button(ui, &Button::primary(window::MADE_OPEN).icon(Icon::FileInput)).clicked() {
            outbox.push(Msg::Make(MakeMsg::Open));
        }
        if button(ui, &Button::secondary(window::SIGN).icon(Icon::PenLine)).clicked() {
            outbox.push(Msg::Make(MakeMsg::Sign));
        }
        if button(ui, &Button::secondary(window::MADE_AGAIN).icon(Icon::RefreshCw)).clicked() {
            outbox.push(Msg::Make(MakeMsg::Again));
        }
    });
    super::command_ui(ui, model, outbox);
}
