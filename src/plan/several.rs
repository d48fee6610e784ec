//! Plans several patches at once as one change: each on what the ones before it would leave.
//!
//! Each patch is related to everything that is in the folder by then. What it contains is replaced by it, and what that
//! had brought to other files stays; what both change in different places is merged; everything else that is not
//! provably right stops all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::apply::{PlanPart, plan_part};
use super::fates::Bringing;
use super::hand_merged::left_out_by_hand;
use super::landing::{Ground, Landing, land};
use super::layers::{ContentByDigest, KnownContents, Layer, Stack};
use super::relate::{
    Consequence, ContainmentProof, Newcomer, RelatedPresence, Relation, RelationClass, SharedPlace,
    has_to_do_with, relate, says_that_it_contains,
};
use super::scope::Scope;
use super::shared_folders::as_made_here;
use super::{FailedCheck, FileNote, Note, Obstacle, Plan, Preview, Situation, common_obstacles, in_order};
use crate::diff::{Fate, moves};
use crate::model::{
    Code, Digest, FileChange, FileNode, LayerKey, Node, Patch, PatchId, Step, TreePath, TreeState,
};

/// A patch that is to come, and what its own rules see in the folder.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub patch: Arc<Patch>,
    /// The owners of the keys that signed it as its authors; empty: nobody does.
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
    pub relations: Arc<[Relation]>,
    /// How many others of the same run it has nothing to do with that are not among these.
    pub(crate) unrelated: usize,
    /// Why it is left out, if so: there is nothing to apply.
    pub left_out: Option<String>,
    /// What it replaces, and whether the changes of that stay below it.
    pub(crate) replaces: Vec<(LayerKey, bool)>,
    /// What it alone changes.
    pub steps: Vec<Step>,
    /// The version that it leaves, as it says or as its product's rules read it in what it writes; `None`: unchanged.
    pub(crate) result_version: Option<String>,
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
    /// Patches that are in the folder by then: id and revision.
    installed: Vec<(String, u32)>,
    layers: Vec<Layer>,
    expected: BTreeMap<TreePath, Option<Node>>,
    origins: &'a BTreeMap<TreePath, Option<Node>>,
    /// The version that a patch of this run left, if it changed it.
    versions_left: BTreeMap<LayerKey, String>,
    next_entry: u64,
    contents: &'a dyn ContentByDigest,
    made: BTreeMap<Digest, Arc<Vec<u8>>>,
    touched: BTreeSet<TreePath>,
    obstacles: Vec<Obstacle>,
    notes: Vec<Note>,
}

