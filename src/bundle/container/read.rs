//! Opens a container: every rule is checked before a byte of content is read.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use crate::bundle::BundleError;
use crate::bundle::limits::{MAX_BUNDLE_BYTES, MAX_MEMBERS};
use crate::model::{Code, Digest, Hasher};
use crate::named_file;
use crate::trust::{Attached, AttachedReview};

use super::member_rules::MemberRules;
use super::name::{MemberName, ReviewPart};
use super::positioned::{FileSlice, read_exact_at};
use super::records::{self, CENTRAL_BYTES, DirectoryEntry, END_BYTES, END64_BYTES, EndOfDirectory};
use super::unpack::MemberContent;

/// An open bundle file that keeps every rule of the strict profile.
///
/// Content is read on demand and checked while it is read. Reads are positioned, so that several threads can read
/// at once. Nothing says yet that the content is trustworthy.
#[derive(Debug)]
pub struct Container {
    file: File,
    path: PathBuf,
    file_bytes: u64,
    entries: Vec<DirectoryEntry>,
}

impl Container {
    /// Opens the file at `path` and reads its end record, central directory and local headers.
    pub fn open(path: &Path) -> Result<Self, BundleError> {
        Self::open_file(path).map_err(|error| error.in_file(path))
    }

    fn open_file(path: &Path) -> Result<Self, BundleError> {
        let cannot = |attempted: &'static str| move |error| BundleError::io(attempted, error);
        let file = match named_file::open(path) {
            Err(error) if error.kind() == ErrorKind::InvalidInput => {
                return Err(refused("not a regular file"));
            }
            opened => opened.map_err(cannot("cannot open"))?,
        };
        let file_bytes = file.metadata().map_err(cannot("cannot open"))?.len();
        if file_bytes < END_BYTES as u64 {
            return Err(refused("too short to be a bundle"));
        }
        if file_bytes > MAX_BUNDLE_BYTES {
            return Err(over(format!("{file_bytes} bytes are more than the allowed {MAX_BUNDLE_BYTES}")));
        }
        let entries = read_directory(&file, file_bytes)?;
        let container = Self { file, path: path.to_owned(), file_bytes, entries };
        container.entries.iter().try_for_each(|entry| container.check_local_header(entry))?;
        Ok(container)
    }

    /// The file it was opened from.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The length of the whole file.
    pub(crate) fn file_bytes(&self) -> u64 {
        self.file_bytes
    }

    /// The SHA-256 of the whole file.
    pub fn file_digest(&self) -> Result<Digest, BundleError> {
        let mut hasher = Hasher::new();
        self.copy_file(&mut hasher)?;
        Ok(hasher.finish())
    }

    /// Copies the whole file to `out`, a block at a time.
    pub(crate) fn copy_file(&self, out: &mut dyn Write) -> Result<(), BundleError> {
        let copied = io::copy(&mut self.section(0, self.file_bytes), out);
        copied.map(drop).map_err(|error| BundleError::io("cannot read", error).in_file(&self.path))
    }

    /// The exact bytes of the manifest.
    pub fn manifest_bytes(&self) -> Result<Vec<u8>, BundleError> {
        // Opening made sure that the first member is the manifest and not larger than a manifest may be.
        self.content_of(&self.entries[0])
    }

    /// The signatures over the manifest: fingerprint from the name (a claim, not a proof) and content, in the order of
    /// the names.
    pub fn signatures(&self) -> Result<Vec<(String, Attached)>, BundleError> {
        let signatures = self.entries.iter().filter_map(|entry| match &entry.name {
            MemberName::Signature(fingerprint, scheme) => {
                Some((fingerprint.as_str().to_owned(), *scheme, entry))
            }
            _ => None,
        });
        signatures
            .map(|(fingerprint, scheme, entry)| {
                Ok((fingerprint, Attached { scheme, bytes: self.content_of(entry)? }))
            })
            .collect()
    }

    /// The reviews with the signatures over them, in the same way.
    pub fn reviews(&self) -> Result<Vec<(String, AttachedReview)>, BundleError> {
        let mut reviews = Vec::new();
        // Opening made sure that the signature of each stands right behind it.
        for pair in self.entries.windows(2) {
            if let [report, signature] = pair
                && let MemberName::Review(fingerprint, ReviewPart::Report) = &report.name
                && let MemberName::Review(_, ReviewPart::Signature(scheme)) = signature.name
            {
                let bytes = self.content_of(signature)?;
                let report = self.content_of(report)?;
                let review = AttachedReview { report, signature: Attached { scheme, bytes } };
                reviews.push((fingerprint.as_str().to_owned(), review));
            }
        }
        Ok(reviews)
    }

