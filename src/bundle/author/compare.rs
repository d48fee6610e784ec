//! What differs between two trees, place by place.

use crate::model::{Mode, Node, Step, TreePath, TreeState};

/// One step for every place that is not the same in both, sorted by path. Folders are places like any other, so
/// that an empty one is found too.
///
/// A new folder that shares its group because the one around it does was made in it, which nobody has to say.
/// `new_shares_group` tells whether `new` itself is such a folder.
pub(super) fn compare(old: &TreeState, new: &TreeState, new_shares_group: bool) -> Vec<Step> {
    let shares = |path: Option<TreePath>| match path {
        None => new_shares_group,
        Some(path) => new.at(&path).and_then(Node::mode).is_some_and(Mode::shares_group),
    };
    let appeared_or_changed =
        new.iter().filter(|(path, node)| old.at(path) != Some(node)).map(|(path, node)| {
            let before = old.at(path).cloned();
            let after = match (&before, node) {
                (Some(Node::Dir(_)), _) => node.clone(),
                (_, Node::Dir(mode)) if shares(path.parent()) => Node::Dir(mode.not_sharing_group()),
                _ => node.clone(),
            };
            Step { path: path.clone(), before, after: Some(after) }
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
    use crate::model::{Digest, FileNode, LinkNode};

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
        let found: Vec<_> = compare(&old, &new, false)
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
        assert!(compare(&old, &old, false).is_empty());
    }

    #[test]
    fn a_new_folder_shares_its_group_by_where_it_is() {
        let old = tree(&[("share", dir(0o2755))]);
        let new = tree(&[("share", dir(0o2755)), ("share/new", dir(0o2755)), ("top", dir(0o2755))]);
        let after = |new_shares_group| -> Vec<_> {
            compare(&old, &new, new_shares_group).into_iter().map(|step| step.after).collect()
        };
        assert_eq!(after(false), [Some(dir(0o755)), Some(dir(0o2755))]);
        assert_eq!(after(true), [Some(dir(0o755)), Some(dir(0o755))]);
    }
}
