//! Plans several patches at once as one change: each on what the ones before it would leave.
//!
//! Each patch is related to everything that is in the folder by then. What it contains is replaced by it, and what that
//! had brought to other files stays; what both change in different places is merged; everything else that is not
//! provably right stops all of them.

mod relating;

use super::PatchRemark;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::apply::{PlanPart, plan_part};
use super::hand_merged::left_out_by_hand;
use super::in_place::{Arrival, kept_for};
use super::landing::{Ground, Landing};
use super::layers::{ContentByDigest, KnownContents, Layer, Stack};
use super::relate::{Consequence, Relation, RelationClass, SharedPlace};
use super::scope::Scope;
use super::shared_folders::as_made_here;
use super::{FailedCheck, FileNote, Note, Obstacle, Plan, Preview, Situation, common_obstacles, in_order};
use crate::diff::FileEdits;
use crate::model::{
    Code, Digest, FileChange, FileNode, LayerKey, Node, Patch, PatchId, Step, TreePath, TreeState,
};
use relating::note_on_others;

/// A patch that is to come, and what its own rules see in the folder.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub patch: Arc<Patch>,
    /// The owners of the keys that signed it as its authors; empty: nobody does.
    pub authors: BTreeSet<String>,
    /// Its edits by key of files that other patches may have changed.
    pub(crate) edits: BTreeMap<TreePath, FileEdits>,
    /// Its diffs of files of which nobody has the original any more, and that other patches changed.
    pub(crate) diffs: BTreeMap<TreePath, Arc<Vec<u8>>>,
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
    /// Whether that is because somebody's own versions of its files stay: nothing of it is in.
    pub(crate) is_kept_out: bool,
    /// What it replaces, and whether the changes of that stay below it.
    pub(crate) replaces: Vec<(LayerKey, bool)>,
    /// What it alone changes.
    pub steps: Vec<Step>,
    /// Files that have some of what it changes already, because of others.
    pub(crate) in_place: BTreeMap<TreePath, FileNote>,
    /// The version that it leaves, as it says or as its product's rules read it in what it writes; `None`: unchanged.
    pub(crate) result_version: Option<String>,
}

