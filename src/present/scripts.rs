//! Scripts of a patch, each in full: what somebody reads before they run.

use crate::model::Digest;
use crate::report::phrases;
use crate::text::{capitalised, escape_line};
use crate::words::{fill, trying};
use crate::workbench::{PlannedScript, ScriptPlan};

/// The scripts of one change, in the order in which they would run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptsView {
    pub scripts: Vec<ScriptView>,
    /// What stands for exactly these, and how they are run.
    pub digest: Digest,
}

/// One script. Texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptView {
    pub name: String,
    /// Why the patch needs it, in the vendor's words; none for what undoes one.
    pub reason: Option<String>,
    /// What runs it, how long, and its digest.
    pub about: String,
    /// Its whole text.
    pub text: String,
    /// The same, each line with its number: a long line that is wrapped stays one.
    pub numbered: String,
}

impl ScriptsView {
    /// Those of `plan`; none where there are none, or where they can't run whoever agrees.
    pub(super) fn new(plan: &ScriptPlan) -> Option<Self> {
        if plan.is_empty() || plan.refused.is_some() {
            return None;
        }
        Some(Self { scripts: ScriptView::all(&plan.scripts), digest: plan.digest() })
    }
}

impl ScriptView {
    /// Each of `scripts`, and after it what undoes it.
    pub(super) fn all(scripts: &[PlannedScript]) -> Vec<Self> {
        let each = scripts.iter().flat_map(|script| [script].into_iter().chain(script.undo.as_deref()));
        each.map(Self::new).collect()
    }

    fn new(script: &PlannedScript) -> Self {
        let by = phrases::interpreter(script.interpreter);
        let facts = [
            ("by", by),
            ("seconds", &script.timeout_secs.to_string()),
            ("digest", &script.digest.to_string()),
        ];
        let reason =
            (!script.time.is_undo()).then(|| fill(trying::SCRIPT_WHY, &[("why", &line(&script.reason))]));
        // Split at line feeds only: whatever else looks like the end of a line is shown as what it is.
        let body = script.text.strip_suffix('\n').unwrap_or(&script.text);
        let lines: Vec<String> = body.split('\n').map(line).collect();
        let numbered = lines.iter().enumerate().map(|(at, text)| format!("{:>3}  {text}", at + 1));
        let numbered = numbered.collect::<Vec<_>>().join("\n");
        Self {
            name: capitalised(&line(&script.name())),
            reason,
            about: fill(trying::SCRIPT_ABOUT, &facts),
            text: lines.join("\n"),
            numbered,
        }
    }
}

fn line(text: &str) -> String {
    escape_line(text).into_owned()
}
