//! What a patch is called.

use std::fmt;

/// A vendor's id for a patch, such as `ACME-HF-1042`: 1 to 80 ASCII letters, digits, `.`, `_` or `-`,
/// starting with a letter or digit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PatchId(String);

impl PatchId {
    /// Longest id in bytes: fits a line of a report.
    pub const MAX_BYTES: usize = 80;

    /// Checks `raw`; `None` when it is not an id.
    pub fn parse(raw: &str) -> Option<Self> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        let fits = raw.len() <= Self::MAX_BYTES
            && raw.bytes().all(allowed)
            && raw.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric);
        fits.then(|| Self(raw.to_owned()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PatchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Names one revision of one patch. Prints as `ID` for the first revision and `ID (revision N)` after that.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PatchRef {
    /// The vendor's id.
    pub id: PatchId,
    /// Counts re-issues, from 1.
    pub revision: u32,
}

impl fmt::Display for PatchRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.revision {
            1 => write!(f, "{}", self.id),
            revision => write!(f, "{} (revision {revision})", self.id),
        }
    }
}
