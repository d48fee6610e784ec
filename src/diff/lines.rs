//! The differences between two contents as hunks: changed lines with the unchanged ones around them.

use std::time::Duration;

use super::compare::{MAX_COMPARED_LINES, PATIENCE, Precision, Region, compare, compare_the_same_always};

/// What differs between two contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TextDiff<'a> {
    /// The places that differ, from top to bottom; empty when both contents are the same.
    pub hunks: Vec<Hunk<'a>>,
    /// How closely it was looked.
    pub(crate) precision: Precision,
}

impl TextDiff<'_> {
    /// Number of lines that only the new content has, and that only the old one has.
    pub(crate) fn added_and_removed(&self) -> (usize, usize) {
        Self::added_and_removed_in(&self.hunks)
    }

    /// The same for hunks that are all there is.
    pub(crate) fn added_and_removed_in(hunks: &[Hunk<'_>]) -> (usize, usize) {
        let lines = || hunks.iter().flat_map(|hunk| &hunk.lines);
        let count = |kind| lines().filter(|line| line.kind == kind).count();
        (count(LineKind::Added), count(LineKind::Removed))
    }

    /// The lines of all hunks.
    pub fn lines(&self) -> impl Iterator<Item = &Line<'_>> {
        self.hunks.iter().flat_map(|hunk| &hunk.lines)
    }
}

/// One place that differs, with the unchanged lines around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk<'a> {
    /// Number of its first old line, counted from 1; of the line above, if it has no old line (0 at the top).
    pub(crate) old_start: usize,
    /// How many old lines it has.
    pub(crate) old_len: usize,
    /// As `old_start`, in the new content.
    pub(crate) new_start: usize,
    /// How many new lines it has.
    pub(crate) new_len: usize,
    /// Its lines; where lines were exchanged, the removed ones come first.
    pub lines: Vec<Line<'a>>,
}

/// One line of a hunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// Which content has it.
    pub kind: LineKind,
    /// The line without its `\n`. A `\r` before that belongs to the line.
    pub content: &'a [u8],
    /// Whether it is the last line of a content that does not end with a `\n`.
    pub(crate) missing_newline: bool,
}

impl Line<'_> {
    /// How many bytes of the content it stands for.
    pub fn size_bytes(&self) -> usize {
        self.content.len() + usize::from(!self.missing_newline)
    }
}

/// Which of the two contents has a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// The new one only.
    Added,
    /// Both.
    Context,
    /// The old one only.
    Removed,
}

/// How much work a comparison may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DiffBudget {
    /// After this time the lines not yet compared count as exchanged.
    pub time: Duration,
    /// With more lines than this on both sides together, only the equal lines at the top and at the bottom are
    /// set aside and everything between counts as exchanged.
    pub lines: usize,
}

impl Default for DiffBudget {
    fn default() -> Self {
        Self { time: PATIENCE, lines: MAX_COMPARED_LINES }
    }
}

/// The differences between `old` and `new` with `context` unchanged lines around each, within the default budget.
pub(crate) fn diff_lines<'a>(old: &'a [u8], new: &'a [u8], context: usize) -> TextDiff<'a> {
    diff_lines_within(old, new, context, DiffBudget::default())
}

/// The differences between `old` and `new` with `context` unchanged lines around each: the same for the same contents,
/// wherever and whenever they are compared.
pub(crate) fn diff_lines_the_same_always<'a>(old: &'a [u8], new: &'a [u8], context: usize) -> TextDiff<'a> {
    let (old, new) = (split_lines(old), split_lines(new));
    let (regions, precision) = compare_the_same_always(&old, &new);
    hunks_of(&regions, &old, &new, context, precision)
}

/// The differences between `old` and `new` with `context` unchanged lines around each, within `budget`.
fn diff_lines_within<'a>(old: &'a [u8], new: &'a [u8], context: usize, budget: DiffBudget) -> TextDiff<'a> {
    let (old, new) = (split_lines(old), split_lines(new));
    let (regions, precision) = regions_within(&old, &new, budget);
    hunks_of(&regions, &old, &new, context, precision)
}

