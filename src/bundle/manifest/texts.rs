//! The rules for single texts of a manifest or an order: names, lines, sentences, addresses and times.

use jiff::Timestamp;

use super::limits;
use super::problem::Problems;
use crate::model::Untrusted;

pub(super) fn optional_line(at: &str, text: Option<&str>, problems: &mut Problems) {
    if let Some(text) = text {
        problems.line(at, text, limits::NAME_CHARS);
    }
}

pub(super) fn names(at: &str, names: &[String], problems: &mut Problems) {
    problems.entries(at, names.len(), limits::ENTRIES);
    problems.distinct(at, names.iter().map(String::as_str));
    for (index, name) in names.iter().enumerate() {
        problems.line(format_args!("{at}[{index}]"), name, limits::NAME_CHARS);
    }
}

pub(super) fn sentences(at: &str, sentences: &[Untrusted], problems: &mut Problems) {
    problems.entries(at, sentences.len(), limits::ENTRIES);
    for (index, sentence) in sentences.iter().enumerate() {
        problems.paragraph(format_args!("{at}[{index}]"), sentence.raw(), limits::SENTENCE_CHARS);
    }
}

/// A text to look for. It may hold line breaks as a file does, but not be empty: everything contains nothing.
pub(super) fn needle(at: impl std::fmt::Display, text: &str, problems: &mut Problems) {
    if text.is_empty() {
        problems.manifest(&at, "the text is empty");
    }
    problems.length(at, text, limits::NEEDLE_CHARS);
}

pub(super) fn address(at: impl std::fmt::Display, url: &str, schemes: &[&str], problems: &mut Problems) {
    let rest = schemes.iter().find_map(|scheme| url.strip_prefix(scheme));
    let plain = |c: char| !c.is_control() && !c.is_whitespace();
    if !rest.is_some_and(|rest| !rest.is_empty() && rest.chars().all(plain)) {
        problems.manifest(&at, format!("{url:?} is no address that starts with {}", schemes.join(" or ")));
    }
    problems.length(at, url, limits::URL_CHARS);
}

pub(super) fn vulnerability(at: impl std::fmt::Display, id: &str, problems: &mut Problems) {
    if !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b':' | b'_')) {
        problems.manifest(at, format!("{id:?} is no vulnerability id such as CVE-2026-12345"));
    }
}

/// Only the form of RFC 3339 that all readers share: `T`, seconds and a zone are there, letters are capitals.
pub(super) fn rfc3339(text: &str) -> Option<Timestamp> {
    const SHAPE: &[u8] = b"0000-00-00T00:00:00";
    let (head, tail) = text.as_bytes().split_at_checked(SHAPE.len())?;
    let fits = |(byte, shape): (&u8, &u8)| if *shape == b'0' { byte.is_ascii_digit() } else { byte == shape };
    let tail = match tail.strip_prefix(b".") {
        Some(fraction) => {
            let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
            (1..=9).contains(&digits).then(|| &fraction[digits..])?
        }
        None => tail,
    };
    let zone = match tail {
        b"Z" => true,
        [b'+' | b'-', offset @ ..] => offset.len() == 5 && offset.iter().zip(b"00:00").all(fits),
        _ => false,
    };
    (head.iter().zip(SHAPE).all(fits) && zone).then(|| text.parse().ok())?
}
