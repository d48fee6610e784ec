//! What a patch hides.

use serde_json::{Map, Value, json};

use super::{fields, insert_some};
use crate::text::confusables::{ConfusableSeverity, Confusables};
use crate::workbench::{Hidden, HiddenIn, HiddenPlace};

pub(super) fn hidden(hidden: &Hidden) -> Value {
    let kinds: Vec<Value> = hidden
        .counts()
        .map(|(danger, kind, count)| {
            json!({
                "kind": kind.as_str(),
                "danger": danger.as_str(),
                "number": count.number,
                "places": count.places,
            })
        })
        .collect();
    json!({
        "deceiving": hidden.number(ConfusableSeverity::Deceiving),
        "unusual": hidden.number(ConfusableSeverity::Unusual),
        "there_before": hidden.there_before,
        "not_looked_through": hidden.not_looked_through,
        "kinds": kinds,
        "places": hidden.places.iter().map(place).collect::<Vec<_>>(),
    })
}

fn place(place: &HiddenPlace) -> Value {
    let suspect = &place.suspect;
    let mut fields = fields! { "kind": suspect.kind.as_str(), "danger": suspect.danger.as_str() };
    match &place.at {
        HiddenIn::Words(field) => insert_some(&mut fields, "field", Some(field.as_str())),
        HiddenIn::Name(name) => insert_some(&mut fields, "name", Some(name.as_str())),
        HiddenIn::File(path) => {
            insert_some(&mut fields, "path", Some(path.as_str()));
            fields.extend(fields! { "line": suspect.line, "column": suspect.column });
        }
    }
    fields.extend(fields! { "shown": suspect.shown });
    Value::Object(fields)
}

/// The same of one file: only numbers.
pub(super) fn in_file(found: &Confusables) -> Option<Map<String, Value>> {
    let kinds: Map<String, Value> = found.counts().fold(Map::new(), |mut kinds, (_, kind, number)| {
        let sum = kinds.get(kind.as_str()).and_then(Value::as_u64).unwrap_or_default() + number;
        kinds.insert(kind.as_str().to_owned(), sum.into());
        kinds
    });
    (!kinds.is_empty()).then_some(kinds)
}
