//! The records of a ZIP file (APPNOTE.TXT 4.3), each with one possible encoding.
//!
//! Written here, because ZIP libraries read what they can make sense of, and two of them need not agree on it; this
//! encodes anew and compares, so that nothing is left to make sense of.

use crate::bundle::BundleError;
use crate::model::Code;

use super::name::{MAX_NAME_BYTES, MemberName};

/// Length of an end record with its empty comment.
pub(super) const END_BYTES: usize = 22;
/// Length of the ZIP64 end record, its locator and the end record.
pub(super) const END64_BYTES: usize = 56 + 20 + END_BYTES;
/// Length of a central entry up to its name.
pub(super) const CENTRAL_BYTES: usize = 46;
/// Longest extra field of a central entry: head, size, packed size, offset.
const MAX_EXTRA_BYTES: usize = 4 + 3 * 8;

const LOCAL_SIGNATURE: u32 = 0x0403_4b50;
const CENTRAL_SIGNATURE: u32 = 0x0201_4b50;
const END64_SIGNATURE: u32 = 0x0606_4b50;
const LOCATOR_SIGNATURE: u32 = 0x0706_4b50;
const END_SIGNATURE: u32 = 0x0605_4b50;

const ZIP64_EXTRA: u16 = 1;
const ZIP64_VERSION: u16 = 45;
/// "Made by" Unix, so that the permission bits below are understood.
const MADE_BY_UNIX: u16 = 3 << 8;
/// A regular file that its owner may write and everybody may read.
const REGULAR_FILE: u32 = 0o100_644 << 16;
/// 1980-01-01 00:00:00, the first moment a ZIP file knows.
const FIXED_TIME: u16 = 0;
const FIXED_DATE: u16 = 1 << 5 | 1;

/// How a member is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Stored,
    /// What everybody's tools unpack: the manifest and `changes.patch`.
    Deflate,
    Zstd,
}

impl Method {
    fn from_number(number: u16) -> Option<Self> {
        [Self::Stored, Self::Deflate, Self::Zstd].into_iter().find(|method| method.number() == number)
    }

    fn number(self) -> u16 {
        match self {
            Self::Stored => 0,
            Self::Deflate => 8,
            Self::Zstd => 93,
        }
    }

    fn version_needed(self) -> u16 {
        match self {
            Self::Stored | Self::Deflate => 20,
            Self::Zstd => 63,
        }
    }
}

/// The six properties of a member from which all its records follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DirectoryEntry {
    pub(super) name: MemberName,
    pub(super) method: Method,
    pub(super) crc32: u32,
    pub(super) packed_bytes: u64,
    pub(super) size_bytes: u64,
    /// Where the local header begins.
    pub(super) offset: u64,
}

impl DirectoryEntry {
    /// The bytes that stand before the member's content.
    pub(super) fn local_header(&self) -> Vec<u8> {
        let extra = self.extra(Extra::Local);
        let mut record = RecordWriter::new(LOCAL_SIGNATURE);
        self.put_twin_fields(&mut record, &extra);
        record.bytes(self.name.to_string().as_bytes()).bytes(&extra).finish()
    }

    /// The member's entry in the central directory.
    pub(super) fn central_header(&self) -> Vec<u8> {
        let extra = self.extra(Extra::Central);
        let mut record = RecordWriter::new(CENTRAL_SIGNATURE);
        record.u16(MADE_BY_UNIX | self.version_needed());
        self.put_twin_fields(&mut record, &extra);
        // Comment length, disk, internal attributes.
        record.u16(0).u16(0).u16(0).u32(REGULAR_FILE).u32(saturated(self.offset));
        record.bytes(self.name.to_string().as_bytes()).bytes(&extra).finish()
    }

    /// Where the packed content begins; `None` beyond 2^64.
    pub(super) fn content_offset(&self) -> Option<u64> {
        self.offset.checked_add(self.local_header().len() as u64)
    }

    /// Where the next member begins; `None` beyond 2^64.
    pub(super) fn end_offset(&self) -> Option<u64> {
        self.content_offset()?.checked_add(self.packed_bytes)
    }

