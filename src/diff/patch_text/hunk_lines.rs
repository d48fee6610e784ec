//! The lines of a hunk: as they stand in the text, where it was read from one.
//!
//! A line may be one byte long, and whatever is kept for each would be many times larger than the text. So nothing is:
//! the text is gone through again by whoever wants the lines.

use std::fmt;

use super::cursor::{Cursor, chomp};
use super::{Line, LineKind};

/// Lines of a hunk, in order.
#[derive(Clone)]
pub struct HunkLines<'a>(StoredLines<'a>);

#[derive(Clone)]
enum StoredLines<'a> {
    Listed(Vec<Line<'a>>),
    /// They were checked when they were read.
    Text {
        text: &'a [u8],
        form: LineForm,
    },
}

/// How lines stand in a text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct LineForm {
    /// They came through Windows: each has a `\r` more than its content.
    pub has_return: bool,
    /// What is added stands for what is removed, and the other way round.
    pub is_turned: bool,
}

impl LineForm {
    /// What kind of line `raw` is, without its end, and its content; `None` if it is none of a hunk.
    pub fn line(self, raw: &[u8]) -> Option<(LineKind, &[u8])> {
        let content = raw.strip_suffix(b"\n").unwrap_or(raw);
        let content = if self.has_return { content.strip_suffix(b"\r").unwrap_or(content) } else { content };
        Some(match content {
            [b'+', rest @ ..] => (if self.is_turned { LineKind::Removed } else { LineKind::Added }, rest),
            [b'-', rest @ ..] => (if self.is_turned { LineKind::Added } else { LineKind::Removed }, rest),
            [b' ', rest @ ..] => (LineKind::Context, rest),
            // Mail programs and editors take away blanks at the end of a line.
            [] | [b'\r'] => (LineKind::Context, content),
            _ => return None,
        })
    }
}

impl<'a> HunkLines<'a> {
    /// Those of `text`, which were checked.
    pub(super) fn of_text(text: &'a [u8], form: LineForm) -> Self {
        Self(StoredLines::Text { text, form })
    }

    /// The lines in order.
    pub fn iter(&self) -> impl Iterator<Item = Line<'a>> + Clone {
        match &self.0 {
            StoredLines::Listed(lines) => HunkLineCursor::Listed(lines.iter()),
            StoredLines::Text { text, form } => HunkLineCursor::Text(Cursor::new(text), *form),
        }
    }

    /// The same with what is added and what is removed exchanged.
    #[must_use]
    pub(super) fn turned(&self) -> Self {
        Self(match &self.0 {
            StoredLines::Listed(lines) => StoredLines::Listed(
                lines.iter().map(|line| Line { kind: turned(line.kind), ..*line }).collect(),
            ),
            StoredLines::Text { text, form } => {
                StoredLines::Text { text, form: LineForm { is_turned: !form.is_turned, ..*form } }
            }
        })
    }
}

fn turned(kind: LineKind) -> LineKind {
    match kind {
        LineKind::Added => LineKind::Removed,
        LineKind::Removed => LineKind::Added,
        LineKind::Context => LineKind::Context,
    }
}

#[derive(Clone)]
enum HunkLineCursor<'a, 'h> {
    Listed(std::slice::Iter<'h, Line<'a>>),
    Text(Cursor<'a>, LineForm),
}

impl<'a> Iterator for HunkLineCursor<'a, '_> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        match self {
            Self::Listed(lines) => lines.next().copied(),
            Self::Text(cursor, form) => {
                let (kind, content) = form.line(cursor.next()?)?;
                let missing_newline = take_remark(cursor);
                Some(Line { kind, content, missing_newline })
            }
        }
    }
}

/// Moves past `\ No newline at end of file`, in whatever language.
pub(super) fn take_remark(cursor: &mut Cursor<'_>) -> bool {
    let is_remark = cursor.is_at("\\ ");
    if is_remark {
        cursor.next();
    }
    is_remark
}

impl<'a> From<Vec<Line<'a>>> for HunkLines<'a> {
    fn from(lines: Vec<Line<'a>>) -> Self {
        Self(StoredLines::Listed(lines))
    }
}

impl PartialEq for HunkLines<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for HunkLines<'_> {}

impl fmt::Debug for HunkLines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// Unchanged lines that a text has behind a hunk, as they stand there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct LinesBeyond<'a>(pub(super) &'a [u8]);

impl<'a> LinesBeyond<'a> {
    /// How many.
    pub fn len(self) -> usize {
        self.iter().count()
    }

    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// Their contents, without the ends.
    pub fn iter(self) -> impl Iterator<Item = &'a [u8]> {
        self.0
            .split_inclusive(|&byte| byte == b'\n')
            .map(|line| chomp(line.strip_prefix(b" ").unwrap_or(line)))
    }
}
