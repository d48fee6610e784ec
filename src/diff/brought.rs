//! What became of the lines that one change brought, after others came over it.
//!
//! Each place that the change made different is asked about by itself. Changed lines that stand one for one against
//! old ones are told apart, so that one of them set back is not lost among its neighbours.

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::ops::Range;

use super::carry::{LineRange, changed_regions};
use super::compare::Region;
use super::lines::split_lines;

/// What became of one thing that a change made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// It is as the change left it.
    Kept,
    /// It is something third.
    Rewritten,
    /// It is as it was before the change.
    Undone,
}

/// How one place stands in another content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PlaceStanding {
    pub fate: Fate,
    /// Which of the lines that the change added there are there.
    pub lines: Vec<bool>,
}

/// What a change from one content to another brought, place by place.
pub(crate) struct Brought<'a> {
    before: Vec<&'a [u8]>,
    left: Vec<&'a [u8]>,
    regions: Vec<Region>,
}

impl<'a> Brought<'a> {
    /// `None` if a content is no text, or they were too large to compare to the end.
    pub fn new(before: &'a [u8], left: &'a [u8]) -> Option<Self> {
        let regions = changed_regions(before, left)?.into_iter().flat_map(line_for_line).collect();
        Some(Self { before: split_lines(before), left: split_lines(left), regions })
    }

    /// How many places there are.
    pub fn len(&self) -> usize {
        self.regions.len()
    }

    /// The lines of a place in what the change left; where it only removed lines, the one below them.
    pub fn lines(&self, index: usize) -> LineRange {
        let Range { start, end } = self.regions[index].new;
        LineRange { first: start + 1, last: end.max(start + 1) }
    }

    /// How a place stands where all that is known is its fate.
    pub fn as_a_whole(&self, index: usize, fate: Fate) -> PlaceStanding {
        PlaceStanding { fate, lines: vec![fate == Fate::Kept; self.regions[index].new.len()] }
    }

    /// What became of each place in `now`; `None` if that is no text.
    pub fn standings(&self, now: &[u8]) -> Option<Vec<PlaceStanding>> {
        let (before, left) = (self.before.concat(), self.left.concat());
        let since = changed_regions(&left, now)?;
        let from_before = changed_regions(&before, now)?;
        let now = split_lines(now);
        let reach = |change: &Region| reach(change, &self.before, &now[change.new.clone()]);
        let reaches = from_before.iter().map(reach).collect();
        let against = Against { brought: self, since, from_before, reaches, now, counts: OnceCell::new() };
        Some(self.regions.iter().map(|region| against.standing(region)).collect())
    }
}

/// A content that is held against what a change brought and against what was before it.
struct Against<'a> {
    brought: &'a Brought<'a>,
    /// What differs from what the change left.
    since: Vec<Region>,
    /// What differs from what was before the change.
    from_before: Vec<Region>,
    /// Where each of these may stand as well, in what was before.
    reaches: Vec<Range<usize>>,
    now: Vec<&'a [u8]>,
    /// Only counted where it matters.
    counts: OnceCell<LineOccurrences>,
}

/// How often each line is there, blank ones left out.
struct LineOccurrences {
    lines: HashMap<Vec<u8>, LineCount>,
    /// Whether every line that came is there, and none that went.
    is_nothing_gone: bool,
}

/// How often a line is there.
#[derive(Default)]
struct LineCount {
    before: usize,
    left: usize,
    now: usize,
}

impl LineCount {
    /// Whether none that the change left went.
    fn is_there(&self) -> bool {
        self.left <= self.now
    }

    fn comes_back(&self) -> bool {
        self.left < self.before && self.left < self.now
    }
}