    fn put_twin_fields(&self, record: &mut RecordWriter, extra: &[u8]) {
        let (packed, size) = if self.is_large() {
            (u32::MAX, u32::MAX)
        } else {
            (saturated(self.packed_bytes), saturated(self.size_bytes))
        };
        // The zero is the flags: no encryption, no data descriptor, an ASCII name.
        record.u16(self.version_needed()).u16(0).u16(self.method.number());
        record.u16(FIXED_TIME).u16(FIXED_DATE).u32(self.crc32).u32(packed).u32(size);
        record.u16(self.name.to_string().len() as u16).u16(extra.len() as u16);
    }

    fn version_needed(&self) -> u16 {
        let needs_zip64 = self.is_large() || self.is_far();
        self.method.version_needed().max(if needs_zip64 { ZIP64_VERSION } else { 0 })
    }

    /// The 32-bit fields cannot hold its sizes. APPNOTE 4.5.3 wants both sizes moved to the extra field then.
    fn is_large(&self) -> bool {
        self.size_bytes.max(self.packed_bytes) >= u64::from(u32::MAX)
    }

    /// The 32-bit field cannot hold its offset.
    fn is_far(&self) -> bool {
        self.offset >= u64::from(u32::MAX)
    }

    fn extra(&self, record: Extra) -> Vec<u8> {
        let mut words = Vec::new();
        if self.is_large() {
            words.extend([self.size_bytes, self.packed_bytes]);
        }
        if self.is_far() && record == Extra::Central {
            words.push(self.offset);
        }
        if words.is_empty() {
            return Vec::new();
        }
        let length = (words.len() * 8) as u16;
        let head = [ZIP64_EXTRA.to_le_bytes(), length.to_le_bytes()].concat();
        words.iter().fold(head, |mut extra, word| {
            extra.extend(word.to_le_bytes());
            extra
        })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Extra {
    Local,
    Central,
}

/// The length of a central entry's name and extra field, given its fixed part.
pub(super) fn central_tail_bytes(fixed: &[u8; CENTRAL_BYTES]) -> Result<usize, BundleError> {
    if u32_at(fixed, 0) != CENTRAL_SIGNATURE {
        return Err(refused("the central directory holds something that is no entry"));
    }
    let (name, extra) = (usize::from(u16_at(fixed, 28)), usize::from(u16_at(fixed, 30)));
    if name > MAX_NAME_BYTES {
        return Err(refused(format!("a member's name of {name} bytes is longer than any allowed name")));
    }
    if extra > MAX_EXTRA_BYTES {
        return Err(refused("a member has an extra field other than ZIP64"));
    }
    Ok(name + extra)
}

/// Reads a central entry and makes sure that it is exactly what [`DirectoryEntry::central_header`] writes.
pub(super) fn parse_central(record: &[u8]) -> Result<DirectoryEntry, BundleError> {
    let (fixed, tail) = record.split_at(CENTRAL_BYTES);
    let (name, extra) = tail.split_at(usize::from(u16_at(fixed, 28)));
    let parsed = MemberName::parse(name);
    let member = parsed.ok_or_else(|| refused("no member may have this name").in_member(text(name)))?;
    let here = |problem: String| refused(problem).in_member(&member);

    let number = u16_at(fixed, 10);
    let method = Method::from_number(number);
    let method = method.ok_or_else(|| here(format!("compression method {number} is not allowed")))?;
    let mut words = extra.get(4..).unwrap_or_default().chunks_exact(8);
    let mut wide = || {
        let word = words.next().map(|word| u64_at(word, 0));
        word.ok_or_else(|| here("a ZIP64 value is missing".into()))
    };
    let (packed, size, offset) = (u32_at(fixed, 20), u32_at(fixed, 24), u32_at(fixed, 42));
    let (size_bytes, packed_bytes) = if packed == u32::MAX || size == u32::MAX {
        (wide()?, wide()?)
    } else {
        (size.into(), packed.into())
    };
    let offset = if offset == u32::MAX { wide()? } else { offset.into() };

    let crc32 = u32_at(fixed, 16);
    let entry = DirectoryEntry { name: member.clone(), method, crc32, packed_bytes, size_bytes, offset };
    match first_difference(&entry.central_header(), record) {
        None => Ok(entry),
        Some(at) => Err(here(format!("its central entry has a forbidden value ({})", central_field(at)))),
    }
}

/// Makes sure that a local header is exactly what [`DirectoryEntry::local_header`] writes.
pub(super) fn check_local(entry: &DirectoryEntry, record: &[u8]) -> Result<(), BundleError> {
    match first_difference(&entry.local_header(), record) {
        None => Ok(()),
        Some(at) => {
            let field = local_field(at);
            let problem = format!("its local header differs from the central directory ({field})");
            Err(refused(problem).in_member(&entry.name))
        }
    }
}

/// The end of a container: where its central directory is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct EndOfDirectory {
    pub(super) members: u64,
    pub(super) central_bytes: u64,
    pub(super) central_offset: u64,
}

impl EndOfDirectory {
    /// The bytes after the central directory; the last of the file.
    pub(super) fn records(&self) -> Vec<u8> {
        let mut end = RecordWriter::new(END_SIGNATURE);
        let members = u16::try_from(self.members).unwrap_or(u16::MAX);
        // Number of this disk, of the disk with the central directory.
        end.u16(0).u16(0).u16(members).u16(members);
        end.u32(saturated(self.central_bytes)).u32(saturated(self.central_offset));
        // Comment length.
        let end = end.u16(0).finish();
        let far = self.central_bytes.max(self.central_offset) >= u64::from(u32::MAX);
        if members < u16::MAX && !far {
            return end;
        }
        let mut end64 = RecordWriter::new(END64_SIGNATURE);
        // Length of what follows in the record; version made by and needed; disks.
        end64.u64(44).u16(MADE_BY_UNIX | ZIP64_VERSION).u16(ZIP64_VERSION).u32(0).u32(0);
        end64.u64(self.members).u64(self.members).u64(self.central_bytes).u64(self.central_offset);
        let mut locator = RecordWriter::new(LOCATOR_SIGNATURE);
        // The ZIP64 end record directly follows the central directory, on the one and only disk.
        locator.u32(0).u64(self.central_offset.saturating_add(self.central_bytes)).u32(1);
        [end64.finish(), locator.finish(), end].concat()
    }

