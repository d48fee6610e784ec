//! What differs between two trees, place by place.

use crate::model::{Step, TreeState};

/// One step for every place that is not the same in both, sorted by path. Folders are places like any other, so
/// that an empty one is found too.
pub(super) fn compare(old: &TreeState, new: &TreeState) -> Vec<Step> {
    let appeared_or_changed =
        new.iter().filter(|(path, node)| old.at(path) != Some(node)).map(|(path, node)| Step {
            path: path.clone(),
            before: old.at(path).cloned(),
            after: Some(node.clone()),
        });
    let gone = old.iter().filter(|(path, _)| new.at(path).is_none()).map(|(path, node)| Step {
        path: path.clone(),
        before: Some(node.clone()),
        after: None,
    });
    let mut steps: Vec<Step> = appeared_or_changed.chain(gone).collect();
    steps.sort_by(|a, b| a.path.cmp(&b.path));
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Digest, FileNode, LinkNode, Mode, Node, TreePath};

    fn file(content: &str, mode: u32) -> Node {
        let (digest, size_bytes) = (Digest::compute(content.as_bytes()), content.len() as u64);
        Node::File(FileNode { digest, size_bytes, mode: Mode::new(mode) })
    }

    fn link(points_to: &str) -> Node {
        Node::Link(LinkNode { points_to: points_to.to_owned() })
    }

    fn dir(mode: u32) -> Node {
        Node::Dir(Mode::new(mode))
    }

    fn tree(places: &[(&str, Node)]) -> TreeState {
        let parse = |raw: &str| TreePath::parse(raw).expect("the test's paths keep the policy");
        places.iter().map(|(path, node)| (parse(path), node.clone())).collect()
    }

    #[test]
    fn every_kind_of_difference_is_one_step_and_what_is_the_same_is_none() {
        let old = tree(&[
            ("bin", dir(0o755)),
            ("bin/app", file("1", 0o755)),
            ("bin/same", file("s", 0o644)),
            ("cur", link("bin/app")),
            ("empty", dir(0o755)),
            ("mode", file("m", 0o644)),
            ("turns", file("t", 0o644)),
        ]);
        let new = tree(&[
            ("bin", dir(0o700)),
            ("bin/app", file("2", 0o755)),
            ("bin/same", file("s", 0o644)),
            ("cur", link("bin/same")),
            ("fresh", dir(0o755)),
            ("mode", file("m", 0o600)),
            ("turns", link("mode")),
        ]);
        let found: Vec<_> = compare(&old, &new)
            .into_iter()
            .map(|step| {
                let word = |node: &Option<Node>| node.as_ref().map_or("-", Node::as_str);
                format!("{}: {} to {}", step.path, word(&step.before), word(&step.after))
            })
            .collect();
        let expected = [
            "bin: folder to folder",
            "bin/app: file to file",
            "cur: link to link",
            "empty: folder to -",
            "fresh: - to folder",
            "mode: file to file",
            "turns: file to link",
        ];
        assert_eq!(found, expected);
        assert!(compare(&old, &old).is_empty());
    }
}
