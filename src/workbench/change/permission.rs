//! What may go into a folder, as a type: patch files whose bytes were checked, and those of them that are permitted.
//!
//! A file is opened once. What was shown and asked about is what goes in, whatever has come into the place of the file
//! since; and if anything has, that is told instead.

use std::fs::File;
use std::ops::Deref;
use std::path::{Path, PathBuf};

use crate::bundle::VerifiedBundle;
use crate::model::{Digest, Hasher};
use crate::plan::why::Unfit;
use crate::workbench::look::inspect::{check_contents, file_digest};
use crate::workbench::look::merging::ReadChoices;
use crate::workbench::{EditChoices, Error, Result, Watch, Workbench};

/// Patch files that are open and whole, as they were named, with the wishes for edited files. Nobody has been asked yet
/// whether they may go in.
#[derive(Debug)]
pub struct CheckedBundles {
    /// Where they are.
    pub(super) files: Vec<PathBuf>,
    /// What each of `files` is.
    pub(super) bundles: Vec<VerifiedBundle>,
    pub(super) choices: ReadChoices,
    /// SHA-256 of each file as it was looked through; none as long as it was not.
    shown: Vec<Digest>,
}

/// Patch files that may go in: the only ones that can be applied.
pub(crate) struct PermittedBundles(CheckedBundles);

impl Workbench {
    /// Opens patch files for `target`, at least one; text patches become one patch for it.
    ///
    /// # Errors
    /// If one of them, or a file with a merged content, cannot be read.
    pub fn open_for_change(
        &self,
        files: &[PathBuf],
        target: &Path,
        choices: &EditChoices,
        watch: Watch<'_>,
    ) -> Result<CheckedBundles> {
        if files.is_empty() {
            return Err(Error::refused(Unfit::NoneNamed));
        }
        let opened = files.iter().map(|file| self.open_for(file, target, watch));
        let bundles = CheckedBundles::new(files.to_vec(), opened.collect::<Result<_>>()?);
        Ok(CheckedBundles { choices: ReadChoices::read(choices)?, ..bundles })
    }

    /// Makes sure that what was looked through is still what its names lead to, and finds out anew whom this machine
    /// trusts.
    ///
    /// # Errors
    /// `E-MOVED` if there is anything else now.
    pub(super) fn refuse_exchanged(&self, opened: &mut CheckedBundles) -> Result<()> {
        let is_same = |((file, bundle), shown): ((&PathBuf, &VerifiedBundle), &Digest)| match bundle.reading()
        {
            Some(reading) => self.reading_of(file).is_ok_and(|now| now == reading),
            None => digest_at(file).is_ok_and(|now| now == *shown),
        };
        let mut all = opened.files.iter().zip(&opened.bundles).zip(&opened.shown);
        if !all.all(is_same) || !opened.choices.still_hold() {
            return Err(Error::not_as_agreed());
        }
        let keyring = self.keyring()?;
        opened
            .bundles
            .iter_mut()
            .for_each(|bundle| bundle.judge_again(&keyring, self.environment.timestamp()));
        Ok(())
    }
}

/// SHA-256 of what is in `file` now. Only to compare: nothing is taken from it.
fn digest_at(file: &Path) -> std::io::Result<Digest> {
    if !std::fs::metadata(file)?.is_file() {
        return Err(std::io::ErrorKind::InvalidInput.into());
    }
    let mut hasher = Hasher::new();
    std::io::copy(&mut File::open(file)?, &mut hasher)?;
    Ok(hasher.finish())
}

impl CheckedBundles {
    pub(crate) fn new(files: Vec<PathBuf>, bundles: Vec<VerifiedBundle>) -> Self {
        Self { files, bundles, choices: ReadChoices::default(), shown: Vec::new() }
    }

    /// All of them.
    pub(crate) fn as_slice(&self) -> &[VerifiedBundle] {
        &self.bundles
    }

    /// Reads and hashes everything in every file, before somebody is shown what they would do.
    ///
    /// # Errors
    /// If one of them is damaged.
    pub(super) fn look_through(&mut self, watch: Watch<'_>) -> Result<()> {
        self.shown.clear();
        for bundle in &self.bundles {
            check_contents(bundle, watch)?;
            self.shown.push(file_digest(bundle, watch)?);
        }
        Ok(())
    }

    /// The same for whoever was shown nothing: a damaged file is found out before anything is written.
    ///
    /// # Errors
    /// As [`CheckedBundles::look_through`].
    pub(super) fn look_through_once(&mut self, watch: Watch<'_>) -> Result<()> {
        if self.shown.is_empty() { self.look_through(watch) } else { Ok(()) }
    }

    /// Whether the rules of this machine let each go in; `consent`: somebody said that it is right although not enough
    /// people vouch for it.
    ///
    /// # Errors
    /// [`Error::NotTrusted`] about the first that may not.
    pub(super) fn refuse_unpermitted(&self, consent: bool) -> Result<()> {
        self.files.iter().zip(&self.bundles).try_for_each(|(file, bundle)| {
            let permitted = bundle.verdict.permits(consent);
            permitted.map_err(|denial| Error::not_trusted(file, denial, &bundle.verdict))
        })
    }

    /// Those that [`CheckedBundles::refuse_unpermitted`] lets pass.
    ///
    /// # Errors
    /// As there.
    pub(super) fn permit(self, consent: bool) -> Result<PermittedBundles> {
        self.refuse_unpermitted(consent).map(|()| PermittedBundles(self))
    }

    /// Permits everything without asking any rule: only for a copy that was made for a proof and goes with it.
    pub(crate) fn permit_unasked_on_a_throwaway_copy(self) -> PermittedBundles {
        PermittedBundles(self)
    }
}

impl Deref for PermittedBundles {
    type Target = CheckedBundles;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}
