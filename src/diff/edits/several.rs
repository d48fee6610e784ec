//! All edits of one file, one after the other: of several documents in it, for example.

use super::why::OpMisfit;
use super::{Edit, Tried};

/// The edits that a patch has for one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEdits(Vec<Edit>);

impl FileEdits {
    pub fn new(edits: Vec<Edit>) -> Self {
        Self(edits)
    }

    pub(super) fn edits(&self) -> &[Edit] {
        &self.0
    }

    /// What they do to this content. Where one does not fit, the others are tried all the same: everything is told.
    ///
    /// # Errors
    /// As those of [`Edit::try_on`].
    pub fn try_on(&self, content: &[u8]) -> Result<Tried, OpMisfit> {
        self.try_each(content, |_, _, _| Ok(Vec::new()))
    }

    /// As `try_on`, for a file that somebody edited: what they changed stays, and what they changed where an edit would
    /// change it, too, is in the way. `made_for` is the content that the edits were made for.
    ///
    /// # Errors
    /// As those of [`Edit::try_on`].
    pub(crate) fn try_on_edited(&self, made_for: &[u8], here: &[u8]) -> Result<Tried, OpMisfit> {
        let mut known = made_for.to_vec();
        self.try_each(here, |edit, content, fits| {
            let met = edit.meets(&known, content)?;
            if let (true, Some(next)) = (fits, edit.try_on(&known)?.content) {
                known = next;
            }
            Ok(met)
        })
    }

    fn try_each(
        &self,
        content: &[u8],
        mut meets: impl FnMut(&Edit, &[u8], bool) -> Result<Vec<OpMisfit>, OpMisfit>,
    ) -> Result<Tried, OpMisfit> {
        let mut all = Tried { ops: Vec::new(), broken: Vec::new(), keys: Vec::new(), content: None };
        let mut edited = content.to_vec();
        let mut fits = true;
        for edit in &self.0 {
            let tried = edit.try_on(&edited)?;
            let met = meets(edit, &edited, tried.content.is_some())?;
            fits &= met.is_empty() && tried.content.is_some();
            all.broken.extend(met.into_iter().chain(tried.broken));
            all.ops.extend(tried.ops);
            all.keys.extend(tried.keys);
            edited = tried.content.unwrap_or(edited);
        }
        all.content = fits.then_some(edited);
        Ok(all)
    }
}
