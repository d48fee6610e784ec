//! The worker as the window starts it, a real process on a real folder: left alone, told to stop, killed.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use patchwright::environment::Environment;
use patchwright::gui::worker::WORKER_FLAG;
use patchwright::present::message::{Beside, RollbackQuestion};
use patchwright::present::why::RollbackReason;
use patchwright::present::worker::{Outcome, WorkerAnswer, WorkerChange, WorkerLine, parse};
use patchwright::progress::{CancelToken, HowFar, Phase, Quiet};
use patchwright::workbench::{
    EditChoices, MakeRequest, OrderSource, Overrides, ProofChoice, TextOptions, Watch, Which, Workbench,
};
use tempfile::TempDir;

/// Enough that a change of them is met in its middle.
const FILES: usize = 600;
/// How often a worker may be too fast to be met in its middle.
const TRIES: usize = 20;

const ORDER: &str = r#"
id = "ACME-HF-1"
sequence = 1
kind = "hotfix"
title = "many files"
summary = "What was wrong, and what is different afterwards."
vendor = "ACME"
contact = "help@acme.example"
fixes = ["ACME-1"]
[product]
name = "product"
versions = ["1"]
[rollback]
possible = "yes"
"#;

/// A product of many files, and a patch that changes each.
struct Scene {
    place: TempDir,
    workbench: Workbench,
}

fn lay_out(folder: &Path, word: &str) {
    for number in 0..FILES {
        let folder = folder.join(format!("part-{}", number % 20));
        fs::create_dir_all(&folder).expect("a new folder");
        fs::write(folder.join(format!("{number}.txt")), format!("{word} {number}\n").repeat(50))
            .expect("a new file");
    }
}

fn everything(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let (mut found, mut folders) = (BTreeMap::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            match path.is_dir() {
                true if path.ends_with(".patchwright") => {}
                true => folders.push(path),
                false => _ = found.insert(path.clone(), fs::read(&path).expect("a file")),
            }
        }
    }
    found
}

impl Scene {
    fn new() -> Self {
        let place = tempfile::tempdir().expect("room for a temporary folder");
        let this = Environment::of_this_machine();
        let workbench = Workbench::new(Environment::fixed(
            jiff::Timestamp::now(),
            &this.user,
            &this.host,
            &this.platform,
        ));
        let scene = Self { place, workbench };
        lay_out(&scene.folder(), "old");
        let new = scene.place.path().join("new");
        lay_out(&new, "new");
        let order = scene.place.path().join("order.toml");
        fs::write(&order, ORDER).expect("a new file");
        let request = MakeRequest {
            from: scene.folder(),
            to: new,
            order: OrderSource::File(order),
            output: scene.bundle(),
            proof: ProofChoice::Skip,
        };
        let watch = Watch { progress: &Quiet, cancel: &CancelToken::new() };
        let made = scene.workbench.make(&request, watch).expect("a patch file");
        assert_eq!(made.output, scene.bundle());
        scene
    }

    fn folder(&self) -> PathBuf {
        self.place.path().join("app")
    }

    fn bundle(&self) -> PathBuf {
        self.place.path().join("fix.patchbundle")
    }

    fn apply(&self) -> Running {
        let change = WorkerChange::Apply {
            bundles: vec![self.bundle()],
            overrides: Box::new(Overrides::UNSIGNED),
            edits: EditChoices::new(),
            reading: TextOptions::default(),
            beside: Beside::default(),
            why: RollbackReason::default(),
            scripts: None,
            each: false,
        };
        self.start(&change)
    }

    fn start(&self, change: &WorkerChange) -> Running {
        let mut child = Command::new(env!("CARGO_BIN_EXE_patchwright-gui"))
            .arg(WORKER_FLAG)
            .args(change.arguments(&self.folder(), None))
            // What it trusts and remembers is its own, and not that of whoever runs the tests.
            .envs(["HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"].map(|own| (own, self.place.path())))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let lines = BufReader::new(child.stdout.take().expect("it is piped"));
        Running { child, lines }
    }

    fn is_interrupted(&self) -> bool {
        self.workbench.unfinished(&self.folder()).expect("the folder can be looked at").is_some()
    }
}

