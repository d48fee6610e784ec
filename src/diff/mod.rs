//! Two contents in, their differences out.
//!
//! Pure: contents come as bytes, whoever calls has read them. Lines end at `\n` and nowhere else, as in Git, so
//! that a difference in line endings is a difference one can see.

mod brought;
mod budget;
mod carry;
mod change_view;
mod compare;
mod content;
mod edits;
mod exact;
mod excerpt;
mod git_patch;
mod kind;
mod line_ends;
mod lines;
mod merge;
pub mod on_tree;
mod original;
pub mod patch_text;
pub mod place;
mod settings;
mod unified;

pub use brought::Fate;
pub(crate) use brought::{Brought, PlaceStanding, RemovalGap};
pub use budget::WorkBudget;
#[cfg(test)]
pub(crate) use budget::WorkDone;
pub(crate) use carry::{LineRange, NotCarried};
pub(crate) use change_view::moves;
pub use change_view::{ChangeView, ViewContent, pair_renames};
pub(crate) use compare::{MAX_COMPARED_LINES, Precision, Region};
pub use compare::{PATIENCE, compare};
pub use content::Content;
pub use edits::FileEdits;
pub(crate) use edits::{
    Grade, KeyChange, KeyClash, OrderedEdit, ShownEdit, ShownTest, Stand, Switch, Tried, TriedOp,
};
pub(crate) use edits::{
    MAX_EDIT_BYTES, MAX_EDITED_BYTES, NoEdits, fates_of_values, keys_both_change, ordered, values_lost,
    values_stay,
};
pub(crate) use exact::{apply_exactly, measure};
pub(crate) use excerpt::{excerpts, hunks_of};
pub(crate) use git_patch::{GitFile, write_git_patch};
pub(crate) use kind::{is_text, is_utf_16};
pub(crate) use line_ends::{with_line_ends_of, with_other_line_ends};
pub use lines::Hunk;
pub(crate) use lines::Line;
pub(crate) use lines::{LineKind, TextDiff, diff_lines, diff_lines_the_same_always};
pub(crate) use merge::{KeptApart, MAX_MERGE_BYTES, Unmergeable, carry_over, line_ends};
pub use merge::{Merge, MergedBy, draft, merge};
pub(crate) use merge::{MergePart, merge_parts};
pub(crate) use original::original_of;
pub use unified::{unified, write_patch};

#[cfg(test)]
mod tests {
    use crate::model::{Digest, FileChange, FileNode, Mode, Node, TreePath};

    pub fn file(content: &[u8]) -> Node {
        let size_bytes = content.len() as u64;
        Node::File(FileNode { digest: Digest::compute(content), size_bytes, mode: Mode::FILE })
    }

    pub fn change(path: &str, before: impl IntoIterator<Item = Node>, after: Option<Node>) -> FileChange {
        let path = TreePath::parse(path).expect("a path");
        FileChange { before: before.into_iter().collect(), ..FileChange::plain(path, None, after, None) }
    }
}
