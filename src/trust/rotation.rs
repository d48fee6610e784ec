//! Files that change who is trusted: a vendor's new list of keys, and keys that are taken back. They travel like patches,
//! without a network, with their signatures beside them.
//!
//! A list follows the rule for root keys of The Update Framework (specification 1.0, 5.3): the next version and no other,
//! signed by as many authors of the old list as that asked for, and by as many of the new one as it asks for itself.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Deserialize;

use super::judge::{Attached, signer_of};
use super::key::{KeyFingerprint, PublicKey};
use super::statement::{SignerRole, StatementKind};
use super::store::{
    KeyStore, Keyring, ListState, Revoked, RevokedFrom, TrustOrigin, TrustedKey, parse_time, revoked_from,
};
use crate::text::confusables::NameMatch;
use crate::text::json;

/// Longest file that is read, in bytes: two thousand keys.
pub(crate) const MAX_ROTATION_BYTES: usize = 1 << 20;

/// What a file changes.
#[derive(Debug, Clone)]
pub(crate) enum Rotation {
    /// Who may sign for a product from now on.
    Keys(KeyList),
    /// Which keys are no longer good.
    Revocation(Vec<Revoked>),
}

/// Who may sign for a product.
#[derive(Debug, Clone)]
pub(crate) struct KeyList {
    pub product: String,
    /// Counts up by one.
    pub version: u64,
    /// How many of its authors have to sign the next one.
    pub threshold: u32,
    /// The keys, named as the vendor names them.
    pub keys: Vec<TrustedKey>,
}

/// What a file changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rotated {
    /// Whose signatures counted, by the names of their keys here.
    pub signers: Vec<String>,
    /// The product and version of a list.
    pub list: Option<(String, u64)>,
    /// How many keys the file names.
    pub keys: usize,
}

