//! `patchwright status`: how things stand in a folder.

use std::path::PathBuf;

use super::Result;
use super::render::{json, text};
use super::session::{Ending, InFolder, Session};

/// Show how things stand in a product folder
///
/// Product and version, the patches in it, files that are not as expected, and whether a change was interrupted.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright status /opt/app
  patchwright status /opt/app --json")]
pub(super) struct Arguments {
    /// The product folder
    target: PathBuf,
}

impl Arguments {
    pub fn run(self, session: &mut Session<'_, '_>) -> Result<Ending> {
        let target = &self.target;
        let status = session.watch(|workbench, watch| workbench.status(target, watch)).in_folder(target)?;
        session.answer(
            Ending::Done,
            |style| text::status(&status, target, style),
            || json::status(&status, target),
        )
    }
}
