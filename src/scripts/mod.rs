//! Runs a script that somebody agreed to, so that it can do no more than it says, for no longer than it may.
//!
//! What a script gets:
//!
//! - an interpreter out of a closed set, named by an absolute path of the system's own (`program_of`); nothing is
//!   ever found through `PATH` or in the folder that is patched;
//! - its text as a file of ours in a scratch folder that only this user can read and nobody else can exchange, which is
//!   also where it starts;
//! - arguments that we choose, never a line for a shell;
//! - an environment of a handful of names ([`Job`] lists them), whatever this program was started with;
//! - no input, no terminal, a session (on Windows a job) of its own;
//! - its time, and then an end: it and everything it has started.
//!
//! What it prints is read as it comes, so that it never waits for us, and only `KEPT_OUTPUT_BYTES` of it are kept.
//!
//! A script runs with the rights of the person who agreed to it. None of this is a cage: it keeps accidents small and
//! attacks visible, and that is why a signature and a person's consent come first.

mod capture;

#[cfg(unix)]
#[path = "unix.rs"]
mod system;

#[cfg(windows)]
#[path = "windows.rs"]
mod system;

#[cfg(all(test, unix))]
mod tests;

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::Sender;
use std::thread::Builder;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::guarded::check_folder;
use crate::model::Interpreter;
use crate::progress::CancelToken;
#[cfg(all(test, unix))]
pub(crate) use capture::KEPT_OUTPUT_BYTES;
use capture::{Capture, Stream};

/// How often a running script is looked at. A person does not notice a delay as short as this.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// How long the end of the output is waited for when everything that could print was ended. Whoever still holds it
/// open then has got away, and is not waited for.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// One script that is to run.
#[derive(Debug, Clone, Copy)]
pub struct Job<'a> {
    pub text: &'a str,
    /// What runs it.
    pub interpreter: Interpreter,
    /// How long it may take.
    pub timeout: Duration,
    /// The folder that is patched, in `PATCHWRIGHT_TARGET`.
    pub target: &'a Path,
    /// When it runs, in `PATCHWRIGHT_PHASE`: `before`, `after`, `undo-before` or `undo-after`.
    pub phase: &'a str,
    /// The id of its patch, in `PATCHWRIGHT_PATCH`.
    pub patch: &'a str,
    /// Where it starts, and what it knows.
    pub setting: LaunchContext,
}

/// Where a script starts, and what it knows of this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LaunchContext {
    /// In its scratch folder, with a handful of names: what somebody else wrote.
    Scratch,
    /// In the target, with everything that this process has in its environment: what a person typed.
    AsAPerson,
}

/// How a script ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScriptEnd {
    /// By itself, with this code; 0 is success.
    Exit(i32),
    /// By a signal that it did not get from us.
    Signal(i32),
    /// We ended it when its time was over.
    TimedOut,
    /// We ended it because somebody wished to stop.
    Stopped,
    /// It did not start, for this reason.
    NotStarted(String),
}

/// What came of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    /// How it ended.
    pub end: ScriptEnd,
    /// How long it took.
    pub took: Duration,
    /// What it printed, both streams as they came; bytes that are no text are replaced. Escape it before it is shown.
    pub output: String,
    /// Bytes that it printed and nobody kept.
    pub(crate) dropped_bytes: u64,
    /// Whether something that it had started was still running when it ended. That was ended as well.
    pub(crate) left_running: bool,
}

impl Ran {
    /// Whether it did what it was for.
    pub(crate) fn is_good(&self) -> bool {
        self.end == ScriptEnd::Exit(0)
    }

