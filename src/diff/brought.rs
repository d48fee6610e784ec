//! What became of the lines that one change brought, after others came over it.
//!
//! Each place that the change made different is asked about by itself. Changed lines that stand one for one against
//! old ones are told apart, so that one of them set back is not lost among its neighbours. What a change took out is
//! taken out of the whole content: a line that comes again is back, wherever it stands.

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

/// What stands where a change took out more lines than it brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum RemovalGap {
    /// Nothing, between lines that the change left.
    Closed,
    /// A line beside it is another one.
    Beside,
    /// More lines than the change left there.
    Filled,
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
    pub(crate) fn as_a_whole(&self, index: usize, fate: Fate) -> PlaceStanding {
        PlaceStanding { fate, lines: vec![fate == Fate::Kept; self.regions[index].new.len()] }
    }

    /// What became of each place in `now`; `None` if that is no text.
    pub(crate) fn standings(&self, now: &[u8]) -> Option<Vec<PlaceStanding>> {
        let (before, left) = (self.before.concat(), self.left.concat());
        let since = changed_regions(&left, now)?;
        let from_before = changed_regions(&before, now)?;
        let now = split_lines(now);
        let reach = |change: &Region| reach(change, &self.before, &now[change.new.clone()]);
        let reaches = from_before.iter().map(reach).collect();
        let (counts, taken_out) = (OnceCell::new(), OnceCell::new());
        let against = Against { brought: self, since, from_before, reaches, now, counts, taken_out };
        Some(self.regions.iter().map(|region| against.standing(region)).collect())
    }

    /// How the lines that the change took out at each place stand, wherever they may be in `now`: which are away.
    pub(crate) fn standings_of_removed(&self, now: &[u8]) -> Vec<PlaceStanding> {
        let mut lines = self.taken_out();
        count_into(&mut lines, &split_lines(now), |line| &mut line.now);
        let is_away = |line: &&[u8]| !lines.get(&member(line)).is_some_and(LineCount::comes_back);
        let standing = |region: &Region| PlaceStanding {
            fate: self.by_what_is_back(region, &lines),
            lines: self.before[region.old.clone()].iter().map(is_away).collect(),
        };
        self.regions.iter().map(standing).collect()
    }

    /// The same where all that is known is its fate.
    pub(crate) fn removed_as_a_whole(&self, index: usize, fate: Fate) -> PlaceStanding {
        PlaceStanding { fate, lines: vec![fate == Fate::Kept; self.regions[index].old.len()] }
    }

    /// What becomes of a place by the lines that the change took out there and that stand somewhere again: most of them
    /// back, of which it had left none, is as it was before.
    fn by_what_is_back(&self, region: &Region, lines: &HashMap<Vec<u8>, LineCount>) -> Fate {
        let went: BTreeSet<Vec<u8>> =
            self.before[region.old.clone()].iter().map(|line| member(line)).collect();
        let went: Vec<&LineCount> = went.iter().filter_map(|line| lines.get(line)).collect();
        let back: Vec<&&LineCount> = went.iter().filter(|line| line.comes_back()).collect();
        match back.len() {
            0 => Fate::Kept,
            few if 2 * few > went.len() && back.iter().any(|line| line.left == 0) => Fate::Undone,
            _ => Fate::Rewritten,
        }
    }

    /// Whether lines that the change takes out are in `image` all the same, which came of making it to `ground`: they
    /// stood elsewhere there, and it took out fewer than it was made to.
    pub(crate) fn is_in_vain(&self, ground: &[u8], image: &[u8]) -> bool {
        let mut lines = self.taken_out();
        let mut on_ground: HashMap<Vec<u8>, LineCount> =
            lines.keys().map(|line| (line.clone(), LineCount::default())).collect();
        count_into(&mut on_ground, &split_lines(ground), |line| &mut line.now);
        count_into(&mut lines, &split_lines(image), |line| &mut line.now);
        lines.iter().any(|(line, count)| {
            let went = on_ground[line].now.saturating_sub(count.now);
            count.comes_back() && went < count.before - count.left
        })
    }

    /// What stands in `now` at each place where the change took out more lines than it brought, by what differs from what it left; nothing
    /// for other places, and where `now` is no text. Whether such lines came later, or are what others made of those that
    /// went, does not show in them.
    pub(crate) fn gaps(&self, now: &[u8]) -> Vec<(usize, RemovalGap)> {
        let Some(since) = changed_regions(&self.left.concat(), now) else { return Vec::new() };
        let now = split_lines(now);
        let lines = |lines: &[&[u8]]| lines.iter().filter(|line| !is_blank(line)).count();
        let gap = |region: &Region| {
            let stand = self.at_place(region, &since, &now).map(|change| {
                let (left, now) = (lines(&self.left[change.old.clone()]), lines(&now[change.new.clone()]));
                match now {
                    0 => RemovalGap::Closed,
                    now if now > left => RemovalGap::Filled,
                    _ => RemovalGap::Beside,
                }
            });
            stand.max().unwrap_or(RemovalGap::Closed)
        };
        let gaps = self.regions.iter().enumerate().filter(|(_, region)| self.takes_out(region));
        gaps.map(|(index, region)| (index, gap(region))).collect()
    }

    /// Those of `since`, which is how `now` differs from what the change left, that may stand at this place.
    fn at_place<'b>(
        &'b self,
        region: &Region,
        since: &'b [Region],
        now: &'b [&[u8]],
    ) -> impl Iterator<Item = &'b Region> {
        let place = slides(&region.new, &self.left, &self.before[region.old.clone()]);
        let at_it = move |change: &&Region| {
            is_touched(&place, &slides(&change.old, &self.left, &now[change.new.clone()]))
        };
        since.iter().filter(at_it)
    }

    /// Whether the change takes lines out where it has those of this place, wherever that is.
    pub(crate) fn takes_out_like(&self, other: &Brought<'_>, index: usize) -> bool {
        let gone = &other.before[other.regions[index].old.clone()];
        let is_in = |region: &Region| {
            let own: Vec<Vec<u8>> = self.before[region.old.clone()].iter().map(|line| member(line)).collect();
            gone.iter().filter(|line| !is_blank(line)).all(|line| own.contains(&member(line)))
        };
        self.regions.iter().filter(|region| self.takes_out(region)).any(is_in)
    }

    fn takes_out(&self, region: &Region) -> bool {
        let lines = |lines: &[&[u8]]| lines.iter().filter(|line| !is_blank(line)).count();
        lines(&self.before[region.old.clone()]) > lines(&self.left[region.new.clone()])
    }

    /// The lines that the change took out and that say something: how often each was there, and is still.
    fn taken_out(&self) -> HashMap<Vec<u8>, LineCount> {
        let gone = self.regions.iter().flat_map(|region| &self.before[region.old.clone()]);
        let gone = gone.filter(|line| says_something(line));
        let mut lines: HashMap<Vec<u8>, LineCount> =
            gone.map(|line| (member(line), LineCount::default())).collect();
        count_into(&mut lines, &self.before, |line| &mut line.before);
        count_into(&mut lines, &self.left, |line| &mut line.left);
        lines.retain(|_, line| line.left < line.before);
        lines
    }
}

