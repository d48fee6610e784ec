//! Somebody at the window, without a window: what they do is a message, and what it leads to is carried out.

use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};

use patchwright::cli::{self, Streams};
use patchwright::present::check::CheckVerdict;
use patchwright::present::guided::Stage;
use patchwright::present::message::{Effect, Event, Msg};
use patchwright::present::outcome::FolderEnd;
use patchwright::present::{Model, reading, worker};
use patchwright::progress::{CancelToken, Quiet};
use patchwright::settings::{Recent, Settings};
use patchwright::workbench::{Override, Sample, TextOptions, Watch};

use crate::support::sandbox::{Sandbox, unwatched};

/// Somebody at a window, with the sample laid out.
pub struct Person {
    pub sandbox: Sandbox,
    pub sample: Sample,
    pub model: Model,
    /// What the window did beside reading and changing, in order.
    pub done: Vec<Effect>,
    /// Whether the worker dies before it can start.
    pub worker_dies: bool,
    /// Whether the worker works, and nobody hears its answer.
    pub worker_is_mute: bool,
}

impl Person {
    pub fn new() -> Self {
        let sandbox = Sandbox::new();
        let sample = unwatched(|watch| sandbox.bench().lay_out_sample(watch)).expect("room for a sample");
        let model = Model::new(Settings::default(), Recent::default());
        Self { sandbox, sample, model, done: Vec::new(), worker_dies: false, worker_is_mute: false }
    }

    /// Does something, and waits until everything that follows from it has happened.
    pub fn does(&mut self, msg: Msg) -> &mut Self {
        let mut effects = VecDeque::from(self.model.update(msg));
        while let Some(effect) = effects.pop_front() {
            for event in self.carry_out(effect) {
                effects.extend(self.model.on_event(event));
            }
        }
        self
    }

    fn carry_out(&mut self, effect: Effect) -> Vec<Event> {
        let bench = self.sandbox.bench();
        match effect {
            Effect::Start(change, folder, expected) => {
                let mut events = match self.worker_dies {
                    true => Vec::new(),
                    false => self.work(change.arguments(&folder, expected)),
                };
                if self.worker_is_mute {
                    events.clear();
                }
                events.push(Event::WorkerEnded);
                events
            }
            Effect::FindInterrupted(folders) => folders
                .into_iter()
                .filter_map(|folder| Some((bench.unfinished(&folder).ok()??, folder)))
                .map(|(work, folder)| Event::Interrupted(folder, work))
                .collect(),
            question if reading::Question::from_effect(&question).is_some() => {
                let cancel = CancelToken::new();
                let watch = Watch { progress: &Quiet, cancel: &cancel };
                reading::answer(bench, &TextOptions::default(), question, watch).into_iter().collect()
            }
            other => {
                self.done.push(other);
                Vec::new()
            }
        }
    }

    /// What the worker says.
    fn work(&self, arguments: Vec<std::ffi::OsString>) -> Vec<Event> {
        let (mut input, mut out, mut err) = (std::io::empty(), Vec::new(), Vec::new());
        let mut streams = Streams::of_a_program(&mut input, &mut out, &mut err);
        let arguments = std::iter::once("patchwright".into()).chain(arguments);
        cli::run_with(self.sandbox.bench(), arguments, &mut streams);
        let text = String::from_utf8(out).expect("text");
        let lines: Vec<Event> = text.lines().filter_map(worker::parse).map(Event::Worker).collect();
        assert!(!lines.is_empty(), "the worker says nothing: {text} {}", String::from_utf8_lossy(&err));
        lines
    }

    pub fn opens(&mut self, which: usize) -> &mut Self {
        let (bundle, folder) = (self.sample.bundles[which].clone(), self.sample.folder.clone());
        self.does(Msg::OpenPair(bundle, Some(folder)))
    }

    #[track_caller]
    pub fn is_at(&mut self, stage: Stage) -> &mut Self {
        let guided = self.model.guided.as_ref().expect("somebody is guided");
        assert_eq!(guided.stage, stage, "{:#?}", guided.check.as_ref().map(|check| &check.findings));
        self
    }

    pub fn goes_through(&mut self) -> &mut Self {
        self.is_at(Stage::Checked).does(Msg::Forward);
        self.is_at(Stage::Reviewing).does(Msg::Forward);
        self.is_at(Stage::Confirming)
            .does(Msg::SetAside(Override::Unsigned, Some(String::new())))
            .does(Msg::Confirm);
        self.is_at(Stage::Done)
    }

    #[track_caller]
    pub fn ends(&mut self, condition: FolderEnd, heading: &str) -> &mut Self {
        let outcome = self.model.guided.as_ref().and_then(|guided| guided.outcome.as_ref()).expect("an end");
        assert_eq!((outcome.condition, outcome.heading.as_str()), (condition, heading), "{outcome:#?}");
        self
    }

    pub fn verdict(&self) -> Option<CheckVerdict> {
        self.model.workspace.verdict()
    }
}

impl Drop for Person {
    fn drop(&mut self) {
        // It is a temporary folder of our own; what stays in it is harmless.
        let _ = fs::remove_dir_all(&self.sample.place);
    }
}

/// Every file of the product, without our records.
pub fn everything(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.file_name().is_some_and(|name| name == ".patchwright") {
                continue;
            }
            match fs::symlink_metadata(&path).expect("something") {
                what if what.is_dir() => folders.push(path),
                what if what.is_symlink() => {
                    let to =
                        fs::read_link(&path).expect("a link").to_string_lossy().into_owned().into_bytes();
                    found.push((path, to));
                }
                _ => found.push((path.clone(), fs::read(&path).expect("a file"))),
            }
        }
    }
    found.sort();
    found
}
