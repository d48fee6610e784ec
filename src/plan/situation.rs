//! What is known about a folder before anything is planned.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::{PlanFingerprint, Resolution};
use crate::model::{Digest, Hasher, Node, PatchRef, PlaceProblem, TreePath, TreeState};
use crate::text::Advice;

/// Everything known about the folder and the machine that a plan depends on.
#[derive(Debug, Clone, Default)]
pub struct Situation {
    /// Which folder it is, in one spelling: one that is like it is another one.
    pub(crate) folder: String,
    /// Whose each place is and how many names it has, in one spelling: that is kept, or told of, when it is changed.
    pub(crate) holders: BTreeMap<TreePath, String>,
    /// What stands at every place the patch names, and at all their parents.
    pub tree: TreeState,
    /// Names in every folder that gets or loses a name; `None` is the target itself.
    pub names: BTreeMap<Option<TreePath>, BTreeSet<String>>,
    /// What could not be looked at, or must not be touched, sorted.
    pub problems: Vec<PlaceProblem>,
    /// Why names in a folder, or things at a place, could not be changed.
    pub rights: Vec<PlaceProblem>,
    /// Whether the product was recognised; `None` when the bundle has no rule for it.
    pub(crate) is_product: Option<bool>,
    /// What was seen by the rules that did not hold.
    pub(crate) product_evidence: Vec<String>,
    /// The product's version, where it can be told.
    pub version: Option<String>,
    /// Patches that are in the folder: id and revision.
    pub installed: Vec<(String, u32)>,
    /// Whether somebody known made the patch that is planned.
    pub(crate) is_vouched: bool,
    /// Ids of those of them that are not known to be for the product and by the author of the patch that is planned.
    pub(crate) strangers: BTreeSet<String>,
    /// Ids of those of them that only a word that nobody has to believe says to be there: they meet no requirement.
    pub(crate) doubted: BTreeSet<String>,
    /// Patches that come in the same run: id and revision.
    pub coming: Vec<(String, u32)>,
    /// `os/arch` of this machine.
    pub platform: String,
    /// Present time, RFC 3339.
    pub now: String,
    /// What the volume lacks; `None` when it keeps all promises.
    pub(crate) volume_problem: Option<VolumeProblem>,
    /// Whether names that Windows refuses can be stored here.
    pub(crate) stores_any_name: bool,
    /// Whether `a` and `A` are different names here.
    pub case_sensitive: bool,
    /// Whether permission bits are kept here.
    pub keeps_modes: bool,
    /// Whether what is made in the target itself belongs to the target's group.
    pub(crate) shares_group: bool,
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
    /// Preflight checks that did not pass.
    pub(crate) failed_checks: Vec<FailedCheck>,
    /// Preflight checks that nobody has been asked for yet.
    pub(crate) unasked_checks: Vec<String>,
    /// Digest of the newest history entry.
    pub(crate) history_head: Option<Digest>,
    /// The patch that changed a place last, where the history knows one.
    pub(crate) changed_by: BTreeMap<TreePath, String>,
    /// Patches that were withdrawn.
    pub held: BTreeMap<PatchRef, Recalled>,
    /// Files that a patch which comes expects in every byte but those that end the lines.
    pub(crate) other_line_ends: BTreeSet<TreePath>,
    /// What is to become of files that somebody edited, as far as it was worked out or chosen.
    pub edits: BTreeMap<TreePath, Resolution>,
}

/// The product that a folder holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FolderProduct {
    pub name: String,
    /// Who says so.
    pub by: KnownBy,
}

/// How it is known which product a folder holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KnownBy {
    /// Patches for it were trusted there, and this person saw it.
    History,
    /// Somebody wrote it down for this machine.
    Statement,
    /// The patches in it say so, and their rules do not deny it.
    Patches,
}

impl KnownBy {
    /// The source, in words.
    pub(crate) const fn phrase(self) -> &'static str {
        match self {
            KnownBy::History => "as its history says",
            KnownBy::Statement => "as trust.toml says",
            KnownBy::Patches => "as the patches in it say",
        }
    }
}

