//! Text patches: what they say, how their hunks fit, and those that are written.

use std::path::Path;

use super::list::{columns, note_lines};
use super::{MAX_TITLE_CHARS, place, safe};
use crate::cli::render::{Detail, Style, words};
use crate::text::one_line;
use crate::workbench::{Exported, FileOutcome, TextInspection, TextOrigin, TextSummary};

/// Most files of a list above a question.
const SHORT_LINES: usize = 15;

pub(in crate::cli) fn text_patches(shown: &TextInspection, style: Style) -> String {
    let mut text = String::new();
    for patch in &shown.patches {
        let header = &patch.header;
        let subject = header
            .subject
            .as_deref()
            .map(|subject| format!("  {}", one_line(subject, MAX_TITLE_CHARS)))
            .unwrap_or_default();
        text.push_str(&format!("{}{subject}\n", style.strong(&safe(&patch.name))));
        let by = [header.author.as_deref(), header.date.as_deref()].into_iter().flatten().map(safe);
        let by: Vec<_> = by.collect();
        if !by.is_empty() {
            text.push_str(&format!("from {}\n", by.join(", ")));
        }
        text.push_str(&format!(
            "{}\n\n",
            style.attention("Text patch (unsigned; text patches can't be signed)")
        ));
        for line in header.message.lines() {
            text.push_str(format!("  | {}", safe(line)).trim_end());
            text.push('\n');
        }
        if !header.message.is_empty() {
            text.push('\n');
        }
        let rows: Vec<[String; 3]> = patch
            .files
            .iter()
            .map(|file| {
                let lines = |count: usize, what: &str| match count {
                    0 => None,
                    _ => Some(format!("{} {what}", words::count(count, "line", "lines"))),
                };
                let lines = [lines(file.added, "added"), lines(file.removed, "deleted")];
                let lines = lines.into_iter().flatten().collect::<Vec<_>>().join(", ");
                [file.does.to_owned(), safe(&file.name).into_owned(), lines]
            })
            .collect();
        text.push_str(&format!("{}\n", style.strong(&words::count(rows.len(), "file", "files"))));
        text.push_str(&columns(&rows));
        text.push('\n');
        text.push_str(&not_whole(patch, style));
    }
    text.push_str(&super::hidden(&shown.hidden, Detail::Full, style));
    text
}

/// What a patch does not carry, and what of it cannot be applied.
fn not_whole(patch: &TextSummary, style: Style) -> String {
    let mut text = String::new();
    if !patch.uncarried.is_empty() {
        text.push_str(&format!("{}\n", style.attention("Not contained in this patch")));
        let lines = patch.uncarried.iter();
        text.extend(lines.map(|(name, what)| format!("  {}: {}\n", safe(name), safe(what))));
        text.push('\n');
    }
    if !patch.faults.is_empty() {
        text.push_str(&format!("{}\n", style.bad("Can't be applied")));
        for fault in &patch.faults {
            let name = fault.name.as_ref().map(|name| format!("{}: ", safe(name))).unwrap_or_default();
            text.push_str(&format!("  {name}line {}: {}\n", fault.line, safe(&fault.problem)));
        }
        text.push('\n');
    }
    text
}

/// How each file's hunks fit; with full detail every hunk.
pub(super) fn fits(origin: &TextOrigin, detail: Detail, style: Style) -> String {
    let mut text = format!("{}\n", style.strong("How it fits"));
    let reading = origin.reading();
    if !reading.is_empty() {
        text.push_str(&format!("  {}\n", safe(&reading)));
    }
    let files: Vec<(&str, &FileOutcome)> = origin.files().collect();
    let shown = match detail {
        Detail::Full => files.len(),
        Detail::Short => files.len().min(SHORT_LINES),
    };
    for (_, file) in &files[..shown] {
        let summary = match &file.trouble {
            Some(_) => "failed".to_owned(),
            None => file.summary(),
        };
        text.push_str(&format!("  {}: {summary}\n", safe(&file.path)));
        if detail == Detail::Full && file.hunks.len() > 1 {
            for (index, hunk) in file.hunks.iter().enumerate() {
                text.push_str(&format!("    {}  {}\n", index + 1, safe(&hunk.sentence())));
            }
        }
    }
    if shown < files.len() {
        text.push_str(&format!("  … and {} more files; --verbose lists all of them\n", files.len() - shown));
    }
    text.push('\n');
    text
}

pub(in crate::cli) fn exported(exported: &Exported, output: &Path, style: Style) -> String {
    let mut text = format!("Wrote {}\n", style.strong(&place(output)));
    if !exported.left_out.is_empty() {
        text.push_str("Not included, because a Git patch can't contain it:\n");
        text.push_str(&note_lines(&exported.left_out));
    }
    text
}
