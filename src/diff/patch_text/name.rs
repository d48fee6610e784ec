//! The names in headers: quotes, dates behind them, and the folders in front that are not part of them.

use std::borrow::Cow;

use super::{MAX_NAME_BYTES, Name, PatchTextError};
use crate::text::escape_bytes;

/// How many folders at the start of a name are not part of it.
pub(crate) type StripLevel = usize;

/// `name` without its first `level` folders; `None` if nothing would be left. Several slashes count as one.
pub(crate) fn stripped(name: &[u8], level: StripLevel) -> Option<&[u8]> {
    let mut rest = name;
    for _ in 0..level {
        let slash = rest.iter().position(|&byte| byte == b'/')?;
        rest = &rest[slash..];
        let slashes = rest.iter().take_while(|&&byte| byte == b'/').count();
        rest = &rest[slashes..];
    }
    (!rest.is_empty()).then_some(rest)
}

/// Reads the name of a `---` or `+++` line, which may have a date behind it; `None` for `/dev/null`. The flag says
/// whether the date is the beginning of time, which older programs write for a file that is not there.
pub(super) fn marked<'a>(tail: &'a [u8], line: usize) -> Result<(Option<Name<'a>>, bool), PatchTextError> {
    let (name, date) = if tail.first() == Some(&b'"') {
        let (name, rest) = unquoted(tail, line)?;
        (name, rest)
    } else {
        let (name, date) = split_date(tail);
        (Cow::Borrowed(name), date)
    };
    if name.as_ref() == b"/dev/null" {
        return Ok((None, false));
    }
    Ok((Some(checked(name, line)?), is_beginning_of_time(date)))
}

/// Reads a name that takes up the rest of its line, quoted or not.
pub(super) fn whole<'a>(tail: &'a [u8], line: usize) -> Result<Name<'a>, PatchTextError> {
    if tail.first() != Some(&b'"') {
        return checked(Cow::Borrowed(tail), line);
    }
    let (name, rest) = unquoted(tail, line)?;
    match rest.is_empty() {
        true => checked(name, line),
        false => Err(PatchTextError::broken(line, "something stands behind the quoted name")),
    }
}

/// The two names of a `diff --git` line, which have the same end; `None` where it cannot be told where the first one
/// ends. Git says the names again then.
pub(super) fn pair<'a>(tail: &'a [u8], line: usize) -> Result<Option<(Name<'a>, Name<'a>)>, PatchTextError> {
    if tail.first() == Some(&b'"') {
        let (old, rest) = unquoted(tail, line)?;
        let Some(rest) = rest.strip_prefix(b" ") else { return Ok(None) };
        return Ok(Some((checked(old, line)?, whole(rest, line)?)));
    }
    if tail.last() == Some(&b'"')
        && let Some(quote) = tail.windows(2).position(|pair| pair == b" \"")
    {
        let old = checked(Cow::Borrowed(&tail[..quote]), line)?;
        return Ok(Some((old, whole(&tail[quote + 1..], line)?)));
    }
    // Both sides have the same length: `a/x b/x`, or without a folder in front `x x`.
    let middle = tail.len() / 2;
    if tail.len().is_multiple_of(2) || tail[middle] != b' ' {
        return Ok(None);
    }
    let (old, new) = (&tail[..middle], &tail[middle + 1..]);
    if old != new && stripped(old, 1) != stripped(new, 1) {
        return Ok(None);
    }
    Ok(Some((checked(Cow::Borrowed(old), line)?, checked(Cow::Borrowed(new), line)?)))
}