/// What a volume lacks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum VolumeProblem {
    /// A journal.
    #[error("this disk has no journal (FAT), so a power cut could damage it")]
    Fat,
    /// An order of writes that somebody far away promises; the kind of disk.
    #[error("this folder is on a network or user-space disk ({0}), which can't guarantee recovery")]
    Network(String),
    /// Writing.
    #[error("this disk is read-only")]
    ReadOnly,
}

/// A preflight check that did not pass.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{check}: {evidence}")]
pub(crate) struct FailedCheck {
    /// Whether it has to pass.
    pub is_required: bool,
    /// Whether it was asked only once somebody had agreed: nobody has been shown what comes of it.
    pub is_late: bool,
    pub check: String,
    /// What was seen.
    pub evidence: String,
}

/// What a list says about one patch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recalled {
    /// The vendor's id.
    pub id: String,
    /// The editions that are meant; empty: all.
    pub revisions: Vec<u32>,
    /// Why it was withdrawn.
    pub reason: String,
    /// The id of the patch to use instead.
    pub replacement: Option<String>,
    /// The switch of the patch to turn off where the patch is applied: recommended, never done unasked.
    pub toggle_off: Option<String>,
    /// The list that says so.
    pub list: PathBuf,
}

impl Recalled {
    /// Whether it is about this edition of a patch.
    pub(crate) fn is_about(&self, id: &str, revision: u32) -> bool {
        self.id == id && (self.revisions.is_empty() || self.revisions.contains(&revision))
    }

    /// Why the patch is not applied, as a phrase.
    pub fn meaning(&self) -> String {
        format!("{} was withdrawn: {}", self.id, self.reason)
    }

    /// What to do instead, wherever the patch is.
    pub(crate) fn hint(&self) -> Advice {
        self.hint_in("FOLDER")
    }

    /// The same for a folder that the patch is in, as a command names it.
    pub(crate) fn hint_in(&self, folder: &str) -> Advice {
        let instead = match (&self.replacement, &self.toggle_off) {
            (Some(replacement), _) => format!("Use {replacement} instead.").into(),
            (None, None) => "Ask the vendor what to use instead.".into(),
            (None, Some(_)) => Advice::default(),
        };
        let off = self.toggle_off.as_ref().map(|switch| {
            let command = format!("patchwright toggle off {}/{switch} {folder} --reason TEXT", self.id);
            Advice::by_command("Where it is applied, turn its switch off", command)
        });
        instead.then(off.unwrap_or_default())
    }
}

impl Situation {
    /// Whether something is at `path`, or on the way to it, that can't be looked at: what is there is not known.
    pub(super) fn is_unclear(&self, path: &TreePath) -> bool {
        self.tree.at(path).is_none() && PlaceProblem::on_the_way(&self.problems, path).is_some()
    }

    /// Digest of what the plan for `paths` depends on.
    pub fn fingerprint<'a>(&self, paths: impl IntoIterator<Item = &'a TreePath>) -> PlanFingerprint {
        let mut hasher = Hasher::new();
        hasher.update(format!("{}\n", self.folder).as_bytes());
        for path in paths {
            hasher.update(path.as_str().as_bytes());
            hasher.update(b"\0");
            hasher.update(spell(self.tree.at(path)).as_bytes());
            hasher.update(self.holders.get(path).map_or("", String::as_str).as_bytes());
            hasher.update(b"\n");
        }
        if let Some(head) = self.history_head {
            hasher.update(head.as_bytes());
        }
        // A plan with another choice is another plan.
        for (path, resolution) in &self.edits {
            hasher.update(format!("{path}\0{}\n", resolution.spell()).as_bytes());
        }
        PlanFingerprint(hasher.finish())
    }
}

/// What is at a place, in one spelling.
pub(crate) fn spell(node: Option<&Node>) -> String {
    match node {
        None => "-".to_owned(),
        Some(Node::File(file)) => format!("f {} {} {}", file.digest, file.size_bytes, file.mode),
        Some(Node::Link(link)) => format!("l {}", link.points_to),
        Some(Node::Dir(mode)) => format!("d {mode}"),
    }
}
