//! Whether the lines of a hunk stand at a place.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

use crate::diff::budget::WorkBudget;
use crate::diff::content::{Content, LinesFrom};
use crate::diff::patch_text::PatchHunk;
use crate::diff::{Line, LineKind};

/// How lines are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ends {
    /// Byte for byte.
    Literal,
    /// A `\r` before the `\n` is left out of account; the content keeps what it has.
    Ignored,
    /// Blanks count only as some or none, and not at all at the end of a line, as for `patch -l`.
    Blanks,
    /// Letters that are written in two ways are the same, and a byte order mark is none.
    Letters,
}

/// The ends that added lines get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NewEnds {
    /// As the diff has them.
    AsWritten,
    /// `\n`.
    Lf,
    /// `\r\n`.
    CrLf,
}

/// Where a hunk goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct HunkPlace {
    /// The first line that was compared.
    pub at: usize,
    /// How many lines were compared.
    pub len: usize,
    /// How many lines at the start of the hunk were left out of account.
    pub skipped: usize,
    /// How many at its end.
    pub(crate) skipped_behind: usize,
    /// How added lines end.
    pub ends: NewEnds,
}

/// The lines that have to stand at a place.
#[derive(Debug, Clone)]
pub(super) struct Pattern<'p> {
    /// They, as they would stand in a content.
    text: Cow<'p, [u8]>,
    /// How many.
    len: usize,
    ends: Ends,
    /// Unchanged lines at the start and at the end.
    context: (usize, usize),
    /// How many of them are left out of account.
    skipped: (usize, usize),
    /// It can stand at the start of the content only, or at its end only.
    anchors: (bool, bool),
}

impl<'p> Pattern<'p> {
    /// What has to be there before.
    pub fn old(hunk: &PatchHunk<'_>, ends: Ends) -> Self {
        Self::from_hunk(hunk, hunk.old_lines(), ends)
    }

    /// What is there afterwards.
    pub fn new(hunk: &PatchHunk<'_>, ends: Ends) -> Self {
        Self::from_hunk(hunk, hunk.new_lines(), ends)
    }

    fn from_hunk<'h>(hunk: &PatchHunk<'_>, lines: impl Iterator<Item = Line<'h>>, ends: Ends) -> Self {
        let (mut text, mut len) = (Vec::new(), 0);
        for line in lines {
            text.extend_from_slice(line.content);
            text.extend_from_slice(if line.missing_newline { b"" } else { b"\n" });
            len += 1;
        }
        let leading = hunk.lines.iter().take_while(|line| line.kind == LineKind::Context).count();
        let behind_last = |count, line: Line<'_>| if line.kind == LineKind::Context { count + 1 } else { 0 };
        let trailing = hunk.lines.iter().fold(0, behind_last);
        // Who made the diff had fewer lines to show on one side, because the file begins or ends there. A diff that shows
        // whole functions has fewer at the end without that, but never none.
        let behind = trailing + usize::from(!hunk.beyond.is_empty());
        let anchors = (leading < trailing && hunk.old_start <= 1, behind == 0 && leading > 0);
        Self { text: text.into(), len, ends, context: (leading, trailing), skipped: (0, 0), anchors }
    }

    /// The same with `fuzz` lines of the longer side left out of account, and of the other side as many as it then has
    /// too many; `None` if that leaves out none.
    pub(crate) fn with_fuzz(&self, fuzz: usize) -> Option<Pattern<'_>> {
        let (leading, trailing) = self.context;
        let longer = leading.max(trailing);
        if fuzz > longer {
            return None;
        }
        let of = |context: usize| (fuzz + context).saturating_sub(longer);
        let skipped = (of(leading), of(trailing));
        let len = self.len.checked_sub(skipped.0 + skipped.1).filter(|len| *len > 0)?;
        let lines = || self.lines().map(<[u8]>::len);
        let begin: usize = lines().take(skipped.0).sum();
        let length: usize = lines().skip(skipped.0).take(len).sum();
        let anchors = (self.anchors.0 && fuzz + leading < longer, self.anchors.1 && fuzz + trailing < longer);
        let text = Cow::Borrowed(&self.text[begin..begin + length]);
        Some(Pattern { text, len, skipped, anchors, ..*self })
    }

    pub fn len(&self) -> usize {
        self.len
    }

    /// How many lines have to be above it and behind it, of a content of `of`, where that is certain.
    pub(crate) fn only_place(&self, of: usize) -> Option<usize> {
        match self.anchors {
            (true, _) => Some(0),
            (_, true) => of.checked_sub(self.len),
            _ if !self.text.ends_with(b"\n") => of.checked_sub(self.len),
            _ => None,
        }
    }

    /// The very bytes that have to stand there, where they have to.
    pub(crate) fn literal(&self) -> Option<&[u8]> {
        (self.ends == Ends::Literal).then_some(&*self.text)
    }

    pub fn skipped(&self) -> usize {
        self.skipped.0
    }

    /// The lines, each with its `\n` if it has one.
    pub fn lines(&self) -> impl Iterator<Item = &[u8]> {
        self.text.split_inclusive(|&byte| byte == b'\n')
    }

    /// Whether it stands where `target` goes on, which is its line `at` of `of`.
    pub fn fits(&self, target: LinesFrom<'_>, at: usize, of: usize, budget: &mut WorkBudget) -> bool {
        let Some(behind) = of.checked_sub(at + self.len) else { return false };
        let is_off = self.anchors.0 && at != 0 || self.anchors.1 && behind != 0;
        if is_off || !budget.step(1) {
            return false;
        }
        match self.ends {
            Ends::Literal => self.is_next(target, behind, budget),
            ends => self.lines().zip(target).all(|(line, found)| {
                budget.step(1 + line.len() as u64 / STEP_BYTES) && same(line, found, ends)
            }),
        }
    }

    /// Whether its very bytes come next. They are whole lines then, but for a last one without an end.
    fn is_next(&self, mut target: LinesFrom<'_>, behind: usize, budget: &mut WorkBudget) -> bool {
        let mut rest = &*self.text;
        while !rest.is_empty() {
            let ahead = target.ahead();
            let length = rest.len().min(ahead.len()).min(BLOCK_BYTES);
            if length == 0
                || !budget.step(1 + length as u64 / STEP_BYTES)
                || ahead[..length] != rest[..length]
            {
                return false;
            }
            rest = &rest[length..];
            target.skip_bytes(length);
        }
        self.text.ends_with(b"\n") || behind == 0 && target.ahead().is_empty()
    }

    /// It at `at`, with what is told of it when it is the result that stands there.
    pub(crate) fn fit_at(&self, at: usize) -> HunkPlace {
        let (skipped, skipped_behind) = self.skipped;
        HunkPlace { at, len: self.len(), skipped, skipped_behind, ends: NewEnds::AsWritten }
    }

    /// It at `at`, where it fits; `None` if the lines there end in different ways and it has no way of its own.
    pub(crate) fn settle_at(&self, target: &Content, at: usize) -> Option<HunkPlace> {
        let fit = self.fit_at(at);
        if self.ends == Ends::Literal {
            return Some(fit);
        }
        let whole = || target.lines_from(at).take(self.len()).filter(|line| line.ends_with(b"\n"));
        let any_crlf = whole().any(|line| line.ends_with(b"\r\n"));
        let any_lf = whole().any(|line| !line.ends_with(b"\r\n"));
        match (any_crlf, any_lf) {
            (true, false) => Some(HunkPlace { ends: NewEnds::CrLf, ..fit }),
            (false, true) => Some(HunkPlace { ends: NewEnds::Lf, ..fit }),
            _ => None,
        }
    }
}

