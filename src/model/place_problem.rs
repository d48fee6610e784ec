//! What a place in a folder keeps to itself, as data that a scan finds and a plan refuses.

use super::Code;

/// Why one place cannot be seen, or not be changed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlaceProblem {
    /// The place; a plain text, because a name that breaks the path policy is no [`super::TreePath`].
    pub path: String,
    /// The class of the problem.
    pub code: Code,
    /// What is wrong, as a lower-case phrase without the path.
    pub(crate) detail: String,
}
