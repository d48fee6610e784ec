//! Everything the window knows.

use std::path::{Path, PathBuf};

use super::guided::Guided;
use super::home::{Home, patch_files};
use super::message::{Effect, RollbackQuestion};
use super::overview::line;
use super::slot::{AnswerSlot, Tickets};
use super::workspace::{Tab, Workspace};
use crate::settings::{Compared, Recent, Settings};
use crate::words::widgets;
use crate::workbench::{Comparison, FolderList, Sample, UnfinishedWork};

/// Which page is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// The beginning.
    Start,
    /// Interrupted work, before anything else.
    Interrupted,
    /// A patch and a folder.
    Workspace(Tab),
    /// The guided way.
    Guided,
    /// How the window looks, and every key.
    Settings,
}

/// What lies on top of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlay {
    /// All commands.
    Palette,
    /// The list of folders.
    Folders,
    /// The question whether to close while work goes on.
    Closing,
}

/// Everything the window knows.
#[derive(Debug)]
pub struct Model {
    /// The page that is shown.
    pub page: Page,
    /// What lies on top of it.
    pub overlay: Option<Overlay>,
    /// The patch and the folder.
    pub workspace: Workspace,
    /// Somebody on the way through a change.
    pub guided: Option<Guided>,
    /// Interrupted work in folders that were opened before.
    pub interrupted: Vec<(PathBuf, UnfinishedWork)>,
    /// The folder that a change went on in after the window before this one was closed.
    pub went_on: Option<PathBuf>,
    /// What is known about what was opened before.
    pub home: Home,
    /// The text of the path field.
    pub typed_path: String,
    /// The sample, once it was laid out.
    pub sample: AnswerSlot<Sample>,
    /// The folders in a folder, where no dialog comes up.
    pub folders: AnswerSlot<FolderList>,
    /// Something small that was done, such as "Copied."
    pub notice: Option<String>,
    /// How the window looks.
    pub settings: Settings,
    /// What was opened lately.
    pub recent: Recent,
    pub(super) tickets: Tickets,
    /// The page that is returned to when the guided way ends.
    pub(super) page_before: Page,
    /// The page that is returned to from the settings.
    pub(super) page_below: Page,
}

const fn comparison(compared: Compared) -> Comparison {
    match compared {
        Compared::OriginalAfter => Comparison::OriginalToAfter,
        Compared::FolderAfter => Comparison::FolderToAfter,
        Compared::OriginalFolder => Comparison::OriginalToFolder,
    }
}

impl Model {
    /// The model of a window that was just opened.
    pub fn new(settings: Settings, mut recent: Recent) -> Self {
        let went_on = recent.begun.take();
        Self {
            went_on,
            page: Page::Start,
            overlay: None,
            workspace: Workspace { comparison: comparison(settings.compared), ..Workspace::default() },
            guided: None,
            interrupted: Vec::new(),
            home: Home::default(),
            typed_path: String::new(),
            sample: AnswerSlot::default(),
            folders: AnswerSlot::default(),
            notice: None,
            settings,
            recent,
            tickets: Tickets::default(),
            page_before: Page::Start,
            page_below: Page::Start,
        }
    }

    /// The name of the window: the patch and the folder it is about, and the program.
    pub fn title(&self) -> String {
        let shown = self.page != Page::Start;
        let patch = self.workspace.patch.ready().filter(|_| shown);
        let patch = patch.map(|patch| line(patch.inspection.patch.about.identity.id.as_str()));
        let folder = self.workspace.folder.as_deref().filter(|_| shown).and_then(Path::file_name);
        let folder = folder.map(|name| line(&name.to_string_lossy()));
        let subject = match (patch, folder) {
            (Some(patch), Some(folder)) => format!("{patch} \u{2192} {folder}"),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => return widgets::PROGRAM.to_owned(),
        };
        format!("{subject} \u{2013} {}", widgets::PROGRAM)
    }

    /// Whether the guided way is shown, or waits below the settings.
    pub fn is_guided(&self) -> bool {
        let page = if self.page == Page::Settings { self.page_below } else { self.page };
        page == Page::Guided
    }

    /// Looks at everything that the home page tells of.
    pub(super) fn survey(&self) -> Effect {
        Effect::Survey(self.recent.folders(), patch_files(&self.recent))
    }

    /// Whether a change is under way.
    pub fn is_working(&self) -> bool {
        self.guided.as_ref().is_some_and(|guided| guided.stage.is_working())
    }

    /// Which going back the guided way is about.
    pub(super) fn rollback_question(guided: &Guided) -> RollbackQuestion {
        RollbackQuestion { which: guided.which.clone(), keep_edits: guided.keep_edits }
    }
}
