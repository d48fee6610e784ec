//! Words for changes that were taken back, or should have been, for what came of their health checks.

use super::words::reasons;
use super::{Files, Report, recovery_hints};
use crate::model::{Code, Kind};
use crate::text::Advice;
use crate::transaction::{ChangeFailure, FolderCondition};
use crate::workbench::{CheckNote, Error};

/// `contacts`: whom the patches name to be asked.
pub(super) fn of_unhealthy(
    failed: &[CheckNote],
    contacts: &[String],
    undo: Option<&Error>,
    folder: &str,
) -> Report {
    let whom = if contacts.is_empty() { "the vendor".to_owned() } else { contacts.join(" or ") };
    let mut report = match undo {
        None => Report::new(Code::Health, "A health check failed after the change")
            .leaving(Kind::PutBack, Files::PutBack)
            .hint(format!("Find out why the check failed, then try again. Or ask {whom}.")),
        Some(error) => {
            let headline = "A health check failed after the change, and it couldn't be rolled back";
            let again = Advice::by_command(
                "Fix the cause, then check again, which rolls back if it still fails",
                format!("patchwright recover {folder} --finish"),
            );
            let report = still_there(Report::new(Code::Health, headline), error, again, folder);
            match contacts.is_empty() {
                true => report,
                false => report.hint(format!("Ask {whom}.")),
            }
        }
    };
    report.tell(failed);
    with_cause(report, undo)
}

/// Somebody stopped the health checks: nothing is said about the product.
pub(super) fn of_stopped(undo: Option<&Error>, folder: &str) -> Report {
    let report = match undo {
        None => {
            let headline = "The health checks were stopped at your request";
            Report::new(Code::Interrupted, headline)
                .leaving(Kind::PutBack, Files::PutBack)
                .hint("Make the change again, and let its health checks run to the end.")
        }
        Some(error) => {
            let headline =
                "The health checks were stopped at your request, and the change couldn't be rolled back";
            let again = Advice::by_command(
                "Run them to the end, which rolls back if one fails",
                format!("patchwright recover {folder} --finish"),
            );
            still_there(Report::new(Code::Unfinished, headline), error, again, folder)
        }
    };
    with_cause(report, undo)
}

/// The change that was to be taken back is there, or halfway there.
fn still_there(report: Report, undo: &Error, again: Advice, folder: &str) -> Report {
    match undo {
        Error::Change(ChangeFailure { condition: FolderCondition::NeedsPerson, .. }) => {
            let mut report = report.leaving(Kind::NeedsPerson, Files::Between);
            report.hints = recovery_hints(folder);
            report
        }
        _ => report.leaving(Kind::NeedsPerson, Files::New).hint(again),
    }
}

fn with_cause(mut report: Report, undo: Option<&Error>) -> Report {
    if let Some(undo) = undo {
        report.causes.push(format!("rolling it back: {undo}"));
        report.causes.extend(reasons(undo));
    }
    report
}
