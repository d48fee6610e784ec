//! Words every failure: the one place that turns an error into something a person can act on.
//!
//! `answer` has what every command says to programs.
//!
//! [`changes`], [`hidden`], [`phrases`], [`relations`] and [`review`] are what both front ends say about changes, what they
//! hide, sizes and times, patches that know each other, and reviews; a [`page`] of HTML is what they save.
//!
//! A report always says three things: what happened, what it means for the files, and what to do next. Its texts
//! may quote bundles and folders as they are; whoever shows them escapes them.

pub(crate) mod answer;
pub mod changes;
pub(crate) mod choose;
pub(crate) mod evidence;
pub(crate) mod fixed;
mod health;
pub mod hidden;
pub mod page;
pub mod phrases;
mod places;
pub mod relations;
pub mod review;
pub(crate) mod rollout;
mod scripts;
pub(crate) mod trust;
pub(crate) mod wanted;
mod words;

use std::path::Path;

use crate::bundle::{BundleError, OpenError};
use crate::disk::ScanError;
use crate::model::{Code, Kind};
use crate::plan::Obstacle;
use crate::text::{Advice, capitalised};
use crate::transaction::{
    ChangeFailure, FolderCondition, SafeCopyError, TransactionError, Unlike, UnlikePlace,
};
use crate::workbench::{CheckNote, Error, OrderFinding};
use words::{in_words, reasons};
pub(crate) use words::{shell_path, shell_word};

/// A failure, worded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What it means for whoever started the run; decides the exit code.
    pub kind: Kind,
    /// The code to quote on the phone.
    pub code: Code,
    /// What happened, in one line.
    pub(crate) headline: String,
    /// The place it is about, if it is about one.
    pub path: Option<String>,
    /// Whether the headline says the place already.
    names_path: bool,
    /// Why, the nearest reason first; lower-case phrases.
    pub causes: Vec<String>,
    /// What scripts that failed printed, a line for each: the content of any file may be in it.
    pub printed: Vec<String>,
    /// All problems to resolve first, if they are the reason.
    pub obstacles: Vec<Obstacle>,
    /// What it means for the files.
    pub files: Files,
    /// What to do next, one sentence each.
    pub(crate) hints: Vec<Advice>,
}

/// What a failure means for the files in the folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Files {
    /// They were not even looked at.
    NotConcerned,
    /// They are as before.
    Unchanged,
    /// They were changed and are as before again.
    PutBack,
    /// Some may be new and some old.
    Between,
    New,
    /// They are changed, and what is left to undo that is not known.
    Unrecorded,
    /// What was to be done is done. What failed came after it.
    Done,
    /// Of several folders some are changed.
    SomeFolders,
    /// Of several patches, each of which is a change of its own, those before the one that failed are applied.
    SomePatches,
    /// None was changed by the patch itself, but a script has run.
    ScriptOnly,
}

impl Files {
    /// The meaning as a sentence.
    pub const fn sentence(self) -> Option<&'static str> {
        match self {
            Files::NotConcerned => None,
            Files::Unchanged => Some("Nothing was changed."),
            Files::PutBack => Some("Your files were restored."),
            Files::Between => Some("Some files may be updated and some not. Nothing has been lost."),
            Files::ScriptOnly => {
                Some("Only the script itself may have changed files. The history has its output.")
            }
            Files::Unrecorded => Some("The files have been changed."),
            Files::SomeFolders => {
                Some("Folders were changed before that; each one's history has what was done there.")
            }
            Files::SomePatches => Some("The patches applied before it stay applied."),
            Files::Done => Some("The change itself is done and in the history."),
            Files::New => Some("The patch is applied, and its backups are kept."),
        }
    }
}

