//! What the window's jobs do in a story: they answer at once, from a real workbench on real folders in which time stands
//! still, and write down what would take place outside.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use patchwright::cli::{self, Streams};
use patchwright::environment::Environment;
use patchwright::gui::Jobs;
use patchwright::present::message::{Effect, Event};
use patchwright::present::reading;
use patchwright::present::worker;
use patchwright::progress::{CancelToken, Quiet};
use patchwright::settings::{Recent, Settings};
use patchwright::workbench::{Sample, TextOptions, UnfinishedWork, Watch, Workbench};

/// What the jobs do, shared with who looks on.
pub struct Desk {
    pub(super) workbench: Workbench,
    /// How text patches are read.
    reading: TextOptions,
    /// Answers that were not taken yet.
    pub(super) answers: VecDeque<Event>,
    /// What was asked for beside reading, in order.
    pub done: Vec<Effect>,
    /// Questions that nobody answers yet, while [`Desk::is_slow`].
    pub asked: Vec<Effect>,
    /// Whether questions stay without an answer.
    pub is_slow: bool,
    /// Whether the worker only says what it is told to say.
    pub is_scripted: bool,
    /// Work that was interrupted before the window opened.
    pub interrupted: Vec<(PathBuf, UnfinishedWork)>,
    /// The sample, once it was laid out.
    pub sample: Option<Sample>,
}

impl Desk {
    pub fn new() -> Self {
        let now = "2026-03-04T05:06:07Z".parse().expect("a good time");
        let platform = Environment::of_this_machine().platform;
        Self {
            reading: TextOptions::default(),
            workbench: Workbench::new(Environment::fixed(now, "tester", "testbed", &platform)),
            answers: VecDeque::new(),
            done: Vec::new(),
            asked: Vec::new(),
            is_slow: false,
            is_scripted: false,
            interrupted: Vec::new(),
            sample: None,
        }
    }

    /// The same for somebody who keeps their keys in `place`.
    pub fn with_keys_in(place: &Path) -> Self {
        let mut desk = Self::new();
        let mut environment = desk.workbench.environment().clone();
        environment.trust_file = Some(place.join("trust.toml"));
        environment.keys_folder = Some(place.join("keys"));
        desk.workbench = Workbench::new(environment);
        desk
    }

    /// The same for somebody who keeps their keys in `place`, and whose computer remembers there what they did.
    pub fn at_home_in(place: &Path) -> Self {
        fs::create_dir_all(place).expect("a folder");
        let mut desk = Self::with_keys_in(place);
        let mut environment = desk.workbench.environment().clone();
        environment.seen_file = Some(place.join("seen.json"));
        desk.workbench = Workbench::new(environment);
        desk
    }

    /// The same for somebody whose computer remembers in `place` what they did.
    pub fn remembering_in(place: &Path) -> Self {
        let mut desk = Self::new();
        let mut environment = desk.workbench.environment().clone();
        environment.seen_file = Some(place.join("seen.json"));
        desk.workbench = Workbench::new(environment);
        desk
    }

    /// The engine, for what happened before.
    pub fn workbench(&self) -> &Workbench {
        &self.workbench
    }

    /// What somebody does on the command line before; what it printed.
    #[track_caller]
    pub fn runs(&self, arguments: &[&std::ffi::OsStr]) -> String {
        let (mut input, mut out, mut err) = (std::io::empty(), Vec::new(), Vec::new());
        let mut streams = Streams::of_a_program(&mut input, &mut out, &mut err);
        let arguments = ["patchwright".as_ref()].into_iter().chain(arguments.iter().copied());
        cli::run_with(&self.workbench, arguments.map(ToOwned::to_owned), &mut streams);
        assert!(err.is_empty(), "{}", String::from_utf8_lossy(&err));
        String::from_utf8(out).expect("text")
    }

    fn answer(&mut self, question: Effect) {
        let cancel = CancelToken::new();
        let watch = Watch { progress: &Quiet, cancel: &cancel };
        let answer = reading::answer(&self.workbench, &self.reading, question, watch);
        if let Some(Event::SampleReady(_, Ok(sample))) = &answer {
            self.sample = Some(sample.clone());
        }
        self.answers.extend(answer);
    }

    /// Does what the worker would, and says what it would say.
    fn work(&mut self, arguments: Vec<std::ffi::OsString>) {
        let (mut input, mut out, mut err) = (std::io::empty(), Vec::new(), Vec::new());
        let mut streams = Streams::of_a_program(&mut input, &mut out, &mut err);
        let arguments = std::iter::once("patchwright".into()).chain(arguments);
        cli::run_with(&self.workbench, arguments, &mut streams);
        let said = String::from_utf8(out).expect("text");
        self.answers.extend(said.lines().filter_map(worker::parse).map(Event::Worker));
        self.answers.push_back(Event::WorkerEnded);
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        if let Some(sample) = &self.sample {
            // A temporary folder of our own; what stays in it is harmless.
            let _ = fs::remove_dir_all(&sample.place);
        }
    }
}

/// The window's hold on the desk.
pub struct Hands(pub Rc<RefCell<Desk>>);

impl Jobs for Hands {
    fn run(&mut self, effect: Effect) {
        let mut desk = self.0.borrow_mut();
        match effect {
            Effect::FindInterrupted(folders) => {
                let found = desk.interrupted.clone().into_iter();
                let found = found.filter(|(folder, _)| folders.contains(folder));
                let now = |folder: &Path| desk.workbench.unfinished_in_full(folder).ok().flatten();
                let events: Vec<Event> = found
                    .map(|(folder, work)| Event::Interrupted(folder.clone(), now(&folder).unwrap_or(work)))
                    .collect();
                desk.answers.extend(events);
            }
            Effect::ReadTextAs(reading) => desk.reading = reading,
            Effect::Survey(folders, files, lists) => {
                let cancel = CancelToken::new();
                let watch = Watch { progress: &Quiet, cancel: &cancel };
                let mut answers = Vec::new();
                reading::survey(&desk.workbench, folders, (files, &lists), watch, |event| {
                    answers.push(event);
                });
                desk.answers.extend(answers);
            }
            Effect::Start(ref change, ref folder, expected) if !desk.is_scripted => {
                let arguments = change.arguments(folder, expected);
                desk.done.push(effect);
                desk.work(arguments);
            }
            // What it is, is known at once even where reading it takes long.
            Effect::Sort(_) => desk.answer(effect),
            question if reading::Question::from_effect(&question).is_some() => match desk.is_slow {
                true => desk.asked.push(question),
                false => desk.answer(question),
            },
            other => desk.done.push(other),
        }
    }

    fn next_event(&mut self) -> Option<Event> {
        self.0.borrow_mut().answers.pop_front()
    }

    fn save(&mut self, _: &Settings, _: &Recent) {
        self.0.borrow_mut().done.push(Effect::SaveSettings);
    }
}
