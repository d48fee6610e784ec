//! `patchwright explain`: how patches are related to what is in a folder.

use super::Result;
use super::flags::{FilesAndTarget, Lists};
use super::render::{answer, text};
use super::session::{InFolder, Outcome, Session};
use crate::model::Kind;

/// Explain whether patches fit a folder, and why
///
/// Tells how each patch file is related to every patch in the folder and to the others that are named: the same, newer,
/// containing, contained, in conflict, mergeable, or unrelated; with the fixes, files and lines that show it, and what to
/// do about it. Writes nothing to the folder. Exits with 3 when something stands in the way.
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
        let workbench = session.workbench().asking_lists(&self.lists.holds);
        let preview =
            session.watch(|_, watch| workbench.preview_all(&files, target, watch)).in_folder(target)?;
        let ending = match &preview.preview {
            plan if !plan.obstacles.is_empty() => Outcome::Not(Kind::Refused),
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
