//! Finds the place that looks most like a hunk that fits nowhere, so that a person sees what is different.

use super::fit::{Ends, Pattern, bare, same};
use crate::diff::budget::WorkBudget;
use crate::diff::content::Content;
use crate::diff::patch_text::PatchHunk;

/// How far around the expected line is looked.
const REACH_LINES: usize = 5000;

/// Bytes of a line that are told.
const MAX_TOLD_BYTES: usize = 200;

/// The place that looks most like the hunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nearest {
    /// Its first line, from 1.
    pub line: usize,
    /// How many lines fit.
    pub(crate) matching: usize,
    /// How many should.
    pub of: usize,
    /// The first line that differs, from 1.
    pub(crate) differs_at: usize,
    /// What stands there; `None`: the file has ended.
    pub found: Option<Vec<u8>>,
    /// What the diff expects there.
    pub expected: Vec<u8>,
}

/// Most lines of a hunk that a place is looked for that is like it. More would be no help to a person.
const MAX_LINES: usize = 10_000;

/// The best place around `expected` at which at least half of the lines fit.
pub(super) fn find(
    target: &Content,
    hunk: &PatchHunk<'_>,
    expected: usize,
    budget: &mut WorkBudget,
) -> Option<Nearest> {
    if hunk.old_len > MAX_LINES {
        return None;
    }
    let pattern = Pattern::old(hunk, Ends::Ignored);
    let old: Vec<&[u8]> = pattern.lines().collect();
    let first = expected.saturating_sub(REACH_LINES).min(target.line_count());
    let last = expected.saturating_add(REACH_LINES).min(target.line_count());
    if !budget.step((last - first) as u64) {
        return None;
    }
    let around: Vec<&[u8]> = target.lines_from(first).take(last - first + old.len()).collect();
    let mut best: Option<(usize, usize)> = None;
    for at in first..last {
        if !budget.step(old.len() as u64) {
            return None;
        }
        let found = &around[at - first..];
        let matching = old.iter().zip(found).filter(|(line, found)| same(line, found, Ends::Ignored)).count();
        let distance = |at: usize| at.abs_diff(expected);
        let is_better = best.is_none_or(|(best_at, most)| {
            matching > most || matching == most && distance(at) < distance(best_at)
        });
        if matching * 2 >= old.len() && is_better {
            best = Some((at, matching));
        }
    }
    let (at, matching) = best?;
    told(target, &pattern, at, matching)
}

/// The place at line `at`, where the hunk fits nearly.
pub(super) fn at(target: &Content, hunk: &PatchHunk<'_>, at: usize) -> Option<Nearest> {
    let pattern = Pattern::old(hunk, Ends::Ignored);
    let both = pattern.lines().zip(target.lines_from(at));
    let matching = both.filter(|(line, found)| same(line, found, Ends::Ignored)).count();
    told(target, &pattern, at, matching)
}

fn told(target: &Content, old: &Pattern<'_>, at: usize, matching: usize) -> Option<Nearest> {
    let mut found = target.lines_from(at);
    let pairs = old.lines().map(|line| (line, found.next()));
    let mut differing = pairs
        .enumerate()
        .filter(|(_, (line, found))| found.is_none_or(|found| !same(line, found, Ends::Literal)));
    // All lines may stand there, and only the end of the file not.
    let whole = || Some((0, (old.lines().next()?, target.lines_from(at).next())));
    let (index, (line, found)) = differing.next().or_else(whole)?;
    let cut = |bytes: &[u8]| bytes[..bytes.len().min(MAX_TOLD_BYTES)].to_vec();
    Some(Nearest {
        line: at + 1,
        matching,
        of: old.len(),
        differs_at: at + index + 1,
        found: found.map(cut),
        expected: cut(bare(line)),
    })
}
