//! The one document that programs read. What is in it is in `report::answer`.

use serde::Serialize;

use super::answer::Outcome;
use crate::text::json::spell_out;

/// Names the form of all documents; it changes when a field loses its meaning, not when one is added.
const SCHEMA: &str = "patchwright/1";

#[derive(Serialize)]
struct JsonDocument<'a, A> {
    schema: &'static str,
    command: Option<&'a str>,
    outcome: Outcome,
    #[serde(flatten)]
    answer: &'a A,
}

/// The one document of a run, with a line feed at its end.
pub(in crate::cli) fn document(
    command: Option<&str>,
    outcome: Outcome,
    answer: &impl Serialize,
    on_one_line: bool,
) -> String {
    let whole = JsonDocument { schema: SCHEMA, command, outcome, answer };
    let write = if on_one_line { serde_json::to_string } else { serde_json::to_string_pretty };
    let mut text = spell_out(&write(&whole).expect("an answer has text keys only"));
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::model::characters::unseen;

    #[test]
    fn a_document_holds_no_character_that_nobody_sees_and_means_the_same() {
        let text = "a\u{1b}[31m\u{9b}\u{202e}\u{e0041}\u{7f}é\n\t\"";
        for on_one_line in [true, false] {
            let printed = document(Some("show"), Outcome::Done, &json!({ "title": text }), on_one_line);
            assert!(printed.chars().all(|c| c == '\n' || unseen(c).is_none()), "{printed:?}");
            let read: Value = serde_json::from_str(&printed).expect("JSON");
            assert_eq!(read["title"], text);
            assert_eq!(on_one_line, printed.lines().count() == 1);
        }
    }
}
