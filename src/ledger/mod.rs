//! What happened to a target: one entry per event, each naming the digest of the one before it, none ever changed.
//!
//! An entry is a folder `history/<number>` with `entry.json` and, when a patch was applied, the exact
//! `manifest.json` of its bundle. A whole folder appears with one rename, so an entry is there or not, never half.
//! What is in the product now is derived from the entries; nothing is stored twice. An entry that brought several
//! patches has the manifests of the others beside the first one's, as `manifest-<number>.json`. The signatures of a patch
//! are beside its manifest, as `signatures.json` or `signatures-<number>.json`. Texts that take back what scripts did are
//! kept there, too, as `script-<digest>`, and edits by key, whose conditions are asked again when a patch comes back, as
//! `edits-<digest>`. Documents that came with a patch are kept as `document-<digest>`.

mod as_text;
mod as_word;
mod expected;
mod facts;
mod notes;
mod occasion;
mod parts;
mod replay;
mod scripts;
mod signed;
mod steps;
mod toggled;
mod unchecked;
mod vouched;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub(crate) use expected::Expected;
pub use facts::EntryFact;
pub(crate) use facts::UncertainFit;
pub(crate) use notes::CheckNote;
pub use notes::PatchNote;
pub use occasion::{CauseNote, Occasion, ReasonNote};
pub(crate) use occasion::{DowntimeNote, TriggerNote};
pub(crate) use parts::{EntryPart, Gone, Retires};
pub(crate) use replay::MovedLayer;
pub use replay::Turn;
pub(crate) use replay::{LayerSlot, Layers, Turns, contacts_of};
pub(crate) use scripts::{ScriptNote, ScriptState, ScriptTime, script_name};
pub(crate) use signed::{KeptSignatures, MAX_SIGNATURES_BYTES, signatures_name};
pub(crate) use toggled::ToggleNote;
pub(crate) use unchecked::Unchecked;
pub(crate) use vouched::{OverrideNote, SignerNote, VouchedNote};

use crate::disk::fs::{Fs, Place, StatePath};
use crate::model::{Digest, LayerKey, Node, Step, TreePath, Untrusted};

/// Longest entry that is read, in bytes: 100,000 steps at about 500 bytes each.
const MAX_ENTRY_BYTES: u64 = 64 << 20;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// A patch was applied.
    Apply,
    /// An earlier change was undone: a patch, or itself a rollback.
    Rollback,
    /// Drifted files were repaired; the word of the format is older.
    #[serde(rename = "heal")]
    Repair,
    /// A change was started, failed or was interrupted, and the files were restored.
    PutBack,
    /// Earlier changes were kept for good.
    Accept,
    /// Health checks ran.
    Checked,
    /// Scripts are about to run or have run, with no change of files in between.
    Scripts,
    /// A switch of a patch was moved.
    Toggle,
}

