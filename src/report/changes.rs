//! The changes of a patch as a list: one line each, a rename as one.

use std::collections::BTreeMap;

use crate::diff::pair_renames;
use crate::model::{Digest, FileChange, LocalEdits, Node, Patch, Payload, Role, Step, TreePath};
use crate::text::with_thousands;

use super::phrases::bytes;

/// One line of the list.
pub struct ChangeLine<'a> {
    /// What happens there.
    pub status: ChangeStatus,
    /// The place; the new one of a renamed file.
    pub path: &'a TreePath,
    /// Where a renamed file comes from.
    pub from: Option<&'a TreePath>,
    /// What is expected there before.
    pub before: Option<&'a Node>,
    pub after: Option<&'a Node>,
}

/// What happens at a place, with the letters of Git.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeStatus {
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

impl ChangeStatus {
    /// Every status, in the order of summaries.
    pub const ALL: [ChangeStatus; 5] = [
        ChangeStatus::Added,
        ChangeStatus::Modified,
        ChangeStatus::TypeChanged,
        ChangeStatus::Renamed,
        ChangeStatus::Deleted,
    ];

    /// The status of a place with these two sides.
    pub fn new(before: Option<&Node>, after: Option<&Node>, is_renamed: bool) -> Self {
        match (before, after) {
            _ if is_renamed => ChangeStatus::Renamed,
            (None, _) => ChangeStatus::Added,
            (Some(_), None) => ChangeStatus::Deleted,
            (Some(old), Some(new)) if !old.same_kind(new) => ChangeStatus::TypeChanged,
            (Some(_), Some(_)) => ChangeStatus::Modified,
        }
    }

    /// Git's letter.
    pub fn letter(self) -> &'static str {
        match self {
            ChangeStatus::Added => "A",
            ChangeStatus::Deleted => "D",
            ChangeStatus::Modified => "M",
            ChangeStatus::Renamed => "R",
            ChangeStatus::TypeChanged => "T",
        }
    }

    /// As in "2 added".
    pub fn as_str(self) -> &'static str {
        match self {
            ChangeStatus::Added => "added",
            ChangeStatus::Deleted => "deleted",
            ChangeStatus::Modified => "modified",
            ChangeStatus::Renamed => "renamed",
            ChangeStatus::TypeChanged => "with a new type",
        }
    }
}

/// `changes` as lines, in their order; both halves of a rename are one.
pub fn lines(changes: &[FileChange]) -> Vec<ChangeLine<'_>> {
    pair_renames(changes)
        .into_iter()
        .map(|(change, from)| {
            let before = from.unwrap_or(change).before.first();
            let after = change.after.as_ref();
            let status = ChangeStatus::new(before, after, from.is_some());
            ChangeLine { status, path: &change.path, from: from.map(|from| &from.path), before, after }
        })
        .collect()
}

/// How many lines there are of each status, statuses without any left out: `2 added, 1 deleted`.
pub fn summary(lines: &[ChangeLine<'_>]) -> String {
    let counts: Vec<String> = ChangeStatus::ALL
        .into_iter()
        .map(|status| (number(lines, status), status))
        .filter(|(number, _)| *number > 0)
        .map(|(number, status)| format!("{} {}", with_thousands(number as u64), status.as_str()))
        .collect();
    if counts.is_empty() { "none".to_owned() } else { counts.join(", ") }
}

/// Steps as the changes that they are: a file that one of `patches` makes from one that goes, or that has the content
/// of one that goes, is that one renamed.
pub(crate) fn of_steps(steps: &[Step], patches: &[&Patch]) -> Vec<FileChange> {
    let gone: BTreeMap<Digest, &TreePath> = steps
        .iter()
        .filter(|step| step.after.is_none())
        .filter_map(|step| Some((step.before.as_ref()?.as_file()?.digest, &step.path)))
        .collect();
    // Of several patches for one path the first one tells.
    let known: BTreeMap<&TreePath, &FileChange> =
        patches.iter().rev().flat_map(|patch| &patch.changes).map(|change| (&change.path, change)).collect();
    let payload = |step: &Step| {
        let same = || {
            let from = gone.get(&step.after.as_ref()?.as_file()?.digest)?;
            Some(Payload::Same { from: (*from).clone() })
        };
        known.get(&step.path).and_then(|change| change.payload.clone()).or_else(same)
    };
    let change = |step: &Step| FileChange {
        path: step.path.clone(),
        before: step.before.iter().cloned().collect(),
        after: step.after.clone(),
        payload: payload(step),
        base: None,
        edit: None,
        role: Role::default(),
        local_edits: LocalEdits::default(),
        fixes: Vec::new(),
    };
    steps.iter().map(change).collect()
}

/// How many of `lines` have this status.
pub fn number(lines: &[ChangeLine<'_>], status: ChangeStatus) -> usize {
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
                (false, true) => facts.push(format!("{}, same size", bytes(new.size_bytes))),
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
