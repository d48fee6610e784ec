//! Distances: a grid of four points, so that edges line up without anybody trying.

/// Between an icon and its word.
pub(crate) const TINY: f32 = 4.0;
/// Between things that belong together.
pub const SMALL: f32 = 8.0;
/// Between lines of a list, around the text of a control.
pub(crate) const MEDIUM: f32 = 12.0;
/// Around what is in a card, between cards.
pub const LARGE: f32 = 16.0;
/// Between sections, around a page.
pub(crate) const WIDE: f32 = 24.0;
/// Before and after the one line that matters.
pub(crate) const HUGE: f32 = 32.0;

/// The widest column that is pleasant to read, about 72 characters.
pub(crate) const READING_WIDTH: f32 = 560.0;
/// How high a button, a field or a row that is pressed is at least.
pub(crate) const CONTROL_HEIGHT: f32 = 32.0;
/// How high a row of a long list is.
pub(crate) const ROW_HEIGHT: f32 = 24.0;

/// The corners of a control.
pub(crate) const CONTROL_RADIUS: u8 = 6;
/// The corners of a card.
pub(crate) const CARD_RADIUS: u8 = 8;
/// Lines that separate, edges of controls.
pub(crate) const HAIRLINE: f32 = 1.0;
/// The ring around what the keyboard acts on.
pub(crate) const FOCUS_WIDTH: f32 = 2.0;
