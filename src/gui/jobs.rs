//! Carries out what the model wants: reads on threads, changes in the worker's process, dialogs beside the window.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use super::worker::Worker;
use crate::present::failure::Failure;
use crate::present::message::{Dialog, Effect, Event, KeyEvent};
use crate::present::reading::{self, Question};
use crate::present::worker::{WorkerAnswer, WorkerLine};
use crate::progress::{CancelToken, Quiet};
use crate::settings::{Recent, Settings, SettingsFiles};
use crate::threads;
use crate::words::{fill, widgets};
use crate::workbench::{Error, TextOptions, Watch, Workbench};

/// What carries out effects. In tests it only writes them down.
pub trait Jobs {
    /// Begins to carry out an effect; its answer comes as an event.
    fn run(&mut self, effect: Effect);
    /// The next answer.
    fn next_event(&mut self) -> Option<Event>;
    /// Writes down what is remembered.
    fn save(&mut self, settings: &Settings, recent: &Recent);
}

/// Pause between two pictures while work goes on: at most ten a second, so that a remote desktop keeps up.
const PAUSE: Duration = Duration::from_millis(100);
/// Nobody calls a dialog off faster than this; one that is gone by then never came up.
const NEVER_SHOWN: Duration = Duration::from_millis(400);

/// Endings of names that the dialog for a patch file shows. Others are behind "All files".
const PATCH_FILES: &[&str] = &["patchbundle", "patch", "diff", "mbox", "eml", "dpatch", "gz", "xz", "zst"];

/// Jobs on this machine.
pub struct Threads {
    context: egui::Context,
    workbench: Workbench,
    /// How text patches are read.
    reading: TextOptions,
    memory: SettingsFiles,
    /// What is started as the worker.
    program: PathBuf,
    worker: Option<Worker>,
    newest: BTreeMap<Question, CancelToken>,
    sender: mpsc::Sender<Event>,
    receiver: mpsc::Receiver<Event>,
}

impl Threads {
    /// No job yet. `context` is woken when one has an answer; `program` is started as the worker.
    pub fn new(
        context: egui::Context,
        workbench: Workbench,
        memory: SettingsFiles,
        program: PathBuf,
    ) -> Self {
        let (sender, receiver) = mpsc::channel();
        Self {
            context,
            workbench,
            reading: TextOptions::default(),
            memory,
            program,
            worker: None,
            newest: BTreeMap::new(),
            sender,
            receiver,
        }
    }

    /// What was remembered from earlier.
    pub fn load(&self) -> (Settings, Recent) {
        self.memory.load()
    }

    fn sender(&self) -> impl Fn(Event) + Send + Clone + 'static {
        let (sender, context) = (self.sender.clone(), self.context.clone());
        move |event| {
            // Nobody listens only when the window is gone, and then nobody misses it.
            sender.send(event).ok();
            context.request_repaint_after(PAUSE / 10);
        }
    }

    /// Answers a question on a thread.
    fn ask(&mut self, question: Question, effect: Effect) {
        let cancel = CancelToken::new();
        if let Some(older) = self.newest.insert(question, cancel.clone()) {
            older.cancel();
        }
        let (workbench, reading, sender) = (self.workbench.clone(), self.reading.clone(), self.sender());
        threads::beside(&format!("{question:?}"), move || {
            let watch = Watch { progress: &Quiet, cancel: &cancel };
            reading::answer(&workbench, &reading, effect, watch).into_iter().for_each(sender);
        });
    }

    fn show_dialog(&self, kind: Dialog, dialog: impl FnOnce() -> Option<Event> + Send + 'static) {
        let sender = self.sender();
        let (unheard, none_shown) = (self.sender(), kind.clone());
        // On a thread: the dialog may take as long as it likes, or never come up where there is no desktop portal.
        let started = thread::Builder::new().name("dialog".to_owned()).spawn(move || {
            let shown = Instant::now();
            match dialog() {
                Some(event) => sender(event),
                None if shown.elapsed() < NEVER_SHOWN => sender(Event::NoDialog(kind)),
                None => {}
            }
        });
        // Nor does it come up where the system has no thread for it: then the place is typed.
        if started.is_err() {
            unheard(Event::NoDialog(none_shown));
        }
    }

    fn start_worker(&mut self, arguments: Vec<OsString>) {
        let sender = self.sender();
        let heard = {
            let sender = sender.clone();
            move |line: Option<WorkerLine>| sender(line.map_or(Event::WorkerEnded, Event::Worker))
        };
        match Worker::start(&self.program, arguments, heard) {
            Ok(worker) => self.worker = Some(worker),
            Err(error) => {
                let why = fill(widgets::WORKER_NOT_STARTED, &[("why", &error.to_string())]);
                let answer = WorkerAnswer::not_started(why);
                sender(Event::Worker(WorkerLine::Answer(Box::new(answer))));
                sender(Event::WorkerEnded);
            }
        }
    }

    /// Looks at what the home page tells of; a newer look calls this one off.
    fn survey(&mut self, folders: Vec<PathBuf>, files: Vec<PathBuf>, lists: Vec<PathBuf>) {
        let cancel = CancelToken::new();
        if let Some(older) = self.newest.insert(Question::Survey, cancel.clone()) {
            older.cancel();
        }
        let (workbench, sender) = (self.workbench.clone(), self.sender());
        threads::beside("survey", move || {
            let watch = Watch { progress: &Quiet, cancel: &cancel };
            reading::survey(&workbench, folders, (files, &lists), watch, sender);
        });
    }

    fn find_interrupted(&self, folders: Vec<PathBuf>) {
        let (workbench, sender) = (self.workbench.clone(), self.sender());
        threads::beside("interrupted work", move || {
            for folder in folders {
                // A folder that is gone, or not readable now, has nothing to deal with now.
                let found = workbench.unfinished_in_full(&folder);
                if let Ok(Some(work)) = found.or_else(|_| workbench.unfinished(&folder)) {
                    sender(Event::Interrupted(folder, work));
                }
            }
        });
    }
}

