//! A change that was cut short, as its records describe it.

use super::record::Intent;
use crate::ledger::Entry;
use crate::model::{Digest, Step};

/// An interrupted transaction.
#[derive(Debug)]
pub struct InterruptedChange {
    pub(super) id: String,
    pub(super) intent: Intent,
    pub(super) intent_digest: Digest,
    /// What it was about to do.
    pub entry: Entry,
    pub steps: Vec<Step>,
}
