//! Text that somebody else wrote.

use std::borrow::Cow;
use std::fmt;

use super::escape::{escape_line, escape_text};

/// Text from a patch, a history or another computer: whoever prints it prints what can be seen of it, in one line.
///
/// A message that quotes it is escaped as a whole when it is shown; such a message is made of [`Untrusted::raw`], for
/// escaping twice is not escaping once.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Untrusted(String);

impl Untrusted {
    /// The text as it was written: to compare, to keep, and for messages that are escaped when they are shown.
    pub fn raw(&self) -> &str {
        &self.0
    }

    /// Several, as they were written.
    pub(crate) fn all(texts: Vec<String>) -> Vec<Self> {
        texts.into_iter().map(Self).collect()
    }

    /// To show it in the lines that it has.
    pub(crate) fn in_lines(&self) -> Cow<'_, str> {
        escape_text(&self.0)
    }
}

/// In one line, with nothing in it that moves a cursor, turns the reading direction or stands there unseen.
impl fmt::Display for Untrusted {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.pad(&escape_line(&self.0))
    }
}

impl fmt::Debug for Untrusted {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, to)
    }
}

impl From<String> for Untrusted {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Untrusted {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl PartialEq<str> for Untrusted {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for Untrusted {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_is_seen_wherever_it_is_printed() {
        let title = Untrusted::from("a\u{202e}b\nForged: line\u{1b}[2J");
        assert_eq!(title.to_string(), r"a\u{202e}b\u{a}Forged: line\u{1b}[2J");
        assert_eq!(title.in_lines(), "a\\u{202e}b\nForged: line\\u{1b}[2J");
        assert_eq!(format!("{:>6}|", Untrusted::from("ab")), "    ab|", "columns stay columns");
        assert!(!format!("{title:?}").contains('\u{202e}'));
        assert_eq!(title.raw().len(), 22);
    }

    #[test]
    fn twin_plain_text_is_shown_as_it_is() {
        let title = Untrusted::from("Café: fixes C:\\new");
        assert_eq!(title.to_string(), title.raw());
    }
}
