//! Binary diffs as Git writes them: the new content, or a delta that makes it from the old one, packed with zlib.

use std::io::Read;

use flate2::read::ZlibDecoder;

use super::cursor::{Cursor, chomp};
use super::{MAX_BINARY_BYTES, PatchTextError, base85};

/// One direction of a binary diff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BinaryContent {
    /// What is packed.
    pub method: BinaryMethod,
    /// Its length when it is unpacked.
    pub size: usize,
    /// It, packed with zlib.
    pub packed: Vec<u8>,
}

/// What a binary diff contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryMethod {
    /// The new content.
    Literal,
    /// Instructions that make it from the old one.
    Delta,
}

/// Why a binary diff gives no content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BinaryDiffError {
    /// The packed bytes are no zlib stream, or of another length than stated.
    #[error("its packed content is damaged")]
    Packed,
    /// The delta was made from a content of another length.
    #[error("it was made for another content")]
    OtherSource,
    /// The delta points outside of the old content, or makes another length than it says.
    #[error("its delta is broken")]
    Broken,
    /// The result is too large.
    #[error("its content is larger than {MAX_BINARY_BYTES} bytes, or far larger than what it is made from")]
    TooLarge,
}

impl BinaryContent {
    /// The content it makes, given the old one.
    ///
    /// # Errors
    /// If the packed bytes are damaged or do not belong to `old`.
    pub fn make(&self, old: &[u8]) -> Result<Vec<u8>, BinaryDiffError> {
        let unpacked = self.unpack()?;
        match self.method {
            BinaryMethod::Literal => Ok(unpacked),
            BinaryMethod::Delta => follow(&unpacked, old, self.most(old.len())),
        }
    }

    /// The largest content that these packed bytes make with `old` bytes of another. No honest one comes near.
    fn most(&self, old: usize) -> usize {
        let packed = self.packed.len().saturating_add(old).saturating_mul(MAX_GROWTH);
        packed.saturating_add(ALWAYS_MADE_BYTES).min(MAX_BINARY_BYTES)
    }

    fn unpack(&self) -> Result<Vec<u8>, BinaryDiffError> {
        if self.size > self.most(0) {
            return Err(BinaryDiffError::TooLarge);
        }
        let mut unpacked = Vec::new();
        // One byte more than stated shows that there is more.
        let mut reader = ZlibDecoder::new(self.packed.as_slice()).take(self.size as u64 + 1);
        reader.read_to_end(&mut unpacked).map_err(|_| BinaryDiffError::Packed)?;
        let used = reader.into_inner().total_in();
        let is_whole = unpacked.len() == self.size && used == self.packed.len() as u64;
        if is_whole { Ok(unpacked) } else { Err(BinaryDiffError::Packed) }
    }
}

/// How many times larger a content may be than what it is made from.
const MAX_GROWTH: usize = 200;

/// What may always be made, however small it was packed.
const ALWAYS_MADE_BYTES: usize = 64 << 20;

/// Carries out the instructions of a delta (gitformat-pack, "Deltified representation").
fn follow(delta: &[u8], old: &[u8], most: usize) -> Result<Vec<u8>, BinaryDiffError> {
    let mut rest = delta;
    let old_size = varint(&mut rest)?;
    let new_size = varint(&mut rest)?;
    if old_size != old.len() {
        return Err(BinaryDiffError::OtherSource);
    }
    if new_size > most {
        return Err(BinaryDiffError::TooLarge);
    }
    let mut new = Vec::new();
    while let Some(op) = next(&mut rest) {
        let piece = match op {
            0 => return Err(BinaryDiffError::Broken),
            1..=0x7f => rest.split_off(..usize::from(op)).ok_or(BinaryDiffError::Broken)?,
            _ => {
                let mut field = |bits: u8| {
                    (0..bits.count_ones()).try_fold(0, |value, index| match op & nth_bit(bits, index) {
                        0 => Ok(value),
                        _ => Ok(value
                            | usize::from(next(&mut rest).ok_or(BinaryDiffError::Broken)?) << (8 * index)),
                    })
                };
                let (offset, size) = (field(0x0f)?, field(0x70)?);
                let size = if size == 0 { 0x10000 } else { size };
                old.get(offset..).and_then(|old| old.get(..size)).ok_or(BinaryDiffError::Broken)?
            }
        };
        if new.len() + piece.len() > new_size {
            return Err(BinaryDiffError::Broken);
        }
        new.extend_from_slice(piece);
    }
    if new.len() == new_size { Ok(new) } else { Err(BinaryDiffError::Broken) }
}

