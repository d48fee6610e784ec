//! What the planning of one patch works on: what it asks for, what is there, and what was found so far.

use super::{Note, Obstacle, Situation};
use crate::model::{Node, Patch};

/// The planning of one patch, which is still going on.
pub(super) struct Planner<'a> {
    pub(super) patch: &'a Patch,
    pub(super) situation: &'a Situation,
    pub(super) obstacles: Vec<Obstacle>,
    pub(super) notes: Vec<Note>,
}

/// What will stand at a place.
pub(super) struct SettledPlace {
    pub after: Option<Node>,
    /// Whether the content the patch starts from must be there.
    pub(crate) needs_source: bool,
}
