//! What a scan found, copy by copy: a library that is in a folder twice needs its fix twice.

use std::collections::BTreeMap;

use super::{Board, Need, NeedFate};
use crate::plan::silence::{ScanFinding, in_folder};

impl Board {
    /// The needs of the last problem, one for each copy of each library, whatever the order of the findings.
    pub(super) fn add_needs<'f>(&mut self, findings: impl Iterator<Item = &'f ScanFinding>) {
        let problem = self.problems.len() - 1;
        let mut by_library: BTreeMap<String, Vec<&ScanFinding>> = BTreeMap::new();
        for finding in findings {
            let name = match &finding.purl {
                Some(purl) => purl.to_string(),
                None => format!("{} {}", finding.package, finding.version),
            };
            by_library.entry(name).or_default().push(finding);
        }
        for findings in by_library.into_values() {
            for copy in copies(&findings) {
                self.problems[problem].needs.push(self.needs.len());
                self.needs.push(Need::new(problem, &copy));
            }
        }
    }
}

/// The findings of one library by its copies: those at the same place are about the same one, and those that name no place
/// tell of no other.
fn copies<'f>(findings: &[&'f ScanFinding]) -> Vec<Vec<&'f ScanFinding>> {
    let mut at: BTreeMap<&str, usize> = BTreeMap::new();
    let mut copies: Vec<Vec<&ScanFinding>> = Vec::new();
    let (mut placed, mut anywhere): (Vec<&ScanFinding>, Vec<&ScanFinding>) =
        findings.iter().copied().partition(|finding| !finding.paths.is_empty());
    // The one that names most places first: what another scanner calls by some of them is the same.
    placed.sort_by_key(|finding| (std::cmp::Reverse(finding.paths.len()), &finding.paths));
    for finding in placed {
        let places = || finding.paths.iter().map(|path| in_folder(path));
        let known = places().find_map(|place| at.get(place).copied());
        let number = known.unwrap_or(copies.len());
        if number == copies.len() {
            copies.push(Vec::new());
        }
        for place in places() {
            at.entry(place).or_insert(number);
        }
        copies[number].push(finding);
    }
    if copies.is_empty() {
        copies.push(std::mem::take(&mut anywhere));
    }
    copies.iter_mut().for_each(|copy| copy.extend(&anywhere));
    copies.sort_by_cached_key(|copy| copy.iter().map(|finding| finding.paths.clone()).min());
    copies
}

impl Need {
    /// What `findings`, which are about the same copy, come to.
    fn new(problem: usize, findings: &[&ScanFinding]) -> Self {
        // Scanners name packages in their own ways.
        let first = findings.iter().min_by_key(|one| (&one.package, &one.version)).expect("one at least");
        let all = |texts: fn(&ScanFinding) -> &Vec<String>| {
            let mut all: Vec<String> = findings.iter().flat_map(|one| texts(one).iter().cloned()).collect();
            all.sort();
            all.dedup();
            all
        };
        Self {
            problem,
            purl: first.purl.clone(),
            package: first.package.clone(),
            version: first.version.clone(),
            paths: all(|one| &one.paths),
            fixed_versions: all(|one| &one.fixed_versions),
            fate: NeedFate::Open,
            offers: Vec::new(),
            may_help: Vec::new(),
            copies: None,
            can_be_told: false,
        }
    }
}
