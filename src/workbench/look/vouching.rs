//! Who vouches today for the patches that are in a folder. What the history says about that is what was true when they
//! came, in the words of whoever wrote it: keys are taken back, rules change, and a history can be written by anybody.
//!
//! A key that its vendor has exchanged for another one is not taken back. It signs nothing any more, so that whoever
//! finds it gains nothing; but a patch that it signed stays its owner's where this person saw it come in while the key
//! counted. A key that was taken back proves nothing, whenever it signed.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rayon::prelude::*;

use super::memory::was_trusted;
use super::stack::{FolderStack, manifest_bytes_of};
use crate::bundle::claim_of;
use crate::bundle::manifest::read_manifest;
use crate::disk::fs::Fs;
use crate::ledger::{
    Entry, KeptSignatures, Ledger, MAX_SIGNATURES_BYTES, PatchNote, SignerNote, VouchedNote, read_small,
};
use crate::model::LayerKey;
use crate::trust::{KeyFingerprint, Keyring, SignerRole, Verdict, judge};
use crate::workbench::{Result, Workbench};

/// The keys and rules by which patches are judged today.
pub(crate) struct KeysOfToday {
    pub keyring: Keyring,
    pub now: Timestamp,
}

/// The same, asked about the patches in one folder.
pub(crate) struct Vouching<'a> {
    keys: &'a KeysOfToday,
    fs: &'a dyn Fs,
    ledger: &'a Ledger,
    /// Entries that this person did not write; `None`: nobody knows which these are.
    foreign: Option<Vec<u64>>,
}

/// Who made a patch that is in a folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Authorship {
    /// The owners of the keys that signed it as its authors, today or when it came.
    pub owners: BTreeSet<String>,
    /// Those who signed it as its authors when it was applied, and whose keys do not count today.
    pub former: Vec<FormerAuthor>,
}

/// Somebody who signed a patch when it was applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FormerAuthor {
    pub owner: String,
    /// What became of the key.
    pub key: FormerKey,
}

/// What became of a key that was trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FormerKey {
    /// Its vendor's list names others since.
    RotatedOut,
    /// Its time is over.
    Expired,
    /// It was revoked, for this reason.
    Revoked(String),
    /// Nobody trusts it any more, or not as the rules ask for.
    NotTrusted,
    /// What it signed isn't there any more: the manifest is another one than the history names.
    Unproven,
}

impl FormerKey {
    /// The word for it in JSON.
    pub(crate) const fn as_str(&self) -> &'static str {
        match self {
            FormerKey::RotatedOut => "rotated-out",
            FormerKey::Expired => "expired",
            FormerKey::Revoked(_) => "revoked",
            FormerKey::NotTrusted => "not-trusted",
            FormerKey::Unproven => "unproven",
        }
    }

    /// Why it was taken back, if it was.
    pub(crate) fn reason(&self) -> Option<&str> {
        match self {
            FormerKey::Revoked(reason) => Some(reason),
            FormerKey::RotatedOut | FormerKey::Expired | FormerKey::NotTrusted | FormerKey::Unproven => None,
        }
    }

    /// As people read it.
    pub(crate) fn phrase(&self) -> String {
        match self {
            FormerKey::RotatedOut => "trusted then; the key was rotated out".to_owned(),
            FormerKey::Expired => "trusted then; the key has expired".to_owned(),
            FormerKey::Revoked(reason) => format!("trusted then; the key was revoked: {reason}"),
            FormerKey::NotTrusted => "trusted then, not today".to_owned(),
            FormerKey::Unproven => "trusted then; its manifest was changed since".to_owned(),
        }
    }
}

impl Workbench {
    /// The keys and rules of this person and machine, as they are now.
    pub(crate) fn keys_of_today(&self) -> Result<KeysOfToday> {
        Ok(KeysOfToday { keyring: self.keyring()?, now: self.environment.timestamp() })
    }

    /// The patches in a folder with who vouches for each, as far as keys can be read: whoever takes a patch out gets their
    /// files back all the same.
    pub(crate) fn vouched_stack(&self, fs: &dyn Fs, ledger: &Ledger) -> Result<FolderStack> {
        let folder = FolderStack::read(fs, ledger)?;
        Ok(match self.keys_of_today() {
            Ok(keys) => folder.vouched(&self.vouching(&keys, fs, ledger)),
            Err(_) => folder,
        })
    }

    /// Asks `keys` about the patches in the folder of `ledger`.
    pub(crate) fn vouching<'a>(
        &self,
        keys: &'a KeysOfToday,
        fs: &'a dyn Fs,
        ledger: &'a Ledger,
    ) -> Vouching<'a> {
        // A memory that cannot be read proves nothing. Whoever needs it is told elsewhere.
        let memory = self.memory().ok().flatten();
        Vouching { keys, fs, ledger, foreign: memory.map(|memory| memory.unknown_entries(ledger)) }
    }
}

