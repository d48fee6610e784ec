//! How text patches fit a folder: every file and hunk with its grade, ready to be shown.

use std::collections::BTreeMap;

use super::finding::{Finding, Rank};
use super::overview::line;
use crate::diff::place;
use crate::model::TreePath;
use crate::report::phrases;
use crate::words::{self, fill};
use crate::workbench::{FileOutcome, HunkOutcome, TextOrigin};

/// Most lines that one finding has: what is behind them stands at its file, under Changes.
const MAX_EVIDENCE: usize = 40;

/// What became of a file as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FitGrade {
    /// Everything is where the patch says.
    Plain,
    /// Everything is as the patch leaves it.
    There,
    /// Everything has a place, and not every place is where the patch says.
    NotPlain,
    /// Something has no place.
    Fails,
}

impl FitGrade {
    /// The grade in the list of changes; plain ones need none.
    pub const fn as_str(self) -> &'static str {
        match self {
            FitGrade::Plain => "",
            FitGrade::There => words::FIT_THERE,
            FitGrade::NotPlain => words::FIT_NOT_PLAIN,
            FitGrade::Fails => words::FIT_FAILS,
        }
    }
}

/// How the diffs of one file fit. Texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFit {
    /// Of all its diffs, what matters most.
    pub grade: FitGrade,
    /// How many hunks of each grade, such as "3 clean, 1 moved".
    pub summary: String,
    /// Every hunk, and what is in the way of the file as a whole, in the order of the patches.
    pub lines: Vec<FitLine>,
}

/// How one hunk fits, or what is in the way of a whole file. Texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FitLine {
    /// What matters about it.
    pub grade: FitGrade,
    /// What it is, where it goes, and why.
    pub text: String,
}

/// The fits of all files of `origin`, by their exact paths. A file whose name is no good path is told of among the
/// findings only.
pub fn by_path(origin: &TextOrigin) -> BTreeMap<String, FileFit> {
    let mut diffs: BTreeMap<&str, Vec<(&str, &FileOutcome)>> = BTreeMap::new();
    for (patch, file) in origin.files().filter(|(_, file)| TreePath::parse(&file.path).is_ok()) {
        diffs.entry(&file.path).or_default().push((patch, file));
    }
    let is_series = origin.patches.len() > 1;
    diffs.into_iter().map(|(path, diffs)| (path.to_owned(), fit(&diffs, is_series))).collect()
}

fn fit(diffs: &[(&str, &FileOutcome)], is_series: bool) -> FileFit {
    let mut lines = Vec::new();
    for (patch, file) in diffs {
        let told = |text: String| match is_series {
            true => fill(words::OF_PATCH, &[("patch", &line(patch)), ("what", &line(&text))]),
            false => line(&text),
        };
        if let Some(trouble) = &file.trouble {
            lines.push(FitLine { grade: FitGrade::Fails, text: told(trouble.meaning.clone()) });
        }
        let all = file.hunks.len().to_string();
        lines.extend(file.hunks.iter().enumerate().map(|(index, hunk)| {
            let number = (index + 1).to_string();
            let facts = [("n", number.as_str()), ("all", &all), ("what", &hunk.sentence())];
            FitLine { grade: grade(hunk), text: told(fill(words::HUNK, &facts)) }
        }));
    }
    let is_there = |file: &FileOutcome| file.is_there && file.hunks.is_empty() && file.trouble.is_none();
    let of_lines = lines.iter().map(|line| line.grade).max().unwrap_or(FitGrade::Plain);
    let all_there = lines.iter().all(|line| line.grade == FitGrade::There)
        && diffs.iter().all(|(_, file)| is_there(file) || !file.hunks.is_empty());
    let grade = match of_lines {
        _ if all_there => FitGrade::There,
        // Some of it is there and some is not: worth a look, like a place that is not the stated one.
        FitGrade::There => FitGrade::NotPlain,
        other => other,
    };
    let summaries: Vec<String> = diffs
        .iter()
        .map(|(patch, file)| match (is_series, file.summary()) {
            (true, summary) => fill(words::OF_PATCH, &[("patch", &line(patch)), ("what", &summary)]),
            (false, summary) => summary,
        })
        .collect();
    FileFit { grade, summary: summaries.join("; "), lines }
}

