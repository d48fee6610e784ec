//! What is in the folder, what can be taken back, and what happened.

use egui::{Label, ScrollArea, Sense, Ui};

use super::Fields;
use super::overview::failure_ui;
use super::rows::item_ui;
use super::vouch::vouch_ui;
use crate::gui::outbox::Outbox;
use crate::present::Model;
use crate::present::drifted::DriftLineKind;
use crate::present::guided::Recovering;
use crate::present::history::{CanRollBack, EventRow, EventSign, FolderView, GonePatch, StackRow};
use crate::present::message::{Msg, PapersMsg};
use crate::report::phrases;
use crate::text::with_thousands;
use crate::toolkit::theme::{Icon, Tokens, space, text};
use crate::toolkit::widgets::{
    Badge, Banner, Button, DetailsView, EmptyState, FactRow, Notice, Tone, badge, banner, button, button_row,
    card, details, empty_state, facts, icon_at, link_button,
};
use crate::words::{self, fill, papers, several, trying, window};
use crate::workbench::Which;

pub fn page_ui(ui: &mut Ui, model: &Model, fields: &mut Fields, outbox: &mut Outbox) {
    let workspace = &model.workspace;
    if let Some(failure) = workspace.view.failed() {
        failure_ui(ui, failure, outbox);
        if !model.recent.withdrawn.is_empty() {
            // A list that can't be read any more can be left out here, where no patch is open.
            super::checks::withdrawn_ui(ui, model, outbox);
        }
        return;
    }
    let Some(view) = workspace.view.ready() else {
        return nothing_ui(ui, model, outbox);
    };
    for alarm in &view.alarms {
        banner(ui, &Banner { notice: Notice::Danger, title: &alarm.what, body: &alarm.why, actions: &[] });
    }
    unchecked_ui(ui, model, view, outbox);
    condition_ui(ui, model, view, fields, outbox);
    card(ui, Some(words::IN_THE_FOLDER), |ui| {
        if view.stack.is_empty() {
            ui.label(text::body(words::NOTHING_TO_TAKE_BACK).color(Tokens::from_context(ui).muted));
        }
        for row in &view.stack {
            patch_ui(ui, row, outbox);
        }
        undo_ui(ui, view, outbox);
    });
    gone_ui(ui, &view.gone, outbox);
    super::switches::card_ui(ui, &view.switches, outbox);
    conditions_ui(ui, model, outbox);
    super::fixed::card_ui(ui, model, outbox);
    if !view.events.is_empty() {
        card(ui, Some(words::WHAT_HAPPENED), |ui| timeline_ui(ui, &view.events));
    }
    let doubt = view.shortened.as_deref().or(view.foreign.as_deref());
    if let (Some(folder), Some(doubt)) = (&model.workspace.folder, doubt) {
        vouch_ui(ui, model, folder, (doubt, window::VOUCH_MEANING), outbox);
    }
    verified_ui(ui, model, outbox);
    papers_ui(ui, model, view, outbox);
    super::command_ui(ui, model, outbox);
    super::findings::support_ui(ui, outbox);
}

/// What is made of the history for others.
fn papers_ui(ui: &mut Ui, model: &Model, view: &FolderView, outbox: &mut Outbox) {
    button_row(ui, |ui| {
        ui.spacing_mut().item_spacing.x = space::SMALL;
        if button(ui, &Button::secondary(papers::IDENTIFY).icon(Icon::Fingerprint)).clicked() {
            outbox.push(Msg::Papers(PapersMsg::ShowIdentify));
        }
        if view.events.is_empty() {
            return;
        }
        if button(ui, &Button::secondary(papers::EVIDENCE).icon(Icon::FileDown)).clicked() {
            outbox.push(Msg::Papers(PapersMsg::ShowEvidence(None)));
        }
        if button(ui, &Button::secondary(papers::FIGURES).icon(Icon::ChartColumn)).clicked() {
            let folder = model.workspace.folder.iter().cloned().collect();
            outbox.push(Msg::Papers(PapersMsg::ShowFigures(folder)));
        }
    });
}

