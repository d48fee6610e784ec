//! That somebody approves a ring of a rollout. Its exact bytes are signed, and say which rollout, which folders and patches,
//! and which ring, so that it counts for nothing else.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::judge::{Attached, key_of};
use super::key::{KeyFingerprint, PublicKey};
use super::rotation::is_good;
use super::statement::{SignerRole, StatementKind};
use super::store::Keyring;
use crate::model::Digest;
use crate::text::json;

/// Longest approval, in bytes: names and a reason.
pub(crate) const MAX_APPROVAL_BYTES: usize = 16 << 10;

/// What is approved, by whom, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Approval {
    format: String,
    /// Names the rollout in the histories.
    pub rollout: String,
    /// SHA-256 of what was fixed when it was started: patch files, folders, and when that was.
    pub plan: String,
    pub ring: String,
    /// Who, as their computer names them.
    pub by: String,
    /// RFC 3339.
    pub time: String,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "json::present")]
    pub reason: Option<String>,
}

/// By which key an approval is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Approver {
    pub key: KeyFingerprint,
    /// Whose key it is, if it counts.
    pub owner: Result<String, NoApprover>,
}

/// Why a valid signature does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoApprover {
    UnknownKey,
    NoRole,
    OtherProduct,
    Revoked,
    /// It is not good yet, or not any more.
    NotNow,
}

impl NoApprover {
    /// As a phrase behind the key.
    pub(crate) const fn phrase(self) -> &'static str {
        match self {
            NoApprover::UnknownKey => "isn't trusted here",
            NoApprover::NoRole => "isn't trusted for approving rollouts",
            NoApprover::OtherProduct => "is for another product",
            NoApprover::Revoked => "was revoked",
            NoApprover::NotNow => "isn't valid today",
        }
    }
}

impl Approval {
    pub fn new(
        rollout: &str,
        plan: Digest,
        ring: &str,
        by: String,
        time: String,
        reason: Option<String>,
    ) -> Self {
        let format = StatementKind::Approval.format().to_owned();
        let (rollout, ring) = (rollout.to_owned(), ring.to_owned());
        Self { format, rollout, plan: plan.to_string(), ring, by, time, reason }
    }

    /// The exact bytes that are signed.
    pub fn to_bytes(&self) -> Vec<u8> {
        let json = serde_json::to_string(self).expect("an approval has text keys only");
        format!("{}\n", json::in_one_spelling(&json)).into_bytes()
    }

    /// Reads the exact bytes; `None` if they are of anything else.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let approval: Self = json::from_slice(bytes, MAX_APPROVAL_BYTES).ok()?;
        (approval.format == StatementKind::Approval.format()).then_some(approval)
    }
}

/// Whose signature over the exact bytes of an approval it is, for patches of these products; `None` if it is not valid.
pub(crate) fn approver(
    signature: &Attached,
    bytes: &[u8],
    products: &[&str],
    keyring: &Keyring,
    now: Timestamp,
) -> Option<Approver> {
    let known: Vec<PublicKey> = keyring.keys().map(|key| key.key.clone()).collect();
    let key = key_of(signature, bytes, StatementKind::Approval, &known)?.fingerprint();
    let owner = match keyring.find(&key) {
        None => Err(NoApprover::UnknownKey),
        Some(_) if keyring.revocations(key).next().is_some() => Err(NoApprover::Revoked),
        Some(known) if !known.roles.contains(&SignerRole::Approver) => Err(NoApprover::NoRole),
        Some(known) if !products.iter().all(|product| known.is_for(product)) => Err(NoApprover::OtherProduct),
        Some(known) if !is_good(known, keyring, now) => Err(NoApprover::NotNow),
        Some(known) => Ok(known.owner.clone()),
    };
    Some(Approver { key, owner })
}
