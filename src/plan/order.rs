//! The order in which steps can be done: a folder before what goes into it, what is in a folder before it.

use crate::model::{Node, Step};

/// Sorts `steps`: things go away deepest first, then change in place, then come outermost first, links last. A
/// folder that loses permissions loses them at the very end, one that gains them gains them at the beginning.
pub fn in_order(mut steps: Vec<Step>) -> Vec<Step> {
    steps.sort_by_cached_key(|step| {
        let depth = step.path.depth() as i64;
        let (phase, depth) = match (&step.before, &step.after) {
            (Some(Node::Dir(before)), Some(Node::Dir(after)))
                if after.bits() & !before.bits() & 0o700 != 0 =>
            {
                (0, depth)
            }
            (Some(Node::Dir(_)), Some(Node::Dir(_))) => (7, -depth),
            (Some(_), None) => (1, -depth),
            (Some(_), Some(Node::Link(_))) => (3, depth),
            (Some(_), Some(_)) => (2, depth),
            (None, Some(Node::Dir(_))) => (4, depth),
            (None, Some(Node::File(_))) => (5, depth),
            (None, _) => (6, depth),
        };
        (phase, depth, step.path.clone())
    });
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Digest, FileNode, LinkNode, Mode, TreePath};

    fn step(path: &str, before: Option<Node>, after: Option<Node>) -> Step {
        Step { path: TreePath::parse(path).expect("a good path"), before, after }
    }

    fn file() -> Option<Node> {
        Some(Node::File(FileNode { digest: Digest::compute(b""), size_bytes: 0, mode: Mode::FILE }))
    }

    #[test]
    fn what_is_in_a_folder_goes_before_it_and_comes_after_it() {
        let dir = Some(Node::Dir(Mode::DIR));
        let link = Some(Node::Link(LinkNode { points_to: "x".to_owned() }));
        let steps = in_order(vec![
            step("new/link", None, link),
            step("new/file", None, file()),
            step("new", None, dir.clone()),
            step("old", dir.clone(), None),
            step("old/deep", dir, None),
            step("old/deep/file", file(), None),
        ]);
        let paths: Vec<&str> = steps.iter().map(|step| step.path.as_str()).collect();
        assert_eq!(paths, ["old/deep/file", "old/deep", "old", "new", "new/file", "new/link"]);
    }
}
