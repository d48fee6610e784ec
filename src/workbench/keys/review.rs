//! Makes a review of a patch: what the program found, what somebody looked at and noted, and what they say.

use std::path::{Path, PathBuf};

use crate::bundle::place_of;
use crate::diff::pair_renames;
use crate::model::{Digest, FileChange, Mode, Node, Patch, RollbackPossible};
use crate::named_file;
use crate::plan::why::Reviewing;
use crate::text::confusables::{ConfusableKind, ConfusableSeverity};
use crate::trust::{
    Doubt, MAX_REVIEW_BYTES, Opinion, Review, ReviewNote, ReviewedChange, SignatureScheme, Standing, Verdict,
};
use crate::whole_file::WholeFile;
use crate::workbench::hidden::{Hidden, HiddenCount};
use crate::workbench::{Error, Inspection, Result, Signed, Workbench};

/// What somebody says about a patch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewWish {
    /// Yes, no, or neither.
    pub opinion: Opinion,
    /// Notes: `PATH: text` about a place that the patch changes, anything else about the whole patch.
    pub notes: Vec<String>,
    /// Changed places, or folders of them, that were looked at.
    pub looked_at: Vec<String>,
    /// Whether every change was looked at.
    pub looked_at_all: bool,
    /// Who looked; `user@host` if nobody says.
    pub reviewer: Option<String>,
}

/// What somebody whose key is trusted here says about a patch in a review.
#[derive(Debug, Clone, Copy)]
pub struct SpokenReview<'a> {
    /// What their key is called here.
    pub name: &'a str,
    /// SHA-256 of the exact bytes.
    pub digest: &'a Digest,
    pub review: &'a Review,
}

impl Workbench {
    /// Makes a review of the bundle of which `shown` was looked at.
    ///
    /// # Errors
    /// If a place is not one that it changes, or the notes are too long.
    pub fn review(&self, shown: &Inspection, wish: &ReviewWish) -> Result<Review> {
        let environment = &self.environment;
        let reviewer = wish.reviewer.clone();
        let review = Review {
            manifest: shown.manifest_digest,
            bundle: shown.file_digest,
            patch: shown.patch.about.identity.to_string(),
            title: shown.patch.about.title.raw().to_owned(),
            place: place_of(&shown.patch),
            reviewer: reviewer.unwrap_or_else(|| format!("{}@{}", environment.user, environment.host)),
            time: environment.now(),
            opinion: wish.opinion,
            verdict: shown.verdict.sentence(),
            findings: findings(shown),
            notes: notes(&shown.patch, &wish.notes),
            changes: looked_at(&shown.patch, wish)?,
        };
        match review.to_bytes().len() > MAX_REVIEW_BYTES {
            true => Err(Error::refused(Reviewing::TooLong { max_bytes: MAX_REVIEW_BYTES })),
            false => Ok(review),
        }
    }

    /// Reads notes from a text file, one a line; empty lines are none.
    ///
    /// # Errors
    /// If it cannot be read, is no text, or is longer than any review.
    pub(crate) fn read_notes(&self, file: &Path) -> Result<Vec<String>> {
        let failed = |source| Error::File { doing: "read the notes", path: file.to_owned(), source };
        let text = named_file::read_text(file, MAX_REVIEW_BYTES).map_err(failed)?;
        if text.len() > MAX_REVIEW_BYTES {
            return Err(Error::refused(Reviewing::NotesTooLong { max_bytes: MAX_REVIEW_BYTES }));
        }
        Ok(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect())
    }

    /// Writes a review in some form, whole or not at all.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(crate) fn save_review(&self, form: &[u8], output: &Path) -> Result<()> {
        let failed = |source| Error::File { doing: "write the review", path: output.to_owned(), source };
        WholeFile::write(output, form).map_err(failed)
    }

    /// Where a signature over a review would be, of one kind or the other.
    pub(crate) fn review_signatures(review: &Path) -> [PathBuf; 2] {
        [SignatureScheme::Minisign, SignatureScheme::Ssh].map(|scheme| signature_beside(review, scheme))
    }

    /// Writes the signature over a review beside the file with its exact bytes, where stock programs look for it.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(crate) fn save_review_signature(&self, signed: &Signed, review: &Path) -> Result<PathBuf> {
        let beside = signature_beside(review, signed.signature.scheme);
        self.save_review(&signed.signature.bytes, &beside).map(|()| beside)
    }
}

fn signature_beside(review: &Path, scheme: SignatureScheme) -> PathBuf {
    let mut name = review.as_os_str().to_owned();
    name.push(match scheme {
        SignatureScheme::Minisign => ".minisig",
        SignatureScheme::Ssh => ".sshsig",
    });
    PathBuf::from(name)
}

/// The reviews by those whose keys are trusted here, those who count first. Nobody else is heard.
pub(crate) fn spoken_reviews<'a>(
    verdict: &'a Verdict,
    reviews: &'a [(Digest, Review)],
) -> Vec<SpokenReview<'a>> {
    let vouched = verdict.vouchers.iter().map(|voucher| (Some(&voucher.name), voucher.review.as_ref()));
    let doubted = verdict.doubts.iter().map(|doubt| (doubt.name.as_ref(), doubt.review.as_ref()));
    let spoken = |(name, digest): (Option<&'a String>, Option<&'a Digest>)| {
        let (name, digest) = (name?, digest?);
        let (_, review) = reviews.iter().find(|(found, _)| found == digest)?;
        Some(SpokenReview { name, digest, review })
    };
    vouched.chain(doubted).filter_map(spoken).collect()
}