/// A long line costs as much as many short ones: a step for so many bytes.
const STEP_BYTES: u64 = 64;

/// How much is compared between two looks at what is left to spend. Most places differ in the first few bytes.
const BLOCK_BYTES: usize = 256;

/// Whether all lines of the hunk end in the same way, so that their ends mean nothing.
pub(super) fn may_ignore_ends(hunk: &PatchHunk<'_>) -> bool {
    let mut whole = hunk.lines.iter().filter(|line| !line.missing_newline);
    let has_return = |line: Line<'_>| line.content.ends_with(b"\r");
    match whole.next() {
        Some(first) => whole.all(|line| has_return(line) == has_return(first)),
        None => false,
    }
}

/// Whether a line of the hunk has a `\r`.
pub(super) fn has_returns(hunk: &PatchHunk<'_>) -> bool {
    hunk.lines.iter().any(|line| line.content.contains(&b'\r'))
}

/// Whether `found` is `line`; each has its `\n` if it has one.
pub(super) fn same(line: &[u8], found: &[u8], ends: Ends) -> bool {
    let is_ended = line.ends_with(b"\n");
    let (line, content) = (bare(found), bare(line));
    let unended = |content: &'_ [u8]| content.len() - usize::from(content.ends_with(b"\r"));
    is_ended == found.ends_with(b"\n")
        && match ends {
            Ends::Literal => line == content,
            Ends::Ignored => line[..unended(line)] == content[..unended(content)],
            Ends::Blanks => blanks_joined(line).eq(blanks_joined(content)),
            Ends::Letters => letters(line).eq(letters(content)),
        }
}

/// Whether a line without its end has white space.
pub(super) fn has_blanks(line: &[u8]) -> bool {
    line.iter().any(u8::is_ascii_whitespace)
}

/// A line without its `\n`.
pub(super) fn bare(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\n").unwrap_or(line)
}

/// The bytes of a line with one blank for several, and none at the end.
fn blanks_joined(line: &[u8]) -> impl Iterator<Item = u8> {
    let line = line.trim_ascii_end();
    let is_blank = |at: usize| line[at].is_ascii_whitespace();
    let kept = (0..line.len()).filter(move |&at| !(at > 0 && is_blank(at) && is_blank(at - 1)));
    kept.map(|at| if line[at].is_ascii_whitespace() { b' ' } else { line[at] })
}

/// The text of a line in the composed form, without a byte order mark and the end.
fn letters(line: &[u8]) -> impl Iterator<Item = char> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let text = std::str::from_utf8(line).unwrap_or_default();
    // What is no text is compared as it is.
    let bytes = if text.len() == line.len() { &[][..] } else { line };
    text.trim_start_matches('\u{feff}').nfc().chain(bytes.iter().map(|&byte| char::from(byte)))
}
