//! What every place that was ever changed should hold, worked out entry by entry.
//!
//! A rollback makes expected again what was expected before the change that it takes back, also where it had nothing to
//! do, or left a place as it was because a backup was damaged: such a place then shows as not as expected.

use std::collections::{BTreeMap, BTreeSet};

use super::replay::Replay;
use super::{Action, Entry, Gone, Ledger};
use crate::model::{LayerKey, Node, TreePath};

/// The places after the entries that were taken in.
pub(crate) struct Expected<'l> {
    places: BTreeMap<TreePath, Option<Node>>,
    /// What was expected before each entry that is taken back later.
    replaced: BTreeMap<u64, BTreeMap<TreePath, Option<Node>>>,
    /// For each place the patches on it, and what was there before the first of them. Kept only where patches are taken
    /// out of the stack.
    stacked: BTreeMap<TreePath, Stacked>,
    /// Which patches are there; `None` where no patch was ever taken out of the stack.
    replay: Option<Replay<'l>>,
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
            places: BTreeMap::new(),
            replaced: replaced.collect(),
            stacked: BTreeMap::new(),
            replay: entries.iter().any(|entry| !entry.out.is_empty()).then(|| Replay::new(ledger)),
        }
    }

    /// What the place should hold; `None` if nothing is known of it.
    pub fn at(&self, path: &TreePath) -> Option<&Option<Node>> {
        self.places.get(path)
    }

    /// Every place.
    pub fn into_places(self) -> BTreeMap<TreePath, Option<Node>> {
        self.places
    }

    /// Takes in an entry that changed what is right. The oldest comes first.
    pub fn take(&mut self, entry: &Entry) {
        if let Some(before) = entry.reverses.and_then(|seq| self.replaced.get(&seq)).cloned() {
            for (path, node) in before {
                self.set(entry, path, node, None);
            }
        }
        self.stack(entry);
        for step in &*entry.steps {
            self.set(entry, step.path.clone(), step.after.clone(), step.before.as_ref());
        }
    }

    fn set(&mut self, entry: &Entry, path: TreePath, node: Option<Node>, found: Option<&Node>) {
        let older = self.places.insert(path.clone(), node);
        if let Some(replaced) = self.replaced.get_mut(&entry.seq) {
            replaced.entry(path).or_insert_with(|| older.unwrap_or_else(|| found.cloned()));
        }
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
            }
            return;
        }
        let gone: BTreeSet<LayerKey> = entry.out.iter().map(|gone| Gone::key(*gone)).collect();
        let is_freed =
            |stacked: &Stacked| !stacked.patches.is_disjoint(&gone) && stacked.patches.is_disjoint(&is_there);
        let freed = self.stacked.iter().filter(|(_, stacked)| is_freed(stacked));
        let freed: Vec<_> = freed.map(|(path, stacked)| (path.clone(), stacked.origin.clone())).collect();
        for (path, origin) in freed {
            self.set(entry, path, origin, None);
        }
    }
}
