//! Text as it is shown and compared.

mod advice;
pub mod confusables;
mod cvss;
pub mod json;
mod said_of;
mod words;

pub(crate) use crate::model::escape::{
    escape_bytes, escape_in_pieces, escape_line, escape_text, hidden_count, name_in_message, one_line,
    spell_out_rest,
};
pub use advice::Advice;
pub(crate) use cvss::CvssScore;
pub(crate) use said_of::{said_of, said_of_several};
pub use words::{capitalised, moment};
pub(crate) use words::{person, with_thousands};

/// What is said of such a text.
pub(crate) const CONFLICT_LEFT: &str =
    "a merge conflict was left here; keep one version, and remove the marks";

/// Where a merge left its marks in a text because two versions of it differ; `None` if it did not.
pub(crate) fn conflict_mark(text: &str) -> Option<usize> {
    let begins_a_line = |at: usize| text[..at].chars().next_back().is_none_or(|before| before == '\n');
    text.match_indices("<<<<<<< ").map(|(at, _)| at).find(|at| begins_a_line(*at))
}
