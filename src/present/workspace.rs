//! A patch file and a folder side by side, and everything that is known about both.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::check::{CheckPage, CheckVerdict};
use super::conditions::ConditionsView;
use super::drifted::DriftLines;
use super::fixed::FixedView;
use super::history::{FolderView, VerifiedHistory};
use super::message::ReadPlan;
use super::overview::Overview;
use super::slot::AnswerSlot;
use super::tree::ChangeTree;
use crate::viewer::model::ViewedContents;
use crate::words::{self, window};
use crate::workbench::{
    ApplyPreview, ComingPatch, Comparison, EditChoices, Inspection, TextOptions, TextReading,
};

/// The pages of the workspace.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tab {
    /// The patch in plain words.
    #[default]
    Overview,
    Changes,
    /// Everything that was found.
    Checks,
    /// What is in the folder.
    History,
}

impl Tab {
    /// Every page, in order.
    pub const ALL: [Tab; 4] = [Tab::Overview, Tab::Changes, Tab::Checks, Tab::History];

    pub const fn name(self) -> &'static str {
        match self {
            Tab::Overview => words::TAB_OVERVIEW,
            Tab::Changes => words::TAB_CHANGES,
            Tab::Checks => words::TAB_CHECKS,
            Tab::History => words::TAB_HISTORY,
        }
    }
}

/// What a patch file says.
#[derive(Debug, Clone)]
pub struct OpenPatch {
    /// As it was read.
    pub inspection: Inspection,
    /// In plain words.
    pub overview: Overview,
}

impl OpenPatch {
    /// What was read, in plain words, too.
    pub fn new(inspection: Inspection) -> Self {
        let overview = match &inspection.text {
            Some(text) => Overview::of_text(&inspection, text),
            None => Overview::new(&inspection),
        };
        Self { inspection, overview }
    }

    /// The exact name of the product that it is for.
    pub fn product(&self) -> String {
        self.inspection.patch.about.product.name.clone()
    }

    /// Its changes; `None` while nobody can know them.
    pub fn tree(&self) -> Option<ChangeTree> {
        let patch = &self.inspection.patch;
        let mut tree = match &self.inspection.text {
            None => ChangeTree::new(patch),
            Some(text) => ChangeTree::of_text(patch, text.origin.as_ref()?),
        };
        tree.mark_hidden(&self.inspection.hidden);
        Some(tree)
    }
}

/// A patch file and a folder.
#[derive(Debug, Default)]
pub struct Workspace {
    /// The patch file.
    pub bundle: Option<PathBuf>,
    /// Further patch files that are applied with it.
    pub others: Vec<PathBuf>,
    /// The patch file that was open before this one, and its product, until somebody has said what is meant.
    pub put_away: Option<(PathBuf, String)>,
    pub folder: Option<PathBuf>,
    /// How text patches are read.
    pub reading: TextOptions,
    /// What is wished for files that were edited where the patch changes them.
    pub edits: EditChoices,
    /// What the patch file says.
    pub patch: AnswerSlot<OpenPatch>,
    pub view: AnswerSlot<FolderView>,
    /// What came of verifying the folder's history, once that was asked for.
    pub verified: AnswerSlot<VerifiedHistory>,
    /// The lines in which files differ from what it says, once they were asked for.
    pub drifted: AnswerSlot<DriftLines>,
    /// Whether what the patch's edits ask for is so in the folder, once that was asked for.
    pub conditions: AnswerSlot<ConditionsView>,
    /// Why somebody says that the history of a folder is right, as far as it is typed.
    pub vouch_reason: String,
    /// What is fixed in the folder.
    pub fixed: AnswerSlot<FixedView>,
    /// What was found when both were held against each other.
    pub check: AnswerSlot<CheckPage>,
    /// The saved plan that has to be followed, if somebody chose one.
    pub plan: AnswerSlot<ReadPlan>,
    /// The changes of the patch.
    pub tree: Option<ChangeTree>,
    /// The change that is shown.
    pub selected: Option<usize>,
    /// Where something stands that was looked for in every change.
    pub found: AnswerSlot<BTreeMap<String, usize>>,
    /// Which two states of a file are held against each other.
    pub comparison: Comparison,
    /// Both sides of the change that is shown.
    pub contents: AnswerSlot<Option<Arc<ViewedContents>>>,
}

