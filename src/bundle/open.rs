//! Opens a bundle: from a file nobody knows to a patch whose every rule was checked.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use super::container::Container;
use super::diff_text::{self, Direction, VerifiedDiffText};
use super::in_memory::InMemory;
use super::manifest::{ManifestError, read_manifest, referenced_blobs};
use super::shared::SharedBlobs;
use super::{BundleError, manifest};
use crate::diff::on_tree::TextOrigin;
use crate::model::{Code, Digest, FileNode, Patch, TreePath};
use crate::trust::{
    Attached, AttachedReview, Keyring, Policy, SequencePlace, SignatureSubject, Verdict, judge,
};

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
    /// Whether anybody signed it.
    pub(crate) fn is_signed(&self) -> bool {
        !self.signatures.is_empty()
    }

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

    /// Reads the manifest, checks every rule, that the content in the bundle is what the manifest names, and who signed
    /// it, by the keys in `keyring` at the time `now`.
    ///
    /// # Errors
    /// Names the first rule that is broken. Signatures that do not count are no error, but in the verdict.
    pub fn verify(self, keyring: &Keyring, now: Timestamp) -> Result<VerifiedBundle, OpenError> {
        let patch = read_manifest(&self.manifest)?;
        let mut referenced = referenced_blobs(&patch);
        let shared = read_shared(&self.container, &mut referenced)
            .map_err(|error| error.in_member("blobs/shared").in_file(self.container.path()))?;
        self.container.check_blobs(&referenced.keys().copied().collect::<BTreeSet<_>>())?;
        for (digest, size_bytes) in referenced {
            if size_bytes.is_some() && self.container.blob_size(&digest) != size_bytes {
                let problem = format!("blob {digest} has another size than the manifest says");
                return Err(BundleError::new(Code::Manifest, problem).in_file(self.container.path()).into());
            }
        }
        let diff = read_diff(&self.container, &patch)
            .map_err(|error| error.in_member("changes.patch").in_file(self.container.path()))?;
        let claim = claim_of(&patch, &self.manifest);
        let verdict = judge(&claim, &self.signatures, &self.reviews, keyring, now);
        let content = BundleContent::Container(Arc::new(self.container));
        let bundle = VerifiedBundle {
            patch: Arc::new(patch),
            verdict,
            text: None,
            signatures: self.signatures,
            reviews: self.reviews,
            manifest: self.manifest.into(),
            diff: diff.map(Arc::new),
            shared: shared.map(Arc::new),
            content,
            proven: Arc::default(),
        };
        bundle.check_scripts()?;
        Ok(bundle)
    }
}

/// The text changes, if the patch has any; everything that can be checked without a folder is.
fn read_diff(container: &Container, patch: &Patch) -> Result<Option<VerifiedDiffText>, BundleError> {
    let refused = |problem: &str| Err(BundleError::new(Code::Manifest, problem));
    match (container.diff_size(), patch.diff) {
        (None, None) => Ok(None),
        (Some(_), None) => refused("the manifest does not mention it"),
        (None, Some(_)) => refused("the manifest mentions it, and it is not there"),
        (Some(size_bytes), Some(declared)) if size_bytes != declared.size_bytes => {
            refused("it has another size than the manifest says")
        }
        (Some(_), Some(_)) => diff_text::read(patch, container.open_diff()?).map(Some),
    }
}

/// The small contents that share a member, if there is one, and takes them out of `referenced`: they are those that have
/// no member of their own.
fn read_shared(
    container: &Container,
    referenced: &mut BTreeMap<Digest, Option<u64>>,
) -> Result<Option<SharedBlobs>, BundleError> {
    let refused = |problem: &str| Err(BundleError::new(Code::Manifest, problem));
    let Some(size_bytes) = container.shared_size() else { return Ok(None) };
    let mut expected = BTreeMap::new();
    for (digest, size_bytes) in referenced.iter().filter(|(digest, _)| container.blob_size(digest).is_none())
    {
        let Some(size_bytes) = size_bytes else {
            return refused("a content is missing whose size the manifest does not say");
        };
        expected.insert(*digest, *size_bytes);
    }
    if expected.is_empty() {
        return refused("every content that the manifest names has a member of its own");
    }
    if expected.values().try_fold(0, |sum: u64, size| sum.checked_add(*size)) != Some(size_bytes) {
        return refused("it has another size than the contents that are in no other member");
    }
    referenced.retain(|digest, _| !expected.contains_key(digest));
    SharedBlobs::read(&expected, container.open_shared()?).map(Some)
}

/// What signatures over the exact bytes of `manifest`, which say what `patch` is, vouch for.
pub(crate) fn claim_of<'m>(patch: &Patch, manifest: &'m [u8]) -> SignatureSubject<'m> {
    let (place, asks) = (place_of(patch), patch.about.approvals);
    SignatureSubject { manifest, place, created: patch.created.parse().ok(), asks, folder: None }
}

/// Where a patch stands in its vendor's row, as signatures repeat it.
pub(crate) fn place_of(patch: &Patch) -> SequencePlace {
    SequencePlace {
        product: patch.about.product.name.clone(),
        channel: patch.about.channel.clone().unwrap_or_default(),
        sequence: patch.about.sequence,
    }
}

