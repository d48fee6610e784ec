//! The keys that somebody decided to trust, the keys that are no longer good, and the rules: this person's, and those
//! of the machine, which win.

mod file;
mod wire;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

pub(crate) use file::KeyStoreError;
pub(super) use wire::{revoked_from, time_of as parse_time};

use super::key::{KeyFingerprint, PublicKey};
use super::policy::{Policy, Rules, SetBy};
use super::statement::SignerRole;
use crate::model::Word;
use crate::plan::{Control, ControlAsk};
use crate::text::confusables::NameMatch;

/// Stands for every product in the scope of a key.
pub(crate) const EVERY_PRODUCT: &str = "*";

/// A key that somebody decided to trust, and for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedKey {
    pub key: PublicKey,
    /// What it is called here. Never comes from a bundle.
    pub name: String,
    /// Whose it is. Two keys of one owner count once.
    pub owner: String,
    /// What it may do.
    pub roles: Vec<SignerRole>,
    /// For which products; [`EVERY_PRODUCT`] for all.
    pub products: Vec<String>,
    /// From when on it counts.
    pub(crate) not_before: Option<Timestamp>,
    /// Until when it counts.
    pub(crate) not_after: Option<Timestamp>,
    /// When it was added, RFC 3339.
    pub added: String,
    /// How it was added.
    pub how: TrustOrigin,
}

/// How a key came to be trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrustOrigin {
    /// Its file was given by hand.
    ByHand,
    /// It was met in a bundle, and compared.
    FirstContact,
    /// A signed list of keys added it.
    List,
}

impl TrustOrigin {
    /// As it is written.
    pub const fn as_str(&self) -> &'static str {
        match self {
            TrustOrigin::ByHand => "by hand",
            TrustOrigin::FirstContact => "first contact",
            TrustOrigin::List => "key list",
        }
    }
}

/// A key that is no longer good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revoked {
    pub key: KeyFingerprint,
    pub from: RevokedFrom,
    /// Why.
    pub reason: String,
}

/// From what on a key is no longer good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevokedFrom {
    /// For everything.
    Always,
    /// For patches from this number on.
    Sequence(u64),
    /// For patches that were made at or after this time. Only as good as the honesty of who holds the key.
    Time(Timestamp),
}

impl Revoked {
    /// Whether a patch is concerned.
    pub fn concerns(&self, sequence: u64, made: Option<Timestamp>) -> bool {
        match self.from {
            RevokedFrom::Always => true,
            RevokedFrom::Sequence(first) => sequence >= first,
            RevokedFrom::Time(first) => made.is_none_or(|made| made >= first),
        }
    }
}

/// The list of keys of a product that was taken in last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListState {
    pub version: u64,
    /// How many of its authors have to sign the next one.
    pub threshold: u32,
}

/// One file of keys and rules.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeyStore {
    /// Keys in the order in which they were added.
    pub keys: Vec<TrustedKey>,
    /// Keys that a later list of their vendor does not name any more, each until then and for the product of that list.
    /// They sign nothing any more; what they signed is still known as their owner's.
    pub(crate) retired: Vec<TrustedKey>,
    /// Keys that are no longer good.
    pub revoked: Vec<Revoked>,
    /// The rules for every product.
    pub rules: Rules,
    /// The rules for single products.
    pub(crate) product_rules: BTreeMap<String, Rules>,
    /// Which product is in which folder.
    pub(crate) folders: BTreeMap<PathBuf, String>,
    /// The lists of keys that were taken in, by product.
    pub lists: BTreeMap<String, ListState>,
    /// What evidence files say of rules of frameworks.
    pub(crate) controls: Vec<Control>,
}

/// Where keys and rules are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyPlaces {
    /// This person's file. `None`: nothing is trusted, and nothing can be added.
    pub person: Option<PathBuf>,
    /// The machine's file, which is only read.
    pub machine: Option<PathBuf>,
}

/// What is trusted here: both files together.
#[derive(Debug, Clone, Default)]
pub struct Keyring {
    /// This person's.
    pub person: KeyStore,
    /// The machine's.
    pub machine: KeyStore,
}

impl Keyring {
    /// Reads both files; a file that is not there is empty.
    ///
    /// # Errors
    /// [`KeyStoreError`] names the file, and what is wrong with it. Nothing is trusted half.
    pub fn load(places: &KeyPlaces) -> Result<Self, KeyStoreError> {
        let of = |place: &Option<PathBuf>| place.as_deref().map_or(Ok(KeyStore::default()), KeyStore::load);
        Ok(Self { person: of(&places.person)?, machine: of(&places.machine)? })
    }

    /// Every key with whether the machine's file has it; a key that both have counts as the machine's says.
    pub fn keys(&self) -> impl Iterator<Item = &TrustedKey> {
        let of_machine = |key: &&TrustedKey| self.machine.find(&key.key.fingerprint()).is_none();
        self.machine.keys.iter().chain(self.person.keys.iter().filter(of_machine))
    }

    pub fn find(&self, print: &KeyFingerprint) -> Option<&TrustedKey> {
        self.keys().find(|key| key.key.fingerprint() == *print)
    }

