//! Edits a text at the places of some keys, so that comments, order and everything else of it stay as they are.
//!
//! Nothing here has to be right: what comes of it is read again, and counts only if it says what was meant.

use std::collections::HashSet;
use std::ops::Range;

use super::meaning::{DisputedKey, Meant};
use crate::diff::settings::{
    Arrivals, Exchange, Format, KeyEntry, KeyGroup, Members, ParsedText, ParsedValue, exchanged,
};

/// The text of `mine` with what the patch changes in each document; `None` if that takes more than exchanging values and
/// lines, or a comment that somebody wrote would be gone.
pub(super) fn edited(
    format: Format,
    [base, mine, theirs]: [ParsedText<'_>; 3],
    meant: &[Meant<'_>],
) -> Option<String> {
    let mut edit = KeyMerge {
        format,
        mine,
        theirs,
        comments_that_stay: mine.comments().collect(),
        arriving: HashSet::new(),
        ends: if mine.text.contains("\r\n") { "\r\n" } else { "\n" },
        has_new_section: false,
        exchanges: Vec::new(),
    };
    let documents = meant.iter().zip(&mine.sheet.documents).zip(&theirs.sheet.documents);
    let groups = documents.filter(|((meant, _), _)| !matches!(meant, Meant::Mine(_)));
    let groups = groups.map(|((meant, mine), theirs)| match (&mine.said, &theirs.said, meant) {
        (ParsedValue::Group(mine), ParsedValue::Group(theirs), Meant::Group(parts)) => {
            Some((mine, theirs, parts))
        }
        _ => None,
    });
    let groups: Vec<_> = groups.collect::<Option<_>>()?;
    groups.iter().for_each(|(_, _, parts)| edit.let_comments_move(parts));
    groups.iter().try_for_each(|(mine, theirs, parts)| edit.group(mine, theirs, parts))?;
    edit.let_comments_go(base);
    let known: HashSet<&str> = base.comments().chain(theirs.comments()).collect();
    let keeps =
        |exchange: &Exchange| mine.comments_in(exchange.range.clone()).all(|comment| known.contains(comment));
    if edit.exchanges.iter().all(keeps) { exchanged(mine.text, &mut edit.exchanges) } else { None }
}

/// A text of several lines with another indent; `from` is what its first line had.
fn shifted(text: &str, from: &str, to: &str) -> String {
    let mut lines = text.split_inclusive('\n');
    let mut shifted = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        match line.strip_prefix(from) {
            Some(rest) if !line.trim().is_empty() => shifted.extend([to, rest]),
            _ => shifted.push_str(line),
        }
    }
    shifted
}

struct KeyMerge<'a> {
    format: Format,
    mine: ParsedText<'a>,
    theirs: ParsedText<'a>,
    /// Comments that do not stand within or above what goes.
    comments_that_stay: HashSet<&'a str>,
    /// Comments that come with what the patch brings.
    arriving: HashSet<&'a str>,
    /// What ends a line here.
    ends: &'static str,
    has_new_section: bool,
    exchanges: Vec<Exchange>,
}

