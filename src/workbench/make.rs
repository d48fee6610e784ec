//! Makes a bundle from two folders and an order, and proves it on a copy before anybody gets it.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::bundle::order::Finding;
use crate::model::{Digest, Patch};

/// What to make a bundle from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MakeRequest {
    /// The product as it is.
    pub from: PathBuf,
    /// The product as it shall be.
    pub to: PathBuf,
    /// What a person says about the patch.
    pub order: OrderSource,
    /// Where the bundle goes.
    pub output: PathBuf,
    /// Whether it is proven.
    pub proof: Proof,
}

/// Where the order comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderSource {
    /// A file.
    File(PathBuf),
    /// Only an id; everything else takes its default.
    Id(String),
}

/// Whether a finished bundle is applied and taken back on a copy before it is handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// Apply, compare, roll back, compare.
    RoundTrip,
    /// Do not.
    Skip,
}

/// A bundle that was made.
#[derive(Debug, Clone)]
#[must_use]
pub struct MadeBundle {
    /// What it says.
    pub patch: Patch,
    /// Where it is.
    pub output: PathBuf,
    /// Its length in bytes.
    pub bundle_bytes: u64,
    /// SHA-256 of the file.
    pub file_digest: Digest,
    /// What the order could say better.
    pub warnings: Vec<Finding>,
    /// What was worth knowing about the folders.
    pub notes: Vec<String>,
}

/// Writes a file whole or not at all.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}
