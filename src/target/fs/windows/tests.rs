//! Links, junctions, files that are in use, and flags: what can go wrong on a Windows disk.

use std::io::ErrorKind;

use super::super::STATE_DIR;
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
    assert_eq!(fs.look(&place("out")).expect("a look").expect("there").kind, FoundKind::Link);
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
    assert!(matches!(OsFs::open(&link), Err(OpenError::IsLink { .. })));
    target.assert_canary_unchanged();
}

#[test]
fn links_are_spelled_with_slashes() {
    let target = Target::new().with_state();
    let link = Place::State(ours("t/link"));
    match target.fs.make_link(&ours("t/link"), "../lib/a.so") {
        // Wine says yes and makes nothing.
        Ok(()) if target.fs.look(&link).expect("a look").is_none() => eprintln!("skipped: no links here"),
        Ok(()) => {
            assert_eq!(target.fs.read_link(&link).expect("readable"), "../lib/a.so");
            assert_eq!(kind_of(target.fs.open(&link)), ErrorKind::InvalidInput);
        }
        Err(error) => eprintln!("skipped: the present user may not make links: {error}"),
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
    let mut permissions = std::fs::metadata(&path).expect("there").permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&path, permissions).expect("set");
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
