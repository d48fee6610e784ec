//! What a place in a folder keeps to itself, as data that a scan finds and a plan refuses.

use super::{Code, TreePath};

/// Why one place cannot be seen, or not be changed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlaceProblem {
    /// The place; a plain text, because a name that breaks the path policy is no [`TreePath`].
    pub path: String,
    /// The class of the problem.
    pub code: Code,
    /// What is wrong, as a lower-case phrase without the path.
    pub(crate) detail: String,
}

impl PlaceProblem {
    /// The one of `sorted` that is about `path`, or about a folder on the way there.
    pub(crate) fn on_the_way<'p>(sorted: &'p [Self], path: &TreePath) -> Option<&'p Self> {
        let at = |place: &str| {
            let found = sorted.binary_search_by(|problem| problem.path.as_str().cmp(place));
            found.ok().map(|index| &sorted[index])
        };
        if sorted.is_empty() {
            return None;
        }
        at(path.as_str()).or_else(|| path.ancestors().find_map(|folder| at(folder.as_str())))
    }
}
