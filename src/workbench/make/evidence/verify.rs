//! Whether an evidence pack is what somebody made, to the byte, and by whose key. Nothing but the file and this person's own
//! list of keys is asked.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::Timestamp;
use serde::Deserialize;

use super::archive;
use super::{DOCUMENT, MAX_PACK_BYTES, SUMS};
use crate::ledger::Entry;
use crate::model::Digest;
use crate::named_file;
use crate::trust::{
    Attached, EVERY_PRODUCT, KeyFingerprint, PublicKey, SignatureScheme, SignerRole, StatementKind,
    TrustedKey, key_of, opened,
};
use crate::workbench::{Error, Result, Workbench};

/// What was found in a pack.
#[derive(Debug, Clone)]
pub(crate) struct VerifiedPack {
    /// How many files are in it.
    pub files: usize,
    /// Files that are not what they were, and how.
    pub changed: Vec<(String, String)>,
    pub signer: PackSigner,
    /// How many statements are in it that the same key signed.
    pub statements: usize,
    /// How many entries of the history are in it.
    pub entries: usize,
    /// From which entry on the history of the folder was broken when the pack was made, as its maker says.
    pub broken_from: Option<u64>,
    /// What is wrong with the history, as the maker says and as the records in it show.
    pub history: Vec<String>,
}

/// Who signed the checksums.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PackSigner {
    /// Nobody.
    Nobody,
    /// The signature doesn't fit.
    Broken,
    /// Somebody whose key isn't trusted here.
    Unknown(KeyFingerprint),
    /// Somebody whose key was revoked here, for a reason.
    Revoked { key: KeyFingerprint, reason: String },
    /// Somebody whose key is trusted here, and not for this.
    OutOfScope { name: String, key: KeyFingerprint, why: OutOfScope },
    /// Somebody who is trusted here.
    Known { name: String, key: KeyFingerprint },
}

/// For what a trusted key doesn't vouch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OutOfScope {
    /// Its time is still to come.
    NotYet,
    /// Its time is over.
    Expired,
    /// It is trusted for other products than the one that this is about.
    OtherProduct,
    /// It may neither sign patches nor review them.
    OtherRole,
}

impl OutOfScope {
    /// As a phrase about the key.
    pub(crate) const fn phrase(self) -> &'static str {
        match self {
            OutOfScope::NotYet => "isn't valid yet",
            OutOfScope::Expired => "has expired",
            OutOfScope::OtherProduct => "is trusted for other products",
            OutOfScope::OtherRole => "isn't trusted as an author or reviewer",
        }
    }
}

impl PackSigner {
    /// The word for it in JSON.
    pub(crate) const fn as_str(&self) -> &'static str {
        match self {
            PackSigner::Nobody => "nobody",
            PackSigner::Broken => "broken",
            PackSigner::Unknown(_) => "unknown",
            PackSigner::Revoked { .. } => "revoked",
            PackSigner::OutOfScope { .. } => "out-of-scope",
            PackSigner::Known { .. } => "known",
        }
    }

    /// The key, where there is one.
    pub(crate) const fn key(&self) -> Option<KeyFingerprint> {
        match self {
            PackSigner::Nobody | PackSigner::Broken => None,
            PackSigner::Unknown(key)
            | PackSigner::Revoked { key, .. }
            | PackSigner::OutOfScope { key, .. }
            | PackSigner::Known { key, .. } => Some(*key),
        }
    }

    /// What its key is called here, if it is trusted.
    pub(crate) fn name(&self) -> Option<&str> {
        match self {
            PackSigner::Nobody | PackSigner::Broken | PackSigner::Unknown(_) | PackSigner::Revoked { .. } => {
                None
            }
            PackSigner::OutOfScope { name, .. } | PackSigner::Known { name, .. } => Some(name),
        }
    }

    /// Why a key that is known here doesn't count, as a phrase.
    pub(crate) fn why_not(&self) -> Option<&str> {
        match self {
            PackSigner::Revoked { reason, .. } => Some(reason),
            PackSigner::OutOfScope { why, .. } => Some(why.phrase()),
            _ => None,
        }
    }
}

impl VerifiedPack {
    /// Whether it is whole, and by somebody who is trusted here.
    pub(crate) fn is_proven(&self) -> bool {
        self.is_whole() && matches!(self.signer, PackSigner::Known { .. })
    }

