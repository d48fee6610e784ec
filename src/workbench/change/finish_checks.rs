//! Runs the health checks of a change that was cut short before all of them had an answer.
//!
//! It ends as the change itself would have: what a required check speaks against is rolled back.

use std::collections::BTreeSet;

use super::backups::OtherSources;
use super::health::Health;
use super::locked::LockedFolder;
use super::rollback::route::PlannedRollback;
use super::scripts::{ScriptConsent, unstoppable};
use super::take_out::OnDependents;
use crate::disk::fs::Fs;
use crate::ledger::{Action, CheckNote, Entry, LayerSlot, Ledger};
use crate::model::{Check, LayerKey, Position, Product};
use crate::plan::OnDrift;
use crate::plan::why::{HistoryDoubt, Switches};
use crate::workbench::look::stack::manifest_of;
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
        let due: Vec<Entry> = folder.ledger.unchecked().into_iter().cloned().collect();
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
        let mut health = Health::default();
        for (checks, product) in self.due_checks(folder.fs(), &folder.ledger, entry)? {
            health.ask(&checks, &product, folder.fs(), watch);
        }
        // A check that somebody stopped has no answer, and stays due.
        watch.cancel.check()?;
        let downtime = health.downtime(self.environment());
        let (failed, facts) = (health.failures(), health.facts().collect());
        let Health { notes, .. } = health;
        if failed.is_empty() {
            let mut checked = folder.next_entry(Action::Checked);
            checked.patch.clone_from(&entry.patch);
            checked.checks.clone_from(&notes);
            checked.downtime = downtime;
            folder.append(&checked)?;
            return Ok(notes);
        }
        // The wish to stop is not heard any more: going back is the safe way.
        unstoppable(|watch| {
            let look = self.look_at_undoing(folder.fs(), &folder.ledger, entry, watch);
            let taken_back = look.and_then(|mut look| {
                look.occasion = entry.occasion_of_consequences();
                self.take_back(folder, look, notes, facts, watch)
            });
            folder.remember();
            Err(Error::Unhealthy { failed, undo: taken_back.err().map(Box::new) })
        })
    }

    /// The health checks of `entry`, as far as what it brought is still there, each with the product that it asks.
    fn due_checks(&self, fs: &dyn Fs, ledger: &Ledger, entry: &Entry) -> Result<Vec<(Vec<Check>, Product)>> {
        let mut due = Vec::new();
        for key in concerned(ledger, entry) {
            if !self.may_check(fs, ledger, key)? {
                return Err(Error::refused(HistoryDoubt::ForeignHistory { entries: vec![key.entry] }));
            }
            let Some(patch) = manifest_of(fs, ledger, key) else { continue };
            let toggle = |id: &str| patch.about.toggles.iter().find(|toggle| toggle.id.as_str() == id);
            let checks = match &entry.toggle {
                None => patch.about.health.clone(),
                Some(note) => toggle(&note.id).map(|toggle| toggle.health.clone()).unwrap_or_default(),
            };
            due.push((checks, patch.about.product.clone()));
        }
        match due.iter().all(|(checks, _)| checks.is_empty()) {
            true => Err(Error::refused(HistoryDoubt::ChecksLost { subject: entry.subject() })),
            false => Ok(due),
        }
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
        if let Some(note) = entry.toggle.as_ref().filter(|_| !is_last) {
            let stood_on = note.position == Position::Off.as_str();
            return Err(Error::refused(Switches::MovedBelow { id: entry.subject(), stood_on }));
        }
        if entry.toggle.is_some() {
            return self.look_at(fs, ledger, entry, OnDrift::Stop, Vec::new(), watch);
        }
        let keys = concerned(ledger, entry);
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

/// The patches that `entry` brought and that are there, or the one whose switch it moved.
fn concerned(ledger: &Ledger, entry: &Entry) -> Vec<LayerKey> {
    let is_concerned = |slot: &LayerSlot| match (&entry.toggle, &entry.patch) {
        (Some(_), Some(patch)) => ledger.note(slot.key).is_some_and(|note| note.id == patch.id),
        _ => slot.key.entry == entry.seq,
    };
    let slots = ledger.layers().slots.into_iter();
    let keys = slots.filter(|slot| slot.superseded.is_none() && is_concerned(slot)).map(|slot| slot.key);
    keys.collect()
}
