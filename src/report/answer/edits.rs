//! Answers about edits by key.

use super::{all, answers, some};
use crate::diff::{Grade, KeyChange, TriedOp};
use crate::report::phrases::path_text;
use crate::workbench::TriedFile;

answers! {
    EditTest(files: &[TriedFile]) {
        files: Vec<EditedFile> = all(files, EditedFile::new),
    }

    /// How the edits fit one file.
    EditedFile(file: &TriedFile) {
        path: String = path_text(&file.file),
        fits: bool = file.fits(),
        [problem]: String = file.tried.as_ref().err().cloned(),
        ops: Vec<EditOp> = file.tried.iter().flat_map(|tried| all(&tried.ops, EditOp::new)).collect(),
        [clashes]: Vec<String> = some(file.tried.iter().flat_map(|tried| tried.clashes().map(ToString::to_string)).collect()),
        keys: Vec<EditedKey> = file.tried.iter().flat_map(|tried| all(&tried.keys, EditedKey::new)).collect(),
    }

    EditOp(op: &TriedOp) {
        op: String = op.name.to_owned(),
        path: String = op.path.clone(),
        grade: String = grade(&op.grade).to_owned(),
    }

    /// A value that becomes another one.
    EditedKey(key: &KeyChange) {
        path: String = key.path.clone(),
        [before]: String = key.before.clone(),
        [after]: String = key.after.clone(),
    }
}

fn grade(grade: &Grade) -> &'static str {
    match grade {
        Grade::AlreadyThere => "already-there",
        Grade::Clash(_) => "clash",
        Grade::Clean => "clean",
        Grade::Created => "created",
        Grade::Holds => "holds",
    }
}
