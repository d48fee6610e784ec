//! With power, the simulated disk is an ordinary filesystem that others use as well.

use std::collections::BTreeSet;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::sync::Arc;

use patchwright::disk::fs::{Attributes, Fs, LockKind, StatKind};
use patchwright::model::{Code, Mode};

use super::{
    ROOT, content, disk_with_app, mode_of, ours, place, possible_contents, product, set, state, state_dir,
};
use crate::support::sim_fs::{Entry, Settled, SimFs, What, difference};

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
    assert_eq!(kind_at("link"), StatKind::Link);
    assert_eq!(kind_at("mount"), StatKind::Mount);
    assert_eq!(kind_at("pipe"), StatKind::Special("pipe"));
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
fn a_disk_need_not_share_blocks() {
    let disk = disk_with_app().without_reflinks();
    let error = disk.fork().reflink(&place("app"), &state("copy")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
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
    let app = || -> Entry { disk.tree()["app"].clone() };
    let before = app();
    disk.outside_write("app", "edited", Settled::OnDisk);
    let edited = app();
    assert_eq!(edited.object, before.object);
    assert!(edited.modified_nanos > before.modified_nanos);

    disk.outside_replace("app", "replaced", 0o644, Settled::NotYet);
    assert_ne!(app().object, before.object);
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
