//! What one apply is asked for.

use std::path::{Path, PathBuf};

use super::decision::DecisionDigest;
use super::scripts::ScriptConsent;
use crate::ledger::Occasion;
use crate::plan::Obstacle;
use crate::plan::why::Overrides;
use crate::workbench::{EditChoices, TextOptions};

/// What somebody wants to put into a folder, and how.
#[derive(Debug, Clone, Default)]
pub struct ApplyRequest {
    /// The patch files, at least one, in any order.
    pub files: Vec<PathBuf>,
    /// How text patches among them are read.
    pub reading: TextOptions,
    /// What becomes of files that were edited.
    pub choices: EditChoices,
    /// Lists of withdrawn patches that count beside the one of this machine.
    pub withdrawn: Vec<PathBuf>,
    /// An SBOM of the folder, which answers for the parts that patches need.
    pub sbom: Option<PathBuf>,
}

impl From<&Path> for ApplyRequest {
    fn from(file: &Path) -> Self {
        Self { files: vec![file.to_owned()], ..Self::default() }
    }
}

impl From<&PathBuf> for ApplyRequest {
    fn from(file: &PathBuf) -> Self {
        file.as_path().into()
    }
}

impl From<&[PathBuf]> for ApplyRequest {
    fn from(files: &[PathBuf]) -> Self {
        Self { files: files.to_vec(), ..Self::default() }
    }
}

/// How to apply.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApplyOptions {
    /// The rules that are set aside. Written to the history.
    pub overrides: Overrides,
    /// What somebody agreed to; anything else is refused.
    pub expected: Option<DecisionDigest>,
    /// Whether somebody agreed to the scripts of the patch.
    pub scripts: ScriptConsent,
    /// Why it is applied. Written to the history.
    pub occasion: Occasion,
}

impl ApplyOptions {
    /// Whether `obstacle` is set aside.
    pub(crate) fn allows(&self, obstacle: &Obstacle) -> bool {
        obstacle.way_around().is_some_and(|rule| self.overrides.has(rule))
    }
}
