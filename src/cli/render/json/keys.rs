//! Keys and signatures for programs. No secret ever comes here.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::bundle::trust;
use super::{fields, insert_some};
use crate::cli::render::words;
use crate::workbench::{Fingerprint, KnownKey, MadeKey, Revoked, RevokedFrom, Signed, TrustedKey};

pub(in crate::cli) fn made_key(made: &MadeKey, is_protected: bool) -> Map<String, Value> {
    fields! {
        "secret": words::path_text(&made.secret),
        "public": words::path_text(&made.public),
        "key": made.key.line(),
        "fingerprint": fingerprint(made.key.fingerprint()),
        "protected": is_protected,
    }
}

pub(in crate::cli) fn keys(keys: &[KnownKey]) -> Map<String, Value> {
    fields! { "keys": keys.iter().map(|known| Value::Object(key(known))).collect::<Vec<_>>() }
}

pub(in crate::cli) fn key(known: &KnownKey) -> Map<String, Value> {
    let mut fields = trusted_key(&known.key);
    fields.insert("of_machine".to_owned(), known.is_of_machine.into());
    let revoked = known.revoked.iter().map(|revoked| Value::Object(revoked_key(revoked)));
    fields.insert("revoked".to_owned(), revoked.collect());
    fields
}

pub(in crate::cli) fn trusted_key(trusted: &TrustedKey) -> Map<String, Value> {
    let mut fields = fields! {
        "key": trusted.key.line(),
        "fingerprint": fingerprint(trusted.key.fingerprint()),
        "name": trusted.name,
        "owner": trusted.owner,
        "roles": trusted.roles.iter().map(|role| role.word()).collect::<Vec<_>>(),
        "products": trusted.products,
        "added": trusted.added,
        "how": trusted.how.word(),
    };
    insert_some(&mut fields, "not_before", trusted.not_before.map(|time| time.to_string()));
    insert_some(&mut fields, "not_after", trusted.not_after.map(|time| time.to_string()));
    fields
}

pub(in crate::cli) fn revoked_key(revoked: &Revoked) -> Map<String, Value> {
    let mut fields = fields! { "fingerprint": fingerprint(revoked.key), "reason": revoked.reason };
    match revoked.from {
        RevokedFrom::Always => {}
        RevokedFrom::Sequence(first) => insert_some(&mut fields, "from_sequence", Some(first)),
        RevokedFrom::Time(first) => insert_some(&mut fields, "from_time", Some(first.to_string())),
    }
    fields
}

pub(in crate::cli) fn signed(signed: &Signed, file: &Path) -> Map<String, Value> {
    fields! {
        "path": words::path_text(file),
        "patch": signed.patch.identity.to_string(),
        "covers": signed.covers.to_string(),
        "key": signed.key.to_string(),
        "role": signed.role.word(),
        "trust": trust(&signed.inspection.verdict),
    }
}

pub(in crate::cli) fn comment(comment: &str) -> Map<String, Value> {
    fields! { "comment": comment }
}

fn fingerprint(print: Fingerprint) -> Value {
    json!({ "sha256": print.to_string(), "words": print.words() })
}
