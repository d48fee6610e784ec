//! The simulated disk loses what a real one may lose, and keeps what a real one must keep.

use std::collections::BTreeSet;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::sync::Arc;

use patchwright::model::{Code, Mode, TreePath};
use patchwright::target::fs::{Attributes, FoundKind, Fs, LockKind, Place, StatePath};

use crate::support::explore::{Effort, Exploration, Outcome};
use crate::support::sim_fs::{Settled, SimFs, What, difference};

const ROOT: Place = Place::Root;

fn state(path: &str) -> StatePath {
    StatePath::new(path)
}

fn state_dir() -> Place {
    Place::State(StatePath::root())
}

fn ours(path: &str) -> Place {
    Place::State(state(path))
}

fn product(path: &str) -> TreePath {
    TreePath::parse(path).expect("the tests use good paths")
}

fn place(path: &str) -> Place {
    Place::Tree(product(path))
}

/// A disk with a file `app` and, as everything in these stories happens there, our folder.
fn disk_with_app() -> SimFs {
    let disk = SimFs::new();
    disk.put_file("app", "old", 0o755);
    disk.put_dir(".patchwright", 0o700);
    disk
}

fn write_new(disk: &dyn Fs, at: &str, bytes: &str) -> io::Result<()> {
    disk.create(&state(at))?.write_all(bytes.as_bytes())
}

fn content(disk: &dyn Fs, at: &Place) -> Option<String> {
    let mut bytes = Vec::new();
    disk.open(at).ok()?.read_to_end(&mut bytes).expect("open files can be read");
    Some(String::from_utf8(bytes).expect("the tests write text"))
}

/// What a power cut can leave at `at`; `None` for nothing.
fn possible_contents(disk: &SimFs, at: &Place) -> BTreeSet<Option<String>> {
    disk.every_crash().iter().map(|after| content(after, at)).collect()
}

/// Which names a power cut can leave in `dir`, each possibility as one text.
fn possible_names(disk: &SimFs, dir: &Place) -> BTreeSet<String> {
    let names = |after: &SimFs| {
        let mut names = after.list(dir).unwrap_or_default();
        names.sort();
        names.join(" ")
    };
    disk.every_crash().iter().map(names).collect()
}

fn mode_of(disk: &SimFs, at: &Place) -> Mode {
    disk.look(at).expect("nothing is in the way").expect("it is there").mode
}

fn set<T: Ord, const N: usize>(items: [T; N]) -> BTreeSet<T> {
    BTreeSet::from(items)
}

// Names.

#[test]
fn an_unsynced_rename_may_be_lost() {
    let disk = disk_with_app();
    disk.put_file(".patchwright/a", "a", 0o600);
    disk.rename(&state("a"), &state("b")).unwrap();
    assert_eq!(possible_names(&disk, &state_dir()), set(["a".to_owned(), "b".to_owned()]));
}

#[test]
fn a_synced_folder_keeps_its_names() {
    let disk = disk_with_app();
    disk.put_file(".patchwright/a", "a", 0o600);
    disk.rename(&state("a"), &state("b")).unwrap();
    disk.sync(&[state_dir()]).unwrap();
    assert_eq!(possible_names(&disk, &state_dir()), set(["b".to_owned()]));
}

#[test]
fn a_move_between_folders_needs_only_one_of_them_synced() {
    for synced in [ROOT, state_dir()] {
        let disk = disk_with_app();
        disk.move_out(&product("app"), &state("app")).unwrap();
        disk.sync(&[synced]).unwrap();
        assert_eq!(possible_contents(&disk, &place("app")), set([None]));
        assert_eq!(possible_contents(&disk, &ours("app")), set([Some("old".to_owned())]));
    }
}

#[test]
fn an_exchange_happens_wholly_or_not_at_all() {
    let disk = disk_with_app();
    disk.put_file(".patchwright/new", "new", 0o755);
    disk.exchange(&state("new"), &product("app")).unwrap();
    let both = |after: &SimFs| (content(after, &place("app")), content(after, &ours("new")));
    let outcomes: BTreeSet<_> = disk.every_crash().iter().map(both).collect();
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(outcomes, set([(text("old"), text("new")), (text("new"), text("old"))]));
}