/// A bundle whose manifest was read and whose content is readable. A clone of it reads from the same open file.
#[derive(Debug, Clone)]
pub struct VerifiedBundle {
    /// What it says.
    pub patch: Arc<Patch>,
    /// Who signed it, by the rules of the product that it says it is for.
    pub verdict: Verdict,
    /// How the diffs fit, if it was made of text patches for one folder.
    pub text: Option<TextOrigin>,
    /// The signatures that came along, whoever made them.
    pub signatures: Vec<Attached>,
    /// The reviews that came along, whoever signed them.
    pub reviews: Vec<AttachedReview>,
    manifest: Arc<[u8]>,
    diff: Option<Arc<VerifiedDiffText>>,
    shared: Option<Arc<SharedBlobs>>,
    content: BundleContent,
    /// Contents out of which another one was made, and was the promised one.
    proven: Arc<Mutex<BTreeSet<(Digest, Digest)>>>,
}

/// Where contents are.
#[derive(Debug, Clone)]
enum BundleContent {
    Container(Arc<Container>),
    Memory(Arc<InMemory>),
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
            patch: Arc::new(patch),
            verdict: Verdict::unsigned(policy),
            text: Some(origin),
            signatures: Vec::new(),
            reviews: Vec::new(),
            manifest: manifest.into(),
            diff: None,
            shared: None,
            content: BundleContent::Memory(Arc::new(content)),
            proven: Arc::default(),
        })
    }

    /// Who vouches for it in a folder that holds the product `folder`; `None`: nothing is known about the folder.
    pub(crate) fn verdict_in(&self, folder: Option<&str>, keyring: &Keyring, now: Timestamp) -> Verdict {
        if self.text.is_some() {
            let general = || keyring.general_policy();
            return Verdict::unsigned(folder.map_or_else(general, |product| keyring.policy(product)));
        }
        let claim =
            SignatureSubject { folder: folder.map(str::to_owned), ..claim_of(&self.patch, &self.manifest) };
        judge(&claim, &self.signatures, &self.reviews, keyring, now)
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
        if let Some(small) = self.small_blob(digest)? {
            out.write_all(&small).map_err(|error| BundleError::io("cannot write the content", error))?;
            return Ok(small.len() as u64);
        }
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
        if let Some(small) = self.small_blob(digest)? {
            return Ok(Box::new(Cursor::new(small)));
        }
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
        if let Some(small) = self.small_blob(digest)? {
            return match small.len() as u64 > max_bytes {
                false => Ok(small),
                true => Err(BundleError::new(
                    Code::Limit,
                    format!("{} bytes are more than the allowed {max_bytes}", small.len()),
                )),
            };
        }
        match &self.content {
            BundleContent::Container(container) => container.read_blob(digest, max_bytes),
            BundleContent::Memory(memory) => memory.blob(digest).map(<[u8]>::to_vec),
        }
    }

    fn small_blob(&self, digest: &Digest) -> Result<Option<Vec<u8>>, BundleError> {
        self.shared.as_ref().map_or(Ok(None), |shared| shared.blob(digest))
    }

    /// What the patch's diff says about the change at `path`, as it stands in `changes.patch`; `None` if nothing.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(crate) fn diff_of(&self, path: &TreePath) -> Result<Option<Vec<u8>>, BundleError> {
        self.diff.as_ref().map_or(Ok(None), |diff| diff.section(path))
    }

    /// Whether the patch's diff says the change at `path`.
    pub(crate) fn has_diff_of(&self, path: &TreePath) -> bool {
        self.diff.as_ref().is_some_and(|diff| diff.says(path))
    }

    /// What the patch's diff makes of `source` at `path`. Its digest is not compared.
    ///
    /// # Errors
    /// If the diff is not about this content.
    pub(crate) fn apply_diff(
        &self,
        path: &TreePath,
        direction: Direction,
        source: &[u8],
    ) -> Result<Vec<u8>, BundleError> {
        let missing = || BundleError::new(Code::Container, "the patch has no diff");
        self.diff.as_ref().ok_or_else(missing)?.make(path, direction, source)
    }

    /// What the patch's diff of the file at `path` was made from, put together out of `now`; `None` if it can't be.
    ///
    /// # Errors
    /// If the diff can't be read.
    pub(crate) fn original_within(
        &self,
        path: &TreePath,
        now: &[u8],
        original: &FileNode,
    ) -> Result<Option<Vec<u8>>, BundleError> {
        self.diff.as_ref().map_or(Ok(None), |diff| diff.original_within(path, now, original))
    }

    /// Whether the second of the two was made out of the first, and is what the manifest promises.
    pub(crate) fn is_proven(&self, made: (Digest, Digest)) -> bool {
        self.proven.lock().unwrap_or_else(PoisonError::into_inner).contains(&made)
    }

    /// Remembers that it was, for every clone.
    pub(crate) fn note_proven(&self, made: (Digest, Digest)) {
        self.proven.lock().unwrap_or_else(PoisonError::into_inner).insert(made);
    }

    /// The same problem, with the file that it is in.
    pub(crate) fn in_its_file(&self, problem: BundleError) -> BundleError {
        match &self.content {
            BundleContent::Container(container) => problem.in_file(container.path()),
            BundleContent::Memory(_) => problem,
        }
    }

    /// All blobs and their sizes, ascending.
    pub fn blobs(&self) -> impl Iterator<Item = (Digest, u64)> {
        let blobs: Vec<(Digest, u64)> = match &self.content {
            BundleContent::Container(container) => container.blobs().collect(),
            BundleContent::Memory(memory) => memory.blobs().collect(),
        };
        let small = self.shared.iter().flat_map(|shared| shared.blobs());
        blobs.into_iter().chain(small).collect::<BTreeMap<_, _>>().into_iter()
    }
}
