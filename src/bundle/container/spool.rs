//! Packed blobs on their way into a container.
//!
//! The manifest is a container's first member but known last: it names every blob, and which of two forms of a file
//! is shorter is only known when both are packed. So blobs are packed first, by as many threads as there are, into
//! one nameless temporary file, and copied from there when the manifest stands.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use flate2::Compression;
use flate2::write::DeflateEncoder;
use miniz_oxide::deflate::core::{
    CompressionStrategy, CompressorOxide, TDEFLFlush, TDEFLStatus, compress,
    create_comp_flags_from_zip_params,
};
use zstd::bulk::Compressor;
use zstd::zstd_safe::CParameter;

use crate::bundle::BundleError;
use crate::bundle::limits::{MAX_LEVEL, MAX_TOTAL_RATIO};
use crate::model::{Code, Digest, Hasher};

use super::member_rules::expands_beyond;
use super::positioned::{FileSlice, write_all_at};
use super::records::Method;

/// Bytes that one blob puts into the spool at a time, so that blobs packed side by side do not wait for each other.
const EXTENT_BYTES: usize = 1 << 20;

/// Bytes read from content at a time.
const READ_BYTES: usize = 128 << 10;

/// Content between two flushes when it must not be packed too well. A flush ends a block, and a block has at least
/// four bytes: at most 128:1, below [`MAX_TOTAL_RATIO`].
const FLUSHED_BYTES: usize = 512;

/// Content up to this size is packed in one go: most source and configuration files are smaller, and larger ones gain
/// nothing.
const MAX_AT_ONCE_BYTES: u64 = 128 << 10;

/// A nameless temporary file for packed blobs. Clones share the file, which is gone with the last of them.
#[derive(Debug, Clone)]
pub struct BlobSpool(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    file: File,
    /// The file's length; held while somebody appends.
    end: Mutex<u64>,
}

/// A blob that is packed and waits in a [`BlobSpool`].
#[derive(Debug, Clone)]
pub struct PackedBlob {
    spool: BlobSpool,
    extents: Vec<Extent>,
    pub(super) method: Method,
    pub(super) crc32: u32,
    digest: Digest,
    size_bytes: u64,
    packed_bytes: u64,
}

/// A piece of the spool.
#[derive(Debug, Clone, Copy)]
struct Extent {
    offset: u64,
    length: u64,
}

impl BlobSpool {
    /// A spool in `folder`, which needs room for about as much as the bundle will take, twice in the worst case.
    pub fn create_in(folder: &Path) -> Result<Self, BundleError> {
        let file = tempfile::tempfile_in(folder);
        let file =
            file.map_err(|error| BundleError::io(format!("cannot create a file in {folder:?}"), error))?;
        Ok(Self(Arc::new(Shared { file, end: Mutex::new(0) })))
    }

    /// Packs `content` with zstd at `level` (1 to `MAX_LEVEL`, others are moved into this range), or stores it
    /// where packing does not make it smaller. The same content gives the same bytes. The blob's digest and size are
    /// those of what was read: compare them with what was expected.
    pub fn compress(&self, content: &mut (impl Read + Seek), level: i32) -> Result<PackedBlob, BundleError> {
        let packed = self.compress_flushing(content, level, None)?;
        if packed.packed_bytes >= packed.size_bytes {
            let mut stored = self.store();
            rewind(content)?;
            io::copy(content, &mut stored).map_err(cannot_pack)?;
            return packed.replaced_by(stored.finish()?);
        }
        if expands_beyond(packed.size_bytes, packed.packed_bytes, MAX_TOTAL_RATIO) {
            return packed.replaced_by(self.compress_flushing(content, 1, Some(FLUSHED_BYTES))?);
        }
        Ok(packed)
    }

    /// Content that fits in memory, with the context that the thread keeps for it: making one takes longer than packing
    /// a small file.
    fn compress_at_once(&self, content: &mut impl Read, level: i32) -> io::Result<(Sum, ExtentWriter)> {
        thread_local! {
            static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
        }
        let (mut sum, mut extents) = (Sum::default(), ExtentWriter::new(self.clone()));
        let mut plain = Vec::new();
        // Somebody may be writing to it: what is read is what counts, but memory has an end.
        content.take(MAX_AT_ONCE_BYTES + 1).read_to_end(&mut plain)?;
        if plain.len() as u64 > MAX_AT_ONCE_BYTES {
            return Err(io::Error::other("the content grew while it was packed"));
        }
        sum.add(&plain);
        let packed = COMPRESSOR.with_borrow_mut(|kept| {
            let compressor = match kept {
                Some(compressor) => compressor,
                None => kept.insert(Compressor::new(level)?),
            };
            compressor.set_compression_level(level)?;
            compressor.compress(&plain)
        })?;
        extents.write_all(&packed)?;
        Ok((sum, extents))
    }

