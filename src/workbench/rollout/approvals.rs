//! Who approves a ring: people by hand, which is a note in the records, and people by their keys, which whoever can write the
//! records can't forge.

use std::collections::BTreeSet;
use std::path::Path;

use super::RolloutView;
use super::file::{ApproveBy, RingPlan};
use super::state::{Attribution, RingState, RolloutState, SignedApproval};
use crate::plan::why::{Keys, Rolling, RolloutMismatch};
use crate::text::confusables::NameMatch;
use crate::trust::{
    Approval, Approver, Attached, Keyring, MAX_APPROVAL_BYTES, NoApprover, SignatureScheme, SignerRole,
    Statement, StatementKind, approver,
};
use crate::workbench::keys::sign::{Signer, signature_over};
use crate::workbench::{Error, Result, Workbench};

/// Most approvals by keys that the records keep of one ring.
const MAX_SIGNED: usize = 64;

/// An approval, and whether it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApprovalView {
    pub by: String,
    /// RFC 3339.
    pub time: String,
    pub reason: Option<String>,
    /// The fingerprint of the key, if it is by one.
    pub key: Option<String>,
    /// Whose key it is.
    pub owner: Option<String>,
    /// Why it does not count, if so, as a phrase.
    pub ignored: Option<String>,
    /// The products that its key would have to be trusted for as an approver's, if that is why.
    pub untrusted_for: Vec<String>,
}

impl Workbench {
    /// Approves with a key that a ring begins. Who approves twice counts once.
    ///
    /// # Errors
    /// If the rollout was not started, is over or has no such ring, or the key cannot sign.
    pub(crate) fn approve_ring_by_key(
        &self,
        file: &Path,
        ring: &str,
        signer: &Signer,
        reason: Option<String>,
    ) -> Result<RolloutView> {
        let store = self.rollout_store(file)?;
        let state = store.must_load()?;
        state.refuse_over()?;
        let (ring, said) = (state.ring_named(ring)?, self.said(reason));
        let (name, plan) = (&state.rings[ring].name, state.plan(ring));
        let approval = Approval::new(&state.id, plan, name, said.by, said.time.clone(), said.reason);
        let bytes = approval.to_bytes();
        if bytes.len() > MAX_APPROVAL_BYTES {
            return Err(Error::refused(Rolling::LongApproval { max_bytes: MAX_APPROVAL_BYTES }));
        }
        let (kind, role) = (StatementKind::Approval, SignerRole::Approver);
        let signature =
            signature_over(&bytes, &Statement { kind, place: None, role, time: said.time }, signer)?;
        let is_ssh = signature.scheme == SignatureScheme::Ssh;
        let [said, signature] =
            [bytes, signature.bytes].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let signed = SignedApproval { said, signature, is_ssh };
        let keyring = self.keyring()?;
        let key_of = |one: &SignedApproval| Some(self.hear(one, &state, ring, &keyring)?.1.key);
        // Never keep what would not verify, whoever made it.
        let key = key_of(&signed).ok_or_else(|| Error::refused(Keys::DoesNotFit))?;
        self.say(file, |now| {
            if now.plan(ring) != plan {
                return Err(Error::refused(RolloutMismatch::Edited));
            }
            let kept = &mut now.rings[ring].signed;
            kept.retain(|one| key_of(one) != Some(key));
            if kept.len() >= MAX_SIGNED {
                return Err(Error::refused(Rolling::ManyApprovals { most: MAX_SIGNED }));
            }
            kept.push(signed);
            Ok(())
        })
    }

    /// What a signed approval says, and whose it is; `None` if it is of anything else, or its signature is not valid.
    fn hear(
        &self,
        signed: &SignedApproval,
        state: &RolloutState,
        ring: usize,
        keyring: &Keyring,
    ) -> Option<(Approval, Approver)> {
        let bytes = signed.said.as_bytes();
        let approval = Approval::parse(bytes)?;
        let is_of_this = approval.rollout == state.id
            && approval.plan == state.plan(ring).to_string()
            && approval.ring == state.rings[ring].name;
        let now = self.environment.timestamp();
        let by = approver(&attached(signed), bytes, &state.products(), keyring, now)?;
        is_of_this.then_some((approval, by))
    }

