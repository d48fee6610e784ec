//! Bills of materials that lie in the folder itself, and whether one describes the files that are there.

use std::io::Read as _;
use std::path::Path;

use super::Sbom;
use crate::disk::fs::{Fs, Place, StatKind};
use crate::disk::hash_file;
use crate::model::{Purl, TreePath};

/// Where products keep them: at the top, and in the folders that are called so.
const FOLDERS: [&str; 4] = ["", "sbom/", "META-INF/sbom/", "share/sbom/"];
/// How they are called: what CycloneDX and SPDX recommend, and what people write.
const NAMES: [&str; 2] = ["bom.json", "sbom.json"];
const ENDS: [&str; 3] = [".cdx.json", ".spdx.json", ".cyclonedx.json"];
/// Most of them that are read, and the longest one: nobody named these.
const MAX_FOUND: usize = 8;
const MAX_FOUND_BYTES: u64 = 64 << 20;
/// Most bytes of files that are compared with one.
const MAX_COMPARED_BYTES: u64 = 256 << 20;

/// Those in the folder, by their paths, and what they say about the parts `asked`. What isn't one, or can't be read, says
/// nothing.
pub(crate) fn sboms_here(fs: &dyn Fs, asked: &[Purl]) -> Vec<(TreePath, Sbom)> {
    let named = FOLDERS.iter().flat_map(|folder| {
        let folder_at = TreePath::parse(folder.trim_end_matches('/')).ok();
        let place = folder_at.as_ref().map_or(Place::Root, Place::from);
        let names = fs.list(&place).map(|names| names.text).unwrap_or_default();
        let names = names.into_iter().filter(|name| is_called_so(name));
        names.filter_map(|name| TreePath::parse(&format!("{folder}{name}")).ok()).collect::<Vec<_>>()
    });
    let mut found: Vec<(TreePath, Sbom)> = Vec::new();
    for path in named.take(MAX_FOUND) {
        let place = Place::from(&path);
        let is_short = |kind| matches!(kind, StatKind::File { size_bytes } if size_bytes <= MAX_FOUND_BYTES);
        let is_one = fs.look(&place).ok().flatten().is_some_and(|seen| is_short(seen.kind));
        let Some(file) = is_one.then(|| fs.open(&place).ok()).flatten() else { continue };
        let read = Sbom::parse(file.take(MAX_FOUND_BYTES), Path::new(path.as_str()), asked.to_vec());
        found.extend(read.ok().map(|sbom| (path, sbom)));
    }
    found
}

fn is_called_so(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    NAMES.contains(&name.as_str()) || ENDS.iter().any(|end| name.ends_with(end))
}

impl Sbom {
    /// A file in the folder that has another content than it says. Files that aren't there, or that it describes in another
    /// way, say nothing.
    pub(crate) fn disproved_by(&self, fs: &dyn Fs) -> Option<&TreePath> {
        let mut left_bytes = MAX_COMPARED_BYTES;
        let mut is_other = |path: &TreePath, digest| {
            let place = Place::from(path);
            let seen = fs.look(&place).ok().flatten()?;
            let StatKind::File { size_bytes } = seen.kind else { return None };
            left_bytes = left_bytes.checked_sub(size_bytes)?;
            Some(hash_file(fs, &place).ok()?.0 != digest)
        };
        self.files.iter().find(|(path, digest)| is_other(path, *digest) == Some(true)).map(|(path, _)| path)
    }
}
