//! Names the diffs that are not read: ed scripts, context diffs, normal diffs.
//!
//! An ed script is a program, and the other two say too little to find their place with certainty.

use super::PatchTextError;
use super::cursor::{Cursor, chomp};

/// How much of a text is looked at to find out what it is.
const SNIFF_LINES: usize = 2000;

/// Refuses a line that begins a context or normal diff. Half of a text must not be passed over because the other half
/// can be read.
pub(super) fn refuse(cursor: &Cursor<'_>) -> Result<(), PatchTextError> {
    let (Some(line), Some(next)) = (cursor.peek(), cursor.peek_second()) else { return Ok(()) };
    let broken = |problem| Err(PatchTextError::broken(cursor.line, problem));
    if line.starts_with(b"*** ") && next.starts_with(b"--- ") || line.starts_with(b"***************") {
        return broken(CONTEXT);
    }
    if matches!(command(chomp(line)), Some(b'a' | b'c' | b'd')) && matches!(next, [b'<' | b'>', b' ', ..]) {
        return broken(NORMAL);
    }
    Ok(())
}

const CONTEXT: &str = "it is a context diff; only unified diffs are read (diff -u)";
const NORMAL: &str = "it is a normal diff; only unified diffs are read (diff -u)";

/// What a text without any diff is.
pub(super) fn explain(text: &[u8]) -> PatchTextError {
    let mut cursor = Cursor::new(text);
    while let Some(line) = cursor.next() {
        if cursor.line > SNIFF_LINES {
            break;
        }
        if is_ed(chomp(line)) {
            let problem = "it is an ed script, which is a program; only unified diffs are read (diff -u)";
            return PatchTextError::broken(cursor.line - 1, problem);
        }
    }
    PatchTextError::broken(0, "there is no diff in it")
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
