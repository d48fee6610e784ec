//! What is asked of a rollback, what it would do, and what it did.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use crate::checks::{PatchChecks, describe};
use crate::ledger::{CheckNote, Entry, Occasion, OverrideNote, PatchNote, Turn};
use crate::model::{FileChange, Patch, Restart, RollbackAdvice};
use crate::plan::why::{Override, Overrides};
use crate::plan::{Note, Obstacle, OnDrift, Preview};
use crate::workbench::change::decision::DecisionSum;
use crate::workbench::change::kept_edits::KeptEdit;
use crate::workbench::change::scripts::{ScriptConsent, ScriptPlan};
use crate::workbench::{DecisionDigest, Error, Result};

/// What to roll back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// The patch that came in last.
    Last,
    /// The patch with this id, wherever it lies.
    Patch(String),
    /// The patch with this id, and those that cannot stay without it.
    PatchAndDependents(String),
    /// The patch with this id and everything that came after it: back to before it.
    Before(String),
    /// The last rollback: the patch comes back.
    LastRollback,
    /// The same, if a patch comes back by it: not a repair, and not a rollback that was undone already.
    Reapply,
}

/// How to roll back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollbackOptions {
    /// What to roll back.
    pub which: Which,
    /// What to do with files that were edited since.
    pub on_drift: OnDrift,
    /// What somebody agreed to; anything else is refused.
    pub expected: Option<DecisionDigest>,
    /// Whether somebody agreed to what undoes the patch's scripts.
    pub scripts: ScriptConsent,
    /// The rules that somebody sets aside in this run, where a patch comes back.
    pub overrides: Overrides,
    /// Why it is rolled back. Written to the history.
    pub occasion: Occasion,
    /// Lists of withdrawn patches that count beside the one of this machine, where a patch comes back.
    pub withdrawn: Vec<PathBuf>,
}

/// What a rollback would do.
#[derive(Debug, Clone)]
pub struct RollbackPreview {
    /// The patch that goes, or, for [`Which::LastRollback`], comes back.
    pub patch: Option<PatchNote>,
    /// What it comes to: undone three times, it's a rollback again.
    pub turn: Turn,
    /// The entry that is undone, or that applied the patch.
    pub entry: u64,
    /// Every patch that goes; for [`Which::LastRollback`] those that come back or go, where they are several.
    pub patches: Vec<PatchNote>,
    /// Those of them that nobody asked for.
    pub(crate) with_it: Vec<DependentPatch>,
    /// Patches that one that goes had replaced, and that return.
    pub back: Vec<PatchNote>,
    /// Ids of the patches in the folder, oldest first.
    pub stack_before: Vec<String>,
    /// The same afterwards.
    pub stack_after: Vec<String>,
    /// Places that patches share that stay.
    pub rebuilt: Vec<RebuiltPlace>,
    /// What would happen.
    pub preview: Preview,
    /// What the vendor of each patch says about rolling it back.
    pub(crate) advice: Vec<RollbackAdvice>,
    /// What has to be restarted afterwards, as the patches that go or come back say.
    pub(crate) restarts: BTreeSet<Restart>,
    /// What would run to undo what the patch's scripts did.
    pub scripts: ScriptPlan,
    /// What is checked afterwards, where a patch comes back or a switch moves.
    pub(crate) checks: Vec<PatchChecks>,
    /// What somebody has to allow in this run, whoever did when the patches came that come back: that nobody who is trusted
    /// today has signed them, for example.
    pub(crate) asked: Vec<Obstacle>,
    /// Vulnerabilities that are open again afterwards, as far as the patches say.
    pub(crate) opens: Vec<String>,
}

impl RollbackPreview {
    /// What is checked afterwards, each as a phrase.
    pub(crate) fn health_checks(&self) -> impl Iterator<Item = String> {
        self.checks.iter().flat_map(|of| &of.checks).map(|check| describe(&check.probe))
    }

