//! How a patch that is to come is related to one that is there.
//!
//! Two axes: the sets of fixes, as the vendors name them, and the places, by digest and by line. What hashes or lines
//! can prove is never decided from names, and what a vendor declares counts only where it is stricter.

use std::collections::BTreeSet;
use std::fmt;

use super::Obstacle;
use super::layers::{ContentByDigest, Layer, has_a_say, lay};
use super::why::Unfit;
use crate::diff::LineRange;
use crate::model::{LayerKey, Node, Patch, Step, TreePath};
use crate::text::capitalised;

/// In which way two patches are related.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RelationClass {
    /// The same fixes with the same result.
    Identical,
    /// A newer edition of the same patch.
    ReIssue,
    /// It contains the other one, or says that it replaces it.
    Superset,
    /// The other one contains it, or is a newer edition of it.
    Subset,
    /// Both fix something in common, and neither contains the other.
    FixConflict,
    /// They have nothing in common.
    Independent,
    /// It was made for what the other one leaves.
    BuildsOn,
    /// Both change the same files in different places.
    Mergeable,
    /// Both change the same lines, or the same file as a whole.
    FileConflict,
    /// It would put back what was there before the other one.
    Regression,
    /// One of them says that they must not be together.
    Blocked,
}

/// What follows from a relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Consequence {
    /// There is nothing to apply.
    Skip,
    /// The other one is replaced, and returns when this one goes.
    Replace,
    Apply,
    /// It is applied, and places that both change are merged.
    Merge,
    /// It is not applied.
    Stop,
}

impl RelationClass {
    /// Every class, the strictest last.
    pub const ALL: [RelationClass; 11] = [
        RelationClass::Identical,
        RelationClass::ReIssue,
        RelationClass::Superset,
        RelationClass::Subset,
        RelationClass::Independent,
        RelationClass::BuildsOn,
        RelationClass::Mergeable,
        RelationClass::FixConflict,
        RelationClass::FileConflict,
        RelationClass::Regression,
        RelationClass::Blocked,
    ];

    /// What follows.
    pub(crate) const fn consequence(self) -> Consequence {
        match self {
            RelationClass::Identical | RelationClass::Subset => Consequence::Skip,
            RelationClass::ReIssue | RelationClass::Superset => Consequence::Replace,
            RelationClass::Independent | RelationClass::BuildsOn => Consequence::Apply,
            RelationClass::Mergeable => Consequence::Merge,
            RelationClass::FixConflict
            | RelationClass::FileConflict
            | RelationClass::Regression
            | RelationClass::Blocked => Consequence::Stop,
        }
    }

    /// The word for it in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            RelationClass::Identical => "identical",
            RelationClass::ReIssue => "re-issue",
            RelationClass::Superset => "superset",
            RelationClass::Subset => "subset",
            RelationClass::FixConflict => "fix-conflict",
            RelationClass::Independent => "independent",
            RelationClass::BuildsOn => "builds-on",
            RelationClass::Mergeable => "mergeable",
            RelationClass::FileConflict => "file-conflict",
            RelationClass::Regression => "regression",
            RelationClass::Blocked => "blocked",
        }
    }
}

/// How two patches meet at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meeting {
    /// Both leave the same.
    Same,
    /// One was made for what the other leaves.
    OnTop,
    /// They change different lines.
    DifferentLines,
    /// They change the same lines of what the new patch was made for.
    SameLines(Vec<LineRange>),
    /// Both change the whole of it, and it cannot be told apart what belongs to whom.
    Whole,
}

/// A place that both change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedPlace {
    pub path: TreePath,
    /// How they meet there.
    pub meeting: Meeting,
    /// Whether the new patch was made for what was there before the other one.
    pub(crate) from_before: bool,
}

/// What a relation was decided from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grounds {
    /// Fixes of both.
    pub(crate) both_fix: Vec<String>,
    /// Fixes of the new one only.
    pub(crate) only_new: Vec<String>,
    /// Fixes of the other one only.
    pub(crate) only_other: Vec<String>,
    /// Places that both change.
    pub places: Vec<SharedPlace>,
    /// What the vendors say about the two.
    pub declared: Vec<Declaration>,
}

