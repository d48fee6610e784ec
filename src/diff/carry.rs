//! Which lines a change touches, and the same change made to another version of the file.
//!
//! Strict on purpose: a change is carried over only where at least one unchanged line lies between it and whatever
//! else differs. What touches is left to a person.

use std::fmt;

use super::compare::{Precision, Region};
use super::kind::is_text;
use super::lines::{DiffBudget, regions_within, split_lines};

/// Lines of a content, counted from 1. Prints as `3` or `3-5`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineRange {
    pub first: usize,
    pub last: usize,
}

impl fmt::Display for LineRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.first == self.last {
            true => write!(f, "{}", self.first),
            false => write!(f, "{}-{}", self.first, self.last),
        }
    }
}

/// Why a change cannot be carried over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NotCarried {
    /// A content is no text, or the comparison was too large to be exact.
    NotComparable,
    /// The lines of settings fit together, and what they say then is not what is meant on all sides, or nobody can tell.
    NotMeant,
    /// Both changed these lines of the common content.
    Lines(Vec<LineRange>),
}

/// The places where `new` differs from `old`; `None` if one is no text, or they were too large to compare to the end.
pub(super) fn changed_regions(old: &[u8], new: &[u8]) -> Option<Vec<Region>> {
    if !is_text(old) || !is_text(new) {
        return None;
    }
    let (regions, precision) = regions_within(&split_lines(old), &split_lines(new), DiffBudget::default());
    (precision == Precision::Full).then_some(regions)
}

/// Lines of `base` that both `one` and `other` change, in different ways.
///
/// # Errors
/// [`NotCarried::NotComparable`].
pub(crate) fn lines_both_change(base: &[u8], one: &[u8], other: &[u8]) -> Result<Vec<LineRange>, NotCarried> {
    let regions = |new| changed_regions(base, new).ok_or(NotCarried::NotComparable);
    let (ones, others) = (regions(one)?, regions(other)?);
    let (one, other) = (split_lines(one), split_lines(other));
    let mut both = Vec::new();
    for a in &ones {
        for b in others.iter().filter(|b| a.touches(b) && !is_same(a, &one, b, &other)) {
            let (start, end) = (a.old.start.min(b.old.start), a.old.end.max(b.old.end));
            both.push(LineRange { first: start + 1, last: end.max(start + 1) });
        }
    }
    Ok(both)
}

/// `onto`, which came from `base`, with the change from `base` to `changed` made to it as well, line by line. What the
/// result means nobody asked: [`carry_over`](super::carry_over) does.
///
/// # Errors
/// [`NotCarried`] where both changes touch; nothing is guessed.
pub(super) fn carry_lines(base: &[u8], changed: &[u8], onto: &[u8]) -> Result<Vec<u8>, NotCarried> {
    let both = lines_both_change(base, changed, onto)?;
    if !both.is_empty() {
        return Err(NotCarried::Lines(both));
    }
    let regions = |new| changed_regions(base, new).ok_or(NotCarried::NotComparable);
    let (mine, theirs) = (regions(changed)?, regions(onto)?);
    let (base, changed, onto) = (split_lines(base), split_lines(changed), split_lines(onto));
    // Where both made the same change it is made once.
    let mut all: Vec<(&Region, &[&[u8]])> = theirs.iter().map(|region| (region, &onto[..])).collect();
    let is_new = |region: &&Region| {
        !theirs.iter().any(|other| region.touches(other) && is_same(region, &changed, other, &onto))
    };
    all.extend(mine.iter().filter(is_new).map(|region| (region, &changed[..])));
    all.sort_by_key(|(region, _)| (region.old.start, region.old.end));
    let (mut merged, mut taken) = (Vec::new(), 0);
    for (region, from) in all {
        merged.extend(base[taken..region.old.start].concat());
        merged.extend(from[region.new.clone()].concat());
        taken = region.old.end;
    }
    merged.extend(base[taken..].concat());
    Ok(merged)
}

fn is_same(a: &Region, in_a: &[&[u8]], b: &Region, in_b: &[&[u8]]) -> bool {
    a.old == b.old && in_a[a.new.clone()] == in_b[b.new.clone()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BASE: &[u8] = b"1\n2\n3\n4\n5\n";

    fn carried(changed: &str, onto: &str) -> Result<String, NotCarried> {
        carry_lines(BASE, changed.as_bytes(), onto.as_bytes())
            .map(|bytes| String::from_utf8(bytes).expect("text"))
    }

    #[test]
    fn changes_with_a_line_between_them_are_both_made() {
        assert_eq!(carried("one\n2\n3\n4\n5\n", "1\n2\nthree\n4\n5\n"), Ok("one\n2\nthree\n4\n5\n".into()));
        assert_eq!(carried("0\n1\n2\n3\n4\n5\n", "1\n2\n3\n4\n5\n6\n"), Ok("0\n1\n2\n3\n4\n5\n6\n".into()));
        assert_eq!(carried("2\n3\n4\n5\n", "1\n2\n3\n4\n"), Ok("2\n3\n4\n".into()));
    }

    #[test]
    fn changes_that_touch_are_left_to_a_person_with_the_lines_named() {
        assert_eq!(
            carried("1\ntwo\n3\n4\n5\n", "1\n2\nthree\n4\n5\n"),
            Err(NotCarried::Lines(vec![LineRange { first: 2, last: 3 }]))
        );
        assert_eq!(
            carried("1\na\n2\n3\n4\n5\n", "1\nb\n2\n3\n4\n5\n"),
            Err(NotCarried::Lines(vec![LineRange { first: 2, last: 2 }]))
        );
        assert_eq!(
            carried("1\n2\n3\n4\n5\nx\n", "1\n2\n3\n4\n5"),
            Err(NotCarried::Lines(vec![LineRange { first: 5, last: 5 }]))
        );
    }

    #[test]
    fn the_same_change_on_both_sides_is_made_once() {
        assert_eq!(carried("1\ntwo\n3\n4\n5\n", "1\ntwo\n3\n4\nfive\n"), Ok("1\ntwo\n3\n4\nfive\n".into()));
    }

    #[test]
    fn what_is_no_text_is_not_taken_apart() {
        assert_eq!(carry_lines(b"a\0b", b"a\0c", b"a\0d"), Err(NotCarried::NotComparable));
    }

    proptest! {
        #[test]
        fn what_was_carried_over_can_be_taken_away_again(
            places in prop::collection::btree_set(0_usize..20, 2),
        ) {
            let base: Vec<String> = (0..20).map(|n| format!("{n}\n")).collect();
            let with = |chosen: &[usize]| -> Vec<u8> {
                let line = |n: usize| if chosen.contains(&n) { format!("new {n}\n") } else { base[n].clone() };
                (0..20).map(line).collect::<String>().into_bytes()
            };
            let chosen: Vec<usize> = places.into_iter().collect();
            let (old, one, other, both) = (with(&[]), with(&chosen[..1]), with(&chosen[1..]), with(&chosen));
            match carry_lines(&old, &one, &other) {
                Ok(merged) => {
                    prop_assert_eq!(&merged, &both);
                    // Without the first change: what the second one did on top of it, made to the old content.
                    prop_assert_eq!(carry_lines(&one, &both, &old), Ok(other));
                }
                Err(_) => prop_assert!(chosen[1] - chosen[0] == 1),
            }
        }
    }
}
