//! What a file of settings says, and where each part of it stands.

use std::collections::HashMap;
use std::ops::Range;

/// Most keys and list elements of a file that is read for what it says; settings have far fewer.
const MAX_PARTS: usize = 100_000;

/// Deepest nesting; parsers of other programs fail from about a hundred.
pub(super) const MAX_DEPTH: usize = 64;

/// Why a text is not read, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::diff) struct ParseDoubt {
    pub at: usize,
    /// A phrase that follows "line 3".
    pub why: &'static str,
    pub about: DoubtSubject,
}

/// What a doubt is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::diff) enum DoubtSubject {
    /// A document that is not the first one: nothing to those who read all of them.
    Document,
    /// What something means.
    Meaning,
    /// Only how a key is spelled, which no edit changes.
    Name,
}

pub(super) const TWICE: &str = "has the same key twice";

impl ParseDoubt {
    pub fn new(at: usize, why: &'static str) -> Self {
        Self { at, why, about: DoubtSubject::Meaning }
    }

    pub fn twice(at: usize) -> Self {
        Self::new(at, TWICE)
    }
}

/// The parts of a text that are still allowed.
pub(in crate::diff) struct ParseBudget {
    left: usize,
}

impl Default for ParseBudget {
    fn default() -> Self {
        Self { left: MAX_PARTS }
    }
}

impl ParseBudget {
    /// Counts one more part, at this depth.
    pub fn spend(&mut self, at: usize, depth: usize) -> Result<(), ParseDoubt> {
        #[cfg(test)]
        crate::diff::WorkDone::count(|work| work.settings += 1);
        if depth > MAX_DEPTH {
            return Err(ParseDoubt::new(at, "is nested deeper than 64 levels"));
        }
        self.left =
            self.left.checked_sub(1).ok_or(ParseDoubt::new(at, "comes after 100000 keys and values"))?;
        Ok(())
    }
}

/// A text that was read.
#[derive(Debug)]
pub(in crate::diff) struct Sheet {
    /// What it says; YAML may say several things one after the other, all others one.
    pub documents: Vec<KeyEntry>,
    /// Where its comments stand, from top to bottom.
    pub comments: Vec<Range<usize>>,
    /// What two programs may read in two ways, in the order in which it was found.
    pub doubts: Vec<ParseDoubt>,
    line_starts: Vec<usize>,
}

impl Sheet {
    pub fn new(
        text: &str,
        documents: Vec<KeyEntry>,
        mut comments: Vec<Range<usize>>,
        doubts: Vec<ParseDoubt>,
    ) -> Self {
        for comment in &mut comments {
            comment.end = comment.start + text[comment.clone()].trim_end().len();
        }
        let line_starts = text.match_indices('\n').map(|(at, _)| at + 1).collect();
        Self { documents, comments, doubts, line_starts }
    }

    /// A text that says one thing.
    pub(crate) fn of_one(
        text: &str,
        root: KeyGroup,
        comments: Vec<Range<usize>>,
        doubts: Vec<ParseDoubt>,
    ) -> Self {
        let all = 0..text.len();
        let root = KeyEntry::new(String::new(), ParsedValue::Group(root), all.clone(), all);
        Self::new(text, vec![root], comments, doubts)
    }

    /// Where the line begins that `at` is in.
    pub(crate) fn line_start(&self, at: usize) -> usize {
        let above = self.line_starts.partition_point(|start| *start <= at);
        above.checked_sub(1).map_or(0, |above| self.line_starts[above])
    }
}

/// What stands behind a key. Spelled alike is alike; what is spelled in two ways may count as two things.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::diff) enum ParsedValue {
    Value(String),
    /// A value that two programs may read in two ways, as it is spelled.
    Odd(String),
    List(List),
    Group(KeyGroup),
}

