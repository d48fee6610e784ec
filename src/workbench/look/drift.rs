//! Which places are not as the history says, why that is likely so, and where a copy of what should be there can be found.

use std::collections::{BTreeMap, BTreeSet};

use super::stack::manifest_of;
use crate::checks::{Beginning, first_bytes};
use crate::diff::is_text;
use crate::disk::Observation;
use crate::disk::fs::Fs;
use crate::ledger::{Action, Ledger};
use crate::model::{Digest, FileChange, Node, Patch, Payload, PlaceProblem, Role, TreePath, TreeState};
use crate::workbench::Result;
use crate::workbench::contents::wants_merging;

/// One place that is not as the history says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// The place.
    pub path: TreePath,
    /// In which way.
    pub kind: DriftKind,
    /// The last patch that changed it.
    pub patch: Option<String>,
    /// Why that is likely so.
    pub cause: DriftCause,
    /// Whether the folder has what should be there, so that a repair needs no patch file.
    pub has_backup: bool,
    /// Where it has not: a patch whose file has it.
    pub patch_file: Option<String>,
    /// Whether a switch in it was moved since it was edited: what it should hold is not known until that is moved back.
    pub has_moved_switch: bool,
    /// Why nobody can tell what is there, if so.
    pub problem: Option<String>,
}

/// In which way a place is not as expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DriftKind {
    /// It is gone.
    Missing,
    /// Something is there that should not be.
    Unexpected,
    /// Its content, kind or target differs.
    Edited,
    /// Only its permissions differ.
    Permissions,
    /// Something is there, or on the way there, that can't be read or is no file.
    Unreadable,
}

impl DriftKind {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            DriftKind::Missing => "missing",
            DriftKind::Unexpected => "unexpected",
            DriftKind::Edited => "edited",
            DriftKind::Permissions => "permissions",
            DriftKind::Unreadable => "unreadable",
        }
    }
}

/// Why a place is likely not as the history says.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "cause", content = "cause_patch", rename_all = "kebab-case")]
pub enum DriftCause {
    /// It is as it was before this patch: restored by hand, or from a backup.
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
    /// Whether an entry of the history explains it.
    pub(super) const fn is_of_history(&self) -> bool {
        matches!(self, DriftCause::AsBefore(_) | DriftCause::AsLeftBy(_))
    }

    /// In words, as a phrase.
    pub fn phrase(&self) -> String {
        match self {
            DriftCause::AsBefore(patch) => format!("as it was before {patch}"),
            DriftCause::AsLeftBy(patch) => format!("as an earlier {patch} left it"),
            DriftCause::LocalEdit => "probably edited here".to_owned(),
            DriftCause::Removed => "deleted".to_owned(),
            DriftCause::Unknown => "of unknown cause".to_owned(),
        }
    }
}

/// Finds the likely cause of each of `drift`, which is sorted by place.
///
/// # Errors
/// If the history or a file cannot be read.
pub(super) fn find_causes(fs: &dyn Fs, ledger: &Ledger, tree: &TreeState, drift: &mut [Drift]) -> Result<()> {
    let mut open: BTreeMap<TreePath, usize> = BTreeMap::new();
    for (index, place) in drift.iter_mut().enumerate() {
        place.cause = match place.kind {
            DriftKind::Missing => DriftCause::Removed,
            DriftKind::Permissions => DriftCause::LocalEdit,
            DriftKind::Unreadable => DriftCause::Unknown,
            DriftKind::Edited | DriftKind::Unexpected => {
                open.insert(place.path.clone(), index);
                DriftCause::Unknown
            }
        };
    }
    // The newest image that fits: who puts a file back takes the last one.
    for entry in ledger.entries().iter().rev() {
        // Whoever moves a switch leaves the rest of the file as it is, edited or not.
        if open.is_empty() || entry.patch.is_none() || ledger.moved_by(entry).is_some() {
            continue;
        }
        // Whoever rolls a patch back restores what was before it.
        let undone = entry.reverses.and_then(|seq| ledger.entry(seq));
        let is_out = undone.is_some_and(|undone| undone.action == Action::Apply);
        for step in &*entry.steps {
            let Some(&index) = open.get(&step.path) else { continue };
            let is_here = |node: &Option<Node>| {
                node.as_ref().zip(tree.at(&step.path)).is_some_and(|(node, here)| node.same_content(here))
            };
            let Some(patch) = ledger.changed_by(entry, &step.path) else { continue };
            let (without, with) =
                if is_out { (&step.after, &step.before) } else { (&step.before, &step.after) };
            drift[index].cause = match (is_here(without), is_here(with)) {
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

/// The patch whose file has what should be at a place, or has what makes it out of what is here. Told by the manifests in
/// the history; `is_here` says whether the folder has a content.
pub(super) fn patch_file_with(
    wanted: &Digest,
    patches: &[Patch],
    is_here: &dyn Fn(&Digest) -> bool,
) -> Option<String> {
    let digest = |node: Option<&Node>| node.and_then(Node::as_file).map(|file| file.digest);
    let has = |patch: &Patch, change: &FileChange| {
        let after = digest(change.after.as_ref());
        let diffed = patch.diff_source(change).map(|file| file.digest);
        match &change.payload {
            Some(Payload::Whole { .. }) => after == Some(*wanted),
            Some(Payload::Delta { source, .. }) => after == Some(*wanted) && is_here(source),
            Some(Payload::Diff { .. }) if after == Some(*wanted) => {
                diffed.is_none_or(|source| is_here(&source))
            }
            // A diff has both sides.
            Some(Payload::Diff { .. }) => {
                diffed == Some(*wanted) && after.is_some_and(|after| is_here(&after))
            }
            Some(Payload::Same { .. }) | None => false,
        }
    };
    let patch = patches.iter().find(|patch| patch.changes.iter().any(|change| has(patch, change)))?;
    Some(patch.about.identity.id.to_string())
}

/// What is not as `expected`, without who changed it. Places in which an edit was carried along count as edited.
pub(super) fn differences(
    fs: &dyn Fs,
    expected: &BTreeMap<TreePath, Option<Node>>,
    seen: &Observation,
    is_carried: impl Fn(&TreePath) -> bool,
) -> Vec<Drift> {
    let mut drift = Vec::new();
    for (path, expected) in expected {
        let expected =
            expected.clone().map(|node| if fs.features().modes { node } else { node.without_mode() });
        let observed = seen.tree.at(path);
        let problem = PlaceProblem::on_the_way(&seen.problems, path).filter(|_| observed.is_none());
        let kind = match (&expected, observed) {
            _ if problem.is_some() => DriftKind::Unreadable,
            (Some(_), Some(_)) if is_carried(path) => DriftKind::Edited,
            (expected, observed) if expected.as_ref() == observed => continue,
            (Some(_), None) => DriftKind::Missing,
            // A folder that stayed because somebody uses it is no drift: the plan said so.
            (None, Some(Node::Dir(_))) => continue,
            (None, Some(_)) => DriftKind::Unexpected,
            (Some(expected), Some(observed)) if expected.same_content(observed) => DriftKind::Permissions,
            _ => DriftKind::Edited,
        };
        drift.push(Drift {
            path: path.clone(),
            kind,
            patch: None,
            cause: DriftCause::Unknown,
            has_backup: true,
            patch_file: None,
            has_moved_switch: false,
            problem: problem.map(|problem| match problem.path == path.as_str() {
                true => problem.detail.clone(),
                false => format!("{}: {}", problem.path, problem.detail),
            }),
        });
    }
    drift
}
