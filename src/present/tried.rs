//! What came of trying: edits by key on files, and a patch file on somebody's trust rules.

use std::path::{Path, PathBuf};

use super::overview::{line, path_line};
use crate::diff::{Grade, KeyChange, Tried, TriedOp};
use crate::text::capitalised;
use crate::words::{fill, trying};
use crate::workbench::{Standing, TriedFile, Verification};

/// How the edits of an order fit files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TriedEdits {
    pub files: Vec<TriedFileView>,
    /// Whether what the files had was held against the original product: a plan refuses to overwrite other values.
    pub has_original: bool,
}

/// How they fit one. Texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TriedFileView {
    pub fits: bool,
    pub file: String,
    pub verdict: &'static str,
    /// Every edit and how it fits, what is against it, and the values that become others.
    pub lines: Vec<String>,
}

impl TriedEdits {
    pub(super) fn new(tried: &[TriedFile], has_original: bool) -> Self {
        Self { files: tried.iter().map(TriedFileView::new).collect(), has_original }
    }
}

impl TriedFileView {
    fn new(tried: &TriedFile) -> Self {
        let (verdict, lines) = match &tried.tried {
            Err(why) => (trying::EDITS_NONE, vec![line(why)]),
            Ok(tried) => (verdict(tried), lines(tried)),
        };
        Self { fits: tried.fits(), file: path_line(&tried.file), verdict, lines }
    }
}

fn verdict(tried: &Tried) -> &'static str {
    match (&tried.content, tried.keys.is_empty()) {
        (None, _) => trying::EDITS_UNFIT,
        (Some(_), true) => trying::EDITS_THERE,
        (Some(_), false) => trying::EDITS_FIT,
    }
}

fn lines(tried: &Tried) -> Vec<String> {
    let op = |op: &TriedOp| {
        let facts = [("what", op.name), ("path", &line(&op.path)), ("how", grade(&op.grade))];
        fill(trying::PART_EDIT, &facts)
    };
    // They begin with a key, which is written as it is.
    let clashes = tried.clashes().map(|why| line(&why.to_string()));
    let keys = tried.keys.iter().filter(|_| tried.content.is_some()).map(KeyChange::phrase);
    tried.ops.iter().map(op).chain(clashes).chain(keys).collect()
}

const fn grade(grade: &Grade) -> &'static str {
    match grade {
        Grade::AlreadyThere => trying::PART_EDIT_THERE,
        Grade::Clash(_) => trying::PART_EDIT_CLASH,
        Grade::Clean => trying::PART_EDIT_FITS,
        Grade::Created => trying::PART_EDIT_CREATED,
        Grade::Holds => trying::PART_EDIT_MET,
    }
}

/// Whether a patch file has what trust rules ask for. Texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedRules {
    /// The patch file that was asked about.
    pub bundle: PathBuf,
    pub is_met: bool,
    pub headline: String,
    /// Who signed it by these rules, and what it lacks.
    pub lines: Vec<String>,
}

impl AskedRules {
    pub(super) fn new(verified: &Verification, bundle: &Path, rules: &Path) -> Self {
        let verdict = &verified.inspection.verdict;
        let is_met = verdict.standing == Standing::Trusted && verified.unmet.is_empty();
        let template = if is_met { trying::RULES_MET } else { trying::RULES_UNMET };
        let lacks =
            verified.unmet.iter().map(|obstacle| format!("{}.", capitalised(&line(&obstacle.meaning()))));
        let notes = verified.notes.iter().map(|note| format!("{}.", capitalised(&line(&note.text))));
        Self {
            bundle: bundle.to_owned(),
            is_met,
            headline: fill(template, &[("file", &path_line(rules))]),
            lines: [line(&verdict.sentence())].into_iter().chain(lacks).chain(notes).collect(),
        }
    }
}
