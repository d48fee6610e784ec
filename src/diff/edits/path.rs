//! Paths that lead to one value of a file: `image.tag`, `containers[name=web].env[]`, `"a.b/c".d`, `list[=x]`,
//! `list[0]`. In property and environment files all of a path is one key.
//!
//! JSON pointers (RFC 6901) are paths, too; whether one of their parts is a key or an index shows at the value.

use std::fmt;

use super::value::{Item, Value};
use super::why::OpMisfit;
use super::work::EditBudget;
use crate::diff::settings::Format;

/// Longest path and most of its parts. Real ones have a dozen.
const MAX_PATH_BYTES: usize = 4096;
const MAX_PARTS: usize = 64;

/// A path as somebody wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    parts: Vec<PathSegment>,
    /// Whether a key that is there once is a list of one.
    lists_of_lines: bool,
    spelled: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum PathSegment {
    Key(String),
    Index(usize),
    /// The one element whose value below these keys is this; without keys, the element itself.
    Pick {
        keys: Vec<String>,
        is: String,
    },
    /// Behind the last element.
    End,
    /// A part of a JSON pointer.
    Token(String),
}

impl PathSegment {
    /// The place in a list that it names, if it names one.
    fn index(&self) -> Option<usize> {
        match self {
            PathSegment::Token(token) => index_of(token),
            PathSegment::Index(index) => Some(*index),
            _ => None,
        }
    }
}

/// Why a path is none, and after how many of its bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("character {} of the path: {why}", .at + 1)]
pub(crate) struct NoPath {
    at: usize,
    why: &'static str,
}

/// One step from a value to one inside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PathStep {
    Key(String),
    Index(usize),
}

/// Where a path leads in one value.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum PathLookup {
    /// To a value that is there.
    Here(Vec<PathStep>),
    /// Up to here, and on by keys that are not there.
    Missing { steps: Vec<PathStep>, keys: Vec<String> },
    /// To the place behind the last element of the list that is here.
    End(Vec<PathStep>),
}

impl Path {
    /// # Errors
    /// With the place of what is wrong.
    pub fn parse(spelled: &str, format: Format) -> Result<Self, NoPath> {
        let no = |at, why| Err(NoPath { at, why });
        if spelled.len() > MAX_PATH_BYTES {
            return no(MAX_PATH_BYTES, "it's longer than 4,096 bytes");
        }
        let is_one_key = matches!(format, Format::Env | Format::Properties);
        let parts = match is_one_key {
            true if spelled.is_empty() => return no(0, "a key is missing"),
            true => vec![PathSegment::Key(spelled.to_owned())],
            false => PathReader { text: spelled, at: 0 }.parts()?,
        };
        if parts.len() > MAX_PARTS {
            return no(spelled.len(), "it has more than 64 parts");
        }
        Ok(Self { parts, lists_of_lines: format == Format::Unit, spelled: spelled.to_owned() })
    }

    /// A JSON pointer.
    ///
    /// # Errors
    /// With the place of what is wrong.
    pub fn pointer(spelled: &str) -> Result<Self, NoPath> {
        let no = |at, why| Err(NoPath { at, why });
        if spelled.len() > MAX_PATH_BYTES {
            return no(MAX_PATH_BYTES, "it's longer than 4,096 bytes");
        }
        if !spelled.is_empty() && !spelled.starts_with('/') {
            return no(0, "a JSON pointer begins with \"/\"");
        }
        let mut parts = Vec::new();
        let mut at = 1;
        for token in spelled.split('/').skip(1) {
            let is_escape =
                |(index, _): (usize, char)| matches!(token.as_bytes().get(index + 1), Some(b'0' | b'1'));
            if let Some((index, _)) = token.char_indices().find(|(i, c)| *c == '~' && !is_escape((*i, *c))) {
                return no(at + index, "\"~\" is followed by 0 or 1 in a JSON pointer");
            }
            parts.push(PathSegment::Token(token.replace("~1", "/").replace("~0", "~")));
            at += token.len() + 1;
        }
        if parts.len() > MAX_PARTS {
            return no(spelled.len(), "it has more than 64 parts");
        }
        Ok(Self { parts, lists_of_lines: false, spelled: spelled.to_owned() })
    }

