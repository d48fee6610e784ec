//! Names the diffs that are not read: ed scripts, context diffs, normal diffs.
//!
//! An ed script is a program, and the other two say too little to find their place with certainty.

use super::cursor::{Cursor, chomp};
use super::{PatchTextError, Remedy};

/// How much of a text is looked at to find out what it is.
const SNIFF_LINES: usize = 2000;

/// Refuses a line that begins a context or normal diff. Half of a text must not be passed over because the other half
/// can be read.
pub(super) fn refuse(cursor: &Cursor<'_>) -> Result<(), PatchTextError> {
    let (Some(line), Some(next)) = (cursor.peek(), cursor.peek_second()) else { return Ok(()) };
    let broken = |problem| Err(PatchTextError::broken(cursor.line, problem).with(Remedy::Unified));
    if line.starts_with(ESCAPE) && is_header(&uncoloured(line)) {
        return Err(PatchTextError::broken(cursor.line, COLOURS).with(Remedy::NoColours));
    }
    if line.starts_with(b"*** ") && next.starts_with(b"--- ") || line.starts_with(b"***************") {
        return broken(CONTEXT);
    }
    if matches!(command(chomp(line)), Some(b'a' | b'c' | b'd')) && matches!(next, [b'<' | b'>', b' ', ..]) {
        return broken(NORMAL);
    }
    Ok(())
}

const CONTEXT: &str = "it's a context diff; only unified diffs are supported (diff -u)";
const NORMAL: &str = "it's a normal diff; only unified diffs are supported (diff -u)";

/// What a text without any diff is.
pub(super) fn explain(text: &[u8]) -> PatchTextError {
    let mut cursor = Cursor::new(text);
    while let Some(line) = cursor.next() {
        if cursor.line > SNIFF_LINES {
            break;
        }
        let broken = |problem: &str| PatchTextError::broken(cursor.line - 1, problem);
        if let Some(front) = front_of(line, cursor.peek()) {
            let problem = match front.contains(&b'>') || front.contains(&b'|') {
                true => "each line is quoted, as in a reply to an email",
                false => "the diff is indented: each line begins with spaces",
            };
            return broken(problem).with(Remedy::NoQuotes);
        }
        if is_ed(chomp(line)) {
            let problem = "it's an ed script, which is a program; only unified diffs are supported (diff -u)";
            return broken(problem).with(Remedy::Unified);
        }
        if line.contains(&b'\r') && !line.ends_with(b"\n") && is_header(line) {
            return broken("its lines end in carriage returns only").with(Remedy::LineEnds);
        }
    }
    PatchTextError::broken(0, "it contains no diff").with(Remedy::NoDiff)
}

/// What stands in front of `line`, if a diff begins there behind it.
fn front_of<'a>(line: &'a [u8], next: Option<&[u8]>) -> Option<&'a [u8]> {
    const MAX_FRONT_BYTES: usize = 40;
    let is_front = |byte: &&u8| matches!(**byte, b' ' | b'\t' | b'>' | b'|');
    let (front, rest) = line.split_at(line.iter().take_while(is_front).count());
    let goes_on = |begin: &[u8]| {
        next.and_then(|next| next.strip_prefix(front)).is_some_and(|next| next.starts_with(begin))
    };
    let begins = rest.starts_with(b"diff --git ") || rest.starts_with(b"--- ") && goes_on(b"+++ ");
    (begins && (1..=MAX_FRONT_BYTES).contains(&front.len())).then_some(front)
}

const ESCAPE: &[u8] = b"\x1b[";
const COLOURS: &str = "it contains terminal colors, as escape codes";

/// The beginning of a line without the codes of colours.
fn uncoloured(line: &[u8]) -> Vec<u8> {
    let (mut out, mut rest) = (Vec::new(), &line[..line.len().min(100)]);
    while let Some((&byte, tail)) = rest.split_first() {
        match rest.strip_prefix(ESCAPE) {
            None => {
                out.push(byte);
                rest = tail;
            }
            Some(code) => {
                let length = code.iter().take_while(|byte| matches!(byte, b'0'..=b'9' | b';')).count();
                rest = code.get(length + 1..).unwrap_or_default();
            }
        }
    }
    out
}

fn is_header(line: &[u8]) -> bool {
    [&b"diff "[..], b"--- ", b"+++ ", b"@@ -"].iter().any(|begin| line.starts_with(begin))
}

fn is_ed(line: &[u8]) -> bool {
    let is_shell = matches!(line, [b'!', _, ..] | [b'r', b' ', b'!', ..]);
    is_shell || matches!(command(line), Some(b'a' | b'c' | b'd' | b'i' | b's'))
}

/// The letter of a command such as `12,14c`.
fn command(line: &[u8]) -> Option<u8> {
    let digit_or_comma = |byte: &&u8| byte.is_ascii_digit() || **byte == b',';
    let digits = line.iter().take_while(digit_or_comma).count();
    if digits == 0 || !line[0].is_ascii_digit() {
        return None;
    }
    match &line[digits..] {
        [letter] => Some(*letter),
        [letter, b'/' | b'0'..=b'9', ..] => Some(*letter),
        _ => None,
    }
}
