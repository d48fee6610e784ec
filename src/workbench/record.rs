//! Writes a report about a change to a file that a person chose.

use std::path::Path;

use super::{Error, Result, Workbench};

impl Workbench {
    /// Writes `text` to `path`, whole or not at all. A report of the same name is replaced: the dialog has asked.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn save_report(&self, path: &Path, text: &str) -> Result<()> {
        let failed = |source| Error::File { doing: "write the report", path: path.to_owned(), source };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
        std::io::Write::write_all(&mut file, text.as_bytes()).map_err(failed)?;
        file.as_file().sync_all().map_err(failed)?;
        file.persist(path).map_err(|error| failed(error.error))?;
        Ok(())
    }
}