/// The dialog for patch files.
fn patch_dialog() -> rfd::FileDialog {
    rfd::FileDialog::new()
        .set_title(widgets::DIALOG_OPEN_PATCH)
        .add_filter(widgets::DIALOG_PATCH_FILE, PATCH_FILES)
        .add_filter(widgets::DIALOG_ALL_FILES, &["*"])
}

impl Jobs for Threads {
    fn run(&mut self, effect: Effect) {
        match effect {
            // A `series` stands for its folder.
            Effect::PickBundle => self.show_dialog(Dialog::Bundle, || {
                patch_dialog().pick_files().map(|picked| reading::sort(&picked))
            }),
            Effect::PickSource => {
                self.show_dialog(Dialog::Source, || patch_dialog().pick_files().map(Event::SourcesPicked));
            }
            Effect::PickKey(asked) => self.show_dialog(asked.clone(), move || {
                let picked = rfd::FileDialog::new().set_title(asked.title()).pick_file();
                picked.map(|path| Event::Keys(KeyEvent::Picked(asked, path)))
            }),
            Effect::PickInput(input) => self.show_dialog(Dialog::Input(input), move || {
                let dialog = rfd::FileDialog::new().set_title(input.title());
                let picked = if input.is_folder() { dialog.pick_folders() } else { dialog.pick_files() };
                picked.map(|paths| Event::InputPicked(input, paths))
            }),
            Effect::PickFolder => self.show_dialog(Dialog::Folder, || {
                rfd::FileDialog::new()
                    .set_title(widgets::DIALOG_CHOOSE_FOLDER)
                    .pick_folder()
                    .map(Event::FolderPicked)
            }),
            Effect::PickPlace(export, name) => {
                self.show_dialog(Dialog::NewFile(export, name.clone()), move || {
                    let dialog = rfd::FileDialog::new().set_title(export.title()).set_file_name(name);
                    dialog.save_file().map(|path| Event::PlacePicked(export, path))
                });
            }
            Effect::FindInterrupted(folders) => self.find_interrupted(folders),
            Effect::ReadTextAs(reading) => self.reading = reading,
            Effect::Survey(folders, files, lists) => self.survey(folders, files, lists),
            Effect::Start(change, folder, expected) => self.start_worker(change.arguments(&folder, expected)),
            Effect::StopWorker => {
                if let Some(worker) = &mut self.worker {
                    worker.stop();
                }
            }
            Effect::SaveReport(path, text) => self.save_file(move |bench| bench.save_report(&path, &text)),
            Effect::SaveSupport(path, folder, text) => self.save_file(move |bench| {
                let watch = Watch { progress: &Quiet, cancel: &CancelToken::new() };
                bench.save_support_file(&path, folder.as_deref(), &text, watch)
            }),
            // These are the window's own.
            Effect::Copy(_) | Effect::SaveSettings | Effect::Close => {}
            question => {
                if let Some(kind) = Question::from_effect(&question) {
                    self.ask(kind, question);
                }
            }
        }
    }

    fn next_event(&mut self) -> Option<Event> {
        self.receiver.try_recv().ok()
    }

    fn save(&mut self, settings: &Settings, recent: &Recent) {
        // Not on a thread: the folder must be remembered before a change of it begins. What cannot be remembered
        // costs comfort, and nobody can do anything about it here.
        let _ = self.memory.save(settings, recent);
    }
}

impl Threads {
    fn save_file(&self, save: impl FnOnce(&Workbench) -> Result<PathBuf, Error> + Send + 'static) {
        let (workbench, sender) = (self.workbench.clone(), self.sender());
        threads::beside("save a file", move || {
            sender(Event::Saved(save(&workbench).map_err(|error| Failure::from_error(&error, None))));
        });
    }
}
