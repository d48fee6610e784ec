//! The window: shows what a patch file says about itself.
//!
//! It changes nothing and reads no file itself: what it shows comes from the workbench, through [`summary`], on
//! threads of its own so that it answers while a slow disk or a dialog does not.

mod contents;
pub mod icon;
mod jobs;
mod pages;
mod summary;
pub mod theme;
pub mod widgets;

use std::path::PathBuf;

use eframe::Renderer;

use jobs::{Event, Jobs};
use summary::{Refusal, Summary};

/// Opens the window and stays until it is closed; with `bundle`, shows that patch file at once.
///
/// `renderers` are the ways to draw, best first: where one does not work (no graphics driver over remote desktop,
/// say), the next one is tried.
///
/// # Errors
/// Why there is no display, or why the last of the renderers did not work either.
pub fn run(bundle: Option<PathBuf>, renderers: &[Renderer]) -> eframe::Result {
    let mut outcome = Ok(());
    for renderer in renderers {
        let bundle = bundle.clone();
        outcome = eframe::run_native(
            "Patchwright",
            options(*renderer),
            Box::new(|creation| {
                theme::set_up(&creation.egui_ctx, &theme::Appearance::default());
                Ok(Box::new(Window::new(&creation.egui_ctx, bundle)))
            }),
        );
        // Without a display no renderer helps.
        if matches!(outcome, Ok(()) | Err(eframe::Error::WinitEventLoop(_))) {
            break;
        }
    }
    outcome
}

/// The icon of the window and of its place in the taskbar; larger ones are in the executable or the desktop file.
const ICON_SIDE: u32 = 64;

fn options(renderer: Renderer) -> eframe::NativeOptions {
    let viewport = egui::ViewportBuilder::default()
        .with_app_id("patchwright")
        .with_icon(egui::IconData { rgba: icon::rgba(ICON_SIDE), width: ICON_SIDE, height: ICON_SIDE })
        .with_inner_size([960.0, 680.0])
        .with_min_inner_size([480.0, 360.0]);
    eframe::NativeOptions { viewport, renderer, ..Default::default() }
}

/// What the window shows.
enum Page {
    /// Nothing yet.
    Start,
    /// A patch file is being read.
    Reading(PathBuf),
    /// What the patch file says.
    Patch(Box<Summary>),
    /// Why it cannot be shown.
    Refused(Refusal),
}

/// What a person asked for.
enum Command {
    /// Show the dialog that chooses a file.
    Choose,
    /// Read this patch file.
    Open(PathBuf),
}

/// The window's state.
struct Window {
    page: Page,
    /// The path in the text field, for machines whose dialog does not come up.
    typed_path: String,
    jobs: Jobs,
}

impl Window {
    fn new(context: &egui::Context, bundle: Option<PathBuf>) -> Self {
        let mut window =
            Self { page: Page::Start, typed_path: String::new(), jobs: Jobs::new(context.clone()) };
        if let Some(path) = bundle {
            window.execute(Command::Open(path));
        }
        window
    }

    fn execute(&mut self, command: Command) {
        match command {
            Command::Choose => self.jobs.choose(),
            Command::Open(path) => {
                self.page = Page::Reading(path.clone());
                self.jobs.read(path);
            }
        }
    }
}

impl eframe::App for Window {
    /// Runs while the window is minimised too, so answers and dropped files are taken here.
    fn logic(&mut self, context: &egui::Context, _: &mut eframe::Frame) {
        // A frame may run this twice; what is taken out is handled once.
        let dropped = context.input_mut(|input| std::mem::take(&mut input.raw.dropped_files));
        if let Some(file) = dropped.first() {
            self.execute(Command::Open(file.path().to_path_buf()));
        }
        while let Some(event) = self.jobs.next_event() {
            match event {
                Event::Chosen(path) => self.execute(Command::Open(path)),
                Event::Read(Ok(summary)) => self.page = Page::Patch(Box::new(summary)),
                Event::Read(Err(refusal)) => self.page = Page::Refused(refusal),
            }
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, _: &mut eframe::Frame) {
        let mut command = None;
        pages::root_ui(ui, &self.page, &mut self.typed_path, &mut command);
        if let Some(command) = command {
            self.execute(command);
        }
    }
}
