//! Finds which lines differ, for as long as somebody wants to wait.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::io;
use std::ops::Range;
use std::time::{Duration, Instant};

use similar::{Algorithm, DiffOp, capture_diff_deadline};

use super::lines::{LineHash, Lines, stop_if_asked};
use crate::diff::Precision;
use crate::progress::{CancelToken, Cancelled};

/// How long a person waits for one file before a coarse answer is better than none.
pub const PATIENCE: Duration = Duration::from_secs(5);
/// How long somebody who said "keep computing" waits at most; they can stop it at any time.
pub const LONG_PATIENCE: Duration = Duration::from_secs(3_600);
/// Most lines on both sides together that are compared one by one: the bookkeeping takes some 100 bytes a line.
pub const MAX_COMPARED_LINES: usize = 8_000_000;

/// One place that differs: these lines of the left side became these of the right side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    /// Left lines, counted from 0.
    pub left: Range<u32>,
    /// Right lines.
    pub right: Range<u32>,
}

impl Hunk {
    /// Whether only one side has lines here.
    pub fn is_one_sided(&self) -> bool {
        self.left.is_empty() || self.right.is_empty()
    }
}

/// A line as a number. All comparing goes through here, so here is where a wish to stop is heard.
struct Token<'a> {
    number: u32,
    cancel: &'a CancelToken,
}

impl PartialEq for Token<'_> {
    fn eq(&self, other: &Self) -> bool {
        // Of a comparison nobody wants any more the quickest end is that everything is equal. The result is
        // thrown away.
        self.number == other.number || self.cancel.is_cancelled()
    }
}

impl Eq for Token<'_> {}

impl PartialOrd for Token<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Token<'_> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.number.cmp(&other.number)
    }
}

impl Hash for Token<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}

/// Takes hashes as they are: they were made under keys nobody knows.
#[derive(Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        // Keys are line hashes, which come as one number.
        bytes.iter().for_each(|byte| self.0 = self.0.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u128(&mut self, hash: u128) {
        self.0 = hash as u64;
    }
}

/// The places where two sequences of lines differ, found within `patience`.
pub(super) fn compare(
    left: &[LineHash],
    right: &[LineHash],
    patience: Duration,
    cancel: &CancelToken,
) -> Result<(Vec<Hunk>, Precision), Cancelled> {
    let mut numbers: HashMap<_, _, BuildHasherDefault<Hashed>> =
        HashMap::with_capacity_and_hasher(left.len(), BuildHasherDefault::default());
    let mut number = |hash: &LineHash| {
        let next = numbers.len() as u32;
        Token { number: *numbers.entry(*hash).or_insert(next), cancel }
    };
    let left: Vec<_> = left.iter().map(&mut number).collect();
    let right: Vec<_> = right.iter().map(&mut number).collect();
    let kinds = numbers.len();
    drop(numbers);
    cancel.check()?;
    let deadline = Instant::now() + patience;
    let mut precision = Precision::Full;
    let mut ops = Vec::new();
    let (mut from_left, mut from_right) = (0, 0);
    let end = (left.len(), right.len());
    for (to_left, to_right) in landmarks(&left, &right, kinds).into_iter().chain([end]) {
        let (old, new) = (from_left..to_left, from_right..to_right);
        (from_left, from_right) = (to_left + 1, to_right + 1);
        if old.is_empty() && new.is_empty() {
            continue;
        }
        cancel.check()?;
        if Instant::now() > deadline && !old.is_empty() && !new.is_empty() {
            // There is no time left to look inside, but what is around stays found.
            ops.push(DiffOp::Replace {
                old_index: old.start,
                old_len: old.len(),
                new_index: new.start,
                new_len: new.len(),
            });
            precision = Precision::Coarse;
            continue;
        }
        ops.extend(capture_diff_deadline(Algorithm::Myers, &left[..], old, &right[..], new, Some(deadline)));
        if Instant::now() > deadline {
            precision = Precision::Coarse;
        }
    }
    cancel.check()?;
    Ok((hunks(&ops), precision))
}

