//! The guided way through a change: choose, check, review, confirm, work, result. One page, one question, one button.
//!
//! [`next_stage`] is the whole machine; this file carries what the pages show.

mod stage;

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::check::{CheckPage, CheckVerdict};
use super::failure::Failure;
use super::history::FolderView;
use super::message::{Beside, RepairQuestion, RollbackQuestion, ScriptAnswer};
use super::outcome::OutcomePage;
use super::overview::{line, path_line};
use super::slot::Ticket;
use super::switches::SwitchWish;
use super::why::RollbackReason;
use super::work::Work;
use super::worker::{WorkerAnswer, WorkerChange};
use crate::model::{Digest, Position, TreePath};
use crate::words::{self, fill, several, trying, window};
use crate::workbench::{DamagedBackups, EditChoices, Override, Overrides, TextOptions, Turn, Which};
pub use stage::{GuidedInput, Stage, next_stage};

/// What is done about an interrupted change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recovering {
    /// Its files are restored.
    Undo,
    /// It is finished, with its health checks.
    Finish,
    /// All of its files are new, and its health checks are finished.
    Checks,
}

/// What somebody is guided through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// Putting a patch in.
    Apply,
    /// Restoring the folder as it was.
    TakeBack,
    /// Undoing a rollback.
    BringBack,
    /// Making drifted files what the patches left there.
    Repair,
    /// Making them again what they were before that.
    UndoRepair,
    /// Keeping patches for good.
    Keep,
    /// Dealing with interrupted work.
    Recover,
    /// Turning a switch of a patch.
    Switch,
}

impl Task {
    /// Whether what was found, what will happen and the question stand on one page.
    pub const fn asks_at_once(self) -> bool {
        matches!(self, Task::Switch)
    }
}

/// Somebody on the way through a change.
#[derive(Debug, Clone)]
pub struct Guided {
    /// Through what.
    pub task: Task,
    pub stage: Stage,
    /// The patch files, for [`Task::Apply`].
    pub bundles: Vec<PathBuf>,
    pub folder: Option<PathBuf>,
    /// What goes, or comes back.
    pub which: Which,
    /// How text patches are read.
    pub reading: TextOptions,
    /// What counts beside patch and folder.
    pub beside: Beside,
    /// What is said for the history.
    pub why: RollbackReason,
    /// What is wished for files that were edited where the patch changes them.
    pub edits: EditChoices,
    /// The check whose answer is waited for.
    pub awaited: Option<Ticket>,
    /// What the last check found.
    pub check: Option<CheckPage>,
    /// What is done about an interrupted change.
    pub recovering: Recovering,
    /// What somebody sets aside, and why.
    pub overrides: Overrides,
    /// Whether files that were changed since are kept aside.
    pub keep_edits: bool,
    /// What somebody answers about scripts.
    pub scripts: ScriptAnswer,
    /// Whether each patch of a series is applied by itself.
    pub each: bool,
    /// What is done where backups are damaged.
    pub damaged: DamagedBackups,
    /// The only files that are repaired; empty: all that differ.
    pub only: Vec<TreePath>,
    /// Which switch is turned, for [`Task::Switch`].
    pub switch: Option<SwitchWish>,
    /// The newest entry of the folder's history before the worker began, if it was known.
    pub newest: Option<u64>,
    /// Which run of a worker of this window it is, so that a bar begins again in a new one.
    pub run: u64,
    /// How far the worker has come.
    pub work: Work,
    /// The worker's last word.
    pub answer: Option<WorkerAnswer>,
    /// How it ended.
    pub outcome: Option<OutcomePage>,
}

impl Guided {
    /// The beginning of the way.
    pub fn new(task: Task, bundles: Vec<PathBuf>, folder: Option<PathBuf>) -> Self {
        Self {
            task,
            stage: Stage::Choosing,
            bundles,
            folder,
            which: match task {
                Task::BringBack => Which::Reapply,
                Task::UndoRepair => Which::LastRollback,
                _ => Which::Last,
            },
            reading: TextOptions::default(),
            beside: Beside::default(),
            why: RollbackReason::default(),
            edits: EditChoices::new(),
            awaited: None,
            check: None,
            recovering: Recovering::Undo,
            overrides: Overrides::default(),
            keep_edits: false,
            scripts: ScriptAnswer::None,
            each: false,
            damaged: DamagedBackups::default(),
            only: Vec::new(),
            switch: None,
            newest: None,
            run: 0,
            work: Work::BEGINNING,
            answer: None,
            outcome: None,
        }
    }

