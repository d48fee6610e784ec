//! How the bytes of a text stand for characters.

use std::borrow::Cow;

use crate::diff::is_text;
use crate::words::contents as words;

/// What UTF-8 texts from Windows begin with.
const UTF_8_MARK: &[u8] = b"\xef\xbb\xbf";
/// Most bytes that are looked at to tell UTF-16 without a mark from binary data.
const SNIFF_BYTES: usize = 8 << 10;

/// How a text is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextEncoding {
    /// Only ASCII characters, which all encodings but UTF-16 write the same.
    Ascii,
    Utf8 {
        /// Whether it begins with a byte order mark.
        mark: bool,
    },
    Utf16 {
        /// The order of the two bytes.
        order: ByteOrder,
        /// Whether it begins with a byte order mark.
        mark: bool,
    },
    /// One of the encodings from before Unicode: a guess, or what somebody chose.
    Old(OldEncoding),
    /// One of them, or several encodings mixed, that nobody has named: bytes beyond ASCII are shown as bytes.
    EightBit,
}

/// An encoding from before Unicode. No file says which it is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OldEncoding {
    /// Western Europe; with Latin-1 in it.
    Windows1252,
    /// Central Europe.
    Windows1250,
    /// Cyrillic.
    Windows1251,
    ShiftJis,
    /// Chinese.
    Gbk,
}

impl OldEncoding {
    /// All that can be chosen, the likeliest first.
    pub const ALL: [Self; 5] =
        [Self::Windows1252, Self::Windows1250, Self::Windows1251, Self::ShiftJis, Self::Gbk];

    fn table(self) -> &'static encoding_rs::Encoding {
        match self {
            Self::Windows1252 => encoding_rs::WINDOWS_1252,
            Self::Windows1250 => encoding_rs::WINDOWS_1250,
            Self::Windows1251 => encoding_rs::WINDOWS_1251,
            Self::ShiftJis => encoding_rs::SHIFT_JIS,
            Self::Gbk => encoding_rs::GBK,
        }
    }

    /// Its name, as something that one chooses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Windows1252 => words::ENCODING_WINDOWS_1252,
            Self::Windows1250 => words::ENCODING_WINDOWS_1250,
            Self::Windows1251 => words::ENCODING_WINDOWS_1251,
            Self::ShiftJis => words::ENCODING_SHIFT_JIS,
            Self::Gbk => words::ENCODING_GBK,
        }
    }
}

/// Which byte of a pair comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByteOrder {
    /// The lower one, as on Windows.
    Little,
    /// The higher one.
    Big,
}

impl TextEncoding {
    /// The encoding of `content`, if it is text.
    pub fn detect(content: &[u8]) -> Option<Self> {
        if let Some(utf_16) = utf_16(content) {
            return Some(utf_16);
        }
        if !is_text(content) {
            return None;
        }
        Some(match (content.strip_prefix(UTF_8_MARK), content.is_ascii()) {
            (_, true) => Self::Ascii,
            (Some(rest), _) if std::str::from_utf8(rest).is_ok() => Self::Utf8 { mark: true },
            _ if std::str::from_utf8(content).is_ok() => Self::Utf8 { mark: false },
            _ => Self::EightBit,
        })
    }

    pub fn words(self) -> &'static str {
        match self {
            Self::Ascii => words::ENCODING_ASCII,
            Self::Utf8 { mark: false } => words::ENCODING_UTF_8,
            Self::Utf8 { mark: true } => words::ENCODING_UTF_8_MARK,
            Self::Utf16 { order: ByteOrder::Little, mark: true } => words::ENCODING_UTF_16_LE_MARK,
            Self::Utf16 { order: ByteOrder::Little, mark: false } => words::ENCODING_UTF_16_LE,
            Self::Utf16 { order: ByteOrder::Big, mark: true } => words::ENCODING_UTF_16_BE_MARK,
            Self::Utf16 { order: ByteOrder::Big, mark: false } => words::ENCODING_UTF_16_BE,
            Self::Old(old) => old.name(),
            Self::EightBit => words::PART_ENCODING_EIGHT_BIT,
        }
    }

    /// Length of the byte order mark.
    pub fn mark_bytes(self) -> usize {
        match self {
            Self::Utf8 { mark: true } => UTF_8_MARK.len(),
            Self::Utf16 { mark: true, .. } => 2,
            _ => 0,
        }
    }

    /// Whether its characters are stored otherwise than as UTF-8, and so have to be decoded as a whole.
    pub fn needs_decoding(self) -> bool {
        matches!(self, Self::Utf16 { .. } | Self::Old(_))
    }

    /// The text in UTF-8 without its mark, or, in an 8-bit encoding, as it is.
    pub fn decode(self, content: &[u8]) -> Cow<'_, [u8]> {
        let text = &content[self.mark_bytes().min(content.len())..];
        match self {
            Self::Utf16 { order, .. } => match decode_utf_16(text, order) {
                Some(text) => Cow::Owned(text.into_bytes()),
                None => Cow::Borrowed(text),
            },
            // Bytes that the encoding has no character for stay as they are, so that they are shown as bytes.
            Self::Old(old) => match old.table().decode_without_bom_handling_and_without_replacement(text) {
                Some(text) => Cow::Owned(text.into_owned().into_bytes()),
                None => Cow::Borrowed(text),
            },
            _ => Cow::Borrowed(text),
        }
    }
}

