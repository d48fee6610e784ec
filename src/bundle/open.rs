//! Opens a bundle: from a file nobody knows to a patch whose every rule was checked.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::path::Path;

use jiff::Timestamp;

use super::container::Container;
use super::in_memory::InMemory;
use super::manifest::{ManifestError, read_manifest, referenced_blobs};
use super::{BundleError, limits, manifest};
use crate::diff::on_tree::TextOrigin;
use crate::model::{Code, Digest, Patch};
use crate::trust::{Attached, AttachedReview, Claim, Keyring, Policy, SequencePlace, Verdict, judge};

/// Why a bundle is not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The container is damaged, hostile or unreadable.
    #[error(transparent)]
    Container(#[from] BundleError),
    /// The manifest breaks a rule.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
}

impl OpenError {
    /// The code to print.
    pub fn code(&self) -> Code {
        match self {
            OpenError::Container(error) => error.code(),
            OpenError::Manifest(error) => error.code,
        }
    }
}

/// A bundle whose container keeps every rule. What it says is not known yet.
#[derive(Debug)]
pub struct UnverifiedBundle {
    container: Container,
    manifest: Vec<u8>,
    signatures: Vec<Attached>,
    reviews: Vec<AttachedReview>,
}

impl UnverifiedBundle {
    /// Opens the file at `path` and checks its container.
    ///
    /// # Errors
    /// Names the first rule that the container breaks.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let container = Container::open(path)?;
        let manifest = container.manifest_bytes()?;
        let signatures = container.signatures()?.into_iter().map(|(_, signature)| signature).collect();
        let reviews = container.reviews()?.into_iter().map(|(_, review)| review).collect();
        Ok(Self { container, manifest, signatures, reviews })
    }

    /// Reads the manifest, checks every rule, that the content in the bundle is what the manifest names, and who vouches
    /// for it by the keys in `keyring` at the time `now`.
    ///
    /// # Errors
    /// Names the first rule that is broken. Signatures that do not count are no error, but in the verdict.
    pub fn verify(self, keyring: &Keyring, now: Timestamp) -> Result<VerifiedBundle, OpenError> {
        let patch = read_manifest(&self.manifest)?;
        let referenced = referenced_blobs(&patch);
        self.container.check_blobs(&referenced.keys().copied().collect::<BTreeSet<_>>())?;
        for (digest, size_bytes) in referenced {
            if size_bytes.is_some() && self.container.blob_size(&digest) != size_bytes {
                let problem = format!("blob {digest} has another size than the manifest says");
                return Err(BundleError::new(Code::Manifest, problem).in_file(self.container.path()).into());
            }
        }
        let claim = claim_of(&patch, &self.manifest);
        let verdict = judge(&claim, &self.signatures, &self.reviews, keyring, now);
        let content = BundleContent::Container(self.container);
        let bundle = VerifiedBundle {
            patch,
            verdict,
            text: None,
            signatures: self.signatures,
            reviews: self.reviews,
            manifest: self.manifest,
            content,
        };
        bundle.check_scripts()?;
        Ok(bundle)
    }
}

/// What signatures over the exact bytes of `manifest`, which say what `patch` is, vouch for.
pub(crate) fn claim_of<'m>(patch: &Patch, manifest: &'m [u8]) -> Claim<'m> {
    let (place, asks) = (place_of(patch), patch.about.approvals);
    Claim { manifest, place, created: patch.created.parse().ok(), asks }
}

/// Where a patch stands in its vendor's row, as signatures repeat it.
pub(crate) fn place_of(patch: &Patch) -> SequencePlace {
    SequencePlace {
        product: patch.about.product.name.clone(),
        channel: patch.about.channel.clone().unwrap_or_default(),
        sequence: patch.about.sequence,
    }
}

/// A bundle whose manifest was read and whose content is readable.
#[derive(Debug)]
pub struct VerifiedBundle {
    /// What it says.
    pub patch: Patch,
    /// Who vouches for it.
    pub verdict: Verdict,
    /// How the diffs fit, if it was made of text patches for one folder.
    pub text: Option<TextOrigin>,
    /// The signatures that came along, whoever made them.
    pub signatures: Vec<Attached>,
    /// The reviews that came along, whoever signed them.
    pub reviews: Vec<AttachedReview>,
    manifest: Vec<u8>,
    content: BundleContent,
}

/// Where contents are.
#[derive(Debug)]
enum BundleContent {
    Container(Container),
    Memory(InMemory),
}