    /// The declared size of `changes.patch`, if it is there.
    pub(crate) fn diff_size(&self) -> Option<u64> {
        self.only(&MemberName::Diff).map(|entry| entry.size_bytes)
    }

    /// The declared size of `blobs/shared`, if it is there.
    pub(crate) fn shared_size(&self) -> Option<u64> {
        self.only(&MemberName::Shared).map(|entry| entry.size_bytes)
    }

    /// Opens `blobs/shared`; what is wrong shows while it is read, as with [`Container::open_blob`].
    pub(crate) fn open_shared(&self) -> Result<impl Read + use<'_>, BundleError> {
        self.open_only(MemberName::Shared)
    }

    /// Opens `changes.patch`; what is wrong shows while it is read, as with [`Container::open_blob`].
    pub(crate) fn open_diff(&self) -> Result<impl Read + use<'_>, BundleError> {
        self.open_only(MemberName::Diff)
    }

    fn open_only(
        &self,
        name: MemberName,
    ) -> Result<MemberContent<'_, BufReader<FileSlice<'_>>>, BundleError> {
        let missing = || refused("there is no such member").in_file(&self.path);
        let entry = self.only(&name).ok_or_else(|| missing().in_member(name))?;
        MemberContent::new(entry, self.packed(entry)).map_err(|error| error.in_file(&self.path))
    }

    /// All blobs with their declared sizes, ascending.
    pub fn blobs(&self) -> impl Iterator<Item = (Digest, u64)> {
        self.entries.iter().filter_map(|entry| match entry.name {
            MemberName::Blob(digest) => Some((digest, entry.size_bytes)),
            _ => None,
        })
    }

    /// The declared size of a blob; `None` when it is not in the container.
    pub(crate) fn blob_size(&self, digest: &Digest) -> Option<u64> {
        self.find(digest).map(|entry| entry.size_bytes)
    }

    /// Makes sure that the blobs are exactly `referenced`: none is missing, none came along unmentioned.
    pub(crate) fn check_blobs(&self, referenced: &BTreeSet<Digest>) -> Result<(), BundleError> {
        let present: BTreeSet<Digest> = self.blobs().map(|(digest, _)| digest).collect();
        if let Some(missing) = referenced.difference(&present).next() {
            return Err(self.missing(missing));
        }
        match present.difference(referenced).next() {
            None => Ok(()),
            Some(extra) => Err(refused("the manifest does not mention it")
                .in_member(MemberName::Blob(*extra))
                .in_file(&self.path)),
        }
    }

    /// Unpacks a blob into `out` and returns its size. Size, CRC-32 and SHA-256 are checked on the way: after an
    /// error what `out` has got is unusable.
    pub fn copy_blob(&self, digest: &Digest, out: &mut dyn Write) -> Result<u64, BundleError> {
        let entry = self.find(digest).ok_or_else(|| self.missing(digest))?;
        self.unpack(entry, out)?;
        Ok(entry.size_bytes)
    }

    /// Opens a blob for reading, for those who pull rather than get pushed (a delta is read by its decoder). What is
    /// wrong shows as an error of the read that meets it, at the latest the one that would have returned 0: only
    /// who reads to the end knows that the content was right.
    pub(crate) fn open_blob(&self, digest: &Digest) -> Result<impl Read + use<'_>, BundleError> {
        let entry = self.find(digest).ok_or_else(|| self.missing(digest))?;
        MemberContent::new(entry, self.packed(entry)).map_err(|error| error.in_file(&self.path))
    }

    /// The content of a blob of at most `max_bytes`.
    pub fn read_blob(&self, digest: &Digest, max_bytes: u64) -> Result<Vec<u8>, BundleError> {
        let entry = self.find(digest).ok_or_else(|| self.missing(digest))?;
        if entry.size_bytes > max_bytes {
            let problem = format!("{} bytes are more than the allowed {max_bytes}", entry.size_bytes);
            return Err(over(problem).in_member(&entry.name).in_file(&self.path));
        }
        self.content_of(entry)
    }

    /// The records and packed bytes of everything that no key makes: for copying it into another container as it is.
    pub(super) fn packed_content(&self) -> impl Iterator<Item = (&DirectoryEntry, impl BufRead)> {
        let is_content = |entry: &&DirectoryEntry| {
            matches!(entry.name, MemberName::Diff | MemberName::Shared | MemberName::Blob(_))
        };
        self.entries.iter().filter(is_content).map(|entry| (entry, self.packed(entry)))
    }

    fn only(&self, name: &MemberName) -> Option<&DirectoryEntry> {
        self.entries.iter().find(|entry| entry.name == *name)
    }

    fn content_of(&self, entry: &DirectoryEntry) -> Result<Vec<u8>, BundleError> {
        // Grows with what arrives, not with what is declared.
        let mut content = Vec::new();
        self.unpack(entry, &mut content)?;
        Ok(content)
    }

    fn unpack(&self, entry: &DirectoryEntry, out: &mut dyn Write) -> Result<(), BundleError> {
        MemberContent::new(entry, self.packed(entry))
            .and_then(|content| content.copy_to(out))
            .map_err(|error| error.in_file(&self.path))
    }

    fn check_local_header(&self, entry: &DirectoryEntry) -> Result<(), BundleError> {
        let mut record = vec![0; entry.local_header().len()];
        read_exact_at(&self.file, &mut record, entry.offset)
            .map_err(|error| BundleError::io("cannot read its local header", error).in_member(&entry.name))?;
        records::check_local(entry, &record)
    }

    fn find(&self, digest: &Digest) -> Option<&DirectoryEntry> {
        let name = MemberName::Blob(*digest);
        // Opening made sure that entries ascend by name.
        self.entries.binary_search_by(|entry| entry.name.cmp(&name)).ok().map(|index| &self.entries[index])
    }

    fn missing(&self, digest: &Digest) -> BundleError {
        refused("there is no such member").in_member(MemberName::Blob(*digest)).in_file(&self.path)
    }

    fn packed(&self, entry: &DirectoryEntry) -> BufReader<FileSlice<'_>> {
        let begin = entry.content_offset().expect("opening made sure that the member ends within the file");
        self.section(begin, begin + entry.packed_bytes)
    }

    fn section(&self, begin: u64, end: u64) -> BufReader<FileSlice<'_>> {
        FileSlice::buffered(&self.file, begin, end)
    }
}

