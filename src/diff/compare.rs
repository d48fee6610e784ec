//! Finds which lines differ: the one comparison behind every diff, every merge, and what the window shows.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::{Duration, Instant};

use similar::{Algorithm, DiffOp, capture_diff_deadline};

/// How long a person waits for one file before a coarse answer is better than none.
pub const PATIENCE: Duration = Duration::from_secs(5);
/// Most lines on both sides together that are compared one by one: the bookkeeping takes some 100 bytes a line.
pub(crate) const MAX_COMPARED_LINES: usize = 8_000_000;

/// How closely two contents were compared. Whoever shows a coarse result says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// To the end.
    Full,
    /// Until time was up, or there were too many lines. The differences are true, but larger than they need to be.
    Coarse,
}

/// One place that differs: these lines of the old content, or bytes, became these of the new one. Counted from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region<N = usize> {
    /// Empty where something was only added.
    pub old: Range<N>,
    /// Empty where something was only removed.
    pub new: Range<N>,
}

impl<N: PartialOrd> Region<N> {
    /// Whether only one side has something here.
    pub(crate) fn is_one_sided(&self) -> bool {
        self.old.is_empty() || self.new.is_empty()
    }
}

impl Region {
    /// Whether no unchanged line lies between the two, or they overlap. Both are about the same old content.
    pub fn touches(&self, other: &Region) -> bool {
        self.old.start <= other.old.end && other.old.start <= self.old.end
    }
}

/// The places where two sequences of lines differ, from top to bottom, found within `patience`. What comes back after
/// `is_stopped` means nothing.
pub fn compare<K: Eq + Hash>(
    old: impl IntoIterator<Item = K>,
    new: impl IntoIterator<Item = K>,
    patience: Duration,
    is_stopped: impl Fn() -> bool,
) -> (Vec<Region>, Precision) {
    compare_until(old, new, Limit::Time(Instant::now() + patience), is_stopped)
}

/// As [`compare`], and never in another way on another machine or another day.
pub(super) fn compare_the_same_always<K: Eq + Hash>(
    old: impl IntoIterator<Item = K>,
    new: impl IntoIterator<Item = K>,
) -> (Vec<Region>, Precision) {
    compare_until(old, new, Limit::Lines(MAX_PIECE_LINES), || false)
}

/// Most lines on both sides of a piece between two landmarks that are compared one by one where time does not count:
/// at worst half a second's work.
const MAX_PIECE_LINES: usize = 16_384;

/// When a comparison is coarse rather than true to the end.
#[derive(Clone, Copy)]
enum Limit {
    Lines(usize),
    Time(Instant),
}

impl Limit {
    fn is_reached(self, piece_lines: usize) -> bool {
        match self {
            Limit::Lines(limit) => piece_lines > limit,
            Limit::Time(deadline) => Instant::now() > deadline,
        }
    }

    fn deadline(self) -> Option<Instant> {
        match self {
            Limit::Lines(_) => None,
            Limit::Time(deadline) => Some(deadline),
        }
    }
}

fn compare_until<K: Eq + Hash>(
    old: impl IntoIterator<Item = K>,
    new: impl IntoIterator<Item = K>,
    limit: Limit,
    is_stopped: impl Fn() -> bool,
) -> (Vec<Region>, Precision) {
    let mut numbers = HashMap::new();
    let mut token = |line: K| {
        let next = numbers.len() as u32;
        Token { number: *numbers.entry(line).or_insert(next), is_stopped: &is_stopped }
    };
    let old: Vec<_> = old.into_iter().map(&mut token).collect();
    let new: Vec<_> = new.into_iter().map(&mut token).collect();
    let kinds = numbers.len();
    drop(numbers);
    match catch_unwind(AssertUnwindSafe(|| compare_tokens(&old, &new, kinds, limit))) {
        Ok(compared) => compared,
        Err(thrown) if thrown.is::<Stopped>() => (Vec::new(), Precision::Coarse),
        Err(panic) => resume_unwind(panic),
    }
}

fn compare_tokens<F: Fn() -> bool>(
    old: &[Token<'_, F>],
    new: &[Token<'_, F>],
    kinds: usize,
    limit: Limit,
) -> (Vec<Region>, Precision) {
    let mut precision = Precision::Full;
    let mut regions = Vec::new();
    let (mut from_old, mut from_new) = (0, 0);
    let end = (old.len(), new.len());
    for (to_old, to_new) in landmarks(old, new, kinds).into_iter().chain([end]) {
        let (left, right) = without_equal_ends(old, new, from_old..to_old, from_new..to_new);
        (from_old, from_new) = (to_old + 1, to_new + 1);
        if left.is_empty() || right.is_empty() {
            add(&mut regions, left, right);
        } else if limit.is_reached(left.len() + right.len()) {
            // It would take too long to look inside, but what is around stays found.
            add(&mut regions, left, right);
            precision = Precision::Coarse;
        } else {
            let ops = capture_diff_deadline(Algorithm::Myers, old, left, new, right, limit.deadline());
            for op in ops.iter().filter(|op| !matches!(op, DiffOp::Equal { .. })) {
                add(&mut regions, op.old_range(), op.new_range());
            }
            if limit.deadline().is_some_and(|deadline| Instant::now() > deadline) {
                precision = Precision::Coarse;
            }
        }
    }
    (regions, precision)
}

/// What is left of a piece without the lines at its start and its end that are the same on both sides: found in one
/// pass, so that no lack of time makes a difference of them.
fn without_equal_ends<T: PartialEq>(
    old: &[T],
    new: &[T],
    left: Range<usize>,
    right: Range<usize>,
) -> (Range<usize>, Range<usize>) {
    let (a, b) = (&old[left.clone()], &new[right.clone()]);
    let head = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let tail = a[head..].iter().rev().zip(b[head..].iter().rev()).take_while(|(a, b)| a == b).count();
    (left.start + head..left.end - tail, right.start + head..right.end - tail)
}

/// Neighbouring differences are one.
fn add(regions: &mut Vec<Region>, old: Range<usize>, new: Range<usize>) {
    match regions.last_mut() {
        Some(last) if last.old.end == old.start && last.new.end == new.start => {
            (last.old.end, last.new.end) = (old.end, new.end);
        }
        _ if old.is_empty() && new.is_empty() => {}
        _ => regions.push(Region { old, new }),
    }
}

/// Thrown where nobody wants the comparison any more: the library that compares cannot be asked to stop, and whatever it is
/// told instead, it may go on for minutes.
struct Stopped;

/// A line as a number. All comparing goes through here, so here is where a wish to stop is heard.
struct Token<'a, F> {
    number: u32,
    is_stopped: &'a F,
}

impl<F: Fn() -> bool> PartialEq for Token<'_, F> {
    fn eq(&self, other: &Self) -> bool {
        if self.number == other.number {
            return true;
        }
        if (self.is_stopped)() {
            resume_unwind(Box::new(Stopped));
        }
        false
    }
}