    /// Whether every byte is what the checksums say, and the pack what its maker saw: a history that was broken in the folder
    /// is shown as that.
    pub(crate) fn is_whole(&self) -> bool {
        self.changed.is_empty() && self.signer != PackSigner::Broken
    }
}

impl Workbench {
    /// Checks the pack at `path`.
    ///
    /// # Errors
    /// If it can't be read, or is no pack at all.
    pub(crate) fn verify_evidence(&self, path: &Path) -> Result<VerifiedPack> {
        let failed = |source| Error::File { doing: "read the evidence", path: path.to_owned(), source };
        let bytes = named_file::read(path, MAX_PACK_BYTES).map_err(failed)?;
        let not_one = |problem: &'static str| Error::EvidenceFile { path: path.to_owned(), problem };
        if bytes.len() > MAX_PACK_BYTES {
            return Err(not_one("it's larger than an evidence file can be"));
        }
        let (members, damaged) = archive::read(&bytes).map_err(not_one)?;
        let mut changed: Vec<(String, String)> =
            damaged.into_iter().map(|name| (name, "isn't as it was written".to_owned())).collect();
        let files: BTreeMap<&str, &[u8]> =
            members.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
        if !members.is_sorted_by(|one, other| one.0 < other.0) {
            changed.push(("(list of files)".to_owned(), "names a file twice or out of order".to_owned()));
        }
        let Some(sums) = files.get(SUMS) else { return Err(not_one("it has no list of checksums")) };
        changed.extend(compared(sums, &files));
        let said = files.get(DOCUMENT).and_then(|bytes| serde_json::from_slice::<SaidInDocument>(bytes).ok());
        let about = said.as_ref().map(SaidInDocument::products).unwrap_or_default();
        let (signer, key) = self.signer_of_sums(sums, &files, &about)?;
        let mut statements = 0;
        for (name, content) in files.iter().filter(|(name, _)| name.starts_with("attestations/")) {
            match key.as_ref().map(|key| opened(content, key)) {
                Some(Ok(_)) => statements += 1,
                Some(Err(problem)) => changed.push(((*name).to_owned(), problem.to_owned())),
                None => {}
            }
        }
        let (entries, found) = history(&files);
        let (broken_from, problem) =
            said.map(|said| (said.history.first_unfit, said.history.problem)).unwrap_or_default();
        let is_said = |seq: u64| broken_from.is_some_and(|first| first <= seq);
        if let Some((_, problem)) = found.iter().find(|(seq, _)| !is_said(*seq)) {
            changed.push((DOCUMENT.to_owned(), format!("doesn't say that {problem}")));
        }
        let history = problem.into_iter().chain(found.into_iter().map(|(_, problem)| problem)).collect();
        // One file is named once, by what was found first.
        let mut named = BTreeSet::new();
        changed.retain(|(name, _)| named.insert(name.clone()));
        Ok(VerifiedPack { files: members.len(), changed, signer, statements, entries, broken_from, history })
    }

    fn signer_of_sums(
        &self,
        sums: &[u8],
        files: &BTreeMap<&str, &[u8]>,
        about: &BTreeSet<&str>,
    ) -> Result<(PackSigner, Option<PublicKey>)> {
        let keyring = self.keyring()?;
        let now = self.environment().timestamp();
        let known: Vec<PublicKey> = keyring.keys().map(|known| known.key.clone()).collect();
        for scheme in [SignatureScheme::Minisign, SignatureScheme::Ssh] {
            let Some(bytes) = files.get(&*format!("{SUMS}.{}", scheme.extension())) else { continue };
            let signature = Attached { scheme, bytes: bytes.to_vec() };
            let Some(key) = key_of(&signature, sums, StatementKind::Evidence, &known) else {
                return Ok((PackSigner::Broken, None));
            };
            let print = key.fingerprint();
            // Nothing shows when a pack was signed: a key that was revoked from some time on is as good as none.
            let revoked = keyring.revocations(print).next();
            let signer = match (revoked, keyring.find(&print)) {
                (Some(revoked), _) => PackSigner::Revoked { key: print, reason: revoked.reason.clone() },
                (None, None) => PackSigner::Unknown(print),
                (None, Some(trusted)) => match out_of_scope(trusted, about, now) {
                    Some(why) => PackSigner::OutOfScope { name: trusted.name.clone(), key: print, why },
                    None => PackSigner::Known { name: trusted.name.clone(), key: print },
                },
            };
            return Ok((signer, Some(key)));
        }
        Ok((PackSigner::Nobody, None))
    }
}

