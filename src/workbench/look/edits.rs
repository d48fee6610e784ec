//! The edits by key that a patch file has, held against what it says they come to.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::stack::{FolderStack, read_ledger};
use super::switches::content_at;
use crate::bundle::{BundleError, VerifiedBundle};
use crate::diff::{FileEdits, KeyChange, MAX_EDIT_BYTES, MAX_EDITED_BYTES, ShownEdit, ShownTest};
use crate::disk::fs::Fs;
use crate::model::{Code, Digest, FileChange, Node, TreePath};
use crate::plan::why::Edits;
use crate::workbench::{Error, Result, Workbench};

/// The edits of one file, with the content that they begin with.
pub(crate) struct CheckedEdits {
    pub edits: FileEdits,
    pub base: Vec<u8>,
    /// The values that become others.
    pub keys: Vec<KeyChange>,
}

/// Something that the edits of a patch say must be so, and whether it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownCondition {
    /// Id of the patch.
    pub patch: String,
    pub path: TreePath,
    /// What must be so; nothing where the file cannot be asked at all.
    pub wanted: Option<ShownTest>,
    /// What is otherwise.
    pub problem: Option<String>,
}

impl Workbench {
    /// Holds what the edits by key of these patch files say must be so against the files in `target`. Writes nothing.
    ///
    /// # Errors
    /// [`Error::Refused`] if one of the patches is not in the folder as its file has it, or a file cannot be read.
    pub fn conditions(&self, bundles: &[PathBuf], target: &Path) -> Result<Vec<ShownCondition>> {
        if bundles.is_empty() {
            return Ok(Vec::new());
        }
        let fs = self.disk(target)?;
        let ledger = read_ledger(&*fs)?;
        let folder = FolderStack::read(&*fs, &ledger)?;
        let mut all = Vec::new();
        for path in bundles {
            let bundle = self.open(path)?;
            let id = bundle.patch.about.identity.id.as_str().to_owned();
            if !folder.layers.iter().any(|layer| layer.patch.as_deref() == Some(&bundle.patch)) {
                return Err(Error::refused(Edits::NotHere { id }));
            }
            for change in bundle.patch.changes.iter().filter(|change| change.edit.is_some()) {
                all.extend(conditions_at(&bundle, change, &*fs)?);
            }
        }
        Ok(all)
    }
}

fn conditions_at(bundle: &VerifiedBundle, change: &FileChange, fs: &dyn Fs) -> Result<Vec<ShownCondition>> {
    let condition = |wanted, problem| {
        let patch = bundle.patch.about.identity.id.as_str().to_owned();
        ShownCondition { patch, path: change.path.clone(), wanted, problem }
    };
    let unknown = |why: String| Ok(vec![condition(None, Some(why))]);
    let edits = match edits_of(bundle, change)? {
        Ok(CheckedEdits { edits, .. }) => edits,
        Err(why) => return unknown(format!("the patch's edits can't be used: {why}")),
    };
    let Some(content) = content_at(fs, &change.path)? else {
        return unknown("the file is missing".to_owned());
    };
    match edits.conditions_in(&content) {
        Ok(conditions) => Ok(conditions
            .into_iter()
            .map(|(wanted, problem)| condition(Some(wanted), problem.map(|why| why.to_string())))
            .collect()),
        Err(why) => unknown(why.to_string()),
    }
}

/// What the edits of one file change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownEdits {
    pub path: TreePath,
    pub keys: Vec<KeyChange>,
}

/// The edits by key of one file, as they come out in the content that they are held against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyEdits {
    pub edits: Vec<ShownEdit>,
    /// Why they cannot be made in that content; then the edits are shown as they come out in the original.
    pub problems: Vec<String>,
}