/// Whether what the edits of the open patch ask for is so: found out on request.
fn conditions_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    if !model.workspace.can_check_conditions() {
        return;
    }
    let conditions = &model.workspace.conditions;
    if let Some(failure) = conditions.failed() {
        return failure_ui(ui, failure, outbox);
    }
    card(ui, Some(trying::CONDITIONS), |ui| {
        let tokens = Tokens::from_context(ui);
        let Some(found) = conditions.ready() else {
            let reason = conditions.is_waiting().then_some(words::CHECKING);
            let check = Button::secondary(trying::CONDITIONS_CHECK).icon(Icon::ClipboardCheck);
            if button(ui, &check.blocked(reason)).clicked() {
                outbox.push(Msg::Papers(PapersMsg::CheckConditions));
            }
            return;
        };
        if found.rows.is_empty() {
            ui.label(text::body(trying::CONDITIONS_NONE).color(tokens.muted));
        }
        for row in &found.rows {
            let sign = match row.is_met {
                true => (Icon::CircleCheck, tokens.good.strong),
                false => (Icon::CircleX, tokens.danger.strong),
            };
            item_ui(ui, sign, (&row.what, row.verdict()), [row.problem.as_str()]);
        }
    });
}

/// Whether the history is as it was written: found out on request, entry by entry.
fn verified_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    let verified = &model.workspace.verified;
    if let Some(failure) = verified.failed() {
        return failure_ui(ui, failure, outbox);
    }
    if let Some(verified) = verified.ready() {
        let notice = if verified.is_whole { Notice::Good } else { Notice::Danger };
        let view = Banner { notice, title: &verified.sentence, body: &verified.details, actions: &[] };
        banner(ui, &view);
        return;
    }
    let reason = verified.is_waiting().then_some(words::CHECKING);
    if model.workspace.view.ready().is_some_and(|view| view.events.is_empty()) {
        return;
    }
    let verify = Button::secondary(window::VERIFY_HISTORY).icon(Icon::ShieldCheck).blocked(reason);
    if button(ui, &verify).clicked() {
        outbox.push(Msg::VerifyHistory);
    }
}

/// That health checks were cut short, and the way to finish them.
fn unchecked_ui(ui: &mut Ui, model: &Model, view: &FolderView, outbox: &mut Outbox) {
    let (Some(unchecked), Some(folder)) = (&view.unchecked, &model.workspace.folder) else { return };
    let finish = [Button::secondary(window::FINISH_CHECKS).icon(Icon::ClipboardCheck)];
    // Where they may be running, nobody can finish them.
    let actions = if view.status.unchecked.is_empty() { &[] } else { &finish[..] };
    let view = Banner { notice: Notice::Danger, title: window::UNCHECKED, body: unchecked, actions };
    if banner(ui, &view).is_some() {
        outbox.push(Msg::BeginRecover(folder.clone(), Recovering::Checks));
    }
}

/// Whether the folder is as the history says.
fn condition_ui(ui: &mut Ui, model: &Model, view: &FolderView, fields: &mut Fields, outbox: &mut Outbox) {
    let differences = &view.differences;
    if differences.is_empty() {
        if view.status.compared > 0 {
            let product = view.product();
            let (title, body) = match &product {
                Some(product) => (product.as_str(), words::AS_EXPECTED),
                None => (words::AS_EXPECTED, ""),
            };
            banner(ui, &Banner { notice: Notice::Good, title, body, actions: &[] });
        }
        return;
    }
    let title = fill(words::SEVERAL_DIFFER, &[("n", &phrases::count(differences.len(), "file", "files"))]);
    let actions = &[Button::secondary(window::REPAIR).icon(Icon::Wrench)];
    let notice = Notice::Caution;
    let view_of = Banner { notice, title: &title, body: words::DIFFERENCES_MEANING, actions };
    if banner(ui, &view_of).is_some() {
        outbox.push(Msg::BeginRepair);
    }
    let view = DetailsView { title: words::SHOW_DIFFERENCES, text: &differences.join("\n") };
    details(ui, &view, &mut fields.differences);
    if fields.differences {
        ui.scope(|ui| drifted_ui(ui, model, outbox));
    }
}

