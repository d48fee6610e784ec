//! Applying large text patches beside `git apply` and GNU patch, each of those followed by `sync -f`.
//!
//! ```text
//! cargo bench --no-default-features --bench text_patches [-- [--runs N] [--small]]
//! ```
//!
//! Two patches: 10,000 hunks over 2,000 files, and one of 100 MB. All three start from a copy that is on disk and in
//! the page cache, and every result is compared byte by byte. The rivals get a `sync -f`, because we say "done" only
//! when the disk has it; they still do not survive a crash in the middle, and take nothing back.

#[allow(dead_code, reason = "each bench uses a part of what they share")]
mod support;

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use support::folders;
use support::inputs::Chance;
use support::machine::{describe, first_line};
use support::measure::{Measure, Samples, program, run};

/// Runs of each tool unless `--runs` says otherwise.
const RUNS: usize = 5;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // `cargo test --all-targets` starts benchmarks too, without this word; minutes of work would surprise there.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let runs = arguments.iter().skip_while(|argument| *argument != "--runs").nth(1);
    let runs = runs.map_or(RUNS, |runs| runs.parse().expect("--runs takes a number"));
    let part = if arguments.iter().any(|argument| argument == "--small") { 20 } else { 1 };
    let work = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("text_patches");
    folders::remove(&work)?;
    fs::create_dir_all(&work)?;
    let work = work.canonicalize()?;
    println!("# Text patches, Patchwright {}\n\n{}.", env!("CARGO_PKG_VERSION"), describe(&work));
    for tool in ["git", "patch"] {
        let version = first_line(Command::new(tool).arg("--version"));
        println!("{}.", version.unwrap_or_else(|| format!("no {tool}")));
    }
    println!(
        "Medians of {runs} runs: by the clock, and of the processor's time.\n\n| patch | Patchwright | git apply | GNU patch |\n|---|---:|---:|---:|"
    );
    // Five hunks a file, two hundred lines from each other.
    measure(&work.join("hunks"), "10,000 hunks, 2,000 files", 2000 / part, 1000, 200, 1, runs)?;
    // Each hunk exchanges 1,000 lines of some 50 bytes.
    measure(&work.join("large"), "100 MB", 100 / part, 12_000, 1_200, 1_000, runs)?;
    folders::remove(&work)
}

/// Measures a patch for `files` files of `lines` lines, in which every `distance` lines `exchanged` are exchanged.
fn measure(
    folder: &Path,
    title: &str,
    files: usize,
    lines: usize,
    distance: usize,
    exchanged: usize,
    runs: usize,
) -> io::Result<()> {
    write_trees(folder, files, lines, distance, exchanged)?;
    let diff = File::create(folder.join("fix.patch"))?;
    let mut git = Command::new("git");
    git.args(["diff", "--no-index", "--no-color", "old", "new"]).current_dir(folder).stdout(diff);
    git.status()?;
    let mut medians = Vec::new();
    for tool in ["patchwright", "git", "patch"] {
        let mut samples = Samples::default();
        // The first round warms the caches.
        for round in 0..=runs {
            let target = folder.join("target");
            folders::remove(&target)?;
            folders::copy(&folder.join("old"), &target)?;
            sync(&target).status()?;
            let mut warm = Samples::default();
            let into = if round == 0 { &mut warm } else { &mut samples };
            run(commands(tool, &target), &[0], Measure::Time, into);
            assert!(folders::are_equal(&target, &folder.join("new"))?, "{tool} left another result");
        }
        let seconds = |time: Option<Duration>| {
            time.map_or("–".to_owned(), |time| format!("{:.2} s", time.as_secs_f64()))
        };
        let (clock, processor) = (seconds(samples.median()), seconds(samples.median_of_processor()));
        medians.push(format!("{clock}, {processor}"));
    }
    let size = fs::metadata(folder.join("fix.patch"))?.len() as f64 / 1e6;
    println!("| {title} ({size:.1} MB) | {} |", medians.join(" | "));
    folders::remove(folder)
}

/// What a person would run in the folder that holds the patch.
fn commands(tool: &str, target: &Path) -> Vec<Command> {
    let mut command = match tool {
        "patchwright" => {
            let mut ours = program(env!("CARGO_BIN_EXE_patchwright"));
            ours.args(["apply", "../fix.patch", ".", "--allow-unsigned", "--yes", "--quiet"]);
            ours
        }
        "git" => {
            let mut git = program("git");
            git.args(["apply", "--whitespace=nowarn", "-p2", "../fix.patch"]);
            // In a repository, such as the one around this bench, it would say nothing and do nothing.
            git.env("GIT_CEILING_DIRECTORIES", target.parent().expect("it is in a folder"));
            git
        }
        _ => {
            let mut patch = program("patch");
            patch.args(["-p2", "-s", "-i", "../fix.patch"]);
            patch
        }
    };
    command.current_dir(target).stdout(Stdio::null());
    match tool {
        "patchwright" => vec![command],
        _ => vec![command, sync(target)],
    }
}

fn sync(folder: &Path) -> Command {
    let mut sync = Command::new("sync");
    sync.arg("-f").arg(folder);
    sync
}

fn write_trees(
    folder: &Path,
    files: usize,
    lines: usize,
    distance: usize,
    exchanged: usize,
) -> io::Result<()> {
    let mut chance = Chance::new(6);
    for file in 0..files {
        let name = format!("d{:02}/f{file:04}.txt", file % 50);
        let (old, new) = (folder.join("old").join(&name), folder.join("new").join(&name));
        for place in [&old, &new] {
            fs::create_dir_all(place.parent().expect("it has a folder"))?;
        }
        let (mut old, mut new) =
            (io::BufWriter::new(File::create(old)?), io::BufWriter::new(File::create(new)?));
        for line in 0..lines {
            let text = format!("line {line:06} of file {file:04} {:016x}\n", chance.next());
            old.write_all(text.as_bytes())?;
            match line % distance >= distance - exchanged {
                true => writeln!(new, "exchanged {line:06} in {file:04} {:016x}", chance.next())?,
                false => new.write_all(text.as_bytes())?,
            }
        }
        old.flush()?;
        new.flush()?;
    }
    Ok(())
}
