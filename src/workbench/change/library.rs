//! Finds contents by digest: in the folder, among the safe copies, in bundles, and among what was put together here.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use crate::bundle::{BundleError, VerifiedBundle, delta};
use crate::disk::fs::{FileRead, Fs, Place, StatePath};
use crate::disk::hash_file;
use crate::model::{Code, Digest, FileNode, Node, Payload, Step, TreePath, TreeState};
use crate::plan::ContentByDigest;
use crate::progress::CancelToken;
use crate::transaction::{Archive, ContentError, Contents};
use crate::workbench::look::changes::{Content, Spool};
use crate::workbench::look::merging::wants_merging;

/// Largest content that is compared line by line for a merge, in bytes; what is larger counts as binary.
const MAX_COMPARED_BYTES: u64 = 16 << 20;

/// How a bundle gives a content.
enum Recipe {
    /// It is one of its blobs.
    Blob { bundle: usize },
    /// One of its blobs makes it out of another content.
    Delta { bundle: usize, blob: Digest, source: Digest, source_bytes: u64 },
}

/// Every content that can be had.
pub(super) struct Library<'a> {
    fs: &'a dyn Fs,
    bundles: &'a [VerifiedBundle],
    recipes: BTreeMap<Digest, Recipe>,
    live: BTreeMap<Digest, TreePath>,
    archive: Archive,
    made: BTreeMap<Digest, Arc<Vec<u8>>>,
    sizes: BTreeMap<Digest, u64>,
    read: Mutex<BTreeMap<Digest, Option<Arc<Vec<u8>>>>>,
}

impl<'a> Library<'a> {
    /// What these bundles bring, and what is kept and seen in the folder.
    pub fn new(fs: &'a dyn Fs, bundles: &'a [VerifiedBundle], tree: &TreeState, archive: Archive) -> Self {
        let mut library = Self {
            fs,
            bundles,
            recipes: BTreeMap::new(),
            live: BTreeMap::new(),
            archive,
            made: BTreeMap::new(),
            sizes: BTreeMap::new(),
            read: Mutex::default(),
        };
        for (path, file) in tree.iter().filter_map(|(path, node)| Some((path, node.as_file()?))) {
            library.live.entry(file.digest).or_insert_with(|| path.clone());
            library.sizes.insert(file.digest, file.size_bytes);
        }
        for index in 0..bundles.len() {
            library.add_bundle(index);
        }
        library
    }

    /// With contents that were put together.
    pub fn with_made(mut self, made: BTreeMap<Digest, Arc<Vec<u8>>>) -> Self {
        self.made = made;
        self
    }

    fn add_bundle(&mut self, bundle: usize) {
        let patch = &self.bundles[bundle].patch;
        for change in &patch.changes {
            let before = change.before.iter().filter_map(Node::as_file);
            for file in before.chain(change.after.iter().filter_map(Node::as_file)) {
                self.sizes.insert(file.digest, file.size_bytes);
            }
            if let Some(base) = change.base {
                self.recipes.entry(base).or_insert(Recipe::Blob { bundle });
            }
            let Some(file) = change.after.as_ref().and_then(Node::as_file) else { continue };
            match &change.payload {
                Some(Payload::Whole { blob }) => {
                    self.recipes.insert(*blob, Recipe::Blob { bundle });
                }
                Some(Payload::Delta { blob, from, source }) => {
                    let origin = patch.change_at(from).into_iter().flat_map(|change| &change.before);
                    let source_file = origin.filter_map(Node::as_file).find(|file| file.digest == *source);
                    let Some(source_bytes) = source_file.map(|file| file.size_bytes) else { continue };
                    self.recipes.entry(file.digest).or_insert(Recipe::Delta {
                        bundle,
                        blob: *blob,
                        source: *source,
                        source_bytes,
                    });
                }
                Some(Payload::Same { .. }) | None => {}
            }
        }
    }

    /// Whether a content is kept among the safe copies.
    pub fn is_kept(&self, digest: &Digest) -> bool {
        !self.archive.find(digest).is_empty()
    }

