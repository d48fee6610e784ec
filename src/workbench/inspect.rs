//! Looks at a bundle without a target.

use std::path::Path;

use super::{Result, Workbench};
use crate::bundle::{UnverifiedBundle, Verdict, VerifiedBundle};
use crate::model::{Digest, Patch};

/// What a bundle says and what is known about it.
#[derive(Debug, Clone)]
pub struct Inspection {
    /// What it says. Texts must be escaped before they are shown.
    pub patch: Patch,
    /// Who vouches for it.
    pub verdict: Verdict,
    /// Length of the file in bytes.
    pub file_bytes: u64,
    /// SHA-256 of the file.
    pub file_digest: Digest,
    /// SHA-256 of the manifest: what signatures cover.
    pub manifest_digest: Digest,
    /// The exact manifest.
    pub manifest: Vec<u8>,
}

/// What was verified.
#[derive(Debug, Clone)]
pub struct Verification {
    /// As [`Workbench::inspect`].
    pub inspection: Inspection,
    /// Number of blobs whose every byte was read and hashed.
    pub blobs: usize,
}

pub(super) fn open(bundle: &Path) -> Result<VerifiedBundle> {
    Ok(UnverifiedBundle::open(bundle)?.verify()?)
}

impl Workbench {
    /// Reads a bundle's manifest and checks every rule that needs no target.
    ///
    /// # Errors
    /// If the bundle is damaged, hostile or unreadable.
    pub fn inspect(&self, bundle: &Path) -> Result<Inspection> {
        inspection(&open(bundle)?)
    }

    /// [`Workbench::inspect`], and reads and hashes everything in the bundle.
    ///
    /// # Errors
    /// As [`Workbench::inspect`].
    pub fn verify(&self, bundle: &Path) -> Result<Verification> {
        let bundle = open(bundle)?;
        bundle.check_all_blobs()?;
        Ok(Verification { inspection: inspection(&bundle)?, blobs: bundle.blob_count() })
    }
}

fn inspection(bundle: &VerifiedBundle) -> Result<Inspection> {
    Ok(Inspection {
        patch: bundle.patch.clone(),
        verdict: bundle.verdict,
        file_bytes: bundle.file_bytes(),
        file_digest: bundle.file_digest()?,
        manifest_digest: Digest::of(bundle.manifest()),
        manifest: bundle.manifest().to_vec(),
    })
}
