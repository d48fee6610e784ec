//! Merging a file by hand: mine, original and theirs beside each other, and below them what the file will have.

use egui::{Label, TextEdit, TextStyle, Ui};

use super::overview::failure_ui;
use crate::gui::outbox::Outbox;
use crate::present::Model;
use crate::present::merge::{MergeChoice, MergePage, ShownClash};
use crate::present::message::Msg;
use crate::text::with_thousands;
use crate::toolkit::theme::Icon;
use crate::toolkit::theme::{Tokens, space, text};
use crate::toolkit::widgets::{
    Button, EmptyState, PageHeader, button, button_row, card, empty_state, page_title, segmented,
    with_foot_bar,
};
use crate::words::{self, fill, window};

/// Most clashes of one file that are drawn; who has more merges in an editor.
const MAX_CLASHES: usize = 200;

pub fn page_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    let page = model.merge.ready();
    with_foot_bar(
        ui,
        outbox,
        |ui, outbox| super::wide_column_ui(ui, "merge", |ui| contents_ui(ui, model, outbox)),
        |ui, _| {
            if let Some(page) = page {
                let (done, all) = page.decided();
                let facts = [("n", &*with_thousands(done as u64)), ("all", &with_thousands(all as u64))];
                let number = fill(window::MERGE_DECIDED, &facts);
                let said = if done < all { format!("{number}. {}", window::MERGE_FIRST) } else { number };
                ui.add(Label::new(text::caption(said).color(Tokens::from_context(ui).muted)).wrap());
            }
        },
        |ui, outbox| {
            let is_whole = page.is_some_and(|page| page.decided().0 == page.decided().1);
            let reason = (!is_whole).then_some(window::MERGE_FIRST);
            let take = Button::primary(window::MERGE_TAKE).blocked(reason).reason_elsewhere();
            if button(ui, &take).clicked() {
                outbox.push(Msg::TakeMerged);
            }
            if button(ui, &Button::secondary(words::LEAVE)).clicked() {
                outbox.push(Msg::Escape);
            }
        },
    );
}

fn contents_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    if let Some(failure) = model.merge.failed() {
        return failure_ui(ui, failure, outbox);
    }
    let Some(page) = model.merge.ready() else {
        let (title, body) = (words::CHECKING, window::MERGE_MEANING);
        empty_state(ui, &EmptyState { icon: Icon::FileDiff, title, body, action: None });
        return;
    };
    let title = fill(window::MERGE_TITLE, &[("path", &page.shown_path())]);
    ui.vertical(|ui| page_title(ui, &PageHeader { title: &title, subtitle: window::MERGE_MEANING }));
    for number in 0..page.decided().1.min(MAX_CLASHES) {
        if let Some(clash) = page.clash(number) {
            ui.push_id(number, |ui| clash_ui(ui, page, &clash, number, outbox));
        }
    }
}

fn clash_ui(ui: &mut Ui, page: &MergePage, clash: &ShownClash, number: usize, outbox: &mut Outbox) {
    let facts = [
        ("n", (number + 1).to_string()),
        ("all", page.decided().1.to_string()),
        ("line", with_thousands(clash.line as u64)),
    ];
    let facts = facts.each_ref().map(|(name, value)| (*name, value.as_str()));
    card(ui, Some(&fill(window::MERGE_PLACE, &facts)), |ui| {
        sides_ui(ui, clash);
        let names = MergeChoice::ALL.map(name);
        let present = clash.chosen.and_then(|chosen| MergeChoice::ALL.iter().position(|it| *it == chosen));
        button_row(ui, |ui| {
            // Nothing is chosen at first: each button is one.
            let mut chosen = present.unwrap_or(usize::MAX);
            if segmented(ui, window::MERGE_CHOICE, &names, &mut chosen)
                && let Some(choice) = MergeChoice::ALL.get(chosen)
            {
                outbox.push(Msg::ChooseSide(number, *choice));
            }
        });
        result_ui(ui, clash, number, outbox);
    });
}

const fn name(choice: MergeChoice) -> &'static str {
    match choice {
        MergeChoice::Mine => window::MERGE_MINE,
        MergeChoice::Theirs => window::MERGE_THEIRS,
        MergeChoice::Both => window::MERGE_BOTH,
        MergeChoice::Original => window::MERGE_ORIGINAL,
    }
}

/// What stands there on all sides, beside each other.
fn sides_ui(ui: &mut Ui, clash: &ShownClash) {
    let tokens = Tokens::from_context(ui);
    let sides = [
        (window::MERGE_MINE, &clash.mine, tokens.accent.surface),
        (window::MERGE_ORIGINAL, &clash.base, tokens.raised()),
        (window::MERGE_THEIRS, &clash.theirs, tokens.added.line),
    ];
    ui.columns(sides.len(), |columns| {
        for (ui, (name, side, colour)) in columns.iter_mut().zip(sides) {
            ui.spacing_mut().item_spacing.y = space::TINY;
            ui.label(text::caption(name).color(tokens.muted));
            let frame = egui::Frame::new().fill(colour).inner_margin(space::SMALL as i8);
            frame.corner_radius(space::CONTROL_RADIUS).show(ui, |ui| {
                ui.set_width(ui.available_width());
                around_ui(ui, &clash.above);
                let shown = if side.is_empty() { window::MERGE_NOTHING } else { side.as_str() };
                let words = text::code(shown);
                let words = if side.is_empty() { words.italics().color(tokens.muted) } else { words };
                ui.add(Label::new(words).wrap());
                around_ui(ui, &clash.below);
            });
        }
    });
}

/// Lines around a clash, which are the same on all sides.
fn around_ui(ui: &mut Ui, lines: &str) {
    if !lines.is_empty() {
        ui.add(Label::new(text::code(lines).color(Tokens::from_context(ui).muted)).wrap());
    }
}

/// What the file will have there, to be edited.
fn result_ui(ui: &mut Ui, clash: &ShownClash, number: usize, outbox: &mut Outbox) {
    let label = ui.label(text::caption(window::MERGE_RESULT).color(Tokens::from_context(ui).muted));
    let mut result = clash.result.clone().unwrap_or_default();
    if !clash.is_editable {
        ui.add(Label::new(text::code(&result)).wrap());
        ui.label(text::caption(window::MERGE_ONLY_CHOSEN).color(Tokens::from_context(ui).muted));
        return;
    }
    let rows = result.lines().count().clamp(2, 12);
    let field = TextEdit::multiline(&mut result).font(TextStyle::Monospace).desired_rows(rows);
    let field = field.desired_width(f32::INFINITY).margin(space::SMALL as i8);
    if ui.add(field).labelled_by(label.id).changed() {
        outbox.push(Msg::TypeMerged(number, result));
    }
}
