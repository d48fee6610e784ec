//! Words for scripts that failed. A script is no part of the transaction, and the words say so.

use super::words::reasons;
use super::{Files, Report, recovery_hints};
use crate::model::{Code, Kind};
use crate::text::{Advice, capitalised};
use crate::transaction::{ChangeFailure, FolderCondition};
use crate::workbench::{CheckNote, Error, ScriptTrouble};

pub(super) fn of_script(
    trouble: ScriptTrouble,
    (failed, contacts): (&[CheckNote], &[String]),
    cause: Option<&Error>,
    folder: &str,
) -> Report {
    let report = Report::new(Code::Script, capitalised(trouble.phrase()));
    let whom = if contacts.is_empty() { "the vendor".to_owned() } else { contacts.join(" or ") };
    let find_out = format!("Find out why the script failed, or ask {whom}, then try again.");
    let mut report = match trouble {
        ScriptTrouble::NotBegun => report.leaving(Kind::Refused, Files::ScriptOnly).hint(find_out),
        ScriptTrouble::TakenBack => taken_back(report, cause, folder, find_out),
        ScriptTrouble::StillThere => {
            report.leaving(Kind::Refused, Files::ScriptOnly).hint(without_scripts(folder))
        }
        ScriptTrouble::NotRecorded => report.leaving(Kind::NeedsPerson, Files::Unrecorded).hint(format!(
            "Find out what happened to .patchwright in {folder}. Without it, nothing there can be rolled back."
        )),
        ScriptTrouble::NotUndone => report
            .leaving(Kind::NeedsPerson, Files::PutBack)
            .hint(format!("Undo what the script did by hand, or ask {whom}. The history has its output.")),
    };
    report.tell(failed);
    if let Some(cause) = cause {
        report.causes.push(cause.to_string());
        report.causes.extend(reasons(cause));
    }
    report
}

/// Somebody stopped it: nothing is said against the patch.
pub(super) fn of_stopped(trouble: ScriptTrouble, stopped: &[CheckNote]) -> Report {
    let report = Report::new(Code::Interrupted, capitalised(trouble.phrase_of_stopped()));
    let (kind, files, again) = match trouble {
        ScriptTrouble::NotBegun => (Kind::Interrupted, Files::ScriptOnly, "Make the change again"),
        ScriptTrouble::StillThere => (Kind::Interrupted, Files::ScriptOnly, "Roll the patch back again"),
        ScriptTrouble::TakenBack | ScriptTrouble::NotUndone | ScriptTrouble::NotRecorded => {
            (Kind::PutBack, Files::PutBack, "Make the change again")
        }
    };
    let mut report =
        report.leaving(kind, files).hint(format!("{again}, and let its scripts run to the end."));
    report.tell(stopped);
    report
}

fn taken_back(report: Report, cause: Option<&Error>, folder: &str, find_out: String) -> Report {
    match cause {
        None => report.leaving(Kind::PutBack, Files::PutBack).hint(find_out),
        Some(Error::Change(ChangeFailure { condition: FolderCondition::NeedsPerson, .. })) => {
            let mut report = report.leaving(Kind::NeedsPerson, Files::Between);
            report.headline = "A script failed after the change, and the rollback stopped halfway".to_owned();
            report.hints = recovery_hints(folder);
            report
        }
        Some(_) => {
            let mut report = report.leaving(Kind::NeedsPerson, Files::New);
            report.headline = "A script failed after the change, and it couldn't be rolled back".to_owned();
            report.hint(without_scripts(folder))
        }
    }
}

fn without_scripts(folder: &str) -> Advice {
    Advice::typed(format!(
        "To restore only the files, without undoing scripts: patchwright rollback {folder} --without-scripts"
    ))
}
