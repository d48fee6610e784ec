//! What is to be said about an order, each with its place.

use std::fmt;
use std::ops::Range;

use crate::text::json::Position;

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
        write!(f, "{}:{}: {level}: {field}{}", self.line, self.column, self.message)
    }
}

/// The findings so far, about one text.
pub(super) struct Findings<'t> {
    text: &'t str,
    found: Vec<OrderFinding>,
}

impl<'t> Findings<'t> {
    pub fn new(text: &'t str) -> Self {
        Self { text, found: Vec::new() }
    }

    pub fn push(
        &mut self,
        level: FindingWeight,
        span: &Range<usize>,
        field: impl Into<String>,
        message: impl Into<String>,
    ) {
        let Position { line, column } = Position::new(self.text.as_bytes(), span.start);
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
        self.found.iter().any(|finding| finding.level == FindingWeight::Error)
    }

    pub(crate) fn into_sorted(mut self) -> Vec<OrderFinding> {
        self.found.sort_by_key(|finding| (finding.line, finding.column));
        self.found
    }
}
