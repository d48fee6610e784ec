//! How a change ended: one sentence about the folder, and everything a person or their support needs afterwards.

use std::collections::BTreeSet;

use super::failure::Failure;
use super::guided::{Guided, Recovering, Task};
use super::history::{EventRow, EventSign, FolderView};
use super::overview::{Fact, line, path_line};
use super::switches::{after_turning, open};
use super::worker::{Outcome as Ended, WorkerAnswer};
use crate::model::{Code, Kind, Position, Restart, Word};
use crate::report::{answer as answers, phrases};
use crate::text::capitalised;
use crate::words::{self, fill, several, trying, window};
use crate::workbench::{CheckNote, Which};

/// In which of the named conditions the folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FolderEnd {
    /// What was wished is done and was read back.
    Done,
    NothingToDo,
    NothingChanged,
    /// It failed, and the files were restored.
    PutBack,
    /// Somebody has to look at it.
    NeedsAttention,
}

/// How a change ended. All texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutcomePage {
    pub condition: FolderEnd,
    /// The condition in a sentence.
    pub heading: String,
    /// What that rests on.
    pub sentence: String,
    /// The code to quote, if it failed.
    pub code: Option<String>,
    /// Which entry of the history, when, who, which folder.
    pub facts: Vec<Fact>,
    /// What to do now.
    pub next: Vec<String>,
    /// What the vendor says about a patch that is rolled back: not all of it can be done before.
    pub advice: Vec<String>,
    /// What failed, where something did.
    pub failed: Vec<String>,
    /// Health checks that passed.
    pub passed: Vec<String>,
    /// Everything for support: codes, causes, places.
    pub details: Vec<String>,
    /// What scripts printed, which may be the content of any file: no part of what is made for support.
    pub printed: Vec<String>,
    /// What can be done about it with a button.
    pub can: Option<Task>,
}

impl OutcomePage {
    /// How `guided` ended, when the folder was `found` like this afterwards.
    pub fn new(guided: &Guided, found: Result<&FolderView, &Failure>) -> Self {
        let answer = guided.answer.as_ref();
        let condition = condition(guided, found);
        let mut outcome = Self {
            condition,
            heading: match has_begun_series(guided, found) && condition == FolderEnd::NeedsAttention {
                true => trying::DONE_PART_OF_SERIES.to_owned(),
                false => heading(guided, condition, answer).to_owned(),
            },
            sentence: sentence(answer, condition, found),
            code: answer.and_then(WorkerAnswer::code).map(line),
            facts: facts(guided, answer, found),
            next: next(guided, condition, answer, found),
            advice: advice(guided, condition),
            failed: failed(answer),
            passed: answer.map(passed).unwrap_or_default(),
            details: details(answer, found),
            printed: answer.map(printed).unwrap_or_default(),
            can: can(guided, condition, found),
        };
        // What is kept for good changed no file of the product.
        let has_changed = condition == FolderEnd::Done && guided.task != Task::Keep;
        if has_changed && (outcome.next.is_empty() || guided.switch.is_some()) {
            outcome.next.push(words::REPORT_CHECK.to_owned());
        }
        outcome
    }

    /// Its details as they are shown to whoever sits here.
    pub fn shown_details(&self) -> Vec<String> {
        self.details.iter().chain(&self.printed).cloned().collect()
    }

    /// All of it as lines of text, for support.
    pub fn lines(&self) -> Vec<String> {
        let facts = self.facts.iter().map(|fact| format!("{}: {}", fact.name, fact.value));
        [self.heading.clone(), self.sentence.clone()]
            .into_iter()
            .chain(self.failed.iter().cloned())
            .chain(facts)
            .chain(self.next.iter().cloned())
            .chain(self.advice.iter().cloned())
            .chain(self.details.iter().cloned())
            .collect()
    }
}

fn condition(guided: &Guided, found: Result<&FolderView, &Failure>) -> FolderEnd {
    let answer = guided.answer.as_ref();
    let is_unfinished = found.is_ok_and(|view| view.status.unfinished.is_some());
    match answer.map(|answer| answer.outcome) {
        _ if is_unfinished => FolderEnd::NeedsAttention,
        Some(Ended::Done) if !has_switched(guided, found) => FolderEnd::NeedsAttention,
        Some(Ended::Done) if guided.task == Task::UndoRepair => match found {
            // What was repaired differs again, as it did before.
            Ok(view) if view.status.undid_repair => FolderEnd::Done,
            _ => FolderEnd::NeedsAttention,
        },
        // What was read back decides: done means that it is so.
        Some(Ended::Done) if found.is_ok_and(|view| view.status.drift.is_empty()) => FolderEnd::Done,
        Some(Ended::Done) => FolderEnd::NeedsAttention,
        Some(Ended::NothingToDo) => FolderEnd::NothingToDo,
        // The patches of a series that came before the one that failed stay.
        Some(Ended::Not(_)) if has_begun_series(guided, found) => FolderEnd::NeedsAttention,
        Some(Ended::Not(Kind::PutBack)) => FolderEnd::PutBack,
        Some(Ended::Not(Kind::NeedsPerson)) => FolderEnd::NeedsAttention,
        Some(_) => FolderEnd::NothingChanged,
        // It ended without a word, but not after the history had got an entry.
        None if found
            .is_ok_and(|view| view.status.drift.is_empty() && Some(view.newest()) == guided.newest) =>
        {
            FolderEnd::NothingChanged
        }
        None => FolderEnd::NeedsAttention,
    }
}

