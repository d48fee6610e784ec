//! Folders and files that others can write, and those that only look like it.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use super::*;

fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().canonicalize().expect("it is there");
    make_folder(&root.join("a/b")).expect("made");
    fs::write(root.join("a/b/file"), "text").expect("written");
    set_mode(&root.join("a/b/file"), 0o600);
    (folder, root)
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("set");
}

fn problem(path: &Path) -> String {
    match read(path, 100) {
        Err(GuardedError::OfOthers { path, problem, mend }) => {
            format!("{} {problem}; {mend}", path.file_name().unwrap_or_default().display())
        }
        Err(error) => error.to_string(),
        Ok(bytes) => format!("{bytes:?}"),
    }
}

#[test]
fn what_only_its_owner_can_write_is_read() {
    let (_folder, root) = folder();
    assert_eq!(read(&root.join("a/b/file"), 4).expect("read"), Some(b"text".to_vec()));
    set_mode(&root.join("a/b/file"), 0o644);
    assert!(read(&root.join("a/b/file"), 4).is_ok(), "others may read it");
    assert_eq!(read(&root.join("a/b/none"), 4).expect("looked"), None);
    assert_eq!(read(&root.join("none/b/file"), 4).expect("looked"), None);
    assert_eq!(read(&root.join("a/b/file/below"), 4).expect("looked"), None, "no folder, so nothing in it");
    assert!(read(&root.join("a/b/file"), 3).is_err(), "it is longer than that");
    assert!(read(&root.join("a/b"), 3).is_err(), "it is no file");
}

#[test]
fn what_others_can_write_or_exchange_does_not_count() {
    let (_folder, root) = folder();
    let file = root.join("a/b/file");
    for (mode, who) in [(0o666, "everybody"), (0o602, "everybody"), (0o660, "its group")] {
        set_mode(&file, mode);
        let said = format!("file can be changed by {who}; chmod go-w");
        assert_eq!(problem(&file), said);
    }
    set_mode(&file, 0o600);
    set_mode(&root.join("a"), 0o777);
    assert_eq!(problem(&file), "a can be changed by everybody; chmod go-w");
    set_mode(&root.join("a"), 0o1777);
    assert!(read(&file, 4).is_ok(), "in a sticky folder nobody exchanges what belongs to others");
}

#[test]
fn a_link_counts_as_what_it_leads_to() {
    let (_folder, root) = folder();
    fs::create_dir(root.join("open")).expect("made");
    fs::write(root.join("open/file"), "text").expect("written");
    set_mode(&root.join("open/file"), 0o600);
    symlink("../../open/file", root.join("a/b/link")).expect("linked");
    symlink(root.join("a"), root.join("whole")).expect("linked");
    assert!(read(&root.join("a/b/link"), 4).is_ok());
    assert!(read(&root.join("whole/b/link"), 4).is_ok());
    set_mode(&root.join("open"), 0o777);
    assert!(problem(&root.join("whole/b/link")).starts_with("open can be changed by everybody"));
    symlink("nowhere", root.join("a/b/lost")).expect("linked");
    symlink("round", root.join("a/b/round")).expect("linked");
    for lost in ["lost", "round"] {
        assert!(read(&root.join("a/b").join(lost), 4).is_err(), "{lost} is not the same as no file");
    }
}

#[test]
fn what_belongs_to_somebody_else_does_not_count() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("what_belongs_to_somebody_else_does_not_count: skipped, only root gives files away");
        return;
    }
    let (_folder, root) = folder();
    let file = root.join("a/b/file");
    for place in [&file, &root.join("a")] {
        std::os::unix::fs::chown(place, Some(65534), None).expect("given away");
        let name = place.file_name().unwrap_or_default().display().to_string();
        let said = format!("{name} belongs to someone else (user 65534); chown root");
        assert_eq!(problem(&file), said);
        std::os::unix::fs::chown(place, Some(0), None).expect("taken back");
    }
    assert!(read(&file, 4).is_ok());
}

#[test]
fn folders_of_our_own_are_for_this_person_alone() {
    let (_folder, root) = folder();
    drop(lock(&root.join("new/deep/file.toml")).expect("locked"));
    for (place, mode) in [("new", 0o700), ("new/deep", 0o700), ("new/deep/file.lock", 0o600)] {
        let found = fs::metadata(root.join(place)).expect("made").permissions().mode();
        assert_eq!(found & 0o777, mode, "{place}");
    }
    set_mode(&root.join("new"), 0o777);
    assert!(lock(&root.join("new/deep/file.toml")).is_err(), "nothing is written where it would not count");
}
