//! Which version the product has before and after a rollback, for the history.

use crate::disk::fs::Fs;
use crate::ledger::{Entry, Gone, LayerSlot, Ledger, Turn};
use crate::model::{LayerKey, Step};
use crate::workbench::Result;
use crate::workbench::look::product::version_now;
use crate::workbench::look::stack::manifest_of;

/// The version before and after a rollback: that of the folder before the patch, if nothing newer stays on it. A repair or a
/// switch that is taken back is no patch: it changes the version only with a file that says it.
pub(super) fn versions(
    fs: &dyn Fs,
    ledger: &Ledger,
    reversed: &Entry,
    rollback: &Entry,
    steps: &[Step],
) -> Result<(Option<String>, Option<String>)> {
    if rollback.reverses.is_some() && !matches!(reversed.turn(ledger.entries()), Turn::Went | Turn::CameBack)
    {
        let (now, places) = version_now(fs, ledger)?;
        let is_touched = steps.iter().any(|step| places.contains(&step.path));
        let then = if is_touched { reversed.version_before.clone() } else { now.clone() };
        return Ok((now, then));
    }
    if rollback.reverses.is_some() && ledger.last_change().is_some_and(|last| last.seq == reversed.seq) {
        return Ok((reversed.version_after.clone(), reversed.version_before.clone()));
    }
    let now = ledger.version().map(str::to_owned);
    let goes = |slot: &LayerSlot| match rollback.reverses {
        Some(seq) => slot.undo_entry == seq,
        None => rollback.out.iter().any(|gone| Gone::key(*gone) == slot.key),
    };
    let slots = ledger.layers().slots;
    let lowest = slots.iter().position(goes);
    Ok(match lowest.map(|lowest| &slots[lowest..]) {
        Some(gone) if gone.iter().all(goes) => (now, version_below(fs, ledger, gone[0].key)),
        _ => (now.clone(), now),
    })
}

/// The version that the folder had before the patch `key` came: what the one that came with it left, or was there before
/// all of them.
fn version_below(fs: &dyn Fs, ledger: &Ledger, key: LayerKey) -> Option<String> {
    let below = (0..key.part).rev().map(|part| LayerKey { part, ..key });
    let mut results = below.filter_map(|key| manifest_of(fs, ledger, key)?.about.result_version);
    results.next().or_else(|| ledger.entry(key.entry)?.version_before.clone())
}
