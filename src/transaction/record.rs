//! The small files that decide what a crash meant: written once, complete or not there, proven by their own hash.
//!
//! ```text
//! PATCHWRIGHT1 intent 7c1e…
//! {"root":1234,"entry":"ab12…","seq":42,"retires":[]}
//! END sha256:…
//! ```
//! A record is written under a name with `.new`, synced, then renamed. A file under the final name whose hash is
//! wrong is therefore damage, never an interrupted write.

use std::io;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::disk::fs::{Fs, Place, StatePath};
use crate::ledger::read_small;
use crate::model::Digest;

/// A record is a few hundred bytes; more is not one of ours.
const MAX_RECORD_BYTES: u64 = 64 << 10;

const MAGIC: &str = "PATCHWRIGHT1";

/// What is about to happen. Its presence says that the target may be between old and new.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intent {
    /// Object number of the target folder: that of a copied or downloaded folder is another one.
    pub root: u64,
    /// Digest of `entry/entry.json`, which lists the steps.
    pub entry: String,
    /// The entry's number in the history.
    pub seq: u64,
    /// Entries whose backups become live files and are given up by the commit.
    pub retires: Vec<u64>,
}

/// How the transaction ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EndRecord {
    /// Digest of the intent record that this ends.
    pub intent: String,
    /// The number in the history of the entry that this makes true.
    pub seq: u64,
}

/// A record as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum RecordRead<T> {
    /// There is none.
    Absent,
    Whole {
        /// The transaction's id.
        id: String,
        /// What it says.
        body: T,
        /// Digest of the file.
        digest: Digest,
    },
    /// It is there and not what was written.
    Damaged(String),
}

/// The bytes of a record.
pub(super) fn render<T: Serialize>(kind: &str, id: &str, body: &T) -> Vec<u8> {
    let body = serde_json::to_string(body).expect("records have text keys only");
    let mut text = format!("{MAGIC} {kind} {id}\n{body}\n");
    let digest = Digest::compute(text.as_bytes());
    text.push_str(&format!("END sha256:{digest}\n"));
    text.into_bytes()
}

fn parse<T: DeserializeOwned>(kind: &str, bytes: &[u8]) -> Result<(String, T), String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not text".to_owned())?;
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let [header, body, end] = lines[..] else {
        return Err(format!("it has {} lines instead of 3", lines.len()));
    };
    let digest = Digest::compute(format!("{header}{body}").as_bytes());
    if end != format!("END sha256:{digest}\n") {
        return Err("its hash does not fit".to_owned());
    }
    // Only what is proven whole is parsed.
    let id = header
        .strip_prefix(MAGIC)
        .and_then(|rest| rest.strip_prefix(' '))
        .and_then(|rest| rest.strip_prefix(kind))
        .and_then(|rest| rest.strip_prefix(' '))
        .and_then(|rest| rest.strip_suffix('\n'))
        .filter(|id| !id.is_empty() && id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .ok_or_else(|| format!("it is no {MAGIC} {kind} record"))?;
    let body = serde_json::from_str(body).map_err(|error| error.to_string())?;
    Ok((id.to_owned(), body))
}

/// Reads the record at `place`.
///
/// # Errors
/// The system's; damage is a value.
pub(super) fn read<T: DeserializeOwned>(
    fs: &dyn Fs,
    kind: &str,
    place: &StatePath,
) -> io::Result<RecordRead<T>> {
    if fs.look(&Place::from(place))?.is_none() {
        return Ok(RecordRead::Absent);
    }
    let bytes = match read_small(fs, place, MAX_RECORD_BYTES) {
        Err(error) if error.kind() == io::ErrorKind::FileTooLarge => {
            return Ok(RecordRead::Damaged("it is too long".to_owned()));
        }
        bytes => bytes?,
    };
    Ok(match parse(kind, &bytes) {
        Ok((id, body)) => RecordRead::Whole { id, body, digest: Digest::compute(&bytes) },
        Err(detail) => RecordRead::Damaged(detail),
    })
}

/// The name under which a record waits until it is synced.
pub(super) fn unfinished(place: &StatePath) -> StatePath {
    let name = place.as_str();
    StatePath::new(&format!("{name}.new"))
}

/// Writes a small file of ours, not synced.
pub(super) fn write_small(fs: &dyn Fs, place: &StatePath, bytes: &[u8]) -> io::Result<()> {
    let mut file = fs.create(place)?;
    file.write_all(bytes)?;
    file.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn intent() -> Intent {
        Intent { root: 2, entry: "ab".to_owned(), seq: 3, retires: vec![1] }
    }

    #[test]
    fn a_record_reads_back_as_it_was_written() {
        let bytes = render("intent", "7c1e", &intent());
        assert_eq!(parse::<Intent>("intent", &bytes), Ok(("7c1e".to_owned(), intent())));
    }

    #[test]
    fn every_cut_and_every_flipped_bit_is_damage() {
        let bytes = render("intent", "7c1e", &intent());
        for length in 0..bytes.len() {
            assert!(parse::<Intent>("intent", &bytes[..length]).is_err(), "cut at {length}");
        }
        for index in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[index / 8] ^= 1 << (index % 8);
            assert!(parse::<Intent>("intent", &flipped).is_err(), "bit {index}");
        }
    }

    #[test]
    fn a_record_of_another_kind_or_with_a_strange_id_is_damage() {
        assert!(parse::<Intent>("intent", &render("commit", "7c1e", &intent())).is_err());
        assert!(parse::<Intent>("intent", &render("intent", "../x", &intent())).is_err());
        assert!(parse::<EndRecord>("intent", &render("intent", "7c1e", &intent())).is_err());
    }
}
