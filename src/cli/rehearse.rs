//! `patchwright rehearse`: tries a change on a copy of the folder.

use std::path::PathBuf;
use std::time::Duration;

use super::Result;
use super::flags::{FilesAndTarget, OverrideFlags};
use super::reading::RequestFlags;
use super::render::{answer, text};
use super::session::{InFolder, Outcome, Session};
use crate::model::Kind;
use crate::workbench::{ApplyOptions, RehearsalWish};

/// Try a change on a copy of the folder, with your own tests
///
/// Makes a copy next to the folder, as .NAME-rehearsal-…, applies the patches there, runs their health checks and your tests, rolls
/// back, and compares every file. The folder itself stays as it is. The copy is removed afterwards. If this command is killed,
/// its test ends too, and the next rehearsal removes the copy. `plan` and `apply` show how it ended, as long as folder and patches stay the same.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "patchwright rehearse [OPTIONS] <FILE>... <TARGET>",
    after_help = "\
Examples:
  patchwright rehearse fix.patchbundle /opt/app
  patchwright rehearse fix.patchbundle /opt/app --test=./bin/self-test
  patchwright rehearse fix.patchbundle /opt/app --test=./check --timeout 600"
)]
pub(super) struct Arguments {
    #[command(flatten)]
    paths: FilesAndTarget,
    /// A command that tests the product, run in the copy; repeat it for several. Passes if it exits with 0
    #[arg(long, value_name = "COMMAND", value_parser = command)]
    test: Vec<String>,
    /// How long each test may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    timeout: u64,
    /// Make the copy in this folder
    #[arg(long, value_name = "DIR")]
    copy_in: Option<PathBuf>,
    #[command(flatten)]
    overrides: OverrideFlags,
    #[command(flatten)]
    request: RequestFlags,
}

/// An empty command would end with 0, and would have tested nothing.
fn command(text: &str) -> std::result::Result<String, &'static str> {
    match text.trim() {
        "" => Err("a command is needed"),
        _ => Ok(text.to_owned()),
    }
}

impl Arguments {
    pub fn run(self, session: &mut Session<'_, '_>) -> Result<Outcome> {
        let (files, target) = self.paths.split()?;
        let request = self.request.request(&files, target)?;
        let wish = RehearsalWish {
            tests: self.test,
            timeout: Duration::from_secs(self.timeout),
            copy_in: self.copy_in,
            options: ApplyOptions { overrides: self.overrides.0, ..ApplyOptions::default() },
        };
        let rehearsed = session
            .watch(|workbench, watch| workbench.rehearse(&request, target, &wish, watch))
            .in_folder(target)?;
        let ending = match &rehearsed.failure {
            Some(_) => Outcome::Not(Kind::Refused),
            None => Outcome::Done,
        };
        session.answer_as(
            ending,
            |style| text::rehearsed(&rehearsed, target, style),
            || answer::Rehearse::new(&rehearsed, target),
        )
    }
}
