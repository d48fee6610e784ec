//! Work in a process of its own, so that it can be killed.
//!
//! The process is this very test program, started again with a filter that selects one test,
//! [`this_process_is_a_child`], and with an environment variable without which that test does nothing. It is told what
//! to do on its standard input, a word a line, does it through the command line's own code, and answers on its
//! standard output. But for the disk, which kills it at a chosen call, it is the program itself.

use std::ffi::OsString;
use std::fmt;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child as Process, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;

use patchwright::cli::{Interrupt, Streams, Terminals, run_with};
use patchwright::disk::fs::{Fs, OsFs};
use patchwright::environment::Environment;
use patchwright::model::Position;
use patchwright::plan::OnDrift;
use patchwright::progress::{CancelToken, Quiet};
use patchwright::workbench::{
    ApplyOptions, Choice, Error, OnForeign, Overrides, Recovered, Result, RollbackOptions, ToggleOptions,
    Watch, Which, Workbench,
};

use super::fault_fs::{At, Fault, FaultFs, Lasting};
use super::product::SWITCH_ID;

/// Makes a process a child, and names the folder it works in.
const FOLDER: &str = "PATCHWRIGHT_TEST_CHILD_FOLDER";
/// Names the bundle that it applies.
const BUNDLE: &str = "PATCHWRIGHT_TEST_CHILD_BUNDLE";
/// Says what becomes of it.
const FATE: &str = "PATCHWRIGHT_TEST_CHILD_FATE";

/// Begins the line of an answer among the lines of the test program.
const ANSWER: &str = "child answers: ";
/// The answer of a child that waits to be killed.
const PAUSED: &str = "paused";

/// What a process is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Apply the bundle.
    Apply,
    /// Take the last patch back.
    RollBack,
    /// Undo what was interrupted.
    Undo,
    /// Turn the switch of the patch off.
    TurnOff,
}

impl Deed {
    const ALL: [Self; 4] = [Deed::Apply, Deed::RollBack, Deed::Undo, Deed::TurnOff];

    fn as_str(self) -> &'static str {
        match self {
            Deed::Apply => "apply",
            Deed::RollBack => "roll back",
            Deed::Undo => "undo",
            Deed::TurnOff => "turn off",
        }
    }

    /// Does it as the command line does.
    pub fn type_in(self, workbench: &Workbench, folder: &Path, bundle: &Path) -> Answer {
        let mut typed: Vec<OsString> = ["patchwright", "--json", "--yes"].map(OsString::from).into();
        match self {
            Deed::Apply => typed.extend(["apply".into(), "--allow-unsigned".into(), bundle.into()]),
            Deed::RollBack => typed.push("rollback".into()),
            Deed::Undo => typed.extend(["recover", "--undo"].map(OsString::from)),
            Deed::TurnOff => typed.extend(["toggle", "off", SWITCH_ID].map(OsString::from)),
        }
        typed.push(folder.into());
        let mut printed = Vec::new();
        let mut streams = Streams {
            input: &mut io::empty(),
            out: &mut printed,
            err: &mut io::sink(),
            terminals: Terminals::default(),
            colours: false,
            ask_secret: &|_| Err(io::ErrorKind::Unsupported.into()),
            interrupt: Interrupt::default(),
        };
        let code = run_with(workbench, typed, &mut streams);
        let answer = Answer::in_document(&printed);
        assert_eq!(code == 0, !matches!(answer, Answer::Failed { .. }), "exit code {code}, but: {answer}");
        answer
    }

    /// Does it as the window does.
    pub fn carry_out(self, workbench: &Workbench, folder: &Path, bundle: &Path) -> Answer {
        let watch = Watch { progress: &Quiet, cancel: &CancelToken::new() };
        let outcome = match self {
            Deed::Apply => {
                let options = ApplyOptions { overrides: Overrides::UNSIGNED, ..ApplyOptions::default() };
                workbench.apply(bundle, folder, options, watch).map(|applied| applied.entry.is_some())
            }
            Deed::RollBack => workbench.roll_back(folder, &rollback_options(), watch).map(|_| true),
            Deed::Undo => workbench
                .recover(folder, Choice::Undo(OnForeign::Stop), watch)
                .map(|recovered| !matches!(recovered, Recovered::NothingToDo)),
            Deed::TurnOff => {
                let id = SWITCH_ID.to_owned();
                let options = ToggleOptions {
                    id,
                    to: Position::Off,
                    reason: None,
                    expected: None,
                    occasion: Default::default(),
                };
                workbench.toggle(folder, &options, watch).map(|done| done.entry.is_some())
            }
        };
        Answer::new(outcome)
    }
}

