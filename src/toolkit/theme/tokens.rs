//! What a colour is for. The rest of the window asks for a purpose and never names a colour.

use egui::{Color32, Context, Id, Theme};

/// Which colours the window wears.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ThemeTokens {
    /// Dark text on light surfaces.
    #[default]
    Light,
    /// Light text on dark surfaces.
    Dark,
    /// White on black, for people who need all the contrast there is.
    HighContrast,
}

/// Which colours tell added from removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ChangeTokens {
    /// Green and red.
    #[default]
    Standard,
    /// Blue and orange, for people who cannot tell green from red.
    BlueOrange,
}

/// The colours of the one thing to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accent {
    /// Behind the label of a primary button.
    pub fill: Color32,
    /// On `fill` and `hover`.
    pub on: Color32,
    /// `fill` under the pointer.
    pub hover: Color32,
    /// Links and the selected part of a choice, on the page or a card.
    pub text: Color32,
    /// Behind what is chosen.
    pub surface: Color32,
}

/// The colours of one of the four things a notice can mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// Behind the notice.
    pub surface: Color32,
    /// Its icon and edge, on the page, a card or `surface`.
    pub strong: Color32,
    /// Its words, on the page, a card or `surface`.
    pub text: Color32,
}

/// The colours of one kind of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChangeTone {
    /// Behind a row.
    pub line: Color32,
    /// Behind the words in it that differ.
    pub word: Color32,
    /// The sign in the gutter, the bar beside it, the mark on the overview.
    pub mark: Color32,
    /// Words about the change, on `line`, `word`, the page or a card.
    pub text: Color32,
}

/// The colours of code, legible on a card, on the selection and on every [`ChangeTone`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SyntaxTones {
    /// `if`, `return`.
    pub keyword: Color32,
    /// What stands in quotes.
    pub string: Color32,
    pub number: Color32,
    /// What the computer skips.
    pub comment: Color32,
    /// Names of functions.
    pub function: Color32,
    /// Names of types, tags and sections.
    pub type_: Color32,
    /// `true`, names of constants and attributes.
    pub constant: Color32,
    /// Brackets and operators.
    pub punctuation: Color32,
}

/// Every colour of the window, by purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tokens {
    /// Page, card, and what is raised from a card, such as an ordinary button.
    pub surfaces: [Color32; 3],
    /// What is read.
    pub text: Color32,
    /// What is read second, on any of the surfaces, a meaning's surface or a changed row.
    pub muted: Color32,
    /// Lines that only separate.
    pub(crate) outline: Color32,
    /// The edge of what can be typed in or pressed.
    pub edge: Color32,
    /// The one thing to do.
    pub accent: Accent,
    /// The ring around what the keyboard acts on.
    pub focus: Color32,
    /// Behind selected text and the current row.
    pub selection: Color32,
    /// It worked, it is as it should be.
    pub good: Meaning,
    /// It may not be what one wants.
    pub caution: Meaning,
    /// It cannot go on, or something would be lost.
    pub danger: Meaning,
    /// It is good to know.
    pub information: Meaning,
    /// Only in the new content.
    pub added: ChangeTone,
    /// Only in the old content.
    pub removed: ChangeTone,
    /// In both and different.
    pub changed: ChangeTone,
    /// In both and elsewhere.
    pub moved: ChangeTone,
    /// Code.
    pub syntax: SyntaxTones,
    /// Behind the row that stands for lines left out.
    pub gap: Color32,
}

/// The tint of a picture that lies over another one, which shines through it as far as `share` is below 1.
pub(crate) fn picture_tint(share: f32) -> Color32 {
    Color32::WHITE.gamma_multiply(share.clamp(0.0, 1.0))
}

impl Tokens {
    /// Behind everything.
    pub fn page(&self) -> Color32 {
        self.surfaces[0]
    }

    /// Behind things that belong together.
    pub fn card(&self) -> Color32 {
        self.surfaces[1]
    }

    /// Behind what stands out from a card.
    pub fn raised(&self) -> Color32 {
        self.surfaces[2]
    }
}

impl ThemeTokens {
    /// The one that `context` wears: the chosen one, or else that of the system.
    pub fn from_context(context: &Context) -> Self {
        let chosen: Option<Option<Self>> = context.data(|data| data.get_temp(palette_id()));
        chosen.flatten().unwrap_or_else(|| Self::of_theme(context.theme()))
    }

    /// The one for the system's light or dark.
    pub(crate) fn of_theme(theme: Theme) -> Self {
        match theme {
            Theme::Light => Self::Light,
            Theme::Dark => Self::Dark,
        }
    }

    /// Which of egui's two themes it is a variant of: the frame around the window follows it.
    pub fn theme(self) -> Theme {
        match self {
            Self::Light => Theme::Light,
            Self::Dark | Self::HighContrast => Theme::Dark,
        }
    }
}

/// Puts on a palette, or that of the system with `None`.
pub(super) fn wear(context: &Context, palette: Option<ThemeTokens>, changes: ChangeTokens) {
    context.data_mut(|data| {
        data.insert_temp(palette_id(), palette);
        data.insert_temp(changes_id(), changes);
    });
}

fn palette_id() -> Id {
    Id::unique("patchwright palette")
}

pub(super) fn changes_id() -> Id {
    Id::unique("patchwright change colours")
}