/// Whether patches of a series stay that were applied one by one.
fn has_begun_series(guided: &Guided, found: Result<&FolderView, &Failure>) -> bool {
    let Some(before) = guided.newest.filter(|_| guided.applies_each()) else { return false };
    let stays = |event: &EventRow| event.number > before && event.sign == EventSign::Applied;
    found.is_ok_and(|view| view.events.iter().any(stays))
}

/// Whether the switch stands where it was to; `true` where none was turned.
fn has_switched(guided: &Guided, found: Result<&FolderView, &Failure>) -> bool {
    let Some(wish) = &guided.switch else { return true };
    found.is_ok_and(|view| wish.has_come_true(&view.status.switches))
}

fn heading(guided: &Guided, condition: FolderEnd, answer: Option<&WorkerAnswer>) -> &'static str {
    match (condition, guided.task) {
        (FolderEnd::Done, Task::Apply) if guided.applies_each() => trying::DONE_SERIES,
        (FolderEnd::Done, Task::Apply) if guided.has_several() => several::APPLIED,
        (FolderEnd::Done, Task::Apply) => words::DONE_APPLY,
        (FolderEnd::Done, Task::TakeBack) => match guided.which {
            _ if guided.turns_several() => several::ROLLED_BACK,
            Which::Patch(_) | Which::PatchAndDependents(_) | Which::Before(_) => words::DONE_TAKE_OUT,
            // What has no backup was left as it is.
            _ if guided.damaged.leave => words::DONE_TAKE_OUT,
            Which::Last | Which::LastRollback | Which::Reapply => words::DONE_TAKE_BACK,
        },
        (FolderEnd::Done, Task::BringBack) if guided.turns_several() => several::REAPPLIED,
        (FolderEnd::Done, Task::BringBack) => words::DONE_BRING_BACK,
        (FolderEnd::Done, Task::Repair) => window::DONE_REPAIR,
        (FolderEnd::Done, Task::UndoRepair) => window::DONE_UNDO_REPAIR,
        (FolderEnd::Done, Task::Keep) => window::DONE_KEEP,
        (FolderEnd::Done, Task::Switch) => match guided.switch.as_ref().map(|wish| wish.to) {
            Some(Position::On) => window::DONE_TURN_ON,
            _ => window::DONE_TURN_OFF,
        },
        (FolderEnd::Done, Task::Recover) => match guided.recovering {
            Recovering::Undo => words::DONE_UNDO,
            Recovering::Finish => words::DONE_FINISH,
            Recovering::Checks => window::DONE_CHECKS,
        },
        (FolderEnd::NothingToDo, _) => words::NOTHING_WAS_TO_DO,
        (FolderEnd::NothingChanged, _) => words::NOT_DONE,
        (FolderEnd::PutBack, _) => words::PUT_BACK,
        (FolderEnd::NeedsAttention, _) if answer.is_none() => words::NO_ANSWER,
        (FolderEnd::NeedsAttention, _) => words::NEEDS_ATTENTION,
    }
}

fn sentence(
    answer: Option<&WorkerAnswer>,
    condition: FolderEnd,
    found: Result<&FolderView, &Failure>,
) -> String {
    if let Some(failure) = answer.and_then(WorkerAnswer::failure) {
        let files = failure.files.as_deref().map(|files| format!(" {}", line(files))).unwrap_or_default();
        return format!("{}.{files}", line(&failure.message));
    }
    let Ok(view) = found else { return found.err().map(|failure| failure.what.clone()).unwrap_or_default() };
    match condition {
        FolderEnd::NothingChanged => words::NO_ANSWER_UNCHANGED.to_owned(),
        FolderEnd::NeedsAttention if view.status.unfinished.is_some() => {
            words::INTERRUPTED_MEANING.to_owned()
        }
        FolderEnd::NeedsAttention | FolderEnd::Done if !view.status.drift.is_empty() => {
            let number = phrases::count(view.status.drift.len(), "file", "files");
            fill(words::DONE_DIFFERS, &[("n", &number)])
        }
        _ if view.status.compared == 0 => words::AS_EXPECTED.to_owned(),
        _ => words::DONE_CHECKED.to_owned(),
    }
}

