//! Whole rounds (make, plan, apply, roll back) beside `git diff`, `git apply` and GNU patch, as a person would run them.
//!
//! ```text
//! cargo bench --bench whole_round [-- [--runs N] [--small]]
//! ```
//!
//! Prints a Markdown page. The rival gets a `sync -f` after each change, because a tool that says "done" before
//! the disk has it would win by promising less; it still does not survive a crash in the middle. Both start from
//! a copy that is on disk already and in the page cache. Every result is compared byte by byte. Seconds by the clock
//! depend on what else the machine does; the processor's time does so far less, and the number of system calls
//! not at all. A last table compares reading and hashing a whole folder with `sha256sum` on all cores.

mod support;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use patchwright::disk::fs::OsFs;
use patchwright::disk::observe_all;
use patchwright::progress::{CancelToken, Quiet};
use support::machine::{describe, first_line};
use support::measure::{Measure, Samples, program, run};
use support::{folders, inputs};

/// Runs of each step unless `--runs` says otherwise.
const RUNS: usize = 5;

/// The four steps, what they are called in the table.
const STEPS: [&str; 4] = [
    "make · git diff",
    "plan · git apply --check · patch --dry-run",
    "apply · git apply · patch",
    "roll back · git apply -R · patch -R",
];

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // `cargo test --all-targets` starts benchmarks too, without this word; minutes of work would surprise there.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let runs = arguments.iter().skip_while(|argument| *argument != "--runs").nth(1);
    let runs = runs.map_or(RUNS, |runs| runs.parse().expect("--runs takes a number"));
    let small = arguments.iter().any(|argument| argument == "--small");
    let (files, binary_bytes) = if small { (500, 10_000_000) } else { (10_000, 200_000_000) };

    let work = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("whole_round");
    folders::remove(&work)?;
    fs::create_dir_all(&work)?;
    let work = work.canonicalize()?;
    let version = |program: &str| {
        first_line(Command::new(program).arg("--version")).unwrap_or_else(|| format!("no {program}"))
    };
    println!("# Patchwright {}, {} and {}\n", env!("CARGO_PKG_VERSION"), version("git"), version("patch"));
    println!("{}. Medians of {runs} runs.\n", describe(&work));

    let title = format!("{} changed files in a tree of {files} text files of 10 KiB", files / 10);
    let write = |old: &Path, new: &Path| inputs::write_text_tree(old, new, files);
    Scenario::prepare(&work.join("text"), write)?.report(&title, &Tool::ALL, runs)?;

    for files in [100, if small { 5_000 } else { 100_000 }] {
        let title = format!("one changed file in a folder of {files} files");
        let write = |old: &Path, new: &Path| inputs::write_one_of_many(old, new, files);
        Scenario::prepare(&work.join("one"), write)?.report(&title, &Tool::ALL, runs)?;
        folders::remove(&work.join("one"))?;
    }

    let title =
        format!("one binary of {} MB with scattered edits and a moved block", binary_bytes / 1_000_000);
    let write = |old: &Path, new: &Path| inputs::write_binary(old, new, binary_bytes);
    // GNU patch takes no binary files.
    Scenario::prepare(&work.join("binary"), write)?.report(&title, &[Tool::Patchwright, Tool::Git], runs)?;
    folders::remove(&work)
}

/// Two releases and the places where the work on them happens.
struct Scenario {
    folder: PathBuf,
}

impl Scenario {
    fn prepare(folder: &Path, write: impl FnOnce(&Path, &Path) -> io::Result<()>) -> io::Result<Self> {
        let scenario = Self { folder: folder.to_owned() };
        write(&scenario.place("old"), &scenario.place("new"))?;
        Ok(scenario)
    }

