//! What several parts draw alike: icons, the ring of the focus, the look of a notice.

use egui::{Align2, Color32, FontId, Pos2, Rect, Response, Stroke, StrokeKind, Ui, Vec2};

use crate::toolkit::theme::{Icon, Meaning, ThemeTokens, Tokens, space, text};

/// What a notice means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Notice {
    /// It worked, it is as it should be.
    Good,
    /// It may not be what one wants.
    Caution,
    /// It cannot go on, or something would be lost.
    Danger,
    /// It is good to know.
    Information,
}

impl Notice {
    pub fn colours(self, tokens: &Tokens) -> Meaning {
        match self {
            Self::Good => tokens.good,
            Self::Caution => tokens.caution,
            Self::Danger => tokens.danger,
            Self::Information => tokens.information,
        }
    }

    /// Its icon; no two have the same outline, so that colour is not needed to tell them apart.
    pub fn icon(self) -> Icon {
        match self {
            Self::Good => Icon::CircleCheck,
            Self::Caution => Icon::TriangleAlert,
            Self::Danger => Icon::OctagonX,
            Self::Information => Icon::Info,
        }
    }
}

/// Paints `icon` in the middle of `rect`. It has no name of its own: the part it belongs to says what it means.
pub(crate) fn icon_at(ui: &Ui, rect: Rect, icon: Icon, size: f32, colour: Color32) {
    let font = FontId::new(size, text::icons());
    ui.painter().text(rect.center(), Align2::CENTER_CENTER, char::from(icon), font, colour);
}

/// Takes the place of an icon beside text and paints it there.
pub(super) fn icon(ui: &mut Ui, icon: Icon, size: f32, colour: Color32) {
    let (_, rect) = ui.allocate_space(Vec2::splat(size));
    icon_at(ui, rect, icon, size, colour);
}

/// The ring around what the keyboard acts on, if that is `response`.
pub(super) fn focus_ring(ui: &Ui, response: &Response, radius: u8) {
    if response.has_focus() {
        ring(ui, response.rect, radius);
    }
}

/// The ring itself, outside of `rect`.
pub(super) fn ring(ui: &Ui, rect: Rect, radius: u8) {
    let stroke = Stroke::new(space::FOCUS_WIDTH, Tokens::from_context(ui).focus);
    let outside = rect.expand(space::FOCUS_WIDTH);
    ui.painter().rect_stroke(outside, radius + space::FOCUS_WIDTH as u8, stroke, StrokeKind::Inside);
}

/// The line around a tinted surface. Only high contrast needs it: there the tints are close to the page.
pub(super) fn tint_edge(ui: &Ui, colour: Color32) -> Stroke {
    match ThemeTokens::from_context(ui) {
        ThemeTokens::HighContrast => Stroke::new(space::HAIRLINE, colour),
        ThemeTokens::Light | ThemeTokens::Dark => Stroke::NONE,
    }
}

/// Where something as high as `height` begins, so that it stands in the middle of `rect`.
pub(super) fn middle(rect: Rect, left: f32, height: f32) -> Pos2 {
    Pos2::new(left, rect.center().y - height / 2.0)
}
