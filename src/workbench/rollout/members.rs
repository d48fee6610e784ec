//! Which folders a rollout is about: patterns of its file, resolved once and then kept.
//!
//! A pattern finds folders, never links, so that no loop of links leads anywhere. Every folder is there once, whatever names
//! lead to it, and none is inside another.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use super::file::RolloutFile;
use super::member::Member;
use crate::plan::why::Rolling;
use crate::workbench::look::memory::FolderName;
use crate::workbench::{Error, Result};

/// Most folders that one pattern finds on its way.
const MAX_NAMES: usize = 100_000;
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
    let mut rings = Vec::new();
    for ring in &file.rings {
        let mut members = Vec::new();
        for pattern in &ring.folders {
            for path in expand(beside, pattern)? {
                let Some(shown) = path.to_str().map(str::to_owned) else { continue };
                let real = path.canonicalize().unwrap_or_else(|_| path.clone());
                match known.get(&real) {
                    Some(other) if *other == shown => continue,
                    Some(other) => {
                        let one = other.clone();
                        return Err(Error::refused(Rolling::Twice { one, other: shown }));
                    }
                    None => drop(known.insert(real, shown.clone())),
                }
                members.push(Member::new(shown, FolderName::of(&path)));
            }
        }
        if members.is_empty() {
            return Err(Error::refused(Rolling::Empty { ring: ring.name.clone() }));
        }
        rings.push(members);
    }
    if known.len() > MAX_FOLDERS {
        let pattern = file.name.clone();
        return Err(Error::refused(Rolling::TooMany { pattern, most: MAX_FOLDERS }));
    }
    refuse_nested(&known)?;
    refuse_one_object_twice(rings.iter().flatten())?;
    Ok(rings)
}

/// Whether a pattern of ring number `ring` in the file finds this path, whatever is there now.
pub(super) fn is_named(file: &RolloutFile, ring: usize, path: &str) -> bool {
    let beside = file.path.parent().unwrap_or(Path::new("/"));
    let names = |path: &Path| {
        let name = |component: Component<'_>| component.as_os_str().to_string_lossy().into_owned();
        path.components().map(name).collect::<Vec<_>>()
    };
    let path = names(Path::new(path));
    file.rings[ring].folders.iter().any(|pattern| {
        let pattern = names(&beside.join(pattern));
        pattern.len() == path.len() && pattern.iter().zip(&path).all(|(pattern, name)| fits(pattern, name))
    })
}

/// In order every path stands right before what is inside it.
fn refuse_nested(known: &BTreeMap<PathBuf, String>) -> Result<()> {
    let mut around: Option<(&PathBuf, &String)> = None;
    for (path, shown) in known {
        match around {
            Some((outer, outer_shown)) if path.starts_with(outer) => {
                let (inner, outer) = (shown.clone(), outer_shown.clone());
                return Err(Error::refused(Rolling::Nested { inner, outer }));
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
            return Err(Error::refused(Rolling::Twice { one, other }));
        }
    }
    Ok(())
}

/// The paths that `pattern` means, sorted. One without a pattern in it is meant as it is, be it there or not.
fn expand(beside: &Path, pattern: &str) -> Result<Vec<PathBuf>> {
    let mut found = vec![PathBuf::new()];
    for part in beside.join(pattern).components() {
        let Some(name) = part.as_os_str().to_str().filter(|name| name.contains(['*', '?'])) else {
            found.iter_mut().for_each(|path| path.push(part));
            continue;
        };
        let mut below = Vec::new();
        for folder in &found {
            let listed = folders_in(folder, name, &mut below);
            listed.map_err(|source| Error::File { doing: "list", path: folder.clone(), source })?;
            if below.len() > MAX_NAMES {
                return Err(Error::refused(Rolling::TooMany {
                    pattern: pattern.to_owned(),
                    most: MAX_NAMES,
                }));
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
        // What one pattern found may be no folder, or have none like this in it.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_what_a_shell_means_by_them() {
        for (pattern, name) in [("*", "a"), ("a*", "a"), ("*a*b", "xaxxb"), ("a?c", "abc"), ("a", "a")] {
            assert!(fits(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [("a*", "b"), ("?", ""), ("?", "ab"), ("*a", "ab"), ("a", "A"), ("", "a")] {
            assert!(!fits(pattern, name), "{pattern} {name}");
        }
        let slow = "*a".repeat(60) + "b";
        assert!(!fits(&slow, &"a".repeat(2_000)), "it ends, and soon");
    }
}
