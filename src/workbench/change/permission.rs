//! What may go into a folder, as a type: patch files whose bytes were checked, and those of them that are permitted.
//!
//! A file is opened once. What was shown and asked about is what goes in, whatever has come into the place of the file
//! since; and if anything has, that is told instead.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use crate::bundle::VerifiedBundle;
use crate::checks::leaves_the_folder;
use crate::model::{Digest, Hasher, Purl};
use crate::named_file;
use crate::plan::why::{Consent, Unfit};
use crate::trust::{Standing, Verdict};
use crate::workbench::look::identify::SaidElsewhere;
use crate::workbench::look::inspect::{check_contents, file_digest};
use crate::workbench::look::merging::ReadChoices;
use crate::workbench::look::scan::Sbom;
use crate::workbench::look::situation::CheckReach;
use crate::workbench::{ApplyPreview, ApplyRequest, Error, PatchFile, Result, TextOptions, Watch, Workbench};

/// Patch files that are open and whole, as they were named, with the wishes for edited files. Nobody has been asked yet
/// whether they may be applied.
#[derive(Debug)]
pub(crate) struct CheckedBundles {
    /// Where they are.
    pub(super) files: Vec<PathBuf>,
    /// What each of `files` is.
    pub(super) bundles: Vec<VerifiedBundle>,
    /// How text patches among them are read.
    reading: TextOptions,
    pub(super) choices: ReadChoices,
    /// Lists of withdrawn patches that were named for them.
    pub(super) withdrawn: Vec<PathBuf>,
    /// What an SBOM says about the parts that they need, if one was named.
    pub(super) sbom: Option<Sbom>,
    /// What is known about the folder without its own records.
    pub(super) said: SaidElsewhere,
    pub(super) purpose: Purpose,
    /// SHA-256 of each file as it was looked through; none as long as it was not.
    shown: Vec<Digest>,
}

/// What patch files are opened for: it decides how they are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// A change of the folder.
    Change(Consent),
    /// It is only tried, on a clone of everything: rules about what is applied say nothing about that.
    Rehearsal,
    /// What they do is proven on a copy, by no keys and no rules: those of a machine where a patch file is made say nothing
    /// about it.
    Proof,
}

impl Purpose {
    /// Whether they may go in although not enough people vouch for them. On a copy nobody has to.
    fn consent(self) -> Consent {
        match self {
            Purpose::Change(consent) => consent,
            Purpose::Rehearsal | Purpose::Proof => Consent::Given,
        }
    }
}

/// A copy of a folder that goes when it has served.
pub(crate) trait ThrowawayCopy {
    /// Where it is.
    fn path(&self) -> &Path;
}

/// Patch files that may go in: the only ones that can be applied.
pub(crate) struct PermittedBundles {
    checked: CheckedBundles,
    /// The copy that they were permitted for, if nobody was asked.
    only_at: Option<PathBuf>,
}

impl Workbench {
    /// Opens patch files for `target`, at least one; text patches become one patch for it.
    ///
    /// # Errors
    /// If one of them, or a file with a merged content, cannot be read.
    pub(crate) fn open_for_change(
        &self,
        request: &ApplyRequest,
        target: &Path,
        watch: Watch<'_>,
    ) -> Result<CheckedBundles> {
        let ApplyRequest { files, reading, choices, withdrawn, sbom } = request.clone();
        if files.is_empty() {
            return Err(Error::refused(Unfit::NoneNamed));
        }
        let keyring = self.keyring()?;
        let open =
            |path: &PathBuf| self.open_for(PatchFile { path, reading: &reading }, target, &keyring, watch);
        // All of them first: whichever is damaged, the first one is told.
        let opened: Vec<Result<VerifiedBundle>> = files.par_iter().map(open).collect();
        let opened: Vec<VerifiedBundle> = opened.into_iter().collect::<Result<_>>()?;
        let needed = opened.iter().flat_map(|bundle| &bundle.patch.about.requires_components);
        let needed: BTreeSet<Purl> = needed.map(|part| part.purl.clone()).collect();
        let sbom = sbom.map(|path| Sbom::read(&path, needed.into_iter().collect())).transpose()?;
        let said = self.said_elsewhere(target, &keyring)?;
        let choices = ReadChoices::read(&choices)?;
        Ok(CheckedBundles { choices, said, reading, withdrawn, sbom, ..CheckedBundles::new(files, opened) })
    }
}