impl Report {
    /// Words `error`. Hints that name the folder say `folder`, if one was given.
    pub fn from_error(error: &Error, folder: Option<&Path>) -> Self {
        let code = error.code();
        let folder = folder.map_or_else(|| "FOLDER".to_owned(), shell_path);
        match error {
            Error::Folder { path, error } => places::of_folder(code, path, error),
            Error::File { doing, path, source } => places::of_file(code, doing, path, source),
            Error::Bundle(OpenError::Container(error)) => of_container(error),
            Error::Bundle(OpenError::Manifest(error)) => {
                Self::new(code, bundle_headline(code)).because(error.to_string()).hint(bundle_hint(code))
            }
            Error::Text { path, source } => Self::new(code, "Can't use this text patch")
                .at(path.display())
                .because(source.to_string())
                .hint(source.remedy.advice()),
            Error::Refused(obstacles) => of_obstacles(obstacles, &folder),
            Error::NotTrusted { file, denial, verdict } => trust::not_trusted(code, file, *denial, verdict),
            Error::Keys(error) => trust::of_keys(code, error),
            Error::Guarded(error) => trust::of_guarded(code, error),
            Error::Busy { path } => Self::new(code, "Someone else is changing this folder right now")
                .at(path.display())
                .hint("Wait until they are done, then try again."),
            Error::Change(failure) => of_failure(failure, &folder),
            Error::Unhealthy { failed, contacts, undo } => {
                health::of_unhealthy(failed, contacts, undo.as_deref(), &folder)
            }
            Error::ChecksStopped { undo } => health::of_stopped(undo.as_deref(), &folder),
            Error::Script { trouble, failed, contacts, cause } => {
                scripts::of_script(*trouble, (failed, contacts), cause.as_deref(), &folder)
            }
            Error::ScriptStopped { trouble, stopped } => scripts::of_stopped(*trouble, stopped),
            Error::Transaction(error) => of_transaction(error, &folder),
            Error::Store(error) => of_store(error),
            Error::Scan(ScanError::Io { .. }) => Self::generic(code, error),
            Error::Order { path, findings } => of_order(code, error, path.as_deref(), findings),
            Error::Proof(detail) => {
                Self::new(code, "The patch file failed its test on a copy, so it wasn't kept")
                    .because(detail.clone())
                    .about_no_files()
                    .hint("Please report this, and how to reproduce it.")
            }
            Error::PlanFile { path, detail } => Self::new(code, "Can't use this plan")
                .at(path.display())
                .because(detail.clone())
                .hint("Save a new plan for this patch and this folder, and read it."),
            Error::RecallsList { path, detail } => {
                Self::new(code, "Can't use this list of withdrawn patches")
                    .at(path.display())
                    .because(detail.clone())
                    .hint(
                        "Get the list again, or remove it. Without it, withdrawn patches aren't recognized.",
                    )
            }
            Error::ScanReport { path, problem } => fixed::of_scan(code, path, problem, &folder),
            Error::EvidenceFile { path, problem } => {
                let report = Self::new(code, "Can't use this evidence file").at(path.display());
                report.because(*problem).about_no_files().hint("Ask whoever made it for the file again.")
            }
            Error::Memory { path, detail } => places::of_memory(code, path, detail),
            Error::Midway { cause } => of_midway(cause, error.kind()),
            Error::Cancelled(_) | Error::Scan(ScanError::Cancelled(_)) => stopped(code),
        }
    }

    /// Words an `error` of a recovery: unless it never began, the interrupted change is still there.
    pub(crate) fn of_recovery(error: &Error, folder: &Path) -> Self {
        let mut report = Self::from_error(error, Some(folder));
        if matches!(error, Error::Transaction(_) | Error::Store(_)) && report.kind != Kind::Interrupted {
            report.kind = Kind::NeedsPerson;
            report.files = Files::Between;
            if report.hints.is_empty() {
                report.hints.push("Fix the cause, then try again.".into());
            }
        }
        report
    }

    /// The command line is wrong.
    pub fn usage(headline: impl Into<String>) -> Self {
        Self::new(Code::Usage, capitalised(&headline.into())).about_no_files()
    }

    /// The person said no.
    pub fn declined() -> Self {
        Self::new(Code::Declined, "Not done: you said no")
    }

    /// A password is needed, and nobody sits at a terminal.
    pub(crate) fn cannot_ask_secret() -> Self {
        Self::usage("A password is needed, but there is no terminal to ask for it").hint(Advice::typed(
            "Save the password in a file that only you can read, then add --password-file FILE.",
        ))
    }

    /// The person could not be asked.
    pub(crate) fn cannot_ask() -> Self {
        Self::new(Code::Declined, "Not done: there is no terminal to ask you")
            .hint(Advice::typed("Check what would happen, then add --yes."))
    }

    /// The program itself failed, and what it was doing is not known any more.
    pub(crate) fn fault(said: &str, changes_a_folder: bool) -> Self {
        let report = Self::new(Code::Io, "The program itself failed").because(said).about_no_files();
        let report = report.hint("Please report this, with the lines above and what you did.");
        match changes_a_folder {
            true => {
                let report = report.leaving(Kind::NeedsPerson, Files::NotConcerned);
                report.hint(Advice::by_command("Check the folder first", "patchwright status FOLDER"))
            }
            false => report,
        }
    }

    /// Printing failed.
    pub fn output(error: &std::io::Error) -> Self {
        Self::new(Code::Io, "Can't write the output").because(in_words(error)).about_no_files()
    }

