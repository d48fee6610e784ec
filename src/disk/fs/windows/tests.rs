//! Links, junctions, files that are in use, and flags: what can go wrong on a Windows disk.

use std::io::ErrorKind;

use super::super::STATE_DIR;
use windows_sys::Win32::Storage::FileSystem::FILE_SHARE_DELETE;

use super::super::os_tests::{Target, kind_of, ours, place, tree};
use super::*;

/// Makes a junction, which needs no right, with the system's own command.
fn junction(at: &Path, to: &Path) -> bool {
    let answer = std::process::Command::new("cmd").args(["/c", "mklink", "/J"]).arg(at).arg(to).output();
    let made = answer.is_ok() && std::fs::symlink_metadata(at).is_ok_and(|seen| seen.is_symlink());
    if !made {
        eprintln!("skipped: cannot make a junction here");
    }
    made
}

#[test]
fn a_junction_in_the_way_is_refused() {
    let target = Target::new().with_state();
    if !junction(&target.root.join("out"), &target.canary) {
        return;
    }
    let staged = target.stage("t/new", "new");
    let (fs, file) = (&target.fs, tree("out/a.so"));
    let at = Place::Tree(file.clone());
    assert_eq!(fs.look(&place("out")).expect("a look").expect("there").kind, StatKind::Link);
    let answers = [
        ("look", fs.look(&at).map(drop)),
        ("list", fs.list(&place("out")).map(drop)),
        ("open", fs.open(&at).map(drop)),
        ("attributes", fs.attributes(&at).map(drop)),
        ("obstacles_to_change", fs.obstacles_to_change(&place("out")).map(drop)),
        ("obstacles_to_move", fs.obstacles_to_move(&file).map(drop)),
        ("hard_link", fs.hard_link(&at, &ours("t/old"))),
        ("move_in", fs.move_in(&staged, &tree("out/free"))),
        ("move_out", fs.move_out(&file, &ours("t/old"))),
        ("set_dir_mode", fs.set_dir_mode(&tree("out"), Mode::DIR)),
        ("sync", fs.sync(&[at])),
    ];
    for (call, answer) in answers {
        assert_eq!(answer.expect_err(call).kind(), ErrorKind::NotADirectory, "{call}");
    }
    target.assert_canary_unchanged();
}

#[test]
fn a_state_folder_or_root_that_is_a_junction_is_refused() {
    let target = Target::new();
    let link = target.root.with_file_name("link");
    if !junction(&target.root.join(STATE_DIR), &target.canary) || !junction(&link, &target.root) {
        return;
    }
    for kind in [LockKind::Exclusive, LockKind::Shared] {
        assert_eq!(kind_of(target.fs.lock(kind)), ErrorKind::NotADirectory);
    }
    assert!(matches!(OsFs::open(&link), Err(FolderError::IsLink { .. })));
    target.assert_canary_unchanged();
}

#[test]
fn links_are_spelled_with_slashes_and_can_be_removed() {
    for spelling in ["../lib/a.so", "../lib/"] {
        let target = Target::new().with_state();
        let (at, link) = (ours("t/link"), Place::State(ours("t/link")));
        match target.fs.make_link(&at, spelling) {
            // Wine says yes and makes nothing.
            Ok(()) if target.fs.look(&link).expect("a look").is_none() => {
                return eprintln!("skipped: no links here");
            }
            Ok(()) => {}
            Err(error) => return eprintln!("skipped: the present user may not make links: {error}"),
        }
        assert_eq!(target.fs.read_link(&link).expect("readable"), spelling);
        assert_eq!(kind_of(target.fs.open(&link)), ErrorKind::InvalidInput);
        target.fs.remove_file(&at).expect("removed");
        assert_eq!(target.fs.look(&link).expect("a look"), None);
        assert_eq!(target.read(&place("lib/a.so")), "old");
    }
}

#[test]
fn a_file_in_use_is_named_before_and_waited_for_while_moving() {
    let target = Target::new().with_state();
    let holder = std::fs::OpenOptions::new()
        .read(true)
        .share_mode(FILE_SHARE_READ)
        .open(target.root.join("lib/a.so"))
        .expect("it opens");
    let obstacles = target.fs.obstacles_to_move(&tree("lib/a.so")).expect("an answer");
    let [(Code::InUse, phrase)] = obstacles.as_slice() else { panic!("{obstacles:?}") };
    assert!(phrase.starts_with("it is held open by "), "{phrase}");
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(std::time::Duration::from_millis(300));
            drop(holder);
        });
        target.fs.move_out(&tree("lib/a.so"), &ours("t/old")).expect("moved after a while");
    });
    assert_eq!(target.read(&Place::State(ours("t/old"))), "old");
}

