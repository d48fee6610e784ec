//! Edits the members of a JSON object, with a comma where one is needed and none where not.

use std::ops::Range;

use super::edit::{Arrivals, Exchange, Side};
use super::sheet::{Entry, Group};

/// An object, and the text that it stands in.
pub(super) struct Members<'a> {
    pub mine: Side<'a>,
    pub group: &'a Group,
}

impl Members<'_> {
    /// What has to be exchanged so that some members go and others come, whose texts `text_of` knows.
    pub fn change(
        &self,
        stays: &dyn Fn(&Entry) -> bool,
        arrivals: &Arrivals<'_>,
        text_of: &mut dyn FnMut(&Entry, Option<&Entry>) -> String,
    ) -> Option<Vec<Exchange>> {
        let members = &self.group.entries;
        let mut exchanges = Vec::new();
        let last_stays = members.iter().rposition(stays);
        let last_comes = arrivals.last_key_value().map(|(above, _)| *above);
        let ends_with_a_new_one = last_comes.is_some_and(|above| above >= last_stays);
        // Some write a comma behind the last member, too.
        let ends_with_a_comma = members.last().is_some_and(|last| self.comma(last).is_some());
        for (index, member) in members.iter().enumerate() {
            let comma = self.comma(member);
            if !stays(member) {
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
                None => self.end_of_line_comment(self.group.body?),
            };
            let beside = above.map_or(members.first(), |above| members.get(above));
            let space = match beside {
                Some(beside) => &self.mine.text[self.with_space_before(beside)..beside.start()],
                None => "",
            };
            let is_last = *above >= last_stays && Some(*above) == last_comes;
            for (index, entry) in entries.iter().enumerate() {
                let is_end = is_last && index + 1 == entries.len();
                let comma = if is_end && !ends_with_a_comma { "" } else { "," };
                let new = format!("{space}{}{comma}", text_of(entry, beside));
                exchanges.push(Exchange::new(at..at, new));
            }
        }
        Some(exchanges)
    }

    /// Where the comma behind a member stands.
    fn comma(&self, member: &Entry) -> Option<usize> {
        let comments = &self.mine.sheet.comments;
        let mut at = member.end();
        let mut next = comments.partition_point(|comment| comment.start < at);
        loop {
            let rest = &self.mine.text[at..];
            let space = rest.len() - rest.trim_start().len();
            match comments.get(next) {
                Some(comment) if comment.start == at + space => (at, next) = (comment.end, next + 1),
                _ => return rest[space..].starts_with(',').then_some(at + space),
            }
        }
    }

    /// Where a member ends with its comma and the comment that stands behind it in its line.
    fn end_of(&self, member: &Entry) -> usize {
        self.end_of_line_comment(self.comma(member).map_or(member.end(), |comma| comma + 1))
    }

    fn end_of_line_comment(&self, at: usize) -> usize {
        let text = self.mine.text;
        let rest = &text[at..];
        let start = at + rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let comments = &self.mine.sheet.comments;
        let found = comments.binary_search_by_key(&start, |comment| comment.start);
        let ends_the_line = |comment: &&Range<usize>| {
            let behind = text[comment.end..].trim_start_matches([' ', '\t', '\r']);
            behind.is_empty() || behind.starts_with('\n')
        };
        found.ok().map(|found| &comments[found]).filter(ends_the_line).map_or(at, |comment| comment.end)
    }

    /// Where the space before a member begins.
    fn with_space_before(&self, member: &Entry) -> usize {
        self.mine.text[..member.start()].trim_end().len()
    }
}