    /// How it ended, as a phrase. Holds nothing from the bundle.
    pub fn how(&self) -> String {
        let secs = self.took.as_secs_f64();
        match &self.end {
            ScriptEnd::Exit(code) => format!("ended with {code} after {secs:.1} s"),
            ScriptEnd::Signal(signal) => format!("was killed by signal {signal} after {secs:.1} s"),
            ScriptEnd::TimedOut => format!("took too long and was stopped after {secs:.1} s"),
            ScriptEnd::Stopped => format!("was stopped after {secs:.1} s, at your request"),
            ScriptEnd::NotStarted(reason) => format!("couldn't be started: {reason}"),
        }
    }

    fn not_started(reason: impl Into<String>) -> Self {
        Self {
            end: ScriptEnd::NotStarted(reason.into()),
            took: Duration::ZERO,
            output: String::new(),
            dropped_bytes: 0,
            left_running: false,
        }
    }
}

/// Where the interpreter is on this system.
///
/// # Errors
/// Why there is none, as a phrase.
pub(crate) fn program_of(interpreter: Interpreter) -> Result<PathBuf, String> {
    let name = match interpreter {
        Interpreter::Sh => "a POSIX shell",
        Interpreter::Python3 => "Python 3",
        Interpreter::PowerShell => "PowerShell",
        Interpreter::Cmd => "the command processor of Windows",
    };
    let program =
        system::program_of(interpreter).ok_or_else(|| format!("{name} isn't part of this system"))?;
    match program.is_file() {
        true => Ok(program),
        false => Err(format!("{name} isn't at {}", program.display())),
    }
}

/// Runs `job` and waits for its end. Never fails: what goes wrong is how it ended.
pub fn run(job: &Job<'_>, cancel: &CancelToken) -> Ran {
    match StagedScript::new(job) {
        Ok(prepared) => prepared.run(Builder::new, job.timeout, cancel),
        Err(reason) => Ran::not_started(reason),
    }
}

/// A script in its scratch folder, with the command that runs it.
struct StagedScript {
    command: Command,
    scratch: TempDir,
}

impl StagedScript {
    fn new(job: &Job<'_>) -> Result<Self, String> {
        let program = program_of(job.interpreter)?;
        refuse_inside(&program, job.target, "the interpreter")?;
        let scratch = scratch_in(&std::env::temp_dir())?;
        refuse_inside(scratch.path(), job.target, "the folder for temporary files")?;
        let target = std::path::absolute(job.target).map_err(|error| error.to_string())?;
        let name = write_text(job, scratch.path()).map_err(|error| format!("cannot write it: {error}"))?;
        let mut command = Command::new(program);
        command.args(arguments(job.interpreter));
        match job.setting {
            LaunchContext::Scratch => command
                .arg(name)
                .current_dir(scratch.path())
                .env_clear()
                .envs(system::environment(scratch.path())),
            LaunchContext::AsAPerson => command.arg(scratch.path().join(&name[2..])).current_dir(&target),
        };
        command
            .env("PATCHWRIGHT_TARGET", target)
            .env("PATCHWRIGHT_PHASE", job.phase)
            .env("PATCHWRIGHT_PATCH", job.patch)
            .env(system::MARK, mark_of(&scratch))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Ok(Self { command, scratch })
    }

    fn run(mut self, new_thread: impl Fn() -> Builder, timeout: Duration, cancel: &CancelToken) -> Ran {
        let started = Instant::now();
        let mark = mark_of(&self.scratch);
        let capture = Capture::default();
        let listener = || capture.listener(new_thread());
        // Before the script: one that nobody listens to would be ended by its own output, halfway.
        let begun = listener()
            .and_then(|out| Ok([out, listener()?]))
            .and_then(|listeners| Ok((listeners, system::start(&mut self.command, mark)?)));
        let (listeners, (mut child, group)) = match begun {
            Ok(begun) => begun,
            Err(error) => return Ran::not_started(error.to_string()),
        };
        let readers = hand_over(&mut child, listeners);
        let mut ended_by_us = None;
        loop {
            match group.has_ended(&mut child) {
                // Whoever cannot be looked at cannot be waited for either.
                Ok(true) | Err(_) => break,
                Ok(false) => {}
            }
            ended_by_us = match started.elapsed() >= timeout {
                true => Some(ScriptEnd::TimedOut),
                false => cancel.is_cancelled().then_some(ScriptEnd::Stopped),
            };
            if ended_by_us.is_some() {
                break;
            }
            std::thread::sleep(LOOK_EVERY);
        }
        let left_running = group.end() && ended_by_us.is_none();
        let status = child.wait();
        let took = started.elapsed();
        capture.wait_for(readers, LAST_WORDS);
        let (output, dropped_bytes) = capture.text();
        let end = ended_by_us.unwrap_or_else(|| match status {
            Ok(status) => system::end_of(status),
            Err(error) => ScriptEnd::NotStarted(error.to_string()),
        });
        Ran { end, took, output, dropped_bytes, left_running }
    }
}

