//! Which folders a rollout is about: patterns of its file, resolved once and then kept.
//!
//! Every folder is there once, whatever names lead to it, and none is inside another.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use super::file::RolloutFile;
use super::member::Member;
use crate::plan::why::BadRolloutFile;
use crate::workbench::look::folder_pattern::{PatternSearch, TooMany, finds};
use crate::workbench::look::memory::FolderName;
use crate::workbench::{Error, Result};

/// Most folders of a rollout.
const MAX_FOLDERS: usize = 20_000;

/// The folders of each ring. What an earlier ring has is in no later one.
///
/// # Errors
/// If a ring has no folder, one is there under two names or inside another, or a pattern finds too many.
pub(super) fn resolve(file: &RolloutFile) -> Result<Vec<Vec<Member>>> {
    let beside = file.path.parent().unwrap_or(Path::new("/"));
    // By their real paths: what names lead to, and where one is inside another.
    let mut known: BTreeMap<PathBuf, String> = BTreeMap::new();
    let mut search = PatternSearch::default();
    let mut rings = Vec::new();
    for ring in &file.rings {
        let mut members = Vec::new();
        for pattern in &ring.folders {
            for path in found(&mut search, beside, pattern)? {
                let Some(shown) = path.to_str().map(str::to_owned) else {
                    let folder = path.display().to_string();
                    return Err(Error::refused(BadRolloutFile::NotText { folder }));
                };
                let real = path.canonicalize().unwrap_or_else(|_| path.clone());
                match known.get(&real) {
                    Some(other) if *other == shown => continue,
                    Some(other) => {
                        let one = other.clone();
                        return Err(Error::refused(BadRolloutFile::Twice { one, other: shown }));
                    }
                    None => drop(known.insert(real, shown.clone())),
                }
                members.push(Member::new(shown, FolderName::new(&path)));
            }
        }
        if members.is_empty() {
            return Err(Error::refused(BadRolloutFile::Empty { ring: ring.name.clone() }));
        }
        rings.push(members);
    }
    if known.len() > MAX_FOLDERS {
        let pattern = file.name.clone();
        return Err(Error::refused(BadRolloutFile::TooMany { pattern, most: MAX_FOLDERS }));
    }
    refuse_nested(&known)?;
    refuse_one_object_twice(rings.iter().flatten())?;
    Ok(rings)
}

/// The folders that `pattern` means. Which folders a ring has must be known before anything is done.
fn found(search: &mut PatternSearch, beside: &Path, pattern: &str) -> Result<Vec<PathBuf>> {
    let too_many = |most| {
        let (pattern, most) = match most {
            TooMany::Found(most) => (pattern.to_owned(), most),
            TooMany::Looks(most) => ("all patterns together".to_owned(), most),
        };
        Error::refused(BadRolloutFile::TooMany { pattern, most })
    };
    let found = search.expand(&beside.join(pattern)).map_err(too_many)?;
    match std::mem::take(&mut search.unlisted).pop_first() {
        Some((path, source)) => Err(Error::File { doing: "list", path, source }),
        None => Ok(found),
    }
}

/// Whether a pattern of ring number `ring` in the file finds this path, be anything there now or not. As no pattern goes through
/// a link, none finds what is behind one.
pub(super) fn is_named(file: &RolloutFile, ring: usize, path: &str) -> bool {
    let beside = file.path.parent().unwrap_or(Path::new("/"));
    let names = |path: &Path| {
        let name = |component: Component<'_>| component.as_os_str().to_string_lossy().into_owned();
        path.components().map(name).collect::<Vec<_>>()
    };
    let path = Path::new(path);
    let parts = names(path);
    let is_link = |parts: usize| {
        let folder: PathBuf = path.components().take(parts).collect();
        std::fs::symlink_metadata(folder).is_ok_and(|found| found.is_symlink())
    };
    file.rings[ring].folders.iter().any(|pattern| {
        let pattern = names(&beside.join(pattern));
        let found = pattern.iter().zip(&parts);
        // The last one is looked at when the folder is opened.
        let mut around = found.clone().zip(1..parts.len());
        pattern.len() == parts.len()
            && found.clone().all(|(pattern, name)| finds(pattern, name))
            && !around.any(|((pattern, name), count)| pattern != name && is_link(count))
    })
}

/// In order every path stands right before what is inside it.
fn refuse_nested(known: &BTreeMap<PathBuf, String>) -> Result<()> {
    let mut around: Option<(&PathBuf, &String)> = None;
    for (path, shown) in known {
        match around {
            Some((outer, outer_shown)) if path.starts_with(outer) => {
                let (inner, outer) = (shown.clone(), outer_shown.clone());
                return Err(Error::refused(BadRolloutFile::Nested { inner, outer }));
            }
            _ => around = Some((path, shown)),
        }
    }
    Ok(())
}

/// Two paths can lead to one folder without a link, such as where a folder is mounted twice.
fn refuse_one_object_twice<'m>(members: impl Iterator<Item = &'m Member>) -> Result<()> {
    let mut objects: BTreeMap<&str, &str> = BTreeMap::new();
    for member in members {
        let Some(object) = member.folder.object() else { continue };
        if let Some(one) = objects.insert(object, &member.path) {
            let (one, other) = (one.to_owned(), member.path.clone());
            return Err(Error::refused(BadRolloutFile::Twice { one, other }));
        }
    }
    Ok(())
}
