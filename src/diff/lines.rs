//! Finds which lines differ, within a limit of time and size.

use std::time::{Duration, Instant};

use similar::{Algorithm, DiffOp, capture_diff_slices_deadline, group_diff_ops};

/// What differs between two contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextDiff<'a> {
    /// The places that differ, from top to bottom; empty when both contents are the same.
    pub hunks: Vec<Hunk<'a>>,
    /// How closely it was looked.
    pub precision: Precision,
}

impl TextDiff<'_> {
    /// Number of lines that only the new content has, and that only the old one has.
    pub fn added_and_removed(&self) -> (usize, usize) {
        let count = |kind| self.lines().filter(|line| line.kind == kind).count();
        (count(LineKind::Added), count(LineKind::Removed))
    }

    /// The lines of all hunks.
    pub fn lines(&self) -> impl Iterator<Item = &Line<'_>> {
        self.hunks.iter().flat_map(|hunk| &hunk.lines)
    }
}

/// How closely two contents were compared. Whoever shows a coarse result says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// To the end.
    Full,
    /// Until the [`Budget`] was used up. The hunks are true, but larger than they need to be.
    Coarse,
}

/// One place that differs, with the unchanged lines around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk<'a> {
    /// Number of its first old line, counted from 1; of the line above, if it has no old line (0 at the top).
    pub old_start: usize,
    /// How many old lines it has.
    pub old_len: usize,
    /// As `old_start`, in the new content.
    pub new_start: usize,
    /// How many new lines it has.
    pub new_len: usize,
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
    pub missing_newline: bool,
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
pub struct Budget {
    /// After this time the lines not yet compared count as exchanged.
    pub time: Duration,
    /// With more lines than this on both sides together, only the equal lines at the top and at the bottom are
    /// set aside and everything between counts as exchanged.
    pub lines: usize,
}

impl Default for Budget {
    /// Five seconds: as long as a person waits for one file. Eight million lines: their bookkeeping fits into
    /// half a gigabyte.
    fn default() -> Self {
        Self { time: Duration::from_secs(5), lines: 8_000_000 }
    }
}

/// The differences between `old` and `new` with `context` unchanged lines around each, within the default budget.
pub fn diff_lines<'a>(old: &'a [u8], new: &'a [u8], context: usize) -> TextDiff<'a> {
    diff_lines_within(old, new, context, Budget::default())
}

/// The differences between `old` and `new` with `context` unchanged lines around each, within `budget`.
pub fn diff_lines_within<'a>(old: &'a [u8], new: &'a [u8], context: usize, budget: Budget) -> TextDiff<'a> {
    let (old, new) = (split_lines(old), split_lines(new));
    let (ops, precision) = if old.len() + new.len() > budget.lines {
        (exchange_between_ends(&old, &new), Precision::Coarse)
    } else {
        let deadline = Instant::now() + budget.time;
        let ops = capture_diff_slices_deadline(Algorithm::Myers, &old, &new, Some(deadline));
        let precision = if Instant::now() > deadline { Precision::Coarse } else { Precision::Full };
        (ops, precision)
    };
    let hunks = group_diff_ops(ops, context).iter().map(|group| hunk(group, &old, &new)).collect();
    TextDiff { hunks, precision }
}

/// Each line with its `\n`, so that a missing one at the end is a difference.
pub(super) fn split_lines(content: &[u8]) -> Vec<&[u8]> {
    content.split_inclusive(|&byte| byte == b'\n').collect()
}

/// The cheapest true answer: equal lines at both ends, everything between exchanged.
fn exchange_between_ends(old: &[&[u8]], new: &[&[u8]]) -> Vec<DiffOp> {
    let same = |(a, b): &(&&[u8], &&[u8])| a == b;
    let top = old.iter().zip(new).take_while(same).count();
    let bottom = old[top..].iter().rev().zip(new[top..].iter().rev()).take_while(same).count();
    let (old_len, new_len) = (old.len() - top - bottom, new.len() - top - bottom);
    let mut ops = vec![DiffOp::Equal { old_index: 0, new_index: 0, len: top }];
    if old_len + new_len > 0 {
        ops.push(DiffOp::Replace { old_index: top, old_len, new_index: top, new_len });
    }
    ops.push(DiffOp::Equal { old_index: top + old_len, new_index: top + new_len, len: bottom });
    ops.retain(|op| !op.old_range().is_empty() || !op.new_range().is_empty());
    ops
}

fn hunk<'a>(group: &[DiffOp], old: &[&'a [u8]], new: &[&'a [u8]]) -> Hunk<'a> {
    let old_len = group.iter().map(|op| op.old_range().len()).sum();
    let new_len = group.iter().map(|op| op.new_range().len()).sum();
    let (old_above, new_above) =
        group.first().map_or((0, 0), |op| (op.old_range().start, op.new_range().start));
    let mut lines = Vec::with_capacity(old_len + new_len);
    for op in group {
        match *op {
            DiffOp::Equal { old_index, len, .. } => {
                lines.extend(old[old_index..old_index + len].iter().map(|raw| line(LineKind::Context, raw)));
            }
            _ => {
                lines.extend(old[op.old_range()].iter().map(|raw| line(LineKind::Removed, raw)));
                lines.extend(new[op.new_range()].iter().map(|raw| line(LineKind::Added, raw)));
            }
        }
    }
    let start = |above: usize, len: usize| if len == 0 { above } else { above + 1 };
    Hunk {
        old_start: start(old_above, old_len),
        old_len,
        new_start: start(new_above, new_len),
        new_len,
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
                Budget { lines: 0, ..Budget::default() },
                Budget { time: Duration::ZERO, ..Budget::default() },
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
        let budget = Budget { lines: 9, ..Budget::default() };
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
        let budget = Budget { time: Duration::from_millis(200), ..Budget::default() };
        let start = Instant::now();
        let diff = diff_lines_within(&old, &new, 3, budget);
        // Splitting and the last pass over the result come on top; what must not happen is minutes.
        assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
        assert_eq!(diff.precision, Precision::Coarse);
        assert_eq!(apply(&old, &diff.hunks), new);
    }
}