/// Counts those of `lines` that are in `content`.
fn count_into(
    lines: &mut HashMap<Vec<u8>, LineCount>,
    content: &[&[u8]],
    count: fn(&mut LineCount) -> &mut usize,
) {
    if lines.is_empty() {
        return;
    }
    for line in content {
        if let Some(line) = lines.get_mut(&member(line)) {
            *count(line) += 1;
        }
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
    taken_out: OnceCell<HashMap<Vec<u8>, LineCount>>,
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
        let fate = self.fate(region).max(self.by_what_is_back(region));
        PlaceStanding { fate, lines: region.new.clone().map(is_there).collect() }
    }

    fn by_what_is_back(&self, region: &Region) -> Fate {
        if region.old.is_empty() {
            return Fate::Kept;
        }
        let lines = self.taken_out.get_or_init(|| {
            let mut lines = self.brought.taken_out();
            count_into(&mut lines, &self.now, |line| &mut line.now);
            lines
        });
        self.brought.by_what_is_back(region, lines)
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
        says_something(line) && self.counts().lines.get(&key(line)).is_some_and(is_brought)
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
        let says_nothing = || went.iter().chain(came).all(|line| !says_something(line));
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

/// The same without what divides it from the one below: the last of a list has none.
fn member(line: &[u8]) -> Vec<u8> {
    let mut line = key(line);
    while line.last().is_some_and(|byte| matches!(byte, b',' | b';')) {
        line.pop();
    }
    line
}

fn is_blank(line: &[u8]) -> bool {
    line.trim_ascii().is_empty()
}

/// Whether a line is more than brackets, which stand everywhere.
fn says_something(line: &[u8]) -> bool {
    line.iter().any(u8::is_ascii_alphanumeric)
}

/// Where in `before` a change that brings `lines` may stand as well, with the same result. Empty lines around it count as
/// its place, too.
fn reach(change: &Region, before: &[&[u8]], lines: &[&[u8]]) -> Range<usize> {
    let Range { mut start, mut end } = slides(&change.old, before, lines);
    start -= before[..start].iter().rev().take_while(|line| is_blank(line)).count();
    end += before[end..].iter().take_while(|line| is_blank(line)).count();
    start..end
}

/// Where `lines` that only came at `place` may have come as well, with the same result: those that begin like the ones
/// below them, or end like those above, can be told in several ways.
fn slides(place: &Range<usize>, before: &[&[u8]], lines: &[&[u8]]) -> Range<usize> {
    let Range { mut start, mut end } = place.clone();
    if place.is_empty() {
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

mod remade;
#[cfg(test)]
mod tests;
