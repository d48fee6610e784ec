//! Plans the application of one patch.

use super::{NoteAbout, NoteSource, PatchRemark, PlaceRemark};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::folders::{find_missing_parents, settle_folders};
use super::planner::{Planner, SettledPlace};
use super::why::{AtPlace, Mismatch, Unfit, Why};
use super::{FileNote, Note, Obstacle, Situation};
use crate::diff::pair_renames;
use crate::model::{
    CollisionKey, FileChange, Node, Patch, Payload, RequirementMode, Role, Rollback, RollbackPossible, Step,
    TreePath, executed_by, version_control,
};

/// A patch's own part of a plan.
pub(super) struct PlanPart {
    pub steps: Vec<Step>,
    pub obstacles: Vec<Obstacle>,
    pub notes: Vec<Note>,
}

/// What `patch` itself does and needs; not what every change of a folder needs.
pub(super) fn plan_part(patch: &Patch, situation: &Situation) -> PlanPart {
    let changes: Cow<'_, [FileChange]> = match situation.keeps_modes {
        true => Cow::Borrowed(&patch.changes),
        false => patch.changes.iter().map(without_modes).collect(),
    };
    let mut planner = Planner { patch, situation, obstacles: Vec::new(), notes: Vec::new() };
    planner.check_product();
    planner.check_relations();
    planner.check_version_control(&changes);
    let steps = planner.steps(&changes);
    find_missing_parents(&steps, situation, &mut planner.obstacles);
    planner.check_names(&steps);
    planner.note_other_spellings(&steps);
    planner.note_what_is_worth_knowing(&steps);
    let Planner { obstacles, notes, .. } = planner;
    PlanPart { steps, obstacles, notes }
}

/// What product, version, machine and time that `situation` shows mean for `patch`, which is known here already, and what
/// is worth knowing.
pub(crate) fn fitness(patch: &Patch, situation: &Situation) -> (Vec<Obstacle>, Vec<Note>) {
    let mut planner = Planner { patch, situation, obstacles: Vec::new(), notes: Vec::new() };
    planner.check_product();
    (planner.obstacles, planner.notes)
}

/// The change as a system without permission bits sees it.
fn without_modes(change: &FileChange) -> FileChange {
    let mut change = change.clone();
    change.before = change.before.into_iter().map(Node::without_mode).collect();
    change.after = change.after.map(Node::without_mode);
    change
}

