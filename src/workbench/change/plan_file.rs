//! A plan as a file: made here, reviewed there, carried out only if it is still what would happen, step by step.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::planned_step::PlannedStep;
use crate::named_file;
use crate::text::json;
use crate::whole_file::WholeFile;
use crate::workbench::look::output::{OutputKind, refuse_taken};
use crate::workbench::{ApplyPreview, DecisionDigest, Error, Result};

/// Longest plan file that is read, in bytes: 100,000 steps at about 500 bytes each.
const MAX_BYTES: usize = 64 << 20;

const FORMAT: &str = "patchwright-plan/2";

/// What a saved plan says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanFile {
    /// Always `patchwright-plan/2`.
    pub format: String,
    /// The patch's id and revision.
    pub patch: String,
    /// SHA-256 of the manifest that the plan is for; of text patches, of their text and how it was read.
    pub manifest: String,
    /// When it was made, RFC 3339.
    pub created: String,
    /// What somebody agrees to who follows the plan: a [`DecisionDigest`].
    pub fingerprint: String,
    /// The steps, in order, for people to review. What is carried out is computed again from patch file and folder, and
    /// each step is compared with these.
    pub steps: Vec<PlannedStep>,
}

impl PlanFile {
    /// The plan of `preview`.
    pub fn new(preview: &ApplyPreview, created: String) -> Self {
        Self {
            format: FORMAT.to_owned(),
            patch: preview.patch.about.identity.to_string(),
            manifest: preview.manifest_digest.to_string(),
            created,
            fingerprint: preview.decision().0.to_string(),
            steps: preview.preview.plan.steps.iter().map(PlannedStep::from_step).collect(),
        }
    }

    /// Writes it, whole or not at all.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<()> {
        refuse_taken(path, OutputKind::Plan)?;
        let failed = |source| Error::File { doing: "write the plan", path: path.to_owned(), source };
        let mut bytes = serde_json::to_vec_pretty(self).expect("a plan has text keys only");
        bytes.push(b'\n');
        WholeFile::write(path, &bytes).map_err(failed)
    }

    /// Reads it.
    ///
    /// # Errors
    /// [`Error::PlanFile`] if it is none.
    pub fn load(path: &Path) -> Result<Self> {
        let wrong = |detail: String| Error::PlanFile { path: path.to_owned(), detail };
        let failed = |source| Error::File { doing: "read the plan", path: path.to_owned(), source };
        let bytes = named_file::read(path, MAX_BYTES).map_err(failed)?;
        let plan: Self = json::from_slice(&bytes, MAX_BYTES).map_err(|error| wrong(error.to_string()))?;
        match plan.format == FORMAT {
            true => Ok(plan),
            false => Err(wrong("it isn't a plan from this version of Patchwright".to_owned())),
        }
    }

    /// What somebody agrees to who follows the plan, which was read from `path`. If that is what `preview` shows, so are
    /// the steps that were reviewed.
    ///
    /// # Errors
    /// [`Error::PlanFile`] if it is for something else, or says something else than what would happen.
    pub fn decision(&self, preview: &ApplyPreview, path: &Path) -> Result<DecisionDigest> {
        let wrong = |detail: String| Error::PlanFile { path: path.to_owned(), detail };
        let now = Self::new(preview, self.created.clone());
        if (&self.patch, &self.manifest) != (&now.patch, &now.manifest) {
            return Err(wrong(format!("it's a plan for another patch file ({})", self.patch)));
        }
        let agreed =
            self.fingerprint.parse().map_err(|_| wrong("its fingerprint is malformed".to_owned()))?;
        if self.fingerprint == now.fingerprint && self.steps != now.steps {
            let differs = self.steps.iter().zip(&now.steps).find(|(said, step)| said != step);
            let first = differs.map(|(_, step)| step).or(now.steps.get(self.steps.len()));
            let place = first.map(|step| format!(", first at {}", step.path)).unwrap_or_default();
            return Err(wrong(format!("its changes aren't those that would be made now{place}")));
        }
        Ok(DecisionDigest(agreed))
    }
}
