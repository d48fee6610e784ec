//! Proves an edited text: it says what was meant, and all else of it is as it was.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;

use super::path::{PathStep, named};
use super::value::{Item, Value};
use super::work::EditBudget;
use super::{Edit, KeyChange};
use crate::diff::settings::{Exchange, Format, ParsedText, Sheet, undone};

/// What an edited text is held against.
pub(super) struct EditClaim<'a> {
    pub edit: &'a Edit,
    /// What all documents said before.
    pub before: &'a [Value],
    /// The one that was edited, and what it should say.
    pub chosen: usize,
    pub after: &'a Value,
    /// Where values stood that are gone.
    pub gone: &'a [Range<usize>],
}

impl EditClaim<'_> {
    /// # Errors
    /// With what is not as it should be.
    pub fn prove(
        &self,
        side: ParsedText<'_>,
        edited: &str,
        exchanges: &[Exchange],
        bytes: &[u8],
    ) -> Result<(), &'static str> {
        if undone(side.text, edited, exchanges).as_deref() != Some(side.text) {
            return Err("something else of the file would change");
        }
        let format = self.edit.format;
        let Ok((text, sheet)) = format.read("the result", bytes) else {
            return Err("the result could not be read");
        };
        if text.text != edited {
            return Err("the file's encoding has no such character");
        }
        let documents = Value::of_sheet(format, &sheet);
        if documents.len() != self.before.len() {
            return Err("the result has another number of documents");
        }
        for (index, (before, after)) in self.before.iter().zip(&documents).enumerate() {
            let meant = if index == self.chosen { self.after } else { before };
            if !after.says(meant) {
                return Err("the result says something else than what was meant");
            }
            if !keeps_order(before, meant, after) {
                return Err("the keys of the result stand in another order");
            }
        }
        if sheet.doubts.len() > side.sheet.doubts.len() {
            return Err("readers would take a part of the result for different things");
        }
        if !self.keeps_comments(side, edited, &sheet) {
            return Err("a comment would be gone");
        }
        let mut work = EditBudget::default();
        if self.edit.must.iter().any(|must| must.hold(&documents[self.chosen], &mut work).is_err()) {
            return Err("a condition does not hold in the result");
        }
        Ok(())
    }

    /// Whether all comments that did not stand within what is gone are there, in their order, and no others.
    fn keeps_comments(&self, side: ParsedText<'_>, edited: &str, after: &Sheet) -> bool {
        let mut gone: Vec<_> = self.gone.to_vec();
        gone.sort_by_key(|range| range.start);
        let mut next = 0;
        let mut end = 0;
        let mut is_gone = |at: usize| {
            while gone.get(next).is_some_and(|range| range.start <= at) {
                end = end.max(gone[next].end);
                next += 1;
            }
            at < end
        };
        let stays = side.sheet.comments.iter().filter(|comment| !is_gone(comment.start));
        let stays = stays.map(|comment| side.text[comment.clone()].trim());
        stays.eq(after.comments.iter().map(|comment| edited[comment.clone()].trim()))
    }
}

/// Whether keys that were there before stand in the same order; `meant` knows where each element was.
fn keeps_order(before: &Value, meant: &Value, after: &Value) -> bool {
    match (before, meant, after) {
        (Value::Map(before), Value::Map(meant), Value::Map(after)) => {
            let by_key: HashMap<&str, &Value> =
                meant.iter().map(|(key, value)| (key.as_str(), value)).collect();
            let known: HashMap<&str, &Value> =
                before.iter().map(|(key, value)| (key.as_str(), value)).collect();
            let still: HashSet<&str> = after.iter().map(|(key, _)| key.as_str()).collect();
            let kept = before.iter().map(|(key, _)| key.as_str()).filter(|key| still.contains(key));
            let stand = after.iter().map(|(key, _)| key.as_str()).filter(|key| known.contains_key(key));
            let inner =
                |(key, after): &(String, Value)| match (known.get(key.as_str()), by_key.get(key.as_str())) {
                    (Some(before), Some(meant)) => keeps_order(before, meant, after),
                    _ => true,
                };
            kept.eq(stand) && after.iter().all(inner)
        }
        (Value::List(before), Value::List(meant), Value::List(after)) => {
            meant.iter().zip(after).all(|(meant, after)| match meant.was.and_then(|was| before.get(was)) {
                Some(before) => keeps_order(&before.value, &meant.value, &after.value),
                None => true,
            })
        }
        _ => true,
    }
}

/// What a value reads as: where a key that is there several times is a list, one that is there once is none.
pub(super) fn as_read(format: Format, value: &Value) -> Value {
    let Value::Map(entries) = value else { return value.clone() };
    if format != Format::Unit {
        return value.clone();
    }
    let one = |value: &Value| match value {
        Value::List(items) => match &items[..] {
            [] => None,
            [one] => Some(one.value.clone()),
            _ => Some(value.clone()),
        },
        other => Some(other.clone()),
    };
    let section = |(key, value): &(String, Value)| {
        let value = match value {
            Value::Map(entries) => Value::Map(
                entries.iter().filter_map(|(key, value)| Some((key.clone(), one(value)?))).collect(),
            ),
            other => one(other)?,
        };
        Some((key.clone(), value))
    };
    Value::Map(entries.iter().filter_map(section).collect())
}

/// The values that become others, each with its path.
pub(super) fn changed_keys(before: &Value, after: &Value) -> Vec<KeyChange> {
    let mut changes = Vec::new();
    compare(&mut Vec::new(), before, after, &mut changes);
    changes
}

fn compare(steps: &mut Vec<PathStep>, before: &Value, after: &Value, changes: &mut Vec<KeyChange>) {
    if before.says(after) {
        return;
    }
    let change = |steps: &[PathStep], before: Option<&Value>, after: Option<&Value>| KeyChange {
        path: named(steps),
        before: before.map(ToString::to_string),
        after: after.map(ToString::to_string),
    };
    match (before, after) {
        (Value::Map(old), Value::Map(new)) => {
            let by_key: BTreeMap<&str, &Value> =
                new.iter().map(|(key, value)| (key.as_str(), value)).collect();
            let known: HashSet<&str> = old.iter().map(|(key, _)| key.as_str()).collect();
            for (key, before) in old {
                steps.push(PathStep::Key(key.clone()));
                match by_key.get(key.as_str()) {
                    Some(after) => compare(steps, before, after, changes),
                    None => changes.push(change(steps, Some(before), None)),
                }
                steps.pop();
            }
            for (key, after) in new.iter().filter(|(key, _)| !known.contains(key.as_str())) {
                steps.push(PathStep::Key(key.clone()));
                changes.push(change(steps, None, Some(after)));
                steps.pop();
            }
        }
        (Value::List(old), Value::List(new)) if new.iter().any(|item| item.was.is_some()) => {
            let kept: HashMap<usize, &Item> = new.iter().filter_map(|item| Some((item.was?, item))).collect();
            for (index, before) in old.iter().enumerate() {
                steps.push(PathStep::Index(index));
                match kept.get(&index) {
                    Some(after) => compare(steps, &before.value, &after.value, changes),
                    None => changes.push(change(steps, Some(&before.value), None)),
                }
                steps.pop();
            }
            for (index, item) in new.iter().enumerate().filter(|(_, item)| item.was.is_none()) {
                steps.push(PathStep::Index(index));
                changes.push(change(steps, None, Some(&item.value)));
                steps.pop();
            }
        }
        _ => changes.push(change(steps, Some(before), Some(after))),
    }
}
