//! Whether what stands where a change takes lines out, or where it leaves none of them, is what others made of these lines,
//! one after the other.

use std::collections::BTreeSet;

use super::{Brought, changed_regions, member, says_something};
use crate::diff::lines::split_lines;

impl<'a> Brought<'a> {
    /// Whether lines that stand in `now` at a place where the change takes some out were made of these by `others`.
    pub(crate) fn is_remade(&self, index: usize, now: &[u8], others: &[Brought<'_>]) -> bool {
        let Some(since) = changed_regions(&self.left.concat(), now) else { return false };
        let region = &self.regions[index];
        let gone = members(&self.before[region.old.clone()]);
        let made_of_them = made_of(&gone, others);
        let now = split_lines(now);
        let here: BTreeSet<_> = self
            .at_place(region, &since, &now)
            .flat_map(|change| members(&now[change.new.clone()]))
            .collect();
        made_of_them.iter().any(|line| here.contains(line))
    }

    /// Whether lines that stand anywhere in `now` were made by `others` of some that the change takes out and of which it
    /// leaves none: somebody may have moved these before.
    pub(crate) fn is_remade_elsewhere(&self, now: &[u8], others: &[Brought<'_>]) -> bool {
        let left = members(&self.left);
        let takes_out = self.regions.iter().filter(|region| self.takes_out(region));
        let gone = takes_out.flat_map(|region| members(&self.before[region.old.clone()]));
        let gone = gone.filter(|line| !left.contains(line)).collect();
        let now = members(&split_lines(now));
        made_of(&gone, others).iter().any(|line| now.contains(line) && !left.contains(line))
    }
}

/// What `others`, one after the other, made of these lines.
fn made_of(gone: &BTreeSet<Vec<u8>>, others: &[Brought<'_>]) -> BTreeSet<Vec<u8>> {
    let mut made_of_them = gone.clone();
    for other in others {
        let made = other.regions.iter().filter(|region| !other.takes_out(region));
        let made =
            made.filter(|region| !members(&other.before[region.old.clone()]).is_disjoint(&made_of_them));
        let lines: Vec<_> = made.flat_map(|region| members(&other.left[region.new.clone()])).collect();
        made_of_them.extend(lines);
    }
    made_of_them.difference(gone).cloned().collect()
}

/// Those of `lines` that say something, as they are known again.
fn members(lines: &[&[u8]]) -> BTreeSet<Vec<u8>> {
    lines.iter().filter(|line| says_something(line)).map(|line| member(line)).collect()
}
