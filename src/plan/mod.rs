//! What should happen in a folder, decided from what was seen there; nothing is read or written here.
//!
//! A [`Situation`] goes in, a [`Preview`] comes out: the steps, everything that stands in the way (all of it, not
//! only the first), and what is worth knowing. A preview without obstacles can be approved, and only an
//! [`ApprovedPlan`] can be carried out.

mod aliases;
mod apply;
mod by_lines;
mod choose;
#[cfg(test)]
mod claims_tests;
mod controls;
mod due;
mod fates;
mod file_note;
mod fixed;
mod folders;
mod hand_merged;
mod in_place;
mod landing;
mod layers;
mod laying;
mod local_edits;
#[cfg(test)]
mod loss_tests;
mod merged_how;
mod metrics;
mod note;
mod open_again;
mod order;
mod planner;
mod problem_facts;
mod relate;
#[cfg(test)]
mod relate_tests;
mod remark;
mod repair;
mod resolution;
mod resolve;
mod rollback;
pub(crate) mod rollout;
mod scope;
mod several;
mod shared_folders;
mod shown_lists;
mod silence;
mod situation;
#[cfg(test)]
mod stack_tests;
mod take_out;
mod taken_back;
#[cfg(test)]
mod tests;
mod unmet;
pub(crate) mod wanted;
pub(crate) mod why;

pub(crate) use aliases::OtherNames;
pub(crate) use apply::fitness;
pub(crate) use choose::{Board, Need, NeedFate, Problem, RankBy, RiskRules};
pub(crate) use controls::{
    Control, ControlAsk, ControlFacts, ControlLine, ControlReason, ControlState, judge_controls,
};
pub(crate) use due::{Due, DueBy, DueDays, DueOfPatch, Undated};
pub(crate) use fates::FileFates;
pub(crate) use fates::{how_it_stands, is_brought, is_lost};
pub(crate) use file_note::FileNote;
pub(crate) use fixed::{
    Claim, ClaimGrade, ClaimProof, DriftedFile, Untold, VexStatement, claims, resolved_by, statements,
};
pub(crate) use layers::{ContentByDigest, KnownContents, Layer, NoContents, Stack};
pub use laying::lay;
pub(crate) use merged_how::MergedHow;
pub(crate) use metrics::{
    ChangeEvent, Deed, EventRef, Metrics, Period, Proportion, RateFigure, TimeFigure, Times,
};
pub use note::Note;
pub(crate) use note::{NoteAbout, NoteSource};
pub(crate) use open_again::open_without;
pub use order::in_order;
pub(crate) use problem_facts::{Band, Exploited, ProblemFacts};
pub(crate) use relate::{
    Consequence, Declaration, Loss, Meeting, Relation, RelationClass, SharedPlace, is_namesake,
    says_that_it_contains, words_of,
};
pub(crate) use remark::{ChangeRemark, PatchRemark, PlaceRemark};
pub(crate) use repair::{Lost, LostFile, plan_repair};
pub(crate) use resolution::Resolution;
pub(crate) use resolve::{Cycle, resolve};
pub use rollback::OnDrift;
pub(crate) use rollback::plan_rollback;
pub(crate) use scope::Scope;
pub(crate) use several::{Candidate, InstalledStack, PlanOfSeveral, PlannedPatch, plan_several};
pub(crate) use silence::{Loud, ScanFinding, Scanner, Silence, in_folder, silenced};
pub use situation::Situation;
pub(crate) use situation::{FailedCheck, FolderProduct, KnownBy, Recalled, VolumeProblem, spell};
use std::collections::BTreeSet;
pub use take_out::{Because, take_out};
pub(crate) use take_out::{Dependent, Rebuilt, TakeOut};
pub(crate) use taken_back::TakenBack;
pub use why::Obstacle;

use crate::model::{Code, Digest, Mode, Node, PlaceProblem, Step, TreePath};
use why::Disk;

/// The steps of a change, in an order in which they can be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub steps: Vec<Step>,
    /// What the folder was like: a plan is good for nothing else.
    pub base: PlanFingerprint,
}

/// Digest of everything in a folder that a plan was made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlanFingerprint(pub Digest);

/// A plan with everything a person needs to decide about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// What would happen.
    pub plan: Plan,
    /// Why it cannot go ahead. Empty: it can.
    pub obstacles: Vec<Obstacle>,
    /// Notes.
    pub notes: Vec<Note>,
    /// Room that is needed while it is carried out, in bytes.
    pub needed_bytes: u64,
    /// Whether the history gets something to say although no file changes: a patch comes, and others have changed all its
    /// files in the same way.
    pub is_written_down: bool,
}

