//! Colours, where there are any. Every message reads the same without them.

use std::borrow::Cow;

use crate::text::spell_out_rest;

const ESCAPE: char = '\x1b';
const STRONG: &str = "\x1b[1m";
const GOOD: &str = "\x1b[32m";
const BAD: &str = "\x1b[31m";
const ATTENTION: &str = "\x1b[33m";
const PLACE: &str = "\x1b[36m";
const END: &str = "\x1b[0m";

/// Colours text, or leaves it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) struct Style {
    colours: bool,
}

impl Style {
    pub fn new(colours: bool) -> Self {
        Self { colours }
    }

    pub fn strong(self, text: &str) -> String {
        self.paint(STRONG, text)
    }

    /// What went well, or comes in.
    pub fn good(self, text: &str) -> String {
        self.paint(GOOD, text)
    }

    /// What went wrong, or goes out.
    pub fn bad(self, text: &str) -> String {
        self.paint(BAD, text)
    }

    /// What needs a look.
    pub(crate) fn attention(self, text: &str) -> String {
        self.paint(ATTENTION, text)
    }

    /// Where something is.
    pub fn place(self, text: &str) -> String {
        self.paint(PLACE, text)
    }

    /// The last step before a stream: what was not escaped on the way here is spelled out, except for these colours.
    pub(in crate::cli) fn printable(self, painted: &str) -> Cow<'_, str> {
        if !(self.colours && painted.contains(ESCAPE)) {
            return spell_out_rest(painted);
        }
        let mut pieces = painted.split(ESCAPE);
        let mut safe = spell_out_rest(pieces.next().unwrap_or_default()).into_owned();
        for piece in pieces {
            let colour = [STRONG, GOOD, BAD, ATTENTION, PLACE, END]
                .iter()
                .find_map(|colour| Some((*colour, piece.strip_prefix(colour.strip_prefix(ESCAPE)?)?)));
            let (start, rest) = colour.unwrap_or((r"\u{1b}", piece));
            safe += start;
            safe += &spell_out_rest(rest);
        }
        safe.into()
    }

    fn paint(self, code: &str, text: &str) -> String {
        match self.colours && !text.is_empty() {
            true => format!("{code}{text}{END}"),
            false => text.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_escaped_is_spelled_out_and_colours_stay() {
        let foreign = "a\u{1b}[2J\u{202e}b\u{9b}31m \\u{202e}\n";
        let safe = "a\\u{1b}[2J\\u{202e}b\\u{9b}31m \\u{202e}\n";
        let plain = Style::new(false);
        assert_eq!(plain.printable(foreign), safe);
        assert_eq!(plain.printable("\u{1b}[31mred"), "\\u{1b}[31mred");
        let colours = Style::new(true);
        let painted = format!("{}\t{}", colours.bad(foreign), colours.place("é"));
        assert_eq!(colours.printable(&painted), format!("{BAD}{safe}{END}\t{PLACE}é{END}"));
        assert_eq!(colours.printable("\u{1b}\u{1b}[1m"), format!("\\u{{1b}}{STRONG}"));
    }

    #[test]
    fn what_was_escaped_is_left_as_it_is() {
        for style in [Style::new(false), Style::new(true)] {
            let escaped = crate::text::escape_line("C:\\new \u{202e} \\\u{1b}[1m e\u{301}\n").into_owned();
            let painted = style.good(&escaped);
            assert_eq!(style.printable(&painted), painted);
        }
    }
}
