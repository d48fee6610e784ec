//! `patchwright rollout`: one patch, many folders, ring after ring.

use std::path::PathBuf;

use clap::Subcommand;

use super::Result;
use super::flags::{OverrideFlags, reason};
use super::render::{answer, text};
use super::scripts::ScriptFlags;
use super::session::{InFolder, Outcome, Session};
use super::sign::signer;
use crate::model::Kind;
use crate::workbench::{ApplyOptions, RolloutView, RunWish};

/// Apply patches to many folders, ring after ring
///
/// A rollout file names patch files and rings of folders. A run changes one ring after the other, as far as the rules between them
/// allow, and ends; call it again, for example from cron, to go on. `run` and `status` exit with 7 if it waits, with 3 if it is
/// stopped; `run` exits with 7 too if you stop it after it changed a folder, and with 130 before that; `approve` exits with 7 if
/// the approval doesn't count. The first run fixes the folders, the patch
/// files and the rollout file.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright rollout plan october.toml
  patchwright rollout run october.toml --yes
  patchwright rollout status october.toml
  patchwright rollout approve october.toml rest --by-hand
  patchwright rollout approve october.toml rest --key=anna.key
  patchwright rollout leave-out october.toml /srv/app/c --reason=retired
  patchwright rollout roll-back october.toml

