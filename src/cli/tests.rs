//! Inputs that were made to keep a machine busy end as they should, and cost work in proportion to their size. Work is
//! counted where it is done, so the answer is the same on every machine.

#[path = "../../benches/support/hostile_inputs.rs"]
mod hostile_inputs;

use std::ffi::OsString;
use std::fs;
use std::io::Cursor;
use std::path::Path;

use super::{Streams, run_with};
use crate::diff::WorkDone;
use crate::environment::Environment;
use crate::workbench::Workbench;
use hostile_inputs::{Ends, Input, inputs};

/// How large each input is. The work of the large ones shows how it grows.
const SMALL_BYTES: usize = 6_000;
const LARGE_BYTES: usize = 2 * SMALL_BYTES;

/// Inputs whose hunks have to be looked for in the whole file: up to the limit that all of them share, that work grows with
/// the number of hunks and the length of the file.
const LOOKED_FOR: [&str; 7] = [
    "hunks that nearly fit everywhere",
    "a huge hunk that misses at its end",
    "a huge hunk that misses in the middle",
    "a huge hunk that may be loose",
    "hunks with much around them",
    "returns in front of line ends",
    "letters with marks that look alike",
];

/// Bytes that one command may hash to prove contents by what Git calls them, for the same reasons.
const MOST_HASHED_BYTES: u64 = 4 << 30;

/// Steps that one command may take, whatever it is given: those of carrying out, of trying whether all is there already,
/// of finding the level of the names, and of the base.
const MOST_STEPS: u64 = 4 * 50_000_000;

struct Run {
    code: u8,
    printed: String,
    work: WorkDone,
    /// What the command was given, unpacked or not.
    given_bytes: u64,
}

fn run(input: &Input) -> Run {
    let sandbox = tempfile::tempdir().expect("a folder");
    let mut given_bytes = 0;
    for (path, content) in &input.files {
        let place = sandbox.path().join(path);
        fs::create_dir_all(place.parent().expect("it is in a folder")).expect("a folder");
        fs::write(place, content).expect("a file");
        given_bytes += content.len() as u64;
    }
    let args = ["patchwright"].into_iter().chain(input.command.split(' '));
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut typed = Cursor::new(Vec::new());
    let mut streams = Streams::of_a_program(&mut typed, &mut out, &mut err);
    let environment =
        Environment::fixed("2026-11-23T09:30:00Z".parse().expect("a time"), "ada", "server", "linux/x86_64");
    let before = WorkDone::so_far();
    let code =
        run_with(&Workbench::new(environment), args.map(|word| at(sandbox.path(), word)), &mut streams);
    let work = WorkDone::so_far() - before;
    out.append(&mut err);
    Run { code, printed: String::from_utf8_lossy(&out).into_owned(), work, given_bytes }
}

/// What stands for a file is one of the sandbox.
fn at(sandbox: &Path, word: &str) -> OsString {
    let place = sandbox.join(word);
    let is_new = word.starts_with("out.");
    if place.exists() || is_new { place.into_os_string() } else { word.into() }
}

#[test]
fn hostile_inputs_are_shown_or_refused_and_cost_no_more_than_their_size() {
    let mut wrong = Vec::new();
    let (small, large) = (inputs(SMALL_BYTES), inputs(LARGE_BYTES));
    assert!(small.len() >= 60, "{}", small.len());
    for (small, large) in small.iter().zip(&large) {
        let (less, more) = (run(small), run(large));
        for (input, run) in [(small, &less), (large, &more)] {
            wrong.extend(end_of(input, run).map(|problem| format!("{}: {problem}", input.name)));
        }
        wrong.extend(growth_of(small, &less, &more).map(|problem| format!("{}: {problem}", small.name)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is wrong with how a command ended, or with what it did.
fn end_of(input: &Input, run: &Run) -> Option<String> {
    let begin = || run.printed.chars().take(300).collect::<String>();
    let is_as_said = match input.ends {
        Ends::Shown => run.code == 0,
        Ends::Refused(code) => run.code != 0 && run.printed.contains(code),
    };
    if !is_as_said {
        return Some(format!("ends with {}: {}", run.code, begin()));
    }
    let unpacked = run.given_bytes * if input.command.ends_with(".gz") { 1000 } else { 1 };
    let WorkDone { read_bytes, steps, hashed_bytes, .. } = run.work;
    let reads_too_much = read_bytes > 200 * unpacked;
    let says_too_much = run.printed.len() as u64 > 200 * run.given_bytes + 10_000;
    (reads_too_much || says_too_much || steps > MOST_STEPS || hashed_bytes > MOST_HASHED_BYTES)
        .then(|| format!("does too much: {:?}, {} bytes printed", run.work, run.printed.len()))
}

/// What is wrong with how the work grows with the size.
fn growth_of(input: &Input, less: &Run, more: &Run) -> Option<String> {
    let is_looked_for = LOOKED_FOR.contains(&input.name);
    let is_linear = |less: u64, more: u64| more <= 3 * less + 50_000;
    let WorkDone { read_bytes, steps, made_bytes, settings, .. } = less.work;
    let grows = [
        ("read", read_bytes, more.work.read_bytes),
        ("made", made_bytes, more.work.made_bytes),
        ("settings", settings, more.work.settings),
        ("compared", if is_looked_for { u64::MAX / 4 } else { steps }, more.work.steps),
    ];
    let found = grows.into_iter().find(|(_, less, more)| !is_linear(*less, *more))?;
    Some(format!("the work grows faster than the size: {found:?}"))
}
