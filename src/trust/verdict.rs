//! What is known about who vouches for a patch, in four words and with the reasons.

use std::collections::BTreeSet;

use super::key::{KeyFingerprint, PublicKey};
use super::policy::{ANYWAY, Policy, Unvouched};
use super::statement::SignerRole;
use super::store::TrustedKey;
use crate::model::{Approvals, Digest};
use crate::plan::why::Consent;
use crate::text::moment;

/// One of four things that can be said of a patch. Ordered from the best to the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Enough people who are trusted here signed it.
    Trusted,
    /// Some do, but not as many as are needed.
    NotEnough,
    /// Nobody who is trusted here does.
    Untrusted,
    /// It is not what somebody who is trusted here has signed.
    Broken,
}

impl Standing {
    /// As programs read it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Standing::Trusted => "trusted",
            Standing::NotEnough => "not-enough",
            Standing::Untrusted => "untrusted",
            Standing::Broken => "broken",
        }
    }

    /// What programs read as `word`; `None` for a word of another version.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        let all = [Standing::Trusted, Standing::NotEnough, Standing::Untrusted, Standing::Broken];
        all.into_iter().find(|standing| standing.as_str() == word)
    }

    /// As people read it.
    pub const fn title(self) -> &'static str {
        match self {
            Standing::Trusted => "Trusted",
            Standing::NotEnough => "Not enough signatures",
            Standing::Untrusted => "Not trusted",
            Standing::Broken => "Broken",
        }
    }
}

/// Somebody who vouches for a patch and counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Signatory {
    pub key: KeyFingerprint,
    /// What the key is called here.
    pub name: String,
    /// Whose it is.
    pub owner: String,
    /// As what they count.
    pub role: SignerRole,
    /// When they signed, as their clock says.
    pub time: Option<String>,
    /// SHA-256 of the review that they signed, if they signed one.
    pub review: Option<Digest>,
}

/// A signature that does not count, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Doubt {
    /// The name of the key here, if it is known here.
    pub name: Option<String>,
    /// Why it does not count.
    pub reason: Reason,
    /// SHA-256 of the review that was signed, if it is the signer's own and says something else than yes.
    pub review: Option<Digest>,
}

/// Why a signature does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reason {
    /// It cannot be read.
    Unreadable(String),
    /// It is not over these bytes.
    Invalid(&'static str),
    /// The key is not known here.
    UnknownKey(KeyFingerprint),
    /// Only the number of the key is known, and no key here has it.
    UnknownNumber([u8; 8]),
    /// What the signer says beside does not name this patch.
    OtherComment,
    /// It is about another patch.
    OfAnotherPatch,
    /// The key was revoked.
    Revoked(String),
    /// The key is for other products.
    OtherProduct,
    /// The key does not count yet.
    NotYet,
    /// The key does not count any more.
    Expired,
    /// The key may not sign as this.
    NoRole(Vec<SignerRole>),
    /// The same key signed before.
    SameKey,
    /// Another key of the same owner signed before.
    SameOwner,
    /// They looked at it and said no.
    Rejects,
    /// They looked at it and did not say yes.
    OnlyComments,
}

impl Doubt {
    pub(super) fn new(key: Option<&TrustedKey>, reason: Reason) -> Self {
        Self { name: key.map(|key| key.name.clone()), reason, review: None }
    }