fn hunks_of<'a>(
    regions: &[Region],
    old: &[&'a [u8]],
    new: &[&'a [u8]],
    context: usize,
    precision: Precision,
) -> TextDiff<'a> {
    // Where the lines between two differences would all be context, both are one hunk.
    let groups = regions.chunk_by(|above, below| below.old.start - above.old.end <= 2 * context);
    TextDiff { hunks: groups.map(|group| hunk(group, old, new, context)).collect(), precision }
}

/// Each line with its `\n`, so that a missing one at the end is a difference.
pub(super) fn split_lines(content: &[u8]) -> Vec<&[u8]> {
    content.split_inclusive(|&byte| byte == b'\n').collect()
}

/// The places where two lists of lines differ, within `budget`.
pub(super) fn regions_within(old: &[&[u8]], new: &[&[u8]], budget: DiffBudget) -> (Vec<Region>, Precision) {
    if old.len() + new.len() <= budget.lines {
        return compare(old, new, budget.time, || false);
    }
    // The cheapest true answer: equal lines at both ends, everything between exchanged.
    let same = |(a, b): &(&&[u8], &&[u8])| a == b;
    let top = old.iter().zip(new).take_while(same).count();
    let bottom = old[top..].iter().rev().zip(new[top..].iter().rev()).take_while(same).count();
    let between = Region { old: top..old.len() - bottom, new: top..new.len() - bottom };
    let is_equal = between.old.is_empty() && between.new.is_empty();
    (if is_equal { Vec::new() } else { vec![between] }, Precision::Coarse)
}

