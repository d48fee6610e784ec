//! Puts small contents into one member.

use std::collections::BTreeMap;
use std::io::Cursor;

use super::AuthorError;
use super::effort::CompressionLevels;
use super::pack::{BLOB_RECORDS_BYTES, Packed, PackedForm, WantedContent};
use super::trees::Trees;
use crate::bundle::container::{BlobSpool, PackedBlob};
use crate::bundle::limits::MAX_SMALL_BLOB_BYTES;
use crate::model::Digest;

/// Most small contents together: they are packed at once.
const MAX_TOGETHER_BYTES: u64 = 16 << 20;

/// Takes small contents out of `blobs` and packs them together; `None` if each is better off by itself.
pub(super) fn share(
    wanted: &[WantedContent],
    packed: &Packed,
    blobs: &mut BTreeMap<Digest, &PackedBlob>,
    trees: &Trees<'_>,
    spool: &BlobSpool,
) -> Result<Option<PackedBlob>, AuthorError> {
    let mut left_bytes = MAX_TOGETHER_BYTES;
    let mut small: BTreeMap<Digest, &WantedContent> = BTreeMap::new();
    for wanted in wanted.iter().filter(|wanted| wanted.file.size_bytes <= MAX_SMALL_BLOB_BYTES) {
        let is_new = matches!(packed.form_of(wanted), PackedForm::Whole(_))
            && !small.contains_key(&wanted.file.digest);
        if let Some(left) = left_bytes.checked_sub(wanted.file.size_bytes).filter(|_| is_new) {
            left_bytes = left;
            small.insert(wanted.file.digest, wanted);
        }
    }
    if small.len() < 2 {
        return Ok(None);
    }
    let alone: u64 = small.keys().map(|digest| blobs[digest].packed_bytes() + BLOB_RECORDS_BYTES).sum();
    let mut together = Vec::new();
    for wanted in small.values() {
        together.extend(trees.read(wanted.side, &wanted.path, &wanted.file)?);
    }
    let size_bytes = together.len() as u64;
    let level = CompressionLevels::for_total(size_bytes).whole(size_bytes);
    let shared = spool.compress(&mut Cursor::new(together), level)?;
    if shared.packed_bytes() + BLOB_RECORDS_BYTES >= alone {
        return Ok(None);
    }
    for digest in small.keys() {
        blobs.remove(digest);
    }
    Ok(Some(shared))
}
