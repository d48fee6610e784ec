//! A failure as the window shows it: the report's words, escaped, with a heading that needs no code to be understood.

use std::path::Path;

use super::finding::{Finding, findings_of_obstacles};
use crate::model::{Code, Kind};
use crate::report::Report;
use crate::text::escape_line;
use crate::words;
use crate::workbench::Error;

/// Why something could not be done or shown. All texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What it means for the folder.
    pub kind: Kind,
    /// To quote on the phone.
    pub code: Code,
    /// In a few plain words.
    pub heading: &'static str,
    /// What happened, in one line.
    pub what: String,
    /// What it means for the files.
    pub files: Option<&'static str>,
    /// Why, the nearest reason first.
    pub causes: Vec<String>,
    /// What to do now.
    pub hints: Vec<String>,
    /// All problems to resolve first, if they are the reason.
    pub findings: Vec<Finding>,
}

impl Failure {
    /// Words an error of the workbench about `folder`.
    pub fn from_error(error: &Error, folder: Option<&Path>) -> Self {
        Self::of_report(&Report::from_error(error, folder))
    }

    /// The window's form of `report`.
    pub fn of_report(report: &Report) -> Self {
        let line = |text: &String| escape_line(text).into_owned();
        Self {
            kind: report.kind,
            code: report.code,
            heading: words::heading(report.code),
            what: line(&report.title()),
            files: report.files.sentence(),
            causes: report.causes.iter().map(line).collect(),
            hints: report
                .hints
                .iter()
                .map(|hint| line(&hint.pressed()))
                .filter(|hint| !hint.is_empty())
                .collect(),
            findings: findings_of_obstacles(&report.obstacles),
        }
    }

    /// One for a job that ended without an answer.
    pub fn of_lost_job() -> Self {
        Self {
            kind: Kind::Machine,
            code: Code::Io,
            heading: words::heading(Code::Io),
            what: words::LOST_JOB.to_owned(),
            files: Some(words::NOTHING_CHANGED),
            causes: Vec::new(),
            hints: vec![words::TRY_AGAIN.to_owned()],
            findings: Vec::new(),
        }
    }

    /// One about keys of a patch file.
    pub(super) fn of_key(what: &str) -> Self {
        Self {
            kind: Kind::Refused,
            code: Code::Key,
            heading: words::heading(Code::Key),
            what: what.to_owned(),
            files: None,
            causes: Vec::new(),
            hints: vec![words::window::KEY_ASK_OWNER.to_owned()],
            findings: Vec::new(),
        }
    }

    /// What happened, without the words of the heading where it begins with them.
    pub fn what_else(&self) -> String {
        let rest = self.what.strip_prefix(self.heading).map(|rest| rest.trim_start_matches([':', ' ']));
        rest.filter(|rest| !rest.is_empty()).unwrap_or(&self.what).to_owned()
    }

    /// Everything there is to know, for copying: code, causes, hints.
    pub fn details(&self) -> String {
        let mut lines = vec![format!("{}: {}", self.code, self.what)];
        lines.extend(self.causes.iter().cloned());
        lines.extend(self.findings.iter().flat_map(Finding::lines));
        lines.extend(self.hints.iter().cloned());
        lines.join("\n")
    }
}
