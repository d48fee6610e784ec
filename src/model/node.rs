//! What can stand at one place of a folder, and the state of many places at once.

use std::collections::BTreeMap;
use std::fmt;

use super::{Digest, TreePath};

/// Permission bits of a file or folder, at most `0o7777`.
///
/// Systems without such bits (Windows) report [`Mode::FILE`] and [`Mode::DIR`] for everything, and
/// `Node::without_mode` makes what a bundle says to the same form before the two are compared.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mode(u32);

impl Mode {
    /// What an ordinary file has.
    pub const FILE: Self = Self(0o644);
    /// What an ordinary program has.
    pub const PROGRAM: Self = Self(0o755);
    /// What an ordinary folder has.
    pub const DIR: Self = Self(0o755);

    const SET_GROUP_ID: u32 = 0o2000;

    /// Keeps the twelve permission bits of `bits` and drops the rest.
    pub const fn new(bits: u32) -> Self {
        Self(bits & 0o7777)
    }

    /// The bits as a number.
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// Whether anybody may run it.
    pub(crate) const fn is_executable(self) -> bool {
        self.0 & 0o111 != 0
    }

    /// Whether what is made in a folder with it belongs to the folder's group.
    pub(crate) const fn shares_group(self) -> bool {
        self.0 & Self::SET_GROUP_ID != 0
    }

    /// The same for a folder whose group what is made in it belongs to.
    pub(crate) const fn sharing_group(self) -> Self {
        Self(self.0 | Self::SET_GROUP_ID)
    }

    /// The same for a folder whose group is nobody else's matter.
    pub(crate) const fn not_sharing_group(self) -> Self {
        Self(self.0 & !Self::SET_GROUP_ID)
    }

    /// Whether it has a set-user-id, set-group-id or sticky bit.
    pub(crate) const fn is_special(self) -> bool {
        self.0 & 0o7000 != 0
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04o}", self.0)
    }
}

impl fmt::Debug for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mode({self})")
    }
}

/// A regular file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileNode {
    /// SHA-256 of the whole content.
    pub digest: Digest,
    /// Length of the content in bytes.
    pub size_bytes: u64,
    /// Permission bits.
    pub mode: Mode,
}

/// A symbolic link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkNode {
    /// Where it points, as stored in the link, not resolved.
    pub points_to: String,
}

/// One thing in a folder. "Nothing there" is `Option::<Node>::None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// A regular file.
    File(FileNode),
    /// A symbolic link.
    Link(LinkNode),
    /// A folder; its entries are nodes of their own.
    Dir(Mode),
}

impl Node {
    /// "file", "link" or "folder".
    pub fn as_str(&self) -> &'static str {
        match self {
            Node::File(_) => "file",
            Node::Link(_) => "link",
            Node::Dir(_) => "folder",
        }
    }

    /// Whether both are files, links or folders.
    pub fn same_kind(&self, other: &Node) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }

    pub fn as_file(&self) -> Option<&FileNode> {
        match self {
            Node::File(file) => Some(file),
            _ => None,
        }
    }

    /// Whether it is a folder.
    pub fn is_dir(&self) -> bool {
        matches!(self, Node::Dir(_))
    }

    /// Permission bits; links have none of their own.
    pub fn mode(&self) -> Option<Mode> {
        match self {
            Node::File(file) => Some(file.mode),
            Node::Dir(mode) => Some(*mode),
            Node::Link(_) => None,
        }
    }

    /// The same node as a system without permission bits would report it.
    pub(crate) fn without_mode(mut self) -> Self {
        match &mut self {
            Node::File(file) => file.mode = Mode::FILE,
            Node::Dir(mode) => *mode = Mode::DIR,
            Node::Link(_) => {}
        }
        self
    }

    /// Whether both hold the same bytes (or point to the same place), whatever their permission bits.
    pub(crate) fn same_content(&self, other: &Node) -> bool {
        self.clone().without_mode() == other.clone().without_mode()
    }
}

/// What stands at each of a set of places. A place that is not in it was not looked at or holds nothing;
/// whoever makes one says which.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TreeState {
    nodes: BTreeMap<TreePath, Node>,
}

impl TreeState {
    /// Nothing anywhere.
    pub fn new() -> Self {
        Self::default()
    }

    /// What stands at `path`.
    pub fn at(&self, path: &TreePath) -> Option<&Node> {
        self.nodes.get(path)
    }

    /// Puts `node` at `path`, or takes away what is there.
    pub fn set(&mut self, path: TreePath, node: Option<Node>) {
        match node {
            Some(node) => {
                self.nodes.insert(path, node);
            }
            None => {
                self.nodes.remove(&path);
            }
        }
    }

    /// All places that hold something, in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&TreePath, &Node)> {
        self.nodes.iter()
    }
}

impl FromIterator<(TreePath, Node)> for TreeState {
    fn from_iter<I: IntoIterator<Item = (TreePath, Node)>>(nodes: I) -> Self {
        Self { nodes: nodes.into_iter().collect() }
    }
}
