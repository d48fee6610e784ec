//! How it ended: one sentence about the folder, and everything somebody needs afterwards.

use egui::Ui;

use super::Fields;
use super::findings::support_ui;
use crate::gui::outbox::Outbox;
use crate::model::Position;
use crate::present::guided::{Guided, Task};
use crate::present::message::{Msg, PapersMsg};
use crate::present::outcome::{FolderEnd, OutcomePage};
use crate::toolkit::theme::{Icon, Tokens, space, text};
use crate::toolkit::widgets::{
    Button, DetailsView, FactRow, Notice, button, button_row, card, details, facts, outcome_mark, passed_line,
};
use crate::words::{self, papers, window};

pub fn page_ui(ui: &mut Ui, guided: &Guided, fields: &mut Fields, outbox: &mut Outbox) {
    let Some(outcome) = &guided.outcome else { return };
    outcome_mark(ui, condition_notice(outcome.condition), &outcome.heading, &outcome.sentence);
    if !outcome.failed.is_empty() {
        card(ui, Some(window::RESULT_FAILED), |ui| {
            for line in &outcome.failed {
                ui.add(egui::Label::new(text::body(line)).wrap());
            }
        });
    }
    if !outcome.next.is_empty() {
        card(ui, Some(words::RESULT_WHAT_NEXT), |ui| {
            for line in &outcome.next {
                ui.add(egui::Label::new(text::body(line)).wrap());
            }
        });
    }
    if !outcome.advice.is_empty() {
        card(ui, Some(words::VENDOR_ADVICE), |ui| {
            for line in &outcome.advice {
                ui.add(egui::Label::new(text::body(line)).wrap());
            }
        });
    }
    card(ui, None, |ui| {
        let list: Vec<FactRow<'_>> =
            outcome.facts.iter().map(|fact| FactRow::new(&fact.name, &fact.value)).collect();
        facts(ui, &list);
        if !outcome.passed.is_empty() {
            let muted = Tokens::from_context(ui).muted;
            ui.label(text::body(window::CHECKED_AFTERWARDS).color(muted));
            outcome.passed.iter().for_each(|check| passed_line(ui, window::PASSED, check));
        }
    });
    if !has_room_below(ui) {
        button_row(ui, |ui| {
            ui.spacing_mut().item_spacing.x = space::SMALL;
            paper_buttons_ui(ui, outcome, outbox);
        });
    }
    if !matches!(outcome.condition, FolderEnd::Done | FolderEnd::NothingToDo) {
        support_ui(ui, outbox);
    }
    let shown = outcome.shown_details();
    if !shown.is_empty() {
        let view = DetailsView { title: words::RESULT_DETAILS, text: &shown.join("\n") };
        details(ui, &view, &mut fields.details);
    }
}

/// Whether the bar below the page has room for all buttons.
fn has_room_below(ui: &Ui) -> bool {
    const ALL_BUTTONS: f32 = 900.0;
    ui.ctx().content_rect().width() >= ALL_BUTTONS
}

/// What can be done with a result, in the bar below the page: it is in view however long the page is.
pub fn buttons_ui(ui: &mut Ui, guided: &Guided, outbox: &mut Outbox) {
    let Some(outcome) = &guided.outcome else { return };
    // What was left in the middle is dealt with by the button beside.
    if let Some(task) = outcome.can.filter(|task| *task != Task::Recover) {
        let (label, icon) = match task {
            Task::BringBack => (words::UNDO_GOING_BACK, Icon::Redo2),
            Task::Apply => (window::RETRY, Icon::RefreshCw),
            Task::Switch => match guided.switch.as_ref().map(|wish| wish.to) {
                Some(Position::On) => (window::SWITCH_AGAIN_OFF, Icon::Undo2),
                _ => (window::SWITCH_AGAIN_ON, Icon::Undo2),
            },
            Task::Recover | Task::TakeBack | Task::Repair | Task::UndoRepair | Task::Keep => {
                (words::UNDO_THIS, Icon::Undo2)
            }
        };
        if button(ui, &Button::secondary(label).icon(icon)).clicked() {
            outbox.push(Msg::ResultAction);
        }
    }
    if has_room_below(ui) {
        paper_buttons_ui(ui, outcome, outbox);
    }
}

/// What can be kept of a result.
fn paper_buttons_ui(ui: &mut Ui, outcome: &OutcomePage, outbox: &mut Outbox) {
    if button(ui, &Button::secondary(words::SAVE_REPORT).icon(Icon::FileDown)).clicked() {
        outbox.push(Msg::SaveReport);
    }
    if outcome.condition == FolderEnd::Done
        && button(ui, &Button::secondary(papers::EVIDENCE).icon(Icon::FileDown)).clicked()
    {
        outbox.push(Msg::Papers(PapersMsg::ShowEvidence(None)));
    }
    if button(ui, &Button::secondary(words::COPY_DETAILS).icon(Icon::Copy)).clicked() {
        outbox.push(Msg::CopyDetails);
    }
}

/// What a condition looks like.
const fn condition_notice(condition: FolderEnd) -> Notice {
    match condition {
        FolderEnd::Done | FolderEnd::NothingToDo => Notice::Good,
        FolderEnd::NothingChanged | FolderEnd::PutBack => Notice::Caution,
        FolderEnd::NeedsAttention => Notice::Danger,
    }
}
