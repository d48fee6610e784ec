//! The folders that the patterns of a state file find.
//!
//! Every folder is there once, whatever names lead to it, and none is inside another: two sections must not pull at one
//! folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::state_file::{FolderSection, StateFile};
use crate::plan::why::BadStateFile;
use crate::workbench::look::folder_pattern::expand;
use crate::workbench::{Error, Result};

/// Most folders of a file.
const MAX_FOLDERS: usize = 20_000;

impl StateFile {
    /// Every folder with what is said of it, in the order of the file.
    ///
    /// # Errors
    /// If one is there twice or inside another, or a pattern finds too many.
    pub(super) fn folders(&self) -> Result<Vec<(PathBuf, &FolderSection)>> {
        let mut folders = Vec::new();
        // By their real paths.
        let mut known: BTreeMap<PathBuf, PathBuf> = BTreeMap::new();
        for section in &self.sections {
            let pattern = Path::new(&section.pattern);
            for path in expand(pattern, |most| too_many(&section.pattern, most))? {
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
        Ok(folders)
    }
}

fn twice(one: &Path, other: &Path) -> Error {
    let (one, other) = (one.display().to_string(), other.display().to_string());
    Error::refused(BadStateFile::Twice { one, other })
}

fn too_many(pattern: &str, most: usize) -> Error {
    Error::refused(BadStateFile::TooManyFolders { pattern: pattern.to_owned(), most })
}
