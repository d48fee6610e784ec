//! Changes whose health checks were cut short.

use super::safe;
use crate::cli::render::{Style, words};
use crate::workbench::UncheckedChange;

/// Changes that may not work, and what can be done about it.
pub(super) fn unchecked(changes: &[UncheckedChange], folder: &str, style: Style) -> String {
    let line = |change: &UncheckedChange| {
        let (when, by) = (words::moment(&change.time), safe(&change.user));
        let line = format!("{} (changed {} by {by})", safe(&change.sentence()), safe(&when));
        format!("{}\n", style.bad(&line))
    };
    let lines: String = changes.iter().map(line).collect();
    let next = style.attention("Next:");
    format!(
        "{lines}{next} Run them, and roll back if a required one fails: patchwright recover {folder} --finish\n"
    )
}