impl VerifiedBundle {
    /// One that is in no file: what text patches become for one folder.
    ///
    /// # Errors
    /// Names the first rule that `patch` breaks, as it would be for one that comes from a file.
    pub(crate) fn of_text(
        patch: Patch,
        origin: TextOrigin,
        content: InMemory,
        policy: Policy,
    ) -> Result<Self, OpenError> {
        // Where hunks have no place the patch is not whole, and nobody applies it.
        if origin.is_good() && !patch.changes.is_empty() {
            manifest::check(&patch)?;
        }
        let manifest = manifest::write_manifest(&patch);
        Ok(Self {
            patch,
            verdict: Verdict::unsigned(policy),
            text: Some(origin),
            signatures: Vec::new(),
            reviews: Vec::new(),
            manifest,
            content: BundleContent::Memory(content),
        })
    }

    /// Finds out anew who vouches for it: keys and rules may have changed since it was opened.
    pub(crate) fn judge_again(&mut self, keyring: &Keyring, now: Timestamp) {
        self.verdict = match self.text {
            Some(_) => Verdict::unsigned(keyring.policy("")),
            None => {
                let claim = claim_of(&self.patch, &self.manifest);
                judge(&claim, &self.signatures, &self.reviews, keyring, now)
            }
        };
    }

    /// SHA-256 of the unpacked text and of how it was read, if it was made of text patches.
    pub(crate) fn reading(&self) -> Option<Digest> {
        match &self.content {
            BundleContent::Container(_) => None,
            BundleContent::Memory(memory) => Some(memory.reading),
        }
    }

    /// The exact bytes of the manifest.
    pub fn manifest(&self) -> &[u8] {
        &self.manifest
    }

    /// SHA-256 of the whole file.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn file_digest(&self) -> Result<Digest, BundleError> {
        match &self.content {
            BundleContent::Container(container) => container.file_digest(),
            BundleContent::Memory(memory) => Ok(memory.source_digest),
        }
    }

    /// Copies the whole file to `out`, a block at a time.
    ///
    /// # Errors
    /// If the file cannot be read, or `out` fails, or there is no file.
    pub(crate) fn copy_file(&self, out: &mut dyn Write) -> Result<(), BundleError> {
        match &self.content {
            BundleContent::Container(container) => container.copy_file(out),
            BundleContent::Memory(_) => Err(BundleError::new(Code::Container, "the patch is in no bundle")),
        }
    }

    /// Length of the whole file in bytes.
    pub(crate) fn file_bytes(&self) -> u64 {
        match &self.content {
            BundleContent::Container(container) => container.file_bytes(),
            BundleContent::Memory(memory) => memory.source_bytes,
        }
    }

    /// Writes a blob to `out`; its digest is checked, so on an error what was written must not be used.
    ///
    /// # Errors
    /// If the blob is damaged or cannot be read.
    pub fn copy_blob(&self, digest: &Digest, out: &mut dyn Write) -> Result<u64, BundleError> {
        match &self.content {
            BundleContent::Container(container) => container.copy_blob(digest, out),
            BundleContent::Memory(memory) => memory.copy_blob(digest, out),
        }
    }

    /// A blob to read from; it is known to be right only when its end was read.
    ///
    /// # Errors
    /// If there is no such blob.
    pub(crate) fn open_blob(&self, digest: &Digest) -> Result<Box<dyn Read + '_>, BundleError> {
        match &self.content {
            BundleContent::Container(container) => Ok(Box::new(container.open_blob(digest)?)),
            BundleContent::Memory(memory) => Ok(Box::new(memory.blob(digest)?)),
        }
    }

    /// A blob of at most `max_bytes`.
    ///
    /// # Errors
    /// As [`VerifiedBundle::copy_blob`], or [`Code::Limit`].
    pub fn read_blob(&self, digest: &Digest, max_bytes: u64) -> Result<Vec<u8>, BundleError> {
        match &self.content {
            BundleContent::Container(container) => container.read_blob(digest, max_bytes),
            BundleContent::Memory(memory) => memory.blob(digest).map(<[u8]>::to_vec),
        }
    }

    /// All blobs and their sizes, ascending.
    pub fn blobs(&self) -> impl Iterator<Item = (Digest, u64)> {
        let blobs: Vec<(Digest, u64)> = match &self.content {
            BundleContent::Container(container) => container.blobs().collect(),
            BundleContent::Memory(memory) => memory.blobs().collect(),
        };
        blobs.into_iter()
    }

    /// The largest bundle that is opened, in bytes.
    pub const MAX_BYTES: u64 = limits::MAX_BUNDLE_BYTES;
}
