//! Blocks of lines that stand elsewhere in the new text than in the old one.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::lines::LineHash;
use crate::diff::Region;

/// Fewer lines than these are elsewhere by chance.
const LEAST_LINES: usize = 3;
/// Of a block, so many lines have something to say: brackets and blank lines are everywhere.
const LEAST_TELLING: usize = 2;
/// A line that is added in more places than these says nothing about where a block went.
const MOST_PLACES: usize = 8;
/// Most changed lines of a side that are searched.
pub(super) const MOST_LINES: u64 = 200_000;

/// A block that was deleted in one place and added in another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovedBlock {
    /// Its lines in the old text.
    pub old: Range<usize>,
    /// The same lines in the new one.
    pub new: Range<usize>,
}

/// Every block that moved, in the order of the old text and in that of the new one.
#[derive(Debug, Clone, Default)]
pub(super) struct Moves {
    by_old: Vec<MovedBlock>,
    by_new: Vec<MovedBlock>,
}

impl Moves {
    /// Those in `hunks`, by the hashes of all lines. `tells` says whether an old line has letters or digits in it.
    pub fn find(hunks: &[Region], hashes: &[Vec<LineHash>; 2], tells: impl Fn(usize) -> bool) -> Self {
        let search = MoveSearch { hashes, added: added(hunks, &hashes[1]) };
        let (mut by_old, mut taken) = (Vec::new(), HashSet::new());
        for hunk in hunks {
            let mut line = hunk.old.start;
            while line < hunk.old.end {
                let block = search.longest(line..hunk.old.end, &taken);
                let block = block.filter(|block| {
                    block.old.clone().filter(|line| tells(*line)).take(LEAST_TELLING).count() == LEAST_TELLING
                });
                line = block.as_ref().map_or(line + 1, |block| block.old.end);
                taken.extend(block.iter().flat_map(|block| block.new.clone()));
                by_old.extend(block);
            }
        }
        let mut by_new = by_old.clone();
        by_new.sort_by_key(|block| block.new.start);
        Self { by_old, by_new }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_old.is_empty()
    }

    /// The block that an old line is in.
    pub fn of_old(&self, line: usize) -> Option<&MovedBlock> {
        let at = self.by_old.partition_point(|block| block.old.end <= line);
        self.by_old.get(at).filter(|block| block.old.contains(&line))
    }

    /// The block that a new line is in.
    pub fn of_new(&self, line: usize) -> Option<&MovedBlock> {
        let at = self.by_new.partition_point(|block| block.new.end <= line);
        self.by_new.get(at).filter(|block| block.new.contains(&line))
    }
}

/// Where an added line stands, and where the lines end that were added with it.
type Added = HashMap<LineHash, Vec<(usize, usize)>>;

fn added(hunks: &[Region], hashes: &[LineHash]) -> Added {
    let mut added = Added::new();
    for hunk in hunks {
        for line in hunk.new.clone() {
            added.entry(hashes[line]).or_default().push((line, hunk.new.end));
        }
    }
    added
}

struct MoveSearch<'a> {
    hashes: &'a [Vec<LineHash>; 2],
    added: Added,
}

impl MoveSearch<'_> {
    /// The longest block that begins where `old` does and was added elsewhere.
    fn longest(&self, old: Range<usize>, taken: &HashSet<usize>) -> Option<MovedBlock> {
        let [before, after] = self.hashes;
        let places = self.added.get(&before[old.start]).filter(|places| places.len() <= MOST_PLACES)?;
        let length = |(place, end): (usize, usize)| {
            let pairs = old.clone().zip(place..end);
            pairs.take_while(|(one, other)| before[*one] == after[*other] && !taken.contains(other)).count()
        };
        let (start, length) = places.iter().map(|place| (place.0, length(*place))).max_by_key(|(_, n)| *n)?;
        let block = MovedBlock { old: old.start..old.start + length, new: start..start + length };
        (length >= LEAST_LINES).then_some(block)
    }
}
