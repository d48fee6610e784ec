//! Makes text from a bundle or a folder safe to show: nothing in it can move a cursor, turn the reading direction,
//! or stand there unseen.
//!
//! What cannot be seen is spelled as a *token*: `\u{202e}`, `\r` at the end of a line of several, or `\xff` for a
//! byte that is no text. Escaping can be undone, so a token always means what it says: backslashes are left alone,
//! except that a run of them right before a token, or before characters that read like one, is doubled. A title with
//! the ten characters `\u{202e}` in it shows `\\u{202e}`; `C:\new\root` stays as it is, which is why a line feed in
//! a line is no `\n` but a `\u{a}`. Hence escaping twice is not escaping once: the second time the backslashes of
//! the tokens are doubled, for they are no tokens of the text that is escaped then.
//!
//! Spelled out are control characters, all formatting characters (bidirectional, zero-width, tags), variation
//! selectors and everything else that is ignorable, line and paragraph separators, letters drawn as nothing,
//! private-use and unassigned code points, and combining marks without a base or beyond [`MAX_MARKS`] on one.

use std::borrow::Cow;
use std::str::Chars;

use super::characters::{is_mark, unseen};

/// Most combining marks that are drawn on one character. No writing system stacks more; hundreds climb over the
/// lines above.
pub(crate) const MAX_MARKS: usize = 8;

/// For one line, such as a title, a name or a value: nothing in the result breaks the line.
pub(crate) fn escape_line(text: &str) -> Cow<'_, str> {
    escape(text, EscapeForm::Line)
}

/// For several lines: line feeds and tabs stay. A carriage return at the end of a line shows as `\r`, any other
/// as `\u{d}`.
pub(crate) fn escape_text(text: &str) -> Cow<'_, str> {
    escape(text, EscapeForm::Text)
}

/// For a line of a file, with or without its line feed: as [`escape_text`], and a byte that is no UTF-8 shows as
/// `\xNN`.
pub(crate) fn escape_bytes(line: &[u8]) -> String {
    let mut shown = String::with_capacity(line.len());
    for chunk in line.utf8_chunks() {
        let form = EscapeForm::Bytes { token_follows: !chunk.invalid().is_empty() };
        EscapeWalk::new(chunk.valid(), form).for_each(|piece| piece.write_to(&mut shown));
        for byte in chunk.invalid() {
            shown.push_str(&format!("\\x{byte:02x}"));
        }
    }
    shown
}

/// A name that may be no UTF-8 as a part of a message, which is escaped as a whole before it is shown: only bytes that
/// are no UTF-8 show as `\xNN` here.
pub(crate) fn name_in_message(name: &[u8]) -> String {
    let mut text = String::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        text.push_str(chunk.valid());
        chunk.invalid().iter().for_each(|byte| text.push_str(&format!("\\x{byte:02x}")));
    }
    text
}

/// [`escape_bytes`] in pieces, for whoever has to find the byte behind what is shown: calls `piece` with the number
/// of bytes, what they are shown as, and whether that is a token.
pub(crate) fn escape_in_pieces(line: &[u8], piece: &mut dyn FnMut(usize, &str, bool)) {
    let mut shown = String::new();
    for chunk in line.utf8_chunks() {
        let form = EscapeForm::Bytes { token_follows: !chunk.invalid().is_empty() };
        for part in EscapeWalk::new(chunk.valid(), form) {
            shown.clear();
            part.write_to(&mut shown);
            piece(
                part.source_bytes(),
                &shown,
                matches!(part, EscapedPiece::CarriageReturn | EscapedPiece::Token(_)),
            );
        }
        for byte in chunk.invalid() {
            piece(1, &format!("\\x{byte:02x}"), true);
        }
    }
}

/// For one line with little room: [`escape_line`] of `text`, and if that is longer than `max_chars` characters, its
/// start and `…`, together at most `max_chars`. Tokens are never cut. Reads no more than it shows.
pub(crate) fn one_line(text: &str, max_chars: usize) -> String {
    let mut shown = String::new();
    let mut shown_chars = 0;
    // Where to cut if the text turns out too long: the last place with room for the ellipsis.
    let mut cut = 0;
    for piece in EscapeWalk::new(text, EscapeForm::Line) {
        if shown_chars < max_chars {
            cut = shown.len();
        }
        let start = shown.len();
        piece.write_to(&mut shown);
        shown_chars += shown[start..].chars().count();
        if shown_chars > max_chars {
            shown.truncate(cut);
            shown.extend((max_chars > 0).then_some('…'));
            return shown;
        }
    }
    shown
}

/// `text`, which is made of pieces that were escaped, with whatever is left that nobody would see spelled out; line feeds
/// and tabs stay. Unlike [`escape_text`] it leaves tokens as they are.
pub(crate) fn spell_out_rest(text: &str) -> Cow<'_, str> {
    let is_left = |c: char| unseen(c).is_some() && !EscapeForm::Text.keeps(c);
    if !text.contains(is_left) {
        return Cow::Borrowed(text);
    }
    let piece = |c: char| if is_left(c) { EscapedPiece::Token(c) } else { EscapedPiece::Plain(c) };
    let mut shown = String::with_capacity(text.len());
    text.chars().for_each(|c| piece(c).write_to(&mut shown));
    Cow::Owned(shown)
}

