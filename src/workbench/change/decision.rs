//! What somebody agrees to, in one digest.
//!
//! The question on a terminal, `--expect`, a plan file and the window's worker carry it. Before the first change what is
//! about to happen is summed up again, and any difference ends it: other patches or another order, other steps, another
//! verdict, other scripts, something else in the way, another folder.
//!
//! What a flag sets aside is part of it as what stands in the way and as the verdict, so that nobody answers for more
//! than was shown. Choices for edited files are part of it as what becomes of each file.

use super::plan_file::PlannedStep;
use super::scripts::ScriptPlan;
use crate::ledger::PatchNote;
use crate::model::{Digest, Hasher};
use crate::plan::why::{Unfit, Why};
use crate::plan::{Obstacle, Preview};
use crate::workbench::{Accepted, ApplyPreview, Error, HealPreview, Result, RollbackPreview};

/// SHA-256 of what somebody agrees to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecisionDigest(pub Digest);

impl DecisionDigest {
    /// Refuses what is not, or no longer, what somebody agreed to. What it is `now` is summed up only where they did.
    pub(super) fn refuse_other(agreed: Option<Self>, now: impl FnOnce() -> Self) -> Result<()> {
        match agreed {
            Some(agreed) if agreed != now() => Err(Error::not_as_agreed()),
            _ => Ok(()),
        }
    }
}

impl ApplyPreview {
    /// What somebody agrees to who applies what this shows.
    pub fn decision(&self) -> DecisionDigest {
        let mut sum = Sum::of("apply");
        sum.add("patches", &self.manifest_digest.to_string());
        for patch in &self.patches {
            sum.add("patch", &patch.patch.about.identity.to_string());
            sum.add("left out", patch.left_out.as_deref().unwrap_or_default());
            sum.add("replaces", &patch.replaces.join(" "));
            // Every field, whatever is added to it.
            sum.add("verdict", &format!("{:?}", patch.verdict));
        }
        sum.add_preview(&self.preview);
        sum.add_scripts(&self.scripts);
        sum.finish()
    }
}

impl RollbackPreview {
    /// What somebody agrees to who takes back what this shows.
    pub fn decision(&self) -> DecisionDigest {
        let mut sum = Sum::of("roll back");
        sum.add("entry", &self.entry.to_string());
        sum.add_notes("goes", &self.patches);
        sum.add_notes("returns", &self.back);
        sum.add_preview(&self.preview);
        sum.add_scripts(&self.scripts);
        sum.finish()
    }
}

impl HealPreview {
    /// What somebody agrees to who repairs what this shows.
    pub(crate) fn decision(&self) -> DecisionDigest {
        let mut sum = Sum::of("repair");
        self.from.iter().for_each(|from| sum.add("from", from));
        sum.add_preview(&self.preview);
        sum.finish()
    }
}

impl Accepted {
    /// What somebody agrees to who gives this up.
    pub fn decision(&self) -> DecisionDigest {
        let mut sum = Sum::of("keep for good");
        sum.add("history", &self.head.to_string());
        sum.add_notes("patch", &self.patches);
        sum.add_notes("rollback", self.rollback.as_slice());
        for edit in &self.edits {
            sum.add("edit", edit.path.as_str());
            sum.add("copy", &edit.copy);
        }
        sum.finish()
    }
}

/// A digest on its way. Each part stands with its length, so that nothing can pass for two parts.
struct Sum(Hasher);

impl Sum {
    fn of(change: &str) -> Self {
        let mut sum = Self(Hasher::new());
        sum.add("change", change);
        sum
    }

    fn add(&mut self, part: &str, value: &str) {
        self.0.update(format!("{part} {}\n", value.len()).as_bytes());
        self.0.update(value.as_bytes());
    }

    fn add_preview(&mut self, preview: &Preview) {
        for step in &preview.plan.steps {
            let step = serde_json::to_string(&PlannedStep::from_step(step));
            self.add("step", &step.expect("a step has text keys only"));
        }
        let is_late =
            |obstacle: &&Obstacle| matches!(&obstacle.why, Why::Unfit(Unfit::Check(check)) if check.is_late);
        // What was asked only now stands in the way as itself.
        for obstacle in preview.obstacles.iter().filter(|obstacle| !is_late(obstacle)) {
            self.add("obstacle", &format!("{} {}", obstacle.code(), obstacle.sentence()));
        }
        self.add("folder", &preview.plan.base.0.to_string());
    }

    fn add_scripts(&mut self, scripts: &ScriptPlan) {
        self.add("scripts", &scripts.digest().to_string());
        let refused = scripts.refused.as_ref().map(Obstacle::sentence);
        self.add("refused", &refused.unwrap_or_default());
    }

    fn add_notes(&mut self, part: &str, patches: &[PatchNote]) {
        patches.iter().for_each(|patch| self.add(part, &format!("{} {}", patch.revision, patch.id)));
    }

    fn finish(self) -> DecisionDigest {
        DecisionDigest(self.0.finish())
    }
}
