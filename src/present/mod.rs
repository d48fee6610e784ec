//! The window's view-model: what is shown and what a click means, without a pixel and without a file.
//!
//! Everything here is data and pure functions, so that it is tested without a window. The window draws it, sends
//! messages into it and carries out the effects it answers with.

pub mod contents;
