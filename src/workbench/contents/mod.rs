//! Where the content with a digest is, and what it is: the one place that knows.

mod content;
mod library;
mod not_read;

pub(crate) use content::ContentSpool;
pub use content::{Content, MAX_IN_MEMORY_BYTES};
pub(crate) use library::{First, Library, Origin, wants_merging};
pub(crate) use not_read::NotRead;
