//! The contents of a patch that was computed and is in no file.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

use super::BundleError;
use crate::model::{Code, Digest};

/// Contents by digest, and what they were computed from.
#[derive(Debug)]
pub(crate) struct InMemory {
    /// The contents. Whoever puts one in has computed its digest.
    pub contents: BTreeMap<Digest, Arc<[u8]>>,
    /// SHA-256 of the unpacked text that they were computed from, and of how it was read.
    pub(crate) reading: Digest,
    /// SHA-256 of what they were computed from.
    pub(crate) source_digest: Digest,
    /// Its length in bytes.
    pub(crate) source_bytes: u64,
}

impl InMemory {
    pub(super) fn blob(&self, digest: &Digest) -> Result<&[u8], BundleError> {
        let missing = || BundleError::new(Code::Container, format!("the content {digest} is missing"));
        self.contents.get(digest).map(|content| &**content).ok_or_else(missing)
    }

    pub(super) fn copy_blob(&self, digest: &Digest, out: &mut dyn Write) -> Result<u64, BundleError> {
        let blob = self.blob(digest)?;
        let failed = |error: io::Error| BundleError::io("cannot write the content", error);
        out.write_all(blob).map_err(failed)?;
        Ok(blob.len() as u64)
    }

    pub(super) fn blobs(&self) -> impl Iterator<Item = (Digest, u64)> {
        self.contents.iter().map(|(digest, content)| (*digest, content.len() as u64))
    }
}
