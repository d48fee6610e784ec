//! A folder on a disk, as what patches are carried out on.

use std::cell::Cell;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use crate::diff::on_tree::{FileKind, ReadableTree, Trouble};
use crate::disk::fs::{Fs, Place, StatKind};
use crate::model::{Code, TreePath};

/// Largest file that a text patch may be applied to: it is held in memory, before and after.
const MAX_FILE_BYTES: u64 = 512 << 20;

/// Most that is read in all.
const MAX_TOTAL_BYTES: u64 = 2 << 30;

pub(super) struct DiskTree<'f> {
    pub fs: &'f dyn Fs,
    name: Option<String>,
    read_bytes: Cell<u64>,
}

impl<'f> DiskTree<'f> {
    /// The folder at `target`, whose disk is `fs`.
    pub fn of(fs: &'f dyn Fs, target: &Path) -> Self {
        let real = target.canonicalize().unwrap_or_else(|_| target.to_owned());
        let name = real.file_name().and_then(|name| name.to_str()).map(str::to_owned);
        Self { fs, name, read_bytes: Cell::new(0) }
    }

    fn content(&self, at: &Place, size_bytes: u64) -> Result<Vec<u8>, Trouble> {
        let total = self.read_bytes.get().saturating_add(size_bytes);
        if size_bytes > MAX_FILE_BYTES || total > MAX_TOTAL_BYTES {
            let meaning =
                "has too many bytes for a text patch; make a patch file from two folders".to_owned();
            return Err(Trouble::new(Code::Limit, meaning));
        }
        self.read_bytes.set(total);
        let mut content = Vec::new();
        let file = self.fs.open(at).map_err(|error| unreadable(&error))?;
        file.take(MAX_FILE_BYTES + 1).read_to_end(&mut content).map_err(|error| unreadable(&error))?;
        Ok(content)
    }
}

impl ReadableTree for DiskTree<'_> {
    fn read(&self, path: &TreePath) -> Result<Option<FileKind>, Trouble> {
        let at = Place::from(path);
        let found = match self.fs.look(&at) {
            Ok(found) => found,
            // On the way there stands no folder: there is nothing, and the plan says what is in the way.
            Err(error) if error.kind() == ErrorKind::NotADirectory => {
                let meaning = "a part of its path is a link or file instead of a folder";
                return Err(Trouble::new(Code::FileSystem, meaning));
            }
            Err(error) => return Err(unreadable(&error)),
        };
        let Some(found) = found else { return Ok(None) };
        let unusable = |meaning: String| Err(Trouble::new(Code::FileSystem, meaning));
        Ok(Some(match found.kind {
            StatKind::File { size_bytes } => {
                FileKind::File { content: self.content(&at, size_bytes)?.into(), mode: found.mode }
            }
            StatKind::Link => FileKind::Link(self.fs.read_link(&at).map_err(|error| unreadable(&error))?),
            StatKind::Dir => FileKind::Dir,
            StatKind::Mount => return unusable("another disk is mounted there".to_owned()),
            StatKind::Special(word) => return unusable(format!("is a {word}")),
        }))
    }

    fn has_file(&self, path: &TreePath) -> bool {
        let found = self.fs.look(&Place::from(path)).ok().flatten();
        found.is_some_and(|found| matches!(found.kind, StatKind::File { .. } | StatKind::Link))
    }

    fn has_folder(&self, path: &TreePath) -> bool {
        let found = self.fs.look(&Place::from(path)).ok().flatten();
        found.is_some_and(|found| found.kind == StatKind::Dir)
    }

    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }
}

fn unreadable(error: &io::Error) -> Trouble {
    let code = match error.kind() {
        ErrorKind::PermissionDenied => Code::Rights,
        ErrorKind::ResourceBusy => Code::InUse,
        ErrorKind::InvalidInput | ErrorKind::CrossesDevices => Code::FileSystem,
        _ => Code::Io,
    };
    if error.kind() == ErrorKind::CrossesDevices {
        return Trouble::new(code, "is on another disk, which is mounted in the folder".to_owned());
    }
    Trouble::new(code, format!("cannot be read: {error}"))
}
