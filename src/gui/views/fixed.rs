//! What is fixed in a folder, and the page on which it is written for others.

use egui::{Label, Ui};

use super::keys::head_ui;
use super::overview::failure_ui;
use super::rows::{field_ui, item_ui};
use crate::gui::outbox::Outbox;
use crate::present::Model;
use crate::present::fixed::{ClaimWorth, FORMATS, FixedRow, FixedView, format_sentence};
use crate::present::message::{FixedMsg, Input, Msg};
use crate::toolkit::theme::{Icon, Tokens, text};
use crate::toolkit::widgets::{
    Banner, Button, Notice, PageHeader, banner, button, button_row, card, choice_box,
};
use crate::words::{self, fill, papers, window};

/// The card on the page of a folder; nothing where its patches say nothing.
pub(super) fn card_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    let fixed = &model.workspace.fixed;
    if let Some(failure) = fixed.failed() {
        return failure_ui(ui, failure, outbox);
    }
    let Some(view) = fixed.ready().filter(|view| !view.is_empty()) else { return };
    card(ui, Some(window::FIXED_HERE), |ui| {
        claims_ui(ui, view);
        if view.groups.iter().any(|group| group.grade == ClaimWorth::Yes) {
            let save = Button::secondary(window::FIXED_SAVE).icon(Icon::FileDown);
            if button(ui, &save).clicked() {
                outbox.push(Msg::Fixed(FixedMsg::Show));
            }
        }
    });
}

fn claims_ui(ui: &mut Ui, view: &FixedView) {
    for warning in &view.warnings {
        banner(ui, &Banner { notice: Notice::Caution, title: warning, body: "", actions: &[] });
    }
    for group in &view.groups {
        ui.label(text::caption(group.grade.as_str()).color(Tokens::from_context(ui).muted));
        group.rows.iter().for_each(|row| row_ui(ui, group.grade, row));
    }
}

fn row_ui(ui: &mut Ui, grade: ClaimWorth, row: &FixedRow) {
    let parts = [&row.parts, &row.patch].map(String::as_str);
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let tokens = Tokens::from_context(ui);
    let sign = match grade {
        ClaimWorth::Yes => (Icon::ShieldCheck, tokens.good.strong),
        ClaimWorth::No => (Notice::Caution.icon(), tokens.caution.strong),
        ClaimWorth::OnlySaid => (Icon::ShieldQuestionMark, tokens.muted),
    };
    // That nobody signed it is said above.
    let why = if grade == ClaimWorth::OnlySaid { "" } else { &row.why };
    item_ui(ui, sign, (&row.ids, ""), [parts.join(" · ").as_str(), why]);
}

/// The page on which it is written for others.
pub fn page_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    let header = PageHeader { title: window::FIXED_SAVE_TITLE, subtitle: window::FIXED_SAVE_MEANING };
    head_ui(ui, model, &header, outbox);
    let Some(view) = model.workspace.fixed.ready() else { return };
    let mut form = model.fixing.clone();
    card(ui, Some(window::FIXED_FORMAT), |ui| {
        for format in FORMATS {
            if choice_box(ui, form.format == format, format_sentence(format)).clicked() {
                form.format = format;
            }
        }
    });
    card(ui, Some(window::FIXED_WHO), |ui| {
        field_ui(ui, window::FIXED_AUTHOR, &mut form.author, false);
        if form.format.needs_namespace() {
            field_ui(ui, window::FIXED_ADDRESS, &mut form.namespace, false);
        }
    });
    let told = view.told.iter().find(|(format, ..)| *format == form.format);
    if let Some((_, told, kept)) = told {
        let sentence = fill(window::FIXED_TOLD, &[("n", &told.to_string())]);
        let left_out = fill(window::FIXED_LEFT_OUT, &[("n", &kept.to_string())]);
        let sentence = if *kept > 0 { format!("{sentence} {left_out}") } else { sentence };
        ui.add(Label::new(text::body(sentence).color(Tokens::from_context(ui).muted)).wrap());
    }
    button_row(ui, |ui| {
        // An empty file would only look like one that says something.
        let nothing = told.filter(|(_, told, _)| *told == 0).map(|_| window::FIXED_NOTHING);
        let reason = nothing.or(form.reason_to_wait());
        let save = Button::primary(window::FIXED_SAVE).icon(Icon::FileDown).blocked(reason);
        if button(ui, &save).clicked() {
            outbox.push(Msg::Fixed(FixedMsg::Save));
        }
    });
    if form != model.fixing {
        outbox.push(Msg::Fixed(FixedMsg::Edit(Box::new(form))));
    }
    scan_ui(ui, model, outbox);
    super::command_ui(ui, model, outbox);
}

/// What a scanner will say once it is told.
fn scan_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    card(ui, Some(papers::SCAN_AGAINST), |ui| {
        ui.add(Label::new(text::body(papers::SCAN_AGAINST_MEANING)).wrap());
        let scan = &model.papers.scan;
        if let Some(failure) = scan.failed() {
            failure_ui(ui, failure, outbox);
        } else if let Some(scan) = scan.ready() {
            ui.add(Label::new(text::strong(&scan.headline)).wrap());
            let tokens = Tokens::from_context(ui);
            for finding in &scan.silent {
                let sign = (Icon::BellOff, tokens.good.strong);
                item_ui(ui, sign, (finding, ""), [papers::SCAN_SILENT, ""]);
            }
            for (finding, why) in &scan.stays {
                item_ui(ui, (Icon::Bell, tokens.muted), (finding, ""), [papers::SCAN_STAYS, why]);
            }
            if scan.more > 0 {
                ui.label(text::caption(fill(words::AND_MORE, &[("n", &scan.more.to_string())])));
            }
        }
        let waiting = scan.is_waiting().then_some(words::CHECKING);
        let choose = Button::secondary(papers::SCAN_CHOOSE).icon(Icon::ScanSearch).blocked(waiting);
        if button(ui, &choose).clicked() {
            outbox.push(Msg::PickInput(Input::ScanToSilence));
        }
    });
}
