//! Where the content with a digest is, and what it is: the one place that knows.

mod content;
mod library;
mod not_read;
mod seen_files;

pub(crate) use content::ContentSpool;
pub use content::{MAX_IN_MEMORY_BYTES, SideContent};
pub use library::ContentSource;
pub(crate) use library::{ContentOrigin, Library, MAX_COMPARED_BYTES, SearchFirst, wants_merging};
pub(crate) use not_read::NotRead;
pub(crate) use seen_files::SeenFiles;
