//! Time and memory of inputs that were made to use up both, and of innocent ones beside them.
//!
//! ```text
//! cargo bench --no-default-features --bench hostile_inputs [-- [--only WORDS] [--small]]
//! ```
//!
//! Each input has about a megabyte and is given to the real program. It has to be shown or refused within two seconds and
//! 256 MB; what takes more is marked, and the benchmark fails. `src/cli/tests.rs` counts the work of the same inputs.

#[path = "support/hostile_inputs.rs"]
mod inputs;
#[allow(dead_code, reason = "each bench uses a part of what they share")]
mod support;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use inputs::{Ends, Input, inputs};
use support::folders;
use support::machine::describe;
use support::measure::{Measure, Samples, run};

const MOST_TIME: Duration = Duration::from_secs(2);
const MOST_BYTES: u64 = 256 << 20;

/// How large each input is.
const SIZE_BYTES: usize = 1_000_000;

/// Every way not to do it that the program promises, behind the one to do it.
const ENDS: [i32; 6] = [0, 1, 3, 4, 5, 6];

fn main() -> io::Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // `cargo test --all-targets` starts benchmarks too, without this word; minutes of work would surprise there.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return Ok(ExitCode::SUCCESS);
    }
    let only = arguments.iter().skip_while(|argument| *argument != "--only").nth(1);
    let size =
        if arguments.iter().any(|argument| argument == "--small") { SIZE_BYTES / 20 } else { SIZE_BYTES };
    let work = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("hostile_inputs");
    folders::remove(&work)?;
    fs::create_dir_all(&work)?;
    let work = work.canonicalize()?;
    println!("# Hostile inputs, Patchwright {}\n\n{}.\n", env!("CARGO_PKG_VERSION"), describe(&work));
    println!("| input | KB | seconds | peak MB | |\n|---|---:|---:|---:|---|");
    let mut is_within = true;
    for input in
        inputs(size).iter().filter(|input| only.is_none_or(|only| input.name.contains(only.as_str())))
    {
        is_within &= measure(input, &work.join("input"))?;
    }
    folders::remove(&work)?;
    Ok(if is_within { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Measures one input and prints its line; whether it is within the limits.
fn measure(input: &Input, folder: &Path) -> io::Result<bool> {
    let mut size_bytes = 0;
    for (path, content) in &input.files {
        let place = folder.join(path);
        fs::create_dir_all(place.parent().expect("it is in a folder"))?;
        fs::write(place, content)?;
        size_bytes += content.len();
    }
    let accepted = match input.ends {
        // What is shown when it is small may be too much when it is large.
        Ends::Shown => &ENDS[..],
        Ends::Refused(_) => &ENDS[1..],
    };
    let mut samples = Samples::default();
    for measure in [Measure::Time, Measure::Memory] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_patchwright"));
        command.args(input.command.split(' ')).current_dir(folder);
        command.env("HOME", folder.join("home")).stdout(Stdio::null()).stderr(Stdio::null());
        run(vec![command], accepted, measure, &mut samples);
    }
    let time = samples.median().unwrap_or_default();
    let peak_bytes = samples.peak_bytes.unwrap_or_default();
    let is_within = time <= MOST_TIME && peak_bytes <= MOST_BYTES;
    println!(
        "| {} | {} | {:.2} | {} | {} |",
        input.name,
        size_bytes / 1000,
        time.as_secs_f64(),
        peak_bytes / 1_000_000,
        if is_within { "" } else { "too much" }
    );
    folders::remove(folder)?;
    Ok(is_within)
}
