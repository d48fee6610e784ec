//! How a patch that is to come is related to one that is there.
//!
//! Three things are kept apart: what the two say about each other (`claims`), whose they are ([`Scope`]), and what
//! contents show, by digest and by line. A claim counts only within one product and one author, and never where the
//! contents show otherwise; what they show needs no author.

mod claims;
mod class;
mod places;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use super::Obstacle;
use super::fates::{Bringing, FileFates, PlaceFate};
use super::landing::{Ground, Landing};
use super::layers::{ContentByDigest, Layer, Stack, has_a_say};
use super::laying::{alone, lay};
use super::scope::Scope;
use super::why::{Override, Unfit};
use crate::diff::{Fate, KeyClash, LineRange};
use crate::model::{FileChange, LayerKey, Patch, TreePath};
use crate::text::{Advice, capitalised};
use claims::Claims;
pub(crate) use claims::Declaration;
pub(crate) use claims::{has_to_do_with, says_that_it_contains};
pub(crate) use class::{Consequence, RelationClass};
use places::places;
use words::RelationFacts;
pub(crate) use words::words_of;

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

/// Where the other patch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RelatedPresence {
    /// In the folder: its files are there.
    Installed,
    /// It is to come as well.
    AtHand,
}

/// A patch that is to come, and what is known of how it would.
#[derive(Clone, Copy)]
pub(crate) struct Newcomer<'a> {
    pub patch: &'a Patch,
    /// The owners of the keys that signed it as its authors.
    pub authors: &'a BTreeSet<String>,
    /// What becomes of each place; where nothing is known, the change fits nothing there.
    pub(super) landings: &'a BTreeMap<TreePath, Landing>,
    /// Where it moves files to, by the path that they had.
    pub moves: &'a BTreeMap<&'a TreePath, &'a FileChange>,
    /// How what it brings stands in the folder now, place by place.
    pub(super) coverage: &'a BTreeMap<TreePath, Fate>,
}

/// The relation of `new` to `other`, which is one of the layers of `stack`.
pub(crate) fn relate(
    new: &Newcomer<'_>,
    other: &Layer,
    presence: RelatedPresence,
    stack: &Stack<'_>,
    contents: &dyn ContentByDigest,
) -> Relation {
    let mut evidence = claims::fixes(new.patch, other);
    let claims = Claims::new(new.patch, other, &evidence);
    evidence.places = places(new, other, stack, contents);
    let is_untouched = |path: &&TreePath| new.patch.change_at(path).is_none();
    evidence.moved = other.moved();
    evidence.files = other.files().filter(|path| !evidence.moved.contains_key(path)).count();
    evidence.untouched = other.files().filter(is_untouched).cloned().collect();
    evidence.proof = evidence.proof();
    evidence.is_covered = new.coverage.values().all(|fate| *fate == Fate::Kept);
    evidence.declared.clone_from(&claims.declared);
    (evidence.says_contains, evidence.says_contained) = (claims.contains, claims.contained);
    let scope = Scope::between(new.patch, new.authors, other);
    let own = |path: &TreePath| is_rewritten_by(new, other, path, stack);
    let stands = || stands_by_history(new, stack, contents);
    let classifying = Classifying {
        new,
        other,
        presence,
        scope,
        claims: &claims,
        evidence: &evidence,
        own: &own,
        stands: &stands,
    };
    let (class, contents) = (classifying.class(), classifying.by_contents());
    let facts = RelationFacts {
        class,
        id: &other.id,
        is_kept_for_good: other.accepted,
        revision: other.revision,
        is_doubted: other.doubted,
        new_id: new.patch.about.identity.id.as_str(),
        scope,
        presence,
        evidence: &evidence,
    };
    let around = |class| way_around(class, scope, presence, new, &evidence);
    let is_hidden = evidence.proof == ContainmentProof::Undone || class == RelationClass::Blocked;
    let stops = |class: RelationClass| class.consequence() == Consequence::Stop;
    let loss = (class != contents && is_hidden && stops(class) && stops(contents)).then(|| {
        let (facts, way_around) = (RelationFacts { class: contents, ..facts }, around(contents));
        Loss { class: contents, phrase: facts.phrase(), way_out: facts.way_out(way_around), way_around }
    });
    let (phrase, way_around) = (facts.phrase(), around(class));
    Relation {
        other: other.key,
        id: other.id.clone(),
        revision: other.revision,
        class,
        loss,
        scope,
        way_around,
        begins_with_a_name: facts.begins_with_a_name(),
        sentence: match facts.begins_with_a_name() {
            true => format!("{phrase}."),
            false => format!("{}.", capitalised(&phrase)),
        },
        way_out: facts.way_out(way_around),
        phrase,
        evidence,
    }
}

