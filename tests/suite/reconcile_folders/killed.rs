//! A run is killed at any of its records: the next ones end as if nothing had happened.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use patchwright::cli::{Interrupt, Streams, Terminals, run_with};
use patchwright::disk::fs::Fs;
use patchwright::workbench::Workbench;

use super::{NEW, OLD, change, console, ends, run, scene_in, state};
use crate::support::console::fixed_environment;
use crate::support::fault_fs::{At, Errno, Fault, FaultFs, Lasting};
use crate::support::sandbox::Sandbox;
use crate::support::trees::Tree;

/// Makes a process a child: its sandbox.
const SANDBOX: &str = "PATCHWRIGHT_TEST_RECONCILE";
/// What it runs there, a word a line; what is a file there is meant.
const TYPED: &str = "PATCHWRIGHT_TEST_RECONCILE_TYPED";
/// At which reading of the clock it is killed. Every entry of a history has its time.
const KILLED_AT: &str = "PATCHWRIGHT_TEST_RECONCILE_KILLED_AT";

/// Does nothing unless it was started by [`was_killed`].
#[test]
fn this_process_reconciles() {
    let (Some(sandbox), Ok(at)) = (std::env::var_os(SANDBOX), std::env::var(KILLED_AT)) else { return };
    let typed = std::env::var(TYPED).expect("what it runs");
    let (at, readings) = (at.parse::<usize>().expect("a number"), AtomicUsize::new(0));
    let now = fixed_environment().now().parse().expect("a time");
    let clock = move || {
        if readings.fetch_add(1, Ordering::SeqCst) + 1 == at {
            std::process::abort();
        }
        now
    };
    let place = |name: &str| Some(Path::new(&sandbox).join(name));
    let mut environment = fixed_environment();
    environment.trust_file = place("settings/trust.toml");
    environment.keys_folder = place("settings/keys");
    environment.seen_file = place("settings/seen.json");
    let workbench = Workbench::new(environment.with_clock(clock));
    let here = |word: &str| Path::new(&sandbox).join(word);
    let word = |word: &str| if here(word).exists() { here(word).into_os_string() } else { word.into() };
    let typed = std::iter::once("patchwright".into()).chain(typed.lines().map(word));
    let mut streams = Streams {
        input: &mut std::io::empty(),
        out: &mut std::io::sink(),
        err: &mut std::io::sink(),
        terminals: Terminals::default(),
        colours: false,
        ask_secret: &|_| Err(std::io::ErrorKind::Unsupported.into()),
        interrupt: Interrupt::default(),
    };
    let code = run_with(&workbench, typed, &mut streams);
    std::process::exit(code.into());
}

