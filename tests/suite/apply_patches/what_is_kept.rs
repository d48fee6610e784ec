//! What no patch names is left alone to the last bit, and what a file has beside its content outlives the patch.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::{Command, Stdio};

use rustix::fs::{XattrFlags, getxattr, setxattr};

use crate::support::console::Console;
use crate::support::ordinary_user::{as_ordinary_user, give_to_ordinary_user};
use crate::support::sandbox::{Sandbox, Target, obstacles, order, skip};
use crate::support::trees::{Tree, noise, set_mode};

fn old() -> Tree {
    Tree::new().program("bin/app", "old").file("bin/neighbour", "n").file("gone/x", "x").file("gone/y", "y")
}

fn new() -> Tree {
    Tree::new().program("bin/app", "new").file("bin/neighbour", "n").file("bin/more", "m")
}

fn seen(target: &Target<'_>, path: &str) -> fs::Metadata {
    fs::symlink_metadata(target.path.join(path)).expect("it is there")
}

/// Everything about a file that can be seen without reading it.
fn look(target: &Target<'_>, path: &str) -> (u64, u32, u32, u32, u64, i64, i64) {
    let seen = seen(target, path);
    (seen.ino(), seen.mode(), seen.uid(), seen.gid(), seen.nlink(), seen.mtime(), seen.mtime_nsec())
}

#[test]
fn a_file_that_is_not_named_keeps_its_inode_and_its_times() {
    let sandbox = Sandbox::new();
    let bundle = sandbox.make(&old(), &new());
    let target = sandbox.install(&old());
    let before = look(&target, "bin/neighbour");
    target.must_apply(&bundle);
    assert_eq!(look(&target, "bin/neighbour"), before);
    target.must_roll_back();
    assert_eq!(look(&target, "bin/neighbour"), before);
}

#[test]
fn a_file_that_comes_back_is_the_very_same_one_and_has_the_present_as_its_time() {
    let sandbox = Sandbox::new();
    let bundle = sandbox.make(&old(), &new());
    let target = sandbox.install(&old());
    let places = ["bin/app", "gone/x", "gone/y"];
    let identity = |path: &str| {
        let (inode, mode, uid, gid, names, ..) = look(&target, path);
        (inode, mode, uid, gid, names)
    };
    let time = |path: &str| seen(&target, path).modified().expect("this system keeps times");
    let before = places.map(identity);
    let delivered = places.map(time);
    target.must_apply(&bundle);
    assert_ne!(identity("bin/app"), before[0], "a new content is a new file");
    let patched = time("bin/app");
    target.must_roll_back();
    assert_eq!(places.map(identity), before);
    assert!(time("bin/app") > patched, "what was built from the patched file is older");
    assert!(places.map(time).iter().zip(delivered).all(|(now, then)| *now > then));
}

#[test]
fn the_other_names_of_a_file_keep_its_old_content() {
    let sandbox = Sandbox::new();
    let bundle = sandbox.make(&old(), &new());
    let target = sandbox.install(&old());
    let other = sandbox.place("other-name");
    fs::hard_link(target.path.join("bin/app"), &other).expect("a second name");
    let notes = target.must_apply(&bundle);
    assert_eq!(notes, ["bin/app: has other names (hard links); they keep the old content"]);
    target.expect(&new());
    assert_eq!(fs::read(&other).expect("it is there"), b"old");
    // Whoever writes through the other name now does not reach the way back.
    fs::write(&other, "written later").expect("our own file");
    target.must_roll_back();
    target.expect(&old());
    assert_eq!(fs::read(&other).expect("it is there"), b"written later");
}

#[test]
fn a_file_that_is_replaced_keeps_its_extended_attributes() {
    let sandbox = Sandbox::new();
    let bundle = sandbox.make(&old(), &new());
    let target = sandbox.install(&old());
    let app = target.path.join("bin/app");
    if let Err(error) = setxattr(&app, "user.note", b"keep me", XattrFlags::empty()) {
        return skip("a_file_that_is_replaced_keeps_its_extended_attributes", &error.to_string());
    }
    target.must_apply(&bundle);
    target.expect(&new());
    assert_eq!(attribute(&app, "user.note").as_deref(), Some(&b"keep me"[..]));
    target.must_roll_back();
    assert_eq!(attribute(&app, "user.note").as_deref(), Some(&b"keep me"[..]));
}