    /// Reads the end records from the last bytes of a file of `file_bytes`, at least [`END_BYTES`] and at most
    /// [`END64_BYTES`] of them, and makes sure that they are exactly what [`EndOfDirectory::records`] writes.
    pub(super) fn parse(tail: &[u8], file_bytes: u64) -> Result<Self, BundleError> {
        let end = &tail[tail.len() - END_BYTES..];
        if u32_at(end, 0) != END_SIGNATURE || u16_at(end, 20) != 0 {
            let problem = "it isn't a patch file, was cut off, or has something added at its end";
            return Err(refused(problem));
        }
        let (members, size, offset) = (u16_at(end, 10), u32_at(end, 12), u32_at(end, 16));
        let parsed = if members == u16::MAX || size == u32::MAX || offset == u32::MAX {
            if tail.len() < END64_BYTES {
                return Err(refused("the ZIP64 end record is missing"));
            }
            let end64 = &tail[tail.len() - END64_BYTES..];
            EndOfDirectory {
                members: u64_at(end64, 32),
                central_bytes: u64_at(end64, 40),
                central_offset: u64_at(end64, 48),
            }
        } else {
            EndOfDirectory {
                members: members.into(),
                central_bytes: size.into(),
                central_offset: offset.into(),
            }
        };
        let records = parsed.records();
        if !tail.ends_with(&records) {
            return Err(refused("the end record has a forbidden value, or does not agree with itself"));
        }
        let central_end = parsed.central_offset.checked_add(parsed.central_bytes);
        if central_end != Some(file_bytes - records.len() as u64) {
            return Err(refused("the central directory is not directly before the end record"));
        }
        Ok(parsed)
    }
}

/// Puts a record together, little-endian.
struct RecordWriter(Vec<u8>);

impl RecordWriter {
    fn new(signature: u32) -> Self {
        Self(signature.to_le_bytes().to_vec())
    }

    fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.extend_from_slice(bytes);
        self
    }

    fn u16(&mut self, value: u16) -> &mut Self {
        self.bytes(&value.to_le_bytes())
    }

    fn u32(&mut self, value: u32) -> &mut Self {
        self.bytes(&value.to_le_bytes())
    }

    fn u64(&mut self, value: u64) -> &mut Self {
        self.bytes(&value.to_le_bytes())
    }

    fn finish(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.0)
    }
}

/// What a 32-bit field says: the value, or "look in the ZIP64 record".
fn saturated(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

fn array_at<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    *bytes[at..].first_chunk().expect("records are split to their length before fields are read")
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes(array_at(bytes, at))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(array_at(bytes, at))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(array_at(bytes, at))
}