/// One event in the life of a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Counts from 1, without gaps.
    pub seq: u64,
    /// Digest of the entry before, all zeros for the first.
    #[serde(with = "as_text")]
    pub previous: Digest,
    /// What happened.
    pub action: Action,
    /// When, RFC 3339 in UTC.
    pub time: String,
    /// When the work on it began, where that was earlier than `time`, by whole seconds.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub begun: Option<String>,
    /// Who did it.
    pub user: Untrusted,
    /// On which machine.
    pub host: Untrusted,
    /// Version of the program.
    pub tool: String,
    /// The patch it is about.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub patch: Option<PatchNote>,
    /// For a rollback: the entry that it undoes. For an acceptance: the newest entry that is kept for good.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reverses: Option<u64>,
    /// Digest of the bundle file.
    #[serde(skip_serializing_if = "Option::is_none", default, with = "as_text::option")]
    pub bundle: Option<Digest>,
    #[serde(skip_serializing_if = "Option::is_none", default, with = "as_text::option")]
    pub manifest: Option<Digest>,
    /// The product's version before and after, where it is known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub version_before: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub version_after: Option<String>,
    /// Safety rules that were set aside on request, files that were put aside, and other notes.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub facts: Vec<EntryFact>,
    /// The same as sentences of an older program.
    #[serde(rename = "remarks", skip_serializing_if = "Vec::is_empty", default)]
    pub older_remarks: Vec<String>,
    /// Checks that ran.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub checks: Vec<CheckNote>,
    /// Whether health checks follow. What came of them is in a later entry; without one, nobody knows how the product is.
    #[serde(skip_serializing_if = "unchecked::is_none_due", default)]
    pub checks_due: bool,
    /// Scripts that ran, or are about to. Whoever the entry is by has agreed to them.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub scripts: Vec<ScriptNote>,
    /// The patches that it is about, where that says more than `patch`: they are several, or one came that replaced others.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub parts: Vec<EntryPart>,
    /// The patches that went, where that is something else than one whole entry.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub out: Vec<Gone>,
    /// Who signed the patches that were applied: one note for each, in their order.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub vouched: Vec<VouchedNote>,
    /// Rules that were set aside on request.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub overrides: Vec<OverrideNote>,
    /// The switch that was moved.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub toggle: Option<ToggleNote>,
    /// Why a patch was rolled back.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<ReasonNote>,
    /// The key of the ticket that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ticket: Option<String>,
    /// The rule that decided it; nothing: a person did.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub trigger: Option<TriggerNote>,
    /// The larger work that it is a part of.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cause: Option<CauseNote>,
    /// How long the product was not usable.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub downtime: Option<DowntimeNote>,
    /// Vulnerabilities that the patches which came in say they fix.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub resolved: Vec<String>,
    /// What changed, in the order in which it was done.
    #[serde(skip_serializing_if = "<[Step]>::is_empty", default, with = "steps")]
    pub steps: Arc<[Step]>,
}

/// Why the history cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The system refused.
    #[error("cannot read {place}")]
    Io {
        place: StatePath,
        /// Why.
        source: io::Error,
    },
    /// An entry is not what was written.
    #[error("the history is damaged at entry {seq}: {detail}")]
    Damaged {
        /// The first entry that does not fit.
        seq: u64,
        /// What is wrong.
        detail: String,
    },
    /// An entry names another one before it than the one that is there: one of the two is not what was written.
    #[error("the history is damaged at entry {seq}: it doesn't follow the entry before it")]
    Unlinked { seq: u64 },
}

impl Entry {
    /// An entry to follow `head`, with nothing in it yet.
    pub fn after(head: &LedgerHead, action: Action, environment: &crate::environment::Environment) -> Self {
        Self {
            seq: head.seq + 1,
            previous: head.digest,
            action,
            time: environment.now(),
            begun: None,
            user: environment.user.clone().into(),
            host: environment.host.clone().into(),
            tool: env!("CARGO_PKG_VERSION").to_owned(),
            patch: None,
            reverses: None,
            bundle: None,
            manifest: None,
            version_before: None,
            version_after: None,
            facts: Vec::new(),
            older_remarks: Vec::new(),
            checks: Vec::new(),
            checks_due: false,
            scripts: Vec::new(),
            parts: Vec::new(),
            out: Vec::new(),
            vouched: Vec::new(),
            overrides: Vec::new(),
            toggle: None,
            reason: None,
            ticket: None,
            trigger: None,
            cause: None,
            downtime: None,
            resolved: Vec::new(),
            steps: Arc::default(),
        }
    }

    /// The same entry with these steps.
    pub fn with_steps(mut self, steps: &[Step]) -> Self {
        self.steps = steps.into();
        self
    }

    /// The exact bytes of `entry.json`.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec(self).expect("an entry has text keys only");
        bytes.push(b'\n');
        bytes
    }

    /// Reads the bytes of an `entry.json`.
    ///
    /// # Errors
    /// Says what is wrong with them.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        serde_json::from_slice(bytes).map_err(|error| error.to_string())
    }
}

/// The newest entry of a ledger, as far as the next one needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LedgerHead {
    /// Its number; 0 for an empty ledger.
    pub seq: u64,
    /// Its digest; zeros for an empty ledger.
    pub digest: Digest,
}

/// All entries of a target, oldest first, their chain verified.
#[derive(Debug, Clone)]
pub struct Ledger {
    entries: Vec<Entry>,
    head: LedgerHead,
}