/// Lines that are there once on each side and in the same order: places where both sides surely meet, found in
/// next to no time. What is left to compare are the pieces between them.
fn landmarks(left: &[Token<'_>], right: &[Token<'_>], kinds: usize) -> Vec<(usize, usize)> {
    let [in_left, in_right] = [left, right].map(|side| {
        let mut places = vec![NOWHERE; kinds];
        for (at, token) in side.iter().enumerate() {
            let place = &mut places[token.number as usize];
            *place = if *place == NOWHERE { at as u32 } else { TWICE };
        }
        places
    });
    let is_once = |place: u32| place < TWICE;
    let candidates: Vec<(u32, u32)> = left
        .iter()
        .map(|token| (in_left[token.number as usize], in_right[token.number as usize]))
        .filter(|(old, new)| is_once(*old) && is_once(*new))
        .collect();
    longest_rise(&candidates)
}

/// No line of this kind was seen.
const NOWHERE: u32 = u32::MAX;
/// More than one was seen.
const TWICE: u32 = u32::MAX - 1;

/// Of places that go up on the left, the most that go up on the right as well.
fn longest_rise(candidates: &[(u32, u32)]) -> Vec<(usize, usize)> {
    // For each length, the candidate that ends a rise of that length lowest; and for each candidate the one before.
    let mut ends: Vec<usize> = Vec::new();
    let mut before = vec![usize::MAX; candidates.len()];
    for (index, (_, right)) in candidates.iter().enumerate() {
        let length = ends.partition_point(|end| candidates[*end].1 < *right);
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
        let (left, right) = candidates[at];
        rise.push((left as usize, right as usize));
        at = before[at];
    }
    rise.reverse();
    rise
}

/// Neighbouring differences are one hunk.
fn hunks(ops: &[DiffOp]) -> Vec<Hunk> {
    let mut hunks: Vec<Hunk> = Vec::new();
    for op in ops.iter().filter(|op| !matches!(op, DiffOp::Equal { .. })) {
        let lines = |range: Range<usize>| range.start as u32..range.end as u32;
        let (left, right) = (lines(op.old_range()), lines(op.new_range()));
        match hunks.last_mut() {
            Some(last) if last.left.end == left.start && last.right.end == right.start => {
                (last.left.end, last.right.end) = (left.end, right.end);
            }
            _ => hunks.push(Hunk { left, right }),
        }
    }
    hunks
}