    fn place(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn report(&self, title: &str, tools: &[Tool], runs: usize) -> io::Result<()> {
        let mut samples = vec![<[Samples; 4]>::default(); tools.len()];
        for number in 0..=runs {
            // The first round warms the caches and measures memory only.
            let measure = if number == 0 { Measure::Memory } else { Measure::Time };
            for (tool, samples) in tools.iter().zip(&mut samples) {
                self.round(*tool, measure, samples)?;
            }
        }
        println!("## {title}\n");
        println!("By the clock, processor's time, peak memory.\n");
        let names: Vec<&str> = tools.iter().map(|tool| tool.name()).collect();
        println!("| step | {} | ratios to Git: clock, processor |", names.join(" | "));
        println!("|---|{}---:|", "---:|".repeat(tools.len()));
        for (step, name) in STEPS.iter().enumerate() {
            let cells =
                tools.iter().zip(&samples).map(|(tool, samples)| self.cell(*tool, step, &samples[step]));
            let cells = cells.collect::<io::Result<Vec<_>>>()?;
            let (ours, git) = (&samples[0][step], &samples[1][step]);
            let clock = ratio(ours.median(), git.median());
            let processor = ratio(ours.median_of_processor(), git.median_of_processor());
            println!("| {name} | {} | {clock}, {processor} |", cells.join(" | "));
        }
        println!("\n| what is sent | size |\n|---|---:|");
        println!("| bundle | {} |", in_kib(size_of(&self.place(Tool::Patchwright.product()))));
        println!("| git diff | {} |", in_kib(size_of(&self.place(Tool::Git.product()))));
        println!("| zstd -19 --patch-from of the tars | {} |\n", in_kib(self.tar_delta_bytes()?));
        self.report_scan(runs)
    }

    fn cell(&self, tool: Tool, step: usize, samples: &Samples) -> io::Result<String> {
        if tool.commands(step, &self.folder)?.is_empty() {
            return Ok("–".to_owned());
        }
        let (clock, processor) = (in_seconds(samples.median()), in_seconds(samples.median_of_processor()));
        Ok(format!("{clock}, {processor}, {}", in_mib(samples.peak_bytes)))
    }

    fn report_scan(&self, runs: usize) -> io::Result<()> {
        let folder = self.place("new");
        let cores = std::thread::available_parallelism()?.to_string();
        let (mut ours, mut theirs) = (Samples::default(), Samples::default());
        for _ in 0..runs {
            let begin = Instant::now();
            let fs = OsFs::open(&folder).map_err(io::Error::other)?;
            let seen =
                observe_all(&fs, &|_, _| false, &Quiet, &CancelToken::new()).map_err(io::Error::other)?;
            ours.times.push(begin.elapsed());
            assert_eq!(seen.problems, [], "the scan met problems");

            let mut sums = Command::new("sh");
            sums.current_dir(&folder).stdout(Stdio::null());
            sums.args(["-c", "find . -type f -print0 | xargs -0 -n 100 -P \"$0\" sha256sum", &cores]);
            run(vec![sums], &[0], Measure::Time, &mut theirs);
        }
        println!(
            "| reading everything | Patchwright | find, xargs, sha256sum | ratio |\n|---|---:|---:|---:|"
        );
        println!(
            "| {cores} threads | {} | {} | {} |\n",
            in_seconds(ours.median()),
            in_seconds(theirs.median()),
            ratio(ours.median(), theirs.median()),
        );
        Ok(())
    }

    /// All four steps once.
    fn round(&self, tool: Tool, measure: Measure, samples: &mut [Samples; 4]) -> io::Result<()> {
        let target = self.place("target");
        folders::remove(&target)?;
        if tool != Tool::Patch {
            folders::remove(&self.place(tool.product()))?;
        }
        folders::copy(&self.place("old"), &target)?;
        flush(&target).status()?;
        for (step, samples) in samples.iter_mut().enumerate() {
            let commands = tool.commands(step, &self.folder)?;
            if !commands.is_empty() {
                run(commands, tool.accepted(step), measure, samples);
            }
            let expected = self.place(if step == 2 { "new" } else { "old" });
            assert!(folders::are_equal(&target, &expected)?, "{} left another result", STEPS[step]);
        }
        folders::remove(&target)
    }

    /// Size of what two well-known programs make of the same releases; `None` where they are not at hand.
    fn tar_delta_bytes(&self) -> io::Result<Option<u64>> {
        for release in ["old", "new"] {
            let mut tar = Command::new("tar");
            tar.current_dir(&self.folder).args([
                "--sort=name",
                "--mtime=@0",
                "--owner=0",
                "--group=0",
                "-cf",
            ]);
            tar.arg(format!("{release}.tar")).args(["-C", release, "."]);
            if !tar.status().is_ok_and(|status| status.success()) {
                return Ok(None);
            }
        }
        let mut zstd = Command::new("zstd");
        zstd.current_dir(&self.folder).args([
            "-q",
            "-f",
            "-19",
            "--long=31",
            "--patch-from=old.tar",
            "new.tar",
        ]);
        // It gives advice on standard error, even when told to be quiet.
        zstd.args(["-o", "tars.zst"]).stderr(Stdio::null());
        let is_made = zstd.status().is_ok_and(|status| status.success());
        let size = if is_made { size_of(&self.place("tars.zst")) } else { None };
        for file in ["old.tar", "new.tar", "tars.zst"] {
            folders::remove(&self.place(file))?;
        }
        Ok(size)
    }
}

/// Who takes part. Steps are counted as in [`STEPS`].
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tool {
    Patchwright,
    Git,
    Patch,
}

impl Tool {
    const ALL: [Tool; 3] = [Tool::Patchwright, Tool::Git, Tool::Patch];

