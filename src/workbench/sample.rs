//! A small made-up product with patches, laid out to be tried.

use std::path::PathBuf;

use super::{Result, Watch, Workbench};

/// A small made-up product with patches, laid out to be tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// The product folder.
    pub folder: PathBuf,
    /// The patch files, in the order in which they are worth opening; the first is the hotfix.
    pub bundles: Vec<PathBuf>,
    /// The folder that all of it is in.
    pub place: PathBuf,
}

impl Workbench {
    /// Lays out the sample.
    ///
    /// # Errors
    /// If the temporary folder cannot be written.
    pub fn lay_out_sample(&self, _watch: Watch<'_>) -> Result<Sample> {
        unreachable!("comes with the branch of that name")
    }
}
