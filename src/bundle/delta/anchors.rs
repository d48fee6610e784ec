//! Finds again where content was, when it moved farther than a window reaches (something was put in front of it).
//!
//! An anchor is a place that its own last 64 bytes single out, by a rolling hash with enough zero bits. The same bytes
//! are an anchor wherever they stand, so anchors that old and new content share tell where a piece came from.

use std::collections::HashMap;
use std::io::SeekFrom;

use crate::disk::fs::FileRead;

use super::DeltaError;

/// About how many anchors are remembered at most; they take some 3 MB.
const MAX_ANCHORS: u64 = 1 << 16;

/// Least average distance between anchors: finding a segment takes no more than a few hundred.
const MIN_DISTANCE: u64 = 4 << 10;

/// Old content read at a time.
const CHUNK_BYTES: usize = 256 << 10;

/// The anchors of some old content.
pub(super) struct Anchors {
    mask: u64,
    /// Where the anchor with this hash is; `None` when several have it and it tells nothing.
    places: HashMap<u64, Option<u64>>,
}

impl Anchors {
    pub(super) fn new(old: &mut dyn FileRead, old_size: u64) -> Result<Self, DeltaError> {
        let distance = (old_size / MAX_ANCHORS).max(MIN_DISTANCE).next_power_of_two();
        // The upper bits have seen all of the last 64 bytes, the lower ones only the very last.
        let mask = (distance - 1) << (64 - distance.trailing_zeros());
        let mut places = HashMap::new();
        let mut rolling = GearHash::new(mask);
        let mut chunk = vec![0; CHUNK_BYTES];
        let cannot_read = DeltaError::io("read the old content");
        old.seek(SeekFrom::Start(0)).map_err(&cannot_read)?;
        loop {
            let length = old.read(&mut chunk).map_err(&cannot_read)?;
            if length == 0 {
                return Ok(Self { mask, places });
            }
            rolling.find(&chunk[..length], |hash, place| {
                places.entry(hash).and_modify(|known| *known = None).or_insert(Some(place));
            });
        }
    }

    /// Where the middle of this content is in the old content; `None` when no anchor is shared.
    pub(super) fn middle_of(&self, segments: &[Vec<u8>]) -> Option<u64> {
        let mut found = Vec::new();
        let mut rolling = GearHash::new(self.mask);
        for segment in segments {
            rolling.find(segment, |hash, _| found.extend(self.places.get(&hash).copied().flatten()));
        }
        // The median: unlike a mean it is not drawn away by the few anchors that came from elsewhere.
        let middle = found.len() / 2;
        (!found.is_empty()).then(|| *found.select_nth_unstable(middle).1)
    }
}

/// A gear hash, which forgets a byte after 64 more.
struct GearHash {
    mask: u64,
    hash: u64,
    position: u64,
}

impl GearHash {
    fn new(mask: u64) -> Self {
        Self { mask, hash: 0, position: 0 }
    }

    fn find(&mut self, bytes: &[u8], mut found: impl FnMut(u64, u64)) {
        for &byte in bytes {
            self.hash = (self.hash << 1).wrapping_add(GEAR[usize::from(byte)]);
            self.position += 1;
            if self.hash & self.mask == 0 {
                found(self.hash, self.position);
            }
        }
    }
}

/// A random-looking number for each byte, by the finalizer of SplitMix64.
static GEAR: [u64; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let seed = (byte as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mixed = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        table[byte] = mixed ^ (mixed >> 31);
        byte += 1;
    }
    table
};
