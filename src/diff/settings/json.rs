//! Reads JSON with the place of each value, with comments and with commas behind the last value, which many programs
//! allow in their settings.
//!
//! Whether it is JSON otherwise is for the reader that everybody uses: it gets the text with the comments and these
//! commas painted over.

use std::ops::Range;

use serde::de::IgnoredAny;

use super::sheet::{Form, KeyEntry, KeyGroup, List, ParseBudget, ParseDoubt, ParsedValue, Sheet};

/// # Errors
/// If the text is no JSON, or names a key twice.
pub(super) fn read(text: &str) -> Result<Sheet, ParseDoubt> {
    let mut reader =
        JsonReader { text, plain: text.into(), at: 0, comments: Vec::new(), budget: ParseBudget::default() };
    reader.skip_space()?;
    let begin = reader.at;
    let said = reader.value(0)?;
    let root = KeyEntry::new(String::new(), said, begin..reader.at, begin..reader.at);
    reader.skip_space()?;
    if reader.at < text.len() {
        return Err(ParseDoubt::new(reader.at, "continues after the end"));
    }
    let comments = reader.comments;
    let plain = String::from_utf8(reader.plain).map_err(|_| no_json(0))?;
    match serde_json::from_str::<IgnoredAny>(&plain) {
        Ok(_) => Ok(Sheet::new(text, vec![root], comments, Vec::new())),
        Err(error) => {
            let line = text.split_inclusive('\n').take(error.line().saturating_sub(1));
            Err(no_json(line.map(str::len).sum()))
        }
    }
}

fn no_json(at: usize) -> ParseDoubt {
    ParseDoubt::new(at, "isn't JSON")
}

struct JsonReader<'a> {
    text: &'a str,
    /// The text with all that is painted over so far.
    plain: Vec<u8>,
    at: usize,
    comments: Vec<Range<usize>>,
    budget: ParseBudget,
}

impl JsonReader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Goes on to what is neither space nor comment.
    fn skip_space(&mut self) -> Result<(), ParseDoubt> {
        loop {
            let rest = &self.text[self.at..];
            let start = self.at;
            if rest.starts_with([' ', '\t', '\n', '\r']) {
                self.at += 1;
                continue;
            } else if rest.starts_with("//") {
                self.at += rest.find(['\n', '\r']).unwrap_or(rest.len());
            } else if rest.starts_with("/*") {
                let end = rest.find("*/").ok_or(ParseDoubt::new(start, "begins a comment without an end"))?;
                self.at += end + 2;
            } else {
                return Ok(());
            }
            self.paint(start..self.at);
            self.comments.push(start..self.at);
        }
    }

    fn paint(&mut self, range: Range<usize>) {
        let is_end = |byte: u8| matches!(byte, b'\n' | b'\r');
        self.plain[range].iter_mut().filter(|byte| !is_end(**byte)).for_each(|byte| *byte = b' ');
    }

    fn value(&mut self, depth: usize) -> Result<ParsedValue, ParseDoubt> {
        self.budget.spend(self.at, depth)?;
        let begin = self.at;
        match self.peek() {
            Some(b'{') => Ok(ParsedValue::Group(self.object(depth)?)),
            Some(b'[') => self.list(depth),
            Some(b'"') => {
                self.skip_text();
                Ok(ParsedValue::Value(self.text[begin..self.at].to_owned()))
            }
            _ => {
                let rest = &self.text[begin..];
                let is_end =
                    |c: char| c.is_ascii_whitespace() || matches!(c, ',' | ':' | '[' | ']' | '{' | '}' | '/');
                self.at += rest.find(is_end).unwrap_or(rest.len());
                if self.at == begin {
                    return Err(no_json(begin));
                }
                Ok(ParsedValue::Value(self.text[begin..self.at].to_owned()))
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<KeyGroup, ParseDoubt> {
        self.at += 1;
        let mut group = KeyGroup::new(Some(self.at)).written(Form::Brackets);
        self.skip_space()?;
        while self.peek() != Some(b'}') {
            let start = self.at;
            if self.peek() != Some(b'"') {
                return Err(no_json(start));
            }
            self.skip_text();
            let name = start..self.at;
            let key: String = serde_json::from_str(&self.text[name.clone()]).map_err(|_| no_json(start))?;
            self.skip_space()?;
            if self.peek() != Some(b':') {
                return Err(no_json(self.at));
            }
            self.at += 1;
            self.skip_space()?;
            let begin = self.at;
            let said = self.value(depth + 1)?;
            group.add(KeyEntry::new(key, said, begin..self.at, start..self.at).named(name))?;
            self.next(b'}')?;
        }
        self.at += 1;
        Ok(group)
    }

    fn list(&mut self, depth: usize) -> Result<ParsedValue, ParseDoubt> {
        self.at += 1;
        let mut list = List { form: Form::Brackets, body: Some(self.at), ..List::default() };
        self.skip_space()?;
        while !matches!(self.peek(), Some(b']')) {
            let begin = self.at;
            let said = self.value(depth + 1)?;
            list.elements.push(KeyEntry::new(String::new(), said, begin..self.at, begin..self.at));
            self.next(b']')?;
        }
        self.at += 1;
        Ok(ParsedValue::List(list))
    }

    /// Goes over the comma behind a value, or stops at the end of what it is in.
    fn next(&mut self, end: u8) -> Result<(), ParseDoubt> {
        self.skip_space()?;
        match self.peek() {
            Some(b',') => {
                let comma = self.at;
                self.at += 1;
                self.skip_space()?;
                if self.peek() == Some(end) {
                    self.paint(comma..comma + 1);
                }
                Ok(())
            }
            Some(byte) if byte == end => Ok(()),
            _ => Err(no_json(self.at)),
        }
    }

    fn skip_text(&mut self) {
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at = (self.at + if byte == b'\\' { 2 } else { 1 }).min(self.text.len());
            if byte == b'"' {
                break;
            }
        }
    }
}
