//! Plans the application of one patch.

use std::collections::{BTreeMap, BTreeSet};

use super::folders::{find_missing_parents, settle_folders};
use super::local_edits::Settled;
use super::{Note, Obstacle, Plan, Preview, Situation, common_obstacles, in_order};
use crate::model::{
    Code, CollisionKey, FileChange, Node, Patch, Payload, RequirementMode, RollbackPossible, Step, TreePath,
};

/// What would happen if `patch` were applied to the folder that `situation` describes, whatever else is in it.
pub fn plan_apply(patch: &Patch, situation: &Situation) -> Preview {
    let Part { steps, mut obstacles, notes } = plan_part(patch, situation);
    let needed_bytes = common_obstacles(situation, &steps, &mut obstacles);
    let base = situation.fingerprint(patch.changes.iter().map(|change| &change.path));
    Preview { plan: Plan { steps: in_order(steps), base }, obstacles, notes, needed_bytes }
}

/// A patch's own part of a plan.
pub(super) struct Part {
    pub steps: Vec<Step>,
    pub obstacles: Vec<Obstacle>,
    pub notes: Vec<Note>,
}

/// What `patch` itself does and needs; not what every change of a folder needs.
pub(super) fn plan_part(patch: &Patch, situation: &Situation) -> Part {
    let changes = match situation.keeps_modes {
        true => patch.changes.clone(),
        false => patch.changes.iter().map(without_modes).collect(),
    };
    let mut planner = Planner { patch, situation, obstacles: Vec::new(), notes: Vec::new() };
    planner.check_product();
    planner.check_relations();
    let steps = planner.steps(&changes);
    find_missing_parents(&steps, situation, &mut planner.obstacles);
    planner.check_names(&steps);
    planner.note_what_is_worth_knowing(&steps);
    let Planner { obstacles, notes, .. } = planner;
    Part { steps, obstacles, notes }
}

/// The change as a system without permission bits sees it.
fn without_modes(change: &FileChange) -> FileChange {
    let mut change = change.clone();
    change.before = change.before.into_iter().map(Node::without_mode).collect();
    change.after = change.after.map(Node::without_mode);
    change
}

pub(super) struct Planner<'a> {
    patch: &'a Patch,
    pub(super) situation: &'a Situation,
    obstacles: Vec<Obstacle>,
    notes: Vec<Note>,
}

