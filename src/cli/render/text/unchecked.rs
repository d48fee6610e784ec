//! Changes whose health checks were cut short, or failed without a way back, and those whose checks may be running.

use super::checks::checks;
use super::safe;
use crate::cli::render::{Style, words};
use crate::workbench::UncheckedChange;

/// Changes that may not work, and what can be done about it.
pub(super) fn unchecked(changes: &[UncheckedChange], folder: &str, style: Style) -> String {
    let lines: String = changes.iter().map(|change| line(change, style)).collect();
    let next = style.attention("Next:");
    let what = match changes.iter().all(|change| !change.checks.failed().is_empty()) {
        true => "Fix the cause, then check again, which rolls back if it still fails",
        false => "Run them, and roll back if a required one fails",
    };
    format!("{lines}{next} {what}: patchwright recover {folder} --finish\n")
}

/// Changes of which the answer is still to come.
pub(super) fn checking(changes: &[UncheckedChange], style: Style) -> String {
    let lines: String = changes.iter().map(|change| line(change, style)).collect();
    format!("{lines}{} Wait until they are done, then look again.\n", style.attention("Next:"))
}

fn line(change: &UncheckedChange, style: Style) -> String {
    let (when, by) = (words::moment(&change.time), safe(&change.user));
    let line = format!("{} (changed {} by {by})", safe(&change.sentence()), safe(&when));
    let line = if change.may_run() { style.attention(&line) } else { style.bad(&line) };
    format!("{line}\n{}", checks(change.checks.failed()))
}
