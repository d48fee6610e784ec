//! Answers about bundles and plans.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::{fields, insert_some, notes, obstacles, reference, scripts};
use crate::diff::{ChangeView, Content, MergedBy, diff_lines, is_text};
use crate::model::{Node, Patch, TreePath};
use crate::plan::{MergedHow, Resolution};
use crate::report::changes::{self, Status};
use crate::report::phrases as words;
use crate::workbench::{
    ApplyPreview, Doubt, Error, Finding, Inspection, MadeBundle, PlannedStep, Signatory, Verdict,
    Verification, Weight,
};

pub(in crate::cli) fn template(template: &str) -> Map<String, Value> {
    fields! { "template": template }
}

pub(in crate::cli) fn order_written(output: &Path) -> Map<String, Value> {
    fields! { "path": words::path_text(output) }
}

pub(in crate::cli) fn made(made: &MadeBundle) -> Map<String, Value> {
    let finding = |finding: &Finding| {
        json!({
            "line": finding.line,
            "column": finding.column,
            "level": if finding.level == Weight::Error { "error" } else { "warning" },
            "field": finding.field,
            "message": finding.message,
        })
    };
    fields! {
        "patch": reference(&made.patch.about.identity, &made.patch.about.title),
        "file": file(&made.output, made.bundle_bytes, &made.file_digest.to_string()),
        "changes": counts(&made.patch),
        "proven": made.patch.proven,
        "warnings": made.warnings.iter().map(finding).collect::<Vec<_>>(),
        "notes": made.notes,
    }
}

pub(in crate::cli) fn inspection(shown: &Inspection, path: &Path) -> Map<String, Value> {
    // What was read as a manifest once is JSON.
    let manifest: Value = serde_json::from_slice(&shown.manifest).unwrap_or_default();
    let mut fields = about(shown, path);
    fields.extend(fields! {
        "changes": counts(&shown.patch),
        "hidden": super::hidden::hidden(&shown.hidden),
        "manifest": manifest,
    });
    if !shown.scripts.is_empty() {
        fields.insert("scripts".to_owned(), scripts::scripts(&shown.scripts));
    }
    fields
}

pub(in crate::cli) fn verification(verified: &Verification, path: &Path) -> Map<String, Value> {
    let mut fields = about(&verified.inspection, path);
    fields.extend(fields! { "contents": verified.blobs });
    fields
}

fn about(shown: &Inspection, path: &Path) -> Map<String, Value> {
    fields! {
        "patch": reference(&shown.patch.about.identity, &shown.patch.about.title),
        "file": file(path, shown.file_bytes, &shown.file_digest.to_string()),
        "trust": trust(&shown.verdict),
        "reviews": super::keys::reviews(&shown.verdict, &shown.reviews),
        "manifest_sha256": shown.manifest_digest.to_string(),
    }
}

fn file(path: &Path, bytes: u64, sha256: &str) -> Value {
    json!({ "path": words::path_text(path), "bytes": bytes, "sha256": sha256 })
}

/// Who vouches for a patch.
pub(super) fn trust(verdict: &Verdict) -> Value {
    let signer = |voucher: &Signatory| {
        json!({
            "key": voucher.key.to_string(),
            "name": voucher.name,
            "role": voucher.role.as_str(),
            "time": voucher.time,
            "review": voucher.review.map(|digest| digest.to_string()),
        })
    };
    json!({
        "verdict": verdict.standing.as_str(),
        "sentence": verdict.sentence(),
        "signers": verdict.vouchers.iter().map(signer).collect::<Vec<_>>(),
        "doubts": verdict.doubts.iter().map(Doubt::sentence).collect::<Vec<_>>(),
        "needs": { "author": verdict.needs.authors, "reviewer": verdict.needs.reviewers },
        "policy": verdict.policy.set_by.as_str(),
        "new_keys": verdict.unknown_keys.iter().map(|key| key.fingerprint().to_string()).collect::<Vec<_>>(),
    })
}

fn counts(patch: &Patch) -> Value {
    let lines = changes::lines(&patch.changes);
    json!({
        "added": changes::number(&lines, Status::Added),
        "modified": changes::number(&lines, Status::Modified),
        "type_changed": changes::number(&lines, Status::TypeChanged),
        "renamed": changes::number(&lines, Status::Renamed),
        "deleted": changes::number(&lines, Status::Deleted),
    })
}

