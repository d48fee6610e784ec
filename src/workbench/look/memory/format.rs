//! How the memory is written, by the number of its format. An older one is read for what it says; one that is newer than
//! this program is left alone, because nobody can tell here what it means.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{FolderName, MAX_BYTES, Memory, SeenEntry, SeenFolder, SeenPlace};
use crate::text::json;

/// What every format begins with, before its number.
const NAME: &str = "patchwright-seen/";

/// The format that is written.
pub(super) const FORMAT: &str = "patchwright-seen/2";

#[derive(Deserialize)]
struct Head {
    format: String,
}

/// Format 1: the newest entry of each folder, by its path.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct First {
    #[serde(rename = "format")]
    _format: String,
    folders: BTreeMap<String, FirstFolder>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FirstFolder {
    time: String,
    entry: u64,
    digest: String,
    places: Vec<FirstPlace>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FirstPlace {
    product: String,
    channel: String,
    sequence: u64,
}

/// Reads a memory in any format that this program knows.
///
/// # Errors
/// Says why it cannot be used.
pub(super) fn read(bytes: &[u8]) -> Result<Memory, String> {
    let in_words = |error: json::JsonError| error.to_string();
    json::check(bytes, MAX_BYTES).map_err(in_words)?;
    let head: Head = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    match head.format.strip_prefix(NAME).and_then(|number| number.parse::<u32>().ok()) {
        Some(1) => json::from_slice(bytes, MAX_BYTES).map(First::into_memory).map_err(in_words),
        Some(2) => json::from_slice(bytes, MAX_BYTES).map_err(in_words),
        Some(_) => Err(format!("a newer version of this program wrote it, in the format {:?}", head.format)),
        None => Err(format!("{:?} is no format of it", head.format)),
    }
}

impl First {
    /// Of the entries before the newest one, that format does not say who wrote them.
    fn into_memory(self) -> Memory {
        let folders = self.folders.into_iter().map(|(path, folder)| {
            let FirstFolder { time, entry, digest, places } = folder;
            let entries = vec![SeenEntry { entry, digest, whole: false, there: true }];
            let places = places.into_iter().map(FirstPlace::into_place).collect();
            let name = FolderName { path, object: None };
            SeenFolder { name, time, entries, places, reasons: Vec::new(), copies: Vec::new() }
        });
        Memory { format: FORMAT.to_owned(), folders: folders.collect() }
    }
}

impl FirstPlace {
    fn into_place(self) -> SeenPlace {
        let Self { product, channel, sequence } = self;
        SeenPlace { product, channel, sequence, marks: Vec::new() }
    }
}