impl<F: Fn() -> bool> Eq for Token<'_, F> {}

impl<F: Fn() -> bool> PartialOrd for Token<'_, F> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<F: Fn() -> bool> Ord for Token<'_, F> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.number.cmp(&other.number)
    }
}

impl<F: Fn() -> bool> Hash for Token<'_, F> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}

/// No line of this kind was seen.
const NOWHERE: u32 = u32::MAX;
/// More than one was seen.
const TWICE: u32 = u32::MAX - 1;

/// Lines that are there once on each side and in the same order: places where both sides surely meet, found in
/// next to no time. What is left to compare are the pieces between them.
fn landmarks<F>(old: &[Token<'_, F>], new: &[Token<'_, F>], kinds: usize) -> Vec<(usize, usize)> {
    let [in_old, in_new] = [old, new].map(|side| {
        let mut places = vec![NOWHERE; kinds];
        for (at, token) in side.iter().enumerate() {
            let place = &mut places[token.number as usize];
            *place = if *place == NOWHERE { at as u32 } else { TWICE };
        }
        places
    });
    let is_once = |place: u32| place < TWICE;
    let candidates: Vec<(u32, u32)> = old
        .iter()
        .map(|token| (in_old[token.number as usize], in_new[token.number as usize]))
        .filter(|(old, new)| is_once(*old) && is_once(*new))
        .collect();
    longest_rise(&candidates)
}

/// Of places that go up on the old side, the most that go up on the new one as well.
fn longest_rise(candidates: &[(u32, u32)]) -> Vec<(usize, usize)> {
    // For each length, the candidate that ends a rise of that length lowest; and for each candidate the one before.
    let mut ends: Vec<usize> = Vec::new();
    let mut before = vec![usize::MAX; candidates.len()];
    for (index, (_, new)) in candidates.iter().enumerate() {
        let length = ends.partition_point(|end| candidates[*end].1 < *new);
        if length > 0 {
            before[index] = ends[length - 1];
        }
        match ends.get_mut(length) {
            Some(end) => *end = index,
            None => ends.push(index),
        }
    }
    let mut rise = Vec::with_capacity(ends.len());
    let mut at = ends.last().copied().unwrap_or(usize::MAX);
    while at != usize::MAX {
        let (old, new) = candidates[at];
        rise.push((old as usize, new as usize));
        at = before[at];
    }
    rise.reverse();
    rise
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use proptest::prelude::*;

    use super::*;

    /// Whether the lines outside the regions are the same on both sides.
    fn is_true(old: &[u8], new: &[u8], regions: &[Region]) -> bool {
        let (mut at_old, mut at_new) = (0, 0);
        let end = Region { old: old.len()..old.len(), new: new.len()..new.len() };
        regions.iter().chain([&end]).all(|region| {
            let is_equal = old[at_old..region.old.start] == new[at_new..region.new.start];
            (at_old, at_new) = (region.old.end, region.new.end);
            is_equal
        })
    }

    proptest! {
        #[test]
        fn what_is_outside_the_regions_is_equal(old in "[a-e]{0,12}", new in "[a-e]{0,12}") {
            let (old, new) = (old.as_bytes(), new.as_bytes());
            for patience in [PATIENCE, Duration::ZERO] {
                let (regions, _) = compare(old, new, patience, || false);
                prop_assert!(is_true(old, new, &regions), "{:?} {:?}", patience, regions);
                prop_assert_eq!(regions.is_empty(), old == new);
            }
        }
    }

    #[test]
    fn without_any_time_equal_pieces_are_still_no_difference() {
        let (same, precision) = compare(*b"ede", *b"ede", Duration::ZERO, || false);
        assert_eq!((same, precision), (Vec::new(), Precision::Full));
        let (regions, _) = compare(*b"axbde", *b"aybde", Duration::ZERO, || false);
        assert_eq!(regions, [Region { old: 1..2, new: 1..2 }]);
    }

    #[test]
    fn a_comparison_that_nobody_wants_any_more_ends_at_once() {
        let mut seed = 1_u32;
        let mut next = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            seed >> 24
        };
        let [old, new] = [0, 1].map(|_| (0..400_000).map(|_| next()).collect::<Vec<_>>());
        let (asked, stop_at) = (Cell::new(0), 1_000_000);
        let is_stopped = || {
            asked.set(asked.get() + 1);
            asked.get() > stop_at
        };
        compare(&old, &new, Duration::from_secs(3_600), is_stopped);
        assert_eq!(asked.get(), stop_at + 1, "the whole comparison asks some 10^11 times");
    }
}