impl<'a> KeyMerge<'a> {
    fn group(&mut self, mine: &KeyGroup, theirs: &KeyGroup, parts: &[DisputedKey<'_>]) -> Option<()> {
        for part in parts {
            match (&part.meant, part.mine, part.theirs) {
                (Some(Meant::Theirs(_)), Some(here), Some(there)) => self.exchange(here, there)?,
                (Some(Meant::Group(parts)), Some(here), Some(there)) => match (&here.said, &there.said) {
                    (ParsedValue::Group(here), ParsedValue::Group(there)) => {
                        self.group(here, there, parts)?;
                    }
                    _ => return None,
                },
                // Elements have no place of their own.
                (Some(Meant::List(_)), ..) => return None,
                _ => {}
            }
        }
        let going: HashSet<&str> =
            parts.iter().filter(|part| part.meant.is_none()).map(|part| part.key).collect();
        let stays = |entry: &KeyEntry| !going.contains(entry.key.as_str());
        let arrivals = arrivals(mine, theirs, parts, &stays);
        if self.format == Format::Json {
            let members = Members { side: self.mine, members: &mine.entries, body: mine.body, gap: "" };
            let stays = |index: usize| stays(&mine.entries[index]);
            let mut text_of = |entry: &&KeyEntry, beside: Option<&KeyEntry>| self.member(entry, beside);
            let exchanges = members.change(&stays, &arrivals, &mut text_of)?;
            self.exchanges.extend(exchanges);
            return Some(());
        }
        let gone = mine.entries.iter().filter(|entry| !stays(entry)).flat_map(|entry| &entry.pieces);
        self.exchanges.extend(gone.cloned().map(Exchange::departure));
        for (above, entries) in arrivals {
            let place = self.place_below(above, mine, &stays);
            for entry in entries {
                let exchange = match entry.is_section {
                    true => self.section_at_the_end(entry),
                    false => self.lines_at(place?, entry),
                };
                self.exchanges.push(exchange);
            }
        }
        Some(())
    }

    /// Comments within and above what goes may come back elsewhere.
    fn let_comments_move(&mut self, parts: &[DisputedKey<'_>]) {
        for part in parts {
            match (&part.meant, part.mine) {
                (Some(Meant::Group(parts)), _) => self.let_comments_move(parts),
                (None, Some(entry)) => {
                    for piece in &entry.pieces {
                        let mut start = piece.start;
                        while let Some(comment) = self.mine.comment_above(start) {
                            start = comment.start;
                        }
                        for comment in self.mine.comments_in(start..piece.end) {
                            self.comments_that_stay.remove(comment);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// Comments right above what goes that the patch takes away or to another place.
    fn let_comments_go(&mut self, base: ParsedText<'_>) {
        let (mine, json) = (self.mine, self.format == Format::Json);
        let (before, after): (HashSet<&str>, HashSet<&str>) =
            (base.comments().collect(), self.theirs.comments().collect());
        let goes = |comment: &str| {
            before.contains(comment) && (!after.contains(comment) || self.arriving.contains(comment))
        };
        for exchange in self.exchanges.iter_mut().filter(|exchange| exchange.is_departure) {
            let above = |start| mine.comment_above(start).filter(|&it| goes(mine.text[it.clone()].trim()));
            while let Some(comment) = above(exchange.range.start) {
                let line = mine.sheet.line_start(comment.start);
                exchange.range.start = if json { mine.text[..line].trim_end().len() } else { line };
            }
        }
    }

    /// The value of the patch comes into the place of the one here.
    fn exchange(&mut self, here: &KeyEntry, there: &KeyEntry) -> Option<()> {
        let (from, to) = (self.theirs.indent(there), self.mine.indent(here));
        if self.format == Format::Json || here.is_inline && there.is_inline {
            let text = shifted(&self.theirs.text[there.value.clone()], from, to);
            self.arriving.extend(self.theirs.comments_in(there.value.clone()));
            self.exchanges.push(Exchange::new(here.value.clone(), self.with_my_line_ends(&text)));
        } else if self.format == Format::Yaml {
            let rest = |text: &str, entry: &KeyEntry| {
                let end = text[..entry.end()].trim_end_matches(['\n', '\r']).len();
                entry.sign_end..end.max(entry.sign_end)
            };
            let new = rest(self.theirs.text, there);
            let text = shifted(&self.theirs.text[new.clone()], from, to);
            self.arriving.extend(self.theirs.comments_in(new));
            self.exchanges.push(Exchange::new(rest(self.mine.text, here), self.with_my_line_ends(&text)));
        } else if here.is_section == there.is_section {
            let mut pieces = here.pieces.iter().cloned();
            let lines = self.lines_of(there, to);
            self.exchanges.push(Exchange::new(pieces.next()?, lines));
            self.exchanges.extend(pieces.map(Exchange::departure));
        } else {
            return None;
        }
        Some(())
    }

    fn section_at_the_end(&mut self, entry: &KeyEntry) -> Exchange {
        let (text, end) = (self.mine.text, self.mine.text.len());
        let is_open = !self.has_new_section && !text.is_empty() && !text.ends_with('\n');
        self.has_new_section = true;
        let gap = if is_open { self.ends.repeat(2) } else { self.ends.to_owned() };
        Exchange::new(end..end, gap + &self.lines_of(entry, self.theirs.indent(entry)))
    }

    /// Where lines come to stand below an entry of a group, and how far they are indented there.
    fn place_below(
        &self,
        above: Option<usize>,
        mine: &KeyGroup,
        stays: &dyn Fn(&KeyEntry) -> bool,
    ) -> Option<(usize, Option<&'a str>)> {
        let is_beside = |other: &&KeyEntry| !other.is_section && stays(other);
        let index = above.map_or(0, |above| above + 1);
        let before = mine.entries[..index].iter().rev().find(is_beside);
        let after = if before.is_none() { mine.entries[index..].iter().find(is_beside) } else { None };
        let indent = before.or(after).map(|beside| self.mine.indent(beside));
        let at = match (before, after, mine.body) {
            (Some(before), ..) => before.end(),
            (None, Some(after), _) => self.comments_above(self.mine, after.start()),
            // Above the first section, or at the end.
            (None, None, Some(0)) => mine.entries.first().map_or(self.mine.text.len(), KeyEntry::start),
            (None, None, body) => body?,
        };
        Some((at, indent))
    }

    fn lines_at(&mut self, (at, indent): (usize, Option<&str>), entry: &KeyEntry) -> Exchange {
        let indent = indent.unwrap_or(self.theirs.indent(entry));
        let lines = self.lines_of(entry, indent);
        if at == 0 || self.mine.text[..at].ends_with('\n') {
            return Exchange::new(at..at, lines);
        }
        // The line above is the last one and has no end; the new one has none instead.
        Exchange::new(at..at, format!("{}{}", self.ends, lines.trim_end_matches(['\n', '\r'])))
    }

    /// The lines of an entry of the patch, with the comments above them that are not here yet.
    fn lines_of(&mut self, entry: &KeyEntry, indent: &str) -> String {
        let mut text = "\n".to_owned();
        for piece in &entry.pieces {
            let start = self.comments_above(self.theirs, piece.start);
            text.push_str(&self.theirs.text[start..piece.end]);
            self.arriving.extend(self.theirs.comments_in(start..piece.end));
            if !text.ends_with('\n') {
                text.push('\n');
            }
        }
        let text = shifted(&text, self.theirs.indent(entry), indent);
        self.with_my_line_ends(&text[1..])
    }

    /// A member of the patch's object, with the comments above it that are not here yet.
    fn member(&mut self, entry: &KeyEntry, beside: Option<&KeyEntry>) -> String {
        let mut start = self.comments_above(self.theirs, entry.start());
        start = if start < entry.start() { start } else { entry.start() };
        self.arriving.extend(self.theirs.comments_in(start..entry.end()));
        let from = self.theirs.indent(entry);
        let indent = beside.map_or(from, |beside| self.mine.indent(beside));
        let text = shifted(&self.theirs.text[start..entry.end()], from, indent);
        self.with_my_line_ends(text.trim_start())
    }

    /// Where the comments right above a line begin; of the patch's, only those that are not here yet.
    fn comments_above(&self, side: ParsedText<'_>, start: usize) -> usize {
        let is_theirs = std::ptr::eq(side.sheet, self.theirs.sheet);
        let is_here = |comment: &Range<usize>| {
            is_theirs && self.comments_that_stay.contains(side.text[comment.clone()].trim())
        };
        let mut begin = start;
        while let Some(comment) = side.comment_above(begin).filter(|comment| !is_here(comment)) {
            begin = side.sheet.line_start(comment.start);
        }
        begin
    }

    fn with_my_line_ends(&self, text: &str) -> String {
        let text = text.replace("\r\n", "\n");
        if self.ends == "\n" { text } else { text.replace('\n', self.ends) }
    }
}

/// What comes into a group: in the order of the patch's file, so that neighbours stay neighbours.
fn arrivals<'a>(
    mine: &KeyGroup,
    theirs: &'a KeyGroup,
    parts: &[DisputedKey<'_>],
    stays: &dyn Fn(&KeyEntry) -> bool,
) -> Arrivals<&'a KeyEntry> {
    let is_coming = |part: &&DisputedKey<'_>| part.mine.is_none() && part.meant.is_some();
    let coming: HashSet<&str> = parts.iter().filter(is_coming).map(|part| part.key).collect();
    let mut above = None;
    let mut arrivals = Arrivals::new();
    for entry in &theirs.entries {
        if coming.contains(entry.key.as_str()) {
            arrivals.entry(above).or_default().push(entry);
        } else if let Some(here) = mine.position(&entry.key).filter(|&here| stays(&mine.entries[here])) {
            above = Some(here);
        }
    }
    arrivals
}
