//! What is on both sides of one change.
//!
//! [`load`] reads both contents; [`Contents`] says what they are (facts), what happens beside the lines (notes),
//! and which lines differ ([`TextDiff`]). Which parts of a line changed is [`Refined`], what differs between bytes
//! [`HexDiff`].

mod compare;
mod encoding;
mod facts;
mod hex;
mod lines;
mod load;
mod notes;
mod picture;
mod refine;
mod text;

pub use compare::{Hunk, LONG_PATIENCE, MAX_COMPARED_LINES, PATIENCE};
pub use encoding::{ByteOrder, Encoding};
pub use facts::{Facts, Kind, PictureFormat, TextFacts, size_words};
pub use hex::{Difference, HexDiff, HexRow, ROW_BYTES};
pub use lines::{LineEnds, LineText, Lines, MAX_LINE_BYTES};
pub use load::{Contents, View, load};
pub use notes::{Equality, Note, Weight};
pub use picture::{PictureFacts, PixelBox, PixelDifference};
pub use refine::{MAX_REFINED_BYTES, Marks, Refined};
pub use text::{Coarse, Half, Standing, TextDiff};
