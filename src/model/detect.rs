//! What a rule that recognises a product reads in the content of a file.

use super::{Detect, Product, TreePath};

/// How much of a file is searched for a text, in bytes: a version stands near the beginning of a small file, and a rule
/// that names a large one must not fill the memory.
pub(crate) const MAX_TEXT_BYTES: u64 = 1024 * 1024;

/// Longest version in characters; anything longer is the wrong part of a file.
const MAX_VERSION_CHARS: usize = 64;

impl Product {
    /// The version that the first rule finds which finds one, in files whose content `content` knows.
    pub(crate) fn version_in(&self, content: impl Fn(&TreePath) -> Option<Vec<u8>>) -> Option<String> {
        self.detect.iter().find_map(|rule| match rule {
            Detect::Version { path, after, until } => {
                let mut content = content(path)?;
                content.truncate(MAX_TEXT_BYTES as usize);
                version_between(&searchable(content), after, until.as_deref())
            }
            Detect::Exists { .. } | Detect::Hash { .. } | Detect::Text { .. } => None,
        })
    }
}

/// Whether `text` stands somewhere in `content`.
pub(crate) fn contains(content: &[u8], text: &[u8]) -> bool {
    find(content, text).is_some()
}

/// UTF-16 with a byte order mark is turned into UTF-8, UTF-8 loses its mark; everything else is as stored.
pub(crate) fn searchable(content: Vec<u8>) -> Vec<u8> {
    let decode = |unit: fn([u8; 2]) -> u16| {
        let units = content[2..].chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        let text: String =
            char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        text.into_bytes()
    };
    match content.as_slice() {
        [0xff, 0xfe, ..] => decode(u16::from_le_bytes),
        [0xfe, 0xff, ..] => decode(u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => rest.to_vec(),
        _ => content,
    }
}

fn find(content: &[u8], text: &[u8]) -> Option<usize> {
    let Some(&first) = text.first() else { return Some(0) };
    // Looking for the first byte alone is what the optimiser makes fast; `windows` compares at every place.
    let mut start = 0;
    while let Some(step) = content[start..].iter().position(|&byte| byte == first) {
        start += step;
        if content[start..].starts_with(text) {
            return Some(start);
        }
        start += 1;
    }
    None
}

/// The version right after the text `after`, up to the text `until` or the end of the line.
pub(crate) fn version_between(content: &[u8], after: &str, until: Option<&str>) -> Option<String> {
    let start = find(content, after.as_bytes())? + after.len();
    let rest = &content[start..];
    let end = match until {
        Some(until) => find(rest, until.as_bytes())?,
        None => rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len()),
    };
    let version = String::from_utf8_lossy(&rest[..end]).trim().to_owned();
    let is_plausible = !version.is_empty()
        && version.chars().count() <= MAX_VERSION_CHARS
        && !version.contains(char::is_control);
    is_plausible.then_some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_stands_between_two_texts() {
        let cases: [(&str, &str, Option<&str>, Option<&str>); 9] = [
            ("4.2.0\n", "", None, Some("4.2.0")),
            ("name = x\nversion =  4.2.0 \r\nz", "version =", None, Some("4.2.0")),
            ("{\"version\": \"4.2.0\", \"x\": 1}", "\"version\": \"", Some("\""), Some("4.2.0")),
            ("<v>\n  4.2.0\n</v>", "<v>", Some("</v>"), Some("4.2.0")),
            ("version=4.2.0", "version=", None, Some("4.2.0")),
            ("version=4.2.0", "release=", None, None),
            ("version=\"4.2.0", "version=\"", Some("\""), None),
            ("version=\nother", "version=", None, None),
            ("<v>4\nlines</v>", "<v>", Some("</v>"), None),
        ];
        for (content, after, until, expected) in cases {
            assert_eq!(version_between(content.as_bytes(), after, until).as_deref(), expected, "{content:?}");
        }
    }

    #[test]
    fn a_long_line_is_no_version() {
        let fits = "1".repeat(MAX_VERSION_CHARS);
        assert_eq!(version_between(fits.as_bytes(), "", None), Some(fits.clone()));
        assert_eq!(version_between(format!("{fits}1").as_bytes(), "", None), None);
    }

    #[test]
    fn text_is_found_among_bytes_of_any_kind() {
        assert!(contains(b"\xff\x00aab\xfe", b"aab"));
        assert!(contains(b"aaab", b"aab"));
        assert!(contains(b"anything", b""));
        assert!(!contains(b"aa", b"aab"));
        assert!(!contains(b"", b"a"));
    }

    #[test]
    fn text_with_a_byte_order_mark_is_searched_as_text() {
        let little: Vec<u8> = "\u{feff}version=4".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "\u{feff}version=4".encode_utf16().flat_map(u16::to_be_bytes).collect();
        for stored in [little, big, "\u{feff}version=4".as_bytes().to_vec(), b"version=4".to_vec()] {
            assert_eq!(searchable(stored), b"version=4");
        }
    }
}
