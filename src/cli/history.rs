//! `patchwright history`: what was done to a folder.

use std::path::PathBuf;

use super::Result;
use super::render::{answer, text};
use super::session::{InFolder, Outcome, Session};
use crate::model::Kind;

/// Show everything that was done to a product folder
///
/// Oldest first. Each entry names the one before it by its checksum, and this chain is verified. Entries that you didn't
/// write on this computer are marked: you see what they say, but nothing relies on it. With --verify, also checks the
/// manifests, and compares the history with what this account saw before.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright history /opt/app
  patchwright history /opt/app --verbose
  patchwright history /opt/app --verify
  patchwright history /opt/app --confirm=TICKET-4711")]
pub(super) struct Arguments {
    /// The product folder
    target: PathBuf,
    /// Verify every entry, and name the first one that was changed
    #[arg(long)]
    verify: bool,
    /// Confirm for this reason that a history somebody else wrote is right; its scripts can then be undone
    #[arg(long, value_name = "REASON", alias = "vouch", value_parser = super::flags::reason, conflicts_with = "verify")]
    confirm: Option<String>,
}

impl Arguments {
    pub fn run(self, session: &mut Session<'_, '_>) -> Result<Outcome> {
        let target = &self.target;
        if self.verify || self.confirm.is_some() {
            // What is confirmed is no longer told afterwards.
            let was_shortened = self.confirm.is_some()
                && session.workbench().check_history(target).is_ok_and(|before| before.older.is_some());
            let check = match &self.confirm {
                Some(reason) => session.workbench().vouch_for_history(target, reason),
                None => session.workbench().check_history(target),
            };
            let check = check.in_folder(target)?;
            // What can be recovered from now on; why nobody can tell is told by whoever recovers.
            let unfinished = session.workbench().unfinished(target).ok().flatten();
            return session.answer_as(
                match check.problem.is_some() || check.older.as_ref().is_some_and(|older| older.is_this_path)
                {
                    false => Outcome::Done,
                    true => Outcome::Not(Kind::NeedsPerson),
                },
                |style| {
                    // Where nothing was done, nothing was confirmed.
                    let is_about_something = check.fitting > 0 || check.problem.is_some() || was_shortened;
                    let reason = self.confirm.as_ref().filter(|_| is_about_something || unfinished.is_some());
                    let noted = reason.map(|reason| text::vouched(reason, style));
                    noted.unwrap_or_default()
                        + &text::history_check(&check, target, style)
                        + &text::interrupted(unfinished.as_ref(), target, style)
                },
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