/// What the vendor of one patch says about another patch. Displayed as a sentence without its period.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "says", rename_all = "lowercase")]
pub enum Declaration {
    /// The one contains the other.
    Replaces {
        /// Whose vendor says so.
        by: String,
        other: String,
    },
    /// They must not be together.
    Excludes {
        /// Whose vendor says so.
        by: String,
        other: String,
        /// Why not.
        reason: String,
    },
}

impl Declaration {
    /// What `patch`, which is known as `by`, says about the patch `other`.
    fn new(patch: &Patch, by: &str, other: &str) -> Vec<Self> {
        let replaces = patch.about.supersedes.iter().any(|old| old.as_str() == other);
        let replaces = replaces.then(|| Declaration::Replaces { by: by.to_owned(), other: other.to_owned() });
        let clash = patch.about.conflicts.iter().find(|conflict| conflict.id.as_str() == other);
        let excludes = clash.map(|conflict| Declaration::Excludes {
            by: by.to_owned(),
            other: other.to_owned(),
            reason: conflict.reason.clone(),
        });
        replaces.into_iter().chain(excludes).collect()
    }

    fn is_exclusion(&self) -> bool {
        matches!(self, Declaration::Excludes { .. })
    }

    /// Whether the vendor of `by` says that it contains the other one.
    fn is_replacement_by(&self, id: &str) -> bool {
        matches!(self, Declaration::Replaces { by, .. } if by == id)
    }
}

impl fmt::Display for Declaration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Declaration::Replaces { by, other } => write!(f, "{by} says that it replaces {other}"),
            Declaration::Excludes { by, other, reason } => {
                write!(f, "{by} says that it must not be together with {other}: {reason}")
            }
        }
    }
}

/// How a patch is related to one that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    pub other: LayerKey,
    pub id: String,
    /// Its edition.
    pub revision: u32,
    /// In which way.
    pub class: RelationClass,
    /// In plain words.
    pub sentence: String,
    /// The same within a sentence.
    pub(crate) phrase: String,
    /// What to do about it; empty where nothing has to be done.
    pub way_out: String,
    /// What it was decided from.
    pub evidence: Grounds,
}

/// Where the other patch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RelatedPresence {
    /// In the folder: its files are there.
    Installed,
    /// It is to come as well.
    AtHand,
}

/// The relation of `new` to `other`, where `now` tells what should stand at a place.
pub(crate) fn relate(
    new: &Patch,
    other: &Layer,
    presence: RelatedPresence,
    now: &dyn Fn(&TreePath) -> Option<Node>,
    contents: &dyn ContentByDigest,
) -> Relation {
    let mut evidence = fixes(new, other);
    evidence.places = places(new, other, now, contents);
    evidence.declared = declared(new, other);
    let class = classify(new, other, presence, &evidence);
    let phrase = phrase(class, new, other, &evidence);
    Relation {
        other: other.key,
        id: other.id.clone(),
        revision: other.revision,
        class,
        sentence: match class {
            // It begins with a name.
            RelationClass::Blocked => format!("{phrase}."),
            _ => format!("{}.", capitalised(&phrase)),
        },
        phrase,
        way_out: way_out(class, other, presence),
        evidence,
    }
}

fn fixes(new: &Patch, other: &Layer) -> Grounds {
    let ours: BTreeSet<&String> = new.about.fixes.iter().collect();
    let theirs: BTreeSet<&String> = other.patch.iter().flat_map(|patch| &patch.about.fixes).collect();
    let list = |fixes: Vec<&&String>| fixes.into_iter().map(|fix| (*fix).clone()).collect();
    Grounds {
        both_fix: list(ours.intersection(&theirs).collect()),
        only_new: list(ours.difference(&theirs).collect()),
        only_other: list(theirs.difference(&ours).collect()),
        ..Grounds::default()
    }
}

