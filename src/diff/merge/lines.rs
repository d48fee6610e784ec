//! Brings two edits of one content together: what a person changed here, and what a patch changes.
//!
//! Lines that only one side changed are taken from that side, lines that both changed alike are taken once, and lines
//! that both changed differently, or next to each other, are a clash: never a guess. Where the whole content uses one
//! kind of line end, that counts as one change of its own, so that an editor that turned `\n` into `\r\n` does not
//! make every line clash.
//!
//! `similar` has a three-way merge, too. It ends lines at a lone `\r`, knows no limit of time, and walks all edits for
//! each region; what it shares with this one is the comparison of two sides below.

use std::cell::Cell;
use std::ops::Range;
use std::time::Duration;

use super::super::compare::{Precision, Region, compare};
use super::super::is_text;
use super::super::line_ends::with_line_ends_alike;
use super::super::lines::split_lines;
use crate::diff::settings::Unread;

/// Largest content that is merged, in bytes. Settings are far smaller; what is larger is made by programs, and nobody
/// would read the result.
pub(crate) const MAX_MERGE_BYTES: usize = 8 << 20;

/// Most lines of a content that is merged: comparing takes some 100 bytes for each.
const MAX_MERGE_LINES: usize = 500_000;

/// Most times that two different lines are compared; about a second of work.
const MAX_COMPARISONS: usize = 50_000_000;

/// Longer than any comparison takes: what ends one is its work, so that it ends in the same way on every machine.
const NO_LIMIT: Duration = Duration::from_secs(24 * 60 * 60);

/// What came of a merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LineMerge {
    /// Both edits fit together; this is the result.
    Clean(Vec<u8>),
    /// Both changed the same lines, or neighbouring ones, in these places.
    Clashes(Vec<Clash>),
}

/// A place that both sides changed in different ways: the lines of each, counted from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Clash {
    /// In the content that both began with.
    pub base: Range<usize>,
    /// In the content that was edited here.
    pub mine: Range<usize>,
    /// In the content of the patch.
    pub theirs: Range<usize>,
}

/// Why contents are not merged at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unmergeable {
    /// One of them is no text.
    #[error("it isn't text")]
    Binary,
    /// One of them is larger than [`MAX_MERGE_BYTES`].
    #[error("it's larger than {} MiB", MAX_MERGE_BYTES >> 20)]
    TooLarge,
    /// One of them has more than [`MAX_MERGE_LINES`].
    #[error("it has more than {MAX_MERGE_LINES} lines")]
    TooManyLines,
    /// Comparing them takes too much work.
    #[error("too many lines differ")]
    TooDifferent,
    /// One of them is not read for certain.
    #[error(transparent)]
    Unread(#[from] Unread),
}

/// Merges the edits that turned `base` into `mine` and into `theirs`, line by line. No byte appears in the result that
/// is in none of the three, but for line ends, which follow the side that changed all of them.
///
/// # Errors
/// If the contents are no text, or too large.
pub(crate) fn merge_lines(base: &[u8], mine: &[u8], theirs: &[u8]) -> Result<LineMerge, Unmergeable> {
    if let Some(one) = undisputed(base, mine, theirs)? {
        return Ok(LineMerge::Clean(one.to_vec()));
    }
    let [base, mine, theirs] = with_line_ends_alike([base, mine, theirs]);
    let (base, mine, theirs) = (split_lines(&base), split_lines(&mine), split_lines(&theirs));
    let (mut merged, mut clashes) = (Vec::new(), Vec::new());
    for piece in pieces(&base, &mine, &theirs)? {
        match piece {
            MergePiece::Agreed(lines) => merged.extend_from_slice(lines),
            MergePiece::Disputed(clash) => clashes.push(clash),
        }
    }
    Ok(if clashes.is_empty() { LineMerge::Clean(merged.concat()) } else { LineMerge::Clashes(clashes) })
}

