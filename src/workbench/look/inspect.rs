//! Looks at a bundle without a target.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use super::changes::hidden_in;
use super::edits::{ShownEdits, shown_edits};
use super::output::{OutputKind, refuse_taken};
use super::planned_scripts::planned_scripts;
use super::site_rules::{overdue, unmet, unmet_anywhere};
use crate::bundle::{BundleError, UnverifiedBundle, VerifiedBundle};
use crate::model::{Digest, Hasher, Patch};
use crate::named_file;
use crate::plan::why::Making;
use crate::plan::{Note, NoteSource, Obstacle};
use crate::progress::{Phase, WatchedWriter};
use crate::trust::{AttachedReview, Denial, Keyring, Policy, Review, Verdict};
use crate::whole_file::WholeFile;
use crate::workbench::hidden::Hidden;
use crate::workbench::{
    Error, PatchFile, PlannedScript, Result, TextReading, Watch, Workbench, is_text_patch,
};

/// What a bundle says and what is known about it.
#[derive(Debug, Clone)]
pub struct Inspection {
    /// What it says. Texts must be escaped before they are shown.
    pub patch: Arc<Patch>,
    /// Who signed it.
    pub verdict: Verdict,
    /// Length of the file in bytes.
    pub(crate) file_bytes: u64,
    /// SHA-256 of the file.
    pub file_digest: Digest,
    /// SHA-256 of the manifest: what signatures cover.
    pub manifest_digest: Digest,
    /// The exact manifest.
    pub manifest: Vec<u8>,
    /// What its edits by key change in the files that they were made for.
    pub edits: Vec<ShownEdits>,
    /// What it hides, in words, names and contents.
    pub hidden: Hidden,
    /// Its scripts, whole, in the patch's own order.
    pub scripts: Vec<PlannedScript>,
    /// What the text patches say, if it is no bundle.
    pub text: Option<TextReading>,
    /// The reviews that came along and can be read, each with the SHA-256 of its exact bytes. Whose they are, and
    /// whether they count, is in the verdict.
    pub reviews: Vec<(Digest, Review)>,
}

/// What was verified.
#[derive(Debug, Clone)]
pub struct Verification {
    /// As [`Workbench::inspect`].
    pub inspection: Inspection,
    /// Number of contents whose every byte was read and hashed: blobs, and the diff.
    pub blobs: usize,
    /// The rules of this machine and person that it doesn't meet.
    pub(crate) unmet: Vec<Obstacle>,
    /// The products whose rules were asked; `*`: those for all.
    pub(crate) rules: Vec<String>,
    /// What else these rules say of it, and what is odd about them.
    pub(crate) notes: Vec<Note>,
}

impl Workbench {
    /// Opens a bundle and finds out who vouches for it.
    pub(crate) fn open(&self, bundle: &Path) -> Result<VerifiedBundle> {
        let opened = UnverifiedBundle::open(bundle)?;
        self.permitted(opened, &self.keyring()?, bundle)
    }

    /// The same by keys that were read already.
    pub(crate) fn open_by(&self, keyring: &Keyring, bundle: &Path) -> Result<VerifiedBundle> {
        self.permitted(UnverifiedBundle::open(bundle)?, keyring, bundle)
    }

    fn permitted(
        &self,
        opened: UnverifiedBundle,
        keyring: &Keyring,
        bundle: &Path,
    ) -> Result<VerifiedBundle> {
        let opened = opened.verify(keyring, self.environment.timestamp())?;
        match opened.verdict.may_be_seen() {
            true => Ok(opened),
            false => Err(Error::not_trusted(bundle, Denial::Policy, &opened.verdict)),
        }
    }

    /// Opens a bundle, or makes one of text patches for `target`.
    pub(in crate::workbench) fn open_for(
        &self,
        file: PatchFile<'_>,
        target: &Path,
        keyring: &Keyring,
        watch: Watch<'_>,
    ) -> Result<VerifiedBundle> {
        if !is_text_patch(file.path)? {
            return self.open_by(keyring, file.path);
        }
        self.bundle_of_text(file, target, watch)
    }

