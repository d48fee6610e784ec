//! A plan as a file: made here, reviewed there, carried out only in a folder that is still the same.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::model::{Digest, FileNode, Node, Step};
use crate::plan::PlanFingerprint;
use crate::text::json;
use crate::whole_file::WholeFile;
use crate::workbench::{ApplyPreview, Error, Result};

/// Longest plan file that is read, in bytes: 100,000 steps at about 500 bytes each.
const MAX_BYTES: usize = 64 << 20;

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

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedStep {
    /// `create`, `replace`, `delete` or `mode`.
    pub does: String,
    /// The place.
    pub path: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub before: Option<NodeFacts>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub after: Option<NodeFacts>,
}

/// What stands at a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum NodeFacts {
    File { bytes: u64, mode: String, sha256: String },
    Link { to: String },
    Folder { mode: String },
}

impl PlannedStep {
    /// What `step` does.
    pub fn from_step(step: &Step) -> Self {
        let does = match (&step.before, &step.after) {
            (None, _) => "create",
            (Some(_), None) => "delete",
            (Some(before), Some(after)) if before.same_content(after) => "mode",
            (Some(_), Some(_)) => "replace",
        };
        Self {
            does: does.to_owned(),
            path: step.path.as_str().to_owned(),
            before: step.before.as_ref().map(NodeFacts::new),
            after: step.after.as_ref().map(NodeFacts::new),
        }
    }
}

impl NodeFacts {
    /// Those of `node`.
    pub fn new(node: &Node) -> Self {
        match node {
            Node::File(file) => Self::of_file(file),
            Node::Link(link) => NodeFacts::Link { to: link.points_to.clone() },
            Node::Dir(mode) => NodeFacts::Folder { mode: mode.to_string() },
        }
    }

    /// Those of a file.
    pub fn of_file(file: &FileNode) -> Self {
        let (mode, sha256) = (file.mode.to_string(), file.digest.to_string());
        NodeFacts::File { bytes: file.size_bytes, mode, sha256 }
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
    pub fn load(path: &Path, manifest: Digest) -> Result<PlanFingerprint> {
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
            .map(PlanFingerprint)
            .map_err(|_| wrong("its fingerprint is malformed".to_owned()))
    }
}
