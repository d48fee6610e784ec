//! What a file says, in the kinds of values that all forms share.

use std::fmt;

use super::member_map::MemberMap;
use crate::diff::settings::{Format, KeyEntry};

/// A value. Numbers stay as they are spelled, so none of them is ever rounded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    /// What is no text to some programs and no number to others, as it is spelled: dates, and `yes` or `0123` in YAML.
    Plain(String),
    List(Vec<Item>),
    Map(MemberMap<Value>),
    /// What cannot be read for certain, as it is spelled.
    Odd(String),
}

/// An element of a list.
#[derive(Debug, Clone)]
pub struct Item {
    pub value: Value,
    /// Where it stood in the list as it was read; nothing for a new one.
    pub was: Option<usize>,
}

/// Where it stood says nothing.
impl PartialEq for Item {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl Eq for Item {}

impl Value {
    pub fn list(elements: impl IntoIterator<Item = Value>) -> Self {
        Value::List(elements.into_iter().map(|value| Item { value, was: None }).collect())
    }

    /// The same value, as one that stood nowhere before.
    pub(super) fn into_new(self) -> Self {
        match self {
            Value::List(items) => Value::list(items.into_iter().map(|item| item.value.into_new())),
            Value::Map(entries) => {
                Value::Map(entries.into_iter().map(|(key, value)| (key, value.into_new())).collect())
            }
            other => other,
        }
    }

    pub(super) fn into_items(self) -> Vec<Item> {
        if let Value::List(items) = self { items } else { Vec::new() }
    }

    pub fn text(text: &str) -> Self {
        Value::Text(text.to_owned())
    }

    pub fn get(&self, key: &str) -> Option<&Value> {
        match self {
            Value::Map(members) => members.get(key),
            _ => None,
        }
    }

    /// Whether it may have keys that are not written in it: it stands elsewhere, or takes them from elsewhere.
    pub(super) fn may_have_more(&self) -> bool {
        matches!(self, Value::Odd(_)) || self.get("<<").is_some()
    }

    /// What a person calls its kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "a yes or no",
            Value::Number(_) => "a number",
            Value::Text(_) => "a text",
            Value::Plain(_) => "a word without quotes",
            Value::List(_) => "a list",
            Value::Map(_) => "a group of keys",
            Value::Odd(_) => "something that programs read in different ways",
        }
    }

    /// How a single value is spelled; nothing for lists and groups.
    pub fn spelled(&self) -> Option<&str> {
        Some(match self {
            Value::Null => "null",
            Value::Bool(true) => "true",
            Value::Bool(false) => "false",
            Value::Number(spelled) | Value::Text(spelled) | Value::Plain(spelled) => spelled,
            Value::List(_) | Value::Map(_) | Value::Odd(_) => return None,
        })
    }

    /// Whether a person who wrote `other` means this one: numbers count by what they are worth, and a word without
    /// quotes may be written as a text.
    pub(crate) fn is_meant_by(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Odd(_), _) | (_, Value::Odd(_)) => false,
            (Value::Number(one), Value::Number(two)) => {
                one == two || worth(one).is_some_and(|one| worth(two) == Some(one))
            }
            (Value::Plain(one), Value::Text(two) | Value::Plain(two)) => one == two,
            (Value::List(one), Value::List(two)) => {
                one.len() == two.len()
                    && one.iter().zip(two).all(|(one, two)| one.value.is_meant_by(&two.value))
            }
            (Value::Map(one), Value::Map(two)) => {
                let is_there = |(key, value): &(String, Value)| {
                    other.get(key).is_some_and(|other| value.is_meant_by(other))
                };
                one.len() == two.len() && one.iter().all(is_there)
            }
            _ => self == other,
        }
    }

    /// Whether both say the same, in whatever order their keys are; spelled alike is alike.
    pub fn says(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::List(one), Value::List(two)) => {
                one.len() == two.len() && one.iter().zip(two).all(|(one, two)| one.value.says(&two.value))
            }
            (Value::Map(one), Value::Map(two)) if one.len() == two.len() => {
                // Keys that nobody moved stand side by side; only for others there is something to look up.
                match one.iter().zip(two).all(|(one, two)| one.0 == two.0) {
                    true => one.iter().zip(two).all(|(one, two)| one.1.says(&two.1)),
                    false => {
                        one.iter().all(|(key, value)| two.get(key).is_some_and(|other| value.says(other)))
                    }
                }
            }
            _ => self == other,
        }
    }

    /// How many values it is made of.
    pub fn size(&self) -> usize {
        match self {
            Value::List(items) => 1 + items.iter().map(|item| item.value.size()).sum::<usize>(),
            Value::Map(entries) => 1 + entries.iter().map(|(_, value)| value.size()).sum::<usize>(),
            _ => 1,
        }
    }

    /// How deep it goes.
    pub fn depth(&self) -> usize {
        match self {
            Value::List(items) => 1 + items.iter().map(|item| item.value.depth()).max().unwrap_or(0),
            Value::Map(entries) => 1 + entries.iter().map(|(_, value)| value.depth()).max().unwrap_or(0),
            _ => 1,
        }
    }
}

