//! What a file has on Windows beside its content stays with it there and back.
#![cfg(windows)]

use std::fs;
use std::path::Path;

use crate::support::sandbox::Sandbox;
use crate::support::trees::Tree;

fn set_read_only(file: &Path, read_only: bool) {
    let mut permissions = fs::metadata(file).expect("a file").permissions();
    permissions.set_readonly(read_only);
    fs::set_permissions(file, permissions).expect("our own file");
}

fn is_read_only(file: &Path) -> bool {
    fs::metadata(file).expect("a file").permissions().readonly()
}

#[test]
fn a_read_only_file_is_one_there_and_back() {
    let (sandbox, old) = (Sandbox::new(), Tree::new().file("app.exe", "old").file("kept.exe", "kept"));
    let new = old.clone().file("app.exe", "new");
    let bundle = sandbox.make(&old, &new);
    let target = sandbox.install(&old);
    let [changed, kept] = ["app.exe", "kept.exe"].map(|name| target.path.join(name));
    set_read_only(&changed, true);
    set_read_only(&kept, true);
    target.must_apply(&bundle);
    target.expect(&new);
    assert!(is_read_only(&changed), "after applying");
    target.must_roll_back();
    target.expect(&old);
    // What came back was a second name of the safe copy, which is gone by now.
    assert!(is_read_only(&changed), "after rolling back");
    target.must_undo_the_rollback();
    assert!(is_read_only(&changed), "after undoing the rollback");
    target.must_roll_back();
    assert!(is_read_only(&changed) && is_read_only(&kept), "after rolling back again");
    assert!(target.drift().is_empty());
}

#[test]
fn a_file_that_its_owner_made_writable_is_replaced_all_the_same() {
    let (sandbox, old) = (Sandbox::new(), Tree::new().file("app.exe", "old"));
    let new = Tree::new().file("app.exe", "new");
    let bundle = sandbox.make(&old, &new);
    let target = sandbox.install(&old);
    let file = target.path.join("app.exe");
    set_read_only(&file, true);
    target.must_apply(&bundle);
    set_read_only(&file, false);
    target.must_roll_back();
    target.expect(&old);
    assert!(is_read_only(&file), "the original is as it was");
}
