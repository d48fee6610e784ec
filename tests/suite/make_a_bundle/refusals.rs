//! What cannot be applied later is not made: all reasons at once, and nothing left behind.

use patchwright::workbench::ProofChoice;

use crate::support::sandbox::{Sandbox, obstacles, order, skip};
use crate::support::trees::{Tree, links_work};

fn refused(old: &Tree, new: &Tree) -> Vec<String> {
    refused_with(&order("TEST-1", "", ""), old, new)
}

fn refused_with(order: &str, old: &Tree, new: &Tree) -> Vec<String> {
    let sandbox = Sandbox::new();
    let reasons = obstacles(sandbox.try_to_make(order, old, new));
    let left: Vec<_> = std::fs::read_dir(sandbox.path("")).expect("our own folder").collect();
    assert!(left.is_empty(), "a refusal leaves nothing behind: {left:?}");
    reasons
}

fn base() -> Tree {
    Tree::new().file("app", "1")
}

#[test]
fn two_equal_folders_make_no_patch() {
    assert_eq!(refused(&base(), &base()), ["E-ORDER: the two folders are the same"]);
}

#[test]
fn a_link_that_leads_out_is_refused() {
    if !links_work() {
        return skip("a_link_that_leads_out_is_refused", "this system keeps no symbolic links");
    }
    let new = base().link("abs", "/etc/passwd").link("lib/up", "../../x");
    assert_eq!(
        refused(&base(), &new),
        [
            "E-ORDER abs: the link may not point to \"/etc/passwd\": a path starts at the root of the disk",
            "E-ORDER lib/up: the link may not point to \"../../x\": a link leads out of the folder",
        ]
    );
}

#[test]
fn a_link_that_leads_out_may_go() {
    if !links_work() {
        return skip("a_link_that_leads_out_may_go", "this system keeps no symbolic links");
    }
    let old = base().link("abs", "/etc/passwd").link("lib/up", "../../x");
    Sandbox::new().round(&old, &base().dir("lib"));
}

#[test]
fn names_that_some_system_takes_for_one_are_refused() {
    let old = base().file("README", "1");
    let new = base().file("README", "1").file("Readme", "2");
    if cfg!(windows) {
        return skip("names_that_some_system_takes_for_one_are_refused", "this disk takes them for one");
    }
    let lines = refused(&old, &new);
    assert_eq!(lines, ["E-ORDER Readme: \"README\" and \"Readme\" are the same name on some systems"]);
}

#[test]
fn a_name_that_only_changes_its_case_needs_platforms_without_windows() {
    let [old, new] = ["README", "Readme"].map(|name| base().file(name, "1"));
    let one = ["E-ORDER Readme: \"README\" and \"Readme\" are the same name on some systems"];
    assert_eq!(refused(&old, &new), one);
}

#[test]
fn names_that_windows_refuses_need_platforms_without_it() {
    if cfg!(windows) {
        return skip("names_that_windows_refuses_need_platforms_without_it", "such names are not here");
    }
    let lines = refused(&base(), &base().file("File::Find.3", "pod"));
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(
        lines[0].contains("cannot exist on Windows, which \"platforms\" does not leave out"),
        "{lines:?}"
    );
}

#[cfg(unix)]
#[test]
fn special_bits_are_not_handed_out_and_the_owner_is_not_locked_out() {
    let new = base()
        .file_with_mode("setuid", "x", 0o4755)
        .file_with_mode("blind", "x", 0o044)
        .dir_with_mode("closed", 0o300);
    // Only the administrator can read what its owner cannot.
    if rustix::process::geteuid().is_root() {
        let lines = refused(&base(), &new);
        assert_eq!(lines.len(), 3, "{lines:?}");
    }
    let lines =
        refused(&base(), &base().file_with_mode("setuid", "x", 0o4755).dir_with_mode("sticky", 0o1777));
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines.iter().all(|line| line.contains("special bits")), "{lines:?}");
}

