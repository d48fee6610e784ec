//! Everything the window knows.

use std::path::{Path, PathBuf};

use super::choose::{ChoicePage, ChooseForm};
use super::failure::Failure;
use super::fixed::FixedForm;
use super::guided::Guided;
use super::home::{Home, patch_files};
use super::keys::{KeyRow, MadeKeyView, NewKeyForm, RevokeForm, SignForm, TrustForm};
use super::make::{FieldFinding, MadePage, MakeForm};
use super::many::Many;
use super::merge::MergePage;
use super::message::{Beside, Dialog, Effect};
use super::overview::line;
use super::papers::Papers;
use super::rehearse::Rehearsing;
use super::review::{Noting, ReviewForm};
use super::slot::{AnswerSlot, Tickets};
use super::tried::TriedEdits;
use super::workspace::{Tab, Workspace};
use crate::settings::{ComparedSides, Recent, Settings};
use crate::words::widgets;
use crate::workbench::{Comparison, FolderList, KeyFingerprint, Sample, UnfinishedWork};

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
    /// A file that is merged by hand.
    Merge,
    /// Whose signatures count here.
    Keys,
    /// What somebody says about the patch that is open.
    Review,
    /// What is fixed in the folder, to be written for others.
    Fixed,
    /// The change is tried on a copy.
    Rehearse,
    /// Patches are chosen for what a scanner found.
    Choose,
    /// A patch is made.
    Make,
    /// How many folders stand to what a file says of them.
    Wanted,
    /// A patch goes into many folders, ring after ring.
    Rollout,
    /// What an auditor is shown.
    Evidence,
    /// How changing folders goes.
    Figures,
    /// What this program is.
    About,
    /// What a folder is, from its files.
    Identify,
    /// What every code means.
    Codes,
}

/// What lies on top of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlay {
    /// All commands.
    Palette,
    /// The list of folders.
    Folders,
    /// A field for the path that a dialog would have asked for.
    Path,
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
    /// What [`Overlay::Path`] asks for.
    pub asked: Dialog,
    /// The sample, once it was laid out.
    pub sample: AnswerSlot<Sample>,
    /// The folders in a folder, where no dialog comes up.
    pub folders: AnswerSlot<FolderList>,
    /// The file that is merged by hand.
    pub merge: AnswerSlot<MergePage>,
    /// The keys that are known here.
    pub keys: AnswerSlot<Vec<KeyRow>>,
    /// What somebody is about to do with a key.
    pub trusting: Option<TrustForm>,
    pub revoking: Option<RevokeForm>,
    pub signing: Option<SignForm>,
    pub new_key: Option<NewKeyForm>,
    /// The key that was made last.
    pub made_key: Option<MadeKeyView>,
    /// The key whose public part is saved, once a place is chosen.
    pub(super) exporting: Option<KeyFingerprint>,
    /// The list of keys that is signed, once one's own key is chosen.
    pub(super) list_to_sign: Option<PathBuf>,
    /// How the last of it ended.
    pub keys_said: Option<Result<String, Failure>>,
    /// What somebody says about the patch that is open.
    pub review: ReviewForm,
    /// How what is fixed is written for others.
    pub fixing: FixedForm,
    /// What patches are chosen for.
    pub choosing: ChooseForm,
    /// Which were chosen.
    pub choice: AnswerSlot<ChoicePage>,
    /// What a patch is made from, and what its author says.
    pub making: MakeForm,
    /// What the rules of orders say about that.
    pub making_findings: Vec<FieldFinding>,
    /// The patch that was made.
    pub made: AnswerSlot<MadePage>,
    /// How the edits of an order fit.
    pub tried: AnswerSlot<TriedEdits>,
    /// Many folders at once.
    pub many: Many,
    /// What auditors and managers are shown.
    pub papers: Papers,
    /// What is tried on a copy.
    pub rehearsing: Rehearsing,
    /// The note that is being written.
    pub noting: Option<Noting>,
    /// Something small that was done, such as "Copied."
    pub notice: Option<String>,
    /// How the window looks.
    pub settings: Settings,
    /// What was opened lately.
    pub recent: Recent,
    pub(super) tickets: Tickets,
    /// Counts the runs of workers.
    pub(super) runs: u64,
    /// The page that is returned to when the guided way ends.
    pub(super) page_before: Page,
    /// The pages that are returned to from those that were opened above them.
    pub(super) below: Vec<Page>,
}

const fn comparison(compared: ComparedSides) -> Comparison {
    match compared {
        ComparedSides::OriginalAfter => Comparison::OriginalToAfter,
        ComparedSides::FolderAfter => Comparison::FolderToAfter,
        ComparedSides::OriginalFolder => Comparison::OriginalToFolder,
    }
}

impl Model {
    /// What counts beside the patch and the folder that are open.
    pub fn beside(&self) -> Beside {
        Beside { withdrawn: self.recent.withdrawn.clone(), sbom: self.papers.sbom.clone() }
    }

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
            asked: Dialog::Bundle,
            sample: AnswerSlot::default(),
            folders: AnswerSlot::default(),
            merge: AnswerSlot::default(),
            keys: AnswerSlot::default(),
            trusting: None,
            revoking: None,
            signing: None,
            new_key: None,
            made_key: None,
            exporting: None,
            list_to_sign: None,
            keys_said: None,
            review: ReviewForm::default(),
            fixing: FixedForm::default(),
            choosing: ChooseForm::default(),
            choice: AnswerSlot::default(),
            making: MakeForm::default(),
            making_findings: Vec::new(),
            made: AnswerSlot::default(),
            tried: AnswerSlot::default(),
            many: Many::default(),
            papers: Papers::default(),
            rehearsing: Rehearsing::default(),
            noting: None,
            notice: None,
            settings,
            recent,
            tickets: Tickets::default(),
            runs: 0,
            page_before: Page::Start,
            below: Vec::new(),
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

    /// Whether the guided way is shown, or waits below a page that was opened above it.
    pub fn is_guided(&self) -> bool {
        self.below.first().copied().unwrap_or(self.page) == Page::Guided
    }

    /// Opens a page that one returns from.
    pub(super) fn open_above(&mut self, page: Page) {
        if self.page != page {
            self.below.push(self.page);
            (self.page, self.overlay) = (page, None);
        }
    }

    /// Shows a page that lies above no other.
    pub(super) fn show_page(&mut self, page: Page) {
        self.below.clear();
        self.page = page;
    }

    /// Back to the page below; `false` if there is none.
    pub(super) fn close_above(&mut self) -> bool {
        let below = self.below.pop();
        self.page = below.unwrap_or(self.page);
        below.is_some()
    }

    /// Looks at everything that the home page tells of.
    pub(super) fn survey(&self) -> Effect {
        let recent = &self.recent;
        Effect::Survey(recent.folders(), patch_files(recent), recent.withdrawn.clone())
    }

    /// Whether the worker is at something.
    pub fn is_working(&self) -> bool {
        let is_guided = self.guided.as_ref().is_some_and(|guided| guided.stage.is_working());
        is_guided || self.many.is_working() || self.rehearsing.is_working()
    }
}