/// An access list as Linux stores it: the owner and user 1234 may write, the group and the others may read.
#[cfg(target_os = "linux")]
fn access_list() -> Vec<u8> {
    const ANYBODY: u32 = u32::MAX;
    let entries: [(u16, u16, u32); 5] =
        [(0x01, 6, ANYBODY), (0x02, 6, 1234), (0x04, 4, ANYBODY), (0x10, 6, ANYBODY), (0x20, 4, ANYBODY)];
    let bytes = entries.iter().flat_map(|(tag, rights, id)| {
        [&tag.to_le_bytes()[..], &rights.to_le_bytes(), &id.to_le_bytes()].concat()
    });
    [2, 0, 0, 0].into_iter().chain(bytes).collect()
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_is_replaced_keeps_its_access_list() {
    const NAME: &str = "system.posix_acl_access";
    let sandbox = Sandbox::new();
    let (old, new) =
        (Tree::new().file_with_mode("f", "1", 0o664), Tree::new().file_with_mode("f", "2", 0o664));
    let bundle = sandbox.make(&old, &new);
    let target = sandbox.install(&old);
    let file = target.path.join("f");
    if let Err(error) = setxattr(&file, NAME, &access_list(), XattrFlags::empty()) {
        return skip("a_file_that_is_replaced_keeps_its_access_list", &error.to_string());
    }
    target.must_apply(&bundle);
    target.expect(&new);
    assert_eq!(attribute(&file, NAME), Some(access_list()));
    target.must_roll_back();
    assert_eq!(attribute(&file, NAME), Some(access_list()));
}

#[cfg(target_os = "linux")]
#[test]
fn what_is_new_in_a_shared_folder_has_the_access_list_that_the_folder_gives() {
    const STORY: &str = "what_is_new_in_a_shared_folder_has_the_access_list_that_the_folder_gives";
    const GIVES: &str = "system.posix_acl_default";
    let sandbox = Sandbox::new();
    let old = Tree::new().file("share/f", "1");
    let new = old.clone().file("share/new", "2").file("share/deep/new", "3");
    let bundle = sandbox.make(&old, &new);
    let target = sandbox.install(&old);
    if let Err(error) = setxattr(target.path.join("share"), GIVES, &access_list(), XattrFlags::empty()) {
        return skip(STORY, &error.to_string());
    }
    // What the system itself gives to what is made there.
    fs::write(target.path.join("share/by-hand"), "").expect("our own");
    let given = attribute(&target.path.join("share/by-hand"), "system.posix_acl_access");
    fs::remove_file(target.path.join("share/by-hand")).expect("our own");
    let named = |list: Option<Vec<u8>>| {
        list.map(|list| list[4..].chunks(8).map(|entry| entry[4..].to_vec()).collect::<Vec<_>>())
    };
    target.must_apply(&bundle);
    for new in ["share/new", "share/deep/new"] {
        let has = attribute(&target.path.join(new), "system.posix_acl_access");
        assert_eq!(named(has), named(given.clone()), "{new}");
    }
    assert_eq!(attribute(&target.path.join("share/deep"), GIVES), Some(access_list()));
    target.must_roll_back();
    target.expect(&old);
}

fn attribute(at: &Path, name: &str) -> Option<Vec<u8>> {
    let mut value = vec![0; 4096];
    let length = getxattr(at, name, &mut value[..]).ok()?;
    value.truncate(length);
    Some(value)
}

#[test]
fn a_file_that_is_replaced_keeps_its_owner() {
    let sandbox = Sandbox::new();
    let bundle = sandbox.make(&old(), &new());
    let target = sandbox.install(&old());
    for path in ["bin/app", "gone/x"] {
        if std::os::unix::fs::chown(target.path.join(path), Some(1234), Some(4321)).is_err() {
            return skip(
                "a_file_that_is_replaced_keeps_its_owner",
                "only the administrator can give files away",
            );
        }
    }
    target.must_apply(&bundle);
    assert_eq!((seen(&target, "bin/app").uid(), seen(&target, "bin/app").gid()), (1234, 4321));
    target.must_roll_back();
    target.expect(&old());
    for path in ["bin/app", "gone/x"] {
        assert_eq!((seen(&target, path).uid(), seen(&target, path).gid()), (1234, 4321), "{path}");
    }
}

#[test]
fn somebody_elses_file_is_refused_before_anything_happens() {
    let sandbox = Sandbox::new();
    let bundle = sandbox.make(&old(), &new());
    let target = sandbox.install(&old());
    give_to_ordinary_user(&sandbox.path(""));
    let somebody_elses = std::os::unix::fs::chown(target.path.join("bin/app"), Some(0), Some(0));
    let lines = somebody_elses.ok().and_then(|()| as_ordinary_user(|| obstacles(target.apply(&bundle))));
    let Some(lines) = lines else {
        return skip(
            "somebody_elses_file_is_refused_before_anything_happens",
            "nobody else's file can be had here",
        );
    };
    assert_eq!(
        lines,
        ["E-ATTRIBUTES bin/app: it belongs to 0:0, and the present user cannot give a new file that owner"]
    );
    target.expect(&old());
}

#[test]
fn what_comes_into_a_folder_that_shares_its_group_gets_the_group() {
    let sandbox = Sandbox::new();
    let bundle = sandbox.make(&old(), &new());
    let target = sandbox.install(&old());
    let folder = target.path.join("bin");
    if std::os::unix::fs::chown(&folder, None, Some(4321)).is_err() {
        return skip(
            "what_comes_into_a_folder_that_shares_its_group_gets_the_group",
            "only the administrator can give folders away",
        );
    }
    set_mode(&folder, 0o2755);
    target.must_apply(&bundle);
    let seen = seen(&target, "bin/more");
    assert_eq!(seen.gid(), 4321, "as if it had been made there");
    assert_eq!(fs::metadata(&folder).expect("it is there").permissions().mode() & 0o7777, 0o2755);
}

/// What comes with folders of its own into a folder that people share.
fn shared() -> (Tree, Tree) {
    let old = Tree::new().file("share/a", "a");
    (old.clone(), old.file("share/new/deep/b", "b").file("share/c", "c"))
}

#[test]
fn what_comes_with_its_folders_into_a_folder_that_shares_its_group_gets_the_group() {
    const STORY: &str = "what_comes_with_its_folders_into_a_folder_that_shares_its_group_gets_the_group";
    let sandbox = Sandbox::new();
    let (old, new) = shared();
    let bundle = sandbox.make(&old, &new);
    let target = sandbox.install(&old);
    let folder = target.path.join("share");
    if std::os::unix::fs::chown(&folder, None, Some(4321)).is_err() {
        return skip(STORY, "only the administrator can give folders away");
    }
    set_mode(&folder, 0o2755);
    target.must_apply(&bundle);
    for path in ["share/c", "share/new", "share/new/deep", "share/new/deep/b"] {
        assert_eq!(seen(&target, path).gid(), 4321, "{path}");
    }
    for path in ["share/new", "share/new/deep"] {
        assert_eq!(seen(&target, path).mode() & 0o7777, 0o2755, "{path} goes on sharing");
    }
    assert!(target.drift().is_empty(), "that is as it should be");
    // A later patch speaks of these folders as they were made elsewhere.
    let next = Tree::new().file("share/a", "a").file("share/new/other", "o");
    let next = sandbox.make_named("TEST-2", &new, &next);
    let command = format!(
        "apply {} {} --allow-unsigned --yes --allow-undo no-longer-needed",
        next.path.display(),
        target.path.display()
    );
    let run = Console::new(&sandbox).run(&command);
    assert_eq!(run.code, 0, "{run}");
    assert!(!folder.join("new/deep").exists());
    target.must_roll_back();
    assert_eq!(seen(&target, "share/new/deep").mode() & 0o7777, 0o2755);
    target.must_roll_back();
    assert!(!folder.join("new").exists());
    // Where nothing is shared, nothing is handed out.
    let alone = sandbox.install(&old);
    alone.must_apply(&bundle);
    assert_eq!(seen(&alone, "share/new").mode() & 0o7777, 0o755);
}

#[test]
fn a_patch_can_be_made_from_folders_that_share_their_group() {
    let sandbox = Sandbox::new();
    let (old, new) = shared();
    let (from, to) = (sandbox.lay_out(&old), sandbox.lay_out(&new));
    for folder in [from.join("share"), to.join("share"), to.join("share/new"), to.join("share/new/deep")] {
        set_mode(&folder, 0o2755);
    }
    let made = sandbox.make_from(&order("TEST-1", "", ""), &from, &to);
    let bundle = made.expect("nobody has to say what a folder gets from the one around it");
    // Wherever nothing is shared it comes without.
    let target = sandbox.install(&old);
    target.must_apply(&bundle);
    target.expect(&new);
}

#[test]
fn files_that_nobody_may_write_to_are_replaced_all_the_same() {
    let sandbox = Sandbox::new();
    let tree =
        |content: &str| Tree::new().file_with_mode("a", content, 0o444).file_with_mode("b/c", content, 0o400);
    let (old, new) = (tree("old"), tree("new"));
    let bundle = sandbox.make(&old, &new);
    let target = sandbox.install(&old);
    give_to_ordinary_user(&sandbox.path(""));
    let done = as_ordinary_user(|| target.round(&bundle, &old, &new));
    if done.is_none() {
        skip(
            "files_that_nobody_may_write_to_are_replaced_all_the_same",
            "the administrator stays administrator",
        );
    }
}

#[test]
fn a_folder_that_its_owner_may_not_write_to_is_refused_before_anything_happens() {
    let sandbox = Sandbox::new();
    let tree = |content: &str| {
        Tree::new().file("f", content).file("locked/x", content).dir_with_mode("locked", 0o555)
    };
    let (old, new) = (tree("old"), tree("new"));
    let bundle = sandbox.make(&old, &new);
    let target = sandbox.install(&old);
    give_to_ordinary_user(&sandbox.path(""));
    let lines = as_ordinary_user(|| obstacles(target.apply(&bundle)));
    set_mode(&target.path.join("locked"), 0o755);
    let Some(lines) = lines else {
        return skip(
            "a_folder_that_its_owner_may_not_write_to_is_refused_before_anything_happens",
            "the administrator stays administrator",
        );
    };
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(
        lines[0].starts_with("E-RIGHTS locked: the present user may not write in the folder"),
        "{lines:?}"
    );
}

#[test]
fn a_new_folder_that_its_owner_may_not_write_to_is_refused_before_anything_happens() {
    let sandbox = Sandbox::new();
    let old = Tree::new().file("f", "1");
    let new = Tree::new().file("f", "2").file("locked/x", "x").dir_with_mode("locked", 0o555);
    let bundle = sandbox.make(&old, &new);
    let told = "only an administrator can apply a patch with a new folder that its owner can't write to";
    let notes: Vec<_> = bundle.made.notes.iter().map(|note| (note.path.as_deref(), &*note.text)).collect();
    assert_eq!(notes, [(Some("locked"), told)]);
    let target = sandbox.install(&old);
    give_to_ordinary_user(&sandbox.path(""));
    let lines = as_ordinary_user(|| obstacles(target.apply(&bundle)));
    let Some(lines) = lines else {
        return skip(
            "a_new_folder_that_its_owner_may_not_write_to_is_refused_before_anything_happens",
            "the administrator stays administrator",
        );
    };
    let told = "would be a new folder that its owner can't write to, so you can't create it";
    assert_eq!(lines, [format!("E-RIGHTS locked: {told}")]);
    assert!(!target.has_state(), "nothing was begun");
    target.expect(&old);
}

#[test]
fn the_administrator_puts_in_and_takes_out_a_folder_that_nobody_may_write_to() {
    if !rustix::process::geteuid().is_root() {
        return skip(
            "the_administrator_puts_in_and_takes_out_a_folder_that_nobody_may_write_to",
            "this is not the administrator",
        );
    }
    let old = Tree::new().file("f", "1");
    let new = Tree::new().file("f", "2").file("locked/x", "x").dir_with_mode("locked", 0o555);
    Sandbox::new().round(&old, &new);
    Sandbox::new().round(&new, &old);
}

#[test]
fn a_running_program_is_replaced_and_runs_on() {
    let program = Path::new("/bin/sleep");
    let Ok(bytes) = fs::read(program) else {
        return skip("a_running_program_is_replaced_and_runs_on", "there is no /bin/sleep");
    };
    let sandbox = Sandbox::new();
    let (old, new) =
        (Tree::new().program("bin/app", bytes), Tree::new().program("bin/app", noise(1, 50_000)));
    let bundle = sandbox.make(&old, &new);
    let target = sandbox.install(&old);
    // A program that looks at its own name to see what it is would not do under another one.
    let mut running = match Command::new(target.path.join("bin/app")).arg("60").stdin(Stdio::null()).spawn() {
        Ok(running) => running,
        Err(error) => return skip("a_running_program_is_replaced_and_runs_on", &error.to_string()),
    };
    let mut still_runs = || running.try_wait().expect("a child of ours").is_none();
    let before = still_runs();
    target.must_apply(&bundle);
    target.expect(&new);
    let after = still_runs();
    target.must_roll_back();
    target.expect(&old);
    let at_last = still_runs();
    running.kill().and_then(|()| running.wait().map(drop)).expect("a child of ours");
    if !before {
        return skip(
            "a_running_program_is_replaced_and_runs_on",
            "/bin/sleep does not run under another name",
        );
    }
    assert!(after && at_last, "the running program ended");
}
