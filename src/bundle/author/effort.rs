//! How hard zstd tries, and what that costs. Depends on sizes alone, so that the same trees give the same bytes.
//!
//! The measure is `git diff --binary`: it is quick about many small texts and slow about large binaries, and nobody
//! should have to wait longer here. On source files of 10 KiB level 6 is 2 % larger than level 12 and four times as
//! fast; on a native program of 28 MB a delta at level 12 is a fifth smaller than at level 6, and still faster than Git.
//! On 6 MB of native libraries level 18 takes 2.5 s and level 12 0.2 s, for 0.47 MB and 0.61 MB: where the whole takes
//! seconds at most, a patch that is a quarter smaller is worth them.

/// Content that is packed as hard as possible, in all: a third of a second.
const HARDEST_TOTAL_BYTES: u64 = 1 << 20;

/// Content that is packed hard where that pays, in all: some 5 seconds.
const HARD_TOTAL_BYTES: u64 = 24 << 20;

/// Up to this size a content counts as small: text for the most part, of which there can be very many.
const SMALL_BYTES: u64 = 64 << 10;

/// Levels for small contents, by how much content there is in all.
const SMALL_LEVELS: &[(u64, i32)] = &[(HARDEST_TOTAL_BYTES, 19), (8 << 20, 12), (u64::MAX, 6)];

/// The same for large ones. At the end packing should not take much longer than reading.
const LARGE_LEVELS: &[(u64, i32)] =
    &[(HARDEST_TOTAL_BYTES, 19), (HARD_TOTAL_BYTES, 18), (256 << 20, 12), (1 << 30, 9), (u64::MAX, 3)];

/// Old content that one segment of a delta looks at, at most.
const WINDOW_BYTES: u64 = 32 << 20;

/// The levels for one bundle.
#[derive(Debug, Clone, Copy)]
pub(super) struct CompressionLevels {
    small: i32,
    large: i32,
}

impl CompressionLevels {
    /// For a bundle with so much content, old and new together.
    pub(crate) fn for_total(total_bytes: u64) -> Self {
        let level = |levels: &[(u64, i32)]| {
            let fitting = levels.iter().find(|(limit, _)| total_bytes <= *limit);
            fitting.map_or(1, |(_, level)| *level)
        };
        Self { small: level(SMALL_LEVELS), large: level(LARGE_LEVELS) }
    }

    /// For a content packed by itself.
    pub fn whole(self, size_bytes: u64) -> i32 {
        if size_bytes <= SMALL_BYTES { self.small } else { self.large }
    }

    pub fn delta(self, old_bytes: u64, new_bytes: u64) -> i32 {
        self.whole(old_bytes.max(new_bytes))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_content_is_packed_with_less_effort() {
        let levels = |total| {
            let effort = CompressionLevels::for_total(total);
            [effort.whole(10 << 10), effort.whole(10 << 20), effort.delta(10 << 10, 10 << 20)]
        };
        assert_eq!(levels(1 << 20), [19, 19, 19]);
        assert_eq!(levels(8 << 20), [12, 18, 18]);
        assert_eq!(levels(24 << 20), [6, 18, 18]);
        assert_eq!(levels(100 << 20), [6, 12, 12]);
        assert_eq!(levels(1 << 40), [6, 3, 3]);
    }
}
