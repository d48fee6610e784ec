//! The one strict JSON reader: what it accepts, every other JSON reader reads the same way.
//!
//! Two programs that read one signed text differently are how a signature gets bypassed. So whatever the
//! standard leaves open is refused here: duplicate keys, numbers that are no 64-bit integers, texts in two
//! spellings, a byte-order mark, anything after the end. Manifests, transaction records and saved plans all
//! come through this door, in two passes: [`check`] looks at the whole text, and only then [`from_slice`]
//! makes a value of it.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use unicode_normalization::{UnicodeNormalization, is_nfc};

mod locate;
mod strict;

pub(crate) use locate::TextPosition;

use super::{CONFLICT_LEFT, conflict_mark};
use crate::model::characters::unseen;

/// Deepest nesting of objects and lists. Manifests need six; parsers of other programs fail from about a hundred.
pub(crate) const MAX_DEPTH: usize = 16;

/// Most values and keys of one document: what 8 MiB of the shortest hold, and ten times what the largest manifest needs.
/// Larger documents have longer values; with shorter ones they would take many times their length in memory.
const MAX_VALUES: usize = 4 << 20;

/// Why a text is refused, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {message}", place = self.place())]
pub struct JsonError {
    /// The place in the text.
    pub position: TextPosition,
    /// The value it is about, such as `changes[3].path`; empty: the document itself.
    pub at: String,
    /// What is wrong, without the place.
    pub message: String,
}

impl JsonError {
    fn place(&self) -> String {
        match self.at.as_str() {
            "" => self.position.to_string(),
            at => format!("{} ({at})", self.position),
        }
    }

    fn at_offset(bytes: &[u8], offset: usize, message: impl Into<String>) -> Self {
        let position = TextPosition::new(bytes, offset);
        Self { position, at: String::new(), message: message.into() }
    }

    fn from_serde(bytes: &[u8], error: &serde_json::Error) -> Self {
        let offset = locate::offset_of_line(bytes, error.line(), error.column());
        let full = error.to_string();
        let suffix = format!(" at line {} column {}", error.line(), error.column());
        let message = full.strip_suffix(&suffix).unwrap_or(&full);
        // The list of every key that would have been right is longer than anybody reads.
        let message = match message.split_once(", expected ") {
            Some((short, _)) if message.starts_with("unknown field") => short.replace('`', "\""),
            _ => message.to_owned(),
        };
        Self { position: TextPosition::new(bytes, offset), at: locate::name_at(bytes, offset), message }
    }
}

/// Checks that `bytes` are one strict JSON document of at most `limit_bytes`.
///
/// # Errors
/// Names the first place that breaks a rule.
pub fn check(bytes: &[u8], limit_bytes: usize) -> Result<(), JsonError> {
    let text = plain_text(bytes, limit_bytes)?;
    let mut reader = serde_json::Deserializer::from_str(text);
    let left = Cell::new(MAX_VALUES);
    let shape = Shape { containers: 0, left: &left };
    shape.deserialize(&mut reader).and_then(|()| reader.end()).map_err(|error| match conflict_mark(text) {
        Some(mark) => JsonError::at_offset(bytes, mark, CONFLICT_LEFT),
        None => JsonError::from_serde(bytes, &error),
    })
}

/// Reads a `T` from one strict JSON document of at most `limit_bytes`.
///
/// Structs are only read from objects (serde would also take lists). That a `T` refuses unknown keys is its own
/// business: derive it with `deny_unknown_fields` and without `flatten`. An `Option` takes `null`; use [`present`]
/// where leaving the key out is the only way to say "none".
///
/// # Errors
/// As [`check`], and where the document is no `T`.
pub fn from_slice<T: DeserializeOwned>(bytes: &[u8], limit_bytes: usize) -> Result<T, JsonError> {
    check(bytes, limit_bytes)?;
    from_checked(bytes)
}

/// The same of a document that passed [`check`]: whoever reads one more than once checks it once.
///
/// # Errors
/// Where the document is no `T`.
pub(crate) fn from_checked<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, JsonError> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    T::deserialize(strict::Strict(&mut reader)).map_err(|error| JsonError::from_serde(bytes, &error))
}

/// For `#[serde(default, deserialize_with = "present")]`: the key may be left out, but not be `null`.
///
/// # Errors
/// As those of `T`.
pub fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(reader: D) -> Result<Option<T>, D::Error> {
    T::deserialize(reader).map(Some)
}