impl Against<'_> {
    fn standing(&self, region: &Region) -> PlaceStanding {
        let is_there = |line: usize| self.place_of(line).is_some() || self.is_known_elsewhere(line);
        PlaceStanding { fate: self.fate(region), lines: region.new.clone().map(is_there).collect() }
    }

    fn fate(&self, region: &Region) -> Fate {
        let is_as_before = !self.from_before.iter().any(|change| is_touched(&region.old, &change.old));
        let (is_here, is_elsewhere) = self.whereabouts(region);
        // Lines that are there twice can be taken for each other; what is all as before, with none of the lines beside
        // it, is no matter of doubt.
        if is_as_before && !is_here {
            if self.is_elsewhere(region) || self.is_blank(region) { Fate::Rewritten } else { Fate::Undone }
        } else if self.is_kept(region) && !is_elsewhere {
            Fate::Kept
        } else if is_back(region, &self.from_before) && !self.is_elsewhere(region) {
            Fate::Undone
        } else {
            Fate::Rewritten
        }
    }

    /// Where a line of what the change left is now, if it is there.
    fn place_of(&self, line: usize) -> Option<usize> {
        let above = self.since.partition_point(|change| change.old.start <= line);
        match above.checked_sub(1).map(|last| &self.since[last]) {
            None => Some(line),
            Some(change) => (!change.old.contains(&line)).then(|| line + change.new.end - change.old.end),
        }
    }

    /// Whether a line that the change left is there, though a comparison matched others: it says something, and nothing
    /// but the change brought it.
    fn is_known_elsewhere(&self, line: usize) -> bool {
        let line = self.brought.left[line];
        let is_brought = |count: &LineCount| (count.before, count.left) == (0, 1) && count.now > 0;
        line.iter().any(u8::is_ascii_alphanumeric)
            && self.counts().lines.get(&key(line)).is_some_and(is_brought)
    }

    /// Where in what was before the line at `place` came, if it is new to that.
    fn came_at(&self, place: usize) -> Option<&Range<usize>> {
        let last = self.from_before.partition_point(|change| change.new.start <= place).checked_sub(1)?;
        self.from_before[last].new.contains(&place).then(|| &self.reaches[last])
    }

    /// Whether lines of a place are now where what was before has got something new: at the place, and elsewhere.
    fn whereabouts(&self, region: &Region) -> (bool, bool) {
        let lines = region.new.clone().filter(|line| !is_blank(self.brought.left[*line]));
        let came = lines.filter_map(|line| self.came_at(self.place_of(line)?));
        let (mut is_here, mut is_elsewhere) = (false, false);
        for reach in came {
            let is_at_the_place = is_touched(&region.old, reach);
            (is_here, is_elsewhere) = (is_here || is_at_the_place, is_elsewhere || !is_at_the_place);
        }
        (is_here, is_elsewhere)
    }

    /// Whether it is about blank lines only. Nobody can tell which of several blank lines came or went.
    fn is_blank(&self, region: &Region) -> bool {
        let Brought { before, left, .. } = self.brought;
        before[region.old.clone()].iter().chain(&left[region.new.clone()]).all(|line| is_blank(line))
    }

    /// Whether what came there is somewhere, moved, indented or quoted in another way, and nothing that went is back.
    fn is_elsewhere(&self, region: &Region) -> bool {
        let counts = self.counts();
        let of = |line: &&[u8]| counts.lines.get(&key(line));
        let Brought { before, left, .. } = self.brought;
        let (went, came) = (&before[region.old.clone()], &left[region.new.clone()]);
        if self.from_before.is_empty() || went.iter().filter_map(of).any(LineCount::comes_back) {
            return false;
        }
        // Where lines only came, they may have come from elsewhere.
        let is_news = |line: &&LineCount| went.is_empty() || line.before < line.left;
        let known: Vec<_> =
            came.iter().filter_map(of).filter(is_news).filter(|line| line.left == 1).collect();
        let there = known.iter().filter(|line| line.is_there()).count();
        let says_nothing = || went.iter().chain(came).all(|line| !line.iter().any(u8::is_ascii_alphanumeric));
        2 * there > known.len()
            || counts.is_nothing_gone
            || says_nothing() && came.iter().filter_map(of).all(LineCount::is_there)
    }

    fn counts(&self) -> &LineOccurrences {
        self.counts.get_or_init(|| self.count())
    }

    fn count(&self) -> LineOccurrences {
        let mut lines: HashMap<Vec<u8>, LineCount> = HashMap::new();
        let Brought { before, left, .. } = self.brought;
        before.iter().for_each(|line| lines.entry(key(line)).or_default().before += 1);
        left.iter().for_each(|line| lines.entry(key(line)).or_default().left += 1);
        self.now.iter().for_each(|line| lines.entry(key(line)).or_default().now += 1);
        lines.remove(&Vec::new());
        let all = || lines.values();
        let is_nothing_gone = all().all(|line| line.left <= line.before || line.is_there())
            && !all().any(LineCount::comes_back)
            && all().any(|line| line.before == 0 && line.left == 1);
        LineOccurrences { lines, is_nothing_gone }
    }

    /// Whether all its lines are there, and none of those that it removed came back beside them.
    fn is_kept(&self, region: &Region) -> bool {
        let Brought { before, left, .. } = self.brought;
        let stays: BTreeSet<&[u8]> = left[region.new.clone()].iter().copied().collect();
        let removed = before[region.old.clone()].iter().filter(|line| !stays.contains(*line));
        let removed: BTreeSet<&[u8]> = removed.copied().filter(|line| !is_blank(line)).collect();
        let comes_back =
            |change: &Region| self.now[change.new.clone()].iter().any(|line| removed.contains(line));
        let touches = |change: &&Region| is_touched(&region.new, &change.old);
        !self.since.iter().any(|change| cuts(&region.new, &change.old))
            && !self.since.iter().filter(touches).any(comes_back)
    }
}