/// A worker that was started.
struct Running {
    child: Child,
    lines: BufReader<std::process::ChildStdout>,
}

impl Running {
    fn next(&mut self) -> Option<WorkerLine> {
        loop {
            let mut line = String::new();
            if self.lines.read_line(&mut line).expect("the worker writes text") == 0 {
                return None;
            }
            if let Some(line) = parse(line.trim_end()) {
                return Some(line);
            }
        }
    }

    /// Reads until the worker is in `phase`; `false` if it never says so.
    fn reaches(&mut self, phase: Phase) -> bool {
        while let Some(line) = self.next() {
            match line {
                WorkerLine::Progress(HowFar { phase: now, .. }) if now == phase => return true,
                WorkerLine::Progress(_) => {}
                WorkerLine::Answer(_) => return false,
            }
        }
        false
    }

    fn stop(&mut self) {
        let input = self.child.stdin.as_mut().expect("it is piped");
        input.write_all(b"stop\n").expect("it listens");
    }

    /// Its last word, once it has ended.
    fn answer(mut self) -> WorkerAnswer {
        let mut last = None;
        while let Some(line) = self.next() {
            if let WorkerLine::Answer(answer) = line {
                last = Some(*answer);
            }
        }
        self.child.wait().expect("it ends");
        last.expect("a worker has a last word")
    }
}

#[test]
fn when_the_window_is_gone_the_work_goes_on_to_its_end() {
    let scene = Scene::new();
    let before = everything(&scene.folder());
    let mut worker = scene.apply();
    assert!(worker.reaches(Phase::Preparing), "it says what it does");
    // Both ends of the window's pipes are gone, as when it is killed.
    let Running { mut child, lines } = worker;
    drop((child.stdin.take(), lines));
    child.wait().expect("it ends");
    assert!(!scene.is_interrupted());
    let after = everything(&scene.folder());
    assert_ne!(after, before);
    assert!(after.values().all(|bytes| bytes.starts_with(b"new ")), "all of it, not some of it");
}

#[test]
fn a_worker_that_is_told_to_stop_leaves_everything_as_it_was() {
    let scene = Scene::new();
    let before = everything(&scene.folder());
    let mut worker = scene.apply();
    worker.stop();
    let answer = worker.answer();
    assert_eq!(answer.code(), Some("E-INTERRUPTED"), "{answer:?}");
    assert!(!scene.is_interrupted());
    assert_eq!(everything(&scene.folder()), before);
}

#[test]
fn a_worker_that_is_told_to_stop_in_the_middle_puts_everything_back() {
    let scene = Scene::new();
    let before = everything(&scene.folder());
    for _ in 0..TRIES {
        let mut worker = scene.apply();
        if worker.reaches(Phase::Changing) {
            worker.stop();
        }
        let answer = worker.answer();
        assert!(!scene.is_interrupted(), "{answer:?}");
        if answer.outcome != Outcome::Done {
            assert_eq!(everything(&scene.folder()), before, "{answer:?}");
            return;
        }
        let back = scene.start(&WorkerChange::TakeBack(RollbackQuestion::new(Which::Last))).answer();
        assert_eq!(back.outcome, Outcome::Done, "{back:?}");
    }
    panic!("the worker was never stopped in its middle");
}

#[test]
fn a_worker_that_is_killed_leaves_work_that_is_found_and_put_back() {
    let scene = Scene::new();
    let before = everything(&scene.folder());
    for _ in 0..TRIES {
        let mut worker = scene.apply();
        let was_met = worker.reaches(Phase::Changing);
        // One that has ended cannot be killed, and need not be.
        worker.child.kill().ok();
        worker.child.wait().expect("it ends");
        if was_met && scene.is_interrupted() {
            let answer =
                scene.start(&WorkerChange::UndoInterrupted { aside: false, from: Vec::new() }).answer();
            assert_eq!(answer.outcome, Outcome::Done, "{answer:?}");
            assert!(!scene.is_interrupted());
            assert_eq!(everything(&scene.folder()), before);
            return;
        }
        let back = scene.start(&WorkerChange::TakeBack(RollbackQuestion::new(Which::Last))).answer();
        assert_eq!(back.outcome, Outcome::Done, "{back:?}");
    }
    panic!("the worker was never met in its middle");
}
