//! Makes the changes of a patch from what differs, with the exact content of every file before and after.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::disk_tree::DiskTree;
use super::folders;
use crate::diff::Content;
use crate::diff::on_tree::{FileKind, TreeChange};
use crate::model::{Digest, FileChange, FileNode, Hasher, LinkNode, Node, Payload, TreePath};
use crate::plan::why::Disk;
use crate::workbench::{Error, Result};

type ContentMap = BTreeMap<Digest, Arc<[u8]>>;

/// The changes, by path, and the contents they bring.
pub(super) fn changes(
    differences: &[TreeChange],
    tree: &DiskTree<'_>,
) -> Result<(Vec<FileChange>, ContentMap)> {
    let mut changes: BTreeMap<TreePath, FileChange> = BTreeMap::new();
    let mut contents = ContentMap::new();
    enough_room(differences, tree)?;
    let digests = digests(differences);
    let node = |thing: &FileKind| node(thing, &digests);
    let nodes: Vec<(Option<Node>, Option<Node>)> = differences
        .iter()
        .map(|difference| (difference.before.as_ref().map(node), difference.after.as_ref().map(node)))
        .collect();
    for (difference, (before, after)) in differences.iter().zip(nodes) {
        let file = |node: &Option<Node>| node.as_ref().and_then(Node::as_file).map(|file| file.digest);
        let payload =
            file(&after).filter(|digest| file(&before) != Some(*digest)).map(|blob| Payload::Whole { blob });
        if let (Some(Payload::Whole { blob }), Some(FileKind::File { content, .. })) =
            (&payload, &difference.after)
        {
            contents.insert(*blob, content.bytes().clone());
        }
        let change = FileChange::plain(difference.path.clone(), before, after, payload);
        changes.insert(difference.path.clone(), change);
    }
    folders::add(&mut changes, tree);
    Ok((changes.into_values().collect(), contents))
}

/// Contents that a disk cannot hold are not even hashed: copies of a large file cost a patch a few bytes each.
fn enough_room(differences: &[TreeChange], tree: &DiskTree<'_>) -> Result<()> {
    let Ok(space) = tree.fs.space() else { return Ok(()) }; // The plan asks again, and says why.
    let size = |thing: &Option<FileKind>| match thing {
        Some(FileKind::File { content, .. }) => content.len() as u64,
        _ => 0,
    };
    let needed: u64 = differences.iter().map(|difference| size(&difference.after)).sum();
    match needed > space.free_bytes {
        true => Err(Error::refused(Disk::Bytes { needed, free: space.free_bytes })),
        false => Ok(()),
    }
}

/// The digest of each content by where it is held: one that stands at many places is hashed once.
fn digests(differences: &[TreeChange]) -> BTreeMap<usize, Digest> {
    let mut contents: BTreeMap<usize, &Content> = BTreeMap::new();
    for thing in differences.iter().flat_map(|difference| [&difference.before, &difference.after]) {
        if let Some(FileKind::File { content, .. }) = thing {
            contents.insert(content.place(), content);
        }
    }
    let contents: Vec<(usize, &Content)> = contents.into_iter().collect();
    contents.par_iter().map(|(at, content)| (*at, digest(content))).collect()
}

fn digest(content: &Content) -> Digest {
    let mut hasher = Hasher::new();
    content.pieces().for_each(|piece| hasher.update(piece));
    hasher.finish()
}

fn node(thing: &FileKind, digests: &BTreeMap<usize, Digest>) -> Node {
    match thing {
        FileKind::File { content, mode } => Node::File(FileNode {
            digest: digests[&content.place()],
            size_bytes: content.len() as u64,
            mode: *mode,
        }),
        FileKind::Link(points_to) => Node::Link(LinkNode { points_to: points_to.clone() }),
        FileKind::Dir => Node::Dir(crate::model::Mode::DIR),
    }
}