/// The edits by key of one change; with `here`, in that content rather than in the original. `None` if it has none.
///
/// # Errors
/// If the bundle cannot be read.
pub(super) fn key_edits(
    bundle: &VerifiedBundle,
    change: &FileChange,
    here: Option<&[u8]>,
) -> Result<Option<KeyEdits>> {
    if change.edit.is_none() {
        return Ok(None);
    }
    Ok(Some(match edits_of(bundle, change)? {
        Ok(checked) => checked.shown(here),
        Err(why) => KeyEdits { edits: Vec::new(), problems: vec![why] },
    }))
}

impl CheckedEdits {
    fn shown(&self, here: Option<&[u8]>) -> KeyEdits {
        let here = here.unwrap_or(&self.base);
        let problems: Vec<String> = match self.edits.try_on_edited(&self.base, here) {
            Ok(tried) => tried.clashes().map(ToString::to_string).collect(),
            Err(why) => vec![why.to_string()],
        };
        let in_what = if problems.is_empty() { here } else { &self.base };
        let edits = self.edits.shown_on(in_what).unwrap_or_default();
        KeyEdits { edits, problems }
    }
}

/// The edits by key of a bundle, by file.
///
/// # Errors
/// As those of [`shown_edits`].
pub(crate) fn edits_by_file(bundle: &VerifiedBundle) -> Result<BTreeMap<TreePath, FileEdits>> {
    let edited = bundle.patch.changes.iter().filter(|change| change.edit.is_some());
    edited.map(|change| Ok((change.path.clone(), certain_edits(bundle, change)?.edits))).collect()
}

/// The edits by key that a bundle has for the file at `path`.
///
/// # Errors
/// As those of [`shown_edits`].
pub(crate) fn edits_at(bundle: &VerifiedBundle, path: &TreePath) -> Result<Option<CheckedEdits>> {
    let change = bundle.patch.change_at(path).filter(|change| change.edit.is_some());
    change.map(|change| certain_edits(bundle, change)).transpose()
}

/// What all edits by key of a bundle change.
///
/// # Errors
/// If one of them comes to something else than the bundle says: nobody would know which of the two is meant.
pub(super) fn shown_edits(bundle: &VerifiedBundle) -> Result<Vec<ShownEdits>> {
    let mut shown = Vec::new();
    for change in bundle.patch.changes.iter().filter(|change| change.edit.is_some()) {
        let CheckedEdits { keys, .. } = certain_edits(bundle, change)?;
        shown.push(ShownEdits { path: change.path.clone(), keys });
    }
    Ok(shown)
}

fn certain_edits(bundle: &VerifiedBundle, change: &FileChange) -> Result<CheckedEdits> {
    edits_of(bundle, change)?.map_err(|why| {
        let message = format!("the edits by key of {:?} can't be used: {why}", change.path.as_str());
        BundleError::new(Code::Manifest, message).into()
    })
}

/// The edits of one change, or why they are none.
///
/// # Errors
/// If the bundle cannot be read.
pub(super) fn edits_of(
    bundle: &VerifiedBundle,
    change: &FileChange,
) -> Result<std::result::Result<CheckedEdits, String>> {
    let (Some(edit), Some(base), Some(Node::File(after))) = (change.edit, change.base, &change.after) else {
        return Ok(Err("the patch file has no edits for it".to_owned()));
    };
    let edits = match FileEdits::from_json(&bundle.read_blob(&edit, MAX_EDIT_BYTES as u64)?) {
        Ok(edits) => edits,
        Err(problem) => return Ok(Err(problem.to_string())),
    };
    let base = bundle.read_blob(&base, MAX_EDITED_BYTES as u64)?;
    let tried = match edits.try_on(&base) {
        Ok(tried) => tried,
        Err(why) => return Ok(Err(why.to_string())),
    };
    Ok(match &tried.content {
        // What somebody was shown is what the edits make of the original; they do nothing else anywhere.
        Some(content) if Digest::compute(content) == after.digest => {
            Ok(CheckedEdits { edits, base, keys: tried.keys })
        }
        _ => Err("they don't turn the original into the patch's version".to_owned()),
    })
}