fn facts(guided: &Guided, answer: Option<&WorkerAnswer>, found: Result<&FolderView, &Failure>) -> Vec<Fact> {
    let mut facts = Vec::new();
    facts.extend(guided.folder.as_ref().map(|folder| Fact::new(words::FOLDER, &path_line(folder))));
    facts.extend(guided.bundles.iter().map(|bundle| Fact::new(words::PATCH_FILE, &path_line(bundle))));
    let about = guided.check.as_ref().and_then(|check| check.subject.as_ref());
    let about = about.filter(|_| matches!(guided.task, Task::TakeBack | Task::BringBack | Task::Keep));
    facts.extend(about.map(|about| Fact::new(words::PATCH, &about.patch)));
    facts.extend(found.ok().and_then(FolderView::product).map(|product| Fact::new(words::PRODUCT, &product)));
    facts.extend(guided.switch.as_ref().map(|wish| Fact::new(window::SWITCH, &wish.name)));
    let begun = guided.newest.unwrap_or(u64::MAX);
    if let Some(entry) = answer.and_then(WorkerAnswer::entry) {
        facts.push(Fact::new(words::REFERENCE, &fill(words::ENTRY_N, &[("n", &entry.seq.to_string())])));
        facts.push(Fact::new(words::WHEN, &phrases::moment(&entry.time)));
        facts.push(Fact::new(
            words::BY,
            &fill(words::USER_ON_HOST, &[("user", &entry.user), ("host", &entry.host)]),
        ));
        // Every rule that was broken is told where somebody looks, and not only to support.
        let broken = entry.overrides.iter().flatten().map(phrases::set_aside_here);
        facts.extend(broken.map(|broken| Fact::new(words::NOTE, &line(&broken))));
    } else if let Some(view) = found.ok().filter(|view| view.newest() > begun) {
        // What failed has entries, too: that it was begun, and that the files were restored.
        facts.push(Fact::new(words::REFERENCE, &entries(begun + 1, view.newest())));
        let newest = view.events.first();
        facts.extend(newest.map(|event| Fact::new(words::WHEN, &event.when)));
        facts.extend(newest.map(|event| event.by.clone()));
    }
    facts
}

/// The entries of a history with these numbers.
fn entries(first: u64, last: u64) -> String {
    let (first, last) = (first.to_string(), last.to_string());
    match first == last {
        true => fill(words::ENTRY_N, &[("n", &first)]),
        false => fill(window::ENTRIES, &[("from", &first), ("to", &last)]),
    }
}

/// What the vendor says about what was rolled back.
fn advice(guided: &Guided, condition: FolderEnd) -> Vec<String> {
    let is_back = condition == FolderEnd::Done && guided.task == Task::TakeBack;
    guided.check.as_ref().filter(|_| is_back).map(|check| check.advice.clone()).unwrap_or_default()
}

/// Why it failed: whoever reads the page needs it before they try again.
fn failed(answer: Option<&WorkerAnswer>) -> Vec<String> {
    let causes = answer.and_then(WorkerAnswer::failure).into_iter().flat_map(|failure| &failure.causes);
    causes.map(|cause| capitalised(&line(cause))).collect()
}

/// The health checks that passed, each as a phrase.
fn passed(answer: &WorkerAnswer) -> Vec<String> {
    answer.checks().iter().filter(|check| check.passed).map(|check| line(&check.check)).collect()
}

fn next(
    guided: &Guided,
    condition: FolderEnd,
    answer: Option<&WorkerAnswer>,
    found: Result<&FolderView, &Failure>,
) -> Vec<String> {
    let mut next: Vec<String> = Vec::new();
    let Some(answer) = answer else { return next };
    let hints = answer.failure().into_iter().flat_map(answers::Failure::pressed);
    next.extend(hints.map(|hint| line(hint)));
    if condition == FolderEnd::Done {
        let turned = guided.switch.as_ref().zip(found.ok());
        let turned = turned.and_then(|(wish, view)| wish.find(&view.status.switches));
        next.extend(turned.into_iter().flat_map(after_turning));
        next.extend(open(answer.open_again(), window::SWITCH_OPEN_HERE).map(|open| format!("{open}.")));
        next.extend(guided.applies_each().then(|| trying::SERIES_NEXT.to_owned()));
        let restart = answer.change().and_then(|change| Restart::parse(&change.restart));
        let asked = guided.check.iter().flat_map(|check| check.restarts.iter().copied());
        let restarts: BTreeSet<Restart> = restart.into_iter().chain(asked).collect();
        next.extend(restarts.into_iter().filter_map(words::restart).map(str::to_owned));
    }
    next
}