/// The place of the value called `at` (such as `changes[3].path`) in a document that passed [`check`].
pub(crate) fn position_of(bytes: &[u8], at: &str) -> Option<TextPosition> {
    locate::offset_of_name(bytes, at).map(|offset| TextPosition::new(bytes, offset))
}

fn plain_text(bytes: &[u8], limit_bytes: usize) -> Result<&str, JsonError> {
    if bytes.len() > limit_bytes {
        let message = format!("the text is {} bytes long, {limit_bytes} are allowed", bytes.len());
        return Err(JsonError::at_offset(bytes, limit_bytes, message));
    }
    if bytes.starts_with(b"\xEF\xBB\xBF") {
        return Err(JsonError::at_offset(bytes, 0, "the text starts with a byte-order mark"));
    }
    std::str::from_utf8(bytes).map_err(|error| {
        JsonError::at_offset(bytes, error.valid_up_to(), "the text is not UTF-8 from here on")
    })
}

/// Visits a whole value and keeps nothing of it.
#[derive(Clone, Copy)]
struct Shape<'l> {
    /// How many objects and lists are open around the value.
    containers: usize,
    /// How many more values and keys there may be.
    left: &'l Cell<usize>,
}

impl Shape<'_> {
    fn inside<E: serde::de::Error>(self) -> Result<Self, E> {
        let containers = self.containers + 1;
        if containers > MAX_DEPTH {
            return Err(E::custom(format_args!("nested deeper than {MAX_DEPTH} levels")));
        }
        Ok(Self { containers, ..self })
    }

    fn count<E: serde::de::Error>(self) -> Result<(), E> {
        let left = self.left.get().checked_sub(1);
        self.left.set(left.ok_or_else(|| E::custom(format_args!("more than {MAX_VALUES} values")))?);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Shape<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        self.count()?;
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Shape<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    // serde_json hands over as a float whatever has a fraction or exponent, is `-0`, or fits no 64 bits.
    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<(), E> {
        Err(E::custom("a number is not an integer of 64 bits in its plain form"))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        one_spelling(text)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let inner = self.inside()?;
        while list.next_element_seed(inner)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        let inner = self.inside()?;
        let mut seen: Vec<Cow<'_, str>> = Vec::new();
        let mut many = BTreeSet::new();
        while let Some(BorrowedKey(key)) = object.next_key()? {
            inner.count()?;
            one_spelling(&key)?;
            if seen.contains(&key) || many.contains(&key) {
                return Err(A::Error::custom(format_args!("the key {key:?} is there twice")));
            }
            // Nearly all objects have few keys.
            if seen.len() < FEW_KEYS {
                seen.push(key);
            } else {
                many.insert(key);
            }
            object.next_value_seed(inner)?;
        }
        Ok(())
    }
}

/// Keys that are searched one by one.
const FEW_KEYS: usize = 16;

/// A key, borrowed from the text where it has no escapes.
#[derive(Deserialize)]
pub(crate) struct BorrowedKey<'t>(#[serde(borrow)] pub Cow<'t, str>);

fn one_spelling<E: serde::de::Error>(text: &str) -> Result<(), E> {
    match has_one_spelling(text) {
        true => Ok(()),
        false if text.contains('\0') => Err(E::custom("a text contains a NUL")),
        false => Err(E::custom("a text is not in Unicode's composed form (NFC)")),
    }
}

/// Whether [`check`] takes this text: it has no NUL and is in Unicode's composed form.
pub(crate) fn has_one_spelling(text: &str) -> bool {
    !text.contains('\0') && (text.is_ascii() || is_nfc(text))
}

/// What somebody wrote, so that [`check`] takes it: the same for the eye. Also of a whole document, because what is no
/// text in it is ASCII and composes with nothing.
pub(crate) fn in_one_spelling(text: &str) -> String {
    text.chars().filter(|c| *c != '\0').nfc().collect()
}

/// A JSON text with every character that nobody would see as a `\u` escape: a terminal may be reading. Outside of texts
/// JSON has no such characters but line feeds.
pub(crate) fn spell_out(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        if c == '\n' || unseen(c).is_none() {
            text.push(c);
            continue;
        }
        let mut units = [0; 2];
        for unit in c.encode_utf16(&mut units) {
            text.push_str(&format!("\\u{unit:04x}"));
        }
    }
    text
}

#[cfg(test)]
mod tests;
