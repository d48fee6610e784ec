//! Decides who vouches for a patch: the one place where signatures become trust.
//!
//! Signatures are checked over the exact bytes first; only then is asked whose key it is, and whether that key counts
//! here. People count, not keys: every owner once, for one role (NIST SP 800-53 AC-5, separation of duties). What does
//! not count never takes away from what does, so that adding a worthless signature spoils nothing.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::key::{KeyFingerprint, KeyForm, PublicKey, SignatureScheme};
use super::minisign::MinisignSignature;
use super::review::{Opinion, Review};
use super::sshsig::SshSignature;
use super::statement::{SequencePlace, SignerRole, Statement, StatementKind};
use super::store::{Keyring, TrustedKey};
use super::verdict::{Doubt, Reason, Signatory, Standing, UnknownKey, Verdict};
use crate::model::{Approvals, Digest};

/// What is to be signed.
#[derive(Debug, Clone)]
pub struct SignatureSubject<'a> {
    /// The exact bytes of the manifest.
    pub manifest: &'a [u8],
    /// Where it says it stands.
    pub place: SequencePlace,
    /// When it says it was made.
    pub created: Option<Timestamp>,
    /// How many signers it wants.
    pub asks: Approvals,
    /// The product in the folder that it is to come to, where that is known: its rules count then, whatever the patch
    /// says it is for.
    pub folder: Option<String>,
}

impl SignatureSubject<'_> {
    /// The product whose rules count.
    fn product(&self) -> &str {
        self.folder.as_deref().unwrap_or(&self.place.product)
    }
}

/// A signature as it lies in a bundle or beside a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attached {
    /// Its format.
    pub(crate) scheme: SignatureScheme,
    /// Its exact bytes.
    pub bytes: Vec<u8>,
}

/// A review with its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachedReview {
    /// The exact bytes of the review.
    pub report: Vec<u8>,
    /// The signature over them.
    pub signature: Attached,
}

/// A valid signature by a key that counts here, before people are counted.
struct Valid<'a> {
    key: &'a TrustedKey,
    /// What it may count as.
    roles: BTreeSet<SignerRole>,
    time: Option<String>,
    review: Option<Digest>,
}

/// Who signed `claim`.
pub fn judge(
    claim: &SignatureSubject<'_>,
    signatures: &[Attached],
    reviews: &[AttachedReview],
    keyring: &Keyring,
    now: Timestamp,
) -> Verdict {
    let mut evaluation =
        Evaluation { claim, keyring, now, valid: Vec::new(), doubts: Vec::new(), unknown_keys: Vec::new() };
    for signature in signatures {
        evaluation.add(signature, StatementKind::Bundle, claim.manifest, None);
    }
    for review in reviews {
        evaluation.add_review(review);
    }
    evaluation.close()
}

/// The fingerprint of [`key_of`].
pub(crate) fn signer_of(
    signature: &Attached,
    content: &[u8],
    kind: StatementKind,
    known: &[PublicKey],
) -> Option<KeyFingerprint> {
    key_of(signature, content, kind, known).map(|key| key.fingerprint())
}

/// By which key a signature over `content` is, if it is valid: one of `known`, or the one that it names itself.
pub(crate) fn key_of(
    signature: &Attached,
    content: &[u8],
    kind: StatementKind,
    known: &[PublicKey],
) -> Option<PublicKey> {
    match signature.scheme {
        SignatureScheme::Ssh => {
            let signature = SshSignature::parse(&signature.bytes).ok()?;
            signature.covers(content, kind).ok()?;
            Some(signature.key)
        }
        SignatureScheme::Minisign => {
            let signature = MinisignSignature::parse(&signature.bytes).ok()?;
            Statement::parse(kind, &signature.comment)?;
            let mut keys = known.iter().chain(&signature.named_key);
            keys.find(|key| signature.covers(content, key)).cloned()
        }
    }
}

