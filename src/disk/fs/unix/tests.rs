//! Links, pipes, mounts, owners and races: what can go wrong on a Unix disk, with both ways to resolve a name.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::fs::CWD;

use super::super::os_tests::{Target, kind_of, ours, place, tree};
use super::super::*;
use super::confine::Resolver;
use super::*;

#[cfg(target_os = "linux")]
const RESOLVERS: [Resolver; 2] = [Resolver::Openat2, Resolver::Walk];
#[cfg(not(target_os = "linux"))]
const RESOLVERS: [Resolver; 1] = [Resolver::Walk];

fn for_each_resolver(test: impl Fn(Target)) {
    for resolver in RESOLVERS {
        eprintln!("resolver: {resolver:?}");
        test(Target::open(|root| OsFs::open_with(root, Some(resolver)).expect("the folder opens")));
    }
}

fn mode_of(path: &Path) -> u32 {
    std::fs::symlink_metadata(path).expect("it is there").permissions().mode() & 0o7777
}

fn i_am_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn make_pipe(at: &Path) {
    let made = std::process::Command::new("mkfifo").arg(at).status().expect("mkfifo is part of every Unix");
    assert!(made.success(), "a pipe");
}

/// Makes another name for /dev/null, if the present user may do that.
fn make_device(at: &Path) -> bool {
    std::process::Command::new("mknod")
        .arg(at)
        .args(["c", "1", "3"])
        .output()
        .is_ok_and(|made| made.status.success())
}

/// Every call, aimed at something below `dir`, or at something below `t` of ours.
fn every_call(fs: &OsFs, dir: &str) -> Vec<(&'static str, io::Result<()>)> {
    let file = tree(&format!("{dir}/a.so"));
    let at = Place::Tree(file.clone());
    let (one, new) = (ours("one"), ours("two"));
    vec![
        ("look", fs.look(&at).map(drop)),
        ("list", fs.list(&Place::Tree(tree(&format!("{dir}/sub")))).map(drop)),
        ("list itself", fs.list(&Place::Tree(tree(dir))).map(drop)),
        ("read_link", fs.read_link(&at).map(drop)),
        ("open", fs.open(&at).map(drop)),
        ("attributes", fs.attributes(&at).map(drop)),
        ("obstacles_to_change", fs.obstacles_to_change(&Place::Tree(tree(dir))).map(drop)),
        ("obstacles_to_move", fs.obstacles_to_move(&file).map(drop)),
        ("hard_link", fs.hard_link(&at, &new)),
        ("reflink", fs.reflink(&at, &new)),
        ("exchange", fs.exchange(&one, &file)),
        ("move_in", fs.move_in(&one, &file)),
        ("move_in, free", fs.move_in(&one, &tree(&format!("{dir}/free")))),
        ("move_out", fs.move_out(&file, &new)),
        ("set_dir_mode", fs.set_dir_mode(&tree(dir), Mode::new(0o777))),
        ("sync", fs.sync(&[at])),
    ]
}

fn every_call_on_ours(fs: &OsFs) -> Vec<(&'static str, io::Result<()>)> {
    let (file, free) = (ours("t/a.so"), ours("t/free"));
    let at = Place::State(file.clone());
    vec![
        ("look", fs.look(&at).map(drop)),
        ("open", fs.open(&at).map(drop)),
        ("make_dir", fs.make_dir(&free, Mode::DIR)),
        ("create", fs.create(&free).map(drop)),
        ("make_link", fs.make_link(&free, "x")),
        ("hard_link", fs.hard_link(&place("lib/a.so"), &free)),
        ("reflink", fs.reflink(&place("lib/a.so"), &free)),
        ("set_mode", fs.set_mode(&file, Mode::new(0o777))),
        (
            "set_attributes",
            fs.set_attributes(&file, &Attributes { owner: Some((1, 1)), ..Attributes::default() }),
        ),
        ("rename", fs.rename(&file, &free)),
        ("remove_file", fs.remove_file(&file)),
        ("remove_dir", fs.remove_dir(&file)),
        ("move_out", fs.move_out(&tree("lib/a.so"), &free)),
        ("move_in", fs.move_in(&file, &tree("lib/free"))),
        ("sync", fs.sync(&[at])),
    ]
}

