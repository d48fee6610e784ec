//! The steps of an entry, as they are written.

use std::borrow::Cow;
use std::sync::Arc;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::as_text;
use crate::model::{Digest, FileNode, LinkNode, Mode, Node, Step, TreePath};

/// How steps are written: `#[serde(with = "steps")]`. A large change has very many, so that each is read into what it is
/// at once.
pub(super) fn serialize<S: Serializer>(steps: &[Step], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(steps.iter().map(StepNote::from_step))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(reader: D) -> Result<Arc<[Step]>, D::Error> {
    Ok(Vec::<ReadStep>::deserialize(reader)?.into_iter().map(|ReadStep(step)| step).collect())
}

struct ReadStep(Step);

impl<'de> Deserialize<'de> for ReadStep {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        let note = StepNote::deserialize(reader)?;
        let node = |note: Option<NodeNote>| note.map(NodeNote::node).transpose().map_err(D::Error::custom);
        let path = TreePath::parse(&note.path).map_err(D::Error::custom)?;
        Ok(Self(Step { path, before: node(note.before)?, after: node(note.after)? }))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StepNote<'a> {
    #[serde(borrow)]
    path: Cow<'a, str>,
    #[serde(borrow, skip_serializing_if = "Option::is_none", default)]
    before: Option<NodeNote<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none", default)]
    after: Option<NodeNote<'a>>,
}

#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum NodeNoteKind {
    File,
    Link,
    Dir,
}

/// Which fields there are depends on the kind.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct NodeNote<'a> {
    kind: NodeNoteKind,
    #[serde(skip_serializing_if = "Option::is_none", default, with = "as_text::option")]
    sha256: Option<Digest>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    size: Option<u64>,
    #[serde(borrow, skip_serializing_if = "Option::is_none", default)]
    to: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    mode: Option<u32>,
}

impl<'a> StepNote<'a> {
    fn from_step(step: &'a Step) -> Self {
        let note = |node: &'a Option<Node>| node.as_ref().map(NodeNote::from_node);
        Self { path: step.path.as_str().into(), before: note(&step.before), after: note(&step.after) }
    }
}

impl<'a> NodeNote<'a> {
    fn from_node(node: &'a Node) -> Self {
        let of = |kind| Self { kind, sha256: None, size: None, to: None, mode: None };
        match node {
            Node::File(file) => Self {
                sha256: Some(file.digest),
                size: Some(file.size_bytes),
                mode: Some(file.mode.bits()),
                ..of(NodeNoteKind::File)
            },
            Node::Link(link) => Self { to: Some(link.points_to.as_str().into()), ..of(NodeNoteKind::Link) },
            Node::Dir(mode) => Self { mode: Some(mode.bits()), ..of(NodeNoteKind::Dir) },
        }
    }

    fn node(self) -> Result<Node, &'static str> {
        Ok(match self {
            Self {
                kind: NodeNoteKind::File,
                sha256: Some(digest),
                size: Some(size_bytes),
                mode: Some(mode),
                to: None,
            } => Node::File(FileNode { digest, size_bytes, mode: Mode::new(mode) }),
            Self { kind: NodeNoteKind::Link, to: Some(to), sha256: None, size: None, mode: None } => {
                Node::Link(LinkNode { points_to: to.into_owned() })
            }
            Self { kind: NodeNoteKind::Dir, mode: Some(mode), sha256: None, size: None, to: None } => {
                Node::Dir(Mode::new(mode))
            }
            _ => return Err("a step has other fields than a file, link or folder has"),
        })
    }
}
