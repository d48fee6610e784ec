//! Packs the contents that a bundle brings: whole or as a delta, whichever is smaller.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::{self, Read, Seek, SeekFrom};

use super::effort::{CompressionLevels, memory_bytes};
use super::trees::{SourceSide, Trees};
use super::{AuthorError, workers};
use crate::bundle::container::{BlobSpool, PackedBlob};
use crate::bundle::delta::{self, DeltaError};
use crate::disk::fs::Stat;
use crate::model::{Digest, FileNode, Hasher, Payload, TreePath};
use crate::progress::{Phase, Progress};

/// A delta this many times smaller than the content needs no comparison with the whole: hardly any content packs as
/// well by itself.
const CLEARLY_SMALLER: u64 = 8;

/// A content that the bundle has to bring.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub side: SourceSide,
    /// One place where it stands.
    pub path: TreePath,
    pub file: FileNode,
    /// What a delta may start from.
    pub source: Option<DeltaSource>,
}

/// Old content that a delta starts from.
#[derive(Debug, Clone)]
pub(super) struct DeltaSource {
    pub path: TreePath,
    pub file: FileNode,
    /// Its look when it was hashed.
    pub seen: Stat,
    /// Only a guess: the delta has to be clearly smaller than the whole before people are told that a file moved.
    pub(crate) is_guess: bool,
}

/// What tells two wanted contents apart: the content, and what it is made from.
type WantedKey = (Digest, Option<Digest>);

/// Everything packed, each content once.
pub(super) struct Packed {
    by_key: BTreeMap<WantedKey, (bool, PackedBlob)>,
}

impl Wanted {
    fn key(&self) -> WantedKey {
        (self.file.digest, self.source.as_ref().map(|source| source.file.digest))
    }

    fn source_bytes(&self) -> u64 {
        self.source.as_ref().map_or(0, |source| source.file.size_bytes)
    }

    fn memory_bytes(&self) -> u64 {
        memory_bytes(self.source_bytes(), self.file.size_bytes)
    }
}

impl Packed {
    /// Packs all of `wanted` into `spool`.
    pub fn pack(wanted: &[Wanted], trees: &Trees<'_>, spool: &BlobSpool) -> Result<Self, AuthorError> {
        let jobs: BTreeMap<WantedKey, &Wanted> =
            wanted.iter().rev().map(|wanted| (wanted.key(), wanted)).collect();
        let mut jobs: Vec<&Wanted> = jobs.into_values().collect();
        // The longest first, so that none is left alone at the end.
        jobs.sort_by_key(|job| std::cmp::Reverse(job.memory_bytes().max(job.file.size_bytes)));
        let new_bytes = jobs.iter().map(|job| job.file.size_bytes).fold(0, u64::saturating_add);
        let old_bytes = jobs.iter().map(|job| job.source_bytes()).fold(0, u64::saturating_add);
        let packer = Packer {
            trees,
            spool,
            effort: CompressionLevels::for_total(old_bytes.saturating_add(new_bytes)),
        };
        trees.progress.begin(Phase::Packing, new_bytes);
        let results = workers::run(&jobs, |job| job.memory_bytes(), |job| packer.pack(job))?;
        Ok(Self { by_key: jobs.iter().map(|job| job.key()).zip(results).collect() })
    }

    /// How `wanted` travels.
    pub(crate) fn payload_of(&self, wanted: &Wanted) -> Payload {
        let (is_delta, blob) = &self.by_key[&wanted.key()];
        match &wanted.source {
            Some(DeltaSource { path, file, .. }) if *is_delta => {
                Payload::Delta { blob: blob.digest(), from: path.clone(), source: file.digest }
            }
            _ => Payload::Whole { blob: blob.digest() },
        }
    }

    /// All blobs, ascending.
    pub fn blobs(&self) -> BTreeMap<Digest, &PackedBlob> {
        self.by_key.values().map(|(_, blob)| (blob.digest(), blob)).collect()
    }
}

struct Packer<'a> {
    trees: &'a Trees<'a>,
    spool: &'a BlobSpool,
    effort: CompressionLevels,
}