fn assert_all_refused(answers: Vec<(&'static str, io::Result<()>)>, kind: ErrorKind) {
    for (call, answer) in answers {
        assert_eq!(answer.expect_err(call).kind(), kind, "{call}");
    }
}

#[test]
fn a_link_in_the_way_is_refused_by_every_call() {
    for_each_resolver(|target| {
        let target = target.with_state();
        target.stage("one", "one");
        let mode = mode_of(&target.canary);
        symlink(&target.canary, target.root.join("out")).expect("a link");
        symlink("lib", target.root.join("in")).expect("a link");
        assert_all_refused(every_call(&target.fs, "out"), ErrorKind::NotADirectory);
        assert_all_refused(every_call(&target.fs, "in"), ErrorKind::NotADirectory);
        target.assert_canary_unchanged();
        assert_eq!(mode_of(&target.canary), mode);
        assert_eq!(target.read(&place("lib/a.so")), "old");
    });
}

#[test]
fn a_link_inside_the_state_folder_is_refused_by_every_call() {
    for_each_resolver(|target| {
        let target = target.with_state();
        target.fs.remove_dir(&ours("t")).expect("removed");
        symlink(&target.canary, target.root.join(STATE_DIR).join("t")).expect("a link");
        assert_all_refused(every_call_on_ours(&target.fs), ErrorKind::NotADirectory);
        target.assert_canary_unchanged();
    });
}

#[test]
fn a_state_folder_that_is_a_link_is_refused_by_every_call() {
    for_each_resolver(|target| {
        std::fs::create_dir(target.canary.join("t")).expect("a folder");
        symlink(&target.canary, target.root.join(STATE_DIR)).expect("a link");
        assert_all_refused(every_call_on_ours(&target.fs), ErrorKind::NotADirectory);
        for kind in [LockKind::Exclusive, LockKind::Shared] {
            assert_eq!(kind_of(target.fs.lock(kind)), ErrorKind::NotADirectory);
        }
        std::fs::remove_dir(target.canary.join("t")).expect("it is still empty");
        target.assert_canary_unchanged();
    });
}

#[test]
fn a_link_is_moved_and_removed_itself_and_never_opened() {
    for_each_resolver(|target| {
        let target = target.with_state();
        symlink(target.canary.join("a.so"), target.root.join("cur")).expect("a link");
        let at = place("cur");
        assert_eq!(target.fs.look(&at).expect("a look").expect("there").kind, StatKind::Link);
        assert_eq!(Path::new(&target.fs.read_link(&at).expect("readable")), target.canary.join("a.so"));
        assert_eq!(kind_of(target.fs.open(&at)), ErrorKind::InvalidInput);
        target.fs.move_out(&tree("cur"), &ours("t/cur")).expect("out");
        let mode = mode_of(&target.canary.join("a.so"));
        assert_eq!(kind_of(target.fs.set_mode(&ours("t/cur"), Mode::new(0o777))), ErrorKind::InvalidInput);
        let attributes = target.fs.attributes(&Place::State(ours("t/cur"))).expect("readable");
        target.fs.set_attributes(&ours("t/cur"), &attributes).expect("set");
        target.fs.sync(&[Place::State(ours("t/cur"))]).expect("a link has nothing to sync");
        target.fs.hard_link(&Place::State(ours("t/cur")), &ours("t/cur2")).expect("linked");
        target.fs.remove_file(&ours("t/cur")).expect("removed");
        assert_eq!(mode_of(&target.canary.join("a.so")), mode);
        assert!(target.root.join(STATE_DIR).join("t/cur2").is_symlink());
        target.assert_canary_unchanged();
    });
}

#[test]
fn links_of_ours_are_made_as_they_are_spelled() {
    let target = Target::new().with_state();
    target.fs.make_link(&ours("t/link"), "../lib/a.so").expect("made");
    assert_eq!(target.fs.read_link(&Place::State(ours("t/link"))).expect("readable"), "../lib/a.so");
    assert_eq!(kind_of(target.fs.make_link(&ours("t/link"), "x")), ErrorKind::AlreadyExists);
}

#[test]
fn pipes_sockets_and_devices_are_named_and_never_waited_for() {
    for_each_resolver(|target| {
        make_pipe(&target.root.join("pipe"));
        let _socket = std::os::unix::net::UnixListener::bind(target.root.join("socket")).expect("a socket");
        let device = make_device(&target.root.join("device"));
        if !device {
            eprintln!("skipped: the device, which only root can make");
        }
        for (name, word) in [("pipe", "named pipe"), ("socket", "socket"), ("device", "device")] {
            if name == "device" && !device {
                continue;
            }
            let found = target.fs.look(&place(name)).expect("a look").expect("there");
            assert_eq!(found.kind, StatKind::Special(word));
            let error = target.fs.open(&place(name)).err().expect("it is refused");
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            assert!(error.to_string().contains(word), "{error}");
            assert!(target.fs.sync(&[place(name)]).is_err());
        }
    });
}

#[test]
fn a_root_that_is_a_link_names_the_real_folder() {
    let target = Target::new();
    let link = target.root.with_file_name("link");
    symlink(&target.root, &link).expect("a link");
    for spelled in [link.clone(), link.join("")] {
        match OsFs::open(&spelled) {
            Err(FolderError::IsLink { real, .. }) => {
                assert_eq!(real, target.root.canonicalize().expect("it exists"));
            }
            _ => panic!("{spelled:?} is refused as a link"),
        }
    }
}

#[test]
fn a_planted_lock_file_harms_nobody() {
    for_each_resolver(|target| {
        let target = target.with_state();
        let lock = target.root.join(STATE_DIR).join("lock");
        std::fs::remove_file(&lock).expect("removed");
        symlink(target.canary.join("a.so"), &lock).expect("a link");
        assert_eq!(kind_of(target.fs.lock(LockKind::Exclusive)), ErrorKind::InvalidInput);
        std::fs::remove_file(&lock).expect("removed");
        std::fs::hard_link(target.canary.join("a.so"), &lock).expect("a second name");
        assert_eq!(kind_of(target.fs.lock(LockKind::Exclusive)), ErrorKind::InvalidInput);
        std::fs::remove_file(&lock).expect("removed");
        make_pipe(&lock);
        assert_eq!(kind_of(target.fs.lock(LockKind::Shared)), ErrorKind::InvalidInput);
        target.assert_canary_unchanged();
    });
}

#[test]
fn the_state_folder_is_private() {
    let target = Target::new();
    let state = target.root.join(STATE_DIR);
    drop(target.fs.lock(LockKind::Exclusive).expect("an answer"));
    assert_eq!((mode_of(&state), mode_of(&state.join("lock"))), (0o700, 0o600));
    let holder = std::fs::read_to_string(state.join("lock")).expect("a text");
    assert!(holder.starts_with(&format!("process {} on ", std::process::id())), "{holder}");

    std::fs::set_permissions(&state, std::fs::Permissions::from_mode(0o777)).expect("changed");
    assert_eq!(kind_of(target.fs.lock(LockKind::Exclusive)), ErrorKind::PermissionDenied);
    std::fs::set_permissions(&state, std::fs::Permissions::from_mode(0o700)).expect("changed");
    if i_am_root() {
        std::os::unix::fs::chown(&state, Some(65534), None).expect("given away");
        assert_eq!(kind_of(target.fs.lock(LockKind::Shared)), ErrorKind::PermissionDenied);
    } else {
        eprintln!("skipped: a state folder of another user, which only root can make");
    }
}

#[test]
fn a_dead_holder_does_not_keep_the_lock() {
    let target = Target::new();
    drop(target.fs.lock(LockKind::Exclusive).expect("an answer"));
    let lock = target.root.join(STATE_DIR).join("lock");
    let Ok(mut holder) = std::process::Command::new("flock")
        .arg("--no-fork")
        .arg(&lock)
        .args(["sh", "-c", "echo held; exec sleep 60"])
        .stdout(std::process::Stdio::piped())
        .spawn()
    else {
        eprintln!("skipped: no program flock here");
        return;
    };
    let mut said = [0; 5];
    holder.stdout.take().expect("its output").read_exact(&mut said).expect("it says so");
    assert!(target.fs.lock(LockKind::Exclusive).expect("an answer").is_none());
    holder.kill().expect("killed");
    holder.wait().expect("it is gone");
    assert!(target.fs.lock(LockKind::Exclusive).expect("an answer").is_some());
}

#[test]
fn owner_and_extended_attributes_are_kept() {
    for_each_resolver(|target| {
        let target = target.with_state();
        let file = target.root.join("lib/a.so");
        let set = |name: &str, value: &[u8]| {
            fs::setxattr(&file, name, value, fs::XattrFlags::empty())
                .inspect_err(|error| eprintln!("skipped: {name}: {error}"))
                .is_ok()
        };
        let long = vec![b'x'; 3000];
        let kept = set("user.note", b"a\0b") && set("user.long", &long);
        // Version 2, user::rwx, user:1:r--, group::r--, mask::r--, other::r--.
        let mut acl = vec![2, 0, 0, 0];
        for (tag, bits, id) in
            [(1u16, 7u16, u32::MAX), (2, 4, 1), (4, 4, u32::MAX), (16, 4, u32::MAX), (32, 4, u32::MAX)]
        {
            acl.extend(tag.to_le_bytes().into_iter().chain(bits.to_le_bytes()).chain(id.to_le_bytes()));
        }
        let acl_kept = set("system.posix_acl_access", &acl);
        let trusted_kept = set("trusted.note", b"t");
        if i_am_root() {
            std::os::unix::fs::chown(&file, Some(1234), Some(4321)).expect("given away");
        } else {
            eprintln!("skipped: another owner, which only root can set");
        }

        let wanted = target.fs.attributes(&place("lib/a.so")).expect("readable");
        let new = target.stage("t/new", "new");
        let staged = target.root.join(STATE_DIR).join("t/new");
        if kept {
            let inherited = fs::XattrFlags::empty();
            fs::setxattr(&staged, "user.inherited", b"x", inherited).expect("set");
        }
        target.fs.set_attributes(&new, &wanted).expect("set");
        target.fs.set_mode(&new, Mode::new(0o744)).expect("set");

        assert_eq!(target.fs.attributes(&Place::State(new)).expect("readable"), wanted);
        let names = wanted.extended.keys().map(String::as_str).collect::<BTreeSet<_>>();
        assert_eq!(names.contains("user.note"), kept);
        assert_eq!(names.contains("system.posix_acl_access"), acl_kept);
        assert_eq!(names.contains("trusted.note"), trusted_kept);
        let seen = std::fs::metadata(staged).expect("there");
        assert_eq!(Some((seen.uid(), seen.gid())), wanted.owner);
        assert_eq!(seen.mode() & 0o7777, 0o744);
    });
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_not_utf8_is_spelled() {
    use std::os::unix::ffi::OsStrExt;
    let target = Target::new();
    std::fs::write(target.root.join(std::ffi::OsStr::from_bytes(b"caf\xe9")), "").expect("a file");
    let names = target.fs.list(&Place::Root).expect("names");
    assert_eq!(names.not_text, [r"caf\xe9"]);
    assert!(!names.text.is_empty(), "the others are told all the same");
}

#[test]
fn modes_are_exactly_what_was_asked_for() {
    for_each_resolver(|target| {
        let target = target.with_state();
        let state = target.root.join(STATE_DIR);
        target.fs.make_dir(&ours("t/dir"), Mode::new(0o777)).expect("made");
        let file = target.stage("t/file", "");
        assert_eq!((mode_of(&state.join("t/dir")), mode_of(&state.join("t/file"))), (0o777, 0o600));
        for bits in [0o4755, 0, 0o640] {
            // Mode 0 comes before 0640: what cannot be opened can still be given a mode.
            target.fs.set_mode(&file, Mode::new(bits)).expect("set");
            assert_eq!(mode_of(&state.join("t/file")), bits);
            target.fs.sync(&[Place::State(file.clone())]).expect("synced, readable or not");
        }
        target.fs.set_dir_mode(&tree("lib"), Mode::new(0o711)).expect("set");
        assert_eq!(mode_of(&target.root.join("lib")), 0o711);
        assert_eq!(kind_of(target.fs.set_dir_mode(&tree("lib/a.so"), Mode::DIR)), ErrorKind::NotADirectory);
    });
}

#[test]
fn a_product_path_cannot_name_the_state_folder() {
    let target = Target::new().with_state();
    for path in [".patchwright", ".patchwright/t", ".Patchwright/lock", "lib/../x", "/etc/hostname"] {
        if let Ok(path) = TreePath::parse(path) {
            assert_eq!(kind_of(target.fs.look(&Place::Tree(path))), ErrorKind::InvalidInput);
        }
    }
}

#[test]
fn obstacles_are_all_named() {
    let target = Target::new();
    let dir = target.root.join("lib");
    let obstacles = || target.fs.obstacles_to_change(&place("lib")).expect("an answer");
    if i_am_root() {
        eprintln!("skipped: missing rights, which root does not feel");
    } else {
        std::fs::set_permissions(&dir, std::fs::Permissions::from_mode(0o555)).expect("changed");
        assert_eq!(obstacles().len(), 1);
        assert!(obstacles()[0].contains("may not write"), "{:?}", obstacles());
        assert_eq!(target.fs.obstacles_to_move(&tree("lib")).expect("an answer").len(), 1);
        std::fs::set_permissions(&dir, std::fs::Permissions::from_mode(0o755)).expect("changed");
    }
    assert_eq!(kind_of(target.fs.obstacles_to_change(&place("missing"))), ErrorKind::NotFound);
    assert_eq!(kind_of(target.fs.obstacles_to_move(&tree("lib/missing"))), ErrorKind::NotFound);
}

#[cfg(target_os = "linux")]
#[test]
fn an_immutable_thing_is_an_obstacle() {
    use rustix::fs::{IFlags, ioctl_getflags, ioctl_setflags};
    let target = Target::new();
    for (path, flag, word) in
        [("lib/a.so", IFlags::IMMUTABLE, "immutable"), ("lib", IFlags::APPEND, "append-only")]
    {
        let handle = File::open(target.root.join(path)).expect("it opens");
        let before = ioctl_getflags(&handle).unwrap_or(IFlags::empty());
        if let Err(error) = ioctl_setflags(&handle, before | flag) {
            eprintln!("skipped: {word} on {path}: {error}");
            continue;
        }
        let obstacles = target.fs.obstacles_to_move(&tree(path)).expect("an answer");
        let folder = (path == "lib").then(|| target.fs.obstacles_to_change(&place(path)).expect("an answer"));
        ioctl_setflags(&handle, before).expect("taken back");
        let expected = [format!("it is marked as {word}")];
        assert_eq!(obstacles, [(Code::Rights, expected[0].clone())]);
        assert!(folder.is_none_or(|folder| folder == expected));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn features_of_memory_and_disk() {
    let here = Target::new();
    eprintln!("temporary folder: {:?}", here.fs.features());
    let Ok(memory) = tempfile::tempdir_in("/dev/shm") else {
        eprintln!("skipped: no /dev/shm here");
        return;
    };
    std::fs::write(memory.path().join("Name"), "").expect("a file");
    let features = OsFs::open(memory.path()).expect("it opens").features();
    let everything = Features {
        exchange: true,
        modes: true,
        overrides_modes: rustix::process::geteuid().is_root(),
        hard_links: true,
        case_sensitive: true,
        any_name: true,
        volume: Volume::Local,
    };
    assert_eq!(features, everything);
}

/// A thread lets the folder `lib` and a link to the canary trade places all the time.
fn while_somebody_flips_the_folder(target: &Target, work: impl FnOnce()) {
    let (dir, link) = (target.root.join("lib"), target.root.join("flip"));
    symlink(&target.canary, &link).expect("a link");
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let flipper = scope.spawn(|| {
            let mut flips = 0u32;
            while !stop.load(Ordering::Relaxed) || !flips.is_multiple_of(2) {
                let exchange = fs::RenameFlags::EXCHANGE;
                fs::renameat_with(CWD, &dir, CWD, &link, exchange).expect("flipped");
                flips += 1;
            }
            flips
        });
        work();
        stop.store(true, Ordering::Relaxed);
        let flips = flipper.join().expect("the flipper never fails");
        assert!(flips > 1000, "only {flips} flips");
    });
}

#[test]
fn a_folder_that_flips_to_a_link_never_leads_out() {
    for_each_resolver(|target| {
        let target = target.with_state();
        if !target.fs.features().exchange {
            eprintln!("skipped: nothing to flip with on this filesystem");
            return;
        }
        std::fs::set_permissions(&target.canary, std::fs::Permissions::from_mode(0o750)).expect("changed");
        let (mut went_through, mut refused) = (0, 0);
        while_somebody_flips_the_folder(&target, || {
            for n in 0..3000 {
                let staged = target.stage(&format!("t/{n}"), "new");
                let free = tree(&format!("lib/n{n}"));
                let file = tree("lib/a.so");
                let at = Place::Tree(file.clone());
                if let Ok(mut file) = target.fs.open(&at) {
                    let mut text = String::new();
                    file.read_to_string(&mut text).expect("readable");
                    assert_ne!(text, "canary");
                }
                let answers = [
                    target.fs.look(&at).map(drop),
                    target.fs.move_in(&staged, &free),
                    target.fs.set_dir_mode(&tree("lib"), Mode::new(0o700)),
                    target.fs.move_out(&file, &ours(&format!("t/out{n}"))),
                    target.fs.exchange(&ours(&format!("t/out{n}")), &free),
                    target.fs.move_in(&ours(&format!("t/out{n}")), &file),
                ];
                went_through += answers.iter().filter(|answer| answer.is_ok()).count();
                refused += answers.iter().filter(|answer| answer.is_err()).count();
            }
        });
        assert!(went_through > 100 && refused > 100, "{went_through} went through, {refused} were refused");
        target.assert_canary_unchanged();
        assert_eq!(mode_of(&target.canary), 0o750);
    });
}

#[cfg(target_os = "linux")]
#[test]
fn another_filesystem_below_the_target_is_refused() {
    /// Tells the test, when it runs again in a namespace of its own, where the mounts are.
    const MOUNTED: &str = "PATCHWRIGHT_TEST_MOUNTED";
    if let Some(root) = std::env::var_os(MOUNTED) {
        return mounts_are_refused(Path::new(&root));
    }
    let target = Target::new().with_state();
    for dir in ["memory", "twin"] {
        std::fs::create_dir(target.root.join(dir)).expect("a folder");
    }
    std::fs::write(target.root.join("file"), "").expect("a file");
    target.stage("one", "one");
    let script = "mount -t tmpfs none \"$1/memory\" && echo x >\"$1/memory/a.so\" && mkdir \"$1/memory/sub\" &&
        mount --bind \"$1/lib\" \"$1/twin\" && mount --bind \"$1/lib/a.so\" \"$1/file\" || exit 77
        exec \"$2\" --exact disk::fs::unix::tests::another_filesystem_below_the_target_is_refused --nocapture";
    let status = std::process::Command::new("unshare")
        .args(["--mount", "--map-root-user", "sh", "-c", script, "sh"])
        .arg(&target.root)
        .arg(std::env::current_exe().expect("this test"))
        .env(MOUNTED, &target.root)
        .status();
    let ran = target.root.join("ran").exists();
    match status {
        Ok(status) if ran => assert!(status.success(), "the test in the namespace failed"),
        other => eprintln!("skipped: cannot mount here ({other:?})"),
    }
}

#[cfg(target_os = "linux")]
fn mounts_are_refused(root: &Path) {
    std::fs::write(root.join("ran"), "").expect("a trace");
    for resolver in RESOLVERS {
        let fs = OsFs::open_with(root, Some(resolver)).expect("the folder opens");
        for path in ["memory", "twin", "file"] {
            let found = fs.look(&place(path)).expect("a look").expect("there");
            assert_eq!(found.kind, StatKind::Mount, "{path}");
            let obstacles = fs.obstacles_to_move(&tree(path)).expect("an answer");
            assert_eq!(obstacles[0], (Code::Rights, "another filesystem is mounted on it".to_owned()));
        }
        for path in ["memory", "twin"] {
            assert_all_refused(every_call(&fs, path), ErrorKind::CrossesDevices);
        }
        assert_eq!(kind_of(fs.open(&place("file"))), ErrorKind::CrossesDevices);
    }
}
