//! Finds the exchanges that make a text say something else, and leave all the rest of it as it is.
//!
//! Nothing here has to be right: what comes of it is read again and proven, or refused.

mod replace;

use std::collections::HashMap;
use std::ops::Range;

use super::path::{PathStep, named};
use super::print::{Behind, FileStyle, column};
use super::value::{Item, Value};
use super::why::OpMisfit;
use super::words::{Quotes, Unspelled};
use crate::diff::settings::{
    Arrivals, DoubtSubject, Exchange, Form, Format, KeyEntry, KeyGroup, List, Members, ParsedText,
    ParsedValue, line_end,
};

/// What an edit does to a text.
pub(super) struct FittedEdit<'a> {
    pub side: ParsedText<'a>,
    pub style: FileStyle,
    pub exchanges: Vec<Exchange>,
    /// Where values stood that are gone, with the comments in them.
    pub gone: Vec<Range<usize>>,
    at: Vec<PathStep>,
}

type Fits = Result<(), OpMisfit>;

impl<'a> FittedEdit<'a> {
    pub fn new(format: Format, side: ParsedText<'a>) -> Self {
        let style = FileStyle::new(format, side);
        Self { side, style, exchanges: Vec::new(), gone: Vec::new(), at: Vec::new() }
    }

    /// Makes a document say what it should.
    ///
    /// # Errors
    /// If a place of it cannot be edited alone.
    pub fn document(&mut self, document: &'a KeyEntry, before: &Value, after: &Value) -> Fits {
        self.entry(document, Form::Lines, before, after)
    }

    fn format(&self) -> Format {
        self.style.format
    }

    fn name(&self) -> String {
        named(&self.at)
    }

    fn no<T>(&self, at: usize, why: &'static str) -> Result<T, OpMisfit> {
        let line = self.side.text.as_bytes()[..at].iter().filter(|&&byte| byte == b'\n').count() + 1;
        Err(OpMisfit::Place { at: self.name(), line, why })
    }

    fn spelled<T>(&self, spelled: Result<T, Unspelled>) -> Result<T, OpMisfit> {
        spelled.map_err(|why| OpMisfit::Unspelled { at: self.name(), why })
    }

    fn exchange(&mut self, range: Range<usize>, new: &str) {
        let new = if self.style.ends == "\n" { new.to_owned() } else { new.replace('\n', self.style.ends) };
        self.exchanges.push(Exchange::new(range, new));
    }

    /// One entry of a group or a list with this form.
    fn entry(&mut self, entry: &'a KeyEntry, form: Form, before: &Value, after: &Value) -> Fits {
        if before.says(after) {
            return Ok(());
        }
        if let Some(why) = entry.doubt {
            return self.no(entry.start(), why);
        }
        match (&entry.said, before, after) {
            (ParsedValue::Group(group), Value::Map(old), Value::Map(new))
                if self.goes_into(group, old, new) =>
            {
                if let Some(why) = group.doubt {
                    return self.no(entry.start(), why);
                }
                self.group(entry, group, old, new)
            }
            (ParsedValue::List(list), Value::List(old), Value::List(new))
                if new.iter().any(|item| item.was.is_some()) =>
            {
                self.list(entry, list, old, new)
            }
            // Where a key is there several times, one that is there once is a list of one.
            (ParsedValue::Value(_), Value::Text(_), Value::List(new))
                if self.format() == Format::Unit && new.iter().any(|item| item.was == Some(0)) =>
            {
                self.lines_beside(entry, new)
            }
            _ => self.replace(entry, form, before, after),
        }
    }

    /// Whether a group can be edited key by key.
    fn goes_into(&self, group: &KeyGroup, old: &[(String, Value)], new: &[(String, Value)]) -> bool {
        let is_bare = group.form == Form::Lines && self.format() == Format::Yaml;
        match group.entries.is_empty() {
            true => group.form == Form::Lines && !is_bare,
            // Of a mapping without brackets, one key has to stay.
            false if is_bare => {
                let keys: std::collections::HashSet<&str> = new.iter().map(|(key, _)| key.as_str()).collect();
                old.iter().any(|(key, _)| keys.contains(key.as_str()))
            }
            false => true,
        }
    }

