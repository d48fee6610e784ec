//! The document itself, and the one form that every failure has.

use serde_json::{Map, Value};

use super::{fields, insert_some, obstacles};
use crate::model::characters::unseen;
use crate::report::Report;

/// Names the form of all documents; it changes when a field loses its meaning, not when one is added.
const SCHEMA: &str = "patchwright/1";

/// The one document of a run, with a line feed at its end.
pub(in crate::cli) fn document(
    command: Option<&str>,
    outcome: &str,
    fields: Map<String, Value>,
    on_one_line: bool,
) -> String {
    let mut whole = fields! { "schema": SCHEMA, "command": command, "outcome": outcome };
    whole.extend(fields);
    let whole = Value::Object(whole);
    let text = if on_one_line { whole.to_string() } else { format!("{whole:#}") };
    let mut text = spell_out(&text);
    text.push('\n');
    text
}

/// The same document with every character that nobody would see as a `\u` escape: a terminal may be reading. Outside
/// of texts JSON has no such characters but line feeds.
fn spell_out(json: &str) -> String {
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

pub(in crate::cli) fn failure(report: &Report) -> Map<String, Value> {
    let mut fields = fields! {
        "code": report.code.as_str(),
        "message": report.title(),
    };
    insert_some(&mut fields, "path", report.path.clone());
    fields.extend(fields! { "causes": report.causes });
    insert_some(&mut fields, "files", report.files.sentence());
    fields.extend(fields! { "hints": report.hints, "obstacles": obstacles(&report.obstacles) });
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_holds_no_character_that_nobody_sees_and_means_the_same() {
        let text = "a\u{1b}[31m\u{9b}\u{202e}\u{e0041}\u{7f}é\n\t\"";
        for on_one_line in [true, false] {
            let printed = document(Some("show"), "done", fields! { "title": text }, on_one_line);
            assert!(printed.chars().all(|c| c == '\n' || unseen(c).is_none()), "{printed:?}");
            let read: Value = serde_json::from_str(&printed).expect("JSON");
            assert_eq!(read["title"], text);
            assert_eq!(on_one_line, printed.lines().count() == 1);
        }
    }
}
