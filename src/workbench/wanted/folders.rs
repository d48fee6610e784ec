//! The folders that the patterns of a state file find.
//!
//! A pattern finds folders, never links, so that no loop of links leads anywhere. Every folder is there once, whatever names
//! lead to it, and none is inside another: two sections must not pull at one folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::state_file::{Section, StateFile};
use crate::plan::why::Wanted;
use crate::workbench::{Error, Result};

/// Most names that one pattern finds on its way.
const MAX_NAMES: usize = 100_000;
/// Most folders of a file.
const MAX_FOLDERS: usize = 20_000;

impl StateFile {
    /// Every folder with what is said of it, in the order of the file.
    ///
    /// # Errors
    /// If one is there twice or inside another, or a pattern finds too many.
    pub(super) fn folders(&self) -> Result<Vec<(PathBuf, &Section)>> {
        let mut folders = Vec::new();
        // By their real paths.
        let mut known: BTreeMap<PathBuf, PathBuf> = BTreeMap::new();
        for section in &self.sections {
            for path in expand(&section.pattern)? {
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
    Error::refused(Wanted::Twice { one, other })
}

fn too_many(pattern: &str, most: usize) -> Error {
    Error::refused(Wanted::TooManyFolders { pattern: pattern.to_owned(), most })
}

/// The paths that `pattern` means, sorted. One without a pattern in it is meant as it is, be it there or not.
fn expand(pattern: &str) -> Result<Vec<PathBuf>> {
    let mut found = vec![PathBuf::new()];
    for part in Path::new(pattern).components() {
        let Some(name) = part.as_os_str().to_str().filter(|name| name.contains(['*', '?'])) else {
            found.iter_mut().for_each(|path| path.push(part));
            continue;
        };
        let mut below = Vec::new();
        for folder in &found {
            let listed = folders_in(folder, name, &mut below);
            listed.map_err(|source| Error::File { doing: "list", path: folder.clone(), source })?;
            if below.len() > MAX_NAMES {
                return Err(too_many(pattern, MAX_NAMES));
            }
        }
        below.sort();
        found = below;
    }
    Ok(found)
}

/// Adds the folders in `folder` whose names fit `pattern`; ends when there are too many.
fn folders_in(folder: &Path, pattern: &str, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        // What a pattern before found may be no folder, or have none like this in it.
        Err(error) if is_nothing(&error) => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        if found.len() > MAX_NAMES {
            break;
        }
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        let is_hidden = name.starts_with('.') && !pattern.starts_with('.');
        if is_folder && !is_hidden && fits(pattern, name) {
            found.push(entry.path());
        }
    }
    Ok(())
}

fn is_nothing(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory)
}

/// Whether a name is like the pattern: `*` stands for any letters, `?` for one. Takes time like the product of their
/// lengths at most.
fn fits(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut at, mut to, mut star) = (0, 0, None);
    while to < name.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, to));
                at += 1;
            }
            Some(letter) if *letter == '?' || *letter == name[to] => {
                at += 1;
                to += 1;
            }
            _ => {
                let Some((before, taken)) = star else { return false };
                star = Some((before, taken + 1));
                (at, to) = (before + 1, taken + 1);
            }
        }
    }
    pattern[at..].iter().all(|letter| *letter == '*')
}
