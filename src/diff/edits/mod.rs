//! Edits of files by what they say: "set `image.tag` to 1.4.3", not "exchange line 12".
//!
//! What operations come to is worked out on the values alone (`ops`); `fit` then exchanges as little of the text as makes
//! it say that. Neither is trusted: the edited text is read again, and counts only if it says exactly what was meant and
//! everything else of it is as it was (`proof`). What cannot be proven is refused; nothing is ever printed anew.

mod back;
mod condition;
mod fit;
mod meets;
mod member_map;
mod ops;
mod path;
mod print;
mod proof;
mod read;
mod several;
mod shown;
mod switch;
mod value;
mod values_brought;
mod why;
mod words;
mod work;

pub(crate) use back::{fates_of_values, values_lost, values_stay};
pub(crate) use ops::Grade;
pub(crate) use read::OrderedEdit;
pub(crate) use read::{MAX_EDIT_BYTES, NoEdits, ordered};
pub use several::FileEdits;
pub(crate) use shown::keys_both_change;
pub(crate) use shown::{KeyClash, ShownEdit, ShownTest};
pub(crate) use switch::{Stand, Switch};
pub use value::Value;
pub(crate) use why::{NoDocument, OpMisfit};

use std::fmt;

use super::settings::{Format, ParsedText, exchanged};
use condition::Condition;
use ops::EditOperation;
use path::Path;
use work::EditBudget;

/// Most bytes of a file that is edited: more than [`crate::diff::MAX_MERGE_BYTES`], since nothing is compared line by line.
pub(crate) const MAX_EDITED_BYTES: usize = 16 << 20;

/// Changes of the values of one file.
#[derive(Clone, PartialEq, Eq)]
pub struct Edit {
    format: Format,
    /// What is so in the one document that is meant.
    selector: Vec<(Path, Value)>,
    ops: Vec<EditOperation>,
    must: Vec<Condition>,
    /// All of it as it is written.
    written: Value,
}

impl fmt::Debug for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.written)
    }
}

/// What an edit does to one content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// Every operation, and how it fits.
    pub ops: Vec<TriedOp>,
    /// Conditions that would not hold afterwards.
    pub broken: Vec<OpMisfit>,
    /// The values that become others.
    pub keys: Vec<KeyChange>,
    /// The content that comes of it: the same one where all of it is there already. Nothing where it does not fit.
    pub content: Option<Vec<u8>>,
}

/// One operation, and how it fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TriedOp {
    /// What it is called: `set`.
    pub name: &'static str,
    /// Its path as it was written.
    pub path: String,
    pub grade: Grade,
}

/// One value that becomes another one.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyChange {
    pub path: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub before: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub after: Option<String>,
}

impl KeyChange {
    /// What became of it, as a phrase that is safe to show.
    pub fn phrase(&self) -> String {
        let path = why::shown(&self.path);
        let shown = |value: &str| crate::text::one_line(value, 60);
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => format!("{path} {} → {}", shown(before), shown(after)),
            (None, Some(after)) => format!("{path} added as {}", shown(after)),
            (Some(before), None) => format!("{path} removed, was {}", shown(before)),
            (None, None) => path,
        }
    }
}

impl Tried {
    /// Everything that is in the way.
    pub fn clashes(&self) -> impl Iterator<Item = &OpMisfit> {
        let of_ops = self.ops.iter().filter_map(|op| match &op.grade {
            Grade::Clash(why) => Some(why),
            _ => None,
        });
        of_ops.chain(&self.broken)
    }

    /// What an author has to hear about an edit that does not do what it says.
    pub fn idle(&self) -> Vec<String> {
        let is_idle = |op: &&TriedOp| op.name == "remove" && op.grade == Grade::AlreadyThere;
        let mut idle: Vec<_> = self
            .ops
            .iter()
            .filter(is_idle)
            .map(|op| format!("{} is not there", why::shown(&op.path)))
            .collect();
        if idle.is_empty() && self.keys.is_empty() && self.content.is_some() {
            idle.push("the edit changes nothing in this file".to_owned());
        }
        idle
    }
}

