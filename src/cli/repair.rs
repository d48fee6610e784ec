//! `patchwright repair`: makes files again what the history says.

use std::path::PathBuf;

use super::Result;
use super::flags::{fingerprint, is_bundle};
use super::render::{Detail, answer, text};
use super::session::{InFolder, Outcome, Session};
use crate::model::TreePath;
use crate::report::Report;
use crate::workbench::{DecisionDigest, Error, Occasion, RepairOptions};

/// Repair files that are no longer as the patches left them
///
/// Restores them from the backups or, with --from, from patch files. Shows the changes and asks once. What a repair
/// replaces is backed up; `patchwright rollback TARGET --undo` undoes the repair.
#[derive(Debug, clap::Args)]
#[command(
    alias = "heal",
    after_help = "\
Examples:
  patchwright repair /opt/app --dry-run
  patchwright repair /opt/app conf/app.toml lib --from fix.patchbundle --yes"
)]
pub(super) struct Arguments {
    /// The product folder
    target: PathBuf,
    /// Repair only these files, and everything in these folders
    #[arg(value_name = "PATH")]
    paths: Vec<String>,
    /// Take contents from this patch file; repeat for several
    #[arg(long, value_name = "FILE")]
    from: Vec<PathBuf>,
    /// Leave files without a backup as they are, and repair the others
    #[arg(long)]
    leave_damaged: bool,
    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Continue only if the repair still has this fingerprint, as `--dry-run --json` prints it
    #[arg(long, value_name = "SHA-256", value_parser = fingerprint, conflicts_with = "dry_run")]
    expect: Option<DecisionDigest>,
}

impl Arguments {
    pub fn run(self, session: &mut Session<'_, '_>) -> Result<Outcome> {
        let target = &self.target;
        let mut options = RepairOptions {
            paths: places(&self.paths)?,
            from: self.from,
            leave_damaged: self.leave_damaged,
            expected: self.expect,
            occasion: Occasion::NONE,
        };
        for file in &options.from {
            is_bundle(file)?;
        }
        let mut from = session.workbench().open_for_repair(&options).in_folder(target)?;
        if session.asks() || self.dry_run {
            let look = session
                .watch(|workbench, watch| workbench.preview_repair(target, &options, &mut from, watch))
                .in_folder(target)?;
            if !look.preview.obstacles.is_empty() {
                return Err(Error::Refused(look.preview.obstacles)).in_folder(target);
            }
            if self.dry_run {
                let is_idle = look.preview.is_nothing_to_do();
                return session.answer_as(
                    if is_idle { Outcome::NothingToDo } else { Outcome::Done },
                    |style| text::repair_plan(&look, target, Detail::Full, style),
                    || answer::DryRun::new(&look.preview, look.decision(), None, target),
                );
            }
            if !look.preview.is_nothing_to_do() {
                let detail = session.detail();
                session
                    .ask(|style| text::repair_plan(&look, target, detail, style), "Repair these files?")?;
            }
            options.expected.get_or_insert(look.decision());
        }
        let repaired = session
            .watch(|workbench, watch| workbench.repair_opened(target, &options, from, watch))
            .in_folder(target)?;
        let ending = if repaired.entry.is_some() { Outcome::Done } else { Outcome::NothingToDo };
        session.answer_as(
            ending,
            |style| text::repaired(&repaired, target, style),
            || answer::Repair::new(&repaired, target),
        )
    }
}

/// Paths in a product folder, as they are typed.
pub(super) fn places(typed: &[String]) -> Result<Vec<TreePath>> {
    let place = |raw: &String| {
        TreePath::parse(raw.trim_end_matches('/')).map_err(|error| Report::usage(error.to_string()).into())
    };
    typed.iter().map(place).collect()
}
