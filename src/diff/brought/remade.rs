//! Whether what stands where a change takes lines out is what others made of these lines, one after the other.

use std::collections::BTreeSet;

use super::{Brought, changed_regions, member, says_something};
use crate::diff::lines::split_lines;

impl<'a> Brought<'a> {
    /// Whether lines that stand in `now` at a place where the change takes some out were made of these by `others`.
    pub(crate) fn is_remade(&self, index: usize, now: &[u8], others: &[Brought<'_>]) -> bool {
        let Some(since) = changed_regions(&self.left.concat(), now) else { return false };
        let region = &self.regions[index];
        let mut made_of_them = members(&self.before[region.old.clone()]);
        let gone = made_of_them.clone();
        for other in others {
            let made = other.regions.iter().filter(|region| !other.takes_out(region));
            let made =
                made.filter(|region| !members(&other.before[region.old.clone()]).is_disjoint(&made_of_them));
            let lines: Vec<_> = made.flat_map(|region| members(&other.left[region.new.clone()])).collect();
            made_of_them.extend(lines);
        }
        let now = split_lines(now);
        let here: BTreeSet<_> = self
            .at_place(region, &since, &now)
            .flat_map(|change| members(&now[change.new.clone()]))
            .collect();
        made_of_them.difference(&gone).any(|line| here.contains(line))
    }
}

/// Those of `lines` that say something, as they are known again.
fn members(lines: &[&[u8]]) -> BTreeSet<Vec<u8>> {
    lines.iter().filter(|line| says_something(line)).map(|line| member(line)).collect()
}
