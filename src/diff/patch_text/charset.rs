//! Old character sets of mails, and how to tell the encodings in which Windows saves what a program prints.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// The kind of UTF-16 that a text is in, and the length of its mark: PowerShell saves what a program prints so.
pub(crate) fn utf_16(text: &[u8]) -> Option<(&'static Encoding, usize)> {
    match text {
        [0xff, 0xfe, ..] => Some((UTF_16LE, 2)),
        [0xfe, 0xff, ..] => Some((UTF_16BE, 2)),
        // Without a mark: a diff begins with plain letters.
        [b' '..=b'~', 0, b' '..=b'~', 0, ..] => Some((UTF_16LE, 0)),
        [0, b' '..=b'~', 0, b' '..=b'~', ..] => Some((UTF_16BE, 0)),
        _ => None,
    }
}

/// `text`, which is in the character set that a mail calls `charset`. What is unknown is UTF-8, or else Latin-1, as for
/// Git.
pub(super) fn to_utf8<'t>(text: &'t [u8], charset: &str) -> Cow<'t, str> {
    let encoding = Encoding::for_label(charset.trim().as_bytes()).unwrap_or(UTF_8);
    if encoding == UTF_8 {
        return guessed(text);
    }
    encoding.decode_without_bom_handling(text).0
}

/// `text`, of which nobody says what it is in.
pub(super) fn guessed(text: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(text) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => WINDOWS_1252.decode_without_bom_handling(text).0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_character_sets_are_read() {
        assert_eq!(to_utf8(b"J\xfcrgen", "ISO-8859-1"), "J\u{fc}rgen");
        assert_eq!(to_utf8(b"\xf0\xd2\xc9", "koi8-r"), "\u{41f}\u{440}\u{438}");
        assert_eq!(to_utf8("J\u{fc}rgen".as_bytes(), "utf-8"), "J\u{fc}rgen");
        assert_eq!(to_utf8(b"J\xfcrgen", "utf-8"), "J\u{fc}rgen");
        assert_eq!(to_utf8(b"plain", "unknown-8bit"), "plain");
    }
}