pub(in crate::cli) fn plan(
    preview: &ApplyPreview,
    target: &Path,
    saved: Option<&Path>,
) -> Map<String, Value> {
    let plan = &preview.preview;
    let steps: Vec<PlannedStep> = plan.plan.steps.iter().map(PlannedStep::from_step).collect();
    let mut fields = Map::new();
    if !plan.obstacles.is_empty() {
        let report = crate::report::Report::from_error(&Error::Refused(plan.obstacles.clone()), Some(target));
        fields = super::failure(&report);
    }
    fields.extend(fields! {
        "patch": reference(&preview.patch.about.identity, &preview.patch.about.title),
        "patches": super::relation::patches(&preview.patches),
        "target": words::path_text(target),
        "trust": trust(&preview.verdict),
        "steps": steps,
        "notes": notes(&plan.notes),
        "obstacles": obstacles(&plan.obstacles),
        "hidden": super::hidden::hidden(&preview.hidden),
        "needed_bytes": plan.needed_bytes,
        "restart": preview.patch.about.restart.as_str(),
        "manifest_sha256": preview.manifest_digest.to_string(),
        "fingerprint": plan.plan.base.0.to_string(),
    });
    insert_some(&mut fields, "version", preview.version.clone());
    insert_some(&mut fields, "text_patches", preview.text.as_ref().map(super::patches::fits));
    if !preview.edits.is_empty() {
        let edits: Vec<Value> = preview.edits.iter().map(|(path, edit)| self::edit(path, edit)).collect();
        fields.insert("edits".to_owned(), edits.into());
    }
    scripts::insert_plan(&mut fields, &preview.scripts);
    insert_some(&mut fields, "plan_file", saved.map(words::path_text));
    fields
}

/// What becomes of one file that somebody edited.
fn edit(path: &TreePath, resolution: &Resolution) -> Value {
    let mut fields = fields! { "path": path.as_str() };
    let outcome = match resolution {
        Resolution::KeepMine => "kept",
        Resolution::TakeTheirs { .. } => "replaced",
        Resolution::Merged { file, by } => {
            fields.extend(fields! { "merged": by.as_str(), "after": node(&Node::File(file.clone())) });
            if let MergedHow::By(MergedBy::Keys(keys)) = by {
                fields.insert("keys".to_owned(), keys.clone().into());
            }
            "merged"
        }
        Resolution::Clashes(places) => {
            fields.insert("places".to_owned(), places.clone().into());
            "clash"
        }
        Resolution::Impossible(why) => {
            fields.insert("why".to_owned(), why.clone().into());
            "clash"
        }
    };
    fields.insert("outcome".to_owned(), outcome.into());
    Value::Object(fields)
}

pub(in crate::cli) fn diff(patch: &Patch, target: Option<&Path>, changes: Vec<Value>) -> Map<String, Value> {
    let mut fields =
        fields! { "patch": reference(&patch.about.identity, &patch.about.title), "changes": changes };
    insert_some(&mut fields, "target", target.map(words::path_text));
    fields
}

/// One change in numbers.
pub(in crate::cli) fn difference(view: &ChangeView<'_>) -> Value {
    let (before, after) = (view.before_node(), view.after_node());
    let status = Status::new(before, after, view.renamed_from.is_some());
    let mut fields = fields! { "status": status.letter(), "path": view.change.path.as_str() };
    insert_some(&mut fields, "from", view.renamed_from.map(|from| from.path.as_str()));
    insert_some(&mut fields, "before", before.map(node));
    insert_some(&mut fields, "after", after.map(node));
    if let Some((added, removed)) = line_counts(view) {
        fields.extend(fields! { "lines_added": added, "lines_removed": removed });
    }
    insert_some(
        &mut fields,
        "hidden",
        crate::cli::render::brought(view).as_ref().and_then(super::hidden::in_file),
    );
    Value::Object(fields)
}

fn node(node: &Node) -> Value {
    match node {
        Node::File(file) => json!({
            "kind": "file",
            "bytes": file.size_bytes,
            "mode": file.mode.to_string(),
            "sha256": file.digest.to_string(),
        }),
        Node::Link(link) => json!({ "kind": "link", "to": link.points_to }),
        Node::Dir(mode) => json!({ "kind": "folder", "mode": mode.to_string() }),
    }
}

/// How many lines come and go; `None` where contents are no text or not at hand.
fn line_counts(view: &ChangeView<'_>) -> Option<(usize, usize)> {
    let bytes = |content| match content {
        Content::Absent => Some(&[][..]),
        Content::Bytes(bytes) => Some(bytes),
        Content::Unavailable(_) => None,
    };
    let (old, new) = (bytes(view.before)?, bytes(view.after)?);
    (is_text(old) && is_text(new)).then(|| diff_lines(old, new, 0).added_and_removed())
}