/// What was heard so far.
struct Evaluation<'a> {
    claim: &'a SignatureSubject<'a>,
    keyring: &'a Keyring,
    now: Timestamp,
    valid: Vec<Valid<'a>>,
    doubts: Vec<Doubt>,
    unknown_keys: Vec<UnknownKey>,
}

/// Each doubt once: one key that signed in two roles is one that nobody knows.
fn each_once(doubts: Vec<Doubt>) -> Vec<Doubt> {
    let mut once: Vec<Doubt> = Vec::new();
    for doubt in doubts {
        if !once.contains(&doubt) {
            once.push(doubt);
        }
    }
    once
}

impl<'a> Evaluation<'a> {
    fn add_review(&mut self, attached: &AttachedReview) {
        let review = match Review::parse(&attached.report) {
            Ok(review) => review,
            Err(problem) => return self.doubt(None, Reason::Unreadable(format!("a review: {problem}"))),
        };
        match review.manifest == Digest::compute(self.claim.manifest) {
            true => {
                self.add(&attached.signature, StatementKind::Review, &attached.report, Some(review.opinion));
            }
            false => self.doubt(None, Reason::OfAnotherPatch),
        }
    }

    /// Reads a signature over `content` and finds out whose it is.
    fn add(&mut self, attached: &Attached, kind: StatementKind, content: &[u8], opinion: Option<Opinion>) {
        let heard = match attached.scheme {
            SignatureScheme::Minisign => self.add_minisign(&attached.bytes, kind, content),
            SignatureScheme::Ssh => self.add_ssh(&attached.bytes, kind, content),
        };
        let (key, statement) = match heard {
            Ok(heard) => heard,
            Err(doubt) => return self.doubts.push(doubt),
        };
        match self.roles_of(key, kind, statement.as_ref()) {
            Err(reason) => self.doubt(Some(key), reason),
            Ok(_) if opinion == Some(Opinion::Rejected) => self.reject(key, Reason::Rejects, content),
            Ok(_) if opinion == Some(Opinion::Commented) => self.reject(key, Reason::OnlyComments, content),
            Ok(roles) => {
                let review = opinion.map(|_| Digest::compute(content));
                self.valid.push(Valid { key, roles, time: statement.map(|said| said.time), review });
            }
        }
    }

    fn add_minisign(
        &mut self,
        bytes: &[u8],
        kind: StatementKind,
        content: &[u8],
    ) -> Result<(&'a TrustedKey, Option<Statement>), Doubt> {
        let signature = MinisignSignature::parse(bytes)
            .map_err(|problem| Doubt::new(None, Reason::Unreadable(problem.to_owned())))?;
        let keyring = self.keyring;
        // Several keys can have the same number: the number proves nothing, the signature does.
        let has_id = |key: &&TrustedKey| *key.key.form() == KeyForm::Minisign(signature.key_id);
        let known: Vec<&TrustedKey> = keyring.keys().filter(has_id).collect();
        let Some(key) = known.iter().find(|key| signature.covers(content, &key.key)) else {
            let named = signature.named_key.clone().filter(|key| keyring.find(&key.fingerprint()).is_none());
            return Err(match (named, known.first()) {
                (Some(key), _) if signature.covers(content, &key) => {
                    let said = Statement::parse(kind, &signature.comment);
                    self.newcomer(key, kind, said.as_ref())
                }
                (_, Some(known)) => Doubt::new(Some(known), Reason::Invalid("it doesn't match this file")),
                (..) => Doubt::new(None, Reason::UnknownNumber(signature.key_id)),
            });
        };
        let statement = Statement::parse(kind, &signature.comment);
        let is_about_this =
            statement.as_ref().is_some_and(|said| said.place.as_ref() == Some(&self.claim.place));
        match is_about_this {
            true => Ok((key, statement)),
            false => Err(Doubt::new(Some(key), Reason::OtherComment)),
        }
    }

