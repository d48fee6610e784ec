//! The texts of scripts: each is short enough to be read, and is text, so that what is shown is what runs.

use super::manifest::limits::SCRIPT_BYTES;
use super::{BundleError, OpenError, VerifiedBundle};
use crate::model::{Code, Digest, Script};

/// Whether `text` can be a script: not empty, not too long, and text.
///
/// # Errors
/// What is wrong with it, as a phrase.
pub(crate) fn check_text(text: &[u8]) -> Result<(), String> {
    if text.is_empty() {
        return Err("the script is empty".to_owned());
    }
    if text.len() as u64 > SCRIPT_BYTES {
        return Err(format!("the script has more than {SCRIPT_BYTES} bytes; nobody could read it whole"));
    }
    // An interpreter stops or goes on at a NUL as it likes, and bytes that are no text cannot be shown as they are.
    match std::str::from_utf8(text) {
        Ok(text) if !text.contains('\0') => Ok(()),
        _ => Err("the script is not text in UTF-8".to_owned()),
    }
}

impl VerifiedBundle {
    /// The text of a script, with its digest checked.
    ///
    /// # Errors
    /// If the blob is damaged, too long or no text.
    pub(crate) fn script_text(&self, blob: &Digest) -> Result<String, BundleError> {
        let bytes = self.read_blob(blob, SCRIPT_BYTES)?;
        let refused = |problem: String| BundleError::new(Code::Manifest, format!("blob {blob}: {problem}"));
        check_text(&bytes).map_err(refused)?;
        String::from_utf8(bytes).map_err(|error| refused(error.to_string()))
    }

    /// Reads every script once, so that a bundle with one that nobody can read is not opened at all.
    pub(super) fn check_scripts(&self) -> Result<(), OpenError> {
        let mut blobs = self.patch.scripts.iter().flat_map(Script::blobs);
        Ok(blobs.try_for_each(|blob| self.script_text(&blob).map(drop))?)
    }
}
