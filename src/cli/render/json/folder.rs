//! Answers about folders.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::{checks, fields, insert_some, note_of_patch, notes, reference, scripts};
use crate::model::TreePath;
use crate::report::phrases as words;
use crate::workbench::{
    Accepted, Applied, ApplyPreview, Drift, Entry, Healed, History, HistoryCheck, Identified,
    IdentifiedPatch, Installed, KeptEdit, PlannedStep, Recalled, Recovered, RolledBack, Status,
};

pub(in crate::cli) fn nothing_to_apply(preview: &ApplyPreview, target: &Path) -> Map<String, Value> {
    fields! {
        "patch": reference(&preview.patch.about.identity, &preview.patch.about.title),
        "patches": super::relation::patches(&preview.patches),
        "target": words::path_text(target),
    }
}

pub(in crate::cli) fn applied(applied: &Applied, target: &Path) -> Map<String, Value> {
    let mut fields = fields! {
        "patch": reference(&applied.patch.about.identity, &applied.patch.about.title),
        "patches": super::relation::patches(&applied.patches),
        "target": words::path_text(target),
        "notes": notes(&applied.notes),
        "checks": checks(&applied.checks),
        "restart": applied.patch.about.restart.as_str(),
    };
    insert_some(&mut fields, "entry", applied.entry.as_ref().map(entry));
    insert_some(&mut fields, "untidy", applied.untidy.clone());
    fields
}

pub(in crate::cli) fn rolled_back(done: &RolledBack, target: &Path) -> Map<String, Value> {
    let mut fields = fields! {
        "target": words::path_text(target),
        "entry": entry(&done.entry),
        "notes": notes(&done.notes),
        "patches": done.patches.iter().map(note_of_patch).map(Value::Object).collect::<Vec<_>>(),
        "returned": done.back.iter().map(note_of_patch).map(Value::Object).collect::<Vec<_>>(),
    };
    insert_some(&mut fields, "patch", done.patch.as_ref().map(note_of_patch));
    insert_some(&mut fields, "untidy", done.untidy.clone());
    fields
}

pub(in crate::cli) fn identified(found: &Identified, target: &Path) -> Map<String, Value> {
    let texts = |paths: &[TreePath]| paths.iter().map(|path| path.as_str().to_owned()).collect::<Vec<_>>();
    let patch = |patch: &IdentifiedPatch| {
        let mut fields = fields! {
            "id": patch.identity.id.as_str(),
            "revision": patch.identity.revision,
            "title": patch.title,
            "product": patch.product,
            "in_history": patch.in_history,
            "presence": patch.presence.as_str(),
            "after": patch.after,
            "before": patch.before,
            "edited": texts(&patch.edited),
            "other": texts(&patch.other),
        };
        insert_some(&mut fields, "is_product", patch.is_product);
        insert_some(&mut fields, "is_for_version", patch.is_for_version);
        Value::Object(fields)
    };
    let mut fields = fields! { "target": words::path_text(target) };
    insert_some(&mut fields, "product", found.product.clone());
    insert_some(&mut fields, "version", found.version.clone());
    fields.insert("patches".to_owned(), found.patches.iter().map(patch).collect());
    fields
}

pub(in crate::cli) fn healed(healed: &Healed, target: &Path) -> Map<String, Value> {
    let mut fields = fields! { "target": words::path_text(target), "notes": notes(&healed.notes) };
    insert_some(&mut fields, "entry", healed.entry.as_ref().map(entry));
    insert_some(&mut fields, "untidy", healed.untidy.clone());
    fields
}

pub(in crate::cli) fn accepted(accepted: &Accepted, target: &Path) -> Map<String, Value> {
    let patches: Vec<Value> = accepted.patches.iter().map(note_of_patch).map(Value::Object).collect();
    let edit = |edit: &KeptEdit| json!({ "path": edit.path.as_str(), "copy": edit.copy });
    let edits: Vec<Value> = accepted.edits.iter().map(edit).collect();
    let mut fields = fields! { "target": words::path_text(target), "patches": patches, "edits": edits };
    insert_some(&mut fields, "rollback", accepted.rollback.as_ref().map(note_of_patch));
    fields
}

pub(in crate::cli) fn support_saved(saved: &Path, target: &Path) -> Map<String, Value> {
    fields! { "target": words::path_text(target), "path": words::path_text(saved) }
}

pub(in crate::cli) fn recovered(recovered: &Recovered, target: &Path) -> Map<String, Value> {
    let mut fields = fields! { "target": words::path_text(target) };
    match recovered {
        Recovered::NothingToDo => {}
        Recovered::Finished(finished) => fields.extend(fields! { "entry": entry(finished) }),
        Recovered::PutBack { patch, undone } => {
            let aside =
                |(path, now): &(TreePath, _)| json!({ "path": path.as_str(), "now": format!("{now}") });
            let texts =
                |paths: &[TreePath]| paths.iter().map(|path| path.as_str().to_owned()).collect::<Vec<_>>();
            insert_some(&mut fields, "patch", patch.as_ref().map(note_of_patch));
            fields.extend(fields! {
                "put_back": undone.put_back,
                "newer": texts(&undone.newer),
                "folders_kept": texts(&undone.folders_kept),
                "put_aside": undone.put_aside.iter().map(aside).collect::<Vec<_>>(),
            });
        }
    }
    fields
}

