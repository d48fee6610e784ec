//! Writes a file that a person asked for, such as a report about a change.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::whole_file::WholeFile;
use crate::workbench::{Error, Result, Workbench};

/// Most names that are tried when the wished one is in use.
const MAX_TRIES: usize = 1_000;

impl Workbench {
    /// Writes `text` to `path`, whole or not at all, and says where it is. A file of the same name is replaced: the
    /// dialog has asked. A bare name, from where no dialog comes up, is put into the person's documents, or own
    /// folder, under a name that nothing has.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn save_report(&self, path: &Path, text: &str) -> Result<PathBuf> {
        keep(path, text.as_bytes(), "write the report")
    }
}

/// As [`Workbench::save_report`], for any bytes.
pub(crate) fn keep(path: &Path, bytes: &[u8], doing: &'static str) -> Result<PathBuf> {
    let is_bare = path.components().count() == 1 && path.is_relative();
    let place = if is_bare { own_folder().join(path) } else { path.to_owned() };
    let failed = |source| Error::File { doing, path: place.clone(), source };
    let mut file = WholeFile::private(&place).map_err(failed)?;
    file.file().write_all(bytes).map_err(failed)?;
    match is_bare {
        true => file.publish_free((1..MAX_TRIES).map(|number| numbered(&place, number))).map_err(failed),
        false => file.publish().map(|()| place.clone()).map_err(failed),
    }
}

fn own_folder() -> PathBuf {
    let own = directories::UserDirs::new();
    let documents = own.as_ref().and_then(|own| own.document_dir()).filter(|folder| folder.is_dir());
    let home = own.as_ref().map(directories::UserDirs::home_dir);
    documents.or(home).unwrap_or(Path::new(".")).to_owned()
}

/// `report.html`, `report-2.html`, …
fn numbered(path: &Path, number: usize) -> PathBuf {
    if number == 1 {
        return path.to_owned();
    }
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let ending = path.extension().map(|ending| format!(".{}", ending.to_string_lossy())).unwrap_or_default();
    path.with_file_name(format!("{stem}-{number}{ending}"))
}
