//! What the real disk promises on every system. What only Unix has is tested beside it.

use std::io::{ErrorKind, Read, Write};
use std::path::PathBuf;

use super::*;

/// A folder with a product in it, opened; beside it a canary that nobody may touch.
pub(super) struct Target {
    pub(super) root: PathBuf,
    pub(super) canary: PathBuf,
    pub(super) fs: OsFs,
    // Last, because on Windows a folder cannot be removed while it is open.
    _home: tempfile::TempDir,
}

impl Target {
    pub(super) fn new() -> Self {
        Self::open(|root| OsFs::open(root).expect("the folder opens"))
    }

    pub(super) fn open(open: impl FnOnce(&Path) -> OsFs) -> Self {
        let home = tempfile::tempdir().expect("a temporary folder");
        let (root, canary) = (home.path().join("product"), home.path().join("canary"));
        std::fs::create_dir_all(root.join("lib")).expect("a product folder");
        std::fs::create_dir_all(&canary).expect("a canary folder");
        std::fs::write(root.join("lib/a.so"), "old").expect("a product file");
        std::fs::write(canary.join("a.so"), "canary").expect("a canary file");
        let fs = open(&root);
        Self { root, canary, fs, _home: home }
    }

    /// The same, with a state folder and the folder `t` in it, as a transaction has it.
    pub(super) fn with_state(self) -> Self {
        drop(self.fs.lock(LockKind::Exclusive).expect("the lock can be taken"));
        self.fs.make_dir(&ours("t"), Mode::new(0o700)).expect("a folder of ours");
        self
    }

    pub(super) fn stage(&self, at: &str, content: &str) -> StatePath {
        let at = ours(at);
        let mut file = self.fs.create(&at).expect("a new file of ours");
        file.write_all(content.as_bytes()).expect("it can be written");
        at
    }

    pub(super) fn read(&self, at: &Place) -> String {
        let mut text = String::new();
        self.fs.open(at).expect("it opens").read_to_string(&mut text).expect("it can be read");
        text
    }

    pub(super) fn assert_canary_unchanged(&self) {
        let names = std::fs::read_dir(&self.canary).expect("the canary is there");
        let names = names.map(|entry| entry.expect("an entry").file_name()).collect::<Vec<_>>();
        assert_eq!(names, ["a.so"]);
        assert_eq!(std::fs::read_to_string(self.canary.join("a.so")).expect("readable"), "canary");
    }
}

pub(super) fn tree(path: &str) -> TreePath {
    TreePath::parse(path).expect("a good path")
}

pub(super) fn place(path: &str) -> Place {
    Place::Tree(tree(path))
}

pub(super) fn ours(path: &str) -> StatePath {
    StatePath::new(path)
}

pub(super) fn kind_of<T>(answer: io::Result<T>) -> ErrorKind {
    answer.err().expect("it is refused").kind()
}

#[test]
fn a_look_tells_files_folders_and_nothing_apart() {
    let target = Target::new();
    let look = |path: &str| target.fs.look(&place(path)).expect("a look").map(|found| found.kind);
    assert_eq!(look("lib"), Some(StatKind::Dir));
    assert_eq!(look("lib/a.so"), Some(StatKind::File { size_bytes: 3 }));
    assert_eq!(look("lib/missing"), None);
    assert_eq!(look("missing/deeper/still"), None);
    assert_eq!(target.fs.look(&Place::Root).expect("a look").expect("there").kind, StatKind::Dir);
    assert_eq!(kind_of(target.fs.look(&place("lib/a.so/x"))), ErrorKind::NotADirectory);
}

#[test]
fn a_look_changes_nothing_and_knows_the_time() {
    let target = Target::new();
    let found = target.fs.look(&place("lib/a.so")).expect("a look").expect("there");
    let modified =
        std::fs::metadata(target.root.join("lib/a.so")).and_then(|m| m.modified()).expect("a time");
    let modified = modified.duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_nanos();
    assert_eq!(found.modified_nanos / 1000, i128::try_from(modified).expect("fits") / 1000);
    assert_eq!(found.names, 1);
    assert!(!target.root.join(STATE_DIR).exists());
}