fn first_difference(expected: &[u8], found: &[u8]) -> Option<usize> {
    let differs = expected.iter().zip(found).position(|(a, b)| a != b);
    differs.or_else(|| (expected.len() != found.len()).then(|| expected.len().min(found.len())))
}

/// The field of a local header that holds byte `at`.
fn local_field(at: usize) -> &'static str {
    match at {
        0..4 => "signature",
        26..28 => "length of the name",
        28..30 => "length of the extra field",
        30.. => "name or extra field",
        4..26 => twin_field(at - 4),
    }
}

/// The field of a central entry that holds byte `at`.
fn central_field(at: usize) -> &'static str {
    match at {
        0..4 => "signature",
        4..6 => "version made by",
        6..28 => twin_field(at - 6),
        28..30 => "length of the name",
        30..32 => "length of the extra field",
        32..34 => "length of the comment",
        34..36 => "number of the disk",
        36..38 => "internal attributes",
        38..42 => "file type or permissions",
        42..46 => "offset",
        46.. => "name or extra field",
    }
}

/// The field of the part that both headers have.
fn twin_field(at: usize) -> &'static str {
    match at {
        0..2 => "version needed",
        2..4 => "flags: encryption, data descriptor",
        4..6 => "method",
        6..10 => "time stamp",
        10..14 => "CRC-32",
        14..18 => "packed size",
        _ => "size",
    }
}

fn refused(problem: impl Into<String>) -> BundleError {
    BundleError::new(Code::Container, problem)
}

/// A name nobody has checked yet, fit to be shown.
fn text(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Digest;

    const GIB: u64 = 1 << 30;

    fn entry(packed_bytes: u64, size_bytes: u64, offset: u64) -> DirectoryEntry {
        let name = MemberName::Blob(Digest::compute(b"x"));
        DirectoryEntry { name, method: Method::Zstd, crc32: 7, packed_bytes, size_bytes, offset }
    }

    #[test]
    fn a_central_entry_reads_back_on_both_sides_of_four_gib() {
        let limit = u64::from(u32::MAX);
        for size in [0, 1, limit - 1, limit, limit + 1, 300 * GIB] {
            for offset in [0, limit - 1, limit, 9 * GIB] {
                let entry = entry(size / 3, size, offset);
                let record = entry.central_header();
                assert_eq!(parse_central(&record).unwrap(), entry, "{size} at {offset}");
                assert!(check_local(&entry, &entry.local_header()).is_ok());
                let extra = record.len() - CENTRAL_BYTES - entry.name.to_string().len();
                assert_eq!(extra > 0, size >= limit || offset >= limit, "ZIP64 exactly where needed");
            }
        }
    }

    #[test]
    fn the_local_header_has_no_offset_and_both_large_sizes() {
        assert_eq!(entry(1, 2, 9 * GIB).local_header().len(), 30 + 77);
        assert_eq!(entry(1, 5 * GIB, 0).local_header().len(), 30 + 77 + 4 + 16);
    }

    #[test]
    fn the_end_reads_back_on_both_sides_of_every_zip64_limit() {
        for members in [1, 65_534, 65_535, 65_536, 100_000] {
            for central_offset in [100, u64::from(u32::MAX) - 1, u64::from(u32::MAX), 9 * GIB] {
                let end = EndOfDirectory { members, central_bytes: 4_000, central_offset };
                let records = end.records();
                let file_bytes = central_offset + 4_000 + records.len() as u64;
                assert_eq!(EndOfDirectory::parse(&records, file_bytes).unwrap(), end);
                assert!(EndOfDirectory::parse(&records, file_bytes + 1).is_err());
            }
        }
    }

    #[test]
    fn no_header_bit_can_change_unnoticed() {
        let entry = entry(10, 20, 0);
        let (central, local) = (entry.central_header(), entry.local_header());
        for bit in 0..central.len() * 8 {
            let mut record = central.clone();
            record[bit / 8] ^= 1 << (bit % 8);
            let same_length = usize::from(u16_at(&record, 28)) + usize::from(u16_at(&record, 30)) == 77;
            if same_length && let Ok(other) = parse_central(&record) {
                assert_ne!(other, entry, "bit {bit} has no meaning");
            }
        }
        for bit in 0..local.len() * 8 {
            let mut record = local.clone();
            record[bit / 8] ^= 1 << (bit % 8);
            assert!(check_local(&entry, &record).is_err(), "bit {bit}");
        }
    }
}