    /// Packs what `write` writes as everybody's tools unpack it. It may be asked to write the same a second time.
    ///
    /// # Errors
    /// Those of `write`, or the disk's.
    pub fn deflate<E: From<BundleError>>(
        &self,
        write: &dyn Fn(&mut dyn Write) -> Result<(), E>,
    ) -> Result<PackedBlob, E> {
        let pack = |flush_every| {
            let mut packer = Deflater::new(ExtentWriter::new(self.clone()), flush_every);
            write(&mut packer)?;
            let (sum, extents) = packer.finish().map_err(cannot_pack)?;
            Ok::<_, E>(sum.into_blob(Method::Deflate, extents)?)
        };
        let packed = pack(None)?;
        match expands_beyond(packed.size_bytes, packed.packed_bytes, MAX_TOTAL_RATIO) {
            true => Ok(packed.replaced_by(pack(Some(FLUSHED_BYTES))?)?),
            false => Ok(packed),
        }
    }

    /// Takes content that is packed in itself, such as a delta, as it is written.
    pub fn store(&self) -> StoredBlobWriter {
        StoredBlobWriter { sum: Sum::default(), extents: ExtentWriter::new(self.clone()) }
    }

    fn compress_flushing(
        &self,
        content: &mut (impl Read + Seek),
        level: i32,
        flush_every: Option<usize>,
    ) -> Result<PackedBlob, BundleError> {
        let size_bytes = content.seek(SeekFrom::End(0)).map_err(cannot_pack)?;
        rewind(content)?;
        let level = level.clamp(1, MAX_LEVEL);
        if size_bytes <= MAX_AT_ONCE_BYTES && flush_every.is_none() {
            let (sum, extents) = self.compress_at_once(content, level).map_err(cannot_pack)?;
            return sum.into_blob(Method::Zstd, extents);
        }
        let encoder = || {
            let mut encoder = zstd::Encoder::new(ExtentWriter::new(self.clone()), level)?;
            // The member has a checksum already.
            encoder.set_parameter(CParameter::ChecksumFlag(false))?;
            encoder.set_pledged_src_size(Some(size_bytes))?;
            Ok(encoder)
        };
        let (sum, extents) =
            encoder().and_then(|encoder| encode(content, encoder, flush_every)).map_err(cannot_pack)?;
        sum.into_blob(Method::Zstd, extents)
    }

    /// Appends to the file and returns where.
    fn append(&self, bytes: &[u8]) -> io::Result<Extent> {
        // After a panic elsewhere `end` is still the end of what is in use: it moves only after a complete write.
        let mut end = self.0.end.lock().unwrap_or_else(PoisonError::into_inner);
        let offset = *end;
        write_all_at(&self.0.file, bytes, offset)?;
        let length = bytes.len() as u64;
        *end += length;
        Ok(Extent { offset, length })
    }
}

impl PackedBlob {
    /// The digest of the content.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The length of the content.
    pub fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    /// What it takes in the container, records apart.
    pub(crate) fn packed_bytes(&self) -> u64 {
        self.packed_bytes
    }

    /// The packed bytes, piece by piece.
    pub(in crate::bundle) fn packed(&self) -> impl Iterator<Item = impl Read> {
        let file = &self.spool.0.file;
        self.extents
            .iter()
            .map(|extent| FileSlice::buffered(file, extent.offset, extent.offset + extent.length))
    }

    /// The same content, read and packed a second time.
    fn replaced_by(self, again: PackedBlob) -> Result<Self, BundleError> {
        if again.digest == self.digest {
            return Ok(again);
        }
        Err(BundleError::new(Code::Moved, "the content changed while it was packed"))
    }
}

fn encode(
    content: &mut impl Read,
    mut encoder: zstd::Encoder<'_, ExtentWriter>,
    flush_every: Option<usize>,
) -> io::Result<(Sum, ExtentWriter)> {
    let mut sum = Sum::default();
    let mut chunk = vec![0; flush_every.unwrap_or(READ_BYTES)];
    loop {
        let length = content.read(&mut chunk)?;
        if length == 0 {
            return Ok((sum, encoder.finish()?));
        }
        sum.add(&chunk[..length]);
        encoder.write_all(&chunk[..length])?;
        if flush_every.is_some() {
            encoder.flush()?;
        }
    }
}

