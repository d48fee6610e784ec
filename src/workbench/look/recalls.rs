//! Lists of patches that were called back: files that travel without a network and outlive the patches they name.
//!
//! A list is read as strictly as a manifest. Its path and digest go into the history with every patch that was checked
//! against it; a signature over exactly these bytes has its place beside the digest.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::guarded;
use crate::ledger::EntryFact;
use crate::model::{Digest, PatchId, PatchRef};
use crate::named_file;
use crate::plan::Recalled;
use crate::text::json;
use crate::workbench::{Error, Result, Workbench};

/// Longest list that is read, in bytes: ten thousand patches at four hundred bytes each.
const MAX_BYTES: usize = 4 << 20;

const FORMAT: &str = "patchwright-holds/1";

/// All lists that were found.
#[derive(Debug, Clone, Default)]
pub(crate) struct Recalls {
    held: Vec<Recalled>,
    /// Each list with its digest, for the history.
    lists: Vec<(PathBuf, Digest)>,
}

impl Recalls {
    /// What the lists say about this revision of a patch.
    pub fn about(&self, id: &str, revision: u32) -> Option<&Recalled> {
        self.held.iter().find(|held| held.is_about(id, revision))
    }

    /// As [`Recalls::about`].
    pub(crate) fn about_patch(&self, patch: &PatchRef) -> Option<&Recalled> {
        self.about(patch.id.as_str(), patch.revision)
    }

    fn add(&mut self, path: &Path, list: &[u8]) -> Result<()> {
        self.held.extend(parse(path, list)?);
        self.lists.push((path.to_owned(), Digest::compute(list)));
        Ok(())
    }

    /// Which lists were asked, for the history.
    pub fn facts(&self) -> impl Iterator<Item = EntryFact> {
        self.lists.iter().map(|(path, digest)| EntryFact::NotWithdrawn {
            list: path.display().to_string(),
            sha256: *digest,
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RecallList {
    format: String,
    #[serde(rename = "issued")]
    _issued: String,
    #[serde(rename = "issuer", default, deserialize_with = "json::present")]
    _issuer: Option<String>,
    held: Vec<RecallItem>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RecallItem {
    id: String,
    #[serde(default)]
    revisions: Vec<u32>,
    reason: String,
    #[serde(default, deserialize_with = "json::present")]
    replacement: Option<String>,
    #[serde(default, deserialize_with = "json::present")]
    toggle_off: Option<String>,
}

impl Workbench {
    /// Reads every list: those that are `named`, and the one of this machine, if there is one.
    pub(crate) fn recalls(&self, named: &[PathBuf]) -> Result<Recalls> {
        let (recalls, own) = self.recalls_to_look_at(named)?;
        own.map(|()| recalls)
    }

    /// The same for whoever only looks: they see what the others say where the one of this machine can't be used.
    pub(crate) fn recalls_to_look_at(&self, named: &[PathBuf]) -> Result<(Recalls, Result<()>)> {
        let mut recalls = Recalls::default();
        for path in named {
            recalls.add(path, &read(path)?)?;
        }
        let own = self.add_own_list(&mut recalls);
        Ok((recalls, own))
    }

    fn add_own_list(&self, recalls: &mut Recalls) -> Result<()> {
        // What was named counts wherever it is; what nobody named counts only if nobody else could have put it there.
        if let Some(path) = &self.environment.holds_list
            && let Some(bytes) = guarded::read(path, MAX_BYTES as u64)?
        {
            recalls.add(path, &bytes)?;
        }
        Ok(())
    }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    let failed =
        |source| Error::File { doing: "read the list of withdrawn patches", path: path.to_owned(), source };
    named_file::read(path, MAX_BYTES).map_err(failed)
}

fn parse(path: &Path, bytes: &[u8]) -> Result<Vec<Recalled>> {
    let wrong = |detail: String| Error::RecallsList { path: path.to_owned(), detail };
    let list: RecallList = json::from_slice(bytes, MAX_BYTES).map_err(|error| wrong(error.to_string()))?;
    if list.format != FORMAT {
        return Err(wrong(format!("its format is not {FORMAT:?}")));
    }
    let held = list.held.into_iter().map(|item| {
        let is_id = |id: &str| PatchId::parse(id).is_some();
        if !is_id(&item.id)
            || ![&item.replacement, &item.toggle_off].into_iter().flatten().all(|id| is_id(id))
            || item.revisions.contains(&0)
        {
            return Err(wrong(format!("{:?} or its replacement or its switch isn't an ID", item.id)));
        }
        let RecallItem { id, revisions, reason, replacement, toggle_off } = item;
        Ok(Recalled { id, revisions, reason, replacement, toggle_off, list: path.to_owned() })
    });
    held.collect()
}
