//! The folders in a folder, for choosing one where no dialog of the system comes up.

use std::path::{Path, PathBuf};

use crate::workbench::{Error, Result, Workbench};

/// Most folders that are listed; more than that nobody reads through.
const MAX_LISTED: usize = 10_000;

/// The folders in one folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderList {
    /// The folder itself, as an absolute path.
    pub place: PathBuf,
    /// The one it is in; `None` at the top.
    pub parent: Option<PathBuf>,
    /// Names of the folders in it, sorted without regard to case; links are left out.
    pub names: Vec<String>,
}

/// A path as somebody types it, made absolute: `~` is the person's own folder unless something of that name is here.
pub(crate) fn typed_path(typed: &Path) -> PathBuf {
    let own = || directories::UserDirs::new().map(|own| own.home_dir().to_owned());
    let behind_tilde = typed.strip_prefix("~").ok().filter(|_| !typed.exists());
    let path = behind_tilde.zip(own()).map_or_else(|| typed.to_owned(), |(rest, own)| own.join(rest));
    // Where even the present folder is gone, the path stays as it is.
    std::path::absolute(&path).unwrap_or(path)
}

impl Workbench {
    /// The folders in `place`; without one, in the person's own folder. Writes nothing.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn folders(&self, place: Option<&Path>) -> Result<FolderList> {
        let own = || directories::UserDirs::new().map(|own| own.home_dir().to_owned());
        let place = place.map(Path::to_owned).or_else(own).unwrap_or_else(|| PathBuf::from("."));
        let failed = |source| Error::File { doing: "list the folder", path: place.clone(), source };
        let whole = std::path::absolute(&place).map_err(failed)?;
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&whole).map_err(failed)?.take(MAX_LISTED) {
            let entry = entry.map_err(failed)?;
            // What cannot be looked at cannot be chosen either.
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                names.extend(entry.file_name().into_string());
            }
        }
        // What hides comes last.
        names.sort_by_cached_key(|name| (name.starts_with('.'), name.to_lowercase()));
        let parent = whole.parent().map(Path::to_owned);
        Ok(FolderList { place: whole, parent, names })
    }
}
