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
    format!("{path}{}", safe(&note.text))
}
