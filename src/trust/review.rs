//! A review: what somebody looked at, what was found and noted, and what they say. Its exact bytes are signed.

use serde::{Deserialize, Serialize};

use super::statement::{SequencePlace, StatementKind};
use crate::model::Digest;
use crate::text::json;

/// Longest review, in bytes: notes for two thousand places.
pub(crate) const MAX_REVIEW_BYTES: usize = 512 << 10;

/// What a reviewer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Opinion {
    /// It may be applied.
    Approved,
    /// It must not be applied.
    Rejected,
    /// Neither.
    Commented,
}

impl Opinion {
    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Opinion::Approved => "approved",
            Opinion::Rejected => "rejected",
            Opinion::Commented => "commented",
        }
    }
}

/// What somebody noted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReviewNote {
    /// The place it is about; none: the whole patch.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "json::present")]
    pub path: Option<String>,
    pub text: String,
}

/// One change that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReviewedChange {
    /// The place.
    pub path: String,
    /// What becomes of it, as `show` says it.
    pub change: String,
    pub looked_at: bool,
}

/// A review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// SHA-256 of the manifest of the patch.
    pub manifest: Digest,
    /// SHA-256 of the bundle as it was looked at, signatures and all.
    pub bundle: Digest,
    /// The patch, as `id` and revision.
    pub patch: String,
    pub title: String,
    pub place: SequencePlace,
    /// Who looked, in their own words.
    pub reviewer: String,
    /// When, RFC 3339, as the reviewer's clock says.
    pub time: String,
    /// What they say.
    pub opinion: Opinion,
    /// What was known about who signed it then.
    pub verdict: String,
    /// What the program found.
    pub findings: Vec<String>,
    pub notes: Vec<ReviewNote>,
    /// What was looked at.
    pub changes: Vec<ReviewedChange>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    format: String,
    manifest: String,
    bundle: String,
    patch: String,
    title: String,
    product: String,
    channel: String,
    sequence: u64,
    reviewer: String,
    time: String,
    opinion: Opinion,
    verdict: String,
    findings: Vec<String>,
    notes: Vec<ReviewNote>,
    changes: Vec<ReviewedChange>,
}

impl Review {
    /// Reads the exact bytes.
    ///
    /// # Errors
    /// Says what is wrong.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let raw: Raw = json::from_slice(bytes, MAX_REVIEW_BYTES).map_err(|error| error.to_string())?;
        if raw.format != StatementKind::Review.format() {
            return Err(format!("its format is not {:?}", StatementKind::Review.format()));
        }
        let digest = |text: &str| text.parse::<Digest>().map_err(|error| error.to_string());
        Ok(Self {
            manifest: digest(&raw.manifest)?,
            bundle: digest(&raw.bundle)?,
            patch: raw.patch,
            title: raw.title,
            place: SequencePlace { product: raw.product, channel: raw.channel, sequence: raw.sequence },
            reviewer: raw.reviewer,
            time: raw.time,
            opinion: raw.opinion,
            verdict: raw.verdict,
            findings: raw.findings,
            notes: raw.notes,
            changes: raw.changes,
        })
    }

    /// The exact bytes that are signed.
    pub fn to_bytes(&self) -> Vec<u8> {
        let raw = Raw {
            format: StatementKind::Review.format().to_owned(),
            manifest: self.manifest.to_string(),
            bundle: self.bundle.to_string(),
            patch: self.patch.clone(),
            title: self.title.clone(),
            product: self.place.product.clone(),
            channel: self.place.channel.clone(),
            sequence: self.place.sequence,
            reviewer: self.reviewer.clone(),
            time: self.time.clone(),
            opinion: self.opinion,
            verdict: self.verdict.clone(),
            findings: self.findings.clone(),
            notes: self.notes.clone(),
            changes: self.changes.clone(),
        };
        let json = serde_json::to_string_pretty(&raw).expect("a review has text keys only");
        format!("{}\n", json::in_one_spelling(&json)).into_bytes()
    }
}
