//! Sizes and colours, in one place: the rest of the window has no number for either.

mod palettes;
mod tokens;

pub use tokens::{Accent, ChangeColours, ChangeTone, Meaning, Palette, SyntaxTones, Tokens};

use egui::{FontId, Stroke, Style, TextStyle, Theme, Vec2, Visuals};

/// Between things that belong together.
pub const GAP: f32 = 8.0;
/// Between things that do not.
pub const WIDE_GAP: f32 = 24.0;
/// The widest column that is pleasant to read, about 72 characters.
pub const READING_WIDTH: f32 = 560.0;

/// Small print.
const CAPTION: f32 = 12.0;
/// Running text.
const BODY: f32 = 14.0;
/// The title of a section.
const HEADING: f32 = 18.0;
/// The one line that says what matters on a page.
const OUTCOME: f32 = 26.0;

/// The text style of the line that says what matters on a page.
pub fn outcome() -> TextStyle {
    TextStyle::Name("outcome".into())
}

/// Dresses both themes; which one is shown follows the system.
pub fn set_up(context: &egui::Context) {
    context.set_theme(egui::ThemePreference::System);
    tokens::wear(context, None, ChangeColours::default());
    context.all_styles_mut(set_sizes);
    for theme in [Theme::Light, Theme::Dark] {
        let tokens = Tokens::for_palette(Palette::of_theme(theme), ChangeColours::default());
        context.style_mut_of(theme, |style| set_colours(&mut style.visuals, tokens));
    }
}

fn set_colours(visuals: &mut Visuals, tokens: &Tokens) {
    visuals.panel_fill = tokens.page();
    visuals.override_text_color = Some(tokens.text);
    visuals.weak_text_color = Some(tokens.muted);
    visuals.text_edit_bg_color = Some(tokens.card());
    visuals.widgets.inactive.weak_bg_fill = tokens.raised();
    visuals.widgets.inactive.bg_stroke = Stroke::new(1.0, tokens.outline);
    visuals.selection.stroke.color = tokens.accent.text;
}

fn set_sizes(style: &mut Style) {
    let sizes = [
        (TextStyle::Small, CAPTION),
        (TextStyle::Body, BODY),
        (TextStyle::Button, BODY),
        (TextStyle::Heading, HEADING),
        (outcome(), OUTCOME),
    ];
    for (name, size) in sizes {
        style.text_styles.insert(name, FontId::proportional(size));
    }
    style.text_styles.insert(TextStyle::Monospace, FontId::monospace(BODY));
    style.spacing.item_spacing = Vec2::splat(GAP);
    style.spacing.button_padding = Vec2::new(16.0, 8.0);
    style.spacing.interact_size.y = 36.0;
    // Over remote desktop every moving or translucent thing costs a picture.
    style.animation_time = 0.0;
    style.visuals.text_cursor.blink = false;
    style.visuals.popup_shadow = egui::Shadow::NONE;
    style.visuals.window_shadow = egui::Shadow::NONE;
}

/// A card: a surface of its own for things that belong together.
pub fn card(ui: &mut egui::Ui, contents: impl FnOnce(&mut egui::Ui)) {
    let tokens = Tokens::of(ui);
    egui::Frame::new()
        .fill(tokens.card())
        .stroke(Stroke::new(1.0, tokens.outline))
        .corner_radius(8)
        .inner_margin(16)
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            contents(ui);
        });
}

/// The button for the one thing to do on a page.
pub fn primary_button(ui: &mut egui::Ui, label: &str) -> egui::Response {
    let tokens = Tokens::of(ui);
    let text = egui::RichText::new(label).color(tokens.accent.on);
    ui.add(egui::Button::new(text).fill(tokens.accent.fill).stroke(Stroke::NONE))
}
