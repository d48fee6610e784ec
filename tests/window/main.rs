//! What the window looks like and how it is used, tried without a window.

mod contents;
mod contrast;
mod house_rules;
