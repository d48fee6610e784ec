//! What may go into a folder, as a type: patch files whose bytes were checked, and those of them that are permitted.

use std::ops::Deref;
use std::path::PathBuf;

use crate::bundle::VerifiedBundle;
use crate::trust::{Standing, Verdict};
use crate::workbench::look::identify::SaidElsewhere;
use crate::workbench::look::situation::Reach;
use crate::workbench::{Error, Result};

/// Patch files that are open and whole, as they were named. Nobody has been asked yet whether they may go in.
pub(crate) struct CheckedBundles<'f> {
    /// Where they are.
    pub files: &'f [PathBuf],
    /// What each of `files` is.
    pub bundles: Vec<VerifiedBundle>,
    /// What is known about the folder without its own records.
    pub said: SaidElsewhere,
    /// Whether somebody has said in this run that they may go in.
    is_agreed: bool,
}

/// Patch files that may go in: the only ones that can be applied.
pub(crate) struct PermittedBundles<'f>(CheckedBundles<'f>);

impl<'f> CheckedBundles<'f> {
    /// Those in `files`, for a folder about which this much is known.
    pub fn new(files: &'f [PathBuf], bundles: Vec<VerifiedBundle>, said: SaidElsewhere) -> Self {
        Self { files, bundles, said, is_agreed: false }
    }

    /// How far the checks of a patch of this standing may reach: looking at what nobody vouches for connects nowhere.
    pub(super) fn reach_of(&self, verdict: &Verdict) -> Reach {
        match self.is_agreed || verdict.standing == Standing::Trusted {
            true => Reach::Everywhere,
            false => Reach::Folder,
        }
    }

    /// All of them.
    pub fn as_slice(&self) -> &[VerifiedBundle] {
        &self.bundles
    }

    /// Asks the rules of this machine whether each may go in; `consent`: somebody said that it is right although not
    /// enough people vouch for it.
    ///
    /// # Errors
    /// [`Error::NotTrusted`] about the first that may not.
    pub(crate) fn permit(self, consent: bool) -> Result<PermittedBundles<'f>> {
        for (file, bundle) in self.files.iter().zip(&self.bundles) {
            let permitted = bundle.verdict.permits(consent);
            permitted.map_err(|denial| Error::not_trusted(file, denial, &bundle.verdict))?;
        }
        Ok(PermittedBundles(Self { is_agreed: true, ..self }))
    }

    /// Permits everything without asking any rule: only for a copy that was made for a proof and goes with it.
    pub(crate) fn permit_unasked_on_a_throwaway_copy(self) -> PermittedBundles<'f> {
        PermittedBundles(Self { is_agreed: true, ..self })
    }
}

impl<'f> Deref for PermittedBundles<'f> {
    type Target = CheckedBundles<'f>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}
