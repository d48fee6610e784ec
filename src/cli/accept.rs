//! `patchwright accept`: keeps patches for good.

use std::path::PathBuf;

use super::Result;
use super::flags::fingerprint;
use super::render::{answer, text};
use super::session::{InFolder, Outcome, Session};
use crate::workbench::DecisionDigest;

/// Keep patches for good: delete their backups and free the space
///
/// Keeps the patch ID and every older one for good; you can still undo a later rollback. Without an ID, keeps
/// everything: all patches, and the last rollback. The backups are deleted, and with them edited files that were backed
/// up; you see a list of those first, and of files that were edited since: only your versions of them are left then. This can't
/// be undone.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright accept /opt/app
  patchwright accept /opt/app ACME-HF-1042 --yes
  patchwright accept /opt/app --yes --keep-edits")]
pub(super) struct Arguments {
    /// The product folder
    target: PathBuf,
    /// The newest patch to keep for good
    id: Option<String>,
    /// Continue although files were edited since: your versions stay, and the backups of these files are deleted, too
    #[arg(long)]
    keep_edits: bool,
    /// Continue only if what would be kept still has this fingerprint; the window passes what it showed
    #[arg(long, value_name = "SHA-256", value_parser = fingerprint, hide = true)]
    expect: Option<DecisionDigest>,
}

impl Arguments {
    pub fn run(self, session: &mut Session<'_, '_>) -> Result<Outcome> {
        let (target, id) = (&self.target, self.id.as_deref());
        // What is unknown, unfinished or accepted already is told by the workbench; nobody needs to be asked before.
        let plan = session.workbench().preview_accept(target, id).in_folder(target)?;
        // Whoever has said yes already was shown nothing, and didn't agree to lose what a file held.
        let is_agreed = session.asks() || self.keep_edits;
        let agreed = self.expect.or_else(|| is_agreed.then(|| plan.decision()));
        if !plan.is_nothing() {
            let question = "Delete these backups? This can't be undone.";
            session.ask(|style| text::accept_plan(&plan, target, style), question)?;
        }
        let accepted = session.workbench().accept_as_agreed(target, id, agreed).in_folder(target)?;
        let ending = if accepted.is_nothing() { Outcome::NothingToDo } else { Outcome::Done };
        session.answer_as(
            ending,
            |style| text::accepted(&accepted, target, style),
            || answer::Accept::new(&accepted, target),
        )
    }
}
