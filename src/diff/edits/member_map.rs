//! The keys of a group with their values, in the order of the file, and found without looking at all of them.

use std::ops::{Deref, DerefMut};
use std::sync::OnceLock;

/// Up to so many keys are looked at one by one.
const FEW: usize = 16;

/// A group's keys and values. Files may name a key twice; the first one counts.
#[derive(Clone)]
pub struct MemberMap<V> {
    entries: Vec<(String, V)>,
    /// The places of all entries in the order of their keys, once somebody asked for one of many.
    by_key: OnceLock<Vec<usize>>,
}

impl<V> MemberMap<V> {
    pub(super) fn get(&self, key: &str) -> Option<&V> {
        if self.entries.len() <= FEW {
            return self.entries.iter().find(|(name, _)| name == key).map(|(_, value)| value);
        }
        let key_at = |place: &usize| self.entries[*place].0.as_str();
        let by_key = self.by_key.get_or_init(|| {
            let mut places: Vec<usize> = (0..self.entries.len()).collect();
            places.sort_by_key(key_at);
            places
        });
        let first = by_key.partition_point(|place| key_at(place) < key);
        by_key.get(first).filter(|place| key_at(place) == key).map(|place| &self.entries[*place].1)
    }

    pub(super) fn push(&mut self, member: (String, V)) {
        self.by_key.take();
        self.entries.push(member);
    }

    pub(super) fn remove(&mut self, index: usize) -> (String, V) {
        self.by_key.take();
        self.entries.remove(index)
    }
}

impl<V> Default for MemberMap<V> {
    fn default() -> Self {
        Self { entries: Vec::new(), by_key: OnceLock::new() }
    }
}

impl<V> Deref for MemberMap<V> {
    type Target = [(String, V)];

    fn deref(&self) -> &Self::Target {
        &self.entries
    }
}

impl<V> DerefMut for MemberMap<V> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        // A key may be given another name.
        self.by_key.take();
        &mut self.entries
    }
}

impl<V: PartialEq> PartialEq for MemberMap<V> {
    fn eq(&self, other: &Self) -> bool {
        self.entries == other.entries
    }
}

impl<V: Eq> Eq for MemberMap<V> {}

impl<V: std::fmt::Debug> std::fmt::Debug for MemberMap<V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.entries.fmt(f)
    }
}

impl<V> From<Vec<(String, V)>> for MemberMap<V> {
    fn from(entries: Vec<(String, V)>) -> Self {
        Self { entries, by_key: OnceLock::new() }
    }
}

impl<V> FromIterator<(String, V)> for MemberMap<V> {
    fn from_iter<T: IntoIterator<Item = (String, V)>>(members: T) -> Self {
        Self::from(Vec::from_iter(members))
    }
}

impl<V> IntoIterator for MemberMap<V> {
    type Item = (String, V);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

impl<'a, V> IntoIterator for &'a MemberMap<V> {
    type Item = &'a (String, V);
    type IntoIter = std::slice::Iter<'a, (String, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_among_many_is_found_and_of_two_the_first_one() {
        for count in [0, 1, FEW, FEW + 1, 500] {
            let mut members: MemberMap<usize> =
                (0..count).map(|key| (format!("k{}", key * 7 % 500), key)).collect();
            members.push(("k0".to_owned(), 9_999));
            for (key, value) in members.clone() {
                let first = members.iter().find(|(name, _)| *name == key).map(|(_, value)| value);
                assert_eq!(members.get(&key), first);
                assert!(first == Some(&value) || key == "k0");
            }
            assert_eq!(members.get("k"), None);
            assert_eq!(members.get("z"), None);
        }
    }

    #[test]
    fn what_is_changed_is_found_as_it_is_now() {
        let mut members: MemberMap<usize> = (0..100).map(|key| (format!("k{key}"), key)).collect();
        assert!(members.get("k40").is_some());
        members.remove(40);
        assert_eq!(members.get("k40"), None);
        members[0].0 = "a".to_owned();
        assert_eq!((members.get("k0"), members.get("a")), (None, Some(&0)));
        members.push(("k0".to_owned(), 7));
        assert_eq!(members.get("k0"), Some(&7));
    }
}
