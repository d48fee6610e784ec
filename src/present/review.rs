//! A review in the window: notes on lines, what was looked at, what somebody says, and the form in which it is kept.

use std::path::Path;

use super::Model;
use super::overview::line;
use crate::report::review as report;
use crate::settings::RememberedNote;
use crate::viewer::layout::NotedLine;
use crate::viewer::model::Half;
use crate::words::{fill, window};
use crate::workbench::{Opinion, Review, ReviewWish};

/// What somebody says about the patch that is open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReviewForm {
    pub opinion: Option<Opinion>,
    /// Who looked; empty: the account on this computer.
    pub reviewer: String,
    /// A note on the whole patch.
    pub whole: String,
}

impl ReviewForm {
    /// What is missing; `None` if nothing is.
    pub fn reason_to_wait(&self) -> Option<&'static str> {
        self.opinion.is_none().then_some(window::REVIEW_VERDICT_FIRST)
    }
}

/// A note that is being written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noting {
    /// The change it is about.
    pub change: usize,
    /// `None`: the whole file.
    pub line: Option<NotedLine>,
    pub text: String,
}

/// A note that was written. Texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteRow {
    /// Its place among all that are remembered.
    pub number: usize,
    /// The change it is about.
    pub change: usize,
    pub path: String,
    pub line: Option<NotedLine>,
    pub text: String,
}

impl NoteRow {
    /// What it is about, in words.
    pub fn place(&self) -> String {
        place(self.line)
    }
}

/// A line and its side, or the file as a whole.
pub fn place(line: Option<NotedLine>) -> String {
    let Some(NotedLine { half, line }) = line else { return window::PART_NOTE_FILE.to_owned() };
    let template = half.of(window::PART_NOTE_OLD_LINE, window::PART_NOTE_LINE);
    fill(template, &[("line", &(line + 1).to_string())])
}

/// The line that a remembered note is about.
fn noted_line(note: &RememberedNote) -> Option<NotedLine> {
    let half = if note.is_old { Half::Left } else { Half::Right };
    Some(NotedLine { half, line: note.line?.saturating_sub(1) })
}

impl Model {
    /// The notes on the patch that is open, in the order of its files and their lines.
    pub fn notes(&self) -> Vec<NoteRow> {
        let Some(tree) = &self.workspace.tree else { return Vec::new() };
        let row = |(number, note): (usize, &RememberedNote)| {
            let change = tree.items().iter().position(|item| item.fingerprint == note.about)?;
            let path = tree.items()[change].shown.clone();
            Some(NoteRow { number, change, path, line: noted_line(note), text: line(&note.text) })
        };
        let mut rows: Vec<NoteRow> = self.recent.notes.iter().enumerate().filter_map(row).collect();
        rows.sort_by_key(|row| (row.change, row.line.map(|at| at.line), row.number));
        rows
    }

    /// The review as the engine makes it.
    pub(super) fn review_wish(&self) -> Option<ReviewWish> {
        let (opinion, tree) = (self.review.opinion?, self.workspace.tree.as_ref()?);
        let exact = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let whole = Some(exact(&self.review.whole)).filter(|note| !note.is_empty());
        let of_files = self.notes().into_iter().map(|row| {
            let text = exact(&self.recent.notes[row.number].text);
            let path = &tree.items()[row.change].path;
            match row.line {
                Some(_) => format!("{path}: {}: {text}", row.place()),
                None => format!("{path}: {text}"),
            }
        });
        let viewed = tree.items().iter().filter(|item| item.is_viewed).map(|item| item.path.clone());
        let reviewer = self.review.reviewer.trim();
        Some(ReviewWish {
            opinion,
            notes: whole.into_iter().chain(of_files).collect(),
            looked_at: viewed.collect(),
            looked_at_all: false,
            reviewer: (!reviewer.is_empty()).then(|| reviewer.to_owned()),
        })
    }
}

/// A review in the form that a file of this name has: the bytes that are signed, Markdown, or a page.
pub(super) fn form(review: &Review, output: &Path) -> Vec<u8> {
    let ending = output.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    match ending.as_deref() {
        Some("json") => review.to_bytes(),
        Some("md") => report::markdown(review).into_bytes(),
        _ => report::html(review).into_bytes(),
    }
}