    /// A safe copy of a content that was read and is what it should be.
    pub fn whole_copy(&self, digest: &Digest) -> io::Result<Option<&StatePath>> {
        for place in self.archive.find(digest) {
            if hash_file(self.fs, &Place::from(place))?.0 == *digest {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }

    fn copy_to(&self, digest: &Digest, out: &mut dyn Write) -> Result<(), ContentError> {
        if let Some(made) = self.made.get(digest) {
            return Ok(out.write_all(made)?);
        }
        match self.recipes.get(digest) {
            Some(Recipe::Blob { bundle }) => {
                return self.bundles[*bundle].copy_blob(digest, out).map(drop).map_err(content_error);
            }
            Some(Recipe::Delta { bundle, blob, source, source_bytes }) if self.has(source) => {
                let mut delta = self.bundles[*bundle].open_blob(blob).map_err(content_error)?;
                let mut old = self.open(source, *source_bytes)?;
                let size_bytes = self.sizes.get(digest).copied().unwrap_or_default();
                return delta::decode(&mut delta, &mut *old, *source_bytes, size_bytes, out)
                    .map_err(|error| content_error(error.into()));
            }
            _ => {}
        }
        let mut file = self.open_here(digest)?.ok_or_else(|| ContentError::Refused {
            code: Code::Store,
            detail: "its content is neither in the folder nor among the safe copies".to_owned(),
        })?;
        Ok(io::copy(&mut file, out).map(drop)?)
    }

    fn has(&self, digest: &Digest) -> bool {
        self.made.contains_key(digest)
            || self.recipes.contains_key(digest)
            || self.live.contains_key(digest)
            || self.is_kept(digest)
    }

    /// A content that is a file in the folder or among the safe copies.
    fn open_here(&self, digest: &Digest) -> io::Result<Option<Box<dyn FileRead>>> {
        if let Some(path) = self.live.get(digest) {
            return self.fs.open(&Place::from(path)).map(Some);
        }
        match self.whole_copy(digest)? {
            Some(place) => self.fs.open(&Place::from(place)).map(Some),
            None => Ok(None),
        }
    }

    fn open(&self, digest: &Digest, size_bytes: u64) -> Result<Box<dyn FileRead>, ContentError> {
        if let Some(file) = self.open_here(digest)? {
            return Ok(file);
        }
        let cancel = CancelToken::new();
        let mut spool = Spool::new(size_bytes, &cancel);
        self.copy_to(digest, &mut spool)?;
        let content: Content = spool.finish(*digest)?.ok_or_else(|| ContentError::Refused {
            code: Code::Delta,
            detail: "what its content is made from is damaged".to_owned(),
        })?;
        Ok(Box::new(content.reader()?))
    }
}

impl ContentByDigest for Library<'_> {
    fn content(&self, file: &FileNode) -> Option<Arc<Vec<u8>>> {
        if file.size_bytes > MAX_COMPARED_BYTES {
            return None;
        }
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let whole = read.entry(file.digest).or_insert_with(|| {
            let mut bytes = Vec::new();
            // What cannot be read cannot be compared; whoever needs it says so.
            self.copy_to(&file.digest, &mut bytes).ok()?;
            (Digest::compute(&bytes) == file.digest).then(|| Arc::new(bytes))
        });
        whole.clone()
    }
}

impl Contents for Library<'_> {
    fn kept(&self, _: &Step) -> Option<StatePath> {
        None
    }

    fn remembers(&self, step: &Step) -> bool {
        let changes = self.bundles.iter().filter_map(|bundle| bundle.patch.change_at(&step.path));
        changes.into_iter().any(wants_merging)
    }

    fn like(&self, step: &Step) -> Option<StatePath> {
        let file = step.after.as_ref().and_then(Node::as_file).filter(|_| self.bundles.is_empty())?;
        self.whole_copy(&file.digest).ok().flatten().cloned()
    }

    fn write(&self, step: &Step, _: &dyn Fs, out: &mut dyn Write) -> Result<(), ContentError> {
        match step.after.as_ref().and_then(Node::as_file) {
            Some(file) => self.copy_to(&file.digest, out),
            None => Ok(()),
        }
    }
}

pub(super) fn content_error(error: BundleError) -> ContentError {
    match error.into_io() {
        Ok(source) => ContentError::Io(source),
        Err(error) => ContentError::Refused { code: error.code(), detail: error.problem().to_owned() },
    }
}
