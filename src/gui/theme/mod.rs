//! Sizes and colours, in one place: the rest of the window has no number for either.

use egui::{Color32, FontId, Stroke, Style, TextStyle, Theme, Vec2, Visuals};

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

/// The colours, each with its meaning.
pub struct Tones {
    /// The one thing to do.
    pub accent: Color32,
    /// Text on the accent.
    pub on_accent: Color32,
    /// Something is in the way.
    pub caution: Color32,
    /// Behind everything.
    page: Color32,
    /// Behind a card.
    surface: Color32,
    /// Around a card and behind an ordinary button.
    border: Color32,
    /// Behind what one types.
    field: Color32,
    /// Text.
    text: Color32,
}

impl Tones {
    /// Those of the theme in `visuals`.
    pub fn of(visuals: &Visuals) -> Self {
        if visuals.dark_mode { DARK } else { LIGHT }
    }
}

const LIGHT: Tones = Tones {
    accent: Color32::from_rgb(0x1f, 0x5f, 0xbf),
    on_accent: Color32::WHITE,
    caution: Color32::from_rgb(0x9a, 0x4a, 0x00),
    page: Color32::from_rgb(0xf3, 0xf4, 0xf6),
    surface: Color32::WHITE,
    border: Color32::from_rgb(0xd5, 0xd9, 0xdf),
    field: Color32::WHITE,
    text: Color32::from_rgb(0x1c, 0x1f, 0x24),
};

const DARK: Tones = Tones {
    accent: Color32::from_rgb(0x8a, 0xb8, 0xff),
    on_accent: Color32::from_rgb(0x0c, 0x1c, 0x36),
    caution: Color32::from_rgb(0xff, 0xb4, 0x6b),
    page: Color32::from_rgb(0x1a, 0x1c, 0x20),
    surface: Color32::from_rgb(0x26, 0x29, 0x2e),
    border: Color32::from_rgb(0x3d, 0x42, 0x49),
    field: Color32::from_rgb(0x10, 0x12, 0x15),
    text: Color32::from_rgb(0xe6, 0xe8, 0xeb),
};

/// Dresses both themes; which one is shown follows the system.
pub fn set_up(context: &egui::Context) {
    context.set_theme(egui::ThemePreference::System);
    context.all_styles_mut(set_sizes);
    context.style_mut_of(Theme::Light, |style| set_colours(&mut style.visuals, &LIGHT));
    context.style_mut_of(Theme::Dark, |style| set_colours(&mut style.visuals, &DARK));
}

fn set_colours(visuals: &mut Visuals, tones: &Tones) {
    visuals.panel_fill = tones.page;
    visuals.override_text_color = Some(tones.text);
    visuals.weak_text_alpha = 0.75;
    visuals.text_edit_bg_color = Some(tones.field);
    visuals.widgets.inactive.weak_bg_fill = tones.border;
    visuals.widgets.inactive.bg_stroke = Stroke::new(1.0, tones.border);
    visuals.selection.stroke.color = tones.accent;
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
    let tones = Tones::of(ui.visuals());
    egui::Frame::new()
        .fill(tones.surface)
        .stroke(Stroke::new(1.0, tones.border))
        .corner_radius(8)
        .inner_margin(16)
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            contents(ui);
        });
}

/// The button for the one thing to do on a page.
pub fn primary_button(ui: &mut egui::Ui, label: &str) -> egui::Response {
    let tones = Tones::of(ui.visuals());
    let text = egui::RichText::new(label).color(tones.on_accent);
    ui.add(egui::Button::new(text).fill(tones.accent).stroke(Stroke::NONE))
}
