//! Goes through every text of a manifest. Nothing of it is kept: a large one has hundreds of thousands.

use std::fmt::{self, Write};

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::text::confusables::in_words;
use crate::text::escape_line;
use crate::text::json::BorrowedKey;
use crate::workbench::hidden::{Hidden, HiddenIn};

/// Looks at every text of `manifest`. The changes have names and digests, which are looked at as such, and links.
pub(super) fn look_at(manifest: &[u8], hidden: &mut Hidden) {
    let mut reader = serde_json::Deserializer::from_slice(manifest);
    // What was read as a manifest once is JSON.
    let _ = ManifestField { field: &mut String::new(), hidden }.deserialize(&mut reader);
}

/// What changes have that is a name, a digest or a fixed word.
const SAYS_NOTHING: [&str; 11] =
    ["base", "blob", "edit", "encoding", "from", "kind", "local_edits", "mode", "op", "path", "sha256"];

/// One value of the manifest, and all in it.
struct ManifestField<'a> {
    /// Where it stands, such as `issues[0].url`.
    field: &'a mut String,
    hidden: &'a mut Hidden,
}

impl ManifestField<'_> {
    fn inside(&mut self) -> ManifestField<'_> {
        ManifestField { field: self.field, hidden: self.hidden }
    }
}

impl<'de> DeserializeSeed<'de> for ManifestField<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ManifestField<'_> {
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

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        let found = in_words(text);
        if !found.is_empty() {
            self.hidden.add(&HiddenIn::Words(escape_line(self.field).into_owned()), found);
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        let length = self.field.len();
        for index in 0.. {
            write!(self.field, "[{index}]").expect("a text takes everything");
            let next = list.next_element_seed(self.inside())?;
            self.field.truncate(length);
            if next.is_none() {
                break;
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut object: A) -> Result<(), A::Error> {
        let length = self.field.len();
        while let Some(BorrowedKey(key)) = object.next_key()? {
            if self.field.starts_with("changes[") && SAYS_NOTHING.contains(&&*key) {
                object.next_value::<IgnoredAny>()?;
                continue;
            }
            if length > 0 {
                self.field.push('.');
            }
            self.field.push_str(&key);
            object.next_value_seed(self.inside())?;
            self.field.truncate(length);
        }
        Ok(())
    }
}
