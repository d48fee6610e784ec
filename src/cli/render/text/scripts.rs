//! Scripts, for people: each in full and escaped, so that what is read is what runs.

use super::safe;
use crate::cli::render::Style;
use crate::plan::Obstacle;
use crate::report::phrases::interpreter;
use crate::workbench::{PlannedScript, ScriptPlan};

/// Every script with its whole text, and below it what takes it back.
pub(in crate::cli) fn scripts_in_full(scripts: &[PlannedScript], style: Style) -> String {
    let with_undo = |script: &PlannedScript| {
        let undo = script.undo.as_deref().map(|undo| in_full(undo, style)).unwrap_or_default();
        in_full(script, style) + &undo
    };
    scripts.iter().map(with_undo).collect()
}

fn in_full(script: &PlannedScript, style: Style) -> String {
    let mut text = format!(
        "{}\n  Run by {}, at most {} s. SHA-256 {}\n",
        style.attention(&capitalised(script)),
        interpreter(script.interpreter),
        script.timeout_secs,
        script.digest,
    );
    // Only the vendor speaks behind the bar.
    if !script.time.is_undo() {
        text.extend(script.reason.lines().map(|line| format!("  Why: {}\n", safe(line))));
    }
    // Split at line feeds only: whatever else looks like the end of a line is shown as what it is.
    let body = script.text.strip_suffix('\n').unwrap_or(&script.text);
    text.extend(body.split('\n').map(|line| format!("  | {}\n", safe(line))));
    text.push('\n');
    text
}

/// Which scripts would run, without their texts. `problems` are told anyway.
pub(super) fn scripts_in_short(plan: &ScriptPlan, problems: &[Obstacle], style: Style) -> String {
    if plan.is_empty() {
        return String::new();
    }
    let mut text = format!("{}\n", style.strong("Scripts that would run"));
    for script in &plan.scripts {
        let by = interpreter(script.interpreter);
        text.push_str(&format!("  {}, by {by}\n      SHA-256 {}\n", safe(&script.name()), script.digest));
    }
    let last = match &plan.refused {
        // Why not stands with what else is in the way.
        Some(refused) if problems.contains(refused) => style.bad("They can't run."),
        Some(refused) => style.bad(&format!(
            "They can't run: {}. {}",
            safe(&refused.meaning()),
            safe(&refused.hint().to_string())
        )),
        None => {
            style.attention("They run only if you add --run-scripts. To read them: patchwright show FILE")
        }
    };
    text.push_str(&format!("{last}\n\n"));
    text
}

fn capitalised(script: &PlannedScript) -> String {
    crate::text::capitalised(&safe(&script.name()))
}
