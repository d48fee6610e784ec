//! The look: colours, sizes and fonts, in one place. The rest of the window has no number for any of them.

pub mod fonts;
mod palettes;
pub mod space;
mod style;
pub mod text;
mod tokens;

use egui::{Context, Id, Theme, ThemePreference};

pub use lucide_icons::Icon;

pub(crate) use tokens::picture_tint;
pub use tokens::{ChangeTokens, ChangeTone, Meaning, ThemeTokens, Tokens};

/// Smaller than this nothing can be read, larger than this no page fits.
const ZOOM: std::ops::RangeInclusive<f32> = 0.5..=3.0;

/// Which palette a person chose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PaletteChoice {
    /// Light or dark, as the system is.
    #[default]
    System,
    Always(ThemeTokens),
}

/// How a person wants the window to look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Appearance {
    /// Its colours.
    pub palette: PaletteChoice,
    /// The colours of what was added and removed.
    pub changes: ChangeTokens,
    /// 1 is the size the system asks for.
    pub zoom: f32,
    /// How large code that is compared is, in points.
    pub code_size: f32,
    /// Nothing moves: over remote desktop, or where the system asks for it.
    pub calm_motion: bool,
}

impl Default for Appearance {
    fn default() -> Self {
        Self {
            palette: PaletteChoice::default(),
            changes: ChangeTokens::default(),
            zoom: 1.0,
            code_size: text::CODE,
            calm_motion: false,
        }
    }
}

/// Dresses the window, and again when `appearance` changes. The fonts are those we carry until
/// [`fonts::install`] is given another.
pub fn set_up(context: &Context, appearance: &Appearance) {
    let has_fonts = Id::unique("patchwright fonts");
    if !context.data(|data| data.get_temp(has_fonts).unwrap_or(false)) {
        fonts::install(context, None);
        context.data_mut(|data| data.insert_temp(has_fonts, true));
    }
    let (preference, chosen) = match appearance.palette {
        PaletteChoice::System => (ThemePreference::System, None),
        PaletteChoice::Always(palette) => (palette.theme().into(), Some(palette)),
    };
    context.set_theme(preference);
    let zoom = if appearance.zoom.is_finite() { appearance.zoom } else { 1.0 };
    context.set_zoom_factor(zoom.clamp(*ZOOM.start(), *ZOOM.end()));
    tokens::wear(context, chosen, appearance.changes);
    context.all_styles_mut(|style| style::set_sizes(style, appearance.calm_motion, appearance.code_size));
    for theme in [Theme::Light, Theme::Dark] {
        let palette = chosen.unwrap_or_else(|| ThemeTokens::of_theme(theme));
        let tokens = Tokens::for_palette(palette, appearance.changes);
        context.style_mut_of(theme, |style| style.visuals = style::visuals(palette, tokens));
    }
}
