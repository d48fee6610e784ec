//! Reads a file that is merged or edited by key.

use std::io::{self, Read};

use crate::diff::MAX_EDITED_BYTES;
use crate::disk::ScanError;
use crate::disk::fs::{Fs, Place, StatePath};
use crate::model::{Digest, FileNode};
use crate::workbench::Result;

/// The file at `place`, if it is this content.
pub(crate) fn read_file(fs: &dyn Fs, place: &Place, digest: Digest) -> Result<Option<Vec<u8>>> {
    let failed = |source| ScanError::Io { place: place.clone(), source };
    let mut content = Vec::new();
    match fs.open(place) {
        Ok(file) => file.take(MAX_EDITED_BYTES as u64 + 1).read_to_end(&mut content).map_err(failed)?,
        // Something else is there, or nothing at all: then it is not this content.
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::InvalidInput
                    | io::ErrorKind::IsADirectory
                    | io::ErrorKind::NotADirectory
                    | io::ErrorKind::NotFound
            ) =>
        {
            return Ok(None);
        }
        Err(error) => return Err(failed(error).into()),
    };
    Ok((Digest::compute(&content) == digest).then_some(content))
}

/// The content of `file`, if this copy has it.
pub(crate) fn read_copy(fs: &dyn Fs, copy: Option<&StatePath>, file: &FileNode) -> Result<Option<Vec<u8>>> {
    copy.map_or(Ok(None), |copy| read_file(fs, &Place::from(copy), file.digest))
}
