//! Trying a change on a copy of the folder: what is tried, the worker at it, and how it ended.

use std::path::{Path, PathBuf};

use super::check::{CheckPage, CheckVerdict, RehearsalOffer};
use super::message::Beside;
use super::overview::line;
use super::work::Work;
use super::worker::{RehearsalOrder, WorkerAnswer};
use crate::model::Kind;
use crate::report::answer::{Failure, Outcome, Rehearse};
use crate::report::phrases;
use crate::text::capitalised;
use crate::words::{self, fill, trying};
use crate::workbench::{EditChoices, Overrides, TextOptions};

/// How long a test may take where nobody says otherwise, in seconds.
const SECONDS: u64 = 300;
/// Longest time that a test may take, in seconds.
const MOST_SECONDS: u64 = 86_400;
/// Most files that are named.
const MAX_FILES: usize = 5;

/// What somebody wants to be tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RehearseForm {
    /// Commands that test the product, one on each line.
    pub tests: String,
    /// How long each of them may take.
    pub seconds: String,
    /// Where the copy is made; beside the folder if nobody says.
    pub copy_in: Option<PathBuf>,
    /// What somebody sets aside, and why.
    pub overrides: Overrides,
}

impl Default for RehearseForm {
    fn default() -> Self {
        let (tests, seconds) = (String::new(), SECONDS.to_string());
        Self { tests, seconds, copy_in: None, overrides: Overrides::default() }
    }
}

impl RehearseForm {
    fn commands(&self) -> Vec<String> {
        let lines = self.tests.lines().map(str::trim).filter(|command| !command.is_empty());
        lines.map(str::to_owned).collect()
    }

    fn timeout(&self) -> Option<u64> {
        let seconds = self.seconds.trim().parse().ok();
        seconds.filter(|seconds| (1..=MOST_SECONDS).contains(seconds))
    }

    /// Why it can't begin; `check` is what the last look at patch and folder found.
    pub fn reason_to_wait(&self, check: Option<&CheckPage>) -> Option<&'static str> {
        let Some(check) = check else { return Some(words::NEEDS_CHECK) };
        let Some(RehearsalOffer { asks_for, .. }) = &check.rehearsal else {
            let is_done = check.verdict == CheckVerdict::NothingToDo;
            return Some(if is_done { words::ALREADY_DONE } else { words::CHECK_BLOCKED });
        };
        match asks_for.iter().find(|rule| !self.overrides.has(**rule)) {
            _ if self.timeout().is_none() => Some(trying::REHEARSE_SECONDS_FIRST),
            Some(rule) if rule.needs_reason() => Some(words::REASON_FIRST),
            Some(_) => Some(words::CONSENT_FIRST),
            None => None,
        }
    }
}

/// Everything about rehearsals.
#[derive(Debug, Default)]
pub struct Rehearsing {
    pub form: RehearseForm,
    /// The patch files.
    pub(super) files: Vec<PathBuf>,
    pub(super) folder: Option<PathBuf>,
    /// What the worker does, or did last.
    pub run: Option<RehearsalRun>,
    /// Counts the runs, so that a bar may begin again.
    runs: u64,
}

impl Rehearsing {
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// Whether the worker is at it.
    pub fn is_working(&self) -> bool {
        self.run.as_ref().is_some_and(|run| run.end.is_none())
    }

    /// What the worker is told; `check` is what the last look at patch and folder found.
    pub(super) fn order(
        &self,
        check: Option<&CheckPage>,
        (edits, reading, beside): (&EditChoices, &TextOptions, &Beside),
    ) -> RehearsalOrder {
        let form = &self.form;
        let asks_for = check.and_then(CheckPage::set_aside_to_rehearse).unwrap_or_default();
        RehearsalOrder {
            bundles: self.files.clone(),
            overrides: form.overrides.only(&asks_for),
            edits: edits.clone(),
            reading: reading.clone(),
            beside: beside.clone(),
            tests: form.commands(),
            timeout: form.timeout().filter(|seconds| *seconds != SECONDS),
            copy_in: form.copy_in.clone(),
        }
    }

    /// The worker begins.
    pub(super) fn begin(&mut self) {
        self.runs += 1;
        self.run = Some(RehearsalRun { number: self.runs, work: Work::BEGINNING, answer: None, end: None });
    }
}

/// Work of the worker on a copy.
#[derive(Debug, Clone)]
pub struct RehearsalRun {
    pub number: u64,
    pub work: Work,
    /// Its last word.
    pub(super) answer: Option<WorkerAnswer>,
    /// How it ended, once it has.
    pub end: Option<RehearsalEnd>,
}

