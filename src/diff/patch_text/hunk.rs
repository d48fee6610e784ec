//! Reads hunks: what their first line promises is what has to follow.

use super::cursor::{Cursor, chomp};
use super::hunk_lines::{HunkLines, LineForm, LinesBeyond, take_remark};
use super::{LineKind, MAX_LINE_NUMBER, PatchHunk, PatchTextError};

/// Whether the next line begins a hunk.
pub(super) fn is_next(cursor: &Cursor<'_>) -> bool {
    cursor.is_at("@@ -")
}

/// Reads all hunks of one file. They follow each other in the file as they do in the text.
pub(super) fn read_all<'a>(cursor: &mut Cursor<'a>) -> Result<Vec<PatchHunk<'a>>, PatchTextError> {
    let mut hunks: Vec<PatchHunk<'a>> = Vec::new();
    while is_next(cursor) {
        let mut hunk = read(cursor)?;
        hunk.beyond = beyond(cursor);
        if let Some(last) = hunks.last()
            && first_index(&hunk) < first_index(last) + last.old_len
        {
            let problem = "the hunk begins before the one above it ends";
            return Err(PatchTextError::broken(hunk.line, problem));
        }
        hunks.push(hunk);
    }
    match cursor.peek() {
        // What a person would take for a part of the hunk must not be passed over.
        Some(line @ [b'+' | b'-', ..]) if !is_end(cursor, line) => {
            let problem = "the hunk goes on, but its first line says that it ends here";
            Err(PatchTextError::broken(cursor.line, problem))
        }
        Some([b'\\', ..]) => Err(PatchTextError::broken(cursor.line, "a remark that belongs to no line")),
        _ => Ok(hunks),
    }
}

/// Unchanged lines that go on behind the last one that was counted. Where they stand in the file, too, somebody only
/// counted too few; so whoever places the hunk looks for them.
fn beyond<'a>(cursor: &mut Cursor<'a>) -> LinesBeyond<'a> {
    let (text, mut ahead) = (cursor.rest(), *cursor);
    while let Some(content) = ahead.peek().and_then(|line| line.strip_prefix(b" ")) {
        ahead.next();
        // Blanks at the end are none of it.
        if !content.trim_ascii().is_empty() {
            *cursor = ahead;
        }
    }
    LinesBeyond(&text[..text.len() - cursor.rest().len()])
}

/// How many lines of the old file stand before the hunk.
fn first_index(hunk: &PatchHunk<'_>) -> usize {
    if hunk.old_len == 0 { hunk.old_start } else { hunk.old_start.saturating_sub(1) }
}

/// Whether `line` may follow the last hunk although it starts like a line of one: the next file's header, the
/// separator above a mail's signature, a blank.
fn is_end(cursor: &Cursor<'_>, line: &[u8]) -> bool {
    let is_header =
        line.starts_with(b"--- ") && cursor.peek_second().is_some_and(|next| next.starts_with(b"+++ "));
    let is_signature = matches!(chomp(line), b"-- " | b"--" | b"---");
    is_header || is_signature || line.iter().all(u8::is_ascii_whitespace)
}

fn read<'a>(cursor: &mut Cursor<'a>) -> Result<PatchHunk<'a>, PatchTextError> {
    let line = cursor.line;
    let header = cursor.next().unwrap_or_default();
    let mut hunk = header_of(chomp(header), line)?;
    let form = LineForm { has_return: header.ends_with(b"\r\n"), is_turned: false };
    let text = cursor.rest();
    let (mut old_left, mut new_left) = (hunk.old_len, hunk.new_len);
    while old_left > 0 || new_left > 0 {
        let at = cursor.line;
        let too_short = || PatchTextError::broken(at, "the hunk is shorter than its first line says");
        let (kind, _) = cursor.next().and_then(|raw| form.line(raw)).ok_or_else(too_short)?;
        let left = |count: &mut usize| match count.checked_sub(1) {
            Some(less) => {
                *count = less;
                Ok(())
            }
            None => Err(PatchTextError::broken(at, "the hunk is longer than its first line says")),
        };
        if kind != LineKind::Added {
            left(&mut old_left)?;
        }
        if kind != LineKind::Removed {
            left(&mut new_left)?;
        }
        let missing_newline = take_remark(cursor);
        let is_last =
            (kind == LineKind::Added || old_left == 0) && (kind == LineKind::Removed || new_left == 0);
        if missing_newline && !is_last {
            let problem = "a line in the middle of the hunk is said to be the last of its file";
            return Err(PatchTextError::broken(at, problem));
        }
    }
    hunk.lines = HunkLines::of_text(&text[..text.len() - cursor.rest().len()], form);
    Ok(hunk)
}

/// `@@ -1,2 +3,4 @@ section`
fn header_of(header: &[u8], line: usize) -> Result<PatchHunk<'_>, PatchTextError> {
    let broken = || PatchTextError::broken(line, "the first line of the hunk is broken");
    let rest = header.strip_prefix(b"@@ -").ok_or_else(broken)?;
    let (old_start, old_len, rest) = range(rest, line)?;
    let rest = rest.strip_prefix(b" +").ok_or_else(broken)?;
    let (new_start, new_len, rest) = range(rest, line)?;
    let section = rest.strip_prefix(b" @@").ok_or_else(broken)?;
    if (old_start == 0 && old_len > 0) || (new_start == 0 && new_len > 0) {
        return Err(PatchTextError::broken(line, "the hunk begins at line 0, and lines count from 1"));
    }
    if old_len == 0 && new_len == 0 {
        return Err(PatchTextError::broken(line, "the hunk is empty"));
    }
    Ok(PatchHunk {
        line,
        old_start,
        old_len,
        new_start,
        new_len,
        section,
        lines: Vec::new().into(),
        beyond: LinesBeyond::default(),
    })
}

/// `12` or `12,3`.
fn range(text: &[u8], line: usize) -> Result<(usize, usize, &[u8]), PatchTextError> {
    let (start, rest) = number(text, line)?;
    match rest.strip_prefix(b",") {
        None => Ok((start, 1, rest)),
        Some(rest) => {
            let (len, rest) = number(rest, line)?;
            Ok((start, len, rest))
        }
    }
}

fn number(text: &[u8], line: usize) -> Result<(usize, &[u8]), PatchTextError> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if digits == 0 {
        return Err(PatchTextError::broken(line, "a line number is expected"));
    }
    let too_high = || PatchTextError::limit(line, format!("a line number is above {MAX_LINE_NUMBER}"));
    let add = |number: usize, digit: &u8| {
        let number = number * 10 + usize::from(digit - b'0');
        (number <= MAX_LINE_NUMBER).then_some(number)
    };
    let number = text[..digits].iter().try_fold(0, add).ok_or_else(too_high)?;
    Ok((number, &text[digits..]))
}
