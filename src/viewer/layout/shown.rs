//! A line as it is drawn: tabs as blanks, what nobody would see spelled out, and the way back to the true bytes.

use std::ops::Range;

use crate::text::escape_in_pieces;
use crate::viewer::model::LineText;

/// Columns from one tab stop to the next.
pub const TAB_COLUMNS: usize = 4;

/// A line as it is drawn.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShownLine {
    /// What is drawn.
    pub text: String,
    /// Characters drawn.
    pub chars: usize,
    /// Whether all of it is ASCII, so that characters and bytes are the same.
    is_ascii: bool,
    /// The places where one source piece is not drawn as the same bytes, in order.
    spelled: Vec<SpelledPiece>,
    source_bytes: usize,
}

/// A piece that is drawn otherwise than it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct SpelledPiece {
    source: u32,
    source_bytes: u32,
    shown: u32,
    shown_bytes: u32,
    is_token: bool,
}

impl ShownLine {
    /// Spells out `line`.
    pub fn new(line: &LineText<'_>) -> Self {
        let bytes = &*line.bytes;
        if bytes.iter().all(|byte| matches!(byte, b' '..=b'[' | b']'..=b'~')) {
            let text = String::from_utf8_lossy(bytes).into_owned();
            return Self {
                chars: text.len(),
                is_ascii: true,
                source_bytes: bytes.len(),
                text,
                spelled: Vec::new(),
            };
        }
        let mut shown = Self { source_bytes: bytes.len(), is_ascii: true, ..Self::default() };
        let mut source = 0;
        escape_in_pieces(bytes, &mut |length, piece, is_token| {
            shown.push(source, length, piece, is_token);
            source += length;
        });
        shown
    }

    fn push(&mut self, source: usize, source_bytes: usize, piece: &str, is_token: bool) {
        let begin = self.text.len();
        if piece == "\t" {
            let blanks = TAB_COLUMNS - self.chars % TAB_COLUMNS;
            self.text.extend(std::iter::repeat_n(' ', blanks));
            self.chars += blanks;
        } else {
            self.text.push_str(piece);
            self.chars += piece.chars().count();
            self.is_ascii &= piece.is_ascii();
        }
        let shown_bytes = self.text.len() - begin;
        if is_token || piece == "\t" || shown_bytes != source_bytes {
            self.spelled.push(SpelledPiece {
                source: source as u32,
                source_bytes: source_bytes as u32,
                shown: begin as u32,
                shown_bytes: shown_bytes as u32,
                is_token,
            });
        }
    }

    /// Where the source byte at `source` is drawn: a byte in `text`.
    pub fn to_shown(&self, source: usize) -> usize {
        let source = source.min(self.source_bytes);
        let after = self.spelled.partition_point(|piece| piece.source as usize <= source);
        let Some(piece) = after.checked_sub(1).map(|index| self.spelled[index]) else { return source };
        let into = source - piece.source as usize;
        if into < piece.source_bytes as usize {
            return piece.shown as usize + if into == 0 { 0 } else { piece.shown_bytes as usize };
        }
        (piece.shown + piece.shown_bytes) as usize + into - piece.source_bytes as usize
    }

    /// The source byte that is drawn at byte `shown` of `text`; inside a token, its beginning.
    pub fn to_source(&self, shown: usize) -> usize {
        let shown = shown.min(self.text.len());
        let after = self.spelled.partition_point(|piece| piece.shown as usize <= shown);
        let Some(piece) = after.checked_sub(1).map(|index| self.spelled[index]) else { return shown };
        let into = shown - piece.shown as usize;
        if into < piece.shown_bytes as usize {
            return piece.source as usize;
        }
        (piece.source + piece.source_bytes) as usize + into - piece.shown_bytes as usize
    }

    /// The parts of `text` that stand for something nobody would see.
    pub fn tokens(&self) -> impl Iterator<Item = Range<usize>> {
        let range = |piece: &SpelledPiece| piece.shown as usize..(piece.shown + piece.shown_bytes) as usize;
        self.spelled.iter().filter(|piece| piece.is_token).map(range)
    }

    /// The byte of `text` where its `column`th character begins.
    pub fn byte_of_char(&self, column: usize) -> usize {
        if self.is_ascii {
            return column.min(self.text.len());
        }
        self.text.char_indices().nth(column).map_or(self.text.len(), |(at, _)| at)
    }

    /// How many characters stand before byte `at` of `text`.
    pub fn char_of_byte(&self, at: usize) -> usize {
        if self.is_ascii { at } else { self.text[..at.min(self.text.len())].chars().count() }
    }

    /// Bytes of the line that was spelled out.
    pub fn source_bytes(&self) -> usize {
        self.source_bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::borrow::Cow;

    fn shown(bytes: &[u8]) -> ShownLine {
        ShownLine::new(&LineText { bytes: Cow::Borrowed(bytes), left_out: 0, has_newline: true })
    }

    #[test]
    fn tabs_reach_the_next_stop() {
        assert_eq!(shown(b"a\tb\t\tc").text, "a   b       c");
        assert_eq!(shown(b"\tx").text, "    x");
    }

    #[test]
    fn what_nobody_would_see_is_a_token() {
        let line = shown("if\u{202e} x\u{e9}\r".as_bytes());
        assert_eq!(line.text, r"if\u{202e} xé\r");
        let tokens: Vec<_> = line.tokens().map(|range| &line.text[range]).collect();
        assert_eq!(tokens, [r"\u{202e}", r"\r"]);
        assert_eq!(line.to_source(5), 2, "inside the token");
        assert_eq!(line.to_shown(5), 10, "behind it");
        assert_eq!(line.char_of_byte(line.to_shown(9)), 13);
    }

    proptest! {
        #[test]
        fn every_character_is_found_from_both_sides(text in "[a\t\u{e9}\u{202e}\\\\\r\u{7}日u{}x]{0,12}", tail in proptest::collection::vec(any::<u8>(), 0..3)) {
            let bytes = [text.as_bytes(), &tail].concat();
            let line = shown(&bytes);
            prop_assert_eq!(line.to_shown(0), 0);
            prop_assert_eq!(line.to_shown(bytes.len()), line.text.len());
            for (at, _) in text.char_indices() {
                let place = line.to_shown(at);
                prop_assert!(line.text.is_char_boundary(place));
                prop_assert_eq!(line.to_source(place), at);
                let column = line.char_of_byte(place);
                prop_assert_eq!(line.byte_of_char(column), place);
            }
        }
    }
}