#[test]
fn changes_of_one_name_keep_their_order() {
    let disk = disk_with_app();
    disk.put_file(".patchwright/a", "a", 0o600);
    disk.rename(&state("a"), &state("b")).unwrap();
    disk.rename(&state("b"), &state("c")).unwrap();
    let outcomes = possible_names(&disk, &state_dir());
    assert_eq!(outcomes, set(["a".to_owned(), "b".to_owned(), "c".to_owned()]));
}

#[test]
fn changes_of_different_names_are_lost_in_any_combination() {
    let disk = disk_with_app();
    disk.put_file(".patchwright/a", "a", 0o600);
    disk.hard_link(&ours("a"), &state("b")).unwrap();
    disk.remove_file(&state("a")).unwrap();
    let outcomes = possible_names(&disk, &state_dir());
    // The empty folder is the dangerous one: the removal is kept, the new name is lost, and with it the object.
    assert_eq!(outcomes, ["", "a", "a b", "b"].map(str::to_owned).into());
}

#[test]
fn syncing_a_folder_keeps_what_its_names_build_on() {
    let disk = disk_with_app();
    disk.put_file(".patchwright/one/a", "a", 0o600);
    disk.put_dir(".patchwright/two", 0o700);
    disk.rename(&state("one/a"), &state("one/b")).unwrap();
    disk.rename(&state("one/b"), &state("two/b")).unwrap();
    disk.sync(&[ours("two")]).unwrap();
    assert_eq!(possible_names(&disk, &ours("one")), set([String::new()]));
    assert_eq!(possible_names(&disk, &ours("two")), set(["b".to_owned()]));
}

#[test]
fn a_new_folder_is_lost_until_the_folder_around_it_is_synced() {
    let disk = disk_with_app();
    disk.make_dir(&state("t"), Mode::DIR).unwrap();
    write_new(&disk, "t/file", "x").unwrap();
    disk.sync(&[ours("t/file"), ours("t")]).unwrap();
    assert_eq!(possible_contents(&disk, &ours("t/file")), set([None, Some("x".to_owned())]));
    disk.sync(&[state_dir()]).unwrap();
    assert_eq!(possible_contents(&disk, &ours("t/file")), set([Some("x".to_owned())]));
}

#[test]
fn a_sync_keeps_nothing_that_it_was_not_asked_for() {
    let disk = disk_with_app();
    disk.put_dir(".patchwright/one", 0o700);
    disk.put_dir(".patchwright/two", 0o700);
    write_new(&disk, "one/a", "").unwrap();
    write_new(&disk, "two/b", "").unwrap();
    disk.sync(&[ours("one")]).unwrap();
    assert_eq!(possible_names(&disk, &ours("one")), set(["a".to_owned()]));
    assert_eq!(possible_names(&disk, &ours("two")), set([String::new(), "b".to_owned()]));
}

// Content.

#[test]
fn an_unsynced_file_may_be_whole_torn_zeros_or_empty() {
    let disk = disk_with_app();
    write_new(&disk, "file", "abc").unwrap();
    disk.sync(&[state_dir()]).unwrap();
    let outcomes = possible_contents(&disk, &ours("file"));
    assert_eq!(outcomes, ["", "a", "ab", "abc", "\0\0\0"].map(|text| Some(text.to_owned())).into());
}

#[test]
fn an_unsynced_edit_may_leave_the_old_bytes_too() {
    let disk = disk_with_app();
    disk.outside_write("app", "n", Settled::NotYet);
    let outcomes = possible_contents(&disk, &place("app"));
    assert_eq!(outcomes, ["", "n", "\0", "old"].map(|text| Some(text.to_owned())).into());
}

#[test]
fn a_synced_file_keeps_its_bytes_mode_and_attributes() {
    let disk = disk_with_app();
    let root_owned = Attributes { owner: Some((0, 0)), ..Attributes::default() };
    write_new(&disk, "file", "abc").unwrap();
    disk.set_mode(&state("file"), Mode::PROGRAM).unwrap();
    disk.set_attributes(&state("file"), &root_owned).unwrap();
    disk.sync(&[ours("file"), state_dir()]).unwrap();
    for after in disk.every_crash() {
        assert_eq!(content(&after, &ours("file")).as_deref(), Some("abc"));
        assert_eq!(mode_of(&after, &ours("file")), Mode::PROGRAM);
        assert_eq!(after.attributes(&ours("file")).unwrap(), root_owned);
    }
}

