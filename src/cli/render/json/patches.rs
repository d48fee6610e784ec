//! Answers about text patches.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::fields;
use crate::report::phrases as words;
use crate::workbench::{Exported, FileOutcome, HunkOutcome, TextInspection, TextOrigin};

pub(in crate::cli) fn text_patches(shown: &TextInspection, path: &Path) -> Map<String, Value> {
    let patches: Vec<Value> = shown
        .patches
        .iter()
        .map(|patch| {
            let files: Vec<Value> = patch
                .files
                .iter()
                .map(|file| {
                    json!({
                        "does": file.does,
                        "name": file.name,
                        "hunks": file.hunks,
                        "lines_added": file.added,
                        "lines_removed": file.removed,
                    })
                })
                .collect();
            json!({
                "name": patch.name,
                "subject": patch.header.subject,
                "author": patch.header.author,
                "date": patch.header.date,
                "commit": patch.header.commit,
                "message": patch.header.message,
                "files": files,
            })
        })
        .collect();
    fields! { "text_patch": words::path_text(path), "patches": patches, "hidden": super::hidden::hidden(&shown.hidden) }
}

/// How the hunks of each file fit.
pub(super) fn fits(origin: &TextOrigin) -> Value {
    let hunk = |hunk: &HunkOutcome| json!({ "grade": hunk.grade.as_str(), "stated": hunk.stated, "at": hunk.at, "patch_line": hunk.line, "text": hunk.sentence() });
    let file = |file: &FileOutcome| {
        json!({
            "path": file.path,
            "from": file.from,
            "already_there": file.is_there,
            "problem": file.trouble.as_ref().map(|trouble| trouble.meaning.clone()),
            "hunks": file.hunks.iter().map(hunk).collect::<Vec<_>>(),
        })
    };
    let patches: Vec<Value> = origin
        .patches
        .iter()
        .map(|(name, patch)| json!({ "name": name, "strip": patch.strip, "files": patch.files.iter().map(file).collect::<Vec<_>>() }))
        .collect();
    json!({ "fuzz": origin.fuzz, "patches": patches })
}

pub(in crate::cli) fn exported(exported: &Exported, output: &Path) -> Map<String, Value> {
    fields! { "path": words::path_text(output), "bytes": exported.text.len(), "left_out": exported.left_out }
}