impl Planner<'_> {
    pub(super) fn refuse(
        &mut self,
        code: Code,
        path: Option<&TreePath>,
        meaning: impl Into<String>,
        hint: impl Into<String>,
    ) {
        let path = path.map(|path| path.as_str().to_owned());
        self.obstacles.push(Obstacle { code, path, meaning: meaning.into(), hint: hint.into() });
    }

    pub(super) fn note(&mut self, path: Option<&TreePath>, text: impl Into<String>) {
        self.notes.push(Note { path: path.map(|path| path.as_str().to_owned()), text: text.into() });
    }

    /// Right product, right version, right machine, right time?
    fn check_product(&mut self) {
        let (patch, situation) = (self.patch, self.situation);
        let product = &patch.about.product;
        if situation.is_product == Some(false) {
            let seen = situation.product_evidence.join("; ");
            let meaning = format!("this folder does not hold {}: {seen}", product.name);
            self.refuse(Code::Product, None, meaning, "Choose the folder that the product is installed in.");
        }
        // Only a version that was really read can be the wrong one; without it the before images decide.
        if let Some(version) = &situation.version
            && !product.versions.contains(version)
            && patch.about.result_version.as_ref() != Some(version)
        {
            let meaning = format!(
                "this is {} {version}, and the patch is for {}",
                product.name,
                product.versions.join(", ")
            );
            self.refuse(
                Code::Version,
                None,
                meaning,
                "Ask the vendor for the patch that belongs to this version.",
            );
        }
        if !patch.about.platforms.is_empty() && !patch.about.platforms.contains(&situation.platform) {
            let meaning = format!(
                "the patch is for {}, and this machine is {}",
                patch.about.platforms.join(", "),
                situation.platform
            );
            self.refuse(
                Code::Platform,
                None,
                meaning,
                "Ask the vendor for the patch that belongs to this system.",
            );
        }
        if patch.about.expires.as_ref().is_some_and(|expires| is_past(expires, &situation.now)) {
            let meaning =
                format!("the patch expired at {}", patch.about.expires.as_deref().unwrap_or_default());
            self.refuse(Code::Expired, None, meaning, "Ask the vendor for a current edition.");
        }
        if let Some((meaning, hint)) = situation.held.get(&patch.about.identity) {
            self.refuse(Code::Held, None, meaning, hint);
        }
        for (required, check, evidence) in &situation.failed_checks {
            match required {
                true => self.refuse(
                    Code::Preflight,
                    None,
                    format!("{check}: {evidence}"),
                    "Make this true, then try again.",
                ),
                false => self.note(None, format!("{check}: {evidence}")),
            }
        }
    }

    /// What must be there, what must not.
    fn check_relations(&mut self) {
        let (patch, situation) = (self.patch, self.situation);
        let installed: BTreeMap<&str, u32> =
            situation.installed.iter().map(|(id, rev)| (id.as_str(), *rev)).collect();
        let coming: BTreeMap<&str, u32> =
            situation.coming.iter().map(|(id, rev)| (id.as_str(), *rev)).collect();
        let is_there = |id: &str| installed.contains_key(id) || coming.contains_key(id);
        for requirement in patch.about.all_requirements(is_there) {
            let id = requirement.id.as_str();
            let together = coming.get(id).filter(|_| requirement.mode == RequirementMode::Together);
            match installed.get(id).or(together) {
                Some(revision) if *revision >= requirement.min_revision => {}
                found => {
                    let found =
                        found.map_or("it is not here".to_owned(), |rev| format!("revision {rev} is here"));
                    let meaning =
                        format!("needs {id} from revision {} on, and {found}", requirement.min_revision);
                    self.refuse(Code::Requires, None, meaning, format!("Apply {id} first."));
                }
            }
        }
        for conflict in
            patch.about.conflicts.iter().filter(|conflict| installed.contains_key(conflict.id.as_str()))
        {
            let meaning =
                format!("clashes with {}, which is in this folder: {}", conflict.id, conflict.reason);
            self.refuse(
                Code::Conflicts,
                None,
                meaning,
                format!("Roll back {} first, or ask the vendor.", conflict.id),
            );
        }
    }

    fn steps(&mut self, changes: &[FileChange]) -> Vec<Step> {
        let mut steps = Vec::new();
        let unclear: BTreeSet<&str> =
            self.situation.problems.iter().map(|(_, place, _)| place.as_str()).collect();
        let mut told = BTreeSet::new();
        let mut done = 0;
        for change in changes {
            if self.is_out_of_sight(&change.path, &unclear, &mut told) {
                continue;
            }
            let observed = self.situation.tree.at(&change.path);
            if change.is_done(observed) {
                done += 1;
                continue;
            }
            let settled = match change.expects(observed) {
                true => Some(Settled { after: change.after.clone(), needs_source: true }),
                false => self.settle(change, observed),
            };
            let Some(Settled { after, needs_source }) = settled else { continue };
            if needs_source {
                self.check_source(change, changes);
            }
            steps.push(Step { path: change.path.clone(), before: observed.cloned(), after });
        }
        if done > 0 && !steps.is_empty() && self.obstacles.is_empty() {
            self.note(
                None,
                format!("{done} of {} places are already as the patch leaves them", changes.len()),
            );
        }
        settle_folders(steps, self.situation, &mut self.obstacles, &mut self.notes)
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
        let Some((folder, word)) = in_the_way else { return false };
        if told.insert(folder.clone()) {
            self.refuse(
                Code::FileSystem,
                Some(&folder),
                format!("a {word} stands where a folder is expected"),
                "Put the folder itself there, then try again.",
            );
        }
        true
    }

    /// A place that is not as expected stands in the way.
    pub(super) fn refuse_unexpected(&mut self, change: &FileChange, observed: Option<&Node>) {
        let (code, meaning) = unexpected(change, observed);
        let path = &change.path;
        let by = self.situation.changed_by.get(path).map(|by| format!(" ({by})")).unwrap_or_default();
        let hint = match code {
            Code::Missing => {
                "Check that this is the right folder and version; restore the file from the product's own medium."
            }
            Code::Occupied => "Move it out of the folder if it is not part of the product.",
            _ => "Put the original file back, or ask the vendor for a patch that fits this file.",
        };
        self.refuse(code, Some(path), format!("{meaning}{by}"), hint);
    }

    /// The content a delta or a rename starts from must be there.
    fn check_source(&mut self, change: &FileChange, changes: &[FileChange]) {
        let (from, digest) = match &change.payload {
            Some(Payload::Delta { from, source, .. }) => (from, *source),
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
            let meaning =
                format!("the content of {} is made from it, and it is not as expected", change.path);
            self.refuse(
                Code::Missing,
                Some(from),
                meaning,
                "Check that this is the right folder and version.",
            );
        } else if !present && from == &change.path {
            let meaning = "the new content is made from the original, and this is not it";
            self.refuse(
                Code::Drift,
                Some(from),
                meaning,
                "Put the original file back, or ask the vendor for a patch that fits this file.",
            );
        }
    }

    /// Names this disk cannot store or cannot tell apart.
    fn check_names(&mut self, steps: &[Step]) {
        let going: BTreeSet<&TreePath> =
            steps.iter().filter(|step| step.after.is_none()).map(|step| &step.path).collect();
        for step in steps.iter().filter(|step| step.after.is_some()) {
            if let Some(reason) = step.path.unportable() {
                match self.situation.stores_any_name {
                    false => self.refuse(
                        Code::Path,
                        Some(&step.path),
                        reason.to_string(),
                        "This patch cannot be applied on this system.",
                    ),
                    true => self
                        .note(Some(&step.path), format!("a name for systems other than Windows: {reason}")),
                }
            }
            if step.before.is_some() {
                continue;
            }
            let key = CollisionKey::new(&step.path);
            let siblings = self.situation.names.get(&step.path.parent()).into_iter().flatten();
            let twin = siblings.filter(|name| *name != step.path.name()).find_map(|name| {
                let other = match step.path.parent() {
                    Some(parent) => parent.join(name),
                    None => TreePath::parse(name),
                };
                other.ok().filter(|other| CollisionKey::new(other) == key && !going.contains(other))
            });
            if let Some(twin) = twin {
                let meaning = format!("is the same name as {twin} on some systems");
                match self.situation.case_sensitive && self.patch.about.leaves_windows_out() {
                    true => self.note(Some(&step.path), meaning),
                    false => self.refuse(
                        Code::Collide,
                        Some(&step.path),
                        meaning,
                        "Move the other file out of the way if it is not part of the product.",
                    ),
                }
            }
        }
    }

    fn note_what_is_worth_knowing(&mut self, steps: &[Step]) {
        let changed: BTreeSet<&TreePath> = steps.iter().map(|step| &step.path).collect();
        for path in self.situation.hard_linked.iter().filter(|path| changed.contains(path)) {
            self.note(Some(path), "has other names (hard links); those keep the old content");
        }
        for hold in &self.patch.about.notices {
            self.note(None, format!("{} ({}): {}", hold.kind, hold.phase, hold.text));
        }
        if self.patch.about.rollback.possible != RollbackPossible::Yes {
            let until = match self.patch.about.rollback.possible {
                RollbackPossible::No => "cannot be taken back",
                _ => "can be taken back only until it is accepted",
            };
            let reason = self.patch.about.rollback.reason.as_deref().unwrap_or("the vendor gives no reason");
            self.note(None, format!("this patch {until}: {reason}"));
        }
    }
}