    /// Opens a bundle, or makes one of text patches if there is a folder for it.
    pub(in crate::workbench) fn open_maybe_for(
        &self,
        file: PatchFile<'_>,
        target: Option<&Path>,
        watch: Watch<'_>,
    ) -> Result<VerifiedBundle> {
        match target {
            Some(target) => self.open_for(file, target, &self.keyring()?, watch),
            None => self.open(file.path),
        }
    }

    /// Reads a bundle and checks every rule that needs no target. Everything in it is read and hashed, so that nobody
    /// reads how good a damaged file is.
    ///
    /// # Errors
    /// If the bundle is damaged, hostile or unreadable, or somebody wished to stop.
    pub fn inspect(&self, bundle: &Path, watch: Watch<'_>) -> Result<Inspection> {
        Ok(self.verify(bundle, watch)?.inspection)
    }

    /// What a patch file says: a bundle as [`Workbench::inspect`] tells it, or text patches as they are for `target`.
    ///
    /// # Errors
    /// As [`Workbench::inspect`], and if a text patch is broken or hostile.
    pub(crate) fn inspect_for(
        &self,
        file: PatchFile<'_>,
        target: Option<&Path>,
        watch: Watch<'_>,
    ) -> Result<Inspection> {
        if !is_text_patch(file.path)? {
            return self.inspect(file.path, watch);
        }
        let read = self.read_text_for(file, target, watch)?;
        Ok(Inspection {
            edits: Vec::new(),
            patch: read.patch,
            verdict: Verdict::unsigned(self.keyring()?.policy("")),
            hidden: read.hidden,
            scripts: Vec::new(),
            reviews: Vec::new(),
            file_bytes: read.file_bytes,
            file_digest: read.file_digest,
            manifest_digest: Digest::compute(&read.manifest),
            manifest: read.manifest,
            text: Some(read.reading),
        })
    }

    /// [`Workbench::verify`] by the keys and rules in `rules` in place of the machine's. Which product's rules count, only the
    /// patch says: those for all products hold, too.
    ///
    /// # Errors
    /// As [`Workbench::verify`], and if there are no such rules.
    pub(crate) fn verify_by(&self, rules: &Path, bundle: &Path, watch: Watch<'_>) -> Result<Verification> {
        let failed = |source| Error::File { doing: "read the rules", path: rules.to_owned(), source };
        named_file::open(rules).map_err(failed)?;
        let mut bench = self.clone();
        bench.environment.machine_trust_file = Some(std::path::absolute(rules).map_err(failed)?);
        let mut verified = bench.verify(bundle, watch)?;
        let (shown, general) = (&verified.inspection, bench.keyring()?.general_policy());
        let now = bench.environment.timestamp();
        let unmet = unmet_anywhere(&shown.patch, &shown.verdict, general, now);
        let policy = shown.verdict.policy.clone().stricter(bench.keyring()?.general_policy());
        let notes = bench.notes_on_rules(&shown.patch, &shown.verdict, &policy)?;
        verified.unmet = unmet.into_iter().map(Obstacle::only_looked_at).collect();
        verified.notes = notes;
        Ok(verified)
    }

    /// [`Workbench::inspect`], and says how much was read and which rules of the site aren't met.
    ///
    /// # Errors
    /// As [`Workbench::inspect`].
    pub fn verify(&self, bundle: &Path, watch: Watch<'_>) -> Result<Verification> {
        let bundle = self.open(bundle)?;
        check_contents(&bundle, watch)?;
        // The diff was read as a whole when the bundle was opened.
        let blobs = bundle.blobs().count() + usize::from(bundle.patch.diff.is_some());
        let (verdict, now) = (&bundle.verdict, self.environment.timestamp());
        let unmet = unmet(&bundle.patch, verdict, &verdict.policy, now);
        let unmet = unmet.into_iter().map(Obstacle::only_looked_at).collect();
        let notes = self.notes_on_rules(&bundle.patch, verdict, &verdict.policy)?;
        let rules = self.keyring()?.rules_for(&bundle.patch.about.product.name);
        Ok(Verification { inspection: inspection(bundle, watch)?, blobs, unmet, rules, notes })
    }

