//! `patchwright history`: what happened to a folder.

use std::path::PathBuf;

use super::Result;
use super::render::{answer, text};
use super::session::{InFolder, Outcome, Session};
use crate::model::Kind;

/// Show everything that happened to a product folder
///
/// Oldest first. Each entry names the one before it by its digest, and this chain is checked.
/// Entries that you did not write on this machine are named: what they say is shown, and nothing of it is believed.
/// With --verify the manifests kept with it are checked, too, and the history is compared with what you saw of it before.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright history /opt/app
  patchwright history /opt/app --verbose
  patchwright history /opt/app --verify
  patchwright history /opt/app --vouch=TICKET-4711")]
pub(super) struct Arguments {
    /// The product folder
    target: PathBuf,
    /// Say whether every entry is as it was written, and name the first one that is not
    #[arg(long)]
    verify: bool,
    /// Say that the history is right although somebody else wrote it, for this reason; then its scripts can be taken back
    #[arg(long, value_name = "REASON", value_parser = super::flags::reason, conflicts_with = "verify")]
    vouch: Option<String>,
}

impl Arguments {
    pub fn run(self, session: &mut Session<'_, '_>) -> Result<Outcome> {
        let target = &self.target;
        if self.verify || self.vouch.is_some() {
            let check = match &self.vouch {
                Some(reason) => session.workbench().vouch_for_history(target, reason),
                None => session.workbench().check_history(target),
            };
            let check = check.in_folder(target)?;
            return session.answer_as(
                if check.problem.is_none() { Outcome::Done } else { Outcome::Not(Kind::NeedsPerson) },
                |style| text::history_check(&check, target, style),
                || answer::HistoryCheck::new(&check, target),
            );
        }
        let history = session.workbench().history(target).in_folder(target)?;
        let verbose = session.is_verbose();
        session.answer(
            |style| text::history(&history, target, verbose, style),
            || answer::History::new(&history, target),
        )
    }
}