    /// Adds a hint.
    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<Advice>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Headline and place in one line.
    pub fn title(&self) -> String {
        // A single obstacle begins with its file.
        let is_named = |path: &String| self.obstacles.iter().any(|one| one.path.as_ref() == Some(path));
        match self.path.as_ref().filter(|path| !self.names_path && !is_named(path)) {
            Some(path) => format!("{}: {path}", self.headline),
            None => self.headline.clone(),
        }
    }

    fn new(code: Code, headline: impl Into<String>) -> Self {
        Self {
            kind: code.kind(),
            code,
            headline: headline.into(),
            path: None,
            names_path: false,
            causes: Vec::new(),
            printed: Vec::new(),
            obstacles: Vec::new(),
            files: Files::Unchanged,
            hints: Vec::new(),
        }
    }

    /// An error whose own words say it, with its causes.
    fn generic(code: Code, error: &dyn std::error::Error) -> Self {
        let mut report = Self::new(code, capitalised(&error.to_string()));
        report.causes = reasons(error);
        report
    }

    fn at(mut self, path: impl std::fmt::Display) -> Self {
        self.path = Some(path.to_string());
        self
    }

    /// Tells which checks and scripts failed, and what the scripts printed.
    fn tell(&mut self, failed: &[CheckNote]) {
        self.causes = failed.iter().map(CheckNote::line).collect();
        self.printed = failed.iter().filter_map(CheckNote::what_it_printed).collect();
    }

    fn because(mut self, cause: impl Into<String>) -> Self {
        self.causes.push(cause.into());
        self
    }

    pub(crate) fn about_no_files(mut self) -> Self {
        self.files = Files::NotConcerned;
        self
    }

    fn leaving(mut self, kind: Kind, files: Files) -> Self {
        (self.kind, self.files) = (kind, files);
        self
    }
}

fn of_midway(cause: &Error, kind: Kind) -> Report {
    let report = Report::from_error(cause, None).leaving(kind, Files::SomeFolders);
    match kind {
        Kind::NotYet => report.hint("To continue, run it again."),
        _ => report,
    }
}

fn stopped(code: Code) -> Report {
    Report::new(code, "Stopped at your request")
}

fn of_order(code: Code, error: &Error, path: Option<&Path>, findings: &[OrderFinding]) -> Report {
    let line = |finding: &OrderFinding| match path {
        Some(path) => format!("{}:{finding}", path.display()),
        None => format!("{}: {}", finding.field, finding.message),
    };
    let mut report = Report::new(code, capitalised(&error.to_string())).about_no_files();
    report.causes = findings.iter().map(line).collect();
    report.hint("Correct the order, then make the patch again.")
}

fn of_container(error: &BundleError) -> Report {
    let mut report = Report::new(error.code(), bundle_headline(error.code()));
    report.path = error.file().map(|file| file.display().to_string());
    let problem = match error.member() {
        Some(member) => format!("{member}: {}", error.problem()),
        None => error.problem().to_owned(),
    };
    // What the system said explains nothing without what was attempted.
    let whole: Vec<String> = std::iter::once(problem).chain(reasons(error)).collect();
    report.causes.push(whole.join(": "));
    match error.code() {
        Code::Io if error.is_missing() => report.hint(places::CHECK_THE_PATH),
        Code::Io => report,
        Code::Space => report.hint(FREE_SPACE),
        code => report.hint(bundle_hint(code)),
    }
}

const FREE_SPACE: &str = "Free some disk space, then try again.";

fn bundle_headline(code: Code) -> &'static str {
    match code {
        Code::Container => "Can't open this file: it's damaged or not a patch",
        Code::Io => "Can't read the patch file",
        Code::Space => "There isn't enough disk space",
        Code::Newer => "This patch file needs a newer version of Patchwright",
        _ => "This patch file breaks a rule, so none of it is used",
    }
}

fn bundle_hint(code: Code) -> &'static str {
    match code {
        Code::Container => "Get the file again, and compare its SHA-256 with the sender's.",
        Code::Newer => "Update Patchwright, or ask the vendor for a patch file that this version can read.",
        _ => "Don't use this file. Show this message to whoever sent it.",
    }
}

fn of_obstacles(obstacles: &[Obstacle], folder: &str) -> Report {
    let obstacles: Vec<Obstacle> = obstacles.iter().map(|one| one.in_folder(folder)).collect();
    let code = obstacles.first().map_or(Code::Declined, Obstacle::code);
    let mut report = match &obstacles[..] {
        [one] => {
            let headline = match &one.path {
                Some(_) => one.sentence(),
                None => one.headline(),
            };
            let mut report = Report::new(code, headline).hint(one.hint());
            report.path.clone_from(&one.path);
            report.names_path = true;
            report
        }
        many => Report::new(code, format!("There are {} problems to resolve first", many.len())),
    };
    report.kind = obstacles.first().map_or(Kind::Refused, Obstacle::kind);
    report.obstacles = obstacles;
    report
}

