//! Looking leaves no trace: proven call by call, on a folder that nobody may write to, and on a disk that is mounted
//! read-only.

use std::path::{Path, PathBuf};

use patchwright::plan::OnDrift;
use patchwright::workbench::{Error, Overrides, RollbackOptions, Which, Workbench};

use crate::support::fault_fs::Call;
use crate::support::sandbox::{
    Bundle, Sandbox, UNSIGNED, environment, obstacles, order, unwatched, watched_bench,
};
use crate::support::trees::{Tree, links_work};

/// The calls that change nothing.
const READING: [&str; 10] = [
    "attributes",
    "list",
    "lock_shared",
    "look",
    "obstacles_to_change",
    "obstacles_to_move",
    "open",
    "read",
    "read_link",
    "space",
];

fn old() -> Tree {
    let tree = Tree::new().program("bin/app", "old").file("conf/app.toml", "a = 1\n").file("lib/gone/x", "x");
    if links_work() { tree.link("current", "bin") } else { tree }
}

fn new() -> Tree {
    let tree = Tree::new().program("bin/app", "new").file("conf/app.toml", "a = 2\n").file("share/n", "n");
    if links_work() { tree.link("current", "share") } else { tree }
}

/// Looks at a folder in every way there is.
fn look(bench: &Workbench, bundle: &Path, target: &Path) {
    let back = |which| RollbackOptions {
        overrides: Overrides::UNSIGNED,
        which,
        on_drift: OnDrift::KeepCopy,
        expected: None,
        scripts: Default::default(),
        occasion: Default::default(),
        withdrawn: Vec::new(),
    };
    unwatched(|watch| {
        let _ = bench.status(target, watch).expect("a status");
        let _ = bench.history(target).expect("a history");
        let _ = bench.preview(bundle, target, watch).expect("a preview");
        bench.changes(bundle, &[], Some(target), watch, &mut |_| ()).expect("the changes");
        for which in [Which::Last, Which::LastRollback, Which::Patch("TEST-1".to_owned())] {
            // There may be nothing to take back: looking for it leaves no trace either.
            let _ = bench.preview_rollback(target, &back(which), watch);
        }
    });
}

#[track_caller]
fn assert_only_reading(calls: &[Call]) {
    assert!(!calls.is_empty(), "somebody looked");
    let other: Vec<_> = calls.iter().filter(|call| !READING.contains(&call.kind)).collect();
    assert!(other.is_empty(), "calls that may change something: {other:?}");
}

