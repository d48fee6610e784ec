//! `patchwright edit`: edits of files by their keys, before a patch file is made of them.

use std::path::PathBuf;

use clap::Subcommand;

use super::Result;
use super::render::{answer, text};
use super::session::{InFolder, Outcome, Session};
use crate::model::Kind;
use crate::workbench::TriedFile;

/// Try the edits of an order on files
///
/// The "edits" tables of an order say which values of a settings file change, wherever they are in the file; the template
/// that `patchwright new` writes explains them. This command writes nothing, so try them before you make the patch file.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright edit test order.toml /opt/app
  patchwright edit test order.toml site/values.yaml --from app-1.0
  patchwright edit test order.toml a/values.yaml b/values.yaml --json")]
pub(super) struct Arguments {
    #[command(subcommand)]
    verb: EditVerb,
}

#[derive(Debug, Subcommand)]
enum EditVerb {
    Test(Test),
}

/// Show what the edits of an order do to files; exits with 3 if one doesn't fit
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright edit test order.toml /opt/app
  patchwright edit test order.toml a/values.yaml b/values.yaml")]
struct Test {
    /// The order with the edits
    order: PathBuf,
    /// Files to try them on, or product folders
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// The folder with the original product: an edit doesn't fit where a file has another value than there
    #[arg(long, value_name = "OLD")]
    from: Option<PathBuf>,
}

impl Arguments {
    pub fn run(self, session: &mut Session<'_, '_>) -> Result<Outcome> {
        let EditVerb::Test(Test { order, files, from }) = self.verb;
        let tried = session.workbench().try_edits(&order, &files, from.as_deref()).without_folder()?;
        let ending = match tried.iter().all(TriedFile::fits) {
            true => Outcome::Done,
            false => Outcome::Not(Kind::Refused),
        };
        session.answer_as(
            ending,
            |style| text::edits_tried(&tried, from.is_some(), style),
            || answer::EditTest::new(&tried),
        )
    }
}