/// The lines in which the files differ: only they tell whether something is to be repaired.
fn drifted_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    let drifted = &model.workspace.drifted;
    if !drifted.is_asked() {
        outbox.push(Msg::ReadDrift);
    }
    if let Some(failure) = drifted.failed() {
        return failure_ui(ui, failure, outbox);
    }
    let Some(found) = drifted.ready() else {
        ui.label(text::body(words::CHECKING).color(Tokens::from_context(ui).muted));
        return;
    };
    ui.label(text::caption(window::DRIFT_LINES).color(Tokens::from_context(ui).muted));
    // Lines of one file stand as close as in a file.
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::both().id_salt("drifted").max_height(DRIFT_HEIGHT).show_rows(
        ui,
        ui.text_style_height(&text::small_code_style()),
        found.lines.len(),
        |ui, in_sight| {
            ui.set_width(ui.available_width());
            for line in &found.lines[in_sight] {
                let tokens = Tokens::from_context(ui);
                let colour = match line.kind {
                    DriftLineKind::Head => tokens.muted,
                    DriftLineKind::Expected => tokens.removed.text,
                    DriftLineKind::Found => tokens.added.text,
                    DriftLineKind::Same => tokens.text,
                };
                let line = text::code(&line.text).text_style(text::small_code_style()).color(colour);
                ui.add(Label::new(line).extend().selectable(true));
            }
        },
    );
    if found.more > 0 {
        let more = fill(words::AND_MORE, &[("n", &with_thousands(found.more as u64))]);
        ui.label(text::caption(more).color(Tokens::from_context(ui).muted));
    }
}

/// Height of the lines in which files differ at most, in points.
const DRIFT_HEIGHT: f32 = 280.0;

/// What undoes the last change, where that was a rollback or a repair.
fn undo_ui(ui: &mut Ui, view: &FolderView, outbox: &mut Outbox) {
    let (icon, msg) = match view.status.brought_back {
        true => (Icon::Undo2, Msg::BeginTakeOut(Which::LastRollback)),
        false => (Icon::Redo2, Msg::BeginBringBack),
    };
    if let Some(undo) = view.last_turn()
        && button(ui, &Button::secondary(&undo).icon(icon)).clicked()
    {
        outbox.push(msg);
    }
    let undo = Button::secondary(window::UNDO_REPAIR).icon(Icon::Undo2);
    if view.can_undo_repair() && button(ui, &undo).clicked() {
        outbox.push(Msg::BeginUndoRepair);
    }
}

/// Patches that were here, with the way to have them again.
fn gone_ui(ui: &mut Ui, gone: &[GonePatch], outbox: &mut Outbox) {
    if gone.is_empty() {
        return;
    }
    card(ui, Some(window::GONE), |ui| {
        let muted = Tokens::from_context(ui).muted;
        ui.add(Label::new(text::caption(window::GONE_MEANING).color(muted)).wrap());
        for patch in gone {
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing.x = space::SMALL;
                ui.add(Label::new(text::strong(&patch.title)).wrap());
                ui.label(text::caption(format!("{} · {}", patch.id, patch.when)).color(muted));
            });
            let label = fill(window::APPLY_AGAIN, &[("id", &patch.id)]);
            if button(ui, &Button::secondary(&label).icon(Icon::Redo2)).clicked() {
                outbox.push(Msg::BeginAgain(patch.id.clone()));
            }
        }
    });
}

fn patch_ui(ui: &mut Ui, row: &StackRow, outbox: &mut Outbox) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::SMALL;
        ui.add(Label::new(text::strong(&row.title)).wrap());
        ui.label(text::caption(format!("{} · {}", row.id, row.since)).color(Tokens::from_context(ui).muted));
    });
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::SMALL;
        let tone =
            if row.can_roll_back == CanRollBack::Now { Tone::Notice(Notice::Good) } else { Tone::Neutral };
        badge(ui, &Badge { text: row.can_roll_back.sentence(), tone, explain: "" });
        if let Some(why) = &row.withdrawn {
            let tone = Tone::Notice(Notice::Danger);
            badge(ui, &Badge { text: window::WITHDRAWN_HERE, tone, explain: why });
        }
        if row.can_roll_back == CanRollBack::Now
            && button(ui, &Button::secondary(words::GO_BACK).icon(Icon::Undo2)).clicked()
        {
            outbox.push(Msg::BeginTakeBack);
        }
        if matches!(row.can_roll_back, CanRollBack::Alone | CanRollBack::Rebuilding)
            && button(ui, &Button::secondary(words::TAKE_OUT).icon(Icon::Undo2)).clicked()
        {
            outbox.push(Msg::BeginTakeOut(Which::Patch(row.exact.clone())));
        }
        if row.can_roll_back == CanRollBack::WithOthers
            && button(ui, &Button::secondary(several::ROLL_BACK_TOGETHER).icon(Icon::Undo2)).clicked()
        {
            outbox.push(Msg::BeginTakeOut(Which::PatchAndDependents(row.exact.clone())));
        }
        if row.can_roll_back != CanRollBack::GivenUp
            && row.can_roll_back != CanRollBack::Contained
            && link_button(ui, window::KEEP).clicked()
        {
            outbox.push(Msg::BeginKeep(row.exact.clone()));
        }
    });
    if !row.others.is_empty() {
        let ids = fill(words::SHARED_WITH, &[("ids", &row.others.join(", "))]);
        ui.add(Label::new(text::caption(ids).color(Tokens::from_context(ui).muted)).wrap());
    }
}

