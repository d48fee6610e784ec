//! Which patch a rollback is about, and what keeps it from going.

use std::collections::BTreeSet;

use super::rollback::request::Which;
use crate::ledger::{Action, Entry, Installed, LayerSlot, Ledger, Turn};
use crate::model::{RollbackPossible, TreePath};
use crate::plan::why::{LastChange, Undo};
use crate::plan::{Layer, NoContents, take_out};
use crate::workbench::look::stack::FolderStack;
use crate::workbench::{Error, Result};

/// The patch to take out.
pub(super) fn find(ledger: &Ledger, slots: &[LayerSlot], which: &Which) -> Result<LayerSlot> {
    let installed = ledger.installed();
    let is_meant = |slot: &&LayerSlot| match which {
        Which::Last | Which::LastRollback | Which::Reapply => slot.superseded.is_none(),
        Which::Patch(id) | Which::PatchAndDependents(id) | Which::Before(id) => {
            ledger.note(slot.key).is_some_and(|note| note.id == *id)
        }
    };
    let Some(found) = slots.iter().rev().find(is_meant) else {
        return Err(match which {
            Which::Patch(id) | Which::PatchAndDependents(id) | Which::Before(id) if !installed.is_empty() => {
                refuse_unknown(id, &installed)
            }
            _ => Error::refused(Undo::Empty),
        });
    };
    if found.accepted {
        let id = ledger.note(found.key).map_or("the patch", |note| &note.id);
        return Err(Error::refused(Undo::GivenUp { id: id.to_owned() }));
    }
    Ok(*found)
}

/// The entry that can be taken back as a whole to take out the patch in `slot`: the newest change, or one whose places
/// no newer patch shares.
pub(super) fn whole_entry<'a>(
    ledger: &'a Ledger,
    folder: &FolderStack,
    slot: LayerSlot,
) -> Option<&'a Entry> {
    let layer = folder.layer(slot.key)?;
    let entry = ledger.entry(slot.key.entry)?;
    if !layer.is_active() || entry.parts.len() > 1 {
        return None;
    }
    let undo_entry = ledger.entry(slot.undo_entry)?;
    if ledger.last_change().is_some_and(|last| last.seq == slot.undo_entry) {
        return Some(undo_entry);
    }
    let stands_alone = entry.parts.is_empty() && layer.shifted.is_empty();
    let is_shared = || {
        let newer = folder.layers.iter().filter(|newer| newer.key > layer.key);
        let others: BTreeSet<&TreePath> = newer.flat_map(Layer::paths).collect();
        layer.paths().any(|path| others.contains(path))
    };
    let is_needed = || {
        let alone = BTreeSet::from([layer.key]);
        !take_out(&folder.stack(), &alone, &NoContents).dependents.is_empty()
    };
    (stands_alone && !is_shared() && !is_needed()).then_some(undo_entry)
}

pub(super) fn refuse_unknown(id: &str, installed: &[Installed]) -> Error {
    let here = installed.iter().map(|patch| patch.patch.id.clone()).collect();
    Error::refused(Undo::NotHere { id: id.to_owned(), here })
}

pub(super) fn find_last_rollback<'a>(ledger: &'a Ledger, which: &Which) -> Result<&'a Entry> {
    ledger.last_rollback().ok_or_else(|| match ledger.last_change() {
        None if *which == Which::Reapply => Error::refused(Undo::NothingToReapply),
        None => Error::refused(Undo::Empty),
        Some(last) => no_rollback(ledger, last, false),
    })
}

/// Why there is no rollback to undo where `last` is the last change. `can_be_undone`: it can be undone all the same.
pub(super) fn no_rollback(ledger: &Ledger, last: &Entry, can_be_undone: bool) -> Error {
    let turn = last.turn(ledger.entries());
    let subject = || ledger.moved_by(last).map_or(last, |(moved, _)| moved).subject();
    Error::refused(match (last.action, turn) {
        (Action::Rollback, Turn::Went) => Undo::RollbackAccepted { patch: last.subject() },
        (Action::Apply, _) => Undo::NoRollback { last: LastChange::Applied(last.subject()), can_be_undone },
        (_, Turn::Went | Turn::CameBack) => {
            Undo::NoRollback { last: LastChange::Reapplied(last.subject()), can_be_undone }
        }
        (_, Turn::Repaired | Turn::RepairUndone) => {
            Undo::NoRollback { last: LastChange::Repair, can_be_undone }
        }
        (_, Turn::Switched | Turn::SwitchedBack) => {
            Undo::NoRollback { last: LastChange::Switch(subject()), can_be_undone }
        }
    })
}

/// A stranger's word that the patch can't be rolled back stops nobody.
pub(super) fn refuse_what_the_vendor_forbids(layer: Option<&Layer>, entry: &Entry) -> Result<()> {
    let vouched = layer.filter(|layer| !layer.authors.is_empty());
    match vouched.and_then(|layer| layer.patch.as_ref()) {
        Some(patch)
            if patch.about.rollback.possible == RollbackPossible::No && entry.action == Action::Apply =>
        {
            Err(Error::refused(Undo::Forbidden {
                patch: patch.about.identity.to_string(),
                reason: patch.about.rollback.reason.as_ref().map(|reason| reason.raw().to_owned()),
                ask: Some(patch.about.contact.as_ref().unwrap_or(&patch.about.vendor).raw().to_owned()),
            }))
        }
        _ => Ok(()),
    }
}
