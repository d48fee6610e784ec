//! Repairing what is not as the history says.

use std::path::Path;

use super::list::{columns, note_lines};
use super::plan::{notes, what_will_happen};
use super::{argument, place, safe};
use crate::cli::render::{Detail, Style, words};
use crate::plan::Note;
use crate::workbench::{KeptEdit, RepairPreview, Repaired};

pub(in crate::cli) fn repair_plan(
    look: &RepairPreview,
    target: &Path,
    detail: Detail,
    style: Style,
) -> String {
    if look.preview.is_nothing_to_do() {
        return nothing_to_repair(&place(target), &look.preview.notes);
    }
    let differ = words::count(look.drift.len(), "file isn't", "files aren't");
    let mut text = format!("{differ} as expected in {}\n\n", place(target));
    text.push_str(&what_will_happen(&look.preview, &[], detail, style));
    text.push_str(&notes(&look.preview.notes, style));
    text
}

pub(in crate::cli) fn repaired(repaired: &Repaired, target: &Path, style: Style) -> String {
    let folder = place(target);
    let Some(entry) = &repaired.entry else {
        return nothing_to_repair(&folder, &repaired.notes);
    };
    let steps = &entry.steps;
    let mut text =
        format!("{} {} in {folder}\n", style.good("Repaired"), words::count(steps.len(), "file", "files"));
    text.extend(steps.iter().map(|step| format!("  {}\n", safe(step.path.as_str()))));
    text.push_str(&note_lines(&repaired.notes));
    if let Some(error) = &repaired.untidy {
        text.push_str(&format!("  Couldn't clean up; the next command tries again: {}\n", safe(error)));
    }
    text.push_str(&kept_versions(&repaired.edits, target));
    text.push_str(&format!("To undo the repair: patchwright rollback {} --undo\n", argument(target)));
    text
}

fn nothing_to_repair(folder: &str, notes: &[Note]) -> String {
    format!("Nothing to repair: every patched file in {folder} is as expected\n{}", note_lines(notes))
}

/// Where the edited files are that a change replaced.
pub(super) fn kept_versions(edits: &[KeptEdit], target: &Path) -> String {
    if edits.is_empty() {
        return String::new();
    }
    let row = |edit: &KeptEdit| {
        let copy = target.join(&edit.copy);
        [safe(edit.path.as_str()).into_owned(), safe(&copy.to_string_lossy()).into_owned()]
    };
    let heading = "Your versions are kept here. To get one back later, copy it over the file:\n";
    heading.to_owned() + &columns(&edits.iter().map(row).collect::<Vec<_>>())
}
