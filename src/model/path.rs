//! The path policy: which names a bundle may use, the same on every system.

use std::fmt;

/// A place inside a folder: `/`-separated, relative, and free of every name that escapes, hides or deceives.
///
/// Ordered by the bytes of its text, so a folder comes before everything in it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TreePath(String);

/// A raw name that the policy refuses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}: {raw:?}")]
pub struct PathError {
    /// The name as it was given.
    pub raw: String,
    /// What is wrong with it.
    pub problem: PathProblem,
}

/// What is wrong with a name, on every system.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathProblem {
    /// An empty component.
    #[error("a name is empty")]
    Empty,
}

/// What is wrong with a name on Windows only.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unportable {
    /// A character Windows cannot store.
    #[error("Windows cannot store {0:?} in a name")]
    Character(char),
}

impl TreePath {
    /// Longest path in bytes.
    pub const MAX_BYTES: usize = 1024;

    /// Checks `raw` against the path policy.
    ///
    /// # Errors
    /// Names the first rule that `raw` breaks.
    pub fn parse(raw: &str) -> Result<Self, PathError> {
        if raw.is_empty() {
            return Err(PathError { raw: raw.to_owned(), problem: PathProblem::Empty });
        }
        Ok(Self(raw.to_owned()))
    }

    /// The whole path, `/`-separated.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its names, outermost first.
    pub fn components(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/')
    }

    /// The last name.
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// Number of names.
    pub fn depth(&self) -> usize {
        self.components().count()
    }

    /// The folder it is in; `None` for a place directly in the target.
    pub fn parent(&self) -> Option<TreePath> {
        self.0.rsplit_once('/').map(|(parent, _)| Self(parent.to_owned()))
    }

    /// The folders it is in, nearest first, without the target itself.
    pub fn ancestors(&self) -> impl Iterator<Item = TreePath> {
        std::iter::successors(self.parent(), TreePath::parent)
    }

    /// Whether it lies strictly below `dir`.
    pub fn is_below(&self, dir: &TreePath) -> bool {
        self.0.strip_prefix(&dir.0).is_some_and(|rest| rest.starts_with('/'))
    }

    /// The place called `name` in it.
    ///
    /// # Errors
    /// As [`TreePath::parse`] of the whole.
    pub fn join(&self, name: &str) -> Result<Self, PathError> {
        Self::parse(&format!("{}/{name}", self.0))
    }

    /// The first reason why Windows could not store it, if any.
    pub fn unportable(&self) -> Option<Unportable> {
        None
    }
}

impl fmt::Display for TreePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for TreePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}
