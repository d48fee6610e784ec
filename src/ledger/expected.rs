//! What every place that was ever changed should hold, worked out entry by entry.
//!
//! A rollback makes expected again what was expected before the change that it takes back, also where it had nothing to
//! do, or left a place as it was because a backup was damaged: such a place then shows as not as expected.
//!
//! A switch is moved in a file as it is, with whatever somebody edited in it. The edit doesn't become what is expected by
//! that. Where the switch is what was edited, a move can bring back exactly what is right: then nothing of the edit is left.

use std::collections::{BTreeMap, BTreeSet};

use super::replay::Replay;
use super::{Action, Entry, Gone, Ledger};
use crate::model::{LayerKey, Node, Step, TreePath};

/// The places after the entries that were taken in.
pub(crate) struct Expected<'l> {
    ledger: &'l Ledger,
    places: BTreeMap<TreePath, ExpectedPlace>,
    /// What was expected before each entry that is taken back later.
    replaced: BTreeMap<u64, BTreeMap<TreePath, ExpectedPlace>>,
    /// The entries that undo the move of a switch, or bring one back.
    moves_undone: BTreeSet<u64>,
    /// For each place the patches on it, and what was there before the first of them. Kept only where patches are taken
    /// out of the stack.
    stacked: BTreeMap<TreePath, Stacked>,
    /// Which patches are there; `None` where no patch was ever taken out of the stack.
    replay: Option<Replay<'l>>,
}

/// What a place should hold.
#[derive(Clone, PartialEq, Eq)]
struct ExpectedPlace {
    node: Option<Node>,
    carried: Option<CarriedEdit>,
    /// Whether an edit of somebody was left in it when a patch came or went.
    keeps_an_edit: bool,
}

/// An edit that was in a file when its switches were moved: the file without it is nowhere.
#[derive(Clone, PartialEq, Eq)]
struct CarriedEdit {
    /// The file as it should have been before the first of these moves.
    clean: Option<Node>,
    /// The switches that do not stand where they did then.
    moved: BTreeSet<String>,
}

impl From<Option<Node>> for ExpectedPlace {
    fn from(node: Option<Node>) -> Self {
        Self { node, carried: None, keeps_an_edit: false }
    }
}

#[derive(Default)]
struct Stacked {
    origin: Option<Node>,
    patches: BTreeSet<LayerKey>,
}

impl<'l> Expected<'l> {
    /// Nothing was taken in yet.
    pub fn new(ledger: &'l Ledger) -> Self {
        let entries = ledger.entries();
        let taken_back = entries.iter().filter(|entry| entry.action == Action::Rollback);
        let replaced = taken_back.filter_map(|entry| entry.reverses).map(|seq| (seq, BTreeMap::new()));
        Self {
            ledger,
            places: BTreeMap::new(),
            replaced: replaced.collect(),
            moves_undone: entries
                .iter()
                .filter(|entry| entry.action == Action::Rollback && ledger.moved_by(entry).is_some())
                .map(|entry| entry.seq)
                .collect(),
            stacked: BTreeMap::new(),
            replay: entries.iter().any(|entry| !entry.out.is_empty()).then(|| Replay::new(ledger)),
        }
    }

    /// What the place should hold; `None` if nothing is known of it.
    pub fn at(&self, path: &TreePath) -> Option<&Option<Node>> {
        self.places.get(path).map(|expected| &expected.node)
    }

    /// Every place.
    pub(crate) fn into_places(self) -> BTreeMap<TreePath, Option<Node>> {
        self.places.into_iter().map(|(path, expected)| (path, expected.node)).collect()
    }

    /// Whether what is right at the place holds an edit of somebody that was left in it.
    pub(crate) fn keeps_an_edit(&self, path: &TreePath) -> bool {
        self.places.get(path).is_some_and(|expected| expected.keeps_an_edit)
    }

    /// Says of a place whether the patch that changed it last has left an edit in it.
    pub(crate) fn mark_edit(&mut self, path: &TreePath, is_kept: bool) {
        self.places.entry(path.clone()).and_modify(|expected| expected.keeps_an_edit = is_kept);
    }

    /// The places with an edit in what is right.
    pub(crate) fn kept_edits(&self) -> impl Iterator<Item = &TreePath> {
        let places = self.places.iter();
        places.filter(|(_, expected)| expected.keeps_an_edit).map(|(path, _)| path)
    }

    /// Takes in an entry that changed what is right. The oldest comes first.
    pub fn take(&mut self, entry: &Entry) {
        if let Some(before) = entry.reverses.and_then(|seq| self.replaced.get(&seq)).cloned() {
            for (path, expected) in before {
                self.set(entry, path, expected, None);
            }
        }
        self.stack(entry);
        // What was not as expected before isn't by being there again. What comes back with a patch is an edit that was kept.
        let undone = entry.reverses.and_then(|seq| self.ledger.entry(seq)).into_iter();
        let undone = undone.filter(|undone| undone.action != Action::Rollback);
        let found: BTreeMap<&TreePath, &Option<Node>> =
            undone.flat_map(|undone| undone.steps.iter()).map(|step| (&step.path, &step.before)).collect();
        let is_as_found = |step: &Step| found.get(&step.path).is_some_and(|found| **found == step.after);
        for step in &*entry.steps {
            let expected = match self.places.get(&step.path) {
                Some(older) if entry.action == Action::Toggle => older.switched(entry, step),
                // What was expected before is there again, with all that is known of it.
                Some(older) if self.moves_undone.contains(&entry.seq) => older.clone(),
                Some(restored) if entry.action == Action::Rollback && entry.out.is_empty() => {
                    if is_as_found(step) { restored.clone() } else { restored.left_as(step) }
                }
                _ => step.after.clone().into(),
            };
            self.set(entry, step.path.clone(), expected, step.before.as_ref());
        }
    }