/// A part of the result, from top to bottom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MergePart {
    /// At most one side changed it, or both alike.
    Agreed(Vec<u8>),
    /// Both changed it in different ways.
    Clash { base: Vec<u8>, mine: Vec<u8>, theirs: Vec<u8> },
}

/// The result in parts, line by line: what is certain, and each clash with what all three have there.
///
/// # Errors
/// If one of the three is no text that can be merged line by line, or is too large.
pub(crate) fn merge_parts(base: &[u8], mine: &[u8], theirs: &[u8]) -> Result<Vec<MergePart>, Unmergeable> {
    if let Some(one) = undisputed(base, mine, theirs)? {
        return Ok(vec![MergePart::Agreed(one.to_vec())]);
    }
    let contents = with_line_ends_alike([base, mine, theirs]);
    let [base, mine, theirs] = [0, 1, 2].map(|side| split_lines(&contents[side]));
    let part = |piece: MergePiece<'_>| match piece {
        MergePiece::Agreed(lines) => MergePart::Agreed(lines.concat()),
        MergePiece::Disputed(clash) => MergePart::Clash {
            base: base[clash.base].concat(),
            mine: mine[clash.mine].concat(),
            theirs: theirs[clash.theirs].concat(),
        },
    };
    Ok(pieces(&base, &mine, &theirs)?.into_iter().map(part).collect())
}

/// The merged content with both sides of each clash in it, marked as version control systems do: something for a
/// person to finish.
///
/// # Errors
/// As [`merge_parts`].
pub fn draft(base: &[u8], mine: &[u8], theirs: &[u8]) -> Result<Vec<u8>, Unmergeable> {
    let ends = line_ends(&with_line_ends_alike([base, mine, theirs])[1]);
    let mut draft = Vec::new();
    let add = |draft: &mut Vec<u8>, lines: &[u8]| {
        draft.extend_from_slice(lines);
        if !lines.is_empty() && !lines.ends_with(b"\n") {
            draft.extend_from_slice(ends.as_bytes());
        }
    };
    for part in merge_parts(base, mine, theirs)? {
        match part {
            MergePart::Agreed(lines) => draft.extend_from_slice(&lines),
            MergePart::Clash { mine, theirs, .. } => {
                let mark = |words: &str| format!("{words}{ends}").into_bytes();
                draft.extend(mark("<<<<<<< your version"));
                add(&mut draft, &mine);
                draft.extend(mark("======="));
                add(&mut draft, &theirs);
                draft.extend(mark(">>>>>>> the patch's version"));
            }
        }
    }
    Ok(draft)
}

/// How lines that are written into a text like this end.
pub(crate) fn line_ends(text: &[u8]) -> &'static str {
    if text.windows(2).any(|pair| pair == b"\r\n") { "\r\n" } else { "\n" }
}

/// Puts together what came into and went from a list on two sides; `None` where both touched the same place.
pub(super) fn put_together<'a>(
    base: &'a [&'a [u8]],
    mine: &'a [&'a [u8]],
    theirs: &'a [&'a [u8]],
) -> Option<Vec<&'a [u8]>> {
    let agreed = |piece| match piece {
        MergePiece::Agreed(elements) => Some(elements),
        MergePiece::Disputed(_) => None,
    };
    let agreed: Option<Vec<_>> = pieces(base, mine, theirs).ok()?.into_iter().map(agreed).collect();
    Some(agreed?.concat())
}

/// The side that has all edits, if one has.
pub(super) fn undisputed<'a>(
    base: &'a [u8],
    mine: &'a [u8],
    theirs: &'a [u8],
) -> Result<Option<&'a [u8]>, Unmergeable> {
    let all = [base, mine, theirs];
    if all.iter().any(|content| content.len() > MAX_MERGE_BYTES) {
        return Err(Unmergeable::TooLarge);
    }
    if mine == base || mine == theirs {
        return Ok(Some(theirs));
    }
    if theirs == base {
        return Ok(Some(mine));
    }
    // Looking only at the beginning is good enough for showing, not for writing.
    if all.iter().any(|content| !is_text(content) || content.contains(&0)) {
        return Err(Unmergeable::Binary);
    }
    Ok(None)
}