/// Patch files for many folders: each is opened, verified and read through once, whatever comes into its place afterwards.
#[derive(Debug, Default)]
pub(crate) struct SharedBundles(BTreeMap<PathBuf, (VerifiedBundle, Digest)>);

/// Most patch files that are open for many folders: more would be more than a system lets a process open. The others are
/// opened for each folder anew.
const MOST_SHARED: usize = 256;

impl Workbench {
    /// Opens patch files for many folders. One that is damaged or can't be opened is not among them: whoever asks for it
    /// opens it again, and is told why not.
    ///
    /// # Errors
    /// Only the wish to stop.
    pub(crate) fn open_for_many<'f>(
        &self,
        files: impl IntoIterator<Item = &'f PathBuf>,
        watch: Watch<'_>,
    ) -> Result<SharedBundles> {
        let mut shared = SharedBundles::default();
        for file in files.into_iter().take(MOST_SHARED) {
            watch.cancel.check()?;
            let opened = self.open(file).and_then(|bundle| Ok((look_through(&bundle, watch)?, bundle)));
            match opened {
                Ok((digest, bundle)) => drop(shared.0.insert(file.clone(), (bundle, digest))),
                Err(Error::Cancelled(cancelled)) => return Err(cancelled.into()),
                Err(_) => {}
            }
        }
        Ok(shared)
    }

    /// Those of `shared` that this folder gets.
    ///
    /// # Errors
    /// If one that is not among them cannot be opened.
    pub(crate) fn for_this_folder(
        &self,
        shared: &SharedBundles,
        files: Vec<PathBuf>,
        target: &Path,
        watch: Watch<'_>,
    ) -> Result<CheckedBundles> {
        let open = |file: &PathBuf| match shared.0.get(file) {
            Some((bundle, shown)) => Ok((bundle.clone(), *shown)),
            None => self
                .open(file)
                .and_then(|bundle| Ok((look_through(&bundle, watch)?, bundle)))
                .map(|(shown, bundle)| (bundle, shown)),
        };
        let (bundles, shown) = files.iter().map(open).collect::<Result<Vec<_>>>()?.into_iter().unzip();
        let said = self.said_elsewhere(target, &self.keyring()?)?;
        Ok(CheckedBundles { said, shown, ..CheckedBundles::new(files, bundles) })
    }
}

impl SharedBundles {
    /// SHA-256 of a file as it was opened, if it could be.
    pub(crate) fn digest_of(&self, file: &Path) -> Option<Digest> {
        self.0.get(file).map(|(_, digest)| *digest)
    }
}

/// Reads and hashes everything in a patch file. Says its SHA-256.
fn look_through(bundle: &VerifiedBundle, watch: Watch<'_>) -> Result<Digest> {
    check_contents(bundle, watch)?;
    file_digest(bundle, watch)
}

/// SHA-256 of what is in `file` now. Only to compare: nothing is taken from it.
fn digest_at(file: &Path) -> std::io::Result<Digest> {
    let mut hasher = Hasher::new();
    std::io::copy(&mut named_file::open(file)?, &mut hasher)?;
    Ok(hasher.finish())
}

