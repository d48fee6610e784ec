//! A folder that has seen hundreds of patches answers like any other, and its history is read once for a question.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use patchwright::disk::TargetRoot;
use patchwright::disk::fs::OsFs;
use patchwright::ledger::Ledger;
use patchwright::model::{Digest, FileNode, Mode, Node, Step, TreePath};
use patchwright::plan::OnDrift;
use patchwright::transaction;
use patchwright::workbench::{Action, Entry, Overrides, PatchNote, RollbackOptions, Which};

use crate::support::fault_fs::Call;
use crate::support::sandbox::{Sandbox, Target, UNSIGNED, environment, order, unwatched, watched_bench};
use crate::support::trees::Tree;

/// Patches that came in before the story begins.
const PATCHES: u64 = 300;

/// Files that the patches went round in.
const FILES: u64 = 40;

/// What patch `n` leaves in its file.
fn content(n: u64) -> String {
    format!("as patch {n} left it\n")
}

/// The path that patch `n` changed, or created in its first round.
fn path(n: u64) -> String {
    format!("data/{}", n % FILES)
}

/// A product after all its patches. They are written into the history as if each had been applied in its time.
fn with_a_long_life(sandbox: &Sandbox) -> Target<'_> {
    let newest = (PATCHES + 1 - FILES)..=PATCHES;
    let tree = newest.fold(Tree::new(), |tree, n| tree.file(&path(n), content(n)));
    let target = sandbox.install(&tree);
    let disk = Arc::new(OsFs::open(&target.path).expect("a folder").disposable());
    let root = TargetRoot::lock(disk).expect("a lock").expect("nobody else has it");
    let file = |n: u64| {
        let text = content(n);
        let (digest, size_bytes) = (Digest::compute(text.as_bytes()), text.len() as u64);
        Node::File(FileNode { digest, size_bytes, mode: Mode::FILE })
    };
    let mut head = Ledger::read(root.fs()).expect("an empty history").head();
    for n in 1..=PATCHES {
        let mut entry = Entry::after(&head, Action::Apply, &environment());
        entry.patch = Some(PatchNote {
            id: format!("OLD-{n}"),
            revision: 1,
            title: "one of many".into(),
            vendor: "ACME".into(),
            contact: None,
        });
        let path = TreePath::parse(&path(n)).expect("a good path");
        let before = n.checked_sub(FILES).filter(|before| *before > 0).map(file);
        let entry = entry.with_steps(&[Step { path, before, after: Some(file(n)) }]);
        transaction::append(&root, &entry).expect("an entry");
        head.seq = entry.seq;
        head.digest = Digest::compute(&entry.to_bytes());
    }
    target
}

/// How often each file of the history was opened.
fn counted(calls: Vec<Call>) -> BTreeMap<String, usize> {
    let is_history = |call: &Call| call.kind == "open" && call.place.starts_with(".patchwright/history/");
    let mut counts = BTreeMap::new();
    for call in calls.into_iter().filter(is_history) {
        *counts.entry(call.place).or_default() += 1;
    }
    counts
}

#[track_caller]
fn each_was_read(calls: Vec<Call>, times: usize) {
    let counts = counted(calls);
    assert!(counts.len() as u64 >= PATCHES, "all of {} were read", counts.len());
    assert_eq!(counts.iter().find(|(_, count)| **count > times), None, "read more than {times} times");
}

#[test]
fn hundreds_of_patches_are_read_once_for_every_question() {
    let sandbox = Sandbox::in_memory();
    let target = with_a_long_life(&sandbox);
    let (bench, calls) = watched_bench();
    let folder: &Path = &target.path;

    let status = unwatched(|watch| bench.status(folder, watch)).expect("a status");
    assert_eq!((status.installed.len() as u64, status.compared as u64), (PATCHES, FILES));
    assert!(status.drift.is_empty(), "{:?}", status.drift);
    each_was_read(calls(), 1);

    assert_eq!(bench.history(folder).expect("a history").entries.len() as u64, PATCHES);
    each_was_read(calls(), 1);

    let accepting = bench.preview_accept(folder, None).expect("a look");
    assert_eq!(accepting.patches.len() as u64, PATCHES);
    each_was_read(calls(), 1);

    let name = path(PATCHES);
    let (old, new) = (Tree::new().file(&name, content(PATCHES)), Tree::new().file(&name, "newest\n"));
    let health = "[[health]]\ncheck = \"file\"\npath = \"data/0\"\n";
    let bundle = sandbox.try_to_make(&order("NEW-1", "", health), &old, &new).expect("a bundle");
    let preview = unwatched(|watch| bench.preview(&bundle.path, folder, watch)).expect("a preview");
    assert!(preview.preview.obstacles.is_empty(), "{:?}", preview.preview.obstacles);
    each_was_read(calls(), 1);

    // A change is looked at before the lock and under it.
    let applied = unwatched(|watch| bench.apply(&bundle.path, folder, UNSIGNED, watch)).expect("applied");
    assert_eq!(applied.entry.expect("something was done").seq, PATCHES + 1);
    assert_eq!(applied.checks.len(), 1, "its health was proven");
    each_was_read(calls(), 2);
    let options = RollbackOptions {
        overrides: Overrides::UNSIGNED,
        which: Which::Last,
        on_drift: OnDrift::Stop,
        expected: None,
        scripts: Default::default(),
        occasion: Default::default(),
        withdrawn: Vec::new(),
    };
    let _ = unwatched(|watch| bench.roll_back(folder, &options, watch)).expect("taken back");
    // It is looked at without its checks first, and then with them, each time before the lock and under it; what it takes
    // back is read once more when its backups are put away, and for the edits that they are.
    each_was_read(calls(), 6);
    assert_eq!(fs::read_to_string(folder.join(&name)).expect("a file"), content(PATCHES));
}
