//! What is on both sides of one change.
//!
//! [`mod@load`] reads both contents; [`ViewedContents`] says what they are (facts), what happens beside the lines (notes),
//! and which lines differ ([`LineDiff`]). Which parts of a line changed is [`Refined`], what differs between bytes
//! [`HexDiff`].

mod encoding;
mod ends;
mod facts;
mod hex;
mod ignoring;
mod lines;
mod load;
mod moved;
mod notes;
mod picture;
mod refine;
mod search;
mod text;
mod white_space;

pub use encoding::{ByteOrder, OldEncoding, TextEncoding};
pub use facts::{ContentKind, PictureFormat, SideFacts, TextFacts, size_words};
pub use hex::{HexDiff, HexRow, ROW_BYTES};
pub use lines::{LineEndCounts, LineTable, LineText, MAX_LINE_BYTES};
pub use load::{View, ViewedContents, load};
pub use moved::MovedBlock;
pub use notes::{ChangeNote, Equality, NotePlace, NoteWeight};
pub use picture::{PictureFacts, PixelBox, PixelDifference};
#[cfg(feature = "gui")]
pub(crate) use refine::is_word;
pub use refine::{MAX_REFINED_BYTES, Refined, WordMarks};
pub use search::{Hit, Hits, MAX_HITS, Query, SearchError};
pub use text::{Coarse, Half, LONG_PATIENCE, LineDiff, TextSides};
pub use white_space::WhiteSpace;
