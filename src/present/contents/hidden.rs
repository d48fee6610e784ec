//! Counts the characters of a text that nobody would see, and says where they are.

use crate::model::characters::{Unseen, unseen};
use crate::present::words::contents as words;
use crate::progress::{CancelToken, Cancelled};

/// Most places that are listed; the count goes on.
const MAX_PLACES: usize = 100;

/// Why nobody would see a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum HiddenKind {
    /// It turns the reading direction, so that a line reads otherwise than it runs.
    Direction,
    /// It is drawn as nothing.
    Invisible,
    /// It controls a terminal or printer; also a carriage return within a line.
    Control,
    /// It means something to one font only, or nothing yet.
    Unknown,
}

impl HiddenKind {
    /// In words, for several of them.
    pub fn words(self) -> &'static str {
        match self {
            Self::Direction => words::PART_HIDDEN_DIRECTION,
            Self::Invisible => words::PART_HIDDEN_INVISIBLE,
            Self::Control => words::PART_HIDDEN_CONTROL,
            Self::Unknown => words::PART_HIDDEN_UNKNOWN,
        }
    }

    fn of(c: char) -> Option<Self> {
        Some(match (unseen(c)?, c) {
            (_, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') => {
                Self::Direction
            }
            (Unseen::Control, _) => Self::Control,
            (Unseen::Format | Unseen::Blank, _) => Self::Invisible,
            (Unseen::PrivateUse | Unseen::Noncharacter | Unseen::Unassigned, _) => Self::Unknown,
        })
    }
}

/// Where a hidden character is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HiddenPlace {
    /// Line, counted from 0.
    pub line: u32,
    /// Byte in the line.
    pub byte: u32,
    /// The character.
    pub character: char,
    /// Why it is hidden.
    pub kind: HiddenKind,
}

/// The hidden characters of one side.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hidden {
    counts: [u64; 4],
    /// The first ones.
    pub places: Vec<HiddenPlace>,
}

impl Hidden {
    /// Those in `text`. Line feeds, tabs and a carriage return at the end of a line do not count; bytes that are no
    /// UTF-8 are shown as bytes and hide nothing.
    pub(super) fn of(text: &[u8], cancel: &CancelToken) -> Result<Self, Cancelled> {
        let mut hidden = Self::default();
        for (number, line) in text.split(|byte| *byte == b'\n').enumerate() {
            if number.is_multiple_of(4096) {
                cancel.check()?;
            }
            let is_plain = |byte: &u8| matches!(byte, b' '..=b'~' | b'\t');
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if !line.iter().all(is_plain) {
                hidden.look_at(number as u32, line);
            }
        }
        Ok(hidden)
    }

    fn look_at(&mut self, line: u32, text: &[u8]) {
        let mut begin = 0;
        for chunk in text.utf8_chunks() {
            for (at, character) in chunk.valid().char_indices().filter(|(_, c)| *c != '\t') {
                let Some(kind) = HiddenKind::of(character) else { continue };
                self.counts[kind as usize] += 1;
                if self.places.len() < MAX_PLACES {
                    self.places.push(HiddenPlace { line, byte: (begin + at) as u32, character, kind });
                }
            }
            begin += chunk.valid().len() + chunk.invalid().len();
        }
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// How many there are of each kind that there is, the most dangerous first.
    pub fn by_kind(&self) -> impl Iterator<Item = (HiddenKind, u64)> {
        use HiddenKind::{Control, Direction, Invisible, Unknown};
        let kinds = [Direction, Invisible, Control, Unknown];
        kinds.map(|kind| (kind, self.counts[kind as usize])).into_iter().filter(|(_, count)| *count > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_counted_by_kind_and_place() {
        let text = "ok\r\n\tx\u{202e}y\u{200b}\nbell\u{7} cr\rx \u{e000}\n";
        let hidden = Hidden::of(text.as_bytes(), &CancelToken::new()).expect("nobody stops it");
        assert_eq!(hidden.count(), 5);
        let counts: Vec<_> = hidden.by_kind().collect();
        use HiddenKind::{Control, Direction, Invisible, Unknown};
        assert_eq!(counts, [(Direction, 1), (Invisible, 1), (Control, 2), (Unknown, 1)]);
        let first = HiddenPlace { line: 1, byte: 2, character: '\u{202e}', kind: Direction };
        assert_eq!(hidden.places[0], first);
    }

    #[test]
    fn ordinary_text_hides_nothing() {
        for text in ["a\tb\r\n", "Füße, 日本語, עברית\n", "caf\u{e9}"] {
            assert_eq!(Hidden::of(text.as_bytes(), &CancelToken::new()).expect("runs").count(), 0, "{text}");
        }
        assert_eq!(Hidden::of(b"caf\xe9\xff\n", &CancelToken::new()).expect("runs").count(), 0);
    }
}
