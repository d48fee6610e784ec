//! `patchwright apply`: applies patches to a folder.

mod each;

use std::path::{Path, PathBuf};

use super::Result;
use super::flags::{FilesAndTarget, OverrideFlags, fingerprint};
use super::occasion::TicketFlag;
use super::reading::RequestFlags;
use super::render::{Detail, answer, text};
use super::scripts::ScriptFlags;
use super::session::{InFolder, Outcome, Session};
use crate::model::Kind;
use crate::workbench::{
    Applied, ApplyOptions, ApplyPreview, ApplyRequest, CheckedBundles, ComingPatch, Consent, DecisionDigest,
    Error, PlanFile, ScriptConsent,
};

/// Apply patches to a product folder: all of them, or none
///
/// Shows the changes and asks once. Several patch files are one change, in the order that they require, whatever order
/// you name them in; each can be rolled back on its own later. The folder is checked again right before the first
/// change. If anything fails, your files are restored. `patchwright rollback` undoes it at any time.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "patchwright apply [OPTIONS] <FILE>... <TARGET>",
    after_help = "\
Examples:
  patchwright apply fix.patchbundle /opt/app
  patchwright apply fix.patchbundle /opt/app --allow-unsigned --yes --json
  patchwright apply one.patchbundle two.patchbundle /opt/app
  patchwright apply fix.patchbundle /opt/app --dry-run
  patchwright apply fix.patchbundle /opt/app --plan reviewed.plan
  patchwright apply fix.patch /opt/app --allow-unsigned
  patchwright apply a.patch b.patch /opt/app --allow-unsigned --each"
)]
pub(super) struct Arguments {
    #[command(flatten)]
    paths: FilesAndTarget,
    /// Show what would change with these options, or why not, and change nothing
    #[arg(long, conflicts_with = "each")]
    dry_run: bool,
    /// Continue only if the changes are exactly those of this saved plan
    #[arg(long, value_name = "PLAN")]
    plan: Option<PathBuf>,
    /// Continue only if the plan still has this fingerprint, as `plan --json` prints it
    #[arg(long, value_name = "SHA-256", value_parser = fingerprint, conflicts_with = "plan")]
    expect: Option<DecisionDigest>,
    #[command(flatten)]
    ticket: TicketFlag,
    #[command(flatten)]
    overrides: OverrideFlags,
    #[command(flatten)]
    scripts: ScriptFlags,
    #[command(flatten)]
    request: RequestFlags,
    /// Apply the patches of a series one by one, so that each can be rolled back on its own
    #[arg(long, conflicts_with_all = ["plan", "expect"])]
    each: bool,
}

impl Arguments {
    pub fn run(self, session: &mut Session<'_, '_>) -> Result<Outcome> {
        let (files, target) = self.paths.split()?;
        let request = self.request.request(&files, target)?;
        match self.each {
            true => each::apply_each(&self, request, target, session),
            false if self.dry_run => self.look(&request, target, session),
            false => self.apply_one(&request, target, session),
        }
    }

    /// What would happen, as far as it can be told without doing it: whoever says yes to it is refused for the same
    /// reasons.
    fn look(&self, request: &ApplyRequest, target: &Path, session: &mut Session<'_, '_>) -> Result<Outcome> {
        let mut opened = session
            .watch(|workbench, watch| workbench.open_for_change(request, target, watch))
            .in_folder(target)?;
        let preview = session
            .watch(|workbench, watch| workbench.preview_opened(&mut opened, target, watch))
            .in_folder(target)?;
        let agreed = self.agreed(&preview, target)?;
        DecisionDigest::refuse_other(agreed, || preview.decision()).in_folder(target)?;
        self.refuse(&preview).in_folder(target)?;
        let is_idle = preview.preview.leaves_no_trace();
        if !is_idle {
            preview.scripts.agree(self.scripts.consent()).in_folder(target)?;
        }
        let shown = preview.as_allowed(&self.overrides());
        session.answer_as(
            if is_idle { idle(&preview.patches) } else { Outcome::Done },
            |style| match is_idle {
                true => text::nothing_to_apply(&preview, target),
                false => text::plan(&shown, target, None, Consent::Given, Detail::Full, style),
            },
            || answer::ApplyDryRun::new(&shown, preview.decision(), target),
        )
    }

