//! What was rehearsed, remembered outside the folders: shown to whoever plans or applies exactly the same.
//!
//! It is this person's own note, in a file that nobody else can write. It permits nothing.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::memory::FolderName;
use crate::disk::fs::Fs;
use crate::disk::{observe, observe_all};
use crate::environment::Environment;
use crate::guarded;
use crate::model::{Digest, Hasher, Patch, Probe, TreePath, TreeState};
use crate::plan::spell;
use crate::progress::{CancelToken, Quiet};
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
    rehearsals: Vec<KeptRehearsal>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptRehearsal {
    folder: FolderName,
    /// What the patch files say, in one digest.
    patches: String,
    /// What somebody agrees to who applies them to the folder as it was.
    decision: String,
    /// Everything else in the folder that it depended on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    surroundings: Option<RehearsalInputs>,
    note: RehearsalNote,
}

/// What a rehearsal depended on besides what it was about, in one digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RehearsalInputs {
    digest: String,
    /// Files that somebody wrote while it ran, as a running product does: it depended on none of them.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    busy: BTreeSet<String>,
}

/// The folder around a change.
///
/// A rehearsal with tests of the site depends on every file, since a test may look at each. Without, it depends on those
/// that the health checks and the rules for the product look at; what the patch changes is part of what somebody agrees to.
pub(crate) struct RehearsalScope<'a> {
    pub fs: &'a dyn Fs,
    pub patches: Vec<&'a Patch>,
    pub has_tests: bool,
}

impl RehearsalScope<'_> {
    /// Everything that is looked at.
    ///
    /// # Errors
    /// The disk's.
    pub fn look(&self) -> Result<TreeState> {
        let (quiet, never) = (Quiet, CancelToken::new());
        Ok(match self.has_tests {
            true => observe_all(self.fs, &|_, _| false, &quiet, &never)?.tree,
            false => observe(self.fs, &self.named(), &quiet, &never)?.tree,
        })
    }

    fn named(&self) -> BTreeSet<TreePath> {
        let checks =
            self.patches.iter().flat_map(|patch| patch.about.preflight.iter().chain(&patch.about.health));
        let of_checks = checks.filter_map(|check| match &check.probe {
            Probe::File { path, .. } | Probe::Text { path, .. } => Some(path.clone()),
            _ => None,
        });
        let rules = self.patches.iter().flat_map(|patch| patch.about.detect_rules());
        let of_rules = rules.map(|rule| rule.path().clone());
        of_checks.chain(of_rules).collect()
    }

    /// What a rehearsal depended on that began when the folder was like `before`.
    ///
    /// # Errors
    /// The disk's.
    pub fn prove(&self, before: &TreeState) -> Result<RehearsalInputs> {
        let now = self.look()?;
        let paths = before.iter().chain(now.iter()).map(|(path, _)| path);
        let busy = paths.filter(|path| before.at(path) != now.at(path)).map(ToString::to_string);
        let busy: BTreeSet<String> = busy.collect();
        Ok(RehearsalInputs { digest: digest(&now, &busy), busy })
    }

    fn still_holds(&self, proven: &RehearsalInputs) -> bool {
        self.look().is_ok_and(|now| digest(&now, &proven.busy) == proven.digest)
    }
}

fn digest(tree: &TreeState, busy: &BTreeSet<String>) -> String {
    let mut hasher = Hasher::new();
    for (path, node) in tree.iter().filter(|(path, _)| !busy.contains(path.as_str())) {
        hasher.update(format!("{path}\0{}\n", spell(Some(node))).as_bytes());
    }
    hasher.finish().to_string()
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
    /// Whether what would be done now did not go well then.
    pub(crate) const fn is_failed(&self) -> bool {
        self.is_current && !self.note.is_passed
    }

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
        (fs, coming): (&dyn Fs, Vec<&Patch>),
    ) -> Option<KnownRehearsal> {
        let all = Self::load(&Self::place(environment)?).ok()?;
        let (patches, decision) = (patches.to_string(), decision.to_string());
        let known = all.rehearsals.into_iter().rev();
        let mut known = known.filter(|kept| kept.patches == patches && kept.folder.is(folder));
        let newest = known.next()?;
        let around = RehearsalScope { fs, patches: coming, has_tests: newest.note.tests > 0 };
        let is_current = newest.decision == decision
            && newest.surroundings.is_some_and(|proven| around.still_holds(&proven));
        Some(KnownRehearsal { is_current, note: newest.note })
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
        surroundings: RehearsalInputs,
        note: RehearsalNote,
    ) -> Result<()> {
        let _lock = guarded::lock(place)?;
        let mut all = Self::load(place)?;
        FORMAT.clone_into(&mut all.format);
        let why = note.why.map(|why| why.chars().take(MAX_REASON_CHARS).collect());
        all.rehearsals.push(KeptRehearsal {
            folder: FolderName::new(target),
            patches: patches.to_string(),
            decision: decision.to_string(),
            surroundings: Some(surroundings),
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
