//! Patches are chosen for what a scanner found: what is compared, and what came of it, the most important first.

use std::path::PathBuf;

use egui::{Label, Ui};

use super::keys::head_ui;
use super::overview::failure_ui;
use super::rows::{files_ui, row_ui};
use crate::gui::outbox::Outbox;
use crate::present::Model;
use crate::present::choose::{ChoicePage, ChoiceRow, ChooseForm, FateGroup};
use crate::present::message::{ChooseMsg, Input, Msg};
use crate::present::overview::path_line;
use crate::report::phrases;
use crate::toolkit::theme::{Icon, Tokens, space, text};
use crate::toolkit::widgets::{
    Badge, Banner, Button, Notice, PageHeader, Tone, badge, banner, button, card, icon_at, link_button,
};
use crate::words::{self, fill, window};

pub fn page_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    let header = PageHeader { title: window::CHOOSE_TITLE, subtitle: window::CHOOSE_MEANING };
    head_ui(ui, model, &header, outbox);
    form_ui(ui, model, outbox);
    if let Some(failure) = model.choice.failed() {
        failure_ui(ui, failure, outbox);
    } else if let Some(choice) = model.choice.ready() {
        choice_ui(ui, choice, outbox);
    }
    super::command_ui(ui, model, outbox);
}

fn form_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    let mut form = model.choosing.clone();
    let folder = model.workspace.folder.as_deref();
    card(ui, None, |ui| {
        files_ui(ui, window::CHOOSE_SCANS, &mut form.scans, Input::Scan, outbox);
        files_ui(ui, window::CHOOSE_FROM, &mut form.from, Input::Patches, outbox);
        row_ui(ui, words::FOLDER, |ui| {
            if let Some(folder) = folder {
                ui.add(Label::new(text::body(path_line(folder))).wrap());
            }
            if link_button(ui, words::START_CHOOSE_FOLDER).clicked() {
                outbox.push(Msg::PickFolder);
            }
        });
        let ChooseForm { kev, epss, .. } = &mut form;
        for (name, file, input) in
            [(window::CHOOSE_KEV, kev, Input::Exploited), (window::CHOOSE_EPSS, epss, Input::Forecasts)]
        {
            let mut files: Vec<PathBuf> = file.iter().cloned().collect();
            files_ui(ui, name, &mut files, input, outbox);
            *file = files.pop();
        }
        super::checks::withdrawn_ui(ui, model, outbox);
        ui.add_space(space::TINY);
        let waiting = model.choice.is_waiting().then_some(words::CHECKING);
        let reason = waiting.or(form.reason_to_wait(folder.is_some()));
        // What was found has a button of its own that leads on.
        let is_found = model.choice.ready().is_some();
        let find = if is_found { Button::secondary } else { Button::primary };
        let find = find(window::CHOOSE_FIND).icon(Icon::Search).blocked(reason);
        if button(ui, &find).clicked() {
            outbox.push(Msg::Choose(ChooseMsg::Find));
        }
    });
    if form != model.choosing {
        outbox.push(Msg::Choose(ChooseMsg::Edit(Box::new(form))));
    }
}

fn choice_ui(ui: &mut Ui, choice: &ChoicePage, outbox: &mut Outbox) {
    ui.add(Label::new(text::heading(&choice.headline)).wrap());
    for warning in &choice.warnings {
        banner(ui, &Banner { notice: Notice::Caution, title: warning, body: "", actions: &[] });
    }
    for (group, rows, more) in &choice.groups {
        card(ui, Some(&group.title(rows.len() + more)), |ui| {
            for (number, row) in rows.iter().enumerate() {
                if number > 0 {
                    ui.separator();
                }
                problem_ui(ui, *group, row);
            }
            if *more > 0 {
                ui.label(text::caption(fill(words::AND_MORE, &[("n", &more.to_string())])));
            }
            if *group == FateGroup::Apply {
                let patches = phrases::count(choice.files.len(), "patch", "patches");
                let label = fill(window::CHOICE_APPLY, &[("n", &patches)]);
                ui.add_space(space::TINY);
                if button(ui, &Button::primary(&label).icon(Icon::Check)).clicked() {
                    outbox.push(Msg::Choose(ChooseMsg::Apply));
                }
            }
        });
    }
}

fn problem_ui(ui: &mut Ui, group: FateGroup, row: &ChoiceRow) {
    let tokens = Tokens::from_context(ui);
    let (icon, colour) = match group {
        FateGroup::Apply => (Icon::Wrench, tokens.accent.text),
        FateGroup::Blocked => (Notice::Caution.icon(), tokens.caution.strong),
        FateGroup::NoPatch => (Icon::CircleDashed, tokens.muted),
        FateGroup::FixedHere => (Icon::ShieldCheck, tokens.good.strong),
    };
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = space::SMALL;
        let size = egui::Vec2::splat(text::ICON + space::TINY);
        let (place, _) = ui.allocate_exact_size(size, egui::Sense::hover());
        icon_at(ui, place, icon, text::ICON, colour);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = space::TINY;
            ui.spacing_mut().interact_size.y = 0.0;
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing.x = space::SMALL;
                ui.add(Label::new(text::strong(&row.ids)).wrap());
                if row.is_exploited {
                    let tone = Tone::Notice(Notice::Danger);
                    badge(ui, &Badge { text: window::CHOICE_EXPLOITED, tone, explain: "" });
                }
                ui.add(Label::new(text::caption(&row.library).color(tokens.muted)).wrap());
            });
            ui.add(Label::new(text::body(&row.told)).wrap());
            ui.add(Label::new(text::caption(&row.rank).color(tokens.muted)).wrap());
        });
    });
}
