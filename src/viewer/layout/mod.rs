//! What stands in which row, and what a person does there, without a pixel.
//!
//! Which row shows which line is [`Rows`], how a line is drawn [`ShownLine`], what is marked and copied [`Selection`].
//! A [`PaneState`] remembers where a person is in one file; every command ends in [`PaneState::act`].

mod action;
mod copy;
mod marks;
mod pages;
mod place;
mod rows;
mod scroll;
mod search;
mod shown;
mod state;

pub use action::{LayoutChoice, NotedLine, PaneAction, PaneRequest};
pub use copy::{Caret, Column, MAX_COPIED_BYTES, Selection, hunk_as_patch};
pub use marks::{MarkKind, RulerMark, RulerMarks};
pub use pages::BytePages;
pub use place::{ListPlace, ListStep};
pub use rows::{
    CONTEXT_LINES, EXPAND_LINES, Expand, Gap, Layout, LineRow, LineRowKind, Opened, Rows, section_above,
};
pub use scroll::Scroll;
pub use search::Search;
pub use shown::{ShownLine, TAB_COLUMNS};
pub use state::{Drawn, HexState, PaneState, PictureMode, PictureState, RequestsSent, Spot};
