//! Which white space counts when lines are compared.

use std::borrow::Cow;

/// Which white space counts: blanks, tabs, and carriage returns before a line feed. The names of the options are those
/// of GNU diff.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum WhiteSpace {
    /// All of it.
    #[default]
    Counts,
    /// That at the end of a line does not (`--ignore-trailing-space`).
    IgnoredAtLineEnds,
    /// Only whether there is some counts, not how much (`--ignore-space-change`).
    IgnoredInAmount,
    /// None of it (`--ignore-all-space`).
    Ignored,
}

impl WhiteSpace {
    /// The one after this, round and round.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::Counts => Self::IgnoredAtLineEnds,
            Self::IgnoredAtLineEnds => Self::IgnoredInAmount,
            Self::IgnoredInAmount => Self::Ignored,
            Self::Ignored => Self::Counts,
        }
    }

    /// What of a line is compared.
    pub(super) fn compared(self, line: &[u8]) -> Cow<'_, [u8]> {
        let is_white = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | 0x0b | 0x0c);
        let end = line.iter().rposition(|byte| !is_white(byte)).map_or(0, |last| last + 1);
        match self {
            Self::Counts => Cow::Borrowed(line),
            Self::IgnoredAtLineEnds => Cow::Borrowed(&line[..end]),
            Self::IgnoredInAmount => {
                let runs = line[..end].chunk_by(|one, other| is_white(one) && is_white(other));
                Cow::Owned(runs.map(|run| if is_white(&run[0]) { b' ' } else { run[0] }).collect())
            }
            Self::Ignored => Cow::Owned(line.iter().copied().filter(|byte| !is_white(byte)).collect()),
        }
    }
}