    pub fn sentence(&self) -> String {
        let who = match &self.name {
            Some(name) => format!("The signature by {name}"),
            None => "A signature".to_owned(),
        };
        match &self.reason {
            Reason::Unreadable(problem) => format!("{who} can't be read: {problem}"),
            Reason::Invalid(problem) => format!("{who} is not valid: {problem}"),
            Reason::UnknownKey(print) => {
                format!("Signed with an unknown key: {}", print.short())
            }
            Reason::UnknownNumber(id) => {
                let number = u64::from_le_bytes(*id);
                format!("Signed with an unknown key: number {number:016X}")
            }
            Reason::OtherComment => format!("{who} isn't accepted: its comment doesn't name this patch"),
            Reason::OfAnotherPatch => "A review isn't accepted: it's for another patch".to_owned(),
            Reason::Revoked(reason) => format!("{who} isn't accepted: the key was revoked: {reason}"),
            Reason::OtherProduct => format!("{who} isn't accepted: you trust the key for other products"),
            Reason::NotYet => format!("{who} isn't accepted: the key isn't valid yet"),
            Reason::Expired => format!("{who} isn't accepted: the key has expired"),
            Reason::NoRole(roles) => {
                let roles: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
                format!("{who} isn't accepted: you don't trust the key as {}", roles.join(" or "))
            }
            Reason::SameKey => format!("{who} counts only once: it's there twice"),
            Reason::SameOwner => format!("{who} counts only once: its owner also signed with another key"),
            Reason::Rejects => format!("{} looked at this patch and rejects it", self.subject()),
            Reason::OnlyComments => format!("{} looked at this patch and did not approve it", self.subject()),
        }
    }

    fn subject(&self) -> &str {
        self.name.as_deref().unwrap_or("Somebody")
    }
}

/// A key that nobody here knows, and whose signature is valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UnknownKey {
    pub key: PublicKey,
    /// As what it signed; a signature that doesn't say so is an author's.
    pub role: SignerRole,
}

/// Who signed a patch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// In one word.
    pub(crate) standing: Standing,
    /// Those who count, authors first.
    pub(crate) vouchers: Vec<Signatory>,
    /// The signatures that do not count.
    pub(crate) doubts: Vec<Doubt>,
    /// How many have to sign.
    pub needs: Approvals,
    /// How many of them the patch itself asks for.
    pub(crate) asked: Approvals,
    /// The rules that were asked.
    pub policy: Policy,
    /// Keys that are not known here whose signatures are valid: somebody could get to know them.
    pub(crate) unknown_keys: Vec<UnknownKey>,
    /// What the patch is for, if it says so.
    pub(crate) product: Option<String>,
    /// Somebody else signed than those who are known for this product.
    pub(crate) is_key_change: bool,
    /// Whether one of those who vouch may ship scripts.
    pub(crate) may_ship_scripts: bool,
}

/// Why a patch is not applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denial {
    /// It is broken: nothing helps.
    Broken,
    /// The rules of this machine or person refuse what nobody trusted signed.
    Policy,
    /// Somebody has to say that it is right.
    NeedsConsent,
}

impl Verdict {
    /// That of a patch that nobody can have signed, such as a text patch.
    pub fn unsigned(policy: Policy) -> Self {
        Self {
            standing: Standing::Untrusted,
            vouchers: Vec::new(),
            doubts: Vec::new(),
            needs: policy.needs,
            asked: Approvals::default(),
            policy,
            unknown_keys: Vec::new(),
            product: None,
            is_key_change: false,
            may_ship_scripts: false,
        }
    }

    /// How many people vouch for it in this role.
    pub(crate) fn count(&self, role: SignerRole) -> u32 {
        self.vouchers.iter().filter(|one| one.role == role).count() as u32
    }

    /// Whether all who have to sign anyway did, and what is missing is what somebody wrote into the rules. That is a rule
    /// like the others, which is set aside for a reason, and nobody has to say that they trust the source of the file.
    fn lacks_only_what_rules_ask(&self) -> bool {
        let needs = ANYWAY.or_more(self.asked);
        self.standing == Standing::NotEnough
            && !self.is_rejected()
            && self.count(SignerRole::Author) >= needs.authors
            && self.count(SignerRole::Reviewer) >= needs.reviewers
    }

    fn is_rejected(&self) -> bool {
        self.doubts.iter().any(|doubt| doubt.reason == Reason::Rejects)
    }

    /// Whether the patch may be applied, with or without somebody's `consent`. A stranger's signature changes nothing: whoever wants it away cuts it off.
    ///
    /// # Errors
    /// Says why not.
    pub(crate) fn permits(&self, consent: Consent) -> Result<(), Denial> {
        match self.standing {
            Standing::Trusted => Ok(()),
            Standing::Broken => Err(Denial::Broken),
            _ if self.policy.unvouched == Unvouched::Refuse => Err(Denial::Policy),
            _ if consent == Consent::Given || self.lacks_only_what_rules_ask() => Ok(()),
            _ => Err(Denial::NeedsConsent),
        }
    }