    pub fn spelled(&self) -> &str {
        &self.spelled
    }

    pub(super) fn ends_behind_a_list(&self) -> bool {
        matches!(self.parts.last(), Some(PathSegment::End))
    }

    /// Whether the path is a pointer of this one, or goes through what this pointer names.
    pub(super) fn is_below(&self, above: &Path) -> bool {
        self.parts.len() > above.parts.len() && self.parts.starts_with(&above.parts)
    }

    /// The same path, ending after some of its parts.
    pub(super) fn up_to(&self, parts: usize) -> Path {
        Path { parts: self.parts[..parts.min(self.parts.len())].to_vec(), spelled: String::new(), ..*self }
    }

    /// Which of its parts are bare indices, where it leads by these steps.
    pub(super) fn indices(&self, steps: &[PathStep]) -> Vec<usize> {
        let is_index = |(part, step): (&PathSegment, &PathStep)| {
            matches!(part, PathSegment::Index(_) | PathSegment::Token(_))
                && matches!(step, PathStep::Index(_))
        };
        let parts = self.parts.iter().zip(steps).enumerate();
        parts.filter(|(_, pair)| is_index(*pair)).map(|(index, _)| index).collect()
    }

    /// Whether it is written as the other one is; how far it was spelled does not matter.
    pub(super) fn is_same(&self, other: &Path) -> bool {
        self.parts == other.parts
    }

    /// Where it leads.
    ///
    /// # Errors
    /// If it leads nowhere for certain, or to several values.
    pub(super) fn find(&self, root: &Value, work: &mut EditBudget) -> Result<PathLookup, OpMisfit> {
        let mut steps = Vec::new();
        let mut value = root;
        for (index, part) in self.parts.iter().enumerate() {
            let is_last = index + 1 == self.parts.len();
            let next = match (part, value) {
                (_, Value::Odd(_)) => return Err(OpMisfit::Unsure { at: named(&steps) }),
                (PathSegment::Key(key) | PathSegment::Token(key), Value::Map(entries)) => {
                    work.spend(entries.len())?;
                    match value.get(key) {
                        Some(next) => (PathStep::Key(key.clone()), next),
                        None if value.may_have_more() || may_be_words(value, key) => {
                            return Err(OpMisfit::Unsure { at: named(&steps) });
                        }
                        None => return self.missing(steps, index),
                    }
                }
                (PathSegment::End, Value::List(_)) if is_last => return Ok(PathLookup::End(steps)),
                (PathSegment::End, Value::Text(_)) if self.lists_of_lines => {
                    return Ok(PathLookup::End(steps));
                }
                (PathSegment::Pick { keys, is }, Value::Text(text))
                    if self.lists_of_lines && keys.is_empty() =>
                {
                    if text != is {
                        return self.missing(steps, index);
                    }
                    continue;
                }
                (PathSegment::Token(token), Value::List(_)) if token == "-" && is_last => {
                    return Ok(PathLookup::End(steps));
                }
                (PathSegment::Index(_) | PathSegment::Token(_), Value::List(items)) => {
                    let number = part.index().ok_or_else(|| self.other_kind(&steps, "a list", value))?;
                    match items.get(number) {
                        Some(item) => (PathStep::Index(number), &item.value),
                        // Right behind the end, a pointer may add one.
                        None if number == items.len() && is_last && matches!(part, PathSegment::Token(_)) => {
                            return Ok(PathLookup::End(steps));
                        }
                        None => {
                            let (at, count) = (named(&steps), items.len());
                            return Err(OpMisfit::NoElement { at, index: number, count });
                        }
                    }
                }
                (PathSegment::Pick { keys, is }, Value::List(items)) => {
                    work.spend(items.len() * (keys.len() + 1))?;
                    match self.the_only_one(items, keys, is, &steps)? {
                        Some(one) => (PathStep::Index(one), &items[one].value),
                        None => return self.missing(steps, index),
                    }
                }
                (PathSegment::Key(_), _) => return Err(self.other_kind(&steps, "a group of keys", value)),
                (PathSegment::Token(_), _) => {
                    return Err(self.other_kind(&steps, "a group of keys or a list", value));
                }
                _ => return Err(self.other_kind(&steps, "a list", value)),
            };
            steps.push(next.0);
            value = next.1;
        }
        Ok(PathLookup::Here(steps))
    }