    /// The way through interrupted work, which begins with the one question.
    pub fn recovering(folder: PathBuf, recovering: Recovering) -> Self {
        Self { recovering, stage: Stage::Confirming, ..Self::new(Task::Recover, Vec::new(), Some(folder)) }
    }

    /// Why the switch is turned.
    pub(super) fn say_why(&mut self, reason: String) {
        if let Some(wish) = &mut self.switch {
            wish.reason = reason;
        }
    }

    /// What undoing the last change has to come to, for this to be what somebody was asked.
    pub(super) const fn turn(&self) -> Turn {
        match self.task {
            Task::BringBack => Turn::CameBack,
            Task::UndoRepair => Turn::RepairUndone,
            _ => Turn::Went,
        }
    }

    /// Goes where `input` leads; `false` if it leads nowhere.
    pub fn go(&mut self, input: GuidedInput) -> bool {
        let stage = match next_stage(self.stage, input) {
            None => return false,
            Some(Stage::Reviewing) if self.task.asks_at_once() => return false,
            Some(Stage::Checked) if self.task.asks_at_once() => Stage::Confirming,
            Some(stage) => stage,
        };
        let is_recovery_going_back = self.task == Task::Recover && stage < Stage::Confirming;
        let needs_leave =
            matches!(input, GuidedInput::Forward | GuidedInput::Confirm) && self.reason_to_wait().is_some();
        if is_recovery_going_back || needs_leave {
            return false;
        }
        match stage {
            Stage::Choosing | Stage::Checking => {
                (self.check, self.awaited, self.outcome) = (None, None, None);
                // What somebody answers for is this patch in this folder as it was seen, not the next one.
                self.overrides = Overrides::default();
                if self.scripts != ScriptAnswer::Without {
                    self.scripts = ScriptAnswer::None;
                }
            }
            Stage::Running => (self.work, self.answer) = (Work::BEGINNING, None),
            _ => {}
        }
        self.stage = stage;
        true
    }

