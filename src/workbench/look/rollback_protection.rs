//! What this person has seen of each folder's history, kept outside the folder: whoever cuts a history short, or writes
//! it anew with a chain of its own, is found out, and an older patch does not come in that way.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::status::read_ledger;
use crate::ledger::{Entry, Ledger, LedgerError, VouchedNote, read_small};
use crate::model::{Digest, LayerKey};
use crate::text::json;
use crate::transaction::TransactionError;
use crate::trust::{SequencePlace, Standing};
use crate::whole_file::WholeFile;
use crate::workbench::{Error, Result, Workbench};

/// Longest file that is read, in bytes.
const MAX_BYTES: usize = 4 << 20;

/// Most folders that are remembered; the one that was seen longest ago makes room.
const MAX_FOLDERS: usize = 2_000;

/// Longest manifest of an entry that is read, in bytes: what a bundle may bring.
const MAX_MANIFEST_BYTES: u64 = crate::bundle::limits::MAX_MANIFEST_BYTES;

const FORMAT: &str = "patchwright-seen/1";

/// Whether a history is as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HistoryCheck {
    /// How many entries fit.
    pub fitting: u64,
    /// Digest of the last one that fits: whoever wrote it down elsewhere can compare.
    pub head: Option<Digest>,
    /// The first entry that does not fit, and why.
    pub problem: Option<(u64, String)>,
    /// The newest entry that this person has seen before, and that was looked for.
    pub seen: Option<u64>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Witnessed {
    format: String,
    folders: BTreeMap<String, Folder>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Folder {
    time: String,
    entry: u64,
    digest: String,
    places: Vec<WitnessedPlace>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WitnessedPlace {
    product: String,
    channel: String,
    sequence: u64,
}

impl Workbench {
    /// Reads the whole history of `target`, its chain and the manifests kept with it, and compares it with what this
    /// person has seen of it before.
    ///
    /// # Errors
    /// If it cannot be read at all. What does not fit is the answer, no error.
    pub(crate) fn check_history(&self, target: &Path) -> Result<HistoryCheck> {
        let fs = self.disk(target)?;
        let before = self.seen_of(target);
        let seen = before.as_ref().map(|folder| folder.entry);
        let ledger = match read_ledger(&*fs) {
            Ok(ledger) => ledger,
            Err(Error::Transaction(TransactionError::Ledger(LedgerError::Damaged { seq, detail }))) => {
                return Ok(HistoryCheck { fitting: seq - 1, head: None, problem: Some((seq, detail)), seen });
            }
            Err(other) => return Err(other),
        };
        let problem = ledger
            .entries()
            .iter()
            .find_map(|entry| manifest_problem(&*fs, entry).map(|problem| (entry.seq, problem)))
            .or_else(|| before.and_then(|folder| cut_short(&ledger, &folder)));
        let fitting = problem.as_ref().map_or(ledger.head().seq, |(seq, _)| seq - 1);
        let head = problem.is_none().then(|| ledger.head().digest);
        Ok(HistoryCheck { fitting, head, problem, seen })
    }

    /// Notes that `entry` is in the history of `target`, and which patches were trusted there.
    pub(crate) fn witness(&self, target: &Path, entry: &Entry) {
        let Some(path) = &self.environment.seen_file else { return };
        let mut seen = load(path).unwrap_or_default();
        let name = name_of(target);
        let mut places = seen.folders.remove(&name).map(|folder| folder.places).unwrap_or_default();
        for note in entry.vouched.iter().filter(|note| was_trusted(note)) {
            let place = WitnessedPlace {
                product: note.product.clone(),
                channel: note.channel.clone(),
                sequence: note.sequence,
            };
            let is_row =
                |other: &WitnessedPlace| (&other.product, &other.channel) == (&place.product, &place.channel);
            match places.iter_mut().find(|other| is_row(other)) {
                Some(known) => known.sequence = known.sequence.max(place.sequence),
                None => places.push(place),
            }
        }
        let digest = Digest::compute(&entry.to_bytes()).to_string();
        let folder = Folder { time: self.environment.now(), entry: entry.seq, digest, places };
        seen.folders.insert(name, folder);
        if seen.folders.len() > MAX_FOLDERS {
            let oldest =
                seen.folders.iter().min_by(|a, b| a.1.time.cmp(&b.1.time)).map(|(name, _)| name.clone());
            oldest.and_then(|name| seen.folders.remove(&name));
        }
        seen.format = FORMAT.to_owned();
        // The change is done and in the folder's own history; only this second memory of it would be missing.
        let _ = save(path, &seen);
    }

    /// The same workbench, which knows what patches were trusted in `target` before, as far as this person has seen it.
    pub(crate) fn with_witness(&self, target: &Path) -> Self {
        let places = self.seen_of(target).map(|folder| folder.places).unwrap_or_default();
        let place =
            |WitnessedPlace { product, channel, sequence }| SequencePlace { product, channel, sequence };
        let mut remembering = self.clone();
        remembering.seen = places.into_iter().map(place).collect();
        remembering
    }

    fn seen_of(&self, target: &Path) -> Option<Folder> {
        load(self.environment.seen_file.as_ref()?)?.folders.remove(&name_of(target))
    }
}

/// Why the manifest beside an entry is not the one that the entry names.
fn manifest_problem(fs: &dyn crate::disk::fs::Fs, entry: &Entry) -> Option<String> {
    let named: Vec<Digest> = match entry.parts.is_empty() {
        true => entry.manifest.into_iter().collect(),
        false => entry.parts.iter().map(|part| part.manifest).collect(),
    };
    named.into_iter().enumerate().find_map(|(part, digest)| {
        let place = Ledger::manifest_of(LayerKey { entry: entry.seq, part });
        match read_small(fs, &place, MAX_MANIFEST_BYTES) {
            Ok(bytes) if Digest::compute(&bytes) == digest => None,
            Ok(_) => Some("the manifest kept with it is another one than it names".to_owned()),
            Err(error) => Some(format!("the manifest kept with it cannot be read: {error}")),
        }
    })
}

fn cut_short(ledger: &Ledger, folder: &Folder) -> Option<(u64, String)> {
    let known = match ledger.entry(folder.entry) {
        Some(entry) => Digest::compute(&entry.to_bytes()).to_string(),
        None => {
            let first_missing = ledger.head().seq + 1;
            return Some((
                first_missing,
                format!("it is missing; {} entries were seen here before", folder.entry),
            ));
        }
    };
    (known != folder.digest).then(|| (folder.entry, "it is another one than was seen here before".to_owned()))
}

/// Whether enough people vouched for the patch when it came.
pub(crate) fn was_trusted(note: &VouchedNote) -> bool {
    Standing::from_word(&note.verdict) == Some(Standing::Trusted)
}

/// The folder by its one name, links resolved.
fn name_of(target: &Path) -> String {
    std::fs::canonicalize(target).unwrap_or_else(|_| target.to_owned()).to_string_lossy().into_owned()
}

/// What cannot be read is as if nothing had been seen.
fn load(path: &Path) -> Option<Witnessed> {
    let bytes = std::fs::read(path).ok()?;
    let seen: Witnessed = json::from_slice(&bytes, MAX_BYTES).ok()?;
    (seen.format == FORMAT).then_some(seen)
}

fn save(path: &Path, seen: &Witnessed) -> std::io::Result<()> {
    let folder = path.parent().ok_or(std::io::ErrorKind::InvalidInput)?;
    std::fs::create_dir_all(folder)?;
    WholeFile::write_private(path, &serde_json::to_vec_pretty(seen)?)
}
