//! Names one coming of one patch into a folder.

use std::fmt;

/// A patch as it came into a folder: the history entry that applied it, and its number among the patches of that
/// entry. Keys sort in the order in which the patches came, which is the order in which they lie on each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LayerKey {
    /// The history entry.
    pub entry: u64,
    /// Counted from 0.
    pub part: usize,
}

impl fmt::Display for LayerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.part {
            0 => write!(f, "{}", self.entry),
            part => write!(f, "{}.{part}", self.entry),
        }
    }
}