    /// Every approval of each ring, and whether it counts.
    ///
    /// # Errors
    /// If the keys that are trusted here cannot be read.
    pub(super) fn approvals(
        &self,
        plans: &[RingPlan],
        state: &RolloutState,
    ) -> Result<Vec<Vec<ApprovalView>>> {
        let is_signed = state.rings.iter().any(|ring| !ring.signed.is_empty());
        let keyring = if is_signed { self.keyring()? } else { Keyring::default() };
        let of_ring = |(at, (ring, plan)): (usize, (&RingState, &RingPlan))| {
            let heard = ring.signed.iter().map(|one| match self.hear(one, state, at, &keyring) {
                Some((approval, by)) => by_key(approval, by, state),
                None => unheard(one),
            });
            let by_hand = ring.approvals.iter().map(|said| by_hand(said, plan));
            let mut all: Vec<ApprovalView> = heard.chain(by_hand).collect();
            count_people_once(&mut all);
            all
        };
        Ok(std::iter::zip(&state.rings, plans).enumerate().map(of_ring).collect())
    }
}

fn attached(signed: &SignedApproval) -> Attached {
    let scheme = if signed.is_ssh { SignatureScheme::Ssh } else { SignatureScheme::Minisign };
    Attached { scheme, bytes: signed.signature.clone().into_bytes() }
}

fn by_key(approval: Approval, Approver { key, owner }: Approver, state: &RolloutState) -> ApprovalView {
    let Approval { by, time, reason, .. } = approval;
    let ignored = owner.as_ref().err().map(|why: &NoApprover| format!("its key {}", why.phrase()));
    let untrusted_for = match owner {
        Err(NoApprover::UnknownKey | NoApprover::NoRole | NoApprover::OtherProduct) => {
            let products: BTreeSet<&str> = state.products().into_iter().collect();
            products.into_iter().map(str::to_owned).collect()
        }
        _ => Vec::new(),
    };
    let key = Some(key.to_string());
    ApprovalView { by, time, reason, key, owner: owner.ok(), ignored, untrusted_for }
}

/// What somebody put there that approves nothing here.
fn unheard(signed: &SignedApproval) -> ApprovalView {
    let (by, time) = Approval::parse(signed.said.as_bytes())
        .map_or_else(|| ("somebody".to_owned(), String::new()), |said| (said.by, said.time));
    let ignored =
        Some("its signature isn't for this ring, or is from before its last start or stop".to_owned());
    let (reason, key, owner) = (None, None, None);
    ApprovalView { by, time, reason, key, owner, ignored, untrusted_for: Vec::new() }
}

fn by_hand(said: &Attribution, plan: &RingPlan) -> ApprovalView {
    let ignored = (plan.approve_by == ApproveBy::Key).then(|| "it isn't by a key".to_owned());
    let Attribution { by, time, reason } = said.clone();
    let (key, owner) = (None, None);
    ApprovalView { by, time, reason, key, owner, ignored, untrusted_for: Vec::new() }
}

/// How many people approved.
pub(super) fn people(approvals: &[ApprovalView]) -> usize {
    approvals.iter().filter(|one| one.ignored.is_none()).count()
}

/// Of all that one person said the first counts. Who it is says the owner of a key, and by hand the account, on whichever
/// computer; where a name by hand reads like an owner, or the account is one from which somebody signed, it is taken for the
/// same person: two have to be two for certain.
fn count_people_once(approvals: &mut [ApprovalView]) {
    let reads_the_same = |one: &str, other: &str| NameMatch::between(one, other).reads_the_same();
    for at in 0..approvals.len() {
        let (before, [one, ..]) = approvals.split_at_mut(at) else { break };
        if one.ignored.is_some() {
            continue;
        }
        let is_same = |other: &&ApprovalView| match (&one.owner, &other.owner) {
            (Some(owner), Some(other)) => reads_the_same(owner, other),
            (None, Some(owner)) => {
                reads_the_same(one.account(), owner) || reads_the_same(one.account(), other.account())
            }
            (None, None) => reads_the_same(one.account(), other.account()),
            (Some(_), None) => false,
        };
        if let Some(counted) = before.iter().filter(|other| other.ignored.is_none()).find(is_same) {
            one.ignored = Some(format!("the same person's approval counts already, {}", counted.name()));
        }
    }
}

impl ApprovalView {
    /// Who it is, where it counts: the owner of the key, or the account.
    fn name(&self) -> String {
        match &self.owner {
            Some(owner) => format!("with a key of {owner}"),
            None => format!("by hand by {}", self.by),
        }
    }

    /// The account of whoever said it, without the computer.
    fn account(&self) -> &str {
        self.by.rsplit_once('@').map_or(&self.by, |(account, _)| account)
    }
}
