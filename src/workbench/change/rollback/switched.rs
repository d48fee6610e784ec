//! Switches in what is taken back: those that were moved since, those that a repair moved, and one whose move is undone.

use std::collections::BTreeMap;

use super::route::{PlannedRollback, RollbackRoute};
use crate::disk::fs::{Fs, Place};
use crate::ledger::{Entry, Ledger};
use crate::model::{Node, Step};
use crate::plan::Note;
use crate::plan::why::Switches;
use crate::workbench::look::moved_switches::{ContentOf, MovedSwitches, notes_on_moved_switches};
use crate::workbench::look::read_file::read_file;
use crate::workbench::look::situation::Survey;
use crate::workbench::look::stack::FolderStack;
use crate::workbench::look::switches::{moved_by_undoing, opened_by_undoing, switches, undone_by_moving};
use crate::workbench::{Error, Result};

/// As `resolve_edits_since` for files whose switches were moved since.
pub(super) fn resolve_switches(
    fs: &dyn Fs,
    ledger: &Ledger,
    entry: &Entry,
    steps: &[Step],
    contents: (&ContentOf<'_>, &ContentOf<'_>),
    survey: &mut Survey,
) -> Result<()> {
    let moved = MovedSwitches::find(fs, ledger, &FolderStack::read(fs, ledger)?)?;
    let going = ledger.layers().slots.into_iter().filter(|slot| slot.undo_entry == entry.seq);
    moved.resolve(fs, steps, &going.map(|slot| slot.key).collect(), contents, survey)
}

/// Nobody opens a vulnerability by undoing, or undoes what another patch brought: that needs a reason, which moving the switch asks for.
pub(super) fn refuse_to_open(fs: &dyn Fs, ledger: &Ledger, entry: &Entry) -> Result<()> {
    if ledger.moved_by(entry).is_none() {
        return Ok(());
    }
    let folder = FolderStack::read(fs, ledger)?;
    let all = switches(fs, ledger, &folder, "")?;
    let Some((switch, to)) = moved_by_undoing(&all, ledger, entry) else { return Ok(()) };
    let opens = opened_by_undoing(&all, ledger, entry).map(|switch| switch.toggle.vulnerabilities.clone());
    let mut undoes = Vec::new();
    for step in entry.steps.iter().map(Step::inverse) {
        undoes.extend(undone_by_moving(fs, &folder, switch.key, &step, BTreeMap::new())?);
    }
    let opens = opens.unwrap_or_default();
    match opens.is_empty() && undoes.is_empty() {
        true => Ok(()),
        false => Err(Error::refused(Switches::UndoOpens { id: switch.full_name(), to, opens, undoes })),
    }
}

/// The switches that `steps` of `look` move without being the move of one.
pub(super) fn switches_moved_by(
    fs: &dyn Fs,
    ledger: &Ledger,
    look: &PlannedRollback,
    steps: &[Step],
) -> Result<Vec<Note>> {
    let all = switches(fs, ledger, &FolderStack::read(fs, ledger)?, "")?;
    let RollbackRoute::Entry(kept) = &look.how else { return Ok(Vec::new()) };
    let content_of = |step: &Step| {
        let file = step.after.as_ref().and_then(Node::as_file)?;
        if let Some(made) = look.survey.made.of(&step.path) {
            return Some(made.to_vec());
        }
        read_file(fs, &Place::from(kept.of(&step.path)?), file.digest).ok().flatten()
    };
    Ok(notes_on_moved_switches(&all, steps, &content_of))
}
