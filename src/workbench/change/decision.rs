//! What somebody agrees to, in one digest.
//!
//! The question on a terminal, `--expect`, a plan file and the window's worker carry it. Before the first change what is
//! about to happen is summed up again, and any difference ends it: other patches or another order, other steps, another
//! verdict, other scripts, something else in the way, another folder.
//!
//! What a flag sets aside is part of it as what stands in the way and as the verdict, so that nobody answers for more
//! than was shown. Choices for edited files are part of it as what becomes of each file.

use super::planned_step::PlannedStep;
use super::scripts::ScriptPlan;
use crate::ledger::PatchNote;
use crate::model::{Digest, Hasher};
use crate::plan::why::{Unfit, Why};
use crate::plan::{Obstacle, Preview};
use crate::workbench::{Error, Result};

/// SHA-256 of what somebody agrees to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecisionDigest(pub Digest);

impl DecisionDigest {
    /// Refuses what is not, or no longer, what somebody agreed to. What it is `now` is summed up only where they did.
    pub(crate) fn refuse_other(agreed: Option<Self>, now: impl FnOnce() -> Self) -> Result<()> {
        match agreed {
            Some(agreed) if agreed != now() => Err(Error::not_as_agreed()),
            _ => Ok(()),
        }
    }
}

/// A digest on its way. Each part stands with its length, so that nothing can pass for two parts.
pub(super) struct DecisionSum(Hasher);

impl DecisionSum {
    pub(super) fn new(change: &str) -> Self {
        let mut sum = Self(Hasher::new());
        sum.add("change", change);
        sum
    }

    pub(super) fn add(&mut self, part: &str, value: &str) {
        self.0.update(format!("{part} {}\n", value.len()).as_bytes());
        self.0.update(value.as_bytes());
    }

    pub(super) fn add_preview(&mut self, preview: &Preview) {
        for step in &preview.plan.steps {
            let step = serde_json::to_string(&PlannedStep::from_step(step));
            self.add("step", &step.expect("a step has text keys only"));
        }
        let is_late =
            |obstacle: &&Obstacle| matches!(&obstacle.why, Why::Unfit(Unfit::Check(check)) if check.is_late);
        // What was asked only now stands in the way as itself, and a rehearsal changes nothing of what it rehearses.
        let counts = |obstacle: &&Obstacle| !is_late(obstacle) && !obstacle.is_unrehearsed();
        for obstacle in preview.obstacles.iter().filter(counts) {
            self.add("obstacle", &format!("{} {}", obstacle.code(), obstacle.sentence()));
        }
        self.add("folder", &preview.plan.base.0.to_string());
    }

    pub(super) fn add_scripts(&mut self, scripts: &ScriptPlan) {
        self.add("scripts", &scripts.digest().to_string());
        let refused = scripts.refused.as_ref().map(Obstacle::sentence);
        self.add("refused", &refused.unwrap_or_default());
    }

    pub(super) fn add_notes(&mut self, part: &str, patches: &[PatchNote]) {
        patches.iter().for_each(|patch| self.add(part, &format!("{} {}", patch.revision, patch.id)));
    }

    pub(super) fn finish(self) -> DecisionDigest {
        DecisionDigest(self.0.finish())
    }
}
