//! Keys and signatures for programs. No secret ever comes here.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::bundle::trust;
use super::{fields, insert_some};
use crate::cli::render::words;
use crate::model::Digest;
use crate::report::review;
use crate::workbench::{
    Fingerprint, KnownKey, MadeKey, Review, Revoked, RevokedFrom, Rotated, Signed, SpokenReview, TrustedKey,
    Verdict, spoken_reviews,
};

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
        "roles": trusted.roles.iter().map(|role| role.as_str()).collect::<Vec<_>>(),
        "products": trusted.products,
        "added": trusted.added,
        "how": trusted.how.as_str(),
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
        "patch": signed.patch.about.identity.to_string(),
        "covers": signed.covers.to_string(),
        "key": signed.key.to_string(),
        "role": signed.role.as_str(),
        "trust": trust(&signed.inspection.verdict),
    }
}

pub(in crate::cli) fn comment(comment: &str) -> Map<String, Value> {
    fields! { "comment": comment }
}

/// What those say who reviewed a patch and whose keys are trusted here.
pub(super) fn reviews(verdict: &Verdict, reviews: &[(Digest, Review)]) -> Vec<Value> {
    let one = |spoken: SpokenReview<'_>| {
        json!({
            "name": spoken.name,
            "sha256": spoken.digest.to_string(),
            "opinion": spoken.review.opinion.as_str(),
            "looked_at": review::looked_at_count(spoken.review),
            "changes": spoken.review.changes.len(),
            "time": spoken.review.time,
            "notes": spoken.review.notes,
        })
    };
    spoken_reviews(verdict, reviews).into_iter().map(one).collect()
}

/// A review that was made, where it was written, and by whom it was signed.
pub(in crate::cli) fn reviewed(
    review: &Review,
    file: &Path,
    written: &[PathBuf],
    signed: Option<&Signed>,
) -> Map<String, Value> {
    let bytes = review.to_bytes();
    let document: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let mut fields = fields! {
        "path": words::path_text(file),
        "review": document,
        "review_sha256": Digest::compute(&bytes).to_string(),
        "written": written.iter().map(|path| words::path_text(path)).collect::<Vec<_>>(),
    };
    if let Some(signed) = signed {
        fields.insert("key".to_owned(), signed.key.to_string().into());
        fields.insert("trust".to_owned(), trust(&signed.inspection.verdict));
    }
    fields
}

pub(in crate::cli) fn rotated(rotated: &Rotated) -> Map<String, Value> {
    let mut fields = fields! { "number": rotated.keys, "signers": rotated.signers };
    if let Some((product, version)) = &rotated.list {
        fields.extend(fields! { "products_of_list": [product], "version": version });
    }
    fields
}

pub(in crate::cli) fn signed_list(place: &Path) -> Map<String, Value> {
    fields! { "public": words::path_text(place) }
}

fn fingerprint(print: Fingerprint) -> Value {
    json!({ "sha256": print.to_string(), "words": print.words() })
}
