//! Problems that several lists know by names of their own: what shares a name is one problem.

use std::collections::{BTreeSet, HashMap};

/// One problem that several lists tell of.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SameProblem {
    /// The numbers of those that tell of it.
    pub numbers: Vec<usize>,
    /// Its names, the best known first.
    pub names: Vec<String>,
}

/// Which of `named` are one problem, in the order of their first ones. Two numbers of CVE are two problems, whatever third
/// name stands beside both: that one is an advisory about both, and the name of neither.
pub(crate) fn problems(named: &[Vec<String>]) -> Vec<SameProblem> {
    let everything = |_: &str| true;
    let mut found = Vec::new();
    for numbers in joined(named, (0..named.len()).collect(), everything) {
        let is_cve_of = |number: &usize| named[*number].iter().any(|name| is_cve(name));
        let by_cve: Vec<usize> = numbers.iter().copied().filter(is_cve_of).collect();
        let groups = joined(named, by_cve, is_cve);
        if groups.len() < 2 {
            let names = best_first(numbers.iter().flat_map(|number| named[*number].clone()));
            found.push(SameProblem { numbers, names });
            continue;
        }
        let nameless: Vec<usize> = numbers.into_iter().filter(|number| !is_cve_of(number)).collect();
        let groups: Vec<Vec<usize>> = groups.into_iter().chain(joined(named, nameless, everything)).collect();
        let names_of = |numbers: &Vec<usize>| -> BTreeSet<&String> {
            numbers.iter().flat_map(|number| &named[*number]).collect()
        };
        let mut groups_with: HashMap<&String, usize> = HashMap::new();
        groups.iter().flat_map(names_of).for_each(|name| *groups_with.entry(name).or_default() += 1);
        for numbers in groups {
            let is_without_cve = !is_cve_of(&numbers[0]);
            let is_own = |name: &&String| is_without_cve || groups_with[*name] == 1;
            let names = best_first(names_of(&numbers).into_iter().filter(is_own).cloned());
            found.push(SameProblem { numbers, names });
        }
    }
    found.sort_by_key(|problem| problem.numbers[0]);
    found
}

/// Groups of those `numbers` that share names that count, in the order of their first ones.
fn joined(named: &[Vec<String>], numbers: Vec<usize>, counts: impl Fn(&str) -> bool) -> Vec<Vec<usize>> {
    let mut sets = Sets { parents: (0..numbers.len()).collect() };
    let mut first: HashMap<&str, usize> = HashMap::new();
    for (at, number) in numbers.iter().enumerate() {
        for name in named[*number].iter().filter(|name| counts(name)) {
            sets.join(*first.entry(name).or_insert(at), at);
        }
    }
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut group_of: HashMap<usize, usize> = HashMap::new();
    for (at, number) in numbers.into_iter().enumerate() {
        let group = *group_of.entry(sets.root(at)).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[group].push(number);
    }
    groups
}

pub(super) fn is_cve(name: &str) -> bool {
    name.starts_with("CVE-")
}

/// Lists that give each problem a name of its own. A name of any other may be an advisory, which is about as many problems as
/// its update mends.
const LISTS_OF_PROBLEMS: [&str; 15] = [
    "CVE", "GHSA", "PYSEC", "RUSTSEC", "GO", "OSV", "GSD", "GMS", "BIT", "HSEC", "RSEC", "EEF", "MAL",
    "NSWG", "CGA",
];

fn is_of_one_problem(name: &str) -> bool {
    name.contains("-CVE-") || name.split('-').next().is_some_and(|list| LISTS_OF_PROBLEMS.contains(&list))
}

/// What the other names are that a scanner has for a finding.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct OtherNames {
    /// Other names of the same problem.
    pub aliases: Vec<String>,
    /// The problems that it is about, if it is an advisory.
    pub covers: Vec<String>,
}

impl OtherNames {
    /// Tells apart what a scanner calls related to `id`.
    pub fn new(id: &str, related: impl IntoIterator<Item = String>) -> Self {
        let mut related: Vec<String> = related.into_iter().filter(|name| is_of_one_problem(name)).collect();
        related.sort();
        related.dedup();
        let mut cves: Vec<String> = related.iter().filter(|name| is_cve(name)).cloned().collect();
        if is_cve(id) && !cves.iter().any(|name| name == id) {
            cves.push(id.to_owned());
        }
        related.retain(|name| name != id);
        match (is_of_one_problem(id), cves.len()) {
            (true, 0 | 1) => Self { aliases: related, covers: Vec::new() },
            (false, 0) => Self { aliases: Vec::new(), covers: related },
            _ => Self { aliases: Vec::new(), covers: cves },
        }
    }
}