    fn apply_one(
        &self,
        request: &ApplyRequest,
        target: &Path,
        session: &mut Session<'_, '_>,
    ) -> Result<Outcome> {
        match self.change(request, target, session)? {
            Agreed::NothingToDo(ending) => Ok(ending),
            Agreed::To(applied) => {
                let is_changed = applied.entry.is_some();
                let ending = if is_changed { Outcome::Done } else { idle(&applied.patches) };
                session.answer_as(
                    ending,
                    |style| text::applied(&applied, target, style),
                    || answer::Apply::done(&applied, target),
                )
            }
        }
    }

    /// Asks, if somebody has to be asked, and applies.
    fn change(
        &self,
        request: &ApplyRequest,
        target: &Path,
        session: &mut Session<'_, '_>,
    ) -> Result<Agreed<Applied>> {
        let mut opened = session
            .watch(|workbench, watch| workbench.open_for_change(request, target, watch))
            .in_folder(target)?;
        // Who has said yes already sees nothing beforehand, and the folder is read only once.
        let (expected, scripts) = match self.plan.is_some() || session.asks() {
            false => (self.expect, self.scripts.consent()),
            true => match self.agree(&mut opened, target, session)? {
                Agreed::To((expected, scripts)) => (Some(expected), scripts),
                Agreed::NothingToDo(ending) => return Ok(Agreed::NothingToDo(ending)),
            },
        };
        let options = ApplyOptions { expected, scripts, ..self.overrides() };
        let applied = session
            .watch(|workbench, watch| workbench.apply_opened(opened, target, &options, watch))
            .in_folder(target)?;
        Ok(Agreed::To(applied))
    }

    /// Shows what would happen and asks whether it shall.
    fn agree(
        &self,
        opened: &mut CheckedBundles,
        target: &Path,
        session: &mut Session<'_, '_>,
    ) -> Result<Agreed<(DecisionDigest, ScriptConsent)>> {
        let preview = session
            .watch(|workbench, watch| workbench.preview_opened(opened, target, watch))
            .in_folder(target)?;
        let agreed = self.agreed(&preview, target)?;
        // What is not as somebody agreed to is told by the workbench; nobody needs to be asked before.
        if let Some(agreed) = agreed.filter(|agreed| *agreed != preview.decision()) {
            return Ok(Agreed::To((agreed, self.scripts.consent())));
        }
        self.refuse(&preview).in_folder(target)?;
        if preview.preview.leaves_no_trace() {
            let told = session.answer_as(
                idle(&preview.patches),
                |_| text::nothing_to_apply(&preview, target),
                || answer::Apply::nothing(&preview, target),
            );
            return told.map(Agreed::NothingToDo);
        }
        let detail = session.detail();
        let shown = preview.as_allowed(&self.overrides());
        let show = |style| text::plan(&shown, target, None, Consent::Given, detail, style);
        let question = if preview.patches.len() > 1 { "Apply these patches?" } else { "Apply this patch?" };
        session.ask(show, question)?;
        let scripts = self.scripts.agree(&preview.scripts, target, session)?;
        Ok(Agreed::To((preview.decision(), scripts)))
    }

    /// What somebody agreed to before, if they did.
    fn agreed(&self, preview: &ApplyPreview, target: &Path) -> Result<Option<DecisionDigest>> {
        let Some(plan) = &self.plan else { return Ok(self.expect) };
        PlanFile::load(plan).and_then(|read| read.decision(preview, plan)).map(Some).in_folder(target)
    }

    /// What is set aside on request.
    fn overrides(&self) -> ApplyOptions {
        ApplyOptions {
            overrides: self.overrides.0.clone(),
            occasion: self.ticket.occasion(),
            ..ApplyOptions::default()
        }
    }

    /// Says no before anybody is asked.
    fn refuse(&self, preview: &ApplyPreview) -> Result<(), Error> {
        preview.permits(self.overrides.0.consent())?;
        let mut obstacles = preview.preview.obstacles.clone();
        obstacles.extend(preview.scripts.refused.clone());
        let options = self.overrides();
        obstacles.retain(|obstacle| !options.allows(obstacle));
        if obstacles.is_empty() { Ok(()) } else { Err(Error::Refused(obstacles)) }
    }
}

/// How a run ends that changes nothing: whoever asked for a patch of which nothing came in does not have it.
fn idle<'a>(patches: impl IntoIterator<Item = &'a ComingPatch>) -> Outcome {
    match patches.into_iter().any(|coming| coming.is_kept_out) {
        true => Outcome::Not(Kind::NotYet),
        false => Outcome::NothingToDo,
    }
}

/// What somebody agreed to.
enum Agreed<T> {
    /// The change of a folder that is like this, or that was changed so.
    To(T),
    /// There is nothing to agree to; that was told.
    NothingToDo(Outcome),
}