    /// Notes what has to be restarted because `patch` goes or comes back.
    pub(in crate::workbench::change) fn restarts_for(&mut self, patch: &Patch) {
        self.restarts.extend(Some(patch.about.restart).filter(|restart| *restart != Restart::Nothing));
    }

    /// Whether what comes back may, with these rules set aside.
    ///
    /// # Errors
    /// [`Error::Refused`] about everything that may not.
    pub(crate) fn permits(&self, overrides: &Overrides) -> Result<()> {
        let is_open = |one: &&Obstacle| !one.way_around().is_some_and(|rule| overrides.has(rule));
        let open: Vec<Obstacle> = self.asked.iter().filter(is_open).cloned().collect();
        if open.is_empty() { Ok(()) } else { Err(Error::Refused(open)) }
    }

    /// The rules that are asked about.
    pub(crate) fn asks_for(&self) -> BTreeSet<Override> {
        self.asked.iter().filter_map(Obstacle::way_around).collect()
    }

    /// What the history says of those that are set aside.
    pub(super) fn set_aside(&self, overrides: &Overrides) -> Vec<OverrideNote> {
        let asked = self.asks_for();
        let reason = |rule| overrides.reason(rule).map(str::to_owned);
        // That of a missing signature is said as a fact, as ever; a reason that somebody gave is kept.
        let is_told = |rule: &Override| match rule {
            Override::Unsigned => overrides.reason(*rule).is_some(),
            rule => overrides.has(*rule),
        };
        let told = asked.into_iter().filter(is_told);
        told.map(|rule| OverrideNote { rule: rule.rule().to_owned(), reason: reason(rule) }).collect()
    }

    /// What somebody agrees to who rolls back what this shows.
    pub fn decision(&self) -> DecisionDigest {
        let mut sum = DecisionSum::new("roll back");
        sum.add("entry", &self.entry.to_string());
        sum.add_notes("goes", &self.patches);
        sum.add_notes("returns", &self.back);
        self.asked.iter().for_each(|one| sum.add("asked", &one.sentence()));
        sum.add_preview(&self.preview);
        sum.add_scripts(&self.scripts);
        self.health_checks().for_each(|check| sum.add("check", &check));
        self.opens.iter().for_each(|open| sum.add("opens", open));
        sum.finish()
    }
}

/// A patch that cannot stay without the ones that go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DependentPatch {
    pub patch: PatchNote,
    /// Why, as a phrase.
    pub because: String,
}

/// A place that is put together anew, because patches that stay share it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RebuiltPlace {
    pub change: FileChange,
    /// What is there; `None` if it is no file, or too large to be compared.
    pub before: Option<Arc<Vec<u8>>>,
    pub after: Option<Arc<Vec<u8>>>,
    /// Ids of the patches that stay.
    pub stay: Vec<String>,
}

/// What a rollback did.
#[derive(Debug)]
#[must_use]
pub struct RolledBack {
    /// The patch that went, or came back.
    pub patch: Option<PatchNote>,
    /// Every patch that went; where the last change was undone, those that came back or went, if they are several.
    pub patches: Vec<PatchNote>,
    /// Patches that one that went had replaced, and that are back.
    pub back: Vec<PatchNote>,
    /// What it came to.
    pub turn: Turn,
    /// The history entry.
    pub entry: Entry,
    /// Health checks that ran, where a patch came back or a switch moved.
    pub checks: Vec<CheckNote>,
    /// Notes.
    pub notes: Vec<Note>,
    /// Edited files that it replaced, and where they are now.
    pub(crate) edits: Vec<KeptEdit>,
    /// Why tidying up did not succeed, if so. The change is done.
    pub untidy: Option<String>,
    /// What has to be allowed when a patch that went is reapplied; `None` where it can only be applied again.
    pub(crate) needs: Option<BTreeSet<Override>>,
    /// Vulnerabilities that are open again, as far as the patches say.
    pub(crate) opens: Vec<String>,
}
