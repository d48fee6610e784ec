//! How a patch that is to come is related to one that is there.
//!
//! Three things are kept apart: what the two say about each other (`claims`), whose they are ([`Scope`]), and what
//! contents show, by digest and by line. A claim counts only within one product and one author, and never where the
//! contents show otherwise; what they show needs no author.

mod claims;
mod class;
mod places;
mod relation;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use super::Obstacle;
use super::fates::{Bringing, PlaceFate};
use super::landing::{Ground, Landing};
use super::layers::{ContentByDigest, Layer, Stack, has_a_say};
use super::laying::{alone, lay};
use super::scope::Scope;
use super::why::{Override, Unfit};
use crate::diff::Fate;
use crate::model::{FileChange, Patch, TreePath, TreeState};
use crate::text::capitalised;
use claims::Claims;
pub(crate) use claims::{has_to_do_with, says_that_it_contains};
pub(crate) use class::{Consequence, RelationClass};
use places::places;
pub(crate) use relation::Loss;
pub use relation::{ContainmentProof, Declaration, Grounds, Meeting, Relation, SharedPlace};
use words::RelationFacts;
pub(crate) use words::words_of;

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
    /// What is really in the folder.
    pub tree: &'a TreeState,
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
}
