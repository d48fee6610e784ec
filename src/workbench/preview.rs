//! What applying a bundle would do, without doing any of it.

use std::collections::BTreeMap;
use std::path::Path;

use super::merging::{EditChoices, resolve_edits};
use super::status::read_ledger;
use super::{Result, Watch, Workbench, text_patch};
use crate::bundle::{Verdict, VerifiedBundle};
use crate::diff::on_tree::TextOrigin;
use crate::model::{Digest, FileChange, LocalEdits, Patch, TreePath};
use crate::plan::{Note, Preview, Resolution, plan_apply};
use crate::target::fs::Fs;
use crate::transaction::TransactionError;
use crate::transaction::recover::{self, Unfinished};

/// A preview together with what it is a preview of.
#[derive(Debug, Clone)]
pub struct ApplyPreview {
    /// The patch.
    pub patch: Patch,
    /// Who vouches for it.
    pub verdict: Verdict,
    /// SHA-256 of the manifest.
    pub manifest_digest: Digest,
    /// What would happen.
    pub preview: Preview,
    /// The version found in the folder, where it can be told.
    pub version: Option<String>,
    /// How the diffs fit, if text patches were named.
    pub text: Option<TextOrigin>,
    /// What becomes of files that somebody edited, as far as it was worked out or chosen.
    pub edits: BTreeMap<TreePath, Resolution>,
}

impl Workbench {
    /// What applying `bundle` to `target` would do. Writes nothing, not even a lock.
    ///
    /// # Errors
    /// If bundle or folder cannot be read, or unfinished work has to be dealt with first. Everything that stands in
    /// the patch's own way is in the preview.
    pub fn preview(&self, bundle: &Path, target: &Path, watch: Watch<'_>) -> Result<ApplyPreview> {
        self.preview_with(bundle, target, &EditChoices::new(), watch)
    }

    /// The same with wishes for files that were edited.
    ///
    /// # Errors
    /// As [`Workbench::preview`], and if a merged file cannot be read.
    pub fn preview_with(
        &self,
        bundle: &Path,
        target: &Path,
        choices: &EditChoices,
        watch: Watch<'_>,
    ) -> Result<ApplyPreview> {
        let bundle = self.open_for(bundle, target, watch)?;
        let fs = self.disk(target)?;
        let look = || self.preview_in_passing(&bundle, &*fs, choices, watch).map(|(preview, _)| preview);
        self.look_in_peace(target, &*fs, look, |seen| seen.preview.obstacles.is_empty())
    }

    /// As [`Workbench::preview_here`] of a folder that is not locked.
    pub(super) fn preview_in_passing(
        &self,
        bundle: &VerifiedBundle,
        fs: &dyn Fs,
        choices: &EditChoices,
        watch: Watch<'_>,
    ) -> Result<(ApplyPreview, super::situation::Survey)> {
        refuse_unfinished(fs)?;
        self.preview_here(bundle, fs, choices, watch)
    }

    pub(super) fn preview_here(
        &self,
        bundle: &VerifiedBundle,
        fs: &dyn Fs,
        choices: &EditChoices,
        watch: Watch<'_>,
    ) -> Result<(ApplyPreview, super::situation::Survey)> {
        let ledger = read_ledger(fs)?;
        let mut survey = self.survey_for_apply(fs, &bundle.patch, &ledger, watch)?;
        resolve_edits(bundle, fs, &mut survey, choices)?;
        let mut preview = plan_apply(&bundle.patch, &survey.situation);
        preview.notes.extend(notes_on_idle_choices(&bundle.patch, &survey.situation.edits, choices));
        let mut preview = ApplyPreview {
            patch: bundle.patch.clone(),
            verdict: bundle.verdict,
            manifest_digest: Digest::of(bundle.manifest()),
            preview,
            edits: survey.situation.edits.clone(),
            version: survey.situation.version.clone().or_else(|| ledger.version().map(str::to_owned)),
            text: bundle.text.clone(),
        };
        if let Some(text) = &bundle.text {
            text_patch::add_findings(&mut preview.preview, text);
        }
        Ok((preview, survey))
    }
}

/// Wishes for places where there is nothing to wish for: a person may have mistyped one.
fn notes_on_idle_choices(
    patch: &Patch,
    edits: &BTreeMap<TreePath, Resolution>,
    choices: &EditChoices,
) -> Vec<Note> {
    let is_idle = |path: &&TreePath| !edits.contains_key(*path);
    let note = |path: &TreePath| {
        let refuses = |change: &FileChange| change.local_edits == LocalEdits::Refuse;
        let text = match patch.change_at(path).is_some_and(refuses) {
            true => "the patch leaves no choice here",
            false => "nothing has to be chosen here",
        };
        Note { path: Some(path.as_str().to_owned()), text: text.to_owned() }
    };
    choices.keys().filter(is_idle).map(note).collect()
}

/// Unfinished work blocks every other change of a folder, and plans for it would be wrong.
pub(super) fn refuse_unfinished(fs: &dyn Fs) -> Result<()> {
    match recover::inspect(fs)? {
        Unfinished::Interrupted(_) => Err(TransactionError::Unfinished.into()),
        _ => Ok(()),
    }
}