impl<'a> FolderSoFar<'a> {
    fn new(real: &'a Situation, installed: &InstalledStack<'a>, contents: &'a dyn ContentByDigest) -> Self {
        Self {
            real,
            now: real.clone(),
            installed: real.installed.clone(),
            layers: installed.stack.layers.to_vec(),
            expected: installed.stack.expected.clone(),
            origins: installed.stack.origins,
            versions_left: BTreeMap::new(),
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
        let one = &Candidate { patch: as_made_here(&one.patch, &self.now), ..one.clone() };
        let patch = &one.patch;
        self.touched.extend(patch.changes.iter().map(|change| change.path.clone()));
        let landings = self.landings(one);
        let relations = self.relations(one, &landings, all.len());
        let mut planned = PlannedPatch {
            index,
            relations: relations.into(),
            unrelated: self.layers.len() - self.layers_to_tell(patch, all.len()).count(),
            left_out: None,
            replaces: Vec::new(),
            steps: Vec::new(),
            result_version: None,
        };
        self.see_as(one, all);
        if let Some(reason) = self.left_out(&planned.relations) {
            if planned.relations.iter().all(|relation| relation.class != RelationClass::Identical) {
                let text = format!("{} is skipped: {}", patch.about.identity, reason.trim_end_matches('.'));
                self.notes.push(Note::new(text));
            }
            planned.left_out = Some(reason);
            return planned;
        }
        let key = LayerKey { entry: self.next_entry, part: self.layers_of_run() };
        planned.replaces = self.replace(patch, &planned.relations, &landings, key);
        let adapted = self.adapted(patch, &planned.relations, landings);
        let clashing = self.stop_at_clashes(patch, &planned.relations);
        let PlanPart { steps, obstacles, notes } = plan_part(&adapted, &self.now);
        let is_told_better = |found: &Obstacle| {
            let at_clash = found.path.as_deref().is_some_and(|path| clashing.contains(path));
            at_clash && matches!(found.code(), Code::Drift | Code::Missing | Code::Occupied)
        };
        self.obstacles.extend(obstacles.into_iter().filter(|found| !is_told_better(found)));
        let (dropped, told) = left_out_by_hand(patch, &self.now, &self.stack(), self.contents);
        self.obstacles.extend(dropped);
        self.notes.extend(notes.into_iter().chain(told));
        planned.steps.clone_from(&steps);
        planned.result_version = self.version_left(&one.patch, &steps);
        if let Some(version) = &planned.result_version {
            self.versions_left.insert(key, version.clone());
        }
        self.come(one, key, steps);
        planned
    }

    /// The version that `patch` leaves by `steps`, if it changes it.
    fn version_left(&self, patch: &Patch, steps: &[Step]) -> Option<String> {
        let about = &patch.about;
        about.result_version.clone().or_else(|| {
            let known = KnownContents { made: &self.made, others: self.contents };
            about.product.version_in(|path| {
                let step = steps.iter().find(|step| step.path == *path)?;
                Some(known.content(step.after.as_ref()?.as_file()?)?.to_vec())
            })
        })
    }

    fn layers_of_run(&self) -> usize {
        self.layers.iter().filter(|layer| layer.key.entry == self.next_entry).count()
    }

    /// What every place that `one` changes would hold. What it says that it contains it may come over.
    fn landings(&self, one: &Candidate) -> BTreeMap<TreePath, Landing> {
        let stack = self.stack();
        let known = KnownContents { made: &self.made, others: self.contents };
        let says = |layer: &&Layer| says_that_it_contains(&one.patch, layer);
        let contained = self.layers.iter().filter(says).map(|layer| layer.key).collect();
        let landing = |change: &FileChange| {
            Some((change.path.clone(), land(change, &stack, &contained, &self.now, &known)?))
        };
        one.patch.changes.iter().filter_map(landing).collect()
    }

    /// The layers of which is told how `patch`, one of `coming`, is related to them. With a thousand in one run there are half a
    /// million pairs that have nothing to do with each other.
    fn layers_to_tell(&self, patch: &Patch, coming: usize) -> impl Iterator<Item = &Layer> {
        /// Most patches of one run of which each is told all the same.
        const MAX_TOLD: usize = 100;
        let is_told = move |layer: &&Layer| {
            coming <= MAX_TOLD || layer.key.entry != self.next_entry || has_to_do_with(patch, layer)
        };
        self.layers.iter().filter(is_told)
    }

    fn relations(
        &self,
        one: &Candidate,
        landings: &BTreeMap<TreePath, Landing>,
        coming: usize,
    ) -> Vec<Relation> {
        let stack = self.stack();
        let landed: BTreeMap<Digest, Arc<Vec<u8>>> = landings.values().filter_map(Landing::content).collect();
        let known = KnownContents { made: &self.made, others: self.contents };
        let known = KnownContents { made: &landed, others: &known };
        let coverage = self.coverage(&one.patch, &known);
        let (patch, moves) = (&one.patch, moves(&one.patch.changes));
        let new = Newcomer { patch, authors: &one.authors, landings, moves: &moves, coverage: &coverage };
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
        relations
    }

    /// How everything that `patch` brings stands in the folder now.
    fn coverage(&self, patch: &Patch, known: &KnownContents<'_>) -> BTreeMap<TreePath, Fate> {
        let stands = |change: &FileChange| {
            let bringing =
                Bringing { path: &change.path, before: change.before.first(), left: change.after.as_ref() };
            (change.path.clone(), bringing.stand(self.now.tree.at(&change.path), known))
        };
        patch.changes.iter().map(stands).collect()
    }

    /// Whether what a replaced patch loses is for its own author to decide, who replaces what replaced it.
    fn is_excused(&self, below: &Relation, relations: &[Relation]) -> bool {
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

    /// The folder as the rules of `one` see it.
    fn see_as(&mut self, one: &Candidate, all: &[Candidate]) {
        self.now.is_product = one.is_product;
        self.now.product_evidence.clone_from(&one.product_evidence);
        self.now.version = self.version_for(one);
        self.now.failed_checks.clone_from(&one.failed_checks);
        self.now.unasked_checks.clone_from(&one.unasked_checks);
        let id_of = |one: &Candidate| {
            (one.patch.about.identity.id.as_str().to_owned(), one.patch.about.identity.revision)
        };
        self.now.coming = all.iter().map(id_of).collect();
        let scope = |layer: &Layer| Scope::between(&one.patch, &one.authors, layer);
        let active = || self.layers.iter().filter(|layer| layer.is_active());
        let strangers = self.layers.iter().filter(|layer| scope(layer) != Scope::Own);
        self.now.strangers = strangers.map(|layer| layer.id.clone()).collect();
        // What a stranger says to contain is not there by that.
        let contained = active().filter(|layer| !scope(layer).is_foreign());
        let contained = contained.filter_map(|layer| layer.patch.as_ref());
        let contained = contained.flat_map(|patch| &patch.about.supersedes).map(PatchId::to_string);
        let is_new = |id: &String| !self.installed.iter().any(|(known, _)| known == id);
        self.now.installed = self.installed.clone();
        self.now.installed.extend(contained.filter(is_new).map(|id| (id, u32::MAX)));
    }

    /// The version that `one` meets: what an earlier patch of the same run makes of it, where that is no stranger's.
    fn version_for(&self, one: &Candidate) -> Option<String> {
        let is_own = |layer: &&Layer| !Scope::between(&one.patch, &one.authors, layer).is_foreign();
        let mut of_run = self.layers.iter().filter(|layer| layer.key.entry == self.next_entry).rev();
        let claimed = |layer: &Layer| self.versions_left.get(&layer.key).cloned();
        match of_run.next() {
            None => one.version.clone(),
            Some(last) if is_own(&last) => self.now.version.clone().or_else(|| one.version.clone()),
            Some(_) => of_run.filter(is_own).find_map(claimed).or_else(|| one.version.clone()),
        }
    }

    /// Why there is nothing to apply, if so.
    fn left_out(&self, relations: &[Relation]) -> Option<String> {
        let skips = |relation: &&Relation| relation.class.consequence() == Consequence::Skip;
        let covered = relations.iter().find(skips)?;
        // Where files were lost meanwhile, the same patch puts them right again.
        let is_whole = covered.class != RelationClass::Identical || self.holds_what_it_left(covered.other);
        is_whole.then(|| covered.sentence.clone())
    }

    /// Whether nothing of it was lost since. A switch that was turned is as the history says.
    fn holds_what_it_left(&self, key: LayerKey) -> bool {
        let stack = self.stack();
        let is_held = |path: &TreePath| {
            let here = self.now.tree.at(path);
            let as_history_says = || stack.expected.get(path).is_some_and(|node| node.as_ref() == here);
            here == stack.now(path).as_ref() || as_history_says()
        };
        stack.layer(key).is_some_and(|layer| layer.paths().all(is_held))
    }

    /// Takes down what `patch` contains. What that changed stays, but for what `patch` itself changes there.
    fn replace(
        &mut self,
        patch: &Patch,
        relations: &[Relation],
        landings: &BTreeMap<TreePath, Landing>,
        key: LayerKey,
    ) -> Vec<(LayerKey, bool)> {
        let mut replaced = Vec::new();
        for relation in relations {
            let is_replaced = relation.class.consequence() == Consequence::Replace;
            let stops = relation.class.consequence() == Consequence::Stop;
            if let Some(text) = relation.containment().filter(|_| !stops) {
                let stays = if is_replaced { "" } else { "; both are kept" };
                self.notes.push(Note::new(format!("{} {text}{stays}", patch.about.identity)));
            } else if let Some(text) = relation.rewriting().filter(|_| !stops) {
                self.notes.push(Note::new(format!("{} {text}", patch.about.identity)));
            } else if relation.evidence.says_contained && !stops {
                let text = format!(
                    "{} says it contains {}, but the files don't show it",
                    relation.id, patch.about.identity
                );
                self.notes.push(Note::new(text));
            }
            if !is_replaced {
                continue;
            }
            let comes_over = |place: &SharedPlace| {
                landings.get(&place.path).is_some_and(|landing| landing.on == Ground::Over)
            };
            if relation.evidence.places.iter().any(comes_over) {
                self.forget_the_version_of(relation.other);
            }
            if let Some(layer) = self.layers.iter_mut().find(|layer| layer.key == relation.other) {
                layer.superseded = Some((key, true));
            }
            replaced.push((relation.other, true));
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

    /// The patch as it comes to what is really there.
    fn adapted(
        &mut self,
        patch: &Patch,
        relations: &[Relation],
        landings: BTreeMap<TreePath, Landing>,
    ) -> Patch {
        let mut adapted = patch.clone();
        for change in &mut adapted.changes {
            let path = &change.path;
            let Some(landing) = landings.get(path).filter(|landing| landing.on != Ground::Expected) else {
                continue;
            };
            let holds = self.stack().now(path);
            if self.now.tree.at(path) != holds.as_ref() {
                continue; // Edited here, which is told as such.
            }
            if landing.on == Ground::Merged {
                let others = relations.iter().filter(|relation| relation.is_merged_at(path));
                let others: Vec<String> = others.map(|relation| relation.id.to_string()).collect();
                let is_shared = !others.is_empty();
                let note = FileNote::MergedWith { patch: patch.about.identity.to_string(), others };
                self.notes.extend(is_shared.then(|| Note::of_file(path, note)));
            }
            self.land_on(change, holds, landing);
        }
        adapted
    }

    /// Makes of `change` what leads from what is there to what `landing` says.
    fn land_on(&mut self, change: &mut FileChange, holds: Option<Node>, landing: &Landing) {
        change.before = holds.into_iter().collect();
        change.after.clone_from(&landing.after);
        let known = KnownContents { made: &self.made, others: self.contents };
        let file = landing.after.as_ref().and_then(Node::as_file);
        let content = landing.made.clone().or_else(|| known.content(file?));
        if let (Some(bytes), Some(file)) = (content, file) {
            self.made.insert(file.digest, bytes);
            change.payload = None;
        }
    }

    /// Adds an obstacle for every relation that forbids it; returns the places that those are about.
    fn stop_at_clashes(&mut self, patch: &Patch, relations: &[Relation]) -> BTreeSet<String> {
        let mut clashing = BTreeSet::new();
        for relation in relations {
            let obstacles = relation.obstacles();
            if obstacles.is_empty() {
                continue;
            }
            let own = |place: &&TreePath| place.as_str().to_owned();
            clashing.extend(relation.clashing_places().iter().map(own));
            // What the patch itself says is told with everything else that it says.
            let excludes = patch.about.conflicts.iter().any(|conflict| conflict.id.as_str() == relation.id);
            self.obstacles.extend(obstacles.into_iter().skip(usize::from(excludes)));
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
        if let Some(version) = self.versions_left.get(&key) {
            self.now.version = Some(version.clone());
        }
        let id = patch.about.identity.id.as_str().to_owned();
        self.installed.push((id.clone(), patch.about.identity.revision));
        self.layers.push(Layer {
            key,
            id,
            revision: patch.about.identity.revision,
            patch: Some(patch.clone()),
            authors: one.authors.clone(),
            steps,
            shares,
            by_key: patch.edited_by_key(),
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
