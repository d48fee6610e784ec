//! `patchwright metrics`: how changing folders goes, in figures.

use std::path::PathBuf;

use super::Result;
use super::flags::since;
use super::render::{answer, text};
use super::session::{InFolder, Outcome, Session};
use crate::model::{Word, choices};
use crate::report::Report;
use crate::workbench::{Exposition, FolderMetrics};

choices! {
    /// What figures are printed as.
    enum FiguresFormat {
        /// The answer for programs.
        Json = "json",
        /// For spreadsheets.
        Csv = "csv",
        /// For monitoring.
        OpenMetrics = "openmetrics",
        /// For the textfile collector of `node_exporter`.
        Prometheus = "prometheus",
    }
}

/// Show metrics of changes: how many, how long, how many failed
///
/// Counted from the verified histories of the folders: how often patches are applied, how long that takes, how often it goes
/// wrong. Missing data is shown as "no data", never guessed; fewer than five values are called too few to compare. With
/// --verbose, shows every entry that a figure counts. A folder that you name twice counts once.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright metrics /opt/app --since 2026-10-01
  patchwright metrics /srv/app/* --since 2026-10-01 --format csv > figures.csv
  patchwright metrics /opt/app --since 2026-01-01 --format prometheus")]
pub(super) struct Arguments {
    /// The product folders
    #[arg(required = true, value_name = "TARGET")]
    targets: Vec<PathBuf>,
    /// From this day or moment on, such as 2026-10-01 or 2026-10-01T08:00:00Z; days are UTC
    #[arg(long, value_name = "DATE")]
    since: String,
    /// Print it for programs: json, csv, openmetrics or prometheus
    #[arg(long, value_name = "FORMAT", value_parser = format)]
    format: Option<FiguresFormat>,
}

impl Arguments {
    pub fn run(self, session: &mut Session<'_, '_>) -> Result<Outcome> {
        let since = since(&self.since, session.workbench().environment().timestamp())?;
        if self.format.is_some_and(|format| format != FiguresFormat::Json) && session.is_json() {
            let report = Report::usage("The figures can't be printed in two formats at once");
            return Err(report.hint("Leave out --json or --format.").into());
        }
        // A failure in one of several folders names it itself.
        let measured = session.workbench().metrics(&self.targets, since);
        let measured = match &self.targets[..] {
            [target] => measured.in_folder(target)?,
            _ => measured.without_folder()?,
        };
        let exposed =
            |how| -> Box<dyn Fn(&FolderMetrics) -> String> { Box::new(move |all| all.exposed(how)) };
        let print: Box<dyn Fn(&FolderMetrics) -> String> = match self.format {
            Some(FiguresFormat::Json) => {
                return session.answer_to_a_program(&answer::Metrics::new(&measured));
            }
            Some(FiguresFormat::Csv) => Box::new(FolderMetrics::as_csv),
            Some(FiguresFormat::OpenMetrics) => exposed(Exposition::OpenMetrics),
            Some(FiguresFormat::Prometheus) => exposed(Exposition::Prometheus),
            None => {
                let verbose = session.is_verbose();
                return session.answer(
                    |style| text::metrics(&measured, verbose, style),
                    || answer::Metrics::new(&measured),
                );
            }
        };
        session.hand_over(print(&measured).as_bytes())
    }
}

fn format(text: &str) -> std::result::Result<FiguresFormat, String> {
    FiguresFormat::parse(text).ok_or_else(|| format!("it's none of {}", FiguresFormat::choices()))
}