fn read_directory(file: &File, file_bytes: u64) -> Result<Vec<DirectoryEntry>, BundleError> {
    let tail_bytes = file_bytes.min(END64_BYTES as u64);
    let mut tail = vec![0; tail_bytes as usize];
    read_exact_at(file, &mut tail, file_bytes - tail_bytes)
        .map_err(|error| BundleError::io("cannot read the end record", error))?;
    let end = EndOfDirectory::parse(&tail, file_bytes)?;
    if end.members > MAX_MEMBERS {
        return Err(over(format!("{} members are more than the allowed {MAX_MEMBERS}", end.members)));
    }

    let central_end = end.central_offset + end.central_bytes;
    let mut directory = FileSlice::buffered(file, end.central_offset, central_end);
    let mut member_rules = MemberRules::default();
    for _ in 0..end.members {
        member_rules.admit(read_central_entry(&mut directory)?)?;
    }
    if !directory.fill_buf().map_err(cannot_read_directory)?.is_empty() {
        return Err(refused("the central directory has more entries than the end record counts"));
    }
    if member_rules.next_offset() != end.central_offset {
        return Err(refused("the last member does not end where the central directory begins"));
    }
    member_rules.finish()
}

fn read_central_entry(directory: &mut impl Read) -> Result<DirectoryEntry, BundleError> {
    let mut fixed = [0; CENTRAL_BYTES];
    directory.read_exact(&mut fixed).map_err(cannot_read_directory)?;
    let mut record = fixed.to_vec();
    record.resize(CENTRAL_BYTES + records::central_tail_bytes(&fixed)?, 0);
    directory.read_exact(&mut record[CENTRAL_BYTES..]).map_err(cannot_read_directory)?;
    records::parse_central(&record)
}

fn cannot_read_directory(error: io::Error) -> BundleError {
    match error.kind() {
        ErrorKind::UnexpectedEof => refused("the central directory ends early"),
        _ => BundleError::io("cannot read the central directory", error),
    }
}

fn refused(problem: impl Into<String>) -> BundleError {
    BundleError::new(Code::Container, problem)
}

fn over(problem: String) -> BundleError {
    BundleError::new(Code::Limit, problem)
}
