//! Makes the changes of a patch from what differs, with the exact content of every file before and after.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::disk_tree::DiskTree;
use super::folders;
use crate::diff::on_tree::{FileKind, TreeChange};
use crate::model::{Digest, FileChange, FileNode, LinkNode, LocalEdits, Node, Payload, Role, TreePath};
use crate::workbench::Result;

type ContentMap = BTreeMap<Digest, Arc<[u8]>>;

/// The changes, by path, and the contents they bring.
pub(super) fn changes(
    differences: &[TreeChange],
    tree: &DiskTree<'_>,
) -> Result<(Vec<FileChange>, ContentMap)> {
    let mut changes: BTreeMap<TreePath, FileChange> = BTreeMap::new();
    let mut contents = ContentMap::new();
    let nodes: Vec<(Option<Node>, Option<Node>)> = differences
        .par_iter()
        .map(|difference| (difference.before.as_ref().map(node), difference.after.as_ref().map(node)))
        .collect();
    for (difference, (before, after)) in differences.iter().zip(nodes) {
        let file = |node: &Option<Node>| node.as_ref().and_then(Node::as_file).map(|file| file.digest);
        let payload =
            file(&after).filter(|digest| file(&before) != Some(*digest)).map(|blob| Payload::Whole { blob });
        if let (Some(Payload::Whole { blob }), Some(FileKind::File { content, .. })) =
            (&payload, &difference.after)
        {
            contents.insert(*blob, content.clone());
        }
        let change = change(difference.path.clone(), before, after, payload);
        changes.insert(difference.path.clone(), change);
    }
    folders::add(&mut changes, tree);
    Ok((changes.into_values().collect(), contents))
}

pub(super) fn change(
    path: TreePath,
    before: Option<Node>,
    after: Option<Node>,
    payload: Option<Payload>,
) -> FileChange {
    FileChange {
        path,
        before: before.into_iter().collect(),
        after,
        payload,
        base: None,
        role: Role::Data,
        local_edits: LocalEdits::Refuse,
        fixes: Vec::new(),
    }
}

fn node(thing: &FileKind) -> Node {
    match thing {
        FileKind::File { content, mode } => Node::File(FileNode {
            digest: Digest::compute(content),
            size_bytes: content.len() as u64,
            mode: *mode,
        }),
        FileKind::Link(points_to) => Node::Link(LinkNode { points_to: points_to.clone() }),
        FileKind::Dir => Node::Dir(crate::model::Mode::DIR),
    }
}
