//! `patchwright identify`: what a folder is, from what its files hold.

use std::path::PathBuf;

use super::Result;
use super::flags::is_bundle;
use super::render::{answer, text};
use super::session::{InFolder, Outcome, Session};

/// Show which product is in a folder and which patches are in it, from what its files hold
///
/// Compares the folder with the patches that its history names and with the patch files that are given. Also for
/// folders in which no history was ever written.
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