    fn add_ssh(
        &mut self,
        bytes: &[u8],
        kind: StatementKind,
        content: &[u8],
    ) -> Result<(&'a TrustedKey, Option<Statement>), Doubt> {
        let signature =
            SshSignature::parse(bytes).map_err(|problem| Doubt::new(None, Reason::Unreadable(problem)))?;
        let fits = signature.covers(content, kind);
        match (self.keyring.find(&signature.key.fingerprint()), fits) {
            (Some(key), Ok(())) => Ok((key, None)),
            (Some(key), Err(problem)) => Err(Doubt::new(Some(key), Reason::Invalid(problem))),
            (None, Ok(())) => Err(self.newcomer(signature.key, kind, None)),
            (None, Err(_)) => Err(Doubt::new(None, Reason::UnknownKey(signature.key.fingerprint()))),
        }
    }

    /// A key that nobody here knows, whose signature is valid.
    fn newcomer(&mut self, key: PublicKey, kind: StatementKind, statement: Option<&Statement>) -> Doubt {
        let print = key.fingerprint();
        if self.unknown_keys.iter().all(|unknown| unknown.key != key) {
            let role = match (kind, statement) {
                (StatementKind::Review, _) => SignerRole::Reviewer,
                (_, Some(said)) => said.role,
                (_, None) => SignerRole::Author,
            };
            self.unknown_keys.push(UnknownKey { key, role });
        }
        Doubt::new(None, Reason::UnknownKey(print))
    }

    /// What a key may count as for this patch.
    fn roles_of(
        &self,
        key: &TrustedKey,
        kind: StatementKind,
        statement: Option<&Statement>,
    ) -> Result<BTreeSet<SignerRole>, Reason> {
        let claim = self.claim;
        let signed: Option<Timestamp> = statement.and_then(|said| said.time.parse().ok());
        let made = signed.or(claim.created);
        let revocations = self.keyring.revocations(key.key.fingerprint());
        if let Some(revoked) = revocations.into_iter().find(|one| one.concerns(claim.place.sequence, made)) {
            return Err(Reason::Revoked(revoked.reason.clone()));
        }
        if !key.is_for(claim.product()) {
            return Err(Reason::OtherProduct);
        }
        // When it is now, and when it was signed: neither an old key nor an old signature comes back to life.
        for moment in [Some(self.now), signed].into_iter().flatten() {
            if key.not_before.is_some_and(|first| moment < first) {
                return Err(Reason::NotYet);
            }
            if key.not_after.is_some_and(|last| moment > last) {
                return Err(Reason::Expired);
            }
        }
        let asked = match (kind, statement) {
            (StatementKind::Review, _) => vec![SignerRole::Reviewer],
            (_, Some(said)) => vec![said.role],
            (_, None) => vec![SignerRole::Author, SignerRole::Reviewer],
        };
        let counts = |role: &SignerRole| {
            matches!(role, SignerRole::Author | SignerRole::Reviewer) && key.roles.contains(role)
        };
        let roles: BTreeSet<SignerRole> = asked.iter().copied().filter(counts).collect();
        if roles.is_empty() { Err(Reason::NoRole(asked)) } else { Ok(roles) }
    }

    /// Somebody who counts looked at it, and did not approve it in `review`.
    fn reject(&mut self, key: &TrustedKey, reason: Reason, review: &[u8]) {
        self.doubts.push(Doubt { review: Some(Digest::compute(review)), ..Doubt::new(Some(key), reason) });
    }

    fn doubt(&mut self, key: Option<&TrustedKey>, reason: Reason) {
        self.doubts.push(Doubt::new(key, reason));
    }

