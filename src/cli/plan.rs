//! `patchwright plan`: what apply would do.

use std::path::PathBuf;

use super::Result;
use super::edits::path_and_file;
use super::flags::{FilesAndTarget, OverrideFlags};
use super::reading::RequestFlags;
use super::render::{Detail, answer, text};
use super::session::{InFolder, Outcome, Session};
use crate::workbench::{ApplyOptions, Consent, PlanFile};

/// Show what apply would change, and every problem
///
/// Checks the patch and the folder, and changes nothing in it. Several patch files are one plan, in the order that they
/// require. Exits with 3 or 4 if the patch can't be applied yet, as apply would; a patch that only
/// lacks a signature that you trust exits with 0. With --allow-… it shows what apply would do with
/// the same; nothing is recorded.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "patchwright plan [OPTIONS] <FILE>... <TARGET>",
    after_help = "\
Examples:
  patchwright plan fix.patchbundle /opt/app
  patchwright plan one.patchbundle two.patchbundle /opt/app
  patchwright plan fix.patchbundle /opt/app --output reviewed.plan
  patchwright plan fix.patch /opt/app
  patchwright plan old.patchbundle /opt/app --allow-downgrade=OPS-77
  patchwright plan debian/patches /opt/app-src
  patchwright plan fix.patchbundle /opt/app --draft app.toml=merged.toml
  patchwright plan fix.patchbundle /opt/app --merged app.toml=merged.toml"
)]
pub(super) struct Arguments {
    #[command(flatten)]
    paths: FilesAndTarget,
    /// Save the plan, to apply exactly these changes later
    #[arg(short, long, value_name = "PLAN")]
    output: Option<PathBuf>,
    /// Write the new file DRAFT with both versions of PATH and each conflict marked; edit it, then use --merged
    #[arg(long, value_name = "PATH=DRAFT")]
    draft: Vec<String>,
    #[command(flatten)]
    overrides: OverrideFlags,
    #[command(flatten)]
    request: RequestFlags,
}

impl Arguments {
    pub fn run(self, session: &mut Session<'_, '_>) -> Result<Outcome> {
        let (files, target) = self.paths.split()?;
        let request = self.request.request(&files, target)?;
        let first = request.files[0].clone();
        let preview =
            session.watch(|workbench, watch| workbench.preview(request, target, watch)).in_folder(target)?;
        let mut drafts = Vec::new();
        for pair in &self.draft {
            let (path, output) = path_and_file("--draft", pair)?;
            let file = preview.file_that_changes(&path);
            let file = file.unwrap_or(&first);
            session.workbench().draft_merge(file, target, &path, &output).in_folder(target)?;
            drafts.push((path, output));
        }
        let saved = self.output.as_deref();
        if let Some(output) = saved {
            let created = session.workbench().environment().now();
            PlanFile::new(&preview, created).save(output).without_folder()?;
        }
        let options = ApplyOptions { overrides: self.overrides.0, ..ApplyOptions::default() };
        let preview = preview.as_allowed(&options).with_refused_scripts();
        let ending = match &preview.preview {
            plan if let Some(obstacle) = plan.obstacles.first() => Outcome::Not(obstacle.kind()),
            plan if plan.is_nothing_to_do() => Outcome::NothingToDo,
            _ => Outcome::Done,
        };
        session.answer_as(
            ending,
            |style| {
                text::plan(&preview, target, saved, Consent::Missing, Detail::Full, style)
                    + &text::drafts_written(&drafts)
            },
            || answer::Plan::new(&preview, target, saved, &drafts),
        )
    }
}
