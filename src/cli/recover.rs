//! `patchwright recover`: deals with a change that was interrupted.

use std::path::PathBuf;

use clap::ValueEnum;

use super::Result;
use super::render::{answer, text};
use super::session::{Outcome, Session};
use crate::model::Kind;
use crate::report::Report;
use crate::workbench::{Choice, OnForeign, Recovered};

/// After a crash or a power cut: put everything back, or finish
///
/// Asks nothing: --undo or --finish is the answer. Can be interrupted and run again.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright recover /opt/app --undo
  patchwright recover /opt/app --undo --on-conflict aside
  patchwright recover /opt/app --undo --from ACME-HF-1042.patchbundle
  patchwright recover /opt/app --finish")]
pub(super) struct Arguments {
    /// The product folder
    target: PathBuf,
    #[command(flatten)]
    choice: Direction,
    /// What to do with files that somebody changed since the interruption
    #[arg(long, value_name = "WHAT", default_value = "stop", conflicts_with = "finish")]
    on_conflict: OnConflict,
    /// Take old contents that are not kept whole any more out of this patch file; what is there instead is kept aside
    #[arg(long, value_name = "FILE", conflicts_with = "finish")]
    from: Vec<PathBuf>,
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Direction {
    /// Put everything back as it was before the interrupted change
    #[arg(long)]
    undo: bool,
    /// Finish the interrupted change; possible when every file is already new
    #[arg(long)]
    finish: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum OnConflict {
    /// Change nothing and say which they are
    Stop,
    /// Keep them in .patchwright/conflict and put the old ones back
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
        let recovered = session
            .watch(|workbench, watch| workbench.recover_from(target, choice, &self.from, watch))
            .map_err(|error| Report::of_recovery(&error, target))?;
        let ending = match &recovered {
            Recovered::NothingToDo => Outcome::NothingToDo,
            Recovered::PutBack { undone, .. } if !undone.is_exact() => Outcome::Not(Kind::NeedsPerson),
            Recovered::PutBack { .. } | Recovered::Finished(_) => Outcome::Done,
        };
        session.tell_as(
            ending,
            |style| text::recovered(&recovered, target, style),
            || answer::Recover::new(&recovered, target),
        )
    }
}
