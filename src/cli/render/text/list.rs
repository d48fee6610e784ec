//! Labelled lines and columns.

use super::safe;
use crate::plan::Note;

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
            self.text.push_str(&format!("{label:<width$}{value}\n", width = Self::LABEL_CHARS));
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

/// Advice in lines of a narrow terminal, of which all but the first begin with `indent` blanks. One with a command or a
/// path stays in one line, so that it can be copied; what stands between backticks is not broken either.
pub(super) fn wrapped(text: &str, indent: usize) -> String {
    const WIDTH: usize = 80;
    // A path may be of any length, so what has one is not measured.
    if text.contains("patchwright ") || text.contains(['/', '\\']) {
        return text.to_owned();
    }
    let (mut pieces, mut is_code): (Vec<String>, bool) = (Vec::new(), false);
    for word in text.split(' ') {
        match pieces.last_mut().filter(|_| is_code) {
            Some(code) => code.push_str(&format!(" {word}")),
            None => pieces.push(word.to_owned()),
        }
        is_code ^= word.matches('`').count() % 2 == 1;
    }
    let (mut wrapped, mut line) = (String::new(), 0);
    for piece in pieces {
        let length = piece.chars().count();
        if line > 0 && indent + line + 1 + length > WIDTH {
            wrapped.push_str(&format!("\n{:indent$}", ""));
            line = 0;
        } else if line > 0 {
            wrapped.push(' ');
            line += 1;
        }
        wrapped.push_str(&piece);
        line += length;
    }
    wrapped
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

pub(super) fn note_lines(notes: &[Note]) -> String {
    notes.iter().map(|note| format!("  {}\n", self::note(note))).collect()
}

pub(super) fn note(note: &Note) -> String {
    let path = note.path.as_ref().map(|path| format!("{}: ", safe(path))).unwrap_or_default();
    format!("{path}{}", safe(&note.typed()))
}
