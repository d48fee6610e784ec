//! The one word that says what happens at a path. It follows from before and after; a manifest states it so that
//! people can read it, and is refused when it states another.

use crate::model::{FileChange, Node, Payload, choices};

choices! {
    /// What happens at a path.
    pub(crate) enum ManifestOp {
        /// Something new.
        Create = "create",
        /// Other content, or something of another kind.
        Replace = "replace",
        /// Nothing is left.
        Delete = "delete",
        /// A file whose content stood (or is made from what stood) at another path.
        Rename = "rename",
        /// Other permission bits, nothing else.
        Mode = "mode",
        /// A symbolic link.
        Link = "link",
    }
}

impl ManifestOp {
    /// The word for `change`.
    pub(crate) fn from_change(change: &FileChange) -> Self {
        let from_elsewhere = match &change.payload {
            Some(
                Payload::Same { from } | Payload::Delta { from, .. } | Payload::Diff { from: Some(from) },
            ) => *from != change.path,
            Some(Payload::Whole { .. } | Payload::Diff { from: None }) | None => false,
        };
        match &change.after {
            None => ManifestOp::Delete,
            Some(Node::Link(_)) => ManifestOp::Link,
            Some(_) if from_elsewhere => ManifestOp::Rename,
            Some(_) if change.before.is_empty() => ManifestOp::Create,
            Some(after) if keeps_content(change, after) => ManifestOp::Mode,
            Some(_) => ManifestOp::Replace,
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