    /// The only element that says it, if there is one. Whether it is the only one shows only where all of them can be told.
    fn the_only_one(
        &self,
        items: &[Item],
        keys: &[String],
        is: &str,
        steps: &[PathStep],
    ) -> Result<Option<usize>, OpMisfit> {
        let picked = pick(items, keys, is).ok_or_else(|| OpMisfit::Unsure { at: named(steps) })?;
        match picked[..] {
            [] => Ok(None),
            [one] => Ok(Some(one)),
            ref several => Err(OpMisfit::Several { at: self.spelled.clone(), count: several.len() }),
        }
    }

    fn other_kind(&self, steps: &[PathStep], wanted: &'static str, is: &Value) -> OpMisfit {
        OpMisfit::OtherKind { at: named(steps), is: is.kind(), wanted }
    }

    /// The rest of the path from this part on is not there.
    fn missing(&self, steps: Vec<PathStep>, from: usize) -> Result<PathLookup, OpMisfit> {
        let key = |part: &PathSegment| match part {
            PathSegment::Key(key) | PathSegment::Token(key) => Some(key.clone()),
            _ => None,
        };
        let rest = match self.parts[from..].split_last() {
            Some((PathSegment::End, rest)) if self.lists_of_lines => rest,
            _ => &self.parts[from..],
        };
        let keys: Option<Vec<_>> = rest.iter().map(key).collect();
        // An element, or what is in a list that is not there, has no place of its own.
        Ok(PathLookup::Missing { steps, keys: keys.unwrap_or_default() })
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.spelled)
    }
}

/// Whether a group has lines of words that some programs take for this key: all that begin with the same word are one
/// list in INI.
fn may_be_words(group: &Value, key: &str) -> bool {
    let word = key.split_once(char::is_whitespace);
    word.is_some_and(|(word, _)| group.get(&format!("{word} …")).is_some())
}

/// An index as JSON pointers have it: without zeros in front.
fn index_of(token: &str) -> Option<usize> {
    let is_plain = token == "0" || !token.starts_with('0') && token.bytes().all(|byte| byte.is_ascii_digit());
    is_plain.then(|| token.parse().ok())?
}

/// The elements that say it; `None` if of one of them nobody can tell.
fn pick(items: &[Item], keys: &[String], is: &str) -> Option<Vec<usize>> {
    let mut picked = Vec::new();
    'items: for (index, item) in items.iter().enumerate() {
        let mut value = &item.value;
        for key in keys {
            value = match value.get(key) {
                Some(inner) => inner,
                None if value.may_have_more() => return None,
                None => continue 'items,
            };
        }
        match value {
            Value::Odd(_) => return None,
            value if value.spelled() == Some(is) => picked.push(index),
            _ => {}
        }
    }
    Some(picked)
}

/// Steps as a path.
pub(super) fn named(steps: &[PathStep]) -> String {
    let mut name = String::new();
    for step in steps {
        match step {
            PathStep::Index(index) => name.push_str(&format!("[{index}]")),
            PathStep::Key(key) => {
                if !name.is_empty() {
                    name.push('.');
                }
                name.push_str(&key_in_a_path(key));
            }
        }
    }
    if name.is_empty() { "the document".to_owned() } else { name }
}

fn key_in_a_path(key: &str) -> String {
    let is_plain = !key.is_empty() && !key.contains(['.', '[', ']', '"', '=', ' ']);
    if is_plain { key.to_owned() } else { format!("\"{}\"", key.replace('\\', "\\\\").replace('"', "\\\"")) }
}

