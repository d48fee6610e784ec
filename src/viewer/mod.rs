//! Both sides of one change, for whoever wants to look at them: lines, bytes, pictures, and what is to be known.
//!
//! [`model`] reads and compares them, [`layout`] decides what stands in which row, `paint` draws it. Only `paint`
//! knows the window; the others are built and tested without one.

pub mod layout;
pub mod model;
#[cfg(feature = "gui")]
pub mod paint;

#[cfg(test)]
mod tests;
