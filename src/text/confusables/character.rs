//! Judges one character by its neighbours: the same joiner holds a family of emoji together and splits a password.

use unicode_properties::UnicodeEmoji;

use super::{ConfusableKind, ConfusableSeverity};
use crate::model::characters::{Unseen, is_mark, unseen};

/// What stands around a character.
#[derive(Debug, Clone, Copy)]
pub(super) struct Around {
    /// The character before it on its line.
    pub before: Option<char>,
    /// The character after it on its line.
    pub after: Option<char>,
    /// Whether it is the first character of the whole text.
    pub is_first: bool,
    /// Whether its line has letters that run from right to left.
    pub(crate) has_right_to_left: bool,
    /// Whether it belongs to a flag: a black flag spells its country with invisible tags.
    pub(crate) is_in_flag: bool,
}

/// Why `c` is worth a look; `None` for what is seen, and for what its writing system asks for.
pub(super) fn judge(c: char, around: Around) -> Option<(ConfusableSeverity, ConfusableKind)> {
    use ConfusableKind::{Control, Direction, Invisible, LineBreak, Unknown};
    use ConfusableSeverity::{Deceiving, Unusual};
    let why = unseen(c)?;
    Some(match c {
        '\t' | '\n' => return None,
        // What printers and old editors were told: a new page.
        '\u{b}' | '\u{c}' => (Unusual, Control),
        // The end of a file of DOS.
        '\u{1a}' if around.after.is_none() => (Unusual, Control),
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => (Deceiving, Direction),
        '\u{200e}' | '\u{200f}' | '\u{61c}' => {
            (if around.has_right_to_left { Unusual } else { Deceiving }, Direction)
        }
        '\u{85}' | '\u{2028}' | '\u{2029}' => (Deceiving, LineBreak),
        '\u{feff}' if around.is_first => return None,
        '\u{ad}' => (Unusual, Invisible),
        '\u{200c}' | '\u{200d}' if joins(around) => return None,
        '\u{200b}' if is_between_foreign(around) => (Unusual, Invisible),
        '\u{34f}' if around.before.is_some_and(|before| !before.is_ascii()) => (Unusual, Invisible),
        _ if is_variation_selector(c) && selects(c, around) => return None,
        '\u{e0020}'..='\u{e007f}' if around.is_in_flag => return None,
        '\u{2800}' if is_among_braille(around) => (Unusual, Invisible),
        // Signs that are drawn around the numbers behind them, although they count as formatting.
        '\u{600}'..='\u{605}' | '\u{6dd}' | '\u{70f}' | '\u{890}' | '\u{891}' | '\u{8e2}' => return None,
        _ => match why {
            Unseen::Control => (Deceiving, Control),
            Unseen::Format | Unseen::Blank => (Deceiving, Invisible),
            Unseen::PrivateUse | Unseen::Noncharacter | Unseen::Unassigned => (Unusual, Unknown),
        },
    })
}

/// Whether a joiner has something to join or part: emoji, or letters that change shape beside each other.
fn joins(around: Around) -> bool {
    let is_part = |c: char| !c.is_ascii() && (c.is_alphabetic() || is_mark(c) || c.is_emoji_char());
    // An emoji may have had its shape chosen, which is not seen either.
    around.before.is_some_and(|before| is_part(before) || before == '\u{fe0f}')
        && around.after.is_none_or(|after| is_part(after) || !after.is_alphanumeric())
}

fn is_between_foreign(around: Around) -> bool {
    let is_foreign = |c: Option<char>| c.is_some_and(|c| c.is_alphabetic() && !c.is_ascii());
    is_foreign(around.before) && is_foreign(around.after)
}

fn is_variation_selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' | '\u{180b}'..='\u{180f}')
}

/// Whether there is a shape to select.
fn selects(c: char, around: Around) -> bool {
    let Some(before) = around.before else { return false };
    match c {
        // The keys of a telephone become emoji only with the keycap behind them.
        '\u{fe0e}' | '\u{fe0f}' if before.is_ascii() => around.after == Some('\u{20e3}'),
        '\u{fe0e}' | '\u{fe0f}' => before.is_emoji_char() || before.is_alphabetic(),
        '\u{180b}'..='\u{180f}' => matches!(before, '\u{1800}'..='\u{18aa}'),
        '\u{e0100}'.. => is_ideograph(before),
        _ => is_ideograph(before) || matches!(before, '\u{2200}'..='\u{2aff}' | '\u{1000}'..='\u{109f}'),
    }
}

fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

fn is_among_braille(around: Around) -> bool {
    let is_braille = |c: Option<char>| c.is_some_and(|c| matches!(c, '\u{2801}'..='\u{28ff}'));
    is_braille(around.before) || is_braille(around.after)
}

/// Whether `c` is a letter of a writing system that runs from right to left.
pub(super) fn is_right_to_left(c: char) -> bool {
    let is_in_block = matches!(c,
        '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefe}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}');
    is_in_block && c.is_alphabetic()
}