impl Packer<'_> {
    /// The smaller form of a content, and whether it is a delta.
    fn pack(&self, wanted: &Wanted) -> Result<(bool, PackedBlob), AuthorError> {
        let ticks = Ticks { progress: self.trees.progress, left: Cell::new(wanted.file.size_bytes) };
        let packed = match &wanted.source {
            None => (false, self.whole(wanted, &ticks)?),
            Some(source) => {
                let delta = self.delta(wanted, source, &ticks)?;
                if !source.is_guess && delta.packed_bytes() < wanted.file.size_bytes / CLEARLY_SMALLER {
                    (true, delta)
                } else {
                    let whole = self.whole(wanted, &ticks)?;
                    let limit =
                        if source.is_guess { whole.packed_bytes() / 4 * 3 } else { whole.packed_bytes() };
                    if delta.packed_bytes() < limit { (true, delta) } else { (false, whole) }
                }
            }
        };
        ticks.finish();
        Ok(packed)
    }

    fn whole(&self, wanted: &Wanted, ticks: &Ticks<'_>) -> Result<PackedBlob, AuthorError> {
        let mut content = CountingReader::new(self.trees.open(wanted.side, &wanted.path)?, ticks);
        let level = self.effort.whole(wanted.file.size_bytes);
        let blob = self.spool.compress(&mut content, level);
        let blob = blob.map_err(|error| match self.trees.cancel.check() {
            Err(cancelled) => cancelled.into(),
            Ok(()) => AuthorError::Bundle(error),
        })?;
        if blob.digest() != wanted.file.digest {
            return Err(changed(wanted.side, &wanted.path));
        }
        Ok(blob)
    }

    fn delta(
        &self,
        wanted: &Wanted,
        source: &DeltaSource,
        ticks: &Ticks<'_>,
    ) -> Result<PackedBlob, AuthorError> {
        let mut old = self.trees.open(SourceSide::Old, &source.path)?;
        let mut new = CountingReader::new(self.trees.open(wanted.side, &wanted.path)?, ticks);
        let (old_bytes, new_bytes) = (source.file.size_bytes, wanted.file.size_bytes);
        let level = self.effort.delta(old_bytes, new_bytes);
        let mut blob = self.spool.store();
        delta::encode(&mut old, old_bytes, &mut new, new_bytes, level, &mut blob).map_err(|error| match (
            self.trees.cancel.check(),
            error,
        ) {
            (Err(cancelled), _) => cancelled.into(),
            (Ok(()), DeltaError::Changed("old")) => changed(SourceSide::Old, &source.path),
            (Ok(()), DeltaError::Changed(_)) => changed(wanted.side, &wanted.path),
            (Ok(()), error) => AuthorError::Bundle(error.into()),
        })?;
        if new.digest() != wanted.file.digest {
            return Err(changed(wanted.side, &wanted.path));
        }
        self.trees.check_unchanged(SourceSide::Old, &source.path, &source.seen)?;
        Ok(blob.finish()?)
    }
}

fn changed(side: SourceSide, path: &TreePath) -> AuthorError {
    AuthorError::Changed { side, path: path.clone() }
}

/// Progress of one job. A content that is read twice counts once.
struct Ticks<'a> {
    progress: &'a dyn Progress,
    left: Cell<u64>,
}

impl Ticks<'_> {
    fn advance(&self, amount: u64) {
        let amount = amount.min(self.left.get());
        self.left.set(self.left.get() - amount);
        self.progress.advance(amount);
    }

    fn finish(&self) {
        self.advance(u64::MAX);
    }
}

/// Content that is hashed and counted while it is read from its start to its end.
struct CountingReader<'a, R> {
    inner: R,
    hasher: Hasher,
    ticks: &'a Ticks<'a>,
}

impl<'a, R> CountingReader<'a, R> {
    fn new(inner: R, ticks: &'a Ticks<'a>) -> Self {
        Self { inner, hasher: Hasher::new(), ticks }
    }

    fn digest(self) -> Digest {
        self.hasher.finish()
    }
}

impl<R: Read> Read for CountingReader<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.hasher.update(&buffer[..length]);
        self.ticks.advance(length as u64);
        Ok(length)
    }
}

impl<R: Seek> Seek for CountingReader<'_, R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.hasher = Hasher::new();
        self.inner.seek(to)
    }
}
