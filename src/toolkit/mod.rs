//! What every page of the window is made of: how things look, and the parts that are on more than one page.

pub mod theme;
pub mod widgets;
