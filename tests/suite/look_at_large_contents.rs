//! A file too large for memory is looked at: it stays on disk, is read piece by piece, and leaves nothing behind.

use patchwright::model::TreePath;
use patchwright::viewer::layout::{Layout, Opened, Rows};
use patchwright::viewer::model::{Coarse, Half, load};
use patchwright::workbench::{ChangeSide, Comparison, MAX_IN_MEMORY_BYTES};

use crate::support::sandbox::{Sandbox, unwatched};
use crate::support::trees::Tree;

/// Few long lines, so that what is slow without optimisation, looking at each line, is little.
fn text(changed: &str) -> Vec<u8> {
    let line = "x".repeat(1 << 20);
    let lines = MAX_IN_MEMORY_BYTES >> 20;
    (0..=lines)
        .map(|number| match number {
            30 => format!("{changed}\n"),
            _ => format!("{number} {line}\n"),
        })
        .collect::<String>()
        .into_bytes()
}

#[test]
fn a_text_beyond_memory_is_compared_line_by_line() {
    let sandbox = Sandbox::new();
    let (old, new) = (text("old"), text("new"));
    let bundle = sandbox.make(&Tree::new().file("log", &old), &Tree::new().file("log", &new));
    let target = sandbox.install(&Tree::new().file("log", &old));
    let path = TreePath::parse("log").expect("a path");
    let compared = Comparison::FolderToAfter;

    let change = unwatched(|watch| {
        sandbox.bench().one_change(&bundle.path, &path, Some(&target.path), compared, watch)
    })
    .expect("it can be read")
    .expect("it is changed");
    for (side, bytes) in [(&change.before, &old), (&change.after, &new)] {
        let ChangeSide::Content(content) = side else { panic!("{side:?}") };
        assert!(content.bytes().is_none(), "it is not in memory");
        let middle = bytes.len() / 2;
        let piece = content.read_at(middle as u64, 100).expect("it reads");
        assert_eq!(piece, &bytes[middle..middle + 100]);
    }

    let contents = unwatched(|watch| {
        load(sandbox.bench(), (&bundle.path).into(), &path, Some(&target.path), compared, watch)
    })
    .expect("it can be read")
    .expect("it is changed");
    let diff = contents.text().expect("text");
    assert_eq!((diff.hunks().len(), diff.coarse()), (1, None::<Coarse>));
    let rows = Rows::new(diff, Layout::SideBySide, &Opened::default());
    let row = rows.row(diff, rows.row_of_hunk(0).expect("a row")).expect("a row");
    for (half, expected) in [(Half::Left, "old"), (Half::Right, "new")] {
        let line = diff.lines(half).line(row.line(half).expect("a line")).expect("it reads");
        assert_eq!(line.bytes, expected.as_bytes());
    }

    // What is in the target is read anew for each look, and nobody is told what is not there any more.
    std::fs::write(target.path.join("log"), "shorter").expect("our own file");
    let error = diff.lines(Half::Left).line(0).expect_err("it was changed");
    assert!(error.to_string().contains("changed"), "{error}");
}
