//! `patchwright status`: the state of a folder.

use std::path::{Path, PathBuf};

use super::Result;
use super::flags::Lists;
use super::render::{answer, text};
use super::session::{InFolder, Outcome, Session, Stop};
use crate::diff::ChangeView;
use crate::model::Kind;
use crate::progress::{CancelToken, Quiet};
use crate::workbench::{OneChange, Watch};

/// Show the patches in a folder, and files that aren't as expected
///
/// Also shows the product, its version, and whether a change was interrupted. Changes nothing.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright status /opt/app
  patchwright status /opt/app --diff
  patchwright status /opt/app --conditions fix.patchbundle
  patchwright status /opt/app --json")]
pub(super) struct Arguments {
    /// The product folder
    target: PathBuf,
    /// Also show unified diffs of the files that aren't as expected; not with --json
    #[arg(long)]
    diff: bool,
    /// Also check the conditions (`must`) of this patch file's edits; the patch must be applied here
    #[arg(long, value_name = "FILE")]
    conditions: Vec<PathBuf>,
    #[command(flatten)]
    lists: Lists,
}

impl Arguments {
    pub fn run(self, session: &mut Session<'_, '_>) -> Result<Outcome> {
        let target = &self.target;
        let withdrawn = &self.lists.withdrawn;
        let status = session
            .watch(|workbench, watch| workbench.status_against(target, withdrawn, watch))
            .in_folder(target)?;
        let conditions = session.workbench().conditions(&self.conditions, target).in_folder(target)?;
        let detail = session.detail();
        // What can't be seen is told, and isn't that nothing is there.
        let ending = match status.locked_away {
            Some(_) => Outcome::Not(Kind::NeedsPerson),
            None => Outcome::Done,
        };
        let ending = session.answer_as(
            ending,
            |style| {
                text::status(&status, target, self.diff, detail, style)
                    + &text::conditions(&conditions, style)
            },
            || answer::Status::new(&status, &conditions, target),
        )?;
        if self.diff && status.locked_away.is_none() && !session.is_json() {
            show_differences(session, target)?;
        }
        Ok(ending)
    }
}

/// Prints what differs: what is expected on the left, what is there on the right.
fn show_differences(session: &mut Session<'_, '_>, target: &Path) -> Result<()> {
    let workbench = session.workbench();
    let enough = CancelToken::new();
    let watch = Watch { progress: &Quiet, cancel: &enough };
    let mut failure = None;
    let shown = workbench.drift_contents(target, watch, &mut |one: &OneChange| {
        let view = ChangeView {
            change: &one.change,
            renamed_from: None,
            before: one.before.shown(),
            after: one.after.shown(),
        };
        if let Err(error) = session.say(|style| format!("\n{}", text::diff(&view, style))) {
            enough.cancel();
            failure.get_or_insert(error);
        }
    });
    match failure {
        Some(error) => Err(Stop::Unheard(Outcome::Done, error)),
        None => shown.in_folder(target),
    }
}
