//! The lines in which files differ from what the history of their folder says.

use std::path::Path;

use crate::diff::{ChangeView, unified};
use crate::text::escape_bytes;
use crate::workbench::{OneChange, Result, Watch, Workbench};

/// Most lines that are shown: who has more looks at the files one by one.
const MAX_LINES: usize = 2_000;

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DriftLineKind {
    /// About a file, or a place in it.
    Head,
    /// What should be there.
    Expected,
    /// What is there.
    Found,
    Same,
}

/// A line. Escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriftLine {
    pub kind: DriftLineKind,
    pub text: String,
}

/// All of them, as far as one reads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DriftLines {
    pub lines: Vec<DriftLine>,
    /// How many lines are left out.
    pub more: usize,
}

impl DriftLines {
    /// Reads every file of `folder` that is not as its history says.
    pub(super) fn read(workbench: &Workbench, folder: &Path, watch: Watch<'_>) -> Result<Self> {
        let mut found = Self::default();
        workbench.drift_contents(folder, watch, &mut |one| found.add(one))?;
        Ok(found)
    }

    fn add(&mut self, one: &OneChange) {
        let (before, after) = (one.before.shown(), one.after.shown());
        let view = ChangeView { change: &one.change, renamed_from: None, before, after };
        let mut text = String::new();
        unified(&mut text, &view, escape_bytes).expect("a text takes everything");
        for line in text.lines() {
            match self.lines.len() < MAX_LINES {
                true => self.lines.push(DriftLine { kind: DriftLineKind::of(line), text: line.to_owned() }),
                false => self.more += 1,
            }
        }
    }
}

impl DriftLineKind {
    fn of(line: &str) -> Self {
        match line.as_bytes() {
            [b'+', b'+', b'+', b' ', ..] | [b'-', b'-', b'-', b' ', ..] | [b'@' | b'd', ..] => Self::Head,
            [b'+', ..] => Self::Found,
            [b'-', ..] => Self::Expected,
            _ => Self::Same,
        }
    }
}