fn grade(hunk: &HunkOutcome) -> FitGrade {
    match &hunk.grade {
        place::HunkGrade::Exact | place::HunkGrade::Clean => FitGrade::Plain,
        place::HunkGrade::AlreadyThere => FitGrade::There,
        place::HunkGrade::Moved(_)
        | place::HunkGrade::Merged
        | place::HunkGrade::Loose { .. }
        | place::HunkGrade::Spaced(_) => FitGrade::NotPlain,
        place::HunkGrade::Ambiguous(_) | place::HunkGrade::Failed(..) => FitGrade::Fails,
    }
}

/// How many hunks have which grade, over all files; whole files where there is no hunk.
pub fn totals(origin: &TextOrigin) -> String {
    let number = origin.files().map(|(_, file)| file.hunks.len()).sum();
    let hunks = origin.summary().map(|counts| {
        fill(words::HUNKS_FIT, &[("n", &phrases::count(number, "hunk", "hunks")), ("counts", &counts)])
    });
    let whole = origin.files().filter(|(_, file)| file.hunks.is_empty()).count().to_string();
    let whole = (whole != "0").then(|| fill(words::WHOLE_FILES, &[("n", &whole)]));
    hunks.into_iter().chain(whole).collect::<Vec<_>>().join(" · ")
}

/// How many folders at the start of each name are left out, where all patches agree.
pub fn strip(origin: &TextOrigin) -> Option<String> {
    let first = origin.patches.first()?.1.strip;
    origin.patches.iter().all(|(_, patch)| patch.strip == first).then(|| first.to_string())
}

/// One finding that says how all of it fits. What is plain is only counted; each file says more under Changes.
pub fn finding(origin: &TextOrigin) -> Finding {
    let mut evidence: Vec<String> = Vec::new();
    for (path, fit) in by_path(origin).into_iter().filter(|(_, fit)| fit.grade != FitGrade::Plain) {
        evidence.push(format!("{}: {}", line(&path), fit.summary));
        let worth_telling = fit.lines.iter().filter(|line| line.grade == FitGrade::NotPlain);
        evidence.extend(worth_telling.map(|line| format!("  {}", line.text)));
    }
    shorten(&mut evidence);
    Finding { evidence, ..Finding::plain(Rank::Information, words::HOW_IT_FITS, totals(origin)) }
}

/// Cuts a list to what a person may still read.
pub fn shorten(lines: &mut Vec<String>) {
    if lines.len() > MAX_EVIDENCE {
        let more = lines.len() - MAX_EVIDENCE;
        lines.truncate(MAX_EVIDENCE);
        lines.push(fill(words::AND_MORE, &[("n", &more.to_string())]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::on_tree::PatchOutcome;
    use crate::diff::patch_text::FileOp;

    fn origin(grades: &[place::HunkGrade]) -> TextOrigin {
        let hunk =
            |grade: &place::HunkGrade| HunkOutcome { line: 4, stated: 1, at: Some(7), grade: grade.clone() };
        let file = FileOutcome {
            path: "lib/a.c".to_owned(),
            from: None,
            op: FileOp::Modify,
            line: 1,
            hunks: grades.iter().map(hunk).collect(),
            is_there: false,
            trouble: None,
            remarks: Vec::new(),
        };
        let patch = PatchOutcome { strip: 1, files: vec![file], ..PatchOutcome::default() };
        TextOrigin { patches: vec![("fix.patch".to_owned(), patch)], ..TextOrigin::default() }
    }

    #[test]
    fn a_file_is_as_good_as_its_worst_hunk() {
        use place::HunkGrade::{AlreadyThere, Clean, Failed, Moved};
        let failed = Failed(place::Misplaced::Lines, None);
        for (grades, expected) in [
            (&[Clean, Clean][..], FitGrade::Plain),
            (&[Clean, Moved(3)], FitGrade::NotPlain),
            (&[AlreadyThere, AlreadyThere], FitGrade::There),
            (&[AlreadyThere, Clean], FitGrade::NotPlain),
            (&[Clean, failed], FitGrade::Fails),
        ] {
            let found = by_path(&origin(grades));
            assert_eq!(found["lib/a.c"].grade, expected, "{grades:?}");
            assert_eq!(found["lib/a.c"].lines.len(), grades.len());
        }
    }

    #[test]
    fn everything_is_counted_and_what_is_not_plain_is_told() {
        let found = finding(&origin(&[place::HunkGrade::Clean, place::HunkGrade::Moved(-2)]));
        assert_eq!(found.meaning, "2 hunks: 1 clean, 1 moved");
        assert_eq!(found.evidence.len(), 2, "{found:#?}");
        assert!(found.evidence[1].contains("2 lines above the stated one"), "{found:#?}");
    }
}
