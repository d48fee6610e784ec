//! Reads and writes a file of keys and rules: strict, whole or not at all, never while somebody else writes it, and only
//! where nobody else could have written it.

use std::io;
use std::path::{Path, PathBuf};

use super::{KeyStore, wire};
use crate::guarded::{self, GuardedError};
use crate::whole_file::WholeFile;

/// Longest file of keys and rules, in bytes: ten thousand keys at four hundred bytes each.
const MAX_STORE_BYTES: u64 = 4 << 20;

/// Why keys and rules cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum KeyStoreError {
    /// It cannot be reached, or others could have written it.
    #[error(transparent)]
    Guarded(#[from] GuardedError),
    /// The system refused.
    #[error("cannot write {}", path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is not as it must be.
    #[error("{detail}")]
    Wrong {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        detail: String,
    },
    /// There is no place to keep keys: the person has no home.
    #[error("there is no folder for keys")]
    NoPlace,
}

pub(super) fn load(path: &Path) -> Result<KeyStore, KeyStoreError> {
    let wrong = |detail: String| KeyStoreError::Wrong { path: path.to_owned(), detail };
    let Some(bytes) = guarded::read(path, MAX_STORE_BYTES)? else { return Ok(KeyStore::default()) };
    let text = str::from_utf8(&bytes).map_err(|_| wrong("it is not text".to_owned()))?;
    wire::read(text).map_err(wrong)
}

pub(super) fn change<T, E: From<KeyStoreError>>(
    path: &Path,
    change: impl FnOnce(&mut KeyStore) -> Result<T, E>,
) -> Result<T, E> {
    let _lock = guarded::lock(path).map_err(KeyStoreError::from)?;
    let mut store = load(path)?;
    let answer = change(&mut store)?;
    let failed = |source| KeyStoreError::Io { path: path.to_owned(), source };
    WholeFile::write_private(path, wire::write(&store).as_bytes()).map_err(failed)?;
    Ok(answer)
}