/// The value at these steps.
pub(super) fn at<'a>(root: &'a Value, steps: &[PathStep]) -> Option<&'a Value> {
    steps.iter().try_fold(root, |value, step| match (step, value) {
        (PathStep::Key(key), value) => value.get(key),
        (PathStep::Index(index), Value::List(items)) => items.get(*index).map(|item| &item.value),
        _ => None,
    })
}

/// As `at`, to change it.
pub(super) fn at_mut<'a>(root: &'a mut Value, steps: &[PathStep]) -> Option<&'a mut Value> {
    steps.iter().try_fold(root, |value, step| match (step, value) {
        (PathStep::Key(key), Value::Map(entries)) => {
            entries.iter_mut().find(|(name, _)| name == key).map(|(_, value)| value)
        }
        (PathStep::Index(index), Value::List(items)) => items.get_mut(*index).map(|item| &mut item.value),
        _ => None,
    })
}

struct PathReader<'a> {
    text: &'a str,
    at: usize,
}

impl PathReader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn no<T>(&self, why: &'static str) -> Result<T, NoPath> {
        Err(NoPath { at: self.at, why })
    }

    fn takes(&mut self, sign: char) -> bool {
        let is_next = self.rest().starts_with(sign);
        self.at += if is_next { sign.len_utf8() } else { 0 };
        is_next
    }

    fn parts(mut self) -> Result<Vec<PathSegment>, NoPath> {
        let mut parts = Vec::new();
        if !self.rest().starts_with('[') {
            parts.push(PathSegment::Key(self.word(&['.', '['])?));
        }
        while !self.rest().is_empty() {
            if parts.last() == Some(&PathSegment::End) {
                return self.no("nothing follows \"[]\"");
            }
            if self.takes('.') {
                parts.push(PathSegment::Key(self.word(&['.', '['])?));
            } else if self.takes('[') {
                parts.push(self.element()?);
            } else {
                return self.no("a key is followed by \".\" or \"[\"");
            }
        }
        Ok(parts)
    }

    /// What is between brackets.
    fn element(&mut self) -> Result<PathSegment, NoPath> {
        if self.takes(']') {
            return Ok(PathSegment::End);
        }
        let digits = self.rest().len() - self.rest().trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if digits > 0 && self.rest()[digits..].starts_with(']') {
            let Some(index) = index_of(&self.rest()[..digits]) else {
                return self.no("this is no index");
            };
            self.at += digits + 1;
            return Ok(PathSegment::Index(index));
        }
        let mut keys = Vec::new();
        while !self.takes('=') {
            if !keys.is_empty() && !self.takes('.') {
                return self.no("\"=\" is missing between the brackets");
            }
            keys.push(self.word(&['.', '=', ']', '['])?);
        }
        let is = match self.rest().starts_with(']') {
            true => String::new(),
            false => self.word(&[']'])?,
        };
        if !self.takes(']') {
            return self.no("\"]\" is missing");
        }
        Ok(PathSegment::Pick { keys, is })
    }

    /// A word up to one of these signs, or one in quotes.
    fn word(&mut self, ends: &[char]) -> Result<String, NoPath> {
        if self.takes('"') {
            return self.quoted();
        }
        let rest = self.rest();
        let length = rest.find(ends).unwrap_or(rest.len());
        let word = rest[..length].to_owned();
        if word.is_empty() {
            return self.no("a key is missing");
        }
        if let Some(quote) = word.find('"') {
            self.at += quote;
            return self.no("a quote stands only at the beginning of a key");
        }
        self.at += length;
        Ok(word)
    }

    fn quoted(&mut self) -> Result<String, NoPath> {
        let mut word = String::new();
        let mut chars = self.text[self.at..].char_indices();
        while let Some((index, c)) = chars.next() {
            match c {
                '"' => {
                    self.at += index + 1;
                    return Ok(word);
                }
                '\\' => match chars.next() {
                    Some((_, escaped @ ('"' | '\\'))) => word.push(escaped),
                    _ => {
                        self.at += index;
                        return self.no("a backslash stands before a quote or a backslash");
                    }
                },
                c => word.push(c),
            }
        }
        self.no("the quote has no end")
    }
}

#[cfg(test)]
mod tests;
