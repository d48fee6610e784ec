//! A change of many folders at once: the question before it, the worker at it, and how it ended.

use super::asked::Asked;
use super::failure::Failure;
use super::overview::line;
use super::rollout::{PlannedRollout, RolloutForm, RolloutPage};
use super::slot::AnswerSlot;
use super::wanted::{ExpectationMark, WantedForm, WantedPage};
use super::work::Work;
use crate::model::Kind;
use crate::report::answer::Outcome;
use crate::report::phrases;
use crate::words::{self, fill, many};

/// Everything about folders that are looked after together.
#[derive(Debug, Default)]
pub struct Many {
    pub wanted: WantedForm,
    /// How folders stand to the state file.
    pub stands: AnswerSlot<WantedPage>,
    pub rollout: RolloutForm,
    /// How the rollout stands.
    pub rings: AnswerSlot<RolloutPage>,
    /// What a run of it would do.
    pub plan: AnswerSlot<PlannedRollout>,
    /// What somebody is asked.
    pub asked: Option<Asked>,
    /// What the worker does, or did last.
    pub run: Option<ManyRun>,
}

/// Work of the worker in many folders.
#[derive(Debug, Clone)]
pub struct ManyRun {
    pub task: ManyTask,
    /// Which run of a worker of this window it is, so that a bar begins again in a new one.
    pub number: u64,
    pub work: Work,
    /// Its last word.
    pub(super) word: Option<LastWord>,
    /// How it ended, once it has.
    pub end: Option<ManyEnd>,
}

/// What the worker does in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ManyTask {
    BringInLine,
    /// A hold begins or ends.
    Hold,
    RollOut,
    TakeBack,
}

/// What of the worker's last word counts for many folders. Its text is as the worker wrote it.
#[derive(Debug, Clone)]
pub(super) struct LastWord {
    pub outcome: Outcome,
    /// In how many folders something was written into the history, where that is told.
    pub changed: Option<usize>,
    /// Why it failed, if it did.
    pub failure: Option<String>,
}

/// How such work ended. Texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManyEnd {
    pub mark: ExpectationMark,
    pub heading: String,
    pub details: Vec<String>,
}

impl Many {
    /// Whether the worker is at it.
    pub fn is_working(&self) -> bool {
        self.run.as_ref().is_some_and(|run| run.end.is_none())
    }
}

impl ManyRun {
    pub(super) fn new(task: ManyTask, number: u64) -> Self {
        Self { task, number, work: Work::BEGINNING, word: None, end: None }
    }

    /// The worker is gone: what it said last tells how it ended, and the page below shows how everything stands now.
    pub(super) fn ended(&mut self) {
        let changed = self.word.as_ref().and_then(|word| word.changed);
        let failed = self.word.as_ref().and_then(|word| word.failure.as_deref());
        let failed = failed.map(|message| format!("{}.", line(message)));
        let outcome = self.word.as_ref().map(|word| word.outcome);
        let is_untouched = changed == Some(0);
        let changed = changed.map(|n| {
            let n = phrases::count(n, "folder", "folders");
            fill(many::ENDED_CHANGED, &[("n", &n)])
        });
        let heading = match outcome {
            Some(Outcome::Not(_)) if is_untouched => words::NOT_DONE,
            Some(Outcome::Done) => many::ENDED_DONE,
            Some(Outcome::NothingToDo) => words::NOTHING_WAS_TO_DO,
            Some(Outcome::Not(Kind::NotYet)) => many::ENDED_NOT_YET,
            Some(Outcome::Not(Kind::Interrupted)) => many::ENDED_STOPPED,
            Some(Outcome::Not(Kind::NeedsPerson)) => words::NEEDS_ATTENTION,
            Some(Outcome::Not(_)) => many::ENDED_PARTLY,
            None => words::NO_ANSWER,
        };
        let mark = match outcome {
            Some(Outcome::Done | Outcome::NothingToDo) => ExpectationMark::Good,
            Some(Outcome::Not(Kind::NotYet | Kind::Interrupted)) => ExpectationMark::Left,
            _ => ExpectationMark::Trouble,
        };
        let details = failed.into_iter().chain(changed).collect();
        self.end = Some(ManyEnd { mark, heading: heading.to_owned(), details });
    }
}

/// What is told when something could not be written down.
pub(super) fn said_failed(failure: &Failure) -> String {
    format!("{}: {}", failure.heading, failure.what)
}