/// Everything that decides in which way two patches are related.
struct Classifying<'a> {
    new: &'a Newcomer<'a>,
    other: &'a Layer,
    presence: RelatedPresence,
    scope: Scope,
    claims: &'a Claims,
    evidence: &'a Grounds,
    /// Whether its author, or what it replaced of the same author, changed a place.
    own: &'a dyn Fn(&TreePath) -> bool,
    /// Whether no patch took away or rewrote what the new one brings, where another one had brought it.
    stands: &'a dyn Fn() -> bool,
}

impl Classifying<'_> {
    fn class(&self) -> RelationClass {
        let (claims, evidence) = (self.claims, self.evidence);
        let fixes_the_same = evidence.only_new.is_empty() && evidence.only_other.is_empty();
        let contents = self.by_contents();
        // What it needs it cannot replace, whatever the fix sets say.
        let requirements = self.new.patch.about.all_requirements(|_| true);
        let needs = requirements.iter().any(|need| need.id.as_str() == self.other.id);
        // What somebody known has made is not left to a stranger, who may go again.
        let is_apart = self.scope.is_foreign() && !self.new.authors.is_empty();
        if claims.excludes {
            RelationClass::Blocked
        } else if fixes_the_same
            && leaves_the_same(self.new.patch, self.other)
            && (claims.same_id || !is_apart && (self.stands)())
        {
            RelationClass::Identical
        } else if claims.same_id && self.scope.is_foreign() {
            RelationClass::Unproven
        } else if claims.contained && !is_apart && self.is_left_to_it() {
            RelationClass::Subset
        } else if evidence.proof == ContainmentProof::Undone {
            contents
        } else if needs {
            if contents == RelationClass::Independent { RelationClass::BuildsOn } else { contents }
        } else if claims.contains {
            self.containing(contents)
        } else if claims.contained {
            self.contained(contents)
        } else if claims.fix_the_same || claims.same_id {
            match (fixes_the_same, evidence.proof) {
                (true, ContainmentProof::Holds) => self.as_replacement(),
                (true, _) if evidence.is_covered && !is_apart => RelationClass::Subset,
                (true, _) if evidence.is_covered => contents,
                _ if self.scope.is_foreign() => RelationClass::Unproven,
                _ => RelationClass::FixConflict,
            }
        } else {
            contents
        }
    }

    /// The new one says that it contains the other one.
    fn containing(&self, contents: RelationClass) -> RelationClass {
        match (self.evidence.proof, self.scope) {
            (ContainmentProof::Holds, _) | (_, Scope::Own) => self.as_replacement(),
            // Nothing is lost, so it is only a word: both stay.
            (ContainmentProof::Elsewhere, Scope::Unsigned) => contents,
            _ => RelationClass::Unproven,
        }
    }

    fn as_replacement(&self) -> RelationClass {
        match self.claims.same_id {
            true => RelationClass::ReIssue,
            false => RelationClass::Superset,
        }
    }

    /// The other one says that it contains the new one, and all of that is in the folder, or its own author has made
    /// something third of it or has issued it anew.
    fn is_left_to_it(&self) -> bool {
        let is_rewritten_by_it = |(path, fate): (&TreePath, &Fate)| {
            *fate == Fate::Kept || *fate == Fate::Rewritten && (self.own)(path)
        };
        // What may not be in itself has made nothing of anything.
        let is_own = self.scope == Scope::Own && !self.other.doubted;
        self.evidence.is_covered
            || is_own && (self.claims.same_id || self.new.coverage.iter().all(is_rewritten_by_it))
    }

    /// The other one says that it contains the new one, and the files do not show it.
    fn contained(&self, contents: RelationClass) -> RelationClass {
        match self.scope {
            Scope::Own => contents,
            Scope::Unsigned if !self.claims.same_id => contents,
            // Then they do.
            _ if self.evidence.is_covered => contents,
            _ => RelationClass::Unproven,
        }
    }

    fn by_contents(&self) -> RelationClass {
        let places = &self.evidence.places;
        let has = |meeting: Meeting| places.iter().any(|place| place.meeting == meeting);
        let clashes: Vec<&SharedPlace> = places.iter().filter(|place| place.clashes()).collect();
        let goes_back =
            self.evidence.proof == ContainmentProof::Undone || clashes.iter().any(|place| place.from_before);
        let rewrites = places.iter().any(|place| place.fate == Fate::Rewritten);
        if goes_back && self.presence == RelatedPresence::Installed {
            RelationClass::Regression
        } else if goes_back || !clashes.is_empty() || rewrites && !self.may_rewrite() {
            RelationClass::FileConflict
        } else if has(Meeting::DifferentLines) {
            RelationClass::Mergeable
        } else if has(Meeting::OnTop) {
            RelationClass::BuildsOn
        } else {
            RelationClass::Independent
        }
    }

    /// What somebody known has brought, nobody else changes without being asked.
    fn may_rewrite(&self) -> bool {
        self.scope == Scope::Own || self.other.authors.is_empty()
    }
}