/// The hunk of regions that stand close together.
fn hunk<'a>(group: &[Region], old: &[&'a [u8]], new: &[&'a [u8]], context: usize) -> Hunk<'a> {
    let (first, last) = (&group[0], &group[group.len() - 1]);
    let above = context.min(first.old.start).min(first.new.start);
    let below = context.min(old.len() - last.old.end);
    let all_old = first.old.start - above..last.old.end + below;
    let all_new = first.new.start - above..last.new.end + below;
    let mut lines = Vec::with_capacity(all_old.len() + all_new.len());
    let mut add = |kind, raw: &[&'a [u8]]| lines.extend(raw.iter().map(|raw| line(kind, raw)));
    let mut done = all_old.start;
    for region in group {
        add(LineKind::Context, &old[done..region.old.start]);
        add(LineKind::Removed, &old[region.old.clone()]);
        add(LineKind::Added, &new[region.new.clone()]);
        done = region.old.end;
    }
    add(LineKind::Context, &old[done..all_old.end]);
    let start = |range: &std::ops::Range<usize>| range.start + usize::from(!range.is_empty());
    Hunk {
        old_start: start(&all_old),
        old_len: all_old.len(),
        new_start: start(&all_new),
        new_len: all_new.len(),
        lines,
    }
}

fn line<'a>(kind: LineKind, raw: &'a [u8]) -> Line<'a> {
    let content = raw.strip_suffix(b"\n");
    Line { kind, content: content.unwrap_or(raw), missing_newline: content.is_none() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Makes the new content out of the old one and the hunks, and checks every line number on the way.
    fn apply(old: &[u8], hunks: &[Hunk<'_>]) -> Vec<u8> {
        let old = split_lines(old);
        let (mut new, mut taken, mut new_lines) = (Vec::new(), 0, 0);
        for hunk in hunks {
            let above = hunk.old_start - usize::from(hunk.old_len > 0);
            new_lines += above - taken;
            new.extend(old[taken..above].concat());
            assert_eq!(new_lines, hunk.new_start - usize::from(hunk.new_len > 0), "{hunk:?}");
            taken = above;
            for line in &hunk.lines {
                let mut raw = line.content.to_vec();
                if !line.missing_newline {
                    raw.push(b'\n');
                }
                assert_eq!(raw.len(), line.size_bytes());
                if line.kind != LineKind::Added {
                    assert_eq!(old[taken], raw, "{hunk:?}");
                    taken += 1;
                }
                if line.kind != LineKind::Removed {
                    new.extend(raw);
                    new_lines += 1;
                }
            }
            assert_eq!(
                (taken, new_lines),
                (above + hunk.old_len, hunk.new_start + hunk.new_len - usize::from(hunk.new_len > 0))
            );
        }
        new.extend(old[taken..].concat());
        new
    }

    /// Few different lines, so that many of them are equal; with and without a newline at the end.
    fn content() -> impl Strategy<Value = Vec<u8>> {
        let line = prop_oneof![Just("a\n"), Just("b\n"), Just("\n"), Just("c\r\n"), Just("d\re\n")];
        (proptest::collection::vec(line, 0..40), prop_oneof![Just(""), Just("a"), Just("end")])
            .prop_map(|(lines, end)| (lines.concat() + end).into_bytes())
    }

    proptest! {
        #[test]
        fn the_hunks_turn_old_into_new(old in content(), new in content(), context in 0_usize..5) {
            let diff = diff_lines(&old, &new, context);
            prop_assert_eq!(apply(&old, &diff.hunks), new.clone());
            prop_assert_eq!(diff.hunks.is_empty(), old == new);
        }

        #[test]
        fn a_coarse_result_is_still_true(old in content(), new in content(), context in 0_usize..5) {
            for budget in [
                DiffBudget { lines: 0, ..DiffBudget::default() },
                DiffBudget { time: Duration::ZERO, ..DiffBudget::default() },
            ] {
                let diff = diff_lines_within(&old, &new, context, budget);
                prop_assert_eq!(apply(&old, &diff.hunks), new.clone());
                prop_assert_eq!(diff.hunks.is_empty(), old == new);
            }
        }
    }

    #[test]
    fn only_the_changed_line_and_its_surroundings_are_in_the_hunk() {
        let diff = diff_lines(b"1\n2\n3\n4\n5\n", b"1\n2\nthree\n4\n5\n", 1);
        let [hunk] = diff.hunks.as_slice() else { panic!("{diff:?}") };
        assert_eq!((hunk.old_start, hunk.old_len, hunk.new_start, hunk.new_len), (2, 3, 2, 3));
        let kinds: Vec<_> = hunk.lines.iter().map(|line| line.kind).collect();
        use LineKind::{Added, Context, Removed};
        assert_eq!(kinds, [Context, Removed, Added, Context]);
        assert_eq!(diff.added_and_removed(), (1, 1));
        assert_eq!(diff.precision, Precision::Full);
    }

    #[test]
    fn a_lone_carriage_return_does_not_end_a_line() {
        let diff = diff_lines(b"a\rb\n", b"a\rc\n", 3);
        assert_eq!(diff.hunks[0].lines[0].content, b"a\rb");
    }

    #[test]
    fn a_lost_newline_at_the_end_is_a_difference() {
        let diff = diff_lines(b"a\n", b"a", 3);
        assert_eq!(diff.added_and_removed(), (1, 1));
        assert!(!diff.hunks[0].lines[0].missing_newline && diff.hunks[0].lines[1].missing_newline);
    }

    #[test]
    fn more_lines_than_the_budget_allows_are_compared_at_their_ends_only() {
        let budget = DiffBudget { lines: 9, ..DiffBudget::default() };
        let diff = diff_lines_within(b"1\n2\n3\n4\n5\n", b"1\nx\n3\ny\n5\n", 0, budget);
        assert_eq!(diff.precision, Precision::Coarse);
        assert_eq!(diff.hunks.len(), 1);
        assert_eq!(diff.added_and_removed(), (3, 3));
    }

    #[test]
    fn the_time_limit_holds_for_contents_that_are_hard_to_compare() {
        // Two long shuffles of the same few lines: the worst case for every algorithm.
        let shuffled = |mut seed: u32| -> Vec<u8> {
            let mut next = || {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                seed >> 24
            };
            (0..400_000).flat_map(|_| format!("{}\n", next()).into_bytes()).collect()
        };
        let (old, new) = (shuffled(1), shuffled(2));
        let budget = DiffBudget { time: Duration::from_millis(200), ..DiffBudget::default() };
        let diff = diff_lines_within(&old, &new, 3, budget);
        assert_eq!(diff.precision, Precision::Coarse);
        assert_eq!(apply(&old, &diff.hunks), new);
    }
}