/// Takes the last patch back unless something was edited.
pub fn rollback_options() -> RollbackOptions {
    RollbackOptions {
        overrides: Overrides::UNSIGNED,
        which: Which::Last,
        on_drift: OnDrift::Stop,
        expected: None,
        scripts: Default::default(),
        occasion: Default::default(),
        withdrawn: Vec::new(),
    }
}

/// What came of a deed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It is done.
    Done,
    /// There was nothing to do.
    NothingToDo,
    /// It did not go ahead.
    Failed {
        /// Why, for machines.
        code: String,
        /// Why, for people.
        message: String,
    },
}

impl Answer {
    fn new(outcome: Result<bool>) -> Self {
        match outcome {
            Ok(true) => Answer::Done,
            Ok(false) => Answer::NothingToDo,
            Err(error) => Answer::Failed { code: error.code().as_str().to_owned(), message: told(&error) },
        }
    }

    /// What the command line printed for other programs.
    fn in_document(printed: &[u8]) -> Self {
        let document: serde_json::Value = serde_json::from_slice(printed).expect("one JSON document");
        match document["outcome"].as_str() {
            Some("done") => Answer::Done,
            Some("nothing-to-do") => Answer::NothingToDo,
            _ => {
                let code = document["code"].as_str().expect("a failure has a code").to_owned();
                Answer::Failed { code, message: document.to_string() }
            }
        }
    }

    fn parse(line: &str) -> Self {
        match line {
            "done" => Answer::Done,
            "nothing to do" => Answer::NothingToDo,
            failed => {
                let (code, message) = failed.split_once(' ').expect("a code and a message");
                Answer::Failed { code: code.to_owned(), message: message.to_owned() }
            }
        }
    }

    /// Whether it failed for this reason.
    pub fn is_failed(&self, wanted: &str) -> bool {
        matches!(self, Answer::Failed { code, .. } if code == wanted)
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Answer::Done => f.write_str("done"),
            Answer::NothingToDo => f.write_str("nothing to do"),
            Answer::Failed { code, message } => write!(f, "{code} {}", message.replace('\n', " ")),
        }
    }
}

/// An error with its causes, and all that stands in the way.
fn told(error: &Error) -> String {
    if let Error::Refused(obstacles) = error {
        let told: Vec<String> = obstacles
            .iter()
            .map(|found| format!("{} {:?} {}", found.code().as_str(), found.path, found.meaning()))
            .collect();
        return told.join("; ");
    }
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(deeper) = cause {
        text += &format!(": {deeper}");
        cause = deeper.source();
    }
    text
}

/// What becomes of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It lives until it is told to do nothing more.
    Lives,
    /// It is killed at this call of its disk, counted from 1.
    IsKilledAt(usize),
    /// It stops at this call of its disk and waits to be killed.
    PausesAt(usize),
}

impl Fate {
    fn words(self) -> String {
        match self {
            Fate::Lives => "lives".to_owned(),
            Fate::IsKilledAt(call) => format!("killed {call}"),
            Fate::PausesAt(call) => format!("pauses {call}"),
        }
    }

    fn parse(words: &str) -> Self {
        let call = |n: &str| n.parse().expect("a number of a call");
        match words.split_once(' ') {
            Some(("killed", n)) => Fate::IsKilledAt(call(n)),
            Some(("pauses", n)) => Fate::PausesAt(call(n)),
            _ => Fate::Lives,
        }
    }

    /// The disk on which it comes true.
    fn befall(self, disk: Arc<dyn Fs>) -> FaultFs {
        match self {
            Fate::Lives => FaultFs::watching(disk),
            Fate::IsKilledAt(call) => FaultFs::failing(disk, At::Call(call), Fault::Kills, Lasting::Once),
            Fate::PausesAt(call) => FaultFs::interfered(disk, At::Call(call), || {
                answer(PAUSED);
                loop {
                    std::thread::park();
                }
            }),
        }
    }
}