    /// Why the primary button does nothing now; `None` if it does something.
    pub fn reason_to_wait(&self) -> Option<&'static str> {
        match self.stage {
            Stage::Choosing if self.folder.is_none() => Some(words::NEEDS_FOLDER),
            Stage::Choosing if self.task == Task::Apply && self.bundles.is_empty() => Some(words::NEEDS_BOTH),
            Stage::Checking => Some(words::NEEDS_CHECK),
            Stage::Checked | Stage::Reviewing if !self.can_go_on() => Some(self.reason_to_stay()),
            Stage::Checked if self.check.as_ref().is_some_and(CheckPage::has_something_folded) => {
                Some(words::LOOK_FIRST)
            }
            Stage::Confirming if self.task != Task::Recover && !self.can_go_on() => {
                Some(self.reason_to_stay())
            }
            Stage::Confirming if self.lacks_reason() => Some(words::REASON_FIRST),
            Stage::Confirming if self.agreed_scripts() != self.shown_scripts() => Some(trying::SCRIPTS_FIRST),
            Stage::Confirming => {
                let missing = self.asks_for().into_iter().find(|rule| !self.overrides.has(*rule))?;
                Some(if missing.needs_reason() { words::REASON_FIRST } else { words::CONSENT_FIRST })
            }
            Stage::Running | Stage::Verifying => Some(words::STILL_WORKING),
            _ => None,
        }
    }

    fn reason_to_stay(&self) -> &'static str {
        let verdict = self.check.as_ref().map(|check| check.verdict);
        match verdict {
            Some(CheckVerdict::NothingToDo | CheckVerdict::StaysAsItIs) => words::NOTHING_TO_DO,
            _ => words::CHECK_BLOCKED,
        }
    }

    /// Whether somebody has to say why the switch is turned, and has not.
    fn lacks_reason(&self) -> bool {
        let is_needed = self.check.as_ref().is_some_and(|check| check.needs_reason);
        is_needed && self.switch.as_ref().is_none_or(|wish| wish.said().is_none())
    }

    /// What stands for the scripts that would run, if any would.
    fn shown_scripts(&self) -> Option<Digest> {
        Some(self.check.as_ref()?.scripts.as_ref()?.digest)
    }

    /// What stands for those that may run.
    fn agreed_scripts(&self) -> Option<Digest> {
        let ScriptAnswer::Run(digest) = self.scripts else { return None };
        self.shown_scripts().filter(|shown| *shown == digest)
    }

    /// Whether the check lets the change go on, be it with something set aside.
    pub fn can_go_on(&self) -> bool {
        self.check.as_ref().is_some_and(|check| match check.verdict {
            CheckVerdict::Ready | CheckVerdict::Warnings | CheckVerdict::NeedsReason => true,
            CheckVerdict::Blocked => self.task == Task::Apply && check.asks_for.is_some(),
            CheckVerdict::NeedsDecision | CheckVerdict::NothingToDo | CheckVerdict::StaysAsItIs => false,
        })
    }

    /// What somebody has to set aside before it can go on.
    pub(crate) fn asks_for(&self) -> BTreeSet<Override> {
        let check = self
            .check
            .as_ref()
            .filter(|_| matches!(self.task, Task::Apply | Task::TakeBack | Task::BringBack));
        check.and_then(|check| check.asks_for.clone()).unwrap_or_default()
    }

    /// What the worker would do.
    pub fn change(&self) -> Option<WorkerChange> {
        Some(match self.task {
            Task::Apply => WorkerChange::Apply {
                bundles: self.bundles.clone(),
                overrides: Box::new(self.overrides.only(&self.asks_for())),
                edits: self.edits.clone(),
                reading: self.reading.clone(),
                beside: self.beside.clone(),
                why: self.why.clone(),
                scripts: self.agreed_scripts(),
                each: self.applies_each(),
            },
            Task::Repair => WorkerChange::Repair(self.repair_question()),
            Task::TakeBack | Task::BringBack | Task::UndoRepair => {
                WorkerChange::TakeBack(self.rollback_question())
            }
            Task::Keep => WorkerChange::Keep(self.named()?.to_owned()),
            Task::Switch => WorkerChange::Switch(self.switch.clone()?),
            Task::Recover if self.recovering != Recovering::Undo => WorkerChange::FinishInterrupted,
            Task::Recover => {
                WorkerChange::UndoInterrupted { aside: self.keep_edits, from: self.damaged.from.clone() }
            }
        })
    }

    /// Which going back it is about.
    pub(super) fn rollback_question(&self) -> RollbackQuestion {
        let (which, damaged) = (self.which.clone(), self.damaged.clone());
        let (why, withdrawn) = (self.why.clone(), self.beside.withdrawn.clone());
        let overrides = self.overrides.only(&self.asks_for());
        let (keep_edits, scripts) = (self.keep_edits, self.scripts);
        RollbackQuestion { which, keep_edits, damaged, why, withdrawn, overrides, scripts }
    }

    /// Which repair it is about.
    pub(super) fn repair_question(&self) -> RepairQuestion {
        RepairQuestion { only: self.only.clone(), from: self.damaged.from.clone() }
    }

    /// The name of the whole way.
    pub fn title(&self) -> String {
        let title = match self.task {
            Task::Switch => return self.switch_title(),
            Task::Apply if self.has_several() => several::APPLY_TITLE,
            Task::Apply => words::APPLY_TITLE,
            Task::TakeBack => match (&self.which, self.turns_several()) {
                (Which::Last, false) => words::TAKE_BACK_TITLE,
                (Which::Last, true) => several::ROLL_BACK_FROM_START_TITLE,
                (_, false) => words::TAKE_OUT_TITLE,
                (_, true) => several::ROLL_BACK_TITLE,
            },
            Task::BringBack if self.turns_several() => several::REAPPLY_TITLE,
            Task::BringBack => words::BRING_BACK_TITLE,
            Task::Repair => window::REPAIR_TITLE,
            Task::UndoRepair => window::UNDO_REPAIR_TITLE,
            Task::Keep => window::KEEP_TITLE,
            Task::Recover => words::RECOVER_TITLE,
        };
        title.to_owned()
    }

    fn switch_title(&self) -> String {
        let is_off = self.switch.as_ref().is_some_and(|wish| wish.to == Position::Off);
        let template = if is_off { window::TURN_OFF_TITLE } else { window::TURN_ON_TITLE };
        let what = self.check.as_ref().and_then(|check| Some(check.subject.as_ref()?.patch.as_str()));
        fill(template, &[("what", what.unwrap_or(window::PART_THIS_SWITCH))])
    }

    /// What all of it is about: which patch, and which folder. Empty as long as neither is chosen.
    pub fn subject(&self) -> String {
        let subject = self.check.as_ref().and_then(|check| check.subject.as_ref());
        let file = || match self.bundles.as_slice() {
            [one] => Some(line(&one.file_name()?.to_string_lossy())),
            [] => None,
            several => Some(fill(several::N_FILES, &[("n", &several.len().to_string())])),
        };
        let patch = subject.map(|subject| subject.patch.clone()).or_else(|| match self.task {
            Task::Apply => file(),
            _ => self.named().map(line),
        });
        let product = subject.and_then(|subject| subject.product.as_ref());
        let folder = self.folder.as_deref().map(path_line);
        let folder = folder.map(|folder| product.map_or(folder.clone(), |it| format!("{folder} ({it})")));
        let template = if self.task == Task::Apply { words::SUBJECT_INTO } else { words::SUBJECT_OUT_OF };
        match (patch, folder) {
            (Some(patch), Some(folder)) => fill(template, &[("patch", &patch), ("folder", &folder)]),
            (patch, folder) => patch.or(folder).unwrap_or_default(),
        }
    }

    /// The patch that somebody named to go.
    fn named(&self) -> Option<&str> {
        match &self.which {
            Which::Patch(id) | Which::PatchAndDependents(id) | Which::Before(id) => Some(id),
            Which::Last | Which::LastRollback | Which::Reapply => None,
        }
    }

    /// The question of the confirm page, with what is promised.
    pub fn question(&self) -> (String, &'static str) {
        let (question, promise) = self.question_template();
        let patch = self.check.as_ref().and_then(|check| Some(check.subject.as_ref()?.patch.as_str()));
        (fill(question, &[("patch", patch.unwrap_or(words::PART_THIS_PATCH))]), promise)
    }

    fn question_template(&self) -> (&'static str, &'static str) {
        match self.task {
            Task::Apply => (words::CONFIRM_APPLY, words::CONFIRM_APPLY_PROMISE),
            Task::TakeBack => (words::CONFIRM_TAKE_BACK, words::CONFIRM_BACK_PROMISE),
            Task::BringBack => (words::CONFIRM_BRING_BACK, words::CONFIRM_BACK_PROMISE),
            Task::Repair => (window::CONFIRM_REPAIR, words::CONFIRM_BACK_PROMISE),
            Task::UndoRepair => (window::CONFIRM_UNDO_REPAIR, window::CONFIRM_UNDO_REPAIR_PROMISE),
            Task::Keep => (window::CONFIRM_KEEP, window::CONFIRM_KEEP_PROMISE),
            Task::Switch => (words::REVIEW_TITLE, window::CONFIRM_SWITCH_PROMISE),
            Task::Recover => match self.recovering {
                Recovering::Undo => (words::CONFIRM_UNDO, words::CONFIRM_RECOVER_PROMISE),
                Recovering::Finish => (words::CONFIRM_FINISH, words::CONFIRM_RECOVER_PROMISE),
                Recovering::Checks => (window::CONFIRM_CHECKS, window::CONFIRM_CHECKS_PROMISE),
            },
        }
    }

    /// The button that starts the change: a verb and what it is done to.
    pub fn button(&self) -> String {
        match (self.task, &self.check) {
            (Task::Recover, _) => match self.recovering {
                Recovering::Undo => words::INTERRUPTED_UNDO.to_owned(),
                Recovering::Finish => words::INTERRUPTED_FINISH.to_owned(),
                Recovering::Checks => window::FINISH_CHECKS.to_owned(),
            },
            (_, Some(check)) => self.button_of_series().unwrap_or_else(|| check.button.clone()),
            (_, None) => words::NEXT.to_owned(),
        }
    }

    /// Takes the folder as it was read back after the work.
    pub fn verified(&mut self, found: Result<&FolderView, &Failure>) {
        self.outcome = Some(OutcomePage::new(self, found));
        self.go(GuidedInput::Verified);
    }
}

#[cfg(test)]
mod tests;
mod together;
