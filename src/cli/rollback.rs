//! `patchwright rollback`: takes patches out of a folder.

use std::path::PathBuf;

use super::Result;
use super::flags::{fingerprint, is_bundle};
use super::render::{answer, text};
use super::scripts::ScriptFlags;
use super::session::{InFolder, Outcome, Session};
use crate::plan::OnDrift;
use crate::workbench::{DamagedBackups, DecisionDigest, RollbackOptions, ScriptConsent, Turn, Which};

/// Take a patch back: everything is as without it
///
/// Without an ID it is the last patch. Any other one can be named: files that newer patches share with it are put
/// together again from the safe copies and the patches that stay, where that can be proven, and the difference is shown.
/// With --to everything that came after the patch goes as well. Shows what will happen and asks once. A rollback can
/// itself be taken back with --undo.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright rollback /opt/app
  patchwright rollback /opt/app ACME-HF-1042 --yes
  patchwright rollback /opt/app ACME-HF-1042 --with-dependents
  patchwright rollback /opt/app --to ACME-HF-1042
  patchwright rollback /opt/app --undo
  patchwright rollback /opt/app --from ACME-HF-1042.patchbundle --leave-damaged")]
pub(super) struct Arguments {
    /// The product folder
    target: PathBuf,
    /// The patch to take out
    id: Option<String>,
    /// Also take out the patches that cannot stay without it
    #[arg(long, requires = "id")]
    with_dependents: bool,
    /// Go back to before this patch: it and everything newer goes
    #[arg(long, value_name = "ID", conflicts_with_all = ["id", "undo"])]
    to: Option<String>,
    /// Go back although files were edited since; your versions are kept as safe copies
    #[arg(long)]
    keep_edits: bool,
    /// Take old contents whose safe copies are missing or damaged out of this patch file; may be given several times
    #[arg(long, value_name = "FILE")]
    from: Vec<PathBuf>,
    /// Leave files as they are whose safe copies are missing or damaged, and take back the others
    #[arg(long)]
    leave_damaged: bool,
    /// Take back the last rollback: the patch comes in again
    #[arg(long, conflicts_with = "id")]
    undo: bool,
    /// Go ahead only with the rollback that has this fingerprint
    #[arg(long, value_name = "SHA-256", value_parser = fingerprint)]
    expect: Option<DecisionDigest>,
    #[command(flatten)]
    scripts: ScriptFlags,
    /// Take only the files back, and leave what the patch's scripts did; the history will say so
    #[arg(long, conflicts_with = "run_scripts", help_heading = "Scripts")]
    without_scripts: bool,
}

impl Arguments {
    pub fn run(self, session: &mut Session<'_, '_>) -> Result<Outcome> {
        let (target, undo) = (&self.target, self.undo);
        let which = match (self.id, self.to) {
            (_, Some(id)) => Which::Before(id),
            (Some(id), None) if self.with_dependents => Which::PatchAndDependents(id),
            (Some(id), None) => Which::Patch(id),
            (None, None) if undo => Which::LastRollback,
            (None, None) => Which::Last,
        };
        let on_drift = if self.keep_edits { OnDrift::KeepCopy } else { OnDrift::Stop };
        let scripts = match self.without_scripts {
            true => ScriptConsent::Without,
            false => self.scripts.consent(),
        };
        let mut options = RollbackOptions { which, on_drift, expected: self.expect, scripts };
        let damaged = DamagedBackups { from: self.from, leave: self.leave_damaged };
        for file in &damaged.from {
            is_bundle(file)?;
        }
        // Who has said yes already sees nothing beforehand, and the folder is read only once.
        if session.asks() {
            let preview = session
                .watch(|workbench, watch| workbench.preview_rollback_from(target, &options, &damaged, watch))
                .in_folder(target)?;
            if !preview.preview.obstacles.is_empty() {
                return Err(crate::workbench::Error::Refused(preview.preview.obstacles)).in_folder(target);
            }
            let comes = undo && preview.turn != Turn::Went;
            let question = match (comes, preview.patches.len()) {
                (true, _) => "Bring this patch back?",
                (false, 0 | 1) => "Take this patch back?",
                (false, _) => "Take these patches back?",
            };
            let detail = session.detail();
            session.ask(|style| text::rollback_plan(&preview, target, comes, detail, style), question)?;
            if options.scripts == ScriptConsent::None {
                options.scripts = self.scripts.agree(&preview.scripts, target, session)?;
            }
            options.expected.get_or_insert(preview.decision());
        }
        let done = session
            .watch(|workbench, watch| workbench.roll_back_from(target, &options, &damaged, watch))
            .in_folder(target)?;
        session.tell(
            |style| text::rolled_back(&done, target, undo && done.turn != Turn::Went, style),
            || answer::Rollback::new(&done, target),
        )
    }
}
