//! What stands at one place, content hashed.

use std::io;

use super::fs::{Fs, Place, StatKind};
use super::reading::hash_seen;
use crate::model::{FileNode, LinkNode, Node};

/// What stands at `at`; `None` when nothing does.
///
/// # Errors
/// The system's; a device, pipe, socket or mount point is [`io::ErrorKind::InvalidInput`].
pub(crate) fn node_at(fs: &dyn Fs, at: &Place) -> io::Result<Option<Node>> {
    let unusable = |why: String| Err(io::Error::new(io::ErrorKind::InvalidInput, why));
    let Some(found) = fs.look(at)? else { return Ok(None) };
    Ok(Some(match found.kind {
        StatKind::File { .. } => {
            let (digest, size_bytes) = hash_seen(fs, at, &found)?;
            Node::File(FileNode { digest, size_bytes, mode: found.mode })
        }
        StatKind::Link => Node::Link(LinkNode { points_to: fs.read_link(at)? }),
        StatKind::Dir => Node::Dir(found.mode),
        StatKind::Mount => return unusable("another disk is mounted there".to_owned()),
        StatKind::Special(word) => return unusable(format!("it is a {word}")),
    }))
}
