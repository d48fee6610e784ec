//! Runs the health checks of a change that was cut short before all of them had an answer, and those of one that comes back.
//!
//! It ends as the change itself would have: what a required check speaks against is rolled back.

use std::collections::BTreeSet;

use super::backups::OtherSources;
use super::health::Health;
use super::locked::LockedFolder;
use super::rollback::route::PlannedRollback;
use super::scripts::ScriptConsent;
use super::take_out::OnDependents;
use crate::checks::PatchChecks;
use crate::disk::fs::Fs;
use crate::ledger::{CheckNote, Entry, Ledger};
use crate::model::{LayerKey, Position, Step, TreePath};
use crate::plan::why::{HistoryDoubt, Switches};
use crate::plan::{ChangeRemark, Layer, Note, OnDrift};
use crate::workbench::look::stack::{FolderStack, manifest_of};
use crate::workbench::{Error, Result, Watch, Workbench};

impl Workbench {
    /// Runs the health checks that are due in `folder`. Says what came of each.
    ///
    /// # Errors
    /// [`Error::Unhealthy`]: a required one failed, and its change was rolled back, or why not. [`Error::Refused`] if only
    /// a history that somebody else wrote says what to ask, or nothing does.
    pub(super) fn finish_checks(
        &self,
        folder: &mut LockedFolder<'_>,
        watch: Watch<'_>,
    ) -> Result<Vec<CheckNote>> {
        let due: Vec<Entry> = folder.ledger.unchecked().into_iter().map(|due| due.change.clone()).collect();
        let mut told = Vec::new();
        // The newest first: what is below others can't always go.
        for entry in due.iter().rev() {
            told.extend(self.finish_checks_of(folder, entry, watch)?);
        }
        Ok(told)
    }

    fn finish_checks_of(
        &self,
        folder: &mut LockedFolder<'_>,
        entry: &Entry,
        watch: Watch<'_>,
    ) -> Result<Vec<CheckNote>> {
        let checks = self.due_checks(folder.fs(), &folder.ledger, entry)?;
        let health = Health::of_checks(&checks, folder.fs(), watch);
        // A check that somebody stopped has no answer, and stays due.
        watch.cancel.check()?;
        self.settle_health(folder, entry, health, |folder, watch| {
            self.look_at_undoing(folder.fs(), &folder.ledger, entry, watch)
        })
    }

    /// The health checks of `entry`, as far as what it brought is still there, each with the product that it asks.
    fn due_checks(&self, fs: &dyn Fs, ledger: &Ledger, entry: &Entry) -> Result<Vec<PatchChecks>> {
        let keys = ledger.concerned_by(entry);
        for key in &keys {
            if !self.may_check(fs, ledger, *key)? {
                return Err(Error::refused(HistoryDoubt::ForeignHistory { entries: vec![key.entry] }));
            }
        }
        let due = checks_of(fs, ledger, &keys, entry);
        match due.is_empty() {
            true => {
                let subject = ledger.moved_by(entry).map_or(entry, |(moved, _)| moved).subject();
                Err(Error::refused(HistoryDoubt::ChecksLost { subject }))
            }
            false => Ok(due),
        }
    }

    /// The health checks that follow when `entry` is taken back, because patches come back by it or a switch moves; and
    /// what is worth knowing where they are left out.
    pub(super) fn checks_after(
        &self,
        fs: &dyn Fs,
        ledger: &Ledger,
        entry: &Entry,
    ) -> Result<(Vec<PatchChecks>, Option<Note>)> {
        let keys = match ledger.moved_by(entry) {
            Some(_) => ledger.concerned_by(entry),
            None => ledger.brought_without(entry),
        };
        let checks = checks_of(fs, ledger, &keys, entry);
        if checks.is_empty() {
            return Ok((checks, None));
        }
        for key in keys {
            if !self.may_check(fs, ledger, key)? {
                return Ok((Vec::new(), Some(Note::new(ChangeRemark::ChecksLeftOut { is_switch: false }))));
            }
        }
        Ok((checks, None))
    }

    /// What undoing `entry` would do, which other changes may have followed.
    fn look_at_undoing(
        &self,
        fs: &dyn Fs,
        ledger: &Ledger,
        entry: &Entry,
        watch: Watch<'_>,
    ) -> Result<PlannedRollback> {
        let is_last = ledger.last_change().is_some_and(|last| last.seq == entry.seq);
        if let Some((moved, is_forth)) = ledger.moved_by(entry).filter(|_| !is_last) {
            let position = moved.toggle.as_ref().map_or("", |note| &note.position);
            let stood_on = (position == Position::Off.as_str()) == is_forth;
            return Err(Error::refused(Switches::MovedBelow { id: moved.subject(), stood_on }));
        }
        if ledger.moved_by(entry).is_some() {
            return self.look_at(fs, ledger, entry, OnDrift::Stop, Vec::new(), watch);
        }
        let keys = ledger.concerned_by(entry);
        // Nobody has agreed to what undoes its scripts.
        self.undo_plan(fs, ledger, &keys, ScriptConsent::None)?.agree(ScriptConsent::None)?;
        if is_last {
            return self.look_at(fs, ledger, entry, OnDrift::Stop, Vec::new(), watch);
        }
        let (stack, wanted) = (self.vouched_stack(fs, ledger)?, keys.into_iter().collect::<BTreeSet<_>>());
        let how = (OnDependents::Stop, OnDrift::Stop, &OtherSources::default());
        self.look_at_layers(fs, ledger, &stack, &wanted, how, watch)
    }
}

/// That the health checks of patches don't run although `steps` bring files of theirs, where they have some.
///
/// # Errors
/// If the history can't be read.
pub(super) fn checks_left_out(fs: &dyn Fs, ledger: &Ledger, steps: &[Step]) -> Result<Option<Note>> {
    let touched: BTreeSet<&TreePath> = steps.iter().map(|step| &step.path).collect();
    let has_checks = |layer: &&Layer| {
        let patch =
            layer.patch.as_deref().filter(|patch| layer.is_active() && !patch.about.health.is_empty());
        patch.is_some_and(|patch| patch.changes.iter().any(|change| touched.contains(&change.path)))
    };
    let stack = FolderStack::read(fs, ledger)?;
    let patches: Vec<String> = stack.layers.iter().filter(has_checks).map(|layer| layer.id.clone()).collect();
    Ok((!patches.is_empty()).then(|| Note::new(ChangeRemark::NoChecksAfterRepair { patches })))
}

/// The health checks of these patches; where `entry` moves a switch, those of the switch. Lists without any are left out.
fn checks_of(fs: &dyn Fs, ledger: &Ledger, keys: &[LayerKey], entry: &Entry) -> Vec<PatchChecks> {
    let note = ledger.moved_by(entry).and_then(|(moved, _)| moved.toggle.as_ref());
    let patches = keys.iter().filter_map(|key| manifest_of(fs, ledger, *key));
    let all = patches.map(|patch| {
        let toggle = |id: &str| patch.about.toggles.iter().find(|toggle| toggle.id.as_str() == id);
        let checks = match note {
            None => patch.about.health.clone(),
            Some(note) => toggle(&note.id).map(|toggle| toggle.health.clone()).unwrap_or_default(),
        };
        PatchChecks { checks, ..PatchChecks::new(&patch) }
    });
    all.filter(|of| !of.checks.is_empty()).collect()
}
