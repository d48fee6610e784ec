//! The delta "zstd-delta": new content as a sequence of zstd frames, each packed against a part of the old content.
//!
//! zstd finds what new content repeats of old content when the old is given to it as a prefix (what its command line
//! calls `--patch-from`). Given whole, both contents have to be in memory. Here new content is cut into segments of
//! 8 MiB and each is packed against at most 32 MiB of old content, so that a file of any size takes the same memory.
//! Old content up to 32 MiB is always there as a whole.
//!
//! ```text
//! header    magic "PWDELTA1", segment size u32, old size u64, new size u64
//! segment   old offset u64, old length u32, frame length u32, frame         once for each segment, in order
//! ```
//!
//! Numbers are little-endian. Every segment but the last has the segment size; the frames end where the delta ends.
//! Each frame carries zstd's checksum, so that a wrong source shows early; the digest of the whole result is the
//! caller's to check.
//!
//! Size and processor time to make, for two releases of a 28 MB native program and for 200 MB of libraries with an
//! edit every few kilobytes (reading takes 0.1 s and 0.5 s; at level 9 two threads share the time):
//!
//! | | 28 MB | | 200 MB | |
//! |---|---|---|---|---|
//! | level 3 | 5.16 MB | 0.4 s | 0.43 MB | 1.3 s |
//! | level 9 | 4.34 MB | 1 s | 0.41 MB | 4 s |
//! | level 12 | 3.84 MB | 2 s | 0.41 MB | 10 s |
//! | level 15 | 3.76 MB | 30 s | | |
//! | level 19 | 3.23 MB | 50 s | | |
//! | `zstd -19 --patch-from` | 3.41 MB | 26 s | | |
//! | `git diff --binary` | 14.19 MB | 3 s | 1.39 MB | 10 s |

mod anchors;
mod decode;
mod encode;

use std::io;

use crate::bundle::BundleError;
use crate::model::Code;

pub use decode::decode;
pub use encode::encode;

const MAGIC: [u8; 8] = *b"PWDELTA1";
const HEADER_BYTES: usize = 8 + 4 + 8 + 8;
const RECORD_BYTES: usize = 8 + 4 + 4;

/// New content in one segment. With [`OLD_PER_SEGMENT`] it bounds the memory of reading to some 50 MB.
const SEGMENT_BYTES: u32 = 8 << 20;

/// Smallest segment size that is read: below, the records would cost more than they describe.
const MIN_SEGMENT_BYTES: u32 = 64 << 10;

/// How many times its own size a segment may look back at. It also bounds how much a hostile delta can make us read:
/// four times what it promises to produce.
const OLD_PER_SEGMENT: u32 = 4;

/// Why a delta cannot be made or does not produce what it should.
#[derive(Debug, thiserror::Error)]
pub enum DeltaError {
    /// The delta breaks a rule of the format, or was made from other content.
    #[error("the delta {0}")]
    Damaged(&'static str),
    /// The old content is not of the size that the delta was made for.
    #[error("the delta is for old content of {expected} bytes, not {found}")]
    OtherOldSize {
        /// Says the delta.
        expected: u64,
        /// Says the caller.
        found: u64,
    },
    /// The delta makes new content of another size than it should.
    #[error("the delta makes {found} bytes instead of {expected}")]
    OtherNewSize {
        /// Says the caller.
        expected: u64,
        /// Says the delta.
        found: u64,
    },
    /// Content that a delta is made from is longer or shorter than the caller said.
    #[error("the {0} content changed while a delta was made from it")]
    Changed(&'static str),
    /// zstd gave up.
    #[error("cannot pack a segment of the delta: {0}")]
    Pack(&'static str),
    /// The system refused to read or write.
    #[error("cannot {attempted}")]
    Io {
        /// Such as `read the old content`.
        attempted: &'static str,
        /// Why.
        source: io::Error,
    },
}

impl DeltaError {
    /// The code a person can quote.
    pub fn code(&self) -> Code {
        match self {
            Self::Damaged(_) | Self::OtherOldSize { .. } | Self::OtherNewSize { .. } => Code::Delta,
            Self::Changed(_) => Code::Moved,
            Self::Pack(_) | Self::Io { .. } => Code::Io,
        }
    }

    fn io(attempted: &'static str) -> impl Fn(io::Error) -> Self {
        move |source| Self::Io { attempted, source }
    }
}

impl From<DeltaError> for BundleError {
    fn from(error: DeltaError) -> Self {
        let (code, problem) = (error.code(), error.to_string());
        match error {
            DeltaError::Io { source, .. } => BundleError::io(problem, source),
            _ => BundleError::new(code, problem),
        }
    }
}

/// What the header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct DeltaHeader {
    segment_bytes: u32,
    old_size: u64,
    new_size: u64,
}

impl DeltaHeader {
    fn to_bytes(self) -> Vec<u8> {
        let sizes = [self.old_size.to_le_bytes(), self.new_size.to_le_bytes()].concat();
        [&MAGIC[..], &self.segment_bytes.to_le_bytes(), &sizes].concat()
    }

    fn from_bytes(bytes: [u8; HEADER_BYTES]) -> Option<Self> {
        let rest = bytes.strip_prefix(&MAGIC)?;
        let (segment_bytes, rest) = rest.split_first_chunk()?;
        let (old_size, rest) = rest.split_first_chunk()?;
        let new_size = rest.first_chunk()?;
        Some(Self {
            segment_bytes: u32::from_le_bytes(*segment_bytes),
            old_size: u64::from_le_bytes(*old_size),
            new_size: u64::from_le_bytes(*new_size),
        })
    }

    /// The most old content that one segment may look at.
    fn window_bytes(self) -> u32 {
        self.segment_bytes.saturating_mul(OLD_PER_SEGMENT)
    }
}

/// What stands before each frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct FrameRecord {
    old_offset: u64,
    old_length: u32,
    frame_length: u32,
}

impl FrameRecord {
    fn to_bytes(self) -> Vec<u8> {
        let lengths = [self.old_length.to_le_bytes(), self.frame_length.to_le_bytes()].concat();
        [&self.old_offset.to_le_bytes()[..], &lengths].concat()
    }

    fn from_bytes(bytes: [u8; RECORD_BYTES]) -> Self {
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = bytes;
        Self {
            old_offset: u64::from_le_bytes([a, b, c, d, e, f, g, h]),
            old_length: u32::from_le_bytes([i, j, k, l]),
            frame_length: u32::from_le_bytes([m, n, o, p]),
        }
    }
}

#[cfg(test)]
mod tests;
