//! `patchwright support`: a file for whoever helps you.

use std::path::PathBuf;

use super::Result;
use super::render::{answer, text};
use super::session::{InFolder, Outcome, Session};
use crate::workbench::{OutputKind, refuse_taken};

/// Save a support file: records and checksums, never file contents
///
/// A ZIP file about the computer, the folder's history and an interrupted change. It contains the names of patched
/// files, and who changed them when. Changes nothing in the folder.
/// Existing files are never overwritten.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright support /opt/app
  patchwright support /opt/app --output ticket-4711.zip")]
pub(super) struct Arguments {
    /// The product folder
    target: PathBuf,
    /// The new file to write
    #[arg(short, long, value_name = "FILE", default_value = "./patchwright-support.zip")]
    output: PathBuf,
}

impl Arguments {
    pub fn run(self, session: &mut Session<'_, '_>) -> Result<Outcome> {
        let (target, report) = (&self.target, "Saved from the command line.\n");
        let output = std::path::absolute(&self.output).unwrap_or(self.output);
        refuse_taken(&output, OutputKind::Single).without_folder()?;
        let saved = session
            .watch(|bench, watch| bench.save_support_file(&output, Some(target), report, watch))
            .in_folder(target)?;
        session.answer(|_| text::support_saved(&saved), || answer::Support::new(&saved, target))
    }
}
