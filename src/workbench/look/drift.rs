//! Why a place is likely not as the history says, and where a copy of what should be there can be found.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use super::stack::{all_copies, manifest_of};
use super::status::{read_ledger, status_now};
use crate::checks::{Beginning, first_bytes};
use crate::diff::is_text;
use crate::disk::fs::{Fs, Place};
use crate::disk::node_at;
use crate::ledger::Ledger;
use crate::model::{Digest, FileChange, LocalEdits, Node, Patch, Role, TreePath};
use crate::workbench::contents::{First, Library, wants_merging};
use crate::workbench::{
    ChangeSide, Comparison, Content, Drift, DriftKind, OneChange, Result, Watch, Workbench,
};

/// Why a place is likely not as the history says.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "cause", content = "cause_patch", rename_all = "kebab-case")]
pub enum DriftCause {
    /// It is as it was before this patch: put back by hand, or from a backup.
    AsBefore(String),
    /// It is as this patch left it once, which is not the last change here.
    AsLeftBy(String),
    /// Somebody edited it, put it there or changed its permissions.
    LocalEdit,
    /// Somebody removed a file of the product.
    Removed,
    /// Nothing that is known explains it.
    Unknown,
}

impl DriftCause {
    /// In words, as a phrase.
    pub fn phrase(&self) -> String {
        match self {
            DriftCause::AsBefore(patch) => format!("as it was before {patch}"),
            DriftCause::AsLeftBy(patch) => format!("as an earlier {patch} left it"),
            DriftCause::LocalEdit => "probably edited".to_owned(),
            DriftCause::Removed => "deleted".to_owned(),
            DriftCause::Unknown => "of unknown cause".to_owned(),
        }
    }
}

/// Finds the likely cause of each of `drift`, which is sorted by place.
///
/// # Errors
/// If the history or a file cannot be read.
pub(super) fn find_causes(
    fs: &dyn Fs,
    ledger: &Ledger,
    tree: &crate::model::TreeState,
    drift: &mut [Drift],
) -> Result<()> {
    let mut open: BTreeMap<TreePath, usize> = BTreeMap::new();
    for (index, place) in drift.iter_mut().enumerate() {
        place.cause = match place.kind {
            DriftKind::Missing => DriftCause::Removed,
            DriftKind::Permissions => DriftCause::LocalEdit,
            DriftKind::Edited | DriftKind::Unexpected => {
                open.insert(place.path.clone(), index);
                DriftCause::Unknown
            }
        };
    }
    // The newest image that fits: who puts a file back takes the last one.
    for entry in ledger.entries().iter().rev() {
        let Some(patch) = entry.patch.as_ref().filter(|_| !open.is_empty()) else { continue };
        for step in &*entry.steps {
            let Some(&index) = open.get(&step.path) else { continue };
            let is_here = |node: &Option<Node>| {
                node.as_ref().zip(tree.at(&step.path)).is_some_and(|(node, here)| node.same_content(here))
            };
            drift[index].cause = match (is_here(&step.before), is_here(&step.after)) {
                (true, _) => DriftCause::AsBefore(patch.id.clone()),
                (false, true) => DriftCause::AsLeftBy(patch.id.clone()),
                (false, false) => continue,
            };
            open.remove(&step.path);
        }
    }
    let settings = settings(fs, ledger, &open);
    for (path, index) in open {
        let looks_edited = settings.contains(&path)
            || matches!(first_bytes(fs, &path)?, Beginning::Text(text) if !text.is_empty() && is_text(&text));
        if looks_edited && matches!(tree.at(&path), Some(Node::File(_))) {
            drift[index].cause = DriftCause::LocalEdit;
        }
    }
    Ok(())
}

impl Workbench {
    /// Calls `show` with every place that is not as the history says: what should be there on the left, what is there
    /// on the right. Writes nothing.
    ///
    /// # Errors
    /// If the folder or its history cannot be read, or somebody wished to stop.
    pub fn drift_contents(
        &self,
        target: &Path,
        watch: Watch<'_>,
        show: &mut dyn FnMut(&OneChange),
    ) -> Result<()> {
        let fs = self.disk(target)?;
        let ledger = read_ledger(&*fs)?;
        let drift = status_now(&*fs, &ledger, watch)?.drift;
        let expected = ledger.expected();
        let file =
            |node: Option<&Node>| node.and_then(Node::as_file).map(|file| (file.digest, file.size_bytes));
        let should_be = |drift: &Drift| expected.get(&drift.path).cloned().flatten();
        let copies = Library::new(&[], First::SafeCopies).in_folder(&*fs);
        let copies = copies.with_copies(all_copies(&*fs, &ledger)?);
        for drift in &drift {
            watch.cancel.check()?;
            let left = should_be(drift);
            let right = node_at(&*fs, &Place::from(&drift.path)).unwrap_or_default();
            let here = Place::from(&drift.path);
            let copy = |(digest, _): (Digest, u64)| match drift.kind {
                DriftKind::Permissions => Some(here.clone()),
                _ => copies.whole_copy(&digest).ok().flatten().map(Place::from),
            };
            let before = side(&fs, left.as_ref(), file(left.as_ref()).and_then(copy), watch);
            let after = side(&fs, right.as_ref(), Some(here.clone()), watch);
            show(&OneChange {
                change: FileChange {
                    path: drift.path.clone(),
                    before: left.iter().cloned().collect(),
                    after: right,
                    payload: None,
                    base: None,
                    edit: None,
                    role: Role::Data,
                    local_edits: LocalEdits::Refuse,
                    fixes: Vec::new(),
                },
                renamed_from: None,
                left,
                before,
                after,
                before_source: None,
                comparison: Comparison::OriginalToFolder,
            });
        }
        Ok(())
    }
}

/// What is to be shown of `node`, whose content is at `place`.
fn side(fs: &Arc<dyn Fs>, node: Option<&Node>, place: Option<Place>, watch: Watch<'_>) -> ChangeSide {
    let file = match node {
        None => return ChangeSide::Absent,
        Some(Node::File(file)) => file,
        Some(_) => return ChangeSide::NotAFile,
    };
    let content =
        place.map(|place| Content::in_target(fs, place, (file.digest, file.size_bytes), watch.cancel));
    match content {
        None => ChangeSide::Unavailable("there is no backup of this file in the folder".to_owned()),
        Some(Ok(Some(content))) => ChangeSide::Content(content),
        Some(Ok(None)) => ChangeSide::Unavailable("it changed while it was read".to_owned()),
        Some(Err(error)) => ChangeSide::Unavailable(error.to_string()),
    }
}

/// Which of `places` the patches call settings, or expect people to edit.
fn settings(fs: &dyn Fs, ledger: &Ledger, places: &BTreeMap<TreePath, usize>) -> BTreeSet<TreePath> {
    if places.is_empty() {
        return BTreeSet::new();
    }
    let layers = ledger.layers().slots;
    let manifests = layers.iter().filter_map(|slot| manifest_of(fs, ledger, slot.key));
    let changes = manifests.flat_map(|patch: Patch| patch.changes);
    changes
        .filter(|change| change.role == Role::Config || wants_merging(change))
        .map(|change| change.path)
        .filter(|path| places.contains_key(path))
        .collect()
}
