//! Plans several patches at once as one change: each on what the ones before it would leave.
//!
//! Each patch is related to everything that is in the folder by then. What it contains is replaced by it; what both
//! change in different lines is merged; everything else that is not provably right stops all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::apply::{PlanPart, plan_part};
use super::layers::{ContentByDigest, Layer, Stack, lay};
use super::relate::{Consequence, Meeting, RelatedPresence, Relation, RelationClass, alone, relate};
use super::take_out::{Rebuilt, places_without};
use super::{FailedCheck, Note, Obstacle, Plan, Preview, Situation, common_obstacles, in_order};
use crate::model::{Code, Digest, FileNode, LayerKey, Node, Patch, Step, TreePath, TreeState};

/// A patch that is to come, and what its own rules see in the folder.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub patch: Arc<Patch>,
    /// The owners of the keys that vouch for it as its authors; empty: nobody does.
    pub authors: BTreeSet<String>,
    /// Whether its product was recognised; `None` when it has no rule for that.
    pub(crate) is_product: Option<bool>,
    /// What was seen by the rules that did not hold.
    pub(crate) product_evidence: Vec<String>,
    /// The product's version, where it can be told.
    pub version: Option<String>,
    /// Preflight checks that did not pass.
    pub(crate) failed_checks: Vec<FailedCheck>,
    /// Preflight checks that nobody has been asked for yet.
    pub(crate) unasked_checks: Vec<String>,
}

/// What is in the folder.
pub(crate) struct InstalledStack<'a> {
    /// The patches.
    pub stack: Stack<'a>,
    /// The number of the history entry that the change will be.
    pub(crate) next_entry: u64,
}

/// One of several patches in a plan.
#[derive(Debug, Clone)]
pub(crate) struct PlannedPatch {
    /// Which of the patches that were named.
    pub index: usize,
    /// How it is related to everything in the folder, and to those that come before it.
    pub relations: Vec<Relation>,
    /// Why it is left out, if so: there is nothing to apply.
    pub left_out: Option<String>,
    /// What it replaces, and whether the changes of that stay below it.
    pub(crate) replaces: Vec<(LayerKey, bool)>,
    /// What it alone changes.
    pub steps: Vec<Step>,
}

/// Several patches as one change.
#[derive(Debug, Clone)]
pub(crate) struct PlanOfSeveral {
    /// The change as a whole.
    pub preview: Preview,
    /// The patches in their order.
    pub patches: Vec<PlannedPatch>,
    /// Contents that were put together here.
    pub made: BTreeMap<Digest, Arc<Vec<u8>>>,
    /// Contents that some patch leaves or finds, and that are in the folder neither before nor afterwards.
    pub between: Vec<(TreePath, FileNode)>,
}

/// What would happen if `coming` were applied in this order.
pub(crate) fn plan_several(
    coming: &[Candidate],
    situation: &Situation,
    installed: &InstalledStack<'_>,
    contents: &dyn ContentByDigest,
) -> PlanOfSeveral {
    let mut run = FolderSoFar::new(situation, installed, contents);
    let patches: Vec<PlannedPatch> =
        coming.iter().enumerate().map(|(index, one)| run.add(index, one, coming)).collect();
    let steps = run.net_steps();
    let mut obstacles = std::mem::take(&mut run.obstacles);
    let between = run.between(&patches, &steps);
    let needed_bytes = common_obstacles(situation, &steps, &mut obstacles)
        + between.iter().map(|(_, file)| file.size_bytes).sum::<u64>();
    let base = situation.fingerprint(&run.touched);
    PlanOfSeveral {
        preview: Preview {
            plan: Plan { steps: in_order(steps), base },
            obstacles,
            notes: run.notes,
            needed_bytes,
        },
        patches,
        made: run.made,
        between,
    }
}

/// The folder as it would be by now.
struct FolderSoFar<'a> {
    real: &'a Situation,
    now: Situation,
    layers: Vec<Layer>,
    expected: BTreeMap<TreePath, Option<Node>>,
    origins: &'a BTreeMap<TreePath, Option<Node>>,
    next_entry: u64,
    contents: &'a dyn ContentByDigest,
    made: BTreeMap<Digest, Arc<Vec<u8>>>,
    touched: BTreeSet<TreePath>,
    obstacles: Vec<Obstacle>,
    notes: Vec<Note>,
}

/// Contents from outside, and those that were made here.
struct Known<'a> {
    made: &'a BTreeMap<Digest, Arc<Vec<u8>>>,
    others: &'a dyn ContentByDigest,
}