impl Edit {
    /// What it does to this content.
    ///
    /// # Errors
    /// If the content cannot be read, or a place in it not be edited alone, or the result not be proven. That single
    /// operations do not fit is no error: all of them are told in the answer.
    pub fn try_on(&self, content: &[u8]) -> Result<Tried, OpMisfit> {
        if content.len() > MAX_EDITED_BYTES {
            return Err(OpMisfit::Unread(format!("it is larger than {} MiB", MAX_EDITED_BYTES >> 20)));
        }
        let (text, sheet) =
            self.format.read("the file", content).map_err(|unread| OpMisfit::Unread(unread.to_string()))?;
        let documents = Value::of_sheet(self.format, &sheet);
        let chosen = self.document(&documents)?;
        let before = &documents[chosen];
        let outcome = ops::run(&self.ops, &self.must, before)?;
        let name = |(op, grade): (&EditOperation, Grade)| TriedOp {
            name: op.name(),
            path: op.path().to_owned(),
            grade,
        };
        let ops: Vec<_> = self.ops.iter().zip(outcome.grades).map(name).collect();
        let mut tried = Tried { ops, broken: outcome.broken, keys: Vec::new(), content: None };
        if tried.clashes().next().is_some() {
            return Ok(tried);
        }
        let after = proof::as_read(self.format, &outcome.value);
        tried.keys = proof::changed_keys(before, &after);
        if before.says(&after) {
            tried.content = Some(content.to_vec());
            return Ok(tried);
        }
        let side = ParsedText { text: &text.text, sheet: &sheet };
        let mut fit = fit::FittedEdit::new(self.format, side);
        fit.document(&sheet.documents[chosen], before, &outcome.value)?;
        let fit::FittedEdit { mut exchanges, gone, .. } = fit;
        let unproven = |why| OpMisfit::Unproven(why);
        let edited = exchanged(&text.text, &mut exchanges).ok_or(unproven("two places of the edit meet"))?;
        let bytes = text.bytes_of(&edited).ok_or(unproven("the file's encoding has no such character"))?;
        let claim = proof::EditClaim { edit: self, before: &documents, chosen, after: &after, gone: &gone };
        claim.prove(side, &edited, &exchanges, &bytes).map_err(unproven)?;
        tried.content = Some(bytes);
        Ok(tried)
    }

    /// Which document is meant.
    fn document(&self, documents: &[Value]) -> Result<usize, OpMisfit> {
        let mut fitting = Vec::new();
        for (index, document) in documents.iter().enumerate() {
            if self.is_meant(document)? {
                fitting.push(index);
            }
        }
        match fitting[..] {
            [one] => Ok(one),
            [] => Err(OpMisfit::NoDocument(NoDocument::None)),
            _ if self.selector.is_empty() => Err(OpMisfit::NoDocument(NoDocument::Unsaid(documents.len()))),
            _ => Err(OpMisfit::NoDocument(NoDocument::Several(fitting.len()))),
        }
    }

    fn is_meant(&self, document: &Value) -> Result<bool, OpMisfit> {
        let mut unsure = None;
        for (path, wanted) in &self.selector {
            let found = match path.find(document, &mut EditBudget::default()) {
                Ok(path::PathLookup::Here(steps)) => path::at(document, &steps),
                Err(OpMisfit::TooMuch) => return Err(OpMisfit::TooMuch),
                Err(why @ OpMisfit::Unsure { .. }) => {
                    unsure = Some(why);
                    continue;
                }
                _ => None,
            };
            match found {
                Some(Value::Odd(_)) => unsure = Some(OpMisfit::Unsure { at: path.spelled().to_owned() }),
                Some(found) if found.is_meant_by(wanted) => {}
                _ => return Ok(false),
            }
        }
        // Which document is meant has to be certain of all of them.
        unsure.map_or(Ok(true), Err)
    }
}

#[cfg(test)]
mod tests;