pub(in crate::cli) fn status(status: &Status, target: &Path) -> Map<String, Value> {
    let patch = |installed: &Installed| {
        let mut fields = note_of_patch(&installed.patch);
        fields.extend(fields! {
            "applied": installed.time,
            "entry": installed.applied,
            "accepted": installed.accepted,
            "state": if installed.replaced_by.is_some() { "inactive" } else { "active" },
        });
        insert_some(&mut fields, "replaced_by", installed.replaced_by.clone());
        let removal = status.removal.iter().find(|(key, _)| *key == installed.key);
        if let Some((_, removal)) = removal {
            fields.insert("removal".to_owned(), super::relation::removal(removal));
        }
        Value::Object(fields)
    };
    let held = |held: &Recalled| {
        let list = words::path_text(&held.list);
        let mut fields = fields! { "id": held.id, "reason": held.reason, "list": list };
        insert_some(&mut fields, "replacement", held.replacement.clone());
        Value::Object(fields)
    };
    let drift = |drift: &Drift| {
        let mut fields = fields! { "path": drift.path.as_str(), "kind": drift.kind.as_str() };
        insert_some(&mut fields, "patch", drift.patch.clone());
        fields.insert("cause".to_owned(), drift.cause.as_str().into());
        insert_some(&mut fields, "cause_patch", drift.cause.patch());
        Value::Object(fields)
    };
    let mut fields = fields! { "target": words::path_text(target) };
    insert_some(&mut fields, "product", status.product.clone());
    insert_some(&mut fields, "version", status.version.clone());
    fields.extend(fields! {
        "patches": status.installed.iter().map(patch).collect::<Vec<_>>(),
        "compared": status.compared,
        "drift": status.drift.iter().map(drift).collect::<Vec<_>>(),
        "can_undo_rollback": status.can_undo_rollback,
        "can_undo_heal": status.can_undo_heal,
        "held": status.held.iter().map(held).collect::<Vec<_>>(),
    });
    if !status.scripts_in_doubt.is_empty() {
        fields.insert("scripts_in_doubt".to_owned(), scripts::notes(&status.scripts_in_doubt));
    }
    if let Some(unfinished) = &status.unfinished {
        let mut work = fields! {
            "doing": if unfinished.is_rollback { "rollback" } else { "apply" },
            "begun": unfinished.begun,
            "user": unfinished.user,
        };
        insert_some(&mut work, "patch", unfinished.patch.as_ref().map(note_of_patch));
        fields.insert("unfinished".to_owned(), Value::Object(work));
    }
    fields
}

pub(in crate::cli) fn history(history: &History, target: &Path) -> Map<String, Value> {
    let entries: Vec<Value> = history.entries.iter().map(entry).map(Value::Object).collect();
    fields! { "target": words::path_text(target), "entries": entries }
}

pub(in crate::cli) fn history_check(check: &HistoryCheck, target: &Path) -> Map<String, Value> {
    let mut fields = fields! { "target": words::path_text(target), "fitting": check.fitting };
    insert_some(&mut fields, "head", check.head.map(|digest| digest.to_string()));
    insert_some(&mut fields, "seen_before", check.seen);
    if let Some((entry, problem)) = &check.problem {
        fields.extend(fields! { "first_unfit": entry, "problem": problem });
    }
    fields
}

fn entry(entry: &Entry) -> Map<String, Value> {
    let mut fields = fields! {
        "seq": entry.seq,
        "previous": entry.previous.to_string(),
        "action": words::action(entry.action),
        "time": entry.time,
        "user": entry.user,
        "host": entry.host,
        "tool": entry.tool,
    };
    insert_some(&mut fields, "patch", entry.patch.as_ref().map(note_of_patch));
    if !entry.parts.is_empty() {
        let patches: Vec<Value> = entry.patches().into_iter().map(note_of_patch).map(Value::Object).collect();
        fields.insert("patches".to_owned(), Value::Array(patches));
    }
    insert_some(&mut fields, "reverses", entry.reverses);
    insert_some(&mut fields, "bundle_sha256", entry.bundle.map(|digest| digest.to_string()));
    insert_some(&mut fields, "manifest_sha256", entry.manifest.map(|digest| digest.to_string()));
    insert_some(&mut fields, "version_before", entry.version_before.clone());
    insert_some(&mut fields, "version_after", entry.version_after.clone());
    // An entry whose steps cannot be read is shown without them; its chain is right all the same.
    let steps: Vec<PlannedStep> =
        entry.steps().unwrap_or_default().iter().map(PlannedStep::from_step).collect();
    if !entry.vouched.is_empty() {
        let vouched = serde_json::to_value(&entry.vouched).expect("notes have text keys only");
        fields.insert("vouched".to_owned(), vouched);
    }
    if !entry.overrides.is_empty() {
        let overrides = serde_json::to_value(&entry.overrides).expect("notes have text keys only");
        fields.insert("overrides".to_owned(), overrides);
    }
    fields.extend(fields! { "remarks": entry.remarks, "checks": checks(&entry.checks), "steps": steps });
    if !entry.scripts.is_empty() {
        fields.insert("scripts".to_owned(), scripts::notes(&entry.scripts));
    }
    fields
}
