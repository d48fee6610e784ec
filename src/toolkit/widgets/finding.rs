//! A finding: what was found, what it means, what shows it, and the way out.

use egui::{Align, Frame, Label, Layout, Response, Role, Ui, UiBuilder};

use super::badge::{Badge, Tone, badge};
use super::button::{Button, button, button_width};
use super::paint::{self, Notice};
use crate::toolkit::theme::{Icon, Tokens, space, text};
use crate::words::widgets;

/// Narrower than this, the action stands below the sentence.
const SIDE_BY_SIDE: f32 = 520.0;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FindingLevel {
    /// It cannot go on.
    Blocks,
    /// It can go on once somebody has decided.
    Decision,
    /// It can go on, and may do harm.
    MayBreak,
    /// It is good to know.
    Information,
}

impl FindingLevel {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Blocks => widgets::LEVEL_BLOCKS,
            Self::Decision => widgets::LEVEL_DECISION,
            Self::MayBreak => widgets::LEVEL_MAY_BREAK,
            Self::Information => widgets::LEVEL_INFORMATION,
        }
    }

    /// What kind of notice it is.
    pub fn notice(self) -> Notice {
        match self {
            Self::Blocks => Notice::Danger,
            Self::Decision | Self::MayBreak => Notice::Caution,
            Self::Information => Notice::Information,
        }
    }

    pub fn icon(self) -> Icon {
        self.notice().icon()
    }
}

/// What was found.
#[derive(Clone, Copy, Debug)]
pub struct FindingView<'a> {
    /// How much it matters.
    pub level: FindingLevel,
    /// What it is, in a few words; empty where `meaning` says that itself.
    pub sentence: &'a str,
    /// What it means and what to do about it; empty for nothing.
    pub meaning: &'a str,
    /// What shows it: files, versions, numbers.
    pub evidence: &'a [&'a str],
    /// The way out, if there is one to press.
    pub action: Option<Button<'a>>,
}

/// A finding; with an action, the response of its button.
pub fn finding_row(ui: &mut Ui, finding: &FindingView<'_>) -> Option<Response> {
    let said = if finding.sentence.is_empty() { finding.meaning } else { finding.sentence };
    let name = format!("{}: {said}", finding.level.as_str());
    let group = UiBuilder::new().accessibility_role(Role::ListItem).accessibility_label(name);
    let frame = Frame::new().inner_margin(egui::Margin::symmetric(0, space::SMALL as i8));
    ui.scope_builder(group, |ui| {
        frame
            .show(ui, |ui| {
                let colour = finding.level.notice().colours(Tokens::from_context(ui)).strong;
                ui.horizontal_top(|ui| {
                    ui.spacing_mut().item_spacing.x = space::MEDIUM;
                    paint::icon(ui, finding.level.icon(), text::ICON + space::TINY, colour);
                    if ui.available_width() < SIDE_BY_SIDE {
                        let below = |ui: &mut Ui| {
                            words(ui, finding);
                            finding.action.map(|action| button(ui, &action))
                        };
                        return ui.vertical(below).inner;
                    }
                    let Some(action) = finding.action else {
                        let all = |ui: &mut Ui| words(ui, finding);
                        ui.with_layout(Layout::top_down(Align::Min), all);
                        return None;
                    };
                    // The words come first for the keyboard and for screen readers, too.
                    let room = ui.available_width() - button_width(ui, &action) - space::LARGE;
                    let size = egui::vec2(room.max(0.0), 0.0);
                    ui.allocate_ui_with_layout(size, Layout::top_down(Align::Min), |ui| {
                        ui.set_width(size.x);
                        words(ui, finding);
                    });
                    let layout = Layout::right_to_left(Align::Min);
                    Some(ui.with_layout(layout, |ui| button(ui, &action)).inner)
                })
                .inner
            })
            .inner
    })
    .inner
}

fn words(ui: &mut Ui, finding: &FindingView<'_>) {
    ui.spacing_mut().item_spacing.y = space::TINY;
    // The first line stands beside the icon, not in the middle of a row as high as a button.
    ui.spacing_mut().interact_size.y = 0.0;
    let level =
        Badge { text: finding.level.as_str(), tone: Tone::Notice(finding.level.notice()), explain: "" };
    let is_titled = !finding.sentence.is_empty();
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::SMALL;
        let first = if is_titled { text::strong(finding.sentence) } else { text::body(finding.meaning) };
        ui.add(Label::new(first).wrap());
        badge(ui, &level);
    });
    if is_titled && !finding.meaning.is_empty() {
        ui.add(Label::new(text::body(finding.meaning)).wrap());
    }
    let colour = Tokens::from_context(ui).muted;
    for evidence in finding.evidence {
        let line = text::body(*evidence).text_style(text::small_code_style()).color(colour);
        ui.add(Label::new(line).wrap());
    }
}