/// Packs a manifest as everybody's tools unpack it.
pub(super) fn pack(content: &[u8]) -> Vec<u8> {
    let packed = pack_without_short_matches(content);
    if !expands_beyond(content.len() as u64, packed.len() as u64, MAX_TOTAL_RATIO) {
        return packed;
    }
    let mut packer = Deflater::new(Vec::new(), Some(FLUSHED_BYTES));
    let packed = packer.write_all(content).and_then(|()| packer.finish());
    packed.expect("memory takes what is written").1
}

/// Digests repeat by chance three or four digits of others, and to say where takes more room than to say them again: a
/// manifest of a thousand changes is an eighth smaller without.
fn pack_without_short_matches(content: &[u8]) -> Vec<u8> {
    const RAW_STREAM: i32 = -15;
    let flags = create_comp_flags_from_zip_params(9, RAW_STREAM, CompressionStrategy::Filtered as i32);
    let mut state = CompressorOxide::new(flags);
    let mut packed = vec![0; 1 << 10];
    let (mut read, mut written) = (0, 0);
    loop {
        let (status, taken, made) =
            compress(&mut state, &content[read..], &mut packed[written..], TDEFLFlush::Finish);
        read += taken;
        written += made;
        if status == TDEFLStatus::Done {
            packed.truncate(written);
            return packed;
        }
        assert_eq!(status, TDEFLStatus::Okay, "the state is fresh, and the room grows");
        packed.resize(packed.len() * 2, 0);
    }
}

/// Packs by deflate what is written.
struct Deflater<W: Write> {
    encoder: DeflateEncoder<W>,
    sum: Sum,
    flush_every: Option<usize>,
}

impl<W: Write> Deflater<W> {
    fn new(out: W, flush_every: Option<usize>) -> Self {
        Self { encoder: DeflateEncoder::new(out, Compression::best()), sum: Sum::default(), flush_every }
    }

    fn finish(self) -> io::Result<(Sum, W)> {
        Ok((self.sum, self.encoder.finish()?))
    }
}

impl<W: Write> Write for Deflater<W> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        let piece = &piece[..piece.len().min(self.flush_every.unwrap_or(piece.len()))];
        self.encoder.write_all(piece)?;
        self.sum.add(piece);
        if self.flush_every.is_some() {
            self.encoder.flush()?;
        }
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes a blob that is stored as it is.
pub struct StoredBlobWriter {
    sum: Sum,
    extents: ExtentWriter,
}

impl StoredBlobWriter {
    /// Ends the blob.
    pub fn finish(self) -> Result<PackedBlob, BundleError> {
        self.sum.into_blob(Method::Stored, self.extents)
    }
}

impl Write for StoredBlobWriter {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.extents.write_all(piece)?;
        self.sum.add(piece);
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What is to be known about the content of a member.
#[derive(Default)]
struct Sum {
    crc32: crc32fast::Hasher,
    sha256: Hasher,
    size_bytes: u64,
}

impl Sum {
    fn add(&mut self, piece: &[u8]) {
        self.crc32.update(piece);
        self.sha256.update(piece);
        self.size_bytes += piece.len() as u64;
    }

    fn into_blob(self, method: Method, writer: ExtentWriter) -> Result<PackedBlob, BundleError> {
        let (spool, extents) = writer.finish().map_err(cannot_pack)?;
        Ok(PackedBlob {
            spool,
            method,
            crc32: self.crc32.finalize(),
            digest: self.sha256.finish(),
            size_bytes: self.size_bytes,
            packed_bytes: extents.iter().map(|extent| extent.length).sum(),
            extents,
        })
    }
}

/// Puts what is written into the spool, one extent after another.
#[derive(Debug)]
struct ExtentWriter {
    spool: BlobSpool,
    pending: Vec<u8>,
    extents: Vec<Extent>,
}

impl ExtentWriter {
    fn new(spool: BlobSpool) -> Self {
        Self { spool, pending: Vec::new(), extents: Vec::new() }
    }

    fn finish(mut self) -> io::Result<(BlobSpool, Vec<Extent>)> {
        self.append_pending()?;
        Ok((self.spool, self.extents))
    }

    fn append_pending(&mut self) -> io::Result<()> {
        if !self.pending.is_empty() {
            self.extents.push(self.spool.append(&self.pending)?);
            self.pending.clear();
        }
        Ok(())
    }
}

impl Write for ExtentWriter {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.pending.extend_from_slice(piece);
        if self.pending.len() >= EXTENT_BYTES {
            self.append_pending()?;
        }
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn rewind(content: &mut impl Seek) -> Result<(), BundleError> {
    content.rewind().map_err(cannot_pack)
}

fn cannot_pack(error: io::Error) -> BundleError {
    BundleError::io("cannot pack content", error)
}
