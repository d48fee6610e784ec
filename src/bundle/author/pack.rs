//! Packs the contents that a bundle brings: whole or as a delta, whichever is smaller.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::{self, Read, Seek, SeekFrom, Write};

use flate2::Compression;
use flate2::write::DeflateEncoder;

use super::effort::{CompressionLevels, memory_bytes};
use super::trees::{SourceSide, Trees};
use super::{AuthorError, workers};
use crate::bundle::BundleError;
use crate::bundle::container::{BlobSpool, PackedBlob};
use crate::bundle::delta::{self, DeltaError};
use crate::bundle::limits::{MAX_SECTION_BYTES, MAX_SECTION_LINES};
use crate::bundle::order::ContextLines;
use crate::diff::patch_text::write_hunk;
use crate::diff::{diff_lines_the_same_always, is_text};
use crate::disk::fs::Stat;
use crate::model::{Digest, FileNode, Hasher, Payload, TreePath};
use crate::progress::{Phase, Progress};

/// A delta this many times smaller than the content needs no comparison with the whole: hardly any content packs as
/// well by itself.
const CLEARLY_SMALLER: u64 = 8;

/// What a blob takes in the container beside its content: two records with its name, and its digest in the manifest.
pub(super) const BLOB_RECORDS_BYTES: u64 = 280;

/// A diff that packs into so little is taken without a look at other forms.
const SMALL_DIFF_BYTES: u64 = 2 << 10;

/// Most lines of a file that is compared line by line: each takes some memory while it is.
const MAX_LINES: usize = 500_000;

/// Most lines and bytes that stand above the hunks of a section: four names, and modes.
const MAX_HEADER_LINES: usize = 16;
const MAX_HEADER_BYTES: usize = 48 << 10;

/// A content that the bundle has to bring.
#[derive(Debug, Clone)]
pub(super) struct WantedContent {
    pub side: SourceSide,
    /// One place where it stands.
    pub path: TreePath,
    pub file: FileNode,
    /// What a delta or a diff may start from.
    pub source: Option<DeltaSource>,
    /// Whether the patch's diff may bring it, line by line.
    pub may_be_diff: bool,
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

/// What tells two wanted contents apart: the content, what it is made from and whether that is a guess, and whether by
/// lines.
type WantedKey = (Digest, Option<(Digest, bool)>, bool);

/// How a content travels.
pub(super) enum PackedForm {
    Whole(PackedBlob),
    Delta(PackedBlob),
    /// These hunks, as they stand in a diff, make it out of its source.
    Hunks(PackedBlob),
    /// All its lines are new.
    Lines,
}

/// Everything packed, each content once.
pub(super) struct Packed {
    by_key: BTreeMap<WantedKey, PackedForm>,
}

impl WantedContent {
    fn key(&self) -> WantedKey {
        let source = self.source.as_ref().map(|source| (source.file.digest, source.is_guess));
        (self.file.digest, source, self.may_be_diff)
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
    pub fn pack(
        wanted: &[WantedContent],
        context: ContextLines,
        trees: &Trees<'_>,
        spool: &BlobSpool,
    ) -> Result<Self, AuthorError> {
        let jobs: BTreeMap<WantedKey, &WantedContent> =
            wanted.iter().rev().map(|wanted| (wanted.key(), wanted)).collect();
        let mut jobs: Vec<&WantedContent> = jobs.into_values().collect();
        // The longest first, so that none is left alone at the end.
        jobs.sort_by_key(|job| std::cmp::Reverse(job.memory_bytes().max(job.file.size_bytes)));
        let new_bytes = jobs.iter().map(|job| job.file.size_bytes).fold(0, u64::saturating_add);
        let old_bytes = jobs.iter().map(|job| job.source_bytes()).fold(0, u64::saturating_add);
        let packer = Packer {
            trees,
            spool,
            context,
            effort: CompressionLevels::for_total(old_bytes.saturating_add(new_bytes)),
        };
        trees.progress.begin(Phase::Packing, new_bytes);
        let results = workers::run(&jobs, |job| job.memory_bytes(), |job| packer.pack(job))?;
        Ok(Self { by_key: jobs.iter().map(|job| job.key()).zip(results).collect() })
    }

    /// Adds what was packed later.
    pub(crate) fn add(&mut self, other: Self) {
        self.by_key.extend(other.by_key);
    }

    /// The form of `wanted`.
    pub(crate) fn form_of(&self, wanted: &WantedContent) -> &PackedForm {
        &self.by_key[&wanted.key()]
    }

    /// How `wanted` travels.
    pub(crate) fn payload_of(&self, wanted: &WantedContent) -> Payload {
        let source = wanted.source.as_ref();
        match (self.form_of(wanted), source) {
            (PackedForm::Delta(blob), Some(DeltaSource { path, file, .. })) => {
                Payload::Delta { blob: blob.digest(), from: path.clone(), source: file.digest }
            }
            (PackedForm::Whole(blob) | PackedForm::Delta(blob), _) => Payload::Whole { blob: blob.digest() },
            (PackedForm::Hunks(_), source) => {
                Payload::Diff { from: source.map(|source| source.path.clone()) }
            }
            (PackedForm::Lines, _) => Payload::Diff { from: None },
        }
    }

    /// All blobs of the bundle that `wanted` needs, ascending.
    pub fn blobs<'p>(&'p self, wanted: &[WantedContent]) -> BTreeMap<Digest, &'p PackedBlob> {
        let blob = |wanted: &WantedContent| match self.form_of(wanted) {
            PackedForm::Whole(blob) | PackedForm::Delta(blob) => Some((blob.digest(), blob)),
            PackedForm::Hunks(_) | PackedForm::Lines => None,
        };
        wanted.iter().filter_map(blob).collect()
    }
}