#[test]
fn names_and_content_are_read_as_they_are() {
    let target = Target::new();
    assert_eq!(target.fs.list(&Place::Root).expect("names").text, ["lib"]);
    assert_eq!(target.fs.list(&place("lib")).expect("names").text, ["a.so"]);
    assert_eq!(target.read(&place("lib/a.so")), "old");
    assert_eq!(kind_of(target.fs.list(&place("lib/a.so"))), ErrorKind::NotADirectory);
    assert_eq!(kind_of(target.fs.open(&place("lib"))), ErrorKind::IsADirectory);
    assert_eq!(kind_of(target.fs.open(&place("lib/missing"))), ErrorKind::NotFound);
}

#[test]
fn a_file_of_ours_moves_in_and_the_old_one_moves_out() {
    let target = Target::new().with_state();
    let new = target.stage("t/new", "new");
    target.fs.move_out(&tree("lib/a.so"), &ours("t/old")).expect("out");
    target.fs.move_in(&new, &tree("lib/a.so")).expect("in");
    assert_eq!(target.read(&place("lib/a.so")), "new");
    assert_eq!(target.read(&Place::State(ours("t/old"))), "old");
    assert_eq!(target.fs.look(&Place::State(new)).expect("a look"), None);
}

#[test]
fn a_folder_of_ours_moves_in() {
    let target = Target::new().with_state();
    target.fs.make_dir(&ours("t/dir"), Mode::DIR).expect("made");
    target.fs.move_in(&ours("t/dir"), &tree("share")).expect("in");
    target.fs.move_out(&tree("share"), &ours("t/dir")).expect("out");
    target.fs.remove_dir(&ours("t/dir")).expect("removed");
    assert_eq!(target.fs.list(&Place::State(ours("t"))).expect("names").text, Vec::<String>::new());
}

#[test]
fn two_files_trade_places() {
    let target = Target::new().with_state();
    let new = target.stage("t/new", "new");
    if !target.fs.features().exchange {
        assert_eq!(kind_of(target.fs.exchange(&new, &tree("lib/a.so"))), ErrorKind::Unsupported);
        return;
    }
    let before = target.fs.look(&place("lib/a.so")).expect("a look").expect("there").object;
    target.fs.exchange(&new, &tree("lib/a.so")).expect("exchanged");
    assert_eq!(target.read(&place("lib/a.so")), "new");
    let displaced = target.fs.look(&Place::State(new.clone())).expect("a look").expect("there");
    assert_eq!(displaced.object, before);
    assert_eq!(kind_of(target.fs.exchange(&new, &tree("lib/missing"))), ErrorKind::NotFound);
}

#[test]
fn nothing_is_replaced() {
    let target = Target::new().with_state();
    let (one, other) = (target.stage("t/one", "one"), target.stage("t/other", "other"));
    let (fs, file) = (&target.fs, tree("lib/a.so"));
    let answers = [
        ("move_in", kind_of(fs.move_in(&one, &file))),
        ("move_out", kind_of(fs.move_out(&file, &one))),
        ("rename", kind_of(fs.rename(&one, &other))),
        ("create", kind_of(fs.create(&one))),
        ("make_dir", kind_of(fs.make_dir(&one, Mode::DIR))),
        ("hard_link", kind_of(fs.hard_link(&Place::Tree(file), &one))),
    ];
    for (call, kind) in answers {
        assert_eq!(kind, ErrorKind::AlreadyExists, "{call}");
    }
    assert_eq!(target.read(&place("lib/a.so")), "old");
    assert_eq!(target.read(&Place::State(one)), "one");
    assert_eq!(target.read(&Place::State(other)), "other");
}

#[test]
fn a_second_name_is_the_same_object() {
    let target = Target::new().with_state();
    if !target.fs.features().hard_links {
        eprintln!("skipped: the filesystem has no hard links");
        return;
    }
    target.fs.hard_link(&place("lib/a.so"), &ours("t/old")).expect("linked");
    let first = target.fs.look(&place("lib/a.so")).expect("a look").expect("there");
    let second = target.fs.look(&Place::State(ours("t/old"))).expect("a look").expect("there");
    assert_eq!(first, second);
    assert_eq!(first.names, 2);
}

