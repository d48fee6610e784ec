//! What became of each file and hunk, and why not.

use std::collections::BTreeMap;

use crate::diff::patch_text::{Body, FileOp, FilePatch, ReadingRemark, Remedy, StripLevel, UncarriedKind};
use crate::diff::place::{HunkGrade, Misplaced, Nearest, Tolerance};
use crate::model::Code;
use crate::text::{escape_bytes, name_in_message};

/// Most different ways of reading names that are told.
const MAX_TOLD_READINGS: usize = 5;

/// What became of all patches that were carried out together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TextOrigin {
    /// Each patch by the name of its file or mail, in order.
    pub patches: Vec<(String, PatchOutcome)>,
    /// What was allowed to differ.
    pub tolerance: Tolerance,
    /// Whether somebody agreed to do without what the patches do not carry.
    pub without_uncarried: bool,
}

impl TextOrigin {
    /// Whether nothing stands in the way.
    pub(crate) fn is_good(&self) -> bool {
        self.patches.iter().all(|(_, patch)| patch.is_good())
            && (self.without_uncarried || self.left_behind().all(|(_, left)| !left.kind.matters()))
    }

    /// What the patches do not carry, each with the name of its patch.
    pub(crate) fn left_behind(&self) -> impl Iterator<Item = (&str, &LeftBehind)> {
        self.patches
            .iter()
            .flat_map(|(name, patch)| patch.left_behind.iter().map(move |left| (name.as_str(), left)))
    }

    /// The grades of all hunks as a phrase: `3 clean, 1 moved`. `None` if no file has hunks.
    pub fn summary(&self) -> Option<String> {
        counted(self.files().flat_map(|(_, file)| &file.hunks))
    }

    /// How the names of the patches were read, as a phrase; of several where they were read differently.
    pub(crate) fn reading(&self) -> String {
        let mut ways: Vec<String> = Vec::new();
        for (_, patch) in self.patches.iter().filter(|(_, patch)| patch.readings.is_empty()) {
            let way = patch.reading();
            if !ways.contains(&way) && ways.len() < MAX_TOLD_READINGS {
                ways.push(way);
            }
        }
        ways.join("; ")
    }

    /// Each file with the name of its patch.
    pub fn files(&self) -> impl Iterator<Item = (&str, &FileOutcome)> {
        self.patches
            .iter()
            .flat_map(|(name, patch)| patch.files.iter().map(move |file| (name.as_str(), file)))
    }
}

/// What became of one patch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PatchOutcome {
    /// How many folders at the start of each name were left out.
    pub strip: StripLevel,
    /// Those folders, escaped, as far as they are few.
    pub(crate) stripped: Vec<String>,
    /// The ways to read the names, if nothing tells which of them is meant. Nothing was carried out then.
    pub(crate) readings: Vec<NameReading>,
    /// Its files, in the order of the text.
    pub files: Vec<FileOutcome>,
    /// What it names as different and does not bring.
    pub(crate) left_behind: Vec<LeftBehind>,
}

/// One way to read the names of a patch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NameReading {
    /// How many folders are left out.
    pub strip: StripLevel,
    /// The first of its files, then. Escaped.
    pub path: String,
    /// Whether a file that the patch changes should be there, and none is.
    pub is_missing: bool,
}

/// Something that a patch names as different and does not bring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LeftBehind {
    /// The file: its path in the folder or, where that cannot be told, its name in the text. Escaped.
    pub path: String,
    /// The line of the text that says so.
    pub line: usize,
    pub kind: UncarriedKind,
}

impl PatchOutcome {
    /// Whether nothing stands in the way.
    pub(crate) fn is_good(&self) -> bool {
        self.readings.is_empty() && self.files.iter().all(FileOutcome::is_good)
    }

