//! Draws the page; what a person asks for goes into a command.

use std::path::{Path, PathBuf};

use egui::{Align, Key, Label, Layout, RichText, ScrollArea, TextEdit, Ui};

use super::summary::{Counts, Refusal, Summary};
use super::theme::space::{READING_WIDTH, SMALL as GAP};
use super::theme::{Tokens, text};
use super::widgets::{self, Button};
use super::{Command, Page};
use crate::text::escape_line;

/// The whole window.
pub fn root_ui(ui: &mut Ui, page: &Page, typed_path: &mut String, command: &mut Option<Command>) {
    egui::CentralPanel::default().show(ui, |ui| {
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            widgets::page_column(ui, READING_WIDTH, |ui| match page {
                Page::Start => start_ui(ui, typed_path, command),
                Page::Reading(path) => reading_ui(ui, path),
                Page::Patch(summary) => patch_ui(ui, summary, command),
                Page::Refused(refusal) => refused_ui(ui, refusal, command),
            });
        });
    });
}

fn start_ui(ui: &mut Ui, typed_path: &mut String, command: &mut Option<Command>) {
    let is_over = ui.input(|input| !input.raw.hovered_files.is_empty());
    ui.label(RichText::new("See what a patch file would do").text_style(text::outcome_style()));
    ui.label("Looking at a patch file changes nothing on this computer.");
    ui.add_space(GAP);
    widgets::card(ui, None, |ui| {
        ui.heading(if is_over { "Let go to open it" } else { "Drop a patch file here" });
        ui.label("Its name ends in .patchbundle.");
        ui.add_space(GAP);
        if widgets::button(ui, &Button::primary("Open a patch file…")).clicked() {
            *command = Some(Command::Choose);
        }
    });
    ui.add_space(GAP);
    let label = ui.label(RichText::new("Or type where it is").small());
    // From the right, so that the field takes what the button leaves.
    let row = egui::vec2(ui.available_width(), ui.spacing().interact_size.y);
    ui.allocate_ui_with_layout(row, Layout::right_to_left(Align::Center), |ui| {
        let has_path = !typed_path.trim().is_empty();
        let button = ui.add_enabled(has_path, egui::Button::new("Open"));
        let clicked = button.on_disabled_hover_text("Type a path first").clicked();
        let field = TextEdit::singleline(typed_path).desired_width(ui.available_width()).margin(GAP as i8);
        let field = ui.add(field).labelled_by(label.id);
        let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        if has_path && (clicked || entered) {
            *command = Some(Command::Open(PathBuf::from(typed_path.trim())));
        }
    });
}

fn reading_ui(ui: &mut Ui, path: &Path) {
    ui.label(RichText::new("Reading the patch file").text_style(text::outcome_style()));
    ui.label(escape_line(&path.to_string_lossy()));
}

fn patch_ui(ui: &mut Ui, summary: &Summary, command: &mut Option<Command>) {
    ui.add(Label::new(RichText::new(&summary.title).text_style(text::outcome_style())).wrap());
    ui.weak(&summary.identity);
    ui.add_space(GAP);
    widgets::card(ui, None, |ui| {
        ui.heading("Why");
        ui.label(&summary.summary);
    });
    widgets::card(ui, None, |ui| {
        ui.heading("What it changes");
        for line in count_lines(summary.counts) {
            ui.label(line);
        }
    });
    widgets::card(ui, None, |ui| {
        ui.heading("Where it comes from");
        fact_ui(ui, "For", &summary.product);
        fact_ui(ui, "From", &summary.vendor);
        if let Some(contact) = &summary.contact {
            fact_ui(ui, "Contact", contact);
        }
    });
    ui.add_space(GAP);
    another_ui(ui, command);
}

fn fact_ui(ui: &mut Ui, name: &str, value: &str) {
    let name_width = 80.0;
    ui.horizontal_top(|ui| {
        let cell = egui::vec2(name_width, ui.text_style_height(&egui::TextStyle::Body));
        ui.allocate_ui_with_layout(cell, Layout::left_to_right(Align::Min), |ui| {
            ui.set_width(name_width);
            ui.weak(name);
        });
        ui.add(Label::new(value).wrap());
    });
}

/// `2 files are added` and so on, without those of which there are none.
fn count_lines(counts: Counts) -> Vec<String> {
    let line = |count: usize, done: &str| match count {
        0 => None,
        1 => Some(format!("1 file is {done}")),
        _ => Some(format!("{count} files are {done}")),
    };
    let lines =
        [line(counts.added, "added"), line(counts.changed, "changed"), line(counts.removed, "removed")];
    let lines: Vec<_> = lines.into_iter().flatten().collect();
    if lines.is_empty() { vec!["No file".to_owned()] } else { lines }
}

fn refused_ui(ui: &mut Ui, refusal: &Refusal, command: &mut Option<Command>) {
    let caution = Tokens::of(ui).caution.text;
    ui.label(RichText::new("This file cannot be shown").text_style(text::outcome_style()).color(caution));
    ui.label("Nothing was changed.");
    ui.add_space(GAP);
    widgets::card(ui, None, |ui| {
        ui.add(Label::new(&refusal.headline).wrap());
        for hint in &refusal.hints {
            ui.add(Label::new(RichText::new(hint).weak()).wrap());
        }
    });
    ui.add_space(GAP);
    another_ui(ui, command);
}

fn another_ui(ui: &mut Ui, command: &mut Option<Command>) {
    if ui.button("Open another patch file…").clicked() {
        *command = Some(Command::Choose);
    }
}
