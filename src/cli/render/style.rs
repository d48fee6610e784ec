//! Colours, where there are any. Every message reads the same without them.

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
        self.paint("1", text)
    }

    /// What went well, or comes in.
    pub fn good(self, text: &str) -> String {
        self.paint("32", text)
    }

    /// What went wrong, or goes out.
    pub fn bad(self, text: &str) -> String {
        self.paint("31", text)
    }

    /// What needs a look.
    pub(crate) fn attention(self, text: &str) -> String {
        self.paint("33", text)
    }

    /// Where something is.
    pub fn place(self, text: &str) -> String {
        self.paint("36", text)
    }

    fn paint(self, code: &str, text: &str) -> String {
        match self.colours && !text.is_empty() {
            true => format!("\x1b[{code}m{text}\x1b[0m"),
            false => text.to_owned(),
        }
    }
}
