//! A broken rule, and the list of all of them.

use std::collections::BTreeSet;
use std::fmt;

use crate::model::Code;

/// One broken rule of a manifest or an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ManifestProblem {
    pub code: Code,
    /// The value it is about, such as `changes[3].path`.
    pub at: String,
    /// The number of the change that it is about, if it is about one.
    pub change: Option<usize>,
    pub message: String,
}

impl ManifestProblem {
    /// A broken rule of form.
    pub fn manifest(at: impl fmt::Display, message: impl Into<String>) -> Self {
        Self { code: Code::Manifest, at: at.to_string(), change: None, message: message.into() }
    }

    /// The same problem, seen from outside of `container`.
    pub fn inside(mut self, container: impl fmt::Display) -> Self {
        let dot = if self.at.is_empty() || self.at.starts_with('[') { "" } else { "." };
        self.at = format!("{container}{dot}{}", self.at);
        self
    }
}

/// Every problem found so far. Rules that many values share are its methods; `at` names the value.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    found: Vec<ManifestProblem>,
}

impl Problems {
    /// Nobody mends more than this at once; a hostile manifest could have millions.
    const MAX: usize = 100;

    pub fn push(&mut self, code: Code, at: impl fmt::Display, message: impl Into<String>) {
        if !self.is_full() {
            self.found.push(ManifestProblem {
                code,
                at: at.to_string(),
                change: None,
                message: message.into(),
            });
        }
    }

    /// What is wrong with a `field` of a change, or with all of it.
    pub(crate) fn in_change(&mut self, code: Code, index: usize, field: &str, message: impl Into<String>) {
        if !self.is_full() {
            let dot = if field.is_empty() { "" } else { "." };
            let at = format!("changes[{index}]{dot}{field}");
            self.found.push(ManifestProblem { code, at, change: Some(index), message: message.into() });
        }
    }

    pub fn manifest(&mut self, at: impl fmt::Display, message: impl Into<String>) {
        self.push(Code::Manifest, at, message);
    }

    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Whether nothing more is taken.
    pub fn is_full(&self) -> bool {
        self.found.len() >= Self::MAX
    }

    pub(crate) fn into_all(self) -> Vec<ManifestProblem> {
        self.found
    }

    /// One line that says something.
    pub fn line(&mut self, at: impl fmt::Display, text: &str, max_chars: usize) {
        if text.trim().is_empty() {
            self.manifest(&at, "the text is empty");
        }
        if text.chars().any(breaks_a_line) {
            self.manifest(&at, "the text holds a line break or control character; one line is expected");
        }
        self.length(at, text, max_chars);
    }

    /// One or more lines that say something.
    pub(crate) fn paragraph(&mut self, at: impl fmt::Display, text: &str, max_chars: usize) {
        if text.trim().is_empty() {
            self.manifest(&at, "the text is empty");
        }
        if text.chars().any(|c| c != '\n' && c != '\t' && breaks_a_line(c)) {
            self.manifest(&at, "the text holds a control character");
        }
        self.length(at, text, max_chars);
    }

    /// At most so many characters, in the one spelling that the strict reader takes.
    pub fn length(&mut self, at: impl fmt::Display, text: &str, max_chars: usize) {
        if text.contains('\0') || !unicode_normalization::is_nfc(text) {
            self.manifest(&at, "the text holds a NUL or is not in Unicode's composed form (NFC)");
        }
        let chars = text.chars().count();
        if chars > max_chars {
            self.push(Code::Limit, at, format!("the text has {chars} characters, {max_chars} are allowed"));
        }
    }

    /// At most so many entries.
    pub fn entries(&mut self, at: impl fmt::Display, count: usize, max: usize) {
        if count > max {
            self.push(Code::Limit, at, format!("{count} entries, {max} are allowed"));
        }
    }

    /// No entry twice.
    pub(crate) fn distinct<'a>(&mut self, at: &str, texts: impl IntoIterator<Item = &'a str>) {
        let mut seen = BTreeSet::new();
        for (index, text) in texts.into_iter().enumerate() {
            if !seen.insert(text) {
                self.manifest(format_args!("{at}[{index}]"), format!("{text:?} is there twice"));
            }
        }
    }
}

/// Control characters, and the two separators that end a line in Unicode text.
fn breaks_a_line(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}
