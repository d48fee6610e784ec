//! Keys and rules as they stand in a file: TOML, every field known, every value checked.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{KeyStore, ListState, Revoked, RevokedFrom, TrustOrigin, TrustedKey};
use crate::model::Word;
use crate::plan::{Control, ControlAsk};
use crate::text::{CONFLICT_LEFT, conflict_mark, escape_line, hidden_count};
use crate::trust::key::{KeyFingerprint, PublicKey};
use crate::trust::policy::Rules;
use crate::trust::statement::SignerRole;

const FORMAT: &str = "patchwright-trust/1";

/// Longest name of a key, owner or product, in characters: they stand in one line.
const MAX_NAME_CHARS: usize = 120;

const HEADER: &str = "\
# Keys you trust, and rules for patches. Written by `patchwright key`; comments are not kept.
# A file for the whole computer has the same form. It is only read, and it takes precedence.

";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawStore {
    format: String,
    #[serde(default, skip_serializing_if = "is_default")]
    policy: Rules,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    products: BTreeMap<String, Rules>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    lists: BTreeMap<String, RawList>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    folders: BTreeMap<PathBuf, RawFolder>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    controls: Vec<Control>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    keys: Vec<RawKey>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    retired: Vec<RawKey>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    revoked: Vec<RawRevoked>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawList {
    version: u64,
    threshold: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFolder {
    product: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawKey {
    key: String,
    name: String,
    owner: String,
    roles: Vec<SignerRole>,
    products: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    not_before: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    not_after: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    added: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    how: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRevoked {
    fingerprint: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from_sequence: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from_time: Option<String>,
    reason: String,
}

fn is_default(rules: &Rules) -> bool {
    *rules == Rules::default()
}

/// Reads a file's text.
pub(super) fn read(text: &str) -> Result<KeyStore, String> {
    let raw: RawStore = toml::from_str(text).map_err(|error| {
        let (at, said) = match conflict_mark(text) {
            Some(mark) => (mark, CONFLICT_LEFT),
            None => (error.span().unwrap_or_default().start, error.message()),
        };
        let line = text.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
        format!("line {line}: {said}")
    })?;
    if raw.format != FORMAT {
        return Err(format!("its format is {:?} instead of {FORMAT:?}", raw.format));
    }
    let mut seen = BTreeSet::new();
    let keys = raw.keys.into_iter().map(|raw| {
        let key = trusted_key(raw)?;
        if !seen.insert(key.key.fingerprint()) {
            return Err(format!("the key {:?} stands there twice", key.name));
        }
        Ok(key)
    });
    let lists = raw.lists.into_iter().map(|(product, list)| {
        if list.threshold == 0 {
            return Err(format!("the list for {product:?} asks for no signature"));
        }
        Ok((product, ListState { version: list.version, threshold: list.threshold }))
    });
    raw.products.keys().try_for_each(|product| name_of("product", product).map(drop))?;
    Ok(KeyStore {
        keys: keys.collect::<Result<_, _>>()?,
        retired: raw.retired.into_iter().map(trusted_key).collect::<Result<_, _>>()?,
        revoked: raw.revoked.into_iter().map(revoked).collect::<Result<_, _>>()?,
        rules: raw.policy,
        product_rules: raw.products,
        folders: raw.folders.into_iter().map(stated_folder).collect::<Result<_, _>>()?,
        lists: lists.collect::<Result<_, _>>()?,
        controls: controls(raw.controls)?,
    })
}

/// The text of a file.
pub(super) fn write(store: &KeyStore) -> String {
    let raw = RawStore {
        format: FORMAT.to_owned(),
        policy: store.rules.clone(),
        products: store.product_rules.clone(),
        folders: store
            .folders
            .iter()
            .map(|(folder, product)| (folder.clone(), RawFolder { product: product.clone() }))
            .collect(),
        lists: store
            .lists
            .iter()
            .map(|(product, list)| {
                (product.clone(), RawList { version: list.version, threshold: list.threshold })
            })
            .collect(),
        controls: store.controls.clone(),
        keys: store.keys.iter().map(raw_key).collect(),
        retired: store.retired.iter().map(raw_key).collect(),
        revoked: store.revoked.iter().map(raw_revoked).collect(),
    };
    format!("{HEADER}{}", toml::to_string(&raw).expect("every value has a form in TOML"))
}

/// Controls with names that can stand in a line, each once, and asks that there are.
fn controls(raw: Vec<Control>) -> Result<Vec<Control>, String> {
    let mut names = BTreeSet::new();
    for control in &raw {
        let name = control.name();
        name_of("control's framework", &control.framework)?;
        name_of("control", &control.control)?;
        if !names.insert(name.clone()) {
            return Err(format!("the control {name:?} stands there twice"));
        }
        if control.asks.is_empty() {
            return Err(format!("the control {name:?} asks for nothing: {}", ControlAsk::choices()));
        }
        if let Some(word) = control.asks.iter().find(|word| ControlAsk::parse(word).is_none()) {
            return Err(format!(
                "the control {name:?} asks for {word:?}, which is none of {}",
                ControlAsk::choices()
            ));
        }
    }
    Ok(raw)
}

/// What somebody says is in a folder. A path that begins anywhere but at the top would mean another folder every time.
fn stated_folder((folder, raw): (PathBuf, RawFolder)) -> Result<(PathBuf, String), String> {
    match folder.is_absolute() {
        true => Ok((folder, name_of("product", &raw.product)?)),
        false => Err(format!("the folder {folder:?} is not named from the top of the disk on")),
    }
}

fn trusted_key(raw: RawKey) -> Result<TrustedKey, String> {
    let name = name_of("name", &raw.name)?;
    let of_key = |problem: String| format!("key {name:?}: {problem}");
    let key = PublicKey::parse(&raw.key).map_err(|error| of_key(error.to_string()))?;
    if raw.roles.is_empty() {
        return Err(of_key("it has no role".to_owned()));
    }
    if raw.products.is_empty() {
        return Err(of_key("it is for no product; [\"*\"] stands for all".to_owned()));
    }
    let how = match raw.how.as_str() {
        "first contact" => TrustOrigin::FirstContact,
        "key list" => TrustOrigin::List,
        _ => TrustOrigin::ByHand,
    };
    Ok(TrustedKey {
        owner: name_of("owner", &raw.owner).map_err(of_key)?,
        products: raw.products.iter().map(|one| name_of("product", one)).collect::<Result<_, _>>()?,
        not_before: raw.not_before.as_deref().map(time_of).transpose().map_err(of_key)?,
        not_after: raw.not_after.as_deref().map(time_of).transpose().map_err(of_key)?,
        roles: raw.roles,
        added: raw.added,
        key,
        name,
        how,
    })
}

fn raw_key(key: &TrustedKey) -> RawKey {
    RawKey {
        key: key.key.line(),
        name: key.name.clone(),
        owner: key.owner.clone(),
        roles: key.roles.clone(),
        products: key.products.clone(),
        not_before: key.not_before.map(|time| time.to_string()),
        not_after: key.not_after.map(|time| time.to_string()),
        added: key.added.clone(),
        how: key.how.as_str().to_owned(),
    }
}

fn revoked(raw: RawRevoked) -> Result<Revoked, String> {
    let key = KeyFingerprint::parse(&raw.fingerprint)
        .ok_or_else(|| format!("{:?} is no fingerprint", raw.fingerprint))?;
    let from = revoked_from(raw.from_sequence, raw.from_time.as_deref())?;
    Ok(Revoked { key, from, reason: raw.reason })
}

/// From what on a key is no longer good.
pub(in crate::trust) fn revoked_from(
    sequence: Option<u64>,
    time: Option<&str>,
) -> Result<RevokedFrom, String> {
    match (sequence, time) {
        (None, None) => Ok(RevokedFrom::Always),
        (Some(first), None) => Ok(RevokedFrom::Sequence(first)),
        (None, Some(time)) => time_of(time).map(RevokedFrom::Time),
        (Some(_), Some(_)) => Err("a key is revoked from a sequence or from a time, not both".to_owned()),
    }
}

fn raw_revoked(revoked: &Revoked) -> RawRevoked {
    let (from_sequence, from_time) = match revoked.from {
        RevokedFrom::Always => (None, None),
        RevokedFrom::Sequence(first) => (Some(first), None),
        RevokedFrom::Time(first) => (None, Some(first.to_string())),
    };
    let fingerprint = revoked.key.to_string();
    RawRevoked { fingerprint, from_sequence, from_time, reason: revoked.reason.clone() }
}

/// A name that can stand in a line without deceiving anybody.
pub(in crate::trust) fn name_of(what: &str, name: &str) -> Result<String, String> {
    let name = name.trim();
    let is_good = !name.is_empty()
        && name.chars().count() <= MAX_NAME_CHARS
        && hidden_count(name) == 0
        && escape_line(name) == name;
    let shown: String = escape_line(name).chars().take(MAX_NAME_CHARS).collect();
    let problem = || format!("{shown:?} can't be a {what}: it's empty, too long or has invisible characters");
    if is_good { Ok(name.to_owned()) } else { Err(problem()) }
}

pub(in crate::trust) fn time_of(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| format!("{text:?} is no time such as 2027-01-31T00:00:00Z"))
}
