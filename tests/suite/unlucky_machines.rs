//! What an unlucky machine does to a folder: a program that goes on writing, names that nobody expects, a folder that moves
//! or vanishes, records that are not tidied away yet, another user. Nothing is lost, and what is said is true.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use patchwright::disk::fs::{Fs, STATE_DIR};
use patchwright::workbench::Workbench;

use crate::support::console::{Console, Run};
use crate::support::fault_fs::{At, Errno, Fault, FaultFs, Lasting};
use crate::support::sandbox::{Bundle, Sandbox, Target, UNSIGNED, bench_on, unwatched};
use crate::support::trees::Tree;

fn old() -> Tree {
    Tree::new().file("app.log", "start\n").file("bin/app", "old app").file("gone/page", "page")
}

fn new() -> Tree {
    Tree::new().file("app.log", "start\nnew\n").file("bin/app", "new app")
}

fn applied(sandbox: &Sandbox) -> (Bundle, Target<'_>) {
    let bundle = sandbox.make(&old(), &new());
    let target = sandbox.install(&old());
    target.must_apply(&bundle);
    (bundle, target)
}

/// Runs a command about `target` as somebody types it; `@` stands for the folder.
fn typed(sandbox: &Sandbox, target: &Path, command: &str) -> Run {
    Console::new(sandbox).run(&command.replace('@', target.to_str().expect("a plain name")))
}

/// Every file below `folder`, with its content.
fn files_below(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else { return found };
    for entry in entries {
        let path = entry.expect("it can be listed").path();
        match path.is_dir() {
            true => found.extend(files_below(&path)),
            false => found.extend(fs::read(&path).map(|bytes| (path.clone(), bytes))),
        }
    }
    found
}

fn holds(folder: &Path, wanted: &[u8]) -> bool {
    files_below(folder).iter().any(|(_, bytes)| bytes == wanted)
}

fn conflicts(target: &Target<'_>) -> PathBuf {
    target.path.join(STATE_DIR).join("conflict")
}

// A program that goes on writing.

#[test]
#[cfg(target_os = "linux")]
fn a_program_that_goes_on_writing_to_a_patched_file_keeps_nobody_from_rolling_back() {
    use std::io::Write;

    let sandbox = Sandbox::new();
    let bundle = sandbox.make(&old(), &new());
    let target = sandbox.install(&old());
    let mut service =
        fs::OpenOptions::new().append(true).open(target.path.join("app.log")).expect("it is there");
    target.must_apply(&bundle);
    service.write_all(b"written by a service\n").expect("it writes");
    target.must_roll_back();
    target.expect(&old());
    assert!(holds(&conflicts(&target), b"start\nwritten by a service\n"), "what it wrote is kept");
}

#[test]
#[cfg(target_os = "linux")]
fn what_a_program_wrote_after_the_patch_outlives_keeping_the_patch_for_good() {
    use std::io::Write;

    let sandbox = Sandbox::new();
    let bundle = sandbox.make(&old(), &new());
    let target = sandbox.install(&old());
    let mut service =
        fs::OpenOptions::new().append(true).open(target.path.join("app.log")).expect("it is there");
    target.must_apply(&bundle);
    service.write_all(b"written by a service\n").expect("it writes");
    let _ = sandbox.bench().accept(&target.path, None).expect("it is kept for good");
    assert!(holds(&conflicts(&target), b"start\nwritten by a service\n"), "what it wrote is kept");
}

#[test]
fn a_file_that_nobody_writes_to_leaves_nothing_aside() {
    let sandbox = Sandbox::new();
    let (_, target) = applied(&sandbox);
    target.must_roll_back();
    target.expect(&old());
    assert!(!conflicts(&target).exists());
}

/// The safe copy of `app.log`, which something went on writing to unseen.
fn damage_the_safe_copy(target: &Target<'_>) {
    let kept = target.path.join(STATE_DIR).join("undo/00000001/objects");
    let (path, _) =
        files_below(&kept).into_iter().find(|(_, bytes)| bytes == b"start\n").expect("a safe copy is kept");
    // After everything that the change wrote, on whatever clock the disk has.
    std::thread::sleep(std::time::Duration::from_millis(20));
    fs::write(path, "start\nunseen\n").expect("it is ours");
}

