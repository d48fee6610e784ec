//! Merges files of keys and values by key, as text: only the places of the keys that the patch changed are edited, so
//! that comments, order and everything else of the file stay as they are here.
//!
//! Each form of file has a reader that cuts a text into entries and says where each stands. The merge itself compares
//! entries, edits the text, and reads it again: unless that says exactly what was meant, it is left to a person.

mod ini;
mod json;
mod properties;
mod toml;
mod yaml;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Most keys that take the patch's value. Each is looked for among all others, and a longer list nobody reads.
const MAX_TAKEN: usize = 1_000;

/// Most keys of a file that is merged by key; settings have far fewer.
const MAX_KEYS: usize = 50_000;

/// A form of file that can be merged by key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyFormat {
    Ini,
    Json,
    Properties,
    Toml,
    Yaml,
}

/// What came of a merge by key.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum KeyMerge {
    /// It says what was meant.
    Clean {
        /// The result.
        content: Vec<u8>,
        /// The keys that took the patch's value, came or went.
        keys: Vec<String>,
    },
    /// Both changed these keys in different ways.
    Clashes(Vec<String>),
    /// It takes more than exchanging values.
    Impossible,
}

/// The way to a value, outermost key first.
type KeyPath = Vec<String>;

/// A text cut into entries.
#[derive(Debug, Default)]
struct KeyedText {
    entries: BTreeMap<KeyPath, KeyValue>,
    /// The keys in the order of the file.
    order: Vec<KeyPath>,
    /// Where whole groups of entries stand, for forms in which a group is one piece of text.
    groups: BTreeMap<KeyPath, Range<usize>>,
}

/// One value, and where it stands.
#[derive(Debug)]
struct KeyValue {
    /// What it says. Two values that are spelled alike are alike.
    value: String,
    /// Where the value stands, and where the entry with all that belongs to it; `None` if it is no single value and
    /// cannot be exchanged alone.
    place: Option<(Range<usize>, Range<usize>)>,
}

impl KeyedText {
    /// Adds an entry; `None` if the key is there already.
    fn add(&mut self, key: KeyPath, value: &str, place: Option<(Range<usize>, Range<usize>)>) -> Option<()> {
        self.order.push(key.clone());
        let entry = KeyValue { value: value.to_owned(), place };
        if self.entries.insert(key, entry).is_some() { None } else { Some(()) }
    }

    fn value(&self, key: &KeyPath) -> Option<&str> {
        self.entries.get(key).map(|entry| entry.value.as_str())
    }

    fn place(&self, key: &KeyPath) -> Option<&(Range<usize>, Range<usize>)> {
        self.entries.get(key)?.place.as_ref()
    }

    fn values(&self) -> BTreeMap<&KeyPath, &str> {
        self.entries.iter().map(|(key, entry)| (key, entry.value.as_str())).collect()
    }
}

impl KeyFormat {
    /// The form that a file of this name has.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        let (_, extension) = name.rsplit_once('.')?;
        Some(match extension.to_ascii_lowercase().as_str() {
            "cfg" | "ini" => KeyFormat::Ini,
            "json" => KeyFormat::Json,
            "properties" => KeyFormat::Properties,
            "toml" => KeyFormat::Toml,
            "yaml" | "yml" => KeyFormat::Yaml,
            _ => return None,
        })
    }

    /// Whether `content` has this form.
    pub fn reads(self, content: &[u8]) -> bool {
        Text::new(self, content).is_some_and(|text| self.read(&text.text).is_some())
    }

    fn read(self, text: &str) -> Option<KeyedText> {
        match self {
            KeyFormat::Ini => ini::read(text),
            KeyFormat::Json => json::read(text),
            KeyFormat::Properties => properties::read(text),
            KeyFormat::Toml => toml::read(text),
            KeyFormat::Yaml => yaml::read(text),
        }
    }
}

/// A content as text.
struct Text {
    text: String,
    /// Whether each character stands for one byte, because it is no UTF-8.
    is_bytes: bool,
}

impl Text {
    /// Files of settings may be older than UTF-8; what makes up their form is ASCII in all encodings that they have.
    fn new(format: KeyFormat, content: &[u8]) -> Option<Self> {
        match std::str::from_utf8(content) {
            Ok(text) => Some(Self { text: text.to_owned(), is_bytes: false }),
            Err(_) if matches!(format, KeyFormat::Ini | KeyFormat::Properties) => {
                Some(Self { text: content.iter().map(|&byte| char::from(byte)).collect(), is_bytes: true })
            }
            Err(_) => None,
        }
    }

    fn into_bytes(self) -> Option<Vec<u8>> {
        match self.is_bytes {
            false => Some(self.text.into_bytes()),
            true => self.text.chars().map(|c| u8::try_from(c).ok()).collect(),
        }
    }
}

