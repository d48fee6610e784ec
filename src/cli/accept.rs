//! `patchwright accept`: keeps patches for good.

use std::path::PathBuf;

use super::Result;
use super::render::{json, text};
use super::session::{Ending, InFolder, Session};

/// Keep patches for good: give up the way back and free the space
///
/// Accepts the patch ID and every older one, or all of them. Their safe copies are removed; this cannot be undone.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright accept /opt/app
  patchwright accept /opt/app ACME-HF-1042 --yes")]
pub(super) struct Arguments {
    /// The product folder
    target: PathBuf,
    /// The newest patch to accept
    id: Option<String>,
}

impl Arguments {
    pub fn run(self, session: &mut Session<'_, '_>) -> Result<Ending> {
        let (target, id) = (&self.target, self.id.as_deref());
        let status = session.watch(|workbench, watch| workbench.status(target, watch)).in_folder(target)?;
        // What is unknown, unfinished or accepted already is told by the workbench; nobody needs to be asked before.
        let count = match id {
            None => status.installed.len(),
            Some(id) => {
                status.installed.iter().rposition(|patch| patch.patch.id == id).map_or(0, |index| index + 1)
            }
        };
        let open: Vec<_> = status.installed[..count].iter().filter(|patch| !patch.accepted).collect();
        if status.unfinished.is_none() && !open.is_empty() {
            let question = "Give up the way back? This cannot be undone.";
            session.ask(|style| text::accept_plan(&open, target, style), question)?;
        }
        let accepted = session.workbench().accept(target, id).in_folder(target)?;
        let ending = if accepted.patches.is_empty() { Ending::NothingToDo } else { Ending::Done };
        session.tell(
            ending,
            |style| text::accepted(&accepted, target, style),
            || json::accepted(&accepted, target),
        )
    }
}
