//! Sets of files by name, written as everybody knows it from `.gitignore`.

use std::cell::Cell;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::model::TreePath;
use crate::text::with_thousands;

/// Most patterns of an order, and most bytes of all of them: each is made into a machine that looks for it.
const MAX_PATTERNS: usize = 1_000;
const MAX_PATTERN_BYTES: usize = 64 << 10;

/// The patterns that an order may still have.
pub(super) struct GlobBudget {
    patterns: Cell<usize>,
    bytes: Cell<usize>,
}

impl Default for GlobBudget {
    fn default() -> Self {
        Self { patterns: Cell::new(MAX_PATTERNS), bytes: Cell::new(MAX_PATTERN_BYTES) }
    }
}

impl GlobBudget {
    /// # Errors
    /// If these are too many.
    pub fn spend(&self, lines: &[String]) -> Result<(), String> {
        let spend = |left: &Cell<usize>, used: usize| match left.get().checked_sub(used) {
            Some(rest) => {
                left.set(rest);
                true
            }
            None => false,
        };
        if !spend(&self.patterns, lines.len()) {
            return Err(format!("an order has at most {} patterns", with_thousands(MAX_PATTERNS as u64)));
        }
        match spend(&self.bytes, lines.iter().map(String::len).sum()) {
            true => Ok(()),
            false => {
                let most = with_thousands(MAX_PATTERN_BYTES as u64);
                Err(format!("all patterns of an order together have at most {most} bytes"))
            }
        }
    }
}

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