impl Workspace {
    /// Every patch file that is applied, the one that is shown first. Text patches count as one, which the first stands
    /// for.
    pub fn files(&self) -> Vec<PathBuf> {
        let others = if self.text().is_some() { &[][..] } else { &self.others };
        self.bundle.iter().chain(others).cloned().collect()
    }

    /// What the text patches say, if that is what is open.
    pub fn text(&self) -> Option<&TextReading> {
        self.patch.ready()?.inspection.text.as_ref()
    }

    /// Whether the patch file is still being read and hashed: until then nothing is said about it.
    pub fn is_checking_file(&self) -> bool {
        self.patch.is_waiting() && self.patch.ready().is_none()
    }

    /// Whether `preview` is of the patch file that was read. Text patches are made anew for each.
    pub fn is_of_patch(&self, preview: &ApplyPreview) -> bool {
        self.patch.ready().is_none_or(|OpenPatch { inspection, .. }| {
            let is_it = |coming: &ComingPatch| coming.manifest == inspection.manifest_digest;
            inspection.text.is_some() || preview.patches.iter().any(is_it)
        })
    }

    /// Whether what is open can only be told when there is a folder that can be read.
    pub fn lacks_folder(&self) -> bool {
        self.text().is_some_and(|text| text.origin.is_none())
    }

    /// Whether the patch that is open is in the folder, and edits values there.
    pub fn can_check_conditions(&self) -> bool {
        let (Some(patch), Some(view)) = (self.patch.ready(), self.view.ready()) else { return false };
        let about = &patch.inspection.patch;
        let id = about.about.identity.id.as_str();
        about.changes.iter().any(|change| change.edit.is_some())
            && view.stack.iter().any(|row| row.exact == id)
    }

    /// Whether neither a patch nor a folder is open.
    pub fn is_empty(&self) -> bool {
        self.bundle.is_none() && self.folder.is_none()
    }

    /// Whether the guided apply can begin; the reason why not.
    ///
    /// # Errors
    /// The reason, as a sentence.
    pub fn can_apply(&self) -> Result<(), &'static str> {
        match (&self.bundle, &self.folder, self.verdict()) {
            (None, ..) | (_, None, _) => Err(words::NEEDS_BOTH),
            _ if self.patch.failed().is_some() => Err(words::NO_PATCH),
            _ if self.is_checking_file() => Err(words::CHECKING_FILE),
            (.., None) if self.check.is_waiting() => Err(words::NEEDS_CHECK),
            (.., Some(CheckVerdict::NothingToDo)) => Err(words::ALREADY_DONE),
            (.., Some(CheckVerdict::StaysAsItIs)) => Err(words::CHECK_STAYS),
            _ => Ok(()),
        }
    }

    /// Whether the guided rollback can begin; the reason why not.
    ///
    /// # Errors
    /// The reason, as a sentence.
    pub fn can_go_back(&self) -> Result<(), &'static str> {
        match (&self.folder, self.view.ready()) {
            (None, _) => Err(words::NEEDS_FOLDER),
            _ if self.view.failed().is_some() => Err(window::FOLDER_UNREAD),
            (_, Some(view)) if !view.can_take_back() => Err(words::NOTHING_TO_TAKE_BACK),
            (_, None) => Err(words::NEEDS_CHECK),
            _ => Ok(()),
        }
    }

    /// Whether what would happen is what the saved plan says; `None` without a plan.
    pub fn follows_plan(&self) -> Option<bool> {
        let plan = self.plan.ready()?;
        Some(self.check.ready()?.decision == Some(plan.agreed))
    }

    /// How the last check ended.
    pub fn verdict(&self) -> Option<CheckVerdict> {
        self.check.ready().map(|check| check.verdict)
    }
}