struct Packer<'a> {
    trees: &'a Trees<'a>,
    spool: &'a BlobSpool,
    context: ContextLines,
    effort: CompressionLevels,
}

impl Packer<'_> {
    /// The form that people can read, unless another is much smaller.
    fn pack(&self, wanted: &WantedContent) -> Result<PackedForm, AuthorError> {
        let ticks = Ticks { progress: self.trees.progress, left: Cell::new(wanted.file.size_bytes) };
        let diff = self.diff(wanted)?;
        let form = match diff {
            Some(diff) if diff.packed_bytes <= SMALL_DIFF_BYTES => self.keep(diff)?,
            diff => {
                let blob = self.pack_blob(wanted, &ticks)?;
                let blob_bytes = match &blob {
                    PackedForm::Whole(blob) | PackedForm::Delta(blob) => {
                        blob.packed_bytes() + BLOB_RECORDS_BYTES
                    }
                    PackedForm::Hunks(_) | PackedForm::Lines => 0,
                };
                match diff {
                    Some(diff) if diff.packed_bytes * 3 / 4 <= blob_bytes => self.keep(diff)?,
                    _ => blob,
                }
            }
        };
        ticks.finish();
        Ok(form)
    }

    /// The smaller form of a content that nobody reads as lines.
    fn pack_blob(&self, wanted: &WantedContent, ticks: &Ticks<'_>) -> Result<PackedForm, AuthorError> {
        let is_some = |file: &FileNode| file.size_bytes > 0;
        let source = wanted.source.as_ref().filter(|source| is_some(&source.file) && is_some(&wanted.file));
        Ok(match source {
            None => PackedForm::Whole(self.whole(wanted, ticks)?),
            Some(source) => {
                let delta = self.delta(wanted, source, ticks)?;
                if !source.is_guess && delta.packed_bytes() < wanted.file.size_bytes / CLEARLY_SMALLER {
                    PackedForm::Delta(delta)
                } else {
                    let whole = self.whole(wanted, ticks)?;
                    let limit =
                        if source.is_guess { whole.packed_bytes() / 4 * 3 } else { whole.packed_bytes() };
                    if delta.packed_bytes() < limit {
                        PackedForm::Delta(delta)
                    } else {
                        PackedForm::Whole(whole)
                    }
                }
            }
        })
    }

    /// What the patch's diff would say; `None` if it cannot.
    fn diff(&self, wanted: &WantedContent) -> Result<Option<Diffed>, AuthorError> {
        if !wanted.may_be_diff {
            return Ok(None);
        }
        let new = self.trees.read(wanted.side, &wanted.path, &wanted.file)?;
        let old = match &wanted.source {
            None => Vec::new(),
            Some(source) => self.trees.read(SourceSide::Old, &source.path, &source.file)?,
        };
        if !is_line_by_line(&new) || !is_line_by_line(&old) {
            return Ok(None);
        }
        let lines = || Diffed { hunks: None, packed_bytes: packed_bytes(&new) };
        let Some(source) = &wanted.source else { return Ok(is_short(&new).then(lines)) };
        let mut hunks = Vec::new();
        for hunk in diff_lines_the_same_always(&old, &new, self.context.0).hunks {
            write_hunk(&mut hunks, &hunk.into()).expect("memory takes what is written");
        }
        let changed = Diffed { packed_bytes: packed_bytes(&hunks), hunks: Some(hunks) };
        // A file that is only guessed to have moved must be much like the other before people are told so.
        if source.is_guess && changed.packed_bytes > lines().packed_bytes / 4 * 3 {
            return Ok(is_short(&new).then(lines));
        }
        let fits = changed.hunks.as_ref().is_some_and(|hunks| has_room(hunks));
        Ok(fits.then_some(changed))
    }

    fn keep(&self, diff: Diffed) -> Result<PackedForm, AuthorError> {
        let Some(hunks) = diff.hunks else { return Ok(PackedForm::Lines) };
        let mut kept = self.spool.store();
        kept.write_all(&hunks).map_err(|error| BundleError::io("cannot keep a diff", error))?;
        Ok(PackedForm::Hunks(kept.finish()?))
    }

    fn whole(&self, wanted: &WantedContent, ticks: &Ticks<'_>) -> Result<PackedBlob, AuthorError> {
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
        wanted: &WantedContent,
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

/// What a diff says about one content.
struct Diffed {
    /// `None`: every line is new.
    hunks: Option<Vec<u8>>,
    /// About what it takes in the bundle.
    packed_bytes: u64,
}

/// Whether all lines of a content can be told.
pub(super) fn is_told_as_a_whole(content: &[u8]) -> bool {
    is_line_by_line(content) && is_short(content)
}

/// Whether a content is compared line by line.
fn is_line_by_line(content: &[u8]) -> bool {
    is_text(content) && !content.contains(&0) && count_lines(content) <= MAX_LINES
}

/// Whether a section has room for all of a content, each line with its mark.
fn is_short(content: &[u8]) -> bool {
    let lines = count_lines(content);
    content.len() + lines <= MAX_SECTION_BYTES - MAX_HEADER_BYTES
        && lines <= MAX_SECTION_LINES - MAX_HEADER_LINES
}

fn has_room(hunks: &[u8]) -> bool {
    hunks.len() <= MAX_SECTION_BYTES - MAX_HEADER_BYTES
        && count_lines(hunks) <= MAX_SECTION_LINES - MAX_HEADER_LINES
}

fn count_lines(text: &[u8]) -> usize {
    text.iter().filter(|&&byte| byte == b'\n').count()
}

/// What a text takes when it is packed by itself.
fn packed_bytes(text: &[u8]) -> u64 {
    let mut packer = DeflateEncoder::new(io::sink(), Compression::default());
    packer.write_all(text).and_then(|()| packer.try_finish()).expect("a sink takes everything");
    packer.total_out()
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