#[test]
fn a_file_that_nobody_else_may_write_or_read_is_in_use() {
    let target = Target::new();
    let path = target.root.join("lib/a.so");
    let open = |shared| std::fs::OpenOptions::new().read(true).share_mode(shared).open(&path);
    // As Windows holds a program that is running.
    let holder = open(FILE_SHARE_READ | FILE_SHARE_DELETE).expect("it opens");
    let obstacles = target.fs.obstacles_to_move(&tree("lib/a.so")).expect("an answer");
    assert!(matches!(obstacles.as_slice(), [(Code::InUse, _)]), "{obstacles:?}");
    assert_eq!(target.read(&place("lib/a.so")), "old");
    drop(holder);
    let holder = open(0).expect("it opens");
    let refusal = target.fs.open(&place("lib/a.so")).err().expect("it is held");
    assert_eq!(refusal.kind(), ErrorKind::ResourceBusy);
    assert!(refusal.to_string().starts_with("it is held open by "), "{refusal}");
    drop(holder);
    assert_eq!(target.fs.obstacles_to_move(&tree("lib/a.so")).expect("an answer"), Vec::new());
}

#[test]
fn a_file_with_locked_pieces_is_in_use() {
    let target = Target::new();
    let holder = std::fs::OpenOptions::new().read(true).write(true).open(target.root.join("lib/a.so"));
    let holder = holder.expect("it opens");
    holder.lock().expect("nobody else has locked it");
    if std::fs::read(target.root.join("lib/a.so")).is_ok() {
        return eprintln!("skipped: Wine lets a process read what it has locked");
    }
    let mut file = target.fs.open(&place("lib/a.so")).expect("it opens");
    let refusal = file.read(&mut [0; 3]).expect_err("it is locked");
    assert_eq!(refusal.kind(), ErrorKind::ResourceBusy, "{refusal}");
}

#[test]
fn a_folder_of_ours_is_renamed_as_soon_as_nobody_holds_a_file_in_it() {
    let target = Target::new().with_state();
    let file = target.stage("t/file", "x");
    let holder = target.fs.open(&Place::State(file)).expect("it opens");
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(std::time::Duration::from_millis(300));
            drop(holder);
        });
        target.fs.rename(&ours("t"), &ours("kept")).expect("renamed after a while");
    });
    assert_eq!(target.read(&Place::State(ours("kept/file"))), "x");
}

#[test]
fn a_held_folder_cannot_be_replaced() {
    let target = Target::new();
    let spot = target.fs.theirs(&tree("lib/a.so")).expect("a place");
    let aside = target.root.join("aside");
    std::fs::rename(target.root.join("lib"), &aside).expect_err("somebody holds it");
    drop(spot);
    std::fs::rename(target.root.join("lib"), &aside).expect("nobody holds it");
}

#[test]
fn flags_are_kept_and_a_read_only_file_of_ours_can_be_removed() {
    let target = Target::new().with_state();
    let path = target.root.join("lib/a.so");
    set_read_only(&path);
    let wanted = target.fs.attributes(&place("lib/a.so")).expect("readable");
    let new = target.stage("t/new", "new");
    target.fs.set_attributes(&new, &wanted).expect("set");
    let staged = target.root.join(STATE_DIR).join("t").join("new");
    assert!(std::fs::metadata(&staged).expect("there").permissions().readonly());
    target.fs.sync(&[Place::State(new.clone())]).expect("synced");
    target.fs.move_out(&tree("lib/a.so"), &ours("t/old")).expect("out");
    target.fs.move_in(&new, &tree("lib/a.so")).expect("in");
    target.fs.remove_file(&ours("t/old")).expect("removed");
}

fn set_read_only(path: &Path) {
    let mut permissions = std::fs::metadata(path).expect("there").permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(path, permissions).expect("set");
}

#[test]
fn a_file_stays_read_only_when_a_name_of_ours_for_it_is_removed() {
    let target = Target::new().with_state();
    let path = target.root.join("lib/a.so");
    set_read_only(&path);
    target.fs.hard_link(&place("lib/a.so"), &ours("t/old")).expect("linked");
    target.fs.remove_file(&ours("t/old")).expect("removed");
    assert!(std::fs::metadata(&path).expect("there").permissions().readonly());
}

#[test]
fn a_read_only_folder_of_ours_can_be_removed() {
    let target = Target::new().with_state();
    set_read_only(&target.root.join(STATE_DIR).join("t"));
    target.fs.remove_dir(&ours("t")).expect("removed");
}

#[test]
fn names_that_windows_rewrites_are_refused() {
    let target = Target::new();
    for name in ["nul.txt", "lib/a.so:stream", "lib/a.so.", "LIB~1/a.so"] {
        let path = tree(name);
        assert!(path.unportable().is_some(), "{name}");
        assert_eq!(kind_of(target.fs.look(&Place::Tree(path))), ErrorKind::InvalidInput, "{name}");
    }
}

#[test]
fn a_path_may_be_longer_than_260_characters() {
    let target = Target::new().with_state();
    let mut path = "long".to_owned();
    for n in 0..6 {
        target.fs.make_dir(&ours(&format!("t/{n}")), Mode::DIR).expect("made");
        target.fs.move_in(&ours(&format!("t/{n}")), &tree(&path)).expect("in");
        path = format!("{path}/{}", "x".repeat(60));
    }
    let staged = target.stage("t/new", "new");
    target.fs.move_in(&staged, &tree(&path)).expect("in");
    assert_eq!(target.read(&place(&path)), "new");
}
