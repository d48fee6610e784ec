//! `patchwright export`: a patch file's changes as a Git patch.

use std::path::PathBuf;

use super::Result;
use super::flags::is_bundle;
use super::render::{answer, text};
use super::session::{InFolder, Outcome, Session, Stop};
use crate::report::Report;

/// Write a patch file's changes as a Git patch
///
/// For machines that have only `git apply` or GNU patch. Includes binary files, links and permissions, but no checks,
/// no history and no rollback. Originals that the patch file doesn't contain are read from --target.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright export fix.patchbundle --output fix.patch
  patchwright export fix.patchbundle --target /opt/app | git apply")]
pub(super) struct Arguments {
    /// The patch file
    file: PathBuf,
    /// A product folder that the patch is for; it is only read
    #[arg(long, value_name = "DIR")]
    target: Option<PathBuf>,
    /// Write the Git patch to this file instead of printing it
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Arguments {
    pub fn run(self, session: &mut Session<'_, '_>) -> Result<Outcome> {
        let file = is_bundle(&self.file)?;
        if self.output.is_none() && (session.is_read_on_a_terminal() || session.is_json()) {
            return Err(Report::usage("A Git patch can't be printed to a terminal: it could control it")
                .hint("Write it to a file instead: --output fix.patch")
                .into());
        }
        let target = self.target.as_deref();
        let exported = session.watch(|workbench, watch| workbench.export(file, target, watch));
        let exported = match target {
            Some(target) => exported.in_folder(target)?,
            None => exported.without_folder()?,
        };
        let Some(output) = &self.output else {
            return match session.print(&exported.text) {
                Ok(()) => Ok(Outcome::Done),
                Err(error) => Err(Stop::Unheard(Outcome::Done, error)),
            };
        };
        session.workbench().save_export(&exported, output).without_folder()?;
        session.answer(
            |style| text::exported(&exported, output, style),
            || answer::Export::new(&exported, output),
        )
    }
}