impl Vouching<'_> {
    /// Who vouches for the patch that came as `key`; `None` if its manifest is gone, is not the one that came with it, or
    /// says other names than the history: nobody signed those. A patch whose signatures were not kept is one that nobody signed.
    pub(crate) fn verdict_of(&self, key: LayerKey) -> Option<Verdict> {
        let manifest = manifest_bytes_of(self.fs, self.ledger, key)?;
        let patch = read_manifest(&manifest).ok()?;
        if self.ledger.note(key) != Some(&PatchNote::new(&patch)) {
            return None;
        }
        let KeptSignatures { signatures, reviews } = signatures_of(self.fs, key);
        let claim = claim_of(&patch, &manifest);
        Some(judge(&claim, &signatures, &reviews, &self.keys.keyring, self.keys.now))
    }

    /// The owners of the keys that vouch for it as its authors; nobody's if nobody does.
    pub(crate) fn authors_of(&self, key: LayerKey) -> BTreeSet<String> {
        self.authorship_of(key).owners
    }

    /// Who made the patch that came as `key`.
    pub(crate) fn authorship_of(&self, key: LayerKey) -> Authorship {
        if signatures_of(self.fs, key) == KeptSignatures::default() {
            // Nobody vouches for what came without signatures; its manifest need not be read again.
            return Authorship::default();
        }
        let verdict = self.verdict_of(key);
        let owners = verdict.as_ref().map(Verdict::authors).unwrap_or_default();
        match self.trusted_note(key).filter(|_| owners.is_empty()) {
            Some((_, note)) if verdict.is_none() => unproven(note),
            Some((entry, note)) => self.former_authorship(key, entry, note),
            None => Authorship { owners, former: Vec::new() },
        }
    }

    /// Whether this person wrote what the history says of how it came.
    pub(crate) fn is_believed(&self, key: LayerKey) -> bool {
        self.foreign.as_ref().is_some_and(|foreign| !foreign.contains(&key.entry))
    }

    /// What the history says about who vouched for it, if it was trusted and this person wrote that.
    fn trusted_note(&self, key: LayerKey) -> Option<(&Entry, &VouchedNote)> {
        let entry = self.ledger.entry(key.entry).filter(|_| self.is_believed(key))?;
        let note = entry.vouched.get(key.part).filter(|note| was_trusted(note))?;
        Some((entry, note))
    }

    /// Who made it by the keys that counted when it came.
    fn former_authorship(&self, key: LayerKey, entry: &Entry, note: &VouchedNote) -> Authorship {
        let mut authorship = Authorship::default();
        let signers = note.signers.iter().filter(|one| one.role == SignerRole::Author.as_str());
        let proven = self.proven_then(key, entry).unwrap_or_default();
        for signer in signers {
            let owner = signer.owner.as_ref().unwrap_or(&signer.name).clone();
            let key = self.fate_of(signer, &note.product);
            if let Some((_, owner)) = proven.iter().find(|(print, _)| print.to_string() == signer.key) {
                authorship.owners.insert(owner.clone());
            }
            authorship.former.push(FormerAuthor { owner, key });
        }
        authorship
    }

    /// The keys of its authors with their owners, judged by the time at which it came and by what was taken back since.
    fn proven_then(&self, key: LayerKey, entry: &Entry) -> Option<Vec<(KeyFingerprint, String)>> {
        let manifest = manifest_bytes_of(self.fs, self.ledger, key)?;
        let patch = read_manifest(&manifest).ok()?;
        let KeptSignatures { signatures, reviews } = signatures_of(self.fs, key);
        let keyring = self.keys.keyring.with_retired(&patch.about.product.name);
        let then: Timestamp = entry.time.parse().ok()?;
        let verdict = judge(&claim_of(&patch, &manifest), &signatures, &reviews, &keyring, then);
        let authors = verdict.authors();
        let vouchers = verdict.vouchers.into_iter().filter(|one| authors.contains(&one.owner));
        Some(vouchers.map(|one| (one.key, one.owner)).collect())
    }

    /// What became of the key of `signer` for `product`.
    fn fate_of(&self, signer: &SignerNote, product: &str) -> FormerKey {
        let keyring = &self.keys.keyring;
        let Some(print) = KeyFingerprint::parse(&signer.key) else { return FormerKey::NotTrusted };
        if let Some(revoked) = keyring.revocations(print).next() {
            return FormerKey::Revoked(revoked.reason.clone());
        }
        let is_over = |last: Timestamp| last < self.keys.now;
        match keyring.find(&print).filter(|known| known.is_for(product)) {
            Some(known) if known.not_after.is_some_and(is_over) => FormerKey::Expired,
            None if keyring.is_retired(&print, product) => FormerKey::RotatedOut,
            _ => FormerKey::NotTrusted,
        }
    }
}

impl FolderStack {
    /// The same with who vouches today for each patch.
    pub(crate) fn vouched(mut self, vouching: &Vouching<'_>) -> Self {
        let layers = self.layers.par_iter_mut();
        layers.for_each(|layer| layer.authors = vouching.authors_of(layer.key));
        self
    }
}

/// Whoever signed it then, where nothing shows what they signed.
fn unproven(note: &VouchedNote) -> Authorship {
    let signers = note.signers.iter().filter(|one| one.role == SignerRole::Author.as_str());
    let former = signers.map(|signer| FormerAuthor {
        owner: signer.owner.as_ref().unwrap_or(&signer.name).clone(),
        key: FormerKey::Unproven,
    });
    Authorship { owners: BTreeSet::new(), former: former.collect() }
}

/// The signatures that were kept with a patch. What cannot be read vouches for nothing.
fn signatures_of(fs: &dyn Fs, key: LayerKey) -> KeptSignatures {
    let bytes = read_small(fs, &Ledger::signatures_of(key), MAX_SIGNATURES_BYTES);
    bytes.ok().and_then(|bytes| KeptSignatures::from_bytes(&bytes)).unwrap_or_default()
}