fn details(answer: Option<&WorkerAnswer>, found: Result<&FolderView, &Failure>) -> Vec<String> {
    let mut details = Vec::new();
    if let Some(answer) = answer {
        if let Some(failure) = answer.failure() {
            details.push(format!("{}: {}", line(&failure.code), line(&failure.message)));
            details.extend(failure.causes.iter().map(|cause| capitalised(&line(cause))));
            details.extend(failure.obstacles.iter().map(|obstacle| {
                let place =
                    obstacle.path.as_deref().map(|path| format!("{} ", line(path))).unwrap_or_default();
                format!(
                    "{}: {place}{} {}",
                    line(&obstacle.code),
                    line(&obstacle.meaning),
                    line(obstacle.pressed())
                )
            }));
        }
        details.extend(answer.notes().iter().map(|note| {
            let place = note.path.as_deref().map(|path| format!("{} ", line(path))).unwrap_or_default();
            format!("{place}{}", line(&note.text))
        }));
        details.extend(answer.checks().iter().map(|check| {
            let template = if check.passed { words::CHECK_PASSED } else { words::CHECK_NOT_PASSED };
            fill(template, &[("check", &line(&check.check)), ("evidence", &line(&check.evidence))])
        }));
        details.extend(answer.problem().map(|problem| {
            let why = capitalised(&line(problem));
            fill(window::CHECKS_NOT_RUN, &[("why", &why)])
        }));
        details.extend(answer.differences().iter().map(|difference| line(difference)));
        details.extend(answer.untidy().map(|untidy| fill(words::TIDYING, &[("what", &line(untidy))])));
    }
    match found {
        Ok(view) => details.extend(view.differences.iter().cloned()),
        Err(failure) => details.push(failure.details()),
    }
    details
}

/// What scripts printed, of those that failed and of those that ended well.
fn printed(answer: &WorkerAnswer) -> Vec<String> {
    let failed = answer.failure().and_then(|failure| failure.printed.as_ref()).into_iter().flatten();
    let well = answer.checks().iter().filter_map(CheckNote::what_it_printed);
    failed.map(|said| line(said)).chain(well.map(|said| line(&said))).collect()
}

/// What a button can do about it: undo what was done, or deal with what was left.
fn can(guided: &Guided, condition: FolderEnd, found: Result<&FolderView, &Failure>) -> Option<Task> {
    let view = found.ok()?;
    match (condition, guided.task) {
        // Nothing is lost: who has found out why tries again.
        (FolderEnd::PutBack, Task::Apply) => Some(Task::Apply),
        (FolderEnd::NeedsAttention, _) if view.status.unfinished.is_some() => Some(Task::Recover),
        // Each patch of a series goes by itself: the history page has the choice.
        (FolderEnd::Done, Task::Apply) if guided.applies_each() => None,
        (FolderEnd::Done, Task::Apply) if view.can_take_back() => Some(Task::TakeBack),
        // What came back may lie below others: then the newest is another patch, and the history page has the choice.
        (FolderEnd::Done, Task::BringBack) if view.can_take_back() && view.stack.len() == 1 => {
            Some(Task::TakeBack)
        }
        (FolderEnd::Done, Task::TakeBack) if view.status.can_undo_rollback => Some(Task::BringBack),
        (FolderEnd::Done, Task::Repair) if view.can_undo_repair() => Some(Task::UndoRepair),
        (FolderEnd::Done, Task::Switch) => Some(Task::Switch),
        _ => None,
    }
}

/// Whether an answer says that files were changed after an interruption.
pub fn is_foreign(answer: &WorkerAnswer) -> bool {
    answer.code() == Some(Code::Foreign.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::present::worker::{self, WorkerLine};

    #[test]
    fn what_a_script_printed_is_shown_here_and_is_no_part_of_what_support_gets() {
        let answer = r#"{"schema":"patchwright/1","outcome":"put-back","code":"E-SCRIPT","message":"a script failed",
            "causes":["script 1 of a, after the change: ended with 7"],
            "printed":["script 1 of a, after the change printed: first\npassword=hunter2"],"hints":[],"obstacles":[]}"#;
        let Some(WorkerLine::Answer(answer)) = worker::parse(&answer.replace('\n', " ")) else {
            panic!("an answer");
        };
        let mut guided = Guided::new(Task::Apply, Vec::new(), None);
        guided.answer = Some(*answer);
        let page = OutcomePage::new(&guided, Err(&Failure::of_lost_job()));
        let (shown, given) = (page.shown_details().join("\n"), page.lines().join("\n"));
        assert!(shown.contains("hunter2") && shown.contains("ended with 7"), "{shown}");
        assert!(!given.contains("hunter2") && given.contains("ended with 7"), "{given}");
    }
}
