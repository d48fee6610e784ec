//! Scripts, for programs.

use serde_json::{Map, Value, json};

use super::insert_some;
use crate::workbench::{PlannedScript, ScriptNote, ScriptPlan, ScriptState};

/// Scripts with their whole texts.
pub(super) fn scripts(scripts: &[PlannedScript]) -> Value {
    scripts.iter().map(|script| Value::Object(planned(script))).collect()
}

fn planned(script: &PlannedScript) -> Map<String, Value> {
    let mut fields = super::fields! {
        "patch": script.patch,
        "number": script.number,
        "phase": script.time.as_str(),
        "reason": script.reason,
        "interpreter": script.interpreter.as_str(),
        "timeout_secs": script.timeout_secs,
        "sha256": script.digest.to_string(),
        "text": script.text,
    };
    insert_some(&mut fields, "undo", script.undo.as_deref().map(planned));
    fields
}

/// Scripts of a plan, what consent to them is called, and why they may not run, if so.
pub(super) fn insert_plan(fields: &mut Map<String, Value>, plan: &ScriptPlan) {
    if plan.is_empty() {
        return;
    }
    fields.insert("scripts".to_owned(), scripts(&plan.scripts));
    fields.insert("scripts_sha256".to_owned(), plan.digest().to_string().into());
    insert_some(fields, "scripts_refused", plan.refused.as_ref().map(crate::plan::Obstacle::meaning));
}

/// Scripts as the history tells them.
pub(super) fn notes(notes: &[ScriptNote]) -> Value {
    let state = |state| match state {
        ScriptState::Due => "due",
        ScriptState::Done => "done",
        ScriptState::Failed => "failed",
        ScriptState::Skipped => "skipped",
    };
    let note = |note: &ScriptNote| {
        json!({
            "patch": note.patch,
            "number": note.number,
            "phase": note.time.as_str(),
            "sha256": note.sha256.to_string(),
            "state": state(note.state),
            "how": note.how,
            "millis": note.millis,
            "output": note.output,
        })
    };
    notes.iter().map(note).collect()
}
