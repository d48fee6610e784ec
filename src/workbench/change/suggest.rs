//! Names the bundle that would bring a missing requirement, where one lies beside those that were named.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::model::Patch;
use crate::plan::why::{Unfit, Why};
use crate::workbench::{ApplyPreview, Workbench};

/// Most bundles beside a named one that are opened: more than that nobody keeps in one folder for one product.
const MAX_BESIDE: usize = 200;

impl Workbench {
    /// Completes the hints of missing requirements. Only looks when something is missing.
    pub(super) fn name_bundles_at_hand(&self, files: &[PathBuf], preview: &mut ApplyPreview) {
        let missing = preview.preview.obstacles.iter_mut().filter_map(|obstacle| match &mut obstacle.why {
            Why::Unfit(Unfit::Requires { id, min_revision, beside, .. }) => Some((id, *min_revision, beside)),
            _ => None,
        });
        let mut missing = missing.peekable();
        if missing.peek().is_none() {
            return;
        }
        let at_hand = self.patches_beside(files);
        for (id, min_revision, beside) in missing {
            let brings = |(_, patch): &&(PathBuf, Arc<Patch>)| {
                patch.about.identity.id.as_str() == id && min_revision <= patch.about.identity.revision
            };
            *beside = at_hand.iter().find(brings).map(|(file, patch)| {
                let name = file.file_name().unwrap_or_default().to_string_lossy();
                (name.into_owned(), patch.about.identity.clone())
            });
        }
    }

    /// The patches in the folders of `files`, but those themselves.
    fn patches_beside(&self, files: &[PathBuf]) -> Vec<(PathBuf, Arc<Patch>)> {
        let mut folders: Vec<&Path> = files.iter().filter_map(|file| file.parent()).collect();
        folders.sort();
        folders.dedup();
        let mut found: Vec<PathBuf> = Vec::new();
        for folder in folders {
            let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            // What cannot be listed or opened is no help, and no harm.
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
            let is_bundle = |path: &PathBuf| path.extension().is_some_and(|end| end == "patchbundle");
            found.extend(entries.filter(is_bundle).take(MAX_BESIDE));
        }
        found.sort();
        let is_named = |path: &PathBuf| files.iter().any(|file| file.file_name() == path.file_name());
        found.retain(|path| !is_named(path));
        let read = |path: PathBuf| self.open(&path).ok().map(|bundle| (path, bundle.patch));
        found.into_iter().filter_map(read).collect()
    }
}
