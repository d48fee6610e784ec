//! Two temporary folders, before and after, with only the places that a change touches: what a bundle is made from
//! where nobody has both products.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::model::{Mode, TreePath};
use crate::workbench::{Error, Result};

/// The folders; they go away with it.
pub(super) struct SideBySide {
    folder: TempDir,
}

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TreeSide {
    /// The product as it is.
    Old,
    /// The product as it shall be.
    New,
}

impl SideBySide {
    pub fn new() -> Result<Self> {
        let failed = |source| Error::File { doing: "make a folder in", path: std::env::temp_dir(), source };
        let folder = tempfile::Builder::new().prefix("patchwright-make-").tempdir().map_err(failed)?;
        let both = Self { folder };
        for side in [TreeSide::Old, TreeSide::New] {
            fs::create_dir(both.root(side)).map_err(failed)?;
        }
        Ok(both)
    }

    /// Where a side is. The path leads through no link, as a product's has to.
    pub fn root(&self, side: TreeSide) -> PathBuf {
        let folder = match cfg!(windows) {
            true => self.folder.path().to_owned(),
            false => self.folder.path().canonicalize().unwrap_or_else(|_| self.folder.path().to_owned()),
        };
        folder.join(if side == TreeSide::Old { "old" } else { "new" })
    }

    /// Puts a folder there, and those around it.
    pub(crate) fn put_folder(&self, side: TreeSide, path: &TreePath, mode: Mode) -> Result<()> {
        let place = self.place(side, path);
        fs::create_dir_all(&place)
            .and_then(|()| set_mode(&place, mode))
            .map_err(|source| write(&place, source))
    }

    /// Puts a file there; the folder for it is there.
    pub fn put_file(&self, side: TreeSide, path: &TreePath, content: &[u8], mode: Mode) -> Result<()> {
        let place = self.place(side, path);
        fs::write(&place, content)
            .and_then(|()| set_mode(&place, mode))
            .map_err(|source| write(&place, source))
    }

    /// Puts a link there; the folder for it is there.
    pub fn put_link(&self, side: TreeSide, path: &TreePath, points_to: &str) -> Result<()> {
        let place = self.place(side, path);
        make_link(points_to, &place).map_err(|source| write(&place, source))
    }

    fn place(&self, side: TreeSide, path: &TreePath) -> PathBuf {
        path.components().fold(self.root(side), |place, name| place.join(name))
    }
}

fn write(place: &Path, source: io::Error) -> Error {
    Error::File { doing: "write", path: place.to_owned(), source }
}

#[cfg(unix)]
fn set_mode(place: &Path, mode: Mode) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(place, fs::Permissions::from_mode(mode.bits()))
}

#[cfg(not(unix))]
fn set_mode(_: &Path, _: Mode) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn make_link(points_to: &str, place: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(points_to, place)
}

#[cfg(windows)]
fn make_link(points_to: &str, place: &Path) -> io::Result<()> {
    std::os::windows::fs::symlink_file(points_to, place)
}