/// What is wrong at a place that is neither as before nor as after.
fn unexpected(change: &FileChange, observed: Option<&Node>) -> (Code, String) {
    match (change.before.first(), observed) {
        (_, None) => (Code::Missing, "is missing".to_owned()),
        (None, Some(node)) => (
            Code::Occupied,
            format!("a {} is already there, and it is not the one the patch brings", node.as_str()),
        ),
        (Some(expected), Some(node)) if !expected.same_kind(node) => {
            (Code::FileSystem, format!("is a {} instead of a {}", node.as_str(), expected.as_str()))
        }
        (Some(_), Some(node)) if change.before.iter().any(|expected| expected.same_content(node)) => {
            let modes: Vec<String> =
                change.before.iter().filter_map(Node::mode).map(|mode| mode.to_string()).collect();
            let mode = node.mode().map(|mode| mode.to_string()).unwrap_or_default();
            (Code::Drift, format!("has permissions {mode} instead of {}", modes.join(" or ")))
        }
        (Some(Node::Link(_)), Some(Node::Link(link))) => {
            (Code::Drift, format!("points to {:?} instead", link.points_to))
        }
        _ => (Code::Drift, "was edited: its content is not what the patch expects".to_owned()),
    }
}

/// Whether RFC 3339 time `a` lies before `b`; an unreadable time never does.
fn is_past(a: &str, b: &str) -> bool {
    match (a.parse::<jiff::Timestamp>(), b.parse::<jiff::Timestamp>()) {
        (Ok(a), Ok(b)) => a < b,
        _ => false,
    }
}