fn utf_16(content: &[u8]) -> Option<TextEncoding> {
    if !content.len().is_multiple_of(2) || content.is_empty() {
        return None;
    }
    let (order, mark) = match content {
        [0xff, 0xfe, ..] => (ByteOrder::Little, true),
        [0xfe, 0xff, ..] => (ByteOrder::Big, true),
        _ => (order_without_mark(content)?, false),
    };
    let text = decode_utf_16(&content[if mark { 2 } else { 0 }..], order)?;
    // Binary data that happens to decode has control characters at once.
    let is_plain =
        |c: char| !c.is_control() || matches!(c, '\t' | '\n' | '\r' | '\u{c}' | '\u{1a}' | '\u{1b}');
    text.chars().take(SNIFF_BYTES).all(is_plain).then_some(TextEncoding::Utf16 { order, mark })
}

/// The order in which most pairs have their zero byte where ASCII characters have it.
fn order_without_mark(content: &[u8]) -> Option<ByteOrder> {
    let head = &content[..content.len().min(SNIFF_BYTES)];
    let pairs = head.len() / 2;
    let zeros = |at: usize| head.chunks_exact(2).filter(|pair| pair[at] == 0).count();
    match (zeros(0), zeros(1)) {
        (0, low) if low * 2 > pairs => Some(ByteOrder::Little),
        (high, 0) if high * 2 > pairs => Some(ByteOrder::Big),
        _ => None,
    }
}

fn decode_utf_16(text: &[u8], order: ByteOrder) -> Option<String> {
    let units = text.chunks_exact(2).map(|pair| match order {
        ByteOrder::Little => u16::from_le_bytes([pair[0], pair[1]]),
        ByteOrder::Big => u16::from_be_bytes([pair[0], pair[1]]),
    });
    char::decode_utf16(units).collect::<Result<_, _>>().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf_16(text: &str, order: ByteOrder, mark: bool) -> Vec<u8> {
        let mark = mark.then_some(0xfeff);
        let units = mark.into_iter().chain(text.encode_utf16());
        units
            .flat_map(|unit| match order {
                ByteOrder::Little => unit.to_le_bytes(),
                ByteOrder::Big => unit.to_be_bytes(),
            })
            .collect()
    }

    #[test]
    fn every_encoding_is_recognised_and_read() {
        let cases: &[(&[u8], TextEncoding, &str)] = &[
            (b"port=80\n", TextEncoding::Ascii, "port=80\n"),
            ("Füße\n".as_bytes(), TextEncoding::Utf8 { mark: false }, "Füße\n"),
            (b"\xef\xbb\xbfa\n", TextEncoding::Utf8 { mark: true }, "a\n"),
        ];
        for (bytes, encoding, text) in cases {
            assert_eq!(TextEncoding::detect(bytes), Some(*encoding), "{text}");
            assert_eq!(encoding.decode(bytes), text.as_bytes());
        }
        for order in [ByteOrder::Little, ByteOrder::Big] {
            for mark in [false, true] {
                let bytes = utf_16("[a]\r\nkey=Füße\r\n", order, mark);
                let encoding = TextEncoding::Utf16 { order, mark };
                assert_eq!(TextEncoding::detect(&bytes), Some(encoding));
                assert_eq!(encoding.decode(&bytes), "[a]\r\nkey=Füße\r\n".as_bytes());
            }
        }
        assert_eq!(TextEncoding::detect(b"caf\xe9\n"), Some(TextEncoding::EightBit));
        assert_eq!(TextEncoding::EightBit.decode(b"caf\xe9\n"), b"caf\xe9\n".as_slice());
    }

    #[test]
    fn an_old_encoding_is_read_as_what_somebody_takes_it_for() {
        use OldEncoding::{ShiftJis, Windows1251, Windows1252};
        let read = |old, bytes: &[u8]| TextEncoding::Old(old).decode(bytes).into_owned();
        assert_eq!(read(Windows1252, b"caf\xe9"), "caf\u{e9}".as_bytes());
        assert_eq!(read(Windows1251, b"\xcf\xf0"), "\u{41f}\u{440}".as_bytes());
        assert_eq!(read(ShiftJis, b"\xff"), b"\xff", "what it has no character for stays a byte");
    }

    #[test]
    fn binary_data_is_no_text_in_any_encoding() {
        let table: Vec<u8> = (0_u16..400).flat_map(u16::to_le_bytes).collect();
        for bytes in [b"\x7fELF\x02\x01\x01\0".as_slice(), b"\xff\xfe\x00\xd8a\0", &table, b"\0\0\0\0"] {
            assert_eq!(TextEncoding::detect(bytes), None, "{bytes:?}");
        }
    }

    #[test]
    fn an_empty_file_is_text() {
        assert_eq!(TextEncoding::detect(b""), Some(TextEncoding::Ascii));
    }
}
