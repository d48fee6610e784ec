//! Finds the place that looks most like a hunk that fits nowhere, so that a person sees what is different.

use super::CompareBudget;
use super::fit::{Ends, same};
use crate::diff::Line;
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

/// The best place around `expected` at which at least half of the lines fit.
pub(super) fn find(
    target: &[&[u8]],
    hunk: &PatchHunk<'_>,
    expected: usize,
    effort: &mut CompareBudget,
) -> Option<Nearest> {
    let old: Vec<&Line<'_>> = hunk.old_lines().collect();
    let first = expected.saturating_sub(REACH_LINES).min(target.len());
    let last = expected.saturating_add(REACH_LINES).min(target.len());
    let mut best: Option<(usize, usize)> = None;
    for at in first..last {
        if !effort.spend(old.len() as u64) {
            return None;
        }
        let found = &target[at..];
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
    told(target, &old, at, matching)
}

/// The place at line `at`, where the hunk fits nearly.
pub(super) fn at(target: &[&[u8]], hunk: &PatchHunk<'_>, at: usize) -> Option<Nearest> {
    let old: Vec<&Line<'_>> = hunk.old_lines().collect();
    let found = target.get(at..)?;
    let matching = old.iter().zip(found).filter(|(line, found)| same(line, found, Ends::Ignored)).count();
    told(target, &old, at, matching)
}

fn told(target: &[&[u8]], old: &[&Line<'_>], at: usize, matching: usize) -> Option<Nearest> {
    let differs = |(index, line): &(usize, &&Line<'_>)| {
        target.get(at + index).is_none_or(|found| !same(line, found, Ends::Literal))
    };
    // All lines may stand there, and only the end of the file not.
    let (index, line) = old.iter().enumerate().find(differs).unwrap_or((0, old.first()?));
    let cut = |bytes: &[u8]| bytes[..bytes.len().min(MAX_TOLD_BYTES)].to_vec();
    Some(Nearest {
        line: at + 1,
        matching,
        of: old.len(),
        differs_at: at + index + 1,
        found: target.get(at + index).map(|line| cut(line)),
        expected: cut(line.content),
    })
}
