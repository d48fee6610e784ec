//! `changes.patch`: every change that a Git diff can say, as one such diff.
//!
//! It is the payload and no copy of it: what stands at a place afterwards is made by applying the place's section to what
//! stands there before. And it is for people: whoever has the patch file can take the member out, read it, and hand it to
//! `git apply`.
//!
//! Nothing in it is free. The manifest names its digest, so it is signed; which sections there may be, in which order and
//! with which words above their lines, follows from the changes (`section`), and what is read is written again and
//! compared byte for byte (`read`). Hunks fit at their line or not at all, and what they make must have the digest that
//! the manifest says.

mod read;
mod section;

use std::collections::BTreeMap;
use std::ops::Range;

use super::BundleError;
use super::store::Store;
use crate::diff::patch_text::{Body, PatchHunk, parse};
use crate::diff::{apply_exactly, original_of};
use crate::model::{Code, FileNode, TreePath};

pub(super) use read::read;
pub(super) use section::{DiffSection, SectionSide, sections, unsaid};

/// A `changes.patch` that says what the manifest says.
#[derive(Debug)]
pub(super) struct VerifiedDiffText {
    store: Store,
    /// Where the section of each change is.
    sections: BTreeMap<TreePath, Range<u64>>,
}

/// Which way a section is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// From what stands there before to what stands there afterwards.
    Forward,
    /// From what stands there afterwards to what stood there before.
    Back,
}

impl VerifiedDiffText {
    /// Whether it says the change at `path`.
    pub fn says(&self, path: &TreePath) -> bool {
        self.sections.contains_key(path)
    }

    /// What it says about the change at `path`, as it stands in the text.
    pub fn section(&self, path: &TreePath) -> Result<Option<Vec<u8>>, BundleError> {
        let Some(place) = self.sections.get(path) else { return Ok(None) };
        self.store.read(place).map(Some).map_err(|error| BundleError::io("cannot read changes.patch", error))
    }

    /// What the section of the change at `path` makes out of `source`.
    ///
    /// # Errors
    /// If its hunks are not about `source`.
    pub fn make(&self, path: &TreePath, direction: Direction, source: &[u8]) -> Result<Vec<u8>, BundleError> {
        let misfit = || {
            let problem = format!("what changes.patch says about {path:?} does not fit the file");
            BundleError::new(Code::Delta, problem)
        };
        let section = self.section(path)?.ok_or_else(misfit)?;
        let files = parse(&section).map_err(|_| misfit())?;
        let body = files.first().and_then(|text| text.files.first()).map(|file| &file.body);
        let made = match (body, direction) {
            (Some(Body::Same), _) => Some(source.to_vec()),
            (Some(Body::Hunks(hunks)), Direction::Forward) => apply_exactly(source, hunks),
            (Some(Body::Hunks(hunks)), Direction::Back) => {
                let back: Vec<_> = hunks.iter().map(PatchHunk::reversed).collect();
                apply_exactly(source, &back)
            }
            (Some(Body::Binary(..)) | None, _) => None,
        };
        made.ok_or_else(misfit)
    }

    /// What the section of the change at `path` was made from, put together out of `now`, which others have made of it.
    pub(crate) fn original_within(
        &self,
        path: &TreePath,
        now: &[u8],
        original: &FileNode,
    ) -> Result<Option<Vec<u8>>, BundleError> {
        let Some(section) = self.section(path)? else { return Ok(None) };
        let files = parse(&section).ok();
        let body = files.as_ref().and_then(|files| Some(&files.first()?.files.first()?.body));
        Ok(match body {
            Some(Body::Hunks(hunks)) => original_of(now, hunks, original),
            _ => None,
        })
    }
}
