//! How hard zstd tries, and what that costs. Depends on sizes alone, so that the same trees give the same bytes.

use crate::bundle::delta;

/// Content that is packed as hard as possible, in all: some seconds on one processor.
const HARDEST_TOTAL_BYTES: u64 = 4 << 20;

/// Content that is packed hard, in all.
const HARD_TOTAL_BYTES: u64 = 128 << 20;

/// Content that is packed with some care, in all. Beyond, packing should not take much longer than reading.
const CAREFUL_TOTAL_BYTES: u64 = 512 << 20;

/// Up to this size a single content may be packed as hard as possible without taking much memory.
const HARDEST_FILE_BYTES: u64 = 1 << 20;

/// Old content that one segment of a delta looks at, at most.
const WINDOW_BYTES: u64 = 32 << 20;

/// The levels for one bundle.
#[derive(Debug, Clone, Copy)]
pub(super) struct Effort {
    level: i32,
}

impl Effort {
    /// For a bundle with so much content, old and new together.
    pub fn for_total(total_bytes: u64) -> Self {
        let steps = [(HARDEST_TOTAL_BYTES, 19), (HARD_TOTAL_BYTES, 12), (CAREFUL_TOTAL_BYTES, 9)];
        let level = steps.iter().find(|(limit, _)| total_bytes <= *limit).map_or(3, |(_, level)| *level);
        Self { level }
    }

    /// For a content packed by itself.
    pub fn whole(self, size_bytes: u64) -> i32 {
        if size_bytes <= HARDEST_FILE_BYTES { self.level } else { self.level.min(12) }
    }

    /// For a delta.
    pub fn delta(self, old_bytes: u64, new_bytes: u64) -> i32 {
        let level = delta::level_for(new_bytes).min(self.level);
        if old_bytes <= HARDEST_FILE_BYTES { level } else { level.min(12) }
    }
}

/// About how much memory packing takes at the levels chosen here: the contents it holds, and zstd's tables, which grow
/// with them.
pub(super) fn memory_bytes(old_bytes: u64, new_bytes: u64) -> u64 {
    const LEAST_BYTES: u64 = 1 << 20;
    const TABLES_PER_BYTE: u64 = 16;
    const MAX_TABLES_BYTES: u64 = 64 << 20;
    let held = old_bytes.min(WINDOW_BYTES) + new_bytes.min(WINDOW_BYTES / 2);
    LEAST_BYTES + held + (held * TABLES_PER_BYTE).min(MAX_TABLES_BYTES)
}