/// A patch that is in the product now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    /// Tells it from others of the same id.
    pub key: LayerKey,
    pub patch: PatchNote,
    /// The entry that applied it first.
    pub applied: u64,
    /// The entry whose backups undo it: `applied`, or the newest entry that reapplied it.
    pub undo_entry: u64,
    /// When it came in.
    pub time: String,
    /// Whether it was kept for good.
    pub accepted: bool,
    /// The patch that contains and replaced it; it is inactive then, and returns when that one goes.
    pub replaced_by: Option<String>,
}

impl Ledger {
    /// Where the entries are.
    pub fn folder() -> StatePath {
        StatePath::new("history")
    }

    /// Where the manifest of the patch that came as `key` is.
    pub(crate) fn manifest_of(key: LayerKey) -> StatePath {
        Self::place_of(key.entry).join(manifest_name(key.part))
    }

    /// Where the signatures of the patch that came as `key` are.
    pub(crate) fn signatures_of(key: LayerKey) -> StatePath {
        Self::place_of(key.entry).join(signatures_name(key.part))
    }

    /// The exact bytes of entry `seq`, whatever they are.
    ///
    /// # Errors
    /// The system's.
    pub(crate) fn entry_bytes(fs: &dyn Fs, seq: u64) -> io::Result<Vec<u8>> {
        read_small(fs, &Self::place_of(seq).join("entry.json"), MAX_ENTRY_BYTES)
    }

    /// Where entry `seq` is.
    pub(crate) fn place_of(seq: u64) -> StatePath {
        Self::folder().join(format!("{seq:08}"))
    }

    /// Reads every entry and checks the chain. A target without a state folder has an empty ledger.
    ///
    /// # Errors
    /// [`LedgerError::Damaged`] names the first entry that does not fit.
    pub fn read(fs: &dyn Fs) -> Result<Self, LedgerError> {
        let folder = Self::folder();
        let mut ledger =
            Self { entries: Vec::new(), head: LedgerHead { seq: 0, digest: Digest::from([0; 32]) } };
        let unlistable = |source| unreadable(1, folder.clone(), source);
        if fs.look(&Place::from(&folder)).map_err(unlistable)?.is_none() {
            return Ok(ledger);
        }
        let names = fs.list(&Place::from(&folder)).map_err(unlistable)?.text;
        // What somebody else put there is no entry.
        let is_entry = |name: &&String| name.bytes().all(|byte| byte.is_ascii_digit());
        let count = names.iter().filter(is_entry).count() as u64;
        for seq in 1..=count {
            let place = Self::place_of(seq).join("entry.json");
            let bytes = Self::entry_bytes(fs, seq).map_err(|source| unreadable(seq, place, source))?;
            ledger.push(seq, &bytes)?;
        }
        Ok(ledger)
    }

    fn push(&mut self, seq: u64, bytes: &[u8]) -> Result<(), LedgerError> {
        let damaged = |detail| LedgerError::Damaged { seq, detail };
        let entry = Entry::from_bytes(bytes).map_err(damaged)?;
        if entry.seq != seq {
            return Err(damaged(format!("it calls itself entry {}", entry.seq)));
        }
        if entry.previous != self.head.digest {
            return Err(LedgerError::Unlinked { seq });
        }
        self.head = LedgerHead { seq, digest: Digest::compute(bytes) };
        self.entries.push(entry);
        Ok(())
    }

    /// Takes in an entry that is committed but still lies in the transaction's folder.
    ///
    /// # Errors
    /// [`LedgerError::Damaged`] if it does not follow the last entry.
    pub(crate) fn push_committed(&mut self, bytes: &[u8]) -> Result<(), LedgerError> {
        self.push(self.head.seq + 1, bytes)
    }

    /// The newest entry.
    pub fn head(&self) -> LedgerHead {
        self.head
    }

    /// All entries, oldest first.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Entry number `seq`.
    pub fn entry(&self, seq: u64) -> Option<&Entry> {
        self.entries.get(usize::try_from(seq).ok()?.checked_sub(1)?)
    }

