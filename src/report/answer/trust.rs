//! Answers about keys and signatures, and who vouches for a patch. No secret ever comes here.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{PatchName, all, answers, some};
use crate::model::Digest;
use crate::report::phrases::path_text;
use crate::report::review::looked_at_count;
use crate::trust::ReviewNote;
use crate::workbench::{
    self, Doubt, KnownKey, PublicKey, Review, Revoked, RevokedFrom, Rotated, Signatory, Signed, SignerRole,
    SpokenReview, TrustedKey, Verdict, spoken_reviews,
};

answers! {
    /// Who signed a patch.
    Trust(verdict: &Verdict) {
        verdict: String = verdict.standing.as_str().to_owned(),
        sentence: String = verdict.sentence(),
        signers: Vec<Signer> = all(&verdict.vouchers, Signer::new),
        doubts: Vec<String> = all(&verdict.doubts, Doubt::sentence),
        needs: Needs = Needs::new(verdict.needs.authors, verdict.needs.reviewers),
        policy: String = verdict.policy.set_by.as_str().to_owned(),
        new_keys: Vec<String> = all(&verdict.unknown_keys, |unknown| unknown.key.fingerprint().to_string()),
    }

    Signer(voucher: &Signatory) {
        key: String = voucher.key.to_string(),
        name: String = voucher.name.clone(),
        role: SignerRole = voucher.role,
        time: Option<String> = voucher.time.clone(),
        review: Option<String> = voucher.review.map(|digest| digest.to_string()),
    }

    Needs(authors: u32, reviewers: u32) {
        author: u32 = authors,
        reviewer: u32 = reviewers,
    }

    /// What somebody says who reviewed a patch and whose key is trusted here.
    Opinion(spoken: SpokenReview<'_>) {
        name: String = spoken.name.to_owned(),
        sha256: String = spoken.digest.to_string(),
        opinion: workbench::Opinion = spoken.review.opinion,
        looked_at: usize = looked_at_count(spoken.review),
        changes: usize = spoken.review.changes.len(),
        time: String = spoken.review.time.clone(),
        notes: Vec<ReviewNote> = spoken.review.notes.clone(),
    }

    /// A review that was made, where it was written, and by whom it was signed.
    Reviewed(review: &[u8], file: &Path, written: &[PathBuf], signed: Option<&Signed>) {
        path: String = path_text(file),
        review: Value = serde_json::from_slice(review).unwrap_or_default(),
        review_sha256: String = Digest::compute(review).to_string(),
        written: Vec<String> = all(written, |path| path_text(path)),
        [key]: String = signed.map(|signed| signed.key.to_string()),
        [trust]: Trust = signed.map(|signed| Trust::new(&signed.inspection.verdict)),
    }

    Sign(signed: &Signed, file: &Path) {
        path: String = path_text(file),
        patch: PatchName = PatchName::new(&signed.patch),
        covers: String = signed.covers.to_string(),
        key: String = signed.key.to_string(),
        role: SignerRole = signed.role,
        trust: Trust = Trust::new(&signed.inspection.verdict),
    }

    Comment(comment: &str) {
        comment: String = comment.to_owned(),
    }

    MadeKey(made: &workbench::MadeKey, protected: bool) {
        secret: String = path_text(&made.secret),
        public: String = path_text(&made.public),
        ..key: KeyName = KeyName::new(&made.key),
        protected: bool = protected,
    }

    KeyName(key: &PublicKey) {
        key: String = key.line(),
        fingerprint: Fingerprint = Fingerprint::new(key.fingerprint()),
    }

    Fingerprint(print: workbench::KeyFingerprint) {
        sha256: String = print.to_string(),
        words: String = print.words(),
    }

    /// A key that is trusted for something.
    KeyInfo(trusted: &TrustedKey) {
        ..key: KeyName = KeyName::new(&trusted.key),
        name: String = trusted.name.clone(),
        owner: String = trusted.owner.clone(),
        roles: Vec<SignerRole> = trusted.roles.clone(),
        products: Vec<String> = trusted.products.clone(),
        added: String = trusted.added.clone(),
        how: String = trusted.how.as_str().to_owned(),
        [not_before]: String = trusted.not_before.map(|time| time.to_string()),
        [not_after]: String = trusted.not_after.map(|time| time.to_string()),
    }

    Key(known: &KnownKey) {
        ..key: KeyInfo = KeyInfo::new(&known.key),
        of_machine: bool = known.is_of_machine,
        revoked: Vec<RevokedKey> = all(&known.revoked, RevokedKey::new),
    }

    Keys(keys: &[KnownKey], notes: Vec<String>) {
        keys: Vec<Key> = all(keys, Key::new),
        [notes]: Vec<String> = some(notes),
    }

    RevokedKey(revoked: &Revoked) {
        fingerprint: Fingerprint = Fingerprint::new(revoked.key),
        reason: String = revoked.reason.clone(),
        [from_sequence]: u64 = if let RevokedFrom::Sequence(first) = revoked.from { Some(first) } else { None },
        [from_time]: String = if let RevokedFrom::Time(first) = revoked.from { Some(first.to_string()) } else { None },
    }

    /// A list of keys that was taken in.
    Rotation(rotated: &Rotated) {
        number: usize = rotated.keys,
        signers: Vec<String> = rotated.signers.clone(),
        [products_of_list]: Vec<String> = rotated.list.as_ref().map(|(product, _)| vec![product.clone()]),
        [version]: u64 = rotated.list.as_ref().map(|(_, version)| *version),
    }

    SignedList(place: &Path) {
        public: String = path_text(place),
    }
}

impl Opinion {
    /// What all of them say.
    pub fn all(verdict: &Verdict, reviews: &[(Digest, Review)]) -> Vec<Self> {
        spoken_reviews(verdict, reviews).into_iter().map(Self::new).collect()
    }
}
