//! What became of each file and hunk, and why not.

use std::collections::BTreeMap;

use crate::diff::patch_text::{Body, FileOp, FilePatch, StripLevel};
use crate::diff::place::{HunkGrade, Misplaced, Nearest};
use crate::model::Code;
use crate::text::escape_bytes;

/// What became of all patches that were carried out together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextOrigin {
    /// Each patch by the name of its file or mail, in order.
    pub patches: Vec<(String, PatchOutcome)>,
    /// How many lines around a change were allowed to be left out of account.
    pub fuzz: usize,
}

impl TextOrigin {
    /// Whether nothing stands in the way.
    pub(crate) fn is_good(&self) -> bool {
        self.files().all(|(_, file)| file.is_good())
    }

    /// The grades of all hunks as a phrase: `3 clean, 1 moved`. `None` if no file has hunks.
    pub fn summary(&self) -> Option<String> {
        counted(self.files().flat_map(|(_, file)| &file.hunks))
    }

    /// Each file with the name of its patch.
    pub fn files(&self) -> impl Iterator<Item = (&str, &FileOutcome)> {
        self.patches
            .iter()
            .flat_map(|(name, patch)| patch.files.iter().map(move |file| (name.as_str(), file)))
    }
}

/// What became of one patch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatchOutcome {
    /// How many folders at the start of each name were left out.
    pub strip: StripLevel,
    /// Its files, in the order of the text.
    pub files: Vec<FileOutcome>,
}

impl PatchOutcome {
    /// Whether nothing stands in the way.
    pub(crate) fn is_good(&self) -> bool {
        self.files.iter().all(FileOutcome::is_good)
    }

    /// Whether anything was found to be there already.
    pub(crate) fn has_anything_there(&self) -> bool {
        let is_there = |hunk: &HunkOutcome| hunk.grade == HunkGrade::AlreadyThere;
        self.files.iter().any(|file| file.is_there || file.hunks.iter().any(is_there))
    }

    /// Makes of the outcome of a patch that was taken back that of one that is there.
    pub(crate) fn turn_to_there(&mut self) {
        self.files.reverse();
        for file in &mut self.files {
            file.is_there = true;
            file.hunks.iter_mut().for_each(|hunk| hunk.grade = HunkGrade::AlreadyThere);
        }
    }
}

/// What became of the diff of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileOutcome {
    /// The file: its path in the folder or, where that cannot be told, its escaped name in the diff.
    pub path: String,
    /// Where it moved or was copied from.
    pub from: Option<String>,
    /// What the diff does.
    pub op: FileOp,
    /// The line of the text where its diff begins.
    pub line: usize,
    pub hunks: Vec<HunkOutcome>,
    /// Whether the file as a whole is already as the diff leaves it.
    pub is_there: bool,
    /// What stands in the way, beside hunks that have no place.
    pub trouble: Option<Trouble>,
}

/// What became of one hunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HunkOutcome {
    /// The line of the text where it begins.
    pub line: usize,
    /// The line of the file that it says it begins at.
    pub stated: usize,
    /// The line of the file where it was placed.
    pub at: Option<usize>,
    /// How certain that is.
    pub grade: HunkGrade,
}

/// Why a diff of a file cannot be carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// The code to quote.
    pub code: Code,
    /// The number of the hunk, if it is one that has no place.
    pub hunk: Option<usize>,
    /// A lower-case phrase that follows the file's name.
    pub meaning: String,
}

impl Trouble {
    /// One with these words.
    pub fn new(code: Code, meaning: impl Into<String>) -> Self {
        Self { code, hunk: None, meaning: meaning.into() }
    }

    pub(super) fn cannot_be_turned() -> Self {
        Self::new(Code::Diff, "cannot be taken back: the diff does not say what stood there before")
    }
}

impl FileOutcome {
    pub(super) fn new(file: &FilePatch<'_>) -> Self {
        Self {
            path: escape_bytes(file.name()),
            from: None,
            op: file.op,
            line: file.line,
            hunks: Vec::new(),
            is_there: false,
            trouble: None,
        }
    }

    pub(super) fn failed(mut self, trouble: Trouble) -> Self {
        self.trouble = Some(trouble);
        self
    }

    /// Takes in where the hunks of `file` went.
    pub(super) fn take_hunks(&mut self, file: &FilePatch<'_>, placed: Vec<(HunkGrade, Option<usize>)>) {
        let Body::Hunks(hunks) = &file.body else { return };
        let outcome = |(hunk, (grade, at)): (&crate::diff::patch_text::PatchHunk<'_>, _)| HunkOutcome {
            line: hunk.line,
            stated: hunk.old_start,
            at,
            grade,
        };
        self.hunks = hunks.iter().zip(placed).map(outcome).collect();
    }

    /// Whether nothing stands in the way.
    pub(crate) fn is_good(&self) -> bool {
        self.trouble.is_none() && self.hunks.iter().all(|hunk| hunk.grade.is_good())
    }

    /// Everything that stands in the way: a code and a phrase each.
    pub(crate) fn troubles(&self) -> Vec<Trouble> {
        let number = self.hunks.len();
        let of_hunk = |(index, hunk): (usize, &HunkOutcome)| {
            let meaning = hunk.trouble()?;
            let (line, hunk) = (hunk.line, index + 1);
            let meaning = format!("hunk {hunk} of {number} (line {line} of the patch) {meaning}");
            Some(Trouble { code: Code::Drift, hunk: Some(hunk), meaning })
        };
        let hunks = self.hunks.iter().enumerate().filter_map(of_hunk);
        self.trouble.iter().cloned().chain(hunks).collect()
    }

