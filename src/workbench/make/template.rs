//! The patch order that a person fills in.

use std::io;
use std::path::{Path, PathBuf};

use crate::bundle::order::{MAX_ORDER_BYTES, TEMPLATE};
use crate::model::Mode;
use crate::named_file;
use crate::whole_file::WholeFile;
use crate::workbench::{Error, Result, Workbench};

/// What any program's new file gets; the system takes the user's mask away from it.
const NEW_FILE: Mode = Mode::new(0o666);

/// Most orders that are kept beside one patch file.
const MAX_KEPT: usize = 100;

impl Workbench {
    /// The commented order template.
    pub(crate) fn template(&self) -> &'static str {
        TEMPLATE
    }

    /// Keeps an order beside the patch file that was made with it, in a new file: none that somebody wrote is written over.
    /// One that says the same already is kept as it is.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn keep_order(&self, order: &str, patch_file: &Path) -> Result<PathBuf> {
        let named = |number: usize| match number {
            1 => patch_file.with_extension("order.toml"),
            number => patch_file.with_extension(format!("order-{number}.toml")),
        };
        for path in (1..MAX_KEPT).map(named) {
            let failed = |source| Error::File { doing: "write the patch order", path: path.clone(), source };
            match WholeFile::write_new(&path, order.as_bytes(), NEW_FILE) {
                Ok(()) => return Ok(path),
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(failed(error)),
                Err(_) => {
                    let known = named_file::read_text(&path, MAX_ORDER_BYTES);
                    if known.is_ok_and(|known| known == order) {
                        return Ok(path);
                    }
                }
            }
        }
        let last = named(MAX_KEPT);
        let taken = io::ErrorKind::AlreadyExists.into();
        Err(Error::File { doing: "write the patch order", path: last, source: taken })
    }

    /// Writes the template to a new file; an order that somebody filled in is never written over.
    ///
    /// # Errors
    /// If there is such a file, or it cannot be written.
    pub(crate) fn save_template(&self, path: &Path) -> Result<()> {
        let failed = |source| Error::File { doing: "write the patch order", path: path.to_owned(), source };
        WholeFile::write_new(path, TEMPLATE.as_bytes(), NEW_FILE).map_err(failed)
    }
}