/// What happened along a line, the newest at its top.
fn timeline_ui(ui: &mut Ui, events: &[EventRow]) {
    let tokens = Tokens::from_context(ui);
    let mut marks = Vec::new();
    for event in events {
        ui.horizontal_top(|ui| {
            let (place, _) = ui.allocate_exact_size(egui::Vec2::splat(space::CONTROL_HEIGHT), Sense::hover());
            marks.push((place, look(event.sign, tokens)));
            ui.vertical(|ui| event_ui(ui, event));
        });
    }
    for pair in marks.windows(2) {
        let (from, to) = (pair[0].0.center(), pair[1].0.center());
        let between = (from.y + text::ICON)..=(to.y - text::ICON);
        ui.painter().vline(from.x, between, (space::HAIRLINE, tokens.outline));
    }
    for (place, (icon, colour)) in marks {
        let place = egui::Rect::from_center_size(place.center(), egui::Vec2::splat(text::ICON));
        icon_at(ui, place, icon, text::ICON, colour);
    }
}

/// What an event looks like.
fn look(sign: EventSign, tokens: &Tokens) -> (Icon, egui::Color32) {
    match sign {
        EventSign::Applied => (Icon::CircleCheck, tokens.good.strong),
        EventSign::Reapplied => (Icon::Redo2, tokens.good.strong),
        EventSign::RolledBack => (Icon::Undo2, tokens.accent.text),
        EventSign::Repaired => (Icon::Wrench, tokens.good.strong),
        EventSign::Failed => (Notice::Caution.icon(), tokens.caution.strong),
        EventSign::Kept => (Icon::Archive, tokens.muted),
        EventSign::Checked => (Icon::ClipboardCheck, tokens.muted),
        EventSign::Scripts => (Icon::Terminal, tokens.muted),
        EventSign::TurnedOn => (Icon::ToggleRight, tokens.accent.text),
        EventSign::TurnedOff => (Icon::ToggleLeft, tokens.accent.text),
    }
}

fn event_ui(ui: &mut Ui, event: &EventRow) {
    ui.spacing_mut().item_spacing.y = space::TINY;
    egui::CollapsingHeader::new(text::body(&event.what)).id_salt(event.number).show(ui, |ui| {
        let list: Vec<FactRow<'_>> = std::iter::once(&event.by)
            .chain(&event.facts)
            .map(|fact| FactRow::new(&fact.name, &fact.value))
            .collect();
        facts(ui, &list);
    });
    // With the number that reports and support refer to.
    let entry = fill(words::ENTRY_N, &[("n", &event.number.to_string())]);
    let when = format!("{} · {entry}", event.when);
    ui.label(text::caption(when).color(Tokens::from_context(ui).muted));
}

fn nothing_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    let (title, action) = match &model.workspace.folder {
        _ if model.workspace.view.is_waiting() => (words::CHECK_WAIT, None),
        None => (words::NO_FOLDER, Some((words::START_CHOOSE_FOLDER, Msg::PickFolder))),
        Some(_) => (words::NOT_CHECKED, Some((words::CHECK_AGAIN, Msg::CheckAgain))),
    };
    let empty = EmptyState {
        icon: Icon::History,
        title,
        body: words::HISTORY_EMPTY,
        action: action.as_ref().map(|(label, _)| Button::primary(label)),
    };
    if empty_state(ui, &empty).is_some_and(|action| action.clicked())
        && let Some((_, msg)) = action
    {
        outbox.push(msg);
    }
}