impl ParsedValue {
    /// All of it in one text, in which nothing can be mistaken for something else.
    pub fn spell(&self) -> String {
        let mut text = String::new();
        let mut add = |part: &str| text.push_str(&format!("{}:{part}", part.len()));
        match self {
            ParsedValue::Value(value) => return format!("={value}"),
            ParsedValue::Odd(value) => return format!("?{value}"),
            ParsedValue::List(list) => list.elements.iter().for_each(|element| add(&element.said.spell())),
            ParsedValue::Group(group) => group.entries.iter().for_each(|entry| {
                add(&entry.key);
                add(&entry.said.spell());
            }),
        }
        let kind = if matches!(self, ParsedValue::List(_)) { '[' } else { '{' };
        format!("{kind}{text}")
    }
}

/// How a list or a group is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::diff) enum Form {
    /// Each part has lines of its own.
    #[default]
    Lines,
    /// In brackets, with commas, as all lists and groups of such a file.
    Brackets,
    /// In brackets in a file of lines. For merges such a group is one value.
    Flow,
}

/// Elements, one after the other.
#[derive(Debug, Default)]
pub(in crate::diff) struct List {
    /// Each as an entry without a key; its name is the sign in front of it, if there is one.
    pub elements: Vec<KeyEntry>,
    pub form: Form,
    /// What the opening bracket is followed by.
    pub body: Option<usize>,
}

impl List {
    /// All elements, each in a text of its own.
    pub fn spelled(&self) -> Vec<String> {
        self.elements.iter().map(|element| element.said.spell()).collect()
    }
}

/// Where the elements stand says nothing.
impl PartialEq for List {
    fn eq(&self, other: &Self) -> bool {
        self.elements.len() == other.elements.len()
            && self.elements.iter().zip(&other.elements).all(|(one, two)| one.said == two.said)
    }
}

impl Eq for List {}

/// Keys with what stands behind them.
#[derive(Debug, Default)]
pub(in crate::diff) struct KeyGroup {
    pub entries: Vec<KeyEntry>,
    by_key: HashMap<String, usize>,
    pub form: Form,
    /// Where an entry may stand when there is no other one; the end of the line of a heading, or what an opening brace
    /// is followed by.
    pub body: Option<usize>,
    /// Why nobody knows for certain which keys it has.
    pub doubt: Option<&'static str>,
    /// What stands in it beside its entries, which for some programs counts instead of one of them.
    pub further: Vec<FurtherMember>,
}

/// Something that is under a key that is there already, or of which nobody knows its key.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::diff) struct FurtherMember {
    /// As the reader compares keys; nothing where it may be any.
    pub key: Option<String>,
    pub spelled: String,
}

/// One key with what stands behind it.
#[derive(Debug)]
pub(in crate::diff) struct KeyEntry {
    pub key: String,
    /// Where the key stands.
    pub name: Range<usize>,
    pub said: ParsedValue,
    /// Where the value stands.
    pub value: Range<usize>,
    /// Whether another value can come into that place.
    pub is_inline: bool,
    /// Where the sign between key and value ends.
    pub sign_end: usize,
    /// All that belongs to it, from top to bottom: whole lines, or from the key to the end of the value in brackets.
    pub pieces: Vec<Range<usize>>,
    /// Whether it has a heading, and so ends only where the next one begins.
    pub is_section: bool,
    /// Why a change of its value could mean two things.
    pub doubt: Option<&'static str>,
}

impl KeyEntry {
    /// An entry that is one value in one place; its key is at the beginning of it.
    pub fn new(key: String, said: ParsedValue, value: Range<usize>, whole: Range<usize>) -> Self {
        let (name, sign_end) = (whole.start..whole.start, value.start);
        Self {
            key,
            name,
            said,
            value,
            is_inline: true,
            sign_end,
            pieces: vec![whole],
            is_section: false,
            doubt: None,
        }
    }

    /// The same entry, with where its key stands.
    pub fn named(mut self, name: Range<usize>) -> Self {
        self.name = name;
        self
    }

