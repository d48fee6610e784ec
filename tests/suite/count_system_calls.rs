//! What a change costs is told in calls to the system: unlike seconds they are the same on a busy machine.
//!
//! Two patches that differ only in how many files they change show what one more file costs. Calls that have nothing to
//! do with files (threads that wait for each other, memory) are left out: how many there are is chance.

#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Stdio};

use crate::support::sandbox::Sandbox;
use crate::support::tools::is_here;

/// Files that the two patches change. The difference is large enough that what happens once for all of them is lost in
/// it.
const FILES: [usize; 2] = [50, 250];

/// Calls that say nothing about the files of a patch: threads, memory, a check that only programs built for tests make, and
/// those by which all processes are asked what they have open, of which there are as many as the machine is busy.
const NOT_COUNTED: [&str; 18] = [
    "brk",
    "clone3",
    "fcntl",
    "futex",
    "getdents64",
    "gettid",
    "madvise",
    "mmap",
    "mprotect",
    "mremap",
    "munmap",
    "newfstatat",
    "open",
    "poll",
    "rseq",
    "rt_sigprocmask",
    "sched_yield",
    "sigaltstack",
];

/// What a command may cost for each file that changes.
const MOST: [(&str, &[&str], f64); 5] = [
    (
        "make",
        &[
            "make",
            "--from",
            "old",
            "--to",
            "new",
            "--id",
            "CALLS-1",
            "--output",
            "fix.patchbundle",
            "--no-proof",
        ],
        20.0,
    ),
    (
        "make, proven",
        &["make", "--from", "old", "--to", "new", "--id", "CALLS-1", "--output", "proven.patchbundle"],
        125.0,
    ),
    // Three of them read the file once more: nobody reads "ready" before it became what the patch promises.
    ("plan", &["plan", "fix.patchbundle", "target"], 17.0),
    ("apply", &["apply", "fix.patchbundle", "target", "--yes", "--allow-unsigned"], 35.0),
    ("roll back", &["rollback", "target", "--yes"], 35.0),
];

/// How often each system call is made by the program with these arguments.
fn calls(sandbox: &Sandbox, arguments: &[&str]) -> BTreeMap<String, usize> {
    let (table, settings) = (sandbox.path("calls"), sandbox.path("settings"));
    let run = Command::new("strace")
        .args(["-f", "-c", "-o"])
        .arg(&table)
        .arg(env!("CARGO_BIN_EXE_patchwright"))
        .args(arguments)
        .current_dir(sandbox.path(""))
        .env("HOME", &settings)
        .env("XDG_CONFIG_HOME", &settings)
        .env("XDG_DATA_HOME", &settings)
        .stdin(Stdio::null())
        .output()
        .expect("strace is here");
    assert!(run.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&run.stderr));
    counted(&fs::read_to_string(table).expect("strace writes its table"))
}

/// Reads a table of `strace -c`: share, seconds, microseconds, calls, errors where there were some, and the name.
fn counted(table: &str) -> BTreeMap<String, usize> {
    let row = |line: &str| {
        let columns: Vec<&str> = line.split_whitespace().collect();
        let (name, number) = (*columns.last()?, columns.get(3)?.parse().ok()?);
        (name != "total" && !NOT_COUNTED.contains(&name)).then(|| (name.to_owned(), number))
    };
    table.lines().filter_map(row).collect()
}

/// A product of which the first `changed` files differ, and a copy of it.
fn lay_out(sandbox: &Sandbox, changed: usize) {
    for side in ["old", "new", "target"] {
        for number in 0..FILES[1] {
            let mark = if side == "new" && number < changed { "patched" } else { "plain" };
            let lines = (0..200).map(|line| match line {
                100 => format!("line {line} of file {number}, {mark}\n"),
                _ => format!("line {line} of file {number}, as ever\n"),
            });
            let path = format!("{side}/part-{}/{number}.txt", number % 5);
            sandbox.write(&path, &lines.collect::<String>());
        }
    }
}

fn is_traceable() -> bool {
    is_here("strace", "counting system calls")
        // In some containers nobody may trace a process.
        && Command::new("strace").args(["-c", "-o", "/dev/null", "true"]).output().is_ok_and(|run| run.status.success())
}

#[test]
fn one_more_file_costs_few_calls() {
    if !is_traceable() {
        eprintln!("SKIPPED counting system calls: nobody may trace a process here");
        return;
    }
    let rounds = FILES.map(|changed| {
        let sandbox = Sandbox::new();
        lay_out(&sandbox, changed);
        MOST.map(|(_, arguments, _)| calls(&sandbox, arguments))
    });
    let mut too_many = Vec::new();
    for (n, (step, _, most)) in MOST.iter().enumerate() {
        let each = |name: &String| {
            let [few, many] =
                [&rounds[0], &rounds[1]].map(|round| round[n].get(name).copied().unwrap_or(0) as f64);
            (many - few) / (FILES[1] - FILES[0]) as f64
        };
        let cost: BTreeMap<&String, f64> = rounds[1][n].keys().map(|name| (name, each(name))).collect();
        let sum: f64 = cost.values().sum();
        eprintln!("{step}: {sum:.1} calls for each changed file");
        if sum > *most {
            let most_frequent: Vec<_> = cost.iter().filter(|(_, cost)| **cost > 0.5).collect();
            too_many.push(format!("{step}: {sum:.1} calls, and {most} are allowed: {most_frequent:?}"));
        }
    }
    assert!(too_many.is_empty(), "{too_many:#?}");
}

#[test]
fn a_table_of_calls_is_read_as_strace_writes_it() {
    let table = "% time     seconds  usecs/call     calls    errors syscall\n\
                 ------ ----------- ----------- --------- --------- ------------------\n \
                 23.05    0.013108           1     11125        14 statx\n \
                 20.89    0.011880           0     14049           read\n \
                 13.79    0.007843         522        15         1 futex\n\
                 100.00    0.655608          13     49721        34 total\n";
    let expected = BTreeMap::from([("read".to_owned(), 14_049), ("statx".to_owned(), 11_125)]);
    assert_eq!(counted(table), expected);
}

#[test]
fn a_patch_of_one_file_costs_the_same_in_a_large_folder() {
    if !is_traceable() {
        eprintln!("SKIPPED counting system calls: nobody may trace a process here");
        return;
    }
    let costs = [10, 2_000].map(|files| {
        let sandbox = Sandbox::new();
        for (side, text) in [("old", "1\n"), ("new", "2\n"), ("target", "1\n")] {
            sandbox.write(&format!("{side}/part/version"), text);
        }
        for number in 0..files {
            sandbox.write(&format!("target/part/{number}"), "something else\n");
        }
        MOST.map(|(step, arguments, _)| {
            let calls = calls(&sandbox, arguments);
            (
                step,
                ["openat2", "statx"].map(|name| calls.get(name).copied().unwrap_or(0)).iter().sum::<usize>(),
            )
        })
    });
    for ((step, small), (_, large)) in costs[0].iter().zip(&costs[1]) {
        assert!(large.abs_diff(*small) < 20, "{step}: {small} looks beside 10 files, {large} beside 2,000");
    }
}