impl PlannedPatch {
    /// Whether it comes without a step, because others have brought what it changes.
    fn is_in_place(&self) -> bool {
        self.left_out.is_none() && self.steps.is_empty() && !self.in_place.is_empty()
    }
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
    /// Contents that some patch leaves or finds, or was made to, and that are in the folder neither before nor afterwards.
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
        coming.iter().enumerate().map(|(index, one)| run.add_one_of(index, one, coming)).collect();
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
            is_written_down: patches.iter().any(PlannedPatch::is_in_place),
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
    /// What patches were made for and to leave, where others had brought some of it.
    kept: Vec<(TreePath, FileNode)>,
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
            kept: Vec::new(),
            obstacles: Vec::new(),
            notes: Vec::new(),
        }
    }

    fn stack(&self) -> Stack<'_> {
        Stack { layers: &self.layers, expected: &self.expected, origins: self.origins }
    }

    fn add(&mut self, index: usize, one: &Candidate, all: &[Candidate]) -> PlannedPatch {
        let one = &Candidate { patch: as_made_here(&one.patch, &self.now), ..one.clone() };
        let (patch, in_the_way) = (&one.patch, self.obstacles.len());
        self.touched.extend(patch.changes.iter().map(|change| change.path.clone()));
        let landings = self.landings(one);
        let (relations, told) = self.relations(one, &landings, all.len());
        let mut planned = PlannedPatch {
            index,
            relations: relations.into(),
            unrelated: self.layers.len() - told,
            left_out: None,
            is_kept_out: false,
            replaces: Vec::new(),
            steps: Vec::new(),
            in_place: BTreeMap::new(),
            result_version: None,
        };
        self.see_as(one, all);
        if let Some(reason) = self.left_out(&planned.relations) {
            if planned.relations.iter().all(|relation| relation.class != RelationClass::Identical) {
                let (patch, because) = (patch.about.identity.clone(), reason.clone());
                self.notes.push(Note::new(PatchRemark::Skipped { patch, because }));
            }
            planned.left_out = Some(reason);
            return planned;
        }
        let key = LayerKey { entry: self.next_entry, part: self.layers_of_run() };
        planned.replaces = self.replace(patch, &planned.relations, &landings, key);
        let unmet = self.unmet(one, &landings);
        let adapted = self.adapted(patch, &planned.relations, &landings);
        let clashing = self.stop_at_clashes(patch, &planned.relations);
        let is_at_clash = |found: &Obstacle| found.path.as_ref().is_some_and(|path| clashing.contains(path));
        self.obstacles.extend(unmet.into_iter().filter(|found| !is_at_clash(found)));
        let PlanPart { steps, obstacles, notes } = plan_part(&adapted, &self.now);
        let is_told_better = |found: &Obstacle| {
            is_at_clash(found) && matches!(found.code(), Code::Drift | Code::Missing | Code::Occupied)
        };
        self.obstacles.extend(obstacles.into_iter().filter(|found| !is_told_better(found)));
        let (dropped, told) = left_out_by_hand(patch, &self.now, &self.stack(), self.contents);
        self.obstacles.extend(dropped);
        let leaves_files = notes.iter().any(Note::leaves_a_file);
        self.notes.extend(notes.into_iter().chain(told));
        // What a stranger brought is in place all the same: who goes again is the stranger.
        let is_own = |relation: &&Relation| {
            relation.class.consequence() == Consequence::Replace && !relation.scope.is_foreign()
        };
        let replaces = &planned.relations.iter().filter(is_own).map(|relation| relation.other).collect();
        let arrival = Arrival { patch, landings: &landings, replaces, steps: &steps };
        let known = KnownContents { made: &self.made, others: self.contents };
        planned.in_place = arrival.in_place(&self.stack(), &self.now, &known);
        let kept = kept_for(patch, &planned.in_place, &known);
        self.kept.extend(kept.map(|(path, file)| (path.clone(), file.clone())));
        let is_whole = |note: &FileNote| matches!(note, FileNote::InPlace { whole: true, .. });
        let whole = planned.in_place.iter().filter(|(_, note)| is_whole(note));
        self.notes.extend(whole.map(|(path, note)| Note::of_file(path, note.clone())));
        let comes_to_nothing = steps.is_empty() && planned.in_place.is_empty();
        if leaves_files && comes_to_nothing && self.obstacles.len() == in_the_way {
            return self.kept_out(planned, patch, key, all.len());
        }
        planned.steps.clone_from(&steps);
        planned.result_version = self.version_left(&one.patch, &steps);
        if let Some(version) = &planned.result_version {
            self.versions_left.insert(key, version.clone());
        }
        self.come(one, key, steps, &planned.in_place);
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

    /// The folder as the rules of `one` see it.
    fn see_as(&mut self, one: &Candidate, all: &[Candidate]) {
        self.now.is_product = one.is_product;
        self.now.product_evidence.clone_from(&one.product_evidence);
        self.now.version = self.version_for(one);
        self.now.failed_checks.clone_from(&one.failed_checks);
        self.now.unasked_checks.clone_from(&one.unasked_checks);
        self.now.is_vouched = !one.authors.is_empty();
        // Of a thousand that ask for no others, each would list all.
        if !one.patch.about.depends_on_others() {
            return;
        }
        let id_of = |one: &Candidate| {
            (one.patch.about.identity.id.as_str().to_owned(), one.patch.about.identity.revision)
        };
        self.now.coming = all.iter().map(id_of).collect();
        let scope = |layer: &Layer| Scope::between(&one.patch, &one.authors, layer);
        let active = || self.layers.iter().filter(|layer| layer.is_active());
        let strangers = self.layers.iter().filter(|layer| scope(layer) != Scope::Own);
        self.now.strangers = strangers.map(|layer| layer.id.clone()).collect();
        let (doubted, sure): (Vec<&Layer>, Vec<&Layer>) = self.layers.iter().partition(|layer| layer.doubted);
        let is_only_said = |layer: &&Layer| sure.iter().all(|other| other.id != layer.id);
        let only_said = doubted.into_iter().filter(is_only_said);
        self.now.doubted = only_said.map(|layer| layer.id.clone()).collect();
        // What a stranger says to contain is not there by that.
        let contained = active().filter(|layer| !scope(layer).is_foreign() && !layer.doubted);
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
            let id = || patch.about.identity.clone();
            if let Some(how) = relation.containment().filter(|_| !stops) {
                let both_stay = !is_replaced;
                self.notes.push(Note::new(PatchRemark::Related { patch: id(), how, both_stay }));
            } else if let Some(how) = relation.rewriting().filter(|_| !stops) {
                self.notes.push(Note::new(PatchRemark::Related { patch: id(), how, both_stay: false }));
            } else if relation.evidence.says_contained && !relation.evidence.is_covered && !stops {
                let by = relation.id.clone();
                self.notes.push(Note::new(PatchRemark::SaidToContain { by, patch: id() }));
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
        landings: &BTreeMap<TreePath, Landing>,
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
            self.notes.extend(note_on_others(&patch.about.identity, relations, path, landing));
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
    fn come(
        &mut self,
        one: &Candidate,
        key: LayerKey,
        mut steps: Vec<Step>,
        in_place: &BTreeMap<TreePath, FileNote>,
    ) {
        let patch = &one.patch;
        steps.sort_by(|a, b| a.path.cmp(&b.path));
        let is_shared = |path: &TreePath, after: Option<&Node>| {
            (in_place.contains_key(path)
                || self.expected.get(path).is_some_and(|node| node.as_ref() == after))
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
            in_place: in_place.keys().cloned().collect(),
            shifted: BTreeSet::new(),
            accepted: false,
            superseded: None,
            doubted: false,
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
        let is_live = |path: &TreePath, file: &FileNode| {
            self.now.tree.at(path).and_then(Node::as_file).is_some_and(|here| here.digest == file.digest)
        };
        let kept = self.kept.iter().filter(|(path, file)| !is_live(path, file));
        let files = files.chain(kept.map(|(path, file)| (path, file)));
        let mut between: BTreeMap<Digest, (TreePath, FileNode)> = BTreeMap::new();
        for (path, file) in files.filter(|(_, file)| !known.contains(&file.digest)) {
            between.entry(file.digest).or_insert_with(|| (path.clone(), file.clone()));
        }
        between.into_values().collect()
    }
}