#[derive(Deserialize)]
struct RotationHead {
    format: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RotationList {
    #[serde(rename = "format")]
    _format: String,
    product: String,
    version: u64,
    #[serde(rename = "issued")]
    _issued: String,
    threshold: u32,
    keys: Vec<RotationKey>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RotationKey {
    key: String,
    name: String,
    owner: String,
    roles: Vec<SignerRole>,
    #[serde(default, deserialize_with = "json::present")]
    not_before: Option<String>,
    #[serde(default, deserialize_with = "json::present")]
    not_after: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRevocation {
    #[serde(rename = "format")]
    _format: String,
    #[serde(rename = "issued")]
    _issued: String,
    revoked: Vec<RotationRevoked>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RotationRevoked {
    fingerprint: String,
    #[serde(default, deserialize_with = "json::present")]
    from_sequence: Option<u64>,
    #[serde(default, deserialize_with = "json::present")]
    from_time: Option<String>,
    reason: String,
}

impl Rotation {
    /// What such a file is signed as.
    ///
    /// # Errors
    /// Says what is wrong.
    pub(crate) fn kind_of(bytes: &[u8]) -> Result<StatementKind, String> {
        json::check(bytes, MAX_ROTATION_BYTES).map_err(|error| error.to_string())?;
        let head: RotationHead = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        let kinds = [StatementKind::KeyList, StatementKind::Revocation];
        let known = kinds.into_iter().find(|kind| kind.format() == head.format);
        known.ok_or_else(|| format!("its format is {:?}, which changes no keys", head.format))
    }

    /// Reads a file.
    ///
    /// # Errors
    /// Says what is wrong.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        match Self::kind_of(bytes)? {
            StatementKind::KeyList => {
                let raw: RotationList =
                    json::from_slice(bytes, MAX_ROTATION_BYTES).map_err(|error| error.to_string())?;
                KeyList::new(raw).map(Self::Keys)
            }
            _ => {
                let raw: RawRevocation =
                    json::from_slice(bytes, MAX_ROTATION_BYTES).map_err(|error| error.to_string())?;
                let revoked = raw.revoked.into_iter().map(|raw| {
                    let key = KeyFingerprint::parse(&raw.fingerprint)
                        .ok_or_else(|| format!("{:?} is no fingerprint", raw.fingerprint))?;
                    let from = revoked_from(raw.from_sequence, raw.from_time.as_deref())?;
                    Ok(Revoked { key, from, reason: raw.reason })
                });
                revoked.collect::<Result<_, String>>().map(Self::Revocation)
            }
        }
    }

    /// Changes `store` as the file says, if enough of those who may say so have signed its exact `bytes`.
    ///
    /// # Errors
    /// Says why not; nothing is changed then.
    pub fn take_in(
        &self,
        bytes: &[u8],
        signatures: &[Attached],
        keyring: &Keyring,
        store: &mut KeyStore,
        now: Timestamp,
    ) -> Result<Rotated, String> {
        match self {
            Self::Keys(list) => list.take_in(bytes, signatures, keyring, store, now),
            Self::Revocation(revoked) => take_back(revoked, bytes, signatures, keyring, store, now),
        }
    }
}

impl KeyList {
    fn new(raw: RotationList) -> Result<Self, String> {
        let product = raw.product;
        let keys = raw.keys.into_iter().map(|raw| {
            let key = TrustedKey {
                key: PublicKey::parse(&raw.key).map_err(|error| format!("key {:?}: {error}", raw.name))?,
                name: raw.name,
                owner: raw.owner,
                roles: raw.roles,
                products: vec![product.clone()],
                not_before: raw.not_before.as_deref().map(parse_time).transpose()?,
                not_after: raw.not_after.as_deref().map(parse_time).transpose()?,
                added: String::new(),
                how: TrustOrigin::List,
            };
            match key.roles.contains(&SignerRole::Approver) {
                true => Err("it makes somebody an approver of rollouts, which no vendor decides".to_owned()),
                false => key.check().map(|()| key),
            }
        });
        let keys: Vec<TrustedKey> = keys.collect::<Result<_, String>>()?;
        let list = Self { product, version: raw.version, threshold: raw.threshold, keys };
        let authors: BTreeSet<&str> = authors(&list.keys).map(|key| key.owner.as_str()).collect();
        let mut prints = BTreeSet::new();
        let names: BTreeSet<&str> = list.keys.iter().map(|key| key.name.as_str()).collect();
        if list.threshold == 0 || (authors.len() as u64) < u64::from(list.threshold) {
            return Err(format!("it asks for {} of {} authors", list.threshold, authors.len()));
        }
        if names.len() < list.keys.len() || !list.keys.iter().all(|key| prints.insert(key.key.fingerprint()))
        {
            return Err("it names a key twice".to_owned());
        }
        Ok(list)
    }

    fn take_in(
        &self,
        bytes: &[u8],
        signatures: &[Attached],
        keyring: &Keyring,
        store: &mut KeyStore,
        now: Timestamp,
    ) -> Result<Rotated, String> {
        let product = &self.product;
        let known = store.lists.iter().find(|(name, _)| self.is_for(name)).map(|(_, known)| *known);
        if let Some(known) = known.filter(|known| known.version.checked_add(1) != Some(self.version)) {
            return Err(format!("it is version {}, and the last one was {}", self.version, known.version));
        }
        let old: Vec<&TrustedKey> = authors(keyring.keys())
            .filter(|key| key.products.iter().any(|name| self.is_for(name)) && is_good(key, keyring, now))
            .collect();
        let old_threshold =
            known.map_or_else(|| keyring.policy(product).needs.authors.max(1), |known| known.threshold);
        let by_old = owners(bytes, signatures, StatementKind::KeyList, old.iter().copied());
        if (by_old.len() as u64) < u64::from(old_threshold) {
            let has = by_old.len();
            return Err(format!(
                "signed by {has} of the {old_threshold} required keys that you trust for {product}"
            ));
        }
        let by_new = owners(bytes, signatures, StatementKind::KeyList, authors(&self.keys));
        if (by_new.len() as u64) < u64::from(self.threshold) {
            return Err(format!(
                "signed by {} of the {} required keys in the list itself",
                by_new.len(),
                self.threshold
            ));
        }
        self.replace_keys(store, now);
        let state = ListState { version: self.version, threshold: self.threshold };
        store.lists.retain(|name, _| !self.is_for(name));
        store.lists.insert(product.clone(), state);
        let signers = by_old.into_iter().collect();
        Ok(Rotated { signers, list: Some((product.clone(), self.version)), keys: self.keys.len() })
    }

    /// Whether `name` is its product's.
    fn is_for(&self, name: &str) -> bool {
        NameMatch::between(name, &self.product).is_same()
    }

    /// The list is the whole truth about who makes patches, ships scripts and takes back keys for its product. Reviewers and
    /// approvers who were trusted here stay, and so does what any key may do for other products. Whose the others were stays known.
    fn replace_keys(&self, store: &mut KeyStore, now: Timestamp) {
        let is_listed = |key: &TrustedKey| {
            self.keys.iter().any(|listed| listed.key.fingerprint() == key.key.fingerprint())
        };
        store.retired.retain(|key| !(is_listed(key) && key.products.iter().all(|name| self.is_for(name))));
        for key in &mut store.keys {
            let is_dropped = !is_listed(key) && key.products.iter().any(|name| self.is_for(name));
            if is_dropped && key.roles.contains(&SignerRole::Author) {
                let not_after = Some(key.not_after.map_or(now, |last| last.min(now)));
                store.retired.push(TrustedKey {
                    products: vec![self.product.clone()],
                    not_after,
                    ..key.clone()
                });
            }
            let is_own = |role: &SignerRole| matches!(role, SignerRole::Reviewer | SignerRole::Approver);
            let stays = key.roles.contains(&SignerRole::Approver) || !is_listed(key);
            if !(stays && key.roles.iter().all(is_own)) {
                key.products.retain(|name| !self.is_for(name));
            }
        }
        store.keys.retain(|key| !key.products.is_empty());
        for listed in &self.keys {
            let mut key = TrustedKey { added: now.to_string(), ..listed.clone() };
            match store.keys.iter_mut().find(|known| known.key == key.key) {
                // A key for other products keeps what it may do there, and gets no more than that here.
                // What approves rollouts here does so for the products that somebody here said.
                Some(known) if known.roles.contains(&SignerRole::Approver) => {}
                Some(known) => known.products.push(self.product.clone()),
                None => {
                    let wished = key.name.clone();
                    let mut number = 1;
                    while store.keys.iter().any(|known| known.name == key.name) {
                        number += 1;
                        key.name = format!("{wished} {number}");
                    }
                    store.keys.push(key);
                }
            }
        }
    }
}

fn take_back(
    revoked: &[Revoked],
    bytes: &[u8],
    signatures: &[Attached],
    keyring: &Keyring,
    store: &mut KeyStore,
    now: Timestamp,
) -> Result<Rotated, String> {
    let is_revoker =
        |key: &&TrustedKey| key.roles.contains(&SignerRole::Revoker) && is_good(key, keyring, now);
    let signers: Vec<&TrustedKey> = keyring
        .keys()
        .filter(is_revoker)
        .filter(|key| !owners(bytes, signatures, StatementKind::Revocation, [*key]).is_empty())
        .collect();
    if signers.is_empty() {
        return Err("it isn't signed by anyone you trust to revoke keys".to_owned());
    }
    for one in revoked {
        let Some(known) = keyring.find(&one.key) else { continue };
        let may = |signer: &&TrustedKey| known.products.iter().all(|product| signer.is_for(product));
        if !signers.iter().any(may) {
            return Err(format!("{} is for products you don't trust its signer for", known.name));
        }
    }
    for one in revoked {
        store.revoked.retain(|known| known.key != one.key || known.from != one.from);
        store.revoked.push(one.clone());
    }
    let signers = signers.iter().map(|key| key.name.clone()).collect();
    Ok(Rotated { signers, list: None, keys: revoked.len() })
}

fn authors<'a>(keys: impl IntoIterator<Item = &'a TrustedKey>) -> impl Iterator<Item = &'a TrustedKey> {
    keys.into_iter().filter(|key| key.roles.contains(&SignerRole::Author))
}

pub(super) fn is_good(key: &TrustedKey, keyring: &Keyring, now: Timestamp) -> bool {
    let is_in_time =
        key.not_before.is_none_or(|first| now >= first) && key.not_after.is_none_or(|last| now <= last);
    let mut revocations = keyring.revocations(key.key.fingerprint());
    is_in_time && !revocations.any(|revoked| revoked.from == RevokedFrom::Always)
}

/// The owners of those of `keys` by which the exact bytes are signed.
fn owners<'a>(
    bytes: &[u8],
    signatures: &[Attached],
    kind: StatementKind,
    keys: impl IntoIterator<Item = &'a TrustedKey>,
) -> BTreeSet<String> {
    let keys: Vec<&TrustedKey> = keys.into_iter().collect();
    let public: Vec<PublicKey> = keys.iter().map(|key| key.key.clone()).collect();
    let by: BTreeSet<KeyFingerprint> =
        signatures.iter().filter_map(|signature| signer_of(signature, bytes, kind, &public)).collect();
    keys.iter().filter(|key| by.contains(&key.key.fingerprint())).map(|key| key.owner.clone()).collect()
}
