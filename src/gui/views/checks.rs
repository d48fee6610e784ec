//! Everything that was looked at when the patch was held against the folder: what was found, and what is as it should be.

use egui::Ui;

use super::findings::{findings_ui, support_ui};
use super::overview::failure_ui;
use super::rows::files_ui;
use super::workspace::notice;
use crate::gui::outbox::Outbox;
use crate::present::Model;
use crate::present::check::{CheckPage, CheckVerdict};
use crate::present::finding::WayOut;
use crate::present::message::{Beside, Input, Msg, PapersMsg, RehearseMsg};
use crate::present::overview::path_line;
use crate::toolkit::theme::{Icon, Tokens, space, text};
use crate::toolkit::widgets::{
    Banner, Button, EmptyState, Notice, banner, button, button_row, card, empty_state, passed_row,
};
use crate::words::{self, fill, papers, trying, window};

pub fn page_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    let workspace = &model.workspace;
    let Some(check) = workspace.check.ready() else {
        return nothing_ui(ui, model, outbox);
    };
    let meaning = match check.verdict {
        CheckVerdict::Ready if check.findings.is_empty() => words::CHECKS_NOTHING,
        CheckVerdict::Ready => words::CHECK_READY_MEANING,
        CheckVerdict::Warnings => words::CHECK_WARN,
        CheckVerdict::NeedsDecision => words::CHOOSE_VERSION,
        CheckVerdict::NeedsReason => words::CAN_BE_SET_ASIDE,
        CheckVerdict::Blocked => words::CHECK_BLOCKED,
        CheckVerdict::NothingToDo => words::CHECK_NOTHING_MEANING,
        CheckVerdict::StaysAsItIs => words::CHECK_STAYS,
    };
    let notice = notice(check.verdict);
    banner(ui, &Banner { notice, title: check.verdict.as_str(), body: meaning, actions: &[] });
    plan_ui(ui, model, outbox);
    findings_ui(ui, &check.findings, outbox);
    if let Some(view) = &check.scripts {
        super::scripts::scripts_ui(ui, &view.scripts);
    }
    passed_ui(ui, check);
    beside_ui(ui, model, outbox);
    let reason = workspace.check.is_waiting().then_some(words::CHECKING);
    button_row(ui, |ui| {
        ui.spacing_mut().item_spacing.x = space::SMALL;
        let again = Button::secondary(words::CHECK_AGAIN).icon(Icon::RefreshCw).blocked(reason);
        if button(ui, &again).clicked() {
            outbox.push(Msg::CheckAgain);
        }
        let rehearse = Button::secondary(trying::REHEARSE).icon(Icon::FlaskConical);
        if check.offers_rehearsal() && button(ui, &rehearse).clicked() {
            outbox.push(Msg::Rehearse(RehearseMsg::Show));
        }
        let is_plan = check.decision.is_some()
            && !matches!(check.verdict, CheckVerdict::Blocked | CheckVerdict::NeedsReason);
        if is_plan && button(ui, &Button::secondary(papers::PLAN_SAVE).icon(Icon::FileDown)).clicked() {
            outbox.push(Msg::Papers(PapersMsg::SavePlan));
        }
        if button(ui, &Button::secondary(papers::PLAN_OPEN).icon(Icon::FileInput)).clicked() {
            outbox.push(Msg::PickInput(Input::SavedPlan));
        }
    });
    super::command_ui(ui, model, outbox);
    if matches!(check.verdict, CheckVerdict::Blocked | CheckVerdict::NeedsReason) {
        support_ui(ui, outbox);
    }
}

/// What counts beside patch and folder: lists of withdrawn patches, and an SBOM where the patch needs components.
fn beside_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    withdrawn_ui(ui, model, outbox);
    let mut beside = model.beside();
    let patch = model.workspace.patch.ready();
    let is_asked = patch.is_some_and(|patch| !patch.inspection.patch.about.requires_components.is_empty());
    let check = model.workspace.check.ready();
    let is_offered = check.is_some_and(|check| check.offers(&WayOut::NameSbom));
    if is_asked && !is_offered || beside.sbom.is_some() {
        let mut files = beside.sbom.into_iter().collect();
        files_ui(ui, trying::SBOM, &mut files, Input::Sbom, outbox);
        beside.sbom = files.pop();
    }
    edited_ui(model, beside, outbox);
}

/// Lists of withdrawn patches that count beside the one of this machine.
pub(super) fn withdrawn_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    let mut beside = model.beside();
    files_ui(ui, papers::WITHDRAWN, &mut beside.withdrawn, Input::WithdrawnList, outbox);
    if !beside.withdrawn.is_empty() {
        ui.label(text::caption(papers::WITHDRAWN_STAY).color(Tokens::from_context(ui).muted));
    }
    edited_ui(model, beside, outbox);
}

fn edited_ui(model: &Model, beside: Beside, outbox: &mut Outbox) {
    if beside != model.beside() {
        outbox.push(Msg::Papers(PapersMsg::EditBeside(Box::new(beside))));
    }
}

/// The saved plan that has to be followed, and whether that is what would happen.
fn plan_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    let plan = &model.workspace.plan;
    if let Some(failure) = plan.failed() {
        return failure_ui(ui, failure, outbox);
    }
    let (Some(read), Some(follows)) = (plan.ready(), model.workspace.follows_plan()) else { return };
    let (notice, title, body) = match follows {
        true => (Notice::Good, papers::PLAN_AGREES, papers::PLAN_AGREES_MEANING),
        false => (Notice::Caution, papers::PLAN_DIFFERS, papers::PLAN_DIFFERS_MEANING),
    };
    let title = fill(title, &[("file", &path_line(&read.file))]);
    let actions = &[Button::secondary(papers::PLAN_FORGET)];
    if banner(ui, &Banner { notice, title: &title, body, actions }).is_some() {
        outbox.push(Msg::Papers(PapersMsg::ForgetPlan));
    }
}

/// What was looked at and is as it should be.
pub(crate) fn passed_ui(ui: &mut Ui, check: &CheckPage) {
    if !check.passed.is_empty() {
        card(ui, None, |ui| {
            for line in &check.passed {
                passed_row(ui, window::PASSED, line.name, &line.value);
            }
        });
    }
}

fn nothing_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    let workspace = &model.workspace;
    if let Some(failure) = workspace.patch.failed() {
        return failure_ui(ui, failure, outbox);
    }
    let (title, action) = match (&workspace.bundle, &workspace.folder) {
        _ if workspace.check.is_waiting() => (words::CHECKING, None),
        (None, _) => (words::NO_PATCH, Some((words::START_OPEN_PATCH, Msg::PickBundle))),
        (_, None) => (words::NO_FOLDER, Some((words::START_CHOOSE_FOLDER, Msg::PickFolder))),
        _ => (words::NOT_CHECKED, Some((words::CHECK_AGAIN, Msg::CheckAgain))),
    };
    let empty = EmptyState {
        icon: Icon::ClipboardCheck,
        title,
        body: words::CHECKS_EMPTY,
        action: action.as_ref().map(|(label, _)| Button::primary(label)),
    };
    if empty_state(ui, &empty).is_some_and(|action| action.clicked())
        && let Some((_, msg)) = action
    {
        outbox.push(msg);
    }
}
