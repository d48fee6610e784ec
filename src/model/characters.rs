//! What a character is to the eye, apart from what it says: the one table that names, links and shown text share.
//!
//! General categories come from `unicode-properties`. Two short range tables stand here because no crate in use
//! has them; both are stable by Unicode's own policy or nearly so.

use std::fmt;

use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

/// Unicode's derived property `Default_Ignorable_Code_Point`: what a program that does not know it shows as
/// nothing at all. Soft hyphen, zero-width and bidirectional controls, Hangul fillers, variation selectors, tags.
const IGNORABLE: &[(char, char)] = &[
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{202a}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fff8}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e0fff}'),
];

/// Not ignorable, yet drawn as nothing: the Braille cell without dots and the musical null note head.
const BLANK: [char; 2] = ['\u{2800}', '\u{1d159}'];

/// Why a character cannot be seen, or not be relied on to look like anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unseen {
    /// C0, C1 and DEL.
    Control,
    /// General category Cf: turns, joins or marks text without being text.
    Format,
    /// Drawn as nothing, or as a line break.
    Blank,
    /// Means something to one font only.
    PrivateUse,
    /// Never a character.
    Noncharacter,
    /// Not a character yet.
    Unassigned,
}

/// Why `c` cannot be seen; `None` for what a font draws, ordinary spaces included.
pub(crate) fn unseen(c: char) -> Option<Unseen> {
    if matches!(c, ' '..='~') {
        return None;
    }
    match c.general_category() {
        GeneralCategory::Control => Some(Unseen::Control),
        GeneralCategory::Format => Some(Unseen::Format),
        GeneralCategory::LineSeparator | GeneralCategory::ParagraphSeparator => Some(Unseen::Blank),
        GeneralCategory::PrivateUse => Some(Unseen::PrivateUse),
        GeneralCategory::Unassigned if is_noncharacter(c) => Some(Unseen::Noncharacter),
        GeneralCategory::Unassigned => Some(Unseen::Unassigned),
        _ if is_ignorable(c) || BLANK.contains(&c) => Some(Unseen::Blank),
        _ => None,
    }
}

/// Whether a program may show `c` as nothing at all.
pub(crate) fn is_ignorable(c: char) -> bool {
    !c.is_ascii() && IGNORABLE.iter().any(|&(first, last)| (first..=last).contains(&c))
}

/// Whether `c` is drawn onto the character before it.
pub(crate) fn is_mark(c: char) -> bool {
    !c.is_ascii() && c.general_category_group() == GeneralCategoryGroup::Mark
}

fn is_noncharacter(c: char) -> bool {
    let code = u32::from(c);
    (0xFDD0..=0xFDEF).contains(&code) || code & 0xFFFE == 0xFFFE
}

/// Prints `U+202E`.
pub(crate) struct CodePoint(pub(crate) char);

impl fmt::Display for CodePoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "U+{:04X}", u32::from(self.0))
    }
}

/// Prints a name that may be anything, in quotes, on one line, shortened, with what cannot be seen spelled out.
pub(crate) struct Quoted<'a>(pub(crate) &'a str);

impl Quoted<'_> {
    /// Longest part that is printed, in characters: enough to recognise a name in a message.
    const MAX_CHARS: usize = 120;
}

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        for c in self.0.chars().take(Self::MAX_CHARS) {
            match unseen(c).is_some() || is_mark(c) {
                true => write!(f, "{}", c.escape_unicode())?,
                false => write!(f, "{c}")?,
            }
        }
        let is_cut = self.0.chars().nth(Self::MAX_CHARS).is_some();
        f.write_str(if is_cut { "…\"" } else { "\"" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_being_unseen_is_told_apart() {
        let cases = [
            ('\u{1b}', Some(Unseen::Control)),
            ('\u{85}', Some(Unseen::Control)),
            ('\u{202e}', Some(Unseen::Format)),
            ('\u{e0041}', Some(Unseen::Format)),
            ('\u{2028}', Some(Unseen::Blank)),
            ('\u{3164}', Some(Unseen::Blank)),
            ('\u{fe0f}', Some(Unseen::Blank)),
            ('\u{2800}', Some(Unseen::Blank)),
            ('\u{f03a}', Some(Unseen::PrivateUse)),
            ('\u{fffe}', Some(Unseen::Noncharacter)),
            ('\u{fdd0}', Some(Unseen::Noncharacter)),
            ('\u{10ffff}', Some(Unseen::Noncharacter)),
            ('\u{378}', Some(Unseen::Unassigned)),
            (' ', None),
            ('\u{a0}', None),
            ('é', None),
            ('語', None),
            ('🎉', None),
        ];
        for (c, expected) in cases {
            assert_eq!(unseen(c), expected, "{}", CodePoint(c));
        }
    }

    #[test]
    fn every_ignorable_character_is_unseen() {
        for c in (char::MIN..=char::MAX).filter(|&c| is_ignorable(c)) {
            assert!(unseen(c).is_some(), "{}", CodePoint(c));
        }
    }

    #[test]
    fn a_quoted_name_is_one_short_line_of_visible_text() {
        assert_eq!(Quoted("app\u{202e}fdp.exe").to_string(), r#""app\u{202e}fdp.exe""#);
        assert_eq!(Quoted("a\nb").to_string(), r#""a\u{a}b""#);
        assert_eq!(Quoted("naïve").to_string(), r#""naïve""#);
        assert_eq!(Quoted(&"x".repeat(121)).to_string(), format!("\"{}…\"", "x".repeat(120)));
    }
}