    /// How many more people have to sign as this.
    pub(crate) fn lacking(&self, role: SignerRole) -> u32 {
        let needed = match role {
            SignerRole::Author => self.needs.authors,
            SignerRole::Reviewer => self.needs.reviewers,
            _ => 0,
        };
        needed.saturating_sub(self.count(role))
    }

    /// How many keys that nobody here knows signed it as this.
    pub(crate) fn unknown_as(&self, role: SignerRole) -> usize {
        self.unknown_keys.iter().filter(|unknown| unknown.role == role).count()
    }

    /// The same for trying it on a clone: a rule about what is applied says nothing about what is only tried.
    #[must_use]
    pub(crate) fn for_a_rehearsal(mut self) -> Self {
        self.policy.unvouched = Unvouched::Ask;
        self
    }

    /// The owners of the keys that vouch for it as its authors. Nobody's unless enough people vouch: a patch is the work
    /// of whoever stands behind it here, not of whoever it names.
    pub(crate) fn authors(&self) -> BTreeSet<String> {
        let is_author =
            |one: &&Signatory| self.standing == Standing::Trusted && one.role == SignerRole::Author;
        self.vouchers.iter().filter(is_author).map(|one| one.owner.clone()).collect()
    }

    /// Whether it may be looked at.
    pub(crate) fn may_be_seen(&self) -> bool {
        self.policy.may_look || self.standing == Standing::Trusted
    }

    pub fn sentence(&self) -> String {
        let said = match self.standing {
            Standing::Trusted => format!("signed by {}", self.names()),
            Standing::NotEnough => self.missing(),
            Standing::Untrusted if self.is_key_change => "signed by someone new for this product".to_owned(),
            Standing::Untrusted if self.doubts.is_empty() => "this patch isn't signed".to_owned(),
            Standing::Untrusted => {
                let is_unknown =
                    |doubt: &Doubt| matches!(doubt.reason, Reason::UnknownKey(_) | Reason::UnknownNumber(_));
                match (self.doubts.iter().all(is_unknown), self.unknown_keys.len(), self.doubts.len()) {
                    (true, keys @ 2.., _) => format!("signed with {keys} keys you haven't trusted"),
                    (true, ..) => "signed with a key you haven't trusted".to_owned(),
                    (false, _, 1) => "its signature isn't accepted".to_owned(),
                    (false, _, many) => format!("none of its {many} signatures is valid here"),
                }
            }
            Standing::Broken => {
                let forged = self.doubts.iter().find(|doubt| matches!(doubt.reason, Reason::Invalid(_)));
                let name = forged.and_then(|doubt| doubt.name.as_deref()).unwrap_or("its author");
                format!("this isn't the file that {name} signed")
            }
        };
        format!("{}: {said}", self.standing.title())
    }

    /// Those who count, with roles and times.
    fn names(&self) -> String {
        let name = |one: &Signatory| match &one.time {
            Some(time) => format!("{} as {} on {}", one.name, one.role.as_str(), moment(time)),
            None => format!("{} as {}", one.name, one.role.as_str()),
        };
        self.vouchers.iter().map(name).collect::<Vec<_>>().join(", ")
    }

    pub(crate) fn missing(&self) -> String {
        if let Some(doubt) = self.doubts.iter().find(|doubt| doubt.reason == Reason::Rejects) {
            return format!("{} looked at it and rejects it", doubt.subject());
        }
        let needs = [(SignerRole::Author, self.needs.authors), (SignerRole::Reviewer, self.needs.reviewers)];
        let told = needs.into_iter().filter(|(_, needed)| *needed > 0).map(|(role, needed)| {
            let has = self.count(role);
            let s = if needed == 1 { "" } else { "s" };
            format!("{has} of {needed} {}{s}", role.as_str())
        });
        told.collect::<Vec<_>>().join(", ")
    }
}