/// Whether `other`, or what it replaced in its turn, has a say at `path`, and is by the author of `new`.
fn is_rewritten_by(new: &Newcomer<'_>, other: &Layer, path: &TreePath, stack: &Stack<'_>) -> bool {
    let belongs = |layer: &&Layer| {
        let mut layer = *layer;
        while let Some((by, _)) = layer.superseded.filter(|_| layer.key != other.key) {
            let Some(newer) = stack.layer(by) else { return false };
            layer = newer;
        }
        layer.key == other.key
    };
    let here = stack.layers.iter().filter(|layer| has_a_say(layer, path));
    here.filter(belongs).any(|layer| Scope::between(new.patch, new.authors, layer) == Scope::Own)
}

/// Whether everything that `new` brings is in the files as the history has them, whatever was edited there since.
fn stands_by_history(new: &Newcomer<'_>, stack: &Stack<'_>, contents: &dyn ContentByDigest) -> bool {
    new.patch.changes.iter().all(|change| {
        let path = &change.path;
        let own = Bringing { path, before: change.before.first(), left: change.after.as_ref() };
        own.stand_unbrought(stack.now(path).as_ref(), &stack.at(path), contents) == Fate::Kept
    })
}

/// Whether `layer` bears the id of `patch`, for which `authors` vouch, and is known to be another one.
pub(crate) fn is_namesake(patch: &Patch, authors: &BTreeSet<String>, layer: &Layer) -> bool {
    layer.id == patch.about.identity.id.as_str()
        && Scope::between(patch, authors, layer).is_foreign()
        && !leaves_the_same(patch, layer)
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

/// What somebody has to say, with a reason, so that it goes ahead all the same.
fn way_around(
    class: RelationClass,
    scope: Scope,
    presence: RelatedPresence,
    new: &Newcomer<'_>,
    evidence: &Grounds,
) -> Option<Override> {
    // Two that are to come are told apart by leaving one out.
    let clashes = evidence.places.iter().any(|place| place.clashes() || place.fate != Fate::Kept);
    let can_be_done = evidence.places.iter().all(|place| new.landings.contains_key(&place.path));
    if !can_be_done || clashes && presence == RelatedPresence::AtHand {
        return None;
    }
    match class {
        RelationClass::Regression => Some(Override::Undo),
        RelationClass::FileConflict | RelationClass::FixConflict | RelationClass::Unproven => {
            Some(Override::Related)
        }
        RelationClass::Blocked if scope != Scope::Own => Some(Override::Related),
        _ => None,
    }
}

impl SharedPlace {
    /// Whether the two cannot both be right there.
    fn clashes(&self) -> bool {
        matches!(self.meeting, Meeting::SameLines(_) | Meeting::Whole) && self.fate != Fate::Kept
    }
}

impl Grounds {
    fn proof(&self) -> ContainmentProof {
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
    fn exclusion(&self) -> Option<&Declaration> {
        self.declared.iter().find(|said| matches!(said, Declaration::Excludes { .. }))
    }
}

impl Relation {
    /// The reasons why the patch cannot be applied, if it is one.
    pub fn obstacles(&self) -> Vec<Obstacle> {
        let at = |why: Unfit| match self.clashing_places().as_slice() {
            [one] => Obstacle::at(one, why),
            _ => Obstacle::new(why),
        };
        let stops = self.class.consequence() == Consequence::Stop;
        let why = stops.then(|| Unfit::Related(Box::new(self.clone())));
        why.into_iter().chain(self.loss.clone().map(Unfit::Loses)).map(at).collect()
    }

    /// Whether the other one loses something.
    pub(super) fn takes_away(&self) -> bool {
        matches!(self.evidence.proof, ContainmentProof::Rewritten | ContainmentProof::Undone)
    }

    /// The same where its own author says so.
    pub(super) fn excused(mut self) -> Self {
        self.class = RelationClass::BuildsOn;
        self.phrase = self.rewriting().unwrap_or_default();
        self.sentence = format!("{}.", capitalised(&self.phrase));
        self.begins_with_a_name = false;
        (self.loss, self.way_around, self.way_out) = (None, None, Advice::default());
        self
    }

    /// Whether both change the file at `path`, in different places.
    pub(super) fn is_merged_at(&self, path: &TreePath) -> bool {
        let replaces = self.class.consequence() == Consequence::Replace;
        let mut places = self.evidence.places.iter().filter(|_| !replaces);
        places.any(|place| place.path == *path && place.meeting == Meeting::DifferentLines)
    }

    /// Places where the two cannot both be right.
    pub(crate) fn clashing_places(&self) -> Vec<&TreePath> {
        self.evidence.places.iter().filter(|place| place.clashes()).map(|place| &place.path).collect()
    }
}