/// Each name once, the best known first.
pub(crate) fn best_first(names: impl IntoIterator<Item = String>) -> Vec<String> {
    let rank = |name: &str| match name.split('-').next() {
        Some("CVE") => 0,
        Some("GHSA") => 1,
        _ => 2,
    };
    let mut names: Vec<String> = names.into_iter().collect();
    names.sort_by(|a, b| (rank(a), a).cmp(&(rank(b), b)));
    names.dedup();
    names
}

/// Union-find with the smallest number as the root of each set.
struct Sets {
    parents: Vec<usize>,
}

impl Sets {
    fn root(&mut self, mut number: usize) -> usize {
        while self.parents[number] != number {
            self.parents[number] = self.parents[self.parents[number]];
            number = self.parents[number];
        }
        number
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.parents[a.max(b)] = a.min(b);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(names: &[&[&str]]) -> Vec<Vec<String>> {
        names.iter().map(|names| names.iter().map(|name| (*name).to_owned()).collect()).collect()
    }

    #[test]
    fn what_shares_a_name_is_one_problem_by_however_many_steps() {
        let names =
            named(&[&["CVE-1"], &["GHSA-a"], &["CVE-2"], &["GHSA-b", "CVE-1"], &["GHSA-a", "GHSA-b"], &[]]);
        let numbers: Vec<Vec<usize>> = problems(&names).into_iter().map(|problem| problem.numbers).collect();
        assert_eq!(numbers, [vec![0, 1, 3, 4], vec![2], vec![5]]);
    }

    #[test]
    fn an_advisory_about_two_problems_is_the_name_of_neither() {
        let told = |names: &[&[&str]]| -> Vec<(Vec<usize>, String)> {
            problems(&named(names)).into_iter().map(|one| (one.numbers, one.names.join(" "))).collect()
        };
        let expected = |numbers: &[usize], names: &str| (numbers.to_vec(), names.to_owned());
        assert_eq!(
            told(&[&["CVE-1", "DSA-1"], &["DSA-1", "CVE-2"], &["CVE-2", "GHSA-b"], &["GHSA-b"]]),
            [expected(&[0], "CVE-1"), expected(&[1, 2], "CVE-2"), expected(&[3], "GHSA-b")]
        );
        // By however many steps.
        assert_eq!(
            told(&[&["GHSA-a", "GHSA-b"], &["CVE-1", "GHSA-a"], &["CVE-2", "GHSA-b"]]),
            [expected(&[0], "GHSA-a GHSA-b"), expected(&[1], "CVE-1"), expected(&[2], "CVE-2")]
        );
        // An author who says that they are the same is believed.
        let same = told(&[&["CVE-1", "CVE-2"], &["CVE-2", "GHSA-a"], &["CVE-1"]]);
        assert_eq!(same, [expected(&[0, 1, 2], "CVE-1 CVE-2 GHSA-a")]);
    }

    #[test]
    fn what_a_scanner_calls_related_is_another_name_or_what_an_advisory_is_about() {
        for (id, related, aliases, covers) in [
            ("CVE-1", &["GHSA-a"][..], "GHSA-a", ""),
            ("GHSA-a", &["CVE-1", "GHSA-a"], "CVE-1", ""),
            ("CVE-1", &["DSA-5417-1", "CVE-1"], "", ""),
            ("CVE-1", &["UBUNTU-CVE-1"], "UBUNTU-CVE-1", ""),
            ("ELSA-2023-1", &["CVE-2", "CVE-1", "CVE-2"], "", "CVE-1 CVE-2"),
            ("ELSA-2023-1", &["CVE-1"], "", "CVE-1"),
            ("ELSA-2023-1", &[], "", ""),
            ("GO-2023-1", &["CVE-1", "CVE-2"], "", "CVE-1 CVE-2"),
            ("CVE-2", &["CVE-1", "GHSA-a"], "", "CVE-1 CVE-2"),
        ] {
            let mut names = OtherNames::new(id, related.iter().map(|name| (*name).to_owned()));
            names.covers.sort();
            assert_eq!(
                (names.aliases.join(" "), names.covers.join(" ")),
                (aliases.to_owned(), covers.to_owned()),
                "{id}"
            );
        }
    }

    #[test]
    fn the_name_that_everybody_knows_comes_first() {
        let names = named(&[&["PYSEC-1", "GHSA-b", "CVE-9", "GHSA-b", "CVE-10"]]).concat();
        assert_eq!(best_first(names), ["CVE-10", "CVE-9", "GHSA-b", "PYSEC-1"]);
    }
}
