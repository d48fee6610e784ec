//! Finds the place of each hunk of a diff in a content, says how certain it is, and makes the new content.
//!
//! A plain diff knows line numbers and a few lines around each change, and nothing else. So a hunk goes where its
//! first line says, or where the hunks above it have moved to; anywhere else only if no other place fits. Whether
//! "another place" is the right one cannot be told from the target alone: where there is a doubt, nothing is done.
//!
//! 1. The stated line, shifted as the hunks above were: all lines fit there.
//! 2. The result of the hunk stands there: it is *already there*.
//! 3. The only other place at which all lines fit, unless the result stands somewhere, too.
//! 4. The same with fewer lines around the change, if somebody allowed that: *loose*.
//!
//! 5. The same with every run of blanks taken for one, if somebody allowed that: *spaced*.
//!
//! A content whose lines end in `\r\n` is compared with a diff that does not know them, and the other way round, when
//! nothing fits literally; it keeps its line ends. Nothing is placed above the hunk before, and no line is changed
//! twice.

mod fit;
mod nearest;
mod result;

#[cfg(test)]
mod tests;

use memchr::{memchr, memmem};

use super::budget::WorkBudget;
use super::content::Content;
use super::patch_text::PatchHunk;
use fit::{Ends, HunkPlace, Pattern};
pub(crate) use nearest::Nearest;

/// What may differ where a hunk is placed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tolerance {
    /// How many lines around a change may be left out of account.
    pub fuzz: usize,
    /// Whether blanks count only as some or none, and not at all at the end of a line.
    pub ignores_white_space: bool,
}

impl From<usize> for Tolerance {
    fn from(fuzz: usize) -> Self {
        Self { fuzz, ignores_white_space: false }
    }
}

/// How many bytes are searched in one step, where the very bytes are looked for.
const SEARCHED_BYTES: u64 = 16;

/// How many places are told of a hunk that fits at several.
const MAX_TOLD_PLACES: usize = 5;

/// How certain the place of a hunk is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HunkGrade {
    /// The content is the very one the diff was made from.
    Exact,
    /// All lines fit at the stated line.
    Clean,
    /// All lines fit this many lines below (above, if negative) the stated one.
    Moved(isize),
    /// What the diff was made from is known, and edits made since fit together with it.
    Merged,
    /// Some of the lines around the change do not fit.
    Loose {
        /// How many lines were left out of account, at most, on either side.
        fuzz: usize,
        /// How far from the stated line.
        moved: isize,
    },
    /// All lines fit this many lines from the stated one, but for blanks.
    Spaced(isize),
    /// The result stands there already.
    AlreadyThere,
    /// It fits at these lines (from 1), and nothing tells which is meant.
    Ambiguous(Vec<usize>),
    /// It fits nowhere.
    Failed(Misplaced, Option<Nearest>),
}

/// Why a hunk fits nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misplaced {
    /// The lines differ.
    Lines,
    /// It has no line around the change that could prove the place.
    NoContext,
    /// Its lines fit, but some of them end in `\r\n` and some in `\n`.
    MixedLineEnds,
    /// Its lines fit, but the file goes on (or ends) where it should not.
    EndOfFile,
    /// Its lines fit, but not where what it was made from has them: there the file was edited.
    EditedSince,
    /// They differ in blanks only.
    WhiteSpace,
    /// They differ in a byte order mark only, or in how letters with marks are written.
    Letters,
    /// Its lines fit, but not the unchanged ones that the patch has behind those it counts.
    Beyond,
    /// Too many lines of the file look alike.
    TooMuchWork,
}

impl HunkGrade {
    /// The grade as a word.
    pub fn as_str(&self) -> &'static str {
        match self {
            HunkGrade::Exact => "exact",
            HunkGrade::Clean => "clean",
            HunkGrade::Merged => "merged",
            HunkGrade::Moved(_) => "moved",
            HunkGrade::Loose { .. } => "loose",
            HunkGrade::Spaced(_) => "spaced",
            HunkGrade::AlreadyThere => "already there",
            HunkGrade::Ambiguous(_) => "ambiguous",
            HunkGrade::Failed(..) => "failed",
        }
    }

    /// Whether nothing stands in the way of this hunk.
    pub(crate) fn is_good(&self) -> bool {
        !matches!(self, HunkGrade::Ambiguous(_) | HunkGrade::Failed(..))
    }
}

