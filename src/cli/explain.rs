//! `patchwright explain`: how patches are related to those in a folder.

use super::Result;
use super::flags::{FilesAndTarget, Lists};
use super::render::{answer, text};
use super::session::{InFolder, Outcome, Session};
use crate::workbench::ApplyRequest;

/// Explain how patches relate to those in a folder
///
/// For each patch in the folder and each other patch you name, says whether it's the same, newer, contained, in conflict,
/// mergeable, or unrelated. Shows the fixes, files and lines that prove it, and what to do. Changes nothing. Exits
/// with 3 if the patch can't be applied yet.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "patchwright explain [OPTIONS] <FILE>... <TARGET>",
    after_help = "\
Examples:
  patchwright explain fix.patchbundle /opt/app
  patchwright explain one.patchbundle two.patchbundle /opt/app --json"
)]
pub(super) struct Arguments {
    #[command(flatten)]
    paths: FilesAndTarget,
    #[command(flatten)]
    lists: Lists,
}

impl Arguments {
    pub fn run(self, session: &mut Session<'_, '_>) -> Result<Outcome> {
        let (files, target) = self.paths.split()?;
        let request = ApplyRequest { withdrawn: self.lists.withdrawn, ..files.as_slice().into() };
        let preview =
            session.watch(|workbench, watch| workbench.preview(request, target, watch)).in_folder(target)?;
        let ending = match &preview.preview {
            plan if let Some(obstacle) = plan.obstacles.first() => Outcome::Not(obstacle.kind()),
            plan if plan.is_nothing_to_do() => Outcome::NothingToDo,
            _ => Outcome::Done,
        };
        session.answer_as(
            ending,
            |style| text::explanation(&preview, target, style),
            || answer::Explain::new(&preview, target),
        )
    }
}