    /// Where the names were taken to begin, as a phrase.
    pub(crate) fn reading(&self) -> String {
        prefix_phrase(self.strip, &self.stripped)
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

/// The folders at the start of each name that were left out, as a phrase.
pub(crate) fn prefix_phrase(strip: StripLevel, stripped: &[String]) -> String {
    match (strip, stripped) {
        (0, _) => "path prefix: nothing stripped (-p 0)".to_owned(),
        (level, []) => format!("path prefix stripped: -p {level}"),
        (level, folders) => format!("path prefix stripped: {} (-p {level})", folders.join(", ")),
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
    /// What keeps it from being applied, beside hunks that have no place.
    pub trouble: Option<Trouble>,
    /// What its diff says that was read as something else, as phrases.
    pub(crate) remarks: Vec<String>,
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
    /// What to do about it.
    pub(crate) remedy: Remedy,
}

impl Trouble {
    /// One with these words.
    pub fn new(code: Code, meaning: impl Into<String>) -> Self {
        Self { code, hunk: None, meaning: meaning.into(), remedy: Remedy::new(code) }
    }

    /// The same with another way out.
    #[must_use]
    pub(super) fn with(self, remedy: Remedy) -> Self {
        Self { remedy, ..self }
    }

    pub(super) fn cannot_be_turned() -> Self {
        Self::new(Code::Diff, "can't be reversed: the diff doesn't contain the original")
            .with(Remedy::SaysNoBefore)
    }
}

impl FileOutcome {
    pub(super) fn new(file: &FilePatch<'_>) -> Self {
        Self {
            path: name_in_message(file.name()),
            from: None,
            op: file.op,
            line: file.line,
            hunks: Vec::new(),
            is_there: false,
            trouble: None,
            remarks: file.remarks.iter().map(ReadingRemark::to_string).collect(),
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
        let more = |(index, hunk): (usize, &crate::diff::patch_text::PatchHunk<'_>)| {
            let beyond = hunk.beyond.len();
            (beyond > 0).then(|| {
                let lines = if beyond == 1 { "line" } else { "lines" };
                format!(
                    "hunk {} has {beyond} more {lines} of context than it counts, and they match",
                    index + 1
                )
            })
        };
        if placed.iter().all(|(grade, _)| grade.is_good()) {
            self.remarks.extend(hunks.iter().enumerate().filter_map(more));
        }
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
            let remedy = self.hunks[index].remedy();
            Some(Trouble { code: Code::Drift, hunk: Some(hunk), meaning, remedy })
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
        HunkGrade::Spaced(_) => 5,
        HunkGrade::AlreadyThere => 6,
        HunkGrade::Ambiguous(_) => 7,
        HunkGrade::Failed(..) => 8,
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
                format!("exact: this is the file the patch was made from (line {at})")
            }
            HunkGrade::Clean => format!("clean: fits at line {at}, as stated"),
            HunkGrade::Moved(moved) => format!("moved: fits at line {at}, {}", lines(*moved)),
            HunkGrade::Merged => "merged with edits made since the patch".to_owned(),
            HunkGrade::Loose { fuzz, moved: 0 } => {
                format!("fuzz: fits at line {at}, as stated, ignoring {fuzz} of the lines around it")
            }
            HunkGrade::Loose { fuzz, moved } => {
                format!("fuzz: fits at line {at}, {}, ignoring {fuzz} of the lines around it", lines(*moved))
            }
            HunkGrade::Spaced(0) => {
                format!("white space: fits at line {at}, as stated, ignoring white space")
            }
            HunkGrade::Spaced(moved) => {
                format!("white space: fits at line {at}, {}, ignoring white space", lines(*moved))
            }
            HunkGrade::AlreadyThere => format!("already applied at line {at}"),
            HunkGrade::Ambiguous(_) | HunkGrade::Failed(..) => self.trouble().unwrap_or_default(),
        }
    }

    /// What to do about what stands in the way.
    fn remedy(&self) -> Remedy {
        match &self.grade {
            HunkGrade::Failed(Misplaced::WhiteSpace, _) => Remedy::IgnoreWhiteSpace,
            HunkGrade::Failed(Misplaced::Letters, _) => Remedy::SameLetters,
            _ => Remedy::OtherVersion,
        }
    }

    /// What stands in the way, if something does.
    fn trouble(&self) -> Option<String> {
        match &self.grade {
            HunkGrade::Ambiguous(lines) => {
                let lines: Vec<String> = lines.iter().map(usize::to_string).collect();
                Some(format!("is ambiguous: it, or its result, fits at lines {}", lines.join(", ")))
            }
            HunkGrade::Failed(reason, nearest) => Some(failure(*reason, nearest.as_ref())),
            _ => None,
        }
    }
}

/// What stands at a place that fits nearly, and what the patch has.
fn of_line(nearest: Option<&Nearest>) -> String {
    let Some(Nearest { line, differs_at, found, expected, .. }) = nearest else { return String::new() };
    let found = found.as_deref().unwrap_or_default();
    let found = escape_bytes(found.strip_suffix(b"\n").unwrap_or(found));
    let expected = escape_bytes(expected);
    format!(" (at line {line}): line {differs_at} should be \"{expected}\", not \"{found}\"")
}

fn failure(reason: Misplaced, nearest: Option<&Nearest>) -> String {
    match (reason, nearest) {
        (Misplaced::Lines, None) => "doesn't fit, and nothing in the file looks like it".to_owned(),
        (Misplaced::Lines, Some(nearest)) => {
            let Nearest { line, matching, of, differs_at, found, expected } = nearest;
            if matching == of
                && found.as_deref().is_some_and(|found| found.strip_suffix(b"\n") == Some(expected))
            {
                return format!("fits at line {line}, but the patch says the file begins or ends there");
            }
            let expected = escape_bytes(expected);
            let found = match found {
                None => "the file ends there".to_owned(),
                Some(found) => {
                    let ended = found.ends_with(b"\n");
                    let found = escape_bytes(found.strip_suffix(b"\n").unwrap_or(found));
                    match (found == expected, ended) {
                        (true, true) => {
                            "the same line is there, but not as the last line without a newline".to_owned()
                        }
                        (true, false) => "the same line is there, but without a newline".to_owned(),
                        _ => format!("is \"{found}\""),
                    }
                }
            };
            format!(
                "doesn't fit; nearest at line {line} ({matching} of {of} lines match): line {differs_at} should be \"{expected}\", but {found}"
            )
        }
        (Misplaced::WhiteSpace, nearest) => {
            format!("differs from the file only in white space{}", of_line(nearest))
        }
        (Misplaced::Letters, nearest) => {
            let found = nearest.and_then(|nearest| nearest.found.as_deref()).unwrap_or_default();
            let expected = nearest.map_or(&[][..], |nearest| &nearest.expected);
            let has_mark = |line: &[u8]| line.starts_with("\u{feff}".as_bytes());
            let what = match has_mark(found) != has_mark(expected) {
                true => "a byte order mark",
                false => "how letters with marks are written (NFC or NFD)",
            };
            format!("differs from the file only in {what}{}", of_line(nearest))
        }
        (Misplaced::NoContext, _) => {
            "has no lines around it that prove its position (--fuzz 1 allows that)".to_owned()
        }
        (Misplaced::MixedLineEnds, _) => {
            "fits, but the lines there mix CR LF and LF, so the line ends of new lines are unclear".to_owned()
        }
        (Misplaced::EndOfFile, _) => {
            "fits, but would leave a line without a newline in the middle of the file".to_owned()
        }
        (Misplaced::EditedSince, _) => {
            "fits here, but its original position was edited since the patch was made".to_owned()
        }
        (Misplaced::Beyond, _) => {
            "fits, but the patch has more context after it than it counts, and that doesn't match".to_owned()
        }
        (Misplaced::TooMuchWork, _) => "was not found: too many lines of the file look alike".to_owned(),
    }
}
