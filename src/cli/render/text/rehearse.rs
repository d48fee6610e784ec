//! How a rehearsal ended.

use std::path::Path;

use super::{headline, place, safe};
use crate::cli::render::{Style, words};
use crate::report::phrases;
use crate::text::escape_text;
use crate::workbench::{KnownRehearsal, Rehearsed};

/// Most files that are named.
const MAX_FILES: usize = 5;

pub(in crate::cli) fn rehearsed(done: &Rehearsed, target: &Path, style: Style) -> String {
    let mut text = String::new();
    for coming in done.preview.patches.iter().filter(|coming| coming.left_out.is_none()) {
        text.push_str(&format!("{}\n", headline(&coming.patch, style)));
    }
    text.push_str(&format!("Rehearsed on a copy of {}\n\n", place(target)));
    for check in &done.checks {
        let mark = if check.passed { style.good("✓") } else { style.bad("✗") };
        text.push_str(&format!("{mark} {}\n", safe(&check.line())));
        if let Some(said) = check.what_it_printed().filter(|_| !check.passed) {
            text.push_str(&format!("  {}\n", safe(&said)));
        }
    }
    for test in &done.tests {
        let mark = if test.is_passed { style.good("✓") } else { style.bad("✗") };
        text.push_str(&format!("{mark} {}: {}\n", safe(&test.command), safe(&test.how)));
        if !test.is_passed {
            for line in escape_text(&test.output).lines() {
                text.push_str(&format!("  | {line}\n"));
            }
        }
    }
    if done.left_out > 0 {
        let left_out = words::count(done.left_out, "check or script", "checks and scripts");
        text.push_str(&format!("{left_out} not run: they are for the running product\n"));
    }
    if !done.not_cloned.is_empty() {
        let some = done.not_cloned.iter().take(MAX_FILES);
        let named: Vec<String> = some.map(|(path, what)| format!("{} ({what})", place(path))).collect();
        let more = if done.not_cloned.len() > MAX_FILES { ", …" } else { "" };
        let named = named.join(", ");
        text.push_str(&format!(
            "Not in the copy, because only the running product can use them: {named}{more}\n"
        ));
    }
    if !done.written.is_empty() {
        let names: Vec<String> =
            done.written.iter().take(MAX_FILES).map(|path| safe(path.as_str()).into_owned()).collect();
        let more = if done.written.len() > MAX_FILES { ", …" } else { "" };
        let files = words::count(done.written.len(), "file", "files");
        text.push_str(&format!("Your tests wrote {files} in the copy: {}{more}\n", names.join(", ")));
    }
    if let Some(why) = &done.unrecorded {
        let why = safe(why);
        text.push_str(&format!(
            "{}\n",
            style.attention(&format!("Couldn't save the result, so plan and apply won't show it: {why}"))
        ));
    }
    let ending = match &done.failure {
        None => style.good("Passed: applied, checked, rolled back, and every file is as before"),
        Some(why) => style.bad(&format!("Failed: {}", safe(why))),
    };
    text.push_str(&format!("{ending}\n"));
    if let Some(why) = &done.refused {
        let told = format!("It can't be applied here: your trust rules don't allow it ({})", safe(why));
        text.push_str(&format!("{}\n", style.attention(&told)));
    }
    text
}

/// The line about a rehearsal in a plan.
pub(super) fn known(known: &KnownRehearsal, style: Style) -> String {
    let said = safe(&phrases::rehearsal(known)).into_owned();
    let is_good = known.is_current && known.note.is_passed;
    format!("{}\n", if is_good { style.good(&said) } else { style.attention(&said) })
}
