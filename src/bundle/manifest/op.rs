//! The one word that says what happens at a path. It follows from before and after; a manifest states it so that
//! people can read it, and is refused when it states another.

use super::words::Word;
use crate::model::{FileChange, Node, Payload};

/// What happens at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    /// Something new.
    Create,
    /// Other content, or something of another kind.
    Replace,
    /// Nothing is left.
    Delete,
    /// A file whose content stood (or is made from what stood) at another path.
    Rename,
    /// Other permission bits, nothing else.
    Mode,
    /// A symbolic link.
    Link,
}

impl Word for Op {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("create", Self::Create),
        ("replace", Self::Replace),
        ("delete", Self::Delete),
        ("rename", Self::Rename),
        ("mode", Self::Mode),
        ("link", Self::Link),
    ];
}

impl Op {
    /// The word for `change`.
    pub(crate) fn from_change(change: &FileChange) -> Self {
        let from_elsewhere = match &change.payload {
            Some(Payload::Same { from } | Payload::Delta { from, .. }) => *from != change.path,
            Some(Payload::Whole { .. }) | None => false,
        };
        match &change.after {
            None => Op::Delete,
            Some(Node::Link(_)) => Op::Link,
            Some(_) if from_elsewhere => Op::Rename,
            Some(_) if change.before.is_empty() => Op::Create,
            Some(after) if keeps_content(change, after) => Op::Mode,
            Some(_) => Op::Replace,
        }
    }
}

/// Whether `after` holds what every before image holds already.
fn keeps_content(change: &FileChange, after: &Node) -> bool {
    !change.before.is_empty() && change.before.iter().all(|before| before.same_content(after))
}

/// Whether the change has to say where its new content comes from.
pub(super) fn needs_payload(change: &FileChange) -> bool {
    change.after.as_ref().is_some_and(|after| after.as_file().is_some() && !keeps_content(change, after))
}
