//! A badge: a letter or a word that says what kind of thing stands beside it.

use std::sync::Arc;

use egui::{Color32, FontId, Galley, Pos2, Rect, Response, Role, Sense, StrokeKind, Ui, Vec2, WidgetInfo};

use super::paint::{self, Notice};
use crate::toolkit::theme::{ChangeTone, Tokens, space, text};
use crate::words::widgets as words;

/// What a badge is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tone {
    /// Neither good nor bad.
    Neutral,
    /// Chosen, current.
    Accent,
    /// A notice of this meaning.
    Notice(Notice),
    /// Only in the new content.
    Added,
    /// Only in the old content.
    Removed,
    /// In both and different.
    Changed,
    /// In both and elsewhere.
    Moved,
}

impl Tone {
    /// Its colours: behind, sign, words.
    fn colours(self, tokens: &Tokens) -> (Color32, Color32, Color32) {
        let change = |tone: ChangeTone| (tone.word, tone.mark, tone.text);
        match self {
            Self::Neutral => (tokens.raised(), tokens.edge, tokens.text),
            Self::Accent => (tokens.accent.surface, tokens.accent.text, tokens.accent.text),
            Self::Notice(notice) => {
                let meaning = notice.colours(tokens);
                (meaning.surface, meaning.strong, meaning.text)
            }
            Self::Added => change(tokens.added),
            Self::Removed => change(tokens.removed),
            Self::Changed => change(tokens.changed),
            Self::Moved => change(tokens.moved),
        }
    }
}

/// A letter or a word, and what it means.
#[derive(Clone, Copy, Debug)]
pub struct Badge<'a> {
    /// One letter or a few words.
    pub text: &'a str,
    /// What it is about.
    pub tone: Tone,
    /// What it means in a sentence; empty where the text says it all.
    pub explain: &'a str,
}

/// What happens to a file, as the letter in front of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BadgeStatus {
    /// It is new.
    Added,
    /// It stays, with other content.
    Modified,
    /// It goes away.
    Deleted,
    /// It gets another name or place.
    Renamed,
    /// It becomes another type of thing, or gets other permissions.
    Type,
}

impl BadgeStatus {
    pub fn badge(self) -> Badge<'static> {
        let (text, tone, explain) = match self {
            Self::Added => ("A", Tone::Added, words::STATUS_ADDED),
            Self::Modified => ("M", Tone::Changed, words::STATUS_MODIFIED),
            Self::Deleted => ("D", Tone::Removed, words::STATUS_DELETED),
            Self::Renamed => ("R", Tone::Moved, words::STATUS_RENAMED),
            Self::Type => ("T", Tone::Changed, words::STATUS_TYPE),
        };
        Badge { text, tone, explain }
    }
}

/// A badge; what it means is under the pointer and what a screen reader says.
pub fn badge(ui: &mut Ui, badge: &Badge<'_>) -> Response {
    let face = BadgeFace::measure(ui, badge);
    let (rect, response) = ui.allocate_exact_size(face.size, Sense::hover());
    let name = if badge.explain.is_empty() { badge.text } else { badge.explain };
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, name));
    face.paint(ui, rect.min);
    if badge.explain.is_empty() { response } else { response.on_hover_text(badge.explain) }
}

/// A badge that leads somewhere: to what is called `name`.
pub(crate) fn badge_button(ui: &mut Ui, badge: &Badge<'_>, name: &str) -> Response {
    let face = BadgeFace::measure(ui, badge);
    let (rect, response) = ui.allocate_exact_size(face.size, Sense::click());
    let meaning = if badge.explain.is_empty() { badge.text } else { badge.explain };
    let label = format!("{}. {name}", meaning.trim_end_matches('.'));
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
    face.paint(ui, rect.min);
    paint::focus_ring(ui, &response, space::TINY as u8);
    let response = response.on_hover_cursor(egui::CursorIcon::PointingHand);
    response.on_hover_text(format!("{meaning}\n{name}"))
}

/// How wide a badge is.
pub(crate) fn badge_width(ui: &Ui, badge: &Badge<'_>) -> f32 {
    BadgeFace::measure(ui, badge).size.x
}

/// A badge, measured.
pub(super) struct BadgeFace {
    galley: Arc<Galley>,
    /// Behind it, its edge, its text.
    colours: (Color32, Color32, Color32),
    /// How large it is.
    pub(super) size: Vec2,
}

impl BadgeFace {
    pub(super) fn measure(ui: &Ui, badge: &Badge<'_>) -> Self {
        let colours = badge.tone.colours(Tokens::from_context(ui));
        let font = FontId::new(text::CAPTION, text::semibold());
        let galley = ui.painter().layout_no_wrap(badge.text.to_owned(), font, colours.2);
        let height = (galley.size().y + space::TINY).max(space::LARGE + space::TINY);
        let is_letter = badge.text.chars().nth(1).is_none();
        let width = if is_letter { height } else { galley.size().x + 2.0 * space::SMALL };
        Self { galley, colours, size: Vec2::new(width, height) }
    }

    /// Paints it, for a part that says itself what it means.
    pub(super) fn paint(self, ui: &Ui, place: Pos2) {
        let (fill, strong, colour) = self.colours;
        let rect = Rect::from_min_size(place, self.size);
        let edge = paint::tint_edge(ui, strong);
        ui.painter().rect(rect, space::TINY as u8, fill, edge, StrokeKind::Inside);
        ui.painter().galley(rect.center() - self.galley.size() / 2.0, self.galley, colour);
    }
}
