//! The switches that the patches in a folder brought: where each stands, and the way to turn it.

use egui::{Align, Label, Layout, Ui};

use super::rows::reason_ui;
use crate::gui::outbox::Outbox;
use crate::model::Position;
use crate::present::check::CheckPage;
use crate::present::guided::Guided;
use crate::present::message::Msg;
use crate::present::switches::SwitchRow;
use crate::toolkit::theme::{Tokens, space, text};
use crate::toolkit::widgets::{
    Banner, Button, FactRow, Notice, SWITCH_SIZE, SwitchFace, banner, button, button_width, card, facts,
    link_button, switch_mark,
};
use crate::words::{self, window};

/// The card of all switches; nothing where there are none.
pub(super) fn card_ui(ui: &mut Ui, switches: &[SwitchRow], outbox: &mut Outbox) {
    if switches.is_empty() {
        return;
    }
    card(ui, Some(window::SWITCHES), |ui| {
        ui.label(text::caption(window::SWITCHES_MEANING).color(Tokens::from_context(ui).muted));
        for (number, row) in switches.iter().enumerate() {
            if number > 0 {
                ui.add_space(space::TINY);
                ui.separator();
            }
            ui.add_space(space::TINY);
            row_ui(ui, row, outbox);
        }
    });
}

fn row_ui(ui: &mut Ui, row: &SwitchRow, outbox: &mut Outbox) {
    let turn = row.position.map(|position| match position {
        Position::On => Button::secondary(window::TURN_OFF),
        Position::Off => Button::secondary(window::TURN_ON),
    });
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = space::MEDIUM;
        switch_mark(ui, face(row));
        let taken = turn.as_ref().map_or(0.0, |turn| button_width(ui, turn) + space::LARGE);
        let size = egui::vec2((ui.available_width() - taken).max(0.0), 0.0);
        ui.allocate_ui_with_layout(size, Layout::top_down(Align::Min), |ui| {
            ui.set_width(size.x);
            ui.spacing_mut().item_spacing.y = space::TINY;
            ui.add(Label::new(text::strong(&row.title)).wrap());
            let known = format!("{} · {}", row.stand, row.of);
            ui.add(Label::new(text::caption(known).color(Tokens::from_context(ui).muted)).wrap());
        });
        if let (Some(turn), Some(position)) = (turn, row.position) {
            let turn = ui.with_layout(Layout::right_to_left(Align::Min), |ui| button(ui, &turn)).inner;
            if turn.clicked() {
                outbox.push(Msg::BeginSwitch(row.name.clone(), position.other()));
            }
        }
    });
    // In line with the title.
    ui.horizontal_top(|ui| {
        ui.add_space(SWITCH_SIZE.x + space::MEDIUM);
        ui.vertical(|ui| {
            for (notice, sentence) in [(Notice::Danger, &row.open_again), (Notice::Caution, &row.reminder)] {
                if let Some(sentence) = sentence {
                    banner(ui, &Banner { notice, title: sentence, body: "", actions: &[] });
                }
            }
            let list: Vec<FactRow<'_>> =
                row.facts.iter().map(|fact| FactRow::new(&fact.name, &fact.value)).collect();
            facts(ui, &list);
        });
    });
}

fn face(row: &SwitchRow) -> SwitchFace {
    match row.position {
        Some(Position::On) => SwitchFace::On,
        Some(Position::Off) if row.open_again.is_some() => SwitchFace::OffInDanger,
        Some(Position::Off) => SwitchFace::Off,
        None => SwitchFace::Unclear,
    }
}

/// What turning a switch would do, and why it is turned: the one page before the change.
pub(super) fn turn_ui(ui: &mut Ui, guided: &Guided, check: &CheckPage, outbox: &mut Outbox) {
    let (heading, promise) = guided.question();
    super::findings::findings_ui(ui, &check.findings, outbox);
    if !guided.can_go_on() {
        return;
    }
    card(ui, Some(&heading), |ui| {
        let list: Vec<FactRow<'_>> =
            check.review.iter().map(|line| FactRow::new(line.name, &line.value)).collect();
        facts(ui, &list);
        ui.label(text::caption(promise).color(Tokens::from_context(ui).muted));
    });
    let Some(wish) = &guided.switch else { return };
    card(ui, None, |ui| {
        let is_needed = check.needs_reason;
        let label = if is_needed { window::SWITCH_REASON } else { window::SWITCH_REASON_OPTIONAL };
        if let Some(reason) = reason_ui(ui, label, &wish.reason) {
            outbox.push(Msg::TypeSwitchReason(reason));
        }
    });
    if link_button(ui, words::COPY_COMMAND).clicked() {
        outbox.push(Msg::CopyCommand);
    }
}