#[test]
fn an_unsynced_mode_may_be_the_old_one() {
    let disk = disk_with_app();
    disk.put_dir("lib", 0o755);
    disk.set_dir_mode(&product("lib"), Mode::new(0o700)).unwrap();
    let modes = |disk: &SimFs| -> BTreeSet<Mode> {
        disk.every_crash().iter().map(|after| mode_of(after, &place("lib"))).collect()
    };
    assert_eq!(modes(&disk), set([Mode::new(0o700), Mode::new(0o755)]));
    disk.sync(&[place("lib")]).unwrap();
    assert_eq!(modes(&disk), set([Mode::new(0o700)]));
}

#[test]
fn unsynced_attributes_may_be_the_old_ones() {
    let disk = disk_with_app();
    disk.put_file(".patchwright/file", "x", 0o600);
    disk.set_attributes(&state("file"), &Attributes { owner: Some((0, 0)), ..Attributes::default() })
        .unwrap();
    let owner = |after: &SimFs| after.attributes(&ours("file")).unwrap().owner;
    let owners: BTreeSet<_> = disk.every_crash().iter().map(owner).collect();
    assert_eq!(owners, set([Some((0, 0)), Some((1000, 1000))]));
}

#[test]
fn a_second_name_shares_content_and_a_copy_of_blocks_does_not() {
    let disk = disk_with_app();
    disk.hard_link(&place("app"), &state("name")).unwrap();
    disk.reflink(&place("app"), &state("copy")).unwrap();
    disk.outside_write("app", "edited", Settled::OnDisk);
    assert_eq!(content(&disk, &ours("name")).as_deref(), Some("edited"));
    assert_eq!(content(&disk, &ours("copy")).as_deref(), Some("old"));

    disk.sync(&[state_dir()]).unwrap();
    assert_eq!(
        possible_contents(&disk, &ours("name")).len(),
        1,
        "the object was synced under its first name"
    );
    assert!(possible_contents(&disk, &ours("copy")).len() > 1, "a copy of blocks is a new file");
}

// Trouble.

#[test]
fn a_muted_sync_keeps_nothing_and_says_nothing() {
    let disk = disk_with_app();
    disk.mute_sync(2);
    write_new(&disk, "file", "abc").unwrap();
    disk.sync(&[ours("file")]).unwrap();
    disk.sync(&[state_dir()]).unwrap();
    assert_eq!(disk.sync_count(), 2);
    assert_eq!(possible_contents(&disk, &ours("file")), set([None, Some("abc".to_owned())]));
}

#[test]
fn without_power_every_call_fails_and_nothing_changes() {
    let disk = disk_with_app();
    disk.crash_at_call(2);
    disk.make_dir(&state("one"), Mode::DIR).unwrap();
    let error = disk.make_dir(&state("two"), Mode::DIR).unwrap_err();
    assert_eq!(error.to_string(), "power lost");
    assert!(disk.is_power_lost());
    assert!(disk.make_dir(&state("three"), Mode::DIR).is_err());
    assert!(disk.look(&ROOT).is_err());
    assert!(disk.sync(&[state_dir()]).is_err());
    assert_eq!(possible_names(&disk, &state_dir()), set([String::new(), "one".to_owned()]));
}

#[test]
fn open_files_lose_power_too() {
    let disk = disk_with_app();
    let mut reader = disk.open(&place("app")).unwrap();
    disk.crash_at_call(3);
    let mut writer = disk.create(&state("file")).unwrap();
    writer.write_all(b"abc").unwrap();
    assert!(writer.write_all(b"def").is_err());
    assert!(reader.read(&mut [0; 3]).is_err());
}

#[test]
fn reads_are_counted_on_request() {
    let disk = disk_with_app();
    content(&disk, &place("app"));
    assert_eq!(disk.call_count(), 0);
    disk.count_reads();
    content(&disk, &place("app"));
    assert_eq!(disk.call_count(), 3, "open, read, and read again to see the end");
}

#[test]
fn an_interrupted_sync_may_have_done_some_of_its_work() {
    let disk = disk_with_app();
    disk.outside_write("app", "n", Settled::NotYet);
    disk.put_dir("lib", 0o755);
    disk.set_dir_mode(&product("lib"), Mode::new(0o700)).unwrap();
    disk.crash_at_call(2);
    assert!(disk.sync(&[place("app"), place("lib")]).is_err());
    // Both can be new, and each can be new while the other is not.
    let seen = |after: &SimFs| {
        let is_app_new = content(after, &place("app")).as_deref() == Some("n");
        (is_app_new, mode_of(after, &place("lib")) == Mode::new(0o700))
    };
    let outcomes: BTreeSet<_> = disk.every_crash().iter().map(seen).collect();
    assert_eq!(outcomes.len(), 4);
}

