//! What the window looks like and how it is used, tried without a window.

mod contrast;
mod house_rules;
