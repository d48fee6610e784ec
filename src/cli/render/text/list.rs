//! Labelled lines and columns.

use super::safe;
use crate::plan::Note;
use crate::text::said_of;

/// Lines with a label in front: the label is ours, the value may come from anywhere.
pub(super) struct LabelledLines {
    text: String,
}

impl LabelledLines {
    /// Room for the longest label in use, and two spaces.
    const LABEL_CHARS: usize = 12;

    pub fn new() -> Self {
        Self { text: String::new() }
    }

    pub fn line(&mut self, label: &str, value: impl AsRef<str>) {
        self.lines(label, [value]);
    }

    /// A value that may be absent.
    pub(crate) fn option(&mut self, label: &str, value: Option<impl AsRef<str>>) {
        self.lines(label, value);
    }

    /// Several values below each other; without any there is no label either.
    pub fn lines<T: AsRef<str>>(&mut self, label: &str, values: impl IntoIterator<Item = T>) {
        self.shown_lines(label, values.into_iter().map(|value| safe(value.as_ref()).into_owned()));
    }

    /// The same with values that are escaped already.
    pub(crate) fn shown_lines(&mut self, label: &str, values: impl IntoIterator<Item = String>) {
        for (index, value) in values.into_iter().enumerate() {
            let label = if index == 0 { label } else { "" };
            let gap = if label.len() < Self::LABEL_CHARS { "" } else { "  " };
            let value = wrapped(&value, Self::LABEL_CHARS);
            self.text.push_str(&format!("{label:<width$}{gap}{value}\n", width = Self::LABEL_CHARS));
        }
    }

    pub(crate) fn into_text(self) -> String {
        self.text
    }
}

/// The same, with what is said below each row.
pub(super) fn columns_and_below<const N: usize>(rows: &[([String; N], Vec<String>)]) -> String {
    let cells: Vec<[String; N]> = rows.iter().map(|(row, _)| row.clone()).collect();
    let mut text = String::new();
    for (line, (_, below)) in columns(&cells).lines().zip(rows) {
        text.push_str(&format!("{line}\n"));
        text.extend(below.iter().map(|said| format!("      {said}\n")));
    }
    text
}

/// Columns of a narrow terminal.
const WIDTH: usize = 80;
/// What a path counts as that begins at the root: it may be of any length, and lines don't break elsewhere for that.
const PATH_WIDTH: usize = 24;

/// A text in lines of a narrow terminal, of which all but the first begin with `indent` blanks. Where it doesn't fit in one
/// line, a command has one of its own, so that it can be copied; what stands between backticks isn't broken either.
pub(super) fn wrapped(text: &str, indent: usize) -> String {
    if indent + length(text) <= WIDTH {
        return text.to_owned();
    }
    let mut lines: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some((before, command)) = rest.split_once(": patchwright ") {
        // A stop ends a command where a sentence begins; elsewhere it may be a folder.
        let mut stops = command.match_indices(". ").map(|(at, _)| at);
        let stop = stops.find(|at| command[at + 2..].starts_with(char::is_uppercase));
        let (command, after) = stop.map_or((command, ""), |at| (&command[..at], &command[at + 2..]));
        lines.extend(broken(&format!("{before}:"), indent));
        lines.push(format!("  patchwright {command}"));
        rest = after;
    }
    lines.extend(broken(rest, indent));
    lines.join(&format!("\n{:indent$}", ""))
}

/// How many columns a text takes.
fn length(text: &str) -> usize {
    let of_word = |word: &str| {
        let bare = word.trim_start_matches(['(', '"', '\'', '=']);
        let is_path = bare.starts_with('/') || bare.get(1..3) == Some(":\\") || bare.starts_with("\\\\");
        if is_path { PATH_WIDTH } else { word.chars().count() }
    };
    let words: Vec<usize> = text.split(' ').map(of_word).collect();
    words.iter().sum::<usize>() + words.len().saturating_sub(1)
}

/// The lines of a text without commands.
pub(super) fn broken(text: &str, indent: usize) -> Vec<String> {
    let (mut pieces, mut is_code): (Vec<String>, bool) = (Vec::new(), false);
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        match pieces.last_mut().filter(|_| is_code) {
            Some(code) => code.push_str(&format!(" {word}")),
            None => pieces.push(word.to_owned()),
        }
        is_code ^= word.matches('`').count() % 2 == 1;
    }
    let mut lines: Vec<String> = Vec::new();
    for piece in pieces {
        match lines.last_mut() {
            Some(line) if indent + length(line) + 1 + length(&piece) <= WIDTH => {
                line.push_str(&format!(" {piece}"));
            }
            _ => lines.push(piece),
        }
    }
    lines
}

/// Rows in columns, two spaces in front and between, the last column as long as it likes. Cells are escaped already.
pub(super) fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..N).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths).filter(|(_, width)| **width > 0) {
            line.push_str(&format!("  {cell:<width$}"));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

pub(super) fn note_lines<'a>(notes: impl IntoIterator<Item = &'a Note>) -> String {
    notes.into_iter().map(|note| format!("  {}\n", wrapped(&self::note(note), 4))).collect()
}

pub(super) fn note(note: &Note) -> String {
    match &note.path {
        Some(path) => said_of(&safe(path), &safe(&note.typed())),
        None => safe(&note.typed()).into_owned(),
    }
}
