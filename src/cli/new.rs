//! `patchwright new`: a patch order to fill in.

use std::path::PathBuf;

use super::Result;
use super::render::{answer, text};
use super::session::{InFolder, Outcome, Session};

/// Write a patch order to fill in: the description of a patch
///
/// Prints a template with comments, or writes it to a new file. Existing files are never overwritten.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright new --output order.toml
  patchwright new > order.toml")]
pub(super) struct Arguments {
    /// Write the template to this new file
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Arguments {
    pub fn run(self, session: &mut Session<'_, '_>) -> Result<Outcome> {
        let template = session.workbench().template();
        let Some(output) = self.output else {
            return session.answer(|_| template.to_owned(), || answer::Template::new(Some(template), None));
        };
        session.workbench().save_template(&output).without_folder()?;
        session.answer(|_| text::order_written(&output), || answer::Template::new(None, Some(&output)))
    }
}
