//! Reads INI files with the place of each value. There are many kinds of them; what means different things in two of
//! them is not read, or is one value that is only taken as a whole.

use std::collections::HashSet;
use std::ops::Range;

use super::sheet::{
    KeyEntry, KeyGroup, List, ParseBudget, ParseDoubt, ParsedValue, Sheet, TWICE, line_end, lines,
    lone_carriage_return,
};

/// What a text is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// What many programs call INI.
    Many,
    /// What systemd reads: large and small letters are two things, and a key may be there several times.
    Unit,
}

const GOES_ON: &str = "may continue on the next line";

/// Whether a text that could be many things is this one: its first line that is no comment is the name of a section.
pub(super) fn begins_with_a_section(text: &str) -> bool {
    let mut said = text.lines().map(str::trim).filter(|line| !line.is_empty() && !is_comment(line));
    said.next().is_some_and(|line| line.starts_with('[') && line.ends_with(']'))
}

fn is_comment(line: &str) -> bool {
    line.starts_with([';', '#'])
}

/// # Errors
/// If a line is neither a section, nor a key, nor a comment, or means one thing here and another there.
pub(super) fn read(text: &str, dialect: Dialect) -> Result<Sheet, ParseDoubt> {
    lone_carriage_return(text)?;
    let control = |c: char| c.is_control() && !matches!(c, '\t' | '\r' | '\n');
    if let Some(at) = text.find(control) {
        return Err(ParseDoubt::new(at, "has a control character"));
    }
    let mut reader = IniReader {
        text,
        dialect,
        root: KeyGroup::new(Some(0)),
        section: None,
        is_further: false,
        indent: None,
        last: None,
        goes_on: false,
        doubts: Vec::new(),
        sections: HashSet::new(),
        keys: HashSet::new(),
        comments: Vec::new(),
        budget: ParseBudget::default(),
    };
    for (start, line) in lines(text) {
        reader.line(start, line)?;
    }
    reader.end_section();
    Ok(Sheet::of_one(text, reader.root, reader.comments, reader.doubts))
}

struct IniReader<'a> {
    text: &'a str,
    dialect: Dialect,
    root: KeyGroup,
    section: Option<KeyEntry>,
    /// Whether there was one of this name before it.
    is_further: bool,
    /// How far the keys of this section are indented.
    indent: Option<usize>,
    /// The key that an indented line would belong to.
    last: Option<String>,
    /// Whether the line above ends with a backslash, so that this one belongs to it for some programs.
    goes_on: bool,
    doubts: Vec<ParseDoubt>,
    /// The names of sections so far; to many programs, large and small letters are the same.
    sections: HashSet<String>,
    /// The keys of this section so far.
    keys: HashSet<String>,
    comments: Vec<Range<usize>>,
    budget: ParseBudget,
}