#[test]
fn the_same_seed_brings_the_same_disk_and_other_seeds_bring_others() {
    let disk = disk_with_app();
    for n in 0..8 {
        write_new(&disk, &format!("file{n}"), "some text").unwrap();
    }
    assert_eq!(disk.crash(7).whole_tree(), disk.crash(7).whole_tree());
    let outcomes: BTreeSet<String> =
        (0..50).map(|seed| format!("{:?}", disk.crash(seed).whole_tree())).collect();
    assert!(outcomes.len() > 20, "only {} different outcomes", outcomes.len());
}

#[test]
fn a_seed_reaches_what_is_possible() {
    let disk = disk_with_app();
    write_new(&disk, "file", "abc").unwrap();
    disk.outside_write("app", "n", Settled::NotYet);
    let all: BTreeSet<String> =
        disk.every_crash().iter().map(|after| format!("{:?}", after.whole_tree())).collect();
    let by_seed = (0..5000).map(|seed| format!("{:?}", disk.crash(seed).whole_tree())).collect();
    assert_eq!(all, by_seed);
}

#[test]
fn what_is_left_by_a_power_cut_is_durable() {
    let disk = disk_with_app();
    write_new(&disk, "file", "abc").unwrap();
    for after in disk.every_crash() {
        assert_eq!(after.every_crash().len(), 1);
        assert_eq!(after.crash(1).whole_tree(), after.whole_tree());
    }
}

#[test]
fn a_disk_at_rest_is_durable() {
    let disk = disk_with_app();
    write_new(&disk, "file", "abc").unwrap();
    disk.set_mode(&state("file"), Mode::PROGRAM).unwrap();
    disk.durable_everything();
    assert_eq!(disk.every_crash().len(), 1);
    assert_eq!(disk.crash(1).whole_tree(), disk.whole_tree());
}

#[test]
fn a_fork_goes_its_own_way() {
    let disk = disk_with_app();
    write_new(&disk, "file", "abc").unwrap();
    disk.crash_at_call(3);
    let fork = disk.fork();
    assert_eq!(fork.call_count(), 0);
    fork.outside_write("app", "edited", Settled::OnDisk);
    fork.remove_file(&state("file")).unwrap();
    assert_eq!(content(&disk, &place("app")).as_deref(), Some("old"));
    assert_eq!(content(&disk, &ours("file")).as_deref(), Some("abc"));
    assert_eq!(possible_contents(&fork, &ours("file")).len(), 6, "the fork has unsynced things, too");
}

#[test]
fn the_log_tells_calls_and_losses() {
    let disk = disk_with_app();
    disk.keep_log();
    write_new(&disk, "file", "abc").unwrap();
    disk.crash_at_call(3);
    assert!(disk.sync(&[ours("file")]).is_err());
    let losing_all =
        (0..).map(|seed| disk.crash(seed)).find(|after| after.list(&state_dir()).unwrap().is_empty());
    let log = losing_all.expect("some seed loses the file").log();
    assert_eq!(
        log[..5],
        [
            "   1 create .patchwright/file",
            "   2 write 3 bytes to .patchwright/file",
            "   3 power lost before: sync .patchwright/file",
            "power cut",
            "lost: .patchwright/file from nothing to object 3",
        ]
    );
}

// The interface.

#[test]
fn the_lock_admits_one_writer_or_many_readers() {
    let disk = SimFs::new();
    drop(disk.lock(LockKind::Shared).unwrap().expect("nobody holds it"));
    assert!(disk.whole_tree().is_empty(), "a reader creates nothing");

    let writer = disk.lock(LockKind::Exclusive).unwrap().expect("nobody holds it");
    assert_eq!(mode_of(&disk, &state_dir()), Mode::new(0o700));
    assert!(disk.lock(LockKind::Exclusive).unwrap().is_none());
    assert!(disk.lock(LockKind::Shared).unwrap().is_none());
    assert!(disk.crash(1).lock(LockKind::Exclusive).unwrap().is_some(), "a power cut frees it");
    drop(writer);

    let _one = disk.lock(LockKind::Shared).unwrap().expect("nobody writes");
    let _other = disk.lock(LockKind::Shared).unwrap().expect("nobody writes");
    assert!(disk.lock(LockKind::Exclusive).unwrap().is_none());
}

