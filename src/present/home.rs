//! The home page: folders that somebody looks after with how they stand, and patch files seen lately.

use std::path::{Path, PathBuf};

use super::overview::{line, path_line};
use crate::report::phrases;
use crate::settings::Recent;
use crate::words::{self, fill, window};
use crate::workbench::{Entry, FolderStatus, Watch, Workbench};

/// How a folder stands, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum KnownFolderState {
    /// A change of it was interrupted.
    Unfinished,
    /// The health checks of a change were cut short.
    Unchecked,
    /// A patch in it was withdrawn.
    Withdrawn,
    /// A switch is off, and a vulnerability open by that.
    OpenAgain,
    /// Files are not as its patches left them.
    Differs,
    /// It is gone, or cannot be read.
    Away,
    /// Everything is as it should be.
    Fine,
}

impl KnownFolderState {
    pub const fn as_str(self) -> &'static str {
        match self {
            KnownFolderState::Unfinished => window::STATE_UNFINISHED,
            KnownFolderState::Unchecked => window::UNCHECKED,
            KnownFolderState::Withdrawn => window::STATE_WITHDRAWN,
            KnownFolderState::OpenAgain => window::STATE_OPEN_AGAIN,
            KnownFolderState::Differs => window::STATE_DIFFERS,
            KnownFolderState::Away => window::STATE_AWAY,
            KnownFolderState::Fine => window::STATE_FINE,
        }
    }
}

/// A folder of the home page. Texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownFolder {
    pub state: KnownFolderState,
    /// The product with its version, as far as known.
    pub product: Option<String>,
    /// How many patches are in it; `None` where it is away.
    pub patches: Option<usize>,
    /// When it was changed last, and how.
    pub last: Option<String>,
}

/// A patch file of the home page. Texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownPatch {
    pub title: String,
    pub id: String,
    /// The name of the product that it is for.
    pub product: String,
}

/// Everything that the home page knows beside paths.
#[derive(Debug, Default)]
pub struct Home {
    pub folders: Vec<(PathBuf, KnownFolder)>,
    pub patches: Vec<(PathBuf, KnownPatch)>,
}

/// What was found out about one path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    Folder(KnownFolder),
    Patch(KnownPatch),
}

impl Home {
    /// Takes what was found out about `path`.
    pub(super) fn take(&mut self, path: PathBuf, known: Known) {
        match known {
            Known::Folder(folder) => put(&mut self.folders, path, folder),
            Known::Patch(patch) => put(&mut self.patches, path, patch),
        }
    }

    pub fn folder(&self, path: &Path) -> Option<&KnownFolder> {
        self.folders.iter().find(|(known, _)| known == path).map(|(_, folder)| folder)
    }

    pub fn patch(&self, path: &Path) -> Option<&KnownPatch> {
        self.patches.iter().find(|(known, _)| known == path).map(|(_, patch)| patch)
    }

    /// A patch file that was opened lately, by the id and revision of its patch.
    pub fn file_of(&self, patch: &str) -> Option<&Path> {
        self.patches.iter().find(|(_, known)| known.id == patch).map(|(file, _)| file.as_path())
    }

    /// The folder among `folders` that has the product which the patch at `path` is for.
    pub fn fitting<'a>(&self, path: &Path, folders: &'a [PathBuf]) -> Option<&'a PathBuf> {
        let patch = self.patch(path)?;
        folders.iter().find(|folder| {
            let product = self.folder(folder).and_then(|known| known.product.as_deref());
            product.is_some_and(|product| product.starts_with(patch.product.as_str()))
        })
    }
}

fn put<T>(list: &mut Vec<(PathBuf, T)>, path: PathBuf, known: T) {
    list.retain(|(old, _)| *old != path);
    list.push((path, known));
}

/// The patch files that were opened lately, each once, the last one first.
pub fn patch_files(recent: &Recent) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = Vec::new();
    for file in recent.pairs.iter().filter_map(|pair| pair.bundle.as_ref()) {
        if !files.contains(file) {
            files.push(file.clone());
        }
    }
    files
}

impl KnownFolder {
    /// How many patches are in it, in words, as far as known.
    pub fn patches_in_words(&self) -> Option<String> {
        Some(match self.patches? {
            0 => window::NO_PATCHES.to_owned(),
            active => phrases::count(active, "patch", "patches"),
        })
    }
}

/// Looks at a folder as far as the home page tells of it. Slow, and writes nothing.
pub fn look_at_folder(
    workbench: &Workbench,
    folder: &Path,
    withdrawn: &[PathBuf],
    watch: Watch<'_>,
) -> KnownFolder {
    let seen = workbench.status_against(folder, withdrawn, watch).and_then(|status| {
        let history = workbench.history(folder)?;
        Ok(known_folder(&status, history.entries.last()))
    });
    seen.unwrap_or_else(|_| {
        let unfinished = workbench.unfinished(folder).ok().flatten();
        let state = if unfinished.is_some() { KnownFolderState::Unfinished } else { KnownFolderState::Away };
        KnownFolder { state, product: None, patches: None, last: None }
    })
}

fn known_folder(status: &FolderStatus, last: Option<&Entry>) -> KnownFolder {
    let state = match status {
        _ if status.unfinished.is_some() => KnownFolderState::Unfinished,
        _ if !status.unchecked.is_empty() => KnownFolderState::Unchecked,
        _ if !status.held.is_empty() => KnownFolderState::Withdrawn,
        // Nobody knows whether its patches were withdrawn.
        _ if status.lists_problem.is_some() => KnownFolderState::Away,
        _ if status.switches.iter().any(|switch| !switch.open_again().is_empty()) => {
            KnownFolderState::OpenAgain
        }
        _ if !status.drift.is_empty() => KnownFolderState::Differs,
        _ => KnownFolderState::Fine,
    };
    let active = status.installed.iter().filter(|patch| patch.replaced_by.is_none()).count();
    let known = [status.product.as_deref(), status.version.as_deref()].map(|part| part.map(line));
    let product = match known {
        [Some(product), Some(version)] => Some(format!("{product} {version}")),
        [one, other] => one.or(other),
    };
    KnownFolder {
        state,
        product,
        patches: Some(active),
        last: last.map(|entry| fill(window::LAST_CHANGE, &[("when", &phrases::moment(&entry.time))])),
    }
}

/// Reads the words of a patch file, without its contents; `None` where it cannot be opened.
pub fn look_at_patch(workbench: &Workbench, file: &Path) -> Option<KnownPatch> {
    let about = workbench.open(file).ok()?.patch.about.clone();
    Some(KnownPatch {
        title: about.title.to_string(),
        id: line(&about.identity.to_string()),
        product: line(&about.product.name),
    })
}

/// The name of a folder, with as many of the folders above it as tell it from `others` of the same name.
pub fn name_among(others: &[PathBuf], folder: &Path) -> String {
    let parts: Vec<String> =
        folder.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    let ends_alike = |depth: usize| {
        let end: PathBuf = parts[parts.len() - depth..].iter().collect();
        others.iter().filter(|other| *other != folder).any(|other| other.ends_with(&end))
    };
    let depth = (1..=parts.len()).find(|depth| !ends_alike(*depth)).unwrap_or(parts.len());
    match depth {
        1 => folder_text(folder).0,
        _ => path_line(&parts[parts.len() - depth..].iter().collect::<PathBuf>()),
    }
}

/// The name of a folder, and where it is.
pub fn folder_text(folder: &Path) -> (String, String) {
    let name =
        folder.file_name().map_or_else(|| words::FOLDER.to_owned(), |name| line(&name.to_string_lossy()));
    (name, path_line(folder))
}