    fn name(self) -> &'static str {
        match self {
            Tool::Patchwright => "Patchwright",
            Tool::Git => "Git",
            Tool::Patch => "GNU patch",
        }
    }

    /// What the first step makes.
    fn product(self) -> &'static str {
        match self {
            Tool::Git | Tool::Patch => "git.diff",
            Tool::Patchwright => "bundle.patchbundle",
        }
    }

    /// The exit codes that mean success.
    fn accepted(self, step: usize) -> &'static [i32] {
        match (self, step) {
            // `git diff` ends with 1 where it finds a difference.
            (Tool::Git, 0) => &[1],
            _ => &[0],
        }
    }

    fn commands(self, step: usize, folder: &Path) -> io::Result<Vec<Command>> {
        match self {
            Tool::Git => git(step, folder),
            Tool::Patch => Ok(gnu_patch(step, folder)),
            Tool::Patchwright => Ok(vec![patchwright(step, folder)]),
        }
    }
}

fn patchwright(step: usize, folder: &Path) -> Command {
    let mut command = program(env!("CARGO_BIN_EXE_patchwright"));
    command.stdout(Stdio::null()).current_dir(folder);
    let bundle = Tool::Patchwright.product();
    match step {
        // Git proves nothing.
        0 => {
            command.args(["make", "--from=old", "--to=new", "--id=BENCH-1", "--no-proof", "--output", bundle])
        }
        1 => command.args(["plan", bundle, "target"]),
        2 => command.args(["apply", bundle, "target", "--yes", "--allow-unsigned"]),
        _ => command.args(["rollback", "target", "--yes"]),
    };
    command
}

fn git(step: usize, folder: &Path) -> io::Result<Vec<Command>> {
    let mut command = program("git");
    // Neither the settings of whoever runs this nor the repository around the folder may take part.
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    let ceilings = std::env::join_paths(folder.ancestors().take(2)).map_err(io::Error::other)?;
    command.env("GIT_CEILING_DIRECTORIES", ceilings);
    let diff = folder.join(Tool::Git.product());
    if step == 0 {
        let args = ["diff", "--no-index", "--binary", "--no-color", "old", "new"];
        command.current_dir(folder).args(args).stdout(File::create(diff)?);
        return Ok(vec![command]);
    }
    let target = folder.join("target");
    // The names in the diff begin with a/old and b/new.
    command.current_dir(&target).args(["apply", "-p2", "--whitespace=nowarn"]).arg(diff);
    if step == 1 {
        command.arg("--check");
        return Ok(vec![command]);
    }
    if step == 3 {
        command.arg("--reverse");
    }
    Ok(vec![command, flush(&target)])
}

/// Takes the diff that Git made.
fn gnu_patch(step: usize, folder: &Path) -> Vec<Command> {
    let target = folder.join("target");
    let mut command = program("patch");
    command.current_dir(&target).args(["-p2", "-s", "-i"]).arg(folder.join(Tool::Patch.product()));
    match step {
        0 => Vec::new(),
        1 => {
            command.arg("--dry-run");
            vec![command]
        }
        _ => {
            if step == 3 {
                command.arg("-R");
            }
            vec![command, flush(&target)]
        }
    }
}

/// Waits until everything that was written to the filesystem of `folder` is on disk.
fn flush(folder: &Path) -> Command {
    let mut sync = Command::new("sync");
    if cfg!(target_os = "linux") {
        sync.arg("-f").arg(folder);
    }
    sync
}

fn size_of(path: &Path) -> Option<u64> {
    fs::metadata(path).ok().map(|file| file.len())
}

fn in_seconds(time: Option<Duration>) -> String {
    time.map_or("–".to_owned(), |time| format!("{:.3} s", time.as_secs_f64()))
}

fn in_kib(bytes: Option<u64>) -> String {
    bytes.map_or("–".to_owned(), |bytes| format!("{:.1} KiB", bytes as f64 / 1024.0))
}

fn in_mib(bytes: Option<u64>) -> String {
    bytes.map_or("–".to_owned(), |bytes| format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20)))
}

fn ratio(ours: Option<Duration>, theirs: Option<Duration>) -> String {
    let (Some(ours), Some(theirs)) = (ours, theirs) else { return "–".to_owned() };
    format!("{:.2}", ours.as_secs_f64() / theirs.as_secs_f64())
}
