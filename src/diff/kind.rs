//! Decides whether a content is shown as lines or only as facts.

/// Whether `content` can be read as lines of text.
///
/// Looks at the first 8 KiB, as Git does, so that the answer costs the same for every file:
///
/// 1. A NUL byte: no. (UTF-16 has NULs and counts as binary; Git and its users are used to that.)
/// 2. UTF-8: yes, whatever control characters it has; they are escaped when shown.
/// 3. Otherwise it may be in one of the old single-byte encodings (Latin-1, Windows-1252, KOI8-R …). These use
///    every byte from 0x80 on for letters, but no control characters beside those that lay out a page. In
///    compressed data or program code every tenth byte or so is such a control character.
pub(crate) fn is_text(content: &[u8]) -> bool {
    let head = &content[..content.len().min(SNIFF_BYTES)];
    !head.contains(&0) && (is_utf8_so_far(head) || head.iter().all(|&byte| is_plain(byte)))
}

/// Whether `content` says by its first bytes that it is text in UTF-16. Programs do not take it for lines; people can
/// read it all the same.
pub(crate) fn is_utf_16(content: &[u8]) -> bool {
    content.starts_with(b"\xff\xfe") && !content.starts_with(b"\xff\xfe\0\0")
        || content.starts_with(b"\xfe\xff")
}

/// How much of a content is looked at: what Git looks at, rounded up.
const SNIFF_BYTES: usize = 8 * 1024;

/// Whether `head` is UTF-8, or would be if it went on.
fn is_utf8_so_far(head: &[u8]) -> bool {
    match std::str::from_utf8(head) {
        Ok(_) => true,
        // No error length: the content was cut in the middle of a character.
        Err(error) => error.error_len().is_none() && head.len() == SNIFF_BYTES,
    }
}

/// Whether a single-byte text has this byte: a letter, or a control character that lays out a page (tab to
/// carriage return, Ctrl-Z at the end of old DOS files, escape).
fn is_plain(byte: u8) -> bool {
    matches!(byte, 0x09..=0x0d | 0x1a | 0x1b | 0x20..=0x7e | 0x80..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_in_old_and_new_encodings_is_text() {
        let windows_1251: &[u8] = b"[\xd4\xe0\xe9\xeb]\r\nport=80\r\n";
        for text in [b"", "Füße, 文字, \u{1b}[1m".as_bytes(), b"caf\xe9\r\n\x1a", windows_1251] {
            assert!(is_text(text), "{text:?}");
        }
    }

    #[test]
    fn programs_archives_and_utf_16_are_not() {
        let utf_16 = b"\xff\xfea\0b\0";
        let gzip = b"\x1f\x8b\x08\x01\xe4\x03\x02\xff\x4b\x4c\x4a\x06";
        for binary in [b"\x7fELF\x02\x01\x01\0".as_slice(), utf_16, gzip] {
            assert!(!is_text(binary), "{binary:?}");
        }
    }

    #[test]
    fn a_character_cut_by_the_window_does_not_make_text_binary() {
        let mut content = vec![b'a'; SNIFF_BYTES - 1];
        // The control character rules the single-byte encodings out.
        content[0] = 0x01;
        content.extend("é".as_bytes());
        assert!(is_text(&content));
        assert!(!is_text(b"\x01caf\xc3"), "a content that ends inside a character is broken, not cut");
    }

    #[test]
    fn what_comes_after_the_window_is_not_looked_at() {
        let mut content = vec![b'a'; SNIFF_BYTES];
        content.push(0);
        assert!(is_text(&content));
        content[SNIFF_BYTES - 1] = 0;
        assert!(!is_text(&content));
    }
}