/// The cheapest true answer, for contents with too many lines: equal bytes at both ends, everything between is one
/// hunk.
pub(super) fn compare_ends(left: &Lines, right: &Lines, cancel: &CancelToken) -> io::Result<Vec<Hunk>> {
    let sizes = [left, right].map(|side| side.content().size_bytes() - side.start());
    let top = equal_bytes(left, right, sizes, From::Top, cancel)?;
    if top == sizes[0] && top == sizes[1] {
        return Ok(Vec::new());
    }
    // Only whole lines are equal: the one with the first difference is not.
    let first_left = if top == sizes[0] { left.count() } else { left.line_at(left.start() + top)? };
    let first_right = if top == sizes[1] { right.count() } else { right.line_at(right.start() + top)? };
    let first = first_left.min(first_right);
    let bottom = equal_bytes(left, right, sizes, From::Bottom, cancel)?;
    let equal_lines = |side: &Lines| -> io::Result<u32> {
        let begin = side.content().size_bytes() - bottom;
        let line = side.line_at(begin)?;
        let is_whole = side.begin(line)? == begin;
        Ok(side.count() - line - u32::from(!is_whole))
    };
    let last = equal_lines(left)?.min(equal_lines(right)?);
    let last = last.min(left.count() - first).min(right.count() - first);
    Ok(vec![Hunk { left: first..left.count() - last, right: first..right.count() - last }])
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum From {
    Top,
    Bottom,
}

/// Bytes compared at a time.
const PIECE_BYTES: u64 = 1 << 20;

fn equal_bytes(
    left: &Lines,
    right: &Lines,
    sizes: [u64; 2],
    from: From,
    cancel: &CancelToken,
) -> io::Result<u64> {
    let shorter = sizes[0].min(sizes[1]);
    let mut equal = 0;
    while equal < shorter {
        stop_if_asked(cancel)?;
        let length = PIECE_BYTES.min(shorter - equal);
        let read = |side: &Lines| {
            let offset = match from {
                From::Top => side.start() + equal,
                From::Bottom => side.content().size_bytes() - equal - length,
            };
            side.content().read_at(offset, length as usize)
        };
        let (left, right) = (read(left)?, read(right)?);
        let same = |(a, b): &(&u8, &u8)| a == b;
        let run = match from {
            From::Top => left.iter().zip(&right).take_while(same).count(),
            From::Bottom => left.iter().rev().zip(right.iter().rev()).take_while(same).count(),
        };
        equal += run as u64;
        if (run as u64) < length {
            break;
        }
    }
    Ok(equal)
}

#[cfg(test)]
mod tests {
    use super::super::lines::Keys;
    use super::*;
    use crate::workbench::Content;
    use proptest::prelude::*;

    fn scan(text: &str, keys: &Keys) -> super::super::lines::Scan {
        let content = Content::from(text.as_bytes().to_vec());
        Lines::scan(&content, 0, keys, 1_000, &CancelToken::new()).expect("memory can be read")
    }

    /// Whether the lines outside the hunks are the same on both sides.
    fn is_true(left: &Lines, right: &Lines, hunks: &[Hunk]) -> bool {
        let (mut at_left, mut at_right) = (0, 0);
        let end = Hunk { left: left.count()..left.count(), right: right.count()..right.count() };
        for hunk in hunks.iter().chain([&end]) {
            if hunk.left.start - at_left != hunk.right.start - at_right {
                return false;
            }
            for step in 0..hunk.left.start - at_left {
                if left.line(at_left + step).unwrap() != right.line(at_right + step).unwrap() {
                    return false;
                }
            }
            (at_left, at_right) = (hunk.left.end, hunk.right.end);
        }
        true
    }

    proptest! {
        #[test]
        fn what_is_outside_the_hunks_is_equal(left in "([ab]\n){0,12}[ab]?", right in "([ab]\n){0,12}[ab]?") {
            let keys = Keys::new();
            let (old, new) = (scan(&left, &keys), scan(&right, &keys));
            let cancel = CancelToken::new();
            let (hunks, _) = compare(&old.hashes, &new.hashes, PATIENCE, &cancel).unwrap();
            prop_assert!(is_true(&old.lines, &new.lines, &hunks), "{:?}", hunks);
            prop_assert_eq!(hunks.is_empty(), left == right);
            let (hasty, _) = compare(&old.hashes, &new.hashes, Duration::ZERO, &cancel).unwrap();
            prop_assert!(is_true(&old.lines, &new.lines, &hasty), "hasty: {:?}", hasty);
            let coarse = compare_ends(&old.lines, &new.lines, &cancel).unwrap();
            prop_assert!(is_true(&old.lines, &new.lines, &coarse), "coarse: {:?}", coarse);
            prop_assert_eq!(coarse.is_empty(), left == right);
        }
    }

    #[test]
    fn a_comparison_that_nobody_wants_any_more_ends_soon() {
        let mut seed = 1_u32;
        let mut next = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            u128::from(seed >> 24)
        };
        let left: Vec<_> = (0..400_000).map(|_| next()).collect();
        let right: Vec<_> = (0..400_000).map(|_| next()).collect();
        let cancel = CancelToken::new();
        let other = cancel.clone();
        let asking = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(300));
            other.cancel();
            Instant::now()
        });
        assert_eq!(compare(&left, &right, LONG_PATIENCE, &cancel), Err(Cancelled));
        let asked = asking.join().expect("the thread ends");
        assert!(asked.elapsed() < Duration::from_secs(10), "{:?}", asked.elapsed());
    }
}
