//! Edits what stands in brackets, with a comma where one is needed and none where not.

use std::collections::BTreeMap;
use std::ops::Range;

use super::sheet::KeyEntry;
use super::splice::{Exchange, ParsedText};

/// What comes into a group or a list, by the part below which it comes to stand.
pub(in crate::diff) type Arrivals<T> = BTreeMap<Option<usize>, Vec<T>>;

/// The members of an object or the elements of a list, and the text that they stand in.
pub(in crate::diff) struct Members<'a> {
    pub side: ParsedText<'a>,
    pub members: &'a [KeyEntry],
    /// What the opening bracket is followed by.
    pub body: Option<usize>,
    /// What a comma in a line is followed by, where no member shows it.
    pub gap: &'static str,
}

impl Members<'_> {
    /// What has to be exchanged so that some members go and others come, whose texts `text_of` knows.
    pub fn change<T>(
        &self,
        stays: &dyn Fn(usize) -> bool,
        arrivals: &Arrivals<T>,
        text_of: &mut dyn FnMut(&T, Option<&KeyEntry>) -> String,
    ) -> Option<Vec<Exchange>> {
        let members = self.members;
        let mut exchanges = Vec::new();
        let last_stays = (0..members.len()).rev().find(|index| stays(*index));
        let last_comes = arrivals.last_key_value().map(|(above, _)| *above);
        let ends_with_a_new_one = last_comes.is_some_and(|above| above >= last_stays);
        // Some write a comma behind the last member, too.
        let ends_with_a_comma = members.last().is_some_and(|last| self.comma(last).is_some());
        for (index, member) in members.iter().enumerate() {
            let comma = self.comma(member);
            if !stays(index) {
                exchanges.push(Exchange::departure(self.with_space_before(member)..self.end_of(member)));
                continue;
            }
            let needs_one = Some(index) != last_stays || ends_with_a_new_one || ends_with_a_comma;
            match (comma, needs_one) {
                (Some(comma), false) => exchanges.push(Exchange::new(comma..comma + 1, String::new())),
                (None, true) => exchanges.push(Exchange::new(member.end()..member.end(), ",".to_owned())),
                _ => {}
            }
        }
        for (above, entries) in arrivals {
            let at = match above {
                Some(above) => self.end_of(&members[*above]),
                None => self.end_of_line_comment(self.body?),
            };
            let beside = above.map_or(members.first(), |above| members.get(above));
            let space = match beside {
                Some(beside) => self.space_at(above.as_ref(), beside),
                None => "",
            };
            let is_first_without_space = above.is_none() && space.is_empty() && last_stays.is_some();
            let behind = if is_first_without_space { self.gap } else { "" };
            let is_last = *above >= last_stays && Some(*above) == last_comes;
            for (index, entry) in entries.iter().enumerate() {
                let is_end = is_last && index + 1 == entries.len();
                let comma = if is_end && !ends_with_a_comma { "" } else { "," };
                let new = format!("{space}{}{comma}{behind}", text_of(entry, beside));
                exchanges.push(Exchange::new(at..at, new));
            }
        }
        Some(exchanges)
    }

    /// The space in front of a new member, as it is in front of others.
    fn space_at(&self, above: Option<&usize>, beside: &KeyEntry) -> &str {
        let of = |member: &KeyEntry| &self.side.text[self.with_space_before(member)..member.start()];
        match (above, self.members) {
            // What stands behind an opening bracket says nothing about what stands behind a comma.
            (Some(0), [_, second, ..]) if !self.gap.is_empty() => of(second),
            (Some(0), [_]) if !self.gap.is_empty() && !of(beside).contains('\n') => self.gap,
            _ => of(beside),
        }
    }

    /// Where the comma behind a member stands.
    fn comma(&self, member: &KeyEntry) -> Option<usize> {
        let comments = &self.side.sheet.comments;
        let mut at = member.end();
        let mut next = comments.partition_point(|comment| comment.start < at);
        loop {
            let rest = &self.side.text[at..];
            let space = rest.len() - rest.trim_start().len();
            match comments.get(next) {
                Some(comment) if comment.start == at + space => (at, next) = (comment.end, next + 1),
                _ => return rest[space..].starts_with(',').then_some(at + space),
            }
        }
    }

    /// Where a member ends with its comma and the comment that stands behind it in its line.
    fn end_of(&self, member: &KeyEntry) -> usize {
        self.end_of_line_comment(self.comma(member).map_or(member.end(), |comma| comma + 1))
    }

    fn end_of_line_comment(&self, at: usize) -> usize {
        let text = self.side.text;
        let rest = &text[at..];
        let start = at + rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let comments = &self.side.sheet.comments;
        let found = comments.binary_search_by_key(&start, |comment| comment.start);
        let ends_the_line = |comment: &&Range<usize>| {
            let behind = text[comment.end..].trim_start_matches([' ', '\t', '\r']);
            behind.is_empty() || behind.starts_with('\n')
        };
        found.ok().map(|found| &comments[found]).filter(ends_the_line).map_or(at, |comment| comment.end)
    }

    /// Where the space before a member begins.
    fn with_space_before(&self, member: &KeyEntry) -> usize {
        self.side.text[..member.start()].trim_end().len()
    }
}
