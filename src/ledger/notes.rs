//! What an entry notes about a patch and about a check, as far as later entries and people need it.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::model::{Patch, PatchId, PatchRef, Untrusted};

/// The patch that an entry is about, as far as later entries and people need it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PatchNote {
    /// The vendor's id.
    pub id: String,
    /// Revision.
    pub revision: u32,
    /// One line.
    pub title: Untrusted,
    /// Who made it.
    pub vendor: Untrusted,
    /// Whom to call.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub contact: Option<Untrusted>,
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
    /// The end of what it printed, if it is a script. Escape it before it is shown; it may hold the content of any file.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub printed: String,
}

impl CheckNote {
    /// One that did not pass.
    pub(crate) fn failed(check: impl Into<String>, evidence: impl Into<String>) -> Self {
        Self { check: check.into(), passed: false, evidence: evidence.into(), printed: String::new() }
    }

    /// What was looked at and what was seen, as the history words the reason for rolling a change back. What was seen
    /// of the same thing says what was looked at, too.
    pub fn line(&self) -> String {
        let subject = |text: &str| text.replace('"', "").split(' ').next().map(str::to_owned);
        match subject(&self.check) == subject(&self.evidence) {
            true if self.passed => self.check.clone(),
            true => self.evidence.clone(),
            false => format!("{}: {}", self.check, self.evidence),
        }
    }

    /// What it printed, if it did, and who.
    pub(crate) fn what_it_printed(&self) -> Option<String> {
        (!self.printed.is_empty()).then(|| format!("{} printed: {}", self.check, self.printed))
    }

    /// The lines of `all`, in one.
    pub(crate) fn lines(all: &[Self]) -> String {
        all.iter().map(Self::line).collect::<Vec<_>>().join("; ")
    }
}

/// As it was written.
impl Serialize for Untrusted {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.raw())
    }
}

impl<'de> Deserialize<'de> for Untrusted {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(Self::from)
    }
}
