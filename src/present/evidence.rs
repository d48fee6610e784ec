//! What an auditor is shown: what of a folder goes into the file, and whether such a file is what somebody made.

use std::path::{Path, PathBuf};

use super::overview::{line, path_line};
use crate::report::phrases;
use crate::words::{fill, papers};
use crate::workbench::{EvidenceWish, PackSigner, Redaction, VerifiedPack, moment};

/// What goes into the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EvidenceForm {
    /// The folder.
    pub folder: PathBuf,
    /// Only what is about this patch.
    pub patch: Option<String>,
    /// Only what happened since this day.
    pub since: String,
    /// Whether names of people and computers are left out, and of places.
    pub without_users: bool,
    pub without_paths: bool,
}

impl EvidenceForm {
    /// Why it can't be saved yet.
    pub fn reason_to_wait(&self) -> Option<&'static str> {
        let since = self.since.trim();
        (!since.is_empty() && moment(since).is_none()).then_some(papers::EVIDENCE_DAY_FIRST)
    }

    /// The name that the file gets.
    pub(super) fn file_name(&self) -> String {
        let folder = self.folder.file_name().map(|name| name.to_string_lossy());
        let name = self.patch.as_deref().or(folder.as_deref()).unwrap_or("folder");
        format!("{name}.evidence.zip")
    }

    pub(super) fn wish(&self) -> EvidenceWish {
        EvidenceWish {
            patch: self.patch.clone(),
            since: moment(self.since.trim()),
            redaction: Redaction { users: self.without_users, paths: self.without_paths },
            kev: None,
        }
    }
}

/// What came of checking such a file. Texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedEvidence {
    pub verdict: EvidenceVerdict,
    pub headline: String,
    /// What is in it, who signed it, and what is not as it was made.
    pub lines: Vec<String>,
}

/// What such a file is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EvidenceVerdict {
    /// It is whole, and by somebody who is trusted here.
    Proven,
    /// It is whole; who made it is unknown.
    Whole,
    Changed,
}

impl CheckedEvidence {
    pub(super) fn new(verified: &VerifiedPack, path: &Path) -> Self {
        let (verdict, template) = match (verified.is_whole(), verified.is_proven()) {
            (false, _) => (EvidenceVerdict::Changed, papers::EVIDENCE_CHANGED),
            (true, true) => (EvidenceVerdict::Proven, papers::EVIDENCE_PROVEN),
            (true, false) => (EvidenceVerdict::Whole, papers::EVIDENCE_WHOLE),
        };
        let changed = verified.changed.iter().map(|(name, how)| line(&format!("{name} {how}")));
        let history = verified.history.iter().map(|problem| line(problem));
        let files = phrases::count(verified.files, "file", "files");
        let entries = phrases::count(verified.entries, "entry", "entries");
        let inside = fill(papers::EVIDENCE_INSIDE, &[("files", &files), ("entries", &entries)]);
        let signer = match &verified.signer {
            PackSigner::Nobody => papers::EVIDENCE_BY_NOBODY.to_owned(),
            PackSigner::Broken => papers::EVIDENCE_BY_BROKEN.to_owned(),
            PackSigner::Unknown(key) => fill(papers::EVIDENCE_BY_UNKNOWN, &[("key", &key.groups())]),
            PackSigner::Revoked { key, reason } => {
                fill(papers::EVIDENCE_BY_REVOKED, &[("key", &key.groups()), ("reason", &line(reason))])
            }
            PackSigner::OutOfScope { name, key, why } => fill(
                papers::EVIDENCE_BY_OUT_OF_SCOPE,
                &[("name", &line(name)), ("key", &key.short()), ("why", why.phrase())],
            ),
            PackSigner::Known { name, key } => {
                fill(papers::EVIDENCE_BY, &[("name", &line(name)), ("key", &key.short())])
            }
        };
        Self {
            verdict,
            headline: fill(template, &[("file", &path_line(path))]),
            lines: changed.chain(history).chain([inside, signer]).collect(),
        }
    }
}
