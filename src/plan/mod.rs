//! What should happen in a folder, decided from what was seen there; nothing is read or written here.
//!
//! A [`Situation`] goes in, a [`Preview`] comes out: the steps, everything that stands in the way (all of it, not
//! only the first), and what is worth knowing. A preview without obstacles can be approved, and only an
//! [`ApprovedPlan`] can be carried out.

mod apply;
mod folders;
mod heal;
mod layers;
mod local_edits;
mod order;
mod relate;
#[cfg(test)]
mod relate_tests;
mod resolve;
mod rollback;
mod several;
#[cfg(test)]
mod stack_tests;
mod take_out;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

pub use apply::plan_apply;
pub use heal::plan_heal;
pub use layers::{ContentByDigest, Image, Layer, Misfit, NoContents, Stack, lay};
pub use local_edits::{MergedHow, Resolution};
pub use order::in_order;
pub use relate::{
    Class, Consequence, Declaration, Grounds, Meeting, Presence, Relation, SharedPlace, relate,
};
pub use resolve::{Cycle, resolve};
pub use rollback::{OnDrift, plan_rollback};
pub use several::{Candidate, Installed, PlanOfSeveral, PlannedPatch, plan_several};
pub use take_out::{Because, Dependent, Rebuilt, TakeOut, take_out};

use crate::model::{Code, Digest, Hasher, Mode, Node, PatchRef, Step, TreePath, TreeState};

/// Everything known about the folder and the machine that a plan depends on.
#[derive(Debug, Clone, Default)]
pub struct Situation {
    /// What stands at every place the patch names, and at all their parents.
    pub tree: TreeState,
    /// Names in every folder that gets or loses a name; `None` is the target itself.
    pub names: BTreeMap<Option<TreePath>, BTreeSet<String>>,
    /// What could not be looked at, or must not be touched: code, place, what was found.
    pub problems: Vec<(Code, String, String)>,
    /// Why names in a folder, or things at a place, could not be changed: code, place, phrase.
    pub rights: Vec<(Code, String, String)>,
    /// Whether the product was recognised; `None` when the bundle has no rule for it.
    pub is_product: Option<bool>,
    /// What was seen by the rules that did not hold.
    pub product_evidence: Vec<String>,
    /// The product's version, where it can be told.
    pub version: Option<String>,
    /// Patches that are in the folder: id and revision.
    pub installed: Vec<(String, u32)>,
    /// Patches that come in the same run: id and revision.
    pub coming: Vec<(String, u32)>,
    /// `os/arch` of this machine.
    pub platform: String,
    /// Present time, RFC 3339.
    pub now: String,
    /// What the volume lacks, as a phrase; `None` when it keeps all promises.
    pub volume_problem: Option<String>,
    /// Whether names that Windows refuses can be stored here.
    pub stores_any_name: bool,
    /// Whether `a` and `A` are different names here.
    pub case_sensitive: bool,
    /// Whether permission bits are kept here.
    pub keeps_modes: bool,
    /// Whether the present user may change what is in a folder whatever its permission bits say.
    pub overrides_modes: bool,
    /// Free bytes for this user.
    pub free_bytes: u64,
    /// Free file entries for this user.
    pub free_entries: u64,
    /// Allocation unit in bytes.
    pub block_bytes: u64,
    /// Places with other names outside (hard links), which keep the old content.
    pub hard_linked: Vec<TreePath>,
    /// Preflight checks that did not pass: required or not, what, evidence.
    pub failed_checks: Vec<(bool, String, String)>,
    /// Digest of the newest history entry.
    pub history_head: Option<Digest>,
    /// What the history says about places that differ from it.
    pub changed_by: BTreeMap<TreePath, String>,
    /// Patches that were called back: why, and what to do instead.
    pub held: BTreeMap<PatchRef, (String, String)>,
    /// What is to become of files that somebody edited, as far as it was worked out or chosen.
    pub edits: BTreeMap<TreePath, Resolution>,
}

/// A reason why a plan cannot go ahead, or, as a note, something worth knowing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obstacle {
    /// The code to quote.
    pub code: Code,
    /// The place it is about, if it is about one.
    pub path: Option<String>,
    /// What it means.
    pub meaning: String,
    /// What to do about it.
    pub hint: String,
}

/// Something worth knowing that stops nothing.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Note {
    /// What it is.
    pub text: String,
    /// The place it is about, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

/// The steps of a change, in an order in which they can be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The steps.
    pub steps: Vec<Step>,
    /// What the folder was like: a plan is good for nothing else.
    pub base: Fingerprint,
}

