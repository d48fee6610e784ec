//! How each patch of a run meets what is in the folder by then: what it would make of each place, and what it is to every
//! patch there.

use crate::plan::how_it_stands;
use crate::plan::remark::{KEPT_OUT, PatchRemark};
use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Candidate, FolderSoFar, PlannedPatch};
use crate::diff::{Fate, moves};
use crate::model::{Digest, FileChange, LayerKey, Patch, PatchRef, TreePath};
use crate::plan::fates::Bringing;
use crate::plan::landing::{ComingChange, Ground, Landing, land};
use crate::plan::layers::{KnownContents, Layer};
use crate::plan::relate::{
    Consequence, ContainmentProof, Newcomer, RelatedPresence, Relation, RelationClass, has_to_do_with,
    relate, says_that_it_contains,
};
use crate::plan::scope::Scope;
use crate::plan::unmet::unmet;
use crate::plan::{FileNote, Note, Obstacle};

impl FolderSoFar<'_> {
    /// What stands in the way of one of several is told with its name.
    pub(super) fn add_one_of(&mut self, index: usize, one: &Candidate, all: &[Candidate]) -> PlannedPatch {
        let others = self.obstacles.len();
        let planned = self.add(index, one, all);
        if all.len() > 1 {
            let own = self.obstacles.split_off(others);
            let id = one.patch.about.identity.id.as_str();
            self.obstacles.extend(own.into_iter().map(|found| found.met_by(id)));
        }
        planned
    }

    pub(super) fn unmet(&self, one: &Candidate, landings: &BTreeMap<TreePath, Landing>) -> Vec<Obstacle> {
        let known = KnownContents { made: &self.made, others: self.contents };
        unmet(&one.edits, landings, &self.stack(), &self.now.tree, &known)
    }

    /// What every place that `one` changes would hold. What it says that it contains it may come over.
    pub(super) fn landings(&self, one: &Candidate) -> BTreeMap<TreePath, Landing> {
        let stack = self.stack();
        let known = KnownContents { made: &self.made, others: self.contents };
        let says = |layer: &&Layer| says_that_it_contains(&one.patch, layer);
        let contained = self.layers.iter().filter(says).map(|layer| layer.key).collect();
        let landing = |change: &FileChange| {
            let path = &change.path;
            let diff = one.diffs.get(path).map(|diff| diff.as_slice());
            let coming = ComingChange { change, edits: one.edits.get(path), diff };
            Some((path.clone(), land(coming, &stack, &contained, &self.now, &known)?))
        };
        one.patch.changes.iter().filter_map(landing).collect()
    }

    /// The layers of which is told how `patch`, one of `coming`, is related to them. With a thousand in one run there are half a
    /// million pairs that have nothing to do with each other.
    pub(super) fn layers_to_tell(&self, patch: &Patch, coming: usize) -> impl Iterator<Item = &Layer> {
        /// Most patches of one run of which each is told all the same.
        const MAX_TOLD: usize = 100;
        let is_told = move |layer: &&Layer| {
            coming <= MAX_TOLD || layer.key.entry != self.next_entry || has_to_do_with(patch, layer)
        };
        self.layers.iter().filter(is_told)
    }

    /// How `one` is related to the layers of which that is told, and how many these are.
    pub(super) fn relations(
        &self,
        one: &Candidate,
        landings: &BTreeMap<TreePath, Landing>,
        coming: usize,
    ) -> (Vec<Relation>, usize) {
        let stack = self.stack();
        let landed: BTreeMap<Digest, Arc<Vec<u8>>> = landings.values().filter_map(Landing::content).collect();
        let known = KnownContents { made: &self.made, others: self.contents };
        let known = KnownContents { made: &landed, others: &known };
        let coverage = self.coverage(&one.patch, &known);
        let (patch, moves) = (&one.patch, moves(&one.patch.changes));
        let tree = &self.now.tree;
        let new =
            Newcomer { patch, authors: &one.authors, tree, landings, moves: &moves, coverage: &coverage };
        let relation = |other: &Layer| {
            let is_new = other.key.entry == self.next_entry;
            let presence = if is_new { RelatedPresence::AtHand } else { RelatedPresence::Installed };
            relate(&new, other, presence, &stack, &known)
        };
        let layers: Vec<&Layer> = self.layers_to_tell(patch, coming).collect();
        let active = layers.iter().copied().filter(|layer| layer.is_active()).map(relation);
        let mut relations: Vec<Relation> = active.collect();
        // What was replaced and is still in its files is as safe as what replaced it, and its id is taken.
        let id = one.patch.about.identity.id.as_str();
        let below = layers.iter().copied().filter(|layer| !layer.is_active());
        let stops = |below: &Relation| below.class.consequence() == Consequence::Stop;
        let matters = |(layer, below): &(&Layer, Relation)| {
            let is_taken = layer.id == id && below.scope.is_foreign() && stops(below);
            is_taken || layer.is_in_tree() && below.takes_away()
        };
        let told = |below: Relation| match stops(&below) && !self.is_excused(&below, &relations) {
            true => below,
            false => below.excused(),
        };
        let below = below.map(|layer| (layer, relation(layer))).filter(matters);
        let below: Vec<Relation> = below.map(|(_, below)| told(below)).collect();
        relations.extend(below);
        relations.sort_by_key(|relation| relation.other);
        (relations, layers.len())
    }

    /// How everything that `patch` brings stands in the folder now.
    pub(super) fn coverage(&self, patch: &Patch, known: &KnownContents<'_>) -> BTreeMap<TreePath, Fate> {
        let stack = self.stack();
        let stands = |change: &FileChange| {
            let path = &change.path;
            let bringing = Bringing { path, before: change.before.first(), left: change.after.as_ref() };
            (path.clone(), bringing.stand_unbrought(self.now.tree.at(path), &stack.at(path), known))
        };
        patch.changes.iter().map(stands).collect()
    }

    /// Whether what a replaced patch loses is for its own author to decide, who replaces what replaced it.
    pub(super) fn is_excused(&self, below: &Relation, relations: &[Relation]) -> bool {
        let stack = self.stack();
        let mut by = Some(below.other);
        while let Some(key) = by {
            let replaced = |relation: &&Relation| {
                relation.other == key && relation.class.consequence() == Consequence::Replace
            };
            if relations.iter().any(|relation| replaced(&relation)) {
                return below.scope == Scope::Own && below.evidence.proof != ContainmentProof::Undone;
            }
            by = stack.layer(key).and_then(|layer| layer.superseded).map(|(by, _)| by);
        }
        false
    }

    /// Why there is nothing to apply, if so.
    pub(super) fn left_out(&self, relations: &[Relation]) -> Option<String> {
        let skips = |relation: &&Relation| relation.class.consequence() == Consequence::Skip;
        let covered = relations.iter().find(skips)?;
        // Where files were lost meanwhile, or never came, the same patch puts them right again.
        let is_whole = covered.class != RelationClass::Identical || self.holds_what_it_left(covered.other);
        is_whole.then(|| covered.sentence.clone())
    }

    /// Whether nothing of it was lost since, and no later patch undoes it. A switch that was turned is as the history says.
    fn holds_what_it_left(&self, key: LayerKey) -> bool {
        let stack = self.stack();
        let is_held = |path: &TreePath| {
            let here = self.now.tree.at(path);
            let as_history_says = || stack.expected.get(path).is_some_and(|node| node.as_ref() == here);
            here == stack.now(path).as_ref() || as_history_says()
        };
        let known = KnownContents { made: &self.made, others: self.contents };
        let is_undone = |layer: &Layer| {
            let is_last = |path: &TreePath| stack.at(path).last().is_none_or(|last| last.key == key);
            let is_on_top = layer.paths().all(is_last);
            !is_on_top && !how_it_stands(layer, |path| stack.now(path), &known).undone.is_empty()
        };
        stack
            .layer(key)
            .is_some_and(|layer| !layer.doubted && layer.paths().all(is_held) && !is_undone(layer))
    }

    /// Somebody's own versions of all files of `patch` stay: it does not come, and replaces nothing.
    pub(super) fn kept_out(
        &mut self,
        mut planned: PlannedPatch,
        patch: &Patch,
        key: LayerKey,
        coming: usize,
    ) -> PlannedPatch {
        if coming > 1 {
            self.notes.push(Note::new(PatchRemark::KeptOut { patch: patch.about.identity.clone() }));
        }
        let replaced = |layer: &&mut Layer| layer.superseded.is_some_and(|(by, _)| by == key);
        self.layers.iter_mut().filter(replaced).for_each(|layer| layer.superseded = None);
        planned.replaces.clear();
        (planned.is_kept_out, planned.left_out) = (true, Some(format!("{KEPT_OUT}.")));
        planned
    }
}

/// What is to be told of a file that `patch` and others change in different places.
pub(super) fn note_on_others(
    patch: &PatchRef,
    relations: &[Relation],
    path: &TreePath,
    landing: &Landing,
) -> Option<Note> {
    let others: Vec<String> = relations
        .iter()
        .filter(|relation| relation.is_merged_at(path))
        .map(|relation| relation.id.clone())
        .collect();
    let patch = patch.to_string();
    let note = match landing.on {
        _ if others.is_empty() => return None,
        Ground::Merged => FileNote::MergedWith { patch, others },
        Ground::Lines => FileNote::PlacedWith { patch, others },
        Ground::Expected | Ground::There | Ground::Over => return None,
    };
    Some(Note::of_file(path, note))
}