/// Every state that a folder may be in when somebody looks at it.
fn folders(sandbox: &Sandbox) -> (Bundle, Vec<(&'static str, PathBuf)>) {
    let bundle = sandbox.make(&old(), &new());
    let untouched = sandbox.install(&old());
    let applied = sandbox.install(&old());
    applied.must_apply(&bundle);
    let taken_back = sandbox.install(&old());
    taken_back.must_apply(&bundle);
    taken_back.must_roll_back();
    let drifted = sandbox.install(&old());
    drifted.must_apply(&bundle);
    drifted.edit("conf/app.toml", "edited");
    let folders =
        [("untouched", untouched), ("applied", applied), ("rolled back", taken_back), ("drifted", drifted)];
    (bundle, folders.into_iter().map(|(name, target)| (name, target.path)).collect())
}

#[test]
fn looking_makes_no_call_that_changes_anything() {
    let sandbox = Sandbox::new();
    let (bundle, folders) = folders(&sandbox);
    for (name, folder) in folders {
        let (bench, calls) = watched_bench();
        let before = everything(&folder);
        look(&bench, &bundle.path, &folder);
        assert_only_reading(&calls());
        assert_eq!(everything(&folder), before, "{name}: a look leaves every name, size and time as it is");
    }
}

#[test]
fn a_patch_that_is_refused_or_declined_makes_no_call_that_changes_anything() {
    let sandbox = Sandbox::new();
    let bundle = sandbox.make(&old(), &new());
    let drifted = sandbox.install(&old().file("conf/app.toml", "edited"));
    let done = sandbox.install(&new());
    let target = sandbox.install(&old());
    let (bench, calls) = watched_bench();
    unwatched(|watch| {
        let declined = bench.apply(&bundle.path, &target.path, Default::default(), watch);
        assert!(matches!(declined, Err(Error::NotTrusted { .. })), "{declined:?}");
        assert_eq!(obstacles(bench.apply(&bundle.path, &drifted.path, UNSIGNED, watch)).len(), 1);
        let nothing = bench.apply(&bundle.path, &done.path, UNSIGNED, watch).expect("there is nothing to do");
        assert!(nothing.entry.is_none());
        for folder in [&target.path, &drifted.path, &done.path] {
            let last = RollbackOptions {
                overrides: Overrides::UNSIGNED,
                which: Which::Last,
                on_drift: OnDrift::Stop,
                expected: None,
                scripts: Default::default(),
                occasion: Default::default(),
                withdrawn: Vec::new(),
            };
            assert_eq!(
                obstacles(bench.roll_back(folder, &last, watch)),
                ["E-UNKNOWN-PATCH: no patch is applied here, so there is nothing to roll back"]
            );
            assert!(bench.accept(folder, None).expect("there is nothing to do").patches.is_empty());
        }
    });
    assert_only_reading(&calls());
    for folder in [drifted, done, target] {
        assert!(!folder.has_state(), "not even a state folder is made");
    }
}

#[test]
fn a_rollback_that_is_refused_makes_no_call_that_changes_anything() {
    let sandbox = Sandbox::new();
    let bundle = sandbox.make(&old(), &new());
    let target = sandbox.install(&old());
    target.must_apply(&bundle);
    target.edit("conf/app.toml", "edited");
    let before = everything(&target.path);
    let (bench, calls) = watched_bench();
    let last = RollbackOptions {
        overrides: Overrides::UNSIGNED,
        which: Which::Last,
        on_drift: OnDrift::Stop,
        expected: None,
        scripts: Default::default(),
        occasion: Default::default(),
        withdrawn: Vec::new(),
    };
    assert_eq!(obstacles(unwatched(|watch| bench.roll_back(&target.path, &last, watch))).len(), 1);
    assert_only_reading(&calls());
    assert_eq!(everything(&target.path), before);
}

/// Every name with what can be seen of it without reading, our own records included.
fn everything(folder: &Path) -> Vec<String> {
    let mut seen = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let found = std::fs::symlink_metadata(&path).expect("it was listed");
            let modified = found.modified().expect("a time");
            seen.push(format!("{path:?} {:?} {} {modified:?}", found.permissions(), found.len()));
            if found.is_dir() {
                folders.push(path);
            }
        }
    }
    seen.sort();
    seen
}

#[cfg(unix)]
#[test]
fn a_folder_that_nobody_may_write_to_can_be_looked_at() {
    use crate::support::ordinary_user::{as_ordinary_user, give_to_ordinary_user};
    use crate::support::sandbox::{skip, spell};
    use crate::support::trees::set_mode;
    let sandbox = Sandbox::new();
    let bundle = sandbox.make(&old(), &new());
    let target = sandbox.install(&old());
    for (path, _) in old().iter().filter(|(path, _)| !path.contains('.') && *path != "current") {
        set_mode(&target.path.join(path), 0o555);
    }
    set_mode(&target.path, 0o555);
    give_to_ordinary_user(&sandbox.path(""));
    let seen = as_ordinary_user(|| {
        look(sandbox.bench(), &bundle.path, &target.path);
        target.preview(&bundle).expect("a preview").preview
    });
    for (path, _) in old().iter().filter(|(path, _)| !path.contains('.') && *path != "current") {
        set_mode(&target.path.join(path), 0o755);
    }
    set_mode(&target.path, 0o755);
    let Some(seen) = seen else {
        return skip(
            "a_folder_that_nobody_may_write_to_can_be_looked_at",
            "an administrator may write anywhere",
        );
    };
    let lines: Vec<String> = seen.obstacles.iter().map(spell).collect();
    for folder in [".", "bin", "lib/gone"] {
        let start = format!("E-RIGHTS {folder}: the present user may not write in the folder");
        assert!(lines.iter().any(|line| line.starts_with(&start)), "{folder}: {lines:#?}");
    }
}