    /// Its key is there once more: what stood there is a list from now on, if it was none.
    pub fn also(&mut self, next: KeyEntry) {
        self.pieces.extend(next.pieces.clone());
        if let ParsedValue::List(list) = &mut self.said {
            list.elements.push(next);
            return;
        }
        let said = std::mem::replace(&mut self.said, ParsedValue::List(List::default()));
        let whole = self.pieces[0].clone();
        let mut first =
            KeyEntry::new(self.key.clone(), said, self.value.clone(), whole).named(self.name.clone());
        (first.is_inline, first.sign_end, first.doubt) = (self.is_inline, self.sign_end, self.doubt.take());
        self.said = ParsedValue::List(List { elements: vec![first, next], ..List::default() });
        self.is_inline = false;
    }

    pub fn start(&self) -> usize {
        self.pieces.first().map_or(0, |piece| piece.start)
    }

    pub fn end(&self) -> usize {
        self.pieces.last().map_or(0, |piece| piece.end)
    }
}

impl KeyGroup {
    /// A group without entries.
    pub fn new(body: Option<usize>) -> Self {
        Self { body, ..Self::default() }
    }

    /// The same group in this form.
    pub fn written(mut self, form: Form) -> Self {
        self.form = form;
        self
    }

    /// Adds an entry.
    ///
    /// # Errors
    /// If the key is there already.
    pub fn add(&mut self, entry: KeyEntry) -> Result<(), ParseDoubt> {
        if self.by_key.contains_key(&entry.key) {
            return Err(ParseDoubt::twice(entry.start()));
        }
        self.push(entry);
        Ok(())
    }

    /// Adds an entry whose key is not there yet.
    pub fn push(&mut self, entry: KeyEntry) {
        self.by_key.insert(entry.key.clone(), self.entries.len());
        self.entries.push(entry);
    }

    /// Notes what stands in it beside its entries: under this key, or under one that nobody knows.
    pub fn add_further(&mut self, key: Option<&str>, spelled: String) {
        self.further.push(FurtherMember { key: key.map(str::to_owned), spelled });
    }

    pub fn get(&self, key: &str) -> Option<&KeyEntry> {
        self.position(key).map(|index| &self.entries[index])
    }

    pub fn position(&self, key: &str) -> Option<usize> {
        self.by_key.get(key).copied()
    }

    /// As `get`, to add to it.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut KeyEntry> {
        self.position(key).map(|index| &mut self.entries[index])
    }

    /// Puts the entries into the order of their lines.
    pub fn sort(&mut self) {
        self.entries.sort_by_key(KeyEntry::start);
        for (index, entry) in self.entries.iter().enumerate() {
            self.by_key.insert(entry.key.clone(), index);
        }
    }
}

/// The order of keys says nothing.
impl PartialEq for KeyGroup {
    fn eq(&self, other: &Self) -> bool {
        let is_there = |entry: &KeyEntry| other.get(&entry.key).is_some_and(|found| found.said == entry.said);
        self.entries.len() == other.entries.len() && self.entries.iter().all(is_there)
    }
}

impl Eq for KeyGroup {}

pub(super) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |end| end + 1)
}

/// Where the line that `at` is in ends, its end included.
pub(in crate::diff) fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |end| at + end + 1)
}

/// Each line with where it begins, without its end.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        let bare = line.strip_suffix('\n').unwrap_or(line);
        (start, bare.strip_suffix('\r').unwrap_or(bare))
    })
}

/// A carriage return that ends no line for one reader ends one for another.
pub(super) fn lone_carriage_return(text: &str) -> Result<(), ParseDoubt> {
    let bytes = text.as_bytes();
    let is_alone = |&at: &usize| bytes[at] == b'\r' && bytes.get(at + 1) != Some(&b'\n');
    match (0..bytes.len()).find(is_alone) {
        Some(at) => Err(ParseDoubt::new(at, "has a carriage return inside a line")),
        None => Ok(()),
    }
}
