//! Switches in what is taken back: those that were moved since, those that a repair moved, and one whose move is undone.

use super::route::{PlannedRollback, RollbackRoute};
use crate::disk::fs::{Fs, Place, StatePath};
use crate::ledger::{Entry, Ledger};
use crate::model::{FileNode, Node, Step};
use crate::plan::Note;
use crate::plan::why::Switches;
use crate::transaction::SafeCopies;
use crate::workbench::look::moved_switches::{ContentOf, MovedSwitches, notes_on_moved_switches};
use crate::workbench::look::read_file::read_file;
use crate::workbench::look::situation::Survey;
use crate::workbench::look::stack::FolderStack;
use crate::workbench::look::switches::{opened_by_undoing, switches};
use crate::workbench::{Error, Result};

/// As [`resolve_edits_since`] for files whose switches were moved since.
pub(super) fn resolve_switches(
    fs: &dyn Fs,
    ledger: &Ledger,
    entry: &Entry,
    steps: &[Step],
    kept: &SafeCopies,
    survey: &mut Survey,
) -> Result<()> {
    let moved = MovedSwitches::find(fs, ledger, &FolderStack::read(fs, ledger)?)?;
    let going = ledger.layers().slots.into_iter().filter(|slot| slot.undo_entry == entry.seq);
    let read = |copy: Option<&StatePath>, file: &FileNode| match copy {
        Some(copy) => read_file(fs, &Place::from(copy), file.digest),
        None => Ok(None),
    };
    let contents: (&ContentOf<'_>, &ContentOf<'_>) =
        (&|path, file| read(kept.of(path), file), &|path, file| read(kept.left(path), file));
    moved.resolve(fs, steps, &going.map(|slot| slot.key).collect(), contents, survey)
}

/// Nobody opens a vulnerability by undoing: that needs a reason, which moving the switch asks for.
pub(super) fn refuse_to_open(fs: &dyn Fs, ledger: &Ledger, entry: &Entry) -> Result<()> {
    if ledger.moved_by(entry).is_none() {
        return Ok(());
    }
    let all = switches(fs, ledger, &FolderStack::read(fs, ledger)?, "")?;
    opened_by_undoing(&all, ledger, entry).map_or(Ok(()), |switch| {
        let (id, opens) = (switch.full_name(), switch.toggle.vulnerabilities.clone());
        Err(Error::refused(Switches::UndoOpens { id, opens }))
    })
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