/// A run of lines in the result.
enum MergePiece<'a> {
    /// At most one side changed them, or both alike.
    Agreed(&'a [&'a [u8]]),
    /// Both changed them.
    Disputed(Clash),
}

/// The result from top to bottom.
fn pieces<'a>(
    base: &'a [&'a [u8]],
    mine: &'a [&'a [u8]],
    theirs: &'a [&'a [u8]],
) -> Result<Vec<MergePiece<'a>>, Unmergeable> {
    let (mut my_edits, mut their_edits) =
        (SideEdits::between(base, mine)?, SideEdits::between(base, theirs)?);
    let mut pieces = Vec::new();
    let mut done = 0;
    while let Some(first) = [my_edits.next_start(), their_edits.next_start()].into_iter().flatten().min() {
        pieces.push(MergePiece::Agreed(&base[done..first]));
        let (mut from_mine, mut from_theirs) = (my_edits.begin(first), their_edits.begin(first));
        let mut end = first;
        // An edit that begins where another one ends belongs to it: no unchanged line keeps them apart.
        while my_edits.take_up_to(&mut end, &mut from_mine)
            || their_edits.take_up_to(&mut end, &mut from_theirs)
        {}
        let (my_lines, their_lines) = (my_edits.end(&from_mine, end), their_edits.end(&from_theirs, end));
        let is_mine = !from_theirs.edited || mine[my_lines.clone()] == theirs[their_lines.clone()];
        pieces.push(match (is_mine, from_mine.edited) {
            (true, _) => MergePiece::Agreed(&mine[my_lines]),
            (false, false) => MergePiece::Agreed(&theirs[their_lines]),
            (false, true) => {
                MergePiece::Disputed(Clash { base: first..end, mine: my_lines, theirs: their_lines })
            }
        });
        done = end;
    }
    pieces.push(MergePiece::Agreed(&base[done..]));
    Ok(pieces)
}

/// The edits that turn the base into one side, from top to bottom, and how far the merge has come in them.
struct SideEdits {
    edits: Vec<Region>,
    next: usize,
}

/// One side of a place that is being merged.
struct MergeSide {
    start: usize,
    edited: bool,
}

impl SideEdits {
    fn between(base: &[&[u8]], side: &[&[u8]]) -> Result<Self, Unmergeable> {
        if base.len().max(side.len()) > MAX_MERGE_LINES {
            return Err(Unmergeable::TooManyLines);
        }
        let comparisons = Cell::new(0);
        let is_enough = || {
            comparisons.set(comparisons.get() + 1);
            comparisons.get() > MAX_COMPARISONS
        };
        let (edits, precision) = compare(base, side, NO_LIMIT, is_enough);
        if precision == Precision::Coarse || comparisons.get() > MAX_COMPARISONS {
            return Err(Unmergeable::TooDifferent);
        }
        Ok(Self { edits, next: 0 })
    }

    /// The line of the base at which the next edit begins.
    fn next_start(&self) -> Option<usize> {
        self.edits.get(self.next).map(|edit| edit.old.start)
    }

    /// The line of this side that stands for line `at` of the base, which the edits so far have left behind.
    fn at(&self, at: usize) -> usize {
        match self.next.checked_sub(1).map(|last| &self.edits[last]) {
            Some(last) => last.new.end + (at - last.old.end),
            None => at,
        }
    }

    fn begin(&self, first: usize) -> MergeSide {
        MergeSide { start: self.at(first), edited: false }
    }

    /// Takes the next edit if it begins no later than `end`, which it may move.
    fn take_up_to(&mut self, end: &mut usize, share: &mut MergeSide) -> bool {
        let Some(edit) = self.edits.get(self.next).filter(|edit| edit.old.start <= *end) else {
            return false;
        };
        *end = edit.old.end.max(*end);
        self.next += 1;
        share.edited = true;
        true
    }