impl Planner<'_> {
    pub(super) fn refuse(&mut self, why: impl Into<Why>) {
        self.obstacles.push(Obstacle::new(why));
    }

    pub(super) fn refuse_at(&mut self, path: &TreePath, why: impl Into<Why>) {
        self.obstacles.push(Obstacle::at(path, why));
    }

    pub(super) fn note(&mut self, remark: PatchRemark) {
        self.notes.push(Note::new(remark));
    }

    pub(super) fn note_at(&mut self, path: &TreePath, remark: PlaceRemark) {
        self.notes.push(Note::at(path, remark));
    }

    pub(super) fn note_file(&mut self, path: &TreePath, note: FileNote) {
        self.notes.push(Note::of_file(path, note));
    }

    /// Right product, right version, right machine, right time?
    fn check_product(&mut self) {
        let (patch, situation) = (self.patch, self.situation);
        let product = &patch.about.product;
        if situation.is_product == Some(false) {
            let seen = situation.product_evidence.clone();
            self.refuse(Unfit::Product { name: product.name.clone(), seen });
        }
        // Only a version that was really read can be the wrong one; without it the before images decide.
        if let Some(version) = &situation.version
            && !product.versions.contains(version)
            && patch.about.result_version.as_ref() != Some(version)
        {
            self.refuse(Unfit::Version {
                patch: patch.about.identity.clone(),
                product: product.name.clone(),
                found: version.clone(),
                expected: product.versions.clone(),
            });
        }
        if !patch.about.platforms.is_empty() && !patch.about.platforms.contains(&situation.platform) {
            let here = situation.platform.clone();
            self.refuse(Unfit::Platform { here, expected: patch.about.platforms.clone() });
        }
        if let Some(at) = patch.about.expires.clone().filter(|expires| is_past(expires, &situation.now)) {
            self.refuse(Unfit::Expired { at });
        }
        if let Some(recalled) = situation.held.get(&patch.about.identity) {
            self.refuse(Unfit::Recalled(recalled.clone()));
        }
        for failed in &situation.failed_checks {
            match failed.is_required {
                true => self.refuse(Unfit::Check(failed.clone())),
                false => self.notes.push(Note::told(NoteSource::Check, failed.to_string())),
            }
        }
        for check in &situation.unasked_checks {
            self.note(PatchRemark::CheckedOnceAgreed { check: check.to_string() });
        }
    }

    /// What must be there, what must not.
    fn check_relations(&mut self) {
        let (patch, situation) = (self.patch, self.situation);
        if !patch.about.depends_on_others() {
            return;
        }
        let installed: BTreeMap<&str, u32> =
            situation.installed.iter().map(|(id, rev)| (id.as_str(), *rev)).collect();
        let coming: BTreeMap<&str, u32> =
            situation.coming.iter().map(|(id, rev)| (id.as_str(), *rev)).collect();
        let is_there = |id: &str| installed.contains_key(id) || coming.contains_key(id);
        let conditions = patch.about.requires_if.iter().filter(|only| is_there(only.when.as_str()));
        let conditions =
            conditions.map(|only| (&only.then, situation.strangers.contains(only.when.as_str())));
        for (requirement, for_a_stranger) in
            patch.about.requires.iter().map(|needed| (needed, false)).chain(conditions)
        {
            let id = requirement.id.as_str();
            let together = coming.get(id).filter(|_| requirement.mode == RequirementMode::Together);
            let here = installed.get(id).filter(|_| !situation.doubted.contains(id));
            let found = here.or(together).copied();
            let min_revision = requirement.min_revision;
            if found.is_none_or(|revision| revision < min_revision) {
                let id = id.to_owned();
                self.refuse(Unfit::Requires { id, min_revision, found, beside: None, for_a_stranger });
            }
        }
        for conflict in
            patch.about.conflicts.iter().filter(|conflict| installed.contains_key(conflict.id.as_str()))
        {
            let (id, reason) = (conflict.id.to_string(), conflict.reason.raw().to_owned());
            let is_strangers = situation.strangers.contains(&id);
            self.refuse(Unfit::Excludes { id, reason, is_strangers });
        }
    }

    fn steps(&mut self, changes: &[FileChange]) -> Vec<Step> {
        let mut steps = Vec::new();
        let unclear: BTreeSet<&str> =
            self.situation.problems.iter().map(|problem| problem.path.as_str()).collect();
        let mut told = BTreeSet::new();
        for change in changes {
            if self.is_out_of_sight(&change.path, &unclear, &mut told) {
                continue;
            }
            let observed = self.situation.tree.at(&change.path);
            if change.is_done(observed) {
                continue;
            }
            let settled = match change.expects(observed) {
                true => Some(SettledPlace { after: change.after.clone(), needs_source: true }),
                false => self.settle(change, observed),
            };
            let Some(SettledPlace { after, needs_source }) = settled else { continue };
            if needs_source {
                self.check_source(change, changes);
            }
            steps.push(Step { path: change.path.clone(), before: observed.cloned(), after });
        }
        let (done, all) = self.done_of(changes);
        if done == 0 && steps.is_empty() && self.obstacles.is_empty() {
            self.refuse_where_nothing_is(changes);
        }
        if done > 0 && !steps.is_empty() && self.obstacles.is_empty() {
            self.note(PatchRemark::PartlyThere { done, all });
        }
        settle_folders(steps, self.situation, &mut self.obstacles, &mut self.notes)
    }

    /// How many of `changes` are there already, and how many there are: a renamed file is one, under both of its names.
    fn done_of(&self, changes: &[FileChange]) -> (u64, u64) {
        let is_done = |change: &FileChange| change.is_done(self.situation.tree.at(&change.path));
        let lines = pair_renames(changes);
        let done = lines.iter().filter(|(to, from)| is_done(to) && from.is_none_or(is_done)).count();
        (done as u64, lines.len() as u64)
    }

    /// Where none of the files is there, nobody deleted them: it is another folder.
    fn refuse_where_nothing_is(&mut self, changes: &[FileChange]) {
        let is_there = |change: &FileChange| self.situation.tree.at(&change.path).is_some();
        if changes.iter().any(is_there) {
            return;
        }
        let stays_deleted = |note: &Note| note.file == Some(FileNote::StaysDeleted);
        self.notes.retain(|note| !stays_deleted(note));
        for change in changes.iter().filter(|change| !change.is_done(None)) {
            self.refuse_unexpected(change, None);
        }
    }

    /// Whether it cannot be told what stands at `path`: because the place or one on the way to it is `unclear`, or
    /// because a link or file stands where a folder has to be. Nothing "is missing" there; the obstacle is what is in
    /// the way, and is told once.
    fn is_out_of_sight(
        &mut self,
        path: &TreePath,
        unclear: &BTreeSet<&str>,
        told: &mut BTreeSet<TreePath>,
    ) -> bool {
        let mut way: Vec<TreePath> = path.ancestors().collect();
        if unclear.contains(path.as_str()) || way.iter().any(|folder| unclear.contains(folder.as_str())) {
            return true;
        }
        // What the patch itself changes it speaks of itself.
        way.retain(|folder| self.patch.change_at(folder).is_none());
        let in_the_way = way.into_iter().find_map(|folder| {
            let node = self.situation.tree.at(&folder).filter(|node| !node.is_dir())?;
            Some((folder, node.as_str()))
        });
        let Some((folder, found)) = in_the_way else { return false };
        if told.insert(folder.clone()) {
            self.refuse_at(&folder, AtPlace::OnTheWay { found });
        }
        true
    }

    /// A place that is not as expected stands in the way.
    pub(super) fn refuse_unexpected(&mut self, change: &FileChange, observed: Option<&Node>) {
        let path = &change.path;
        let is = match unlike(change, observed) {
            Mismatch::Content if self.situation.other_line_ends.contains(path) => Mismatch::LineEnds,
            is => is,
        };
        let changed_by = self.situation.changed_by.get(path).cloned();
        self.refuse_at(path, AtPlace::Unexpected { is, changed_by });
    }

    /// The content a delta or a rename starts from must be there.
    fn check_source(&mut self, change: &FileChange, changes: &[FileChange]) {
        let (from, digest) = match &change.payload {
            Some(Payload::Delta { from, source, .. }) => (from, *source),
            Some(Payload::Diff { from: Some(from) }) => match self.patch.diff_source(change) {
                Some(file) => (from, file.digest),
                None => return,
            },
            Some(Payload::Same { from }) => match change.after.as_ref().and_then(Node::as_file) {
                Some(file) => (from, file.digest),
                None => return,
            },
            _ => return,
        };
        let present =
            self.situation.tree.at(from).and_then(Node::as_file).is_some_and(|file| file.digest == digest);
        // A place with a change of its own gets its own obstacle.
        let told = from == &change.path
            || changes.iter().any(|c| {
                &c.path == from
                    && !c.expects(self.situation.tree.at(from))
                    && !c.is_done(self.situation.tree.at(from))
            });
        if !present && !told {
            self.refuse_at(from, AtPlace::NoSourceFor { path: change.path.clone() });
        } else if !present && from == &change.path {
            self.refuse_at(from, AtPlace::NotTheOriginal);
        }
    }

    /// What is in the folder of a version control system is changed only where the patch says that it is meant.
    fn check_version_control(&mut self, changes: &[FileChange]) {
        let is_meant = |change: &FileChange| change.role == Role::VersionControl;
        for change in changes.iter().filter(|change| !is_meant(change)) {
            let stays_a_folder = change.after.as_ref().is_some_and(Node::is_dir);
            if let Some(folder) = version_control(&change.path).filter(|_| !stays_a_folder) {
                self.refuse_at(&change.path, AtPlace::VersionControl { folder });
            }
        }
    }

    /// Names this disk cannot store or cannot tell apart.
    fn check_names(&mut self, steps: &[Step]) {
        let going: BTreeSet<&TreePath> =
            steps.iter().filter(|step| step.after.is_none()).map(|step| &step.path).collect();
        // By folder and by what each name is on the least discerning system: folders can have very many names.
        let mut known: BTreeMap<Option<TreePath>, BTreeMap<CollisionKey, Vec<&String>>> = BTreeMap::new();
        for step in steps.iter().filter(|step| step.after.is_some()) {
            if let Some(reason) = step.path.unportable() {
                match self.situation.stores_any_name {
                    false => self.refuse_at(&step.path, AtPlace::Unportable(reason)),
                    true => {
                        self.note_at(&step.path, PlaceRemark::BadNameOnWindows(reason));
                    }
                }
            }
            if step.before.is_some() {
                continue;
            }
            let parent = step.path.parent();
            let names = known.entry(parent.clone()).or_insert_with(|| {
                let mut by_key: BTreeMap<CollisionKey, Vec<&String>> = BTreeMap::new();
                for name in self.situation.names.get(&parent).into_iter().flatten() {
                    by_key.entry(CollisionKey::of_name(name)).or_default().push(name);
                }
                by_key
            });
            let alike = names.get(&CollisionKey::of_name(step.path.name())).into_iter().flatten();
            let twin = alike.filter(|name| name.as_str() != step.path.name()).find_map(|name| {
                let other = match &parent {
                    Some(parent) => parent.join(name),
                    None => TreePath::parse(name),
                };
                other.ok().filter(|other| !going.contains(other))
            });
            if let Some(twin) = twin {
                let twin = Obstacle::at(&step.path, AtPlace::SameNameAs(twin));
                match self.situation.case_sensitive && self.patch.about.leaves_windows_out() {
                    true => self.notes.push(Note::of_obstacle(NoteAbout::Reason, twin)),
                    false => self.obstacles.push(twin),
                }
            }
        }
    }

    /// Where a disk takes `README` for `Readme`, the patch finds a file whose name it then spells its own way.
    fn note_other_spellings(&mut self, steps: &[Step]) {
        if self.situation.case_sensitive {
            return;
        }
        for step in steps.iter().filter(|step| step.before.is_some()) {
            let Some(names) = self.situation.names.get(&step.path.parent()) else { continue };
            if names.contains(step.path.name()) {
                continue;
            }
            let key = CollisionKey::of_name(step.path.name());
            let found = names.iter().find(|name| CollisionKey::of_name(name) == key);
            if let Some(found) = found.and_then(|name| TreePath::parse(name).ok()) {
                self.note_at(&step.path, PlaceRemark::SpelledHere(found));
            }
        }
    }

    fn note_what_is_worth_knowing(&mut self, steps: &[Step]) {
        let changed: BTreeSet<&TreePath> = steps.iter().map(|step| &step.path).collect();
        for path in self.situation.hard_linked.iter().filter(|path| changed.contains(path)) {
            self.note_at(path, PlaceRemark::HasOtherNames);
        }
        for step in steps.iter().filter(|step| matches!(step.after, Some(Node::File(_) | Node::Link(_)))) {
            if let Some(what) = executed_by(&step.path) {
                self.note_at(&step.path, PlaceRemark::RunsByItself(what));
            }
        }
        for hold in &self.patch.about.notices {
            self.notes.push(Note::new(NoteAbout::Hold(hold.clone())));
        }
        let Rollback { possible, reason, .. } = &self.patch.about.rollback;
        if *possible != RollbackPossible::Yes {
            let (possible, reason) = (*possible, reason.clone());
            let patch = (!self.situation.is_vouched).then(|| "this patch".to_owned());
            self.note(match (possible, patch) {
                (RollbackPossible::No, Some(patch)) => PatchRemark::SaysFinal { patch, reason },
                _ => PatchRemark::LimitedRollback { possible, reason },
            });
        }
    }
}

/// What is wrong at a place that is neither as before nor as after.
fn unlike(change: &FileChange, observed: Option<&Node>) -> Mismatch {
    match (change.before.first(), observed) {
        (_, None) => Mismatch::Missing,
        (None, Some(node)) => Mismatch::Occupied { found: node.as_str() },
        (Some(expected), Some(node)) if !expected.same_kind(node) => {
            Mismatch::Kind { found: node.as_str(), expected: expected.as_str() }
        }
        (Some(_), Some(node)) if change.before.iter().any(|expected| expected.same_content(node)) => {
            Mismatch::Mode {
                found: node.mode(),
                expected: change.before.iter().filter_map(Node::mode).collect(),
            }
        }
        (Some(Node::Link(_)), Some(Node::Link(link))) => Mismatch::PointsTo(link.points_to.clone()),
        _ => Mismatch::Content,
    }
}

/// Whether RFC 3339 time `a` lies before `b`; an unreadable time never does.
fn is_past(a: &str, b: &str) -> bool {
    match (a.parse::<jiff::Timestamp>(), b.parse::<jiff::Timestamp>()) {
        (Ok(a), Ok(b)) => a < b,
        _ => false,
    }
}
