//! What a patch file does not bring is shown from the folder it is for, wherever a file there is exactly that content.

use std::fs;

use patchwright::model::TreePath;
use patchwright::workbench::{ChangeSide, Comparison, ContentSource, OneChange};

use crate::support::sandbox::{Bundle, Sandbox, Target, unwatched};
use crate::support::trees::Tree;

fn noise(last: u8) -> Vec<u8> {
    let noise = (0u32..60_000).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8);
    noise.chain([last]).collect()
}

fn long_text(last: &str) -> Vec<u8> {
    let mut text: String = (0..60_000).map(|line| format!("line {line} of a long text\n")).collect();
    text.push_str(last);
    text.into_bytes()
}

/// The files whose originals a patch file has no reason to bring: what is not text, what is long, what only moves.
fn before() -> Tree {
    Tree::new()
        .file("bin/tool", noise(1))
        .file("log", long_text("old\n"))
        .file("docs/old-name", noise(7))
        .program("run", noise(9))
}

fn after() -> Tree {
    Tree::new()
        .file("bin/tool", noise(2))
        .file("log", long_text("new\n"))
        .file("docs/new-name", noise(7))
        .file("run", noise(9))
}

/// Each path with what stood there, and what stands there afterwards. On Windows, a program is a file like any other, and
/// the last one does not change.
fn expected() -> Vec<(&'static str, Vec<u8>, Vec<u8>)> {
    let mut all = vec![
        ("bin/tool", noise(1), noise(2)),
        ("log", long_text("old\n"), long_text("new\n")),
        ("docs/new-name", noise(7), noise(7)),
        ("run", noise(9), noise(9)),
    ];
    all.truncate(if cfg!(windows) { 3 } else { 4 });
    all
}

fn looks(sandbox: &Sandbox, bundle: &Bundle, target: &Target<'_>, path: &str, what: Comparison) -> OneChange {
    let path = TreePath::parse(path).expect("a path");
    unwatched(|watch| sandbox.bench().one_change(&bundle.path, &path, Some(&target.path), what, watch))
        .expect("it can be read")
        .expect("it is changed")
}

fn bytes(side: &ChangeSide) -> &[u8] {
    let ChangeSide::Content(content) = side else { panic!("not at hand: {side:?}") };
    content.bytes().expect("in memory")
}

#[test]
fn the_right_folder_has_the_originals_before_and_after_the_patch_is_applied() {
    let sandbox = Sandbox::new();
    let bundle = sandbox.make(&before(), &after());
    let target = sandbox.install(&before());
    for (path, old, new) in expected() {
        let change = looks(&sandbox, &bundle, &target, path, Comparison::OriginalToAfter);
        assert_eq!((bytes(&change.before), bytes(&change.after)), (&*old, &*new), "{path}");
        assert_eq!(change.before_source, Some(ContentSource::Folder), "{path}");
    }
    target.must_apply(&bundle);
    for (path, old, new) in expected() {
        let change = looks(&sandbox, &bundle, &target, path, Comparison::OriginalToAfter);
        assert_eq!((bytes(&change.before), bytes(&change.after)), (&*old, &*new), "{path}");
        let change = looks(&sandbox, &bundle, &target, path, Comparison::OriginalToFolder);
        assert_eq!((bytes(&change.before), bytes(&change.after)), (&*old, &*new), "{path}");
    }
    let change = looks(&sandbox, &bundle, &target, "bin/tool", Comparison::OriginalToAfter);
    assert_eq!(change.before_source, Some(ContentSource::SafeCopy));
}

#[test]
fn an_edited_file_is_shown_as_what_is_there_and_never_as_the_original() {
    let sandbox = Sandbox::new();
    let bundle = sandbox.make(&before(), &after());
    let target = sandbox.install(&before());
    fs::write(target.path.join("bin/tool"), noise(3)).expect("our own file");
    let change = looks(&sandbox, &bundle, &target, "bin/tool", Comparison::OriginalToAfter);
    assert!(matches!(change.before, ChangeSide::Unavailable(_)), "{:?}", change.before);
    let change = looks(&sandbox, &bundle, &target, "bin/tool", Comparison::OriginalToFolder);
    assert!(matches!(change.before, ChangeSide::Unavailable(_)), "{:?}", change.before);
    assert_eq!(bytes(&change.after), noise(3));
    let change = looks(&sandbox, &bundle, &target, "bin/tool", Comparison::FolderToAfter);
    assert_eq!(bytes(&change.before), noise(3));
    assert_eq!(change.before_source, Some(ContentSource::Folder));
    // Files that nobody edited are shown as before.
    let change = looks(&sandbox, &bundle, &target, "log", Comparison::OriginalToFolder);
    assert_eq!(bytes(&change.before), bytes(&change.after));
}
