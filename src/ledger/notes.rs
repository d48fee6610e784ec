//! What an entry notes about a patch and about a check, as far as later entries and people need it.

use serde::{Deserialize, Serialize};

use crate::model::{Patch, PatchId, PatchRef};

/// The patch that an entry is about, as far as later entries and people need it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PatchNote {
    /// The vendor's id.
    pub id: String,
    /// Edition.
    pub revision: u32,
    /// One line.
    pub title: String,
    /// Who made it.
    pub vendor: String,
    /// Whom to call.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub contact: Option<String>,
}

impl PatchNote {
    /// What a patch says.
    pub(crate) fn new(patch: &Patch) -> Self {
        Self {
            id: patch.about.identity.id.as_str().to_owned(),
            revision: patch.about.identity.revision,
            title: patch.about.title.clone(),
            vendor: patch.about.vendor.clone(),
            contact: patch.about.contact.clone(),
        }
    }

    /// Id and revision, if the id is well formed (entries are only as trustworthy as the disk they are on).
    pub(crate) fn reference(&self) -> Option<PatchRef> {
        Some(PatchRef { id: PatchId::parse(&self.id)?, revision: self.revision })
    }
}

/// The outcome of one check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckNote {
    /// What was looked at.
    pub check: String,
    /// Whether it was as required.
    pub passed: bool,
    /// What was seen.
    pub evidence: String,
}

impl CheckNote {
    /// What was looked at and what was seen, as the history words the reason for taking a change back.
    pub fn line(&self) -> String {
        format!("{}: {}", self.check, self.evidence)
    }
}
