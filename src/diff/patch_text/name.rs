//! The names in headers: quotes, dates behind them, and the folders in front that are not part of them.

use std::borrow::Cow;

use super::{MAX_NAME_BYTES, Name, PatchTextError, Remedy};
use crate::text::name_in_message;

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

/// The fewest folders to leave out so that `old` and `new` are the same name, or one of them that with an ending such
/// as `.orig` behind it; `None` if they differ in more than the folders in front.
pub(crate) fn agreeing_level(old: &[u8], new: &[u8]) -> Option<StripLevel> {
    fn parts(name: &[u8]) -> Vec<&[u8]> {
        name.split(|&byte| byte == b'/').collect()
    }
    let (old, new) = (parts(old), parts(new));
    let (old_last, new_last) = (*old.last()?, *new.last()?);
    if old.len() != new.len() || !(old_last.starts_with(new_last) || new_last.starts_with(old_last)) {
        return None;
    }
    let folders = old.iter().zip(&new).take(old.len() - 1).enumerate();
    let differing = folders.filter(|(_, (old, new))| old != new).map(|(at, _)| at + 1);
    let level = differing.max().unwrap_or_default();
    // Several slashes count as one, and the level with them.
    let doubled = |parts: &[&[u8]]| parts[..level].iter().skip(1).filter(|part| part.is_empty()).count();
    (doubled(&old) == doubled(&new)).then(|| level - doubled(&old))
}

/// What stands behind `---` or `+++`.
#[derive(Debug)]
pub(super) struct Marked<'a> {
    /// The name; `None` for `/dev/null`.
    pub name: Option<Name<'a>>,
    /// Whether there is a file of this name.
    pub is_there: IsThere,
    pub has_backslashes: bool,
}

/// What the words or the date behind a name say of its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum IsThere {
    Yes,
    /// It has the date that older programs write for a file that is not there, or a revision that Subversion writes so.
    Perhaps,
    No,
}

