//! The steps of an entry, as they are written.

use serde::{Deserialize, Serialize};

use crate::model::{DigestError, FileNode, LinkNode, Mode, Node, Step, TreePath};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StepNote {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    before: Option<NodeNote>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    after: Option<NodeNote>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
enum NodeNote {
    File { sha256: String, size: u64, mode: u32 },
    Link { to: String },
    Dir { mode: u32 },
}

impl StepNote {
    pub(super) fn from_step(step: &Step) -> Self {
        let note = |node: &Option<Node>| node.as_ref().map(NodeNote::from_node);
        Self { path: step.path.as_str().to_owned(), before: note(&step.before), after: note(&step.after) }
    }

    pub(super) fn step(&self) -> Result<Step, String> {
        let node = |note: &Option<NodeNote>| note.as_ref().map(NodeNote::node).transpose();
        let path = TreePath::parse(&self.path).map_err(|error| error.to_string())?;
        Ok(Step { path, before: node(&self.before)?, after: node(&self.after)? })
    }
}

impl NodeNote {
    fn from_node(node: &Node) -> Self {
        match node {
            Node::File(file) => NodeNote::File {
                sha256: file.digest.to_string(),
                size: file.size_bytes,
                mode: file.mode.bits(),
            },
            Node::Link(link) => NodeNote::Link { to: link.points_to.clone() },
            Node::Dir(mode) => NodeNote::Dir { mode: mode.bits() },
        }
    }

    fn node(&self) -> Result<Node, String> {
        Ok(match self {
            NodeNote::File { sha256, size, mode } => Node::File(FileNode {
                digest: sha256.parse().map_err(|error: DigestError| error.to_string())?,
                size_bytes: *size,
                mode: Mode::new(*mode),
            }),
            NodeNote::Link { to } => Node::Link(LinkNode { points_to: to.clone() }),
            NodeNote::Dir { mode } => Node::Dir(Mode::new(*mode)),
        })
    }
}