    /// Writes the SBOM that is in `bundle` to `to`, byte for byte, whole or not at all.
    ///
    /// # Errors
    /// If it has none, something of the name is there, or nothing can be written.
    pub(crate) fn save_sbom(&self, bundle: &Path, to: &Path) -> Result<()> {
        let opened = self.open(bundle)?;
        let about = &opened.patch.about;
        let Some(sbom) = &about.evidence.sbom else {
            return Err(Error::refused(Making::NoSbom { patch: about.identity.clone() }));
        };
        refuse_taken(to, OutputKind::Sbom)?;
        let failed = |source| Error::File { doing: "write", path: to.to_owned(), source };
        let mut file = WholeFile::create(to).map_err(failed)?;
        opened.copy_blob(&sbom.digest, file.file())?;
        file.publish().map_err(failed)
    }

    /// What the rules say about `patch` that stops nothing, and what is odd about them.
    fn notes_on_rules(&self, patch: &Patch, verdict: &Verdict, policy: &Policy) -> Result<Vec<Note>> {
        let late = overdue(patch, verdict, policy, self.environment.timestamp());
        let misnamed = self.keyring()?.misnamed(&[&patch.about.product.name]);
        Ok(late
            .into_iter()
            .chain(misnamed.iter().map(|one| Note::told(NoteSource::Rules, one.sentence())))
            .collect())
    }
}

/// Reads and hashes every content of `bundle`.
///
/// # Errors
/// If one is damaged.
pub(crate) fn check_contents(bundle: &VerifiedBundle, watch: Watch<'_>) -> Result<()> {
    let blobs: Vec<(Digest, u64)> = bundle.blobs().collect();
    let content_bytes: u64 = blobs.iter().map(|(_, size_bytes)| size_bytes).sum();
    watch.progress.begin(Phase::Reading, bundle.file_bytes() + content_bytes);
    blobs.par_iter().try_for_each(|(digest, _)| {
        // Unpacking checks the digest.
        let copied = bundle.copy_blob(digest, &mut watched(io::sink(), watch));
        copied.map(drop).map_err(|error| stopped_or(error, watch))
    })
}

/// SHA-256 of the whole file of `bundle`; of text patches, of what they are made of.
pub(crate) fn file_digest(bundle: &VerifiedBundle, watch: Watch<'_>) -> Result<Digest> {
    if bundle.reading().is_some() {
        return Ok(bundle.file_digest()?);
    }
    let mut file = watched(Hasher::new(), watch);
    bundle.copy_file(&mut file).map_err(|error| stopped_or(error, watch))?;
    Ok(file.into_inner().finish())
}

fn inspection(bundle: VerifiedBundle, watch: Watch<'_>) -> Result<Inspection> {
    let file_digest = file_digest(&bundle, watch)?;
    let hidden = hidden_in(&bundle, None, watch.cancel)?;
    Ok(Inspection {
        edits: shown_edits(&bundle)?,
        hidden,
        verdict: bundle.verdict.clone(),
        file_bytes: bundle.file_bytes(),
        file_digest,
        manifest_digest: Digest::compute(bundle.manifest()),
        manifest: bundle.manifest().to_vec(),
        scripts: planned_scripts(&bundle)?,
        reviews: readable_reviews(&bundle),
        patch: bundle.patch,
        text: None,
    })
}

/// The reviews in a bundle that can be read, each with the SHA-256 of its exact bytes.
pub(crate) fn readable_reviews(bundle: &VerifiedBundle) -> Vec<(Digest, Review)> {
    let read = |attached: &AttachedReview| {
        Some((Digest::compute(&attached.report), Review::parse(&attached.report).ok()?))
    };
    bundle.reviews.iter().filter_map(read).collect()
}

fn watched<W: Write>(inner: W, watch: Watch<'_>) -> WatchedWriter<'_, W> {
    WatchedWriter::new(inner, watch.progress, watch.cancel)
}

/// Reading also fails when it is stopped on request.
fn stopped_or(error: BundleError, watch: Watch<'_>) -> Error {
    match watch.cancel.check() {
        Err(cancelled) => cancelled.into(),
        Ok(()) => error.into(),
    }
}
