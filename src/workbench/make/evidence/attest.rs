//! What happened to a folder as statements of in-toto, in predicates that its tools know.
//!
//! `link/v0.3`: which files were there before and after a change. `test-result/v0.1`: which health checks passed. `svr/v0.2`:
//! what the signatures of a patch came to when it was applied.

use serde_json::{Value, json};

use crate::ledger::{Action, CheckNote, Entry, PatchNote, Turn};
use crate::model::{Digest, Node, Step};

const STATEMENT: &str = "https://in-toto.io/Statement/v1";
/// That a patch went.
const UNDONE: &str = "rollback";
const VERIFIER: &str = "https://github.com/patchwright/patchwright";

/// The statements about `entry`, whose bytes have the digest `record`: what each is about in one word, and the statement.
/// `turn`: what it comes to if it undoes another one.
pub(super) fn statements(entry: &Entry, record: Digest, turn: Turn) -> Vec<(String, Value)> {
    let mut statements = Vec::new();
    let deed = deed(entry, turn);
    if !entry.steps.is_empty() {
        statements.push(("link".to_owned(), link(entry, record, &deed)));
    }
    if !entry.checks.is_empty() {
        statements.push(("test-result".to_owned(), test_result(entry, record, &deed)));
    }
    if entry.action == Action::Apply {
        for (part, note) in entry.patches().iter().enumerate() {
            let name = if part == 0 { "svr".to_owned() } else { format!("svr-{part}") };
            statements.extend(verdict(entry, note, part, record).map(|said| (name, said)));
        }
    }
    statements
}

/// What was done, in the words of the command line.
fn deed(entry: &Entry, turn: Turn) -> String {
    let word = match turn {
        _ if entry.action != Action::Rollback => {
            let word = serde_json::to_value(entry.action).expect("an action is a word");
            return word.as_str().unwrap_or_default().to_owned();
        }
        Turn::Went => UNDONE,
        Turn::CameBack => "reapply",
        Turn::Repaired => "repair again",
        Turn::RepairUndone => "undo repair",
        Turn::Switched => "toggle again",
        Turn::SwitchedBack => "undo toggle",
    };
    word.to_owned()
}

fn statement(subject: Vec<Value>, kind: &str, predicate: &Value) -> Value {
    json!({
        "_type": STATEMENT,
        "subject": subject,
        "predicateType": format!("https://in-toto.io/attestation/{kind}"),
        "predicate": predicate,
    })
}

fn described(name: &str, digest: Digest) -> Value {
    json!({ "name": name, "digest": { "sha256": digest.to_string() } })
}

/// The history's own record, for what is about no file.
fn of_record(entry: &Entry, record: Digest) -> Value {
    described(&format!("history/{:08}/entry.json", entry.seq), record)
}

fn link(entry: &Entry, record: Digest, deed: &str) -> Value {
    let file = |step: &Step, node: &Option<Node>| {
        let file = node.as_ref().and_then(Node::as_file)?;
        Some(described(step.path.as_str(), file.digest))
    };
    let mut subject: Vec<Value> = entry.steps.iter().filter_map(|step| file(step, &step.after)).collect();
    if subject.is_empty() {
        subject.push(of_record(entry, record));
    }
    let materials: Vec<Value> = entry.steps.iter().filter_map(|step| file(step, &step.before)).collect();
    let patches: Vec<&str> = entry.patches().iter().map(|patch| patch.id.as_str()).collect();
    let name = format!("{deed} {}", patches.join(" "));
    let predicate = json!({
        "name": name.trim_end(),
        "command": [],
        "materials": materials,
        "byproducts": { "entry": entry.seq, "record": record.to_string() },
        "environment": { "time": entry.time, "user": entry.user, "host": entry.host, "tool": entry.tool },
    });
    statement(subject, "link/v0.3", &predicate)
}

fn test_result(entry: &Entry, record: Digest, deed: &str) -> Value {
    let names = |passed: bool| -> Vec<&str> {
        let those = entry.checks.iter().filter(|check| check.passed == passed);
        those.map(|check: &CheckNote| check.check.as_str()).collect()
    };
    // A check that failed and undid nothing was only wanted.
    let result = match (names(false).is_empty(), deed == UNDONE) {
        (true, _) => "PASSED",
        (false, true) => "FAILED",
        (false, false) => "WARNED",
    };
    let predicate = json!({
        "result": result,
        "configuration": [of_record(entry, record)],
        "passedTests": names(true),
        "failedTests": names(false),
    });
    statement(vec![of_record(entry, record)], "test-result/v0.1", &predicate)
}

fn verdict(entry: &Entry, note: &PatchNote, part: usize, record: Digest) -> Option<Value> {
    let said = entry.vouched.get(part)?;
    let manifest = entry.parts.get(part).map(|part| part.manifest).or(entry.manifest);
    let subject = manifest.map_or_else(|| of_record(entry, record), |manifest| described(&note.id, manifest));
    let mut properties = vec![format!("PATCHWRIGHT_{}", said.verdict.to_ascii_uppercase().replace('-', "_"))];
    properties.extend(
        entry
            .overrides
            .iter()
            .map(|one| format!("PATCHWRIGHT_SET_ASIDE_{}", one.rule.to_ascii_uppercase().replace('-', "_"))),
    );
    let predicate = json!({
        "verifier": { "id": VERIFIER, "policies": [] },
        "timeCreated": entry.time,
        "properties": properties,
    });
    Some(statement(vec![subject], "svr/v0.2", &predicate))
}