    /// The grades as a phrase: `3 clean, 1 moved`.
    pub fn summary(&self) -> String {
        match (counted(&self.hunks), self.is_there) {
            (None, true) => "already there".to_owned(),
            (None, false) => "whole file".to_owned(),
            (Some(counted), _) => counted,
        }
    }
}

/// How many hunks there are of each grade, the certain ones first: `3 clean, 1 moved`. `None` without hunks.
fn counted<'h>(hunks: impl IntoIterator<Item = &'h HunkOutcome>) -> Option<String> {
    let rank = |grade: &HunkGrade| match grade {
        HunkGrade::Exact => 0,
        HunkGrade::Clean => 1,
        HunkGrade::Moved(_) => 2,
        HunkGrade::Merged => 3,
        HunkGrade::Loose { .. } => 4,
        HunkGrade::AlreadyThere => 5,
        HunkGrade::Ambiguous(_) => 6,
        HunkGrade::Failed(..) => 7,
    };
    let mut counts: BTreeMap<u8, (&str, usize)> = BTreeMap::new();
    for hunk in hunks {
        counts.entry(rank(&hunk.grade)).or_insert((hunk.grade.as_str(), 0)).1 += 1;
    }
    let counted: Vec<String> = counts.values().map(|(word, count)| format!("{count} {word}")).collect();
    (!counted.is_empty()).then(|| counted.join(", "))
}

impl HunkOutcome {
    /// Where it went, as a phrase for people.
    pub fn sentence(&self) -> String {
        let lines = |moved: isize| {
            let count = moved.unsigned_abs();
            let side = if moved > 0 { "below" } else { "above" };
            format!("{count} line{} {side} the stated one", if count == 1 { "" } else { "s" })
        };
        let at = self.at.unwrap_or_default();
        match &self.grade {
            HunkGrade::Exact => {
                format!("exact: the file is the very one the patch was made from (line {at})")
            }
            HunkGrade::Clean => format!("clean: fits at its stated line {at}"),
            HunkGrade::Moved(moved) => format!("moved: fits at line {at}, {}", lines(*moved)),
            HunkGrade::Merged => {
                "merged: brought together with what was edited since the patch was made".to_owned()
            }
            HunkGrade::Loose { fuzz, moved: 0 } => {
                format!("loose: fits at its stated line {at} without {fuzz} of the lines around it")
            }
            HunkGrade::Loose { fuzz, moved } => {
                format!("loose: fits at line {at}, {}, without {fuzz} of the lines around it", lines(*moved))
            }
            HunkGrade::AlreadyThere => format!("already there, at line {at}"),
            HunkGrade::Ambiguous(_) | HunkGrade::Failed(..) => self.trouble().unwrap_or_default(),
        }
    }

    /// What stands in the way, if something does.
    fn trouble(&self) -> Option<String> {
        match &self.grade {
            HunkGrade::Ambiguous(lines) => {
                let lines: Vec<String> = lines.iter().map(usize::to_string).collect();
                Some(format!(
                    "is ambiguous: it, or its result, fits at lines {}, and nothing tells which is meant",
                    lines.join(", ")
                ))
            }
            HunkGrade::Failed(reason, nearest) => Some(failure(*reason, nearest.as_ref())),
            _ => None,
        }
    }
}

fn failure(reason: Misplaced, nearest: Option<&Nearest>) -> String {
    match (reason, nearest) {
        (Misplaced::Lines, None) => "fits nowhere, and nothing in the file looks like it".to_owned(),
        (Misplaced::Lines, Some(nearest)) => {
            let Nearest { line, matching, of, differs_at, found, expected } = nearest;
            if matching == of
                && found.as_deref().is_some_and(|found| found.strip_suffix(b"\n") == Some(expected))
            {
                return format!(
                    "fits at line {line} but for the end: the patch says that the file begins or ends there"
                );
            }
            let expected = escape_bytes(expected);
            let found = match found {
                None => "the file ends there".to_owned(),
                Some(found) => {
                    let ended = found.ends_with(b"\n");
                    let found = escape_bytes(found.strip_suffix(b"\n").unwrap_or(found));
                    match (found == expected, ended) {
                        (true, true) => {
                            "the same line stands there, but not as the last one without a line end"
                                .to_owned()
                        }
                        (true, false) => "the same line stands there, but without a line end".to_owned(),
                        _ => format!("\"{found}\" stands there"),
                    }
                }
            };
            format!(
                "fits nowhere; nearest at line {line} ({matching} of {of} lines): line {differs_at} should be \"{expected}\", and {found}"
            )
        }
        (Misplaced::NoContext, _) => {
            "has no line around it that could prove its place (--fuzz 1 allows that)".to_owned()
        }
        (Misplaced::MixedLineEnds, _) => {
            "fits, but some lines there end in CR LF and some in LF, so the new ones have no certain line end"
                .to_owned()
        }
        (Misplaced::EndOfFile, _) => {
            "fits, but would leave a line without a line end in the middle of the file".to_owned()
        }
        (Misplaced::EditedSince, _) => {
            "fits, but its own place was edited since the patch was made, so this is not the one that is meant"
                .to_owned()
        }
        (Misplaced::TooMuchWork, _) => "was not found: too many lines of the file look alike".to_owned(),
    }
}
