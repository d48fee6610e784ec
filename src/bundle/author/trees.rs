//! The two folders while a bundle is made from them.

use std::fmt;
use std::io::{self, Read, Seek, SeekFrom};

use super::AuthorError;
use crate::disk::fs::{FileRead, Fs, Place, Stat};
use crate::disk::read_whole;
use crate::model::{Digest, FileNode, TreePath};
use crate::progress::{CancelToken, Cancelled, Progress};

/// Which of the two folders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SourceSide {
    /// How the product is before.
    Old,
    /// How it is to be afterwards.
    New,
}

impl SourceSide {
    /// The folder in words.
    pub const fn as_str(self) -> &'static str {
        match self {
            SourceSide::Old => "the old folder",
            SourceSide::New => "the new folder",
        }
    }
}

impl fmt::Display for SourceSide {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Both folders, and who hears of the work and may stop it.
pub(super) struct Trees<'a> {
    pub old: &'a dyn Fs,
    pub new: &'a dyn Fs,
    pub progress: &'a dyn Progress,
    pub cancel: &'a CancelToken,
}

impl Trees<'_> {
    /// Opens a file of one of them.
    pub fn open(&self, side: SourceSide, path: &TreePath) -> Result<SourceFile<'_>, AuthorError> {
        self.cancel.check()?;
        let inner = self.fs(side).open(&path.into()).map_err(|error| self.failed(side, path, error))?;
        Ok(SourceFile { inner, cancel: self.cancel })
    }

    /// A whole file, as it was when it was compared.
    pub(crate) fn read(
        &self,
        side: SourceSide,
        path: &TreePath,
        file: &FileNode,
    ) -> Result<Vec<u8>, AuthorError> {
        let content = read_whole(&mut self.open(side, path)?, file.size_bytes);
        let content = content.map_err(|error| self.failed(side, path, error))?;
        match Digest::compute(&content) == file.digest {
            true => Ok(content),
            false => Err(AuthorError::Changed { side, path: path.clone() }),
        }
    }

    /// Refuses a file that does not look any more as it did when it was compared.
    pub(crate) fn check_unchanged(
        &self,
        side: SourceSide,
        path: &TreePath,
        seen: &Stat,
    ) -> Result<(), AuthorError> {
        let now = self.fs(side).look(&Place::from(path)).map_err(|error| self.failed(side, path, error))?;
        let stamp = |found: &Stat| (found.kind, found.object, found.modified_nanos);
        if now.as_ref().map(stamp) == Some(stamp(seen)) {
            return Ok(());
        }
        Err(AuthorError::Changed { side, path: path.clone() })
    }

    /// What it means that a file cannot be read.
    pub fn failed(&self, side: SourceSide, path: &TreePath, source: io::Error) -> AuthorError {
        match self.cancel.check() {
            Err(cancelled) => cancelled.into(),
            Ok(()) => AuthorError::Read { side, path: path.clone(), source },
        }
    }

    fn fs(&self, side: SourceSide) -> &dyn Fs {
        match side {
            SourceSide::Old => self.old,
            SourceSide::New => self.new,
        }
    }
}

/// An open file. Reading it ends early when somebody wishes so.
pub(super) struct SourceFile<'a> {
    inner: Box<dyn FileRead>,
    cancel: &'a CancelToken,
}

impl Read for SourceFile<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.cancel.is_cancelled() {
            return Err(io::Error::other(Cancelled));
        }
        self.inner.read(buffer)
    }
}

impl Seek for SourceFile<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}
