//! One change of a patch together with the contents it is about: what a front end needs to draw it.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Digest, FileChange, Node, Payload, TreePath};

/// One change and its contents.
#[derive(Debug, Clone, Copy)]
pub struct ChangeView<'a> {
    pub change: &'a FileChange,
    /// The change that takes the file away from its old path, if this one puts it at its new path.
    pub renamed_from: Option<&'a FileChange>,
    /// What stood there before; with `renamed_from`, what stood at the old path.
    pub before: ViewContent<'a>,
    pub after: ViewContent<'a>,
}

/// The content of one side of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ViewContent<'a> {
    /// No file on this side: nothing, a folder, or a link (whose target is in its node).
    Absent,
    /// The bytes of the file.
    Bytes(&'a [u8]),
    /// There is a file, of which only this is known: what the diff of the change, which is the same for both sides, says.
    Diff(&'a [u8]),
    /// There is a file, but not its bytes, for this reason ("larger than 64 MiB", "not in the bundle").
    Unavailable(&'a str),
}

impl<'a> ChangeView<'a> {
    /// What stood at the old side. Where the patch names several possible states, the one whose content is at
    /// hand, and otherwise the first.
    pub(crate) fn before_node(&self) -> Option<&'a Node> {
        let possible = &self.renamed_from.unwrap_or(self.change).before;
        let at_hand = |node: &&Node| match (self.before, node) {
            (ViewContent::Bytes(bytes), Node::File(file)) => file.digest == Digest::compute(bytes),
            _ => false,
        };
        match possible.as_slice() {
            [] | [_] => possible.first(),
            several => several.iter().find(at_hand).or(several.first()),
        }
    }

    /// What stands at the new side.
    pub(crate) fn after_node(&self) -> Option<&'a Node> {
        self.change.after.as_ref()
    }

    /// The path of the old side.
    pub(crate) fn old_path(&self) -> &'a TreePath {
        &self.renamed_from.unwrap_or(self.change).path
    }
}

/// `changes` as a person sees them: each with, if it is the second half of a rename, the change that is the first
/// half, which is then left out. In the order of `changes`.
///
/// A file that went to several places is renamed to the first of them and new at the others; two files that
/// changed places are two changed files.
pub fn pair_renames(changes: &[FileChange]) -> Vec<(&FileChange, Option<&FileChange>)> {
    let mut taken_away: BTreeMap<&TreePath, &FileChange> = changes
        .iter()
        .filter(|change| change.after.is_none() && change.before.iter().all(|node| node.as_file().is_some()))
        .map(|change| (&change.path, change))
        .collect();
    let pairs: Vec<_> = changes
        .iter()
        .map(|change| {
            let source = change.before.is_empty().then(|| source(change)).flatten();
            (change, source.and_then(|path| taken_away.remove(path)))
        })
        .collect();
    let first_halves: BTreeSet<_> =
        pairs.iter().filter_map(|(_, from)| from.map(|from| &from.path)).collect();
    pairs.into_iter().filter(|(change, _)| !first_halves.contains(&change.path)).collect()
}

/// Where files that are taken away went, by the path that they had.
pub(crate) fn moves(changes: &[FileChange]) -> BTreeMap<&TreePath, &FileChange> {
    pair_renames(changes).into_iter().filter_map(|(change, from)| Some((&from?.path, change))).collect()
}

/// The other path whose content the file at this one is made from.
fn source(change: &FileChange) -> Option<&TreePath> {
    match change.payload.as_ref()? {
        Payload::Delta { from, .. } | Payload::Diff { from: Some(from) } | Payload::Same { from } => {
            (*from != change.path).then_some(from)
        }
        Payload::Diff { from: None } | Payload::Whole { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::tests::{change, file};

    fn same(from: &str) -> Option<Payload> {
        Some(Payload::Same { from: TreePath::parse(from).expect("a path") })
    }

    fn paths(changes: &[FileChange]) -> Vec<String> {
        let line = |(change, from): (&FileChange, Option<&FileChange>)| match from {
            Some(from) => format!("{} -> {}", from.path, change.path),
            None => change.path.to_string(),
        };
        pair_renames(changes).into_iter().map(line).collect()
    }

    #[test]
    fn a_rename_is_one_thing_to_look_at() {
        let old = change("old", [file(b"x")], None);
        let new = FileChange { payload: same("old"), ..change("new", [], Some(file(b"x"))) };
        assert_eq!(paths(&[new, old]), ["old -> new"]);
    }

    #[test]
    fn a_file_moved_to_two_places_is_renamed_once() {
        let old = change("old", [file(b"x")], None);
        let [one, two] = ["one", "two"]
            .map(|name| FileChange { payload: same("old"), ..change(name, [], Some(file(b"x"))) });
        assert_eq!(paths(&[old, one, two]), ["old -> one", "two"]);
    }

    #[test]
    fn a_copy_and_a_swap_are_no_renames() {
        let kept = change("kept", [file(b"x")], Some(file(b"y")));
        let copy = FileChange { payload: same("kept"), ..change("copy", [], Some(file(b"x"))) };
        assert_eq!(paths(&[copy, kept]), ["copy", "kept"]);

        let a = FileChange { payload: same("b"), ..change("a", [file(b"1")], Some(file(b"2"))) };
        let b = FileChange { payload: same("a"), ..change("b", [file(b"2")], Some(file(b"1"))) };
        assert_eq!(paths(&[a, b]), ["a", "b"]);
    }

    #[test]
    fn of_several_known_states_the_one_at_hand_is_shown() {
        let change = change("app", [file(b"1.0"), file(b"1.1")], Some(file(b"1.2")));
        let mut view = ChangeView {
            change: &change,
            renamed_from: None,
            before: ViewContent::Bytes(b"1.1"),
            after: ViewContent::Bytes(b"1.2"),
        };
        assert_eq!(view.before_node(), Some(&file(b"1.1")));
        view.before = ViewContent::Bytes(b"edited");
        assert_eq!(view.before_node(), Some(&file(b"1.0")));
    }
}