#[cfg(unix)]
#[test]
fn a_special_bit_that_is_there_already_is_kept() {
    let old = base().file_with_mode("su", "old", 0o4755).dir_with_mode("tmp", 0o1777).file("tmp/f", "1");
    let new = base().file_with_mode("su", "new", 0o4755).dir_with_mode("tmp", 0o1777).file("tmp/f", "2");
    Sandbox::new().round(&old, &new);
}

#[cfg(target_os = "linux")]
#[test]
fn pipes_and_sockets_are_named_all_at_once() {
    let sandbox = Sandbox::new();
    let (from, to) = (sandbox.lay_out(&base()), sandbox.lay_out(&base().file("good", "2")));
    let socket = std::os::unix::net::UnixListener::bind(to.join("socket")).expect("a new socket");
    let pipe = to.join("pipe");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &pipe,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::from_raw_mode(0o600),
        0,
    )
    .expect("a new pipe");
    let lines = obstacles(sandbox.make_from(&order("TEST-1", "", ""), &from, &to));
    drop(socket);
    assert_eq!(
        lines,
        [
            "E-FS pipe: in the new folder: a named pipe, not a file, link or folder",
            "E-FS socket: in the new folder: a socket, not a file, link or folder",
        ]
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_no_text_is_spelled_and_hides_no_other_problem() {
    use std::os::unix::ffi::OsStrExt;
    let sandbox = Sandbox::new();
    let (from, to) = (sandbox.lay_out(&base()), sandbox.lay_out(&base().file("good", "2")));
    std::fs::write(to.join(std::ffi::OsStr::from_bytes(b"\xff\xfe")), "x")
        .expect("a file with a strange name");
    std::fs::create_dir(to.join("lib")).expect("a folder");
    std::fs::write(to.join(std::ffi::OsStr::from_bytes(b"lib/caf\xe9")), "x").expect("another one");
    let _socket = std::os::unix::net::UnixListener::bind(to.join("lib/socket")).expect("a socket");
    let lines = obstacles(sandbox.make_from(&order("TEST-1", "", ""), &from, &to));
    assert_eq!(
        lines,
        [
            r"E-ORDER \xff\xfe: in the new folder: the name is not UTF-8",
            r"E-ORDER lib/caf\xe9: in the new folder: the name is not UTF-8",
            "E-FS lib/socket: in the new folder: a socket, not a file, link or folder",
        ]
    );
}

#[test]
fn the_bundle_does_not_go_into_what_it_is_made_from() {
    let sandbox = Sandbox::new();
    let (from, to) = (sandbox.lay_out(&base()), sandbox.lay_out(&base().file("good", "2")));
    let inside = to.join("made.patchbundle");
    let lines = obstacles(sandbox.make_at(&inside, ProofChoice::Skip, &order("TEST-1", "", ""), &from, &to));
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("is inside"), "{lines:?}");
    assert!(!inside.exists());
}

#[test]
fn what_is_ignored_in_one_folder_is_not_new_in_the_other() {
    let ignoring = order("TEST-1", "", "[make]\nignore = [\"*.log\", \"/cache/\"]");
    let old = base().file("debug.log", "1").file("cache/x", "1").file("lib/cache/kept", "1");
    let new = base().file("app", "2").file("cache/y", "2").file("lib/cache/kept", "2");
    let sandbox = Sandbox::new();
    let bundle = sandbox.try_to_make(&ignoring, &old, &new).expect("nothing speaks against it");
    let changed: Vec<&str> = bundle.made.patch.changes.iter().map(|change| change.path.as_str()).collect();
    assert_eq!(changed, ["app", "lib/cache/kept"]);
    let target = sandbox.install(&old);
    target.must_apply(&bundle);
    target.expect(&old.clone().file("app", "2").file("lib/cache/kept", "2"));
    target.must_roll_back();
    target.expect(&old);
}

#[test]
fn a_new_file_where_something_ignored_stands_is_refused() {
    let ignoring = order("TEST-1", "", "[make]\nignore = [\"data/\"]");
    let old = base().file("data/x", "old");
    let new = base().file("data", "a file now");
    let lines = refused_with(&ignoring, &old, &new);
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].starts_with("E-ORDER data: the order ignores"), "{lines:?}");
}
