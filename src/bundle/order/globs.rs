//! Sets of files by name, written as everybody knows it from `.gitignore`.

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::model::TreePath;

/// Lines in the syntax of `.gitignore`, checked.
#[derive(Debug, Clone)]
pub struct Globs {
    lines: Vec<String>,
    matcher: Gitignore,
}

impl Globs {
    /// Checks `lines`.
    ///
    /// # Errors
    /// The index of the first line that is no pattern, and why.
    pub fn parse(lines: Vec<String>) -> Result<Self, (usize, String)> {
        let mut builder = GitignoreBuilder::new("");
        for (index, line) in lines.iter().enumerate() {
            builder.add_line(None, line).map_err(|error| (index, error.to_string()))?;
        }
        let matcher = builder.build().map_err(|error| (0, error.to_string()))?;
        Ok(Self { lines, matcher })
    }

    /// Whether the path, or a folder it is in, is meant.
    pub fn matches(&self, path: &TreePath, is_dir: bool) -> bool {
        self.matcher.matched_path_or_any_parents(path.as_str(), is_dir).is_ignore()
    }
}

impl Default for Globs {
    fn default() -> Self {
        Self { lines: Vec::new(), matcher: Gitignore::empty() }
    }
}

impl PartialEq for Globs {
    fn eq(&self, other: &Self) -> bool {
        self.lines == other.lines
    }
}

impl Eq for Globs {}