/// What no name in a header may be, whichever folders are taken from its start.
fn checked(name: Name<'_>, line: usize) -> Result<Name<'_>, PatchTextError> {
    if name.is_empty() {
        return Err(PatchTextError::broken(line, "the file name is empty"));
    }
    if name.len() > MAX_NAME_BYTES {
        return Err(PatchTextError::limit(line, format!("a file name has {} bytes", name.len())));
    }
    let shown = || escape_bytes(&name);
    if name.starts_with(b"/") {
        return Err(PatchTextError::path(line, format!("the name {} is absolute", shown())));
    }
    if name.split(|&byte| byte == b'/' || byte == b'\\').any(|part| part == b"..") {
        return Err(PatchTextError::path(line, format!("the name {} leads out of the folder", shown())));
    }
    if name.contains(&0) {
        return Err(PatchTextError::path(line, format!("the name {} holds a NUL", shown())));
    }
    Ok(name)
}

/// Reads a name in C quotes; returns it and what follows.
fn unquoted(text: &[u8], line: usize) -> Result<(Name<'static>, &[u8]), PatchTextError> {
    let broken = || PatchTextError::broken(line, "the quoted name is broken");
    let mut name = Vec::new();
    let mut at = 1;
    loop {
        match *text.get(at).ok_or_else(broken)? {
            b'"' => return Ok((Cow::Owned(name), &text[at + 1..])),
            b'\\' => {
                let (byte, used) = escaped(&text[at + 1..]).ok_or_else(broken)?;
                name.push(byte);
                at += 1 + used;
            }
            byte => {
                name.push(byte);
                at += 1;
            }
        }
    }
}

/// The byte that an escape stands for, and how many bytes it takes behind the backslash.
fn escaped(text: &[u8]) -> Option<(u8, usize)> {
    let simple = |byte| Some((byte, 1));
    match *text.first()? {
        b'a' => simple(0x07),
        b'b' => simple(0x08),
        b'f' => simple(0x0c),
        b'n' => simple(b'\n'),
        b'r' => simple(b'\r'),
        b't' => simple(b'\t'),
        b'v' => simple(0x0b),
        byte @ (b'"' | b'\\') => simple(byte),
        b'0'..=b'3' => {
            let digits = text.get(..3)?;
            let digit = |byte: u8| (b'0'..=b'7').contains(&byte).then(|| byte - b'0');
            Some((digit(digits[0])? << 6 | digit(digits[1])? << 3 | digit(digits[2])?, 3))
        }
        _ => None,
    }
}

/// A name in C quotes if it needs them.
pub(super) fn quoted(prefix: &str, name: &[u8]) -> Vec<u8> {
    let plain = |byte: &u8| !matches!(byte, 0..=0x1f | b'"' | b'\\' | 0x7f);
    let mut out = Vec::with_capacity(name.len() + prefix.len());
    if name.iter().all(plain) {
        out.extend_from_slice(prefix.as_bytes());
        out.extend_from_slice(name);
        return out;
    }
    out.push(b'"');
    out.extend_from_slice(prefix.as_bytes());
    for byte in name {
        match byte {
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', *byte]),
            byte if plain(byte) => out.push(*byte),
            byte => out.extend_from_slice(format!("\\{byte:03o}").as_bytes()),
        }
    }
    out.push(b'"');
    out
}

/// Parts a name from a date behind it. The date stands behind a tab; some programs wrote a blank.
fn split_date(tail: &[u8]) -> (&[u8], &[u8]) {
    if let Some(tab) = tail.iter().position(|&byte| byte == b'\t') {
        return (&tail[..tab], &tail[tab + 1..]);
    }
    // ` 2002-02-21 23:30:39` and whatever follows.
    const SHAPE: &[u8] = b" 0000-00-00 00:00:00";
    let fits = |window: &[u8]| {
        let same =
            |(byte, shape): (&u8, &u8)| if *shape == b'0' { byte.is_ascii_digit() } else { byte == shape };
        window.iter().zip(SHAPE).all(same)
    };
    match tail.windows(SHAPE.len()).rposition(fits) {
        Some(at) if at > 0 => (tail[..at].trim_ascii_end(), &tail[at + 1..]),
        _ => (tail, &[]),
    }
}

/// Whether a date is 1970-01-01 00:00:00 in some zone.
fn is_beginning_of_time(date: &[u8]) -> bool {
    let Ok(date) = std::str::from_utf8(date) else { return false };
    let mut parts = date.split_ascii_whitespace();
    let (Some(day), Some(time)) = (parts.next(), parts.next()) else { return false };
    let zone = parts.next().unwrap_or("+0000");
    let (hours, rest) = time.split_once(':').unwrap_or(("", ""));
    let is_round = rest.starts_with("00:00") && rest[5..].bytes().all(|byte| matches!(byte, b'.' | b'0'));
    let hours = hours.parse::<i32>().ok().filter(|_| is_round);
    let offset = zone.get(..3).and_then(|zone| zone.parse::<i32>().ok()).filter(|_| zone.ends_with("00"));
    let (Some(hours), Some(offset)) = (hours, offset) else { return false };
    match day {
        "1970-01-01" => hours == offset,
        "1969-12-31" => hours - 24 == offset,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_of_time_is_known_in_every_zone() {
        for date in [
            "1970-01-01 00:00:00.000000000 +0000",
            "1970-01-01 01:00:00 +0100",
            "1969-12-31 19:00:00.000000000 -0500",
            "1970-01-01 00:00:00",
        ] {
            assert!(is_beginning_of_time(date.as_bytes()), "{date}");
        }
        for date in ["1970-01-01 00:00:01 +0000", "2002-02-21 00:00:00 +0000", "", "Thu Jan  1 1970"] {
            assert!(!is_beginning_of_time(date.as_bytes()), "{date}");
        }
    }

    #[test]
    fn a_date_is_no_part_of_a_name() {
        let name =
            |tail: &'static str| marked(tail.as_bytes(), 1).expect("a name").0.expect("a file").into_owned();
        assert_eq!(name("a/x.c\t2002-02-21 23:30:39.942229878 -0800"), b"a/x.c");
        assert_eq!(name("a/x.c 2002-02-21 23:30:39.942229878 -0800"), b"a/x.c");
        assert_eq!(name("a/with blank.c"), b"a/with blank.c");
        assert_eq!(name("\"a/tab\\tand \\303\\244\"\t2002"), b"a/tab\tand \xc3\xa4");
    }

    #[test]
    fn names_that_lead_away_are_refused() {
        for name in
            ["/etc/passwd", "../x", "a/../../x", "a/..", "\"a/\\056\\056/x\"", "a\\..\\x", "\"a/\\000x\""]
        {
            let error = marked(name.as_bytes(), 1).expect_err(name);
            assert_eq!(error.code, crate::model::Code::Path, "{name}");
        }
    }

    #[test]
    fn what_is_quoted_can_be_read_again() {
        for name in [&b"plain"[..], b"with \"quotes\"", b"tab\t", b"\x01\x7f\\", "\u{e4}".as_bytes()] {
            let written = quoted("a/", name);
            let (read, _) = marked(&written, 1).expect("a name");
            assert_eq!(stripped(&read.expect("a file"), 1), Some(name));
        }
    }
}