impl CheckedBundles {
    pub(crate) fn new(files: Vec<PathBuf>, bundles: Vec<VerifiedBundle>) -> Self {
        let (choices, said) = (ReadChoices::default(), SaidElsewhere::default());
        Self {
            files,
            bundles,
            reading: TextOptions::default(),
            choices,
            withdrawn: Vec::new(),
            sbom: None,
            said,
            purpose: Purpose::Change(Consent::Missing),
            shown: Vec::new(),
        }
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
            self.shown.push(look_through(bundle, watch)?);
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

    /// Makes sure that what was looked through is still what its names lead to.
    ///
    /// # Errors
    /// `E-MOVED` if there is anything else now.
    pub(super) fn refuse_exchanged(&self) -> Result<()> {
        let is_same = |((file, bundle), shown): ((&PathBuf, &VerifiedBundle), &Digest)| match bundle.reading()
        {
            Some(shown) => {
                let file = PatchFile { path: file, reading: &self.reading };
                file.digest().is_ok_and(|now| now == shown)
            }
            None => digest_at(file).is_ok_and(|now| now == *shown),
        };
        let mut all = self.files.iter().zip(&self.bundles).zip(&self.shown);
        match all.all(is_same) && self.choices.still_hold() {
            true => Ok(()),
            false => Err(Error::not_as_agreed()),
        }
    }

    /// How far the checks of a patch may reach: looking at what nobody vouches for connects nowhere.
    pub(super) fn reach_of(&self, verdict: &Verdict) -> CheckReach {
        match verdict.standing {
            Standing::Trusted => CheckReach::Everywhere,
            _ if self.purpose.consent() == Consent::Given && verdict.permits(Consent::Given).is_ok() => {
                CheckReach::Agreed
            }
            _ => CheckReach::Folder,
        }
    }

    /// Those that the rules for the folder let pass, as `seen` tells.
    ///
    /// # Errors
    /// [`Error::NotTrusted`] about the first that may not go in.
    pub(super) fn permit(self, seen: &ApplyPreview) -> Result<PermittedBundles> {
        seen.permits(self.purpose.consent())?;
        Ok(PermittedBundles { checked: self, only_at: None })
    }

    /// The same for a `copy` of the folder, with what makes no sense there left out: checks that ask a running product, and
    /// scripts, which could reach the real one. Says how many that were.
    pub(crate) fn for_a_rehearsal(mut self, copy: &impl ThrowawayCopy) -> (PermittedBundles, usize) {
        let mut left_out = 0;
        for bundle in &mut self.bundles {
            let patch = Arc::make_mut(&mut bundle.patch);
            let before = patch.about.preflight.len() + patch.about.health.len() + patch.scripts.len();
            patch.about.preflight.retain(|check| !leaves_the_folder(&check.probe));
            patch.about.health.retain(|check| !leaves_the_folder(&check.probe));
            patch.scripts.clear();
            left_out += before - patch.about.preflight.len() - patch.about.health.len();
        }
        (self.permit_unasked(Purpose::Rehearsal, copy), left_out)
    }

    /// The same for a proof, where it is what they do that counts: no key and no rule is asked.
    pub(crate) fn for_a_proof(self, copy: &impl ThrowawayCopy) -> PermittedBundles {
        self.permit_unasked(Purpose::Proof, copy)
    }

    /// Permits everything without asking anybody: on this copy, and nowhere else.
    fn permit_unasked(self, purpose: Purpose, copy: &impl ThrowawayCopy) -> PermittedBundles {
        PermittedBundles { checked: Self { purpose, ..self }, only_at: Some(copy.path().to_owned()) }
    }
}

impl PermittedBundles {
    /// Stops before anything is written if they were permitted for a copy, and this is another folder.
    pub(super) fn check_place(&self, target: &Path) {
        let is_permitted = self.only_at.as_deref().is_none_or(|copy| copy == target);
        assert!(is_permitted, "what was permitted for a copy goes into no other folder");
    }
}

impl Deref for PermittedBundles {
    type Target = CheckedBundles;

    fn deref(&self) -> &Self::Target {
        &self.checked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct CopyAt(PathBuf);

    impl ThrowawayCopy for CopyAt {
        fn path(&self) -> &Path {
            &self.0
        }
    }

    #[test]
    #[should_panic(expected = "goes into no other folder")]
    fn what_is_permitted_for_a_copy_goes_nowhere_else() {
        let permitted =
            CheckedBundles::new(Vec::new(), Vec::new()).for_a_proof(&CopyAt(PathBuf::from("/tmp/copy")));
        permitted.check_place(Path::new("/tmp/copy"));
        permitted.check_place(Path::new("/opt/app"));
    }
}
