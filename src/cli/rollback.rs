//! `patchwright rollback`: rolls patches back.

use std::path::{Path, PathBuf};

use super::Result;
use super::flags::{ReturnFlags, fingerprint, is_bundle};
use super::occasion::{BecauseFlags, ask_why};
use super::render::{Detail, answer, text};
use super::scripts::ScriptFlags;
use super::session::{InFolder, Outcome, Session};
use crate::plan::OnDrift;
use crate::workbench::{
    DamagedBackups, DecisionDigest, Occasion, Overrides, RollbackOptions, ScriptConsent, Turn, Which,
};

/// Roll back a patch: restore the folder to its state without it
///
/// Without an ID, rolls back the last patch. You can name any other patch, too: files that newer patches share with it
/// are rebuilt from the backups and the patches that stay, where the result can be proven, and you see the difference
/// first. With --to, everything newer than the patch is rolled back as well. Shows the changes and asks once.
/// `patchwright reapply` undoes a rollback.
#[derive(Debug, clap::Args)]
#[command(aliases = ["undo", "revert"], after_help = "\
Examples:
  patchwright rollback /opt/app
  patchwright rollback /opt/app ACME-HF-1042 --yes
  patchwright rollback /opt/app --because fault --ticket OPS-77
  patchwright rollback /opt/app ACME-HF-1042 --with-dependents
  patchwright rollback /opt/app --to ACME-HF-1042 --dry-run
  patchwright rollback /opt/app --undo
  patchwright rollback /opt/app --from old.patchbundle --leave-damaged")]
pub(super) struct Arguments {
    /// The product folder
    target: PathBuf,
    /// The patch to roll back
    id: Option<String>,
    /// Also roll back the patches that depend on it
    #[arg(long, requires = "id")]
    with_dependents: bool,
    /// Roll back this patch and everything newer
    #[arg(long, value_name = "ID", conflicts_with_all = ["id", "undo"])]
    to: Option<String>,
    #[command(flatten)]
    damage: Damage,
    /// Undo the last rollback or repair; for a rollback, `reapply` does the same
    #[arg(long, conflicts_with = "id")]
    undo: bool,
    /// With --undo: also check this list of withdrawn patches; this computer's own list is always checked
    #[arg(long, alias = "holds", value_name = "FILE", requires = "undo")]
    withdrawn: Vec<PathBuf>,
    #[command(flatten)]
    overrides: ReturnFlags<true>,
    /// Continue only if the rollback still has this fingerprint, as `--dry-run --json` prints it
    #[arg(long, value_name = "SHA-256", value_parser = fingerprint, conflicts_with = "dry_run")]
    expect: Option<DecisionDigest>,
    #[command(flatten)]
    why: BecauseFlags,
    #[command(flatten)]
    scripts: ScriptFlags,
    /// Restore only the files, and keep what the patch's scripts did; the history records it
    #[arg(long, conflicts_with = "run_scripts", help_heading = "Scripts")]
    without_scripts: bool,
}

/// What to do about files that are not as the change left them, and backups that are not as they were made.
#[derive(Debug, clap::Args)]
pub(super) struct Damage {
    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Continue although files were edited since; your versions are backed up
    #[arg(long)]
    keep_edits: bool,
    /// Take old contents with a missing or damaged backup from this patch file; repeat for several
    #[arg(long, value_name = "FILE")]
    from: Vec<PathBuf>,
    /// Leave files with a missing or damaged backup as they are, and restore the others
    #[arg(long)]
    leave_damaged: bool,
}

impl Arguments {
    pub fn run(self, session: &mut Session<'_, '_>) -> Result<Outcome> {
        let which = match (self.id, self.to) {
            (_, Some(id)) => Which::Before(id),
            (Some(id), None) if self.with_dependents => Which::PatchAndDependents(id),
            (Some(id), None) => Which::Patch(id),
            (None, None) if self.undo => Which::LastRollback,
            (None, None) => Which::Last,
        };
        let scripts = match self.without_scripts {
            true => ScriptConsent::Without,
            false => self.scripts.consent(),
        };
        let (occasion, withdrawn) = (self.why.occasion(), self.withdrawn);
        let (expected, overrides) = (self.expect, self.overrides.0);
        let wish = RollbackRequest { which, expected, scripts, occasion, withdrawn, overrides };
        roll_back(&self.target, wish, self.damage, &self.scripts, session)
    }
}

/// What somebody wants to be rolled back, or reapplied.
pub(super) struct RollbackRequest {
    pub which: Which,
    pub expected: Option<DecisionDigest>,
    pub scripts: ScriptConsent,
    pub occasion: Occasion,
    /// Lists of withdrawn patches, where one comes back.
    pub withdrawn: Vec<PathBuf>,
    /// The rules that are set aside, where one comes back.
    pub overrides: Overrides,
}

/// Shows what will happen, asks, and does it.
pub(super) fn roll_back(
    target: &Path,
    RollbackRequest { which, expected, scripts, occasion, withdrawn, overrides }: RollbackRequest,
    damage: Damage,
    flags: &ScriptFlags,
    session: &mut Session<'_, '_>,
) -> Result<Outcome> {
    let on_drift = if damage.keep_edits { OnDrift::KeepCopy } else { OnDrift::Stop };
    let mut options = RollbackOptions { which, on_drift, expected, scripts, occasion, withdrawn, overrides };
    let damaged = DamagedBackups { from: damage.from, leave: damage.leave_damaged };
    for file in &damaged.from {
        is_bundle(file)?;
    }
    // Who has said yes already sees nothing beforehand, and the folder is read only once.
    if session.asks() || damage.dry_run {
        let preview = session
            .watch(|workbench, watch| workbench.preview_rollback_from(target, &options, &damaged, watch))
            .in_folder(target)?;
        if !preview.preview.obstacles.is_empty() {
            return Err(crate::workbench::Error::Refused(preview.preview.obstacles)).in_folder(target);
        }
        preview.permits(&options.overrides).in_folder(target)?;
        if damage.dry_run {
            let preview = &preview;
            return session.answer_as(
                Outcome::Done,
                |style| text::rollback_plan(preview, target, Detail::Full, style),
                || answer::RollbackDryRun::new(preview, target),
            );
        }
        let detail = session.detail();
        let question = text::rollback_question(preview.turn, preview.patches.len());
        session.ask(|style| text::rollback_plan(&preview, target, detail, style), question)?;
        if session.can_ask() && preview.turn == Turn::Went && options.occasion.reason.is_none() {
            options.occasion.reason = ask_why(session)?;
        }
        if options.scripts == ScriptConsent::None {
            options.scripts = flags.agree(&preview.scripts, target, session)?;
        }
        options.expected.get_or_insert(preview.decision());
    }
    let done = session
        .watch(|workbench, watch| workbench.roll_back_from(target, &options, &damaged, watch))
        .in_folder(target)?;
    session.answer(|style| text::rolled_back(&done, target, style), || answer::Rollback::new(&done, target))
}