fn of_failure(failure: &ChangeFailure, folder: &str) -> Report {
    let code = failure.cause.code();
    let mut causes = vec![failure.cause.to_string()];
    causes.extend(reasons(&failure.cause));
    if let Some(undo) = &failure.undo {
        causes.push(format!("restoring the files failed, too: {undo}"));
        causes.extend(reasons(&**undo));
    }
    let report = match failure.condition {
        FolderCondition::NothingChanged if code == Code::Interrupted => return stopped(code),
        FolderCondition::NothingChanged => Report::new(code, "The change was stopped before it started"),
        FolderCondition::PutBack => {
            Report::new(code, "The change failed").leaving(Kind::PutBack, Files::PutBack)
        }
        FolderCondition::NeedsPerson => {
            let mut report =
                Report::new(code, "The change stopped halfway").leaving(Kind::NeedsPerson, Files::Between);
            report.hints = recovery_hints(folder);
            report
        }
        FolderCondition::Changed => {
            let report = Report::new(code, "The change is done, but a later step failed");
            let report = report.leaving(Kind::NeedsPerson, Files::Done);
            let folder = match &failure.cause {
                TransactionError::FolderMoved { now } => shell_path(now),
                _ => folder.to_owned(),
            };
            report.hint(Advice::by_command("Check the folder", format!("patchwright status {folder}")))
        }
    };
    Report { causes, ..report }
}

fn recovery_hints(folder: &str) -> Vec<Advice> {
    vec![
        Advice::typed(format!("Restore the old files: patchwright recover {folder} --undo")),
        Advice::typed(format!(
            "Finish it, if every file has already been updated: patchwright recover {folder} --finish"
        )),
    ]
}

fn of_transaction(error: &TransactionError, folder: &str) -> Report {
    let code = error.code();
    match error {
        TransactionError::Unfinished => {
            let mut report = Report::new(code, "An earlier change to this folder was interrupted")
                .leaving(Kind::NeedsPerson, Files::Between);
            report.hints = recovery_hints(folder);
            report
        }
        TransactionError::Foreign { places } => of_unlike(code, places, folder),
        TransactionError::NotAllNew { .. } => {
            Report::generic(code, error).leaving(Kind::NeedsPerson, Files::Between).hint(Advice::typed(
                format!("Restore the old files instead: patchwright recover {folder} --undo"),
            ))
        }
        TransactionError::OriginalLost { .. } => Report::generic(code, error)
            .leaving(Kind::NeedsPerson, Files::Between)
            .hint("Leave the folder as it is, and get this file from a backup or the installer."),
        TransactionError::State(_) | TransactionError::Ledger(_) => {
            let report = Report::generic(code, error);
            if code != Code::State {
                return report;
            }
            report.hint("Leave the folder as it is, and show this message to its administrator.")
        }
        TransactionError::Cancelled(_) => stopped(code),
        TransactionError::Io { .. } if code == Code::Rights => Report::generic(code, error)
            .hint("Ask the user who owns the folder and its records, or run this as that user."),
        _ => Report::generic(code, error),
    }
}

/// What cannot be put back as it was.
fn of_unlike(code: Code, places: &[UnlikePlace], folder: &str) -> Report {
    let headline = match places.iter().all(|place| place.unlike == Unlike::Theirs) {
        true => "Files were changed after the interruption",
        false => "Not everything can be restored to its state before the change",
    };
    let mut report = Report::new(code, headline).leaving(Kind::NeedsPerson, Files::Between);
    report.causes = places.iter().map(ToString::to_string).collect();
    report = report.hint(Advice::typed(format!(
        "Restore the old files, and keep copies of files changed since: patchwright recover {folder} --undo --on-conflict aside"
    )));
    match places.iter().all(|place| place.unlike == Unlike::Theirs) {
        true => report,
        false => report.hint(Advice::typed(format!(
            "Restore missing contents from a patch file: patchwright recover {folder} --undo --from FILE"
        ))),
    }
}

fn of_store(error: &SafeCopyError) -> Report {
    Report::generic(Code::Store, error).hint(
        Advice::typed("Add a patch file with the old contents: --from FILE.")
            .or(Advice::typed("leave these files as they are: --leave-damaged.")),
    )
}

#[cfg(test)]
mod tests;