/// Merges by key. All three have been read as `format`.
pub(super) fn merge(format: KeyFormat, base: &[u8], mine: &[u8], theirs: &[u8]) -> KeyMerge {
    let texts = [base, mine, theirs].map(|content| Text::new(format, content));
    let [Some(base), Some(mine), Some(theirs)] = texts else { return KeyMerge::Impossible };
    if theirs.is_bytes != mine.is_bytes {
        return KeyMerge::Impossible;
    }
    let sheets = [&base, &mine, &theirs].map(|text| format.read(&text.text));
    let [Some(base), Some(my_sheet), Some(their_sheet)] = sheets else { return KeyMerge::Impossible };
    let (taken, clashes) = compare(&base, &my_sheet, &their_sheet);
    if taken.len() > MAX_TAKEN || my_sheet.order.len().max(their_sheet.order.len()) > MAX_KEYS {
        return KeyMerge::Impossible;
    }
    if !clashes.is_empty() {
        return KeyMerge::Clashes(clashes.iter().map(|key| key.join(".")).collect());
    }
    let edit = KeyEdit {
        format,
        mine: &mine.text,
        my_sheet: &my_sheet,
        theirs: &theirs.text,
        their_sheet: &their_sheet,
    };
    let Some(merged) = edit.take(&taken) else { return KeyMerge::Impossible };
    let mut meant = my_sheet.values();
    for key in &taken {
        match their_sheet.value(key) {
            Some(value) => meant.insert(key, value),
            None => meant.remove(key),
        };
    }
    // The proof: the edited text says what was meant, and nothing else.
    if format.read(&merged).is_none_or(|sheet| sheet.values() != meant) {
        return KeyMerge::Impossible;
    }
    match (Text { text: merged, is_bytes: mine.is_bytes }).into_bytes() {
        Some(content) => KeyMerge::Clean { content, keys: taken.iter().map(|key| key.join(".")).collect() },
        None => KeyMerge::Impossible,
    }
}

/// The keys that take their value from the patch, and those that both changed in different ways.
fn compare(base: &KeyedText, mine: &KeyedText, theirs: &KeyedText) -> (BTreeSet<KeyPath>, Vec<KeyPath>) {
    let (mut taken, mut clashes) = (BTreeSet::new(), Vec::new());
    let keys: BTreeSet<&KeyPath> = base.entries.keys().chain(theirs.entries.keys()).collect();
    for key in keys {
        let [before, here, there] = [base, mine, theirs].map(|sheet| sheet.value(key));
        match () {
            () if before == there || here == there => {}
            () if here == before => _ = taken.insert(key.clone()),
            () => clashes.push(key.clone()),
        }
    }
    (taken, clashes)
}

/// A text that is edited at the places of some keys.
struct KeyEdit<'a> {
    format: KeyFormat,
    mine: &'a str,
    my_sheet: &'a KeyedText,
    theirs: &'a str,
    their_sheet: &'a KeyedText,
}

/// What a range of the text becomes.
type Exchange = (Range<usize>, String);