#[test]
fn one_damaged_safe_copy_is_named_and_the_rest_can_be_rolled_back() {
    let sandbox = Sandbox::new();
    let (_, target) = applied(&sandbox);
    damage_the_safe_copy(&target);
    let before = target.tree();
    let refused = typed(&sandbox, &target.path, "rollback @ --yes");
    assert!(
        refused.code == 3 && refused.err.contains("app.log") && refused.err.contains("--leave-damaged"),
        "{}",
        refused.err
    );
    target.expect(&before);
    let rest = typed(&sandbox, &target.path, "rollback @ --yes --leave-damaged");
    assert!(rest.code == 0 && rest.out.contains("app.log is left as it is"), "{}{}", rest.out, rest.err);
    target.expect(&old().file("app.log", "start\nnew\n"));
    assert!(holds(&conflicts(&target), b"start\nunseen\n"), "the newer content is kept aside");
    assert!(target.installed().is_empty());
}

#[test]
fn the_old_content_of_a_damaged_safe_copy_comes_out_of_a_patch_file_that_has_it() {
    let sandbox = Sandbox::new();
    let (_, target) = applied(&sandbox);
    damage_the_safe_copy(&target);
    // The other way round, it brings what was there before.
    let back = sandbox.make_named("TEST-BACK", &new(), &old());
    let run = typed(&sandbox, &target.path, &format!("rollback @ --yes --from {}", back.path.display()));
    assert_eq!(run.code, 0, "{}", run.err);
    target.expect(&old());
    assert!(holds(&conflicts(&target), b"start\nunseen\n"), "the newer content is kept aside");
}

// Names that nobody expects.

#[cfg(unix)]
const ODD_NAMES: [&[u8]; 5] = [b"a b", "ä".as_bytes(), b"\xff", b"a\nb", b"c++.h"];

#[test]
#[cfg(unix)]
fn what_somebody_put_among_our_things_is_kept_whatever_it_is_called() {
    use std::os::unix::ffi::OsStrExt;
    for name in ODD_NAMES.into_iter().chain([&b"log"[..]]) {
        let sandbox = Sandbox::new();
        let (bundle, target) = applied(&sandbox);
        // A daemon whose working directory is a folder that the patch removed writes into it.
        let taken_out = fs::read_dir(target.path.join(STATE_DIR).join("undo/00000001/objects"))
            .expect("safe copies are kept")
            .map(|entry| entry.expect("it can be listed").path())
            .find(|path| path.is_dir())
            .expect("the folder is among them");
        fs::write(taken_out.join(std::ffi::OsStr::from_bytes(name)), "a line").expect("it writes");
        for command in ["accept @ --yes", "status @", "accept @ --yes"] {
            let run = typed(&sandbox, &target.path, command);
            assert_eq!(run.code, 0, "{name:?}: {command}: {}", run.err);
        }
        assert!(holds(&conflicts(&target), b"a line"), "{name:?} is kept");
        let again = target.apply(&bundle);
        assert!(again.is_ok(), "{name:?}: {again:?}");
    }
}

#[test]
#[cfg(unix)]
fn odd_names_in_every_folder_of_the_records_lock_nobody_out() {
    use std::os::unix::ffi::OsStrExt;
    for name in ODD_NAMES {
        for folder in ["", "history", "undo", "undo/00000001", "dead", "conflict"] {
            let sandbox = Sandbox::new();
            let (_, target) = applied(&sandbox);
            let place = target.path.join(STATE_DIR).join(folder);
            fs::create_dir_all(&place).expect("it is ours");
            fs::write(place.join(std::ffi::OsStr::from_bytes(name)), "theirs").expect("it writes");
            target.must_roll_back();
            target.expect(&old());
            assert!(holds(&target.path.join(STATE_DIR), b"theirs"), "{name:?} in {folder:?} is kept");
        }
    }
}

// A folder that moves or vanishes.

