//! What people read when something goes wrong, and the exit code that goes with it.

use std::io;

use super::*;
use crate::disk::fs::FolderError;
use crate::model::TreePath;
use crate::plan::why::{AtPlace, Disk, Mismatch};
use crate::progress::Cancelled;
use crate::transaction::ContentError;
use crate::trust::{Denial, Policy, Verdict};

fn io_error() -> TransactionError {
    TransactionError::Io {
        doing: "write",
        place: "app.txt".to_owned(),
        source: io::Error::from(io::ErrorKind::StorageFull),
    }
}

fn failure(condition: FolderCondition, cause: TransactionError) -> Error {
    Error::Change(ChangeFailure { condition, cause, undo: None })
}

fn exit_code(error: &Error) -> u8 {
    Report::from_error(error, None).kind.exit_code()
}

fn path(text: &str) -> TreePath {
    TreePath::parse(text).expect("a path")
}

fn edited(path: &str) -> Obstacle {
    Obstacle::at(path, AtPlace::Unexpected { is: Mismatch::Content, changed_by: None })
}

/// A bundle that nobody signed, without anybody's word for it.
fn not_trusted() -> Error {
    let verdict = Box::new(Verdict::unsigned(Policy::default()));
    Error::NotTrusted { file: "fix.patchbundle".into(), denial: Denial::NeedsConsent, verdict }
}

#[test]
fn the_exit_code_says_what_the_folder_is_like() {
    let state = || TransactionError::State("t has no intent".to_owned());
    let content = |code| TransactionError::Content { path: path("a"), code, detail: String::new() };
    let unhealthy = |undo: Option<Error>| {
        let (failed, contacts) = (Vec::new(), Vec::new());
        Error::Unhealthy { failed, contacts, undo: undo.map(Box::new) }
    };
    let stopped = |undo: Option<Error>| Error::ChecksStopped { undo: undo.map(Box::new) };
    for (error, expected) in [
        (failure(FolderCondition::NothingChanged, io_error()), 3),
        (failure(FolderCondition::NothingChanged, content(Code::Delta)), 4),
        (failure(FolderCondition::NothingChanged, content(Code::Io)), 1),
        (failure(FolderCondition::NothingChanged, Cancelled.into()), 130),
        (failure(FolderCondition::PutBack, io_error()), 5),
        (failure(FolderCondition::PutBack, Cancelled.into()), 5),
        (failure(FolderCondition::NeedsPerson, io_error()), 6),
        (Error::Transaction(state()), 6),
        (Error::Transaction(TransactionError::Unfinished), 6),
        (Error::Refused(vec![edited("a")]), 3),
        // The folder holds names that clash; nobody is to be distrusted for that.
        (Error::Refused(vec![Obstacle::at("a", AtPlace::SameNameAs(path("A")))]), 3),
        (not_trusted(), 4),
        (Error::Cancelled(Cancelled), 130),
        (unhealthy(None), 5),
        (unhealthy(Some(failure(FolderCondition::NothingChanged, io_error()))), 6),
        (unhealthy(Some(failure(FolderCondition::NeedsPerson, io_error()))), 6),
        (stopped(None), 5),
        (stopped(Some(failure(FolderCondition::NothingChanged, io_error()))), 6),
    ] {
        assert_eq!(exit_code(&error), expected, "{error:?}");
    }
}

#[test]
fn a_change_that_stopped_halfway_names_the_command_to_go_on_with() {
    let error = failure(FolderCondition::NeedsPerson, io_error());
    let report = Report::from_error(&error, Some(Path::new("/opt/our app")));
    assert_eq!(report.headline, "The change stopped halfway");
    assert_eq!(report.causes, ["cannot write app.txt", "the disk is full"]);
    assert_eq!(
        report.files.sentence(),
        Some("Some files may be updated and some not. Nothing has been lost.")
    );
    let folder = shell_word("/opt/our app");
    assert_eq!(
        report.hints[0].to_string(),
        format!("Restore the old files: patchwright recover {folder} --undo")
    );
}

#[test]
fn a_failed_undo_is_told_beside_the_first_failure() {
    let undo = Some(Box::new(TransactionError::Unfinished));
    let failure = ChangeFailure { condition: FolderCondition::NeedsPerson, cause: io_error(), undo };
    let report = Report::from_error(&Error::Change(failure), None);
    assert_eq!(
        report.causes.last().map(String::as_str),
        Some("restoring the files failed, too: an earlier change was interrupted")
    );
}

#[test]
fn one_obstacle_is_the_headline_and_several_are_a_list() {
    let one = Report::from_error(&Error::Refused(vec![edited("conf/app.toml")]), None);
    let headline = "conf/app.toml isn't the version this patch expects";
    assert_eq!((one.headline.as_str(), one.code), (headline, Code::Drift));
    assert_eq!(one.hints, ["Restore the original, or ask the vendor for a patch for this version.".into()]);

    let two = vec![edited("a"), Obstacle::new(Disk::Entries { needed: 17, free: 0 })];
    let two = Report::from_error(&Error::Refused(two), None);
    assert_eq!(two.headline, "There are 2 problems to resolve first");
    assert_eq!((two.obstacles.len(), two.hints.len()), (2, 0));
}

#[test]
fn a_recovery_that_failed_leaves_the_unfinished_work() {
    let report = Report::of_recovery(&Error::Transaction(io_error()), Path::new("/opt/app"));
    assert_eq!((report.kind, report.files), (Kind::NeedsPerson, Files::Between));
    let stopped = Report::of_recovery(&Error::Cancelled(Cancelled), Path::new("/opt/app"));
    assert_eq!(stopped.kind, Kind::Interrupted);
}

#[test]
fn a_place_is_told_however_its_name_begins() {
    // As the headline does.
    let folder = FolderError::NotAFolder("Can".into());
    let error = Error::Folder { path: "Can".into(), error: folder };
    assert_eq!(Report::from_error(&error, None).title(), "Can't open the folder: Can");
}

#[test]
fn a_cause_is_not_told_twice() {
    let source = io::Error::other(ContentError::Io(io::Error::from(io::ErrorKind::NotFound)));
    let error = Error::File { doing: "read the plan", path: "p".into(), source };
    assert_eq!(Report::from_error(&error, None).causes.len(), 1);
}