    fn group(
        &mut self,
        entry: &'a KeyEntry,
        group: &'a KeyGroup,
        old: &[(String, Value)],
        new: &[(String, Value)],
    ) -> Fits {
        let wanted: HashMap<&str, &Value> = new.iter().map(|(key, value)| (key.as_str(), value)).collect();
        let known: HashMap<&str, usize> =
            old.iter().enumerate().map(|(i, (key, _))| (key.as_str(), i)).collect();
        let stays: Vec<bool> = old.iter().map(|(key, _)| wanted.contains_key(key.as_str())).collect();
        for (member, (key, before)) in group.entries.iter().zip(old) {
            if let Some(after) = wanted.get(key.as_str()) {
                self.at.push(PathStep::Key(key.clone()));
                self.entry(member, group.form, before, after)?;
                self.at.pop();
            }
        }
        let coming: Vec<&(String, Value)> =
            new.iter().filter(|(key, _)| !known.contains_key(key.as_str())).collect();
        if group.form != Form::Lines {
            return self.members(group, &stays, &coming);
        }
        for (index, member) in group.entries.iter().enumerate().filter(|(index, _)| !stays[*index]) {
            self.at.push(PathStep::Key(old[index].0.clone()));
            self.depart(member, group.entries.get(index + 1), old.len())?;
            self.at.pop();
        }
        for (key, value) in coming {
            self.at.push(PathStep::Key(key.clone()));
            self.arrive(entry, group, &stays, key, value)?;
            self.at.pop();
        }
        Ok(())
    }

    /// Members of a group in brackets.
    fn members(&mut self, group: &'a KeyGroup, stays: &[bool], coming: &[&(String, Value)]) -> Fits {
        if stays.iter().all(|stays| *stays) && coming.is_empty() {
            return Ok(());
        }
        if group.body.is_none() {
            let at = group.entries.first().map_or(0, KeyEntry::start);
            return self.no(at, "has keys without brackets of their own");
        }
        for (member, _) in group.entries.iter().zip(stays).filter(|(_, stays)| !**stays) {
            self.may_go(member)?;
        }
        let last = stays.iter().rposition(|stays| *stays);
        let mut texts = Vec::new();
        for (key, value) in coming {
            self.at.push(PathStep::Key(key.clone()));
            let beside = last.map_or(group.entries.first(), |last| group.entries.get(last));
            let name = self.spelled(self.style.key_and_sign(key, true))?;
            texts.push(name + &self.in_brackets(value, beside)?);
            self.at.pop();
        }
        self.in_members(&group.entries, group.body, stays, Arrivals::from([(last, texts)]))
    }

    /// A new value in brackets, beside this one.
    fn in_brackets(&self, value: &Value, beside: Option<&KeyEntry>) -> Result<String, OpMisfit> {
        let is_in_lines = beside.is_some_and(|beside| {
            let above = &self.side.text[..beside.start()];
            above[above.trim_end().len()..].contains('\n')
        });
        self.spelled(match beside {
            Some(beside) if self.style.is_expanded && is_in_lines => {
                self.style.expanded(value, self.side.indent(beside), Quotes::Any)
            }
            _ => self.style.inline(value, Quotes::Any),
        })
    }

    fn in_members(
        &mut self,
        members: &'a [KeyEntry],
        body: Option<usize>,
        stays: &[bool],
        mut arrivals: Arrivals<String>,
    ) -> Fits {
        arrivals.retain(|_, texts| !texts.is_empty());
        let ends = self.style.ends;
        let members = Members { side: self.side, members, body, gap: self.style.gap() };
        let mut text_of = |text: &String, _: Option<&KeyEntry>| text.replace('\n', ends);
        let exchanges = members.change(&|index| stays[index], &arrivals, &mut text_of);
        let exchanges = exchanges.ok_or(OpMisfit::Unproven("there is no place for the new value"))?;
        let gone = exchanges.iter().filter(|exchange| exchange.is_departure);
        self.gone.extend(gone.map(|exchange| exchange.range.clone()));
        self.exchanges.extend(exchanges);
        Ok(())
    }

    /// Whether all of an entry may go: nothing else in the file may depend on it.
    fn may_go(&self, entry: &KeyEntry) -> Fits {
        if let Some(why) = entry.doubt {
            return self.no(entry.start(), why);
        }
        let is_inside = |at: usize| entry.pieces.iter().any(|piece| piece.contains(&at));
        match self
            .side
            .sheet
            .doubts
            .iter()
            .find(|doubt| doubt.about != DoubtSubject::Name && is_inside(doubt.at))
        {
            Some(doubt) => self.no(doubt.at, doubt.why),
            None => Ok(()),
        }
    }

