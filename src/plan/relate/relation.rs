//! How one patch is related to another, as it was decided, and from what.

use std::collections::BTreeMap;
use std::fmt;

use super::class::{Consequence, RelationClass};
use crate::diff::{Fate, KeyClash, LineRange};
use crate::model::{LayerKey, TreePath};
use crate::plan::FileFates;
use crate::plan::scope::Scope;
use crate::plan::why::Override;
use crate::text::{Advice, capitalised};

/// What one patch says about another. Displayed as a sentence without its period.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "says", rename_all = "lowercase")]
pub enum Declaration {
    /// It contains the other one and replaces it.
    Replaces {
        /// Which patch says so.
        by: String,
        other: String,
    },
    /// It fixes all that the other one fixes, and more.
    Covers {
        /// Which patch says so.
        by: String,
        other: String,
    },
    /// It is a newer revision of the other one.
    Renews {
        /// Which patch says so.
        by: String,
        other: String,
        /// Which edition it is.
        revision: u32,
    },
    /// They must not be together.
    Excludes {
        /// Which patch says so.
        by: String,
        other: String,
        /// Why not.
        reason: String,
    },
}

impl fmt::Display for Declaration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Declaration::Replaces { by, other } => write!(f, "{by} says it replaces {other}"),
            Declaration::Covers { by, other } => {
                write!(f, "{by} says it fixes everything {other} fixes, and more")
            }
            Declaration::Renews { by, other, revision } => {
                write!(f, "{by} says it's revision {revision} of {other}")
            }
            Declaration::Excludes { by, other, reason } => {
                write!(f, "{by} says it can't be combined with {other}: {reason}")
            }
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
    /// They change different lines, or different keys.
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
    /// Whether nobody has the file any more that the new patch was made from, though it brings nothing but lines.
    pub(crate) lacks_original: bool,
    /// What becomes of what the other one changed there.
    pub fate: Fate,
    /// The lines of it that are lost, in what the other one left.
    pub lost: Vec<LineRange>,
    /// The values that the other one and the new one both set, in this order, where that is what they clash about.
    pub(crate) keys: Vec<KeyClash>,
}

/// What the files show of the new patch containing the other one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ContainmentProof {
    /// Everything that the other one changed stays as it is, and the new one knows it.
    Holds,
    /// Some of it becomes something third.
    Rewritten,
    /// Some of it is set back to what was before.
    Undone,
    /// The new one has nothing to do with some of its files.
    #[default]
    Elsewhere,
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
    /// Files of the other one that the new one does not touch: they stay as they are.
    pub(crate) untouched: Vec<TreePath>,
    /// How many files the other one has; a renamed one is one.
    pub(crate) files: usize,
    /// Where it moved files, by the names that they had.
    pub(crate) moved: BTreeMap<TreePath, TreePath>,
    /// What the patches say about each other.
    pub declared: Vec<Declaration>,
    /// Whether the new one says that it contains the other one, in whatever words.
    pub(crate) says_contains: bool,
    /// Whether the other one says that it contains the new one.
    pub(crate) says_contained: bool,
    /// What the files show of the new one containing the other one.
    pub proof: ContainmentProof,
    /// Whether all that the new one brings is in the folder already.
    pub(crate) is_covered: bool,
}

/// How a patch is related to one that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    pub other: LayerKey,
    pub id: String,
    /// Its revision.
    pub revision: u32,
    /// In which way.
    pub class: RelationClass,
    /// What the files alone would stop, where the class is about something else.
    pub(crate) loss: Option<Loss>,
    /// Whether what they say about each other counts.
    pub scope: Scope,
    /// With which override it does not stop the patch, if there is one.
    pub(crate) way_around: Option<Override>,
    /// Whether its words begin with the id of a patch, which is written as its author did.
    pub(crate) begins_with_a_name: bool,
    /// In plain words.
    pub sentence: String,
    /// The same within a sentence.
    pub(crate) phrase: String,
    /// What to do about it; empty where nothing has to be done.
    pub way_out: Advice,
    /// What it was decided from.
    pub evidence: Grounds,
}

/// What the other patch loses, beside what is said about the two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Loss {
    pub class: RelationClass,
    /// As a phrase.
    pub phrase: String,
    /// What to do about it.
    pub way_out: Advice,
    pub way_around: Option<Override>,
}

impl SharedPlace {
    /// Whether the two cannot both be right there.
    pub(super) fn clashes(&self) -> bool {
        matches!(self.meeting, Meeting::SameLines(_) | Meeting::Whole) && self.fate != Fate::Kept
    }
}

impl Grounds {
    pub(super) fn proof(&self) -> ContainmentProof {
        let has = |fate| self.places.iter().any(|place| place.fate == fate);
        let knows_it = self.places.iter().any(|place| place.meeting == Meeting::OnTop && !place.from_before);
        if has(Fate::Undone) {
            ContainmentProof::Undone
        } else if has(Fate::Rewritten) {
            ContainmentProof::Rewritten
        } else if self.places.is_empty() || !self.untouched.is_empty() && !knows_it {
            ContainmentProof::Elsewhere
        } else {
            ContainmentProof::Holds
        }
    }

    /// What becomes of the other one's files.
    pub(crate) fn file_fates(&self) -> FileFates {
        let found = self.places.iter().map(|place| (&place.path, place.fate));
        let fates = FileFates::of(found, &self.moved);
        FileFates { untouched: self.untouched.clone(), all: self.files, ..fates }
    }

    /// What is said against their being together.
    pub(super) fn exclusion(&self) -> Option<&Declaration> {
        self.declared.iter().find(|said| matches!(said, Declaration::Excludes { .. }))
    }
}

impl Relation {
    /// Whether the other one loses something.
    pub(in crate::plan) fn takes_away(&self) -> bool {
        matches!(self.evidence.proof, ContainmentProof::Rewritten | ContainmentProof::Undone)
    }

    /// The same where its own author says so.
    pub(in crate::plan) fn excused(mut self) -> Self {
        self.class = RelationClass::BuildsOn;
        self.phrase = self.rewriting().unwrap_or_default();
        self.sentence = format!("{}.", capitalised(&self.phrase));
        self.begins_with_a_name = false;
        (self.loss, self.way_around, self.way_out) = (None, None, Advice::default());
        self
    }

    /// Whether both change the file at `path`, in different places.
    pub(in crate::plan) fn is_merged_at(&self, path: &TreePath) -> bool {
        let replaces = self.class.consequence() == Consequence::Replace;
        let mut places = self.evidence.places.iter().filter(|_| !replaces);
        places.any(|place| place.path == *path && place.meeting == Meeting::DifferentLines)
    }

    /// Places where the two cannot both be right.
    pub(crate) fn clashing_places(&self) -> Vec<&TreePath> {
        self.evidence.places.iter().filter(|place| place.clashes()).map(|place| &place.path).collect()
    }
}
