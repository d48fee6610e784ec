//! Rules and keys for products that nothing is called: somebody misspelled a name, or took `*` for any part of one.

use std::collections::BTreeSet;

use super::policy::Rules;
use super::store::{EVERY_PRODUCT, Keyring};
use crate::text::confusables::NameMatch;

/// How many letters may differ between a name and the one that was meant.
const MAX_DIFFERENT: usize = 2;
/// Shorter names are easily near to each other.
const MIN_LETTERS: usize = 5;

/// A name under which nothing can ever be found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Misnamed {
    name: String,
    about: UnderName,
    /// The product that may be meant; `None`: all, or all whose names are like it.
    meant: Option<String>,
}

/// What is under the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum UnderName {
    Rules,
    Key,
}

impl Misnamed {
    /// What is wrong, and what to write instead. The name is as somebody wrote it.
    pub(crate) fn sentence(&self) -> String {
        let name = &self.name;
        match (&self.meant, self.about) {
            (Some(meant), _) => {
                format!(
                    "no product is called {name:?}, so the rules for it count nowhere; is {meant:?} meant?"
                )
            }
            (None, UnderName::Rules) => {
                format!(
                    "no product is called {name:?}, so the rules for it count nowhere; write those for all under [policy]"
                )
            }
            (None, UnderName::Key) => {
                format!(
                    "no product is called {name:?}, so a key for it isn't used; \"*\" alone stands for all"
                )
            }
        }
    }
}

impl Keyring {
    /// The names that nothing can be found under, beside the products of keys, folders and key lists, and `others`.
    pub(crate) fn misnamed(&self, others: &[&str]) -> Vec<Misnamed> {
        let known = self.known_products(others);
        let stores = [&self.machine, &self.person];
        let rules = stores.iter().flat_map(|store| store.product_rules.keys());
        let rules = rules.filter_map(|name| {
            let meant = match name.contains(EVERY_PRODUCT) {
                true => None,
                false => Some(meant(name, &known)?),
            };
            Some(Misnamed { name: name.clone(), about: UnderName::Rules, meant })
        });
        let products = stores.iter().flat_map(|store| &store.keys).flat_map(|key| &key.products);
        let is_odd = |name: &&String| *name != EVERY_PRODUCT && name.contains(EVERY_PRODUCT);
        let keys = products.filter(is_odd);
        let keys = keys.map(|name| Misnamed { name: name.clone(), about: UnderName::Key, meant: None });
        rules.chain(keys).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Whose rules count for `product`, where there are any: all products', and those under its own name.
    pub(crate) fn rules_for(&self, product: &str) -> Vec<String> {
        let stores = [&self.machine, &self.person];
        let is_general = stores.iter().any(|store| store.rules != Rules::default());
        let own = stores.iter().flat_map(|store| store.product_rules.keys());
        let own: BTreeSet<&String> =
            own.filter(|name| NameMatch::between(name, product).reads_the_same()).collect();
        let general = is_general.then(|| EVERY_PRODUCT.to_owned());
        general.into_iter().chain(own.into_iter().cloned()).collect()
    }

    fn known_products<'a>(&'a self, others: &[&'a str]) -> BTreeSet<&'a str> {
        let stores = [&self.machine, &self.person];
        let keys = stores.iter().flat_map(|store| &store.keys).flat_map(|key| &key.products);
        let lists = stores.iter().flat_map(|store| store.lists.keys());
        let folders = stores.iter().flat_map(|store| store.folders.values());
        let named = keys.chain(lists).chain(folders).map(String::as_str);
        named.chain(others.iter().copied()).filter(|name| !name.contains(EVERY_PRODUCT)).collect()
    }
}

/// The one of `known` that somebody who wrote `name` may have meant; `None`: it is one of them, or like none.
fn meant(name: &str, known: &BTreeSet<&str>) -> Option<String> {
    if known.iter().any(|product| NameMatch::between(name, product).reads_the_same()) {
        return None;
    }
    let near = known.iter().filter_map(|product| {
        let letters = |text: &str| text.to_lowercase().chars().collect::<Vec<char>>();
        let (one, other) = (letters(name), letters(product));
        let is_long = one.len().min(other.len()) >= MIN_LETTERS;
        let different = different_letters(&one, &other);
        (is_long && different <= MAX_DIFFERENT).then_some((different, *product))
    });
    near.min().map(|(_, product)| product.to_owned())
}

/// How many letters have to be added, left out or replaced to make one of the other.
fn different_letters(one: &[char], other: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, letter) in one.iter().enumerate() {
        let mut corner = std::mem::replace(&mut row[0], index + 1);
        for (place, against) in other.iter().enumerate() {
            let replaced = corner + usize::from(letter != against);
            corner = row[place + 1];
            row[place + 1] = replaced.min(corner + 1).min(row[place] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trust::KeyStore;

    fn keyring(rules: &[&str], folders: &[&str]) -> Keyring {
        let machine = KeyStore {
            product_rules: rules.iter().map(|name| ((*name).to_owned(), Default::default())).collect(),
            folders: folders.iter().map(|name| (format!("/{name}").into(), (*name).to_owned())).collect(),
            ..KeyStore::default()
        };
        Keyring { machine, person: KeyStore::default() }
    }

    #[test]
    fn a_name_that_nothing_is_called_is_told_with_the_one_that_may_be_meant() {
        let told = |rules: &[&str]| -> Vec<String> {
            let keyring = keyring(rules, &["Widget Server"]);
            keyring.misnamed(&["Lighthouse"]).iter().map(Misnamed::sentence).collect()
        };
        assert_eq!(
            told(&["Lighthose", "Widgetserver", "*"]),
            [
                "no product is called \"*\", so the rules for it count nowhere; write those for all under [policy]",
                "no product is called \"Lighthose\", so the rules for it count nowhere; is \"Lighthouse\" meant?",
                "no product is called \"Widgetserver\", so the rules for it count nowhere; is \"Widget Server\" meant?",
            ]
        );
        // What is called so, and what is only another product.
        assert_eq!(
            told(&["Lighthouse", "lighthouse", "Widget Server", "Harbour", "Light"]),
            Vec::<String>::new()
        );
    }

    #[test]
    fn letters_are_counted() {
        let different = |one: &str, other: &str| {
            different_letters(&one.chars().collect::<Vec<_>>(), &other.chars().collect::<Vec<_>>())
        };
        assert_eq!(different("", "abc"), 3);
        assert_eq!(different("kitten", "sitting"), 3);
        assert_eq!(different("same", "same"), 0);
        assert_eq!(different("ab", "ba"), 2);
    }
}