    /// An entry with lines of its own goes.
    fn depart(&mut self, entry: &'a KeyEntry, next: Option<&KeyEntry>, siblings: usize) -> Fits {
        self.may_go(entry)?;
        let text = self.side.text;
        let line = self.side.sheet.line_start(entry.name.start);
        let is_first_in_line =
            self.format() != Format::Yaml || text[line..entry.name.start].trim().is_empty();
        if !is_first_in_line {
            // The sign of an element stands before its first key: the next one comes up to it.
            let Some(next) = next.filter(|_| siblings > 1) else {
                return self.no(entry.start(), "shares its line with what it stands in");
            };
            let range = entry.name.start..next.name.start;
            self.gone.push(entry.name.start..line_end(text, entry.end().saturating_sub(1)));
            self.exchanges.push(Exchange::departure(range));
            return Ok(());
        }
        for piece in &entry.pieces {
            let mut piece = piece.clone();
            self.gone.push(piece.clone());
            // The last line has no end; the one above has none instead.
            if piece.end == text.len() && !text.ends_with('\n') {
                let above = text[..piece.start].strip_suffix('\n').unwrap_or(&text[..piece.start]);
                piece.start = above.strip_suffix('\r').unwrap_or(above).len();
            }
            self.exchanges.push(Exchange::departure(piece));
        }
        Ok(())
    }

    /// A new key comes into a group with lines.
    fn arrive(
        &mut self,
        holder: &'a KeyEntry,
        group: &'a KeyGroup,
        stays: &[bool],
        key: &str,
        value: &Value,
    ) -> Fits {
        let has_sections = matches!(self.format(), Format::Ini | Format::Toml | Format::Unit);
        if has_sections
            && let Value::Map(entries) = value
            && group.body.is_some()
        {
            return self.section(holder, key, entries);
        }
        let is_beside = |index: &usize| stays[*index] && !group.entries[*index].is_section;
        let beside = (0..group.entries.len()).rev().find(is_beside).map(|index| &group.entries[index]);
        let (at, prefix) = match (beside, group.body) {
            (Some(beside), _) => (beside.end(), self.prefix(beside)),
            (None, Some(0)) => {
                let first = group.entries.iter().find(|entry| entry.is_section);
                (
                    first.map_or(self.side.text.len(), |first| self.above_comments(first.start())),
                    String::new(),
                )
            }
            (None, Some(body)) => (body, String::new()),
            (None, None) => return self.no(holder.start(), "has no line to put a key below"),
        };
        let text = match self.format() {
            Format::Yaml => {
                let rest = self.style.yaml_behind(value, prefix.len(), Behind::Key, Quotes::Any);
                format!("{prefix}{}:{}\n", self.spelled(self.style.key(key, false))?, self.spelled(rest)?)
            }
            _ => self.spelled(self.style.line(key, value, &prefix))?,
        };
        self.insert_lines(at, &text);
        Ok(())
    }

    /// What stands before a key in its line, for a line below it.
    fn prefix(&self, beside: &KeyEntry) -> String {
        match self.format() {
            Format::Yaml => " ".repeat(column(self.side, beside.name.start)),
            _ => self.side.text[self.side.sheet.line_start(beside.name.start)..beside.name.start].to_owned(),
        }
    }

    /// Where the comments right above a line begin.
    fn above_comments(&self, start: usize) -> usize {
        let mut begin = start;
        while let Some(comment) = self.side.comment_above(begin) {
            begin = self.side.sheet.line_start(comment.start);
        }
        begin
    }

    /// Whole lines come in; below a last line without an end, the new ones have none instead.
    fn insert_lines(&mut self, at: usize, lines: &str) {
        if at == 0 || self.side.text[..at].ends_with('\n') {
            self.exchange(at..at, lines);
        } else {
            self.exchange(at..at, &format!("\n{}", lines.trim_end_matches('\n')));
        }
    }

    /// A new section below all that its group is made of.
    fn section(&mut self, holder: &'a KeyEntry, key: &str, entries: &[(String, Value)]) -> Fits {
        let heading = match self.format() {
            Format::Toml => self.heading()?,
            _ => self.spelled(self.style.key(key, false))?,
        };
        let lines = self.spelled(self.style.section_lines(entries, ""))?;
        let end = holder.end();
        let above = &self.side.text[..end];
        let gap = if above.trim().is_empty() || above.ends_with("\n\n") || above.ends_with("\n\r\n") {
            ""
        } else {
            "\n"
        };
        self.insert_lines(end, &format!("{gap}[{heading}]\n{lines}"));
        Ok(())
    }

