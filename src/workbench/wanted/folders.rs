//! The folders that the patterns of a state file find.
//!
//! Every folder is there once, whatever names lead to it, and none is inside another: two sections must not pull at one
//! folder.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use super::state_file::{FolderSection, StateFile};
use crate::plan::why::BadStateFile;
use crate::workbench::look::folder_pattern::{PatternSearch, TooMany};
use crate::workbench::{Error, Result};

/// Most folders of a file.
const MAX_FOLDERS: usize = 20_000;

/// What the patterns of a file find.
pub(super) struct FoundFolders<'s> {
    /// Every folder with what is said of it, in the order of the file.
    pub folders: Vec<(PathBuf, &'s FolderSection)>,
    /// Folders in which nobody can look for more, and why.
    pub unlisted: BTreeMap<PathBuf, io::Error>,
}

impl StateFile {
    /// # Errors
    /// If a folder is there twice or inside another, or patterns find too many.
    pub(super) fn folders(&self) -> Result<FoundFolders<'_>> {
        let mut folders = Vec::new();
        let mut search = PatternSearch::default();
        // By their real paths.
        let mut known: BTreeMap<PathBuf, PathBuf> = BTreeMap::new();
        for section in &self.sections {
            let found = search.expand(Path::new(&section.pattern)).map_err(|most| match most {
                TooMany::Found(most) => too_many(&section.pattern, most),
                TooMany::Looks(most) => Error::refused(BadStateFile::TooManyLooks { most }),
            });
            for path in found? {
                let real = path.canonicalize().unwrap_or_else(|_| path.clone());
                if let Some(other) = known.insert(real, path.clone()) {
                    return Err(twice(&path, &other));
                }
                folders.push((path, section));
            }
        }
        if folders.len() > MAX_FOLDERS {
            return Err(too_many("the file", MAX_FOLDERS));
        }
        // In order every path stands right before what is inside it.
        let mut around: Option<(&PathBuf, &PathBuf)> = None;
        for (real, path) in &known {
            match around {
                Some((outer, shown)) if real.starts_with(outer) => return Err(twice(path, shown)),
                _ => around = Some((real, path)),
            }
        }
        Ok(FoundFolders { folders, unlisted: search.unlisted })
    }
}

fn twice(one: &Path, other: &Path) -> Error {
    let (one, other) = (one.display().to_string(), other.display().to_string());
    Error::refused(BadStateFile::Twice { one, other })
}

fn too_many(pattern: &str, most: usize) -> Error {
    Error::refused(BadStateFile::TooManyFolders { pattern: pattern.to_owned(), most })
}