/// How many characters of `text` nobody would see, for a warning above it. Line feeds, tabs and a carriage return
/// at the end of a line do not count.
pub(crate) fn hidden_count(text: &str) -> usize {
    EscapeWalk::new(text, EscapeForm::Text).filter(|piece| matches!(piece, EscapedPiece::Token(_))).count()
}

fn escape(text: &str, form: EscapeForm) -> Cow<'_, str> {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'[' | b']'..=b'~')) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    EscapeWalk::new(text, form).for_each(|piece| piece.write_to(&mut shown));
    if shown == text { Cow::Borrowed(text) } else { Cow::Owned(shown) }
}

/// What the text is shown as.
#[derive(Clone, Copy, PartialEq, Eq)]
enum EscapeForm {
    Line,
    /// Lines.
    Text,
    /// The part of a line up to a byte that is no UTF-8, or up to its end.
    Bytes {
        token_follows: bool,
    },
}

impl EscapeForm {
    /// Whether `c` is shown as it is although it draws nothing.
    fn keeps(self, c: char) -> bool {
        self != EscapeForm::Line && matches!(c, '\n' | '\t')
    }

    /// Whether a line ends where `rest` begins.
    fn is_line_end(self, rest: &str) -> bool {
        let ends_here = rest.is_empty() && self != EscapeForm::Bytes { token_follows: true };
        ends_here || rest.starts_with('\n')
    }

    /// Whether a token comes where `rest` begins, or would be seen there by whoever reads a backslash before it.
    fn begins_token(self, rest: &str) -> bool {
        let mut chars = rest.chars();
        match chars.next() {
            None => self == EscapeForm::Bytes { token_follows: true },
            Some('u') => chars.next() == Some('{'),
            Some('x') => matches!(self, EscapeForm::Bytes { .. }) && starts_with_two_hex_digits(chars),
            Some('r') => self != EscapeForm::Line && self.is_line_end(chars.as_str()),
            Some(c) => unseen(c).is_some() && !self.keeps(c),
        }
    }
}

fn starts_with_two_hex_digits(chars: Chars<'_>) -> bool {
    chars.take(2).filter(char::is_ascii_hexdigit).count() == 2
}

/// How one character is shown.
#[derive(Clone, Copy)]
enum EscapedPiece {
    Plain(char),
    /// A backslash that must not be taken for the start of a token.
    Twice,
    /// By its well-known name, at the end of a line.
    CarriageReturn,
    /// By its code point.
    Token(char),
}

impl EscapedPiece {
    /// How many bytes it stands for.
    fn source_bytes(self) -> usize {
        match self {
            EscapedPiece::Plain(c) | EscapedPiece::Token(c) => c.len_utf8(),
            EscapedPiece::Twice | EscapedPiece::CarriageReturn => 1,
        }
    }

    fn write_to(self, shown: &mut String) {
        match self {
            EscapedPiece::Plain(c) => shown.push(c),
            EscapedPiece::Twice => shown.push_str(r"\\"),
            EscapedPiece::CarriageReturn => shown.push_str(r"\r"),
            EscapedPiece::Token(c) => shown.extend(c.escape_unicode()),
        }
    }
}

/// Goes through a text once, character by character.
struct EscapeWalk<'a> {
    rest: &'a str,
    form: EscapeForm,
    /// Marks on the present base; [`MAX_MARKS`] also where there is no base, so that none can climb onto what
    /// stands before the text or onto a token.
    marks: usize,
    /// Inside a run of backslashes: whether they are doubled.
    doubles: Option<bool>,
}

impl<'a> EscapeWalk<'a> {
    fn new(text: &'a str, form: EscapeForm) -> Self {
        Self { rest: text, form, marks: MAX_MARKS, doubles: None }
    }

    fn backslash(&mut self) -> EscapedPiece {
        // Decided once per run: looking ahead from every backslash of a long run would take quadratic time.
        let doubles = self.doubles.unwrap_or_else(|| {
            let after_run = self.rest.trim_start_matches('\\');
            self.form.begins_token(after_run)
        });
        self.doubles = Some(doubles);
        if doubles { EscapedPiece::Twice } else { EscapedPiece::Plain('\\') }
    }

    fn unseen(&self, c: char) -> EscapedPiece {
        match (c, self.form) {
            ('\r', form) if form != EscapeForm::Line && form.is_line_end(self.rest) => {
                EscapedPiece::CarriageReturn
            }
            _ if self.form.keeps(c) => EscapedPiece::Plain(c),
            _ => EscapedPiece::Token(c),
        }
    }
}

impl Iterator for EscapeWalk<'_> {
    type Item = EscapedPiece;

    fn next(&mut self) -> Option<EscapedPiece> {
        let c = self.rest.chars().next()?;
        self.rest = &self.rest[c.len_utf8()..];
        if c == '\\' {
            self.marks = 0;
            return Some(self.backslash());
        }
        self.doubles = None;
        if unseen(c).is_some() {
            self.marks = MAX_MARKS;
            return Some(self.unseen(c));
        }
        if !is_mark(c) {
            self.marks = 0;
            return Some(EscapedPiece::Plain(c));
        }
        if self.marks == MAX_MARKS {
            return Some(EscapedPiece::Token(c));
        }
        self.marks += 1;
        Some(EscapedPiece::Plain(c))
    }
}

#[cfg(test)]
mod tests;