    /// The name of the table that the keys so far lead to.
    fn heading(&self) -> Result<String, OpMisfit> {
        let keys = self.at.iter().filter_map(|step| match step {
            PathStep::Key(key) => Some(self.style.key(key, false)),
            PathStep::Index(_) => None,
        });
        Ok(self.spelled(keys.collect::<Result<Vec<_>, _>>())?.join("."))
    }

    fn list(&mut self, entry: &'a KeyEntry, list: &'a List, old: &[Item], new: &[Item]) -> Fits {
        let mut stays = vec![false; old.len()];
        let mut arrivals: Arrivals<&Value> = Arrivals::new();
        let last_kept = new.iter().rposition(|item| item.was.is_some());
        let mut above = None;
        for (index, item) in new.iter().enumerate() {
            // What comes behind all others stands where the last one stood, be that one gone or not.
            if list.form == Form::Lines && last_kept.is_none_or(|last| index > last) {
                above = old.len().checked_sub(1);
            }
            match item.was {
                Some(was) => {
                    stays[was] = true;
                    above = Some(was);
                    self.at.push(PathStep::Index(was));
                    self.entry(&list.elements[was], list.form, &old[was].value, &item.value)?;
                    self.at.pop();
                }
                None => arrivals.entry(above).or_default().push(&item.value),
            }
        }
        if list.form == Form::Lines {
            return self.list_of_lines(entry, list, &stays, &arrivals);
        }
        if stays.iter().all(|stays| *stays) && arrivals.is_empty() {
            return Ok(());
        }
        for (element, _) in list.elements.iter().zip(&stays).filter(|(_, stays)| !**stays) {
            self.may_go(element)?;
        }
        let mut texts = Arrivals::new();
        for (above, values) in arrivals {
            let beside = above.map_or(list.elements.first(), |above| list.elements.get(above));
            let spelled: Result<Vec<_>, _> =
                values.iter().map(|value| self.in_brackets(value, beside)).collect();
            texts.insert(above, spelled?);
        }
        self.in_members(&list.elements, list.body, &stays, texts)
    }

    fn list_of_lines(
        &mut self,
        entry: &'a KeyEntry,
        list: &'a List,
        stays: &[bool],
        arrivals: &Arrivals<&Value>,
    ) -> Fits {
        for (index, element) in list.elements.iter().enumerate().filter(|(index, _)| !stays[*index]) {
            self.at.push(PathStep::Index(index));
            self.depart(element, list.elements.get(index + 1), stays.len())?;
            self.at.pop();
        }
        for (above, values) in arrivals {
            let beside = &list.elements[above.unwrap_or(0)];
            let line = self.side.sheet.line_start(beside.name.start);
            let at = match above {
                Some(_) => beside.end(),
                None if self.side.text[line..beside.name.start].trim().is_empty() => {
                    self.above_comments(beside.start())
                }
                None => return self.no(beside.start(), "shares its line with what it stands in"),
            };
            let mut lines = String::new();
            for value in values {
                lines.push_str(&self.element_lines(entry, beside, value)?);
            }
            self.insert_lines(at, &lines);
        }
        Ok(())
    }

    fn element_lines(&self, entry: &KeyEntry, beside: &KeyEntry, value: &Value) -> Result<String, OpMisfit> {
        let prefix = self.prefix(beside);
        match (self.format(), value) {
            (Format::Yaml, _) => {
                let rest = self.style.yaml_behind(value, prefix.len(), Behind::Dash, Quotes::Any);
                Ok(format!("{prefix}-{}\n", self.spelled(rest)?))
            }
            (Format::Toml, Value::Map(entries)) => {
                let lines = self.spelled(self.style.section_lines(entries, ""))?;
                Ok(format!("\n[[{}]]\n{lines}", self.heading()?))
            }
            (Format::Ini | Format::Unit, _) => self.spelled(self.style.line(&entry.key, value, &prefix)),
            _ => self.no(beside.start(), "is a list that such a value cannot come into"),
        }
    }

    /// More lines with the key of an entry that was there once.
    fn lines_beside(&mut self, entry: &'a KeyEntry, new: &[Item]) -> Fits {
        let prefix = self.prefix(entry);
        let place = new.iter().position(|item| item.was == Some(0)).unwrap_or(0);
        for (items, at) in [(&new[..place], entry.start()), (&new[place + 1..], entry.end())] {
            for item in items {
                let line = self.spelled(self.style.line(&entry.key, &item.value, &prefix))?;
                self.insert_lines(at, &line);
            }
        }
        Ok(())
    }
}
