//! What a file of settings says, and where each part of it stands.

use std::collections::HashMap;
use std::ops::Range;

/// Most keys and list elements of a file that is merged by what it says; settings have far fewer.
pub(super) const MAX_PARTS: usize = 100_000;

/// Deepest nesting; parsers of other programs fail from about a hundred.
pub(super) const MAX_DEPTH: usize = 64;

/// Why a text is not read, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Doubt {
    pub at: usize,
    /// A phrase that follows "line 3".
    pub why: &'static str,
}

impl Doubt {
    pub fn new(at: usize, why: &'static str) -> Self {
        Self { at, why }
    }

    pub fn twice(at: usize) -> Self {
        Self::new(at, "has the same key twice")
    }
}

/// The parts of a text that are still allowed.
pub(super) struct Budget {
    left: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { left: MAX_PARTS }
    }
}

impl Budget {
    /// Counts one more part, at this depth.
    pub fn spend(&mut self, at: usize, depth: usize) -> Result<(), Doubt> {
        #[cfg(test)]
        crate::diff::Work::count(|work| work.settings += 1);
        if depth > MAX_DEPTH {
            return Err(Doubt::new(at, "is nested deeper than 64 levels"));
        }
        self.left = self.left.checked_sub(1).ok_or(Doubt::new(at, "comes after 100000 keys and values"))?;
        Ok(())
    }
}

/// A text that was read.
#[derive(Debug)]
pub(super) struct Sheet {
    pub root: Said,
    /// Where its comments stand, from top to bottom.
    pub comments: Vec<Range<usize>>,
    line_starts: Vec<usize>,
}

impl Sheet {
    pub fn new(text: &str, root: Said, mut comments: Vec<Range<usize>>) -> Self {
        for comment in &mut comments {
            comment.end = comment.start + text[comment.clone()].trim_end().len();
        }
        let line_starts = text.match_indices('\n').map(|(at, _)| at + 1).collect();
        Self { root, comments, line_starts }
    }

    /// Where the line begins that `at` is in.
    pub fn line_start(&self, at: usize) -> usize {
        let above = self.line_starts.partition_point(|start| *start <= at);
        above.checked_sub(1).map_or(0, |above| self.line_starts[above])
    }
}

/// What stands behind a key. Spelled alike is alike; what is spelled in two ways may count as two things.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said {
    Value(String),
    List(Vec<String>),
    Group(Group),
}

impl Said {
    /// All of it in one text, in which nothing can be mistaken for something else.
    pub fn spell(&self) -> String {
        let mut text = String::new();
        let mut add = |part: &str| text.push_str(&format!("{}:{part}", part.len()));
        match self {
            Said::Value(value) => return format!("={value}"),
            Said::List(elements) => elements.iter().for_each(|element| add(element)),
            Said::Group(group) => group.entries.iter().for_each(|entry| {
                add(&entry.key);
                add(&entry.said.spell());
            }),
        }
        let kind = if matches!(self, Said::List(_)) { '[' } else { '{' };
        format!("{kind}{text}")
    }
}

/// Keys with what stands behind them.
#[derive(Debug, Default)]
pub(super) struct Group {
    pub entries: Vec<Entry>,
    by_key: HashMap<String, usize>,
    /// Where an entry may stand when there is no other one; the end of the line of a heading, or what an opening brace
    /// is followed by.
    pub body: Option<usize>,
}

/// One key with what stands behind it.
#[derive(Debug)]
pub(super) struct Entry {
    pub key: String,
    pub said: Said,
    /// Where the value stands.
    pub value: Range<usize>,
    /// Whether another value can come into that place.
    pub is_inline: bool,
    /// Where the sign between key and value ends.
    pub sign_end: usize,
    /// All that belongs to it, from top to bottom: whole lines, or from the key to the end of the value in JSON.
    pub pieces: Vec<Range<usize>>,
    /// Whether it has a heading, and so ends only where the next one begins.
    pub is_section: bool,
}

impl Entry {
    /// An entry that is one value in one place.
    pub fn value(key: String, said: Said, value: Range<usize>, whole: Range<usize>) -> Self {
        let sign_end = value.start;
        Self { key, said, value, is_inline: true, sign_end, pieces: vec![whole], is_section: false }
    }

    pub fn start(&self) -> usize {
        self.pieces.first().map_or(0, |piece| piece.start)
    }

    pub fn end(&self) -> usize {
        self.pieces.last().map_or(0, |piece| piece.end)
    }
}

impl Group {
    /// A group without entries.
    pub fn new(body: Option<usize>) -> Self {
        Self { body, ..Self::default() }
    }

    /// Adds an entry.
    ///
    /// # Errors
    /// If the key is there already.
    pub fn add(&mut self, entry: Entry) -> Result<(), Doubt> {
        let at = entry.start();
        if self.by_key.insert(entry.key.clone(), self.entries.len()).is_some() {
            return Err(Doubt::twice(at));
        }
        self.entries.push(entry);
        Ok(())
    }

    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.position(key).map(|index| &self.entries[index])
    }

    pub fn position(&self, key: &str) -> Option<usize> {
        self.by_key.get(key).copied()
    }

    /// As `get`, to add to it.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Entry> {
        self.position(key).map(|index| &mut self.entries[index])
    }

    /// Puts the entries into the order of their lines.
    pub fn sort(&mut self) {
        self.entries.sort_by_key(Entry::start);
        for (index, entry) in self.entries.iter().enumerate() {
            self.by_key.insert(entry.key.clone(), index);
        }
    }
}

/// The order of keys says nothing.
impl PartialEq for Group {
    fn eq(&self, other: &Self) -> bool {
        let is_there = |entry: &Entry| other.get(&entry.key).is_some_and(|found| found.said == entry.said);
        self.entries.len() == other.entries.len() && self.entries.iter().all(is_there)
    }
}

impl Eq for Group {}

pub(super) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |end| end + 1)
}

/// Where the line that `at` is in ends, its end included.
pub(super) fn line_end(text: &str, at: usize) -> usize {
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
pub(super) fn lone_carriage_return(text: &str) -> Result<(), Doubt> {
    let bytes = text.as_bytes();
    let is_alone = |&at: &usize| bytes[at] == b'\r' && bytes.get(at + 1) != Some(&b'\n');
    match (0..bytes.len()).find(is_alone) {
        Some(at) => Err(Doubt::new(at, "has a carriage return inside a line")),
        None => Ok(()),
    }
}
