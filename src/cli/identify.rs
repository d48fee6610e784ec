//! `patchwright identify`: what a folder is, from its files.

use std::path::PathBuf;

use super::Result;
use super::flags::is_bundle;
use super::render::{answer, text};
use super::session::{InFolder, Outcome, Session};

/// Find out a folder's product and patches from its files
///
/// Compares the folder with the patches in its history and with the patch files you name. Works for folders without a
/// history, too. Changes nothing.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright identify /opt/app
  patchwright identify /opt/app fix.patchbundle sp2.patchbundle --json")]
pub(super) struct Arguments {
    /// The product folder
    target: PathBuf,
    /// Patch files to compare with
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
}

impl Arguments {
    pub fn run(self, session: &mut Session<'_, '_>) -> Result<Outcome> {
        let Self { target, files } = &self;
        for file in files {
            is_bundle(file)?;
        }
        let found =
            session.watch(|workbench, watch| workbench.identify(target, files, watch)).in_folder(target)?;
        let is_verbose = session.is_verbose();
        session.answer(
            |style| text::identified(&found, target, is_verbose, style),
            || answer::Identify::new(&found, target),
        )
    }
}