#[test]
fn nothing_is_replaced() {
    let disk = disk_with_app();
    disk.put_file(".patchwright/a", "a", 0o600);
    disk.put_dir(".patchwright/full/inner", 0o700);
    let taken = |result: io::Result<()>| result.unwrap_err().kind() == ErrorKind::AlreadyExists;
    assert!(taken(disk.create(&state("a")).map(drop)));
    assert!(taken(disk.make_dir(&state("a"), Mode::DIR)));
    assert!(taken(disk.make_link(&state("a"), "b")));
    assert!(taken(disk.hard_link(&place("app"), &state("a"))));
    assert!(taken(disk.reflink(&place("app"), &state("a"))));
    assert!(taken(disk.rename(&state("full"), &state("a"))));
    assert!(taken(disk.move_in(&state("a"), &product("app"))));
    assert!(taken(disk.move_out(&product("app"), &state("a"))));
    assert_eq!(disk.remove_dir(&state("full")).unwrap_err().kind(), ErrorKind::DirectoryNotEmpty);
    assert_eq!(disk.remove_file(&state("full")).unwrap_err().kind(), ErrorKind::IsADirectory);
}

#[test]
fn no_link_is_followed_and_no_mount_is_crossed() {
    let disk = SimFs::new();
    disk.put_link("link", "elsewhere");
    disk.put_mount("mount");
    disk.put_special("pipe", "pipe");
    let error_at = |path| disk.look(&place(path)).unwrap_err().kind();
    assert_eq!(error_at("link/file"), ErrorKind::NotADirectory);
    assert_eq!(error_at("mount/file"), ErrorKind::CrossesDevices);
    assert_eq!(error_at("pipe/file"), ErrorKind::NotADirectory);
    assert_eq!(disk.look(&place("missing/file")).unwrap(), None);

    let kind_at = |path| disk.look(&place(path)).unwrap().expect("it is there").kind;
    assert_eq!(kind_at("link"), FoundKind::Link);
    assert_eq!(kind_at("mount"), FoundKind::Mount);
    assert_eq!(kind_at("pipe"), FoundKind::Special("pipe"));
    assert_eq!(disk.read_link(&place("link")).unwrap(), "elsewhere");
    for path in ["link", "mount", "pipe", "missing"] {
        assert!(disk.open(&place(path)).is_err(), "{path} is no regular file");
    }
}

#[test]
fn objects_keep_their_identity_under_every_name() {
    let disk = disk_with_app();
    disk.hard_link(&place("app"), &state("name")).unwrap();
    let [app, name] = [place("app"), ours("name")].map(|at| disk.look(&at).unwrap().expect("it is there"));
    assert_eq!(app, name);
    assert_eq!(app.names, 2);
    disk.remove_file(&state("name")).unwrap();
    assert_eq!(disk.look(&place("app")).unwrap().expect("it is there").names, 1);
}

#[test]
fn an_open_file_can_be_read_from_anywhere() {
    let disk = disk_with_app();
    let mut file = disk.open(&place("app")).unwrap();
    let mut rest = String::new();
    file.seek(SeekFrom::End(-2)).unwrap();
    file.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "ld");
    assert_eq!(file.seek(SeekFrom::Start(9)).unwrap(), 9);
    assert_eq!(file.read(&mut [0; 4]).unwrap(), 0);
    assert!(file.seek(SeekFrom::Current(-10)).is_err());
}

#[test]
fn a_full_disk_takes_what_fits_and_then_refuses() {
    let disk = disk_with_app();
    disk.limit_free_bytes(4);
    let mut file = disk.create(&state("file")).unwrap();
    assert_eq!(file.write(b"abcdef").unwrap(), 4);
    assert_eq!(file.write(b"ef").unwrap_err().kind(), ErrorKind::StorageFull);
    assert_eq!(disk.space().unwrap().free_bytes, 0);
    disk.remove_file(&state("file")).unwrap();
    assert_eq!(disk.space().unwrap().free_bytes, 4);
}

