//! What stands in which row, and what a person marks there.
//!
//! Which row shows which line is [`Rows`], how a line is drawn [`ShownLine`], what is marked and copied [`Selection`].

mod copy;
mod rows;
mod scroll;
mod shown;

pub use copy::{Caret, Column, MAX_COPIED_BYTES, Selection, hunk_as_patch};
pub use rows::{
    CONTEXT_LINES, EXPAND_LINES, Expand, Gap, Layout, LineRow, LineRowKind, Opened, Rows, section_above,
};
pub use scroll::Scroll;
pub use shown::{ShownLine, TAB_COLUMNS};