fn places(
    new: &Patch,
    other: &Layer,
    now: &dyn Fn(&TreePath) -> Option<Node>,
    contents: &dyn ContentByDigest,
) -> Vec<SharedPlace> {
    let mut places = Vec::new();
    for change in new.changes.iter().filter(|change| has_a_say(other, &change.path)) {
        let path = &change.path;
        let step = other.step_at(path);
        let holds = now(path);
        let left = step.map_or_else(|| holds.clone(), |step| step.after.clone());
        let found = step.and_then(|step| step.before.as_ref());
        let from_before = step.is_some() && change.expects(found);
        let meeting = if change.is_done(holds.as_ref()) || change.is_done(left.as_ref()) {
            Meeting::Same
        } else if change.expects(holds.as_ref()) || change.expects(left.as_ref()) {
            Meeting::OnTop
        } else {
            // What the new patch makes of its own before image, made to what is there.
            let base = if from_before { found.cloned() } else { change.before.first().cloned() };
            let alone = alone(path, base, change.after.clone());
            let on = |image: Option<&Node>| lay(path, image, &[&alone], contents);
            match on(holds.as_ref()).or_else(|_| on(left.as_ref())) {
                Ok(_) => Meeting::DifferentLines,
                Err(misfit) if misfit.lines.is_empty() => Meeting::Whole,
                Err(misfit) => Meeting::SameLines(misfit.lines),
            }
        };
        places.push(SharedPlace { path: path.clone(), meeting, from_before });
    }
    places
}

/// One step as a layer of its own.
pub(super) fn alone(path: &TreePath, before: Option<Node>, after: Option<Node>) -> Layer {
    Layer {
        key: LayerKey { entry: u64::MAX, part: 0 },
        id: String::new(),
        revision: 1,
        patch: None,
        authors: BTreeSet::new(),
        steps: vec![Step { path: path.clone(), before, after }],
        shares: BTreeSet::new(),
        shifted: BTreeSet::new(),
        accepted: false,
        superseded: None,
    }
}

fn declared(new: &Patch, other: &Layer) -> Vec<Declaration> {
    let own = new.about.identity.id.as_str();
    let mut declared = Declaration::new(new, own, &other.id);
    declared.extend(other.patch.iter().flat_map(|patch| Declaration::new(patch, &other.id, own)));
    declared
}

fn classify(new: &Patch, other: &Layer, presence: RelatedPresence, evidence: &Grounds) -> RelationClass {
    let (id, other_id) = (new.about.identity.id.as_str(), other.id.as_str());
    let replaces = |by: &str| evidence.declared.iter().any(|said| said.is_replacement_by(by));
    if evidence.declared.iter().any(Declaration::is_exclusion) {
        return RelationClass::Blocked;
    }
    let same_fixes = evidence.only_new.is_empty() && evidence.only_other.is_empty();
    let is_same_patch = id == other_id;
    if same_fixes && leaves_the_same(new, other) {
        return RelationClass::Identical;
    }
    if is_same_patch && new.about.identity.revision != other.revision {
        return if new.about.identity.revision > other.revision {
            RelationClass::ReIssue
        } else {
            RelationClass::Subset
        };
    }
    let shares_fixes = !evidence.both_fix.is_empty();
    // What it needs it cannot replace, whatever the fix sets say.
    let needs = new.about.all_requirements(|_| true).iter().any(|need| need.id.as_str() == other.id);
    if needs {
        return match by_places(presence, &evidence.places) {
            RelationClass::Independent => RelationClass::BuildsOn,
            class => class,
        };
    }
    if replaces(id) || shares_fixes && evidence.only_other.is_empty() && !same_fixes {
        return RelationClass::Superset;
    }
    if replaces(other_id) || shares_fixes && evidence.only_new.is_empty() && !same_fixes {
        return RelationClass::Subset;
    }
    if shares_fixes || is_same_patch {
        return RelationClass::FixConflict;
    }
    by_places(presence, &evidence.places)
}

/// Whether both leave the same everywhere.
fn leaves_the_same(new: &Patch, other: &Layer) -> bool {
    let Some(patch) = &other.patch else { return false };
    new.changes.len() == patch.changes.len()
        && new
            .changes
            .iter()
            .all(|change| patch.change_at(&change.path).is_some_and(|theirs| theirs.after == change.after))
}

fn by_places(presence: RelatedPresence, places: &[SharedPlace]) -> RelationClass {
    let clashes = |place: &&SharedPlace| matches!(place.meeting, Meeting::SameLines(_) | Meeting::Whole);
    let has = |meeting: Meeting| places.iter().any(|place| place.meeting == meeting);
    if places.iter().filter(clashes).any(|place| place.from_before) && presence == RelatedPresence::Installed
    {
        RelationClass::Regression
    } else if places.iter().any(|place| clashes(&place)) {
        RelationClass::FileConflict
    } else if has(Meeting::DifferentLines) {
        RelationClass::Mergeable
    } else if has(Meeting::OnTop) {
        RelationClass::BuildsOn
    } else {
        RelationClass::Independent
    }
}

