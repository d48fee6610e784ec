//! Runs whole commands and says how long they took, how much of the processor's time, and how much memory.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// What is measured. Never both in one run: looking at the memory takes time from the command.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    Memory,
    Time,
}

/// What was measured of one step.
#[derive(Clone, Default)]
pub struct Samples {
    pub times: Vec<Duration>,
    /// The processor's time of the same runs, in the program and in the system; empty where nobody can tell.
    pub processor: Vec<Duration>,
    /// The most memory that any of the step's commands had resident at once.
    pub peak_bytes: Option<u64>,
}

impl Samples {
    pub fn median(&self) -> Option<Duration> {
        median(&self.times)
    }

    pub fn median_of_processor(&self) -> Option<Duration> {
        median(&self.processor)
    }
}

fn median(times: &[Duration]) -> Option<Duration> {
    let mut sorted = times.to_vec();
    sorted.sort();
    sorted.get(sorted.len() / 2).copied()
}

/// Where the shell writes what a program took of the processor's time.
const TOLD: &str = "PROCESSOR_TIME";

/// A command that runs `program` and tells its processor's time, which Rust's own library does not.
pub fn program(program: impl AsRef<OsStr>) -> Command {
    const SCRIPT: &str = r#"[ -n "$PROCESSOR_TIME" ] || exec "$@"
        TIMEFORMAT='%3U %3S'; { time "$@" 2>&3; } 3>&2 2>"$PROCESSOR_TIME""#;
    let mut command = Command::new("bash");
    command.args(["-c", SCRIPT, "bash"]).arg(program);
    command
}

/// Runs `commands` one after the other as one step. A status in `accepted` counts as success.
///
/// # Panics
/// If one of them cannot be started or fails: a benchmark of failures would look fast.
pub fn run(commands: Vec<Command>, accepted: &[i32], measure: Measure, samples: &mut Samples) {
    let begin = Instant::now();
    let mut processor = Some(Duration::ZERO);
    let told = env::temp_dir().join(format!("processor-time-{}", std::process::id()));
    for mut command in commands {
        if measure == Measure::Time {
            command.env(TOLD, &told);
        }
        let mut child = command
            .stdin(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"));
        let status = match measure {
            Measure::Time => child.wait(),
            Measure::Memory => wait_and_watch(&mut child, &mut samples.peak_bytes),
        };
        let code = status.unwrap_or_else(|error| panic!("cannot wait for {command:?}: {error}")).code();
        assert!(code.is_some_and(|code| accepted.contains(&code)), "{command:?} ended with {code:?}");
        if measure == Measure::Time {
            processor = processor.zip(read_times(&told)).map(|(sum, more)| sum + more);
        }
    }
    if measure == Measure::Time {
        samples.times.push(begin.elapsed());
        samples.processor.extend(processor);
        let _ = fs::remove_file(told);
    }
}

fn read_times(told: &Path) -> Option<Duration> {
    let text = fs::read_to_string(told).ok()?;
    let seconds: Vec<f64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    (seconds.len() == 2).then(|| Duration::from_secs_f64(seconds.iter().sum()))
}

/// Asks the kernel again and again for the process's high-water mark, which only grows; what it grows within the
/// last two milliseconds of the process is missed.
fn wait_and_watch(child: &mut Child, peak_bytes: &mut Option<u64>) -> io::Result<ExitStatus> {
    let file = format!("/proc/{}/status", child.id());
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        *peak_bytes = (*peak_bytes).max(high_water_mark(&file));
        thread::sleep(Duration::from_millis(2));
    }
}

fn high_water_mark(file: &str) -> Option<u64> {
    let status = fs::read_to_string(file).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kib * 1024)
}