/// Names the bundle and the target for the other half of the next test.
const READ_ONLY: &str = "PATCHWRIGHT_TEST_READ_ONLY";

/// Not a story but the other half of the next one: the process that sees the read-only disk.
#[test]
fn the_reader_of_a_read_only_disk_sees_everything() {
    let Some(names) = std::env::var_os(READ_ONLY) else { return };
    let names = names.into_string().expect("our own names");
    let (bundle, target) = names.split_once('|').expect("two names");
    let (bundle, target) = (Path::new(bundle), Path::new(target));
    assert!(std::fs::write(target.join("probe"), "x").is_err(), "the disk is not read-only");
    let bench = Workbench::new(environment());
    look(&bench, bundle, target);
    let applied = unwatched(|watch| bench.apply(bundle, target, UNSIGNED, watch));
    let lines = obstacles(applied);
    assert!(lines.contains(&"E-RIGHTS: this disk is read-only".to_owned()), "{lines:#?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_read_only_disk_can_be_looked_at() {
    use crate::support::sandbox::skip;
    let sandbox = Sandbox::new();
    let first = sandbox.make(&old(), &new());
    let second = sandbox.make_named("TEST-2", &new(), &old().file("conf/app.toml", "a = 3\n"));
    let target = sandbox.install(&old());
    target.must_apply(&first);
    let this_program = std::env::current_exe().expect("a test knows its program");
    let mount = "mount --bind \"$1\" \"$1\" && mount -o remount,ro,bind \"$1\" && echo mounted && exec \"$2\" --exact \"$3\"";
    let child = std::process::Command::new("unshare")
        .args(["-rm", "sh", "-c", mount, "sh"])
        .arg(&target.path)
        .arg(this_program)
        .arg("preview_changes::writes_nothing::the_reader_of_a_read_only_disk_sees_everything")
        .env(READ_ONLY, format!("{}|{}", second.path.display(), target.path.display()))
        .output();
    let why_not = match &child {
        Ok(child) if child.stdout.starts_with(b"mounted") => None,
        Ok(child) => Some(String::from_utf8_lossy(&child.stderr).into_owned()),
        Err(error) => Some(error.to_string()),
    };
    if let Some(why_not) = why_not {
        return skip("a_read_only_disk_can_be_looked_at", &format!("no read-only mount: {why_not}"));
    }
    let child = child.expect("it ran");
    let said = String::from_utf8_lossy(&child.stdout).into_owned() + &String::from_utf8_lossy(&child.stderr);
    assert!(child.status.success() && said.contains("1 passed"), "{said}");
    target.expect(&new());
}

#[test]
fn a_check_that_changes_something_would_be_noticed() {
    // The proof above is worth something only if a call that changes something is among those that are watched.
    let sandbox = Sandbox::new();
    let bundle = sandbox.try_to_make(&order("TEST-1", "", ""), &old(), &new()).expect("a bundle");
    let target = sandbox.install(&old());
    let (bench, calls) = watched_bench();
    let applied = unwatched(|watch| bench.apply(&bundle.path, &target.path, UNSIGNED, watch));
    assert!(applied.is_ok_and(|applied| applied.untidy.is_none()));
    let calls = calls();
    for kind in ["lock", "create", "write", "sync", "move_in", "move_out"] {
        assert!(calls.iter().any(|call| call.kind == kind), "{kind} is not watched");
    }
}