/// A plan with nothing in its way. Carried out only in a folder that still has its fingerprint.
#[derive(Debug, Clone)]
pub struct ApprovedPlan(Plan);

impl Preview {
    /// The way to carrying it out.
    ///
    /// # Errors
    /// Gives the preview back when an obstacle is left.
    pub fn approve(self) -> Result<ApprovedPlan, Box<Preview>> {
        if self.obstacles.is_empty() { Ok(ApprovedPlan(self.plan)) } else { Err(Box::new(self)) }
    }

    /// Whether some files are neither as the patch leaves them nor become so, because of what somebody did to them.
    pub(crate) fn leaves_files_out(&self) -> bool {
        self.notes.iter().any(Note::leaves_a_file)
    }

    /// Whether there is nothing to change.
    pub(crate) fn is_nothing_to_do(&self) -> bool {
        self.obstacles.is_empty() && self.leaves_no_trace()
    }

    /// Whether neither a file nor the history would be another one.
    pub(crate) fn leaves_no_trace(&self) -> bool {
        self.plan.steps.is_empty() && !self.is_written_down
    }
}

impl ApprovedPlan {
    pub fn plan(&self) -> &Plan {
        &self.0
    }

    /// The steps, in an order in which they can be done.
    pub fn steps(&self) -> &[Step] {
        &self.0.steps
    }
}

/// Bytes that must be free beside everything that is staged: records, folders, history.
const RESERVE_BYTES: u64 = 2 << 20;

/// Room for the new objects of `steps`, rounded up to whole blocks, with copies of hard-linked originals.
fn needed_bytes(steps: &[Step], situation: &Situation) -> u64 {
    let block = situation.block_bytes.max(512);
    let blocks = |node: &Option<Node>| {
        node.as_ref().and_then(Node::as_file).map_or(0, |f| f.size_bytes.div_ceil(block))
    };
    let staged: u64 = steps.iter().map(|step| blocks(&step.after) + 1).sum();
    let linked: BTreeSet<&TreePath> = situation.hard_linked.iter().collect();
    let copies: u64 =
        steps.iter().filter(|step| linked.contains(&step.path)).map(|step| blocks(&step.before)).sum();
    (staged + copies) * block + RESERVE_BYTES
}

/// Obstacles that every change of a folder shares: room, rights, the volume, what could not be looked at.
fn common_obstacles(situation: &Situation, steps: &[Step], obstacles: &mut Vec<Obstacle>) -> u64 {
    obstacles.extend(situation.problems.iter().cloned().map(|PlaceProblem { path, code, detail }| {
        Obstacle::at(path, Disk::Unclear { code, found: detail })
    }));
    if situation.volume_problem == Some(VolumeProblem::ReadOnly) {
        // Whoever else may change what is not known before anything can be changed.
        obstacles.push(Obstacle::new(Disk::ReadOnly));
        return needed_bytes(steps, situation);
    }
    // Who owns a file matters only where a new one takes its place.
    let replaced = |place: &str| {
        steps.iter().any(|s| s.path.as_str() == place && s.before.is_some() && s.after.is_some())
    };
    let locked =
        situation.rights.iter().filter(|found| found.code != Code::Attributes || replaced(&found.path));
    obstacles.extend(locked.cloned().map(|PlaceProblem { path, code, detail }| {
        Obstacle::at(path, Disk::Locked { code, because: detail })
    }));
    let comes_locked = steps.iter().filter(|step| comes_locked(step, situation));
    obstacles.extend(comes_locked.map(|step| Obstacle::at(&step.path, Disk::ComesLocked)));
    obstacles.extend(situation.volume_problem.clone().map(|problem| Obstacle::new(Disk::Volume(problem))));
    let needed = needed_bytes(steps, situation);
    if needed > situation.free_bytes {
        obstacles.push(Obstacle::new(Disk::Bytes { needed, free: situation.free_bytes }));
    }
    let entries = steps.len() as u64 + 16;
    if entries > situation.free_entries {
        obstacles.push(Obstacle::new(Disk::Entries { needed: entries, free: situation.free_entries }));
    }
    needed
}

/// Whether `step` brings a folder whose permissions keep even its owner from moving it, which changes its `..`, and
/// from putting anything into it.
fn comes_locked(step: &Step, situation: &Situation) -> bool {
    const OWNER_MAY_CHANGE: u32 = 0o300;
    let is_new = !step.before.as_ref().is_some_and(Node::is_dir);
    let is_locked = |mode: &Mode| mode.bits() & OWNER_MAY_CHANGE != OWNER_MAY_CHANGE;
    let comes = matches!(&step.after, Some(Node::Dir(mode)) if is_locked(mode));
    is_new && comes && situation.keeps_modes && !situation.overrides_modes
}
