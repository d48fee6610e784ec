//! Whether the lines of a hunk stand at a place.

use unicode_normalization::UnicodeNormalization;

use super::CompareBudget;
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
pub(super) struct Fit {
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
pub(super) struct Pattern<'h> {
    lines: Vec<&'h Line<'h>>,
    ends: Ends,
    /// Unchanged lines at the start and at the end.
    context: (usize, usize),
    /// How many of them are left out of account.
    skipped: (usize, usize),
    /// It can stand at the start of the content only, or at its end only.
    anchors: (bool, bool),
}

impl<'h> Pattern<'h> {
    /// What has to be there before.
    pub fn old(hunk: &'h PatchHunk<'_>, ends: Ends) -> Self {
        Self::from_hunk(hunk, hunk.old_lines().collect(), ends)
    }

    /// What is there afterwards.
    pub fn new(hunk: &'h PatchHunk<'_>, ends: Ends) -> Self {
        Self::from_hunk(hunk, hunk.new_lines().collect(), ends)
    }

    fn from_hunk(hunk: &'h PatchHunk<'_>, lines: Vec<&'h Line<'h>>, ends: Ends) -> Self {
        let is_context = |line: &&Line<'_>| line.kind == LineKind::Context;
        let leading = hunk.lines.iter().take_while(is_context).count();
        let trailing = hunk.lines.iter().rev().take_while(is_context).count();
        // Who made the diff had fewer lines to show on one side, because the file begins or ends there. A diff that shows
        // whole functions has fewer at the end without that, but never none.
        let behind = trailing + hunk.beyond.len();
        let anchors = (leading < trailing && hunk.old_start <= 1, behind == 0 && leading > 0);
        Self { lines, ends, context: (leading, trailing), skipped: (0, 0), anchors }
    }

    /// The same with `fuzz` lines of the longer side left out of account, and of the other side as many as it then has
    /// too many; `None` if that leaves out none.
    pub(crate) fn with_fuzz(&self, fuzz: usize) -> Option<Self> {
        let (leading, trailing) = self.context;
        let longer = leading.max(trailing);
        if fuzz > longer {
            return None;
        }
        let of = |context: usize| (fuzz + context).saturating_sub(longer);
        let skipped = (of(leading), of(trailing));
        let lines = self.lines[skipped.0..self.lines.len() - skipped.1].to_vec();
        let anchors = (self.anchors.0 && fuzz + leading < longer, self.anchors.1 && fuzz + trailing < longer);
        (!lines.is_empty()).then_some(Self { lines, skipped, anchors, ..self.clone() })
    }

    pub fn len(&self) -> usize {
        self.lines.len()
    }

    pub fn skipped(&self) -> usize {
        self.skipped.0
    }

    /// Whether it stands at `at`.
    pub fn fits(&self, target: &[&[u8]], at: usize, effort: &mut CompareBudget) -> bool {
        let Some(found) = target.get(at..).and_then(|rest| rest.get(..self.len())) else { return false };
        let is_off = self.anchors.0 && at != 0 || self.anchors.1 && at + self.len() != target.len();
        if is_off || !effort.spend(1) {
            return false;
        }
        self.lines.iter().zip(found).all(|(line, found)| {
            // A long line costs as much as many short ones.
            effort.spend(1 + line.content.len() as u64 / 64) && same(line, found, self.ends)
        })
    }

    /// It at `at`, with what is told of it when it is the result that stands there.
    pub(crate) fn fit_at(&self, at: usize) -> Fit {
        let (skipped, skipped_behind) = self.skipped;
        Fit { at, len: self.len(), skipped, skipped_behind, ends: NewEnds::AsWritten }
    }

    /// It at `at`, where it fits; `None` if the lines there end in different ways and it has no way of its own.
    pub(crate) fn settle_at(&self, target: &[&[u8]], at: usize) -> Option<Fit> {
        let fit = self.fit_at(at);
        if self.ends == Ends::Literal {
            return Some(fit);
        }
        let whole = || target[at..at + self.len()].iter().filter(|line| line.ends_with(b"\n"));
        let any_crlf = whole().any(|line| line.ends_with(b"\r\n"));
        let any_lf = whole().any(|line| !line.ends_with(b"\r\n"));
        match (any_crlf, any_lf) {
            (true, false) => Some(Fit { ends: NewEnds::CrLf, ..fit }),
            (false, true) => Some(Fit { ends: NewEnds::Lf, ..fit }),
            _ => None,
        }
    }
}

/// Whether all lines of the hunk end in the same way, so that their ends mean nothing.
pub(super) fn may_ignore_ends(hunk: &PatchHunk<'_>) -> bool {
    let mut whole = hunk.lines.iter().filter(|line| !line.missing_newline);
    let has_return = |line: &Line<'_>| line.content.ends_with(b"\r");
    match whole.next() {
        Some(first) => whole.all(|line| has_return(line) == has_return(first)),
        None => false,
    }
}

/// Whether `found`, with its `\n` if it has one, is `line`.
pub(super) fn same(line: &Line<'_>, found: &[u8], ends: Ends) -> bool {
    let (found, ended) = match found.strip_suffix(b"\n") {
        Some(found) => (found, true),
        None => (found, false),
    };
    let bare = |content: &'_ [u8]| content.len() - usize::from(content.ends_with(b"\r"));
    ended != line.missing_newline
        && match ends {
            Ends::Literal => found == line.content,
            Ends::Ignored => found[..bare(found)] == line.content[..bare(line.content)],
            Ends::Blanks => blanks_joined(found).eq(blanks_joined(line.content)),
            Ends::Letters => letters(found).eq(letters(line.content)),
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
