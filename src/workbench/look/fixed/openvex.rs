//! OpenVEX 0.2: one statement per problem and library, with the library itself as the product. That is the only form that
//! scans of folders and of bills of materials match in every scanner, and a second statement about the same would be read by
//! some and not by others.

use serde_json::{Value, json};

use super::FixedHere;
use super::format::{FixedFormat, Publisher};
use crate::plan::VexStatement;

pub(super) fn document(here: &FixedHere, publisher: &Publisher) -> Value {
    let statements: Vec<Value> =
        here.told_in(FixedFormat::OpenVex).map(|told| statement(here, told)).collect();
    let statements = Value::from(statements);
    json!({
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": format!("urn:uuid:{}", here.uuid(&json!([publisher.name, statements]))),
        "author": publisher.name,
        "timestamp": here.as_of.time,
        "version": here.edition(),
        "tooling": format!("patchwright/{}", env!("CARGO_PKG_VERSION")),
        "statements": statements,
    })
}

fn statement(here: &FixedHere, told: &VexStatement) -> Value {
    let mut vulnerability = json!({"name": told.ids[0]});
    if told.ids.len() > 1 {
        vulnerability["aliases"] = json!(told.ids[1..]);
    }
    let since = here.patches_of(told).map(|patch| &patch.time).min();
    json!({
        "vulnerability": vulnerability,
        "timestamp": since.unwrap_or(&here.as_of.time),
        "products": [{"@id": told.purl.as_str()}],
        "status": "fixed",
        "status_notes": here.grounds(told),
    })
}