    /// The digest of entry number `seq`, which the entry after it names.
    pub(crate) fn digest_of(&self, seq: u64) -> Option<Digest> {
        if seq == self.head.seq && seq > 0 {
            return Some(self.head.digest);
        }
        self.entry(seq.checked_add(1)?).filter(|_| seq > 0).map(|next| next.previous)
    }

    /// The newest entry that changed the product.
    pub(crate) fn last_change(&self) -> Option<&Entry> {
        let changed = |entry: &&Entry| {
            matches!(entry.action, Action::Apply | Action::Rollback | Action::Repair | Action::Toggle)
        };
        self.entries.iter().rev().find(changed)
    }

    /// The newest change, if it is a rollback that can itself be taken back, put places right or moved a switch.
    pub(crate) fn last_rollback(&self) -> Option<&Entry> {
        self.last_change().filter(|last| last.action != Action::Apply && last.seq > self.accepted_through())
    }

    /// The newest entry whose way back was given up; 0 if there is none.
    pub(crate) fn accepted_through(&self) -> u64 {
        let accepted = self.entries.iter().filter(|entry| entry.action == Action::Accept);
        accepted.map(|entry| entry.reverses.unwrap_or(entry.seq)).max().unwrap_or_default()
    }

    /// What every place that was ever changed should hold now; `None`: nothing.
    pub fn expected(&self) -> BTreeMap<TreePath, Option<Node>> {
        let mut expected = Expected::new(self);
        self.lasting_changes().for_each(|entry| expected.take(entry));
        expected.into_places()
    }

    /// The entries that changed what is right: putting right does not, and neither does taking that back.
    pub(crate) fn lasting_changes(&self) -> impl Iterator<Item = &Entry> {
        let mut about_repairing = BTreeSet::new();
        self.entries.iter().filter(move |entry| match entry.action {
            Action::Apply | Action::Toggle => true,
            Action::Rollback => {
                let is_lasting = entry.reverses.is_none_or(|reversed| !about_repairing.contains(&reversed));
                if !is_lasting {
                    about_repairing.insert(entry.seq);
                }
                is_lasting
            }
            Action::Repair => {
                about_repairing.insert(entry.seq);
                false
            }
            Action::Accept | Action::Checked | Action::PutBack | Action::Scripts => false,
        })
    }

    /// The version that is right, where it is known: repairing makes nothing else right.
    pub(crate) fn right_version(&self) -> Option<&str> {
        self.lasting_changes().last().and_then(|entry| entry.version_after.as_deref())
    }

    /// The version that the newest entry left, where it is known.
    pub fn version(&self) -> Option<&str> {
        self.last_change().and_then(|entry| entry.version_after.as_deref())
    }
}

/// The name of a manifest beside its entry.
pub(crate) fn manifest_name(part: usize) -> String {
    match part {
        0 => "manifest.json".to_owned(),
        part => format!("manifest-{part}.json"),
    }
}

/// The name of a patch's edits by key of one file, beside the entry that brought it.
pub(crate) fn edits_name(digest: &Digest) -> String {
    format!("edits-{digest}")
}

/// The name of a document that came with a patch, beside the entry that brought it.
pub(crate) fn document_name(digest: &Digest) -> String {
    format!("document-{digest}")
}

/// Tells a history that is not as we wrote it from one that the system does not let us read.
fn unreadable(seq: u64, place: StatePath, source: io::Error) -> LedgerError {
    let detail = match source.kind() {
        io::ErrorKind::NotFound => "it is missing",
        io::ErrorKind::FileTooLarge => "it is too long",
        io::ErrorKind::InvalidInput | io::ErrorKind::IsADirectory | io::ErrorKind::NotADirectory => {
            "it was replaced by a link or something else"
        }
        _ => return LedgerError::Io { place, source },
    };
    LedgerError::Damaged { seq, detail: detail.to_owned() }
}

/// Reads a whole file of ours that must not be longer than `max_bytes`.
///
/// # Errors
/// The system's, or [`io::ErrorKind::FileTooLarge`].
pub(crate) fn read_small(fs: &dyn Fs, place: &StatePath, max_bytes: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    fs.open(&Place::from(place))?.take(max_bytes + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > max_bytes {
        return Err(io::Error::from(io::ErrorKind::FileTooLarge));
    }
    Ok(bytes)
}
