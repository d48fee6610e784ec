//! Text patches in plain words: what their authors wrote, and how they fit the folder.

use super::{Fact, Overview, Section, SectionKind, about_rollback, fix_rows, fixes, line};
use crate::present::finding::findings_of_hidden;
use crate::present::fit;
use crate::report::{changes, phrases};
use crate::words::{self, fill};
use crate::workbench::{FileSummary, Inspection, TextReading, TextSummary};

/// Most patches and files that are listed: who has more reads the first ones and the number.
const MAX_LISTED: usize = 200;

impl Overview {
    /// The overview of text patches.
    pub fn of_text(inspection: &Inspection, text: &TextReading) -> Self {
        let patch = &inspection.patch;
        let is_series = text.patches.len() > 1;
        let sort = match is_series {
            true => fill(words::TEXT_PATCHES, &[("n", &text.patches.len().to_string())]),
            false => words::TEXT_PATCH.to_owned(),
        };
        let section = |kind, facts| Section { kind, facts };
        let sections = vec![
            section(SectionKind::HowItFits, how_it_fits(text)),
            section(SectionKind::Fixes, fixes(patch)),
            section(SectionKind::Series, if is_series { series(text) } else { Vec::new() }),
            section(SectionKind::TextFiles, if text.origin.is_none() { files(text) } else { Vec::new() }),
            section(SectionKind::Care, from_whom(inspection)),
            section(SectionKind::Rollback, about_rollback(patch)),
            section(SectionKind::FinePrint, fine_print(inspection)),
        ];
        Self {
            title: patch.about.title.to_string(),
            identity: format!("{} · {sort}", line(patch.about.identity.id.as_str())),
            standing: inspection.verdict.standing,
            trust_word: words::NOT_SIGNED,
            trust_chip: words::NOT_SIGNED.to_owned(),
            trust: inspection.verdict.sentence(),
            fixes: fix_rows(patch),
            hidden: findings_of_hidden(&inspection.hidden),
            scripts: Vec::new(),
            // The titles of a series stand beside the names of its patches.
            summary: if is_series { sort } else { patch.about.summary.in_lines().into_owned() },
            sections: sections.into_iter().filter(|section| !section.facts.is_empty()).collect(),
        }
    }
}

fn how_it_fits(text: &TextReading) -> Vec<Fact> {
    let Some(origin) = &text.origin else { return Vec::new() };
    let mut facts = vec![Fact::new(words::HUNKS, &fit::totals(origin))];
    let bad: Vec<String> = fit::by_path(origin)
        .into_iter()
        .filter(|(_, fit)| fit.grade == fit::FitGrade::Fails)
        .map(|(path, _)| path)
        .collect();
    facts.extend(listed(&bad, |path| Fact::new(words::FIT_FAILS, path)));
    let left: Vec<String> =
        origin.left_behind().map(|(_, left)| format!("{}: {}", left.path, left.kind.phrase())).collect();
    facts.extend(listed(&left, |left| Fact::new(words::NOT_CARRIED, left)));
    facts.extend(fit::strip(origin).map(|level| Fact::new(words::FOLDERS_LEFT_OUT, &level)));
    facts
}

fn series(text: &TextReading) -> Vec<Fact> {
    listed(&text.patches, |patch: &TextSummary| {
        Fact::new(&line(&patch.name), patch.header.subject.as_deref().unwrap_or_default())
    })
}

fn files(text: &TextReading) -> Vec<Fact> {
    let files: Vec<&FileSummary> = text.patches.iter().flat_map(|patch| &patch.files).collect();
    listed(&files, |file| {
        let facts = [
            ("does", file.does),
            ("hunks", &phrases::count(file.hunks, "hunk", "hunks")),
            ("added", &phrases::count(file.added, "line", "lines")),
            ("removed", &file.removed.to_string()),
        ];
        Fact::new(&line(&file.name), &fill(words::TEXT_FILE, &facts))
    })
}

fn from_whom(inspection: &Inspection) -> Vec<Fact> {
    let patch = &inspection.patch;
    vec![
        Fact::new(words::FROM_WHOM, patch.about.vendor.raw()),
        Fact::new(words::MADE, &phrases::moment(&patch.created)),
        Fact::new(words::PROOF, words::NOT_PROVEN),
    ]
}

fn fine_print(inspection: &Inspection) -> Vec<Fact> {
    let lines = changes::lines(&inspection.patch.changes);
    let changes = (!lines.is_empty()).then(|| Fact::new(words::CHANGES, &changes::summary(&lines)));
    let size = Fact::new(words::FILE_SIZE, &phrases::bytes(inspection.file_bytes));
    let digest = Fact::new(words::SHA_256, &inspection.file_digest.to_string());
    changes.into_iter().chain([size, digest]).collect()
}

/// A fact for each of the first items, and how many more there are.
fn listed<T>(items: &[T], fact: impl Fn(&T) -> Fact) -> Vec<Fact> {
    let more = items.len().saturating_sub(MAX_LISTED);
    let more = (more > 0).then(|| Fact::new("", &fill(words::AND_MORE, &[("n", &more.to_string())])));
    items.iter().take(MAX_LISTED).map(fact).chain(more).collect()
}
