//! The window: draws what the view-model knows and hands on what a person does.
//!
//! It changes nothing and reads no file itself. Reading runs on threads, so that it answers while a slow disk or a
//! dialog does not; changing runs in a process of its own ([`worker`]), which goes on when the window is gone.

mod app;
pub mod icon;
mod jobs;
mod keys;
mod outbox;
mod panes;
mod renderer;
mod views;
pub mod worker;

use std::path::PathBuf;

use std::time::Duration;

use eframe::Renderer;

use crate::toolkit::theme::fonts::{self, FontSearch};

pub use app::App;
pub use jobs::{Jobs, Threads};

use crate::environment::Environment;
use crate::present::Model;
use crate::settings::SettingsFiles;
use crate::threads;
use crate::words::widgets as words;
use crate::workbench::Workbench;

/// How long the window waits for the system's own font before it is written in ours.
const FONT_PATIENCE: Duration = Duration::from_millis(300);

/// Opens the window and stays until it is closed; `paths` are patch files and folders to open at once.
///
/// `wish` is the only way to draw that is tried; without one, what works here is found out: a graphics driver that
/// does not work (over remote desktop, say) gives way to the next.
///
/// # Errors
/// Why there is no display, or why the last of the ways did not work either.
pub fn run(paths: &[PathBuf], wish: Option<Renderer>) -> eframe::Result {
    threads::start_pool().map_err(|error| eframe::Error::AppCreation(Box::new(error)))?;
    let memory = SettingsFiles::of_this_person();
    let mut outcome = Ok(());
    for tier in renderer::tiers(wish, &memory) {
        let font = FontSearch::start();
        let (paths, own, trial) = (paths.to_vec(), memory.clone(), tier.begin(&memory));
        outcome = eframe::run_native(
            words::PROGRAM,
            tier.options(&memory),
            Box::new(move |creation| {
                renderer::watch_for_trouble(creation);
                let window = Window::new(&creation.egui_ctx, &paths, own, trial);
                fonts::install(&creation.egui_ctx, font.wait(FONT_PATIENCE));
                Ok(Box::new(window))
            }),
        );
        // Without a display no renderer helps.
        if matches!(outcome, Ok(()) | Err(eframe::Error::WinitEventLoop(_))) {
            break;
        }
    }
    outcome
}

/// [`App`] in a frame of the system.
struct Window {
    app: App,
    trial: renderer::RendererTrial,
}

impl Window {
    fn new(
        context: &egui::Context,
        paths: &[PathBuf],
        memory: SettingsFiles,
        trial: renderer::RendererTrial,
    ) -> Self {
        // The system's quit key must not end a window that has a change under way.
        context.options_mut(|options| options.quit_shortcuts.clear());
        let workbench = Workbench::new(Environment::of_this_machine());
        let program = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("patchwright-gui"));
        let threads = Threads::new(context.clone(), workbench, memory, program);
        let (settings, recent) = threads.load();
        let model = Model::new(settings, recent);
        Self { app: App::new(context, model, Box::new(threads), paths), trial }
    }
}

impl eframe::App for Window {
    fn logic(&mut self, context: &egui::Context, _: &mut eframe::Frame) {
        self.app.logic(context);
    }

    fn ui(&mut self, ui: &mut egui::Ui, _: &mut eframe::Frame) {
        self.app.ui(ui);
        self.trial.passed();
    }

    fn persist_egui_memory(&self) -> bool {
        false
    }
}
