//! `patchwright show`: what a patch file says about itself.

use std::path::PathBuf;

use super::Result;
use super::flags::is_bundle;
use super::render::{answer, text};
use super::session::{InFolder, Outcome, Session};
use crate::workbench::is_text_patch;

/// Show what a patch is for, who signed it, and what it changes
///
/// Also shows what it requires and how to roll it back. Needs no product folder, and changes nothing.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright show fix.patchbundle
  patchwright show fix.patchbundle --json
  patchwright show fix.patchbundle --save-sbom app.cdx.json
  patchwright show fix.patch")]
pub(super) struct Arguments {
    /// The patch file
    file: PathBuf,
    /// Save the SBOM that is in it, byte for byte
    #[arg(long, value_name = "FILE")]
    save_sbom: Option<PathBuf>,
}

impl Arguments {
    pub fn run(self, session: &mut Session<'_, '_>) -> Result<Outcome> {
        let file = is_bundle(&self.file)?;
        if is_text_patch(file).without_folder()? {
            let shown = session.workbench().inspect_text(file.into()).without_folder()?;
            return session.answer(
                |style| text::text_patches(&shown, style),
                || answer::TextPatches::new(&shown, file),
            );
        }
        let saved = self.save_sbom.as_deref();
        if let Some(to) = saved {
            session.watch(|workbench, _| workbench.save_sbom(file, to)).without_folder()?;
        }
        let shown = session.watch(|workbench, watch| workbench.inspect(file, watch)).without_folder()?;
        let verbose = session.is_verbose();
        session.answer(
            |style| {
                let shown = text::inspection(&shown, file, verbose, style);
                shown + &saved.map(text::saved_sbom).unwrap_or_default()
            },
            || answer::Show::new(&shown, file, saved),
        )
    }
}
