//! Folders that a pattern finds, as files that name many folders have them: `/srv/*/app`.
//!
//! A pattern finds folders, never links, so that no loop of links leads anywhere.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// Most names that one pattern finds on its way.
const MAX_NAMES: usize = 100_000;

/// Most names that all patterns of a file look at.
const MAX_LOOKS: usize = 1_000_000;

/// Finds the folders that the patterns of one file mean.
#[derive(Default)]
pub(in crate::workbench) struct PatternSearch {
    /// The folders in each folder that was listed.
    listed: HashMap<PathBuf, Rc<[PathBuf]>>,
    looks: usize,
    /// Folders on the way that can't be listed, and why: what is in them isn't found.
    pub unlisted: BTreeMap<PathBuf, io::Error>,
}

/// Which limit there is more than.
pub(in crate::workbench) enum TooMany {
    /// Names that one pattern finds.
    Found(usize),
    /// Names that all patterns of the file look at.
    Looks(usize),
}

impl PatternSearch {
    /// The paths that `pattern` means, sorted. One without a pattern in it is meant as it is, be it there or not; behind a
    /// pattern only what is there is meant.
    ///
    /// # Errors
    /// If there are too many names.
    pub fn expand(&mut self, pattern: &Path) -> Result<Vec<PathBuf>, TooMany> {
        let (mut found, mut has_pattern) = (vec![PathBuf::new()], false);
        for part in pattern.components() {
            let Some(name) = part.as_os_str().to_str().filter(|name| name.contains(['*', '?'])) else {
                found.iter_mut().for_each(|path| path.push(part));
                if has_pattern {
                    self.look_at(found.len())?;
                    found.retain(|path| !is_nowhere(path));
                }
                continue;
            };
            has_pattern = true;
            let mut below = Vec::new();
            for folder in &found {
                let inside = self.folders_in(folder)?;
                self.look_at(inside.len())?;
                // A name that is no text is found all the same: whoever asked for all folders means it, too.
                let is_meant = |path: &&PathBuf| {
                    path.file_name().is_some_and(|found| finds(name, &found.to_string_lossy()))
                };
                below.extend(inside.iter().filter(is_meant).cloned());
                if below.len() > MAX_NAMES {
                    return Err(TooMany::Found(MAX_NAMES));
                }
            }
            below.sort();
            found = below;
        }
        Ok(found)
    }

    fn look_at(&mut self, names: usize) -> Result<(), TooMany> {
        self.looks += names;
        if self.looks > MAX_LOOKS { Err(TooMany::Looks(MAX_LOOKS)) } else { Ok(()) }
    }

    /// The folders in `folder`, which is listed once.
    fn folders_in(&mut self, folder: &Path) -> Result<Rc<[PathBuf]>, TooMany> {
        if let Some(known) = self.listed.get(folder) {
            return Ok(Rc::clone(known));
        }
        let mut inside = Vec::new();
        match self.list(folder, &mut inside)? {
            Ok(()) => {}
            // What one pattern found may be no folder, or have none like this in it.
            Err(error) if is_nothing(&error) => {}
            Err(error) => drop(self.unlisted.insert(folder.to_owned(), error)),
        }
        let inside: Rc<[PathBuf]> = inside.into();
        self.listed.insert(folder.to_owned(), Rc::clone(&inside));
        Ok(inside)
    }

    fn list(&mut self, folder: &Path, inside: &mut Vec<PathBuf>) -> Result<io::Result<()>, TooMany> {
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => return Ok(Err(error)),
        };
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => return Ok(Err(error)),
            };
            self.look_at(1)?;
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                inside.push(entry.path());
            }
        }
        Ok(Ok(()))
    }
}

/// Whether nothing is there, not even a link. What nobody may look at is told where it is opened.
fn is_nowhere(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_err_and(|error| is_nothing(&error))
}

fn is_nothing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
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
