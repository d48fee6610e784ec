//! `patchwright recover`: recovers from an interrupted change.

use std::path::PathBuf;

use clap::ValueEnum;

use super::Result;
use super::render::{answer, text};
use super::session::{Outcome, Session};
use crate::model::Kind;
use crate::report::Report;
use crate::workbench::{Choice, OnForeign, Recovered};

/// Recover from a crash or power cut: restore the files, or finish
///
/// --undo is always safe: it restores the folder to its state before the change. --finish only works if every file has
/// already been updated; it also runs the health checks that were cut short, and rolls the change back if a required one
/// fails. Asks no question, and can be repeated.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright recover /opt/app --undo
  patchwright recover /opt/app --undo --on-conflict aside
  patchwright recover /opt/app --undo --from old.patchbundle
  patchwright recover /opt/app --finish")]
pub(super) struct Arguments {
    /// The product folder
    target: PathBuf,
    #[command(flatten)]
    choice: RecoverDirection,
    /// What to do about files that were changed since the interruption
    #[arg(long, value_name = "WHAT", default_value = "stop", conflicts_with = "finish")]
    on_conflict: OnConflict,
    /// Take old contents with a missing or damaged backup from this patch file; repeat for several
    #[arg(long, value_name = "FILE", conflicts_with = "finish")]
    from: Vec<PathBuf>,
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct RecoverDirection {
    /// Restore the files to their state before the interrupted change
    #[arg(long)]
    undo: bool,
    /// Finish the change and its health checks; only possible if every file has already been updated
    #[arg(long)]
    finish: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum OnConflict {
    /// Change nothing, and list them
    Stop,
    /// Keep copies in .patchwright/conflict, and restore the old files
    Aside,
}

impl Arguments {
    pub fn run(self, session: &mut Session<'_, '_>) -> Result<Outcome> {
        let target = &self.target;
        let choice = match (self.choice.finish, self.on_conflict) {
            (true, _) => Choice::Finish,
            (false, OnConflict::Stop) if self.from.is_empty() => Choice::Undo(OnForeign::Stop),
            (false, _) => Choice::Undo(OnForeign::PutAside),
        };
        let recovered =
            session.watch(|workbench, watch| workbench.recover_from(target, choice, &self.from, watch));
        let recovered = match recovered {
            Ok(recovered) => recovered,
            Err(error) => {
                // Where not even that can be told, it may be so.
                let is_interrupted = !matches!(session.workbench().unfinished(target), Ok(None));
                let report = match is_interrupted {
                    true => Report::of_recovery(&error, target),
                    false => Report::from_error(&error, Some(target)),
                };
                return Err(report.into());
            }
        };
        let ending = match &recovered {
            Recovered::NothingToDo => Outcome::NothingToDo,
            Recovered::PutBack { undone, unchecked, .. } if !undone.is_exact() || !unchecked.is_empty() => {
                Outcome::Not(Kind::NeedsPerson)
            }
            Recovered::Unchecked(_) | Recovered::Finished { left: Some(_), .. } => {
                Outcome::Not(Kind::NeedsPerson)
            }
            Recovered::PutBack { .. } | Recovered::Finished { .. } | Recovered::Checked { .. } => {
                Outcome::Done
            }
        };
        session.answer_as(
            ending,
            |style| text::recovered(&recovered, target, style),
            || answer::Recover::new(&recovered, target),
        )
    }
}
