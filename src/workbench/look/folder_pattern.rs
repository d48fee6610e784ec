//! Folders that a pattern finds, as files that name many folders have them: `/srv/*/app`.
//!
//! A pattern finds folders, never links, so that no loop of links leads anywhere.

use std::path::{Path, PathBuf};

use crate::workbench::{Error, Result};

/// Most names that one pattern finds on its way.
const MAX_NAMES: usize = 100_000;

/// The paths that `pattern` means, sorted. One without a pattern in it is meant as it is, be it there or not; behind a pattern
/// only what is there is meant.
///
/// # Errors
/// If a folder on the way can't be listed, or `too_many` of its limit if there are more names than that.
pub(in crate::workbench) fn expand(
    pattern: &Path,
    too_many: impl Fn(usize) -> Error,
) -> Result<Vec<PathBuf>> {
    let (mut found, mut has_pattern) = (vec![PathBuf::new()], false);
    for part in pattern.components() {
        let Some(name) = part.as_os_str().to_str().filter(|name| name.contains(['*', '?'])) else {
            found.iter_mut().for_each(|path| path.push(part));
            found.retain(|path| !has_pattern || !is_nowhere(path));
            continue;
        };
        has_pattern = true;
        let mut below = Vec::new();
        for folder in &found {
            let listed = folders_in(folder, name, &mut below);
            listed.map_err(|source| Error::File { doing: "list", path: folder.clone(), source })?;
            if below.len() > MAX_NAMES {
                return Err(too_many(MAX_NAMES));
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
        // A name that is no text is found all the same: whoever asked for all folders means it, too.
        if is_folder && finds(pattern, &entry.file_name().to_string_lossy()) {
            found.push(entry.path());
        }
    }
    Ok(())
}

/// Whether nothing is there, not even a link. What nobody may look at is told where it is opened.
fn is_nowhere(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_err_and(|error| is_nothing(&error))
}

fn is_nothing(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory)
}

/// Whether a pattern finds this name: hidden ones only if it begins with a dot, too, and no way to elsewhere.
pub(in crate::workbench) fn finds(pattern: &str, name: &str) -> bool {
    match name {
        "." | ".." => pattern == name,
        name => (pattern.starts_with('.') || !name.starts_with('.')) && fits(pattern, name),
    }
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
        for (pattern, name) in [("*", ".."), (".*", ".."), ("??", ".."), ("*", ".git"), ("?", ".")] {
            assert!(!finds(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [("..", ".."), (".*", ".git"), ("*", "a.b")] {
            assert!(finds(pattern, name), "{pattern} {name}");
        }
        let slow = "*a".repeat(60) + "b";
        assert!(!fits(&slow, &"a".repeat(2_000)), "it ends, and soon");
    }
}
