//! Finds a text in the lines of both sides of a change.

use std::collections::HashMap;
use std::io;
use std::ops::Range;

use regex::bytes::{Regex, RegexBuilder};

use super::lines::stop_if_asked;
use super::text::{Half, LineDiff};
use crate::progress::CancelToken;

/// Most places that are found; nobody walks through more.
pub const MAX_HITS: usize = 100_000;

/// What is looked for. Capitals count where the query has any.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    pub text: String,
    /// Whether it is a regular expression. A line is looked at by itself.
    pub is_pattern: bool,
}

/// One place where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    pub half: Half,
    /// Counted from 0.
    pub line: usize,
    /// Its bytes in the line.
    pub bytes: Range<usize>,
}

/// All places, from top to bottom. What stands in a line that both sides have is found once, on the right.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Hits {
    hits: Vec<Hit>,
    /// Which of `hits` are in a line.
    of_line: HashMap<(Half, usize), Range<usize>>,
    is_cut: bool,
}

/// Why nothing can be found.
#[derive(Debug)]
pub enum SearchError {
    /// It is no regular expression.
    Pattern,
    /// The content cannot be read, or somebody stopped it.
    Read(io::Error),
}

impl From<io::Error> for SearchError {
    fn from(error: io::Error) -> Self {
        Self::Read(error)
    }
}

impl Query {
    fn regex(&self) -> Result<Regex, SearchError> {
        let pattern = if self.is_pattern { self.text.clone() } else { regex::escape(&self.text) };
        let has_capitals = self.text.chars().any(char::is_uppercase);
        RegexBuilder::new(&pattern).case_insensitive(!has_capitals).build().map_err(|_| SearchError::Pattern)
    }
}

impl Hits {
    /// Every place.
    pub fn all(&self) -> &[Hit] {
        &self.hits
    }

    /// Those in one line, with the number of the first.
    pub fn in_line(&self, half: Half, line: usize) -> (usize, &[Hit]) {
        let range = self.of_line.get(&(half, line)).cloned().unwrap_or_default();
        (range.start, &self.hits[range])
    }

    fn look_into(&mut self, regex: &Regex, diff: &LineDiff, half: Half, line: usize) -> io::Result<()> {
        let text = diff.lines(half).line(line)?;
        let first = self.hits.len();
        // What matches nothing at all stands everywhere.
        let found = regex.find_iter(&text.bytes).map(|found| found.range()).filter(|range| !range.is_empty());
        self.hits.extend(found.map(|bytes| Hit { half, line, bytes }));
        if self.hits.len() > first {
            self.is_cut = self.hits.len() > MAX_HITS;
            self.hits.truncate(MAX_HITS);
            self.of_line.insert((half, line), first..self.hits.len());
        }
        Ok(())
    }
}

impl LineDiff {
    /// Every place where `query` stands, in the order of the unified layout.
    ///
    /// # Errors
    /// [`SearchError::Pattern`] where the query is no regular expression; those of the disk; `Cancelled` as the inner
    /// error of reading.
    pub fn find(&self, query: &Query, cancel: &CancelToken) -> Result<Hits, SearchError> {
        let regex = query.regex()?;
        let mut hits = Hits::default();
        let mut from = 0;
        let end = self.lines(Half::Right).count();
        let hunks = self.hunks().iter().map(|hunk| (hunk.old.clone(), hunk.new.clone()));
        for (old, new) in hunks.chain([(0..0, end..end)]) {
            let same = (Half::Right, from..new.start);
            from = new.end;
            for (half, lines) in [same, (Half::Left, old), (Half::Right, new)] {
                for line in lines {
                    if line % 1_024 == 0 {
                        stop_if_asked(cancel)?;
                    }
                    hits.look_into(&regex, self, half, line)?;
                    if hits.is_cut {
                        return Ok(hits);
                    }
                }
            }
        }
        Ok(hits)
    }
}
