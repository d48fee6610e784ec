//! How Git says a change: the words above the lines, and which contents the lines go between.

use std::io::{self, Write};

use crate::diff::pair_renames;
use crate::diff::patch_text::{Body, FileOp, FilePatch, GitMode, write_patch_text};
use crate::model::{FileChange, FileNode, Mode, Node, Patch, Payload, TreePath};

/// One change as a section of a diff.
#[derive(Debug, Clone)]
pub(in crate::bundle) struct DiffSection<'a> {
    pub change: &'a FileChange,
    pub before: SectionSide<'a>,
    pub after: SectionSide<'a>,
    op: FileOp,
    old_path: &'a TreePath,
}

/// One side of a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::bundle) enum SectionSide<'a> {
    Nothing,
    File(&'a FileNode),
    /// A link, by where it points.
    Link(&'a str),
}

/// The sections that a diff of `patch` can have, in their order. One that says how a content comes about it must have.
pub(in crate::bundle) fn sections(patch: &Patch) -> Vec<DiffSection<'_>> {
    pair_renames(&patch.changes)
        .into_iter()
        .filter_map(|(change, renamed_from)| DiffSection::new(patch, change, renamed_from))
        .collect()
}

/// What is said above the first section if the diff is not all of the patch: `said` sections are.
pub(in crate::bundle) fn unsaid(patch: &Patch, said: usize) -> Option<String> {
    let is_dir = |change: &FileChange| change.before.iter().chain(&change.after).all(Node::is_dir);
    let all = pair_renames(&patch.changes).into_iter().filter(|(change, _)| !is_dir(change)).count();
    let left = all.checked_sub(said).filter(|left| *left > 0)?;
    Some(format!("Not in this text, but in the patch file it comes from: {left} of {all} changes.\n"))
}

impl<'a> DiffSection<'a> {
    fn new(patch: &'a Patch, change: &'a FileChange, renamed_from: Option<&FileChange>) -> Option<Self> {
        use SectionSide::{File, Link, Nothing};
        let before = match change.before.as_slice() {
            [] => Nothing,
            [one] => SectionSide::new(one)?,
            _ => return None,
        };
        let after = change.after.as_ref().map_or(Some(Nothing), SectionSide::new)?;
        let here = |op| Some(Self { change, before, after, op, old_path: &change.path });
        let moved = |from: &TreePath| {
            let source = patch.change_at(from)?;
            let [Node::File(file)] = source.before.as_slice() else { return None };
            let is_move = renamed_from.is_some_and(|first_half| first_half.path == *from);
            let op = if is_move { FileOp::Rename } else { FileOp::Copy };
            Some(Self { change, before: File(file), after, op, old_path: &source.path })
        };
        match (&change.payload, before, after) {
            (Some(Payload::Diff { from: None }), Nothing, File(_)) => here(FileOp::Create),
            (Some(Payload::Diff { from: Some(from) }), File(_), File(_)) if *from == change.path => {
                here(FileOp::Modify)
            }
            (Some(Payload::Diff { from: Some(from) } | Payload::Same { from }), Nothing, File(_)) => {
                moved(from)
            }
            (Some(_), ..) => None,
            (None, Nothing, Link(_)) => here(FileOp::Create),
            (None, Link(_), Link(_)) => here(FileOp::Modify),
            (None, File(_) | Link(_), Nothing) => here(FileOp::Delete),
            (None, File(old), File(new)) => {
                (git_mode(old.mode) != git_mode(new.mode)).then_some(()).and_then(|()| here(FileOp::Modify))
            }
            (None, ..) => None,
        }
    }

    /// Whether the patch says nowhere else how the content comes about.
    pub(crate) fn is_payload(&self) -> bool {
        matches!(self.change.payload, Some(Payload::Diff { .. }))
    }

    /// Whether lines differ, and not only names and modes.
    pub(crate) fn has_lines(&self) -> bool {
        use SectionSide::{File, Link, Nothing};
        match (self.before, self.after) {
            (File(old), File(new)) => old.digest != new.digest,
            (Nothing, File(file)) | (File(file), Nothing) => file.size_bytes > 0,
            (Link(old), Link(new)) => old != new,
            (Nothing, Link(link)) | (Link(link), Nothing) => !link.is_empty(),
            (Nothing, Nothing) | (File(_), Link(_)) | (Link(_), File(_)) => false,
        }
    }

    /// Writes it; `body` says how the lines differ.
    pub fn write(&self, body: Body<'_>, out: &mut dyn Write) -> io::Result<()> {
        let moves = matches!(self.op, FileOp::Copy | FileOp::Rename);
        let name = |folder: &str, path: &TreePath| match moves {
            true => path.as_str().as_bytes().to_vec().into(),
            false => format!("{folder}{path}").into_bytes().into(),
        };
        let is_there = |side: SectionSide<'_>| side != SectionSide::Nothing;
        let header = FilePatch {
            line: 0,
            is_git: true,
            has_side_folder: !moves,
            agree_from: (!moves).then_some(1),
            old: is_there(self.before).then(|| name("a/", self.old_path)),
            new: is_there(self.after).then(|| name("b/", &self.change.path)),
            op: self.op,
            old_mode: self.before.git_mode(),
            new_mode: self.after.git_mode(),
            ids: None,
            body,
            remarks: Vec::new(),
        };
        write_patch_text(out, [&header])
    }
}

impl<'a> SectionSide<'a> {
    fn new(node: &'a Node) -> Option<Self> {
        match node {
            Node::File(file) => Some(Self::File(file)),
            Node::Link(link) => Some(Self::Link(&link.points_to)),
            Node::Dir(_) => None,
        }
    }

    fn git_mode(self) -> Option<GitMode> {
        match self {
            Self::Nothing => None,
            Self::File(file) => Some(git_mode(file.mode)),
            Self::Link(_) => Some(GitMode::Link),
        }
    }
}

fn git_mode(mode: Mode) -> GitMode {
    if mode.is_executable() { GitMode::Program } else { GitMode::File }
}
