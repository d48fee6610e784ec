//! How bad a problem is.

use super::word::choices;

choices! {
    /// How much is at stake.
    pub enum SeverityLevel {
        /// Hardly anything.
        Low = "low",
        /// Something that can wait.
        Moderate = "moderate",
        /// Something that should not wait.
        Important = "important",
        /// Something that must not wait.
        Critical = "critical",
    }
}

/// How bad what it mends is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Severity {
    /// How much is at stake.
    pub level: SeverityLevel,
    /// A CVSS vector string, if there is one.
    pub cvss: Option<String>,
}