/// The `index`-th bit of those set in `bits`, which are neighbours.
fn nth_bit(bits: u8, index: u32) -> u8 {
    1 << (bits.trailing_zeros() + index)
}

fn next(rest: &mut &[u8]) -> Option<u8> {
    let (&first, tail) = rest.split_first()?;
    *rest = tail;
    Some(first)
}

fn varint(rest: &mut &[u8]) -> Result<usize, BinaryDiffError> {
    let mut value: u64 = 0;
    for shift in (0..63).step_by(7) {
        let byte = next(rest).ok_or(BinaryDiffError::Broken)?;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return usize::try_from(value).map_err(|_| BinaryDiffError::TooLarge);
        }
    }
    Err(BinaryDiffError::TooLarge)
}

type Both = (BinaryContent, Option<BinaryContent>);

/// Reads a binary diff, if one begins here: the way forward, and mostly the way back.
pub(super) fn read(cursor: &mut Cursor<'_>) -> Result<Option<Both>, PatchTextError> {
    if cursor.take("GIT binary patch").is_none() {
        return Ok(None);
    }
    let missing = |line| PatchTextError::broken(line, "the content of a binary file is missing");
    let forward = content(cursor)?.ok_or_else(|| missing(cursor.line))?;
    Ok(Some((forward, content(cursor)?)))
}

fn content(cursor: &mut Cursor<'_>) -> Result<Option<BinaryContent>, PatchTextError> {
    let line = cursor.line;
    let (method, size) = if let Some(size) = cursor.take("literal ") {
        (BinaryMethod::Literal, size)
    } else if let Some(size) = cursor.take("delta ") {
        (BinaryMethod::Delta, size)
    } else {
        return Ok(None);
    };
    let size = std::str::from_utf8(size).ok().and_then(|size| size.parse::<usize>().ok());
    let size =
        size.ok_or_else(|| PatchTextError::broken(line, "the length of a binary content is no number"))?;
    if size > MAX_BINARY_BYTES {
        return Err(PatchTextError::limit(line, format!("a binary content has {size} bytes")));
    }
    let mut packed = Vec::new();
    loop {
        let line = cursor.line;
        match cursor.peek().map(chomp) {
            None | Some([]) => break,
            Some(letters) => {
                base85::decode_line(letters, &mut packed)
                    .ok_or_else(|| PatchTextError::broken(line, "a line of a binary content is broken"))?;
            }
        }
        cursor.next();
    }
    cursor.next();
    Ok(Some(BinaryContent { method, size, packed }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delta_copies_and_adds() {
        let delta = [5, 7, 0x91, 1, 3, 2, b'x', b'y', 0x90, 2];
        assert_eq!(follow(&delta, b"abcde", 100), Ok(b"bcdxyab".to_vec()));
    }

    #[test]
    fn a_delta_that_leads_out_of_its_source_or_lies_is_refused() {
        for (delta, error) in [
            (&[4, 1, 1, b'x'][..], BinaryDiffError::OtherSource),
            (&[5, 3, 0x91, 4, 3], BinaryDiffError::Broken),
            (&[5, 3, 0x9f, 255, 255, 255, 255, 1], BinaryDiffError::Broken),
            (&[5, 9, 1, b'x'], BinaryDiffError::Broken),
            (&[5, 1, 2, b'x', b'y'], BinaryDiffError::Broken),
            (&[5, 1, 2, b'x'], BinaryDiffError::Broken),
            (&[5, 0, 0], BinaryDiffError::Broken),
            (&[5, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], BinaryDiffError::TooLarge),
            (&[], BinaryDiffError::Broken),
        ] {
            assert_eq!(follow(delta, b"abcde", 100), Err(error), "{delta:?}");
        }
    }
}
