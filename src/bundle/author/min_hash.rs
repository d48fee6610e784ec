//! A small summary of a content, by which two of them can be seen to be alike without being held side by side.
//!
//! Content is cut after every line feed and after 64 bytes at the latest (as Git does to find renames), so that text
//! falls into lines and binary content into pieces that fall into step again after an insertion. The smallest hashes
//! of all pieces are a fair sample of them: alike contents have many in common.

use std::collections::BTreeSet;
use std::io::{self, Read};

/// Hashes kept. The share that two contents have in common is known to some 5 % then.
const SAMPLES: usize = 256;

/// Longest piece.
const PIECE_BYTES: usize = 64;

/// Content read at a time.
const CHUNK_BYTES: usize = 128 << 10;

/// The sample of one content.
#[derive(Debug, Default)]
pub(super) struct MinHash(BTreeSet<u64>);

impl MinHash {
    /// Reads all of `content`.
    pub(super) fn new(content: &mut dyn Read) -> io::Result<Self> {
        let mut sketch = Self::default();
        let mut piece = Shingle::new();
        let mut chunk = vec![0; CHUNK_BYTES];
        loop {
            let length = match content.read(&mut chunk) {
                Ok(0) => break,
                Ok(length) => length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            for &byte in &chunk[..length] {
                if piece.takes_and_ends(byte) {
                    sketch.add(piece.hash());
                    piece = Shingle::new();
                }
            }
        }
        if piece.length > 0 {
            sketch.add(piece.hash());
        }
        Ok(sketch)
    }

    /// The sampled hashes.
    pub(super) fn hashes(&self) -> impl Iterator<Item = u64> {
        self.0.iter().copied()
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    fn add(&mut self, hash: u64) {
        if self.0.len() < SAMPLES {
            self.0.insert(hash);
        } else if self.0.last().is_some_and(|largest| hash < *largest) && self.0.insert(hash) {
            self.0.pop_last();
        }
    }
}

/// FNV-1a of the bytes since the last cut.
struct Shingle {
    hash: u64,
    length: usize,
}

impl Shingle {
    fn new() -> Self {
        Self { hash: 0xcbf2_9ce4_8422_2325, length: 0 }
    }

    fn takes_and_ends(&mut self, byte: u8) -> bool {
        self.hash = (self.hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        self.length += 1;
        byte == b'\n' || self.length == PIECE_BYTES
    }

    /// Mixed once more: without it, short pieces would all have small hashes and fill the sample.
    fn hash(&self) -> u64 {
        let mixed = (self.hash ^ (self.hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed ^ (mixed >> 29)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(range: std::ops::Range<u32>) -> String {
        range.map(|number| format!("line {number} of the text\n")).collect()
    }

    fn in_common(a: &str, b: &str) -> usize {
        let [a, b] = [a, b].map(|content| MinHash::new(&mut content.as_bytes()).expect("memory can be read"));
        a.0.intersection(&b.0).count()
    }

    #[test]
    fn alike_contents_have_most_samples_in_common() {
        let (old, inserted) = (lines(0..2000), lines(5000..5100) + &lines(0..2000));
        assert_eq!(in_common(&old, &old), SAMPLES);
        assert!(in_common(&old, &inserted) > SAMPLES * 8 / 10);
    }

    #[test]
    fn different_contents_have_nothing_in_common() {
        assert_eq!(in_common(&lines(0..2000), &lines(3000..5000)), 0);
        assert_eq!(in_common("", &lines(0..10)), 0);
    }

    #[test]
    fn the_end_without_a_line_feed_counts_too() {
        assert_eq!(in_common("one", "one"), 1);
    }
}
