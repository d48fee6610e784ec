//! Answers about folders and the state file that says what they should have.

use std::path::Path;

use super::{Failure, all, answers, some};
use crate::plan::wanted::{Expectation, ExpectationStanding, ExpectationSubject};
use crate::report::Report;
use crate::report::phrases::path_text;
use crate::report::wanted::{standing_phrase, standing_word, state_of, subject, way_out};
use crate::workbench::{Error, FolderStand, Reconciled};

answers! {
    Reconcile(done: &Reconciled, state: &Path, is_applied: bool) {
        ..failure: Option<Failure> = done.problem.as_ref().map(|problem| {
            Failure::new(&Report::from_error(&Error::Refused(vec![problem.clone()]), None))
        }),
        state: String = path_text(state),
        applied: bool = is_applied,
        folders: Vec<FolderAnswer> = all(&done.folders, FolderAnswer::new),
        [unreadable]: Vec<UnreadablePatchFile> = some(all(&done.unreadable, |(path, why)| {
            UnreadablePatchFile::new(path, why)
        })),
    }

    /// How one folder stands.
    FolderAnswer(one: &FolderStand) {
        folder: String = path_text(&one.path),
        state: String = state_of(one).to_owned(),
        expectations: Vec<Expected> = all(&one.expectations, |expected| Expected::new(&one.path, expected)),
        [failure]: Failure = one.failure.as_ref().map(|error| {
            Failure::new(&Report::from_error(error, Some(&one.path)))
        }),
        [read_only]: bool = one.is_read_only.then_some(true),
        [history_gone]: bool = one.gone_history.is_some().then_some(true),
        [entries]: Vec<u64> = some(one.entries.clone()),
    }

    Expected(folder: &Path, one: &Expectation) {
        about: String = about(&one.about).to_owned(),
        name: String = subject(&one.about),
        standing: String = standing_word(&one.standing).to_owned(),
        sentence: String = standing_phrase(&one.standing),
        [code]: String = code(&one.standing),
        [hint]: String = way_out(folder, one).map(|hint| hint.to_string()),
    }

    UnreadablePatchFile(path: &Path, why: &str) {
        file: String = path_text(path),
        why: String = why.to_owned(),
    }

    /// A wish to have a folder left alone, or the end of it.
    Hold(folder: &Path, entry: u64, is_held: bool) {
        folder: String = path_text(folder),
        held: bool = is_held,
        entry: u64 = entry,
    }
}

fn about(about: &ExpectationSubject) -> &'static str {
    match about {
        ExpectationSubject::Folder => "folder",
        ExpectationSubject::Patch(_) => "patch",
        ExpectationSubject::Files => "files",
        ExpectationSubject::Switch(_) => "switch",
    }
}

fn code(standing: &ExpectationStanding) -> Option<String> {
    match standing {
        ExpectationStanding::Blocked(why) | ExpectationStanding::Failed(why) => {
            Some(why.as_obstacle().code().to_string())
        }
        _ => None,
    }
}