/// Why a trusted key doesn't vouch now for evidence about these products, if so. About none that is named, only a key for
/// all products does.
fn out_of_scope(key: &TrustedKey, about: &BTreeSet<&str>, now: Timestamp) -> Option<OutOfScope> {
    let vouches = |role: &SignerRole| matches!(role, SignerRole::Author | SignerRole::Reviewer);
    let is_for_these = match about.is_empty() {
        true => key.products.iter().any(|product| product == EVERY_PRODUCT),
        false => about.iter().all(|product| key.is_for(product)),
    };
    if key.not_before.is_some_and(|first| now < first) {
        Some(OutOfScope::NotYet)
    } else if key.not_after.is_some_and(|last| last < now) {
        Some(OutOfScope::Expired)
    } else if !is_for_these {
        Some(OutOfScope::OtherProduct)
    } else {
        (!key.roles.iter().any(vouches)).then_some(OutOfScope::OtherRole)
    }
}

/// Files that are not what the checksums say, that are missing, or that no checksum is of.
fn compared(sums: &[u8], files: &BTreeMap<&str, &[u8]>) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(sums);
    let mut changed = Vec::new();
    let mut listed = BTreeSet::new();
    for line in text.lines() {
        let Some((digest, name)) = line.split_once("  ") else {
            changed.push((SUMS.to_owned(), "has a line that is no checksum".to_owned()));
            continue;
        };
        listed.insert(name);
        match files.get(name) {
            None => changed.push((name.to_owned(), "is missing".to_owned())),
            Some(content) if Digest::compute(content).to_string() != digest => {
                changed.push((name.to_owned(), "isn't what SHA256SUMS says".to_owned()));
            }
            Some(_) => {}
        }
    }
    let is_of_sums =
        |name: &str| name == SUMS || name.strip_prefix(SUMS).is_some_and(|rest| rest.starts_with('.'));
    let unlisted = files.keys().filter(|name| !listed.contains(**name) && !is_of_sums(name));
    changed.extend(unlisted.map(|name| ((*name).to_owned(), "isn't in SHA256SUMS".to_owned())));
    changed
}

/// What the document of a pack says about the folder, as far as it is needed here.
#[derive(Deserialize)]
struct SaidInDocument {
    history: HistorySaid,
    product: Option<String>,
    #[serde(default)]
    patches: Vec<PatchSaid>,
}

#[derive(Deserialize)]
struct PatchSaid {
    vouched: Option<VouchedSaid>,
}

#[derive(Deserialize)]
struct VouchedSaid {
    product: String,
}

impl SaidInDocument {
    /// The product in the folder; where nobody knew it, those of the patches.
    fn products(&self) -> BTreeSet<&str> {
        let of_patches = self.patches.iter().filter_map(|patch| patch.vouched.as_ref());
        match &self.product {
            Some(product) => BTreeSet::from([product.as_str()]),
            None => of_patches.map(|vouched| vouched.product.as_str()).collect(),
        }
    }
}

#[derive(Deserialize)]
struct HistorySaid {
    first_unfit: Option<u64>,
    problem: Option<String>,
}

/// How many entries there are, and which don't follow the one before, or don't fit their manifest.
fn history(files: &BTreeMap<&str, &[u8]>) -> (usize, Vec<(u64, String)>) {
    let mut problems = Vec::new();
    let mut before: Option<(u64, Digest)> = None;
    let mut entries = 0;
    for (name, bytes) in files.iter().filter(|(name, _)| name.ends_with("/entry.json")) {
        entries += 1;
        let Ok(entry) = Entry::from_bytes(bytes) else {
            let number = name.split('/').nth_back(1).and_then(|number| number.parse().ok());
            problems.push((number.unwrap_or(0), format!("{name} can't be read")));
            continue;
        };
        if before.is_some_and(|(seq, digest)| seq + 1 == entry.seq && digest != entry.previous) {
            problems.push((entry.seq, format!("entry {} doesn't follow the entry before it", entry.seq)));
        }
        let folder = name.trim_end_matches("entry.json");
        let manifest = files.get(&*format!("{folder}manifest.json"));
        if manifest.is_some_and(|bytes| Some(Digest::compute(bytes)) != entry.manifest) {
            let problem = format!("the manifest of entry {} isn't the one that came with it", entry.seq);
            problems.push((entry.seq, problem));
        }
        before = Some((entry.seq, Digest::compute(bytes)));
    }
    (entries, problems)
}
