//! `patchwright toggle`: lists the switches that patches brought, and moves one.

use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::Result;
use super::flags::{fingerprint, reason};
use super::render::{Detail, answer, text};
use super::session::{InFolder, Outcome, Session};
use crate::model::Position;
use crate::workbench::{DecisionDigest, Error, Occasion, ToggleOptions};

/// List the switches of a folder's patches, or turn one off or on
///
/// A patch can bring a switch: one value of a settings file that turns what is new off, while the patch stays. With only
/// a folder, shows every switch, its position, since when and by whom. Turning one changes that value and nothing else,
/// is backed up and recorded like any other change, and `patchwright rollback TARGET --undo` undoes it.
#[derive(Debug, clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "\
Examples:
  patchwright toggle /opt/app
  patchwright toggle off new-parser /opt/app --reason=ticket-4711
  patchwright toggle on ACME-HF-1042/new-parser /opt/app --yes"
)]
pub(super) struct Arguments {
    /// The product folder
    #[arg(required = true)]
    target: Option<PathBuf>,
    #[command(subcommand)]
    verb: Option<ToggleVerb>,
}

#[derive(Debug, Subcommand)]
enum ToggleVerb {
    /// Turn a switch off
    #[command(after_help = "\
Examples:
  patchwright toggle off new-parser /opt/app --reason=ticket-4711")]
    Off(Move),
    /// Turn a switch on
    #[command(after_help = "\
Examples:
  patchwright toggle on new-parser /opt/app --yes")]
    On(Move),
}

#[derive(Debug, clap::Args)]
struct Move {
    /// The switch, as the list names it
    id: String,
    /// The product folder
    target: PathBuf,
    /// Why, for the history; needed where a vulnerability is open again
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    reason: Option<String>,
    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Continue only if the change still has this fingerprint, as `--dry-run --json` prints it
    #[arg(long, value_name = "SHA-256", value_parser = fingerprint, conflicts_with = "dry_run")]
    expect: Option<DecisionDigest>,
}

impl Arguments {
    pub fn run(self, session: &mut Session<'_, '_>) -> Result<Outcome> {
        match self.verb {
            Some(ToggleVerb::Off(one)) => one.run(Position::Off, session),
            Some(ToggleVerb::On(one)) => one.run(Position::On, session),
            None => list(&self.target.unwrap_or_default(), session),
        }
    }
}

fn list(target: &Path, session: &mut Session<'_, '_>) -> Result<Outcome> {
    let switches = session.workbench().switches(target).in_folder(target)?;
    session
        .answer(|style| text::switches(&switches, target, style), || answer::Toggles::new(&switches, target))
}

impl Move {
    fn run(self, to: Position, session: &mut Session<'_, '_>) -> Result<Outcome> {
        let target = &self.target;
        let mut options = ToggleOptions {
            id: self.id,
            to,
            reason: self.reason,
            expected: self.expect,
            occasion: Occasion::NONE,
        };
        if session.asks() || self.dry_run {
            let look = session
                .watch(|workbench, watch| workbench.preview_toggle(target, &options, watch))
                .in_folder(target)?;
            if !look.preview.obstacles.is_empty() {
                return Err(Error::Refused(look.preview.obstacles)).in_folder(target);
            }
            let is_idle = look.preview.is_nothing_to_do();
            if self.dry_run {
                return session.answer_as(
                    if is_idle { Outcome::NothingToDo } else { Outcome::Done },
                    |style| text::toggle_plan(&look, target, Detail::Full, style),
                    || answer::DryRun::new(&look.preview, look.decision(), None, target),
                );
            }
            if !is_idle {
                let detail = session.detail();
                let question = match to {
                    Position::On => "Turn it on?",
                    Position::Off => "Turn it off?",
                };
                session.ask(|style| text::toggle_plan(&look, target, detail, style), question)?;
            }
            options.expected.get_or_insert(look.decision());
        }
        let done =
            session.watch(|workbench, watch| workbench.toggle(target, &options, watch)).in_folder(target)?;
        let ending = if done.entry.is_some() { Outcome::Done } else { Outcome::NothingToDo };
        session.answer_as(
            ending,
            |style| text::toggled(&done, target, style),
            || answer::Toggle::new(&done, target),
        )
    }
}
