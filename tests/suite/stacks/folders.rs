//! Folders that go with their last file and are needed again later: a folder is no content that comes back.

use patchwright::plan::OnDrift;

use super::{fix, patch};
use crate::support::sandbox::{Sandbox, obstacles};
use crate::support::trees::Tree;

fn with(files: &[&str]) -> Tree {
    files.iter().fold(Tree::new().file("z", "1\n"), |tree, path| tree.file(path, format!("{path}\n")))
}

#[test]
fn a_folder_that_went_with_its_last_file_is_no_fix_undone_when_another_file_needs_it() {
    let rows: [(&[&str], &[&str], &[&str]); 3] = [
        (&["d/x"], &[], &["d/y"]),
        (&["d/e/x"], &[], &["d/e/f/y", "d/q"]),
        // The file moved, and the folder is used for something else.
        (&["d/a-file-of-some-length"], &["e/a-file-of-some-length"], &["e/a-file-of-some-length", "d/y"]),
    ];
    for (before, left, later) in rows {
        let sandbox = Sandbox::new();
        let target = sandbox.install(&with(before));
        target.must_apply(&fix(&sandbox, "ONE", &with(before), &with(left)));
        target.must_apply(&fix(&sandbox, "TWO", &with(left), &with(later)));
        target.expect(&with(later));
        target.must_go_back(patch("TWO"), OnDrift::Stop);
        target.expect(&with(left));
    }
}

#[test]
fn twin_a_file_that_was_taken_out_and_comes_again_is() {
    let sandbox = Sandbox::new();
    let target = sandbox.install(&with(&["d/x"]));
    target.must_apply(&fix(&sandbox, "ONE", &with(&["d/x"]), &with(&[])));
    let told = obstacles(target.apply(&fix(&sandbox, "TWO", &with(&[]), &with(&["d/x", "d/y"]))));
    assert_eq!(told, ["E-UNDOES: undoes ONE: d/x"]);
}
