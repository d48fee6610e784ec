//! What was looked at and is as it should be, a line each; and how something ended, seen from across the room.

use egui::{Align, Label, Layout, Role, Sense, Ui, UiBuilder, Vec2};

use super::paint::{self, Notice};
use crate::toolkit::theme::{Icon, Tokens, space, text};

/// The sign of an outcome.
const MARK: f32 = 48.0;
/// The names take this much.
const NAME_WIDTH: f32 = 136.0;

/// One line: a tick, what was looked at, and what was seen. A screen reader is told `passed`, too.
pub(crate) fn passed_row(ui: &mut Ui, passed: &str, name: &str, seen: &str) {
    let label = format!("{passed}: {name}, {seen}");
    let group = UiBuilder::new().accessibility_role(Role::ListItem).accessibility_label(label);
    ui.scope_builder(group, |ui| {
        let tokens = Tokens::from_context(ui);
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = space::MEDIUM;
            ui.spacing_mut().interact_size.y = 0.0;
            paint::icon(ui, Icon::Check, text::ICON + 2.0, tokens.good.strong);
            ui.allocate_ui_with_layout(Vec2::new(NAME_WIDTH, 0.0), Layout::top_down(Align::Min), |ui| {
                ui.set_width(NAME_WIDTH);
                ui.add(Label::new(text::strong(name)).wrap());
            });
            ui.add(Label::new(text::body(seen).color(tokens.muted)).wrap());
        });
    });
}

/// One line whose heading says what it is about: a tick, and what was seen.
pub(crate) fn passed_line(ui: &mut Ui, passed: &str, seen: &str) {
    let group =
        UiBuilder::new().accessibility_role(Role::ListItem).accessibility_label(format!("{passed}: {seen}"));
    ui.scope_builder(group, |ui| {
        let strong = Tokens::from_context(ui).good.strong;
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = space::MEDIUM;
            ui.spacing_mut().interact_size.y = 0.0;
            paint::icon(ui, Icon::Check, text::ICON + 2.0, strong);
            ui.add(Label::new(text::body(seen)).wrap());
        });
    });
}

/// How something ended: a large sign, one large sentence, and what it rests on, in the middle of the page.
pub(crate) fn outcome_mark(ui: &mut Ui, notice: Notice, heading: &str, sentence: &str) {
    let tokens = Tokens::from_context(ui);
    let colours = notice.colours(tokens);
    ui.vertical_centered(|ui| {
        ui.spacing_mut().item_spacing.y = space::SMALL;
        ui.add_space(space::SMALL);
        let (rect, _) = ui.allocate_exact_size(Vec2::splat(MARK), Sense::hover());
        ui.painter().circle_filled(rect.center(), MARK / 2.0, colours.surface);
        let icon = match notice {
            Notice::Good => Icon::Check,
            other => other.icon(),
        };
        paint::icon_at(ui, rect, icon, MARK / 2.0 + space::TINY, colours.strong);
        ui.add_space(space::TINY);
        let title = ui.add(Label::new(text::outcome(heading)).wrap());
        super::header::mark_as_heading(&title, heading, 1);
        if !sentence.is_empty() {
            ui.set_max_width(space::READING_WIDTH.min(ui.available_width()));
            let words = Label::new(text::body(sentence).color(tokens.muted)).wrap();
            ui.add(words);
        }
        ui.add_space(space::SMALL);
    });
}
