//! A plan as a file: made here, reviewed there, carried out only in a folder that is still the same.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::model::{Digest, Node, Step};
use crate::plan::Fingerprint;
use crate::text::json;
use crate::whole_file::WholeFile;
use crate::workbench::{ApplyPreview, Error, Result};

/// Longest plan file that is read, in bytes: 100,000 steps at about 300 bytes each.
const MAX_BYTES: usize = 32 << 20;

/// What a saved plan says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanFile {
    /// Always `patchwright-plan/1`.
    pub format: String,
    /// The patch's id and revision.
    pub patch: String,
    /// SHA-256 of the manifest that the plan is for.
    pub manifest: String,
    /// When it was made, RFC 3339.
    pub created: String,
    /// SHA-256 of everything in the folder that the plan depends on.
    pub fingerprint: String,
    /// The steps, in order, for people to review. What is carried out is computed again from bundle and folder,
    /// and cannot differ as long as both digests hold.
    pub steps: Vec<PlannedStep>,
}

/// One step, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedStep {
    /// `create`, `replace`, `delete` or `mode`.
    pub does: String,
    /// The place.
    pub path: String,
    /// What is there, in words.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub before: Option<String>,
    /// What will be there, in words.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub after: Option<String>,
}

impl PlannedStep {
    /// `step` in words.
    pub fn from_step(step: &Step) -> Self {
        let does = match (&step.before, &step.after) {
            (None, _) => "create",
            (Some(_), None) => "delete",
            (Some(before), Some(after)) if before.same_content(after) => "mode",
            (Some(_), Some(_)) => "replace",
        };
        let words = |node: &Option<Node>| node.as_ref().map(in_words);
        Self {
            does: does.to_owned(),
            path: step.path.as_str().to_owned(),
            before: words(&step.before),
            after: words(&step.after),
        }
    }
}

fn in_words(node: &Node) -> String {
    match node {
        Node::File(file) => {
            format!("file, {} bytes, mode {}, sha256 {}", file.size_bytes, file.mode, file.digest)
        }
        Node::Link(link) => format!("link to {}", link.points_to),
        Node::Dir(mode) => format!("folder, mode {mode}"),
    }
}

impl PlanFile {
    /// The plan of `preview`.
    pub fn new(preview: &ApplyPreview, created: String) -> Self {
        Self {
            format: "patchwright-plan/1".to_owned(),
            patch: preview.patch.about.identity.to_string(),
            manifest: preview.manifest_digest.to_string(),
            created,
            fingerprint: preview.preview.plan.base.0.to_string(),
            steps: preview.preview.plan.steps.iter().map(PlannedStep::from_step).collect(),
        }
    }

    /// Writes it, whole or not at all.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<()> {
        let failed = |source| Error::File { doing: "write the plan", path: path.to_owned(), source };
        let mut bytes = serde_json::to_vec_pretty(self).expect("a plan has text keys only");
        bytes.push(b'\n');
        WholeFile::write(path, &bytes).map_err(failed)
    }

    /// Reads it and checks that it is a plan for the bundle whose manifest has `manifest` as its digest.
    ///
    /// # Errors
    /// [`Error::PlanFile`] if it is not.
    pub fn load(path: &Path, manifest: Digest) -> Result<Fingerprint> {
        let wrong = |detail: String| Error::PlanFile { path: path.to_owned(), detail };
        let failed = |source| Error::File { doing: "read the plan", path: path.to_owned(), source };
        let length = std::fs::metadata(path).map_err(failed)?.len();
        if length > MAX_BYTES as u64 {
            return Err(wrong(format!("it is longer than {MAX_BYTES} bytes")));
        }
        let bytes = std::fs::read(path).map_err(failed)?;
        let plan: Self = json::from_slice(&bytes, MAX_BYTES).map_err(|error| wrong(error.to_string()))?;
        if plan.format != "patchwright-plan/1" {
            return Err(wrong("it is no plan of this program".to_owned()));
        }
        if plan.manifest != manifest.to_string() {
            return Err(wrong(format!("it is a plan for another bundle ({})", plan.patch)));
        }
        plan.fingerprint
            .parse()
            .map(Fingerprint)
            .map_err(|_| wrong("its fingerprint is malformed".to_owned()))
    }
}
