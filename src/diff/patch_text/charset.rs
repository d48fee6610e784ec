//! Texts that were not written in Unicode's usual form: old character sets of mails, and the encodings in which Windows
//! saves what a program prints.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::PatchTextError;
use super::mail::decode_mails;

/// A text of patches in UTF-8 and without what it was wrapped in for its way: a byte order mark, UTF-16, mails.
///
/// # Errors
/// If it is not what it says it is.
pub fn decode_text(text: Vec<u8>) -> Result<Vec<u8>, PatchTextError> {
    let text = match utf_16(&text) {
        Some((encoding, skipped)) => {
            let problem = || PatchTextError::broken(0, "it is text in UTF-16, and broken");
            let (text, _, is_broken) = encoding.decode(&text[skipped..]);
            if is_broken {
                return Err(problem());
            }
            text.into_owned().into_bytes()
        }
        None if text.starts_with(UTF_8_MARK) => text[UTF_8_MARK.len()..].to_vec(),
        None => text,
    };
    decode_mails(text)
}

const UTF_8_MARK: &[u8] = b"\xef\xbb\xbf";

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
    fn a_text_saved_by_windows_is_read() {
        let text = "--- a/\u{e4}\r\n";
        let utf_16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for saved in [
            [&[0xff, 0xfe][..], &utf_16].concat(),
            [&[0xfe, 0xff][..], &utf_16.chunks(2).flat_map(|pair| [pair[1], pair[0]]).collect::<Vec<_>>()]
                .concat(),
            utf_16.clone(),
            [UTF_8_MARK, text.as_bytes()].concat(),
            text.as_bytes().to_vec(),
        ] {
            assert_eq!(decode_text(saved).expect("it can be read"), text.as_bytes());
        }
        assert!(decode_text(vec![0xff, 0xfe, b'a']).is_err());
        assert!(decode_text(vec![0xff, 0xfe, 0x00, 0xd8]).is_err(), "half a character");
    }

    #[test]
    fn old_character_sets_are_read() {
        assert_eq!(to_utf8(b"J\xfcrgen", "ISO-8859-1"), "J\u{fc}rgen");
        assert_eq!(to_utf8(b"\xf0\xd2\xc9", "koi8-r"), "\u{41f}\u{440}\u{438}");
        assert_eq!(to_utf8("J\u{fc}rgen".as_bytes(), "utf-8"), "J\u{fc}rgen");
        assert_eq!(to_utf8(b"J\xfcrgen", "utf-8"), "J\u{fc}rgen");
        assert_eq!(to_utf8(b"plain", "unknown-8bit"), "plain");
    }
}
