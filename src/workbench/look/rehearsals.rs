//! What was rehearsed, remembered outside the folders: shown to whoever plans or applies exactly the same.
//!
//! It is this person's own note, in a file that nobody else can write. It permits nothing.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::memory::FolderName;
use crate::environment::Environment;
use crate::guarded;
use crate::model::Digest;
use crate::whole_file::WholeFile;
use crate::workbench::{Error, Result};

/// Longest file, in bytes.
const MAX_BYTES: usize = 4 << 20;
/// Most rehearsals that are remembered; the oldest makes room.
const MAX_KEPT: usize = 1_000;
/// Longest reason, in characters.
const MAX_REASON_CHARS: usize = 500;

const FORMAT: &str = "patchwright-rehearsals/1";

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rehearsals {
    format: String,
    rehearsals: Vec<Kept>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    folder: FolderName,
    /// What the patch files say, in one digest.
    patches: String,
    /// What somebody agrees to who applies them to the folder as it was.
    decision: String,
    note: RehearsalNote,
}

/// How a rehearsal ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RehearsalNote {
    /// RFC 3339.
    pub time: String,
    pub by: String,
    pub is_passed: bool,
    /// Why it did not pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// How many tests of the site ran.
    pub tests: usize,
}

/// What is known of a rehearsal of what is planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownRehearsal {
    pub(crate) note: RehearsalNote,
    /// Whether folder and patches are as they were then.
    pub is_current: bool,
}

impl KnownRehearsal {
    /// In one word, for programs.
    pub(crate) const fn state(&self) -> &'static str {
        match (self.is_current, self.note.is_passed) {
            (false, _) => "out-of-date",
            (true, true) => "passed",
            (true, false) => "failed",
        }
    }
}

impl Rehearsals {
    /// Where they are kept, if anything is.
    pub fn place(environment: &Environment) -> Option<PathBuf> {
        environment.seen_file.as_ref().map(|seen| seen.with_file_name("rehearsals.json"))
    }

    /// The newest rehearsal of these patches in `folder`. What can't be read is as good as none: nobody is told then that
    /// anything was rehearsed.
    pub fn find(
        environment: &Environment,
        folder: &FolderName,
        patches: &Digest,
        decision: Digest,
    ) -> Option<KnownRehearsal> {
        let all = Self::load(&Self::place(environment)?).ok()?;
        let (patches, decision) = (patches.to_string(), decision.to_string());
        let known = all.rehearsals.into_iter().rev();
        let mut known = known.filter(|kept| kept.patches == patches && kept.folder.is(folder));
        let newest = known.next()?;
        Some(KnownRehearsal { is_current: newest.decision == decision, note: newest.note })
    }

    /// Notes a rehearsal.
    ///
    /// # Errors
    /// If the file can't be read or written.
    pub fn add(
        place: &Path,
        target: &Path,
        patches: &Digest,
        decision: Digest,
        note: RehearsalNote,
    ) -> Result<()> {
        let _lock = guarded::lock(place)?;
        let mut all = Self::load(place)?;
        FORMAT.clone_into(&mut all.format);
        let why = note.why.map(|why| why.chars().take(MAX_REASON_CHARS).collect());
        all.rehearsals.push(Kept {
            folder: FolderName::of(target),
            patches: patches.to_string(),
            decision: decision.to_string(),
            note: RehearsalNote { why, ..note },
        });
        let too_many = all.rehearsals.len().saturating_sub(MAX_KEPT);
        all.rehearsals.drain(..too_many);
        let bytes = serde_json::to_vec_pretty(&all).expect("notes have text keys only");
        let failed =
            |source| Error::File { doing: "write the memory of rehearsals", path: place.to_owned(), source };
        WholeFile::write_private(place, &bytes).map_err(failed)
    }

    fn load(place: &Path) -> Result<Self> {
        let unusable = |detail: String| Error::File {
            doing: "read the memory of rehearsals",
            path: place.to_owned(),
            source: std::io::Error::new(std::io::ErrorKind::InvalidData, detail),
        };
        let Some(bytes) = guarded::read(place, MAX_BYTES as u64)? else { return Ok(Self::default()) };
        let all: Self = serde_json::from_slice(&bytes).map_err(|error| unusable(error.to_string()))?;
        match all.format == FORMAT {
            true => Ok(all),
            false => Err(unusable(format!("its format is {:?} instead of {FORMAT:?}", all.format))),
        }
    }
}
