//! What the tree shows, and where one goes in it.

use super::*;

fn tree(paths: &[&str]) -> ChangeTree {
    let mut paths = paths.to_vec();
    paths.sort_unstable();
    let items = paths
        .iter()
        .map(|path| TreeItem {
            path: (*path).to_owned(),
            shown: (*path).to_owned(),
            from: None,
            status: if path.contains("new") { ChangeStatus::Added } else { ChangeStatus::Modified },
            facts: String::new(),
            risks: Vec::new(),
            fit: None,
            differs: false,
            is_missing: false,
            is_folder: false,
            fingerprint: (*path).to_owned(),
            is_viewed: false,
            hits: 0,
        })
        .collect();
    let mut tree = ChangeTree { items, ..ChangeTree::default() };
    tree.build();
    tree
}

fn drawn(tree: &ChangeTree) -> Vec<String> {
    let row = |row: &TreeRow| match &row.kind {
        RowKind::Folder { is_open, changes, .. } => {
            let mark = if *is_open { "v" } else { ">" };
            format!("{}{mark} {} ({changes})", "  ".repeat(row.depth), row.name)
        }
        RowKind::Change(_) => format!("{}{}", "  ".repeat(row.depth), row.name),
    };
    tree.rows().iter().map(row).collect()
}

#[test]
fn folders_open_close_and_share_a_row_when_they_hold_nothing_else() {
    let mut tree = tree(&["a.txt", "lib/deep/one.rs", "lib/deep/two/new.rs", "lib.rs"]);
    assert_eq!(drawn(&tree), ["a.txt", "lib.rs", "v lib/deep (2)", "  one.rs", "  v two (1)", "    new.rs"]);
    tree.toggle("lib/deep/");
    assert_eq!(drawn(&tree), ["a.txt", "lib.rs", "> lib/deep (2)"]);
}

#[test]
fn a_filter_takes_names_patterns_and_sorts() {
    let mut tree = tree(&["a.txt", "lib/one.rs", "lib/new.rs"]);
    let shown =
        |tree: &ChangeTree| tree.shown.iter().map(|&i| tree.items[i].path.clone()).collect::<Vec<_>>();
    tree.set_filter(Filter { text: "ONE".to_owned(), ..Filter::default() });
    assert_eq!(shown(&tree), ["lib/one.rs"]);
    tree.set_filter(Filter { text: "lib/*.rs".to_owned(), ..Filter::default() });
    assert_eq!(shown(&tree), ["lib/new.rs", "lib/one.rs"]);
    tree.set_filter(Filter { statuses: vec![ChangeStatus::Added], ..Filter::default() });
    assert_eq!((shown(&tree), tree.matching()), (vec!["lib/new.rs".to_owned()], 1));
}

#[test]
fn going_on_follows_what_is_shown() {
    let mut tree = tree(&["a", "b", "new"]);
    assert_eq!(tree.neighbour(None, true), Some(0));
    assert_eq!(tree.neighbour(Some(2), true), None);
    tree.set_filter(Filter { statuses: vec![ChangeStatus::Modified], ..Filter::default() });
    assert_eq!((tree.neighbour(Some(1), true), tree.neighbour(Some(1), false)), (None, Some(0)));
    assert_eq!(tree.position(1), Some(2));
    // From what the filter hides one comes to what it shows, wherever that is.
    assert_eq!((tree.neighbour(Some(2), true), tree.neighbour(Some(2), false)), (Some(0), Some(1)));
    tree.set_filter(Filter { text: "new".to_owned(), ..Filter::default() });
    assert_eq!((tree.neighbour(Some(0), false), tree.neighbour(Some(2), true)), (Some(2), None));
}

#[test]
fn what_was_looked_at_is_known_again_and_can_be_passed_by() {
    let mut tree = tree(&["a", "b", "c"]);
    tree.mark_viewed(&BTreeSet::from(["a".to_owned(), "c".to_owned()]));
    assert_eq!((tree.viewed(), tree.next_unviewed(Some(1))), (2, Some(1)), "round and round");
    tree.set_filter(Filter { only_unviewed: true, ..Filter::default() });
    assert_eq!(drawn(&tree), ["b"]);
    tree.set_viewed(1, true);
    assert_eq!(tree.next_unviewed(None), None);
}

#[test]
fn a_pattern_returns_to_its_last_star() {
    for (pattern, text, expected) in
        [("*.rs", "a.rs.rs", true), ("a*b*c", "aXbYbZc", true), ("a?c", "ac", false), ("*", "", true)]
    {
        assert_eq!(fits(pattern.as_bytes(), text.as_bytes()), expected, "{pattern} {text}");
    }
}
