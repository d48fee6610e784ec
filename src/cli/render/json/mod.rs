//! Answers for programs. Field names are a contract; `assets/schema/cli.schema.json` says which there are.

mod bundle;
mod document;
mod folder;
mod hidden;
mod keys;
mod patches;
mod relation;
mod scripts;

pub(in crate::cli) use bundle::{
    diff, difference, inspection, made, order_written, plan, template, verification,
};
pub(in crate::cli) use document::{document, failure};
pub(in crate::cli) use folder::{
    accepted, applied, healed, history, history_check, identified, nothing_to_apply, recovered, rolled_back,
    status, support_saved,
};
pub(in crate::cli) use keys::{
    comment, key, keys, made_key, reviewed, revoked_key, rotated, signed, signed_list, trusted_key,
};
pub(in crate::cli) use patches::{exported, text_patches};
pub(in crate::cli) use relation::explanation;

use serde_json::{Map, Value, json};

use crate::model::PatchRef;
use crate::plan::{Note, Obstacle};
use crate::workbench::{CheckNote, PatchNote};

/// The fields of an object literal.
macro_rules! fields {
    ($($key:literal: $value:expr),* $(,)?) => {{
        let mut fields = serde_json::Map::new();
        $(fields.insert($key.to_owned(), serde_json::json!($value));)*
        fields
    }};
}
use fields;

/// Inserts a field that is left out when there is nothing to say.
fn insert_some(fields: &mut Map<String, Value>, key: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        fields.insert(key.to_owned(), value.into());
    }
}

fn reference(identity: &PatchRef, title: &str) -> Value {
    json!({ "id": identity.id.as_str(), "revision": identity.revision, "title": title })
}

fn note_of_patch(patch: &PatchNote) -> Map<String, Value> {
    let mut fields = fields! {
        "id": patch.id,
        "revision": patch.revision,
        "title": patch.title,
        "vendor": patch.vendor,
    };
    insert_some(&mut fields, "contact", patch.contact.clone());
    fields
}

fn notes(notes: &[Note]) -> Value {
    let note = |note: &Note| {
        let mut fields = fields! { "text": note.text };
        insert_some(&mut fields, "path", note.path.clone());
        Value::Object(fields)
    };
    notes.iter().map(note).collect()
}

fn obstacles(obstacles: &[Obstacle]) -> Value {
    let obstacle = |obstacle: &Obstacle| {
        let mut fields = fields! {
            "code": obstacle.code().as_str(),
            "meaning": obstacle.meaning(),
            "hint": obstacle.hint(),
        };
        insert_some(&mut fields, "path", obstacle.path.clone());
        Value::Object(fields)
    };
    obstacles.iter().map(obstacle).collect()
}

fn checks(checks: &[CheckNote]) -> Value {
    let check =
        |note: &CheckNote| json!({ "check": note.check, "passed": note.passed, "evidence": note.evidence });
    checks.iter().map(check).collect()
}
