//! What an entry says about who vouched for its patches, and which rules were set aside.

use serde::{Deserialize, Serialize};

/// Who signed one patch when it was applied, and what was asked for. In words, so that the record outlives keys and rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VouchedNote {
    /// `trusted`, `not-enough`, `untrusted` or `broken`.
    pub verdict: String,
    /// The product that the patch is for.
    pub product: String,
    /// The vendor's line of patches; empty where there is only one.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub channel: String,
    /// The number in it.
    pub sequence: u64,
    /// Those who counted.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub signers: Vec<SignerNote>,
    /// How many authors had to vouch.
    pub(crate) authors_needed: u32,
    /// How many reviewers had to vouch.
    pub(crate) reviewers_needed: u32,
    /// Whose rules these were: `default`, `person` or `machine`.
    pub policy: String,
}

/// Somebody who signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignerNote {
    /// Fingerprint of the key.
    pub key: String,
    /// What the key was called here.
    pub name: String,
    /// Whose it was, as this machine knew it then.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub owner: Option<String>,
    /// As what it counted.
    pub role: String,
    /// When it was signed, as the signer's clock said.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub time: Option<String>,
    /// SHA-256 of the review that was signed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub review: Option<String>,
}

/// A rule that was set aside on request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OverrideNote {
    /// Which: `unsigned`, `downgrade`, `other-product`, `dangerous`, `weak-volume`.
    pub rule: String,
    /// Why, in the words of whoever asked for it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
}
