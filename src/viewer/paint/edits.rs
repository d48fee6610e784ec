//! Edits by key as a table: which value becomes which, and what must hold before and afterwards.

use egui::{Align, Color32, Frame, Label, Layout, Margin, Role, ScrollArea, Ui, UiBuilder, vec2};

use super::head;
use crate::diff::{KeyChange, ShownEdit, ShownTest};
use crate::text::one_line;
use crate::toolkit::theme::{Icon, Tokens, space, text};
use crate::toolkit::widgets::{Banner, Notice, banner, card, icon_at};
use crate::viewer::model::ViewedContents;
use crate::words::{contents as words, fill};

/// Most of a key or value that is shown, in characters.
const MAX_CHARS: usize = 400;
/// What the key takes of a row, and each of the two values.
const SHARES: [f32; 3] = [0.4, 0.3, 0.3];

pub(super) fn edits_ui(ui: &mut Ui, contents: &ViewedContents) {
    head::heads_ui(ui, contents, None);
    let Some(shown) = contents.edits() else { return };
    ScrollArea::vertical().id_salt("edits").auto_shrink(false).show(ui, |ui| {
        Frame::new().inner_margin(Margin::same(space::LARGE as i8)).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = space::MEDIUM;
            if !shown.problems.is_empty() {
                let problems: Vec<String> =
                    shown.problems.iter().map(|problem| one_line(problem, MAX_CHARS)).collect();
                let (title, body) = (words::KEYS_PROBLEM, problems.join("\n"));
                banner(ui, &Banner { notice: Notice::Danger, title, body: &body, actions: &[] });
            }
            for edit in &shown.edits {
                edit_ui(ui, edit);
            }
            ui.label(text::caption(words::KEYS_MEANING).color(Tokens::from_context(ui).muted));
        });
    });
}

fn edit_ui(ui: &mut Ui, edit: &ShownEdit) {
    let tests = edit.document.iter().map(sentence).collect::<Vec<_>>().join(words::PART_AND);
    let title = (!tests.is_empty()).then(|| fill(words::KEYS_WHERE, &[("what", &tests)]));
    card(ui, title.as_deref(), |ui| {
        if edit.keys.is_empty() {
            ui.label(words::KEYS_NONE);
        } else {
            let muted = Tokens::from_context(ui).muted;
            let names = [words::KEYS_KEY, words::KEYS_BEFORE, words::KEYS_AFTER];
            cells_ui(ui, names.map(|name| Label::new(text::caption(name).color(muted)).wrap()));
        }
        for key in &edit.keys {
            ui.separator();
            key_ui(ui, key);
        }
        for (heading, tests) in
            [(words::KEYS_HOLD_BEFORE, &edit.before), (words::KEYS_HOLD_AFTER, &edit.after)]
        {
            tests_ui(ui, heading, tests);
        }
    });
}

/// A key with what it was and what it becomes, in the colours of lines that go and come.
fn key_ui(ui: &mut Ui, key: &KeyChange) {
    let shown = |value: &Option<String>| value.as_deref().map(|value| one_line(value, MAX_CHARS));
    let (before, after) = (shown(&key.before), shown(&key.after));
    let told = |value: &Option<String>| value.clone().unwrap_or_else(|| words::PART_KEY_ABSENT.to_owned());
    let path = one_line(&key.path, MAX_CHARS);
    let facts = [("key", path.as_str()), ("before", &told(&before)), ("after", &told(&after))];
    let row = UiBuilder::new()
        .accessibility_role(Role::ListItem)
        .accessibility_label(fill(words::KEYS_ROW, &facts));
    let tokens = Tokens::from_context(ui);
    let value = |value: Option<String>, colour: Color32| match value {
        Some(value) => Label::new(text::code(value).background_color(colour)).wrap(),
        None => Label::new(text::caption(words::PART_KEY_ABSENT).color(tokens.muted)).wrap(),
    };
    let (removed, added) = (tokens.removed.word, tokens.added.word);
    ui.scope_builder(row, |ui| {
        cells_ui(ui, [Label::new(text::code(path)).wrap(), value(before, removed), value(after, added)]);
    });
}

fn cells_ui(ui: &mut Ui, cells: [Label; 3]) {
    let width = ui.available_width();
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        for (cell, share) in cells.into_iter().zip(SHARES) {
            let column = (width * share - space::MEDIUM).floor();
            ui.allocate_ui_with_layout(vec2(column, 0.0), Layout::top_down(Align::Min), |ui| {
                ui.set_width(column);
                ui.add(cell);
            });
            ui.add_space(space::MEDIUM);
        }
    });
}

fn tests_ui(ui: &mut Ui, heading: &str, tests: &[ShownTest]) {
    if tests.is_empty() {
        return;
    }
    let tokens = Tokens::from_context(ui);
    ui.add_space(space::TINY);
    ui.label(text::caption(heading).color(tokens.muted));
    for test in tests {
        ui.horizontal_top(|ui| {
            let (place, _) = ui.allocate_exact_size(egui::Vec2::splat(text::ICON), egui::Sense::hover());
            icon_at(ui, place, Icon::ListChecks, text::ICON, tokens.muted);
            ui.add(Label::new(text::code(sentence(test))).wrap());
        });
    }
}

fn sentence(test: &ShownTest) -> String {
    format!("{} {}", one_line(&test.path, MAX_CHARS), one_line(&test.wanted, MAX_CHARS))
}
