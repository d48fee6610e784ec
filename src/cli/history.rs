//! `patchwright history`: what happened to a folder.

use std::path::PathBuf;

use super::Result;
use super::render::{json, text};
use super::session::{Ending, InFolder, Session};

/// Show everything that happened to a product folder
///
/// Oldest first. Each entry names the one before it by its digest, and this chain is checked.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright history /opt/app
  patchwright history /opt/app --verbose")]
pub(super) struct Arguments {
    /// The product folder
    target: PathBuf,
}

impl Arguments {
    pub fn run(self, session: &mut Session<'_, '_>) -> Result<Ending> {
        let target = &self.target;
        let history = session.workbench().history(target).in_folder(target)?;
        let verbose = session.is_verbose();
        session.answer(
            Ending::Done,
            |style| text::history(&history, target, verbose, style),
            || json::history(&history, target),
        )
    }
}
