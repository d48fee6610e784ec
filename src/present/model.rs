//! Everything the window knows.

use std::path::PathBuf;

use super::guided::Guided;
use super::message::RollbackQuestion;
use super::slot::{AnswerSlot, Tickets};
use super::workspace::{Tab, Workspace};
use crate::settings::{Recent, Settings};
use crate::workbench::{FolderList, Sample, UnfinishedWork};

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
}

/// What lies on top of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlay {
    /// All commands.
    Palette,
    Keys,
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
}

impl Model {
    /// The model of a window that was just opened.
    pub fn new(settings: Settings, recent: Recent) -> Self {
        Self {
            page: Page::Start,
            overlay: None,
            workspace: Workspace::default(),
            guided: None,
            interrupted: Vec::new(),
            typed_path: String::new(),
            sample: AnswerSlot::default(),
            folders: AnswerSlot::default(),
            notice: None,
            settings,
            recent,
            tickets: Tickets::default(),
            page_before: Page::Start,
        }
    }

    /// Whether the guided way is shown.
    pub fn is_guided(&self) -> bool {
        self.page == Page::Guided
    }

    /// Whether a change is under way.
    pub fn is_working(&self) -> bool {
        self.guided.as_ref().is_some_and(|guided| guided.stage.is_working())
    }

    /// Which going back the guided way is about.
    pub(super) fn rollback_question(guided: &Guided) -> RollbackQuestion {
        RollbackQuestion {
            patch: guided.patch.clone(),
            again: guided.task == super::guided::Task::BringBack,
            keep_edits: guided.keep_edits,
        }
    }
}
