//! A run is killed at any of its records: the next one ends as if nothing had happened, with one entry in each folder.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use patchwright::cli::{Interrupt, Streams, Terminals, run_with};
use patchwright::workbench::Workbench;

use super::{Site, ring, typed};
use crate::support::console::fixed_environment;

/// Makes a process a child: its rollout file.
const FILE: &str = "PATCHWRIGHT_TEST_ROLLOUT";
/// At which reading of the clock it is killed. Every record and every entry of a history has its time.
const KILLED_AT: &str = "PATCHWRIGHT_TEST_ROLLOUT_KILLED_AT";

/// Does nothing unless it was started by [`run_in_a_child`].
#[test]
fn this_process_runs_a_rollout() {
    let (Some(file), Ok(at)) = (std::env::var_os(FILE), std::env::var(KILLED_AT)) else { return };
    let (at, readings) = (at.parse::<usize>().expect("a number"), AtomicUsize::new(0));
    let now = fixed_environment().now().parse().expect("a time");
    let clock = move || {
        if readings.fetch_add(1, Ordering::SeqCst) + 1 == at {
            std::process::abort();
        }
        now
    };
    let workbench = Workbench::new(fixed_environment().with_clock(clock));
    let typed = ["patchwright", "rollout", "run", "--yes", "--allow-unsigned"].map(Into::into);
    let mut streams = Streams {
        input: &mut std::io::empty(),
        out: &mut std::io::sink(),
        err: &mut std::io::sink(),
        terminals: Terminals::default(),
        colours: false,
        ask_secret: &|_| Err(std::io::ErrorKind::Unsupported.into()),
        interrupt: Interrupt::default(),
    };
    let code = run_with(&workbench, typed.into_iter().chain([file]), &mut streams);
    std::process::exit(code.into());
}

/// Whether a run in a process of its own was killed at this reading of its clock.
pub(super) fn was_killed(file: &Path, at: usize) -> bool {
    let program = std::env::current_exe().expect("this program");
    let child = Command::new(program)
        .args(["--exact", "roll_out::killed::this_process_runs_a_rollout", "--nocapture"])
        .env(FILE, file)
        .env(KILLED_AT, at.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("it starts");
    child.code().is_none()
}

#[test]
fn a_run_that_is_killed_at_any_record_ends_the_same_when_it_is_run_again() {
    let rings = [ring("pilot", &["a", "b"], ""), ring("rest", &["c"], "")].concat();
    let mut kills = 0;
    for at in 1.. {
        let site = Site::new(&["a", "b", "c"], &rings);
        let file: PathBuf = site.sandbox.path("october.toml");
        if !was_killed(&file, at) {
            break;
        }
        kills += 1;
        let run = site.run();
        assert_eq!(run.code, 0, "killed at {at}: {run}");
        for folder in ["a", "b", "c"] {
            assert!(site.has_patch(folder), "killed at {at}: {folder}");
            assert_eq!(site.entries(folder, "apply"), 1, "killed at {at}: {folder}");
        }
        let back = site.console().run(&typed("roll-back --yes"));
        assert_eq!(back.code, 0, "killed at {at}: {back}");
        assert!(["a", "b", "c"].iter().all(|folder| !site.has_patch(folder)), "killed at {at}: {back}");
    }
    assert!(kills > 20, "{kills}");
}

#[test]
fn a_take_back_after_a_killed_run_leaves_the_patch_nowhere() {
    let rings = ring("all", &["a", "b"], "");
    let (mut kills, mut began) = (0, 0);
    for at in 1.. {
        let site = Site::new(&["a", "b"], &rings);
        let file: PathBuf = site.sandbox.path("october.toml");
        if !was_killed(&file, at) {
            break;
        }
        kills += 1;
        let back = site.console().run(&typed("roll-back --yes"));
        // Before the first record nothing has begun.
        began += usize::from(back.code == 0);
        assert!(["a", "b"].iter().all(|folder| !site.has_patch(folder)), "killed at {at}: {back}");
    }
    assert!(kills > 10 && began > 5, "{kills} kills, {began} after the beginning");
}

#[test]
fn what_a_person_did_in_a_folder_after_a_kill_is_not_taken_for_the_rollouts() {
    let (mut applied, mut rolled_back) = (0, 0);
    for at in 1.. {
        let site = Site::new(&["a"], &ring("all", &["a"], ""));
        if !was_killed(&site.sandbox.path("october.toml"), at) {
            break;
        }
        if !site.sandbox.path("october.rollout.json").exists() || site.states() != ["started"] {
            continue;
        }
        let console = site.console();
        if site.has_patch("a") {
            // The rollout applied it, and did not write that down any more.
            if console.run("rollback $/srv/a --yes").code != 0 {
                continue;
            }
            rolled_back += 1;
            let run = site.run();
            assert!(run.code == 3 && run.out.contains("ada rolled it back"), "killed at {at}: {run}");
            assert!(!run.out.contains("health check"), "killed at {at}: {run}");
            let back = console.run(&typed("roll-back --yes"));
            assert!(back.code == 0 && !site.has_patch("a"), "killed at {at}: {back}");
        } else {
            if console.run("apply $/fix.patchbundle $/srv/a --yes --allow-unsigned").code != 0 {
                continue;
            }
            applied += 1;
            let run = site.run();
            assert_eq!(
                (run.code, site.states()),
                (0, vec!["already-there".to_owned()]),
                "killed at {at}: {run}"
            );
            let back = console.run(&typed("roll-back --yes"));
            assert_eq!(back.code, 3, "it did nothing: {back}");
            assert!(site.has_patch("a"), "killed at {at}: {back}");
        }
    }
    assert!(applied > 0 && rolled_back > 0, "{applied} applied, {rolled_back} rolled back");
}
