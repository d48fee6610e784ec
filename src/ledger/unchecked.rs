//! Changes of which nobody knows whether the product works with them: their health checks were to follow, and what came
//! of those was never written, or one that has to pass failed and the change could not be rolled back.
//!
//! That checks follow is committed with the change itself, so that a process which dies in between leaves no doubt. Checks
//! that ran and leave a change in doubt say it once more: they have to follow again.

use std::collections::BTreeSet;

use super::{Action, Entry, Gone, LayerSlot, Ledger, Turn};
use crate::model::LayerKey;

/// A change whose health checks are due.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unchecked<'a> {
    pub change: &'a Entry,
    /// The entry that says how they failed, where they have run.
    pub failed: Option<&'a Entry>,
}

impl Ledger {
    /// The changes that are in the folder and whose health checks are still due, oldest first.
    pub(crate) fn unchecked(&self) -> Vec<Unchecked<'_>> {
        let mut due: Vec<Unchecked<'_>> = Vec::new();
        for entry in self.entries() {
            match entry.action {
                Action::Checked if entry.checks_due => {
                    let asked = due.iter_mut().rfind(|asked| asked.change.patch == entry.patch);
                    asked.into_iter().for_each(|asked| asked.failed = Some(entry));
                }
                _ if entry.checks_due => {
                    // What comes back is asked about once.
                    let brought = self.brought_by(entry);
                    due.retain(|asked| !self.is_brought_again(asked.change, &brought));
                    due.push(Unchecked { change: entry, failed: None });
                }
                _ if !entry.checks.is_empty() => answer(&mut due, entry),
                _ => {}
            }
        }
        if due.is_empty() {
            return due;
        }
        let slots = self.layers().slots;
        let is_here = |key: &LayerKey| slots.iter().any(|slot| slot.key == *key && slot.superseded.is_none());
        due.retain(|Unchecked { change, .. }| match self.moved_by(change) {
            Some((moved, _)) => self.is_as_moved(change, moved),
            None => self.brought_by(change).iter().any(is_here),
        });
        due
    }

    /// The patches that `entry` brought, or brought back.
    pub(crate) fn brought_by(&self, entry: &Entry) -> Vec<LayerKey> {
        match entry.turn(self.entries()) {
            Turn::CameBack => self.about(entry),
            _ => Vec::new(),
        }
    }

    /// The patches that come back when `entry` is taken back.
    pub(crate) fn brought_without(&self, entry: &Entry) -> Vec<LayerKey> {
        match entry.turn(self.entries()).reversed() {
            Turn::CameBack => self.about(entry),
            _ => Vec::new(),
        }
    }

    /// The patches that come or go with `entry`, and with whatever takes it back.
    pub(crate) fn about(&self, entry: &Entry) -> Vec<LayerKey> {
        let first = entry.first_of_chain(self.entries()).0;
        match first.action {
            Action::Apply => first.layer_keys().collect(),
            Action::Rollback => first.out.iter().map(|gone| gone.key()).collect(),
            _ => Vec::new(),
        }
    }

    /// The patches that `entry` brought and that are there, or the one whose switch it moved.
    pub(crate) fn concerned_by(&self, entry: &Entry) -> Vec<LayerKey> {
        let moved = self.moved_by(entry).and_then(|(moved, _)| moved.patch.as_ref());
        let brought = self.brought_by(entry);
        let is_concerned = |slot: &LayerSlot| match moved {
            Some(patch) => self.note(slot.key).is_some_and(|note| note.id == patch.id),
            None => brought.contains(&slot.key),
        };
        let slots = self.layers().slots.into_iter();
        let keys = slots.filter(|slot| slot.superseded.is_none() && is_concerned(slot)).map(|slot| slot.key);
        keys.collect()
    }

    /// Whether all that `earlier` brought is among what came `again`.
    fn is_brought_again(&self, earlier: &Entry, again: &[LayerKey]) -> bool {
        let again: BTreeSet<&LayerKey> = again.iter().collect();
        let brought = self.brought_by(earlier);
        !brought.is_empty() && brought.iter().all(|key| again.contains(key))
    }

    /// Whether a switch, which `moved` moved first, stands where `moving` has put it.
    fn is_as_moved(&self, moving: &Entry, moved: &Entry) -> bool {
        let (Some(patch), Some(note)) = (&moved.patch, &moved.toggle) else { return false };
        self.standing_move(&patch.id, &note.id).is_some_and(|last| last.entry.seq == moving.seq)
    }
}

/// Takes from `due` what `entry` has the outcome of.
fn answer(due: &mut Vec<Unchecked<'_>>, entry: &Entry) {
    match entry.action {
        Action::Checked => {
            let asked = due.iter().rposition(|asked| asked.change.patch == entry.patch);
            asked.map(|asked| due.remove(asked));
        }
        Action::Rollback => due.retain(|Unchecked { change, .. }| {
            let is_out = |gone: &Gone| gone.key().entry == change.seq;
            entry.reverses != Some(change.seq) && !entry.out.iter().any(is_out)
        }),
        _ => {}
    }
}

/// Whether an entry needs no word about checks.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks in this way")]
pub(super) fn is_none_due(checks_due: &bool) -> bool {
    !checks_due
}
