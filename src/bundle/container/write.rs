//! Writes a container. Same members, same bytes.

use std::io::{self, Read, Write};

use crate::bundle::BundleError;
use crate::bundle::limits::MAX_BUNDLE_BYTES;
use crate::model::Code;
use crate::trust::{Attached, AttachedReview};

use super::member_rules::{MemberRules, may_expand};
use super::name::{MemberName, ReviewPart, SignatureName};
use super::read::Container;
use super::records::{DirectoryEntry, EndOfDirectory, Method};
use super::spool::{PackedBlob, pack};

/// Writes the members one after another: the manifest, then signatures, reviews and blobs, each ascending by name. Anything
/// else is refused, like everything that [`Container::open`] would refuse. Everything is known before it is written,
/// so that `out` needs no seeking.
#[must_use = "without its end record a container cannot be read"]
#[derive(Debug)]
pub struct ContainerWriter<W> {
    out: W,
    member_rules: MemberRules,
}

impl<W: Write> ContainerWriter<W> {
    pub fn begin(out: W, manifest: &[u8]) -> Result<Self, BundleError> {
        let mut writer = Self { out, member_rules: MemberRules::default() };
        let packed = pack(manifest);
        if !may_expand(manifest.len() as u64, packed.len() as u64) {
            writer.add_stored(MemberName::Manifest, manifest)?;
            return Ok(writer);
        }
        let entry = DirectoryEntry {
            name: MemberName::Manifest,
            method: Method::Deflate,
            crc32: crc32fast::hash(manifest),
            packed_bytes: packed.len() as u64,
            size_bytes: manifest.len() as u64,
            offset: 0,
        };
        writer.add(entry, [&packed[..]])?;
        Ok(writer)
    }

    /// Adds a signature. `fingerprint` is 16 to 64 lower-case hex digits.
    pub fn add_signature(&mut self, fingerprint: &str, signature: &Attached) -> Result<(), BundleError> {
        let name = MemberName::Signature(fingerprint_of(fingerprint)?, signature.scheme);
        self.add_stored(name, &signature.bytes)
    }

    /// Adds a review with the signature over it, named as signatures are.
    pub fn add_review(&mut self, fingerprint: &str, review: &AttachedReview) -> Result<(), BundleError> {
        let fingerprint = fingerprint_of(fingerprint)?;
        let part = ReviewPart::Signature(review.signature.scheme);
        self.add_stored(MemberName::Review(fingerprint.clone(), ReviewPart::Report), &review.report)?;
        self.add_stored(MemberName::Review(fingerprint, part), &review.signature.bytes)
    }

    /// Adds the text with all changes that a diff can say, as [`BlobSpool::deflate`](super::BlobSpool::deflate) packed it.
    pub(crate) fn add_diff(&mut self, text: &PackedBlob) -> Result<(), BundleError> {
        self.add_packed(MemberName::Diff, text)
    }

    /// Adds small contents, in the order of their digests, as one content from the spool.
    pub(crate) fn add_shared(&mut self, contents: &PackedBlob) -> Result<(), BundleError> {
        self.add_packed(MemberName::Shared, contents)
    }

    /// Adds a blob from the spool.
    pub fn add_blob(&mut self, blob: &PackedBlob) -> Result<(), BundleError> {
        self.add_packed(MemberName::Blob(blob.digest()), blob)
    }

    fn add_packed(&mut self, name: MemberName, blob: &PackedBlob) -> Result<(), BundleError> {
        let entry = DirectoryEntry {
            name,
            method: blob.method,
            crc32: blob.crc32,
            packed_bytes: blob.packed_bytes(),
            size_bytes: blob.size_bytes(),
            offset: self.member_rules.next_offset(),
        };
        self.add(entry, blob.packed())
    }

    /// Adds the diff and all blobs of another container as they are packed there, for a bundle that only gets another
    /// signature. Their content is not checked.
    pub fn copy_content(&mut self, from: &Container) -> Result<(), BundleError> {
        for (entry, packed) in from.packed_content() {
            self.add(DirectoryEntry { offset: self.member_rules.next_offset(), ..entry.clone() }, [packed])?;
        }
        Ok(())
    }

    /// Ends the container and returns what it was written into. Nothing is flushed or synced.
    pub fn finish(mut self) -> Result<W, BundleError> {
        let central_offset = self.member_rules.next_offset();
        let entries = self.member_rules.finish()?;
        let mut directory: Vec<u8> = entries.iter().flat_map(DirectoryEntry::central_header).collect();
        let central_bytes = directory.len() as u64;
        directory.extend(
            EndOfDirectory { members: entries.len() as u64, central_bytes, central_offset }.records(),
        );
        self.out.write_all(&directory).map_err(cannot_write)?;
        if central_offset.saturating_add(directory.len() as u64) > MAX_BUNDLE_BYTES {
            let problem = format!("the bundle is larger than the allowed {MAX_BUNDLE_BYTES} bytes");
            return Err(BundleError::new(Code::Limit, problem));
        }
        Ok(self.out)
    }

    fn add_stored(&mut self, name: MemberName, content: &[u8]) -> Result<(), BundleError> {
        let size_bytes = content.len() as u64;
        let entry = DirectoryEntry {
            name,
            method: Method::Stored,
            crc32: crc32fast::hash(content),
            packed_bytes: size_bytes,
            size_bytes,
            offset: self.member_rules.next_offset(),
        };
        self.add(entry, [content])
    }

    fn add<R: Read>(
        &mut self,
        entry: DirectoryEntry,
        packed: impl IntoIterator<Item = R>,
    ) -> Result<(), BundleError> {
        self.member_rules.admit(entry.clone())?;
        self.out.write_all(&entry.local_header()).map_err(cannot_write)?;
        let mut copied = 0;
        for mut piece in packed {
            copied += io::copy(&mut piece, &mut self.out).map_err(cannot_write)?;
        }
        // The header is out already: a source that gave another length must not become a container.
        assert_eq!(copied, entry.packed_bytes, "packed content keeps its length");
        Ok(())
    }
}

fn fingerprint_of(text: &str) -> Result<SignatureName, BundleError> {
    SignatureName::parse(text).ok_or_else(|| {
        let problem = format!("a signature is named with 16 to 64 lower-case hex digits, not {text:?}");
        BundleError::new(Code::Container, problem)
    })
}

fn cannot_write(error: io::Error) -> BundleError {
    BundleError::io("cannot write the patch file", error)
}