impl KeyEdit<'_> {
    /// The edited text; `None` if some key has no place of its own.
    fn take(&self, taken: &BTreeSet<KeyPath>) -> Option<String> {
        let mut exchanges: Vec<Exchange> = Vec::new();
        let mut came_with_group: BTreeSet<&KeyPath> = BTreeSet::new();
        let going = |key: &KeyPath| taken.contains(key) && self.their_sheet.value(key).is_none();
        for key in taken.iter().filter(|key| self.my_sheet.value(key).is_some()) {
            let (value, whole) = self.my_sheet.place(key)?;
            match self.their_sheet.value(key) {
                Some(_) => {
                    let (new, _) = self.their_sheet.place(key)?;
                    exchanges.push((value.clone(), self.theirs[new.clone()].to_owned()));
                }
                None => exchanges.push((self.without(whole), String::new())),
            }
        }
        // In the order of the patch's file, so that neighbours stay neighbours.
        for key in self.their_sheet.order.iter().filter(|key| taken.contains(*key)) {
            if self.my_sheet.value(key).is_some() || came_with_group.contains(key) {
                continue;
            }
            let group = self.missing_group(key);
            let (name, range) = match &group {
                Some(group) => {
                    let members = self.their_sheet.order.iter().filter(|other| other.starts_with(group));
                    came_with_group.extend(members);
                    (group, self.group_range(group)?)
                }
                None => (key, self.their_sheet.place(key)?.1.clone()),
            };
            exchanges.push(self.insertion(name, range, group.is_some(), &going)?);
        }
        exchanged(self.mine, exchanges)
    }

    /// The outermost group around `key` that is not in the text yet.
    fn missing_group(&self, key: &KeyPath) -> Option<KeyPath> {
        let is_here = |group: &[String]| self.my_sheet.order.iter().any(|other| other.starts_with(group));
        (1..key.len()).map(|length| &key[..length]).find(|group| !is_here(group)).map(<[String]>::to_vec)
    }

    /// Where a group stands in the patch's text.
    fn group_range(&self, group: &KeyPath) -> Option<Range<usize>> {
        if self.format == KeyFormat::Json {
            return self.their_sheet.groups.get(group).cloned();
        }
        let members = self.their_sheet.order.iter().filter(|key| key.starts_with(group));
        let places: Vec<&Range<usize>> =
            members.map(|key| self.their_sheet.place(key).map(|(_, whole)| whole)).collect::<Option<_>>()?;
        let (first, end) = (places.first()?.start, places.iter().map(|place| place.end).max()?);
        // The heading above the first entry; what comes of it is proven by reading the result.
        let heading = self.theirs[..first].rfind('[').map(|at| line_start(self.theirs, at))?;
        Some(self.with_comments_above(heading)..end)
    }

    /// Where an entry or group of the patch comes to stand, and with which text around it.
    fn insertion(
        &self,
        key: &KeyPath,
        range: Range<usize>,
        is_group: bool,
        going: &dyn Fn(&KeyPath) -> bool,
    ) -> Option<Exchange> {
        let neighbours = self.neighbours(key, going);
        if self.format == KeyFormat::Json {
            return json::insertion(self.mine, &self.theirs[range], neighbours);
        }
        let ends = if self.mine.contains("\r\n") { "\r\n" } else { "\n" };
        if is_group {
            let text = self.theirs[range].replace("\r\n", "\n");
            let gap = if self.mine.ends_with('\n') { "\n" } else { "\n\n" };
            return Some((self.mine.len()..self.mine.len(), format!("{gap}{text}").replace('\n', ends)));
        }
        let start = self.with_comments_above(range.start);
        let (at, beside) = match neighbours {
            (Some(above), _) => (above.end, above),
            (None, below) => {
                let below = below?;
                (below.start, below)
            }
        };
        let indent = indent_of(&self.mine[beside.start..]);
        let lines = self.theirs[start..range.end].split_inclusive('\n').map(|line| {
            let bare = line.trim_end_matches(['\n', '\r']);
            format!("{indent}{}{ends}", bare.trim_start_matches([' ', '\t']))
        });
        let mut text: String = lines.collect();
        if at > 0 && !self.mine[..at].ends_with('\n') {
            // The line above is the last one and has no end; the new one has none instead.
            text = format!("{ends}{}", text.trim_end_matches(['\n', '\r']));
        }
        Some((at..at, text))
    }

    /// The entries of the same group between which `key` stands in the patch's file, as far as they are here and stay.
    fn neighbours(
        &self,
        key: &KeyPath,
        going: &dyn Fn(&KeyPath) -> bool,
    ) -> (Option<Range<usize>>, Option<Range<usize>>) {
        let parent = &key[..key.len().saturating_sub(1)];
        let is_sibling = |other: &&KeyPath| other.len() >= key.len() && other.starts_with(parent);
        let order: Vec<&KeyPath> = self.their_sheet.order.iter().filter(is_sibling).collect();
        let first = order.iter().position(|other| other.starts_with(key)).unwrap_or(order.len());
        let here = |other: &KeyPath| -> Option<Range<usize>> {
            let child = &other[..key.len()];
            if let Some(group) = self.my_sheet.groups.get(child) {
                return Some(group.clone());
            }
            if other.len() > key.len() || going(other) {
                return None;
            }
            self.my_sheet.place(other).map(|(_, whole)| whole.clone())
        };
        let above = order[..first].iter().rev().find_map(|other| here(other));
        let below = order[first..].iter().find_map(|other| here(other));
        (above, below)
    }

    /// Comments right above a line of the patch's file belong to it, unless they are here already.
    fn with_comments_above(&self, mut start: usize) -> usize {
        while start > 0 {
            let above = line_start(self.theirs, start - 1);
            let line = self.theirs[above..start].trim();
            if !line.starts_with(['#', ';', '!']) || self.mine.contains(line) {
                break;
            }
            start = above;
        }
        start
    }

    /// What has to go so that an entry is gone.
    fn without(&self, whole: &Range<usize>) -> Range<usize> {
        if self.format == KeyFormat::Json { json::without(self.mine, whole) } else { whole.clone() }
    }
}

/// The text with all exchanges made; `None` if two of them meet.
fn exchanged(text: &str, mut exchanges: Vec<Exchange>) -> Option<String> {
    // What comes in at a place stands before what goes from there.
    exchanges.sort_by_key(|(range, _)| (range.start, range.end));
    let (mut merged, mut done) = (String::new(), 0);
    for (range, new) in exchanges {
        merged.push_str(text.get(done..range.start)?);
        merged.push_str(&new);
        done = range.end;
    }
    merged.push_str(text.get(done..)?);
    Some(merged)
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |end| end + 1)
}

/// Where the line that `at` is in ends, its end included.
fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |end| at + end + 1)
}

fn indent_of(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// Each line with where it begins, without its end.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        (start, line.trim_end_matches('\n').trim_end_matches('\r'))
    })
}

#[cfg(test)]
mod tests;
