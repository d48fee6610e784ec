//! One table of an order, read key by key: what is missing, of the wrong type or unknown becomes a finding, and
//! reading goes on.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use unicode_normalization::UnicodeNormalization;

use super::finding::Findings;
use super::globs::{GlobBudget, Globs};
use crate::model::{Digest, PatchId, Setting, TreePath, Word};

/// What is said about a text that nobody filled in.
const PLACEHOLDER: &str = "the template's placeholder is still here";

/// A table with its name, and the keys that were asked for.
pub(super) struct Table<'a, 't> {
    entries: &'a DeTable<'t>,
    span: Range<usize>,
    /// `product`, `issues[0]`, …; empty: the order itself.
    name: String,
    known: RefCell<BTreeSet<&'static str>>,
    findings: &'a RefCell<Findings<'t>>,
}

impl<'a, 't> Table<'a, 't> {
    pub fn new(
        entries: &'a DeTable<'t>,
        span: Range<usize>,
        name: String,
        findings: &'a RefCell<Findings<'t>>,
    ) -> Self {
        Self { entries, span, name, known: RefCell::default(), findings }
    }

    /// The full name of `key`.
    pub fn field(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }

    /// Says that something is wrong with `key`, or with the table that lacks it.
    pub fn error(&self, key: &str, message: impl Into<String>) {
        let span = self.entries.get(key).map_or(self.span.clone(), Spanned::span);
        self.findings.borrow_mut().error(&span, self.field(key), message);
    }

