//! What edits ask for and what they come to, for whoever looks at them beside the text.

use std::collections::BTreeMap;

use super::condition::{Condition, ValueTest};
use super::ops::EditOperation;
use super::proof::changed_keys;
use super::value::Value;
use super::work::EditBudget;
use super::{Edit, FileEdits, KeyChange, OpMisfit};
use crate::diff::settings::Format;

/// One edit of a file, as it comes out in a content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownEdit {
    /// What is so in the one document that is meant; empty where there is only one.
    pub document: Vec<ShownTest>,
    /// The values that become others.
    pub keys: Vec<KeyChange>,
    /// What must be so before it is made.
    pub before: Vec<ShownTest>,
    /// What must be so afterwards.
    pub after: Vec<ShownTest>,
}

/// Something that must be so in a file. Texts are the author's and must be escaped before they are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownTest {
    pub path: String,
    /// What it must be, as the end of a sentence: `is "1.4.2"`.
    pub wanted: String,
}

impl FileEdits {
    /// What must be so after the edits, and what of it is otherwise in this content.
    ///
    /// # Errors
    /// If the content cannot be read, or has no single document that is meant.
    pub(crate) fn conditions_in(
        &self,
        content: &[u8],
    ) -> Result<Vec<(ShownTest, Option<OpMisfit>)>, OpMisfit> {
        let mut all = Vec::new();
        for edit in self.edits().iter().filter(|edit| !edit.must.is_empty()) {
            let read = edit.format.read("the file", content);
            let (_, sheet) = read.map_err(|unread| OpMisfit::Unread(unread.to_string()))?;
            let documents = Value::of_sheet(edit.format, &sheet);
            let meant = &documents[edit.document(&documents)?];
            let mut work = EditBudget::default();
            all.extend(edit.must.iter().map(|must| (must.shown(), must.hold(meant, &mut work).err())));
        }
        Ok(all)
    }

    /// What each edit does to this content, and what it asks for.
    ///
    /// # Errors
    /// As those of [`Edit::try_on`].
    pub(crate) fn shown_on(&self, content: &[u8]) -> Result<Vec<ShownEdit>, OpMisfit> {
        let mut edited = content.to_vec();
        let shown = self.edits().iter().map(|edit| {
            let tried = edit.try_on(&edited)?;
            if let Some(next) = tried.content {
                edited = next;
            }
            Ok(edit.shown(tried.keys))
        });
        shown.collect()
    }
}

/// A value that two changes both make another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyClash {
    pub path: String,
    /// What each makes of it; nothing where it is taken away.
    pub values: [Option<String>; 2],
}

/// The values that both `one` and `other` change, each in another way, in a file of settings that was `base`.
pub(crate) fn keys_both_change(name: &str, [base, one, other]: [&[u8]; 3]) -> Vec<KeyClash> {
    let Some(format) = Format::of_keys(name, base) else { return Vec::new() };
    let read = |content| {
        let (_, sheet) = format.read("it", content).ok()?;
        Some(Value::of_sheet(format, &sheet))
    };
    let (Some(base), Some(one), Some(other)) = (read(base), read(one), read(other)) else {
        return Vec::new();
    };
    if one.len() != base.len() || other.len() != base.len() {
        return Vec::new();
    }
    let mut clashes = Vec::new();
    for ((base, one), other) in base.iter().zip(&one).zip(&other) {
        let others: BTreeMap<_, _> =
            changed_keys(base, other).into_iter().map(|change| (change.path, change.after)).collect();
        for KeyChange { path, after, .. } in changed_keys(base, one) {
            if let Some(theirs) = others.get(&path).filter(|theirs| **theirs != after) {
                clashes.push(KeyClash { path, values: [after, theirs.clone()] });
            }
        }
    }
    clashes
}

impl Edit {
    fn shown(&self, keys: Vec<KeyChange>) -> ShownEdit {
        let is = |path: &str, value: &Value| ShownTest {
            path: path.to_owned(),
            wanted: ValueTest::Equals(value.clone()).wanted(),
        };
        let tests = self.ops.iter().filter_map(|op| match op {
            EditOperation::Test(condition) => Some(condition.shown()),
            _ => None,
        });
        ShownEdit {
            document: self.selector.iter().map(|(path, value)| is(path.spelled(), value)).collect(),
            keys,
            before: tests.collect(),
            after: self.must.iter().map(Condition::shown).collect(),
        }
    }
}

impl Condition {
    fn shown(&self) -> ShownTest {
        ShownTest { path: self.path.spelled().to_owned(), wanted: self.check.wanted() }
    }
}

impl ValueTest {
    /// What is asked for, as the end of a sentence.
    fn wanted(&self) -> String {
        match self {
            ValueTest::Absent => "is not there".to_owned(),
            ValueTest::Count(1) => "has 1 entry".to_owned(),
            ValueTest::Count(number) => format!("has {number} entries"),
            ValueTest::Equals(value) => format!("is {value}"),
            ValueTest::Exists => "is there".to_owned(),
            ValueTest::Matches(pattern) => format!("matches {pattern}"),
            ValueTest::OneOf(values) => {
                let all: Vec<String> = values.iter().map(ToString::to_string).collect();
                format!("is one of {}", all.join(", "))
            }
        }
    }
}
