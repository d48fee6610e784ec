//! A patch in plain words.

use std::path::{Path, PathBuf};

use egui::{Label, Ui};

use super::findings::{findings_ui, support_ui};
use super::rows::{files_ui, item_ui, row_ui};
use super::workspace::{identity_ui, is_low};
use crate::gui::outbox::Outbox;
use crate::present::Model;
use crate::present::failure::Failure;
use crate::present::message::{Input, Msg, PapersMsg};
use crate::present::overview::{FixRow, Section, SectionKind, line};
use crate::present::workspace::OpenPatch;
use crate::toolkit::theme::{Icon, Tokens, space, text};
use crate::toolkit::widgets::{
    Banner, Button, EmptyState, FactRow, Notice, banner, card, empty_state, facts, link_button, segmented,
    tick_box, two_columns,
};
use crate::words::{self, fill, papers, several, trying, window};
use crate::workbench::TextOptions;

/// What stands in the right column: what one looks up rather than reads.
const ASIDE: [SectionKind; 4] =
    [SectionKind::ForWhom, SectionKind::Signers, SectionKind::Care, SectionKind::FinePrint];
/// Its part of the width.
const RIGHT: f32 = 0.42;

pub fn page_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    let patch = &model.workspace.patch;
    if is_low(ui) {
        identity_ui(ui, model, outbox);
    }
    if let Some(failure) = patch.failed() {
        failure_ui(ui, failure, outbox);
    } else if let Some(patch) = patch.ready() {
        together_ui(ui, model, outbox);
        folder_ui(ui, model, outbox);
        reading_ui(ui, model, outbox);
        findings_ui(ui, &patch.overview.hidden, outbox);
        let overview = &patch.overview;
        let (aside, main): (Vec<&Section>, Vec<&Section>) =
            overview.sections.iter().partition(|section| ASIDE.contains(&section.kind));
        two_columns(
            ui,
            RIGHT,
            &mut (),
            |ui, ()| {
                card(ui, Some(words::WHY), |ui| ui.add(Label::new(text::body(&overview.summary)).wrap()));
                let (fixes, main): (Vec<&Section>, Vec<&Section>) =
                    main.into_iter().partition(|section| section.kind == SectionKind::Fixes);
                fixes_ui(ui, &overview.fixes, &fixes);
                main.into_iter().for_each(|section| section_ui(ui, section));
            },
            |ui, ()| aside.into_iter().for_each(|section| section_ui(ui, section)),
        );
        super::scripts::scripts_ui(ui, &overview.scripts);
        if link_button(ui, papers::EXPORT).clicked() {
            outbox.push(Msg::Papers(PapersMsg::Export));
        }
        super::command_ui(ui, model, outbox);
    } else if patch.is_waiting() {
        let empty = EmptyState {
            icon: Icon::FileText,
            title: words::CHECKING_FILE,
            body: words::CHECKING_FILE_MEANING,
            action: None,
        };
        empty_state(ui, &empty);
    } else {
        let empty = EmptyState {
            icon: Icon::FileText,
            title: words::NO_PATCH,
            body: words::OVERVIEW_EMPTY,
            action: Some(Button::primary(words::START_OPEN_PATCH)),
        };
        if empty_state(ui, &empty).is_some_and(|action| action.clicked()) {
            outbox.push(Msg::PickBundle);
        }
    }
}

/// How many folders of the names in a text patch are left out: what fits, or so many.
const STRIP_LEVELS: [&str; 6] = [window::READ_STRIP_AUTO, "0", "1", "2", "3", "4"];

/// How many lines around a change may differ.
const FUZZ: [&str; 4] = ["0", "1", "2", "3"];

/// How a text patch is read, for whoever knows better than it says.
fn reading_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    if model.workspace.text().is_none() {
        return;
    }
    card(ui, Some(window::READING), |ui| {
        let mut reading = model.workspace.reading.clone();
        reading_fields_ui(ui, &mut reading, Input::Base, outbox);
        if reading != model.workspace.reading {
            outbox.push(Msg::ReadAs(Box::new(reading)));
        }
    });
}