/// Digest of everything in a folder that a plan was made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(pub Digest);

/// A plan with everything a person needs to decide about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// What would happen.
    pub plan: Plan,
    /// Why it cannot go ahead. Empty: it can.
    pub obstacles: Vec<Obstacle>,
    /// What is worth knowing.
    pub notes: Vec<Note>,
    /// Room that is needed while it is carried out, in bytes.
    pub needed_bytes: u64,
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

    /// Whether the folder is already as it should be.
    pub fn is_nothing_to_do(&self) -> bool {
        self.obstacles.is_empty() && self.plan.steps.is_empty()
    }
}

impl ApprovedPlan {
    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.0
    }

    /// The steps, in an order in which they can be done.
    pub fn steps(&self) -> &[Step] {
        &self.0.steps
    }
}

impl Situation {
    /// Digest of what the plan for `paths` depends on.
    pub fn fingerprint<'a>(&self, paths: impl IntoIterator<Item = &'a TreePath>) -> Fingerprint {
        let mut hasher = Hasher::new();
        for path in paths {
            hasher.update(path.as_str().as_bytes());
            hasher.update(b"\0");
            hasher.update(spell(self.tree.at(path)).as_bytes());
            hasher.update(b"\n");
        }
        if let Some(head) = self.history_head {
            hasher.update(head.as_bytes());
        }
        // A plan with another choice is another plan.
        for (path, resolution) in &self.edits {
            hasher.update(format!("{path}\0{}\n", resolution.spell()).as_bytes());
        }
        Fingerprint(hasher.finish())
    }
}

fn spell(node: Option<&Node>) -> String {
    match node {
        None => "-".to_owned(),
        Some(Node::File(file)) => format!("f {} {} {}", file.digest, file.size_bytes, file.mode),
        Some(Node::Link(link)) => format!("l {}", link.points_to),
        Some(Node::Dir(mode)) => format!("d {mode}"),
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

/// How to get on when a program is in the way.
const CLOSE_IT: &str = "Close the program that uses it, then try again.";

/// Obstacles that every change of a folder shares: room, rights, the volume, what could not be looked at.
fn common_obstacles(situation: &Situation, steps: &[Step], obstacles: &mut Vec<Obstacle>) -> u64 {
    let mut add = |code, path: Option<&str>, meaning: String, hint: &str| {
        obstacles.push(Obstacle { code, path: path.map(str::to_owned), meaning, hint: hint.to_owned() });
    };
    for (code, place, found) in &situation.problems {
        let hint = match code {
            Code::InUse => CLOSE_IT,
            _ => "Look at this place, and move it out of the way if it is not part of the product.",
        };
        add(*code, Some(place), format!("cannot be handled safely: {found}"), hint);
    }
    // Who owns a file matters only where a new one takes its place.
    let replaced = |place: &str| {
        steps.iter().any(|s| s.path.as_str() == place && s.before.is_some() && s.after.is_some())
    };
    for (code, place, phrase) in
        situation.rights.iter().filter(|(c, p, _)| *c != Code::Attributes || replaced(p))
    {
        let hint = match code {
            Code::InUse => CLOSE_IT,
            Code::Attributes => "Run as the user who owns the file, or as administrator.",
            _ => "Run as a user who may change this folder, for example as administrator.",
        };
        add(*code, Some(place), phrase.clone(), hint);
    }
    for step in steps.iter().filter(|step| comes_locked(step, situation)) {
        let meaning = "is a new folder that its owner may not write in, so the present user cannot put it in";
        let hint = "Run as administrator, or ask the vendor for a folder that its owner may write in.";
        add(Code::Rights, Some(step.path.as_str()), meaning.to_owned(), hint);
    }
    if let Some(problem) = &situation.volume_problem {
        add(
            Code::Volume,
            None,
            problem.clone(),
            "Use a folder on a local disk, or pass --accept-weak-volume if you know that nobody else uses it.",
        );
    }
    let needed = needed_bytes(steps, situation);
    let entries = steps.len() as u64 + 16;
    if needed > situation.free_bytes {
        let meaning = format!(
            "{} must be free on this disk, and {} are",
            megabytes(needed),
            megabytes(situation.free_bytes)
        );
        add(Code::Space, None, meaning, "Free some space, then try again.");
    }
    if entries > situation.free_entries {
        let meaning = format!(
            "{entries} free file entries are needed on this disk, and {} are left",
            situation.free_entries
        );
        add(Code::Space, None, meaning, "Remove files that nobody needs, then try again.");
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

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}