/// What became of the hunks of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// The grade of each hunk, and the line (from 1) where it was placed.
    pub hunks: Vec<(HunkGrade, Option<usize>)>,
    /// The new content, if every hunk has a place.
    pub content: Option<Content>,
}

/// Places `hunks`, which are in the order of the file, in `content`.
pub fn place(
    content: &Content,
    hunks: &[PatchHunk<'_>],
    tolerance: impl Into<Tolerance>,
    budget: &mut WorkBudget,
) -> Placement {
    let Tolerance { fuzz, ignores_white_space } = tolerance.into();
    let mut placer = Placer {
        content,
        fuzz,
        ignores_white_space,
        has_blanks: None,
        has_returns: None,
        budget,
        free: 0,
        drift: 0,
    };
    let mut found = Vec::with_capacity(hunks.len());
    let mut pieces = Vec::with_capacity(hunks.len());
    for hunk in hunks {
        let outcome = placer.place(hunk);
        let line = outcome.1.as_ref().map(|fit| fit.at + 1);
        if let (grade, Some(fit)) = &outcome
            && *grade != HunkGrade::AlreadyThere
        {
            pieces.push((hunk, *fit));
        }
        found.push((outcome.0, line));
    }
    let content = match found.iter().all(|(grade, _)| grade.is_good()) {
        true => result::build(content, &pieces),
        false => None,
    };
    if content.is_none()
        && found.iter().all(|(grade, _)| grade.is_good())
        && let Some(last) = found.last_mut()
    {
        // Only what stands at the very end can still be wrong here.
        *last = (HunkGrade::Failed(Misplaced::EndOfFile, None), None);
    }
    Placement { hunks: found, content }
}

struct Placer<'a, 'b> {
    content: &'a Content,
    fuzz: usize,
    ignores_white_space: bool,
    /// Whether the content has blanks, once somebody has looked.
    has_blanks: Option<bool>,
    /// The same of `\r`.
    has_returns: Option<bool>,
    budget: &'b mut WorkBudget,
    /// The first line that no hunk above has taken.
    free: usize,
    /// How far the hunk above stood from its stated line.
    drift: isize,
}

/// A grade, and where the hunk goes.
type GradedFit = (HunkGrade, Option<HunkPlace>);

impl Placer<'_, '_> {
    fn place(&mut self, hunk: &PatchHunk<'_>) -> GradedFit {
        let stated = if hunk.old_len == 0 { hunk.old_start } else { hunk.old_start - 1 };
        let expected = stated.saturating_add_signed(self.drift);
        let mut outcome = self.with_ends(hunk, Ends::Literal, stated, expected);
        if matches!(outcome.0, HunkGrade::Failed(Misplaced::Lines, _)) && self.may_ignore_ends(hunk) {
            let again = self.with_ends(hunk, Ends::Ignored, stated, expected);
            if !matches!(again.0, HunkGrade::Failed(Misplaced::Lines | Misplaced::TooMuchWork, _)) {
                outcome = again;
            }
        }
        if matches!(outcome.0, HunkGrade::Failed(Misplaced::Lines, _))
            && let Some(nearly) = self.nearly(hunk, stated, expected)
        {
            outcome = nearly;
        }
        if let HunkGrade::Failed(Misplaced::Lines, nearest @ None) = &mut outcome.0 {
            *nearest = nearest::find(self.content, hunk, expected, self.budget);
        }
        if let Some(fit) = &outcome.1
            && !self.goes_on(hunk, fit)
        {
            outcome = (HunkGrade::Failed(Misplaced::Beyond, None), None);
        }
        if let (grade, Some(fit)) = &outcome {
            let at = fit.at as isize - fit.skipped as isize - stated as isize;
            let grown = hunk.new_len as isize - hunk.old_len as isize;
            let is_there = *grade == HunkGrade::AlreadyThere;
            self.drift = if is_there { at + grown } else { at };
            self.free = fit.at + fit.len;
        }
        outcome
    }

    /// Whether a hunk that fits nowhere differs in less than letters: in blanks, which somebody may have allowed, in a byte
    /// order mark, or in how letters are written.
    fn nearly(&mut self, hunk: &PatchHunk<'_>, stated: usize, expected: usize) -> Option<GradedFit> {
        for (ends, misplaced) in [(Ends::Blanks, Misplaced::WhiteSpace), (Ends::Letters, Misplaced::Letters)]
        {
            if !self.may_differ_in(ends, hunk) {
                continue;
            }
            let (grade, fit) = self.with_ends(hunk, ends, stated, expected);
            let moved = match grade {
                HunkGrade::Clean => 0,
                HunkGrade::Moved(moved) => moved,
                _ => continue,
            };
            let fit = fit?;
            if ends == Ends::Blanks && self.ignores_white_space {
                return Some((HunkGrade::Spaced(moved), Some(fit)));
            }
            let nearest = nearest::at(self.content, hunk, fit.at);
            return Some((HunkGrade::Failed(misplaced, nearest), None));
        }
        None
    }

    /// Whether line ends may be told apart, and there are any that differ.
    fn may_ignore_ends(&mut self, hunk: &PatchHunk<'_>) -> bool {
        let content = self.content;
        let in_content = || content.pieces().any(|piece| memchr(b'\r', piece).is_some());
        fit::may_ignore_ends(hunk)
            && (fit::has_returns(hunk) || *self.has_returns.get_or_insert_with(in_content))
    }

    /// Whether there is anything that could be compared so. Looking for a place takes long where many lines look alike.
    fn may_differ_in(&mut self, ends: Ends, hunk: &PatchHunk<'_>) -> bool {
        let any = |of: fn(&[u8]) -> bool| hunk.lines.iter().any(|line| of(line.content));
        if ends == Ends::Letters {
            let first = self.content.lines_from(0).next();
            let has_mark = first.is_some_and(|line| line.starts_with("\u{feff}".as_bytes()));
            return has_mark || any(|line| !line.is_ascii());
        }
        let content = self.content;
        any(fit::has_blanks)
            || *self
                .has_blanks
                .get_or_insert_with(|| content.lines_from(0).any(|line| fit::has_blanks(fit::bare(line))))
    }

    /// Whether what the patch has behind the lines that it counts stands behind them, too.
    fn goes_on(&self, hunk: &PatchHunk<'_>, fit: &HunkPlace) -> bool {
        if hunk.beyond.is_empty() {
            return true;
        }
        let mut rest = self.content.lines_from(fit.at + fit.len + fit.skipped_behind);
        let ending = |line: &[u8]| line.trim_ascii_end().len();
        hunk.beyond
            .iter()
            .all(|line| rest.next().is_some_and(|found| found[..ending(found)] == line[..ending(line)]))
    }

    /// Looks for the place, comparing line ends in one way.
    fn with_ends(&mut self, hunk: &PatchHunk<'_>, ends: Ends, stated: usize, expected: usize) -> GradedFit {
        if hunk.old_len == 0 {
            return self.place_without_context(hunk, ends, expected);
        }
        let (old, new) = (Pattern::old(hunk, ends), Pattern::new(hunk, ends));
        if self.fits(&old, expected) {
            // The hunks above were moved, but this one fits without that as well.
            if self.drift != 0 && self.fits(&old, stated) {
                return (HunkGrade::Ambiguous(vec![expected + 1, stated + 1]), None);
            }
            return self.settle(&old, expected, stated, None);
        }
        if self.fits(&new, expected) {
            return (HunkGrade::AlreadyThere, Some(new.fit_at(expected)));
        }
        match self.search(&old) {
            None => return (HunkGrade::Failed(Misplaced::TooMuchWork, None), None),
            Some(places) => match places.as_slice() {
                [] => {}
                [only] => {
                    return match self.search(&new) {
                        None => (HunkGrade::Failed(Misplaced::TooMuchWork, None), None),
                        Some(results) if results.is_empty() => self.settle(&old, *only, stated, None),
                        Some(results) => (HunkGrade::Ambiguous(vec![only + 1, results[0] + 1]), None),
                    };
                }
                many => return (HunkGrade::Ambiguous(many.iter().map(|at| at + 1).collect()), None),
            },
        }
        match self.search(&new).as_deref() {
            None => return (HunkGrade::Failed(Misplaced::TooMuchWork, None), None),
            Some([only]) => return (HunkGrade::AlreadyThere, Some(new.fit_at(*only))),
            Some(_) => {}
        }
        self.place_loosely(&old, stated, expected)
    }

    /// A hunk that only adds and has no line around it.
    fn place_without_context(&mut self, hunk: &PatchHunk<'_>, ends: Ends, expected: usize) -> GradedFit {
        let (old, new) = (Pattern::old(hunk, ends), Pattern::new(hunk, ends));
        if self.content.is_empty() {
            return (HunkGrade::Clean, Some(old.fit_at(0)));
        }
        if self.fits(&new, expected) {
            return (HunkGrade::AlreadyThere, Some(new.fit_at(expected)));
        }
        let at = expected.clamp(self.free, self.content.line_count().max(self.free));
        if self.fuzz > 0 && at == expected && at <= self.content.line_count() {
            return (HunkGrade::Loose { fuzz: 0, moved: self.drift }, Some(old.fit_at(at)));
        }
        (HunkGrade::Failed(Misplaced::NoContext, None), None)
    }

    fn place_loosely(&mut self, old: &Pattern<'_>, stated: usize, expected: usize) -> GradedFit {
        for fuzz in 1..=self.fuzz {
            let Some(old) = old.with_fuzz(fuzz) else { break };
            let expected = expected + old.skipped();
            if self.fits(&old, expected) {
                return self.settle(&old, expected, stated, Some(fuzz));
            }
            match self.search(&old) {
                None => return (HunkGrade::Failed(Misplaced::TooMuchWork, None), None),
                Some(places) => match places.as_slice() {
                    [] => {}
                    [only] => return self.settle(&old, *only, stated, Some(fuzz)),
                    many => return (HunkGrade::Ambiguous(many.iter().map(|at| at + 1).collect()), None),
                },
            }
        }
        (HunkGrade::Failed(Misplaced::Lines, None), None)
    }

    /// The hunk goes to `at`, unless its line ends cannot be told there.
    fn settle(&mut self, old: &Pattern<'_>, at: usize, stated: usize, fuzz: Option<usize>) -> GradedFit {
        let Some(fit) = old.settle_at(self.content, at) else {
            return (HunkGrade::Failed(Misplaced::MixedLineEnds, None), None);
        };
        let moved = at as isize - old.skipped() as isize - stated as isize;
        let grade = match (fuzz, moved) {
            (Some(fuzz), moved) => HunkGrade::Loose { fuzz, moved },
            (None, 0) => HunkGrade::Clean,
            (None, moved) => HunkGrade::Moved(moved),
        };
        (grade, Some(fit))
    }

    /// Nothing fits everywhere, and so proves nothing, but in an empty content.
    fn fits(&mut self, pattern: &Pattern<'_>, at: usize) -> bool {
        if pattern.len() == 0 {
            return self.content.is_empty();
        }
        if at < self.free || self.budget.is_used_up() {
            return false;
        }
        pattern.fits(self.content.lines_from(at), at, self.content.line_count(), self.budget)
    }

    /// The first few places at which `pattern` fits; `None` if looking took too long.
    fn search(&mut self, pattern: &Pattern<'_>) -> Option<Vec<usize>> {
        let of = self.content.line_count();
        let last = of.checked_sub(pattern.len()).filter(|_| pattern.len() > 0);
        let Some(last) = last else { return Some(Vec::new()) };
        if let Some(only) = pattern.only_place(of) {
            let fits = self.fits(pattern, only);
            return (!self.budget.is_used_up()).then(|| Vec::from_iter(fits.then_some(only)));
        }
        if let Some(text) = pattern.literal() {
            return self.search_bytes(text);
        }
        let (mut places, mut lines) = (Vec::new(), self.content.lines_from(self.free));
        for at in self.free..=last {
            if pattern.fits(lines, at, of, self.budget) {
                places.push(at);
                if places.len() == MAX_TOLD_PLACES {
                    break;
                }
            }
            if self.budget.is_used_up() {
                return None;
            }
            lines.next();
        }
        Some(places)
    }

    /// The first few lines at which these bytes stand, which are whole lines.
    fn search_bytes(&mut self, text: &[u8]) -> Option<Vec<usize>> {
        let bytes: &[u8] = self.content.bytes();
        let begin = self.content.offset_of(self.free);
        let mut rest = &bytes[begin..];
        if !self.budget.step(1 + rest.len() as u64 / SEARCHED_BYTES) {
            return None;
        }
        let mut places = Vec::new();
        if rest.starts_with(text) {
            places.push(self.free);
        }
        let behind_a_line = [b"\n", text].concat();
        let finder = memmem::Finder::new(&behind_a_line);
        while places.len() < MAX_TOLD_PLACES
            && let Some(at) = finder.find(rest)
        {
            rest = &rest[at + 1..];
            places.push(self.content.line_at(bytes.len() - rest.len()));
        }
        Some(places)
    }
}