/// A line as it is known again where it is indented or quoted in another way.
fn key(line: &[u8]) -> Vec<u8> {
    let kept = line.iter().filter(|byte| !byte.is_ascii_whitespace());
    kept.map(|byte| if *byte == b'\'' { b'"' } else { *byte }).collect()
}

fn is_blank(line: &[u8]) -> bool {
    line.trim_ascii().is_empty()
}

/// Where in `before` a change that brings `lines` may stand as well, with the same result: added lines that begin like
/// those below them, or end like those above, can be told in several ways. Empty lines around it count as its place, too.
fn reach(change: &Region, before: &[&[u8]], lines: &[&[u8]]) -> Range<usize> {
    let Range { mut start, mut end } = change.old;
    if change.old.is_empty() {
        let mut added: VecDeque<&[u8]> = lines.iter().copied().collect();
        while start > 0 && added.back() == Some(&before[start - 1]) {
            added.rotate_right(1);
            start -= 1;
        }
        let mut added: VecDeque<&[u8]> = lines.iter().copied().collect();
        while end < before.len() && added.front() == Some(&before[end]) {
            added.rotate_left(1);
            end += 1;
        }
    }
    start -= before[..start].iter().rev().take_while(|line| is_blank(line)).count();
    end += before[end..].iter().take_while(|line| is_blank(line)).count();
    start..end
}

/// Whether all lines that stood there before stand there again.
fn is_back(region: &Region, from_before: &[Region]) -> bool {
    !region.old.is_empty() && !from_before.iter().any(|change| cuts(&region.old, &change.old))
}

/// A place where as many lines came as went, line by line.
fn line_for_line(region: Region) -> Vec<Region> {
    if region.old.len() != region.new.len() {
        return vec![region];
    }
    let line = |(old, new): (usize, usize)| Region { old: old..old + 1, new: new..new + 1 };
    region.old.zip(region.new).map(line).collect()
}

/// Whether a change of the lines `changed` takes some of `lines` away, or goes between them.
fn cuts(lines: &Range<usize>, changed: &Range<usize>) -> bool {
    match changed.is_empty() {
        true => lines.start < changed.start && changed.start < lines.end,
        false => lines.start.max(changed.start) < lines.end.min(changed.end),
    }
}

