//! How a choice is written: as its word.

use std::borrow::Cow;
use std::fmt::Display;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};

use crate::model::Word;

pub(crate) fn serialize<W: Display, S: Serializer>(choice: &W, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(choice)
}

pub(crate) fn deserialize<'de, W: Word, D: Deserializer<'de>>(deserializer: D) -> Result<W, D::Error> {
    let word = Cow::<str>::deserialize(deserializer)?;
    W::parse(&word).ok_or_else(|| D::Error::custom(format!("{word:?} is none of {}", W::choices())))
}