/// How text patches are read; `base` asks for the product that they were made for.
pub(super) fn reading_fields_ui(ui: &mut Ui, reading: &mut TextOptions, base: Input, outbox: &mut Outbox) {
    let ticks = [
        (&mut reading.reverse, window::READ_REVERSE),
        (&mut reading.tolerance.ignores_white_space, window::READ_WHITE_SPACE),
        (&mut reading.without_uncarried, window::READ_UNCARRIED),
    ];
    for (ticked, label) in ticks {
        tick_box(ui, ticked, label);
    }
    row_ui(ui, window::READ_STRIP, |ui| {
        let mut chosen = reading.strip.map_or(0, |level| (level + 1).min(STRIP_LEVELS.len() - 1));
        if segmented(ui, window::READ_STRIP, &STRIP_LEVELS, &mut chosen) {
            reading.strip = chosen.checked_sub(1);
        }
    });
    row_ui(ui, window::READ_FUZZ, |ui| {
        let fuzz = &mut reading.tolerance.fuzz;
        let mut chosen = (*fuzz).min(FUZZ.len() - 1);
        if segmented(ui, window::READ_FUZZ, &FUZZ, &mut chosen) {
            *fuzz = chosen;
        }
    });
    let mut folders = reading.base.iter().cloned().collect();
    files_ui(ui, trying::READ_BASE, &mut folders, base, outbox);
    reading.base = folders.pop();
}

/// What a patch says it resolves, item by item, and everything else that it says about that.
fn fixes_ui(ui: &mut Ui, fixes: &[FixRow], sections: &[&Section]) {
    if fixes.is_empty() {
        sections.iter().for_each(|section| section_ui(ui, section));
        return;
    }
    card(ui, Some(words::FIXES), |ui| {
        for fix in fixes {
            // What a patch says is no proof, whoever signed it.
            let sign = (Icon::Bug, Tokens::from_context(ui).muted);
            let below = [&fix.parts, &fix.grade].map(String::as_str);
            item_ui(ui, sign, (&fix.ids, &fix.state), below);
        }
        let list: Vec<FactRow<'_>> = sections
            .iter()
            .flat_map(|section| &section.facts)
            .map(|fact| FactRow::new(&fact.name, &fact.value))
            .collect();
        facts(ui, &list);
    });
}

fn section_ui(ui: &mut Ui, section: &Section) {
    card(ui, Some(section.kind.heading()), |ui| {
        let list: Vec<FactRow<'_>> = section.facts.iter().map(|fact| of(&fact.name, &fact.value)).collect();
        facts(ui, &list);
    });
}

/// Which further patch files go in, and the one that was open before, which may.
fn together_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    let workspace = &model.workspace;
    let name = |path: &Path| line(&path.file_name().unwrap_or(path.as_os_str()).to_string_lossy());
    // Patches for different products go into no folder together.
    let product = workspace.patch.ready().map(OpenPatch::product);
    let is_alike = |(_, other): &&(PathBuf, String)| product.as_ref() == Some(other);
    if let Some((before, _)) = workspace.put_away.as_ref().filter(is_alike) {
        let title = fill(several::OPENED_INSTEAD, &[("file", &name(before))]);
        let view = Banner {
            notice: Notice::Information,
            title: &title,
            body: several::OPENED_INSTEAD_MEANING,
            actions: &[Button::secondary(several::APPLY_BOTH)],
        };
        if banner(ui, &view).is_some() {
            outbox.push(Msg::GoWith(vec![before.clone()]));
        }
    }
    if !workspace.others.is_empty() {
        card(ui, Some(several::TOGETHER_WITH), |ui| {
            for other in &workspace.others {
                ui.horizontal_wrapped(|ui| {
                    if link_button(ui, &name(other)).clicked() {
                        outbox.push(Msg::OpenBundle(other.clone()));
                    }
                    ui.add_space(space::MEDIUM);
                    if link_button(ui, window::LEAVE_OUT).clicked() {
                        outbox.push(Msg::LeaveOut(other.clone()));
                    }
                });
            }
        });
    }
}

/// Where nobody knows yet what a text patch does: the folder it is for has to be chosen, or cannot be read.
pub(crate) fn folder_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    let workspace = &model.workspace;
    if !workspace.lacks_folder() {
        return;
    }
    if let (Some(_), Some(failure)) = (&workspace.folder, workspace.view.failed()) {
        return failure_ui(ui, failure, outbox);
    }
    let banner_view = Banner {
        notice: Notice::Information,
        title: words::TEXT_NEEDS_FOLDER,
        body: words::TEXT_NEEDS_FOLDER_MEANING,
        actions: &[Button::primary(words::START_CHOOSE_FOLDER)],
    };
    if banner(ui, &banner_view).is_some() {
        outbox.push(Msg::PickFolder);
    }
}

/// Digests are code that somebody compares.
fn of<'a>(name: &'a str, value: &'a str) -> FactRow<'a> {
    let is_digest = value.len() == 64 && value.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_digest { FactRow::code(name, value) } else { FactRow::new(name, value) }
}

/// Why something cannot be shown, and what to do.
pub(crate) fn failure_ui(ui: &mut Ui, failure: &Failure, outbox: &mut Outbox) {
    let check = crate::present::check::CheckPage::of_failure(failure);
    findings_ui(ui, &check.findings, outbox);
    support_ui(ui, outbox);
}