    fn set(&mut self, entry: &Entry, path: TreePath, expected: ExpectedPlace, found: Option<&Node>) {
        let older = self.places.insert(path.clone(), expected);
        if let Some(replaced) = self.replaced.get_mut(&entry.seq) {
            replaced.entry(path).or_insert_with(|| older.unwrap_or_else(|| found.cloned().into()));
        }
    }

    /// The same as [`Expected::take`]. Gives what that made right where `entry` itself did nothing: each place with what
    /// was right before and what is now.
    fn take_untouched(&mut self, entry: &Entry) -> Vec<Step> {
        let older: BTreeMap<TreePath, Option<Node>> = match entry.out.is_empty() {
            true => {
                let restored = entry.reverses.and_then(|seq| self.replaced.get(&seq));
                let older = |path: &TreePath| Some((path.clone(), self.at(path)?.clone()));
                restored.into_iter().flatten().filter_map(|(path, _)| older(path)).collect()
            }
            false => self.places.iter().map(|(path, place)| (path.clone(), place.node.clone())).collect(),
        };
        self.take(entry);
        let touched: BTreeSet<&TreePath> = entry.steps.iter().map(|step| &step.path).collect();
        let untouched = older.into_iter().filter(|(path, _)| !touched.contains(path));
        let step = |(path, before): (TreePath, Option<Node>)| {
            let after = self.at(&path)?.clone();
            (before != after).then_some(Step { path, before, after })
        };
        untouched.filter_map(step).collect()
    }

    /// Which patches are on which place. Where the last one goes, what was there before them is right again.
    fn stack(&mut self, entry: &Entry) {
        let Some(replay) = &mut self.replay else { return };
        let was_there = replay.keys();
        replay.take_through(entry.seq);
        let is_there = replay.keys();
        if entry.action == Action::Apply {
            for key in is_there.difference(&was_there) {
                for step in &*entry.steps_of_part(key.part) {
                    let stacked = self.stacked.entry(step.path.clone()).or_default();
                    if stacked.patches.is_disjoint(&was_there) {
                        stacked.origin.clone_from(&step.before);
                    }
                    stacked.patches.insert(*key);
                }
                // What others had brought is there on its behalf, too.
                for path in entry.in_place(key.part) {
                    self.stacked.entry(path).and_modify(|stacked| _ = stacked.patches.insert(*key));
                }
            }
            return;
        }
        let gone: BTreeSet<LayerKey> = entry.out.iter().map(|gone| Gone::key(*gone)).collect();
        let is_freed =
            |stacked: &Stacked| !stacked.patches.is_disjoint(&gone) && stacked.patches.is_disjoint(&is_there);
        let freed = self.stacked.iter().filter(|(_, stacked)| is_freed(stacked));
        let freed: Vec<_> = freed.map(|(path, stacked)| (path.clone(), stacked.origin.clone())).collect();
        for (path, origin) in freed {
            self.set(entry, path, origin.into(), None);
        }
    }
}

impl ExpectedPlace {
    /// What is right in a file whose switch `entry` moved.
    fn switched(&self, entry: &Entry, step: &Step) -> Self {
        let is_edited = self.node.as_ref().zip(step.before.as_ref()).is_some_and(|(a, b)| !a.same_content(b));
        let carried = match &self.carried {
            Some(carried) => Some(carried.clone()),
            None => is_edited.then(|| CarriedEdit { clean: self.node.clone(), moved: BTreeSet::new() }),
        };
        let Some(mut carried) = carried else { return step.after.clone().into() };
        let is_clean_again =
            carried.clean.as_ref().zip(step.after.as_ref()).is_some_and(|(a, b)| a.same_content(b));
        if is_clean_again {
            return carried.clean.into();
        }
        let switch = entry.subject();
        if !carried.moved.remove(&switch) {
            carried.moved.insert(switch);
        }
        match carried.moved.is_empty() {
            true => carried.clean.into(),
            false => Self { node: step.after.clone(), carried: Some(carried), keeps_an_edit: false },
        }
    }

    /// What is right where a rollback was to restore this, and has done `step`: what is different by then is an edit that
    /// was made since.
    fn left_as(&self, step: &Step) -> Self {
        let is_other = self.node.as_ref().zip(step.after.as_ref()).is_some_and(|(a, b)| !a.same_content(b));
        Self { node: step.after.clone(), carried: None, keeps_an_edit: is_other || self.keeps_an_edit }
    }
}

impl Ledger {
    /// The files that hold an edit of somebody although they are as the last move of a switch left them, each with what it
    /// should have held before.
    pub(crate) fn carried_edits(&self) -> BTreeMap<TreePath, Option<Node>> {
        if !self.entries().iter().any(|entry| entry.action == Action::Toggle) {
            return BTreeMap::new();
        }
        let mut expected = Expected::new(self);
        self.lasting_changes().for_each(|entry| expected.take(entry));
        let carried = expected.places.into_iter();
        carried.filter_map(|(path, place)| Some((path, place.carried?.clean))).collect()
    }

    /// What each of these `entries` made right without touching it: a place that it left as it was, or that was so already.
    pub(crate) fn untouched_by(&self, entries: &BTreeSet<u64>) -> BTreeMap<u64, Vec<Step>> {
        let mut untouched = BTreeMap::new();
        let Some(last) = entries.last() else { return untouched };
        let mut expected = Expected::new(self);
        for entry in self.lasting_changes().take_while(|entry| entry.seq <= *last) {
            match entries.contains(&entry.seq) {
                true => drop(untouched.insert(entry.seq, expected.take_untouched(entry))),
                false => expected.take(entry),
            }
        }
        untouched
    }
}
