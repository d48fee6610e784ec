//! How answers look: `text` for people, `json` for programs.
//!
//! Everything that comes from a bundle or a folder is escaped on its way through here, and nothing else prints it.

pub(super) mod json;
mod style;
pub(super) mod text;

use crate::diff::{ChangeView, ViewContent, excerpts, is_text};
pub(super) use crate::report::answer;
use crate::report::{changes, hidden, phrases as words};
use crate::text::confusables::{Confusables, in_content};

pub(super) use style::Style;

/// How much of a long list is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    /// All of it.
    Full,
    /// As much as leaves the question below it on the screen.
    Short,
}

/// What the new content hides that the old one did not; `None` where it is no text or not at hand.
pub(super) fn brought(view: &ChangeView<'_>) -> Option<Confusables> {
    if let ViewContent::Diff(section) = view.after {
        let [old, new] = excerpts(section)?;
        return is_text(&new).then(|| in_content(Some(&old), &new, &|| true))?;
    }
    let ViewContent::Bytes(new) = view.after else { return None };
    let old = if let ViewContent::Bytes(old) = view.before { Some(old) } else { None };
    is_text(new).then(|| in_content(old, new, &|| true))?
}
