//! `patchwright reapply`: undoes a rollback.

use std::path::PathBuf;

use super::Result;
use super::flags::{Lists, ReturnFlags, fingerprint};
use super::occasion::TicketFlag;
use super::rollback::{Damage, RollbackRequest, roll_back};
use super::scripts::ScriptFlags;
use super::session::{Outcome, Session};
use crate::workbench::{DecisionDigest, ScriptConsent, Which};

/// Reapply the patch that was rolled back last
///
/// Undoes the last rollback from the backups; you don't need the patch file. The patch is judged by today's keys and rules, and
/// has to fit the folder as if you applied it. Its health checks run afterwards; if a required one fails, it is rolled back
/// again. Only the last change of the folder can be undone in this way. What you allowed when you applied the patch, such as that
/// it isn't signed or undoes another one, doesn't count here: say it again. Shows the changes and asks once.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright reapply /opt/app
  patchwright reapply /opt/app --yes
  patchwright reapply /opt/app --allow-unsigned
  patchwright reapply /opt/app --withdrawn withdrawn.json")]
pub(super) struct Arguments {
    /// The product folder
    target: PathBuf,
    #[command(flatten)]
    damage: Damage,
    /// Continue only if the change still has this fingerprint, as `--dry-run --json` prints it
    #[arg(long, value_name = "SHA-256", value_parser = fingerprint, conflicts_with = "dry_run")]
    expect: Option<DecisionDigest>,
    #[command(flatten)]
    overrides: ReturnFlags<false>,
    #[command(flatten)]
    ticket: TicketFlag,
    #[command(flatten)]
    lists: Lists,
}

impl Arguments {
    pub fn run(self, session: &mut Session<'_, '_>) -> Result<Outcome> {
        let (which, scripts) = (Which::Reapply, ScriptConsent::None);
        let (occasion, withdrawn) = (self.ticket.occasion(), self.lists.withdrawn);
        let (expected, overrides) = (self.expect, self.overrides.0);
        let wish = RollbackRequest { which, expected, scripts, occasion, withdrawn, overrides };
        roll_back(&self.target, wish, self.damage, &ScriptFlags::default(), session)
    }
}