fn phrase(class: RelationClass, new: &Patch, other: &Layer, evidence: &Grounds) -> String {
    let id = &other.id;
    let files = |wanted: fn(&Meeting) -> bool| {
        let found = evidence.places.iter().filter(|place| wanted(&place.meeting));
        enumerate(&found.map(|place| place.path.as_str()).collect::<Vec<_>>())
    };
    match class {
        RelationClass::Identical => format!("this fix is already installed, as {id}"),
        RelationClass::ReIssue => {
            let old = other.revision;
            format!("a newer edition of an installed fix: {id} is here as revision {old}")
        }
        RelationClass::Superset => format!("contains the installed fix {id} and more"),
        RelationClass::Subset if new.about.identity.id.as_str() == id => {
            format!("a newer edition of it is installed: {id} is here as revision {}", other.revision)
        }
        RelationClass::Subset => format!("everything in it is already covered by {id}"),
        RelationClass::FixConflict if evidence.only_new.is_empty() && evidence.only_other.is_empty() => {
            format!("both it and {id} fix {}, in different ways", some(&evidence.both_fix))
        }
        RelationClass::FixConflict => format!(
            "both it and {id} fix {}, but each also fixes something the other lacks",
            some(&evidence.both_fix)
        ),
        RelationClass::Independent => format!("has nothing to do with {id}"),
        RelationClass::BuildsOn => format!("was made on top of {id}"),
        RelationClass::Mergeable => format!(
            "both it and {id} change {}, in different places",
            files(|meeting| *meeting == Meeting::DifferentLines)
        ),
        RelationClass::FileConflict | RelationClass::Regression => {
            let lines = files(|meeting| matches!(meeting, Meeting::SameLines(_)));
            let same = match lines.is_empty() {
                true => format!("change {}", files(|meeting| *meeting == Meeting::Whole)),
                false => format!("change the same lines of {lines}"),
            };
            match class {
                RelationClass::Regression => format!("installing this would undo fix {id}: both {same}"),
                _ => format!("both it and {id} {same}"),
            }
        }
        RelationClass::Blocked => {
            let said = evidence.declared.iter().find(|said| said.is_exclusion());
            said.map(ToString::to_string).unwrap_or_default()
        }
    }
}

fn way_out(class: RelationClass, other: &Layer, presence: RelatedPresence) -> String {
    let id = &other.id;
    let apart = match presence {
        RelatedPresence::Installed => {
            format!("Take {id} out first, or ask the vendor for a patch that contains both.")
        }
        RelatedPresence::AtHand => {
            format!("Leave {id} out, or ask the vendor for a patch that contains both.")
        }
    };
    match class.consequence() {
        Consequence::Skip => "Nothing has to be done.".to_owned(),
        Consequence::Replace => format!("{id} is replaced, and returns when this one is taken back."),
        Consequence::Apply => String::new(),
        Consequence::Merge => "Both changes are made; look at the merged files.".to_owned(),
        Consequence::Stop => apart,
    }
}

/// A few of many.
fn some(names: &[String]) -> String {
    enumerate(&names.iter().map(String::as_str).collect::<Vec<_>>())
}

fn enumerate(names: &[&str]) -> String {
    const SHOWN: usize = 5;
    match names.len().checked_sub(SHOWN) {
        Some(more) if more > 0 => format!("{} and {more} more", names[..SHOWN].join(", ")),
        _ => names.join(", "),
    }
}

impl Relation {
    /// The reason why the patch cannot be applied, if it is one.
    pub fn obstacle(&self) -> Option<Obstacle> {
        if self.class.consequence() != Consequence::Stop {
            return None;
        }
        let why = Unfit::Related(Box::new(self.clone()));
        Some(match self.clashing_places().as_slice() {
            [one] => Obstacle::at(one, why),
            _ => Obstacle::new(why),
        })
    }

    /// Places where the two cannot both be right.
    pub(crate) fn clashing_places(&self) -> Vec<&TreePath> {
        let clashes = |place: &&SharedPlace| matches!(place.meeting, Meeting::SameLines(_) | Meeting::Whole);
        self.evidence.places.iter().filter(clashes).map(|place| &place.path).collect()
    }
}
