//! How the window looks and divides itself, and every key there is.

use egui::{Label, Ui};

use crate::gui::keys;
use crate::gui::outbox::Outbox;
use crate::present::Model;
use crate::present::commands::Command;
use crate::present::message::{KeyMsg, Msg, PapersMsg};
use crate::settings::{ChangeColours, DiffLayout, Palette, Settings};
use crate::toolkit::theme::{Icon, Tokens, space, text};
use crate::toolkit::widgets::{
    Button, FactRow, PageHeader, button, card, facts, link_button, page_header, segmented, tick_box,
};
use crate::viewer::paint::KEYS;
use crate::words::{self, contents, papers, window};

/// How much larger or smaller everything gets at once.
const ZOOM_STEP: f32 = 0.1;
/// The same for code, in points.
const CODE_STEP: f32 = 1.0;

pub fn page_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    let header = PageHeader { title: words::KEYS, subtitle: "" };
    let back = |ui: &mut Ui| {
        let back = Button::secondary(window::SETTINGS_BACK).icon(Icon::ArrowLeft);
        button(ui, &back).clicked()
    };
    if page_header(ui, &header, back) {
        outbox.push(Msg::Escape);
    }
    let mut settings = model.settings.clone();
    card(ui, Some(words::APPEARANCE), |ui| appearance_ui(ui, &mut settings));
    card(ui, Some(words::TAB_CHANGES), |ui| changes_ui(ui, &mut settings));
    if settings != model.settings {
        outbox.push(Msg::SetSettings(Box::new(settings)));
    }
    if link_button(ui, window::KEYS_PAGE).clicked() {
        outbox.push(Msg::Keys(KeyMsg::Show));
    }
    if link_button(ui, papers::CODES).clicked() {
        outbox.push(Msg::Papers(PapersMsg::ShowCodes));
    }
    if link_button(ui, papers::ABOUT).clicked() {
        outbox.push(Msg::Papers(PapersMsg::ShowAbout));
    }
    card(ui, Some(words::KEYS_LIST), keys_ui);
}

fn appearance_ui(ui: &mut Ui, settings: &mut Settings) {
    const PALETTES: [(Palette, &str); 4] = [
        (Palette::System, words::APPEARANCE_SYSTEM),
        (Palette::Light, words::APPEARANCE_LIGHT),
        (Palette::Dark, words::APPEARANCE_DARK),
        (Palette::HighContrast, words::APPEARANCE_CONTRAST),
    ];
    choice_ui(ui, words::APPEARANCE_THEME, &PALETTES, &mut settings.palette);
    step_ui(ui, window::PAGE_SIZE, &format!("{:.0}%", settings.zoom * 100.0), |larger| {
        let step = if larger { ZOOM_STEP } else { -ZOOM_STEP };
        settings.zoom = ((settings.zoom + step) * 10.0).round().clamp(5.0, 30.0) / 10.0;
    });
    tick_box(ui, &mut settings.is_calm, words::APPEARANCE_CALM);
}

fn changes_ui(ui: &mut Ui, settings: &mut Settings) {
    const COLOURS: [(ChangeColours, &str); 2] = [
        (ChangeColours::Standard, words::COLOURS_STANDARD),
        (ChangeColours::BlueOrange, words::COLOURS_BLUE_ORANGE),
    ];
    const LAYOUTS: [(DiffLayout, &str); 3] = [
        (DiffLayout::Auto, window::LAYOUT_AUTO),
        (DiffLayout::SideBySide, contents::VIEW_SIDE_BY_SIDE),
        (DiffLayout::Unified, contents::VIEW_UNIFIED),
    ];
    choice_ui(ui, words::COLOURS, &COLOURS, &mut settings.changes);
    choice_ui(ui, window::LAYOUT, &LAYOUTS, &mut settings.layout);
    step_ui(ui, window::CODE_SIZE, &format!("{:.0}", settings.code_size), |larger| {
        let step = if larger { CODE_STEP } else { -CODE_STEP };
        settings.code_size = (settings.code_size + step).clamp(10.0, 24.0);
    });
}

fn choice_ui<T: Copy + PartialEq, const N: usize>(
    ui: &mut Ui,
    name: &str,
    choices: &[(T, &str); N],
    value: &mut T,
) {
    ui.label(text::caption(name).color(Tokens::from_context(ui).muted));
    let mut chosen = choices.iter().position(|(choice, _)| choice == value).unwrap_or_default();
    if segmented(ui, name, &choices.map(|(_, name)| name), &mut chosen) {
        *value = choices[chosen].0;
    }
    ui.add_space(space::TINY);
}

/// A size with the two buttons that change it.
fn step_ui(ui: &mut Ui, name: &str, value: &str, change: impl FnOnce(bool)) {
    ui.label(text::caption(name).color(Tokens::from_context(ui).muted));
    let pressed = ui.horizontal(|ui| {
        let [smaller, larger] = [(window::CODE_SMALLER, Icon::Minus), (window::CODE_LARGER, Icon::Plus)];
        let named = |(word, icon)| (format!("{name}: {word}"), icon);
        let [smaller, larger] = [named(smaller), named(larger)];
        let small = button(ui, &Button::secondary(window::CODE_SMALLER).icon(smaller.1));
        small.clone().on_hover_text(smaller.0);
        ui.add(Label::new(text::strong(value)));
        let large = button(ui, &Button::secondary(window::CODE_LARGER).icon(larger.1));
        large.clone().on_hover_text(larger.0);
        match (small.clicked(), large.clicked()) {
            (true, _) => Some(false),
            (_, true) => Some(true),
            _ => None,
        }
    });
    if let Some(larger) = pressed.inner {
        change(larger);
    }
    ui.add_space(space::TINY);
}

/// Every key, everywhere and in a change.
fn keys_ui(ui: &mut Ui) {
    ui.label(text::strong(window::KEYS_EVERYWHERE));
    for command in Command::ALL {
        let keys: Vec<String> = command.shortcuts().iter().map(|keys| keys::text(ui.ctx(), *keys)).collect();
        if !keys.is_empty() {
            facts(ui, &[FactRow::new(&keys.join(", "), command.name())]);
        }
    }
    ui.add_space(space::SMALL);
    ui.label(text::strong(window::KEYS_IN_CHANGES));
    for (place, binding) in KEYS.iter().enumerate() {
        // Keys that do the same stand together.
        if KEYS[..place].iter().any(|other| other.words == binding.words) {
            continue;
        }
        let alike = KEYS[place..].iter().filter(|other| other.words == binding.words);
        let keys = alike
            .map(|other| ui.ctx().format_shortcut(&egui::KeyboardShortcut::new(other.modifiers, other.key)));
        facts(ui, &[FactRow::new(&keys.collect::<Vec<_>>().join(", "), binding.words)]);
    }
}