fn is_touched(lines: &Range<usize>, changed: &Range<usize>) -> bool {
    changed.start <= lines.end && lines.start <= changed.end
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fates(before: &str, left: &str, now: &str) -> Vec<Fate> {
        let brought = Brought::new(before.as_bytes(), left.as_bytes()).expect("texts");
        let standings = brought.standings(now.as_bytes()).expect("text");
        standings.into_iter().map(|standing| standing.fate).collect()
    }

    use Fate::{Kept, Rewritten, Undone};

    #[test]
    fn a_changed_line_is_kept_undone_or_rewritten() {
        let (before, left) = ("a\nold\nz\n", "a\nnew\nz\n");
        for (now, fate) in [
            (left, Kept),
            ("a\nnew\nz\nmore\n", Kept),
            ("top\na\nb\nnew\nz\n", Kept),
            (before, Undone),
            ("a\nold\nmore\nz\n", Undone),
            ("a\nthird\nz\n", Rewritten),
            ("a\nz\n", Rewritten),
            ("", Rewritten),
        ] {
            assert_eq!(fates(before, left, now), [fate], "{now:?}");
        }
    }

    #[test]
    fn what_was_removed_and_comes_back_beside_the_new_line_is_not_kept() {
        assert_eq!(fates("a\nold\nz\n", "a\nnew\nz\n", "a\nnew\nold\nz\n"), [Undone]);
        assert_eq!(fates("a\nbad\nworse\nz\n", "a\nz\n", "a\nbad\nworse\nz\n"), [Undone]);
        assert_eq!(fates("a\nbad\nworse\nz\n", "a\nz\n", "a\nbad\nz\n"), [Rewritten]);
        assert_eq!(fates("a\nbad\nz\n", "a\nz\n", "a\ngood\nz\n"), [Kept], "what was removed stays removed");
    }

    #[test]
    fn added_lines_are_undone_only_if_they_all_go_and_nothing_comes() {
        let (before, left) = ("a\nz\n", "a\ncheck\nreturn\nz\n");
        assert_eq!(fates(before, left, before), [Undone]);
        assert_eq!(fates(before, left, "a\ncheck\nz\n"), [Rewritten]);
        assert_eq!(fates(before, left, "a\nother\nz\n"), [Rewritten]);
        assert_eq!(fates(before, left, "a\ncheck\nskip\nreturn\nz\n"), [Rewritten], "something went between");
        assert_eq!(fates(before, left, "a\nfirst\ncheck\nreturn\nlast\nz\n"), [Kept]);
    }

    #[test]
    fn added_lines_are_known_again_although_their_place_can_be_told_in_two_ways() {
        // The empty line below them is the one above them just as well.
        let (before, left) = ("a\n\nz\n", "a\n\nfirst\nsecond\nthird\n\nz\n");
        assert_eq!(fates(before, left, "a\n\nfirst\nSECOND\nthird\n\nz\n"), [Rewritten]);
        assert_eq!(fates(before, left, "a\n\nfirst\nsecond\nthird\n\nnext\n\nz\n"), [Kept]);
        assert_eq!(fates(before, left, "a\n\n\nfirst\nsecond\nthird\n\nz\n"), [Kept]);
        assert_eq!(fates(before, left, "a\n\nother\n\nz\n"), [Rewritten], "other lines are in their place");
        // An empty line goes between them and what they followed.
        let (before, left) = ("a\n\nb\n\nz\n", "a\nfirst\nsecond\n\nb\n\nz\n");
        assert_eq!(fates(before, left, "a\n\nfirst\nsecond\n\nz\n"), [Kept]);
    }

    #[test]
    fn added_lines_that_went_past_others_are_not_where_they_were() {
        let (before, left) = ("a\nb\nz\n", "a\nreturn\nb\nz\n");
        assert_eq!(fates(before, left, "a\nb\nreturn\nz\n"), [Rewritten]);
        assert_eq!(fates(before, left, "a\nother\nb\nreturn\nz\n"), [Rewritten]);
        assert_eq!(fates(before, left, "return\na\nb\nz\n"), [Rewritten]);
        assert_eq!(fates(before, left, "a\nb\nz\nRETURN\n"), [Undone]);
        // A line as it may stand anywhere has not moved there.
        let (before, left) = ("return\na\nb\nz\n", "return\na\nreturn\nb\nz\n");
        assert_eq!(fates(before, left, "return\na\nb\nz\nreturn\n"), [Undone]);
        let (before, left) = ("a\nz\n", "a\none\ntwo\nthree\nz\n");
        assert_eq!(fates(before, left, "a\nz\none\ntwo\n"), [Rewritten]);
        assert_eq!(fates(before, left, "a\nz\none\n"), [Undone]);
    }

    #[test]
    fn lines_are_known_again_where_they_are_indented_or_quoted_in_another_way() {
        let (before, left) = ("a\nb\nz\n", "a\nif x == 'y' {\n  go();\n}\nb\nz\n");
        assert_eq!(fates(before, left, "a\nb\nif x == \"y\" {\n    go();\n}\nz\n"), [Rewritten]);
        assert_eq!(fates(before, left, "a\nb\nif x == \"w\" {\n    stay();\n}\nz\n"), [Undone]);
        // Quotes that are set back as they were are.
        assert_eq!(fates("x = 'y'\n", "x = \"y\"\n", "x = 'y'\nmore\n"), [Undone]);
    }

    #[test]
    fn a_block_that_was_moved_and_is_moved_again_is_not_undone() {
        let (before, left) = ("one\ntwo\na\nb\nc\nz\n", "a\nb\none\ntwo\nc\nz\n");
        assert!(!fates(before, left, "a\nb\nc\none\ntwo\nz\n").contains(&Undone));
        assert!(fates(before, left, "one\ntwo\na\nb\nc\nmore\nz\n").contains(&Undone), "it is where it was");
    }

    #[test]
    fn a_bracket_is_not_missed_as_long_as_there_are_as_many() {
        let (before, left) = ("f {\n}\nz\n", "f {\n  {\n    x\n  }\n}\nz\n");
        assert_eq!(fates(before, left, "f {\n}\ng {\n}\nz\n"), [Undone], "what is in them went");
        let (before, left) = ("a\nb\n}\n", "a\n}\nb\n}\n");
        assert_eq!(fates(before, left, "a\nb\n}\nc\n}\n"), [Rewritten]);
        assert_eq!(fates(before, left, "a\nb\n}\nc\n"), [Undone]);
    }

    #[test]
    fn a_line_is_there_although_a_comparison_could_match_others() {
        let there = |now: &str| {
            let brought = Brought::new(b"0\n1\n2\n3\n4\n", b"0\n1\nfix\n3\n4\n").expect("texts");
            brought.standings(now.as_bytes()).expect("text")[0].lines.clone()
        };
        // Of "4" and "fix", which changed places, only one can be matched.
        assert_eq!(there("4\nfix\nmore\n"), [true]);
        assert_eq!(there("4\nother\nmore\n"), [false]);
        assert_eq!(there("2\n3\n4\n0\n1\n"), [false]);
    }

    #[test]
    fn one_line_of_several_that_is_set_back_is_seen() {
        assert_eq!(
            fates("a = 1\nb = 1\nc = 1\n", "a = 2\nb = 2\nc = 2\n", "a = 2\nb = 1\nc = 3\n"),
            [Kept, Undone, Rewritten]
        );
    }

    proptest! {
        #[test]
        fn what_a_change_left_is_kept_and_what_was_before_is_undone(
            before in prop::collection::vec(0_u8..6, 0..12),
            left in prop::collection::vec(0_u8..6, 0..12),
        ) {
            let text = |lines: &[u8]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
            let (before, left) = (text(&before), text(&left));
            prop_assert!(fates(&before, &left, &left).iter().all(|fate| *fate == Kept));
            if before != left {
                prop_assert!(fates(&before, &left, &before).iter().all(|fate| *fate == Undone));
            }
        }
    }
}
