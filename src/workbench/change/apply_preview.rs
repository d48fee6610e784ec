//! What applying patches would do, as it is shown and agreed to.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::decision::DecisionSum;
use super::scripts::ScriptPlan;
use crate::diff::on_tree::TextOrigin;
use crate::model::{Digest, Patch, RollbackPossible, TreePath};
use crate::plan::{Note, NoteAbout, Obstacle, PlanOfSeveral, Preview, Relation, Resolution};
use crate::transaction::Archive;
use crate::trust::{Review, Verdict};
use crate::workbench::hidden::Hidden;
use crate::workbench::look::situation::Survey;
use crate::workbench::{ApplyOptions, Consent, DecisionDigest, Error, KnownRehearsal, Result, ShownEdits};

/// A preview with everything that is needed to make it true.
pub(crate) struct Previewed {
    pub preview: ApplyPreview,
    pub survey: Survey,
    pub plan: PlanOfSeveral,
    /// Which bundle each patch of the plan is.
    pub order: Vec<usize>,
    /// Where backups are.
    pub archive: Archive,
}

/// A preview together with what it is a preview of.
#[derive(Debug, Clone)]
pub struct ApplyPreview {
    /// The patch; of several the last one.
    pub patch: Arc<Patch>,
    /// Who signed it; of several the weakest verdict.
    pub verdict: Verdict,
    /// SHA-256 of the manifest; of text patches, of their text and how it was read; of several, of their digests in
    /// order.
    pub manifest_digest: Digest,
    /// What would happen.
    pub preview: Preview,
    /// The version found in the folder, where it can be told.
    pub version: Option<String>,
    /// How the diffs fit, if text patches were named.
    pub text: Option<TextOrigin>,
    /// What becomes of files that somebody edited, as far as it was worked out or chosen.
    pub edits: BTreeMap<TreePath, Resolution>,
    /// The values that edits by key make others. Empty where nobody is shown the preview.
    pub keys: Vec<ShownEdits>,
    /// Every patch, in the order in which they come.
    pub patches: Vec<ComingPatch>,
    /// What the patches hide, in words, names and contents. Empty where nobody is shown the preview.
    pub hidden: Hidden,
    /// The scripts that would run.
    pub scripts: ScriptPlan,
    /// What new content would be allowed to do, in words, whoever signed it.
    pub(crate) dangers: Vec<String>,
    /// How a rehearsal of this ended, where there was one.
    pub rehearsal: Option<KnownRehearsal>,
}

/// One of the patches of a preview.
#[derive(Debug, Clone)]
pub struct ComingPatch {
    /// Where its bundle is.
    pub file: PathBuf,
    pub patch: Arc<Patch>,
    /// Who signed it.
    pub verdict: Verdict,
    /// The reviews that came along and can be read, as in an inspection.
    pub reviews: Vec<(Digest, Review)>,
    /// SHA-256 of its manifest.
    pub manifest: Digest,
    /// How it is related to every patch in the folder, and to those that come before it.
    pub relations: Arc<[Relation]>,
    /// How many others of many in one run it has nothing to do with that are not among these.
    pub(crate) unrelated: usize,
    /// Why it is left out, if so.
    pub left_out: Option<String>,
    /// Whether that is because somebody's own versions of its files stay: nothing of it is in.
    pub(crate) is_kept_out: bool,
    /// Ids of the patches that it replaces.
    pub(crate) replaces: Vec<String>,
}

impl ComingPatch {
    /// Whether somebody known says that it can't be rolled back.
    pub(crate) fn is_final(&self) -> bool {
        self.patch.about.rollback.possible == RollbackPossible::No && !self.verdict.authors().is_empty()
    }
}

impl ApplyPreview {
    /// The patches that do come.
    pub(crate) fn coming(&self) -> impl Iterator<Item = &ComingPatch> {
        self.patches.iter().filter(|patch| patch.left_out.is_none())
    }

    /// What somebody agrees to who applies what this shows.
    pub fn decision(&self) -> DecisionDigest {
        let mut sum = DecisionSum::new("apply");
        sum.add("patches", &self.manifest_digest.to_string());
        for patch in &self.patches {
            sum.add("patch", &patch.patch.about.identity.to_string());
            sum.add("left out", patch.left_out.as_deref().unwrap_or_default());
            sum.add("replaces", &patch.replaces.join(" "));
            // Every field, whatever is added to it.
            sum.add("verdict", &format!("{:?}", patch.verdict));
        }
        self.dangers.iter().for_each(|danger| sum.add("danger", danger));
        sum.add_preview(&self.preview);
        sum.add_scripts(&self.scripts);
        sum.finish()
    }

    /// Whether everybody who has to vouch does, or somebody's `consent` goes for it.
    ///
    /// # Errors
    /// [`Error::NotTrusted`] about the first patch that is not permitted.
    pub(crate) fn permits(&self, consent: Consent) -> Result<()> {
        self.patches.iter().try_for_each(|patch| {
            let permitted = patch.verdict.permits(consent);
            permitted.map_err(|denial| Error::not_trusted(&patch.file, denial, &patch.verdict))
        })
    }

    /// The same for somebody who is asked about it with `options`: what these set aside stands among what is worth
    /// knowing, so that the steps are shown.
    #[must_use]
    pub(crate) fn as_allowed(&self, options: &ApplyOptions) -> Self {
        let mut shown = self.clone();
        let (allowed, obstacles): (Vec<Obstacle>, Vec<Obstacle>) =
            shown.preview.obstacles.into_iter().partition(|obstacle| options.allows(obstacle));
        shown.preview.obstacles = obstacles;
        let note = |obstacle| Note::of_obstacle(NoteAbout::Allowed, obstacle);
        shown.preview.notes.splice(..0, allowed.into_iter().map(note));
        shown
    }

    /// The same with scripts that may not run, whoever agrees, among what is in the way.
    #[must_use]
    pub(crate) fn with_refused_scripts(mut self) -> Self {
        if !self.preview.leaves_no_trace() {
            self.preview.obstacles.extend(self.scripts.refused.clone());
        }
        self
    }

    /// The file of the patch that changes `path`; of several the last one.
    pub(crate) fn file_that_changes(&self, path: &TreePath) -> Option<&PathBuf> {
        self.patches.iter().rev().find(|one| one.patch.change_at(path).is_some()).map(|one| &one.file)
    }
}
