//! Exchanges ranges of a text, and leaves all else of it as it is.

use std::ops::Range;

use super::sheet::{KeyEntry, Sheet};

/// What a range of the text becomes.
#[derive(Debug)]
pub(in crate::diff) struct Exchange {
    pub range: Range<usize>,
    pub new: String,
    /// Whether an entry goes, so that the comments above it may go, too.
    pub is_departure: bool,
}

impl Exchange {
    pub fn new(range: Range<usize>, new: String) -> Self {
        Self { range, new, is_departure: false }
    }

    pub(crate) fn departure(range: Range<usize>) -> Self {
        Self { range, new: String::new(), is_departure: true }
    }
}

/// One of the texts, and what it says.
#[derive(Clone, Copy)]
pub(in crate::diff) struct ParsedText<'a> {
    pub text: &'a str,
    pub sheet: &'a Sheet,
}

impl<'a> ParsedText<'a> {
    pub fn comments(self) -> impl Iterator<Item = &'a str> {
        self.comments_in(0..self.text.len())
    }

    pub(crate) fn comments_in(self, range: Range<usize>) -> impl Iterator<Item = &'a str> {
        let first = self.sheet.comments.partition_point(|comment| comment.start < range.start);
        let end = range.end;
        let inside = self.sheet.comments[first..].iter().take_while(move |comment| comment.end <= end);
        inside.map(move |comment| self.text[comment.clone()].trim())
    }

    /// What stands in front of an entry in its line.
    pub fn indent(self, entry: &KeyEntry) -> &'a str {
        let line = &self.text[self.sheet.line_start(entry.start())..];
        &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
    }

    /// The comment that has the line right above this place to itself.
    pub(crate) fn comment_above(self, start: usize) -> Option<&'a Range<usize>> {
        let end = self.text[..start].trim_end().len();
        let found = self.sheet.comments.binary_search_by_key(&end, |comment| comment.end).ok()?;
        let comment = &self.sheet.comments[found];
        let is_alone = self.text[self.sheet.line_start(comment.start)..comment.start].trim().is_empty();
        let has_gap = self.text[end..start].matches('\n').count() > 1;
        (is_alone && !has_gap).then_some(comment)
    }
}

/// The text with all exchanges made; `None` if two of them meet. They come to stand in the order of their places.
pub(in crate::diff) fn exchanged(text: &str, exchanges: &mut [Exchange]) -> Option<String> {
    // What comes in at a place stands before what goes from there.
    exchanges.sort_by_key(|exchange| (exchange.range.start, exchange.range.end));
    let (mut merged, mut done) = (String::new(), 0);
    for Exchange { range, new, .. } in exchanges {
        merged.push_str(text.get(done..range.start)?);
        merged.push_str(new);
        done = range.end;
    }
    merged.push_str(text.get(done..)?);
    Some(merged)
}

/// What `text` was before these exchanges, in the order in which `exchanged` left them, made `after` of it: with
/// everything between them as it stands there.
pub(in crate::diff) fn undone(text: &str, after: &str, exchanges: &[Exchange]) -> Option<String> {
    let (mut before, mut done, mut old_end) = (String::new(), 0, 0);
    for Exchange { range, new, .. } in exchanges {
        let kept = range.start.checked_sub(old_end)?;
        before.push_str(after.get(done..done + kept)?);
        before.push_str(text.get(range.clone())?);
        (done, old_end) = (done + kept + new.len(), range.end);
    }
    before.push_str(after.get(done..)?);
    Some(before)
}
