//! Where the content with a digest is, and what it is: the one place that knows.

mod content;
mod library;

pub(crate) use content::ContentSpool;
pub use content::{Content, MAX_IN_MEMORY_BYTES};
pub(crate) use library::{First, Library, NotRead, Origin, wants_merging};
