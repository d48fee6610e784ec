//! Answers for people.

mod difference;
mod done;
mod failure;
mod folder;
mod inspection;
mod list;
mod plan;

pub(in crate::cli) use difference::diff;
pub(in crate::cli) use done::{
    accept_plan, accepted, applied, made, nothing_to_apply, order_written, recovered, rolled_back,
};
pub(in crate::cli) use failure::failure;
pub(in crate::cli) use folder::{history, status};
pub(in crate::cli) use inspection::{inspection, verification};
pub(in crate::cli) use plan::{plan, rollback_plan};

use std::borrow::Cow;
use std::path::Path;

use super::words;
use crate::text::{escape_line, one_line};

/// Most characters of a title: what fits three lines of a small terminal.
const MAX_TITLE_CHARS: usize = 200;

/// A text from outside, whole, on one line.
fn safe(text: &str) -> Cow<'_, str> {
    escape_line(text)
}

/// A title from outside.
fn title(text: &str) -> String {
    one_line(text, MAX_TITLE_CHARS)
}

/// A path of this machine.
fn place(path: &Path) -> String {
    safe(&words::path_text(path)).into_owned()
}
