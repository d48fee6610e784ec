//! Findings, as the checks page and the guided way show them.

use egui::Ui;

use crate::gui::outbox::Outbox;
use crate::present::finding::{Finding, Rank, WayOut};
use crate::present::message::Msg;
use crate::toolkit::widgets::{Button, FindingLevel, FindingView, button, card, finding_row, link_button};
use crate::words;
use crate::workbench::EditChoice;

/// Each finding in a row of its own.
pub fn findings_ui(ui: &mut Ui, findings: &[Finding], outbox: &mut Outbox) {
    list_ui(ui, findings, false, outbox);
}

/// The same on the guided way, where a version of an edited file can be chosen.
pub(crate) fn findings_with_choices_ui(ui: &mut Ui, findings: &[Finding], outbox: &mut Outbox) {
    list_ui(ui, findings, true, outbox);
}

fn list_ui(ui: &mut Ui, findings: &[Finding], can_choose: bool, outbox: &mut Outbox) {
    if !findings.is_empty() {
        card(ui, None, |ui| findings.iter().for_each(|finding| finding_ui(ui, finding, can_choose, outbox)));
    }
}

/// The way to support, beside everything that went wrong.
pub(crate) fn support_ui(ui: &mut Ui, outbox: &mut Outbox) {
    if link_button(ui, words::SAVE_SUPPORT).on_hover_text(words::SAVE_SUPPORT_MEANING).clicked() {
        outbox.push(Msg::SaveSupport);
    }
}

fn finding_ui(ui: &mut Ui, finding: &Finding, can_choose: bool, outbox: &mut Outbox) {
    let level = match finding.rank {
        Rank::Blocks => FindingLevel::Blocks,
        Rank::MayBreak => FindingLevel::MayBreak,
        Rank::Information => FindingLevel::Information,
    };
    let code = finding.code.map(|code| format!("{} {code}", words::CODE));
    let meaning = match finding.hint.as_str() {
        "" => finding.meaning.clone(),
        hint => format!("{}. {hint}", finding.meaning.trim_end_matches('.')),
    };
    let places = if finding.is_folded() { &[][..] } else { &finding.evidence };
    let evidence: Vec<&str> = places.iter().chain(&code).map(String::as_str).collect();
    let action = finding.way_out.map(|way_out| Button::secondary(label(way_out)));
    let view =
        FindingView { level, sentence: &finding.heading, meaning: &meaning, evidence: &evidence, action };
    let pressed = finding_row(ui, &view).is_some_and(|action| action.clicked());
    if let Some(way_out) = finding.way_out.filter(|_| pressed) {
        outbox.push(Msg::WayOut(way_out));
    }
    if can_choose && !finding.choices.is_empty() {
        ui.horizontal_wrapped(|ui| {
            for (label, choice) in
                [(words::KEEP_MINE, EditChoice::KeepMine), (words::TAKE_THEIRS, EditChoice::TakeTheirs)]
            {
                if button(ui, &Button::secondary(label)).clicked() {
                    outbox.push(Msg::Decide { places: finding.choices.clone(), choice });
                }
            }
        });
    }
}

const fn label(way_out: WayOut) -> &'static str {
    match way_out {
        WayOut::CheckAgain => words::CHECK_AGAIN,
        WayOut::ChooseFolder => words::CHOOSE_ANOTHER_FOLDER,
        WayOut::KeepEdits => words::KEEP_EDITS,
        WayOut::Recover => words::DEAL_WITH_IT,
        WayOut::ShowDifferences => words::SHOW_DIFFERENCES,
        WayOut::ShowHidden(_) => words::SHOW_PLACES,
    }
}
