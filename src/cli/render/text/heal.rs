//! Putting right what is not as the history says.

use std::path::Path;

use super::plan::{note_lines, notes, what_will_happen};
use super::{place, safe};
use crate::cli::render::{Detail, Style, words};
use crate::workbench::{HealPreview, Healed};

pub(in crate::cli) fn heal_plan(look: &HealPreview, target: &Path, detail: Detail, style: Style) -> String {
    let differ = words::count(look.drift.len(), "place differs", "places differ");
    let mut text = format!("{differ} from what is expected in {}\n\n", place(target));
    text.push_str(&what_will_happen(&look.preview, detail, style));
    text.push_str(&notes(&look.preview.notes, style));
    text
}

pub(in crate::cli) fn healed(healed: &Healed, target: &Path, style: Style) -> String {
    let folder = place(target);
    let Some(entry) = &healed.entry else {
        return format!(
            "Nothing to do: everything in {folder} is as expected\n{}",
            note_lines(&healed.notes)
        );
    };
    let steps = entry.steps().unwrap_or_default();
    let mut text =
        format!("{} {} in {folder}\n", style.good("Put right"), words::count(steps.len(), "place", "places"));
    text.extend(steps.iter().map(|step| format!("  {}\n", safe(step.path.as_str()))));
    text.push_str(&note_lines(&healed.notes));
    if let Some(error) = &healed.untidy {
        text.push_str(&format!("  tidying up has to wait for the next command: {}\n", safe(error)));
    }
    text.push_str(&format!("To take this back: patchwright rollback {folder} --undo\n"));
    text
}