/// A new folder for one run. Whoever can exchange it before the interpreter opens the script decides what runs.
fn scratch_in(folder: &Path) -> Result<TempDir, String> {
    let scratch = system::private(tempfile::Builder::new().prefix("patchwright-script-")).tempdir_in(folder);
    let scratch = scratch.map_err(|error| format!("cannot make a folder for it: {error}"))?;
    check_folder(scratch.path()).map_err(|error| format!("its folder is not safe: {error}"))?;
    Ok(scratch)
}

/// Nothing that decides what runs may come from the folder that is patched.
fn refuse_inside(path: &Path, target: &Path, what: &str) -> Result<(), String> {
    let real = |path: &Path| path.canonicalize().map_err(|error| format!("{}: {error}", path.display()));
    match real(path)?.starts_with(real(target)?) {
        true => Err(format!("{what} is inside the folder to patch: {}", path.display())),
        false => Ok(()),
    }
}

/// Writes the text into the scratch folder; gives the name that the interpreter is told.
fn write_text(job: &Job<'_>, scratch: &Path) -> io::Result<&'static str> {
    let (name, before): (_, &[u8]) = match job.interpreter {
        Interpreter::Sh => ("./script.sh", b""),
        Interpreter::Python3 => ("./script.py", b""),
        // Without the mark it would be read in the code page of the machine: not the text that somebody agreed to.
        Interpreter::PowerShell => (".\\script.ps1", b"\xef\xbb\xbf"),
        Interpreter::Cmd => (".\\script.cmd", b""),
    };
    if job.interpreter == Interpreter::Cmd && !job.text.is_ascii() {
        let problem = "the command processor reads letters beyond ASCII as others than those that are shown";
        return Err(io::Error::new(io::ErrorKind::InvalidData, problem));
    }
    let mut file = OpenOptions::new().write(true).create_new(true).open(scratch.join(&name[2..]))?;
    file.write_all(before)?;
    file.write_all(job.text.as_bytes())?;
    Ok(name)
}

/// What stands before the script's name.
fn arguments(interpreter: Interpreter) -> &'static [&'static str] {
    match interpreter {
        Interpreter::Sh => &[],
        // Isolated: no settings, packages or start files of the person, nothing from the folder it starts in.
        Interpreter::Python3 => &["-I", "-B"],
        Interpreter::PowerShell => {
            &["-NoLogo", "-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass", "-File"]
        }
        Interpreter::Cmd => &["/d", "/q", "/c"],
    }
}

/// What tells this run's processes from all others: the scratch folder's name, which chance made.
fn mark_of(scratch: &TempDir) -> String {
    scratch.path().file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Gives each stream to a listener, and says how many are read.
fn hand_over(child: &mut Child, listeners: [Sender<Stream>; 2]) -> usize {
    let out = child.stdout.take().map(|stream| Box::new(stream) as Stream);
    let err = child.stderr.take().map(|stream| Box::new(stream) as Stream);
    let streams = out.into_iter().chain(err);
    streams.zip(listeners).filter_map(|(stream, listener)| listener.send(stream).ok()).count()
}
