//! Undoing the last rollback or repair.

use super::super::finish_checks::checks_left_out;
use super::super::scripts::refuse_to_bring_back;
use super::super::which::{find_last_rollback, no_rollback};
use super::route::PlannedRollback;
use super::switched::{refuse_to_open, switches_moved_by};
use super::{RollbackInquiry, Which, reversal_of};
use crate::disk::fs::Fs;
use crate::ledger::{Entry, Ledger, Turn};
use crate::plan::why::Undo;
use crate::plan::{Note, NoteAbout, PatchRemark};
use crate::workbench::look::stack::manifest_of;
use crate::workbench::look::unchecked::in_doubt;
use crate::workbench::{Error, Result, Watch, Workbench};

impl Workbench {
    /// What undoing the last rollback or repair would do; undone twice, it is one again.
    pub(super) fn look_at_last(
        &self,
        fs: &dyn Fs,
        ledger: &Ledger,
        RollbackInquiry { options, sources, reach }: RollbackInquiry<'_>,
        watch: Watch<'_>,
    ) -> Result<PlannedRollback> {
        let entry = find_last_rollback(ledger, &options.which)?;
        if options.which == Which::Reapply && reversal_of(entry, ledger) != Turn::CameBack {
            return Err(nothing_to_reapply(ledger, entry));
        }
        refuse_to_bring_back(ledger, entry)?;
        refuse_to_open(fs, ledger, entry)?;
        let mut look = self.look_at_from(fs, ledger, entry, (options.on_drift, sources), watch)?;
        let recalls = self.recalls(&options.withdrawn)?;
        let doubts = self.doubts_about_returning(fs, ledger, entry, &recalls)?;
        look.survey.facts = recalls.facts().collect();
        look.preview.asked = self.asked(fs, ledger, entry)?;
        if doubts.is_empty() {
            let again =
                look.preview.asked.iter().map(|one| Note::new(NoteAbout::AskedAgain(Box::new(one.clone()))));
            look.preview.preview.notes.extend(again);
        }
        look.preview.preview.obstacles.splice(..0, doubts);
        let why = why_it_went(entry).filter(|_| look.preview.turn == Turn::CameBack);
        look.preview.preview.notes.extend(why);
        self.add_fitness(fs, ledger, entry, &mut look, (reach, watch))?;
        let (checks, left_out) = self.checks_after(fs, ledger, entry)?;
        look.preview.checks = checks;
        look.preview.preview.notes.extend(left_out);
        // Undone twice, a rollback is one again, and what the vendor says about it counts again.
        for patch in ledger.brought_by(entry).into_iter().filter_map(|key| manifest_of(fs, ledger, key)) {
            look.preview.restarts_for(&patch);
            look.preview.advice.extend(patch.about.rollback_advice());
        }
        for patch in ledger.brought_without(entry).into_iter().filter_map(|key| manifest_of(fs, ledger, key))
        {
            look.preview.restarts_for(&patch);
        }
        if look.preview.turn == Turn::Went {
            let goes = ledger.brought_by(entry).into_iter().collect();
            self.add_opened(fs, ledger, &self.vouched_stack(fs, ledger)?, &goes, &mut look)?;
        }
        if matches!(look.preview.turn, Turn::Repaired | Turn::RepairUndone) {
            let steps = look.preview.preview.plan.steps.clone();
            let moved = switches_moved_by(fs, ledger, &look, &steps)?;
            look.preview.preview.notes.extend(moved);
            if look.preview.turn == Turn::Repaired {
                look.preview.preview.notes.extend(checks_left_out(fs, ledger, &steps)?);
            }
        }
        Ok(look)
    }
}

/// That the patch was rolled back because a check or script failed, if so: nothing says that it would not again.
fn why_it_went(entry: &Entry) -> Option<Note> {
    let (subject, check) = (entry.subject(), entry.failed_check()?.to_string());
    Some(Note::new(PatchRemark::FailedBefore { subject, check }))
}

/// Why no patch comes back by undoing `entry`, the last change.
fn nothing_to_reapply(ledger: &Ledger, entry: &Entry) -> Error {
    if entry.turn(ledger.entries()) != Turn::CameBack {
        return no_rollback(ledger, entry, true);
    }
    match in_doubt(ledger).into_iter().find(|change| change.entry == entry.seq) {
        // It was cut short, and is in every file.
        Some(change) => change.refusal(),
        None => Error::refused(Undo::CameBack { patch: entry.subject() }),
    }
}
