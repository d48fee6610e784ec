//! Somebody kills a rehearsal: what it had begun ends with it, and what it left goes with the next one.

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{rehearse, site};

/// Waits until `holds`, but not for ever.
#[track_caller]
fn wait_until(what: &str, holds: impl Fn() -> bool) {
    let until = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < until, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Whether a process is running, by a file that has its number.
fn is_running(number: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{}/stat", number.trim())).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, state)| !state.starts_with('Z'))
}

#[test]
fn a_rehearsal_that_is_killed_takes_its_test_along_and_its_clone_goes_with_the_next_one() {
    let sandbox = site("", "true");
    let clones = sandbox.path("clones");
    fs::create_dir(&clones).expect("our own folder");
    let pids = ["shell", "child"].map(|name| sandbox.path(name));
    let test =
        format!("sleep 300 & echo $! > '{}'; echo $$ > '{}'; wait", pids[1].display(), pids[0].display());
    let mut rehearsal = Command::new(env!("CARGO_BIN_EXE_patchwright"))
        .args(["rehearse", "--allow-unsigned", "--copy-in"])
        .args([&clones, &sandbox.path("fix.patchbundle"), &sandbox.path("srv/app")])
        .arg(format!("--test={test}"))
        .env("HOME", sandbox.path("home"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    wait_until("the test begins", || {
        pids.iter().all(|file| fs::read(file).is_ok_and(|read| !read.is_empty()))
    });
    let numbers = pids.each_ref().map(|file| fs::read_to_string(file).expect("a number"));
    assert!(numbers.iter().all(|number| is_running(number)), "while nobody is killed, nothing is");
    rehearsal.kill().expect("ours");
    rehearsal.wait().expect("ours");
    wait_until("the test ends", || numbers.iter().all(|number| !is_running(number)));
    let count = || fs::read_dir(&clones).expect("the folder").count();
    assert_eq!(count(), 1, "the clone is still there");
    assert_eq!(rehearse(&sandbox, "--copy-in $/clones").code, 0);
    assert_eq!(count(), 0);
}
