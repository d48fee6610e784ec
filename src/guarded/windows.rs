//! What is asked of such a file on Windows: that it can be reached.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use super::GuardedError;

/// Where the file really is; `None` if there is none.
pub(super) fn find(path: &Path) -> Result<Option<PathBuf>, GuardedError> {
    let failed = |source| GuardedError::Io { doing: "look at", path: path.to_owned(), source };
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        // A link that leads nowhere is not "no file".
        found => found.and_then(|_| fs::metadata(path)).map(|_| Some(path.to_owned())).map_err(failed),
    }
}

pub(super) fn check_file(_: &Path, _: &Metadata) -> Result<(), GuardedError> {
    Ok(())
}
