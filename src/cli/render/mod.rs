//! How answers look: `text` for people, `json` for programs.
//!
//! Everything that comes from a bundle or a folder is escaped on its way through here, and nothing else prints it.

pub(super) mod json;
mod style;
pub(super) mod text;

use crate::report::{changes, phrases as words};

pub(super) use style::Style;

/// How much of a long list is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    /// All of it.
    Full,
    /// As much as leaves the question below it on the screen.
    Short,
}
