//! Walks through lists inside lists of a JSON document and hands out their entries one by one, so that nothing is held that
//! is not wanted.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

/// Longest text that is kept, in bytes. Ids, names, versions and paths are shorter.
const MAX_TEXT_BYTES: usize = 4096;
/// Most entries of a list inside one finding.
const MAX_ENTRIES: usize = 256;

/// A text that is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct KeptText(pub String);

impl<'de> Deserialize<'de> for KeptText {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        struct TextVisitor;
        impl Visitor<'_> for TextVisitor {
            type Value = KeptText;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<KeptText, E> {
                match text.len() <= MAX_TEXT_BYTES {
                    true => Ok(KeptText(text.to_owned())),
                    false => Err(E::custom("a text in it is too long")),
                }
            }
        }
        reader.deserialize_str(TextVisitor)
    }
}

/// A short list, or `null`.
pub(super) fn few<'de, D: Deserializer<'de>, T: Deserialize<'de>>(reader: D) -> Result<Vec<T>, D::Error> {
    let mut taken = Vec::new();
    let mut take = |entry: T| {
        taken.push(entry);
        if taken.len() <= MAX_ENTRIES { Ok(()) } else { Err("a list in it is too long".to_owned()) }
    };
    Walk { path: &[], take: &mut take }.deserialize(reader)?;
    Ok(taken)
}

/// A few values by their names, or `null`.
pub(super) fn few_named<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    reader: D,
) -> Result<BTreeMap<String, T>, D::Error> {
    struct FewVisitor<T>(PhantomData<T>);
    impl<'de, T: Deserialize<'de>> Visitor<'de> for FewVisitor<T> {
        type Value = BTreeMap<String, T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
            Ok(BTreeMap::new())
        }

        fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
            let mut taken = BTreeMap::new();
            while let Some((KeptText(name), value)) = object.next_entry()? {
                taken.insert(name, value);
                if taken.len() > MAX_ENTRIES {
                    return Err(A::Error::custom("an object in it has too many keys"));
                }
            }
            Ok(taken)
        }
    }
    reader.deserialize_any(FewVisitor(PhantomData))
}

/// Hands every entry of the lists at `path` to `take`, which may refuse it. Lists on the way are walked through.
pub(super) struct Walk<'a, T> {
    pub path: &'a [&'static str],
    pub take: &'a mut dyn FnMut(T) -> Result<(), String>,
}

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Walk<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_any(WalkVisitor { walk: self, entry: PhantomData })
    }
}

struct WalkVisitor<'a, T> {
    walk: Walk<'a, T>,
    entry: PhantomData<T>,
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for WalkVisitor<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.walk.path.first() {
            Some(key) => write!(f, "objects with {key:?}"),
            None => f.write_str("a list"),
        }
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let Walk { path, take } = self.walk;
        if path.is_empty() {
            while let Some(entry) = list.next_element()? {
                take(entry).map_err(A::Error::custom)?;
            }
            return Ok(());
        }
        while list.next_element_seed(Walk { path, take: &mut *take })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        let Walk { path, take } = self.walk;
        let Some((wanted, rest)) = path.split_first() else {
            return Err(A::Error::custom("there is an object where a list is expected"));
        };
        let mut is_done = false;
        while let Some(KeptText(key)) = object.next_key()? {
            if key != *wanted {
                object.next_value::<IgnoredAny>()?;
            } else if std::mem::replace(&mut is_done, true) {
                return Err(A::Error::custom(format!("{key:?} is there twice")));
            } else {
                object.next_value_seed(Walk { path: rest, take: &mut *take })?;
            }
        }
        Ok(())
    }
}