#[test]
fn a_shared_copy_has_the_content_or_leaves_nothing() {
    let target = Target::new().with_state();
    let copy = ours("t/copy");
    match target.fs.reflink(&place("lib/a.so"), &copy) {
        Ok(()) => assert_eq!(target.read(&Place::State(copy)), "old"),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Unsupported);
            assert_eq!(target.fs.look(&Place::State(copy)).expect("a look"), None);
        }
    }
}

#[test]
fn what_is_ours_can_be_removed() {
    let target = Target::new().with_state();
    let file = target.stage("t/file", "");
    assert!(target.fs.remove_dir(&ours("t")).is_err(), "it is not empty");
    target.fs.remove_file(&file).expect("removed");
    target.fs.remove_dir(&ours("t")).expect("removed");
    target.fs.remove_file(&ours("lock")).expect("removed");
    target.fs.remove_dir(&StatePath::root()).expect("removed");
    assert!(!target.root.join(STATE_DIR).exists());
}

#[test]
fn one_writer_excludes_everybody_else() {
    let target = Target::new();
    let second = OsFs::open(&target.root).expect("opens twice");
    let take = |fs: &OsFs, kind| fs.lock(kind).expect("an answer");
    let held = take(&target.fs, LockKind::Exclusive);
    assert!(held.is_some());
    assert!(take(&second, LockKind::Exclusive).is_none());
    assert!(take(&second, LockKind::Shared).is_none());
    drop(held);
    let reader = take(&second, LockKind::Shared);
    assert!(reader.is_some() && take(&target.fs, LockKind::Shared).is_some());
    assert!(take(&target.fs, LockKind::Exclusive).is_none());
    drop(reader);
    assert!(take(&target.fs, LockKind::Exclusive).is_some());
}

#[test]
fn a_reader_of_an_untouched_product_leaves_no_trace() {
    let target = Target::new();
    assert!(target.fs.lock(LockKind::Shared).expect("an answer").is_some());
    assert_eq!(target.fs.list(&Place::Root).expect("names").text, ["lib"]);
}

#[test]
fn few_and_many_places_are_synced() {
    let target = Target::new().with_state();
    let few = [Place::Root, place("lib"), place("lib/a.so"), Place::State(StatePath::root())];
    target.fs.sync(&few).expect("synced");
    target.fs.sync(&[]).expect("nothing to do");
    let many = (0..100).map(|n| Place::State(target.stage(&format!("t/{n}"), "x"))).collect::<Vec<_>>();
    target.fs.sync(&many).expect("synced");
    assert_eq!(kind_of(target.fs.sync(&[place("lib/missing")])), ErrorKind::NotFound);
}

#[test]
fn a_folder_that_nobody_keeps_is_not_waited_for() {
    let target = Target::open(|path| OsFs::open(path).expect("it opens").disposable());
    target.fs.sync(&[place("lib/missing")]).expect("nobody looked");
}

#[test]
fn attributes_can_be_given_to_another_file() {
    let target = Target::new().with_state();
    let wanted = target.fs.attributes(&place("lib/a.so")).expect("readable");
    let new = target.stage("t/new", "new");
    target.fs.set_attributes(&new, &wanted).expect("set");
    assert_eq!(target.fs.attributes(&Place::State(new)).expect("readable"), wanted);
}

#[test]
fn a_free_folder_has_no_obstacles_and_some_room() {
    let target = Target::new();
    assert_eq!(target.fs.obstacles_to_change(&place("lib")).expect("an answer"), Vec::<String>::new());
    assert_eq!(target.fs.obstacles_to_change(&Place::Root).expect("an answer"), Vec::<String>::new());
    assert_eq!(target.fs.obstacles_to_move(&tree("lib/a.so")).expect("an answer"), Vec::new());
    assert_eq!(target.fs.obstacles_to_move(&tree("lib")).expect("an answer"), Vec::new());
    let space = target.fs.space().expect("an answer");
    assert!(space.free_bytes > 0 && space.free_entries > 0 && space.block_bytes > 0, "{space:?}");
}

#[test]
fn a_file_or_nothing_is_no_target() {
    let target = Target::new();
    let open = |path: &str| OsFs::open(&target.root.join(path)).err().expect("it is refused");
    assert!(matches!(open("lib/a.so"), FolderError::NotAFolder(_)));
    assert!(matches!(open("missing"), FolderError::System { .. }));
}