/// What people call an entry's key: sections go without their brackets.
pub(super) fn key_of(format: Format, entry: &KeyEntry) -> &str {
    let is_section = matches!(format, Format::Ini | Format::Unit) && entry.is_section;
    let bare = || entry.key.strip_prefix('[')?.strip_suffix(']');
    is_section.then(bare).flatten().unwrap_or(&entry.key)
}

/// The sign, the digits without zeros around them, and the power of ten behind them; nothing for other spellings.
fn worth(number: &str) -> Option<(bool, String, i64)> {
    let (is_negative, rest) = match number.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, number.strip_prefix('+').unwrap_or(number)),
    };
    let (mantissa, exponent) = rest.split_once(['e', 'E']).unwrap_or((rest, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() && fraction.is_empty() || !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    let exponent: i64 = exponent.parse().ok().filter(|exponent: &i64| exponent.abs() < i64::MAX / 4)?;
    let all = format!("{whole}{fraction}");
    let digits = all.trim_start_matches('0');
    let bare = digits.trim_end_matches('0');
    if bare.is_empty() {
        return Some((false, String::new(), 0));
    }
    let zeros = i64::try_from(digits.len() - bare.len()).ok()?;
    let behind = i64::try_from(fraction.len()).ok()?;
    Some((is_negative, bare.to_owned(), exponent - behind + zeros))
}

/// As it is shown to people: texts in quotes where they could be taken for something else.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Text(text) => write!(f, "{}", serde_json::Value::from(text.as_str())),
            Value::Odd(spelled) => f.write_str(spelled),
            Value::List(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    write!(f, "{}{}", if index > 0 { ", " } else { "" }, item.value)?;
                }
                f.write_str("]")
            }
            Value::Map(entries) => {
                f.write_str("{")?;
                for (index, (key, value)) in entries.iter().enumerate() {
                    let key = serde_json::Value::from(key.as_str());
                    write!(f, "{}{key}: {value}", if index > 0 { ", " } else { "" })?;
                }
                f.write_str("}")
            }
            _ => f.write_str(self.spelled().unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_count_by_what_they_are_worth_and_are_never_rounded() {
        let is = |one: &str, two: &str| Value::Number(one.into()).is_meant_by(&Value::Number(two.into()));
        for (one, two) in
            [("1", "1.0"), ("100", "1e2"), ("0.10", "1E-1"), ("-0", "0"), ("+5", "5"), ("0", "0.000e9")]
        {
            assert!(is(one, two), "{one} {two}");
        }
        for (one, two) in [
            ("18446744073709551616", "18446744073709551617"),
            ("1e400", "1e401"),
            ("1", "-1"),
            ("0x10", "16"),
            ("1e99999999999999999999", "0"),
        ] {
            assert!(!is(one, two), "{one} {two}");
        }
        assert!(is("1e400", "10e399"));
    }
}
