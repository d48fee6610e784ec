//! The patch order that a person fills in.

use std::io::Write;
use std::path::Path;

use crate::bundle::order::TEMPLATE;
use crate::workbench::{Error, Result, Workbench};

impl Workbench {
    /// The commented order template.
    pub(crate) fn template(&self) -> &'static str {
        TEMPLATE
    }

    /// Writes the template to a new file; an order that somebody filled in is never written over.
    ///
    /// # Errors
    /// If there is such a file, or it cannot be written.
    pub(crate) fn save_template(&self, path: &Path) -> Result<()> {
        let failed = |source| Error::File { doing: "write the patch order", path: path.to_owned(), source };
        let mut file = std::fs::File::create_new(path).map_err(failed)?;
        file.write_all(TEMPLATE.as_bytes()).map_err(failed)
    }
}