impl ContentByDigest for Known<'_> {
    fn content(&self, file: &FileNode) -> Option<Arc<Vec<u8>>> {
        self.made.get(&file.digest).cloned().or_else(|| self.others.content(file))
    }
}

impl<'a> FolderSoFar<'a> {
    fn new(real: &'a Situation, installed: &InstalledStack<'a>, contents: &'a dyn ContentByDigest) -> Self {
        Self {
            real,
            now: real.clone(),
            layers: installed.stack.layers.to_vec(),
            expected: installed.stack.expected.clone(),
            origins: installed.stack.origins,
            next_entry: installed.next_entry,
            contents,
            made: BTreeMap::new(),
            touched: BTreeSet::new(),
            obstacles: Vec::new(),
            notes: Vec::new(),
        }
    }

    fn stack(&self) -> Stack<'_> {
        Stack { layers: &self.layers, expected: &self.expected, origins: self.origins }
    }

    fn add(&mut self, index: usize, one: &Candidate, all: &[Candidate]) -> PlannedPatch {
        let patch = &one.patch;
        self.touched.extend(patch.changes.iter().map(|change| change.path.clone()));
        let relations = self.relations(patch);
        let mut planned =
            PlannedPatch { index, relations, left_out: None, replaces: Vec::new(), steps: Vec::new() };
        self.see_as(one, all);
        if let Some(reason) = self.left_out(&planned.relations) {
            if planned.relations.iter().all(|relation| relation.class != RelationClass::Identical) {
                let text = format!("{} is left out: {}", patch.about.identity, reason.trim_end_matches('.'));
                self.notes.push(Note::new(text));
            }
            planned.left_out = Some(reason);
            return planned;
        }
        let key = LayerKey { entry: self.next_entry, part: self.layers_of_run() };
        planned.replaces = self.replace(patch, &planned.relations, key);
        let adapted = self.merged_where_both_change(patch, &planned.relations);
        let clashing = self.stop_at_clashes(patch, &planned.relations);
        let PlanPart { steps, obstacles, notes } = plan_part(adapted.as_ref().unwrap_or(patch), &self.now);
        let is_told_better = |found: &Obstacle| {
            let at_clash = found.path.as_deref().is_some_and(|path| clashing.contains(path));
            at_clash && matches!(found.code(), Code::Drift | Code::Missing | Code::Occupied)
        };
        self.obstacles.extend(obstacles.into_iter().filter(|found| !is_told_better(found)));
        self.notes.extend(notes);
        planned.steps.clone_from(&steps);
        self.come(one, key, steps);
        planned
    }

    fn layers_of_run(&self) -> usize {
        self.layers.iter().filter(|layer| layer.key.entry == self.next_entry).count()
    }

    fn relations(&self, patch: &Patch) -> Vec<Relation> {
        let stack = self.stack();
        let known = Known { made: &self.made, others: self.contents };
        let relation = |other: &Layer| {
            let is_new = other.key.entry == self.next_entry;
            let presence = if is_new { RelatedPresence::AtHand } else { RelatedPresence::Installed };
            relate(patch, other, presence, &|path| stack.now(path), &known)
        };
        self.layers.iter().filter(|layer| layer.is_active()).map(relation).collect()
    }

    /// The folder as the rules of `one` see it.
    fn see_as(&mut self, one: &Candidate, all: &[Candidate]) {
        self.now.is_product = one.is_product;
        self.now.product_evidence.clone_from(&one.product_evidence);
        // What an earlier patch of the same run makes of the version is what a later one meets.
        if self.layers_of_run() == 0 || self.now.version.is_none() {
            self.now.version.clone_from(&one.version);
        }
        self.now.failed_checks.clone_from(&one.failed_checks);
        self.now.unasked_checks.clone_from(&one.unasked_checks);
        let id_of = |one: &Candidate| {
            (one.patch.about.identity.id.as_str().to_owned(), one.patch.about.identity.revision)
        };
        self.now.coming = all.iter().map(id_of).collect();
    }

    /// Why there is nothing to apply, if so.
    fn left_out(&self, relations: &[Relation]) -> Option<String> {
        let skips = |relation: &&Relation| relation.class.consequence() == Consequence::Skip;
        let covered = relations.iter().find(skips)?;
        // Where files were lost meanwhile, the same patch puts them right again.
        let is_whole = covered.class != RelationClass::Identical || self.holds_what_it_left(covered.other);
        is_whole.then(|| covered.sentence.clone())
    }

    fn holds_what_it_left(&self, key: LayerKey) -> bool {
        let stack = self.stack();
        stack
            .layer(key)
            .is_some_and(|layer| layer.paths().all(|path| self.now.tree.at(path) == stack.now(path).as_ref()))
    }

    /// Takes out what `patch` contains, or leaves it below where `patch` was made on top of it.
    fn replace(&mut self, patch: &Patch, relations: &[Relation], key: LayerKey) -> Vec<(LayerKey, bool)> {
        let replaces = |relation: &&Relation| relation.class.consequence() == Consequence::Replace;
        // The newest first: what lies on top goes without having to be told apart from what is below it.
        let old: Vec<LayerKey> =
            relations.iter().rev().filter(replaces).map(|relation| relation.other).collect();
        let mut replaced = Vec::new();
        for old in old {
            let known = Known { made: &self.made, others: self.contents };
            let gone = BTreeSet::from([old]);
            let is_declared = self.layers.iter().find(|layer| layer.key == old).is_some_and(|layer| {
                patch.about.supersedes.iter().any(|replaced| replaced.as_str() == layer.id)
            });
            let places = places_without(&self.stack(), &gone, &known)
                .ok()
                .filter(|(places, stuck)| {
                    // Nothing shows that it contains the other one's files as well, and nobody says so.
                    let is_apart = places.iter().all(|place| patch.change_at(&place.path).is_none());
                    stuck.is_empty() && (is_declared || !is_apart) && !self.was_made_on(patch, places)
                })
                .map(|(places, _)| places);
            let stays = places.is_none();
            if !stays {
                self.forget_the_version_of(old);
            }
            self.take_away(places.unwrap_or_default(), old);
            if let Some(layer) = self.layers.iter_mut().find(|layer| layer.key == old) {
                layer.superseded = Some((key, stays));
                let text = format!("{} is contained in {} and is replaced", layer.id, patch.about.identity);
                self.notes.push(Note::new(text));
            }
            replaced.push((old, stays));
        }
        replaced
    }

    /// Without `old` the product is of the version that it was made for, as far as that can be told.
    fn forget_the_version_of(&mut self, old: LayerKey) {
        let patch = self.layers.iter().find(|layer| layer.key == old).and_then(|layer| layer.patch.clone());
        if let Some(patch) = patch.filter(|patch| patch.about.result_version == self.now.version) {
            self.now.version = match patch.about.product.versions.as_slice() {
                [only] => Some(only.clone()),
                _ => None,
            };
        }
    }

    /// Whether `patch` expects something that would be gone without what it replaces, or any of that was edited.
    fn was_made_on(&self, patch: &Patch, places: &[Rebuilt]) -> bool {
        places.iter().any(|place| {
            let is_edited = self.now.tree.at(&place.path) != place.now.as_ref();
            let expects =
                |node: Option<&Node>| patch.change_at(&place.path).is_some_and(|change| change.expects(node));
            is_edited || expects(place.now.as_ref()) && !expects(place.then.as_ref())
        })
    }

    fn take_away(&mut self, places: Vec<Rebuilt>, old: LayerKey) {
        for place in places {
            if let (Some(bytes), Some(Node::File(file))) = (place.made, &place.then) {
                self.made.insert(file.digest, bytes);
            }
            for layer in self.layers.iter_mut().filter(|layer| layer.key > old) {
                layer.shifted.insert(place.path.clone());
            }
            self.touched.insert(place.path.clone());
            self.set(&place.path, place.then);
        }
    }

    /// The patch with merged results where it and something in the folder change different lines of a file. `None`
    /// where nothing is merged.
    fn merged_where_both_change(&mut self, patch: &Patch, relations: &[Relation]) -> Option<Patch> {
        let merges = |relation: &&Relation| relation.class.consequence() == Consequence::Merge;
        let meets = |relation: &Relation| {
            let different =
                relation.evidence.places.iter().filter(|place| place.meeting == Meeting::DifferentLines);
            different.map(|place| (place.path.clone(), relation.id.clone())).collect::<Vec<_>>()
        };
        let places: BTreeMap<TreePath, String> = relations.iter().filter(merges).flat_map(meets).collect();
        let mut adapted = patch.clone();
        let mut is_merged = false;
        for (path, id) in places {
            let holds = self.stack().now(&path);
            let Some(change) = adapted.changes.iter_mut().find(|change| change.path == path) else {
                continue;
            };
            if self.now.tree.at(&path) != holds.as_ref() || change.expects(holds.as_ref()) {
                continue; // Edited here, which is told as such; or no merge is needed.
            }
            let known = Known { made: &self.made, others: self.contents };
            let merged = change.before.iter().find_map(|base| {
                let layer = alone(&path, Some(base.clone()), change.after.clone());
                lay(&path, holds.as_ref(), &[&layer], &known).ok()
            });
            let Some(image) = merged else { continue };
            if let (Some(bytes), Some(Node::File(file))) = (image.made, &image.node) {
                self.made.insert(file.digest, bytes);
            }
            change.before = holds.into_iter().collect();
            change.after = image.node;
            change.payload = None;
            is_merged = true;
            let text =
                format!("is merged: {} and {id} both change it, in different places", patch.about.identity);
            self.notes.push(Note::at(path, text));
        }
        is_merged.then_some(adapted)
    }

    /// Adds an obstacle for every relation that forbids it; returns the places that those are about.
    fn stop_at_clashes(&mut self, patch: &Patch, relations: &[Relation]) -> BTreeSet<String> {
        let mut clashing = BTreeSet::new();
        for relation in relations {
            let Some(obstacle) = relation.obstacle() else { continue };
            let own = |place: &&TreePath| place.as_str().to_owned();
            clashing.extend(relation.clashing_places().iter().map(own));
            // What the patch itself says is told with everything else that it says.
            if !patch.about.conflicts.iter().any(|conflict| conflict.id.as_str() == relation.id) {
                self.obstacles.push(obstacle);
            }
        }
        clashing
    }

    /// `one` is in the folder from now on.
    fn come(&mut self, one: &Candidate, key: LayerKey, mut steps: Vec<Step>) {
        let patch = &one.patch;
        steps.sort_by(|a, b| a.path.cmp(&b.path));
        let is_shared = |path: &TreePath, after: Option<&Node>| {
            self.expected.get(path).is_some_and(|node| node.as_ref() == after)
                && steps.binary_search_by(|step| step.path.cmp(path)).is_err()
        };
        let shares = patch
            .changes
            .iter()
            .filter(|change| is_shared(&change.path, change.after.as_ref()))
            .map(|change| change.path.clone())
            .collect();
        for step in &steps {
            self.set(&step.path, step.after.clone());
        }
        if patch.about.result_version.is_some() {
            self.now.version.clone_from(&patch.about.result_version);
        }
        let id = patch.about.identity.id.as_str().to_owned();
        self.now.installed.push((id.clone(), patch.about.identity.revision));
        self.layers.push(Layer {
            key,
            id,
            revision: patch.about.identity.revision,
            patch: Some(patch.clone()),
            authors: one.authors.clone(),
            steps,
            shares,
            shifted: BTreeSet::new(),
            accepted: false,
            superseded: None,
        });
    }

    fn set(&mut self, path: &TreePath, node: Option<Node>) {
        let names = self.now.names.entry(path.parent()).or_default();
        match &node {
            Some(_) => names.insert(path.name().to_owned()),
            None => names.remove(path.name()),
        };
        self.expected.insert(path.clone(), node.clone());
        self.now.tree.set(path.clone(), node);
    }

    /// What is different in the end.
    fn net_steps(&self) -> Vec<Step> {
        let (before, after): (&TreeState, &TreeState) = (&self.real.tree, &self.now.tree);
        let step = |path: &TreePath| {
            let (before, after) = (before.at(path).cloned(), after.at(path).cloned());
            (before != after).then(|| Step { path: path.clone(), before, after })
        };
        self.touched.iter().filter_map(step).collect()
    }

    fn between(&self, patches: &[PlannedPatch], net: &[Step]) -> Vec<(TreePath, FileNode)> {
        let digest = |node: &Option<Node>| node.as_ref().and_then(Node::as_file).map(|file| file.digest);
        let known: BTreeSet<Digest> =
            net.iter().flat_map(|step| [digest(&step.before), digest(&step.after)]).flatten().collect();
        let steps = patches.iter().flat_map(|patch| &patch.steps);
        let images = steps.flat_map(|step| [(&step.path, &step.before), (&step.path, &step.after)]);
        let files = images.filter_map(|(path, node)| Some((path, node.as_ref()?.as_file()?)));
        let mut between: BTreeMap<Digest, (TreePath, FileNode)> = BTreeMap::new();
        for (path, file) in files.filter(|(_, file)| !known.contains(&file.digest)) {
            between.entry(file.digest).or_insert_with(|| (path.clone(), file.clone()));
        }
        between.into_values().collect()
    }
}
