//! Copies and compares whole folders.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Copies everything in `from` to the new folder `to`.
pub fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Whether both hold the same files with the same bytes, the state folder of the tool apart.
pub fn are_equal(one: &Path, other: &Path) -> io::Result<bool> {
    let (mut names, mut other_names) = (BTreeMap::new(), BTreeMap::new());
    collect(one, one, &mut names)?;
    collect(other, other, &mut other_names)?;
    if names != other_names {
        return Ok(false);
    }
    for name in names.keys() {
        if fs::read(one.join(name))? != fs::read(other.join(name))? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn collect(root: &Path, folder: &Path, names: &mut BTreeMap<PathBuf, u64>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name() == ".patchwright" {
            continue;
        }
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            collect(root, &path, names)?;
        } else {
            let name = path.strip_prefix(root).expect("it was found below the root").to_owned();
            names.insert(name, entry.metadata()?.len());
        }
    }
    Ok(())
}

/// Removes a file or folder that may be missing.
pub fn remove(path: &Path) -> io::Result<()> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