A rollout file:
  format = \"patchwright-rollout/1\"
  name = \"October fonts\"
  patches = [\"fix.patchbundle\"]
  at_once = 2              # folders that are changed at the same time
  max_failed = 0           # or \"10%\"; more than this stops everything
  min_good = \"100%\"        # fewer than this, and you have to decide
  on_stop = \"keep\"         # or roll-back-ring, roll-back-all, toggle-off
  [[rings]]
  name = \"pilot\"
  folders = [\"/srv/app/a\"]
  wait = \"1h\"              # after the last folder became good
  recheck = \"5m\"           # check them again while it waits
  [[rings]]
  name = \"rest\"
  folders = [\"/srv/app/*\"]  # without those of earlier rings
  approve = 1              # people who have to approve
  approve_by = \"key\"       # only keys of the role approver; else also by hand
  deadline = \"2d\"          # for folders that are missing or refused")]
pub(super) struct Arguments {
    #[command(subcommand)]
    verb: RolloutVerb,
}

#[derive(Debug, Subcommand)]
enum RolloutVerb {
    Plan(PlanRollout),
    Run(Box<RunRollout>),
    Status(ShowRollout),
    Pause(Pause),
    Resume(Resume),
    Approve(Approve),
    Stop(StopRollout),
    LeaveOut(LeaveOut),
    #[command(name = "roll-back", alias = "take-back")]
    TakeBack(TakeBack),
}

/// Show what every folder of every ring would get, and every problem; changes nothing
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright rollout plan october.toml")]
struct PlanRollout {
    /// The rollout file
    file: PathBuf,
    #[command(flatten)]
    overrides: OverrideFlags,
}

/// Start or continue the rollout, as far as its rules allow
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright rollout run october.toml --yes
  patchwright rollout run october.toml --until pilot --wait")]
struct RunRollout {
    /// The rollout file
    file: PathBuf,
    /// Go no further than this ring
    #[arg(long, value_name = "RING")]
    until: Option<String>,
    /// Stay until its waits are over, instead of exiting with 7
    #[arg(long)]
    wait: bool,
    /// Start a rollout again that was rolled back; whoever approved has to approve again
    #[arg(long)]
    again: bool,
    #[command(flatten)]
    overrides: OverrideFlags,
    #[command(flatten)]
    scripts: ScriptFlags,
}

/// Show the state of every ring and folder, from the rollout's records
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright rollout status october.toml")]
struct ShowRollout {
    /// The rollout file
    file: PathBuf,
}

/// Change no further folder, until somebody resumes it
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright rollout pause october.toml --reason=OPS-77")]
struct Pause {
    /// The rollout file
    file: PathBuf,
    /// Why
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    reason: Option<String>,
}

/// End a pause or a stop; folders that failed are tried again, and after a stop the next rings are approved again
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright rollout resume october.toml")]
struct Resume {
    /// The rollout file
    file: PathBuf,
}

/// Approve that a ring starts
#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(after_help = "\
Examples:
  patchwright rollout approve october.toml rest --by-hand
  patchwright rollout approve october.toml rest --key=anna.key")]
#[command(group(clap::ArgGroup::new("how").required(true).args(["by_hand", "key"])))]
struct Approve {
    /// The rollout file
    file: PathBuf,
    /// The ring
    ring: String,
    /// Approve as the person who runs this command; anyone who can write the rollout's records can do this
    #[arg(long)]
    by_hand: bool,
    /// Sign the approval with this secret key: its name or its file, or the .pub file of an SSH key in an agent; it counts where
    /// the key is trusted as an approver
    #[arg(long, value_name = "KEY")]
    key: Option<PathBuf>,
    /// Read the key's password from the first line of this file
    #[arg(long, value_name = "FILE", requires = "key")]
    password_file: Option<PathBuf>,
    /// Why
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    reason: Option<String>,
}

/// Stop the rollout; every folder stays as it is
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright rollout stop october.toml --reason=OPS-77")]
struct StopRollout {
    /// The rollout file
    file: PathBuf,
    /// Why
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    reason: Option<String>,
}

/// Continue without a folder that doesn't have the patches
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright rollout leave-out october.toml /srv/app/c --reason=retired")]
struct LeaveOut {
    /// The rollout file
    file: PathBuf,
    /// The folder, as `status` shows it
    folder: PathBuf,
    /// Why
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    reason: String,
}

/// Roll back exactly what the rollout applied, the last ring first, and end it; `run --again` starts it once more
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright rollout roll-back october.toml
  patchwright rollout roll-back october.toml --ring pilot --yes")]
struct TakeBack {
    /// The rollout file
    file: PathBuf,
    /// Only in this ring
    #[arg(long, value_name = "RING")]
    ring: Option<String>,
    #[command(flatten)]
    scripts: ScriptFlags,
}

impl Arguments {
    pub fn run(self, session: &mut Session<'_, '_>) -> Result<Outcome> {
        let workbench = session.workbench();
        let view = match self.verb {
            RolloutVerb::Plan(plan) => return plan.run(session),
            RolloutVerb::Run(run) => return run.run(session),
            RolloutVerb::TakeBack(back) => return back.run(session),
            RolloutVerb::Approve(approve) => return approve.run(session),
            RolloutVerb::Status(one) => {
                let view = workbench.rollout_status(&one.file).without_folder()?;
                return tell(view.kind_of_status(), &view, session);
            }
            RolloutVerb::Pause(one) => workbench.pause_rollout(&one.file, one.reason),
            RolloutVerb::Resume(one) => workbench.resume_rollout(&one.file),
            RolloutVerb::Stop(one) => workbench.stop_rollout(&one.file, one.reason),
            RolloutVerb::LeaveOut(one) => workbench.leave_out(&one.file, &one.folder, one.reason),
        };
        // What it was told it has done, whatever it waits for now.
        tell(None, &view.without_folder()?, session)
    }
}

impl PlanRollout {
    fn run(self, session: &mut Session<'_, '_>) -> Result<Outcome> {
        let options = ApplyOptions { overrides: self.overrides.0, ..ApplyOptions::default() };
        let plan = session
            .watch(|workbench, watch| workbench.plan_rollout(&self.file, &options, watch))
            .without_folder()?;
        let ending = plan.kind().map_or(Outcome::Done, Outcome::Not);
        session.answer_as(
            ending,
            |style| text::rollout_plan(&plan, style),
            || answer::RolloutPlan::new(&plan),
        )
    }
}

impl RunRollout {
    fn run(self, session: &mut Session<'_, '_>) -> Result<Outcome> {
        let options = ApplyOptions {
            overrides: self.overrides.0,
            scripts: self.scripts.consent(),
            ..ApplyOptions::default()
        };
        if session.asks() {
            let plan = session
                .watch(|workbench, watch| workbench.plan_rollout(&self.file, &options, watch))
                .without_folder()?;
            session.ask(|style| text::rollout_plan(&plan, style), "Go on with this rollout?")?;
        }
        let wish = RunWish { until: self.until, waits: self.wait, again: self.again, options };
        let view = session
            .watch(|workbench, watch| workbench.run_rollout(&self.file, &wish, watch))
            .without_folder()?;
        tell(view.kind(), &view, session)
    }
}

impl Approve {
    fn run(self, session: &mut Session<'_, '_>) -> Result<Outcome> {
        let Self { file, ring, by_hand: _, key, password_file, reason } = self;
        let view = match key {
            Some(key) => {
                let signer = signer(session, &key, password_file.as_deref())?;
                session.workbench().approve_ring_by_key(&file, &ring, &signer, reason)
            }
            // That it is by hand is said by the flag, which has to be there.
            None => session.workbench().approve_ring(&file, &ring, reason),
        };
        let view = view.without_folder()?;
        tell(view.kind_of_approval(&ring), &view, session)
    }
}

impl TakeBack {
    fn run(self, session: &mut Session<'_, '_>) -> Result<Outcome> {
        let view = session.workbench().rollout_status(&self.file).without_folder()?;
        session.ask(|style| text::rollout(&view, style), "Roll back what this rollout applied?")?;
        let scripts = self.scripts.consent();
        let ring = self.ring.as_deref();
        let view = session
            .watch(|workbench, watch| workbench.take_rollout_back(&self.file, ring, scripts, watch))
            .without_folder()?;
        tell(view.kind_of_rollback(), &view, session)
    }
}

fn tell(kind: Option<Kind>, view: &RolloutView, session: &mut Session<'_, '_>) -> Result<Outcome> {
    let ending = kind.map_or(Outcome::Done, Outcome::Not);
    session.answer_as(ending, |style| text::rollout(view, style), || answer::Rollout::new(view))
}
