//! What is to be said about an order, each with its place.

use std::fmt;
use std::ops::Range;

use crate::text::json::TextPosition;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingWeight {
    /// No bundle can be made.
    Error,
    /// A bundle can be made; the order could say more.
    Warning,
}

/// One thing to be said about an order. Prints as `line:column: error: field: message`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderFinding {
    /// The line, from 1.
    pub line: usize,
    /// The character in the line, from 1.
    pub column: usize,
    /// How much it matters.
    pub level: FindingWeight,
    /// The key it is about, such as `product.versions[0]`; empty: the whole order.
    pub field: String,
    /// What is wrong. Quotes the order: escape it before it is shown.
    pub message: String,
}

impl fmt::Display for OrderFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = match self.level {
            FindingWeight::Error => "error",
            FindingWeight::Warning => "warning",
        };
        let field = if self.field.is_empty() { String::new() } else { format!("{}: ", self.field) };
        // What is missing stands at no line.
        match (self.level, self.line, self.column) {
            (FindingWeight::Warning, 1, 1) => write!(f, "{level}: {field}{}", self.message),
            (_, line, column) => write!(f, "{line}:{column}: {level}: {field}{}", self.message),
        }
    }
}

impl OrderFinding {
    /// `8 errors and 5 warnings`.
    pub(crate) fn counts(all: &[Self]) -> String {
        let said = |level, one: &str| match all.iter().filter(|finding| finding.level == level).count() {
            0 => None,
            1 => Some(format!("1 {one}")),
            count => Some(format!("{count} {one}s")),
        };
        let said = [said(FindingWeight::Error, "error"), said(FindingWeight::Warning, "warning")];
        said.into_iter().flatten().collect::<Vec<_>>().join(" and ")
    }
}

/// Most findings that are told. Nobody mends more in one go.
const MAX_FINDINGS: usize = 200;

/// The findings so far, about one text.
pub(super) struct Findings<'t> {
    text: &'t str,
    found: Vec<OrderFinding>,
    /// Whether there are more, and an error among them.
    is_cut: bool,
}

impl<'t> Findings<'t> {
    pub fn new(text: &'t str) -> Self {
        Self { text, found: Vec::new(), is_cut: false }
    }

    pub fn push(
        &mut self,
        level: FindingWeight,
        span: &Range<usize>,
        field: impl Into<String>,
        message: impl Into<String>,
    ) {
        if self.found.len() >= MAX_FINDINGS {
            self.is_cut |= level == FindingWeight::Error;
            return;
        }
        let TextPosition { line, column } = TextPosition::new(self.text.as_bytes(), span.start);
        self.found.push(OrderFinding { line, column, level, field: field.into(), message: message.into() });
    }

    pub fn error(&mut self, span: &Range<usize>, field: impl Into<String>, message: impl Into<String>) {
        self.push(FindingWeight::Error, span, field, message);
    }

    /// Whether something was found at `field`, around it or inside: then nobody needs to hear more about it.
    pub fn knows(&self, field: &str) -> bool {
        let within = |inner: &str, outer: &str| {
            inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        self.found.iter().any(|known| within(field, &known.field) || within(&known.field, field))
    }

    pub(crate) fn has_errors(&self) -> bool {
        self.is_cut || self.found.iter().any(|finding| finding.level == FindingWeight::Error)
    }

    pub(crate) fn into_sorted(mut self) -> Vec<OrderFinding> {
        self.found.sort_by_key(|finding| (finding.line, finding.column));
        if let Some(last) = self.found.last().filter(|_| self.is_cut) {
            let message = format!("more is wrong than these {MAX_FINDINGS} findings");
            let more = OrderFinding { level: FindingWeight::Error, field: String::new(), message, ..*last };
            self.found.push(more);
        }
        self.found
    }
}