    /// The same with the keys that lists for `product` named once: who made what is in a folder already. Never to be asked
    /// about anything that is to come.
    pub(crate) fn with_retired(&self, product: &str) -> Self {
        let mut keyring = self.clone();
        let retired = self.machine.retired.iter().chain(&self.person.retired);
        for key in retired.filter(|key| key.is_for(product)) {
            let print = key.key.fingerprint();
            let counts = |known: &TrustedKey| known.key.fingerprint() == print && known.is_for(product);
            if !self.keys().any(counts) {
                for store in [&mut keyring.machine, &mut keyring.person] {
                    store.keys.retain(|known| known.key.fingerprint() != print);
                }
                keyring.person.keys.push(key.clone());
            }
        }
        keyring
    }

    /// Whether a list for `product` named the key once, and a later one does not.
    pub(crate) fn is_retired(&self, print: &KeyFingerprint, product: &str) -> bool {
        let mut retired = self.machine.retired.iter().chain(&self.person.retired);
        retired.any(|key| key.key.fingerprint() == *print && key.is_for(product))
    }

    /// Why a key is no longer good, if it is not.
    pub(crate) fn revocations(&self, print: KeyFingerprint) -> impl Iterator<Item = &Revoked> {
        let all = self.machine.revoked.iter().chain(&self.person.revoked);
        all.filter(move |revoked| revoked.key == print)
    }

    /// The rules for a product: the machine's before this person's, the product's before those for all, each by itself.
    /// Where a file has rules for several spellings of its name, all of them hold.
    pub fn policy(&self, product: &str) -> Policy {
        self.fold_rules(|policy, store, set_by| {
            let policy = policy.with(&store.rules, set_by);
            let own = store
                .product_rules
                .iter()
                .filter(|(name, _)| NameMatch::between(name, product).reads_the_same());
            let own = own.map(|(_, rules)| policy.clone().with(rules, set_by));
            own.reduce(Policy::stricter).unwrap_or(policy)
        })
    }

    /// The rules for a product that nobody has said anything about.
    pub(crate) fn general_policy(&self) -> Policy {
        self.fold_rules(|policy, store, set_by| policy.with(&store.rules, set_by))
    }

    fn fold_rules(&self, add: impl Fn(Policy, &KeyStore, SetBy) -> Policy) -> Policy {
        let person = add(Policy::default(), &self.person, SetBy::Person);
        add(person, &self.machine, SetBy::Machine)
    }

    /// Whether some products have rules of their own.
    pub(crate) fn tells_products_apart(&self) -> bool {
        !(self.person.product_rules.is_empty() && self.machine.product_rules.is_empty())
    }

    /// The controls of the site, the machine's first, each with what it asks for. One that both files have is the machine's.
    pub(crate) fn controls(&self) -> Vec<(String, Vec<ControlAsk>)> {
        let is_of_machine =
            |one: &&Control| self.machine.controls.iter().any(|known| known.name() == one.name());
        let own = self.person.controls.iter().filter(|one| !is_of_machine(one));
        let asks = |one: &Control| one.asks.iter().filter_map(|word| ControlAsk::parse(word)).collect();
        self.machine.controls.iter().chain(own).map(|one| (one.name(), asks(one))).collect()
    }

    /// Which product somebody said is in which folder, the machine's word first.
    pub(crate) fn folders(&self) -> impl Iterator<Item = (&Path, &str)> {
        let all = self.machine.folders.iter().chain(&self.person.folders);
        all.map(|(folder, product)| (folder.as_path(), product.as_str()))
    }

    /// Whether somebody decided before who makes patches for this product: a key for it alone. Another key is then not
    /// a first contact.
    pub(crate) fn knows_product(&self, product: &str) -> bool {
        let is_for = |key: &TrustedKey| {
            key.products.iter().any(|one| NameMatch::between(one, product).reads_the_same())
        };
        self.keys().any(|key| key.roles.contains(&SignerRole::Author) && is_for(key))
    }
}

impl KeyStore {
    /// Reads the file at `path`; one that is not there is empty.
    ///
    /// # Errors
    /// [`KeyStoreError`].
    pub fn load(path: &Path) -> Result<Self, KeyStoreError> {
        file::load(path)
    }

    /// Changes the file at `path`: reads it, lets `change` work on it, and writes it whole or not at all. Nobody else
    /// changes it meanwhile.
    ///
    /// # Errors
    /// [`KeyStoreError`], or what `change` refuses.
    pub fn change<T, E: From<KeyStoreError>>(
        path: &Path,
        change: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        file::change(path, change)
    }

    pub fn find(&self, print: &KeyFingerprint) -> Option<&TrustedKey> {
        self.keys.iter().find(|key| key.key.fingerprint() == *print)
    }
}

impl TrustedKey {
    /// Whether its texts can stand in a file and in a line.
    ///
    /// # Errors
    /// Says what is wrong.
    pub fn check(&self) -> Result<(), String> {
        wire::name_of("name", &self.name)?;
        wire::name_of("owner", &self.owner)?;
        self.products.iter().try_for_each(|product| wire::name_of("product", product).map(drop))?;
        match self.roles.is_empty() {
            true => Err("the key has no role".to_owned()),
            false => Ok(()),
        }
    }

    pub(crate) fn is_for(&self, product: &str) -> bool {
        self.products.iter().any(|one| one == EVERY_PRODUCT || NameMatch::between(one, product).is_same())
    }
}