    fn end(&self, share: &MergeSide, end: usize) -> Range<usize> {
        share.start..self.at(end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn merged(base: &str, mine: &str, theirs: &str) -> Option<String> {
        match merge_lines(base.as_bytes(), mine.as_bytes(), theirs.as_bytes()).expect("text") {
            LineMerge::Clean(merged) => Some(String::from_utf8(merged).expect("what went in was text")),
            LineMerge::Clashes(clashes) => {
                assert!(!clashes.is_empty());
                None
            }
        }
    }

    /// Few different lines, so that many are equal, in each kind of line end and with and without one at the end.
    fn content() -> impl Strategy<Value = Vec<u8>> {
        let line = prop_oneof![
            Just("a\n"),
            Just("b\n"),
            Just("\n"),
            Just("c\r\n"),
            Just("d\re\n"),
            Just("\u{e9}\n")
        ];
        (proptest::collection::vec(line, 0..30), prop_oneof![Just(""), Just("a"), Just("end")])
            .prop_map(|(lines, end)| (lines.concat() + end).into_bytes())
    }

    proptest! {
        #[test]
        fn what_one_side_did_not_touch_is_the_other_side(base in content(), x in content()) {
            prop_assert_eq!(merge_lines(&base, &base, &x), Ok(LineMerge::Clean(x.clone())));
            prop_assert_eq!(merge_lines(&base, &x, &base), Ok(LineMerge::Clean(x.clone())));
            prop_assert_eq!(merge_lines(&base, &x, &x), Ok(LineMerge::Clean(x)));
        }

        #[test]
        fn it_does_not_matter_whose_edit_is_whose(base in content(), x in content(), y in content()) {
            match (merge_lines(&base, &x, &y).unwrap(), merge_lines(&base, &y, &x).unwrap()) {
                (LineMerge::Clean(a), LineMerge::Clean(b)) => prop_assert_eq!(a, b),
                (LineMerge::Clashes(a), LineMerge::Clashes(b)) => {
                    let turned = b.into_iter().map(|c| Clash { mine: c.theirs, theirs: c.mine, ..c });
                    prop_assert_eq!(a, turned.collect::<Vec<_>>());
                }
                (a, b) => prop_assert!(false, "{:?} and {:?}", a, b),
            }
        }

        #[test]
        fn edits_that_an_unchanged_line_keeps_apart_both_survive(
            lines in 5_usize..40, first in 0_usize..40, second in 0_usize..40, ends in prop::bool::ANY,
        ) {
            let (first, second) = (first % lines, second % lines);
            prop_assume!(first.abs_diff(second) > 1);
            let end = if ends { "\n" } else { "" };
            let with = |edits: &[usize]| -> String {
                let line = |n| if edits.contains(&n) { format!("line {n} edited") } else { format!("line {n}") };
                (0..lines).map(line).collect::<Vec<_>>().join("\n") + end
            };
            prop_assert_eq!(merged(&with(&[]), &with(&[first]), &with(&[second])), Some(with(&[first, second])));
        }
    }

    #[test]
    fn an_edit_on_each_side_makes_both() {
        let base = "port = 1\nhost = a\n\nlog = x\nlevel = 3\n";
        let mine = "port = 1\nhost = a\n\nlog = x\nlevel = 5\nmine = true\n";
        let theirs = "port = 2\nhost = a\n\nlog = x\nlevel = 3\n";
        let both = "port = 2\nhost = a\n\nlog = x\nlevel = 5\nmine = true\n";
        assert_eq!(merged(base, mine, theirs).as_deref(), Some(both));
    }

    #[test]
    fn lines_that_both_changed_are_a_clash_that_names_them() {
        let clash = merge_lines(b"1\n2\n3\n4\n", b"1\nmine\n3\n4\n", b"1\ntheirs\n3\nfour\n");
        let expected = Clash { base: 1..2, mine: 1..2, theirs: 1..2 };
        assert_eq!(clash, Ok(LineMerge::Clashes(vec![expected])));
    }

    #[test]
    fn a_draft_has_what_fits_and_both_sides_of_what_does_not() {
        let (base, mine, theirs) = (b"1\n2\n3\n4", b"1\nmine\n3\n4", b"1\ntheirs\n3\nfour");
        let marked = "1\n<<<<<<< your version\nmine\n=======\ntheirs\n>>>>>>> the patch's version\n3\nfour";
        assert_eq!(draft(base, mine, theirs).as_deref(), Ok(marked.as_bytes()));
        assert_eq!(draft(base, base, theirs).as_deref(), Ok(theirs.as_slice()));
        let at_the_end = "<<<<<<< your version\r\na\r\n=======\r\nb\r\n>>>>>>> the patch's version\r\n";
        let found = draft(b"x\r\n1", b"x\r\na", b"x\r\nb").expect("text");
        assert_eq!(String::from_utf8(found), Ok(format!("x\r\n{at_the_end}")));
    }

    #[test]
    fn neighbouring_edits_and_two_lines_put_into_one_place_are_clashes() {
        assert_eq!(merged("1\n2\n3\n", "one\n2\n3\n", "1\ntwo\n3\n"), None);
        assert_eq!(merged("1\n2\n", "1\nmine\n2\n", "1\ntheirs\n2\n"), None);
        assert_eq!(merged("1\n2\n", "1\nsame\n2\n", "1\nsame\n2\n").as_deref(), Some("1\nsame\n2\n"));
    }

    #[test]
    fn a_line_that_one_side_changed_and_the_other_took_away_is_a_clash() {
        assert_eq!(merged("1\n2\n3\n", "1\n3\n", "1\ntwo\n3\n"), None);
    }

    #[test]
    fn a_final_newline_follows_the_side_that_changed_it() {
        assert_eq!(merged("1\n2\n3", "one\n2\n3", "1\n2\n3\n").as_deref(), Some("one\n2\n3\n"));
        assert_eq!(merged("1\n2\n3\n", "1\n2\n3", "one\n2\n3\n").as_deref(), Some("one\n2\n3"));
    }

    #[test]
    fn line_ends_that_somebody_turned_around_stay_turned_around() {
        let (base, mine, theirs) = ("1\n2\n3\n", "1\r\n2\r\nthree\r\n", "one\n2\n3\n");
        assert_eq!(merged(base, mine, theirs).as_deref(), Some("one\r\n2\r\nthree\r\n"));
        assert_eq!(merged(base, theirs, mine).as_deref(), Some("one\r\n2\r\nthree\r\n"));
    }

    #[test]
    fn mixed_line_ends_stay_byte_for_byte() {
        let (base, mine, theirs) = ("1\r\n2\n3\n4\r\n", "1\r\n2\n3\n4\r\nmine\r\n", "one\r\n2\n3\n4\r\n");
        assert_eq!(merged(base, mine, theirs).as_deref(), Some("one\r\n2\n3\n4\r\nmine\r\n"));
    }

    #[test]
    fn texts_of_old_encodings_are_merged_as_bytes() {
        let clean = merge_lines(b"caf\xe9\n\nx\n", b"caf\xe9\n\ny\n", b"th\xe9\n\nx\n");
        assert_eq!(clean, Ok(LineMerge::Clean(b"th\xe9\n\ny\n".to_vec())));
    }

    #[test]
    fn what_is_no_text_is_refused() {
        let late = [vec![b'a'; 10_000], b"\0".to_vec()].concat();
        assert_eq!(merge_lines(b"a\n", &late, b"b\n"), Err(Unmergeable::Binary));
        assert_eq!(merge_lines(b"a\n", b"\xff\xfea\0\n\0", b"b\n"), Err(Unmergeable::Binary));
        let large = vec![b'\n'; MAX_MERGE_BYTES + 1];
        assert_eq!(merge_lines(b"a\n", &large, b"b\n"), Err(Unmergeable::TooLarge));
        let long = vec![b'\n'; MAX_MERGE_LINES + 1];
        assert_eq!(merge_lines(b"a\n", &long, b"b\n"), Err(Unmergeable::TooManyLines));
    }
}
