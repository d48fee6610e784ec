//! What a person needs who merges a file by hand, and the keeping of what they made.

use std::io;
use std::path::{Path, PathBuf};

use super::merging::unmergeable;
use crate::diff::{MergePart, line_ends, merge_parts};
use crate::model::TreePath;
use crate::whole_file::WholeFile;
use crate::workbench::{Error, Result, Workbench};

/// What the name of a folder with a merged file begins with.
const PLACE_PREFIX: &str = "patchwright-merged-";

/// A file that was edited where a patch changes it, in parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeSides {
    /// From top to bottom; at least one of them is a clash.
    pub parts: Vec<MergePart>,
    /// How lines end in the file.
    pub line_ends: &'static str,
}

impl Workbench {
    /// What is certain and what clashes where the file at `path` was edited and one of these patches changes it. Where
    /// the lines fit together and what they say does not, the whole file is the clash.
    ///
    /// # Errors
    /// If there is nothing to merge at `path`, or a file cannot be read.
    pub(crate) fn merge_sides(
        &self,
        bundles: &[PathBuf],
        target: &Path,
        path: &TreePath,
    ) -> Result<MergeSides> {
        let changes_it =
            |bundle: &&PathBuf| self.open(bundle).is_ok_and(|opened| opened.patch.change_at(path).is_some());
        let bundle = bundles.iter().find(changes_it).or(bundles.first());
        let [base, mine, theirs] =
            self.sides_of_merge(bundle.map(PathBuf::as_path).unwrap_or(Path::new("")), target, path)?;
        let parts = merge_parts(&base, &mine, &theirs).map_err(|reason| unmergeable(path, reason))?;
        let line_ends = line_ends(&mine);
        let is_clash = |part: &MergePart| matches!(part, MergePart::Clash { .. });
        let parts = match parts.iter().any(is_clash) {
            true => parts,
            false => vec![MergePart::Clash { base, mine, theirs }],
        };
        Ok(MergeSides { parts, line_ends })
    }

    /// Keeps what somebody merged in a file of the same name, in a temporary folder that only they may look into; from
    /// there it is taken when the patch is applied.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn keep_merged(&self, path: &TreePath, content: &[u8]) -> Result<PathBuf> {
        let temporary = std::env::temp_dir();
        let failed = |source: io::Error| Error::File {
            doing: "write the merged file to",
            path: temporary.clone(),
            source,
        };
        let mut place = tempfile::Builder::new();
        place.prefix(PLACE_PREFIX);
        #[cfg(unix)]
        place.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        let file = place.tempdir_in(&temporary).map_err(failed)?.keep().join(path.name());
        WholeFile::write_private(&file, content).map_err(failed)?;
        Ok(file)
    }
}
