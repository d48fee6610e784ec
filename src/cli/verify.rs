//! `patchwright verify`: is every byte of a bundle what it should be?

use std::path::PathBuf;

use super::Result;
use super::args::is_bundle;
use super::render::{json, text};
use super::session::{Ending, InFolder, Session};

/// Check every byte of a patch file
///
/// Reads everything in it and compares it with what the patch file says about it. Also says who vouches for it.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright verify fix.patchbundle")]
pub(super) struct Arguments {
    /// The patch file
    file: PathBuf,
}

impl Arguments {
    pub fn run(self, session: &mut Session<'_, '_>) -> Result<Ending> {
        let file = is_bundle(&self.file)?;
        let verified = session.watch(|workbench, watch| workbench.verify(file, watch)).without_folder()?;
        session.answer(
            Ending::Done,
            |style| text::verification(&verified, file, style),
            || json::verification(&verified, file),
        )
    }
}