    /// Counts people and says what that means.
    fn close(mut self) -> Verdict {
        let product = self.claim.product();
        let policy = self.keyring.policy(product);
        let needs = policy.needs.or_more(self.claim.asks);
        let may_ship_scripts = self.valid.iter().any(|one| one.key.roles.contains(&SignerRole::Script));
        let vouchers = self.count(needs);
        let has = |role| vouchers.iter().filter(|one| one.role == role).count() as u64;
        let is_enough = has(SignerRole::Author) >= needs.authors.into()
            && has(SignerRole::Reviewer) >= needs.reviewers.into();
        let is_rejected = self.doubts.iter().any(|doubt| doubt.reason == Reason::Rejects);
        let is_forged = self.doubts.iter().any(|doubt| matches!(doubt.reason, Reason::Invalid(_)));
        let standing = match (is_enough && !is_rejected, is_forged) {
            // Where nobody has to vouch, a patch that nobody signed is still not called trusted.
            (true, _) if !vouchers.is_empty() => Standing::Trusted,
            (_, true) => Standing::Broken,
            _ if vouchers.is_empty() && !is_rejected => Standing::Untrusted,
            _ => Standing::NotEnough,
        };
        // Nobody vouches that the rules of this product are the right ones.
        let policy = match standing == Standing::Trusted || self.claim.folder.is_some() {
            true => policy,
            false => policy.stricter(self.keyring.general_policy()),
        };
        let is_key_change = standing == Standing::Untrusted
            && !self.unknown_keys.is_empty()
            && self.keyring.knows_product(product);
        Verdict {
            may_ship_scripts: may_ship_scripts && standing == Standing::Trusted,
            standing,
            vouchers,
            doubts: each_once(self.doubts),
            needs,
            asked: self.claim.asks,
            policy,
            unknown_keys: self.unknown_keys,
            product: Some(product.to_owned()),
            is_key_change,
        }
    }

    /// Every owner once, as what is needed most.
    fn count(&mut self, needs: Approvals) -> Vec<Signatory> {
        let mut owners: BTreeMap<&str, Vec<Valid<'a>>> = BTreeMap::new();
        let mut seen: BTreeSet<(KeyFingerprint, Vec<SignerRole>)> = BTreeSet::new();
        for one in std::mem::take(&mut self.valid) {
            let is_new = seen.insert((one.key.key.fingerprint(), one.roles.iter().copied().collect()));
            let held = owners.entry(one.key.owner.as_str()).or_default();
            match (is_new, held.iter().any(|other| other.roles == one.roles)) {
                (true, false) => {}
                (true, true) => self.doubts.push(Doubt::new(Some(one.key), Reason::SameOwner)),
                (false, _) => self.doubts.push(Doubt::new(Some(one.key), Reason::SameKey)),
            }
            held.push(one);
        }
        let roles_of =
            |held: &[Valid<'_>]| held.iter().flat_map(|one| one.roles.clone()).collect::<BTreeSet<_>>();
        let only =
            |role| owners.values().filter(|held| roles_of(held) == BTreeSet::from([role])).count() as u64;
        let mut missing_authors = u64::from(needs.authors).saturating_sub(only(SignerRole::Author));
        let mut missing_reviewers = u64::from(needs.reviewers).saturating_sub(only(SignerRole::Reviewer));
        let mut vouchers = Vec::new();
        for held in owners.values() {
            let roles = roles_of(held);
            let role = match (roles.contains(&SignerRole::Author), roles.contains(&SignerRole::Reviewer)) {
                (true, true) if missing_authors > 0 || missing_reviewers == 0 => {
                    missing_authors = missing_authors.saturating_sub(1);
                    SignerRole::Author
                }
                (true, true) => {
                    missing_reviewers -= 1;
                    SignerRole::Reviewer
                }
                (true, false) => SignerRole::Author,
                (false, _) => SignerRole::Reviewer,
            };
            let review = held.iter().find_map(|one| one.review);
            let best = held.iter().find(|one| one.roles.contains(&role)).expect("the role is one of theirs");
            vouchers.push(Signatory {
                key: best.key.key.fingerprint(),
                name: best.key.name.clone(),
                owner: best.key.owner.clone(),
                role,
                time: best.time.clone(),
                review: if role == SignerRole::Reviewer { review } else { None },
            });
        }
        vouchers.sort_by(|a, b| (a.role, &a.name).cmp(&(b.role, &b.name)));
        vouchers
    }
}