impl IniReader<'_> {
    fn line(&mut self, start: usize, line: &str) -> Result<(), ParseDoubt> {
        let bare = line.trim();
        let begin = start + line.len() - line.trim_start().len();
        let indent = line.chars().take_while(|c| c.is_whitespace()).count();
        if bare.is_empty() {
            return Ok(());
        }
        if is_comment(bare) {
            self.comments.push(begin..begin + bare.len());
            return Ok(());
        }
        self.budget.spend(start, 1)?;
        let is_more = self.goes_on;
        self.goes_on = bare.ends_with('\\');
        if is_more {
            let last = self.last.clone().ok_or(ParseDoubt::new(start, "belongs to no key"))?;
            return self.goes_on(&last, begin..begin + bare.len());
        }
        if let Some(last) = self.last.clone()
            && self.dialect == Dialect::Many
            && self.indent.is_some_and(|keys| indent > keys)
        {
            return self.goes_on(&last, begin..begin + bare.len());
        }
        if let Some(name) = bare.strip_prefix('[') {
            if indent > 0 {
                return Err(ParseDoubt::new(start, "has an indented section"));
            }
            let name =
                name.strip_suffix(']').ok_or(ParseDoubt::new(start, "has a section without an end"))?;
            self.begin_section(name.trim(), start);
            return Ok(());
        }
        if *self.indent.get_or_insert(indent) != indent && self.dialect == Dialect::Many {
            return Err(ParseDoubt::new(start, "is indented differently from the keys around it"));
        }
        if self.goes_on && self.dialect == Dialect::Many {
            return Err(ParseDoubt::new(start, GOES_ON));
        }
        self.key(start, begin, bare)
    }

    fn key(&mut self, start: usize, begin: usize, bare: &str) -> Result<(), ParseDoubt> {
        // A word alone is a key without a value, which is not the same as an empty one.
        let sign = bare.find(|c| c == '=' || c == ':' && self.dialect == Dialect::Many);
        let name = bare[..sign.unwrap_or(bare.len())].trim_end();
        if name.is_empty() {
            return Err(ParseDoubt::new(start, "has no key"));
        }
        let value = sign.map_or("", |sign| bare[sign + 1..].trim_start());
        let said = if sign.is_some() { format!("={value}") } else { String::new() };
        let whole = start..line_end(self.text, start);
        self.last = None;
        // For some programs such a line is a word with an argument, for others a key with blanks in it.
        if let Some((word, _)) = name.split_once(char::is_whitespace) {
            self.line_of_words(format!("{word} …"), format!("{name}{said}"), whole);
            return Ok(());
        }
        let end = begin + bare.len();
        let mut entry =
            KeyEntry::new(name.to_owned(), ParsedValue::Value(said), end - value.len()..end, whole);
        entry.name = begin..begin + name.len();
        entry.is_inline = sign.is_some();
        entry.doubt = self.goes_on.then_some(GOES_ON);
        self.last = entry.is_inline.then(|| name.to_owned());
        self.add(entry, start);
        Ok(())
    }

    /// A key that is there already makes a list of it.
    fn add(&mut self, entry: KeyEntry, at: usize) {
        let is_new = self.is_new(&entry.key, at);
        let compared = self.as_compared(&entry.key);
        let group = self.group();
        if is_new || group.get(&entry.key).is_none() {
            if !is_new {
                group.doubt = group.doubt.or(Some(TWICE));
                group.add_further(Some(&compared), format!("{}{}", entry.key, entry.said.spell()));
            }
            group.push(entry);
        } else if let Some(first) = group.get_mut(&entry.key) {
            first.also(entry);
        }
    }

    /// All lines that begin with the same word are one list.
    fn line_of_words(&mut self, key: String, line: String, whole: Range<usize>) {
        self.is_new(&line, whole.start);
        let group = self.group();
        let element = KeyEntry::new(key.clone(), ParsedValue::Value(line), whole.clone(), whole.clone());
        match group.get_mut(&key) {
            Some(words) => words.also(element),
            None => {
                let list = List { elements: vec![element], ..List::default() };
                let mut words = KeyEntry::new(key, ParsedValue::List(list), whole.clone(), whole);
                words.is_inline = false;
                words.doubt =
                    Some("is a key with blanks to some programs, and a word with more behind it to others");
                group.push(words);
            }
        }
    }

    /// An indented line below a key goes on with its value for some programs; to others the whole is a piece of text
    /// that stays together.
    fn goes_on(&mut self, key: &str, line: Range<usize>) -> Result<(), ParseDoubt> {
        let (text, at) = (self.text, line.start);
        let end = line_end(text, line.end);
        let entry = self.group().get_mut(key).ok_or(ParseDoubt::new(at, "belongs to no key"))?;
        let entry = match &mut entry.said {
            ParsedValue::List(list) if !list.elements.is_empty() => {
                if let Some(piece) = entry.pieces.last_mut() {
                    piece.end = end;
                }
                list.elements.last_mut().ok_or(ParseDoubt::new(at, "belongs to no key"))?
            }
            _ => entry,
        };
        let whole = entry.start()..end;
        // Empty lines between the lines of a value are part of it.
        let between = text[entry.value.end..at].matches('\n').count();
        if let ParsedValue::Value(value) = &mut entry.said {
            value.extend(std::iter::repeat_n('\n', between));
            value.push_str(&text[line.clone()]);
        }
        (entry.value, entry.is_inline, entry.pieces) = (entry.value.start..line.end, false, vec![whole]);
        Ok(())
    }

    fn begin_section(&mut self, name: &str, start: usize) {
        self.end_section();
        if !self.sections.insert(self.as_compared(name)) {
            self.doubts.push(ParseDoubt::twice(start));
            self.root.doubt = Some(TWICE);
            self.is_further = true;
        }
        let whole = start..line_end(self.text, start);
        let group = KeyGroup::new(Some(whole.end));
        let mut section = KeyEntry::new(name.to_owned(), ParsedValue::Group(group), whole.clone(), whole);
        (section.is_inline, section.is_section) = (false, true);
        (self.section, self.indent, self.last) = (Some(section), None, None);
        self.keys = HashSet::new();
    }

    fn end_section(&mut self) {
        let Some(mut section) = self.section.take() else { return };
        if let ParsedValue::Group(group) = &section.said {
            let end = group.entries.iter().map(KeyEntry::end).max().unwrap_or(section.end());
            let whole = section.start()..end;
            section.pieces = vec![whole];
        }
        // A key above the first section may have the name of one.
        section.key = format!("[{}]", section.key);
        let compared = self.as_compared(&section.key);
        if std::mem::take(&mut self.is_further) {
            self.root.add_further(Some(&compared), format!("{}{}", section.key, section.said.spell()));
        }
        if self.root.get(&section.key).is_none() {
            self.root.push(section);
        }
    }

    fn as_compared(&self, name: &str) -> String {
        if self.dialect == Dialect::Unit { name.to_owned() } else { name.to_lowercase() }
    }

    /// Whether this name is there for the first time in this section.
    fn is_new(&mut self, name: &str, at: usize) -> bool {
        let is_new = self.keys.insert(self.as_compared(name));
        if !is_new && self.dialect == Dialect::Many {
            self.doubts.push(ParseDoubt::twice(at));
        }
        is_new
    }

    fn group(&mut self) -> &mut KeyGroup {
        match &mut self.section {
            Some(KeyEntry { said: ParsedValue::Group(group), .. }) => group,
            _ => &mut self.root,
        }
    }
}
