//! Text as it is shown and compared.

mod advice;
pub mod confusables;
mod cvss;
mod escape;
pub mod json;
mod words;

pub use advice::Advice;
pub(crate) use cvss::CvssScore;
pub(crate) use escape::{
    escape_bytes, escape_in_pieces, escape_line, escape_text, hidden_count, name_in_message, one_line,
    spell_out_rest,
};
pub(crate) use words::with_thousands;
pub use words::{capitalised, moment};