/// Whether a run in a process of its own was killed at this reading of its clock.
fn was_killed(sandbox: &Sandbox, typed: &[&str], at: usize) -> bool {
    let program = std::env::current_exe().expect("this program");
    let child = Command::new(program)
        .args(["--exact", "reconcile_folders::killed::this_process_reconciles", "--nocapture"])
        .env(SANDBOX, sandbox.path(""))
        .env(TYPED, typed.join("\n"))
        .env(KILLED_AT, at.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("it starts");
    child.code().is_none()
}

/// A folder with ACME-1, in whose place ACME-4 is to come, and beside it ACME-2. The check of ACME-4 looks at `state`.
fn replacing(is_well: bool) -> Sandbox {
    let sandbox = scene_in(Sandbox::in_memory());
    sandbox.write("srv/a/state", if is_well { "well\n" } else { "ill\n" });
    let health = "[[health]]\ncheck = \"text\"\npath = \"state\"\ncontains = \"well\"\n";
    change(&sandbox, 4, ("one", OLD, "newer\n"), "", health);
    state(&sandbox, &[("a", "have = [\"ACME-1\"]")]);
    ends(&sandbox, "--apply", 0);
    state(&sandbox, &[("a", "have = [\"ACME-2\", \"ACME-4\"]\nnot = [\"ACME-1\"]")]);
    sandbox
}

/// Runs it again after a run that was cut short, twice: the last run has to end with `code`, this content of `one`, and these
/// patches.
fn goes_on(sandbox: &Sandbox, (code, one, patches): (u8, &str, [&str; 2]), how: &str) {
    let next = run(sandbox, "--apply");
    let last = run(sandbox, "--apply");
    assert_eq!(last.code, code, "{how}: {next} {last}");
    for (file, text) in [("one", one), ("two", NEW)] {
        let now = sandbox.read(&format!("srv/a/{file}"));
        assert_eq!(now.as_deref(), Some(text), "{how}, {file}: {next} {last}");
    }
    let status = console(sandbox).done("status $/srv/a --json").json();
    let mut now: Vec<&str> =
        status["patches"].as_array().expect("patches").iter().filter_map(|one| one["id"].as_str()).collect();
    now.sort_unstable();
    assert_eq!(now, patches, "{how}: {next} {last}");
    console(sandbox).done("history $/srv/a --verify");
    let stays = run(sandbox, "--apply");
    assert_eq!(stays.printed(), last.printed(), "{how}");
}

const WELL: (u8, &str, [&str; 2]) = (0, "newer\n", ["ACME-2", "ACME-4"]);
const ILL: (u8, &str, [&str; 2]) = (7, NEW, ["ACME-1", "ACME-2"]);

#[test]
fn a_run_that_is_killed_at_any_record_ends_the_same_when_it_is_run_again() {
    for end in [WELL, ILL] {
        let mut kills = 0;
        for at in 1.. {
            let sandbox = replacing(end == WELL);
            if !was_killed(&sandbox, &["reconcile", "state.toml", "--apply"], at) {
                break;
            }
            kills += 1;
            goes_on(&sandbox, end, &format!("killed at {at}"));
        }
        assert!(kills > 10, "{kills}");
    }
}

/// A run whose disks are gone from this call of each on.
fn cut_short(sandbox: &Sandbox, call: usize, typed: &str) -> u8 {
    let wrap = move |disk: Arc<dyn Fs>| -> Arc<dyn Fs> {
        Arc::new(FaultFs::failing(disk, At::Call(call), Fault::Fails(Errno::Io), Lasting::FromThenOn))
    };
    console(sandbox).with_disks(wrap).run(typed).code
}

fn is_unfinished(sandbox: &Sandbox) -> bool {
    console(sandbox).run("status $/srv/a --json").json()["unfinished"].is_object()
}

#[test]
fn a_run_that_is_cut_short_within_a_change_ends_the_same_when_it_is_run_again() {
    for end in [WELL, ILL] {
        let mut unfinished = 0;
        for call in (1..).step_by(6) {
            let sandbox = replacing(end == WELL);
            let whole = if end == WELL { 0 } else { 5 };
            if cut_short(&sandbox, call, "reconcile $/state.toml --apply") == whole {
                break;
            }
            unfinished += usize::from(is_unfinished(&sandbox));
            goes_on(&sandbox, end, &format!("cut short at {call}"));
        }
        assert!(unfinished > 0);
    }
}

#[test]
fn twin_what_a_person_began_in_a_folder_is_left_to_them() {
    let unfinished = (1..).find_map(|call| {
        let sandbox = replacing(true);
        let code = cut_short(&sandbox, call, "apply $/patches/2.patchbundle $/srv/a --yes");
        assert_ne!(code, 0, "it never was so");
        is_unfinished(&sandbox).then_some(sandbox)
    });
    let sandbox = unfinished.expect("at some call it is");
    let before = Tree::read(&sandbox.path("srv/a"));
    let refused = ends(&sandbox, "--apply", 6);
    assert!(refused.printed().contains("E-UNFINISHED"), "{refused}");
    before.assert_is(&sandbox.path("srv/a"), "after a run");
}
