//! Problems that several lists know by names of their own: what shares a name is one problem.

use std::collections::HashMap;

/// Which of `named` are one problem: groups of their numbers, in the order of their first ones.
pub(crate) fn problems(named: &[Vec<String>]) -> Vec<Vec<usize>> {
    let mut sets = Sets { parents: (0..named.len()).collect() };
    let mut first: HashMap<&str, usize> = HashMap::new();
    for (number, names) in named.iter().enumerate() {
        for name in names {
            sets.join(*first.entry(name).or_insert(number), number);
        }
    }
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut group_of: HashMap<usize, usize> = HashMap::new();
    for number in 0..named.len() {
        let group = *group_of.entry(sets.root(number)).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[group].push(number);
    }
    groups
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
        assert_eq!(problems(&names), [vec![0, 1, 3, 4], vec![2], vec![5]]);
    }

    #[test]
    fn the_name_that_everybody_knows_comes_first() {
        let names = named(&[&["PYSEC-1", "GHSA-b", "CVE-9", "GHSA-b", "CVE-10"]]).concat();
        assert_eq!(best_first(names), ["CVE-10", "CVE-9", "GHSA-b", "PYSEC-1"]);
    }
}