/// Reads the name of a `---` or `+++` line, which may have a date or a revision behind it.
pub(super) fn marked<'a>(tail: &'a [u8], line: usize) -> Result<Marked<'a>, PatchTextError> {
    let (name, date) = if tail.first() == Some(&b'"') {
        unquoted(tail, line)?
    } else {
        let (name, date) = split_date(tail);
        (Cow::Borrowed(name), date)
    };
    if name.as_ref() == b"/dev/null" {
        return Ok(Marked { name: None, is_there: IsThere::No, has_backslashes: false });
    }
    let is_there = match date.trim_ascii() {
        date if date.ends_with(b"(nonexistent)") => IsThere::No,
        date if date.ends_with(b"(revision 0)") || is_beginning_of_time(date) => IsThere::Perhaps,
        _ => IsThere::Yes,
    };
    // Programs that write backslashes for the ends of folders write no slash and no quotes.
    let has_backslashes =
        matches!(&name, Cow::Borrowed(name) if name.contains(&b'\\') && !name.contains(&b'/'));
    let name = match has_backslashes {
        true => Cow::Owned(name.iter().map(|&byte| if byte == b'\\' { b'/' } else { byte }).collect()),
        false => name,
    };
    Ok(Marked { name: Some(checked(name, line)?), is_there, has_backslashes })
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
    let shown = || name_in_message(&name);
    if name.split(|&byte| byte == b'/' || byte == b'\\').any(|part| part == b"..") {
        let problem = format!("the name {} leads out of the folder", shown());
        return Err(PatchTextError::path(line, problem).with(Remedy::LeadsOut));
    }
    if name.contains(&0) {
        let problem = format!("the name {} holds a NUL", shown());
        return Err(PatchTextError::path(line, problem).with(Remedy::GetItAgain));
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

/// Parts a name from a date or revision behind it. It stands behind a tab; some programs wrote blanks.
fn split_date(tail: &[u8]) -> (&[u8], &[u8]) {
    if let Some(tab) = tail.iter().position(|&byte| byte == b'\t') {
        return (&tail[..tab], &tail[tab + 1..]);
    }
    // ` 2002-02-21 23:30:39` and whatever follows.
    const SHAPE: &[u8] = b" 0000-00-00 00:00:00";
    let iso = tail.windows(SHAPE.len()).rposition(|window| has_shape(window, SHAPE));
    match iso.or_else(|| spoken_date(tail)).or_else(|| revision(tail)) {
        Some(at) if at > 0 => (tail[..at].trim_ascii_end(), &tail[at + 1..]),
        _ => (tail, &[]),
    }
}

/// Whether `text` is `shape`, with any digit for `0` and any letter for `a`.
fn has_shape(text: &[u8], shape: &[u8]) -> bool {
    let same = |(byte, shape): (&u8, &u8)| match shape {
        b'0' => byte.is_ascii_digit(),
        b'a' => byte.is_ascii_alphabetic(),
        shape => byte == shape,
    };
    text.len() == shape.len() && text.iter().zip(shape).all(same)
}

/// Where ` Tue Feb 05 17:23:40 2019 +0100` begins, if the line ends so.
fn spoken_date(tail: &[u8]) -> Option<usize> {
    let mut rest = tail.trim_ascii_end();
    let mut word = || {
        let at = rest.iter().rposition(u8::is_ascii_whitespace)?;
        let word = &rest[at + 1..];
        rest = rest[..at].trim_ascii_end();
        Some((at, word))
    };
    let (_, mut year) = word()?;
    if has_shape(year, b"+0000") || has_shape(year, b"-0000") {
        (_, year) = word()?;
    }
    let (_, time) = word()?;
    let (_, day) = word()?;
    let (_, month) = word()?;
    let (at, weekday) = word()?;
    let is_day = has_shape(day, b"00") || has_shape(day, b"0");
    let fits = has_shape(year, b"0000") && has_shape(time, b"00:00:00") && is_day;
    (fits && has_shape(month, b"aaa") && has_shape(weekday, b"aaa")).then_some(at)
}

/// Where what Subversion says of a revision begins, if the line ends so and its tab was lost.
fn revision(tail: &[u8]) -> Option<usize> {
    let at = tail.windows(2).rposition(|pair| pair == b" (")?;
    let words = tail[at + 2..].trim_ascii_end().strip_suffix(b")")?;
    let is_number = |text: &[u8]| !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    let is_revision = words.strip_prefix(b"revision ").is_some_and(is_number);
    (is_revision || matches!(words, b"nonexistent" | b"working copy")).then_some(at)
}

/// Whether a date is 1970-01-01 00:00:00 in some zone.
fn is_beginning_of_time(date: &[u8]) -> bool {
    let Ok(date) = std::str::from_utf8(date) else { return false };
    let parts: Vec<&str> = date.split_ascii_whitespace().take(6).collect();
    let (day, time, zone) = match parts[..] {
        [day, time] => (day, time, "+0000"),
        [day, time, zone, ..] if day.contains('-') => (day, time, zone),
        [_, "Jan", "1" | "01", time, "1970", ref zone @ ..] => {
            ("1970-01-01", time, zone.first().copied().unwrap_or("+0000"))
        }
        [_, "Dec", "31", time, "1969", ref zone @ ..] => {
            ("1969-12-31", time, zone.first().copied().unwrap_or("+0000"))
        }
        _ => return false,
    };
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
            "Thu Jan 01 00:00:00 1970 +0000",
            "Thu Jan  1 01:00:00 1970 +0100",
            "Wed Dec 31 19:00:00 1969 -0500",
        ] {
            assert!(is_beginning_of_time(date.as_bytes()), "{date}");
        }
        for date in ["1970-01-01 00:00:01 +0000", "2002-02-21 00:00:00 +0000", "", "Thu Jan  1 1970"] {
            assert!(!is_beginning_of_time(date.as_bytes()), "{date}");
        }
    }

    #[test]
    fn a_date_is_no_part_of_a_name() {
        let name = |tail: &'static str| {
            marked(tail.as_bytes(), 1).expect("a name").name.expect("a file").into_owned()
        };
        assert_eq!(name("a/x.c\t2002-02-21 23:30:39.942229878 -0800"), b"a/x.c");
        assert_eq!(name("a/x.c 2002-02-21 23:30:39.942229878 -0800"), b"a/x.c");
        assert_eq!(name("a/x.c Tue Feb 05 17:23:40 2019 +0100"), b"a/x.c");
        assert_eq!(name("a/x.c  Tue Feb  5 17:23:40 2019"), b"a/x.c");
        assert_eq!(name("x.c (revision 12)"), b"x.c");
        assert_eq!(name("a/with blank.c"), b"a/with blank.c");
        assert_eq!(name("a/notes of Feb 05 2019 (draft)"), b"a/notes of Feb 05 2019 (draft)");
        assert_eq!(name("src\\win\\x.c"), b"src/win/x.c");
        assert_eq!(name("\"a/tab\\tand \\303\\244\"\t2002"), b"a/tab\tand \xc3\xa4");
    }

    #[test]
    fn what_both_sides_share_says_where_the_tree_begins() {
        let level = |old: &str, new: &str| agreeing_level(old.as_bytes(), new.as_bytes());
        assert_eq!(level("src/x", "src/x"), Some(0));
        assert_eq!(level("a/src/x", "b/src/x"), Some(1));
        assert_eq!(level("a/old/src/x", "b/new/src/x"), Some(2));
        assert_eq!(level("src/x.c.orig", "src/x.c"), Some(0));
        assert_eq!(level("lin.orig//x", "lin//x"), Some(1));
        assert_eq!(level("/home/a/x", "/home/b/x"), Some(3));
        for (old, new) in [("a/x", "b/y"), ("x", "src/x"), ("a/src/x", "a/x")] {
            assert_eq!(level(old, new), None, "{old} {new}");
        }
    }

    #[test]
    fn names_that_lead_away_are_refused() {
        for name in ["../x", "a/../../x", "a/..", "\"a/\\056\\056/x\"", "a\\..\\x", "\"a/\\000x\""] {
            let error = marked(name.as_bytes(), 1).expect_err(name);
            assert_eq!(error.code, crate::model::Code::Path, "{name}");
        }
    }

    #[test]
    fn what_is_quoted_can_be_read_again() {
        for name in [&b"plain"[..], b"with \"quotes\"", b"tab\t", b"\x01\x7f\\", "\u{e4}".as_bytes()] {
            let written = quoted("a/", name);
            let read = marked(&written, 1).expect("a name").name;
            assert_eq!(stripped(&read.expect("a file"), 1), Some(name));
        }
    }
}
