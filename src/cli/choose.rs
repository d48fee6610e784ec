//! `patchwright choose`: which patches at hand mend what a scan found.

use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::Result;
use super::flags::Lists;
use super::render::{answer, text};
use super::session::{InFolder, Outcome, Session};
use crate::model::{Kind, Word, choices};
use crate::plan::{Band, Problem, RankBy};
use crate::report::{Report, choose};
use crate::workbench::{ChoiceWish, PlanFile};

/// Choose the patches that fix what a scan found, with reasons
///
/// Compares the findings of Trivy, Grype or OSV-Scanner with what the patches say they fix, ranks them with a reason each, and
/// plans the patches for this folder. Shows what is fixed already, what can't be applied, and what has no patch. Fetches nothing:
/// the lists of exploited problems (KEV) and of forecasts (EPSS) are files. Changes nothing; apply the plan afterwards.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright choose --scan trivy.json --from patches /opt/app
  patchwright choose --scan grype.json --from patches --kev kev.json /opt/app
  patchwright choose --scan trivy.json --from patches -o chosen.plan /opt/app
  patchwright choose --scan t.json --from patches --fail-on exploited /opt/app")]
pub(super) struct Arguments {
    /// The product folder
    target: PathBuf,
    /// A report as JSON; repeat it for several
    #[arg(long, value_name = "REPORT", required = true)]
    scan: Vec<PathBuf>,
    /// A patch file, or a folder with patch files; repeat it for several
    #[arg(long, value_name = "PATCHES", required = true)]
    from: Vec<PathBuf>,
    /// The list of exploited problems, as CISA publishes it (JSON)
    #[arg(long, value_name = "FILE")]
    kev: Option<PathBuf>,
    /// The table of forecasts, as FIRST publishes it (CSV, or CSV compressed with gzip)
    #[arg(long, value_name = "FILE")]
    epss: Option<PathBuf>,
    /// Exit with 3 if a problem of this kind isn't fixed in the folder: exploited, overdue, critical, high, medium, low or any
    #[arg(long, value_name = "WHAT", value_parser = fail_on)]
    fail_on: Option<FailOn>,
    /// Rank by reasons, or by the number that Grype calls risk: reasons or grype
    #[arg(long, value_name = "HOW", value_parser = rank_by, default_value = "reasons")]
    rank: RankBy,
    /// Save the plan, to apply exactly these changes later
    #[arg(short, long, value_name = "PLAN")]
    output: Option<PathBuf>,
    #[command(flatten)]
    lists: Lists,
}

choices! {
    /// What a pipeline must not pass with.
    enum FailOn {
        /// A problem that is known to be exploited.
        Exploited = "exploited",
        /// One that should be fixed by now, as the list of exploited problems or the trust rules say.
        Overdue = "overdue",
        /// A critical one, or an exploited one.
        Critical = "critical",
        /// One that is high or worse.
        High = "high",
        /// One that is medium or worse, or that nobody has judged.
        Medium = "medium",
        /// One that is low or worse, or that nobody has judged.
        Low = "low",
        /// Any.
        Any = "any",
    }
}

impl FailOn {
    fn is_met(self, problem: &Problem, today: Date) -> bool {
        let is_exploited = problem.facts.exploited.is_some();
        let band = problem.facts.band();
        let is_late = || problem.due.is_some_and(|due| due.days_late(today).is_some());
        match self {
            FailOn::Overdue => is_late(),
            FailOn::Exploited => is_exploited,
            FailOn::Critical => is_exploited || band >= Band::Critical,
            FailOn::High => is_exploited || band >= Band::High,
            FailOn::Medium => is_exploited || band >= Band::Unknown,
            FailOn::Low => is_exploited || band >= Band::Low,
            FailOn::Any => true,
        }
    }
}

impl Arguments {
    pub fn run(self, session: &mut Session<'_, '_>) -> Result<Outcome> {
        let Self { target, scan, from, kev, epss, fail_on, rank, output, lists } = self;
        let wish = ChoiceWish { scans: scan, from, kev, epss, rank_by: rank, withdrawn: lists.withdrawn };
        let choice =
            session.watch(|workbench, watch| workbench.choose(&wish, &target, watch)).in_folder(&target)?;
        if fail_on == Some(FailOn::Overdue) && !choice.knows_due_dates() {
            let report = Report::usage("Nothing says by when a problem has to be fixed");
            return Err(report
                .hint("Set due_days in trust.toml, or name the list of exploited problems: --kev FILE")
                .into());
        }
        let workbench = session.workbench();
        let saved: Option<&Path> = output.as_deref().filter(|_| choice.preview.is_some());
        if let (Some(path), Some(preview)) = (saved, &choice.preview) {
            let created = workbench.environment().now();
            PlanFile::new(preview, created).save(path).without_folder()?;
        }
        let today = workbench.environment().timestamp();
        let is_failed = fail_on
            .is_some_and(|what| choice.board.unmended().any(|one| what.is_met(one, choose::day(today))));
        let ending = match is_failed {
            true => Outcome::Not(Kind::Refused),
            false if choice.chosen.is_empty() => Outcome::NothingToDo,
            false => Outcome::Done,
        };
        session.answer_as(
            ending,
            |style| text::choice(&choice, &target, (output.as_deref(), saved), today, style),
            || answer::Choose::new(&choice, &target, saved, today),
        )
    }
}

fn rank_by(text: &str) -> std::result::Result<RankBy, String> {
    RankBy::parse(text).ok_or_else(|| format!("it's none of {}", RankBy::choices()))
}

fn fail_on(text: &str) -> std::result::Result<FailOn, String> {
    FailOn::parse(text).ok_or_else(|| format!("it's none of {}", FailOn::choices()))
}