/// A console whose folder is renamed, and another one put in its place, at a call of its disk.
#[cfg(unix)]
fn renaming_at<'a>(sandbox: &'a Sandbox, folder: &Path, call: &'static str, nth: usize) -> Console<'a> {
    let folder = folder.to_owned();
    Console::new(sandbox).with_disks(move |disk| {
        let folder = folder.clone();
        Arc::new(FaultFs::interfered(disk, At::CallOf(call, nth), move || {
            fs::rename(&folder, folder.with_extension("away")).expect("it can be renamed");
            old().write_to(&folder);
        }))
    })
}

#[test]
#[cfg(unix)]
fn a_folder_that_is_renamed_before_the_swap_is_left_as_it_is() {
    let sandbox = Sandbox::new();
    let bundle = sandbox.make(&old(), &new());
    let target = sandbox.install(&old());
    let command = format!("apply {} {} --yes --allow-unsigned", bundle.path.display(), target.path.display());
    let run = renaming_at(&sandbox, &target.path, "create", 4).run(&command);
    let away = target.path.with_extension("away");
    assert!(run.code == 3 && run.err.contains("away"), "{}: {}", run.code, run.err);
    old().assert_is(&away, "where it is now");
    target.expect(&old());
    assert!(!target.has_state(), "the other folder was not touched");
}

#[test]
#[cfg(unix)]
fn a_folder_that_is_renamed_while_it_changes_is_named_where_it_is() {
    let sandbox = Sandbox::new();
    let bundle = sandbox.make(&old(), &new());
    let target = sandbox.install(&old());
    let command = format!("apply {} {} --yes --allow-unsigned", bundle.path.display(), target.path.display());
    let run = renaming_at(&sandbox, &target.path, "exchange", 1).run(&command);
    let away = target.path.with_extension("away");
    assert!(run.code == 6 && run.err.contains("away"), "{}: {}", run.code, run.err);
    assert!(
        run.err.contains("The change itself is done") && !run.err.contains("Nothing was changed"),
        "{}",
        run.err
    );
    new().assert_is(&away, "where it is now");
    target.expect(&old());
}

#[test]
fn a_folder_that_somebody_removed_comes_back_with_a_rollback_and_with_a_repair() {
    let [old, new] = [1, 2].map(|n| {
        Tree::new().file("conf/deep/app.conf", format!("port = {n}\n")).file("bin/app", format!("app {n}"))
    });
    for command in ["rollback @ --yes --keep-edits", "repair @ --yes"] {
        let sandbox = Sandbox::new();
        let bundle = sandbox.make(&old, &new);
        let target = sandbox.install(&old);
        target.must_apply(&bundle);
        fs::remove_dir_all(target.path.join("conf")).expect("it is there");
        let from = match command.starts_with("repair") {
            true => format!(" --from {}", bundle.path.display()),
            false => String::new(),
        };
        let run = typed(&sandbox, &target.path, &format!("{command}{from}"));
        assert_eq!(run.code, 0, "{command}: {}", run.err);
        assert!(run.out.contains("the folder was deleted; it is restored"), "{}", run.out);
        target.expect(if command.starts_with("repair") { &new } else { &old });
    }
}

// Records that are not tidied away yet.

#[test]
fn what_is_committed_and_not_tidied_away_is_seen_as_if_it_were() {
    for rename in 3.. {
        let sandbox = Sandbox::new();
        let bundle = sandbox.make(&old(), &new());
        let target = sandbox.install(&old());
        let failing = bench_on(move |disk| {
            let at = At::CallOf("rename", rename);
            Arc::new(FaultFs::failing(Arc::new(disk), at, Fault::Fails(Errno::Access), Lasting::FromThenOn))
        });
        let applied = sandbox_apply(&failing, &bundle, &target.path);
        let is_untidy = target.path.join(STATE_DIR).join("t").exists();
        assert!(applied, "rename {rename} comes after the commit");
        for command in ["status @", "history @", "rollback @ --yes"] {
            let run = typed(&sandbox, &target.path, command);
            assert_eq!(run.code, 0, "rename {rename}: {command}: {}", run.err);
        }
        target.expect(&old());
        if !is_untidy {
            break;
        }
    }
}

