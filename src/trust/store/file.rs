//! Reads and writes a file of keys and rules: strict, whole or not at all, never while somebody else writes it.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::{KeyStore, wire};
use crate::whole_file::WholeFile;

/// Longest file of keys and rules, in bytes: ten thousand keys at four hundred bytes each.
const MAX_STORE_BYTES: u64 = 4 << 20;

/// Why keys and rules cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum KeyStoreError {
    /// The system refused.
    #[error("cannot {doing} {}", path.display())]
    Io {
        /// What was attempted.
        doing: &'static str,
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
    #[error("there is no place to keep keys")]
    NoPlace,
}

pub(super) fn load(path: &Path) -> Result<KeyStore, KeyStoreError> {
    let failed = |source| KeyStoreError::Io { doing: "read", path: path.to_owned(), source };
    let wrong = |detail: String| KeyStoreError::Wrong { path: path.to_owned(), detail };
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(KeyStore::default()),
        opened => opened.map_err(failed)?,
    };
    if may_be_changed_by_others(&file).map_err(failed)? {
        return Err(wrong("everybody may write to it, so nobody knows who wrote it".to_owned()));
    }
    let mut bytes = Vec::new();
    file.take(MAX_STORE_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > MAX_STORE_BYTES {
        return Err(wrong(format!("it is longer than {MAX_STORE_BYTES} bytes")));
    }
    let text = str::from_utf8(&bytes).map_err(|_| wrong("it is not text".to_owned()))?;
    wire::read(text).map_err(wrong)
}

pub(super) fn change<T, E: From<KeyStoreError>>(
    path: &Path,
    change: impl FnOnce(&mut KeyStore) -> Result<T, E>,
) -> Result<T, E> {
    let failed = |doing| move |source| KeyStoreError::Io { doing, path: path.to_owned(), source };
    let folder = path.parent().ok_or(KeyStoreError::NoPlace)?;
    std::fs::create_dir_all(folder).map_err(failed("make the folder of"))?;
    // Beside the file and never removed: a lock on the file itself would go with the file that is replaced.
    let lock = File::create(path.with_extension("lock")).map_err(failed("lock"))?;
    lock.lock().map_err(failed("lock"))?;
    let mut store = load(path)?;
    let answer = change(&mut store)?;
    WholeFile::write_private(path, wire::write(&store).as_bytes()).map_err(failed("write"))?;
    Ok(answer)
}

/// Whether people beside its owner and the system's may write to the file.
#[cfg(unix)]
fn may_be_changed_by_others(file: &File) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    Ok(file.metadata()?.mode() & 0o002 != 0)
}

/// Windows gives files in these folders the rights of the folder, which are the person's or the administrators'.
#[cfg(not(unix))]
fn may_be_changed_by_others(_file: &File) -> io::Result<bool> {
    Ok(false)
}