/// A workbench whose every folder is on this one disk, so that its calls are counted through.
pub fn workbench_on(disk: Arc<dyn Fs>) -> Workbench {
    Workbench::with_disks(environment(), Arc::new(move |_| Ok(disk.clone())))
}

/// A workbench on the real disk.
pub fn workbench() -> Workbench {
    Workbench::new(environment())
}

fn environment() -> Environment {
    let now = "2026-11-20T12:00:00Z".parse().expect("a good time");
    Environment::fixed(now, "ada", "lab", "linux/x86_64")
}

/// A process that works in a folder. When it is dropped, it is killed.
pub struct Child {
    process: Process,
    commands: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Child {
    /// Starts a process that works in `folder`, with `bundle` at hand.
    pub fn start(folder: &Path, bundle: &Path, fate: Fate) -> Self {
        let this_program = std::env::current_exe().expect("a test knows its program");
        let (_, module) = module_path!().split_once("::").expect("this module is in a crate");
        let mut process = Command::new(this_program)
            .args(["--exact", &format!("{module}::this_process_is_a_child"), "--nocapture"])
            .env(FOLDER, folder)
            .env(BUNDLE, bundle)
            .env(FATE, fate.words())
            // One thread, so that a call has the same number every time.
            .env("RAYON_NUM_THREADS", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a test program starts");
        let commands = process.stdin.take().expect("it is piped");
        let answers = BufReader::new(process.stdout.take().expect("it is piped"));
        Self { process, commands, answers }
    }

    /// Tells it what to do, and does not wait.
    pub fn tell(&mut self, deed: Deed) {
        // A process that was killed does not listen; that it has no answer tells.
        writeln!(self.commands, "{}", deed.as_str()).ok();
    }

    /// What came of the deed; `None` when the process was killed.
    pub fn answer(&mut self) -> Option<Answer> {
        let line = self.line()?;
        assert_ne!(line, PAUSED, "nobody asked it to stop");
        Some(Answer::parse(&line))
    }

    /// Waits until it has stopped at its call.
    pub fn wait_for_pause(&mut self) {
        assert_eq!(self.line().as_deref(), Some(PAUSED));
    }

    /// Kills it, without a chance to clean up, and waits until it is gone.
    pub fn kill(mut self) {
        self.end();
    }

    fn end(&mut self) {
        // One that is dead already cannot be killed, and need not be.
        self.process.kill().ok();
        self.process.wait().expect("a child can be waited for");
    }

    fn line(&mut self) -> Option<String> {
        loop {
            let mut line = String::new();
            if self.answers.read_line(&mut line).expect("answers are text") == 0 {
                return None;
            }
            if let Some(answer) = line.trim_end().strip_prefix(ANSWER) {
                return Some(answer.to_owned());
            }
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.end();
    }
}

/// Does one thing in a process of its own; `None` when the process was killed.
pub fn in_a_child(deed: Deed, folder: &Path, bundle: &Path, fate: Fate) -> Option<Answer> {
    let mut child = Child::start(folder, bundle, fate);
    child.tell(deed);
    child.answer()
}

fn answer(text: impl fmt::Display) {
    // The test program may have begun a line of its own.
    println!("\n{ANSWER}{text}");
}

/// Not a story but the other half of some: their process.
#[test]
fn this_process_is_a_child() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let bundle = std::env::var_os(BUNDLE).map(PathBuf::from).expect("a child has a bundle");
    let fate = Fate::parse(&std::env::var(FATE).expect("a child has a fate"));
    for line in io::stdin().lines() {
        let line = line.expect("commands are text");
        let deed = Deed::ALL.into_iter().find(|deed| deed.as_str() == line).expect("a known deed");
        let disk = OsFs::open(&folder).expect("the folder is there");
        let workbench = workbench_on(Arc::new(fate.befall(Arc::new(disk))));
        answer(deed.type_in(&workbench, &folder, &bundle));
    }
}
