//! Four sizes of text in two weights, code in a font of fixed width, and icons: nothing else is written.

use std::sync::Arc;

use egui::{FontFamily, FontId, RichText, TextStyle};

/// Small print.
pub const CAPTION: f32 = 12.0;
/// Running text and code.
pub const BODY: f32 = 14.0;
/// Code that is compared, unless somebody wants it larger.
pub const CODE: f32 = 13.0;
/// The title of a section.
pub const HEADING: f32 = 18.0;
/// The one line that says what matters on a page.
pub const OUTCOME: f32 = 26.0;

/// The side of an icon beside text.
pub const ICON: f32 = 16.0;
/// The side of the icon that stands for a whole place.
pub(crate) const LARGE_ICON: f32 = 32.0;

/// Small print.
pub(crate) fn caption(text: impl Into<String>) -> RichText {
    RichText::new(text).text_style(TextStyle::Small)
}

/// Running text.
pub fn body(text: impl Into<String>) -> RichText {
    RichText::new(text).text_style(TextStyle::Body)
}

/// Running text that matters more than that around it.
pub fn strong(text: impl Into<String>) -> RichText {
    RichText::new(text).text_style(strong_style())
}

/// The title of a section.
pub fn heading(text: impl Into<String>) -> RichText {
    RichText::new(text).text_style(TextStyle::Heading)
}

/// The one line that says what matters on a page.
pub fn outcome(text: impl Into<String>) -> RichText {
    RichText::new(text).text_style(outcome_style())
}

/// Code, paths, names of files.
pub fn code(text: impl Into<String>) -> RichText {
    RichText::new(text).text_style(TextStyle::Monospace)
}

/// The style of [`strong`].
pub(crate) fn strong_style() -> TextStyle {
    TextStyle::Name("strong".into())
}

/// The style of [`outcome`].
pub(crate) fn outcome_style() -> TextStyle {
    TextStyle::Name("outcome".into())
}

/// The style of small code: line numbers, paths in a list.
pub(crate) fn small_code_style() -> TextStyle {
    TextStyle::Name("small code".into())
}

/// The style of code that is compared, which has a size of its own.
pub(crate) fn diff_style() -> TextStyle {
    TextStyle::Name("diff".into())
}

/// The heavier of the two weights.
pub fn semibold() -> FontFamily {
    FontFamily::Name(Arc::from("semibold"))
}

/// The icons.
pub fn icons() -> FontFamily {
    FontFamily::Name(Arc::from("icons"))
}

/// Every style there is, with its font.
pub(super) fn styles(code_size: f32) -> [(TextStyle, FontId); 9] {
    [
        (TextStyle::Small, FontId::proportional(CAPTION)),
        (TextStyle::Body, FontId::proportional(BODY)),
        (TextStyle::Button, FontId::proportional(BODY)),
        (strong_style(), FontId::new(BODY, semibold())),
        (TextStyle::Heading, FontId::new(HEADING, semibold())),
        (outcome_style(), FontId::new(OUTCOME, semibold())),
        (TextStyle::Monospace, FontId::monospace(BODY)),
        (small_code_style(), FontId::monospace(CAPTION)),
        (diff_style(), FontId::monospace(code_size)),
    ]
}