/// What the program knows that a reviewer should know, one sentence each.
fn findings(shown: &Inspection) -> Vec<String> {
    let patch = &shown.patch;
    let mut findings = Vec::new();
    if !patch.proven {
        findings.push("its author didn't test it on a copy".to_owned());
    }
    if shown.verdict.standing == Standing::Untrusted && shown.verdict.doubts.is_empty() {
        findings.push("it isn't signed yet".to_owned());
    }
    findings.extend(shown.verdict.doubts.iter().map(Doubt::sentence));
    if patch.about.rollback.possible == RollbackPossible::No {
        findings.push("it can't be rolled back".to_owned());
    }
    findings.extend(patch.scripts.iter().map(|script| {
        let when = script.phase;
        format!("a script runs {when} the change (SHA-256 {}): {}", script.blob, script.reason.raw())
    }));
    findings.extend(hidden(&shown.hidden));
    findings.extend(patch.changes.iter().flat_map(findings_at));
    findings
}

fn findings_at(change: &FileChange) -> Vec<String> {
    let path = change.path.as_str();
    let mut findings = Vec::new();
    let (old, new) = (change.before.first(), change.after.as_ref());
    let mode = |node: Option<&Node>| node.filter(|node| !node.is_dir()).and_then(Node::mode);
    let can_run = |node| mode(node).is_some_and(Mode::is_executable);
    if can_run(new) && !can_run(old) {
        findings.push(format!("{path}: becomes a program"));
    }
    if let Some(mode) = new.and_then(Node::mode).filter(|mode| mode.is_special()) {
        findings.push(format!("{path}: gets special permissions ({mode})"));
    }
    if let (Some(old), Some(new)) = (old.and_then(Node::mode), new.and_then(Node::mode))
        && old != new
    {
        findings.push(format!("{path}: permissions {old} → {new}"));
    }
    if let Some(Node::Link(link)) = new {
        findings.push(format!("{path}: becomes a link to {}", link.points_to));
    }
    findings
}

/// What the patch hides, a sentence for each kind.
fn hidden(hidden: &Hidden) -> Vec<String> {
    let sentence = |(danger, kind, count): (ConfusableSeverity, ConfusableKind, HiddenCount)| {
        let (number, places) = (count.number, count.places);
        let first = hidden.places_of(danger, kind).next().map(|place| place.at.phrase());
        let first = first.map(|first| format!(", first in {first}")).unwrap_or_default();
        format!("{} ({}): {number}, places: {places}{first}", danger.as_str(), kind.as_str())
    };
    let mut findings: Vec<String> = hidden.counts().map(sentence).collect();
    if hidden.not_looked_through > 0 {
        let number = hidden.not_looked_through;
        findings.push(format!("not checked for invisible text: {number} of the files"));
    }
    findings
}

/// Each note with the place that it is about, if the patch changes such a place.
fn notes(patch: &Patch, notes: &[String]) -> Vec<ReviewNote> {
    let is_changed = |path: &str| patch.changes.iter().any(|change| change.path.as_str() == path);
    let note = |note: &String| {
        // A name may have ": " in it, too; the longest that is one wins.
        let split = note.rmatch_indices(": ").find(|(at, _)| is_changed(&note[..*at]));
        match split {
            Some((at, _)) => {
                ReviewNote { path: Some(note[..at].to_owned()), text: note[at + 2..].trim().to_owned() }
            }
            None => ReviewNote { path: None, text: note.clone() },
        }
    };
    notes.iter().map(note).collect()
}

/// Every change, and whether it was looked at.
fn looked_at(patch: &Patch, wish: &ReviewWish) -> Result<Vec<ReviewedChange>> {
    let names = |wished: &str, path: &str| {
        let wished = wished.trim_end_matches('/');
        path == wished || path.strip_prefix(wished).is_some_and(|rest| rest.starts_with('/'))
    };
    let paths = || patch.changes.iter().map(|change| change.path.as_str());
    if let Some(unknown) = wish.looked_at.iter().find(|wished| !paths().any(|path| names(wished, path))) {
        return Err(Error::refused(Reviewing::NotChanged(unknown.clone())));
    }
    let line = |(change, from): (&FileChange, Option<&FileChange>)| {
        let ours = [Some(change), from].into_iter().flatten();
        let mut wished = ours.flat_map(|one| wish.looked_at.iter().map(move |wished| (wished, one)));
        ReviewedChange {
            path: change.path.as_str().to_owned(),
            change: what_becomes(change, from),
            looked_at: wish.looked_at_all || wished.any(|(wished, one)| names(wished, one.path.as_str())),
        }
    };
    Ok(pair_renames(&patch.changes).into_iter().map(line).collect())
}

fn what_becomes(change: &FileChange, from: Option<&FileChange>) -> String {
    match (from, change.before.first(), &change.after) {
        (Some(from), ..) => format!("renamed from {}", from.path.as_str()),
        (None, None, _) => "added".to_owned(),
        (None, Some(_), None) => "deleted".to_owned(),
        (None, Some(old), Some(new)) if !old.same_kind(new) => {
            format!("{} becomes {}", old.as_str(), new.as_str())
        }
        (None, Some(old), Some(new)) if old.same_content(new) => "other permissions".to_owned(),
        (None, Some(_), Some(_)) => "modified".to_owned(),
    }
}
