//! A rollback that was worked out, and where its contents come from.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::request::RollbackPreview;
use crate::bundle::VerifiedBundle;
use crate::ledger::{Entry, Ledger, Occasion, OverrideNote, ScriptNote};
use crate::model::{Digest, LayerKey};
use crate::transaction::{Archive, SafeCopies};
use crate::workbench::look::situation::Survey;

/// A preview with what it was made from.
pub(crate) struct PlannedRollback {
    pub preview: RollbackPreview,
    pub survey: Survey,
    pub how: RollbackRoute,
    /// Patch files that stand in for damaged backups.
    pub bundles: Arc<Vec<VerifiedBundle>>,
    /// Scripts for the history: those that ran, and those that are due.
    pub scripts: Vec<ScriptNote>,
    /// Whether places are left as they are, because their backups are damaged.
    pub leaves: bool,
    /// Why, for the history.
    pub occasion: Occasion,
    /// The rules that are set aside, for the history.
    pub set_aside: Vec<OverrideNote>,
    /// Whether a check of a patch that comes back was not asked yet, because it leaves the folder.
    pub has_unasked: bool,
}

/// Where the old contents come from.
pub(crate) enum RollbackRoute {
    /// One entry is undone as a whole, with its own backups.
    Entry(SafeCopies),
    /// Patches are removed from the stack.
    Layers { out: Vec<LayerKey>, made: BTreeMap<Digest, Arc<Vec<u8>>>, archive: Archive },
}

impl RollbackRoute {
    /// The patches that it is about, where it undoes `entry` or some of those in the folder.
    pub(super) fn about(&self, ledger: &Ledger, entry: &Entry) -> Vec<LayerKey> {
        match self {
            RollbackRoute::Entry(_) => ledger.about(entry),
            RollbackRoute::Layers { out, .. } => out.clone(),
        }
    }
}
