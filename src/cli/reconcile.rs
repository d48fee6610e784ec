//! `patchwright reconcile`: brings folders to what a state file says they should have.

use std::path::{Path, PathBuf};

use super::Result;
use super::flags::reason;
use super::render::{answer, text};
use super::session::{InFolder, Outcome, Session};
use crate::report::Report;
use crate::report::wanted;
use crate::workbench::{self, ReconcileWish};

/// Make many folders match a state file
///
/// The state file lists folders, and the patches that each should have. Without --apply, nothing is changed, and you see what
/// would be. What a person did by hand is never undone: a patch that somebody rolled back stays out until the
/// folder's entry in the file changes. The file can't override trust: patches that aren't trusted aren't applied. Exits with 7 if a
/// folder differs, and with 3 if one is blocked.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright reconcile state.toml
  patchwright reconcile state.toml --apply
  patchwright reconcile state.toml --folder /opt/app --apply --again
  patchwright reconcile state.toml --report report.md --metrics app.prom
  patchwright reconcile --hold /opt/app --reason=OPS-77 --until 2027-01-31
  patchwright reconcile --release /opt/app")]
pub(super) struct Arguments {
    /// The state file
    #[arg(required_unless_present_any = ["hold", "release"], conflicts_with_all = ["hold", "release"])]
    state: Option<PathBuf>,
    /// Change what differs
    #[arg(long)]
    apply: bool,
    /// Only this folder of the file
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// Follow the file even where somebody changed something by hand
    #[arg(long)]
    again: bool,
    /// Roll back at most this many patches in all folders together; if more would be, nothing is changed
    #[arg(long, value_name = "N", default_value_t = 1)]
    max_rolled_back: usize,
    /// The commit that the file is from; the history records it
    #[arg(long, value_name = "COMMIT", value_parser = reason)]
    commit: Option<String>,
    /// Write a report: FILE.json, FILE.md, or FILE.xml for JUnit; repeat it for several
    #[arg(long, value_name = "FILE")]
    report: Vec<PathBuf>,
    /// Write metrics for Prometheus
    #[arg(long, value_name = "FILE")]
    metrics: Option<PathBuf>,
    /// Leave this folder alone from now on; needs a reason, which the history records
    #[arg(long, value_name = "FOLDER", requires = "reason", conflicts_with = "release")]
    hold: Option<PathBuf>,
    /// Why the folder is left alone
    #[arg(long, value_name = "TEXT", value_parser = reason, requires = "hold")]
    reason: Option<String>,
    /// The last day on which it is left alone, such as 2027-01-31
    #[arg(long, value_name = "DATE", value_parser = day, requires = "hold")]
    until: Option<String>,
    /// End the hold of this folder
    #[arg(long, value_name = "FOLDER")]
    release: Option<PathBuf>,
}

fn day(text: &str) -> std::result::Result<String, &'static str> {
    text.parse::<jiff::civil::Date>()
        .map(|day| day.to_string())
        .map_err(|_| "expected a day such as 2027-01-31")
}

impl Arguments {
    pub fn run(self, session: &mut Session<'_, '_>) -> Result<Outcome> {
        match (&self.hold, &self.release, &self.state) {
            (Some(folder), ..) => self.hold(folder, true, session),
            (None, Some(folder), _) => self.hold(folder, false, session),
            (None, None, state) => self.reconcile(state.as_deref().unwrap_or(Path::new("")), session),
        }
    }

    fn hold(&self, folder: &Path, is_held: bool, session: &mut Session<'_, '_>) -> Result<Outcome> {
        let reason = self.reason.as_deref().filter(|_| is_held);
        let entry = session.workbench().hold(folder, reason, self.until.as_deref()).in_folder(folder)?;
        session.answer(
            |_| text::hold(folder, self.until.as_deref(), is_held),
            || answer::Hold::new(folder, entry, is_held),
        )
    }

    fn reconcile(&self, state: &Path, session: &mut Session<'_, '_>) -> Result<Outcome> {
        let outputs = self.report.iter().chain(&self.metrics);
        for output in outputs {
            session.workbench().may_save_comparison(output).without_folder()?;
        }
        let reports =
            self.report.iter().map(|path| Ok((path, format_of(path)?))).collect::<Result<Vec<_>>>()?;
        let wish = ReconcileWish {
            state: state.to_owned(),
            folder: self.folder.clone(),
            apply: self.apply,
            again: self.again,
            max_rolled_back: self.max_rolled_back,
            commit: self.commit.clone(),
        };
        let done = session.watch(|workbench, watch| workbench.reconcile(&wish, watch)).without_folder()?;
        let has_changed = done.folders.iter().any(|folder| !folder.entries.is_empty());
        let ending = match done.kind() {
            Some(kind) => Outcome::Not(kind),
            None if has_changed => Outcome::Done,
            None => Outcome::NothingToDo,
        };
        // What is done is done, whatever becomes of the reports.
        let told = |saved: workbench::Result<()>| {
            saved.map_err(|error| if has_changed { error.midway() } else { error }).without_folder()
        };
        let answer = || answer::Reconcile::new(&done, state, self.apply);
        for (path, format) in reports {
            let text = match format {
                ReportFormat::Json => session.document_for_a_file(ending, &answer()),
                ReportFormat::Markdown => wanted::markdown(&done),
                ReportFormat::JUnit => wanted::junit(&done),
            };
            told(session.workbench().save_comparison(path, &text))?;
        }
        if let Some(path) = &self.metrics {
            let now = session.workbench().environment().timestamp().as_second();
            told(session.workbench().save_comparison(path, &wanted::metrics(&done, now)))?;
        }
        let is_verbose = session.is_verbose();
        session.answer_as(
            ending,
            |style| text::reconciled(&done, state, self.apply, is_verbose, style),
            answer,
        )
    }
}

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ReportFormat {
    Json,
    Markdown,
    JUnit,
}

fn format_of(path: &Path) -> Result<ReportFormat> {
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("json") => Ok(ReportFormat::Json),
        Some("md") => Ok(ReportFormat::Markdown),
        Some("xml") => Ok(ReportFormat::JUnit),
        _ => Err(Report::usage(format!("The name of a report ends in .json, .md or .xml: {path:?}")).into()),
    }
}
