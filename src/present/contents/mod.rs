//! What is on both sides of one change, as rows that a pane can draw.

/// Both sides.
#[derive(Debug)]
pub struct Contents;
