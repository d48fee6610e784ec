//! Looking for a text in one file: what is typed, what was found, and where one is among it.

use std::sync::Arc;

use crate::viewer::model::{Half, Hits, Query, SearchError};

/// A search that is open above the rows.
#[derive(Default)]
pub struct Search {
    /// What is typed.
    pub query: Query,
    /// Whether the field wants the keyboard.
    pub takes_focus: bool,
    /// The query that was asked for last.
    pub(super) asked: Option<Query>,
    /// What the last answer was.
    pub(super) found: Option<Result<Arc<Hits>, SearchError>>,
    /// The number of the hit one is at.
    pub(super) at: usize,
    /// Whether the first hit is gone to when it is known: somebody types.
    pub(super) goes_to_first: bool,
}

impl Search {
    /// The same search in another content: asked again, without leaving the place where one is.
    #[must_use]
    pub(super) fn again(&self) -> Self {
        Self { query: self.query.clone(), ..Self::default() }
    }

    /// What was found, if it is known.
    pub fn hits(&self) -> Option<&Arc<Hits>> {
        self.found.as_ref()?.as_ref().ok()
    }

    /// Why nothing is found, if that is so.
    pub fn error(&self) -> Option<&SearchError> {
        self.found.as_ref()?.as_ref().err()
    }

    /// The number of the present hit, counted from 1, and how many there are.
    pub fn position(&self) -> Option<(usize, usize)> {
        let count = self.hits()?.all().len();
        Some(((self.at + 1).min(count), count))
    }

    /// The hits in a line, and which of them one is at.
    pub fn in_line(&self, half: Half, line: usize) -> Vec<(std::ops::Range<usize>, bool)> {
        let Some(hits) = self.hits() else { return Vec::new() };
        let (first, hits) = hits.in_line(half, line);
        let numbered = hits.iter().enumerate();
        numbered.map(|(number, hit)| (hit.bytes.clone(), first + number == self.at)).collect()
    }
}
