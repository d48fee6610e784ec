//! The simulated disk loses what a real one may lose, and keeps what a real one must keep.

mod as_a_filesystem;
mod explored;

use std::collections::BTreeSet;
use std::io::{self, Read, Write};

use patchwright::disk::fs::{Attributes, Fs, Place, StatePath};
use patchwright::model::{Mode, TreePath};

use crate::support::sim_fs::{Settled, SimFs};

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
        let mut names = after.list(dir).unwrap_or_default().text;
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
