//! What is on both sides of one change, as rows that a pane can draw.
//!
//! [`load`] reads both contents; [`Contents`] says what they are (facts), what happens beside the lines (notes),
//! and which lines differ ([`TextDiff`]). Which row shows which line is [`Rows`], which parts of a line changed
//! [`Refined`], how a line is drawn [`ShownLine`]. What differs between bytes is [`HexDiff`].

mod compare;
mod copy;
mod encoding;
mod facts;
mod hex;
mod lines;
mod load;
mod notes;
mod picture;
mod refine;
mod rows;
mod shown;
mod text;

pub use compare::{Hunk, LONG_PATIENCE, MAX_COMPARED_LINES, PATIENCE};
pub use copy::{Caret, Column, MAX_COPIED_BYTES, Selection, hunk_as_patch};
pub use encoding::{ByteOrder, Encoding};
pub use facts::{Facts, Kind, PictureFormat, TextFacts, size_words};
pub use hex::{Difference, HexDiff, HexRow, ROW_BYTES};
pub use lines::{LineEnds, LineText, Lines, MAX_LINE_BYTES};
pub use load::{Contents, View, load};
pub use notes::{Equality, Note, Weight};
pub use picture::{PictureFacts, PixelBox, PixelDifference};
pub use refine::{MAX_REFINED_BYTES, Marks, Refined};
pub use rows::{CONTEXT_LINES, EXPAND_LINES, Expand, Gap, Layout, Opened, Row, RowKind, Rows, section_above};
pub use shown::{ShownLine, TAB_COLUMNS};
pub use text::{Coarse, Half, Standing, TextDiff};

#[cfg(test)]
mod tests;
