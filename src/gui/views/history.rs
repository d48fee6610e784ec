//! What is in the folder, what can be taken back, and what happened.

use egui::{Label, Ui};

use super::Fields;
use super::overview::failure_ui;
use crate::gui::outbox::Outbox;
use crate::present::Model;
use crate::present::history::{EventRow, FolderView, StackRow, WayBack};
use crate::present::message::Msg;
use crate::report::phrases;
use crate::toolkit::theme::{Icon, Tokens, space, text};
use crate::toolkit::widgets::{
    Badge, Banner, Button, DetailsView, EmptyState, FactRow, Notice, Tone, badge, banner, button, card,
    details, empty_state, facts,
};
use crate::words;

pub fn page_ui(ui: &mut Ui, model: &Model, fields: &mut Fields, outbox: &mut Outbox) {
    let workspace = &model.workspace;
    if let Some(failure) = workspace.view.failed() {
        return failure_ui(ui, failure, outbox);
    }
    let Some(view) = workspace.view.ready() else {
        return nothing_ui(ui, model, outbox);
    };
    for held in &view.called_back {
        banner(ui, &Banner { notice: Notice::Danger, title: &held.what, body: &held.why, actions: &[] });
    }
    condition_ui(ui, view, fields);
    card(ui, Some(words::IN_THE_FOLDER), |ui| {
        if view.stack.is_empty() {
            ui.label(text::body(words::NOTHING_TO_TAKE_BACK).color(Tokens::from_context(ui).muted));
        }
        for row in &view.stack {
            patch_ui(ui, row, outbox);
        }
        let undo = if view.status.brought_back { words::TAKE_OUT_AGAIN } else { words::UNDO_GOING_BACK };
        if view.status.can_undo_rollback && button(ui, &Button::secondary(undo).icon(Icon::Redo2)).clicked() {
            outbox.push(Msg::BeginBringBack);
        }
    });
    if !view.events.is_empty() {
        card(ui, Some(words::WHAT_HAPPENED), |ui| view.events.iter().for_each(|event| event_ui(ui, event)));
    }
}

/// Whether the folder is as the history says.
fn condition_ui(ui: &mut Ui, view: &FolderView, fields: &mut Fields) {
    let differences = &view.differences;
    if differences.is_empty() {
        if view.status.compared > 0 {
            let title = view.product().unwrap_or_else(|| words::IN_THE_FOLDER.to_owned());
            let notice = Notice::Good;
            banner(ui, &Banner { notice, title: &title, body: words::AS_EXPECTED, actions: &[] });
        }
        return;
    }
    let title =
        words::fill(words::SEVERAL_DIFFER, &[("n", &phrases::count(differences.len(), "file", "files"))]);
    let notice = Notice::Caution;
    banner(ui, &Banner { notice, title: &title, body: words::DIFFERENCES_MEANING, actions: &[] });
    let view = DetailsView { title: words::SHOW_DIFFERENCES, text: &differences.join("\n") };
    details(ui, &view, &mut fields.differences);
}

fn patch_ui(ui: &mut Ui, row: &StackRow, outbox: &mut Outbox) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::SMALL;
        ui.add(Label::new(text::strong(&row.title)).wrap());
        ui.label(text::caption(format!("{} · {}", row.id, row.since)).color(Tokens::from_context(ui).muted));
    });
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::SMALL;
        let tone = if row.way_back == WayBack::Now { Tone::Notice(Notice::Good) } else { Tone::Neutral };
        badge(ui, &Badge { text: row.way_back.sentence(), tone, explain: "" });
        if row.way_back == WayBack::Now
            && button(ui, &Button::secondary(words::GO_BACK).icon(Icon::Undo2)).clicked()
        {
            outbox.push(Msg::BeginTakeBack);
        }
        if matches!(row.way_back, WayBack::Alone | WayBack::Rebuilding)
            && button(ui, &Button::secondary(words::TAKE_OUT).icon(Icon::Undo2)).clicked()
        {
            outbox.push(Msg::BeginTakeOut(row.exact.clone()));
        }
        if !row.others.is_empty() {
            let ids = words::fill(words::SHARED_WITH, &[("ids", &row.others.join(", "))]);
            ui.label(text::caption(ids).color(Tokens::from_context(ui).muted));
        }
    });
}

fn event_ui(ui: &mut Ui, event: &EventRow) {
    let name = format!("{} · {}", event.when, event.what);
    egui::CollapsingHeader::new(text::body(name)).id_salt(event.number).show(ui, |ui| {
        let list: Vec<FactRow<'_>> =
            event.facts.iter().map(|fact| FactRow::new(&fact.name, &fact.value)).collect();
        facts(ui, &list);
    });
}

fn nothing_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    let is_waiting = model.workspace.view.is_waiting();
    let empty = EmptyState {
        icon: Icon::History,
        title: if is_waiting { words::CHECK_WAIT } else { words::NO_FOLDER },
        body: words::HISTORY_EMPTY,
        action: (!is_waiting).then_some(Button::primary(words::START_CHOOSE_FOLDER)),
    };
    if empty_state(ui, &empty).is_some_and(|action| action.clicked()) {
        outbox.push(Msg::PickFolder);
    }
}