    /// Everything in the table that nobody asked for.
    pub fn unknown(&self) -> impl Iterator<Item = (&'a str, &'a Spanned<DeValue<'t>>, Range<usize>)> + '_ {
        let known = self.known.borrow().clone();
        let entries = self.entries.iter();
        let named = entries.map(|(key, value)| (key.get_ref().as_ref(), value, key.span()));
        named.filter(move |(key, ..)| !known.contains(key))
    }

    /// Reports what nobody asked for. Call it last.
    pub fn finish(&self) {
        for (key, _, span) in self.unknown() {
            self.findings.borrow_mut().error(&span, self.field(key), "unknown key");
        }
    }

    fn value(&self, key: &'static str) -> Option<&'a Spanned<DeValue<'t>>> {
        self.known.borrow_mut().insert(key);
        self.entries.get(key)
    }

    /// A value that `take` makes something of; if it does not, the type is wrong.
    fn typed<T>(
        &self,
        key: &'static str,
        wanted: &str,
        take: impl Fn(&'a DeValue<'t>) -> Option<T>,
    ) -> Option<T> {
        let value = self.value(key)?.get_ref();
        let taken = take(value);
        if taken.is_none() {
            match value.as_str().is_some_and(is_placeholder) {
                true => self.error(key, PLACEHOLDER),
                false => self.error(key, format!("{wanted} is expected here")),
            }
        }
        taken
    }

    /// Whether anything is said about `key`.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// Reports a required key that is not there.
    fn must_have(&self, key: &'static str) {
        if !self.entries.contains_key(key) {
            self.error(key, "the key is missing");
        }
    }

    /// The value of a required key, or nothing of its kind.
    fn required<T: Default>(&self, key: &'static str, value: Option<T>) -> T {
        self.must_have(key);
        value.unwrap_or_default()
    }

    /// A text that may be left out.
    pub fn text(&self, key: &'static str) -> Option<String> {
        let text = self.typed(key, "a text", one_text)?;
        if is_placeholder(&text) {
            self.error(key, PLACEHOLDER);
            return None;
        }
        Some(text)
    }

    /// A text that must be there; empty if it is not.
    pub(crate) fn must_text(&self, key: &'static str) -> String {
        self.required(key, self.text(key))
    }

    /// A list of texts.
    pub fn texts(&self, key: &'static str) -> Vec<String> {
        let take = |value: &'a DeValue<'t>| {
            value.as_array()?.iter().map(|entry| one_text(entry.get_ref())).collect()
        };
        let texts: Vec<String> = self.typed(key, "a list of texts", take).unwrap_or_default();
        if texts.iter().any(|text| is_placeholder(text)) {
            self.error(key, PLACEHOLDER);
        }
        texts
    }

    /// A list of texts that must be there.
    pub(crate) fn must_texts(&self, key: &'static str) -> Vec<String> {
        self.must_have(key);
        self.texts(key)
    }

    /// A whole number that fits `T`.
    pub fn number<T: TryFrom<u64>>(&self, key: &'static str) -> Option<T> {
        self.typed(key, "a whole number (not negative, not too large)", |value| {
            let integer = value.as_integer()?;
            let number = u64::from_str_radix(integer.as_str(), integer.radix()).ok()?;
            T::try_from(number).ok()
        })
    }

    /// A whole number that must be there.
    pub(crate) fn must_number<T: TryFrom<u64> + Default>(&self, key: &'static str) -> T {
        self.required(key, self.number(key))
    }

    /// A text from which `read` makes something; `wanted` says what it should be.
    pub(crate) fn parsed<T>(
        &self,
        key: &'static str,
        wanted: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        self.typed(key, wanted, |value| read(value.as_str()?))
    }

    /// `true` or `false`.
    pub fn flag(&self, key: &'static str) -> Option<bool> {
        self.typed(key, "true or false", DeValue::as_bool)
    }

    /// A day, as a date or as a text.
    pub(crate) fn day(&self, key: &'static str) -> Option<String> {
        self.typed(key, "a day such as 2027-06-01", |value| match value {
            DeValue::Datetime(day) => Some(day.to_string()),
            other => one_text(other),
        })
    }

    /// What stands in a file for one position of a switch.
    pub(crate) fn must_setting(&self, key: &'static str) -> Setting {
        self.must_have(key);
        let setting = self.typed(key, "a text, a whole number, true or false", |value| match value {
            DeValue::Boolean(flag) => Some(Setting::Flag(*flag)),
            DeValue::Integer(number) => {
                i64::from_str_radix(number.as_str(), number.radix()).ok().map(Setting::Number)
            }
            other => one_text(other).map(Setting::Text),
        });
        setting.unwrap_or(Setting::Text(String::new()))
    }

    /// One of the words of `W`.
    pub fn word<W: Word>(&self, key: &'static str) -> Option<W> {
        let text = self.text(key)?;
        let word = W::parse(&text);
        if word.is_none() {
            self.error(key, format!("{text:?} is none of {}", W::choices()));
        }
        word
    }

    /// One of the words of `W` that must be there.
    pub(crate) fn must_word<W: Word>(&self, key: &'static str) -> W {
        let word = self.word(key);
        if word.is_none() && !self.entries.contains_key(key) {
            self.error(key, format!("the key is missing; it is one of {}", W::choices()));
        }
        word.unwrap_or(W::WORDS[0].1)
    }

    /// A place in the product.
    pub(crate) fn must_path(&self, key: &'static str) -> Option<TreePath> {
        let text = Some(self.must_text(key)).filter(|text| !text.is_empty())?;
        TreePath::parse(&text).map_err(|error| self.error(key, error.to_string())).ok()
    }

    /// A SHA-256.
    pub fn digest(&self, key: &'static str) -> Option<Digest> {
        let text = self.text(key)?;
        text.parse().map_err(|error: crate::model::DigestError| self.error(key, error.to_string())).ok()
    }

    /// A SHA-256 that must be there.
    pub(crate) fn must_digest(&self, key: &'static str) -> Option<Digest> {
        self.must_have(key);
        self.digest(key)
    }

    /// A patch's id.
    pub(crate) fn must_id(&self, key: &'static str) -> Option<PatchId> {
        let text = Some(self.must_text(key)).filter(|text| !text.is_empty())?;
        let id = PatchId::parse(&text);
        if id.is_none() {
            self.error(key, format!("{text:?} is no patch id: letters, digits, \".\", \"_\" and \"-\" only"));
        }
        id
    }

    /// Patterns of file names.
    pub(super) fn globs(&self, key: &'static str, budget: &GlobBudget) -> Globs {
        let lines = self.texts(key);
        if let Err(too_many) = budget.spend(&lines) {
            self.error(key, too_many);
            return Globs::default();
        }
        Globs::parse(lines).unwrap_or_else(|(index, reason)| {
            self.error(key, format!("entry {} is no pattern: {reason}", index + 1));
            Globs::default()
        })
    }

    /// Patterns of file names that must be there.
    pub(super) fn must_globs(&self, key: &'static str, budget: &GlobBudget) -> Globs {
        self.must_have(key);
        self.globs(key, budget)
    }

    /// A table inside this one.
    pub fn table(&self, key: &'static str) -> Option<Table<'a, 't>> {
        let entries = self.typed(key, "a table", DeValue::as_table)?;
        let span = self.entries.get(key).map_or(self.span.clone(), Spanned::span);
        Some(Table::new(entries, span, self.field(key), self.findings))
    }

    /// A list of tables inside this one.
    pub fn tables(&self, key: &'static str) -> Vec<Table<'a, 't>> {
        let take = |value: &'a DeValue<'t>| {
            let entries = value.as_array()?.iter();
            entries.map(|entry| Some((entry.get_ref().as_table()?, entry.span()))).collect::<Option<Vec<_>>>()
        };
        let tables = self.typed(key, "a list of tables", take).unwrap_or_default();
        let field = self.field(key);
        let numbered = tables.into_iter().enumerate();
        numbered
            .map(|(index, (entries, span))| {
                Table::new(entries, span, format!("{field}[{index}]"), self.findings)
            })
            .collect()
    }

    /// What `read` makes of each of a list of tables, which have no keys but those that it asks for.
    pub fn each<T>(&self, key: &'static str, read: impl Fn(&Table<'_, '_>) -> T) -> Vec<T> {
        let read = |table: Table<'_, '_>| {
            let value = read(&table);
            table.finish();
            value
        };
        self.tables(key).into_iter().map(read).collect()
    }
}

/// A text in its one spelling. TOML writes times without quotes; they are texts as well.
fn one_text(value: &DeValue<'_>) -> Option<String> {
    let text = value.as_str().map(|text| text.nfc().collect());
    text.or_else(|| value.as_datetime().map(ToString::to_string))
}

/// The template asks for something by a text in angle brackets.
fn is_placeholder(text: &str) -> bool {
    text.starts_with('<') && text.ends_with('>')
}

/// The place of the value called `field`, or of the nearest one around it.
pub(super) fn span_of(root: &Spanned<DeTable<'_>>, field: &str) -> Range<usize> {
    let mut span = root.span();
    let mut table = Some(root.get_ref());
    for part in field.split('.') {
        let (key, index) = match part.split_once('[') {
            Some((key, index)) => (key, index.trim_end_matches(']').parse::<usize>().ok()),
            None => (part, None),
        };
        let Some(mut value) = table.and_then(|table| table.get(key)) else { break };
        if let Some(entry) = index.and_then(|index| value.get_ref().as_array()?.get(index)) {
            value = entry;
        }
        span = value.span();
        table = value.get_ref().as_table();
    }
    span
}
