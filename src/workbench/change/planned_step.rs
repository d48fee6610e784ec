//! A step as data, for plan files and answers.

use serde::{Deserialize, Serialize};

use crate::model::{FileNode, Node, Step};

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedStep {
    /// `create`, `replace`, `delete` or `mode`.
    pub does: String,
    /// The place.
    pub path: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub before: Option<NodeFacts>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub after: Option<NodeFacts>,
}

/// What stands at a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum NodeFacts {
    File { bytes: u64, mode: String, sha256: String },
    Link { to: String },
    Folder { mode: String },
}

impl PlannedStep {
    /// What `step` does.
    pub fn from_step(step: &Step) -> Self {
        let does = match (&step.before, &step.after) {
            (None, _) => "create",
            (Some(_), None) => "delete",
            (Some(before), Some(after)) if before.same_content(after) => "mode",
            (Some(_), Some(_)) => "replace",
        };
        Self {
            does: does.to_owned(),
            path: step.path.as_str().to_owned(),
            before: step.before.as_ref().map(NodeFacts::new),
            after: step.after.as_ref().map(NodeFacts::new),
        }
    }
}

impl NodeFacts {
    /// Those of `node`.
    pub fn new(node: &Node) -> Self {
        match node {
            Node::File(file) => Self::of_file(file),
            Node::Link(link) => NodeFacts::Link { to: link.points_to.clone() },
            Node::Dir(mode) => NodeFacts::Folder { mode: mode.to_string() },
        }
    }

    /// Those of a file.
    pub fn of_file(file: &FileNode) -> Self {
        let (mode, sha256) = (file.mode.to_string(), file.digest.to_string());
        NodeFacts::File { bytes: file.size_bytes, mode, sha256 }
    }
}
