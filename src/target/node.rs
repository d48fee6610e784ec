//! What stands at one place, content hashed.

use std::io::{self, Read};

use rayon::prelude::*;

use super::fs::{FoundKind, Fs, Place};
use crate::model::{FileNode, Hasher, LinkNode, Node, TreePath};

/// Bytes read at a time: large enough for the disk, small enough for many threads.
const BUFFER_BYTES: usize = 256 << 10;

/// What stands at `at`; `None` when nothing does.
///
/// # Errors
/// The system's; a device, pipe, socket or mount point is [`io::ErrorKind::InvalidInput`].
pub fn node_at(fs: &dyn Fs, at: &Place) -> io::Result<Option<Node>> {
    let Some(found) = fs.look(at)? else { return Ok(None) };
    Ok(Some(match found.kind {
        FoundKind::File { .. } => {
            let (mut file, mut hasher, mut size_bytes) = (fs.open(at)?, Hasher::new(), 0);
            let mut buffer = vec![0; BUFFER_BYTES];
            loop {
                let count = match file.read(&mut buffer) {
                    Ok(0) => break,
                    Ok(count) => count,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    Err(error) => return Err(error),
                };
                hasher.update(&buffer[..count]);
                size_bytes += count as u64;
            }
            Node::File(FileNode { digest: hasher.finish(), size_bytes, mode: found.mode })
        }
        FoundKind::Link => Node::Link(LinkNode { points_to: fs.read_link(at)? }),
        FoundKind::Dir => Node::Dir(found.mode),
        FoundKind::Mount => {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "another disk is mounted there"));
        }
        FoundKind::Special(word) => {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("it is a {word}")));
        }
    }))
}

/// What stands at each of `paths`, in their order, hashed on all cores.
///
/// # Errors
/// The first by order, with its path.
pub fn present_nodes(fs: &dyn Fs, paths: &[&TreePath]) -> Result<Vec<Option<Node>>, (TreePath, io::Error)> {
    paths
        .par_iter()
        .map(|&path| node_at(fs, &Place::from(path)).map_err(|error| (path.clone(), error)))
        .collect()
}
