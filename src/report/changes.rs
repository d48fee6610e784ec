//! The changes of a patch as a list: one line each, a rename as one.

use crate::diff::pair_renames;
use crate::model::{FileChange, Node, TreePath};

use super::phrases::bytes;

/// One line of the list.
pub struct Line<'a> {
    /// What happens there.
    pub status: Status,
    /// The place; the new one of a renamed file.
    pub path: &'a TreePath,
    /// Where a renamed file comes from.
    pub from: Option<&'a TreePath>,
    /// What is expected there before.
    pub before: Option<&'a Node>,
    /// What is there afterwards.
    pub after: Option<&'a Node>,
}

/// What happens at a place, with the letters of Git.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Nothing was there before.
    Added,
    /// Nothing is there afterwards.
    Deleted,
    /// It is of the same kind before and after.
    Modified,
    /// It comes from another place.
    Renamed,
    /// A file becomes a folder or link, or the like.
    TypeChanged,
}

impl Status {
    /// Every status, in the order of summaries.
    pub const ALL: [Status; 5] =
        [Status::Added, Status::Modified, Status::TypeChanged, Status::Renamed, Status::Deleted];

    /// The status of a place with these two sides.
    pub fn new(before: Option<&Node>, after: Option<&Node>, is_renamed: bool) -> Self {
        match (before, after) {
            _ if is_renamed => Status::Renamed,
            (None, _) => Status::Added,
            (Some(_), None) => Status::Deleted,
            (Some(old), Some(new)) if !old.same_kind(new) => Status::TypeChanged,
            (Some(_), Some(_)) => Status::Modified,
        }
    }

    /// Git's letter.
    pub fn letter(self) -> &'static str {
        match self {
            Status::Added => "A",
            Status::Deleted => "D",
            Status::Modified => "M",
            Status::Renamed => "R",
            Status::TypeChanged => "T",
        }
    }

    /// As in "2 added".
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Added => "added",
            Status::Deleted => "deleted",
            Status::Modified => "modified",
            Status::Renamed => "renamed",
            Status::TypeChanged => "of another type",
        }
    }
}

/// `changes` as lines, in their order; both halves of a rename are one.
pub fn lines(changes: &[FileChange]) -> Vec<Line<'_>> {
    pair_renames(changes)
        .into_iter()
        .map(|(change, from)| {
            let before = from.unwrap_or(change).before.first();
            let after = change.after.as_ref();
            let status = Status::new(before, after, from.is_some());
            Line { status, path: &change.path, from: from.map(|from| &from.path), before, after }
        })
        .collect()
}

/// How many lines there are of each status, statuses without any left out: `2 added, 1 deleted`.
pub fn summary(lines: &[Line<'_>]) -> String {
    let counts: Vec<String> = Status::ALL
        .into_iter()
        .map(|status| (number(lines, status), status))
        .filter(|(number, _)| *number > 0)
        .map(|(number, status)| format!("{number} {}", status.as_str()))
        .collect();
    if counts.is_empty() { "none".to_owned() } else { counts.join(", ") }
}

/// How many of `lines` have this status.
pub fn number(lines: &[Line<'_>], status: Status) -> usize {
    lines.iter().filter(|line| line.status == status).count()
}

/// What changes about the thing itself, in a few words.
pub fn facts(before: Option<&Node>, after: Option<&Node>) -> String {
    match (before, after) {
        (None, None) => String::new(),
        (None, Some(node)) | (Some(node), None) => alone(node),
        (Some(Node::File(old)), Some(Node::File(new))) => {
            let mut facts = Vec::new();
            match (old.digest == new.digest, old.size_bytes == new.size_bytes) {
                (true, _) => {}
                (false, true) => facts.push(format!("still {}", bytes(new.size_bytes))),
                (false, false) => {
                    facts.push(format!("{} → {}", bytes(old.size_bytes), bytes(new.size_bytes)));
                }
            }
            if old.mode != new.mode {
                facts.push(format!("permissions {} → {}", old.mode, new.mode));
            }
            facts.join(", ")
        }
        (Some(Node::Dir(old)), Some(Node::Dir(new))) => format!("folder, permissions {old} → {new}"),
        (Some(Node::Link(old)), Some(Node::Link(new))) => {
            format!("link to {} → link to {}", old.points_to, new.points_to)
        }
        (Some(old), Some(new)) => format!("{} → {}", alone(old), alone(new)),
    }
}

fn alone(node: &Node) -> String {
    match node {
        Node::File(file) if file.mode.is_executable() => format!("program, {}", bytes(file.size_bytes)),
        Node::File(file) => bytes(file.size_bytes),
        Node::Link(link) => format!("link to {}", link.points_to),
        Node::Dir(_) => "folder".to_owned(),
    }
}
