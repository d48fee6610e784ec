//! Findings, as the checks page and the guided way show them.

use egui::Ui;

use crate::gui::outbox::Outbox;
use crate::present::finding::{Finding, Rank, WayOut};
use crate::present::message::Msg;
use crate::report::phrases;
use crate::text::with_thousands;
use crate::toolkit::theme::space;
use crate::toolkit::widgets::{
    Button, FindingLevel, FindingView, button, button_row, card, finding_row, link_button,
};
use crate::words::{self, fill, several, trying, window};
use crate::workbench::EditChoice;

/// Up to this many places of a finding are listed at once.
const MAX_PLACES: usize = 12;
/// Of more places, so many are.
const SHOWN_PLACES: usize = 8;

/// Each finding in a row of its own.
pub fn findings_ui(ui: &mut Ui, findings: &[Finding], outbox: &mut Outbox) {
    if !findings.is_empty() {
        card(ui, None, |ui| findings.iter().for_each(|finding| finding_ui(ui, finding, outbox)));
    }
}

/// The way to support, beside everything that went wrong.
pub(crate) fn support_ui(ui: &mut Ui, outbox: &mut Outbox) {
    if link_button(ui, words::SAVE_SUPPORT).on_hover_text(words::SAVE_SUPPORT_MEANING).clicked() {
        outbox.push(Msg::SaveSupport);
    }
}

fn finding_ui(ui: &mut Ui, finding: &Finding, outbox: &mut Outbox) {
    let level = match finding.rank {
        Rank::Blocks if finding.is_decision || !finding.choices().is_empty() => FindingLevel::Decision,
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
    // Hundreds of names would hide what else was found.
    let id = ui.make_persistent_id(("places", &finding.heading, &finding.meaning));
    let is_all = places.len() <= MAX_PLACES || ui.data(|data| data.get_temp(id)).unwrap_or(false);
    let rest = if is_all { 0 } else { places.len() - SHOWN_PLACES };
    let places = &places[..places.len() - rest];
    let evidence: Vec<&str> = places.iter().chain(&code).map(String::as_str).collect();
    let label = finding.way_out.as_ref().map(label);
    let action = label.as_deref().map(Button::secondary);
    let view =
        FindingView { level, sentence: &finding.heading, meaning: &meaning, evidence: &evidence, action };
    let pressed = finding_row(ui, &view).is_some_and(|action| action.clicked());
    if let Some(way_out) = finding.way_out.clone().filter(|_| pressed) {
        outbox.push(match way_out {
            WayOut::ShowDifferences => Msg::ShowDifferences(finding.places.clone()),
            other => Msg::WayOut(other),
        });
    }
    if rest > 0 {
        beside_ui(ui, |ui| {
            let more = fill(window::PLACES_MORE, &[("n", &with_thousands(rest as u64))]);
            if link_button(ui, &more).clicked() {
                ui.data_mut(|data| data.insert_temp(id, true));
            }
        });
    }
    if let Some(other) = &finding.other_way {
        beside_ui(ui, |ui| {
            if button(ui, &Button::secondary(&self::label(other))).clicked() {
                outbox.push(Msg::WayOut(other.clone()));
            }
        });
    }
    if !finding.choices().is_empty() {
        choices_ui(ui, finding, outbox);
    }
}

/// In line with the words above.
fn beside_ui(ui: &mut Ui, contents: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        ui.add_space(space::HUGE);
        button_row(ui, contents);
    });
}

/// The two versions that can be chosen.
fn choices_ui(ui: &mut Ui, finding: &Finding, outbox: &mut Outbox) {
    beside_ui(ui, |ui| {
        for (label, choice) in
            [(words::KEEP_MINE, EditChoice::KeepMine), (words::TAKE_THEIRS, EditChoice::TakeTheirs)]
        {
            if button(ui, &Button::secondary(label)).clicked() {
                outbox.push(Msg::Decide { places: finding.choices().to_vec(), choice });
            }
        }
        // Several files are merged one after the other.
        if let Some(first) = finding.choices().first()
            && button(ui, &Button::secondary(window::MERGE)).clicked()
        {
            outbox.push(Msg::BeginMerge(first.clone()));
        }
    });
}

fn label(way_out: &WayOut) -> String {
    let words = match way_out {
        WayOut::AddFile(file) => {
            return fill(window::ADD_FILE, &[("file", &crate::present::overview::line(file))]);
        }
        WayOut::CheckAgain => words::CHECK_AGAIN,
        WayOut::ChooseFolder => words::CHOOSE_ANOTHER_FOLDER,
        WayOut::ChooseSource => window::CHOOSE_SOURCE,
        WayOut::KeepEdits => words::KEEP_EDITS,
        WayOut::LeaveDamaged => window::LEAVE_DAMAGED,
        WayOut::RepairOnly(paths) => {
            return fill(window::REPAIR_ONLY, &[("n", &phrases::count(paths.len(), "file", "files"))]);
        }
        WayOut::Recover => words::DEAL_WITH_IT,
        WayOut::NameSbom => trying::SBOM_CHOOSE,
        WayOut::Rehearse => trying::REHEARSE,
        WayOut::WithoutScripts => trying::SCRIPTS_WITHOUT,
        WayOut::UndoScripts => trying::SCRIPTS_UNDO,
        WayOut::ShowDifferences => words::SHOW_DIFFERENCES,
        WayOut::ShowHidden(_) => words::SHOW_PLACES,
        WayOut::TrustSigner => window::TRUST_SIGNER,
        WayOut::TakeTheirs(_) => words::TAKE_THEIRS,
        WayOut::Undecide(_) => words::CHANGE,
        WayOut::WithDependents => several::ROLL_BACK_TOGETHER,
    };
    words.to_owned()
}