impl RehearsalRun {
    /// The worker is gone: what it said last tells how it ended.
    pub(super) fn ended(&mut self) {
        let mut end = match &self.answer {
            None => RehearsalEnd::without_answer(),
            Some(answer) => match (answer.rehearsal(), answer.failure()) {
                (Some(rehearsal), _) => RehearsalEnd::of(rehearsal),
                (None, Some(failure)) => RehearsalEnd::of_failure(answer.outcome, failure),
                (None, None) => RehearsalEnd::without_answer(),
            },
        };
        if end.mark != RehearsalMark::NotDone {
            let seconds = self.work.elapsed.as_millis().div_ceil(1000).max(1);
            let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
            end.facts.push(fill(trying::REHEARSAL_TOOK, &[("time", &phrases::length(seconds))]));
        }
        self.end = Some(end);
    }
}

/// How well a rehearsal went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RehearsalMark {
    Passed,
    Failed,
    /// Nobody knows how it would have gone.
    NotDone,
}

/// How a rehearsal ended. Texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RehearsalEnd {
    pub mark: RehearsalMark,
    pub heading: &'static str,
    /// What that rests on, or why.
    pub sentence: String,
    /// What was checked in the copy, and reasons against it.
    pub rows: Vec<TriedRow>,
    pub facts: Vec<String>,
}

/// Something that was tried in the copy. Texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TriedRow {
    pub is_passed: bool,
    pub name: String,
    /// Whether it passed, and what was seen.
    pub said: String,
    /// What it printed, if it failed.
    pub printed: Vec<String>,
}

impl TriedRow {
    fn new(is_passed: bool, name: &str, how: &str, printed: &str) -> Self {
        let template = if is_passed { trying::TRIED_PASSED } else { trying::TRIED_FAILED };
        let printed = printed.lines().filter(|_| !is_passed).map(line).collect();
        Self { is_passed, name: line(name), said: fill(template, &[("how", &line(how))]), printed }
    }
}

impl RehearsalEnd {
    fn of(done: &Rehearse) -> Self {
        let checks = done.checks.iter();
        let checks =
            checks.map(|check| TriedRow::new(check.passed, &check.check, &check.evidence, &check.printed));
        let tests = done.tests.iter();
        let tests = tests.map(|test| TriedRow::new(test.passed, &test.command, &test.how, &test.output));
        let mut facts = Vec::new();
        if done.left_out > 0 {
            let n =
                phrases::count(done.left_out, trying::PART_CHECK_OR_SCRIPT, trying::PART_CHECKS_AND_SCRIPTS);
            facts.push(fill(trying::REHEARSAL_LEFT_OUT, &[("n", &n)]));
        }
        facts.extend(
            done.not_cloned
                .as_deref()
                .map(|paths| fill(trying::REHEARSAL_NOT_CLONED, &[("files", &first_of(paths))])),
        );
        facts.extend(done.written.as_deref().map(wrote));
        facts.extend(
            done.unrecorded.as_ref().map(|why| fill(trying::REHEARSAL_UNRECORDED, &[("why", &line(why))])),
        );
        let (mark, heading) = match done.passed {
            true => (RehearsalMark::Passed, trying::REHEARSAL_PASSED),
            false => (RehearsalMark::Failed, trying::REHEARSAL_FAILED),
        };
        let why = done.why.as_ref().map(|why| format!("{}.", capitalised(&line(why))));
        let sentence = why.unwrap_or_else(|| trying::REHEARSAL_PASSED_MEANING.to_owned());
        Self { mark, heading, sentence, rows: checks.chain(tests).collect(), facts }
    }

    fn of_failure(outcome: Outcome, failure: &Failure) -> Self {
        let heading = match outcome {
            Outcome::Not(Kind::Interrupted) => trying::REHEARSAL_STOPPED,
            _ => trying::REHEARSAL_NOT_DONE,
        };
        let row = |is: &crate::report::answer::Obstacle| TriedRow {
            is_passed: false,
            name: line(is.path.as_deref().unwrap_or(&is.code)),
            said: format!("{}. {}", line(&is.meaning), line(is.pressed())),
            printed: Vec::new(),
        };
        Self {
            mark: RehearsalMark::NotDone,
            heading,
            sentence: format!("{}.", line(&failure.message)),
            rows: failure.obstacles.iter().map(row).collect(),
            facts: failure.causes.iter().map(|cause| capitalised(&line(cause))).collect(),
        }
    }

    fn without_answer() -> Self {
        Self {
            mark: RehearsalMark::NotDone,
            heading: trying::REHEARSAL_LOST,
            sentence: trying::REHEARSAL_LOST_MEANING.to_owned(),
            rows: Vec::new(),
            facts: Vec::new(),
        }
    }
}

fn wrote(written: &[String]) -> String {
    let n = phrases::count(written.len(), "file", "files");
    fill(trying::REHEARSAL_WROTE, &[("n", &n), ("files", &first_of(written))])
}

fn first_of(paths: &[String]) -> String {
    let mut files: Vec<String> = paths.iter().take(MAX_FILES).map(|path| line(path)).collect();
    files.extend((paths.len() > MAX_FILES).then(|| "…".to_owned()));
    files.join(", ")
}
