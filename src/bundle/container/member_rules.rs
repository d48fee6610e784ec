//! The rules that go across members: order, position, number, sizes and ratios. The reader and the writer keep the
//! same tally, so that nothing is written that would not be read.

use crate::bundle::BundleError;
use crate::bundle::limits::{
    MAX_CONTENT_BYTES, MAX_DIFF_BYTES, MAX_MANIFEST_BYTES, MAX_MANIFEST_RATIO, MAX_MEMBER_RATIO, MAX_MEMBERS,
    MAX_REVIEW_BYTES, MAX_SHARED_BYTES, MAX_SIGNATURE_BYTES, MAX_SIGNATURES, MAX_TOTAL_RATIO,
    SMALL_MANIFEST_BYTES,
};
use crate::model::Code;

use super::name::{MemberName, ReviewPart};
use super::records::{DirectoryEntry, Method};

/// The members seen so far.
#[derive(Debug, Default)]
pub(super) struct MemberRules {
    entries: Vec<DirectoryEntry>,
    signatures: usize,
    packed_bytes: u64,
    size_bytes: u64,
    next_offset: u64,
}

impl MemberRules {
    /// Where the next member has to begin.
    pub(super) fn next_offset(&self) -> u64 {
        self.next_offset
    }

    /// Takes the next member, or says which rule it breaks.
    pub(super) fn admit(&mut self, entry: DirectoryEntry) -> Result<(), BundleError> {
        let next_offset = self.check_place(&entry).map_err(|error| error.in_member(&entry.name))?;
        check_packing(&entry).map_err(|error| error.in_member(&entry.name))?;
        if matches!(entry.name, MemberName::Signature(..) | MemberName::Review(_, ReviewPart::Signature(_))) {
            self.signatures += 1;
        }
        self.packed_bytes = self.packed_bytes.saturating_add(entry.packed_bytes);
        self.size_bytes = self.size_bytes.saturating_add(entry.size_bytes);
        self.next_offset = next_offset;
        self.entries.push(entry);
        self.check_sums()
    }

    /// All members there are, once the last is known.
    pub(super) fn finish(self) -> Result<Vec<DirectoryEntry>, BundleError> {
        if self.entries.is_empty() {
            return Err(refused("it has no members"));
        }
        if let Some(DirectoryEntry { name: MemberName::Review(_, ReviewPart::Report), .. }) =
            self.entries.last()
        {
            return Err(refused("a review has no signature"));
        }
        // Only now: the total may be above the limit while the well-packed members come first.
        if expands_beyond(self.size_bytes, self.packed_bytes, MAX_TOTAL_RATIO) {
            let problem = format!("unpacking makes it more than {MAX_TOTAL_RATIO} times larger");
            return Err(BundleError::new(Code::Limit, problem));
        }
        Ok(self.entries)
    }

    fn check_place(&self, entry: &DirectoryEntry) -> Result<u64, BundleError> {
        match self.entries.last() {
            None if entry.name != MemberName::Manifest => {
                return Err(refused("the first member has to be manifest.json"));
            }
            Some(last) if last.name == entry.name => {
                return Err(refused("there are two members of this name"));
            }
            Some(last) if last.name > entry.name => return Err(refused("it is out of order")),
            last => check_neighbour(last.map(|last| &last.name), &entry.name)?,
        }
        if entry.offset != self.next_offset {
            return Err(refused("it does not begin where the member before it ends"));
        }
        entry.end_offset().ok_or_else(|| refused("it ends beyond any possible file"))
    }

    fn check_sums(&self) -> Result<(), BundleError> {
        let limit = |problem: String| Err(BundleError::new(Code::Limit, problem));
        if self.entries.len() as u64 > MAX_MEMBERS {
            return limit(format!("more than {MAX_MEMBERS} members"));
        }
        if self.signatures > MAX_SIGNATURES {
            return limit(format!("more than {MAX_SIGNATURES} signatures"));
        }
        if self.size_bytes > MAX_CONTENT_BYTES {
            return limit(format!("its members unpack to more than {MAX_CONTENT_BYTES} bytes"));
        }
        Ok(())
    }
}

/// A review and the signature over it come together: each is nothing without the other.
fn check_neighbour(before: Option<&MemberName>, name: &MemberName) -> Result<(), BundleError> {
    let waits = match before {
        Some(MemberName::Review(fingerprint, ReviewPart::Report)) => Some(fingerprint),
        _ => None,
    };
    let comes = match name {
        MemberName::Review(fingerprint, ReviewPart::Signature(_)) => Some(fingerprint),
        _ => None,
    };
    if waits == comes { Ok(()) } else { Err(refused("a review and its signature do not stand together")) }
}

fn check_packing(entry: &DirectoryEntry) -> Result<(), BundleError> {
    use Method::{Deflate, Stored, Zstd};
    // The methods are those that everybody's tools unpack, where people are to read the member without the product.
    let (methods, max_bytes): (&[Method], u64) = match entry.name {
        MemberName::Manifest => (&[Stored, Deflate], MAX_MANIFEST_BYTES),
        MemberName::Diff => (&[Stored, Deflate], MAX_DIFF_BYTES),
        MemberName::Shared => (&[Stored, Deflate, Zstd], MAX_SHARED_BYTES),
        MemberName::Signature(..) | MemberName::Review(_, ReviewPart::Signature(_)) => {
            (&[Stored], MAX_SIGNATURE_BYTES)
        }
        MemberName::Review(_, ReviewPart::Report) => (&[Stored], MAX_REVIEW_BYTES),
        MemberName::Blob(_) => (&[Stored, Deflate, Zstd], MAX_CONTENT_BYTES),
    };
    if entry.size_bytes > max_bytes {
        let problem = format!("{} bytes are more than the allowed {max_bytes}", entry.size_bytes);
        return Err(BundleError::new(Code::Limit, problem));
    }
    if entry.name == MemberName::Manifest && !may_expand(entry.size_bytes, entry.packed_bytes) {
        let problem = format!(
            "above {SMALL_MANIFEST_BYTES} bytes, unpacking may not make it more than {MAX_MANIFEST_RATIO} times larger"
        );
        return Err(BundleError::new(Code::Limit, problem));
    }
    if !methods.contains(&entry.method) {
        return Err(refused("it is packed by a method that it may not have"));
    }
    if entry.method == Stored && entry.size_bytes != entry.packed_bytes {
        return Err(refused("it is stored, and its two sizes differ"));
    }
    if expands_beyond(entry.size_bytes, entry.packed_bytes, MAX_MEMBER_RATIO) {
        let problem = format!("unpacking makes it more than {MAX_MEMBER_RATIO} times larger");
        return Err(BundleError::new(Code::Limit, problem));
    }
    Ok(())
}

/// Whether a manifest of so many bytes may be packed to so few.
pub(super) fn may_expand(size_bytes: u64, packed_bytes: u64) -> bool {
    size_bytes <= SMALL_MANIFEST_BYTES || !expands_beyond(size_bytes, packed_bytes, MAX_MANIFEST_RATIO)
}

/// Whether `size` is more than `ratio` times `packed`.
pub(super) fn expands_beyond(size: u64, packed: u64, ratio: u64) -> bool {
    size > packed.saturating_mul(ratio)
}

fn refused(problem: &str) -> BundleError {
    BundleError::new(Code::Container, problem)
}