fn sandbox_apply(bench: &Workbench, bundle: &Bundle, target: &Path) -> bool {
    unwatched(|watch| bench.apply(&bundle.path, target, UNSIGNED, watch).is_ok())
}

// A fault of the program.

#[test]
fn a_fault_of_the_program_ends_with_an_exit_code_of_the_contract() {
    for (call, nth, code) in [("look", 1, 6), ("create", 2, 1), ("exchange", 1, 5)] {
        let sandbox = Sandbox::new();
        let bundle = sandbox.make(&old(), &new());
        let target = sandbox.install(&old());
        let faulty = Console::new(&sandbox).with_disks(move |disk: Arc<dyn Fs>| {
            Arc::new(FaultFs::failing(disk, At::CallOf(call, nth), Fault::Panics, Lasting::Once))
        });
        let command =
            format!("apply {} {} --yes --allow-unsigned", bundle.path.display(), target.path.display());
        let run = faulty.run(&command);
        assert!(run.err.contains("a fault") && run.err.contains("program itself failed"), "{}", run.err);
        assert_eq!(run.code, code, "{call} {nth}: {}", run.err);
        target.expect(&old());
        assert!(target.status().unfinished.is_none());
    }
}

// Files that run out, times, Git.

#[test]
#[cfg(unix)]
fn running_out_of_open_files_is_said_as_that() {
    let sandbox = Sandbox::new();
    let bundle = sandbox.make(&old(), &new());
    let target = sandbox.install(&old());
    let failing = Console::new(&sandbox).with_disks(|disk| {
        Arc::new(FaultFs::failing(
            disk,
            At::CallOf("create", 3),
            Fault::Fails(Errno::TooManyOpen),
            Lasting::Once,
        ))
    });
    let command = format!("apply {} {} --yes --allow-unsigned", bundle.path.display(), target.path.display());
    let run = failing.run(&command);
    assert!(run.code == 1 && run.err.contains("too many files are open"), "{}: {}", run.code, run.err);
    target.expect(&old());
}

#[test]
#[cfg(unix)]
fn a_file_that_was_rolled_back_is_newer_than_what_was_built_from_the_patched_one() {
    let long_ago = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_577_836_800);
    let sandbox = Sandbox::new();
    let bundle = sandbox.make(&old(), &new());
    let target = sandbox.install(&old());
    let time =
        |path: &str| fs::metadata(target.path.join(path)).and_then(|found| found.modified()).expect("a time");
    for path in ["bin/app", "app.log"] {
        let file = fs::File::options().write(true).open(target.path.join(path)).expect("it is there");
        file.set_modified(long_ago).expect("it is ours");
    }
    target.must_apply(&bundle);
    std::thread::sleep(std::time::Duration::from_millis(20));
    target.edit("built", "from the patched one");
    std::thread::sleep(std::time::Duration::from_millis(20));
    target.must_roll_back();
    assert!(time("bin/app") > time("built"), "`make` builds it again");
}

#[test]
fn git_does_not_see_the_records() {
    let sandbox = Sandbox::new();
    let (_, target) = applied(&sandbox);
    let ignored = fs::read_to_string(target.path.join(STATE_DIR).join(".gitignore"));
    assert_eq!(ignored.expect("it is there"), "*\n");
}

#[test]
#[cfg(target_os = "linux")]
fn holes_of_a_file_are_kept() {
    use std::os::unix::fs::MetadataExt;
    let image = |first: u8| {
        let mut bytes = vec![0; 8 << 20];
        bytes[0] = first;
        bytes
    };
    let [old, new] = [1, 2].map(|first| Tree::new().file("disk.img", image(first)));
    let sandbox = Sandbox::new();
    let bundle = sandbox.make(&old, &new);
    let target = sandbox.install(&old);
    target.must_apply(&bundle);
    target.expect(&new);
    let found = fs::metadata(target.path.join("disk.img")).expect("it is there");
    assert!(found.blocks() * 512 < found.len() / 4, "{} blocks for {} bytes", found.blocks(), found.len());
    target.must_roll_back();
    target.expect(&old);
}