#[test]
fn a_disk_like_windows_neither_exchanges_nor_minds_case_nor_keeps_modes() {
    let disk = SimFs::like_windows();
    disk.put_file("App.exe", "old", 0o755);
    disk.put_file(".patchwright/new", "new", 0o600);
    let error = disk.exchange(&state("new"), &product("app.exe")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!(disk.reflink(&place("app.exe"), &state("x")).unwrap_err().kind(), ErrorKind::Unsupported);
    assert_eq!(content(&disk, &place("APP.EXE")).as_deref(), Some("old"));
    assert_eq!(mode_of(&disk, &place("App.exe")), Mode::FILE);

    disk.move_out(&product("app.EXE"), &state("old")).unwrap();
    disk.move_in(&state("new"), &product("app.exe")).unwrap();
    disk.sync(&[ROOT]).unwrap();
    let trees = disk.every_crash().iter().map(|after| after.tree().into_keys().collect()).collect();
    let expected: BTreeSet<Vec<String>> = set([vec!["app.exe".to_owned()]]);
    assert_eq!(expected, trees);
}

#[test]
fn obstacles_are_those_that_the_test_put_there() {
    let disk = disk_with_app();
    assert!(disk.obstacles_to_change(&ROOT).unwrap().is_empty());
    disk.add_obstacle_to_change("", "the folder is immutable");
    disk.add_obstacle_to_move("app", Code::InUse, "held open by \"editor\"");
    assert_eq!(disk.obstacles_to_change(&ROOT).unwrap(), ["the folder is immutable"]);
    assert_eq!(
        disk.obstacles_to_move(&product("app")).unwrap(),
        [(Code::InUse, "held open by \"editor\"".to_owned())]
    );
}

// Outside edits and whole trees.

#[test]
fn an_edit_in_place_keeps_the_object_and_a_replacement_does_not() {
    let disk = disk_with_app();
    let before = disk.tree()["app"].clone();
    disk.outside_write("app", "edited", Settled::OnDisk);
    let edited = disk.tree()["app"].clone();
    assert_eq!(edited.object, before.object);
    assert!(edited.modified_nanos > before.modified_nanos);

    disk.outside_replace("app", "replaced", 0o644, Settled::NotYet);
    assert_ne!(disk.tree()["app"].object, before.object);
    let outcomes = possible_contents(&disk, &place("app"));
    assert!(outcomes.contains(&Some("edited".to_owned())), "a replacement may be lost");

    disk.outside_delete("app", Settled::OnDisk);
    assert_eq!(possible_contents(&disk, &place("app")), set([None]));
}

#[test]
fn a_tree_shows_the_product_and_not_our_folder() {
    let disk = disk_with_app();
    disk.put_link("lib/link", "../app");
    disk.put_attributes("app", Attributes { owner: Some((5, 6)), ..Attributes::default() });
    let tree = disk.tree();
    assert_eq!(tree.keys().collect::<Vec<_>>(), ["app", "lib", "lib/link"]);
    assert_eq!(tree["app"].what, What::File(Arc::new(b"old".to_vec())));
    assert_eq!(tree["app"].attributes.owner, Some((5, 6)));
    assert_eq!(tree["lib"].what, What::Dir);
    assert_eq!(tree["lib/link"].what, What::Link("../app".into()));
    assert!(disk.whole_tree().contains_key(".patchwright"));
}

#[test]
fn the_difference_of_two_trees_names_every_place_and_no_identity() {
    let disk = disk_with_app();
    let before = disk.tree();
    disk.outside_replace("app", "old", 0o755, Settled::OnDisk);
    assert_eq!(difference(&before, &disk.tree()), None, "the same in another object");

    disk.outside_set_mode("app", 0o644, Settled::OnDisk);
    disk.put_link("lib/link", "../app");
    let difference = difference(&before, &disk.tree()).expect("a mode, a folder and a link differ");
    assert_eq!(
        difference,
        "app: expected a file 0755 of 3 bytes \"old\", found a file 0644 of 3 bytes \"old\"\n\
         lib: expected nothing, found a folder 0755\n\
         lib/link: expected nothing, found a link to ../app"
    );
}

// A small protocol.

/// Writes a record so that its name appears only with all of its bytes.
fn write_record(disk: &dyn Fs) -> io::Result<()> {
    write_new(disk, "record.tmp", "whole")?;
    disk.sync(&[ours("record.tmp")])?;
    disk.rename(&state("record.tmp"), &state("record"))?;
    disk.sync(&[state_dir()])
}

/// What is wrong with the record after a power cut.
fn fault_of_record(disk: &dyn Fs, is_promised: bool) -> Result<(), String> {
    match content(disk, &ours("record")) {
        None if is_promised => Err("the record is lost".to_owned()),
        Some(text) if text != "whole" => Err(format!("the record is torn: {text:?}")),
        _ => Ok(()),
    }
}

/// Cuts the power at every call of [`write_record`] and looks at every outcome.
fn faults_of_the_protocol(muted_sync: Option<usize>) -> BTreeSet<String> {
    let mut faults = BTreeSet::new();
    for call in 1.. {
        let disk = disk_with_app();
        muted_sync.into_iter().for_each(|k| disk.mute_sync(k));
        disk.crash_at_call(call);
        let is_promised = write_record(&disk).is_ok();
        faults
            .extend(disk.every_crash().iter().filter_map(|after| fault_of_record(after, is_promised).err()));
        if is_promised {
            break;
        }
    }
    faults
}

#[test]
fn a_record_written_with_both_syncs_is_never_torn_or_lost() {
    assert_eq!(faults_of_the_protocol(None), set([]));
}

#[test]
fn a_record_written_without_the_first_sync_may_be_torn() {
    let faults = faults_of_the_protocol(Some(1));
    assert!(faults.contains("the record is torn: \"\""), "{faults:?}");
    assert!(!faults.contains("the record is lost"), "{faults:?}");
}

#[test]
fn a_record_written_without_the_second_sync_may_be_lost() {
    assert_eq!(faults_of_the_protocol(Some(2)), set(["the record is lost".to_owned()]));
}

// The explorer.

/// Explores the small protocol. Its recovery removes the temporary file and makes a record that is missing.
fn explore_record(
    muted_sync: Option<usize>,
    recovery_sync: &(dyn Fn(&dyn Fs) -> io::Result<()> + Sync),
) -> String {
    let recover = |disk: &dyn Fs| {
        if disk.look(&ours("record.tmp"))?.is_some() {
            disk.remove_file(&state("record.tmp"))?;
        }
        if disk.look(&ours("recovered"))?.is_none() {
            disk.make_dir(&state("recovered"), Mode::DIR)?;
        }
        recovery_sync(disk)
    };
    let exploration = Exploration {
        start: &disk_with_app(),
        scenario: &|disk| match write_record(&*disk) {
            Ok(()) => Outcome::ClaimedDone,
            Err(_) => Outcome::Failed,
        },
        recovery: &|disk| recover(&*disk).map_err(|error| error.to_string()),
        check: &|disk, outcome| fault_of_record(disk, outcome == Outcome::ClaimedDone),
        effort: Effort { seeds_per_call: 100, recovery_crashes: 3 },
        muted_sync,
    };
    match exploration.run() {
        Ok(survey) => format!("{} trials of {} calls", survey.trials, survey.calls),
        Err(violation) => format!("{violation:?}"),
    }
}

fn sync_state_dir(disk: &dyn Fs) -> io::Result<()> {
    disk.sync(&[state_dir()])
}

#[test]
fn an_exploration_of_a_safe_protocol_finds_nothing() {
    assert_eq!(explore_record(None, &sync_state_dir), "600 trials of 5 calls");
}

#[test]
fn an_exploration_of_an_unsafe_protocol_tells_the_story() {
    let torn = explore_record(Some(1), &sync_state_dir);
    assert!(torn.contains("the record is torn"), "{torn}");
    let lost = explore_record(Some(2), &sync_state_dir);
    assert!(lost.starts_with("power cut at call 6, seed "), "{lost}");
    assert!(lost.contains("the record is lost\n     1 create .patchwright/record.tmp\n"), "{lost}");
    assert!(lost.contains("\n  power cut\n  lost: "), "{lost}");
}

#[test]
fn an_exploration_reports_a_recovery_that_fails_or_panics() {
    let failing = explore_record(None, &|_| Err(io::Error::other("no idea")));
    assert!(failing.contains("no idea"), "{failing}");
    let panicking = explore_record(None, &|_| panic!("out of ideas"));
    assert!(panicking.contains("panicked: out of ideas"), "{panicking}");
}
